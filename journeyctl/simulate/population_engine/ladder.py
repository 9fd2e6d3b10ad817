"""The ladder choice over a state: which item of a content house a contact is offered next.

Groups hold places of items in their house. Whether an item may be offered is asked at the moment of the offer.
"""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import evaluate, holds
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.gate import is_available, may_send_again
from journeyctl.simulate.population_engine.jit import compiled

EXHAUSTED: Final = -1
"""No item: the reason is left in the state."""
_BITS: Final = 5
_BIT: Final = (1 << _BITS) - 1
"""Which items of its group a walk has offered stands in the bits of words, 32 to a word."""


@compiled
def walk_at(state: NDArray[int64], visit: int) -> int:
    """Where the walk of a visit lies."""
    return state[c.LADDERS_AT] + state[visit + c.V_JOURNEY] * state[c.LADDER_WIDTH]


@compiled
def item_of(state: NDArray[int64], program: NDArray[int64], visit: int, offer: int, place: int) -> int:
    """The number of the item at a place of the offer's house."""
    house = p.house_at(program, state[visit + c.V_FORM], program[offer + p.OFFER_HOUSE])
    return program[program[house + p.HOUSE_ITEMS] + place]


@compiled
def _is_eligible(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, place: int
) -> bool:
    number = item_of(state, program, visit, offer, place)
    item = p.item_at(program, state[visit + c.V_FORM], number)
    if not is_available(state, program, item):
        return False
    if not may_send_again(state, program, clock, number, offer + p.OFFER_REPEATS):
        return False
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = item
    if not holds(state, program, clock, program[item + p.ITEM_WHEN]):
        return False
    return holds(state, program, clock, program[offer + p.OFFER_ONLY])


@compiled
def _leads_on(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, place: int
) -> bool:
    item = p.item_at(program, state[visit + c.V_FORM], item_of(state, program, visit, offer, place))
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = item
    return holds(state, program, clock, program[item + p.ITEM_WHEN])


@compiled
def _begin(state: NDArray[int64], walk: int, level: int, top_pending: int) -> None:
    state[walk + c.W_LEVEL] = level
    state[walk + c.W_TOP_PENDING] = top_pending
    state[walk + c.W_MADE] = 0
    state[walk + c.W_LEAF] = 0
    state[walk + c.W_OFFERED] = 0
    state[walk + c.W_BEHIND] = 0


@compiled
def _set_group(state: NDArray[int64], program: NDArray[int64], walk: int, level: int, source: int, count: int) -> None:
    """A new group, from a list of the program; it forgets what was offered."""
    for place in range(count):
        state[walk + c.W_LISTS + place] = program[source + place]
    _new_group(state, program, walk, level, count)


@compiled
def _new_group(state: NDArray[int64], program: NDArray[int64], walk: int, level: int, count: int) -> None:
    offered = walk + c.W_LISTS + program[p.LARGEST_HOUSE]
    for word in range((program[p.LARGEST_HOUSE] + _BIT) >> _BITS):
        state[offered + word] = 0
    state[walk + c.W_GROUP] = count
    state[walk + c.W_OFFERED] = 0
    state[walk + c.W_LEVEL] = level
    state[walk + c.W_LEAF] = 0


@compiled
def start(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, op: int, offer: int) -> bool:
    """Begins the walk; false where a named topic could not be found."""
    walk = walk_at(state, visit)
    house = p.house_at(program, state[visit + c.V_FORM], program[op + p.LADDER_HOUSE])
    mode = program[op + p.LADDER_MODE]
    if mode == 2:
        _begin(state, walk, 0, 1)
        _set_group(
            state, program, walk, program[op + p.LADDER_LEVEL], program[op + p.LADDER_GROUP],
            program[op + p.LADDER_GROUP_SIZE],
        )  # fmt: skip
        return True
    if mode == 1:
        state[c.VIEW_VISIT] = visit
        state[c.VIEW_ITEM] = -1
        source = program[op + p.LADDER_TOPIC]
        topic = UNKNOWN if source < 0 else evaluate(state, program, clock, source)
        if topic != UNKNOWN and _start_at_topic(state, program, clock, visit, offer, house, topic):
            return True
    _begin(state, walk, 0, 0)
    _set_group(state, program, walk, 0, program[house + p.HOUSE_FIRST], program[house + p.HOUSE_FIRST_SIZE])
    return mode == 0


@compiled
def _start_at_topic(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, house: int, topic: int
) -> bool:
    """The eligible items of a topic on the level nearest the top that has any."""
    walk = walk_at(state, visit)
    for level in range(program[house + p.HOUSE_LEVELS]):
        count = 0
        for place in range(program[house + p.HOUSE_SIZE]):
            item = p.item_at(program, state[visit + c.V_FORM], program[program[house + p.HOUSE_ITEMS] + place])
            if program[item + p.ITEM_DEPTH] != level or program[item + p.ITEM_TOPIC] != topic:
                continue
            if _is_eligible(state, program, clock, visit, offer, place):
                state[walk + c.W_LISTS + count] = place
                count += 1
        if count > 0:
            _begin(state, walk, level, 1)
            _new_group(state, program, walk, level, count)
            return True
    return False


@compiled
def choose(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int) -> int:
    """The place of the next item to offer, which then counts as offered; or `EXHAUSTED`."""
    walk = walk_at(state, visit)
    offered = walk + c.W_LISTS + program[p.LARGEST_HOUSE]
    house = p.house_at(program, state[visit + c.V_FORM], program[offer + p.OFFER_HOUSE])
    while True:
        place = _next_sibling(state, program, clock, visit, offer, walk)
        if place >= 0:
            state[offered + (place >> _BITS)] |= 1 << (place & _BIT)
            state[walk + c.W_OFFERED] += 1
            state[walk + c.W_MADE] += 1
            return place
        if state[walk + c.W_LEVEL] < program[offer + p.OFFER_COLD_DEPTH]:
            _go_deeper(state, program, clock, visit, offer, walk)
        elif state[walk + c.W_BEHIND] > 0:
            _go_back(state, program, walk)
        elif state[walk + c.W_TOP_PENDING] == 1:
            state[walk + c.W_TOP_PENDING] = 0
            _set_group(state, program, walk, 0, program[house + p.HOUSE_FIRST], program[house + p.HOUSE_FIRST_SIZE])
        else:
            state[c.REASON] = _why_exhausted(state, program, clock, visit, offer, walk)
            return EXHAUSTED


@compiled
def _was_offered(state: NDArray[int64], program: NDArray[int64], walk: int, place: int) -> bool:
    offered = walk + c.W_LISTS + program[p.LARGEST_HOUSE]
    return state[offered + (place >> _BITS)] >> (place & _BIT) & 1 == 1


@compiled
def _next_sibling(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, walk: int
) -> int:
    breadth = program[offer + p.OFFER_BREADTH]
    if state[walk + c.W_LEAF] == 1 or (breadth >= 0 and state[walk + c.W_OFFERED] >= breadth):
        return -1
    for number in range(state[walk + c.W_GROUP]):
        place = state[walk + c.W_LISTS + number]
        if not _was_offered(state, program, walk, place) and _is_eligible(state, program, clock, visit, offer, place):
            return place
    return -1


@compiled
def _go_deeper(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, walk: int
) -> None:
    """The children of the group's members that lead on, each once, become the group."""
    # What was offered is about to be forgotten, so the children are gathered in its place until the group is new.
    children = walk + c.W_LISTS + program[p.LARGEST_HOUSE]
    count = 0
    for number in range(state[walk + c.W_GROUP]):
        place = state[walk + c.W_LISTS + number]
        if not _leads_on(state, program, clock, visit, offer, place):
            continue
        item = p.item_at(program, state[visit + c.V_FORM], item_of(state, program, visit, offer, place))
        for position in range(program[item + p.ITEM_CHILD_COUNT]):
            child = program[program[item + p.ITEM_CHILDREN] + position]
            known = False
            for other in range(count):
                known = known or state[children + other] == child
            if not known:
                state[children + count] = child
                count += 1
    for number in range(count):
        state[walk + c.W_LISTS + number] = state[children + number]
    _new_group(state, program, walk, state[walk + c.W_LEVEL] + 1, count)


@compiled
def _go_back(state: NDArray[int64], program: NDArray[int64], walk: int) -> None:
    """Back to the group that was left behind last: its items, how many, its level."""
    behind = walk + c.W_LISTS + 2 * program[p.LARGEST_HOUSE]
    used = state[walk + c.W_BEHIND]
    level, count = state[behind + used - 1], state[behind + used - 2]
    for number in range(count):
        state[walk + c.W_LISTS + number] = state[behind + used - 2 - count + number]
    state[walk + c.W_BEHIND] = used - 2 - count
    _new_group(state, program, walk, level, count)


@compiled
def _why_exhausted(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, walk: int
) -> int:
    house = p.house_at(program, state[visit + c.V_FORM], program[offer + p.OFFER_HOUSE])
    for place in range(program[house + p.HOUSE_SIZE]):
        if not _was_offered(state, program, walk, place) and _is_eligible(state, program, clock, visit, offer, place):
            return p.COLD
    return p.ALL_SENT if state[walk + c.W_MADE] > 0 else p.NO_CONTENT


@compiled
def clicked(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, offer: int, place: int
) -> None:
    """The walk after a click: into the item's children, or on as missed where none of them can be offered."""
    walk = walk_at(state, visit)
    item = p.item_at(program, state[visit + c.V_FORM], item_of(state, program, visit, offer, place))
    children, count = program[item + p.ITEM_CHILDREN], program[item + p.ITEM_CHILD_COUNT]
    any_eligible = count == 0
    for number in range(count):
        if not any_eligible:
            any_eligible = _is_eligible(state, program, clock, visit, offer, program[children + number])
    if not any_eligible:
        return
    _leave_behind(state, program, walk, place)
    if count == 0:
        state[walk + c.W_LEAF] = 1
    else:
        _set_group(state, program, walk, state[walk + c.W_LEVEL] + 1, children, count)


@compiled
def _leave_behind(state: NDArray[int64], program: NDArray[int64], walk: int, place: int) -> None:
    """Siblings that the click cut short stay for later."""
    behind = walk + c.W_LISTS + 2 * program[p.LARGEST_HOUSE]
    used, count = state[walk + c.W_BEHIND], 0
    room = state[c.LADDER_WIDTH] - c.W_LISTS - 2 * program[p.LARGEST_HOUSE]
    if used + state[walk + c.W_GROUP] + 2 > room:
        state[c.FULL] = 1
        return
    for number in range(state[walk + c.W_GROUP]):
        sibling = state[walk + c.W_LISTS + number]
        if sibling != place and not _was_offered(state, program, walk, sibling):
            state[behind + used + count] = sibling
            count += 1
    if count > 0:
        state[behind + used + count] = count
        state[behind + used + count + 1] = state[walk + c.W_LEVEL]
        state[walk + c.W_BEHIND] = used + count + 2
