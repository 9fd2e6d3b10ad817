"""The lead inside compiled code: `semantics.lead.happens`, one function for each thing that can happen.

A lead is the place of its row in the state `S`. Callers see to it that it is not closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyctl.semantics.lead import OVERDUE_FOLLOW_UP, OVERDUE_TASK
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.clock import add, add_business_days
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.desk_draws import outcome, passes, stage_of
from journeyctl.simulate.population_engine.desk_heaps import add_rank
from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import NDArray

    from journeyctl.simulate.population_engine.clock_tables import ClockTables

    Integers = NDArray[int64]
    Keys = NDArray[uint64]

_OVERDUE_TASK = OVERDUE_TASK.business_days
_OVERDUE_FOLLOW_UP = OVERDUE_FOLLOW_UP.business_days


@compiled
def add_row(S: Integers, lead: int, now: int, kind: int, worker: int, value: int, reason: int) -> None:
    """Records something; there is room."""
    row = S[c.H_ROWS_AT] + S[c.H_ROWS] * c.ROW
    S[c.H_ROWS] += 1
    S[row + c.R_TIME] = now
    S[row + c.R_KIND] = kind
    S[row + c.R_LEAD] = (lead - S[c.H_LEADS_AT]) // c.LEAD
    S[row + c.R_TEAM] = S[lead + c.L_TEAM]
    S[row + c.R_WORKER] = worker
    S[row + c.R_REASON] = reason
    S[row + c.R_VALUE] = value


@compiled
def begun(T: Integers, S: Integers, lead: int, now: int, worker: int, seconds: int) -> None:
    """Somebody begins the task at hand; for a call this is the attempt."""
    S[lead + c.L_WORKING] = 1
    if S[lead + c.L_STAGE] != T[S[lead + c.L_DESK] + c.D_CALL]:
        return
    if S[lead + c.L_ATTEMPTS] == 0:
        S[lead + c.L_FIRST] = now
    S[lead + c.L_STATE] = c.ATTEMPTED
    S[lead + c.L_ATTEMPTS] += 1
    S[lead + c.L_RAISED] = 0
    value = seconds + S[lead + c.L_UNREPORTED]
    S[lead + c.L_UNREPORTED] = 0
    add_row(S, lead, now, c.K_ATTEMPTED, worker, value, c.NO_REASON)


@compiled
def answered(S: Integers, lead: int, now: int, worker: int, seconds: int) -> None:
    """The call has reached the person; the conversation begins."""
    S[lead + c.L_STATE] = c.CONNECTED
    add_row(S, lead, now, c.K_CONNECTED, worker, seconds, c.NO_REASON)


@compiled
def unanswered(T: Integers, S: Integers, clock: ClockTables, lead: int, now: int, calendar: int) -> bool:
    """Nobody answered; true where this closes the lead. `calendar` counts the gap until the next call."""
    S[lead + c.L_WORKING] = 0
    desk = S[lead + c.L_DESK]
    if S[lead + c.L_ATTEMPTS] >= T[desk + c.D_ATTEMPTS]:
        return _close(S, lead, now, c.UNREACHABLE, c.NO_REASON, 0, 0)
    if _is_lost(T, S, lead, now):
        return True
    raised = S[lead + c.L_RAISED]
    due = now
    if raised == 0 and T[desk + c.D_GAP_COUNT] > 0:
        place = min(S[lead + c.L_ATTEMPTS], T[desk + c.D_GAP_COUNT]) - 1
        gap = T[desk + c.D_GAPS] + place * c.GAP
        due = add(clock, calendar, now, T[gap + c.GAP_MONTHS], T[gap + c.GAP_DAYS], T[gap + c.GAP_SECONDS])
    S[lead + c.L_STATE] = c.WAITING
    S[lead + c.L_DUE] = due
    S[lead + c.L_FRESH] = raised
    S[lead + c.L_RAISED] = 0
    return False


@compiled
def finished(T: Integers, S: Integers, keys: Keys, lead: int, now: int, worker: int, seconds: int) -> bool:
    """The task at hand is done, for a call the conversation; true where this closes the lead."""
    S[lead + c.L_WORKING] = 0
    desk, place, stage = S[lead + c.L_DESK], S[lead + c.L_STAGE], stage_of(T, S, lead)
    if not passes(T, S, keys, lead, stage):
        return _close(S, lead, now, c.REJECTED, c.NOT_PASSED, worker, seconds)
    call, decides = T[desk + c.D_CALL], T[desk + c.D_DECIDES]
    left = 0 if place == call else seconds
    S[lead + c.L_STAGE] = place + 1
    S[lead + c.L_DUE] = now
    S[lead + c.L_FRESH] = place < call
    if place == decides:
        waited = S[lead + c.L_FIRST] - S[lead + c.L_CREATED] if S[lead + c.L_ATTEMPTS] > 0 else 0
        end, reason = outcome(T, S, keys, lead, waited)
        S[lead + c.L_STATE] = c.QUALIFIED
        value = left + S[lead + c.L_UNREPORTED]
        S[lead + c.L_UNREPORTED] = 0
        add_row(S, lead, now, c.K_QUALIFIED, worker, value, c.WAS_ACCEPTED + end - c.ACCEPTED)
        left = 0
        if end != c.ACCEPTED:
            return _close(S, lead, now, end, reason, worker, 0)
    elif place < call and T[stage + c.S_AUTOMATIC] == 0:
        S[lead + c.L_STATE] = c.ENRICHED
        add_row(S, lead, now, c.K_ENRICHED, worker, left, c.NO_REASON)
        left = 0
    S[lead + c.L_UNREPORTED] += left
    if place >= decides and place + 1 == T[desk + c.D_STAGE_COUNT]:
        return _close(S, lead, now, c.ACCEPTED, c.NO_REASON, worker, 0)
    return _is_lost(T, S, lead, now)


@compiled
def _is_lost(T: Integers, S: Integers, lead: int, now: int) -> bool:
    """After a task: whether the person has left, or its time is up; then it is closed."""
    if S[lead + c.L_GONE] == 1:
        return _close(S, lead, now, c.EXPIRED, c.GONE, 0, 0)
    return grown_stale(T, S, lead, now)


@compiled
def grown_stale(T: Integers, S: Integers, lead: int, now: int) -> bool:
    """Closes the lead and answers true if its time is up; whom a call has reached is not lost by waiting."""
    if now < S[lead + c.L_EXPIRES] or S[lead + c.L_WORKING] == 1:
        return False
    if S[lead + c.L_STAGE] > T[S[lead + c.L_DESK] + c.D_CALL] or S[lead + c.L_STATE] == c.CONNECTED:
        return False
    return _close(S, lead, now, c.EXPIRED, c.GROWN_STALE, 0, 0)


@compiled
def gone(S: Integers, lead: int, now: int) -> bool:
    """The person has left; true where this closes the lead, which a task at hand puts off."""
    if S[lead + c.L_WORKING] == 1:
        S[lead + c.L_GONE] = 1
        return False
    return _close(S, lead, now, c.EXPIRED, c.GONE, 0, 0)


@compiled
def raised(T: Integers, S: Integers, lead: int, now: int, need: int) -> None:
    """A request joined it."""
    was_request, at_call = S[lead + c.L_REQUEST], S[lead + c.L_STAGE] == T[S[lead + c.L_DESK] + c.D_CALL]
    S[lead + c.L_REQUEST] = 1
    S[lead + c.L_NEED] = need
    if was_request == 1:
        return
    if S[lead + c.L_WORKING] == 1:
        S[lead + c.L_RAISED] = at_call
    elif S[lead + c.L_STATE] == c.WAITING and at_call:
        S[lead + c.L_DUE] = now
        S[lead + c.L_FRESH] = 1


@compiled
def _close(S: Integers, lead: int, now: int, state: int, reason: int, worker: int, seconds: int) -> bool:
    S[lead + c.L_STATE] = state
    S[lead + c.L_REASON] = reason
    S[lead + c.L_WORKING] = 0
    value = seconds + S[lead + c.L_UNREPORTED]
    S[lead + c.L_UNREPORTED] = 0
    add_row(S, lead, now, c.K_OF_ACCEPTED + state, worker, value, reason)
    return True


@compiled
def expiry(T: Integers, clock: ClockTables, desk: int, calendar: int, created: int) -> int:
    """From when on a new lead is stale, unless somebody has reached the person."""
    if T[desk + c.D_STALE] == 0:
        return NEVER
    months, days, seconds = T[desk + c.D_STALE_MONTHS], T[desk + c.D_STALE_DAYS], T[desk + c.D_STALE_SECONDS]
    return add(clock, calendar, created, months, days, seconds)


@compiled
def add_ranks(T: Integers, S: Integers, clock: ClockTables, lead: int, now: int) -> None:
    """The ranks of the task at hand over time, under a new ticket, in the queue of the lead's team."""
    team, due = S[lead + c.L_TEAM], S[lead + c.L_DUE]
    calendar = T[T[c.T_TEAMS_AT] + team * c.TEAM + c.M_CALENDAR]
    if S[lead + c.L_FRESH] == 0:
        late = add_business_days(clock, calendar, due, _OVERDUE_FOLLOW_UP) + 1
        add_rank(T, S, team, lead, due, c.FOLLOW_UP, now)
        add_rank(T, S, team, lead, late, c.LATE, now)
    elif S[lead + c.L_REQUEST] == 1 and T[S[lead + c.L_DESK] + c.D_REQUESTS_FIRST] == 1:
        add_rank(T, S, team, lead, due, c.REQUESTED, now)
    else:
        add_rank(T, S, team, lead, due, c.SCORED, now)
    add_rank(T, S, team, lead, add_business_days(clock, calendar, due, _OVERDUE_TASK) + 1, c.OVERDUE, now)
