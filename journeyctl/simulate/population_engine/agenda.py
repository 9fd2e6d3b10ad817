"""What will happen to one contact: a heap in the order of second, phase, keys and number of scheduling."""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.jit import compiled


@compiled
def next_time(state: NDArray[int64]) -> int:
    """The second at which the next thing happens to the contact; `NEVER`: nothing is scheduled."""
    return state[state[c.AGENDA_AT] + c.E_MOMENT] >> 3 if state[c.AGENDA_COUNT] > 0 else NEVER


@compiled
def schedule(
    state: NDArray[int64], time: int, phase: int, key: int, second_key: int, third_key: int,
    kind: int, a: int, b: int, d: int,
) -> None:  # fmt: skip
    """Puts something on the agenda."""
    state[c.SEQUENCE] += 1
    place = state[c.AGENDA_COUNT]
    if place >= state[c.AGENDA_ROOM]:
        state[c.FULL] = 1
        return
    state[c.AGENDA_COUNT] = place + 1
    first, moment = state[c.AGENDA_AT], time * 8 + phase
    while place > 0:
        above = (place - 1) >> 1
        other = first + above * c.ENTRY
        if not _comes_before(state, other, moment, key, second_key, third_key):
            break
        _copy(state, other, first + place * c.ENTRY)
        place = above
    entry = first + place * c.ENTRY
    state[entry + c.E_MOMENT] = moment
    state[entry + c.E_KEY] = key
    state[entry + c.E_SECOND_KEY] = second_key
    state[entry + c.E_THIRD_KEY] = third_key
    state[entry + c.E_SEQUENCE] = state[c.SEQUENCE]
    state[entry + c.E_KIND] = kind
    state[entry + c.E_A] = a
    state[entry + c.E_B] = b
    state[entry + c.E_C] = d


@compiled
def _comes_before(state: NDArray[int64], entry: int, moment: int, key: int, second_key: int, third_key: int) -> bool:
    """Whether something that is scheduled only now comes before an entry; among equals the earlier one is first."""
    if state[entry + c.E_MOMENT] != moment:
        return moment < state[entry + c.E_MOMENT]
    if state[entry + c.E_KEY] != key:
        return key < state[entry + c.E_KEY]
    if state[entry + c.E_SECOND_KEY] != second_key:
        return second_key < state[entry + c.E_SECOND_KEY]
    return third_key < state[entry + c.E_THIRD_KEY]


@compiled
def _copy(state: NDArray[int64], source: int, target: int) -> None:
    for column in range(c.ENTRY):
        state[target + column] = state[source + column]


@compiled
def _is_less(state: NDArray[int64], one: int, other: int) -> bool:
    for column in range(c.E_KIND):
        if state[one + column] != state[other + column]:
            return state[one + column] < state[other + column]
    return False


@compiled
def take_first(state: NDArray[int64]) -> int:
    """Takes the first entry off the agenda; answers where it now lies, until something is scheduled."""
    first, count = state[c.AGENDA_AT], state[c.AGENDA_COUNT] - 1
    state[c.AGENDA_COUNT] = count
    last = first + count * c.ENTRY
    # The first and the last entry change places, then the one that has come to the top sinks.
    for column in range(c.ENTRY):
        kept = state[first + column]
        state[first + column] = state[last + column]
        state[last + column] = kept
    place = 0
    while 2 * place + 1 < count:
        child = 2 * place + 1
        if child + 1 < count and _is_less(state, first + (child + 1) * c.ENTRY, first + child * c.ENTRY):
            child += 1
        if not _is_less(state, first + child * c.ENTRY, first + place * c.ENTRY):
            break
        for column in range(c.ENTRY):
            kept = state[first + place * c.ENTRY + column]
            state[first + place * c.ENTRY + column] = state[first + child * c.ENTRY + column]
            state[first + child * c.ENTRY + column] = kept
        place = child
    return last
