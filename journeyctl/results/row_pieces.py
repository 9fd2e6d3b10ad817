"""An order of rows as pieces: rows that lie one behind the other stay together, so millions take few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_parts import Integers

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Rows that follow one upon the other, by where they lie: so many from a first one, then from the next."""

    first: Places
    size: Places
    """At least one."""
    ends: Places
    """How many rows there are up to the end of each piece."""

    @classmethod
    def of(cls, first: Integers, size: Integers) -> Pieces:
        """The pieces with these first rows and sizes."""
        return cls(first.astype(np.int64, copy=False), size.astype(np.int64, copy=False), np.cumsum(size))

    def __len__(self) -> int:
        return int(self.ends[-1]) if len(self.ends) else 0

    def within(self, first: int, after: int) -> slice:
        """The pieces that hold consecutive rows of this order, at least one."""
        low, last = np.searchsorted(self.ends, (first, after - 1), side="right").tolist()
        return slice(low, last + 1)

    def part(self, own: slice, first: int, after: int) -> Pieces:
        """Consecutive rows of this order, which lie within these pieces."""
        lying, ends = self.first[own].copy(), np.minimum(self.ends[own], after) - first
        lying[0] += first - (int(self.ends[own.start]) - int(self.size[own.start]))
        return Pieces(lying, np.diff(ends, prepend=0), ends)

    def rows(self) -> Places:
        """Where each row lies."""
        rows = np.repeat(self.first - (self.ends - self.size), self.size)
        rows += np.arange(len(rows))
        return rows

    def places(self, rows: Places, by_row: Places) -> Places:
        """Where rows come in this order that lie at some places; `by_row` sorts the pieces by their rows."""
        piece = by_row[np.searchsorted(self.first[by_row], rows, side="right") - 1]
        found: Places = (self.ends - self.size)[piece] + (rows - self.first[piece])
        return found

    def are_as_they_lie(self) -> bool:
        """Whether every row stays where it is."""
        return np.array_equal(self.first, self.ends - self.size)
