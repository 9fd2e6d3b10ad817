"""All rows of one replication's lives, packed as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_packing as k
from journeyctl.simulate.population_engine.row_columns import Rows

Integers = NDArray[int64]

FACT: Final = r.NARROW
"""Column of a shape behind those of `row_columns`: the code of a field's new value."""
_LEAST: Final = 1 << 14
_SHAPES: Final = 1 << 10
"""Shapes for which there is room at first; there are four slots for each."""
_SLOTS_EACH: Final = 4
_MORE: Final = 64
_MOST: Final = 1_900_000_000
"""Room may not grow beyond 2^31 rows, since that is what their places are numbered in."""
_STRETCH: Final = 1 << 18
_NARROW: Final = 1 << 16
"""While there are fewer shapes, their numbers take two bytes."""


class PackedRows:
    """Rows in the order in which they were written, each by its place from 0 on."""

    def __init__(self, start: int) -> None:
        """No row lies before second `start`."""
        self._start = start
        self._head = np.zeros(k.HEAD, np.int64)
        self._times: NDArray[Any] = np.empty(_LEAST, np.uint32)
        self._codes: NDArray[Any] = np.empty(_LEAST, np.uint16)
        self._shapes = np.zeros((_SHAPES, k.SHAPE), np.int64)
        self._slots = np.full(_SLOTS_EACH * _SHAPES, -1, np.int32)
        self._spelled = np.zeros((0, FACT + 1), np.int64)
        self._values = np.empty((_LEAST >> 3, 2), np.int64)
        self._causes = np.empty((_LEAST >> 3, 2), np.int64)

    def __len__(self) -> int:
        return int(self._head[k.PACKED])

    def expect(self, rows: int) -> None:
        """Makes room for somewhat more than so many, where none is there yet; what is not written to costs nothing."""
        rows += rows // 16
        if not len(self) and rows > len(self._times):
            self._times, self._codes = np.empty(rows, np.uint32), np.empty(rows, self._codes.dtype)
            self._values, self._causes = np.empty((rows >> 2, 2), np.int64), np.empty((rows >> 3, 2), np.int64)

    def take_in(self, buffer: Rows) -> None:
        """All rows of the buffer, which may be used again afterwards."""
        done, cells = 0, buffer.narrow.view(np.int64)
        while True:
            done, why = k.pack(
                buffer, cells, done, self._start, self._head, self._times, self._codes, self._shapes, self._slots,
                self._values, self._causes,
            )  # fmt: skip
            if why == k.DONE:
                return
            if why == k.TOO_LATE:
                raise OverflowError("a row lies before the run, or more than a century after its start")
            if why == k.MORE_SHAPES:
                self._grow_shapes()
            else:
                self._grow()

    @property
    def start(self) -> int:
        """The second above which times are kept."""
        return self._start

    @property
    def seconds(self) -> NDArray[Any]:
        """Of every row, above `start`."""
        return self._times[: len(self)]

    @property
    def codes(self) -> NDArray[Any]:
        """The shape of every row."""
        return self._codes[: len(self)]

    @property
    def shapes(self) -> Integers:
        """Every shape, its columns those of `row_columns.Rows.narrow` and `FACT`."""
        count = int(self._head[k.SHAPES])
        if count != len(self._spelled):
            known = self._shapes[:count]
            narrow = np.ascontiguousarray(known[:, : k.WORDS]).view(np.int32)
            self._spelled = np.concatenate([narrow, known[:, k.FACT :]], axis=1)
        return self._spelled

    @property
    def values(self) -> Integers:
        """Places and numbers of rows that have one, ascending."""
        return self._values[: self._head[k.VALUES]]

    @property
    def causes(self) -> Integers:
        """Places of rows whose cause has a second, and that, ascending."""
        return self._causes[: self._head[k.CAUSES]]

    def times_of(self, places: Integers) -> Integers:
        """The seconds of some rows."""
        return self._times[places].astype(np.int64) + self._start

    def rows_at(self, places: Integers) -> Rows:
        """Some rows as they were written, but for whose they are."""
        cells = self.shapes[self._codes[places]]
        wide = np.zeros((len(places), r.WIDE), np.int64)
        wide[:, r.TIME] = self.times_of(places)
        wide[:, r.VALUE] = _found(self.values, places) + cells[:, FACT]
        wide[:, r.CAUSE_TIME] = _found(self.causes, places)
        return Rows(wide, cells[:, : r.NARROW].astype(np.int32), np.array([len(places), 0, 0]))

    def shapes_written(self) -> NDArray[np.bool_]:
        """Which shapes some row has."""
        found = np.zeros(len(self.shapes), np.bool_)
        for part in self._stretches():
            found[self._codes[part]] = True
        return found

    def places_with(self, wanted: NDArray[np.bool_]) -> Integers:
        """The rows whose shape is wanted, ascending."""
        parts = [part.start + np.flatnonzero(wanted[self._codes[part]]) for part in self._stretches()]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def keep(self, first: Integers, wanted: NDArray[np.bool_]) -> None:
        """Takes away all rows but those of some runs; `first` is where each run of rows begins."""
        lengths = np.diff(first, append=len(self))
        gone = np.cumsum(np.where(wanted, 0, lengths))
        for column, listed in ((k.VALUES, self.values), (k.CAUSES, self.causes)):
            run = np.searchsorted(first, listed[:, 0], side="right") - 1
            kept = listed[wanted[run]]
            kept[:, 0] -= gone[run[wanted[run]]]
            listed[: len(kept)] = kept
            self._head[column] = len(kept)
        after = 0
        # From one run that is taken away to the next, since these are few among very many.
        edges = np.flatnonzero(np.diff(wanted.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        for begin, end in np.append(first, len(self))[edges].tolist():
            for array in (self._times, self._codes):
                _move(array, begin, end, after)
            after += end - begin
        self._head[k.PACKED] = after

    def _stretches(self) -> Iterator[slice]:
        for start in range(0, len(self), _STRETCH):
            yield slice(start, min(start + _STRETCH, len(self)))

    def _grow(self) -> None:
        if len(self) > _MOST:
            raise MemoryError(f"more than {_MOST:,} rows in one replication")
        self._times, self._codes = (_roomier(a, len(self)) for a in (self._times, self._codes))
        self._values = _roomier(self._values, int(self._head[k.VALUES]))
        self._causes = _roomier(self._causes, int(self._head[k.CAUSES]))

    def _grow_shapes(self) -> None:
        count = len(self._shapes)
        shapes = np.zeros((2 * count, k.SHAPE), np.int64)
        shapes[:count] = self._shapes
        self._shapes = shapes
        if len(shapes) > _NARROW:
            self._codes = self._codes.astype(np.uint32)
        self._slots = np.full(_SLOTS_EACH * len(shapes), -1, np.int32)
        k.number_again(shapes, count, self._slots)


def _found(listed: Integers, places: Integers) -> Integers:
    if not len(listed):
        return np.zeros(len(places), np.int64)
    near = np.minimum(np.searchsorted(listed[:, 0], places), len(listed) - 1)
    return np.where(listed[near, 0] == places, listed[near, 1], 0)


def _move(array: NDArray[Any], begin: int, end: int, to: int) -> None:
    """Moves a part forward; in stretches, so that there never is a second array of that length."""
    for start in range(begin, end, _STRETCH) if to < begin else ():
        after = min(start + _STRETCH, end)
        array[to : to + after - start] = array[start:after]
        to += after - start


def _roomier(array: NDArray[Any], used: int) -> NDArray[Any]:
    """An eighth more where hardly any is left; more would be written to, and so cost memory, before it is used."""
    return _with_room(array, used + used // 8 + _MORE) if used >= len(array) * 15 // 16 else array


def _with_room(array: NDArray[Any], count: int) -> NDArray[Any]:
    if count > len(array):
        # In place, because the system moves large arrays by their pages, without a copy.
        array.resize((count, *array.shape[1:]), refcheck=False)
    return array
