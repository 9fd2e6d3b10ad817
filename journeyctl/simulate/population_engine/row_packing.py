"""Packs rows of lives into few bytes, in compiled code: what many rows have in common is kept once.

All of a row but its second, its contact and two seldom numbers is its shape: op, item, reason and so on. A run has
some hundreds of shapes, so that a row is its second above the run's start and the number of its shape; whose it is
follows from where it lies. A field's new value, which stands in `VALUE`, belongs to the shape.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy import int32, int64, uint16, uint32
from numpy.typing import NDArray

from journeyctl.draws import name_hash
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.intrinsics import (
    WORDS,
    are_alike,
    folded,
    in_words,
    of_columns,
    unmeasured,
)
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.row_columns import Rows

Integers = NDArray[int64]

assert r.NARROW == 2 * WORDS, "a row's narrow columns are compared two at a time, as words of 64 bits"
FACT: Final = WORDS
"""Word of a shape behind those of its columns: the new value's code."""
SHAPE: Final = WORDS + 1

(
    PACKED, SHAPES, VALUES, CAUSES, LEADS, ROOM, SHAPE_ROOM, VALUE_ROOM, CAUSE_ROOM, LEAD_ROOM, START, SLOTS, IS_WIDE,
    HEAD,
) = range(14)  # fmt: skip
"""How many rows are packed, how many shapes there are, and rows with a value, a cause's second or a lead; for how many
of each there is room; the second above which times are kept; slots for shapes; and whether shapes are too many for two
bytes."""
DONE: Final = 0
MORE_ROOM: Final = 6
MORE_SHAPES: Final = 7
TOO_LATE: Final = 8
"""What is lacking, in numbers that `life` does not use."""
_LATEST: Final = (1 << 32) - 1
_LOW: Final = (1 << 32) - 1
_FACTOR: Final = name_hash("shapes of rows") >> 38 | 1
_APART: Final = np.array([0, 7, 14, 21, 3, 11, 17, 25], np.int64)
_COUNTS: Final = np.array([0 if column == r.PERSON else -1 for column in range(r.NARROW)], np.int32).view(np.int64)
"""All bits of the columns that belong to a shape; whose row it is does not."""


class Packed(NamedTuple):
    """Packed rows, and what packing needs."""

    head: Integers
    times: NDArray[uint32]
    """Seconds above the start, by row."""
    codes: NDArray[uint16]
    """Shapes by row, while two bytes are enough to number them; else this is short."""
    wide_codes: NDArray[uint32]
    """The same with four bytes; short while two are enough."""
    shapes: Integers
    """Shape `(shapes, SHAPE)`."""
    slots: NDArray[int32]
    """A table of places of shapes, its length a power of 2, -1 where it is empty."""
    values: Integers
    """A row's place and its number, shape `(rows, 2)`."""
    causes: Integers
    """The same with the second of a cause."""
    leads: NDArray[uint32]
    """Places of rows with a lead."""


@compiled
def pack(rows: Rows, packed: Packed) -> int:
    """Packs the rows of a buffer, or none of them: what is lacking."""
    bare = Rows(of_columns(unmeasured(rows.wide), r.WIDE), of_columns(unmeasured(rows.narrow), r.NARROW), rows.count)
    return pack_into(bare, bared(packed))


@compiled
def bared(packed: Packed) -> Packed:
    """The same arrays, which nobody asks for their lengths."""
    return Packed(
        unmeasured(packed.head), unmeasured(packed.times), unmeasured(packed.codes), unmeasured(packed.wide_codes),
        of_columns(unmeasured(packed.shapes), SHAPE), unmeasured(packed.slots),
        of_columns(unmeasured(packed.values), 2), of_columns(unmeasured(packed.causes), 2), unmeasured(packed.leads),
    )  # fmt: skip


@compiled
def pack_into(rows: Rows, packed: Packed) -> int:
    """The same for arrays without lengths."""
    head, wide, narrow, count = packed.head, rows.wide, rows.narrow, rows.count[r.ROWS]
    place, values, causes, leads = head[PACKED], head[VALUES], head[CAUSES], head[LEADS]
    if place + count > head[ROOM] or values + count > head[VALUE_ROOM]:
        return MORE_ROOM
    if causes + count > head[CAUSE_ROOM] or leads + count > head[LEAD_ROOM]:
        return MORE_ROOM
    cells, start, is_narrow = of_columns(in_words(narrow), WORDS), head[START], head[IS_WIDE] == 0
    for row in range(count):
        second, value = wide[row, r.TIME] - start, wide[row, r.VALUE]
        if second < 0 or second > _LATEST:
            return TOO_LATE
        reason = narrow[row, r.REASON]
        shape = _shape_of(cells, row, value if reason < 0 else 0, packed)
        if shape < 0:
            return MORE_SHAPES
        packed.times[place] = second
        if is_narrow:
            packed.codes[place] = shape
        else:
            packed.wide_codes[place] = shape
        if value != 0 and reason >= 0:
            packed.values[values, 0] = place
            packed.values[values, 1] = value
            values += 1
        if wide[row, r.CAUSE_TIME] != 0:
            packed.causes[causes, 0] = place
            packed.causes[causes, 1] = wide[row, r.CAUSE_TIME]
            causes += 1
        if narrow[row, r.LEAD_PLACE] > 0:
            packed.leads[leads] = place
            leads += 1
        place += 1
    head[PACKED] = place
    head[VALUES] = values
    head[CAUSES] = causes
    head[LEADS] = leads
    return DONE


@compiled
def _shape_of(cells: Integers, row: int, fact: int, packed: Packed) -> int:
    """The number of the row's shape, which is added where it is new; -1 where there is no room for it."""
    head, slots, shapes = packed.head, packed.slots, packed.shapes
    # No shape is guessed from the row before: a wrong guess costs more than to work this out, several rows at a time.
    slot = _slot(cells, row, fact, shapes, slots, head[SLOTS])
    if slots[slot] < 0:
        new = head[SHAPES]
        if new >= head[SHAPE_ROOM]:
            return -1
        slots[slot] = new
        for word in range(WORDS):
            shapes[new, word] = cells[row, word] & _COUNTS[word]
        shapes[new, FACT] = fact
        head[SHAPES] = new + 1
    return slots[slot]


@compiled
def number_again(shapes: Integers, count: int, slots: NDArray[Any]) -> None:
    """Puts the first shapes into slots that are all empty."""
    known = of_columns(unmeasured(shapes), SHAPE)
    for shape in range(count):
        slots[_slot(known, shape, known[shape, FACT], known, slots, slots.shape[0])] = shape


@compiled
def _slot(words: Integers, row: int, fact: int, shapes: Integers, slots: NDArray[Any], count: int) -> int:
    """Where the shape of a row stands, or the empty slot where it would."""
    # Each word a few bits further than the one before, so that columns whose numbers go together lie apart.
    mixed = folded(words, row, _COUNTS, _APART) ^ fact
    # Small enough never to overflow.
    mixed = ((mixed ^ (mixed >> 32)) & _LOW) * _FACTOR
    mask = count - 1
    slot = (mixed ^ (mixed >> 32)) & mask
    while slots[slot] >= 0 and not _has(words, row, fact, shapes, slots[slot]):
        slot = (slot + 1) & mask
    return slot


@compiled
def _has(words: Integers, row: int, fact: int, shapes: Integers, shape: int) -> bool:
    return shapes[shape, FACT] == fact and are_alike(words, row, _COUNTS, shapes, shape)


@compiled
def keep(first: NDArray[Any], wanted: NDArray[np.bool_], packed: Packed) -> None:
    """Takes away all rows but those of some runs; `first` is where each run begins, and the number of rows at last."""
    bare, after, runs = bared(packed), 0, wanted.shape[0]
    values, causes, leads = 0, 0, 0
    next_value, next_cause, next_lead = 0, 0, 0
    head = bare.head
    for run in range(runs):
        begin, end = first[run], first[run + 1]
        value_end = _passed(bare.values, next_value, head[VALUES], end)
        cause_end = _passed(bare.causes, next_cause, head[CAUSES], end)
        lead_end = next_lead
        while lead_end < head[LEADS] and bare.leads[lead_end] < end:
            lead_end += 1
        if wanted[run]:
            values = _moved(bare.values, next_value, value_end, values, begin - after)
            causes = _moved(bare.causes, next_cause, cause_end, causes, begin - after)
            for place in range(next_lead, lead_end):
                bare.leads[leads] = bare.leads[place] - (begin - after)
                leads += 1
            if after != begin:
                for place in range(begin, end):
                    bare.times[after + place - begin] = bare.times[place]
                _move_codes(bare, begin, end, after)
            after += end - begin
        next_value, next_cause, next_lead = value_end, cause_end, lead_end
    head[PACKED], head[VALUES], head[CAUSES], head[LEADS] = after, values, causes, leads


@compiled
def _passed(listed: Integers, place: int, count: int, end: int) -> int:
    while place < count and listed[place, 0] < end:
        place += 1
    return place


@compiled
def _moved(listed: Integers, first: int, after: int, to: int, less: int) -> int:
    for place in range(first, after):
        listed[to, 0] = listed[place, 0] - less
        listed[to, 1] = listed[place, 1]
        to += 1
    return to


@compiled
def _move_codes(packed: Packed, begin: int, end: int, to: int) -> None:
    if packed.head[IS_WIDE] == 0:
        for place in range(begin, end):
            packed.codes[to + place - begin] = packed.codes[place]
    else:
        for place in range(begin, end):
            packed.wide_codes[to + place - begin] = packed.wide_codes[place]


@compiled
def mark(codes: NDArray[Any], used: NDArray[np.bool_]) -> None:
    """Marks the shapes that some row has."""
    marks = unmeasured(used)
    for row in range(codes.shape[0]):
        marks[codes[row]] = True
