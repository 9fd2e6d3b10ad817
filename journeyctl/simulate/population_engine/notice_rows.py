"""Which rows of lives the account book has to be told of, and when: one pass over the rows, in compiled code."""

from __future__ import annotations

from typing import Final, NamedTuple

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.row_columns import Rows

Integers = NDArray[int64]

WANTED: Final = 1
"""The book takes notice of such rows."""
PROMPT: Final = 2
"""It has to know of them by its next evaluation."""
ENGAGES: Final = 4
"""An act that counts as engagement, if a human did it."""

EVALUATION: Final = 0
"""The first one that sees the row."""
PERSON: Final = 1
ROW: Final = 2
ENTRY: Final = 3


class Senses(NamedTuple):
    """What of rows matters to groups, of which each has a bit."""

    sorts: Integers
    """By kind of row: what is always so."""
    any_item: Integers
    """By kind: groups that such a row wakes, whatever it is about."""
    slots: Integers
    """By kind: its line in `by_item`; line 0 stands for kinds without one."""
    by_item: Integers
    """By line and name: groups that a row about this item wakes."""
    least: Integers
    """By group: hundredths of a point from which on a score wakes it."""
    times: Integers
    """Seconds of all evaluations."""
    human: int
    """The name of humans."""
    scored: int
    """The kind of rows that say a score."""
    fact: int
    """The kind of rows about fields and of events that somebody has made up."""


@compiled
def first_to_see(times: Integers, time: int) -> int:
    """Number of the first evaluation after a second."""
    low, high = 0, times.shape[0]
    while low < high:
        middle = (low + high) // 2
        if times[middle] <= time:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def groups_woken(rows: Rows, row: int, senses: Senses) -> int:
    """Bits of the groups whose conditions such a row can make true."""
    kind = rows.narrow[row, r.KIND]
    bits = senses.any_item[kind]
    if senses.slots[kind]:
        item = rows.narrow[row, r.ITEM]
        if item < senses.by_item.shape[1]:
            bits |= senses.by_item[senses.slots[kind], item]
    elif kind == senses.scored:
        for group in range(senses.least.shape[0]):
            if rows.wide[row, r.VALUE] >= senses.least[group]:
                bits |= 1 << group
    return bits


@compiled
def is_engaging(rows: Rows, row: int, senses: Senses) -> bool:
    """Whether the row counts as engagement."""
    kind = rows.narrow[row, r.KIND]
    if kind == senses.fact:
        return rows.narrow[row, r.REASON] >= 0
    return (senses.sorts[kind] & ENGAGES) != 0 and rows.narrow[row, r.WHO] == senses.human


@compiled
def matters(rows: Rows, row: int, senses: Senses, groups: int, watched: int) -> bool:
    """Whether the book has to know of the row of somebody who can belong to these groups."""
    kind = rows.narrow[row, r.KIND]
    if senses.sorts[kind] & PROMPT:
        return True
    if kind == senses.fact and (rows.narrow[row, r.OP] >= 0 or rows.narrow[row, r.JOURNEY] != 0):
        # A journey has set a field.
        return True
    if watched and is_engaging(rows, row, senses):
        return True
    return (groups_woken(rows, row, senses) & groups) != 0


@compiled
def sift(rows: Rows, span: Integers, senses: Senses, people: Integers, found: Integers) -> int:
    """Rows from `span[0]` up to `span[1]`, at `span[2]` or later, that matter; answers how many were found.

    `people` has for each person -1 or its groups, and whether it is watched. Where `found`, shape `(room, ENTRY)`,
    is full, the search ends; `span[0]` is the first row that was not looked at.
    """
    count = 0
    for row in range(span[0], span[1]):
        if count == found.shape[0]:
            span[0] = row
            return count
        if not senses.sorts[rows.narrow[row, r.KIND]] or rows.wide[row, r.TIME] < span[2]:
            continue
        person = rows.narrow[row, r.PERSON]
        if people[person, 0] < 0 or not matters(rows, row, senses, people[person, 0], people[person, 1]):
            continue
        evaluation = first_to_see(senses.times, rows.wide[row, r.TIME])
        if evaluation < senses.times.shape[0]:
            found[count, EVALUATION], found[count, PERSON], found[count, ROW] = evaluation, person, row
            count += 1
    span[0] = span[1]
    return count


@compiled
def untold(
    rows: Rows, spans: Integers, senses: Senses, persons: Integers, told: Integers, before: int, found: Integers
) -> int:
    """Rows of these persons of which the book takes notice, from `told` on up to second `before`.

    `spans` are the first and after the last row of each one's latest life. Rows come person by person in the
    order of time, and count as told then. Answers how many there are, more than `found` holds perhaps; then
    nothing counts as told.
    """
    count = 0
    for place in range(persons.shape[0]):
        person, first = persons[place], count
        for row in range(spans[place, 0], spans[place, 1]):
            if told[person] <= rows.wide[row, r.TIME] < before and senses.sorts[rows.narrow[row, r.KIND]]:
                if count < found.shape[0]:
                    into_order(rows, found, first, count, row)
                count += 1
    if count <= found.shape[0]:
        for place in range(persons.shape[0]):
            told[persons[place]] = before
    return count


@compiled
def into_order(rows: Rows, found: Integers, first: int, after: int, row: int) -> None:
    """Puts a row among those found from `first` up to `after`: in the order of time, then of writing."""
    place = after
    while place > first and rows.wide[found[place - 1], r.TIME] > rows.wide[row, r.TIME]:
        found[place] = found[place - 1]
        place -= 1
    found[place] = row
