"""What a condition answers for one contact at one second: its instructions carried out on a stack of codes."""

from __future__ import annotations

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import instructions as i
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import scoring
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock import add, local_day, months_later
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.jit import compiled

_DAY = 86_400
_ALL_BUT_SIGN = 0x7FFFFFFFFFFFFFFF
_INFINITE = 0x7FF0000000000000
_OVER = 1 << 30
_YEAR_1 = -719_162
_YEAR_9999 = 2_932_896


@compiled
def number_code(value: float) -> int:
    """The code of a number, `UNKNOWN` for one that is not finite."""
    plain = np.float64(value + 0.0)
    bits = plain.view(np.int64)
    if (bits & _INFINITE) == _INFINITE:
        return UNKNOWN
    return int(bits ^ ((bits >> 63) & _ALL_BUT_SIGN))


@compiled
def number_of(code: int) -> float:
    """The number of a code."""
    bits = np.int64(code ^ ((code >> 63) & _ALL_BUT_SIGN))
    return bits.view(np.float64)


@compiled
def holds(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, start: int) -> bool:
    """Whether a condition is true now; `start` -1 is no condition, which always holds."""
    return start < 0 or evaluate(state, program, clock, start) == 1


@compiled
def evaluate(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, start: int) -> int:  # noqa: C901  (one case per sort of instruction)
    """The code of what an expression is worth, for the visit and item that the state's view has."""
    top = state[c.STACK_AT] - 1
    at = start
    while True:
        code = program[at]
        if code == i.FIELD:
            top += 1
            value = state[state[c.FIELDS_AT] + program[at + 1]]
            state[top] = program[at + 2] if value == UNKNOWN else value
            at += 3
        elif code == i.CONSTANT:
            top += 1
            state[top] = program[at + 1]
            at += 2
        elif code == i.RETURN:
            return state[top]
        elif code <= i.JUMP:
            top, at = _steered(state, program, code, top, at)
        elif code <= i.AT_LEAST:
            top -= 1
            state[top] = _compared(code, state[top], state[top + 1])
            at += 1
        elif code <= i.COUNT:
            top, at = _tested(state, program, code, top, at)
        elif code <= i.ENTRY:
            top, at = _gone_through(state, program, code, top, at)
        elif code <= i.DIVIDED_BY:
            top -= 1
            state[top] = _calculated(code, state[top], state[top + 1])
            at += 1
        elif code <= i.SHIFT_MOMENT:
            top, at = _moved(state, program, clock, code, top, at)
        elif code == i.HISTORY:
            top += 1 - _bits(program[at + 2])
            state[top] = _history(state, program, clock, program[at + 1], program[at + 2], top)
            at += 3
        else:
            top, at = _asked(state, program, code, top, at)


@compiled
def _steered(state: NDArray[int64], program: NDArray[int64], code: int, top: int, at: int) -> tuple[int, int]:
    """`not`, `and`, `or`, `if`."""
    if code == i.NOT:
        if state[top] != UNKNOWN:
            state[top] = 1 - state[top]
        return top, at + 1
    if code == i.JUMP:
        return top, program[at + 1]
    value = state[top]
    top -= 1
    if code == i.IF_TRUE:
        return top, at + 2 if value == 1 else program[at + 1]
    decisive = 0 if code == i.AND_NEXT else 1
    if value == decisive:
        state[top] = decisive
        return top, program[at + 1]
    if value == UNKNOWN:
        state[top] = UNKNOWN
    return top, at + 2


@compiled
def _tested(state: NDArray[int64], program: NDArray[int64], code: int, top: int, at: int) -> tuple[int, int]:
    """Tests of one value or two."""
    value = state[top]
    if code == i.IS_UNKNOWN:
        state[top] = int(value == UNKNOWN)
        return top, at + 1
    if code == i.IS_KNOWN:
        state[top] = int(value != UNKNOWN)
        return top, at + 1
    if code == i.LOOK_UP:
        state[top] = UNKNOWN if value == UNKNOWN else program[program[at + 1] + value]
        return top, at + 2
    if code == i.ONE_OF:
        count = program[at + 2]
        state[top] = _one_of(program, at + 3, count, program[at + 1], value)
        return top, at + 3 + count
    if code == i.COUNT:
        if value != UNKNOWN:
            state[top] = number_code(np.float64(program[program[p.LISTS] + 2 * value + 1]))
        return top, at + 1
    top -= 1
    if code == i.IN_LIST:
        state[top] = _in_list(program, state[top], value)
        return top, at + 1
    if code == i.LENGTHS:
        state[top] = _lengths_compared(program[at + 1], state[top], value)
        return top, at + 2
    known = value != UNKNOWN and state[top] != UNKNOWN
    state[top] = state[top] & value if known else UNKNOWN
    return top, at + 1


@compiled
def _gone_through(state: NDArray[int64], program: NDArray[int64], code: int, top: int, at: int) -> tuple[int, int]:
    """`some` and `every`: a list, the place of its next entry and the answer so far lie in the stack."""
    if code == i.EACH:
        if state[top] == UNKNOWN:
            return top, program[at + 2]
        state[top + 1] = 0
        state[top + 2] = program[at + 1]
        return top + 2, at + 3
    place = state[c.STACK_AT] + program[at + 1]
    if code == i.NEXT:
        is_over = state[place + 1] >= program[program[p.LISTS] + 2 * state[place] + 1]
        return top, program[at + 2] if is_over else at + 3
    if code == i.ENTRY:
        state[top + 1] = program[program[program[p.LISTS] + 2 * state[place]] + state[place + 1]]
        return top + 1, at + 2
    if code == i.ANSWER:
        state[place] = state[place + 2]
        return top - 2, at + 2
    value = state[top]
    state[place + 1] += 1
    if value == program[at + 2]:
        state[place + 2] = value
        state[place + 1] = _OVER
    elif value == UNKNOWN:
        state[place + 2] = UNKNOWN
    return top - 1, program[at + 3]


@compiled
def _moved(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, code: int, top: int, at: int
) -> tuple[int, int]:
    """Today, now, and what is moved from there; a number turned round."""
    if code == i.TODAY:
        state[top + 1] = local_day(clock, 0, state[c.NOW])
        return top + 1, at + 1
    if code == i.NOW:
        state[top + 1] = state[c.NOW]
        return top + 1, at + 1
    if code == i.NEGATIVE:
        if state[top] != UNKNOWN:
            state[top] = number_code(-number_of(state[top]))
        return top, at + 1
    if state[top] != UNKNOWN:
        state[top] = _shifted(state[top], program[at + 1], program[at + 2], 1 if code == i.SHIFT_DATE else _DAY)
    return top, at + 3


@compiled
def _asked(state: NDArray[int64], program: NDArray[int64], code: int, top: int, at: int) -> tuple[int, int]:
    """What contact, visit and item are asked for, and gaps of time."""
    if code == i.BY_FORM:
        return top, program[at + 1 + state[c.FORM]]
    if code == i.ASKS_GROUP:
        state[c.GROUP_ASKED] = state[c.NOW]
        return top, at + 1
    if code == i.ITEM_FIELD:
        state[top + 1] = UNKNOWN if state[c.VIEW_ITEM] < 0 else program[state[c.VIEW_ITEM] + program[at + 1]]
        return top + 1, at + 2
    if code == i.SCORE:
        state[top + 1] = number_code(scoring.current(state, program) / 100.0)
        return top + 1, at + 1
    if code >= i.LEAD_OPEN:
        state[top + 1] = _built_in(state, program, code)
        return top + 1, at + 1
    top -= 1
    if state[top] == UNKNOWN or state[top + 1] == UNKNOWN:
        state[top] = UNKNOWN
    else:
        state[top] = (state[top] - state[top + 1]) * (_DAY if code == i.GAP_OF_DATES else 1)
    return top, at + 1


@compiled
def _compared(code: int, one: int, other: int) -> int:
    if UNKNOWN in (one, other):
        return UNKNOWN
    if code == i.EQUAL:
        return int(one == other)
    if code == i.UNEQUAL:
        return int(one != other)
    if code == i.LESS:
        return int(one < other)
    if code == i.AT_MOST:
        return int(one <= other)
    return int(one > other) if code == i.MORE else int(one >= other)


@compiled
def _lengths_compared(code: int, one: int, other: int) -> int:
    """Durations; unknown where months and seconds would have to be weighed up."""
    if UNKNOWN in (one, other):
        return UNKNOWN
    half = i.MONTH >> 1
    months, more_months = (one + half) // i.MONTH, (other + half) // i.MONTH
    apart, seconds = months - more_months, (one - months * i.MONTH) - (other - more_months * i.MONTH)
    if apart != 0 and seconds != 0:
        return UNKNOWN
    return _compared(code, apart + seconds, 0)


@compiled
def _one_of(program: NDArray[int64], first: int, count: int, missed: int, value: int) -> int:
    if value == UNKNOWN:
        return UNKNOWN
    for place in range(first, first + count):
        if program[place] == value:
            return 1
    return missed


@compiled
def _in_list(program: NDArray[int64], value: int, found: int) -> int:
    if UNKNOWN in (value, found):
        return UNKNOWN
    first, count = program[program[p.LISTS] + 2 * found], program[program[p.LISTS] + 2 * found + 1]
    return _one_of(program, first, count, 0, value)


@compiled
def _shifted(value: int, months: int, rest: int, day: int) -> int:
    """A date (`day` 1) or moment (`day` 86,400) moved by months, then by the rest; unknown beyond 9999."""
    number = value // day
    if months != 0:
        # Far from the years that dates can have, nothing is worked out.
        if abs(months) > 120_000:
            return UNKNOWN
        number = months_later(number, months)
    if number < _YEAR_1 or number > _YEAR_9999:
        return UNKNOWN
    moved = number * day + value % day + rest
    return moved if _YEAR_1 <= moved // day <= _YEAR_9999 else UNKNOWN


@compiled
def _calculated(code: int, one: int, other: int) -> int:
    if UNKNOWN in (one, other):
        return UNKNOWN
    left, right = number_of(one), number_of(other)
    if code == i.PLUS:
        return number_code(left + right)
    if code == i.MINUS:
        return number_code(left - right)
    if code == i.TIMES:
        return number_code(left * right)
    return UNKNOWN if right == 0.0 else number_code(left / right)


@compiled
def _built_in(state: NDArray[int64], program: NDArray[int64], code: int) -> int:
    if code == i.LEAD_OPEN:
        return int(state[c.OPEN_LEADS] > 0)
    if code == i.LEAD_OUTCOME:
        return state[c.LAST_OUTCOME]
    if code == i.LEAD_REASON:
        return state[c.LAST_REASON]
    if code == i.ENTERED_AT:
        return UNKNOWN if state[c.VIEW_VISIT] < 0 else state[state[c.VIEW_VISIT] + c.V_ENTERED]
    oldest = UNKNOWN
    for desk in range(program[p.DESKS]):
        lead = state[c.LEADS_AT] + desk * c.LEAD
        if state[lead + c.L_OPEN] == 1 and (oldest == UNKNOWN or state[lead + c.L_CREATED] < oldest):
            oldest = state[lead + c.L_CREATED]
    return UNKNOWN if oldest == UNKNOWN else state[c.NOW] - oldest


@compiled
def _bits(mask: int) -> int:
    count = 0
    for bit in range(6):
        count += (mask >> bit) & 1
    return count


@compiled
def _history(  # noqa: C901  (one case per argument)
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, kind: int, mask: int, first: int
) -> int:
    """How many acts fit the arguments, which lie from `first` on."""
    if mask == 1:
        return _acts_of_item(state, program, kind, state[first])
    count = _bits(mask)
    for place in range(first, first + count):
        if state[place] == UNKNOWN:
            return UNKNOWN
    item, topic, level, journey, since, human = UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, -(1 << 61), UNKNOWN
    place = first
    if mask & 1:
        item = state[place]
        place += 1
    if mask & 2:
        topic = state[place]
        place += 1
    if mask & 4:
        level = state[place]
        place += 1
    if mask & 8:
        journey = state[place]
        place += 1
    if mask & 16:
        half = i.MONTH >> 1
        months = (state[place] + half) // i.MONTH
        since = add(clock, 0, state[c.NOW], -months, 0, -(state[place] - months * i.MONTH))
        place += 1
    if mask & 32:
        human = state[place]
    found = 0
    for number in range(state[c.ACT_COUNT]):
        act = state[c.ACTS_AT] + number * c.ACT
        if state[act + c.A_KIND] != kind or state[act + c.A_TIME] < since:
            continue
        if human != UNKNOWN and state[act + c.A_HUMAN] != human:
            continue
        if _act_fits(state, program, act, item, topic, level, journey):
            found += 1
    return number_code(np.float64(found))


@compiled
def _acts_of_item(state: NDArray[int64], program: NDArray[int64], kind: int, item: int) -> int:
    """How many acts of a sort were about an item; asked most often, and so without a question for each act."""
    if item == UNKNOWN:
        return UNKNOWN
    found, names = 0, p.item_at(program, state[c.FORM], 0) + p.ITEM_NAME
    for number in range(state[c.ACT_COUNT]):
        act = state[c.ACTS_AT] + number * c.ACT
        # No item has the empty text for its name.
        own = program[names + max(state[act + c.A_ITEM], 0) * p.ITEM_COLUMNS] if state[act + c.A_ITEM] >= 0 else 0
        found += int(state[act + c.A_KIND] == kind) & int(own == item)
    return number_code(np.float64(found))


@compiled
def _act_fits(
    state: NDArray[int64], program: NDArray[int64], act: int, item: int, topic: int, level: int, journey: int
) -> bool:
    number, of_journey = state[act + c.A_ITEM], state[act + c.A_JOURNEY]
    if journey != UNKNOWN:
        # The first text of all is the empty one, which stands for no journey and no item.
        own = program[program[p.JOURNEY_TEXTS] + of_journey] if of_journey >= 0 else 0
        if own != journey:
            return False
    if number < 0:
        return item in (UNKNOWN, 0) and topic == UNKNOWN and level == UNKNOWN
    row = p.item_at(program, state[c.FORM], number)
    if item != UNKNOWN and program[row + p.ITEM_NAME] != item:
        return False
    if topic != UNKNOWN and program[row + p.ITEM_TOPIC] != topic:
        return False
    return level == UNKNOWN or program[row + p.ITEM_LEVEL] == level
