"""The lead: its states, what moves it from one to the next, who is called first, and how it may end.

A pure machine: a lead and something that happens to it give the next lead and the rows to record. It
knows no people and draws nothing; a desk decides when somebody is free and passes draws in. Simulation,
the emitted lead process and the runtime ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, assert_never

from journeyctl.calendars import Calendar
from journeyctl.fixed_point import CERTAIN, multiply, natural_log, share_threshold, threshold
from journeyctl.model.desk import Accepted, Desk, Outcomes, Task
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.units import Duration

OVERDUE_TASK = Duration(business_days=3)
"""A task that has been due for longer comes before everything else."""
OVERDUE_FOLLOW_UP = Duration(business_days=1)
"""A follow-up that has been due for longer comes before new scored leads."""
_SECONDS_PER_HOUR = 3_600


class LeadState(Enum):
    """Where a lead is. The last five are final."""

    CREATED = "created"
    ROUTED = "routed"
    WAITING = "waiting"
    ENRICHED = "enriched"
    ATTEMPTED = "attempted"
    CONNECTED = "connected"
    QUALIFIED = "qualified"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RECYCLED = "recycled"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"


FINAL = frozenset(
    {LeadState.ACCEPTED, LeadState.REJECTED, LeadState.RECYCLED, LeadState.UNREACHABLE, LeadState.EXPIRED}
)
"""A lead in one of these is closed."""

_S = LeadState
TRANSITIONS: Mapping[LeadState, frozenset[LeadState]] = {
    _S.CREATED: frozenset({_S.ROUTED, _S.EXPIRED}),
    _S.ROUTED: frozenset({_S.WAITING, _S.EXPIRED}),
    _S.WAITING: frozenset({_S.ROUTED, _S.ENRICHED, _S.ATTEMPTED, _S.REJECTED, _S.ACCEPTED, _S.QUALIFIED, _S.EXPIRED}),
    _S.ENRICHED: frozenset({_S.ROUTED, _S.WAITING, _S.EXPIRED}),
    _S.ATTEMPTED: frozenset({_S.WAITING, _S.CONNECTED, _S.UNREACHABLE, _S.EXPIRED}),
    _S.CONNECTED: frozenset({_S.ROUTED, _S.WAITING, _S.QUALIFIED, _S.REJECTED, _S.EXPIRED}),
    _S.QUALIFIED: frozenset({_S.ROUTED, _S.WAITING, _S.ACCEPTED, _S.REJECTED, _S.RECYCLED, _S.EXPIRED}),
    **{state: frozenset() for state in FINAL},
}
"""The states that may follow directly. `waiting` stands before any task, `routed` before another team's."""


# --- rules


@dataclass(frozen=True, slots=True)
class Stage:
    """One task of the lead process."""

    name: str
    by: str = ""
    """The team that does it; empty: the team to which the lead is routed."""
    automatic: bool = False
    passes: int | None = None
    """Threshold in 2^-53 of leads that go on; `None`: all."""


@dataclass(frozen=True, slots=True)
class OutcomeOdds:
    """How a conversation ends: thresholds in 2^-53, all from one draw, in this order: accepted, rejected, recycled."""

    accepted: tuple[int, int]
    """Without and with a latent need, as if called at once."""
    exponent: int = 0
    """Of cooling, in 2^-20."""
    rejected: int = CERTAIN
    """Part of those not accepted."""
    reasons: tuple[tuple[str, int], ...] = ()
    """Upper bounds of the reasons within the rejected, by name."""

    def accepted_threshold(self, *, need: bool, waited: int) -> int:
        """The threshold of acceptance after `waited` seconds from creation to the first attempt's start."""
        at_once = self.accepted[need]
        if self.exponent == 0 or waited <= 0 or at_once in (0, CERTAIN):
            return at_once
        logit = (natural_log(at_once, bits=53) - natural_log(CERTAIN - at_once, bits=53)) >> 20
        cooled = (natural_log(_SECONDS_PER_HOUR + waited, bits=0) - natural_log(_SECONDS_PER_HOUR, bits=0)) >> 20
        return threshold(logit - multiply(self.exponent, cooled))

    def decide(self, u: int, *, need: bool, waited: int) -> tuple[LeadState, str]:
        """The outcome for a draw `u` below 2^53, and the reason of a rejection."""
        accepted = self.accepted_threshold(need=need, waited=waited)
        if u < accepted:
            return LeadState.ACCEPTED, ""
        rejected = accepted + ((CERTAIN - accepted) * self.rejected >> 53)
        if u >= rejected:
            return LeadState.RECYCLED, ""
        within = ((u - accepted) << 53) // (rejected - accepted)
        names = [name for name, bound in self.reasons if within < bound] or [name for name, _ in self.reasons[-1:]]
        return LeadState.REJECTED, names[0] if names else ""


@dataclass(frozen=True, slots=True)
class LeadRules:
    """What a desk document says about single leads, in whole numbers."""

    stages: tuple[Stage, ...]
    call: int
    """Position of the call among the stages."""
    decides: int
    """Position of the stage at whose end the outcome is known: `qualify`, else the call."""
    odds: OutcomeOdds
    attempts: int = 1
    gaps: tuple[Duration, ...] = ()
    connect: tuple[int, int] = (CERTAIN, CERTAIN)
    """Thresholds of the first attempt and of every later one."""
    order: tuple[str, ...] = ("sales_request", "score")
    stale: Duration | None = None

    @classmethod
    def of(cls, desk: Desk) -> LeadRules:
        """Reads a desk document. A process without `call` gets one after the tasks that come first."""
        stages = [_stage(task) for task in desk.process]
        names = [stage.name for stage in stages]
        if "call" not in names:
            place = next((k for k, name in enumerate(names) if name in ("qualify", "handover")), len(names))
            stages.insert(place, Stage("call"))
            names.insert(place, "call")
        first = desk.connect.first.value if desk.connect else 1.0
        later = first * desk.connect.later_factor.value if desk.connect else 1.0
        call = names.index("call")
        return cls(
            tuple(stages),
            call,
            names.index("qualify") if "qualify" in names[call:] else call,
            _odds(desk.outcomes, desk.cooling.exponent.value if desk.cooling else 0.0),
            desk.cadence.attempts.value if desk.cadence else 1,
            desk.cadence.gaps if desk.cadence else (),
            (share_threshold(first), share_threshold(later)),
            desk.order,
            desk.stale.value if desk.stale else None,
        )

    def connects(self, attempt: int, u: int) -> bool:
        """Whether attempt number `attempt` (from 1) reaches the person, for a draw `u` below 2^53."""
        return u < self.connect[attempt > 1]

    def gap_after(self, attempt: int) -> Duration:
        """Time until the next call is due; the last gap holds for all that have none of their own."""
        return self.gaps[min(attempt, len(self.gaps)) - 1] if self.gaps else Duration()


def _stage(task: Task) -> Stage:
    return Stage(
        task.task,
        "" if task.by in (None, "team") else task.by or "",
        task.kind == "automatic",
        None if task.passes is None else share_threshold(task.passes.value),
    )


def _odds(outcomes: Outcomes, exponent: float) -> OutcomeOdds:
    accepted = outcomes.accepted
    shares = (accepted.no_need.value, accepted.need.value) if isinstance(accepted, Accepted) else (accepted.value,) * 2
    rejected, recycled = outcomes.rejected.share.value, outcomes.recycled.value
    # Neither is stated: what is not accepted goes back to marketing.
    part = rejected / (rejected + recycled) if rejected + recycled > 0 else 0.0
    bounds, reached = [], 0.0
    for name, share in sorted(outcomes.rejected.reasons.items()):
        reached += share.value
        bounds.append((name, share_threshold(min(1.0, reached))))
    return OutcomeOdds(
        (share_threshold(shares[0]), share_threshold(shares[1])), round(exponent * (1 << 20)),
        share_threshold(part), tuple(bounds),
    )  # fmt: skip


# --- the lead


class Lead(NamedTuple):
    """One lead at one moment. Times are UTC seconds."""

    # A tuple and not a dataclass: a lead changes a dozen times, and copies of tuples cost a fifth.

    name: str
    desk: str
    created_at: int
    request: bool
    """Somebody asked for sales; otherwise the score made it."""
    score: int = 0
    """Hundredths of a point at creation."""
    need: bool = False
    """The latent need that qualification finds."""
    expires_at: int | None = None
    """From this second on it is stale, unless somebody has reached the person."""
    state: LeadState = LeadState.CREATED
    stage: int = 0
    """Position of the task at hand."""
    team: str = ""
    due: int = 0
    fresh: bool = True
    """The task at hand is a first call, or one that a request made urgent; otherwise a follow-up."""
    working: bool = False
    """Somebody has begun the task at hand."""
    attempts: int = 0
    first_attempt_at: int | None = None
    raised: bool = False
    """A request came while somebody was at work."""
    gone: bool = False
    """The person has left; the lead closes when the task at hand is finished."""
    unreported: int = 0
    """Working seconds of tasks that have no row of their own, for the next row."""
    reason: str = ""

    @property
    def closed(self) -> bool:
        """It has its outcome."""
        return self.state in FINAL

    @property
    def waited(self) -> int:
        """Seconds from creation to the first attempt's start; 0 before it."""
        return 0 if self.first_attempt_at is None else self.first_attempt_at - self.created_at


def opened(
    rules: LeadRules, name: str, *, desk: str, at: int, request: bool, score: int, need: bool, calendar: Calendar
) -> Lead:
    """A new lead. `calendar` counts the time until it is stale."""
    expires_at = None if rules.stale is None else calendar.add(at, rules.stale)
    return Lead(name, desk, at, request, score, need, expires_at, due=at)


# --- what happens to it


@dataclass(frozen=True, slots=True)
class Routed:
    """A team has got it."""

    team: str
    demand: int = 0
    """Working seconds that it will cost the team if called at once."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The task at hand waits for somebody, from now on."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody begins the task at hand; for a call this is the attempt."""

    worker: int = 0
    seconds: int = 0
    """Working time of the attempt, with what is looked up before the first."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The call has reached the person; the conversation begins."""

    worker: int = 0
    seconds: int = 0
    """Working time of the conversation."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody answered. `calendar` counts the gap until the next call."""

    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Finished:
    """The task at hand is done; for a call, the conversation is over."""

    worker: int = 0
    seconds: int = 0
    passed: bool = True
    outcome: LeadState | None = None
    """Where this task decides: accepted, rejected or recycled."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """A request joined it."""

    need: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The person has left the company."""


@dataclass(frozen=True, slots=True)
class GrownStale:
    """Its time is up."""


LeadEvent = Routed | Queued | Begun | Answered | Unanswered | Finished | Raised | Gone | GrownStale
"""All that can happen to a lead."""

Moved = tuple[Lead, tuple[Effect, ...]]
"""The lead afterwards, and the rows to record."""


def happens(rules: LeadRules, lead: Lead, event: LeadEvent, now: int) -> Moved:
    """What an event at second `now` makes of a lead. What comes after the outcome changes nothing.

    Raises `ValueError` for an event that cannot happen in the lead's state.
    """
    if lead.closed:
        return lead, ()
    match event:
        case Routed():
            moved = _to(lead, LeadState.ROUTED, team=event.team)
            return moved, (_row(moved, Kind.ROUTED, now, value=event.demand),)
        case Queued():
            return _to(lead, LeadState.WAITING), ()
        case Begun():
            return _begun(rules, lead, event, now)
        case Answered():
            moved = _to(lead, LeadState.CONNECTED)
            return moved, (_row(moved, Kind.CONNECTED, now, worker=event.worker, value=event.seconds),)
        case Unanswered():
            return _unanswered(rules, lead._replace(working=False), event, now)
        case Finished():
            return _finished(rules, lead._replace(working=False), event, now)
        case Raised():
            return _raised(rules, lead, event, now), ()
        case Gone() | GrownStale():
            return _lost(rules, lead, event, now)
        case _:
            assert_never(event)


def _begun(rules: LeadRules, lead: Lead, event: Begun, now: int) -> Moved:
    if lead.state is not LeadState.WAITING or lead.working:
        raise ValueError(f"nobody can begin to work on lead '{lead.name}': it is {lead.state.value}")
    if lead.stage != rules.call:
        return lead._replace(working=True), ()
    first = now if lead.first_attempt_at is None else lead.first_attempt_at
    moved = _to(
        lead, LeadState.ATTEMPTED, working=True, attempts=lead.attempts + 1, first_attempt_at=first,
        unreported=0, raised=False,
    )  # fmt: skip
    seconds = event.seconds + lead.unreported
    return moved, (_row(moved, Kind.ATTEMPTED, now, worker=event.worker, value=seconds),)


def _unanswered(rules: LeadRules, lead: Lead, event: Unanswered, now: int) -> Moved:
    if lead.attempts >= rules.attempts:
        return _close(lead, LeadState.UNREACHABLE, "", now)
    if lead.gone:
        return _close(lead, LeadState.EXPIRED, "gone", now)
    if _is_stale(rules, lead, now):
        return _close(lead, LeadState.EXPIRED, "stale", now)
    due = now if lead.raised else event.calendar.add(now, rules.gap_after(lead.attempts))
    return _to(lead, LeadState.WAITING, due=due, fresh=lead.raised, raised=False), ()


def _finished(rules: LeadRules, lead: Lead, event: Finished, now: int) -> Moved:
    if not event.passed:
        return _close(lead, LeadState.REJECTED, "not_passed", now, worker=event.worker, seconds=event.seconds)
    at_call, decides = lead.stage == rules.call, lead.stage == rules.decides
    seconds = 0 if at_call else event.seconds
    forward = lead._replace(stage=lead.stage + 1, due=now, fresh=lead.stage < rules.call)
    rows: tuple[Effect, ...] = ()
    if decides:
        assert event.outcome is not None, "the deciding task brings the outcome"
        forward = _to(forward, LeadState.QUALIFIED, reason=event.reason, unreported=0)
        value = seconds + lead.unreported
        rows = (_row(forward, Kind.QUALIFIED, now, worker=event.worker, value=value, reason=event.outcome.value),)
        seconds = 0
        if event.outcome is not LeadState.ACCEPTED:
            closed, more = _close(forward, event.outcome, event.reason, now, worker=event.worker)
            return closed, rows + more
    elif lead.stage < rules.call and not rules.stages[lead.stage].automatic:
        forward = _to(forward, LeadState.ENRICHED)
        rows = (_row(forward, Kind.ENRICHED, now, worker=event.worker, value=seconds),)
        seconds = 0
    forward = forward._replace(unreported=forward.unreported + seconds)
    closed, more = _carried_on(rules, forward, event, now)
    return closed, rows + more


def _carried_on(rules: LeadRules, lead: Lead, event: Finished, now: int) -> Moved:
    """After a task: the next one, or the end."""
    if lead.stage > rules.decides and lead.stage == len(rules.stages):
        return _close(lead, LeadState.ACCEPTED, "", now, worker=event.worker)
    if lead.gone:
        return _close(lead, LeadState.EXPIRED, "gone", now)
    if _is_stale(rules, lead, now):
        return _close(lead, LeadState.EXPIRED, "stale", now)
    return lead, ()


def _raised(rules: LeadRules, lead: Lead, event: Raised, now: int) -> Lead:
    raised = lead._replace(request=True, need=event.need)
    if lead.request:
        return raised
    if lead.working:
        return raised._replace(raised=lead.stage == rules.call)
    if lead.state is LeadState.WAITING and lead.stage == rules.call:
        return raised._replace(due=now, fresh=True)
    return raised


def _lost(rules: LeadRules, lead: Lead, event: Gone | GrownStale, now: int) -> Moved:
    if isinstance(event, GrownStale):
        return _close(lead, LeadState.EXPIRED, "stale", now) if _is_stale(rules, lead, now) else (lead, ())
    return (lead._replace(gone=True), ()) if lead.working else _close(lead, LeadState.EXPIRED, "gone", now)


def _is_stale(rules: LeadRules, lead: Lead, now: int) -> bool:
    # Somebody whom a call has reached is not lost by waiting; only calls that never came are.
    reached = lead.stage > rules.call or lead.state is LeadState.CONNECTED
    return lead.expires_at is not None and now >= lead.expires_at and not lead.working and not reached


def _close(lead: Lead, state: LeadState, reason: str, now: int, *, worker: int = 0, seconds: int = 0) -> Moved:
    closed = _to(lead, state, reason=reason, working=False, unreported=0)
    value = seconds + lead.unreported
    return closed, (_row(closed, Kind(state.value), now, worker=worker, reason=reason, value=value),)


def _to(lead: Lead, state: LeadState, **changes: Any) -> Lead:  # noqa: ANN401 - fields of `Lead`
    if state is not lead.state and state not in TRANSITIONS[lead.state]:
        raise ValueError(f"lead '{lead.name}' cannot go from {lead.state.value} to {state.value}")
    return lead._replace(state=state, **changes)


def _row(lead: Lead, kind: Kind, now: int, *, worker: int = 0, value: int = 0, reason: str = "") -> Effect:
    return Effect(now, kind, lead=lead.name, desk=lead.desk, team=lead.team, worker=worker, value=value, reason=reason)


# --- who is called first

RankKey = tuple[int, tuple[int, ...], int, str]
"""Sorts tasks: rank 0 to 4, what the desk's order adds for new leads, due time, lead."""


def rank_keys(rules: LeadRules, lead: Lead, calendar: Calendar) -> tuple[tuple[int, RankKey], ...]:
    """The ranks of the task at hand over time: each with the first second from which it holds.

    0 what has been due for more than 3 business days, 1 new requests, 2 follow-ups due for more than one,
    3 new scored leads in the desk's order, 4 other follow-ups. `calendar` is the team's.
    """
    due, name = lead.due, lead.name
    last = (calendar.add(due, OVERDUE_TASK) + 1, (0, (), due, name))
    if not lead.fresh:
        second = (calendar.add(due, OVERDUE_FOLLOW_UP) + 1, (2, (), due, name))
        return (due, (4, (), due, name)), second, last
    if lead.request and rules.order[:1] == ("sales_request",):
        return (due, (1, (), due, name)), last
    return (due, (3, _by_order(rules.order, lead), due, name)), last


def _by_order(order: tuple[str, ...], lead: Lead) -> tuple[int, ...]:
    parts: list[int] = []
    for word in order:
        if word == "arrival":
            parts.append(lead.created_at)
        elif word == "score":
            parts.append(-lead.score)
        else:
            parts.append(0 if lead.request else 1)
    return tuple(parts)
