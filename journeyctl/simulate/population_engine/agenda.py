"""What will happen to one contact, in the order of second, phase, keys and number of scheduling.

Entries stay where they are; a list of their places, the soonest last, is kept in order. Agendas are short, and most
of what is scheduled is due at once, so that hardly a place has to make room.
"""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.jit import compiled


@compiled
def next_time(state: NDArray[int64]) -> int:
    """The second at which the next thing happens to the contact; `NEVER`: nothing is scheduled."""
    count = state[c.AGENDA_COUNT]
    if count == 0:
        return NEVER
    return state[state[state[c.AGENDA_AT] + count - 1] + c.E_MOMENT] >> 3


@compiled
def schedule(
    state: NDArray[int64], time: int, phase: int, key: int, second_key: int, third_key: int,
    kind: int, a: int, b: int, d: int,
) -> None:  # fmt: skip
    """Puts something on the agenda."""
    state[c.SEQUENCE] += 1
    count = state[c.AGENDA_COUNT]
    if count >= state[c.AGENDA_ROOM]:
        state[c.FULL] = 1
        return
    state[c.AGENDA_COUNT] = count + 1
    first, moment = state[c.AGENDA_AT], time * 8 + phase
    place = first + count
    entry = state[place]
    while place > first and not _comes_before(state, moment, key, second_key, third_key, state[place - 1]):
        state[place] = state[place - 1]
        place -= 1
    state[place] = entry
    state[entry + c.E_MOMENT] = moment
    state[entry + c.E_KEY] = key
    state[entry + c.E_SECOND_KEY] = second_key
    state[entry + c.E_THIRD_KEY] = third_key
    state[entry + c.E_KIND] = kind
    state[entry + c.E_A] = a
    state[entry + c.E_B] = b
    state[entry + c.E_C] = d


@compiled
def _comes_before(state: NDArray[int64], moment: int, key: int, second_key: int, third_key: int, entry: int) -> bool:
    """Whether something that is scheduled only now comes before an entry; among equals the earlier one is first."""
    if state[entry + c.E_MOMENT] != moment:
        return moment < state[entry + c.E_MOMENT]
    if state[entry + c.E_KEY] != key:
        return key < state[entry + c.E_KEY]
    if state[entry + c.E_SECOND_KEY] != second_key:
        return second_key < state[entry + c.E_SECOND_KEY]
    return third_key < state[entry + c.E_THIRD_KEY]


@compiled
def take_first(state: NDArray[int64]) -> int:
    """Takes the first entry off the agenda; answers where it lies, until something is scheduled."""
    count = state[c.AGENDA_COUNT] - 1
    state[c.AGENDA_COUNT] = count
    # Its place in the list, now behind all that counts, is the first to be given away again.
    return state[state[c.AGENDA_AT] + count]
