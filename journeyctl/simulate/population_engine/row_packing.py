"""Packs rows of lives into few bytes, in compiled code: what many rows have in common is kept once.

All of a row but its second, its contact and two seldom numbers is its shape: op, item, reason and so on. A run has
some hundreds of shapes, so that a row is its second above the run's start and the number of its shape; whose it is
follows from where it lies. A field's new value, which stands in `VALUE`, belongs to the shape.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.draws import name_hash
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.intrinsics import of_columns, unmeasured
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.row_columns import Rows

Integers = NDArray[int64]

WORDS: Final = r.NARROW // 2
"""A row's narrow columns are compared two at a time, as words of 64 bits."""
FACT: Final = WORDS
"""Word of a shape behind those of its columns: the new value's code."""
SHAPE: Final = WORDS + 1

(PACKED, SHAPES, VALUES, CAUSES, HEAD) = range(5)
"""How many rows are packed, how many shapes there are, and rows with a value or a cause's second of their own."""
DONE: Final = 0
MORE_ROOM: Final = 1
MORE_SHAPES: Final = 2
TOO_LATE: Final = 3
_LATEST: Final = (1 << 32) - 1
_LOW: Final = (1 << 32) - 1
_FACTORS: Final = np.array([name_hash(str(place)) >> 38 | 1 for place in range(2 * WORDS + 1)], np.int64)
"""For the lower halves of words, for a new value's code, and for the upper halves."""
_COUNTS: Final = np.array([0 if column == r.PERSON else -1 for column in range(r.NARROW)], np.int32).view(np.int64)
"""All bits of the columns that belong to a shape; whose row it is does not."""


@compiled
def pack(
    rows: Rows, cells: Integers, first: int, start: int, head: Integers, times: NDArray[Any], codes: NDArray[Any],
    shapes: Integers, slots: NDArray[Any], values: Integers, causes: Integers,
) -> tuple[int, int]:  # fmt: skip
    """Packs the buffer's rows from `first` on: how many are packed, and what is lacking where some are left.

    `cells` are the narrow columns of the rows in words. `slots` is a table of places of shapes, its length a power
    of 2, -1 where it is empty. `values` and `causes` have a row's place and its number, shape `(rows, 2)`.
    """
    wide, narrow = of_columns(unmeasured(rows.wide), r.WIDE), of_columns(unmeasured(rows.narrow), r.NARROW)
    words, known = of_columns(unmeasured(cells), WORDS), of_columns(unmeasured(shapes), SHAPE)
    for row in range(first, rows.count[r.ROWS]):
        place = head[PACKED]
        if place >= times.shape[0] or head[VALUES] >= values.shape[0] or head[CAUSES] >= causes.shape[0]:
            return row, MORE_ROOM
        second = wide[row, r.TIME] - start
        if second < 0 or second > _LATEST:
            return row, TOO_LATE
        value = wide[row, r.VALUE]
        fact = value if narrow[row, r.REASON] < 0 else 0
        slot = _slot(words, row, fact, known, slots)
        if slots[slot] < 0:
            if head[SHAPES] >= shapes.shape[0]:
                return row, MORE_SHAPES
            slots[slot] = head[SHAPES]
            for word in range(WORDS):
                known[head[SHAPES], word] = words[row, word] & _COUNTS[word]
            known[head[SHAPES], FACT] = fact
            head[SHAPES] += 1
        times[place] = second
        codes[place] = slots[slot]
        if value != 0 and narrow[row, r.REASON] >= 0:
            values[head[VALUES], 0] = place
            values[head[VALUES], 1] = value
            head[VALUES] += 1
        if wide[row, r.CAUSE_TIME] != 0:
            causes[head[CAUSES], 0] = place
            causes[head[CAUSES], 1] = wide[row, r.CAUSE_TIME]
            head[CAUSES] += 1
        head[PACKED] = place + 1
    return rows.count[r.ROWS], DONE


@compiled
def number_again(shapes: Integers, count: int, slots: NDArray[Any]) -> None:
    """Puts the first shapes into slots that are all empty."""
    known = of_columns(unmeasured(shapes), SHAPE)
    for shape in range(count):
        slots[_slot(known, shape, known[shape, FACT], known, slots)] = shape


@compiled
def _slot(words: Integers, row: int, fact: int, shapes: Integers, slots: NDArray[Any]) -> int:
    """Where the shape of a row stands, or the empty slot where it would."""
    mixed = (fact & _LOW) * _FACTORS[WORDS]
    for word in range(WORDS):
        # Without a question inside, so that several words are worked out in one go; small enough never to overflow.
        cell = words[row, word] & _COUNTS[word]
        mixed += _FACTORS[word] * (cell & _LOW) + _FACTORS[WORDS + 1 + word] * (cell >> 32)
    mixed ^= mixed >> 31
    mask = slots.shape[0] - 1
    slot = (mixed ^ (mixed >> 15)) & mask
    while slots[slot] >= 0 and not _has(words, row, fact, shapes, slots[slot]):
        slot = (slot + 1) & mask
    return slot


@compiled
def _has(words: Integers, row: int, fact: int, shapes: Integers, shape: int) -> bool:
    different = shapes[shape, FACT] ^ fact
    for word in range(WORDS):
        different |= shapes[shape, word] ^ (words[row, word] & _COUNTS[word])
    return different == 0
