"""Effects: what the step machine says has happened. One effect is one row of the event record."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """Every kind of event in the record. The order is part of log version 1."""

    # There is one object per member, so identity serves; the inherited hash is a Python function, asked for every row.
    __hash__ = object.__hash__

    ENTERED = "entered"
    REFUSED = "refused"
    WAITED = "waited"
    BRANCHED = "branched"
    SPLIT = "split"
    REQUESTED_SEND = "requested_send"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    OPENED = "opened"
    CLICKED = "clicked"
    VISITED = "visited"
    FORM = "form"
    ASKED = "asked"
    UNSUBSCRIBED = "unsubscribed"
    CONSENTED = "consented"
    """Reserved, as the next one: consents and confirmations are drawn with the people, and no run writes them."""
    CONFIRMED = "confirmed"
    FACT = "fact"
    SCORED = "scored"
    MQL = "mql"
    JOINED_GROUP = "joined_group"
    GROUP_READY = "group_ready"
    ACTIVATED = "activated"
    HANDED_OFF = "handed_off"
    MERGED = "merged"
    ROUTED = "routed"
    ENRICHED = "enriched"
    ATTEMPTED = "attempted"
    CONNECTED = "connected"
    QUALIFIED = "qualified"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RECYCLED = "recycled"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    SYNCED = "synced"
    MET = "met"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    ENDED = "ended"
    DROPPED = "dropped"


class Effect(NamedTuple):
    """One event. Columns that do not apply are empty; `time` is UTC seconds.

    The contact and its accounts are known to whoever asked, and are added when the row is recorded.
    """

    time: int
    kind: Kind
    journey: str = ""
    visit: int = 0
    """1 for the first passage of the contact through the journey."""
    step: str = ""
    op: str = ""
    item: str = ""
    channel: str = ""
    send: int = 0
    """Which send of the item to the contact it was, from 1."""
    lead: str = ""
    desk: str = ""
    team: str = ""
    worker: int = 0
    opportunity: str = ""
    line: str = ""
    reason: str = ""
    who: str = ""
    """`human`, `machine` or `system`, where that matters."""
    value: int = 0
    """Kind's own number: `until` of a deferral, hundredths of the score, minutes x 60, cents."""
    cause: str = ""
    """Kind and time of the event behind it, as `clicked@1767600000`."""
    group: str = ""


def at_second(effect: Effect, time: int) -> Effect:
    """The same row at another second."""
    # As `_replace` would make it, in a third of the time.
    return _made(Effect, (time,) + effect[1:])  # noqa: RUF005  (unpacking would make a list on the way)


_made = tuple.__new__
