"""When people of a desk are at work, and when work that they begin is done: `desk_people` over a run's stretches.

Stretches end with the run: what would be done after it is done never (`NEVER`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.draws import name_hash
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import NDArray

    Integers = NDArray[int64]

_ABSENCE: Final = np.uint64(name_hash("absence"))


@compiled
def stretch_at(T: Integers, team: int, first: int, moment: int) -> int:
    """The number of the team's first stretch that ends after a moment, looked for from number `first` on."""
    shifts = T[T[c.T_TEAMS_AT] + team * c.TEAM + c.M_SHIFTS]
    low, high = first, T[T[c.T_TEAMS_AT] + team * c.TEAM + c.M_SHIFT_COUNT]
    while low < high:
        middle = (low + high) >> 1
        if T[shifts + middle * c.STRETCH + c.STRETCH_ENDS] <= moment:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def is_away(T: Integers, S: Integers, keys: NDArray[uint64], worker: int, stretch: int) -> bool:
    """Whether she is away on the date of this stretch of her team's shift."""
    team = T[c.T_TEAMS_AT] + S[worker + c.W_TEAM] * c.TEAM
    if T[team + c.M_ABSENCE] == 0:
        return False
    if S[worker + c.W_ASKED] != stretch:
        date = T[T[team + c.M_SHIFTS] + stretch * c.STRETCH + c.STRETCH_DATE]
        ordinal = np.uint64(T[T[c.T_ORDINALS_AT] + S[worker + c.W_ORDINAL]])
        u = bits(keys, np.uint64(T[team + c.M_SUBJECT]), _ABSENCE, ordinal, date)
        S[worker + c.W_ASKED] = stretch
        S[worker + c.W_AWAY] = u < T[team + c.M_ABSENCE]
    return S[worker + c.W_AWAY] == 1


@compiled
def done_at(
    T: Integers, S: Integers, keys: NDArray[uint64], worker: int, stretch: int, begins: int, seconds: int
) -> int:
    """When work is done that she begins at `begins` or, where she is not there, when she is next; a second at least.

    `stretch` is the first one of her team that ends after `begins`.
    """
    team = T[c.T_TEAMS_AT] + S[worker + c.W_TEAM] * c.TEAM
    length, productive = T[team + c.M_LENGTH], T[team + c.M_PRODUCTIVE]
    left = max(1, (seconds * length + (productive >> 1)) // productive)
    place = T[team + c.M_SHIFTS] + stretch * c.STRETCH
    for number in range(stretch, T[team + c.M_SHIFT_COUNT]):
        moment, end = max(begins, T[place + c.STRETCH_BEGINS]), T[place + c.STRETCH_ENDS]
        if not is_away(T, S, keys, worker, number):
            if moment + left <= end:
                return moment + left
            left -= end - moment
        place += c.STRETCH
    return NEVER


@compiled
def done_in_shift(T: Integers, team: int, begins: int, seconds: int) -> int:
    """When so much time of the team's shift has passed."""
    if seconds <= 0:
        return begins
    stretch, left = stretch_at(T, team, 0, begins), seconds
    row = T[c.T_TEAMS_AT] + team * c.TEAM
    place = T[row + c.M_SHIFTS] + stretch * c.STRETCH
    for _ in range(stretch, T[row + c.M_SHIFT_COUNT]):
        moment, end = max(begins, T[place + c.STRETCH_BEGINS]), T[place + c.STRETCH_ENDS]
        if left <= end - moment:
            return moment + left
        left -= end - moment
        place += c.STRETCH
    return NEVER


@compiled
def next_in_shift(T: Integers, team: int, moment: int) -> int:
    """The first second of the team's shift at a moment or after it."""
    row = T[c.T_TEAMS_AT] + team * c.TEAM
    stretch = stretch_at(T, team, 0, moment)
    if stretch == T[row + c.M_SHIFT_COUNT]:
        return NEVER
    return max(moment, T[T[row + c.M_SHIFTS] + stretch * c.STRETCH + c.STRETCH_BEGINS])
