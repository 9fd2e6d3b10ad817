"""Which rows of lives the account book has to be told of, and when: one pass over packed rows, in compiled code."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.life import W_ROWS, W_ROWS_END

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
(SORT, WAKES, ACT, ACT_ITEM, ACT_JOURNEY, ACT_HUMAN, EVENT, SHAPE_COLUMNS) = range(8)
"""What rows of a shape are to the book, and the bits of the groups that they wake, but for scores; the kind of act
that conditions of groups count, -1: none, and about which item and journey it was (-1: none), and whether a human's;
and the number of the event that counts as engagement, -1: none."""
(GROUPS, WATCHED, TOLD, PERSON_COLUMNS) = range(4)
"""Of a person the bits of its groups, -1 for somebody whom evaluations cannot reach; whether every act matters; and
the second from which on nothing was told."""
(U_PERSON, U_TIME, U_SHAPE, U_VALUE, UNTOLD) = range(5)
"""A row to be told; in place of its shape -1 where only the bits of groups that somebody's rows wake are."""
WOKEN: Final = -1
STIRS: Final = 1 << 61
"""Beside these bits: somebody who is watched has done something that counts as engagement."""
NEVER: Final = 1 << 62
_NO_ROW: Final = -1


class Lived(NamedTuple):
    """What lives have written so far, and of which of it evaluations take notice."""

    seconds: Packed
    codes: Packed
    values: Integers
    lived: NDArray[int32]
    """What came of each person's latest life."""
    shapes: Integers
    least: Integers
    """By bit: hundredths of a point from which on a score wakes the group."""
    times: Integers
    """Seconds of all evaluations."""
    start: int
    """What packed seconds start from."""


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
    return value_of(values, value_place(values, _NO_ROW, place), place)


@compiled
def value_place(values: Integers, near: int, row: int) -> int:
    """Where the number of a row stands, or that of the first row after it.

    `near` is where that of an earlier row of the same life stands; -1: none was looked for.
    """
    if near < 0:
        low, high = 0, values.shape[0]
        while low < high:
            middle = (low + high) // 2
            if values[middle, 0] < row:
                low = middle + 1
            else:
                high = middle
        return low
    while near < values.shape[0] and values[near, 0] < row:
        near += 1
    return near


@compiled
def value_of(values: Integers, place: int, row: int) -> int:
    """The number that stands at a place, if it is this row's, else 0."""
    return values[place, 1] if place < values.shape[0] and values[place, 0] == row else 0


@compiled
def woken_by_score(least: Integers, score: int) -> int:
    """Bits of the groups that a score is enough for; `least` is what each asks for."""
    bits = 0
    for group in range(least.shape[0]):
        if score >= least[group]:
            bits |= 1 << group
    return bits


@compiled
def due_from(rows: Lived, of_person: Integers, first: int, after: int, since: int) -> int:
    """Number of the first evaluation that has to be told of one of these rows of a person, from a second on."""
    groups, watched, earliest, value = of_person[GROUPS], of_person[WATCHED], NEVER, _NO_ROW
    for row in range(first, after if groups >= 0 else first):
        time, sort = rows.start + int(rows.seconds[row]), rows.shapes[rows.codes[row], SORT]
        if not sort or time < since or time >= earliest:
            continue
        if not (sort & ENGAGES and watched):
            if not sort & NOTED:
                continue
            if not sort & PROMPT:
                bits = rows.shapes[rows.codes[row], WAKES]
                if sort & SCORES:
                    value = value_place(rows.values, value, row)
                    bits = woken_by_score(rows.least, value_of(rows.values, value, row))
                if not bits & groups:
                    continue
        earliest = time
    return first_to_see(rows.times, earliest)


@compiled
def sift(rows: Lived, runs: NDArray[int32], after: int, since: int, people: Integers, due: NDArray[int32]) -> None:
    """Says of everybody who has lived again when the book has to be told next.

    `runs` has person and first row of lives, in the order of writing; the last one goes on up to row `after`.
    """
    for run in range(runs.shape[0]):
        person, end = int(runs[run, 0]), int(runs[run + 1, 1]) if run + 1 < runs.shape[0] else after
        due[person] = due_from(rows, people[person], int(runs[run, 1]), end, since)


@compiled
def tell(
    rows: Lived, people: Integers, due: NDArray[int32], evaluation: int, is_asked: int, first: int, found: Integers
) -> tuple[int, int]:
    """What an evaluation has to be told, from person `first` on, as far as there is room.

    Where conditions are asked in compiled code (`is_asked`), mostly nothing but which groups somebody's rows wake.
    Answers how many rows were found, and who comes next.
    """
    count, now = 0, rows.times[evaluation]
    since = rows.times[evaluation - 1] if evaluation > 0 else -NEVER
    for person in range(first, due.shape[0]):
        if due[person] == evaluation:
            if not has_room(rows, person, found.shape[0] - count):
                return count, person
            bits = woken(rows, people[person], person, since, now) if is_asked else -1
            if bits < 0:
                count = take(rows, people, person, NEVER, now, count, found)
                due[person] = due_next(rows, people, person)
                continue
            if bits:
                found[count, U_PERSON], found[count, U_TIME] = person, now
                found[count, U_SHAPE], found[count, U_VALUE] = WOKEN, bits
                count += 1
            first_row, after = int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])
            due[person] = due_from(rows, people[person], first_row, after, now)
    return count, due.shape[0]


@compiled
def woken(rows: Lived, of_person: Integers, person: int, since: int, before: int) -> int:
    """Bits of somebody's groups that its rows in `[since, before)` wake, and `STIRS`; -1: the book must have them."""
    bits, stirs, value = 0, 0, _NO_ROW
    for row in range(int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])):
        time, shape = rows.start + int(rows.seconds[row]), rows.shapes[rows.codes[row]]
        if not since <= time < before:
            continue
        if shape[EVENT] >= 0 and of_person[WATCHED]:
            stirs = STIRS
        if shape[SORT] & NOTED:
            if shape[SORT] & PROMPT:
                return -1
            if shape[SORT] & SCORES:
                value = value_place(rows.values, value, row)
                bits |= woken_by_score(rows.least, value_of(rows.values, value, row))
            else:
                bits |= shape[WAKES]
    return bits & of_person[GROUPS] | stirs


@compiled
def watch(
    rows: Lived, persons: Integers, first: int, people: Integers, due: NDArray[int32], engaged: int, before: int,
    found: Integers,
) -> tuple[int, int]:  # fmt: skip
    """The same of some persons of whom every act matters from now on: all before a second that was not told yet.

    Of what counts as engagement only, what happened from second `engaged` on.
    """
    count = 0
    for place in range(first, persons.shape[0]):
        person = persons[place]
        if not has_room(rows, person, found.shape[0] - count):
            return count, place
        count = take(rows, people, person, engaged, before, count, found)
        people[person, WATCHED] = 1
        due[person] = due_next(rows, people, person)
    return count, persons.shape[0]


@compiled
def attend(rows: Lived, persons: Integers, people: Integers, due: NDArray[int32], since: int) -> None:
    """Every act of these persons matters from a second on, for which the book need not have their rows."""
    for place in range(persons.shape[0]):
        person = persons[place]
        people[person, WATCHED] = 1
        first, after = int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])
        due[person] = due_from(rows, people[person], first, after, since)


@compiled
def held_back(rows: Lived, person: int, people: Integers, before: int, found: Integers) -> int:
    """The same of one person whose acts matter no more than before; -1 where there is too little room."""
    if not has_room(rows, person, found.shape[0]):
        return -1
    return take(rows, people, person, NEVER, before, 0, found)


@compiled
def has_room(rows: Lived, person: int, room: int) -> bool:
    """There is room for all rows of a person's life."""
    return int(rows.lived[person, W_ROWS_END]) - int(rows.lived[person, W_ROWS]) <= room


@compiled
def due_next(rows: Lived, people: Integers, person: int) -> int:
    """Number of the first evaluation that has to be told of what was not told yet."""
    first, after = int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])
    return due_from(rows, people[person], first, after, people[person, TOLD])


@compiled
def take(rows: Lived, people: Integers, person: int, engaged: int, before: int, count: int, found: Integers) -> int:
    """Puts what was not told of a person behind `count` rows, in the order of time; answers how many there are then.

    Of scores only the last. What is found counts as told. Who was not watched so far gets what counts as engagement
    only from second `engaged` on.
    """
    first, score, told = count, _NO_ROW, people[person, TOLD]
    if people[person, WATCHED]:
        engaged = told
    begin, end = int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])
    for row in range(begin, end):
        if rows.shapes[rows.codes[row], SORT] & SCORES and told <= rows.start + int(rows.seconds[row]) < before:
            score = row if score == _NO_ROW or rows.seconds[row] >= rows.seconds[score] else score
    for row in range(begin, end):
        time, sort = rows.start + int(rows.seconds[row]), rows.shapes[rows.codes[row], SORT]
        since = told if sort & NOTED else engaged if sort & ENGAGES else NEVER
        if since <= time < before and (not sort & SCORES or row == score):
            put(found, first, count, person, time, int(rows.codes[row]), value_at(rows.values, row))
            count += 1
    people[person, TOLD] = before
    return count


@compiled
def put(found: Integers, first: int, after: int, person: int, time: int, shape: int, value: int) -> None:
    """Puts a row among those found from `first` up to `after`: in the order of time, then of writing."""
    place = after
    while place > first and found[place - 1, U_TIME] > time:
        for column in range(UNTOLD):
            found[place, column] = found[place - 1, column]
        place -= 1
    found[place, U_PERSON], found[place, U_TIME] = person, time
    found[place, U_SHAPE], found[place, U_VALUE] = shape, value
