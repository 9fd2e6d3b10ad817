"""All rows of one replication's lives, packed as they are written."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_packing as k
from journeyctl.simulate.population_engine.intrinsics import WORDS
from journeyctl.simulate.population_engine.row_columns import Rows

Integers = NDArray[int64]

FACT: Final = r.NARROW
"""Column of a shape behind those of `row_columns`: the code of a field's new value."""
_LEAST: Final = 1 << 14
_SHAPES: Final = 1 << 8
"""Shapes for which there is room at first; there are four slots for each."""
_SLOTS_EACH: Final = 4
_MORE: Final = 1 << 12
_MOST: Final = 1_900_000_000
"""Room may not grow beyond 2^31 rows, since that is what their places are numbered in."""
_ROOMS: Final = ((k.PACKED, k.ROOM), (k.VALUES, k.VALUE_ROOM), (k.CAUSES, k.CAUSE_ROOM), (k.LEADS, k.LEAD_ROOM))
"""What is counted, and where it says for how many there is room."""
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
            np.empty((0, 2), np.int64), np.empty((0, 2), np.int64), np.empty(0, np.uint32),
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
        while (why := k.pack(buffer, self.packed)) != k.DONE:
            self.grow(why, int(buffer.count[r.ROWS]))

    def grow(self, why: int, rows: int) -> None:
        """What was lacking for so many more rows. Raises `OverflowError` for a row that lies out of reach."""
        if why == k.TOO_LATE:
            raise OverflowError("a row lies before the run, or more than a century after its start")
        if why == k.MORE_SHAPES:
            self._grow_shapes()
            return
        head = self.packed.head.tolist()
        if len(self) > _MOST:
            raise MemoryError(f"more than {_MOST:,} rows in one replication")
        rooms = []
        for column, room in _ROOMS:
            # Half more, which takes no memory before it is written to.
            more = head[column] // 2 + rows + _MORE
            rooms.append(head[column] + more if head[column] + rows > head[room] else head[room])
        self._make_room(*rooms)

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
            room[before:count, :FACT] = np.ascontiguousarray(known[:, :WORDS]).view(np.int32)
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

    def keep(self, first: NDArray[Any], wanted: NDArray[np.bool_]) -> None:
        """Takes away all rows but those of some runs; `first` is where each run of rows begins."""
        k.keep(np.append(first, np.array([len(self)], first.dtype)), wanted, self.packed)
        for name in ("times", "codes", "wide_codes"):
            column = getattr(self.packed, name)
            # In place: what lies behind goes back to the system, and nothing is copied.
            column.resize(min(len(column), len(self)), refcheck=False)
        self.packed.head[k.ROOM] = len(self)

    def _make_room(self, rows: int, values: int, causes: int, leads: int) -> None:
        head = self.packed.head
        for (_, place), room in zip(_ROOMS, (rows, values, causes, leads), strict=True):
            head[place] = max(int(head[place]), room)
        is_wide = head[k.IS_WIDE] == 1
        for name, place, is_used in (
            ("times", k.ROOM, True), ("codes", k.ROOM, not is_wide), ("wide_codes", k.ROOM, is_wide),
            ("values", k.VALUE_ROOM, True), ("causes", k.CAUSE_ROOM, True), ("leads", k.LEAD_ROOM, True),
        ):  # fmt: skip
            # One after the other, so that no more than one of them is there twice.
            grown = _with_room(getattr(self.packed, name), int(head[place]) if is_used else 0)
            self.packed = self.packed._replace(**{name: grown})

    def _grow_shapes(self) -> None:
        packed = self.packed
        count = len(packed.shapes)
        shapes = np.zeros((2 * count, k.SHAPE), np.int64)
        shapes[:count] = packed.shapes
        slots = np.full(_SLOTS_EACH * len(shapes), -1, np.int32)
        k.number_again(shapes, count, slots)
        head = packed.head
        head[k.SHAPE_ROOM], head[k.SLOTS] = len(shapes), len(slots)
        self.packed = packed._replace(shapes=shapes, slots=slots)
        if len(shapes) > _NARROW and not head[k.IS_WIDE]:
            head[k.IS_WIDE] = 1
            self.packed = self.packed._replace(codes=np.empty(0, np.uint16), wide_codes=packed.codes.astype(np.uint32))


def _found(listed: Integers, places: Integers) -> Integers:
    if not len(listed):
        return np.zeros(len(places), np.int64)
    near = np.minimum(np.searchsorted(listed[:, 0], places), len(listed) - 1)
    return np.where(listed[near, 0] == places, listed[near, 1], 0)


def _with_room(array: NDArray[Any], count: int) -> NDArray[Any]:
    """The array with so much room; what is not written to takes no memory."""
    if count <= len(array):
        return array
    made = np.empty((count, *array.shape[1:]), array.dtype)
    made[: len(array)] = array
    return made
