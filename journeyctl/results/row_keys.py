"""Rows that agree in several columns, found by counting: sorting and hashing of millions of rows take much longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from journeyctl.results.record import NAMES, EventRecord, Integers, Mask

_LEAST_TABLE: Final = 1 << 16
_PER_ROW: Final = 8
"""Keys are counted in a table of at most so many places per row; more would cost more than sorting."""
_FEW_BREAKS: Final = 1_000
"""So often rows may fall for sorting by comparing to be faster."""
_DIGIT: Final = 16
"""Bits of a number that are sorted at a time: one pass over the rows, where comparing is many."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows put together that agree in all columns; groups are numbered in the order of the columns' numbers."""

    number: Integers
    """The group of each row, shape `(rows,)`, from 0."""
    count: int

    @property
    def first(self) -> Integers:
        """The place of the first row of each group, shape `(count,)`."""
        found = np.empty(self.count, np.int64)
        # Of several rows of one group the one that is written last stays.
        found[self.number[::-1]] = np.arange(len(self.number) - 1, -1, -1)
        return found

    def has(self, rows: slice) -> Mask:
        """Which groups have any of these rows; shape `(count,)`."""
        return flags(self.number[rows], self.count)


def row_groups(record: EventRecord, rows: Integers, *columns: str) -> Groups:
    """The groups of some rows by these columns, the first column counting most."""
    names = len(record.names)
    return grouped(*((record.cells(name, rows), names if name in NAMES else 0) for name in columns))


def grouped(*columns: tuple[Integers, int]) -> Groups:
    """The groups of rows by columns of numbers that are not negative, each with a number that it stays below (0: any).

    All columns have one length.
    """
    rows = len(columns[0][0])
    keys: Integers = np.zeros(rows, np.int64)
    size = 1
    for cells, below in columns:
        ranks, width = cells, below or int(cells.max(initial=0)) + 1
        # Gaps are closed only where numbers would grow too large for a table: first the column's own.
        if size * width > _room(rows):
            ranks, width = _without_gaps(cells.astype(np.int64), width)
        if size * width > _room(rows):
            keys, size = _without_gaps(keys, size)
        keys = keys * width + ranks if size > 1 else ranks.astype(np.int64)
        size *= width
    return _ranked(keys, size)


def _without_gaps(numbers: Integers, size: int) -> tuple[Integers, int]:
    found = _ranked(numbers, size)
    return found.number, max(1, found.count)


def flags(numbers: Integers, size: int) -> Mask:
    """Which of the numbers from 0 to `size` occur."""
    found = np.zeros(size, np.bool_)
    found[numbers] = True
    return found


def distinct(numbers: Integers) -> Integers:
    """The different numbers, ascending."""
    # Without counts NumPy would load its masked arrays for it, which takes as long as a small run.
    found: Integers = np.unique(numbers, return_counts=True)[0]
    return found


def order_by(numbers: Integers) -> Integers:
    """Places by ascending number, equal ones as they are; the numbers are not negative."""
    most = int(numbers.max(initial=0))
    order: Integers = np.argsort((numbers & 0xFFFF).astype(np.uint16), kind="stable")
    for shift in range(_DIGIT, most.bit_length(), _DIGIT):
        digits = (numbers >> shift & 0xFFFF).astype(np.uint16)
        order = order.take(np.argsort(digits.take(order), kind="stable"))
    return order


def order_of(contact: Integers, time: Integers, second: Mask) -> Integers:
    """Places by contact, time and whether it is the second of two sorts of rows, equal ones as they are."""
    begin, span = int(time.min(initial=0)), int(np.ptp(time)) + 1 if len(time) else 1
    if (int(contact.max(initial=0)) + 1) * span >= 1 << 61:
        return np.lexsort((second, time, contact))
    moment = (contact.astype(np.int64) * span + (time - begin)) * 2 + second
    # Rows of one sort mostly lie so, and sorting merges what is sorted already.
    if np.count_nonzero(moment[1:] < moment[:-1]) < _FEW_BREAKS:
        return np.argsort(moment, kind="stable")
    order: Integers = np.argsort(second.view(np.uint8), kind="stable")
    for numbers in (time - begin, contact):
        order = order.take(order_by(numbers.take(order)))
    return order


def _room(rows: int) -> int:
    return max(_LEAST_TABLE, _PER_ROW * rows)


def _ranked(keys: Integers, size: int) -> Groups:
    """Keys below `size` as numbers without gaps."""
    if size > _room(len(keys)):
        return _sorted(keys)
    used = np.flatnonzero(flags(keys, size))
    if len(used) == size:
        return Groups(keys, size)
    ranks = np.empty(size, np.int64)
    ranks[used] = np.arange(len(used))
    return Groups(ranks.take(keys), len(used))


def _sorted(keys: Integers) -> Groups:
    order = order_by(keys)
    ordered = keys[order]
    ranks = np.cumsum(np.concatenate((np.zeros(1, np.bool_), ordered[1:] != ordered[:-1])))
    number = np.empty(len(keys), np.int64)
    number[order] = ranks
    return Groups(number, int(ranks[-1]) + 1)


def joined_rows(parts: Sequence[Integers]) -> tuple[Integers, list[slice]]:
    """Several sets of rows one after the other, and where each of them stands."""
    bounds = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    return np.concatenate(list(parts)), [slice(first, after) for first, after in pairwise(bounds)]
