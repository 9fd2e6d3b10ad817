"""The gate: the check before every send. One pure function, asked at the moment a send is due.

The order of its questions is part of the language: holdout, expired, deliverable, consent of each
purpose, suppressions, availability of the item, its condition, a locale, already sent, quiet hours and
the step's window, caps. Simulation, traces, tests and the workers of executed targets all ask here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from journeyctl.calendars import (
    Hours,
    WorkingTime,
    add_months,
    local_day,
    local_month,
    local_week,
    next_allowed,
    next_daily,
    working_time,
)
from journeyctl.expr import Environment
from journeyctl.graph.house import Item
from journeyctl.graph.ops import SendWindow
from journeyctl.graph.program import Cap, Policies
from journeyctl.units import SECONDS_PER_DAY, Duration

DEFAULT_EXPIRE = 14 * SECONDS_PER_DAY
_SHORTER = 4
"""Days within which the difference between two months' lengths has passed."""


@dataclass(frozen=True, slots=True)
class Send:
    """The item goes out now, in this locale (`None`: the item names none)."""

    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now. `until` is the earliest second (UTC) at which the reason can have gone.

    A suppression can also go when a field that it reads changes; whoever asks looks again then.
    """

    until: int
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Not at all."""

    reason: str


Answer = Send | Defer | Skip


class SendRequest(NamedTuple):
    """What a journey wants to send, and since when."""

    item: Item
    channel: str
    purposes: tuple[str, ...]
    due: int
    """UTC seconds at which the gate was first asked."""
    expire: int | None = None
    """The step's own limit in seconds; `None`: the shortest of the caps that apply, else 14 days."""
    send_on: SendWindow | None = None
    locale: str | None = None
    """The step's locale; `None`: the contact's."""
    once: bool = False
    """Ladder sends refuse an item that was sent before."""
    repeat: Duration | None = None
    """After which an unclicked item may return to a ladder."""


class Recipient(Protocol):
    """What the gate asks about a contact. The environment answers conditions for this contact, item and second."""

    @property
    def environment(self) -> Environment:
        """Answers conditions for this contact, item and second."""
        ...

    @property
    def zone(self) -> str | None:
        """The contact's zone, where known."""
        ...

    @property
    def locales(self) -> Sequence[str]:
        """The contact's, its country's and the workspace's language tag, in this order, where known."""
        ...

    @property
    def held_out(self) -> bool:
        """In the global holdout."""
        ...

    def consents(self, path: str) -> bool | None:
        """Whether the consent is given; `None` where nobody recorded it."""
        ...


class History(Protocol):
    """The sends of one contact. Counted are delivered and bounced sends of all journeys and other mail."""

    def counted(self, channel: str | None, after: int, until: int) -> Sequence[int]:
        """Times (UTC seconds, ascending) of counted sends in `(after, until]`, over one channel or all."""
        ...

    def may_send_again(self, item: str, repeat: Duration | None, now: int) -> bool:
        """True where the item was never sent to the contact, or `repeat` lets it return."""
        ...


@dataclass(frozen=True, slots=True)
class WorkspaceTime:
    """The workspace's zone, the first day of its week (0 is Monday), its daily evaluation."""

    zone: str
    week_starts: int = 0
    evaluation_time: int = 6 * 3_600
    """Seconds after local midnight of the daily look at audiences and conditions."""


def ask(
    policies: Policies, send: SendRequest, recipient: Recipient, history: History, now: int, *, time: WorkspaceTime
) -> Answer:
    """May this item go to this contact now?"""
    if recipient.held_out:
        return Skip("holdout")
    caps = applying(policies, send.channel, recipient)
    if now >= _expiry(send, caps):
        return Skip("expired")
    if recipient.environment.value("contact.deliverable") is False:
        return Skip("undeliverable")
    refused = refused_purpose(policies, send.purposes, recipient)
    if refused is not None:
        return Skip(f"no_consent.{refused}")
    # Questions that nobody has to ask here are left out before they are called: the gate answers for every mail.
    return (
        (_suppressed(policies, recipient, now, time) if policies.suppressions else None)
        or _unsuitable(send, recipient, history, now)
        or (_outside_hours(policies, send, recipient, now, time) if policies.quiet_hours or send.send_on else None)
        or (_over_cap(caps, recipient, history, now, time=time) if caps else None)
        or _send_in(_locale(send, recipient))
    )


_send_in = lru_cache(maxsize=256)(Send)


def refused_purpose(policies: Policies, purposes: Sequence[str], recipient: Recipient) -> str | None:
    """The first purpose that the contact has not consented to; `None` where all are allowed."""
    for purpose in purposes:
        given = recipient.consents(policies.consents.get(purpose, ""))
        if given is not True and (given is False or not policies.unknown_granted):
            return purpose
    return None


def expires_at(policies: Policies, send: SendRequest, recipient: Recipient) -> int:
    """UTC second from which the send is too late."""
    return _expiry(send, applying(policies, send.channel, recipient))


def _expiry(send: SendRequest, caps: Sequence[Cap]) -> int:
    if send.expire is not None:
        return send.due + send.expire
    shortest: int | None = None
    for cap in caps:
        if cap.expire is not None and (shortest is None or cap.expire < shortest):
            shortest = cap.expire
    return send.due + (DEFAULT_EXPIRE if shortest is None else shortest)


def applying(policies: Policies, channel: str, recipient: Recipient) -> list[Cap]:
    """The caps that count for this contact and channel."""
    found = []
    for cap in policies.caps:
        if cap.channel is not None and cap.channel != channel:
            continue
        if cap.applies is None or cap.applies.holds(recipient.environment):
            found.append(cap)
    return found


def _suppressed(policies: Policies, recipient: Recipient, now: int, time: WorkspaceTime) -> Answer | None:
    for suppression in policies.suppressions:
        if suppression.condition.holds(recipient.environment):
            reason = f"suppressed.{suppression.name}"
            if suppression.then == "skip":
                return Skip(reason)
            return Defer(next_daily(now + 1, time.evaluation_time, time.zone), reason)
    return None


def _unsuitable(send: SendRequest, recipient: Recipient, history: History, now: int) -> Answer | None:
    item = send.item
    if not item.is_available(now) or (item.when is not None and not item.when.holds(recipient.environment)):
        return Skip("not_available")
    if item.locales and _locale(send, recipient) is None:
        return Skip("no_locale")
    if send.once and not history.may_send_again(item.name, send.repeat, now):
        return Skip("already_sent")
    return None


def _locale(send: SendRequest, recipient: Recipient) -> str | None:
    """The item's tag that fits the first wanted locale: exactly, then by language, else its fallback."""
    offered = send.item.locales
    if not offered:
        return send.item.fallback
    wanted = (send.locale,) if send.locale else recipient.locales[:1]
    for tag in wanted:
        if tag in offered:
            return tag
        language = tag.split("-")[0]
        close = next((candidate for candidate in offered if candidate.split("-")[0] == language), None)
        if close is not None:
            return close
    return send.item.fallback


def _outside_hours(
    policies: Policies, send: SendRequest, recipient: Recipient, now: int, time: WorkspaceTime
) -> Answer | None:
    quiet = policies.quiet_hours
    windows = [hours_of(window, recipient.zone, time.zone) for window in (quiet, send.send_on) if window is not None]
    if all(window.is_open(now) for window in windows):
        return None
    reason = "quiet_hours" if quiet is not None and not windows[0].is_open(now) else "send_window"
    until = next_allowed(now, windows)
    return Defer(expires_at(policies, send, recipient) if until is None else until, reason)


def hours_of(window: SendWindow, contact_zone: str | None, workspace_zone: str) -> WorkingTime:
    """The weekly hours of a window in the zone that counts for one contact."""
    zone = window.zone.resolve(contact_zone) or workspace_zone
    return _weekly(zone, window.weekdays, window.hours)


@lru_cache(maxsize=4_096)
def _weekly(zone: str, weekdays: frozenset[int], hours: tuple[Hours, ...]) -> WorkingTime:
    """One working time per distinct window and zone, because each holds a table that grows with use."""
    return working_time(zone, days=weekdays, hours=hours)


def _over_cap(
    caps: Sequence[Cap], recipient: Recipient, history: History, now: int, *, time: WorkspaceTime
) -> Answer | None:
    for cap in caps:
        until = _full_until(cap, recipient, history, now, time)
        if until is not None:
            reason = f"capped.{cap.name}"
            return Skip(reason) if cap.over == "skip" else Defer(until, reason)
    return None


def _full_until(cap: Cap, recipient: Recipient, history: History, now: int, time: WorkspaceTime) -> int | None:
    """When a full cap has room again, the other counted sends staying as they are; `None` where it has room now."""
    if cap.window == "rolling":
        if cap.maximum == 0:
            return _later(now, cap.per, time.zone)
        per = cap.per
        start = _later(now, per, time.zone, times=-1) if per.months or per.business_days else now - per.seconds
        counted = history.counted(cap.channel, start, now)
        if len(counted) < cap.maximum:
            return None
        return max(now + 1, _out_of_reach(counted[len(counted) - cap.maximum], per, time.zone))
    zone = (cap.zone.resolve(recipient.zone) if cap.zone is not None else None) or time.zone
    start, end = calendar_window(cap, now, zone, time.week_starts)
    return end if len(history.counted(cap.channel, start - 1, now)) >= cap.maximum else None


def _out_of_reach(moment: int, length: Duration, zone: str) -> int:
    """The first second from which `length` reaches back no further than to `moment`.

    From the end of a short month it reaches to the same day of the month before, so that what happened in the
    last days of that one is out of reach only when the short month is over.
    """
    at = _later(moment, length, zone)
    if not length.months:
        return at
    difference = range(_SHORTER * SECONDS_PER_DAY)
    return at + bisect_left(difference, moment, key=lambda more: _later(at + more, length, zone, times=-1))


def _later(moment: int, length: Duration, zone: str, *, times: int = 1) -> int:
    """A moment moved by a cap's length, back where `times` is -1.

    Its months are calendar months, its business days plain days.
    """
    if length.months:
        moment = add_months(moment, times * length.months, zone)
    return moment + times * (length.seconds + length.business_days * SECONDS_PER_DAY)


def calendar_window(cap: Cap, now: int, zone: str, week_starts: int) -> tuple[int, int]:
    """Start and end (excluded) of the calendar period around `now`: month, week or day, by the cap's length."""
    if cap.per.months:
        return local_month(now, zone)
    if cap.per.seconds >= 7 * SECONDS_PER_DAY:
        return local_week(now, zone, week_starts=week_starts)
    return local_day(now, zone)
