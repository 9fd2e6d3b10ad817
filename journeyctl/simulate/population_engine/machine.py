"""The step machine over a state: does everything that is due, and stops where the outside world must answer."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.semantics.machine import STEP_LIMIT
from journeyctl.simulate.population_engine import entries, reactions, scoring, sending, steps
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import next_time, take_first
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.contact_state import clear, settle_place
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits
from journeyctl.simulate.population_engine.row_columns import Rows, add_row
from journeyctl.simulate.population_engine.turn import (
    announce,
    changed,
    check_exits,
    end,
    group_lead_at,
    lead_of,
    move,
    plan_evaluation,
    show_visits,
)

_MASK: Final = (1 << 32) - 1


@compiled
def new_contact(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], fields: NDArray[int64],
    person: int, born: int,
) -> None:  # fmt: skip
    """A contact that becomes known at second `born`; `person` is its name's hash, `fields` the codes of its fields."""
    clear(state, program)
    first = state[c.FIELDS_AT]
    for column in range(state[c.FIELD_COUNT]):
        state[first + column] = fields[column]
    state[c.PERSON] = person
    state[c.BORN] = born
    state[c.NOW] = born
    settle_place(state, program)
    if program[p.HOLDOUT_THRESHOLD] > 0:
        u = bits(keys[0], np.uint64(person), np.uint64(program[p.HOLDOUT_PURPOSE]), np.uint64(0), 0)
        state[c.HELD_OUT] = int(u < program[p.HOLDOUT_THRESHOLD])
    plan_evaluation(state, clock, 0)


@compiled
def advance(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], rows: Rows, now: int
) -> None:
    """Does everything due up to second `now`, or up to a message that went out."""
    state[c.NOW] = now
    state[c.SENT] = 0
    if state[c.INSTANT] != now:
        state[c.INSTANT] = now
        state[c.STEPS] = 0
    while next_time(state) <= now and state[c.SENT] == 0 and state[c.FULL] == 0:
        entry = take_first(state)
        kind, a, b, d = state[entry + c.E_KIND], state[entry + c.E_A], state[entry + c.E_B], state[entry + c.E_C]
        if kind <= c.CHECK_EXITS:
            _do_for_visit(state, program, clock, keys, rows, kind, a, b, d)
        elif kind == c.EVALUATE:
            entries.evaluate_contact(state, program, clock, rows)
        elif kind == c.LOOK_AROUND:
            entries.look_around(state, program, clock, keys, rows)
        elif kind == c.ENTER_JOURNEY:
            entries.enter_now(state, program, clock, keys, rows, a)
        elif kind < c.DELIVERED:
            _learn(state, program, clock, rows, kind, a, b, d)
        else:
            _react(state, program, clock, rows, kind, a, b, d)


@compiled
def _do_for_visit(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, keys: NDArray[uint64], rows: Rows,
    kind: int, visit: int, token: int, answers: int,
) -> None:  # fmt: skip
    if state[visit + c.V_IN] == 0:
        return
    if kind == c.CHECK_EXITS:
        check_exits(state, program, clock, rows, visit, token)
    elif state[visit + c.V_TOKEN] != token:
        return
    elif kind == c.STEP:
        if state[visit + c.V_WAITING] == 0:
            _count_step(state, program, clock, rows)
            if state[c.STUCK] == 0:
                steps.run(state, program, clock, keys, rows, visit)
    elif kind == c.ASK_GATE:
        if state[visit + c.V_PENDING] == 1 and state[visit + c.V_ANSWERS] == answers:
            sending.answer(state, program, clock, rows, visit)
    else:
        steps.time_out(state, program, rows, visit, kind)


@compiled
def _count_step(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows) -> None:
    state[c.STEPS] += 1
    if state[c.STEPS] <= STEP_LIMIT:
        return
    state[c.STUCK] = 1
    for place in range(show_visits(state)):
        visit = state[state[c.SHOWN_AT] + place]
        if state[visit + c.V_IN] == 1:
            end(state, program, clock, rows, visit, p.STUCK_NAME, False)
    state[c.AGENDA_COUNT] = 0


@compiled
def _learn(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, kind: int, a: int, b: int, d: int
) -> None:
    if kind == c.FIELD_CHANGED:
        if a >= 0:
            companion = program[program[p.COMPANIONS] + (a & _MASK)]
            if companion >= 0:
                state[state[c.FIELDS_AT] + companion] = a >> 32
            a = a & _MASK
        reactions.assign(state, program, clock, rows, a, b, d, -1)
    elif kind == c.OTHER_MAIL:
        other_mail(state, rows, a)
    elif kind == c.LEAD_OUTCOME:
        _lead_outcome(state, program, clock, rows, a)
    elif kind == c.GROUP_READY:
        if b >= 0:
            _called_for_group(state, program, clock, rows, a, b)
        announce(state, program, clock, rows, p.GROUP_READY, -1, -1)
    else:
        _group_changed(state, program, clock, a, b)


@compiled
def other_mail(state: NDArray[int64], rows: Rows, line: int) -> None:
    """Another line's mail arrived: it is recorded, and counts for caps."""
    sending.reserve(state, p.EMAIL)
    row = add_row(rows, state[c.NOW], k.DELIVERED)
    rows.narrow[row, r.LINE] = line
    rows.narrow[row, r.CHANNEL] = p.EMAIL
    rows.narrow[row, r.REASON] = p.OTHER_MAIL


@compiled
def _lead_outcome(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, note: int) -> None:
    """The CRM sync brought an outcome. Its note: desk, desk's name, lead's place and number, outcome, reason's text."""
    desk, place, number, outcome = state[note], state[note + 2], state[note + 3], state[note + 4]
    own = state[c.LEADS_AT] + desk * c.LEAD
    is_own = state[own + c.L_OPEN] == 1 and state[own + c.L_PLACE] == place and state[own + c.L_NUMBER] == number
    group = -1
    state[c.GROUP_ASKED] = state[c.NOW]
    for candidate in range(program[p.GROUP_COUNT] - 1, -1, -1):
        lead = group_lead_at(state, candidate)
        if (
            state[lead + c.GL_STATE] == 1
            and state[lead + c.GL_PLACE] == place
            and (state[lead + c.GL_NUMBER] == number)
        ):
            group = candidate
    if not is_own and group < 0:
        return
    waiting = _those_awaiting(state, program, place, number)
    _close_group_leads(state, program, place, number)
    if is_own:
        state[own + c.L_OPEN] = 0
        state[c.OPEN_LEADS] -= 1
        state[c.LAST_OUTCOME] = program[program[p.OUTCOME_TEXTS] + outcome]
        state[c.LAST_REASON] = state[note + 5]
    name = program[program[p.OUTCOME_NAMES] + outcome]
    row = add_row(rows, state[c.NOW], k.SYNCED)
    rows.narrow[row, r.LEAD_PLACE] = place
    rows.narrow[row, r.LEAD_NUMBER] = number
    rows.narrow[row, r.DESK] = state[note + 1]
    rows.narrow[row, r.REASON] = name
    if group >= 0:
        rows.narrow[row, r.GROUP] = program[program[p.GROUP_NAMES] + group]
    for position in range(waiting):
        visit = state[state[c.SHOWN_AT] + position]
        state[visit + c.V_CAUSE] = name
        state[visit + c.V_CAUSE_AT] = state[c.NOW]
        move(state, program, visit, program[program[state[visit + c.V_OP] + p.HANDOFF_OUTCOMES] + outcome])
    if is_own:
        changed(state, program, clock, program[p.LEAD_KEY])


@compiled
def _those_awaiting(state: NDArray[int64], program: NDArray[int64], place: int, number: int) -> int:
    """Lists the visits that wait for a lead at a handoff; answers how many."""
    found = 0
    for position in range(state[c.VISIT_COUNT]):
        visit = state[state[c.ORDER_AT] + position]
        op = state[visit + c.V_OP]
        if program[op + p.OP_KIND] != p.HANDOFF or state[visit + c.V_WAITING] != p.W_HANDOFF:
            continue
        lead = lead_of(state, program, op)
        if lead >= 0 and state[lead + c.L_PLACE] == place and state[lead + c.L_NUMBER] == number:
            state[state[c.SHOWN_AT] + found] = visit
            found += 1
    return found


@compiled
def _close_group_leads(state: NDArray[int64], program: NDArray[int64], place: int, number: int) -> None:
    for group in range(program[p.GROUP_COUNT]):
        lead = group_lead_at(state, group)
        if (
            state[lead + c.GL_STATE] == 1
            and state[lead + c.GL_PLACE] == place
            and (state[lead + c.GL_NUMBER] == number)
        ):
            state[lead + c.GL_STATE] = 0


@compiled
def _called_for_group(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, group: int, note: int
) -> None:
    """The group's lead is one of this contact. Its note: desk, desk's name, lead's place and number."""
    lead = state[c.LEADS_AT] + state[note] * c.LEAD
    is_open = state[lead + c.L_OPEN] == 1
    if not is_open:
        state[lead + c.L_OPEN] = 1
        state[lead + c.L_PLACE] = state[note + 2]
        state[lead + c.L_NUMBER] = state[note + 3]
        state[lead + c.L_REQUEST] = 0
        state[lead + c.L_CREATED] = state[c.NOW]
        state[c.OPEN_LEADS] += 1
    row = add_row(rows, state[c.NOW], k.MERGED if is_open else k.HANDED_OFF)
    rows.narrow[row, r.LEAD_PLACE] = state[lead + c.L_PLACE]
    rows.narrow[row, r.LEAD_NUMBER] = state[lead + c.L_NUMBER]
    rows.narrow[row, r.DESK] = state[note + 1]
    rows.narrow[row, r.REASON] = p.SCORE_NAME
    rows.narrow[row, r.GROUP] = program[program[p.GROUP_NAMES] + group]
    if not is_open:
        rows.wide[row, r.VALUE] = scoring.current(state, program)
        changed(state, program, clock, program[p.LEAD_KEY])


@compiled
def _group_changed(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, group: int, note: int) -> None:
    """An account evaluation has spoken. Its note: the four fields' codes, then the group's lead."""
    for place in range(4):
        column = program[program[p.GROUP_COLUMNS] + 4 * group + place]
        if column >= 0:
            state[state[c.FIELDS_AT] + column] = state[note + place]
    if state[note + 4] >= 0:
        lead = group_lead_at(state, group)
        state[lead + c.GL_STATE] = state[note + 4]
        state[lead + c.GL_PLACE] = state[note + 5]
        state[lead + c.GL_NUMBER] = state[note + 6]
    changed(state, program, clock, program[p.GROUP_KEYS] + group)


@compiled
def _react(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, kind: int, a: int, b: int, d: int
) -> None:
    """Stimuli about a message: item, number, and what more there is to say."""
    if kind == c.DELIVERED:
        sending.delivered(state, program, rows, sending.message_of(state, a, b))
    elif kind == c.BOUNCED:
        sending.bounced(state, program, clock, rows, sending.message_of(state, a, b), d)
    elif kind == c.OPENED:
        reactions.opened(state, program, clock, rows, a, b, d)
    elif kind == c.CLICKED:
        reactions.clicked(state, program, clock, rows, a, b, d & _MASK, d >> 32)
    elif kind in (c.PAGE_VIEWED, c.FORM_SUBMITTED):
        reactions.on_page(state, program, clock, rows, a, b, d if kind == c.PAGE_VIEWED else 0)
    elif kind == c.SALES_REQUESTED:
        reactions.sales_requested(state, program, clock, rows, a, b)
    elif kind == c.UNSUBSCRIBED:
        reactions.unsubscribed(state, program, clock, rows, a, b)
    else:
        reactions.custom_event(state, program, clock, rows, a)
