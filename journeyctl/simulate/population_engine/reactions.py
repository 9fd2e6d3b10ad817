"""Reactions of a contact over a state: recorded, scored, and shown first to what awaits them, then to exits."""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import instructions as i
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import scoring
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import schedule
from journeyctl.simulate.population_engine.clock import add
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import evaluate
from journeyctl.simulate.population_engine.contact_state import calendar_of, settle_place
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.row_columns import Rows, add_row
from journeyctl.simulate.population_engine.sending import emit_of, message_of, remember
from journeyctl.simulate.population_engine.turn import announce, changed, consent_lost, emit_at, move


@compiled
def opened(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, item: int, send: int, who: int
) -> None:
    """An open was recorded."""
    message = message_of(state, item, send)
    if message >= 0:
        emit_of(state, program, rows, k.OPENED, message, 0, who, 0)
        _react(state, program, clock, rows, message, c.OPENED_REACTION, p.OPENED, 0, who)


@compiled
def clicked(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, item: int, send: int, who: int,
    every_link: int,
) -> None:  # fmt: skip
    """A click was recorded."""
    message = message_of(state, item, send)
    if message >= 0:
        state[message + c.M_CLICKED] = 1
        emit_of(state, program, rows, k.CLICKED, message, p.EVERY_LINK if every_link == 1 else 0, who, 0)
        _react(state, program, clock, rows, message, c.CLICKED_REACTION, p.CLICKED, every_link, who)


@compiled
def _react(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, message: int, reaction: int,
    event: int, every_link: int, who: int,
) -> None:  # fmt: skip
    """A reaction that only the journey that sent the message may see."""
    visit = state[message + c.M_JOURNEY]
    act = i.OPENS if reaction == c.OPENED_REACTION else i.CLICKS
    remember(state, program, act, state[message + c.M_ITEM], state[visit + c.V_JOURNEY], int(who == p.HUMAN))
    heard = _hear(state, program, rows, message, reaction, every_link)
    announce(state, program, clock, rows, event, visit, heard)
    _score(state, program, clock, rows, event, who)


@compiled
def sales_requested(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, item: int, send: int
) -> None:
    """The contact asked for sales; all its journeys see it."""
    message = message_of(state, item, send)
    emit_of(state, program, rows, k.ASKED, message, 0, p.HUMAN, 0)
    remember(state, program, i.REQUESTS, item, _journey_of(state, message), 1)
    heard = _hear(state, program, rows, message, c.REQUEST_REACTION, 0)
    announce(state, program, clock, rows, p.SALES_REQUEST, -1, heard)
    _score(state, program, clock, rows, p.SALES_REQUEST, p.HUMAN)


@compiled
def _journey_of(state: NDArray[int64], message: int) -> int:
    return state[state[message + c.M_JOURNEY] + c.V_JOURNEY] if message >= 0 else -1


@compiled
def unsubscribed(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, item: int, send: int
) -> None:
    """The contact opted out: the marketing consent is gone at this second."""
    message = message_of(state, item, send)
    emit_of(state, program, rows, k.UNSUBSCRIBED, message, 0, p.HUMAN, 0)
    column = program[p.form_at(program, state[c.FORM]) + p.F_MARKETING]
    if column >= 0:
        state[state[c.FIELDS_AT] + column] = 0
    heard = _hear(state, program, rows, message, c.UNSUBSCRIBED_REACTION, 0)
    announce(state, program, clock, rows, p.UNSUBSCRIBED, -1, heard)
    if column >= 0:
        consent_lost(state, program, column, heard, True)
        changed(state, program, clock, column)
    _score(state, program, clock, rows, p.UNSUBSCRIBED, p.HUMAN)


@compiled
def on_page(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, item: int, send: int, pages: int
) -> None:
    """A page was read, or (`pages` 0) a form filled in."""
    message = message_of(state, item, send)
    event = p.PAGE_VIEWED if pages > 0 else p.FORM_SUBMITTED
    emit_of(state, program, rows, k.VISITED if pages > 0 else k.FORM, message, 0, p.HUMAN, max(1, pages))
    if pages > 0:
        remember(state, program, i.VISITS, item, _journey_of(state, message), 1)
    only = state[message + c.M_JOURNEY] if message >= 0 else -1
    announce(state, program, clock, rows, event, only, -1)
    _score(state, program, clock, rows, event, p.HUMAN)


@compiled
def custom_event(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, event: int) -> None:
    """An event of the profile happened to the contact; all its journeys see it."""
    row = add_row(rows, state[c.NOW], k.FACT)
    rows.narrow[row, r.REASON] = event
    announce(state, program, clock, rows, event, -1, -1)
    _score(state, program, clock, rows, event, p.HUMAN)


@compiled
def assign(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, column: int, code: int, name: int,
    visit: int,
) -> None:  # fmt: skip
    """A field has a new value for everything that follows; what reads it is looked at again.

    `name` is how the record writes it; 0: to be found out. `visit` -1: the change comes from outside.
    """
    had_consent = column >= 0 and state[state[c.FIELDS_AT] + column] != 0
    if column >= 0:
        state[state[c.FIELDS_AT] + column] = code
        if column in (program[p.COUNTRY_COLUMN], program[p.ZONE_COLUMN]):
            settle_place(state, program)
    row = add_row(rows, state[c.NOW], k.FACT) if visit < 0 else emit_at(state, rows, k.FACT, visit, 0)
    rows.narrow[row, r.REASON] = name
    if name == 0:
        name = program[program[p.FACT_NAMES] + 3 * column + (2 if code == UNKNOWN else code & 1)]
        rows.narrow[row, r.REASON] = name
        if name < 0:
            companion = program[program[p.COMPANIONS] + column]
            is_broken = companion >= 0 and state[state[c.FIELDS_AT] + companion] == 1
            rows.narrow[row, r.REASON] = -1 - 2 * column - int(is_broken)
            rows.wide[row, r.VALUE] = code
    if had_consent and code != 1:
        consent_lost(state, program, column, -1, False)
    changed(state, program, clock, column)
    check_mql(state, program, clock, rows)


@compiled
def check_mql(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows) -> None:
    """Lets the event `mql` happen when score and fit reach the threshold."""
    form = p.form_at(program, state[c.FORM])
    threshold = program[form + p.F_MQL_SCORE]
    if program[form + p.F_SCORES] == 0 or threshold < 0 or state[c.ARMED] == 0 or state[c.SCORE] < threshold:
        return
    state[c.VIEW_VISIT] = -1
    state[c.VIEW_ITEM] = -1
    fit = evaluate(state, program, clock, program[form + p.F_FIT])
    name, counts = 0, program[form + p.F_MQL_ANY_FIT]
    for place in range(program[form + p.F_GRADE_COUNT]):
        grade = program[form + p.F_GRADES] + place * p.GRADE
        if program[grade + p.GRADE_TEXT] == fit:
            name = program[grade + p.GRADE_NAME]
            counts = max(counts, program[grade + p.GRADE_COUNTS])
    last = state[c.LAST_MQL]
    if counts == 0 or (last >= 0 and state[c.NOW] - last < program[form + p.F_MQL_AGAIN]):
        return
    score = scoring.current(state, program)
    if score < threshold:
        return
    state[c.LAST_MQL] = state[c.NOW]
    state[c.ARMED] = 0
    row = add_row(rows, state[c.NOW], k.MQL)
    rows.wide[row, r.VALUE] = score
    rows.narrow[row, r.REASON] = name
    announce(state, program, clock, rows, p.MQL, -1, -1)


@compiled
def add_points(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, hundredths: int, reason: int
) -> None:
    """Changes the score and looks at everything that reads it."""
    if hundredths == 0 or program[p.form_at(program, state[c.FORM]) + p.F_SCORES] == 0:
        return
    scoring.add(state, program, hundredths)
    row = add_row(rows, state[c.NOW], k.SCORED)
    rows.wide[row, r.VALUE] = state[c.SCORE]
    rows.narrow[row, r.REASON] = reason
    check_mql(state, program, clock, rows)
    if program[p.SCORE_IS_READ] == 1:
        changed(state, program, clock, program[p.SCORE_KEY])


@compiled
def _score(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, event: int, who: int
) -> None:
    add_points(state, program, clock, rows, scoring.points_for(state, program, event, who), event)


# --- listening


@compiled
def listen(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, rows: Rows, visit: int) -> None:
    """The visit has come to a listen: what the message has had since its delivery counts."""
    op = state[visit + c.V_OP]
    message = _message_for(state, program, visit, op)
    if message < 0 or state[message + c.M_BOUNCED] == 1:
        _take(state, program, rows, visit, c.TIMEOUT_REACTION)
        return
    state[visit + c.V_WAITING] = p.W_LISTEN
    state[visit + c.V_LISTENING] = message
    state[visit + c.V_BEST] = c.TIMEOUT_REACTION
    state[visit + c.V_SETTLING] = 0
    length = op + p.LISTEN_WINDOW
    until = add(
        clock, calendar_of(state, program), state[c.NOW], program[length], program[length + 1], program[length + 2]
    )
    _time_out_at(state, visit, until, c.TIME_OUT_LISTEN)
    reaction = state[message + c.M_FIRST_REACTION]
    while reaction >= 0 and state[visit + c.V_LISTENING] >= 0:
        _hear_one(
            state, program, rows, visit, state[reaction + c.R_REACTION], state[reaction + c.R_EVERY_LINK],
            state[reaction + c.R_TIME],
        )  # fmt: skip
        reaction = state[reaction + c.R_NEXT]


@compiled
def _time_out_at(state: NDArray[int64], visit: int, at: int, kind: int) -> None:
    schedule(state, at, c.TIMEOUT_PHASE, state[visit + c.V_ORDER], 0, 0, kind, visit, state[visit + c.V_TOKEN], 0)


@compiled
def time_out(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, kind: int) -> None:
    """The window has closed, or a click has settled."""
    if kind == c.TIME_OUT_SETTLE:
        _take(state, program, rows, visit, c.CLICKED_REACTION)
    elif state[visit + c.V_SETTLING] == 0:
        _take(state, program, rows, visit, state[visit + c.V_BEST])


@compiled
def _reaction_name(reaction: int) -> int:
    if reaction == c.TIMEOUT_REACTION:
        return p.TIMEOUT
    if reaction == c.OPENED_REACTION:
        return p.OPENED
    if reaction == c.CLICKED_REACTION:
        return p.CLICKED
    return p.SALES_REQUEST if reaction == c.REQUEST_REACTION else p.UNSUBSCRIBED


@compiled
def _take(state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, outcome: int) -> None:
    """The listen's outcome is known."""
    name = _reaction_name(outcome)
    row = emit_at(state, rows, k.WAITED, visit, name)
    message = state[visit + c.V_LISTENING]
    if message >= 0:
        rows.narrow[row, r.ITEM] = program[p.item_at(program, 0, state[message + c.M_ITEM]) + p.ITEM_WRITTEN]
    strong = outcome >= c.REQUEST_REACTION
    state[visit + c.V_CAUSE] = name if strong else 0
    state[visit + c.V_CAUSE_AT] = state[c.NOW] if strong else 0
    move(state, program, visit, program[state[visit + c.V_OP] + p.LISTEN_OUTCOMES + outcome])


@compiled
def _message_for(state: NDArray[int64], program: NDArray[int64], visit: int, op: int) -> int:
    message = state[visit + c.V_LAST_MESSAGE]
    if program[op + p.LISTEN_ANY] == 1:
        return message
    while message >= 0:
        if state[message + c.M_ITEM] == program[op + p.LISTEN_ITEM]:
            return message
        if state[message + c.M_STEP] == program[op + p.LISTEN_STEP]:
            return message
        message = state[message + c.M_BEFORE_IN_VISIT]
    return message


@compiled
def _hear(
    state: NDArray[int64], program: NDArray[int64], rows: Rows, message: int, reaction: int, every_link: int
) -> int:
    """Lets the visit that listens to the message have the reaction; answers the visit that awaited it, or -1."""
    if message < 0:
        return -1
    _keep(state, message, reaction, every_link)
    visit = state[message + c.M_JOURNEY]
    if state[visit + c.V_IN] == 0 or state[visit + c.V_LISTENING] != message:
        return -1
    return visit if _hear_one(state, program, rows, visit, reaction, every_link, state[c.NOW]) else -1


@compiled
def _keep(state: NDArray[int64], message: int, reaction: int, every_link: int) -> None:
    place = state[c.REACTION_COUNT]
    if place >= state[c.REACTION_ROOM]:
        state[c.FULL] = 1
        return
    state[c.REACTION_COUNT] = place + 1
    found = state[c.REACTIONS_AT] + place * c.REACTION
    state[found + c.R_TIME] = state[c.NOW]
    state[found + c.R_REACTION] = reaction
    state[found + c.R_EVERY_LINK] = every_link
    state[found + c.R_NEXT] = -1
    last = state[message + c.M_LAST_REACTION]
    if last >= 0:
        state[last + c.R_NEXT] = found
    else:
        state[message + c.M_FIRST_REACTION] = found
    state[message + c.M_LAST_REACTION] = found


@compiled
def _hear_one(
    state: NDArray[int64], program: NDArray[int64], rows: Rows, visit: int, reaction: int, every_link: int, at: int
) -> bool:
    """True where the visit's listen awaits the reaction, which then counts."""
    op = state[visit + c.V_OP]
    if state[visit + c.V_LISTENING] < 0 or program[op + p.OP_KIND] != p.LISTEN:
        return False
    if program[op + p.LISTEN_OUTCOMES + reaction] < 0:
        return False
    if reaction == c.CLICKED_REACTION and _is_machine(state, program, visit, op, every_link, at):
        return False
    if reaction >= c.REQUEST_REACTION:
        _take(state, program, rows, visit, reaction)
    elif reaction == c.CLICKED_REACTION and state[visit + c.V_SETTLING] == 0:
        state[visit + c.V_BEST] = c.CLICKED_REACTION
        state[visit + c.V_SETTLING] = 1
        _time_out_at(state, visit, max(state[c.NOW], at + program[op + p.LISTEN_SETTLE]), c.TIME_OUT_SETTLE)
    elif reaction == c.OPENED_REACTION and state[visit + c.V_SETTLING] == 0:
        state[visit + c.V_BEST] = c.OPENED_REACTION
    return True


@compiled
def _is_machine(state: NDArray[int64], program: NDArray[int64], visit: int, op: int, every_link: int, at: int) -> bool:
    least = program[op + p.LISTEN_HUMAN]
    if least < 0:
        return False
    arrived = state[state[visit + c.V_LISTENING] + c.M_DELIVERED]
    return every_link == 1 or arrived < 0 or at - arrived < least
