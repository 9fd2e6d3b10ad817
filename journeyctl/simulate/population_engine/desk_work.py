"""Leads at desks and people who work: `simulate.desk` as a loop over events in compiled code.

Desks of a world share one order of events. A lead is the place of its row in the state `S`; a team and an SDR
are numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine import desk_draws as drawn
from journeyctl.simulate.population_engine import desk_lead as machine
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.desk_heaps import (
    call_back,
    drop_first,
    first_free,
    plan,
    put_aside,
    put_free,
    taken,
)
from journeyctl.simulate.population_engine.desk_shifts import (
    done_at,
    done_in_shift,
    is_away,
    next_in_shift,
    stretch_at,
)
from journeyctl.simulate.population_engine.intrinsics import unmeasured
from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import NDArray

    from journeyctl.simulate.population_engine.clock_tables import ClockTables

    Integers = NDArray[int64]
    Keys = NDArray[uint64]


@compiled
def work_until(T: Integers, S: Integers, clock: ClockTables, keys: Keys, limit: int) -> int:
    """Goes through all that happens before second `limit`, or before the first CRM sync with something to tell, unless
    desks go on over these.

    Answers `MORE` where a region is too small; called again with larger ones it goes on. `H_LIMIT` says how far it got.
    """
    return _work_until(unmeasured(T), unmeasured(S), unmeasured(clock), unmeasured(keys), limit)


@compiled
def _work_until(T: Integers, S: Integers, clock: ClockTables, keys: Keys, limit: int) -> int:
    S[c.H_LIMIT] = min(limit, T[c.T_UNTIL])
    for row in range(S[c.H_CLOSED] if S[c.H_GOES_ON] == 0 else 0):
        S[c.H_LIMIT] = min(S[c.H_LIMIT], S[S[c.H_CLOSED_AT] + row * c.CLOSED + c.C_TIME])
    while S[c.H_HEAP] > 0:
        first = S[c.H_HEAP_AT]
        now = T[c.T_START] + (S[first + c.E_KEY] >> c.ORDER_BITS)
        if now >= S[c.H_LIMIT]:
            break
        what, ticket = S[first + c.E_WHAT], S[first + c.E_TICKET]
        if not _has_room(T, S, what):
            return c.MORE
        drop_first(S)
        _happens(T, S, clock, keys, now, what & ((1 << c.WHAT_BITS) - 1), what >> c.WHAT_BITS, ticket)
    return c.FINE


@compiled
def plan_events(T: Integers, S: Integers, first: int, after: int) -> None:
    """Plans what contacts and other sources do at desks: the events of these numbers; there is room."""
    tables, state = unmeasured(T), unmeasured(S)
    for number in range(first, after):
        event = state[c.H_EVENTS_AT] + number * c.EVENT
        plan(tables, state, state[event + c.V_TIME], c.OUTSIDE, c.CONTACT, number, state[event + c.V_VERSION])


@compiled
def open_desks(T: Integers, S: Integers) -> None:
    """The first stretch of every shift; there is room."""
    for team in range(T[c.T_TEAMS]):
        row = T[c.T_TEAMS_AT] + team * c.TEAM
        if T[row + c.M_SHIFT_COUNT] > 0:
            plan(T, S, T[T[row + c.M_SHIFTS] + c.STRETCH_BEGINS], c.ARRIVAL, c.SHIFT, team, 0)


@compiled
def _has_room(T: Integers, S: Integers, what: int) -> bool:
    """Whether all regions hold what one event can bring."""
    most = 16 + 4 * T[c.T_MOST_STAGES] + T[c.T_MOST_WORKERS]
    if what & ((1 << c.WHAT_BITS) - 1) == c.CONTACT:
        event = S[c.H_EVENTS_AT] + (what >> c.WHAT_BITS) * c.EVENT
        if S[event + c.V_KIND] == c.LEFT:
            lead = S[S[c.H_PEOPLE_AT] + S[event + c.V_PERSON] * c.PERSON + c.P_LEAD]
            while lead >= 0:
                most += 1
                lead = S[S[c.H_LEADS_AT] + lead * c.LEAD + c.L_NEXT]
    fits = S[c.H_ROWS] + most <= S[c.H_ROWS_ROOM] and S[c.H_CLOSED] + most <= S[c.H_CLOSED_ROOM]
    return fits and S[c.H_HEAP] + most <= S[c.H_HEAP_ROOM] and S[c.H_NODES] + 3 * most <= S[c.H_NODES_ROOM]


@compiled
def _happens(
    T: Integers, S: Integers, clock: ClockTables, keys: Keys, now: int, what: int, whom: int, ticket: int
) -> None:
    if what == c.DISPATCH:
        _give_work(T, S, keys, whom, now)
    elif what == c.SHIFT:
        _open_shift(T, S, whom, now)
    elif what == c.DONE:
        _worked(T, S, clock, keys, whom, now)
    elif what == c.CONTACT:
        _meet(T, S, clock, keys, S[c.H_EVENTS_AT] + whom * c.EVENT, ticket, now)
    else:
        lead = S[c.H_LEADS_AT] + whom * c.LEAD
        if S[lead + c.L_STATE] < c.ACCEPTED:
            _happens_to_lead(T, S, clock, keys, now, what, lead, ticket)


@compiled
def _happens_to_lead(
    T: Integers, S: Integers, clock: ClockTables, keys: Keys, now: int, what: int, lead: int, ticket: int
) -> None:
    if what == c.STALE:
        if machine.grown_stale(T, S, lead, now):
            _closed(T, S, lead, now)
    elif what == c.DONE_ALONE:
        _worked_alone(T, S, clock, keys, lead, now)
    elif S[lead + c.L_TICKET] == ticket:
        if what == c.DUE:
            _put(T, S, clock, lead, now)
        else:
            _begin_alone(T, S, keys, lead, now)


# --- leads come, are raised, are lost


@compiled
def _meet(T: Integers, S: Integers, clock: ClockTables, keys: Keys, event: int, version: int, now: int) -> None:
    """What a contact or another source does at a desk, unless the life that this belongs to has been replaced."""
    person = S[event + c.V_PERSON]
    own = S[c.H_PEOPLE_AT] + person * c.PERSON
    if person >= 0 and S[own + c.P_VERSION] != version:
        return
    if S[event + c.V_KIND] == c.LEFT:
        number = S[own + c.P_LEAD]
        while number >= 0:
            lead = S[c.H_LEADS_AT] + number * c.LEAD
            number = S[lead + c.L_NEXT]
            if S[lead + c.L_STATE] < c.ACCEPTED and machine.gone(S, lead, now):
                _closed(T, S, lead, now)
        return
    lead = S[c.H_LEADS_AT] + S[event + c.V_LEAD] * c.LEAD
    if S[event + c.V_KIND] == c.HANDED_OVER:
        if person >= 0:
            S[lead + c.L_NEXT] = S[own + c.P_LEAD]
            S[own + c.P_LEAD] = S[event + c.V_LEAD]
        _take_in(T, S, clock, lead, event, now)
        _go_on(T, S, clock, keys, lead, now)
    elif 0 <= S[lead + c.L_STATE] < c.ACCEPTED:
        machine.raised(T, S, lead, now, S[event + c.V_NEED])
        is_waiting = S[lead + c.L_STATE] == c.WAITING and S[lead + c.L_WORKING] == 0
        if is_waiting and T[S[lead + c.L_DESK] + c.D_RESPONDS] == 0:
            _queue(T, S, clock, lead, now)


@compiled
def _take_in(T: Integers, S: Integers, clock: ClockTables, lead: int, event: int, now: int) -> None:
    desk, home = S[event + c.V_DESK], S[event + c.V_TEAM]
    calendar = T[T[c.T_TEAMS_AT] + home * c.TEAM + c.M_CALENDAR]
    S[lead + c.L_DESK] = desk
    S[lead + c.L_RESPONSE] = S[event + c.V_RESPONSE]
    S[lead + c.L_PERSON] = S[event + c.V_PERSON]
    S[lead + c.L_HOME] = home
    S[lead + c.L_CREATED] = now
    S[lead + c.L_REQUEST] = S[event + c.V_REQUEST]
    S[lead + c.L_SCORE] = S[event + c.V_SCORE]
    S[lead + c.L_NEED] = S[event + c.V_NEED]
    S[lead + c.L_LINES] = S[event + c.V_LINES]
    S[lead + c.L_STATE] = c.CREATED
    S[lead + c.L_TEAM] = T[desk + c.D_FIRST_TEAM]
    S[lead + c.L_DUE] = now
    S[lead + c.L_FRESH] = 1
    if S[event + c.V_SOURCE] >= 0:
        machine.add_row(S, lead, now, c.K_HANDED_OFF, 0, S[lead + c.L_SCORE], S[event + c.V_SOURCE])
    expires = machine.expiry(T, clock, desk, calendar, now)
    S[lead + c.L_EXPIRES] = expires
    plan(T, S, max(now, expires), c.LOST, c.STALE, (lead - S[c.H_LEADS_AT]) // c.LEAD, 0)


@compiled
def _closed(T: Integers, S: Integers, lead: int, now: int) -> None:
    """The lead has ended: it waits no longer, and its contact learns of it at the next CRM sync."""
    if S[lead + c.L_QUEUED] > 0:
        S[lead + c.L_QUEUED] = 0
        S[S[c.H_TEAMS_AT] + S[lead + c.L_TEAM] * c.QUEUE + c.Q_WAITING] -= 1
    if S[lead + c.L_PERSON] < 0:
        return
    sync = _next_sync(T, S[lead + c.L_DESK], now + 1)
    row = S[c.H_CLOSED_AT] + S[c.H_CLOSED] * c.CLOSED
    S[c.H_CLOSED] += 1
    S[row + c.C_LEAD] = (lead - S[c.H_LEADS_AT]) // c.LEAD
    S[row + c.C_TIME] = sync
    if S[c.H_GOES_ON] == 0:
        S[c.H_LIMIT] = min(S[c.H_LIMIT], sync)


@compiled
def _next_sync(T: Integers, desk: int, moment: int) -> int:
    first, low, high = T[desk + c.D_SYNCS], 0, T[desk + c.D_SYNC_COUNT]
    while low < high:
        middle = (low + high) >> 1
        if T[first + middle] < moment:
            low = middle + 1
        else:
            high = middle
    return T[first + low] if low < T[desk + c.D_SYNC_COUNT] else NEVER


# --- from task to task


@compiled
def _go_on(T: Integers, S: Integers, clock: ClockTables, keys: Keys, lead: int, now: int) -> None:
    """The task at hand finds its team, or is done by itself."""
    while True:
        stage = drawn.stage_of(T, S, lead)
        team = T[stage + c.S_TEAM] if T[stage + c.S_TEAM] >= 0 else S[lead + c.L_HOME]
        if team != S[lead + c.L_TEAM] or S[lead + c.L_STATE] == c.CREATED:
            S[lead + c.L_TEAM] = team
            value = drawn.demand(T, S, keys, lead)
            machine.add_row(S, lead, now, c.K_ROUTED, 0, value, c.NO_REASON)
        S[lead + c.L_STATE] = c.WAITING
        if T[stage + c.S_AUTOMATIC] == 0:
            if T[S[lead + c.L_DESK] + c.D_RESPONDS] == 1:
                _respond(T, S, lead, now)
            else:
                _queue(T, S, clock, lead, now)
            return
        machine.begun(T, S, lead, now, 0, 0)
        if machine.finished(T, S, keys, lead, now, 0, 0):
            _closed(T, S, lead, now)
            return


@compiled
def _queue(T: Integers, S: Integers, clock: ClockTables, lead: int, now: int) -> None:
    """The task waits for somebody, from its due time on."""
    S[lead + c.L_TICKET] += 1
    due, teams = max(S[lead + c.L_DUE], now), T[c.T_TEAMS_AT]
    is_elsewhere = T[teams + S[lead + c.L_TEAM] * c.TEAM + c.M_STAFFED] == 0
    if is_elsewhere and T[teams + S[lead + c.L_HOME] * c.TEAM + c.M_STAFFED] == 1:
        due = next_in_shift(T, S[lead + c.L_HOME], due)
    if due == now:
        _put(T, S, clock, lead, now)
    else:
        plan(T, S, due, c.ARRIVAL, c.DUE, (lead - S[c.H_LEADS_AT]) // c.LEAD, S[lead + c.L_TICKET])


@compiled
def _put(T: Integers, S: Integers, clock: ClockTables, lead: int, now: int) -> None:
    team = S[lead + c.L_TEAM]
    if T[T[c.T_TEAMS_AT] + team * c.TEAM + c.M_STAFFED] == 0:
        plan(T, S, now, c.AT_ONCE, c.ALONE, (lead - S[c.H_LEADS_AT]) // c.LEAD, S[lead + c.L_TICKET])
        return
    if S[lead + c.L_QUEUED] == 0:
        S[S[c.H_TEAMS_AT] + team * c.QUEUE + c.Q_WAITING] += 1
    S[c.H_TICKETS] += 1
    S[lead + c.L_QUEUED] = S[c.H_TICKETS]
    machine.add_ranks(T, S, clock, lead, now)
    _ask(T, S, team, now)


# --- people


@compiled
def _ask(T: Integers, S: Integers, team: int, now: int) -> None:
    """Work is given out at the end of this second, once."""
    queue = S[c.H_TEAMS_AT] + team * c.QUEUE
    if S[queue + c.Q_PLANNED] == 0:
        S[queue + c.Q_PLANNED] = 1
        plan(T, S, now, c.GIVEN, c.DISPATCH, team, 0)


@compiled
def _open_shift(T: Integers, S: Integers, team: int, now: int) -> None:
    row, queue = T[c.T_TEAMS_AT] + team * c.TEAM, S[c.H_TEAMS_AT] + team * c.QUEUE
    following = stretch_at(T, team, S[queue + c.Q_STRETCH], now) + 1
    if following < T[row + c.M_SHIFT_COUNT]:
        begins = T[T[row + c.M_SHIFTS] + following * c.STRETCH + c.STRETCH_BEGINS]
        plan(T, S, begins, c.ARRIVAL, c.SHIFT, team, 0)
    if S[queue + c.Q_WAITING] > 0:
        _ask(T, S, team, now)


@compiled
def _give_work(T: Integers, S: Integers, keys: Keys, team: int, now: int) -> None:
    row, queue = T[c.T_TEAMS_AT] + team * c.TEAM, S[c.H_TEAMS_AT] + team * c.QUEUE
    S[queue + c.Q_PLANNED] = 0
    if S[queue + c.Q_WAITING] == 0 or S[queue + c.Q_FREE] == 0:
        return
    stretch = stretch_at(T, team, S[queue + c.Q_STRETCH], now)
    S[queue + c.Q_STRETCH] = stretch
    is_over = stretch == T[row + c.M_SHIFT_COUNT]
    if is_over or now < T[T[row + c.M_SHIFTS] + stretch * c.STRETCH + c.STRETCH_BEGINS]:
        return
    if S[queue + c.Q_ASIDE] != stretch:
        S[queue + c.Q_ASIDE] = stretch
        call_back(T, S, team)
    while S[queue + c.Q_WAITING] > 0 and S[queue + c.Q_THERE] > 0:
        number = first_free(T, S, team)
        worker = S[c.H_WORKERS_AT] + number * c.WORKER
        if is_away(T, S, keys, worker, stretch):
            put_aside(T, S, team, number)
        else:
            S[queue + c.Q_FREE] -= 1
            S[worker + c.W_LEAD] = taken(S, team, now)
            _begin(T, S, keys, number, stretch, now)


@compiled
def _begin(T: Integers, S: Integers, keys: Keys, number: int, stretch: int, now: int) -> None:
    """An SDR begins the task of the lead that she has taken."""
    worker = S[c.H_WORKERS_AT] + number * c.WORKER
    lead = S[c.H_LEADS_AT] + S[worker + c.W_LEAD] * c.LEAD
    S[lead + c.L_TICKET] += 1
    seconds = _chosen(T, S, keys, lead, worker + c.W_DOES)
    machine.begun(T, S, lead, now, S[worker + c.W_ORDINAL], seconds)
    _busy(T, S, keys, number, stretch, now, seconds)


@compiled
def _chosen(T: Integers, S: Integers, keys: Keys, lead: int, does: int) -> int:
    """Notes at `does` what the lead's stage asks for, and answers the seconds that it takes."""
    if S[lead + c.L_STAGE] == T[S[lead + c.L_DESK] + c.D_CALL]:
        S[does] = c.CALL
        return drawn.attempt_seconds(T, S, keys, lead, S[lead + c.L_ATTEMPTS] + 1)
    S[does] = c.TASK
    return drawn.stage_seconds(T, S, keys, lead, drawn.stage_of(T, S, lead))


@compiled
def _busy(T: Integers, S: Integers, keys: Keys, number: int, stretch: int, now: int, seconds: int) -> None:
    worker = S[c.H_WORKERS_AT] + number * c.WORKER
    S[worker + c.W_SECONDS] = seconds
    done = done_at(T, S, keys, worker, stretch, now, seconds)
    plan(T, S, done, c.FINISHED, c.DONE, number, 0)


@compiled
def _worked(T: Integers, S: Integers, clock: ClockTables, keys: Keys, number: int, now: int) -> None:
    """A part of a task is done: a call may go on as a conversation; else the lead goes on, and she is free."""
    worker = S[c.H_WORKERS_AT] + number * c.WORKER
    lead, ordinal = S[c.H_LEADS_AT] + S[worker + c.W_LEAD] * c.LEAD, S[worker + c.W_ORDINAL]
    team, seconds = S[worker + c.W_TEAM], S[worker + c.W_SECONDS]
    queue = S[c.H_TEAMS_AT] + team * c.QUEUE
    if S[worker + c.W_DOES] == c.CALL and not drawn.connects(T, S, keys, lead, S[lead + c.L_ATTEMPTS]):
        calendar = T[T[c.T_TEAMS_AT] + team * c.TEAM + c.M_CALENDAR]
        is_closed = machine.unanswered(T, S, clock, lead, now, calendar)
    else:
        if S[worker + c.W_DOES] == c.CALL:
            seconds = drawn.conversation_seconds(T, S, keys, lead, S[lead + c.L_ATTEMPTS])
            machine.answered(S, lead, now, ordinal, seconds)
            if seconds > 0:
                S[worker + c.W_DOES] = c.CONVERSATION
                S[queue + c.Q_STRETCH] = stretch_at(T, team, S[queue + c.Q_STRETCH], now)
                _busy(T, S, keys, number, S[queue + c.Q_STRETCH], now, seconds)
                return
        is_closed = machine.finished(T, S, keys, lead, now, ordinal, seconds)
    S[queue + c.Q_FREE] += 1
    put_free(T, S, team, number)
    if is_closed:
        _closed(T, S, lead, now)
    else:
        _go_on(T, S, clock, keys, lead, now)
    if S[queue + c.Q_WAITING] > 0:
        _ask(T, S, team, now)


# --- work that no team of the desk does


@compiled
def _respond(T: Integers, S: Integers, lead: int, now: int) -> None:
    """A desk without SDRs: the first call comes after a while and always reaches the person."""
    S[lead + c.L_DOES] = c.RESPONSE
    number = (lead - S[c.H_LEADS_AT]) // c.LEAD
    plan(T, S, max(S[lead + c.L_RESPONSE], now), c.FINISHED, c.DONE_ALONE, number, 0)


@compiled
def _begin_alone(T: Integers, S: Integers, keys: Keys, lead: int, now: int) -> None:
    """A task of people whom the desk does not staff: at once within the shift of the lead's own team."""
    seconds = _chosen(T, S, keys, lead, lead + c.L_DOES)
    machine.begun(T, S, lead, now, 0, seconds)
    _busy_alone(T, S, lead, now, seconds)


@compiled
def _busy_alone(T: Integers, S: Integers, lead: int, now: int, seconds: int) -> None:
    S[lead + c.L_SECONDS] = seconds
    home, done = S[lead + c.L_HOME], now + seconds
    if T[T[c.T_TEAMS_AT] + home * c.TEAM + c.M_STAFFED] == 1:
        done = done_in_shift(T, home, now, seconds)
    plan(T, S, done, c.FINISHED, c.DONE_ALONE, (lead - S[c.H_LEADS_AT]) // c.LEAD, 0)


@compiled
def _worked_alone(T: Integers, S: Integers, clock: ClockTables, keys: Keys, lead: int, now: int) -> None:
    """A task of nobody in particular is done, or a part of it."""
    seconds, does = S[lead + c.L_SECONDS], S[lead + c.L_DOES]
    if does == c.RESPONSE:
        seconds = 0
        machine.begun(T, S, lead, now, 0, 0)
        if S[lead + c.L_STATE] == c.ATTEMPTED:
            machine.answered(S, lead, now, 0, 0)
    elif does == c.CALL and drawn.connects(T, S, keys, lead, S[lead + c.L_ATTEMPTS]):
        seconds = drawn.conversation_seconds(T, S, keys, lead, S[lead + c.L_ATTEMPTS])
        machine.answered(S, lead, now, 0, seconds)
        S[lead + c.L_DOES] = c.CONVERSATION
        _busy_alone(T, S, lead, now, seconds)
        return
    if does == c.CALL:
        calendar = T[T[c.T_TEAMS_AT] + S[lead + c.L_HOME] * c.TEAM + c.M_CALENDAR]
        is_closed = machine.unanswered(T, S, clock, lead, now, calendar)
    else:
        is_closed = machine.finished(T, S, keys, lead, now, 0, seconds)
    if is_closed:
        _closed(T, S, lead, now)
    else:
        _go_on(T, S, clock, keys, lead, now)
