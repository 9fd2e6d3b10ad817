"""The few moves that all parts of the step machine share, over a state: the twin of `semantics.turn`."""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import schedule
from journeyctl.simulate.population_engine.clock import next_daily
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import holds
from journeyctl.simulate.population_engine.gate import refused_purpose
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.row_columns import Rows, add_row


@compiled
def emit_at(state: NDArray[int64], rows: Rows, kind: int, visit: int, reason: int) -> int:
    """A row about a visit, with the event that last diverted it; answers the row's place."""
    row = add_row(rows, state[c.NOW], kind)
    rows.narrow[row, r.OP] = state[visit + c.V_OP_ROW]
    rows.narrow[row, r.VISIT] = state[visit + c.V_NUMBER]
    rows.narrow[row, r.REASON] = reason
    if state[visit + c.V_CAUSE] > 0:
        rows.narrow[row, r.CAUSE] = state[visit + c.V_CAUSE]
        rows.wide[row, r.CAUSE_TIME] = state[visit + c.V_CAUSE_AT]
    return row


@compiled
def show_visits(state: NDArray[int64]) -> int:
    """Lists the contact's visits as they are now, in their order, for a loop that may change them."""
    count = state[c.VISIT_COUNT]
    for place in range(count):
        state[state[c.SHOWN_AT] + place] = state[state[c.ORDER_AT] + place]
    return count


@compiled
def move(state: NDArray[int64], program: NDArray[int64], visit: int, op_row: int) -> None:
    """The visit goes to another op and steps there after all that comes first at this second."""
    state[visit + c.V_TOKEN] += 1
    state[visit + c.V_OP_ROW] = op_row
    state[visit + c.V_OP] = p.op_at(program, op_row)
    state[visit + c.V_WAITING] = 0
    state[visit + c.V_PENDING] = 0
    state[visit + c.V_LISTENING] = -1
    schedule(
        state, state[c.NOW], c.STEP_PHASE, state[visit + c.V_ORDER], 0, 0,
        c.STEP, visit, state[visit + c.V_TOKEN], 0,
    )  # fmt: skip


@compiled
def ask_gate(state: NDArray[int64], program: NDArray[int64], visit: int, at: int) -> None:
    """Schedules the gate for the visit's pending send: by priority, earlier due time, journey, step."""
    schedule(
        state, at, c.GATE_PHASE, program[state[visit + c.V_GRAPH] + p.G_PRIORITY], state[visit + c.V_DUE],
        program[state[visit + c.V_OP] + p.OP_GATE_RANK],
        c.ASK_GATE, visit, state[visit + c.V_TOKEN], state[visit + c.V_ANSWERS],
    )  # fmt: skip


# --- leaving


@compiled
def announce(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, event: int, only: int, heard: int
) -> None:
    """Shows an event to the contact's visits (or to `only` one); `heard` awaited it. -1 stands for none."""
    for place in range(show_visits(state)):
        visit = state[state[c.SHOWN_AT] + place]
        if visit == heard or (only >= 0 and visit != only):
            continue
        if state[visit + c.V_IN] == 1:
            leave_on(state, program, clock, rows, visit, event)
    if event < program[p.EVENTS]:
        entry = program[p.ENTRY_EVENTS] + 2 * event
        for place in range(program[entry + 1]):
            journey = program[program[entry] + place]
            if state[c.visit_at(state, journey) + c.V_IN] == 0:
                order = program[p.graph_at(program, 0, journey) + p.G_ORDER]
                schedule(state, state[c.NOW], c.ENTRY_PHASE, order, 0, 0, c.ENTER_JOURNEY, journey, 0, 0)


@compiled
def leave_on(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, event: int
) -> None:
    """Takes the first exit that names the event, or a ladder's own way for a sales request."""
    target = -1
    if event == p.SALES_REQUEST:
        target = _asked_target(state, program, visit)
    graph = state[visit + c.V_GRAPH]
    if target < 0:
        for place in range(program[graph + p.G_EXIT_COUNT]):
            way_out = program[graph + p.G_EXITS] + place * p.EXIT
            if program[way_out + p.EXIT_EVENT] == event:
                target = program[way_out + p.EXIT_TARGET]
                break
    if target >= 0:
        divert(state, program, clock, rows, visit, target, event)


@compiled
def _asked_target(state: NDArray[int64], program: NDArray[int64], visit: int) -> int:
    if state[visit + c.V_LADDER] == 0:
        return -1
    if program[state[visit + c.V_OP] + p.OP_STEP] != state[visit + c.V_LADDER_STEP]:
        return -1
    return program[state[visit + c.V_LADDER_OFFER] + p.OFFER_ASKED]


@compiled
def divert(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, target: int, event: int
) -> None:
    """An exit: what was scheduled is dropped. Into the step where the contact stands it only counts."""
    here, there = state[visit + c.V_OP], p.op_at(program, target)
    kind = program[here + p.OP_KIND]
    if kind == p.END:
        return
    if program[here + p.OP_STEP] == program[there + p.OP_STEP] and program[there + p.OP_KIND] != p.END:
        if kind == p.HANDOFF:
            _hand_over_again(state, program, rows, visit, event)
        return
    drop(state, program, clock, rows, visit)
    state[visit + c.V_CAUSE] = event
    state[visit + c.V_CAUSE_AT] = state[c.NOW]
    move(state, program, visit, target)


@compiled
def _hand_over_again(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, event: int) -> None:
    if state[visit + c.V_WAITING] == p.W_HANDOFF and event in (p.SALES_REQUEST, p.MQL):
        join_lead(state, program, rows, visit, event)
    elif state[visit + c.V_WAITING] == 0 and event == p.SALES_REQUEST:
        state[visit + c.V_CAUSE] = event
        state[visit + c.V_CAUSE_AT] = state[c.NOW]


@compiled
def drop(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int) -> None:
    """What was scheduled for the visit is dropped and counted; a journey that it waits for ends with it."""
    # A child may wait for a child of its own: down the chain first, then ended from the innermost out.
    inner = visit
    while True:
        op, waiting = state[inner + c.V_OP], state[inner + c.V_WAITING]
        if waiting > 0:
            row = emit_at(state, rows, k.DROPPED, inner, waiting)
            if waiting == p.W_GATE and program[op + p.OP_KIND] == p.SEND:
                rows.narrow[row, r.ITEM] = _item_name(program, op)
        if waiting != p.W_CHILD or program[op + p.OP_KIND] != p.ENTER:
            break
        inner = c.visit_at(state, program[op + p.ENTER_JOURNEY])
    while inner != visit:
        parent = state[inner + c.V_PARENT]
        _take_out(state, rows, inner, p.PARENT_LEFT)
        plan_evaluation(state, clock, 0)
        inner = parent


@compiled
def _item_name(program: NDArray[int64], op: int) -> int:
    return program[p.item_at(program, 0, program[op + p.SEND_ITEM]) + p.ITEM_WRITTEN]


@compiled
def _take_out(state: NDArray[int64], rows: Rows, visit: int, label: int) -> None:
    """The visit is no more."""
    emit_at(state, rows, k.ENDED, visit, label)
    state[visit + c.V_IN] = 0
    state[visit + c.V_LAST_END] = state[c.NOW]
    state[visit + c.V_TOKEN] += 1
    order, kept = state[c.ORDER_AT], 0
    for place in range(state[c.VISIT_COUNT]):
        if state[order + place] != visit:
            state[order + kept] = state[order + place]
            kept += 1
    state[c.VISIT_COUNT] = kept


@compiled
def end(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, label: int,
    tell_parent: bool,
) -> None:  # fmt: skip
    """The visit is over, under a label; a parent that waits goes on."""
    drop(state, program, clock, rows, visit)
    _take_out(state, rows, visit, label)
    parent = state[visit + c.V_PARENT]
    if parent >= 0 and tell_parent and state[parent + c.V_IN] == 1 and state[parent + c.V_WAITING] == p.W_CHILD:
        op = state[parent + c.V_OP]
        target = program[op + p.ENTER_THEN]
        for place in range(program[op + p.ENTER_COUNT]):
            outcome = program[op + p.ENTER_OUTCOMES] + 2 * place
            if program[outcome] == label:
                target = program[outcome + 1]
        move(state, program, parent, target)
    plan_evaluation(state, clock, 0)


@compiled
def group_lead_at(state: NDArray[int64], group: int) -> int:
    """Where the row of a buying group's lead begins."""
    return state[c.GROUPS_AT] + group * c.GROUP_LEAD


@compiled
def lead_of(state: NDArray[int64], program: NDArray[int64], op: int) -> int:
    """Row whose place and number are those of the lead that a visit at this handoff awaits; -1: none is open.

    Leads of groups and of contacts have these two columns in the same order.
    """
    group = program[op + p.HANDOFF_GROUP]
    if group >= 0:
        state[c.GROUP_ASKED] = state[c.NOW]
        if state[group_lead_at(state, group) + c.GL_STATE] == 1:
            return group_lead_at(state, group)
    own = state[c.LEADS_AT] + program[op + p.HANDOFF_DESK] * c.LEAD
    return own if state[own + c.L_OPEN] == 1 else -1


@compiled
def join_lead(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, event: int) -> None:
    """A further cause joins the open lead; a request raises it."""
    op = state[visit + c.V_OP]
    lead = lead_of(state, program, op)
    own = state[c.LEADS_AT] + program[op + p.HANDOFF_DESK] * c.LEAD
    is_request = event == p.SALES_REQUEST
    row = emit_at(state, rows, k.MERGED, visit, p.REQUEST if is_request else p.SCORE_NAME)
    rows.narrow[row, r.LEAD_PLACE] = state[lead + c.L_PLACE]
    rows.narrow[row, r.LEAD_NUMBER] = state[lead + c.L_NUMBER]
    rows.narrow[row, r.DESK] = program[op + p.HANDOFF_DESK_NAME]
    rows.narrow[row, r.GROUP] = program[op + p.HANDOFF_GROUP_NAME]
    if event > 0:
        rows.narrow[row, r.CAUSE] = event
        rows.wide[row, r.CAUSE_TIME] = state[c.NOW]
    same = state[own + c.L_PLACE] == state[lead + c.L_PLACE] and state[own + c.L_NUMBER] == state[lead + c.L_NUMBER]
    if is_request and state[own + c.L_OPEN] == 1 and same:
        state[own + c.L_REQUEST] = 1


# --- changes


@compiled
def changed(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, key: int) -> None:
    """Something has a new value: exit conditions and deferring suppressions that read it are looked at now."""
    count = state[c.VISIT_COUNT] if key >= 0 else 0
    for place in range(count):
        visit = state[state[c.ORDER_AT] + place]
        reads = program[program[state[visit + c.V_GRAPH] + p.G_READS] + state[c.FORM]]
        if program[reads + key] == 1:
            schedule_exits(state, visit, 0)
        if state[visit + c.V_PENDING] == 1 and state[visit + c.V_SUPPRESSED] > 0:
            reads = _reads_of_suppression(state, program, state[visit + c.V_SUPPRESSED])
            if reads >= 0 and program[reads + key] == 1:
                ask_gate(state, program, visit, state[c.NOW])
    plan_evaluation(state, clock, 0)


@compiled
def _reads_of_suppression(state: NDArray[int64], program: NDArray[int64], name: int) -> int:
    """Table of what a suppression reads; -1 where the contact's policies have none of this name."""
    form = p.form_at(program, state[c.FORM])
    for place in range(program[form + p.F_SUPPRESSION_COUNT]):
        found = program[form + p.F_SUPPRESSIONS] + place * p.SUPPRESSION
        if program[found + p.SUPPRESSION_NAME] == name:
            return program[found + p.SUPPRESSION_READS]
    return -1


@compiled
def schedule_exits(state: NDArray[int64], visit: int, consent_lost: int) -> None:
    """The exit conditions of a visit are looked at after what comes first at this second."""
    schedule(state, state[c.NOW], c.EXIT_PHASE, state[visit + c.V_ORDER], 0, 0, c.CHECK_EXITS, visit, consent_lost, 0)


@compiled
def consent_lost(state: NDArray[int64], program: NDArray[int64], column: int, heard: int, written_too: bool) -> None:
    """A consent was taken back: journeys that need it are left, after written exits.

    `heard` awaited it; with `written_too` so did those with an exit for the contact's opting out.
    """
    if column < 0:
        return
    consents = program[p.form_at(program, state[c.FORM]) + p.F_CONSENTS]
    for place in range(state[c.VISIT_COUNT]):
        visit = state[state[c.ORDER_AT] + place]
        graph = state[visit + c.V_GRAPH]
        if visit == heard or (written_too and program[graph + p.G_EXITS_ON_LOSS] == 1):
            continue
        for number in range(program[graph + p.G_PURPOSE_COUNT]):
            purpose = program[graph + p.G_PURPOSES] + number * p.PURPOSE
            if program[consents + program[purpose + p.PURPOSE_NUMBER]] == column:
                schedule_exits(state, visit, 1)
                break


@compiled
def check_exits(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int, is_lost: int
) -> None:
    """Takes the first exit whose condition holds now; after them, a lost consent ends the visit."""
    graph = state[visit + c.V_GRAPH]
    lost = is_lost == 1 and refused_purpose(state, program, graph) > 0
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = -1
    for place in range(program[graph + p.G_EXIT_COUNT]):
        way_out = program[graph + p.G_EXITS] + place * p.EXIT
        start = program[way_out + p.EXIT_CONDITION]
        if start >= 0 and holds(state, program, clock, start):
            divert(state, program, clock, rows, visit, program[way_out + p.EXIT_TARGET], p.CONDITION)
            return
        if lost and program[way_out + p.EXIT_EVENT] == p.CONSENT_LOST:
            divert(state, program, clock, rows, visit, program[way_out + p.EXIT_TARGET], p.CONSENT_LOST)
            return
    if lost and program[state[visit + c.V_OP] + p.OP_KIND] != p.END:
        end(state, program, clock, rows, visit, p.CONSENT_LOST_END, True)


@compiled
def barring_exit(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, graph: int) -> int:
    """The exit whose condition already holds, so that the contact is not entered; -1: none."""
    state[c.VIEW_VISIT] = -1
    state[c.VIEW_ITEM] = -1
    for place in range(program[graph + p.G_EXIT_COUNT]):
        way_out = program[graph + p.G_EXITS] + place * p.EXIT
        start = program[way_out + p.EXIT_CONDITION]
        if start >= 0 and holds(state, program, clock, start):
            return way_out
    return -1


@compiled
def plan_evaluation(state: NDArray[int64], clock: ClockTables, not_before: int) -> None:
    """Makes sure that the contact is looked at in the next daily evaluation."""
    now, planned = state[c.NOW], state[c.EVALUATION_AT]
    earliest = now if state[c.EVALUATED_AT] != now else now + 1
    at = next_daily(clock, max(earliest, not_before))
    if planned < 0 or planned > at or planned < earliest:
        state[c.EVALUATION_AT] = at
        schedule(state, at, c.EXIT_PHASE, -1, 0, 0, c.EVALUATE, 0, 0, 0)
