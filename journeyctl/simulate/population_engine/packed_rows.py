"""All rows of one replication's lives, packed as they are written."""

from __future__ import annotations

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
_MORE: Final = 1 << 12
_MOST: Final = 1_900_000_000
"""Room may not grow beyond 2^31 rows, since that is what their places are numbered in."""
_STRETCH: Final = 1 << 18
"""Longer arrays grow where they lie; what is new of them is written to at once."""
_NARROW: Final = 1 << 16
"""While there are fewer shapes, their numbers take two bytes."""


class PackedRows:
    """Rows in the order in which they were written, each by its place from 0 on."""

    def __init__(self, start: int) -> None:
        """No row lies before second `start`."""
        head = np.zeros(k.HEAD, np.int64)
        head[k.START], head[k.SHAPE_ROOM], head[k.SLOTS] = start, _SHAPES, _SLOTS_EACH * _SHAPES
        self.packed = k.Packed(
            head, np.empty(0, np.uint32), np.empty(0, np.uint16), np.empty(0, np.uint32),
            np.zeros((_SHAPES, k.SHAPE), np.int64), np.full(_SLOTS_EACH * _SHAPES, -1, np.int32),
            np.full(_SHAPES, -1, np.int32), np.empty((0, 2), np.int64), np.empty((0, 2), np.int64),
            np.empty(0, np.uint32),
        )  # fmt: skip
        """What compiled code packs rows into; others where any of them has grown."""
        self._spelled = np.zeros((0, FACT + 1), np.int64)
        self._make_room(_LEAST, _LEAST >> 1, _LEAST >> 1, _LEAST >> 1)

    def __len__(self) -> int:
        return int(self.packed.head[k.PACKED])

    def expect(self, rows: int) -> None:
        """There will be so many rows, about: room for them and for some more, where none is there yet.

        What is not written to costs nothing.
        """
        head, written = self.packed.head, max(1, len(self))
        if rows > head[k.ROOM]:
            rows += rows >> 2
            values, causes, leads = (int(head[c]) * rows // written for c in (k.VALUES, k.CAUSES, k.LEADS))
            self._make_room(rows, values + _LEAST, causes + _LEAST, leads + _LEAST)

    def take_in(self, buffer: Rows) -> None:
        """All rows of the buffer, which may be used again afterwards."""
        cells = buffer.narrow.view(np.int64)
        while (why := k.pack(buffer, cells, self.packed)) != k.DONE:
            self.grow(why, int(buffer.count[r.ROWS]))

    def grow(self, why: int, rows: int) -> None:
        """What was lacking for so many more rows. Raises `OverflowError` for a row that lies out of reach."""
        if why == k.TOO_LATE:
            raise OverflowError("a row lies before the run, or more than a century after its start")
        if why == k.MORE_SHAPES:
            self._grow_shapes()
            return
        head = self.packed.head
        if len(self) > _MOST:
            raise MemoryError(f"more than {_MOST:,} rows in one replication")
        used = (head[k.PACKED], head[k.VALUES], head[k.CAUSES], head[k.LEADS])
        # An eighth more; beyond that more memory would be written to, and so taken, before it is used.
        self._make_room(*(int(count) + int(count) // 8 + rows + _MORE for count in used))

    @property
    def start(self) -> int:
        """The second above which times are kept."""
        return int(self.packed.head[k.START])

    @property
    def seconds(self) -> NDArray[Any]:
        """Of every row, above `start`."""
        return self.packed.times[: len(self)]

    @property
    def codes(self) -> NDArray[Any]:
        """The shape of every row."""
        packed = self.packed
        return (packed.wide_codes if packed.head[k.IS_WIDE] else packed.codes)[: len(self)]

    @property
    def shapes(self) -> Integers:
        """Every shape, its columns those of `row_columns.Rows.narrow` and `FACT`."""
        before, count = len(self._spelled), int(self.packed.head[k.SHAPES])
        if count != before:
            # In room for many more, since new ones come all the time.
            room = self._spelled if self._spelled.base is None else self._spelled.base
            if count > len(room):
                room = np.empty((2 * count, FACT + 1), np.int64)
                room[:before] = self._spelled
            known = self.packed.shapes[before:count]
            room[before:count, :FACT] = np.ascontiguousarray(known[:, : k.WORDS]).view(np.int32)
            room[before:count, FACT:] = known[:, k.FACT :]
            self._spelled = room[:count]
        return self._spelled

    @property
    def values(self) -> Integers:
        """Places and numbers of rows that have one, ascending."""
        return self.packed.values[: self.packed.head[k.VALUES]]

    @property
    def causes(self) -> Integers:
        """Places of rows whose cause has a second, and that, ascending."""
        return self.packed.causes[: self.packed.head[k.CAUSES]]

    @property
    def leads(self) -> NDArray[Any]:
        """Places of rows that concern a lead, ascending."""
        return self.packed.leads[: self.packed.head[k.LEADS]]

    def rows_at(self, places: Integers) -> Rows:
        """Some rows as they were written, but for whose they are."""
        cells = self.shapes[self.codes[places]]
        wide = np.zeros((len(places), r.WIDE), np.int64)
        wide[:, r.TIME] = self.seconds[places].astype(np.int64) + self.start
        wide[:, r.VALUE] = _found(self.values, places) + cells[:, FACT]
        wide[:, r.CAUSE_TIME] = _found(self.causes, places)
        return Rows(wide, cells[:, : r.NARROW].astype(np.int32), np.array([len(places), 0, 0]))

    def shapes_written(self) -> NDArray[np.bool_]:
        """Which shapes some row has."""
        found = np.zeros(len(self.shapes), np.bool_)
        k.mark(self.codes, found)
        return found

    def keep(self, first: Integers, wanted: NDArray[np.bool_]) -> None:
        """Takes away all rows but those of some runs; `first` is where each run of rows begins."""
        k.keep(np.append(first, len(self)).astype(np.int64, copy=False), wanted, self.packed)

    def _make_room(self, rows: int, values: int, causes: int, leads: int) -> None:
        packed = self.packed
        head = packed.head
        head[k.ROOM], head[k.VALUE_ROOM] = _most(head[k.ROOM], rows), _most(head[k.VALUE_ROOM], values)
        head[k.CAUSE_ROOM], head[k.LEAD_ROOM] = _most(head[k.CAUSE_ROOM], causes), _most(head[k.LEAD_ROOM], leads)
        is_wide, room = head[k.IS_WIDE] == 1, int(head[k.ROOM])
        self.packed = packed._replace(
            times=_with_room(packed.times, room), codes=_with_room(packed.codes, 0 if is_wide else room),
            wide_codes=_with_room(packed.wide_codes, room if is_wide else 0),
            values=_with_room(packed.values, int(head[k.VALUE_ROOM])),
            causes=_with_room(packed.causes, int(head[k.CAUSE_ROOM])),
            leads=_with_room(packed.leads, int(head[k.LEAD_ROOM])),
        )  # fmt: skip

    def _grow_shapes(self) -> None:
        packed = self.packed
        count = len(packed.shapes)
        shapes, follows = np.zeros((2 * count, k.SHAPE), np.int64), np.full(2 * count, -1, np.int32)
        shapes[:count], follows[:count] = packed.shapes, packed.follows
        slots = np.full(_SLOTS_EACH * len(shapes), -1, np.int32)
        k.number_again(shapes, count, slots)
        head = packed.head
        head[k.SHAPE_ROOM], head[k.SLOTS] = len(shapes), len(slots)
        self.packed = packed._replace(shapes=shapes, follows=follows, slots=slots)
        if len(shapes) > _NARROW and not head[k.IS_WIDE]:
            head[k.IS_WIDE] = 1
            self.packed = self.packed._replace(codes=np.empty(0, np.uint16), wide_codes=packed.codes.astype(np.uint32))


def _found(listed: Integers, places: Integers) -> Integers:
    if not len(listed):
        return np.zeros(len(places), np.int64)
    near = np.minimum(np.searchsorted(listed[:, 0], places), len(listed) - 1)
    return np.where(listed[near, 0] == places, listed[near, 1], 0)


def _most(room: int64, wanted: int) -> int:
    return max(int(room), wanted)


def _with_room(array: NDArray[Any], count: int) -> NDArray[Any]:
    """The array with so much room; what is not written to takes no memory."""
    if count <= len(array):
        return array
    if len(array) > _STRETCH:
        # In place, because the system moves large arrays by their pages, without a copy.
        array.resize((count, *array.shape[1:]), refcheck=False)
        return array
    made = np.empty((count, *array.shape[1:]), array.dtype)
    made[: len(array)] = array
    return made
