"""What will happen to one contact, in the order of second, phase, keys and number of scheduling.

Entries stay where they are; lists of their moments and places, the soonest last, are kept in order. Agendas are short,
and most of what is scheduled is due at once, so that hardly a place has to make room.
"""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.jit import compiled


@compiled
def next_time(state: NDArray[int64]) -> int:
    """The second at which the next thing happens to the contact; later than any second where nothing is scheduled."""
    return state[c.MOMENTS_AT + state[c.AGENDA_COUNT]] >> 3


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
    entry = state[first + count]
    # Whatever is scheduled comes before the moment that stands in front of all others.
    while not _comes_before(state, moment, key, second_key, third_key, count):
        state[first + count] = state[first + count - 1]
        state[c.MOMENTS_AT + count + 1] = state[c.MOMENTS_AT + count]
        count -= 1
    state[first + count] = entry
    state[c.MOMENTS_AT + count + 1] = moment
    state[entry + c.E_KEY] = key
    state[entry + c.E_SECOND_KEY] = second_key
    state[entry + c.E_THIRD_KEY] = third_key
    state[entry + c.E_KIND] = kind
    state[entry + c.E_A] = a
    state[entry + c.E_B] = b
    state[entry + c.E_C] = d


@compiled
def _comes_before(state: NDArray[int64], moment: int, key: int, second_key: int, third_key: int, count: int) -> bool:
    """Whether something that is scheduled only now comes before the last of so many; of equals the earlier is first."""
    if state[c.MOMENTS_AT + count] != moment:
        return moment < state[c.MOMENTS_AT + count]
    entry = state[state[c.AGENDA_AT] + count - 1]
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
