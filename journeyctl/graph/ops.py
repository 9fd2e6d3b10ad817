"""The closed set of ops: what every step verb lowers to, and all that any consumer may know of a journey.

An op has an id derived from the author's names (`awareness/ai-in-mri`), the step it came from, and the
place in the files. Targets of ops are ids within the same journey. Durations that depend on a calendar
stay `Duration`; all other lengths of time are whole seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NewType, assert_never

from journeyctl.calendars import Hours, LocalMoment, ZoneChoice
from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.graph.condition import Condition
from journeyctl.model.values import Scalar
from journeyctl.units import Duration

OpId = NewType("OpId", str)
"""Stable name of an op within its journey; small edits of a journey keep the others."""


class Reaction(Enum):
    """What a listen can await, weakest first; a timeout is the absence of the others."""

    TIMEOUT = "timeout"
    OPENED = "opened"
    CLICKED = "clicked"
    SALES_REQUEST = "sales_request"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """What all ops have: a name, the author's step, the place in the files."""

    id: OpId
    step: str
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """Weekly hours in which sends may go out, in one zone: quiet hours' counterpart, or a step's `send_on`."""

    weekdays: frozenset[int]
    """0 is Monday."""
    hours: tuple[Hours, ...]
    """Local hours of each of these days; two where the author's window runs over midnight."""
    zone: ZoneChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOp(Op):
    """Asks the gate for one item and, when allowed, sends it and waits for its delivery."""

    item: str
    next: OpId
    skipped: OpId | None = None
    """Where a skipped send goes on; `None`: at `next`, whose listen then times out at once."""
    channel: str = "email"
    locale: str | None = None
    expire: int | None = None
    """Seconds after which a deferred send is skipped; `None`: as the caps say."""
    send_on: SendWindow | None = None
    ladder: str | None = None
    """The ladder step that offers this item; such a send refuses an item that was sent before."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A wait for a length of time; business days count in the contact's country."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class UntilMoment:
    """A wait for the next such local time, at or after now."""

    moment: LocalMoment
    zone: ZoneChoice


@dataclass(frozen=True, slots=True)
class UntilValue:
    """A wait for the date (start of day in the workspace zone) or moment that an expression names."""

    expression: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOp(Op):
    """Time passes; a moment already past, or unknown, continues at once."""

    until: Elapsed | UntilMoment | UntilValue
    next: OpId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenOp(Op):
    """Waits for the strongest reaction to one send."""

    to: str | None
    """Item or step whose latest send of this visit is meant; `None`: the visit's latest send."""
    window: Duration
    outcomes: Mapping[Reaction, OpId]
    """Only the named reactions are awaited; `TIMEOUT` is always there."""
    human_min_delay: int | None = None
    """Seconds; a click sooner after delivery, or on every link, is a machine's. `None`: every click counts."""
    settle: int = 3_600
    """Seconds that a click waits for something stronger."""
    ladder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchOp(Op):
    """Goes to the first case whose condition is true; unknown is not true."""

    cases: tuple[tuple[Condition, OpId], ...]
    otherwise: OpId


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a split. A holdout arm has no target: the contact stays and gets no sends."""

    name: str
    share: float
    target: OpId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOp(Op):
    """Sends each contact to one arm, for ever the same one."""

    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class FromTop:
    """A ladder that starts with the first level."""


@dataclass(frozen=True, slots=True)
class FromTopic:
    """A ladder that starts at the topic an expression names."""

    topic: Condition


@dataclass(frozen=True, slots=True)
class FromItem:
    """A ladder that starts at one item."""

    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderOp(Op):
    """Begins a walk down a content house: sets the first group of siblings."""

    house: str
    start: FromTop | FromTopic | FromItem
    offer: OpId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOp(Op):
    """Waits for the pace, then picks the next item of the walk, or leaves the ladder when none is left."""

    ladder: str
    house: str
    offers: Mapping[str, OpId]
    """For every item of the house that the walk can reach: the op that sends it."""
    exhausted: OpId
    pace: int
    """Seconds between two delivered offers of one visit, at least."""
    cold_depth: int
    """Index of the deepest level that a contact reaches without a click."""
    breadth: int | None
    """Unanswered offers of a group before the walk goes on; `None`: all."""
    only: Condition | None
    """Items for which it is not true are not offered, but lead on."""
    repeat: Duration | None
    """An unclicked item may return this long after its last send; `None`: never."""
    asked: OpId | None
    """Where a sales request goes while the contact is on the ladder; `None`: the journey's exit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepenOp(Op):
    """After a click: the group becomes the children of the clicked item."""

    ladder: str
    item: str
    offer: OpId


class Change(Enum):
    """What an assignment does with its field."""

    SET = "set"
    ADD = "add"
    EVALUATE = "evaluate"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One change of one field of the contact, or of its score."""

    path: str
    change: Change
    value: Scalar = None
    expression: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOp(Op):
    """Changes fields whose writer is marketing, or the score."""

    assignments: tuple[Assignment, ...]
    next: OpId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffOp(Op):
    """Creates a lead, or joins the open one, and waits for its outcome.

    With a `group` the buying group is handed over if it is ready, else `not_ready` is the outcome at once.
    """

    desk: str
    outcomes: Mapping[str, OpId]
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateOp(Op):
    """Puts the contact into a matched audience of an advertising platform for a while."""

    audience_on: str
    lasts: Duration
    when: Condition | None
    next: OpId
    group: str | None = None
    """The buying group whose missing roles are looked for, instead of the contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterOp(Op):
    """Runs another journey for the contact and waits for its end."""

    journey: str
    outcomes: Mapping[str, OpId]
    then: OpId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOp(Op):
    """Leaves the journey under a label."""

    label: str


AnyOp = (
    SendOp | WaitOp | ListenOp | BranchOp | SplitOp | LadderOp | OfferOp | DeepenOp
    | UpdateOp | HandoffOp | ActivateOp | EnterOp | EndOp
)  # fmt: skip
"""All ops there are; consumers match it exhaustively."""


def successors(op: AnyOp) -> tuple[OpId, ...]:  # noqa: C901  (one case per op)
    """Every op that can directly follow, without repeats, in the order in which the op names them."""
    match op:
        case SendOp():
            found = [op.next] + ([op.skipped] if op.skipped else [])
        case WaitOp() | UpdateOp() | ActivateOp():
            found = [op.next]
        case ListenOp():
            found = list(op.outcomes.values())
        case BranchOp():
            found = [target for _, target in op.cases] + [op.otherwise]
        case SplitOp():
            found = [arm.target for arm in op.arms if arm.target is not None]
        case LadderOp() | DeepenOp():
            found = [op.offer]
        case OfferOp():
            found = [*op.offers.values(), op.exhausted] + ([op.asked] if op.asked else [])
        case HandoffOp():
            found = list(op.outcomes.values())
        case EnterOp():
            found = [*op.outcomes.values(), op.then]
        case EndOp():
            found = []
        case _:
            assert_never(op)
    return tuple(dict.fromkeys(found))


def conditions_of(op: AnyOp) -> tuple[Condition, ...]:
    """Every condition and expression that an op evaluates, in the order in which it names them."""
    match op:
        case BranchOp():
            return tuple(condition for condition, _ in op.cases)
        case WaitOp():
            return (op.until.expression,) if isinstance(op.until, UntilValue) else ()
        case LadderOp():
            return (op.start.topic,) if isinstance(op.start, FromTopic) else ()
        case OfferOp():
            return () if op.only is None else (op.only,)
        case UpdateOp():
            return tuple(a.expression for a in op.assignments if a.expression is not None)
        case ActivateOp():
            return () if op.when is None else (op.when,)
        case SendOp() | ListenOp() | SplitOp() | DeepenOp() | HandoffOp() | EnterOp() | EndOp():
            return ()
        case _:
            assert_never(op)
