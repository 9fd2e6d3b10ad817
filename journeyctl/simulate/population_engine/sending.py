"""Sends of a visit over a state: asked at the gate, deferred, skipped, sent, delivered or bounced."""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import instructions as i
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.gate import DEFERS, LETS, ask, expiry
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.row_columns import Rows, add_row
from journeyctl.simulate.population_engine.turn import announce, ask_gate, changed, emit_at, move


@compiled
def _emit_send(state: NDArray[int64], program: NDArray[int64], rows: Rows, kind: int, visit: int, reason: int) -> int:
    op = state[visit + c.V_OP]
    row = emit_at(state, rows, kind, visit, reason)
    rows.narrow[row, r.ITEM] = program[p.item_at(program, 0, program[op + p.SEND_ITEM]) + p.ITEM_WRITTEN]
    rows.narrow[row, r.CHANNEL] = program[op + p.SEND_CHANNEL]
    return row


@compiled
def request(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int) -> None:
    """The visit has come to a send: it is due now, and waits for the gate."""
    state[visit + c.V_WAITING] = p.W_GATE
    state[visit + c.V_PENDING] = 1
    state[visit + c.V_DUE] = state[c.NOW]
    state[visit + c.V_ANSWERS] = 0
    state[visit + c.V_SUPPRESSED] = 0
    _emit_send(state, program, rows, k.REQUESTED_SEND, visit, 0)
    ask_gate(state, program, visit, state[c.NOW])


@compiled
def answer(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int) -> None:
    """Asks the gate for the visit's pending send and does what it says."""
    op = state[visit + c.V_OP]
    item = p.item_at(program, state[visit + c.V_FORM], program[op + p.SEND_ITEM])
    if program[item + p.ITEM_LIVE] < 0:
        _skip(state, program, rows, visit, p.NOT_AVAILABLE)
        return
    says = ask(state, program, clock, visit, op, item)
    if says == LETS:
        _send(state, program, rows, visit, state[c.REASON])
    elif says == DEFERS:
        until, reason = state[c.UNTIL], state[c.REASON]
        limit = expiry(state, program, clock, visit, op)
        state[visit + c.V_ANSWERS] += 1
        state[visit + c.V_SUPPRESSED] = state[c.SUPPRESSED_BY]
        row = _emit_send(state, program, rows, k.DEFERRED, visit, reason)
        rows.wide[row, r.VALUE] = until
        ask_gate(state, program, visit, min(until, limit))
    else:
        _skip(state, program, rows, visit, state[c.REASON])


@compiled
def _skip(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, reason: int) -> None:
    _emit_send(state, program, rows, k.SKIPPED, visit, reason)
    _add_message(state, program, visit, 0, 1)
    op = state[visit + c.V_OP]
    skipped = program[op + p.SEND_SKIPPED]
    move(state, program, visit, skipped if skipped >= 0 else program[op + p.SEND_NEXT])


@compiled
def _add_message(state: NDArray[int64], program: NDArray[int64], visit: int, number: int, bounced: int) -> int:
    place = state[c.MESSAGE_COUNT]
    if place >= state[c.MESSAGE_ROOM]:
        state[c.FULL] = 1
        place = state[c.MESSAGE_ROOM] - 1
    else:
        state[c.MESSAGE_COUNT] = place + 1
    op = state[visit + c.V_OP]
    message = state[c.MESSAGES_AT] + place * c.MESSAGE
    state[message + c.M_ITEM] = program[op + p.SEND_ITEM]
    state[message + c.M_NUMBER] = number
    state[message + c.M_JOURNEY] = visit
    state[message + c.M_VISIT] = state[visit + c.V_NUMBER]
    state[message + c.M_OP_ROW] = state[visit + c.V_OP_ROW]
    state[message + c.M_STEP] = program[op + p.OP_STEP]
    state[message + c.M_CHANNEL] = program[op + p.SEND_CHANNEL]
    state[message + c.M_SENT] = state[c.NOW]
    state[message + c.M_DELIVERED] = -1
    state[message + c.M_BOUNCED] = bounced
    state[message + c.M_CLICKED] = 0
    state[message + c.M_FIRST_REACTION] = -1
    state[message + c.M_LAST_REACTION] = -1
    state[message + c.M_BEFORE_IN_VISIT] = state[visit + c.V_LAST_MESSAGE]
    state[message + c.M_BEFORE_OF_ITEM] = -1
    state[visit + c.V_LAST_MESSAGE] = message
    return message


@compiled
def _send(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, locale: int) -> None:
    op = state[visit + c.V_OP]
    item = program[op + p.SEND_ITEM]
    before = state[state[c.LATEST_AT] + item]
    number = 1 if before < 0 else state[before + c.M_NUMBER] + 1
    message = _add_message(state, program, visit, number, 0)
    state[message + c.M_BEFORE_OF_ITEM] = before
    state[state[c.LATEST_AT] + item] = message
    reserve(state, program[op + p.SEND_CHANNEL])
    remember(state, program, i.SENDS, item, state[visit + c.V_JOURNEY], 0)
    row = _emit_send(state, program, rows, k.SENT, visit, locale)
    rows.narrow[row, r.SEND] = number
    rows.narrow[row, r.LINE] = program[p.item_at(program, state[visit + c.V_FORM], item) + p.ITEM_WRITTEN_LINE]
    state[visit + c.V_WAITING] = p.W_DELIVERY
    state[visit + c.V_PENDING] = 0
    state[c.SENT] = 1


@compiled
def reserve(state: NDArray[int64], channel: int) -> None:
    """Counts one send, of ours or of another line."""
    place = state[c.COUNTED_COUNT]
    if place >= state[c.COUNTED_ROOM]:
        state[c.FULL] = 1
        return
    counted = state[c.COUNTED_AT] + place * c.COUNTED
    state[counted + c.C_TIME] = state[c.NOW]
    state[counted + c.C_CHANNEL] = channel
    state[c.COUNTED_COUNT] = place + 1


@compiled
def remember(state: NDArray[int64], program: NDArray[int64], kind: int, item: int, journey: int, human: int) -> None:
    """Keeps an act for conditions, where any asks for acts."""
    if program[p.KEEPS_ACTS] == 0:
        return
    place = state[c.ACT_COUNT]
    if place >= state[c.ACT_ROOM]:
        state[c.FULL] = 1
        return
    act = state[c.ACTS_AT] + place * c.ACT
    state[act + c.A_TIME] = state[c.NOW]
    state[act + c.A_KIND] = kind
    state[act + c.A_ITEM] = item
    state[act + c.A_JOURNEY] = journey
    state[act + c.A_HUMAN] = human
    state[c.ACT_COUNT] = place + 1


@compiled
def message_of(state: NDArray[int64], item: int, number: int) -> int:
    """The n-th send of an item to this contact; -1: none."""
    message = state[state[c.LATEST_AT] + item] if item >= 0 else -1
    while message >= 0 and state[message + c.M_NUMBER] != number:
        message = state[message + c.M_BEFORE_OF_ITEM]
    return message


@compiled
def emit_of(
    state: NDArray[int64], program: NDArray[int64], rows: Rows, kind: int, message: int, reason: int, who: int,
    value: int,
) -> None:  # fmt: skip
    """A row about a message, with the place from which it was sent; about no message, without one."""
    row = add_row(rows, state[c.NOW], kind)
    rows.narrow[row, r.REASON] = reason
    rows.narrow[row, r.WHO] = who
    rows.wide[row, r.VALUE] = value
    if message >= 0:
        item = p.item_at(program, state[c.FORM], state[message + c.M_ITEM])
        rows.narrow[row, r.OP] = state[message + c.M_OP_ROW]
        rows.narrow[row, r.VISIT] = state[message + c.M_VISIT]
        rows.narrow[row, r.ITEM] = program[item + p.ITEM_WRITTEN]
        rows.narrow[row, r.CHANNEL] = state[message + c.M_CHANNEL]
        rows.narrow[row, r.SEND] = state[message + c.M_NUMBER]
        rows.narrow[row, r.LINE] = program[item + p.ITEM_WRITTEN_LINE]


@compiled
def _waiting_for(state: NDArray[int64], message: int) -> int:
    """The visit that waits for this message's delivery; -1: it has left."""
    visit = state[message + c.M_JOURNEY]
    waits = state[visit + c.V_IN] == 1 and state[visit + c.V_WAITING] == p.W_DELIVERY
    if (
        waits
        and state[visit + c.V_NUMBER] == state[message + c.M_VISIT]
        and (state[visit + c.V_LAST_MESSAGE] == message)
    ):
        return visit
    return -1


@compiled
def delivered(state: NDArray[int64], program: NDArray[int64], rows: Rows, message: int) -> None:
    """The message arrived; the visit that sent it goes on."""
    if message < 0:
        return
    state[message + c.M_DELIVERED] = state[c.NOW]
    emit_of(state, program, rows, k.DELIVERED, message, 0, 0, 0)
    visit = _waiting_for(state, message)
    if visit >= 0:
        op = state[visit + c.V_OP]
        if program[op + p.SEND_LADDER] == 1:
            state[visit + c.V_LAST_OFFER] = state[c.NOW]
        move(state, program, visit, program[op + p.SEND_NEXT])


@compiled
def bounced(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, message: int, hard: int
) -> None:
    """The message came back; a hard bounce makes the address undeliverable for all journeys."""
    if message < 0:
        return
    state[message + c.M_BOUNCED] = 1
    emit_of(state, program, rows, k.BOUNCED, message, p.HARD if hard == 1 else p.SOFT, 0, 0)
    if hard == 1:
        state[state[c.FIELDS_AT] + program[p.DELIVERABLE_COLUMN]] = 0
        changed(state, program, clock, program[p.DELIVERABLE_COLUMN])
    announce(state, program, clock, rows, p.BOUNCED, -1, -1)
    visit = _waiting_for(state, message)
    if visit >= 0:
        move(state, program, visit, program[state[visit + c.V_OP] + p.SEND_NEXT])
