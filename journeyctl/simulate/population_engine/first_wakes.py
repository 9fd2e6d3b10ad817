"""When contacts will first wake their groups, as far as lives without any news tell, in compiled code."""

from __future__ import annotations

from typing import Final

from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import notice_rows as n
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.life import W_ROWS, W_ROWS_END
from journeyctl.simulate.population_engine.notice_rows import Lived

Integers = NDArray[int64]

(F_PERSON, F_BIT, F_EVALUATION, FIRST) = range(4)
"""A person, the place of a bit that stands for groups, and the number of the first evaluation to see these woken."""
_BITS: Final = 61
"""Places of bits."""


@compiled
def first_wakes(rows: Lived, people: Integers, due: NDArray[int32], first: int, found: Integers) -> tuple[int, int]:
    """Of whom evaluations will be told: which groups its rows wake, and when, from person `first` on.

    As far as there is room; answers how many rows were found, and who comes next.
    """
    count = 0
    for person in range(first, due.shape[0]):
        if due[person] >= rows.times.shape[0]:
            continue
        if found.shape[0] - count < _BITS:
            return count, person
        count = _first_of(rows, people[person, n.GROUPS], person, count, found)
    return count, due.shape[0]


@compiled
def _first_of(rows: Lived, groups: int, person: int, count: int, found: Integers) -> int:
    """Puts the first second at which somebody wakes each of its groups behind `count` rows."""
    begin, after = int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])
    for bit in range(_BITS if groups > 0 else 0):
        if not groups >> bit & 1:
            continue
        earliest = n.NEVER
        for row in range(begin, after):
            shape, time = rows.shapes[rows.codes[row]], rows.start + int(rows.seconds[row])
            if time >= earliest or not shape[n.SORT] & n.NOTED:
                continue
            bits = shape[n.WAKES]
            if shape[n.SORT] & n.SCORES:
                bits = n.woken_by_score(rows.least, n.value_at(rows.values, row))
            if bits >> bit & 1 or shape[n.SORT] & n.PROMPT:
                earliest = time
        evaluation = n.first_to_see(rows.times, earliest)
        if evaluation < rows.times.shape[0]:
            found[count, F_PERSON], found[count, F_BIT], found[count, F_EVALUATION] = person, bit, evaluation
            count += 1
    return count
