"""Leads by contact, place and number: a table of whole numbers in compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.draws import name_hash
from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int32, int64
    from numpy.typing import NDArray

    Integers = NDArray[int64]

(PERSON, PLACE, NUMBER, KEY) = range(4)
"""Of each lead: the contact (-1: none in particular), the name of its place and its number there."""
_LEAST: Final = 1 << 8
_TOGETHER: Final = 1 << 14
"""Most leads are known when they are asked for, so room for all of them would be too much."""
_FACTORS: Final = np.array([name_hash(str(place)) >> 36 | 1 for place in range(KEY)], np.int64)


class LeadTable:
    """Numbers for leads, from 0 on in the order in which they are first asked for."""

    def __init__(self) -> None:
        self._keys = np.empty((_LEAST, KEY), np.int64)
        self._slots = np.full(2 * _LEAST, -1, np.int32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def keys(self) -> Integers:
        """Of every lead, shape `(leads, KEY)`."""
        return self._keys[: self._count]

    def numbers_of(self, keys: Integers) -> Integers:
        """The numbers of leads, shape `(leads, KEY)`, of which some may be new."""
        found = np.empty(len(keys), np.int64)
        for first in range(0, len(keys), _TOGETHER):
            some = keys[first : first + _TOGETHER]
            self._make_room(self._count + len(some))
            part = found[first : first + _TOGETHER]
            self._count = number(np.ascontiguousarray(some), self._keys, self._slots, self._count, part)
        return found

    def _make_room(self, count: int) -> None:
        if count <= len(self._keys):
            return
        room = len(self._keys)
        while room < count:
            room *= 2
        keys = np.empty((room, KEY), np.int64)
        keys[: self._count] = self.keys
        self._keys, self._slots = keys, np.full(2 * room, -1, np.int32)
        number(keys[: self._count].copy(), keys, self._slots, 0, np.empty(self._count, np.int64))


@compiled
def number(wanted: Integers, keys: Integers, slots: NDArray[int32], count: int, found: Integers) -> int:
    """Finds or adds each key; answers how many there are then. `slots` are twice as many as keys, a power of 2."""
    mask = slots.shape[0] - 1
    for row in range(wanted.shape[0]):
        mixed = 0
        for column in range(KEY):
            # Factors are small enough for the sum never to overflow.
            mixed += (wanted[row, column] + 1) * _FACTORS[column]
        slot = (mixed ^ (mixed >> 15)) & mask
        while slots[slot] >= 0 and not _is(wanted, row, keys, slots[slot]):
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            for column in range(KEY):
                keys[count, column] = wanted[row, column]
            slots[slot] = count
            count += 1
        found[row] = slots[slot]
    return count


@compiled
def _is(wanted: Integers, row: int, keys: Integers, lead: int) -> bool:
    same = True
    for column in range(KEY):
        same = same and wanted[row, column] == keys[lead, column]
    return same
