"""Cells of many rows as codes into short tables, a stretch of rows at a time.

Most columns of an event record follow from something that they share, such as the shape of the row or the contact:
what it is of each row is looked up once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from journeyctl.results.row_order import differs
from journeyctl.results.row_parts import Always, Held, Integers, Listed, Looked, Part, Plain, Runs, Sparse, joined_parts
from journeyctl.results.row_parts import Codes as RowCodes
from journeyctl.results.row_pieces import Pieces, Places

_NOTHING: Final = Always(0)
_FIRST_ROWS: Final = 1 << 13
_OWN_CODES: Final = 1 << 16
"""Up to this and the number of rows, whole numbers are their own codes, so that nothing need be sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A number for each of some rows; rows with the same one agree in every column that follows from it.

    Numbered by first occurrence, without gaps.
    """

    of_row: Places
    of_code: Integers
    """What each number stood for in the numbering that these were made of."""

    @classmethod
    def numbered(cls, numbers: Places, size: int) -> Codes:
        """Those of rows that have other numbers, below `size`, with the same meaning."""
        # Nearly all of them are among the first rows, and looking for others is faster than looking at all alike.
        used = as_they_occur(numbers[:_FIRST_ROWS], size)
        is_new = np.ones(size, np.bool_)
        is_new[used] = False
        later = numbers[_FIRST_ROWS:]
        further = later[is_new.take(later)]
        if len(further):
            used = np.concatenate((used, as_they_occur(further, size)))
        own = np.empty(size, np.int64)
        own[used] = np.arange(len(used))
        return cls(own.take(numbers), used)


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

    def __init__(self, parts: Sequence[Part], order: Integers | Pieces | None) -> None:
        """`order` says where each row lies, counted through all parts; without it they come as they lie."""
        bounds = np.concatenate(([0], np.cumsum([part.length for part in parts]))).tolist()
        # The part with the most rows is read as codes; the rows of all others are few.
        most = max(range(len(parts)), key=lambda place: parts[place].length)
        self.main, self.start, self._others = parts[most], bounds[most], (*parts[:most], *parts[most + 1 :])
        self._order = Pieces.of(np.array([0]), np.array(bounds[-1:])) if order is None else order
        self._by_row = np.argsort(self._order.first) if isinstance(self._order, Pieces) else np.arange(0)
        self._listed: dict[int, Integers] = {}
        self._by_piece: dict[int, Places | None] = {}
        self._filled: dict[int, tuple[Places, Places]] = {}
        self._elsewhere: dict[str, Integers] = {}

    def some(self, first: int, after: int) -> Stretch:
        """Consecutive rows, at least one."""
        if not isinstance(self._order, Pieces):
            return Stretch(self, first, self._order[first:after])
        own = self._order.within(first, after)
        pieces = self._order.part(own, first, after)
        return Stretch(self, first, pieces.rows(), (own, pieces))

    def listed(self, codes: RowCodes) -> Integers:
        """The codes of all rows of the main part as they lie; made once."""
        if isinstance(codes, Listed):
            return codes.codes
        if id(codes) not in self._listed:
            self._listed[id(codes)] = codes.part(0, self.main.length)
        return self._listed[id(codes)]

    def by_piece(self, codes: RowCodes) -> Places | None:
        """The codes of all pieces, any for rows that lie elsewhere; none where rows of a piece have different ones."""
        if not isinstance(codes, Runs) or not isinstance(self._order, Pieces):
            return None
        if id(codes) not in self._by_piece:
            self._by_piece[id(codes)] = self._of_pieces(codes, self._order)
        return self._by_piece[id(codes)]

    def _of_pieces(self, runs: Runs, pieces: Pieces) -> Places | None:
        # Searching is fast where each comes a little behind the one before.
        first = pieces.first[self._by_row] - self.start
        last = first + pieces.size[self._by_row] - 1
        run, same = (np.searchsorted(runs.bounds, rows, side="right") - 1 for rows in (first, last))
        if (differs_at := np.flatnonzero(run != same)).size and (first[differs_at] < self.main.length).any():
            return None
        found = np.empty(len(run), np.int64)
        found[self._by_row] = runs.numbers[np.clip(run, 0, len(runs.numbers) - 1)]
        return found

    def filled(self, rows: Places) -> tuple[Places, Places]:
        """Where rows of the main part come in the order, ascending, and which of them each is; made once."""
        if id(rows) not in self._filled:
            places = self._places(rows + self.start)
            order = np.argsort(places, kind="stable")
            self._filled[id(rows)] = places[order], order
        return self._filled[id(rows)]

    def _places(self, rows: Places) -> Places:
        if isinstance(self._order, Pieces):
            return self._order.places(rows, self._by_row)
        places = np.empty(len(self._order), np.int64)
        places[self._order] = np.arange(len(self._order))
        return places[rows]

    def elsewhere(self, name: str, kind: type[np.integer[Any]]) -> Integers:
        """A column of the rows of all other parts, one behind the other; made once."""
        if name not in self._elsewhere:
            self._elsewhere[name] = joined_parts(self._others, name, kind)
        return self._elsewhere[name]


class Stretch:
    """Some rows."""

    def __init__(
        self, source: Stretches, first: int, places: Integers, pieces: tuple[slice, Pieces] | None = None
    ) -> None:
        """`places` tell where the rows from `first` on lie; `pieces` which of the order they are, and themselves."""
        self._source, self._first, self._pieces, length = source, first, pieces, source.main.length
        self._main: Places = places - np.int64(source.start)
        self._elsewhere = self._lying_elsewhere(self._main)
        others = self._main[self._elsewhere]
        self._others = np.where(others < 0, others + source.start, others + source.start - length)
        self._main[self._elsewhere] = 0
        self._codes: dict[tuple[int, int], Codes] = {}
        """By what the columns follow from, and how many different cells it has at most."""

    def write(self, name: str, found: Integers) -> None:
        """Puts a column into an array of as many rows."""
        kind, few = found.dtype.type, self._few(name, found.dtype.type)
        if few is not None:
            found[:] = 0
            found[few[0]] = few[1]
            return
        held = self._held(name)
        if isinstance(held, Plain):
            np.add(self._lying(held.values), held.base, out=found, dtype=np.int64, casting="unsafe")
            found[self._elsewhere] = self._cells_elsewhere(name, kind)
        else:
            column = self.coded(name, kind)
            np.take(column.table, column.codes.of_row, out=found, mode="wrap")

    def few(self, name: str, kind: type[np.integer[Any]]) -> tuple[Places, Integers] | None:
        """The rows that have anything in a column where few do, ascending, and what; none for other columns."""
        found = self._few(name, kind)
        if found is None:
            return None
        rows, cells = found
        filled = np.flatnonzero(cells)
        order = filled[np.argsort(rows[filled], kind="stable")]
        return rows[order], cells[order]

    def _few(self, name: str, kind: type[np.integer[Any]]) -> tuple[Places, Integers] | None:
        """All rows that may have anything in such a column, in any order."""
        held = self._held(name)
        elsewhere = self._cells_elsewhere(name, kind)
        if isinstance(held, Sparse):
            rows, which = self._filled(held.rows)
            cells = held.values[which].astype(kind, copy=False)
            return np.concatenate((rows, self._elsewhere)), np.concatenate((cells, elsewhere))
        return (self._elsewhere, elsewhere) if isinstance(held, Always) and not held.number else None

    def at(self, name: str, rows: Integers, kind: type[np.integer[Any]]) -> Integers:
        """Some cells of a column, by their places among these rows."""
        found = self._held(name).at(self._main[rows]).astype(kind)
        if len(self._elsewhere):
            others = np.minimum(np.searchsorted(self._elsewhere, rows), len(self._elsewhere) - 1)
            which = np.flatnonzero(self._elsewhere[others] == rows)
            found[which] = self._source.elsewhere(name, kind).take(self._others[others[which]])
        return found

    def coded(self, name: str, kind: type[np.integer[Any]]) -> Coded:
        """A column as codes and what they stand for."""
        held = self._held(name)
        if isinstance(held, Plain | Sparse):
            found = np.empty(len(self._main), kind)
            self.write(name, found)
            return _own_codes(found)
        shared, table = (held.codes, held.table) if isinstance(held, Looked) else (held, np.array([held.number]))
        key = id(shared), len(table)
        if key not in self._codes:
            self._codes[key] = self._looked_up(shared, len(table))
        codes = self._codes[key]
        cells = table.take(np.minimum(codes.of_code, len(table) - 1)).astype(kind, copy=False)
        others = np.flatnonzero(codes.of_code >= len(table))
        cells[others] = self._cells_elsewhere(name, kind)[codes.of_code[others] - len(table)]
        return Coded(codes, cells)

    def _looked_up(self, codes: RowCodes | Always, size: int) -> Codes:
        """The codes of the rows; every row that lies elsewhere has one of its own, above `size`."""
        if isinstance(codes, Always):
            numbers = np.zeros(len(self._main), np.int64)
        else:
            found = self._by_piece(codes, size)
            if found is not None:
                return found
            numbers = self._lying(self._source.listed(codes)).astype(np.int64)
        return self._numbered(numbers, self._elsewhere, size)

    def _by_piece(self, codes: RowCodes, size: int) -> Codes | None:
        numbers = self._source.by_piece(codes)
        if numbers is None or self._pieces is None:
            return None
        own, pieces = self._pieces
        elsewhere = self._lying_elsewhere(pieces.first - self._source.start)
        if len(elsewhere) != len(self._elsewhere):
            # Rows of one piece that lie elsewhere may differ.
            return None
        found = self._numbered(numbers[own].copy(), elsewhere, size)
        return Codes(np.repeat(found.of_row, pieces.size), found.of_code)

    def _numbered(self, numbers: Places, elsewhere: Places, size: int) -> Codes:
        numbers[elsewhere] = np.arange(size, size + len(elsewhere))
        return Codes.numbered(numbers, size + len(elsewhere))

    def _lying(self, cells: Integers) -> Integers:
        """Of the cells of all rows of the main part those of these rows; any for those that lie elsewhere."""
        if self._pieces is not None:
            # Pieces lie far apart. Waiting for each when its turn comes takes longer than asking for all ends at once.
            _, pieces = self._pieces
            first = pieces.first - self._source.start
            for ends in (first, first + pieces.size - 1):
                cells.take(ends, mode="clip")
        return cells.take(self._main)

    def _lying_elsewhere(self, rows: Places) -> Places:
        # Before the first row of the main part numbers without a sign are large, too.
        return np.flatnonzero(rows.view(np.uint64) >= self._source.main.length)

    def _filled(self, rows: Places) -> tuple[Places, Places]:
        """Which of these rows are among some rows of the main part, and as which."""
        places, which = self._source.filled(rows)
        low, high = np.searchsorted(places, (self._first, self._first + len(self._main))).tolist()
        return places[low:high] - self._first, which[low:high]

    def _held(self, name: str) -> Held:
        return self._source.main.columns.get(name, _NOTHING)

    def _cells_elsewhere(self, name: str, kind: type[np.integer[Any]]) -> Integers:
        found: Integers = self._source.elsewhere(name, kind).take(self._others)
        return found


def as_they_occur(numbers: Integers, size: int) -> Integers:
    """The distinct ones among numbers below `size` in the order in which they first occur."""
    some = numbers[differs(numbers)]
    first = np.empty(size, np.int64)
    # Of several places of one number the one that is written last stays.
    first[some[::-1]] = np.arange(len(some) - 1, -1, -1)
    found: Integers = some[first[some] == np.arange(len(some))]
    return found


def _own_codes(cells: Integers) -> Coded:
    least, most = int(cells.min(initial=0)), int(cells.max(initial=0))
    if least >= 0 and most < max(_OWN_CODES, len(cells)):
        codes = Codes.numbered(cells.astype(np.int64), most + 1)
        return Coded(codes, codes.of_code)
    table, of_row = np.unique(cells, return_inverse=True)
    codes = Codes.numbered(of_row, len(table))
    return Coded(codes, table[codes.of_code])
