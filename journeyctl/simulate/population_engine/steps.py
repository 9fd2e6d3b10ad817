"""What each op does when a visit comes to it, over a state. Sends and listens have homes of their own."""

from __future__ import annotations

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import ladder, reactions, scoring, sending
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import schedule
from journeyctl.simulate.population_engine.clock import add, day_start, next_moment
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import evaluate, holds, number_code, number_of
from journeyctl.simulate.population_engine.contact_state import calendar_of
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.gate import refused_purpose
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits
from journeyctl.simulate.population_engine.row_columns import Rows, add_row
from journeyctl.simulate.population_engine.turn import (
    barring_exit,
    changed,
    emit_at,
    end,
    group_lead_at,
    join_lead,
    lead_of,
    move,
    plan_evaluation,
)


@compiled
def run(  # noqa: C901  (one case per op: the list is the point)
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], rows: Rows, visit: int
) -> None:
    """The visit does its present op."""
    op = state[visit + c.V_OP]
    kind = program[op + p.OP_KIND]
    if kind == p.SEND:
        sending.request(state, program, rows, visit)
    elif kind == p.LISTEN:
        reactions.listen(state, program, clock, rows, visit)
    elif kind == p.WAIT:
        _wait(state, program, clock, rows, visit, op)
    elif kind == p.BRANCH:
        _branch(state, program, clock, rows, visit, op)
    elif kind == p.SPLIT:
        _split(state, program, keys, rows, visit, op)
    elif kind == p.LADDER:
        _start_ladder(state, program, clock, rows, visit, op)
    elif kind == p.OFFER:
        _offer(state, program, clock, rows, visit, op)
    elif kind == p.DEEPEN:
        offer = p.op_at(program, program[op + p.DEEPEN_OFFER])
        ladder.clicked(state, program, clock, visit, offer, program[op + p.DEEPEN_ITEM])
        move(state, program, visit, program[op + p.DEEPEN_OFFER])
    elif kind == p.UPDATE_FIELDS:
        _update(state, program, clock, rows, visit, op)
    elif kind == p.HANDOFF:
        _hand_off(state, program, clock, rows, visit, op)
    elif kind == p.ACTIVATE:
        _activate(state, program, clock, rows, visit, op)
    elif kind == p.ENTER:
        _enter(state, program, clock, rows, visit, op)
    else:
        end(state, program, clock, rows, visit, program[op + p.END_LABEL], True)


# --- time


@compiled
def _wait(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int) -> None:
    now, reason = state[c.NOW], p.ELAPSED
    length, mode = op + p.WAIT_LENGTH, program[op + p.WAIT_MODE]
    if mode == 0:
        until = add(clock, calendar_of(state, program), now, program[length], program[length + 1], program[length + 2])
    elif mode == 1:
        zone = 0
        if program[length + 2] == 1 and state[c.ZONE] >= 0:
            zone = state[c.ZONE]
        elif program[op + p.WAIT_ZONE] >= 0:
            zone = program[op + p.WAIT_ZONE]
        until = next_moment(clock, zone, program[length], program[length + 1], now)
    else:
        state[c.VIEW_VISIT] = visit
        state[c.VIEW_ITEM] = -1
        until = UNKNOWN if mode == 3 else evaluate(state, program, clock, program[op + p.WAIT_VALUE])
        if until == UNKNOWN:
            until, reason = now, p.UNKNOWN_NAME
        else:
            until = until if program[op + p.WAIT_IS_MOMENT] == 1 else day_start(clock, 0, until)
            reason = p.ELAPSED if until > now else p.PAST
    if until <= now:
        emit_at(state, rows, k.WAITED, visit, reason)
        move(state, program, visit, program[op + p.WAIT_NEXT])
    else:
        _sleep(state, visit, until, p.W_WAIT, c.TIME_OUT_WAIT)


@compiled
def _sleep(state: NDArray[int64], visit: int, until: int, waiting: int, kind: int) -> None:
    state[visit + c.V_WAITING] = waiting
    schedule(state, until, c.TIMEOUT_PHASE, state[visit + c.V_ORDER], 0, 0, kind, visit, state[visit + c.V_TOKEN], 0)


@compiled
def time_out(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, kind: int) -> None:
    """Something that the visit scheduled has come due."""
    if kind == c.TIME_OUT_WAIT:
        emit_at(state, rows, k.WAITED, visit, p.ELAPSED)
        move(state, program, visit, program[state[visit + c.V_OP] + p.WAIT_NEXT])
    elif kind == c.TIME_OUT_PACE:
        move(state, program, visit, state[visit + c.V_OP_ROW])
    else:
        reactions.time_out(state, program, rows, visit, kind)


# --- choices


@compiled
def _branch(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int
) -> None:
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = -1
    target, name = program[op + p.BRANCH_OTHERWISE], program[op + p.BRANCH_NAME]
    for place in range(program[op + p.BRANCH_COUNT]):
        case = program[op + p.BRANCH_CASES] + 3 * place
        if holds(state, program, clock, program[case]):
            target, name = program[case + 1], program[case + 2]
            break
    emit_at(state, rows, k.BRANCHED, visit, name)
    move(state, program, visit, target)


@compiled
def _split(
    state: NDArray[int64], program: NDArray[int64], keys: NDArray[uint64], rows: Rows, visit: int, op: int
) -> None:
    u = bits(
        keys[0], np.uint64(state[c.PERSON]), np.uint64(program[p.SPLIT_PURPOSE]),
        np.uint64(program[op + p.SPLIT_PLACE]), 0,
    )  # fmt: skip
    last = program[op + p.SPLIT_COUNT] - 1
    place = 0
    while place < last and u >= program[program[op + p.SPLIT_ARMS] + 3 * place]:
        place += 1
    arm = program[op + p.SPLIT_ARMS] + 3 * place
    emit_at(state, rows, k.SPLIT, visit, program[arm + 2])
    if program[arm + 1] < 0:
        state[visit + c.V_WAITING] = p.HOLDOUT
        state[visit + c.V_HELD_OUT] = 1
    else:
        move(state, program, visit, program[arm + 1])


@compiled
def _start_ladder(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int
) -> None:
    offer = p.op_at(program, program[op + p.LADDER_OFFER])
    known = ladder.start(state, program, clock, visit, op, offer)
    state[visit + c.V_LADDER] = 1
    state[visit + c.V_LADDER_STEP] = program[op + p.OP_STEP]
    state[visit + c.V_LADDER_OFFER] = offer
    if not known:
        emit_at(state, rows, k.BRANCHED, visit, p.TOPIC_UNKNOWN)
    move(state, program, visit, program[op + p.LADDER_OFFER])


@compiled
def _offer(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int) -> None:
    last = state[visit + c.V_LAST_OFFER]
    if last >= 0 and state[c.NOW] < last + program[op + p.OFFER_PACE]:
        _sleep(state, visit, last + program[op + p.OFFER_PACE], p.W_PACE, c.TIME_OUT_PACE)
        return
    place = ladder.choose(state, program, clock, visit, op)
    if place < 0:
        emit_at(state, rows, k.BRANCHED, visit, state[c.REASON])
        state[visit + c.V_LADDER] = 0
        move(state, program, visit, program[op + p.OFFER_EXHAUSTED])
    else:
        item = p.item_at(program, state[visit + c.V_FORM], ladder.item_of(state, program, visit, op, place))
        row = emit_at(state, rows, k.BRANCHED, visit, program[item + p.ITEM_WRITTEN])
        rows.narrow[row, r.ITEM] = program[item + p.ITEM_WRITTEN]
        move(state, program, visit, program[program[op + p.OFFER_TARGETS] + place])


# --- changes and other journeys


@compiled
def _update(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int
) -> None:
    here, number = state[visit + c.V_OP_ROW], state[visit + c.V_NUMBER]
    for place in range(program[op + p.UPDATE_COUNT]):
        assignment = program[op + p.UPDATE_START] + place * p.ASSIGNMENT
        if program[assignment + p.ASSIGN_COLUMN] < 0:
            _change_score(state, program, clock, rows, visit, assignment)
        else:
            _change_field(state, program, clock, rows, visit, assignment)
    still = state[visit + c.V_IN] == 1 and state[visit + c.V_NUMBER] == number
    if still and state[visit + c.V_OP_ROW] == here:
        move(state, program, visit, program[op + p.UPDATE_NEXT])


@compiled
def _evaluated(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, start: int) -> int:
    """What an assignment's expression is worth, with the visit's last message's item at hand."""
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = -1
    message = state[visit + c.V_LAST_MESSAGE]
    if message >= 0:
        item = p.item_at(program, state[visit + c.V_FORM], state[message + c.M_ITEM])
        state[c.VIEW_ITEM] = item if program[item + p.ITEM_LIVE] >= 0 else -1
    return evaluate(state, program, clock, start)


@compiled
def _change_score(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, assignment: int
) -> None:
    change, hundredths = program[assignment + p.ASSIGN_CHANGE], program[assignment + p.ASSIGN_CODE]
    if change == 2:
        value = _evaluated(state, program, clock, visit, program[assignment + p.ASSIGN_VALUE])
        hundredths = 0 if value == UNKNOWN else np.int64(np.rint(number_of(value) * 100.0))
    if change != 1:
        hundredths -= scoring.current(state, program)
    reactions.add_points(state, program, clock, rows, hundredths, p.UPDATE)


@compiled
def _change_field(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, assignment: int
) -> None:
    change, code = program[assignment + p.ASSIGN_CHANGE], program[assignment + p.ASSIGN_CODE]
    name, column = program[assignment + p.ASSIGN_NAME], program[assignment + p.ASSIGN_COLUMN]
    source, broken = program[assignment + p.ASSIGN_VALUE], program[assignment + p.ASSIGN_BROKEN]
    found = UNKNOWN if change == 0 else _evaluated(state, program, clock, visit, source)
    is_broken = int(broken < -1) if broken < 0 else _evaluated(state, program, clock, visit, broken)
    if change == 2:
        code, name = found, 0
    elif change == 1 and found != UNKNOWN:
        code, name = number_code(number_of(found) + number_of(code)), 0
    companion = program[program[p.COMPANIONS] + column]
    if companion >= 0:
        state[state[c.FIELDS_AT] + companion] = is_broken
    reactions.assign(state, program, clock, rows, column, code, name, visit)


@compiled
def _can_be_handed_over(state: NDArray[int64], program: NDArray[int64], op: int) -> bool:
    """A buying group whose lead is open, or that is ready and whose leads are made by handoffs."""
    group = program[op + p.HANDOFF_GROUP]
    if group < 0:
        return True
    state[c.GROUP_ASKED] = state[c.NOW]
    lead = state[group_lead_at(state, group) + c.GL_STATE]
    if lead >= 0:
        return lead == 1
    column = program[op + p.HANDOFF_READY]
    return column >= 0 and state[state[c.FIELDS_AT] + column] == 1


@compiled
def _hand_off(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int
) -> None:
    if not _can_be_handed_over(state, program, op):
        row = emit_at(state, rows, k.BRANCHED, visit, p.NOT_READY)
        rows.narrow[row, r.DESK] = program[op + p.HANDOFF_DESK_NAME]
        move(state, program, visit, program[program[op + p.HANDOFF_OUTCOMES] + len(p.OUTCOMES) - 1])
        return
    state[visit + c.V_WAITING] = p.W_HANDOFF
    if lead_of(state, program, op) >= 0:
        join_lead(state, program, rows, visit, state[visit + c.V_CAUSE])
        return
    place, written = program[op + p.HANDOFF_PLACE], program[op + p.HANDOFF_PLACE_NAME]
    if state[visit + c.V_CAUSE] == p.MQL:
        place, written = 0, p.SCORE_NAME
    state[state[c.PLACES_AT] + place] += 1
    is_request = state[visit + c.V_CAUSE] == p.SALES_REQUEST
    lead = state[c.LEADS_AT] + program[op + p.HANDOFF_DESK] * c.LEAD
    state[lead + c.L_OPEN] = 1
    state[lead + c.L_PLACE] = written
    state[lead + c.L_NUMBER] = state[state[c.PLACES_AT] + place]
    state[lead + c.L_REQUEST] = int(is_request)
    state[lead + c.L_CREATED] = state[c.NOW]
    state[c.OPEN_LEADS] += 1
    row = emit_at(state, rows, k.HANDED_OFF, visit, p.REQUEST if is_request else p.SCORE_NAME)
    rows.narrow[row, r.LEAD_PLACE] = written
    rows.narrow[row, r.LEAD_NUMBER] = state[lead + c.L_NUMBER]
    rows.narrow[row, r.DESK] = program[op + p.HANDOFF_DESK_NAME]
    rows.narrow[row, r.GROUP] = program[op + p.HANDOFF_GROUP_NAME]
    rows.wide[row, r.VALUE] = scoring.current(state, program)
    changed(state, program, clock, program[p.LEAD_KEY])


@compiled
def _activate(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int
) -> None:
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = -1
    if holds(state, program, clock, program[op + p.ACTIVATE_WHEN]):
        length = op + p.ACTIVATE_LENGTH
        row = emit_at(state, rows, k.ACTIVATED, visit, 0)
        rows.narrow[row, r.CHANNEL] = program[op + p.ACTIVATE_AUDIENCE]
        rows.narrow[row, r.GROUP] = program[op + p.ACTIVATE_GROUP]
        rows.wide[row, r.VALUE] = add(clock, 0, state[c.NOW], program[length], program[length + 1], program[length + 2])
    move(state, program, visit, program[op + p.ACTIVATE_NEXT])


@compiled
def _enter(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, op: int) -> None:
    journey = program[op + p.ENTER_JOURNEY]
    graph = p.graph_at(program, state[c.FORM], journey)
    refused = refused_purpose(state, program, graph)
    barring = barring_exit(state, program, clock, graph)
    if refused > 0 or state[c.visit_at(state, journey) + c.V_IN] == 1 or barring >= 0:
        reason = p.ALREADY_IN if barring < 0 else program[barring + p.EXIT_NAME]
        row = add_row(rows, state[c.NOW], k.REFUSED)
        rows.narrow[row, r.JOURNEY] = program[graph + p.G_NAME]
        rows.narrow[row, r.REASON] = refused if refused > 0 else reason
        move(state, program, visit, program[op + p.ENTER_THEN])
        return
    state[visit + c.V_WAITING] = p.W_CHILD
    emit_at(state, rows, k.BRANCHED, visit, program[graph + p.G_NAME])
    begin(state, program, clock, rows, journey, visit)


@compiled
def begin(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, journey: int, parent: int
) -> None:
    """The contact enters a journey now; `parent` is the visit that waits for it, or -1."""
    graph = p.graph_at(program, state[c.FORM], journey)
    visit = c.visit_at(state, journey)
    for column in range(c.V_GRAPH, c.VISIT):
        state[visit + column] = 0
    state[visit + c.V_IN] = 1
    state[visit + c.V_NUMBER] += 1
    state[visit + c.V_REFUSAL] = 0
    state[visit + c.V_GRAPH] = graph
    state[visit + c.V_FORM] = state[c.FORM]
    state[visit + c.V_ENTERED] = state[c.NOW]
    state[visit + c.V_OP_ROW] = program[graph + p.G_START]
    state[visit + c.V_OP] = p.op_at(program, program[graph + p.G_START])
    # Above every token of earlier visits, so that nothing these scheduled can be taken for this one's.
    state[visit + c.V_TOKEN] = state[c.SEQUENCE]
    state[visit + c.V_LAST_MESSAGE] = -1
    state[visit + c.V_LAST_OFFER] = -1
    state[visit + c.V_LISTENING] = -1
    state[visit + c.V_PARENT] = parent
    state[visit + c.V_HELD_OUT] = state[parent + c.V_HELD_OUT] if parent >= 0 else 0
    state[visit + c.V_ORDER] = program[graph + p.G_ORDER]
    _put_in_order(state, visit)
    if program[graph + p.G_EXITS_VOLATILE] == 1:
        plan_evaluation(state, clock, 0)
    emit_at(state, rows, k.ENTERED, visit, 0)
    move(state, program, visit, program[graph + p.G_START])


@compiled
def _put_in_order(state: NDArray[int64], visit: int) -> None:
    place, order = state[c.VISIT_COUNT], state[c.ORDER_AT]
    while place > 0 and state[state[order + place - 1] + c.V_ORDER] > state[visit + c.V_ORDER]:
        state[order + place] = state[order + place - 1]
        place -= 1
    state[order + place] = visit
    state[c.VISIT_COUNT] += 1
