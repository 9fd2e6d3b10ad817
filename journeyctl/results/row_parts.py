"""Rows as they lie in memory: columns that say in few bytes what many rows have in common.

A column holds its numbers as they are, or in a narrower type above a base; or it follows from a shorter list, such
as the clinic from the contact; or only some rows have anything in it. Whatever it is, `whole` is the plain column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.integer[Any]]
Hashes: TypeAlias = NDArray[uint64]

STRETCH: Final = 1 << 15
"""Rows whose hashes are worked out together: what is needed of them stays in the processor's cache."""
_SHIFTS: Final = (30, 27, 31)
_FACTORS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)

TYPES: Final[Mapping[str, type[np.integer[Any]]]] = {
    "time": np.int64, "value": np.int64, "cause_time": np.int64, "kind": np.uint8,
}  # fmt: skip
"""Of the columns that are not of 32 bits."""


def type_of(column: str) -> type[np.integer[Any]]:
    """What a column is made of where it is whole."""
    return TYPES.get(column, np.int32)


class Codes(Protocol):
    """A number for each row, by which other things of the row are looked up."""

    def part(self, first: int, after: int) -> Integers:
        """Those of consecutive rows."""
        ...

    def at(self, rows: Integers) -> Integers:
        """Those of some rows."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Codes that are written down, row by row."""

    codes: Integers

    def part(self, first: int, after: int) -> Integers:
        """Those of consecutive rows."""
        return self.codes[first:after]

    def at(self, rows: Integers) -> Integers:
        """Those of some rows."""
        return self.codes.take(rows)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """A number for each run of rows, such as whose they are."""

    bounds: NDArray[int64]
    """Where each run begins, ascending from 0, and the number of rows behind them."""
    numbers: Integers
    """By run."""

    def part(self, first: int, after: int) -> Integers:
        """Those of consecutive rows."""
        if first >= after:
            return self.numbers[:0]
        low = int(np.searchsorted(self.bounds, first, side="right")) - 1
        high = int(np.searchsorted(self.bounds, after, side="left"))
        edges = np.clip(self.bounds[low : high + 1], first, after)
        return np.repeat(self.numbers[low:high], np.diff(edges))

    def at(self, rows: Integers) -> Integers:
        """Those of some rows."""
        found: Integers = self.numbers[np.searchsorted(self.bounds, rows, side="right") - 1]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """The numbers themselves, above a base."""

    values: Integers
    base: int = 0

    def part(self, first: int, after: int) -> Integers:
        """The numbers of consecutive rows."""
        return self._raised(self.values[first:after])

    def at(self, rows: Integers) -> Integers:
        """The numbers of some rows."""
        return self._raised(self.values.take(rows))

    def _raised(self, values: Integers) -> Integers:
        return values.astype(np.int64) + self.base if self.base else values


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Numbers that follow from a code."""

    codes: Codes
    table: Integers

    def part(self, first: int, after: int) -> Integers:
        """The numbers of consecutive rows."""
        # `take` is twice as fast as a subscript.
        return self.table.take(self.codes.part(first, after))

    def at(self, rows: Integers) -> Integers:
        """The numbers of some rows."""
        return self.table.take(self.codes.at(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Sparse:
    """Numbers of the few rows that have one; zero elsewhere."""

    rows: NDArray[int64]
    """Ascending."""
    values: Integers

    def part(self, first: int, after: int) -> Integers:
        """The numbers of consecutive rows."""
        low, high = np.searchsorted(self.rows, (first, after)).tolist()
        found = np.zeros(after - first, self.values.dtype)
        found[self.rows[low:high] - first] = self.values[low:high]
        return found

    def at(self, rows: Integers) -> Integers:
        """The numbers of some rows."""
        if not len(self.rows):
            return np.zeros(len(rows), self.values.dtype)
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[places] == rows, self.values[places], 0)


@dataclass(frozen=True, slots=True, eq=False)
class Always:
    """The same number in every row."""

    number: int

    def part(self, first: int, after: int) -> Integers:
        """The numbers of consecutive rows."""
        return np.full(after - first, self.number, np.int64)

    def at(self, rows: Integers) -> Integers:
        """The numbers of some rows."""
        return np.full(len(rows), self.number, np.int64)


Held: TypeAlias = Plain | Looked | Sparse | Always


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some rows of a record. Columns that are not there are zero."""

    length: int
    columns: Mapping[str, Held] = field(default_factory=dict)

    def whole(self, name: str, kind: type[np.integer[Any]]) -> Integers:
        """A column as an array of this type."""
        held = self.columns.get(name)
        if held is None:
            return np.zeros(self.length, kind)
        if isinstance(held, Plain) and held.values.dtype == kind and not held.base:
            return held.values
        found = np.empty(self.length, kind)
        self.write(name, found)
        return found

    def write(self, name: str, found: Integers) -> None:
        """Puts a column into an array of as many rows."""
        held = self.columns.get(name)
        if held is None:
            found[:] = 0
            return
        # In stretches, because what a column is made of may be wider than the column.
        for first in range(0, self.length, STRETCH):
            after = min(first + STRETCH, self.length)
            found[first:after] = held.part(first, after)

    def cells(self, name: str, rows: Integers, kind: type[np.integer[Any]]) -> Integers:
        """Some rows of a column."""
        held = self.columns.get(name)
        return np.zeros(len(rows), kind) if held is None else held.at(rows).astype(kind, copy=False)

    def numbers(self, name: str) -> set[int]:
        """All numbers that occur in a column."""
        held = self.columns.get(name, Always(0))
        if isinstance(held, Always):
            return {held.number}
        cells = self.whole(name, np.int64)
        # Most often it is one, and telling several apart takes far longer than seeing that.
        return {int(cells[0])} if cells.min() == cells.max() else set(np.unique(cells).tolist())

    def hashes(self, names: Hashes, of_names: frozenset[str]) -> Iterator[Hashes]:
        """The hash of each row, a stretch of rows at a time; see `EventRecord.row_hashes`."""
        start, lists, further = self._terms(names, of_names)
        for first in range(0, self.length, STRETCH):
            after = min(first + STRETCH, self.length)
            found = np.full(after - first, start, np.uint64)
            for codes, terms in lists:
                found += terms[codes.part(first, after)]
            for factor, held in further:
                if isinstance(held, Sparse):
                    low, high = np.searchsorted(held.rows, (first, after)).tolist()
                    found[held.rows[low:high] - first] += _cells(held.values[low:high], None) * factor
                else:
                    found += _cells(held.part(first, after), None) * factor
            yield mixed(found)

    def _terms(
        self, names: Hashes, of_names: frozenset[str]
    ) -> tuple[np.uint64, list[tuple[Codes, Hashes]], list[tuple[np.uint64, Plain | Sparse]]]:
        """What all rows begin with; what follows from codes, one list for each; and what is added row by row."""
        start, further = FIRST, []
        lists: dict[int, tuple[Codes, Hashes]] = {}
        for name, held in self.columns.items():
            factor, hashed = factor_of(name), names if name in of_names else None
            if isinstance(held, Always):
                # Whole numbers of Python, because NumPy complains where a single one of its own overflows.
                cell = held.number if hashed is None else int(hashed[held.number])
                start = np.uint64((int(start) + int(factor) * cell) % (1 << 64))
            elif isinstance(held, Looked):
                codes, terms = lists.get(id(held.codes), (held.codes, np.zeros(len(held.table), np.uint64)))
                lists[id(held.codes)] = codes, terms + _cells(held.table, hashed) * factor
            elif hashed is None:
                further.append((factor, held))
            elif isinstance(held, Sparse):
                further.append((factor, Sparse(held.rows, hashed[held.values])))
            else:
                lists[id(held)] = Listed(held.values), hashed * factor
        return start, list(lists.values()), further


def _cells(cells: Integers, names: Hashes | None) -> Hashes:
    """Cells as 64 bits; a name as its hash."""
    return cells.astype(np.int64, copy=False).view(np.uint64) if names is None else names[cells]


def factor_of(column: str) -> np.uint64:
    """The odd number by which a column counts in the hash of a row: BLAKE2b-64 of its name, the last bit set."""
    return np.uint64(int.from_bytes(blake2b(column.encode(), digest_size=8).digest(), "little") | 1)


FIRST: Final = factor_of("")
"""With what every row's hash begins, so that an empty row counts too."""


def mixed(sums: Hashes) -> Hashes:
    """Each number so that all of its bits depend on all bits of the sum. The finaliser of SplitMix64.

    Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014, variant 13 of Stafford.
    """
    for shift, factor in zip(_SHIFTS, (*_FACTORS, None), strict=True):
        sums = sums ^ (sums >> np.uint64(shift))
        if factor is not None:
            sums *= np.uint64(factor)
    return sums


def plain_part(columns: Mapping[str, Integers], length: int) -> Part:
    """A part of columns that are arrays already."""
    return Part(length, {name: Plain(column) for name, column in columns.items()})


def joined_parts(parts: Sequence[Part], name: str, kind: type[np.integer[Any]]) -> Integers:
    """A column of several parts, one behind the other."""
    if len(parts) == 1:
        return parts[0].whole(name, kind)
    found, start = np.empty(sum(part.length for part in parts), kind), 0
    for part in parts:
        part.write(name, found[start : start + part.length])
        start += part.length
    return found


def spread(parts: Sequence[Part], rows: Integers, name: str, kind: type[np.integer[Any]]) -> Integers:
    """Some rows of a column of several parts, rows being counted through all of them."""
    if len(parts) == 1:
        return parts[0].cells(name, rows, kind)
    if not len(rows):
        return np.zeros(0, kind)
    low, high, start = int(rows.min()), int(rows.max()), 0
    found = np.zeros(len(rows), kind)
    for part in parts:
        if start <= low and high < start + part.length:
            # Rows of a kind mostly lie together.
            return part.cells(name, rows - start if start else rows, kind)
        own = np.flatnonzero((rows >= start) & (rows < start + part.length))
        if len(own) and name in part.columns:
            found[own] = part.cells(name, rows[own] - start, kind)
        start += part.length
    return found
