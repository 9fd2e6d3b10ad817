"""Cells of many rows as codes into short tables, a stretch of rows at a time.

Most columns of an event record follow from something that they share, such as the shape of the row or the contact:
what it is of each row is looked up once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_parts import Always, Integers, Listed, Looked, Part, Plain, Sparse, spread

Places: TypeAlias = Integers
_NOTHING: Final = Always(0)
_FIRST_ROWS: Final = 1 << 13
_OWN_CODES: Final = 1 << 16
"""Up to this and the number of rows, whole numbers are their own codes, so that nothing need be sorted."""


class Codes:
    """A number for each of some rows; rows with the same one agree in every column that follows from it."""

    def __init__(self, of_row: Places, size: int) -> None:
        """`size` lies above every number."""
        self.of_row, self.size = of_row, size

    @cached_property
    def used(self) -> Places:
        """The numbers that occur, in the order in which they first do."""
        # Nearly all of them are among the first rows, and looking for others is faster than looking at all alike.
        first = _as_they_occur(self.of_row[:_FIRST_ROWS])
        is_new = np.ones(self.size, np.bool_)
        is_new[first] = False
        later = self.of_row[_FIRST_ROWS:]
        return np.concatenate((first, _as_they_occur(later[is_new.take(later)])))


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of some rows: in each of them the cell is what the table has at the row's code."""

    codes: Codes
    table: Integers

    def cells(self) -> Integers:
        """The column itself."""
        return self.table.take(self.codes.of_row)


class Stretches:
    """The rows of several parts, for readers who go from the first to the last."""

    def __init__(self, parts: Sequence[Part], order: Integers | None) -> None:
        """`order` says where each row lies, counted through all parts; without it they come as they lie."""
        self.parts, self._order = parts, order
        bounds = np.concatenate(([0], np.cumsum([part.length for part in parts]))).tolist()
        # The part with the most rows is read as codes; the rows of all others are few.
        most = max(range(len(parts)), key=lambda place: parts[place].length)
        self.main, self.start, self.end = parts[most], bounds[most], bounds[most + 1]
        self._lying: dict[int, NDArray[Any]] = {}

    def some(self, first: int, after: int) -> Stretch:
        """Consecutive rows."""
        return Stretch(self, np.arange(first, after) if self._order is None else self._order[first:after])

    def lying(self, held: Looked | Sparse) -> NDArray[Any]:
        """Of all rows of the main part the codes, or which of them have a cell at all; made once."""
        shared: object = held.codes if isinstance(held, Looked) else held.rows
        found = self._lying.get(id(shared))
        if found is None:
            found = self._lying[id(shared)] = self._listed(held)
        return found

    def _listed(self, held: Looked | Sparse) -> NDArray[Any]:
        if isinstance(held, Looked):
            return held.codes.codes if isinstance(held.codes, Listed) else held.codes.part(0, self.main.length)
        found = np.zeros(self.main.length, np.bool_)
        found[held.rows] = True
        return found


class Stretch:
    """Some rows."""

    def __init__(self, source: Stretches, places: Places) -> None:
        self._source = source
        self._main = places - source.start
        self._elsewhere = np.flatnonzero((places < source.start) | (places >= source.end))
        self._main[self._elsewhere] = 0
        self._others = places[self._elsewhere]
        self._codes: dict[tuple[int, int], Codes] = {}
        """By what the columns follow from, and how many different cells it has at most."""

    def cells(self, name: str, kind: type[np.integer[Any]]) -> Integers:
        """A column as it is."""
        held = self._source.main.columns.get(name, _NOTHING)
        found = held.at(self._main).astype(kind)
        found[self._elsewhere] = self._cells_elsewhere(name, kind)
        return found

    def coded(self, name: str, kind: type[np.integer[Any]]) -> Coded:
        """A column as codes and what they stand for."""
        held = self._source.main.columns.get(name, _NOTHING)
        if isinstance(held, Plain):
            return _own_codes(self.cells(name, kind))
        shared: object
        if isinstance(held, Looked):
            table, shared = held.table, held.codes
        elif isinstance(held, Sparse):
            table, shared = np.concatenate(([0], held.values)), held.rows
        else:
            table, shared = np.array([held.number]), _NOTHING
        key = id(shared), len(table)
        known = self._codes.get(key)
        if known is None:
            known = self._codes[key] = self._looked_up(held, len(table))
        return Coded(known, np.concatenate((table, self._cells_elsewhere(name, kind))))

    def _looked_up(self, held: Looked | Sparse | Always, size: int) -> Codes:
        """The codes of the rows; every row that lies elsewhere has one of its own, above `size`."""
        if isinstance(held, Looked):
            of_row = self._source.lying(held).take(self._main).astype(np.intp)
        else:
            of_row = np.zeros(len(self._main), np.intp)
        if isinstance(held, Sparse):
            filled = np.flatnonzero(self._source.lying(held).take(self._main))
            of_row[filled] = np.searchsorted(held.rows, self._main[filled]) + 1
        of_row[self._elsewhere] = np.arange(size, size + len(self._elsewhere))
        return Codes(of_row, size + len(self._elsewhere))

    def _cells_elsewhere(self, name: str, kind: type[np.integer[Any]]) -> Integers:
        return spread(self._source.parts, self._others, name, kind)


def _as_they_occur(numbers: Places) -> Places:
    """The distinct numbers in the order in which they first occur."""
    distinct, first = np.unique(numbers, return_index=True)
    return distinct[np.argsort(first)]


def _own_codes(cells: Integers) -> Coded:
    least, most = int(cells.min(initial=0)), int(cells.max(initial=0))
    if least >= 0 and most < max(_OWN_CODES, len(cells)):
        return Coded(Codes(cells.astype(np.intp), most + 1), np.arange(most + 1))
    table, of_row = np.unique(cells, return_inverse=True)
    return Coded(Codes(of_row, len(table)), table)
