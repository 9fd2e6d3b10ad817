"""Columns of the rows that lives write, and the one function that adds a row.

A row lies in two arrays: `wide` for numbers of 64 bits, `narrow` for all else. Names are places in one
list of names, of which the first is empty.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import compiled

TIME: Final = 0
VALUE: Final = 1
CAUSE_TIME: Final = 2
WIDE: Final = 3

KIND: Final = 0
PERSON: Final = 1
OP: Final = 2
"""Global op row, from which journey, step and op follow; -1: none."""
JOURNEY: Final = 3
VISIT: Final = 4
ITEM: Final = 5
SEND: Final = 6
CHANNEL: Final = 7
LEAD_PLACE: Final = 8
"""What precedes the number in a lead's name: `score`, or journey and step."""
LEAD_NUMBER: Final = 9
DESK: Final = 10
LINE: Final = 11
REASON: Final = 12
"""A name; negative: a field, whose new value's code stands in `VALUE`: -1 less twice the column and 1 if broken."""
WHO: Final = 13
CAUSE: Final = 14
GROUP: Final = 15
NARROW: Final = 16

ROWS: Final = 0
FULL: Final = 1
PERSON_NOW: Final = 2


class Rows(NamedTuple):
    """A buffer of rows; shared by all lives of a pass."""

    wide: NDArray[int64]
    """Shape `(rows, WIDE)`."""
    narrow: NDArray[int32]
    """Shape `(rows, NARROW)`."""
    count: NDArray[int64]  # type: ignore[assignment]  # nobody counts the members of a buffer
    """Rows written, 1 where the buffer was full, the person about whom rows are."""


@compiled
def add_row(rows: Rows, time: int, kind: int) -> int:
    """Begins a row and answers its place; without room it is lost, and `FULL` says so."""
    place = rows.count[ROWS]
    if place >= rows.wide.shape[0] - 1:
        # The last place is nobody's: what is written there for want of room must not replace a row that is kept.
        rows.count[FULL] = 1
        place = rows.wide.shape[0] - 1
    else:
        rows.count[ROWS] = place + 1
    rows.wide[place, TIME] = time
    rows.wide[place, VALUE] = 0
    rows.wide[place, CAUSE_TIME] = 0
    narrow = rows.narrow
    for column in range(NARROW):
        narrow[place, column] = 0
    narrow[place, KIND] = kind
    narrow[place, PERSON] = rows.count[PERSON_NOW]
    narrow[place, OP] = -1
    return place
