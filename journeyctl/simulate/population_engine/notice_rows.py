"""Which rows of lives the account book has to be told of, and when: one pass over packed rows, in compiled code."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import compiled

Integers = NDArray[int64]
Packed = NDArray[Any]

NOTED: Final = 1
"""The book takes notice of rows of the shape, whoever's they are."""
PROMPT: Final = 2
"""It has to know of them by its next evaluation."""
ENGAGES: Final = 4
"""They count as engagement, of which the book takes notice where somebody is watched."""
SCORES: Final = 8
"""They say a score, which replaces the one before."""
(SORT, WAKES, SHAPE_COLUMNS) = range(3)
"""What rows of a shape are to the book, and the bits of the groups that they wake, but for scores."""
(GROUPS, WATCHED, PERSON_COLUMNS) = range(3)
"""Of a person the bits of its groups, -1 for somebody whom evaluations cannot reach; and whether every act matters."""
(EVALUATION, PERSON, PLACE, ENTRY) = range(4)
"""The first evaluation that sees a row, whose it is, and where it lies."""
(U_PERSON, U_TIME, U_SHAPE, U_VALUE, UNTOLD) = range(5)
"""A row to be told."""
(FIRST, AFTER, SINCE, START, RUN, SPAN) = range(6)
"""Rows to be looked at; second from which on they count; what packed seconds start from; the first row's run."""


NO_ROW: Final = -1


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
def value_at(values: Integers, place: int) -> int:
    """The number of the row at a place; 0 where it has none."""
    low, high = 0, values.shape[0]
    while low < high:
        middle = (low + high) // 2
        if values[middle, 0] < place:
            low = middle + 1
        else:
            high = middle
    return values[low, 1] if low < values.shape[0] and values[low, 0] == place else 0


@compiled
def woken_by_score(least: Integers, score: int) -> int:
    """Bits of the groups that a score is enough for; `least` is what each asks for."""
    bits = 0
    for group in range(least.shape[0]):
        if score >= least[group]:
            bits |= 1 << group
    return bits


@compiled
def sift(
    seconds: Packed, codes: Packed, values: Integers, runs: Integers, span: Integers, shapes: Integers,
    least: Integers, times: Integers, people: Integers, found: Integers,
) -> int:  # fmt: skip
    """Rows of a span that matter by themselves; answers how many were found.

    `runs` has person and first row of lives, in the order of writing. Where `found` is full the search ends; `span`
    says where it goes on.
    """
    count, run = 0, span[RUN]
    for row in range(span[FIRST], span[AFTER]):
        while run + 1 < runs.shape[0] and runs[run + 1, 1] <= row:
            run += 1
        if count == found.shape[0]:
            span[FIRST], span[RUN] = row, run
            return count
        person, time = runs[run, 0], span[START] + np.int64(seconds[row])
        sort, groups = shapes[codes[row], SORT], people[person, GROUPS]
        watched = sort & ENGAGES and people[person, WATCHED]
        if not (sort & NOTED or watched) or groups < 0 or time < span[SINCE]:
            continue
        if not (sort & PROMPT or watched):
            bits = shapes[codes[row], WAKES]
            if sort & SCORES:
                bits = woken_by_score(least, value_at(values, row))
            if not bits & groups:
                continue
        evaluation = first_to_see(times, time)
        if evaluation < times.shape[0]:
            found[count, EVALUATION], found[count, PERSON], found[count, PLACE] = evaluation, person, row
            count += 1
    span[FIRST] = span[AFTER]
    return count


@compiled
def untold(
    seconds: Packed, codes: Packed, values: Integers, start: int, shapes: Integers, spans: Packed,
    persons: Integers, people: Integers, told: Integers, before: int, found: Integers,
) -> int:  # fmt: skip
    """Rows of these persons of which the book takes notice, from `told` on up to second `before`.

    `spans` are the first and after the last row of each one's latest life. Rows come person by person in the
    order of time, of scores only the last, and count as told then. Answers for how many there must be room: where
    `found` has less, nothing counts as told.
    """
    count = 0
    for place in range(persons.shape[0]):
        person, first, score = persons[place], count, NO_ROW
        wanted = NOTED | ENGAGES if people[person, WATCHED] else NOTED
        for row in range(spans[place, 0], spans[place, 1]):
            time = start + np.int64(seconds[row])
            if shapes[codes[row], SORT] & SCORES and told[person] <= time < before:
                score = row if score == NO_ROW or seconds[row] >= seconds[score] else score
        for row in range(spans[place, 0], spans[place, 1]):
            time, sort = start + np.int64(seconds[row]), shapes[codes[row], SORT]
            if sort & wanted and told[person] <= time < before and (not sort & SCORES or row == score):
                if count < found.shape[0]:
                    put(found, first, count, person, time, codes[row], value_at(values, row))
                count += 1
    if count <= found.shape[0]:
        for place in range(persons.shape[0]):
            told[persons[place]] = before
    return count


@compiled
def engaging(
    seconds: Packed, codes: Packed, start: int, shapes: Integers, person: int, span: Integers, found: Integers
) -> int:
    """Rows of one person that are nothing to the book but engagement; for how many there must be room.

    `span` has rows and seconds: each from, and up to which not.
    """
    count = 0
    for row in range(span[0], span[1]):
        time, sort = start + np.int64(seconds[row]), shapes[codes[row], SORT]
        if sort & ENGAGES and not sort & NOTED and span[2] <= time < span[3]:
            if count < found.shape[0]:
                put(found, 0, count, person, time, codes[row], 0)
            count += 1
    return count


@compiled
def put(found: Integers, first: int, after: int, person: int, time: int64 | int, shape: int, value: int) -> None:
    """Puts a row among those found from `first` up to `after`: in the order of time, then of writing."""
    place = after
    while place > first and found[place - 1, U_TIME] > time:
        for column in range(UNTOLD):
            found[place, column] = found[place - 1, column]
        place -= 1
    found[place, U_PERSON], found[place, U_TIME] = person, time
    found[place, U_SHAPE], found[place, U_VALUE] = shape, value
