"""The daily look over a state: who enters which journey, who is refused and why."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import schedule
from journeyctl.simulate.population_engine.clock import (
    add,
    add_business_days,
    business_seconds,
    civil,
    day_start,
    is_business_day,
    local_day,
    next_daily,
)
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import holds
from journeyctl.simulate.population_engine.gate import refused_purpose
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits
from journeyctl.simulate.population_engine.row_columns import Rows, add_row
from journeyctl.simulate.population_engine.steps import begin
from journeyctl.simulate.population_engine.turn import barring_exit, check_exits, plan_evaluation, show_visits

_DAY = 86_400


@compiled
def evaluate_contact(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows) -> None:
    """The contact is looked at: exits whose conditions time can change, then, after all else, entries."""
    now = state[c.NOW]
    if state[c.EVALUATED_AT] == now:
        return
    state[c.EVALUATED_AT] = now
    if 0 <= state[c.EVALUATION_AT] <= now:
        state[c.EVALUATION_AT] = -1
    for place in range(show_visits(state)):
        visit = state[state[c.SHOWN_AT] + place]
        if state[visit + c.V_IN] == 1 and program[state[visit + c.V_GRAPH] + p.G_EXITS_VOLATILE] == 1:
            plan_evaluation(state, clock, 0)
            check_exits(state, program, clock, rows, visit, 0)
    schedule(state, now, c.ENTRY_PHASE, -1, 0, 0, c.LOOK_AROUND, 0, 0, 0)


@compiled
def look_around(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], rows: Rows
) -> None:
    """Journeys look at the contact, by priority, then name."""
    for place in range(program[p.ACTIVE_COUNT]):
        journey = program[program[p.ACTIVE] + place]
        if program[p.graph_at(program, 0, journey) + p.G_WHEN] == 2:
            continue
        if state[c.visit_at(state, journey) + c.V_IN] == 0:
            _look(state, program, clock, keys, rows, journey, False)


@compiled
def enter_now(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], rows: Rows, journey: int
) -> None:
    """The contact's day in a ramp, or the event that an entry names, has come: it is let in, if it may be."""
    visit = c.visit_at(state, journey)
    graph = p.graph_at(program, state[c.FORM], journey)
    if state[visit + c.V_IN] == 1:
        return
    when = program[graph + p.G_WHEN]
    if when == 2:
        if program[graph + p.G_LAUNCH] <= state[c.NOW]:
            state[visit + c.V_REFUSAL] = 0
            _try(state, program, clock, rows, journey)
    elif when == 1:
        _try(state, program, clock, rows, journey)
    else:
        state[visit + c.V_DECIDED] = 0
        _look(state, program, clock, keys, rows, journey, True)


@compiled
def _look(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], rows: Rows,
    journey: int, ramped: bool,
) -> None:  # fmt: skip
    visit, graph = c.visit_at(state, journey), p.graph_at(program, state[c.FORM], journey)
    launch, now = program[graph + p.G_LAUNCH], state[c.NOW]
    first = next_daily(clock, launch if launch >= 0 else state[c.BORN])
    if now < first:
        plan_evaluation(state, clock, first)
        return
    if state[visit + c.V_DECIDED] == 1:
        return
    if program[graph + p.G_VOLATILE] == 1:
        plan_evaluation(state, clock, 0)
    if not ramped and not _falls_due(state, program, clock, graph, first):
        return
    if program[graph + p.G_WHEN] == 1:
        state[visit + c.V_DECIDED] = 1
        if now > first:
            return
    days = program[graph + p.G_RAMP_DAYS]
    if launch >= 0 and days > 1 and now == first and _may_enter(state, program, clock, graph, visit):
        u = bits(
            keys[0], np.uint64(state[c.PERSON]), np.uint64(program[p.RAMP_PURPOSE]),
            np.uint64(program[graph + p.G_RAMP_PLACE]), 0,
        )  # fmt: skip
        day = (u * days) >> 53
        if day > 0:
            at = add_business_days(clock, 0, now, day)
            state[visit + c.V_DECIDED] = 1
            schedule(state, at, c.ENTRY_PHASE, program[graph + p.G_ORDER], 0, 0, c.ENTER_JOURNEY, journey, 0, 0)
            return
    _try(state, program, clock, rows, journey)


@compiled
def _falls_due(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, graph: int, first: int) -> bool:
    """Whether the evaluation of today is one of those that `every` counts off from the first one."""
    if program[graph + p.G_DAILY] == 1:
        return True
    months, business_days, seconds = (
        program[graph + p.G_EVERY], program[graph + p.G_EVERY + 1], program[graph + p.G_EVERY + 2]
    )  # fmt: skip
    start, today = local_day(clock, 0, first), local_day(clock, 0, state[c.NOW])
    if months != 0:
        then_year, then_month, _ = civil(start)
        now_year, now_month, _ = civil(today)
        passed = (now_year - then_year) * 12 + now_month - then_month
        if passed % months != 0:
            return False
        return local_day(clock, 0, add(clock, 0, first, passed, 0, 0)) == today
    if business_days != 0:
        gone = business_seconds(clock, 0, day_start(clock, 0, start), day_start(clock, 0, today)) // _DAY
        return is_business_day(clock, 0, today) and gone % business_days == 0
    return (today - start) % max(1, seconds // _DAY) == 0


@compiled
def _in_audience(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, graph: int) -> bool:
    state[c.VIEW_VISIT] = -1
    state[c.VIEW_ITEM] = -1
    return holds(state, program, clock, program[graph + p.G_CONDITION])


@compiled
def _may_enter(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, graph: int, visit: int) -> bool:
    if not _in_audience(state, program, clock, graph):
        return False
    return _refusal(state, program, clock, graph, visit) == 0


@compiled
def _try(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, journey: int) -> None:
    visit, graph = c.visit_at(state, journey), p.graph_at(program, state[c.FORM], journey)
    if not _in_audience(state, program, clock, graph):
        return
    reason = _refusal(state, program, clock, graph, visit)
    if reason == 0:
        begin(state, program, clock, rows, journey, -1)
    elif state[visit + c.V_REFUSAL] != reason:
        state[visit + c.V_REFUSAL] = reason
        row = add_row(rows, state[c.NOW], k.REFUSED)
        rows.narrow[row, r.JOURNEY] = program[graph + p.G_NAME]
        rows.narrow[row, r.REASON] = reason


@compiled
def _refusal(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, graph: int, visit: int) -> int:
    """Name of why a contact of the audience may not enter now; 0 where it may."""
    last = state[visit + c.V_LAST_END]
    if last >= 0:
        if program[graph + p.G_AGAIN_KIND] == 0:
            return p.AGAIN
        again = graph + p.G_AGAIN
        allowed = add(clock, 0, last, program[again], program[again + 1], program[again + 2])
        if state[c.NOW] < allowed:
            plan_evaluation(state, clock, allowed)
            return p.AGAIN
    refused = refused_purpose(state, program, graph)
    if refused > 0:
        return refused
    barring = barring_exit(state, program, clock, graph)
    if barring < 0:
        return 0
    if program[barring + p.EXIT_VOLATILE] == 1:
        plan_evaluation(state, clock, 0)
    return program[barring + p.EXIT_NAME]
