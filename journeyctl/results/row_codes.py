"""Cells of many rows by what they follow from, a stretch of rows at a time.

Most columns of an event record follow from something that they share, such as the shape of the row or the contact:
what it is of each row is looked up once for all of them, and whoever reads a column gets codes and what they stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from journeyctl.results.row_order import differs, order_by
from journeyctl.results.row_parts import Always, Held, Integers, Listed, Looked, Part, Plain, Runs, Sparse, joined_parts
from journeyctl.results.row_parts import Codes as RowCodes
from journeyctl.results.row_pieces import Pieces, Places

_NOTHING: Final = Always(0)
_AT_ONCE: Final = 1 << 15
"""Rows whose cells are asked for together."""
_RUN: Final = 8
"""Rows of a run, on average, from which on a column is told as runs."""
_OWN_CODES: Final = 1 << 16
"""Over this and the number of rows, numbers may spread and be their own codes, so that nothing need be sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A number for each of some rows; rows with the same one agree in every column that follows from it."""

    of_row: Places
    used: Places
    """Those that occur, ascending."""

    @classmethod
    def of(cls, of_row: Places, size: int) -> Codes:
        """Codes below `size`."""
        is_used = np.zeros(size, np.bool_)
        is_used[of_row] = True
        return cls(of_row, np.flatnonzero(is_used))


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of some rows: in each of them the cell is what the table has at the row's code."""

    codes: Codes
    table: Integers
    """What stands at codes that do not occur means nothing."""

    def cells(self) -> Integers:
        """The column itself."""
        return self.table.take(self.codes.of_row)


@dataclass(frozen=True, slots=True, eq=False)
class Repeated:
    """A column of some rows in which each cell stands in so many rows, one behind the other; then the next."""

    table: Integers
    sizes: Integers
    """At least one."""

    def cells(self) -> Integers:
        """The column itself."""
        return np.repeat(self.table, self.sizes)


Column: TypeAlias = Coded | Repeated


class Stretches:
    """The rows of several parts, for readers who go from the first to the last."""

    def __init__(self, parts: Sequence[Part], order: Integers | Pieces | None) -> None:
        """`order` says where each row lies, counted through all parts; without it they come as they lie."""
        bounds = np.concatenate(([0], np.cumsum([part.length for part in parts]))).tolist()
        # The part with the most rows is read as codes; the rows of all others are few.
        most = max(range(len(parts)), key=lambda place: parts[place].length)
        self.main, self.start, self._others = parts[most], bounds[most], (*parts[:most], *parts[most + 1 :])
        self.written = frozenset(name for part in parts for name in part.columns)
        """Columns that hold anything."""
        self._order = Pieces.of(np.array([0]), np.array(bounds[-1:])) if order is None else order
        self._by_row = order_by(self._order.first) if isinstance(self._order, Pieces) else np.zeros(0, np.int64)
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
            order = order_by(places)
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

    def __len__(self) -> int:
        return len(self._main)

    def column(self, name: str, kind: type[np.integer[Any]]) -> Column:
        """A column in the shortest form that its cells are held in."""
        if name not in self._source.written:
            return Repeated(np.zeros(1, np.int64), np.array([len(self)]))
        held, elsewhere = self._held(name), self._cells_elsewhere(name, kind)
        match held:
            case Always():
                return self.mostly(held.number, self._elsewhere, elsewhere)
            case Sparse():
                rows, which = self._filled(held.rows)
                cells = np.concatenate((held.values[which].astype(kind, copy=False), elsewhere))
                return self.mostly(0, np.concatenate((rows, self._elsewhere)), cells)
            case Looked():
                return self._looked_up(held, elsewhere)
            case Plain():
                return _in_short(self._written(held, elsewhere, kind))

    def cells(self, name: str, kind: type[np.integer[Any]]) -> Integers:
        """A column as it is."""
        held = self._held(name)
        if isinstance(held, Plain):
            return self._written(held, self._cells_elsewhere(name, kind), kind)
        return self.column(name, kind).cells()

    def at(self, name: str, rows: Integers, kind: type[np.integer[Any]]) -> Integers:
        """Some cells of a column, by their places among these rows."""
        found = self._held(name).at(self._main[rows]).astype(kind)
        if len(self._elsewhere):
            others = np.minimum(np.searchsorted(self._elsewhere, rows), len(self._elsewhere) - 1)
            which = np.flatnonzero(self._elsewhere[others] == rows)
            found[which] = self._source.elsewhere(name, kind).take(self._others[others[which]])
        return found

    def _written(self, held: Plain, elsewhere: Integers, kind: type[np.integer[Any]]) -> Integers:
        """Cells that are held row by row."""
        found: Integers = self._lying(held.values).astype(kind, copy=False)
        if held.base:
            found += kind(held.base)
        found[self._elsewhere] = elsewhere
        return found

    def mostly(self, number: int, rows: Places, cells: Integers) -> Repeated:
        """The same number in all rows but some, which come in any order."""
        others = np.flatnonzero(cells != number)
        others = others[np.argsort(rows[others], kind="stable")]
        between = np.diff(rows[others], prepend=-1, append=len(self)) - 1
        table = np.full(2 * len(others) + 1, number, np.int64)
        sizes = np.ones(len(table), np.int64)
        table[1::2], sizes[::2] = cells[others], between
        is_there = sizes > 0
        return Repeated(table[is_there], sizes[is_there])

    def _looked_up(self, held: Looked, elsewhere: Integers) -> Column:
        """Every row that lies elsewhere has a code of its own, behind all others."""
        repeated = self._by_piece(held, elsewhere)
        if repeated is not None:
            return repeated
        size = len(held.table)
        key = id(held.codes), size
        if key not in self._codes:
            of_row = self._lying(self._source.listed(held.codes)).astype(np.int64)
            of_row[self._elsewhere] = np.arange(size, size + len(self._elsewhere))
            self._codes[key] = Codes.of(of_row, size + len(self._elsewhere))
        return Coded(self._codes[key], np.concatenate((held.table, elsewhere)))

    def _by_piece(self, held: Looked, elsewhere: Integers) -> Repeated | None:
        numbers = self._source.by_piece(held.codes)
        if numbers is None or self._pieces is None:
            return None
        own, pieces = self._pieces
        lying_elsewhere = self._lying_elsewhere(pieces.first - self._source.start)
        if len(lying_elsewhere) != len(self._elsewhere):
            # Rows of one piece that lie elsewhere may differ.
            return None
        table = held.table.take(numbers[own])
        table[lying_elsewhere] = elsewhere
        return Repeated(table, pieces.size)

    def _lying(self, cells: Integers) -> Integers:
        """Of the cells of all rows of the main part those of these rows; any for those that lie elsewhere."""
        if self._pieces is None:
            return cells.take(self._main)
        # Pieces lie far apart. Waiting for each when its turn comes takes longer than asking for many at once: for
        # where they begin and end, and for their middles, as many as the processor's cache holds.
        _, pieces = self._pieces
        first, found = pieces.first - self._source.start, np.empty(len(self), cells.dtype)
        begun = 0
        for start in range(0, len(self), _AT_ONCE):
            after = min(start + _AT_ONCE, len(self))
            end = int(np.searchsorted(pieces.ends, after)) + 1
            own, further = first[begun:end], pieces.size[begun:end] - 1
            for asked in (own, own + (further >> 1), own + further):
                cells.take(asked, mode="clip")
            found[start:after] = cells.take(self._main[start:after])
            begun = end - 1
        return found

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


def _in_short(cells: Integers) -> Column:
    """A column as runs or by its own numbers."""
    is_new = cells[1:] != cells[:-1]
    if np.count_nonzero(is_new) * _RUN < len(cells):
        first = np.concatenate(([0], np.flatnonzero(is_new) + 1))
        return Repeated(cells[first], np.diff(first, append=len(cells)))
    least, most = int(cells.min()), int(cells.max())
    if most - least < max(_OWN_CODES, len(cells)):
        return Coded(Codes.of(cells.astype(np.int64, copy=False) - least, most - least + 1), np.arange(least, most + 1))
    table, of_row = np.unique(cells, return_inverse=True)
    return Coded(Codes(of_row, np.arange(len(table))), table)


def as_they_occur(numbers: Integers, size: int) -> Integers:
    """The distinct ones among numbers below `size` in the order in which they first occur."""
    some = numbers[differs(numbers)]
    first = np.empty(size, np.int64)
    # Of several places of one number the one that is written last stays.
    first[some[::-1]] = np.arange(len(some) - 1, -1, -1)
    found: Integers = some[first[some] == np.arange(len(some))]
    return found
