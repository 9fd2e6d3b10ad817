"""Stimuli: what reaches a contact from outside. Each has a phase that orders it within one second."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from journeyctl.expr import Value


class Phase(IntEnum):
    """Order within one second; what an answer causes at the same second starts again from the top."""

    FACT = 0
    REACTION = 1
    TIMEOUT = 2
    EXIT = 3
    STEP = 4
    ENTRY = 5
    GATE = 6


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A field of the contact or of one of its accounts has a new value (`None`: it became unknown)."""

    path: str
    value: Value
    phase = Phase.FACT


@dataclass(frozen=True, slots=True)
class OtherMail:
    """Another business line mailed the contact; it counts for caps and fatigue."""

    line: str
    phase = Phase.FACT


@dataclass(frozen=True, slots=True)
class LeadOutcome:
    """The CRM sync brought the outcome of the contact's lead at a desk."""

    desk: str
    lead: str
    outcome: str
    """accepted, rejected, recycled, unreachable or expired."""
    reason: str = ""
    phase = Phase.FACT


@dataclass(frozen=True, slots=True)
class GroupReady:
    """A buying group of the contact was found ready at an account evaluation."""

    group: str
    lead: str = ""
    """The group's lead, for the member who is called; empty for all others."""
    desk: str = ""
    """The desk that calls this member."""
    phase = Phase.FACT


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """What the contact may know of a buying group, as of the last account evaluation."""

    group: str
    completeness: float
    ready: bool
    missing_roles: tuple[str, ...]
    my_role: str | None
    lead: str | None = None
    """The group's open lead, whoever is called; empty: it has none now; `None`: nobody makes leads for the group."""
    phase = Phase.FACT


@dataclass(frozen=True, slots=True)
class Delivered:
    """The n-th send of an item reached the contact's inbox or spam folder."""

    item: str
    send: int
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class Bounced:
    """The n-th send of an item was returned; a hard bounce makes the address undeliverable."""

    item: str
    send: int
    hard: bool
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class Opened:
    """An open was recorded."""

    item: str
    send: int
    who: str = "human"
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click was recorded; `every_link` marks a mail whose every link was clicked, as scanners do."""

    item: str
    send: int
    who: str = "human"
    every_link: bool = False
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class SalesRequested:
    """The contact asked for sales, after a mail or (`item` empty) on a page."""

    item: str = ""
    send: int = 0
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """The contact opted out."""

    item: str = ""
    send: int = 0
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class PageViewed:
    """The contact read a page: after a click (`item`, `send`) or on its own account."""

    item: str = ""
    send: int = 0
    pages: int = 1
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class FormSubmitted:
    """The contact filled in a form on a page."""

    item: str = ""
    send: int = 0
    phase = Phase.REACTION


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """An event that the profile declares, such as a webinar attended."""

    name: str
    phase = Phase.REACTION


class Timeout(NamedTuple):
    """Something the visit scheduled has come due; stale ones (older `token`) are ignored."""

    journey: str
    token: int
    what: str
    """wait, pace, listen, settle, retry or expire."""
    phase: Phase = Phase.TIMEOUT


@dataclass(frozen=True, slots=True)
class Evaluate:
    """The daily look: exit conditions first; audiences once nothing else is left at this second."""

    phase = Phase.EXIT


@dataclass(frozen=True, slots=True)
class EnterJourney:
    """The contact's day in a launch ramp has come."""

    journey: str
    phase = Phase.ENTRY


Stimulus = (
    FieldChanged | OtherMail | LeadOutcome | GroupReady | GroupChanged | Delivered | Bounced | Opened | Clicked
    | SalesRequested | Unsubscribed | PageViewed | FormSubmitted | CustomEvent | Timeout | Evaluate | EnterJourney
)  # fmt: skip
"""All stimuli there are."""
