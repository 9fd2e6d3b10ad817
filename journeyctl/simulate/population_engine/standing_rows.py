"""Who belongs to a buying group, what it can play there and how engaged it is, as of an evaluation, in compiled code.

What conditions ask of a contact is put together from its fields, which do not change where this is used, and from
what its latest life has written before the evaluation.
"""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from journeyctl.semantics.buying_group import ENGAGED_FOR, MOST_A_DAY
from journeyctl.simulate.population_engine import notice_rows as n
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock import local_day
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import holds
from journeyctl.simulate.population_engine.contact_state import clear, settle_place
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.life import P_BORN, W_ROWS, W_ROWS_END
from journeyctl.simulate.population_engine.notice_rows import Lived

Integers = NDArray[int64]

NO_ROLE: Final = -2
"""Stands where a group has no further role; -1 is a role without a condition, which anybody can play."""
(JOINS, ROLES, UNTIL, STANDING) = range(4)
"""Of one contact and group: whether `joins` holds; a bit for each role that it can play; and the second from which on
time may change that, 0: never."""
(WORTH, SINCE, ENGAGED) = range(3)
"""Of one contact: hundredths of a point that its engagement is worth, and the second of its first act that counts, -1:
none does."""
(D_DAY, D_EVENT, DONE) = range(3)
"""An act that counts as engagement."""
_NO_ROW: Final = -1


@compiled
def stand(
    state: Integers, program: Integers, clock: ClockTables, rows: Lived, starts: Integers, windows: Integers,
    people: Integers, fields: Integers, worth: Integers, done: Integers, persons: Integers, places: Integers, now: int,
    found: Integers, engaged: Integers,
) -> int:  # fmt: skip
    """Asks the conditions of all groups about these persons, whose rows in the crowd are `places`.

    `starts` has shape `(forms, groups, 1 + roles)`: where instructions begin, of `joins` first; `windows` the seconds
    over which the roles of each group count acts, 0 behind the last; `worth` what events are, by form. Answers how many
    persons were asked about; fewer than all where the next one has done more than there is room for.
    """
    groups = starts.shape[1]
    for number in range(persons.shape[0]):
        born = people[places[number], P_BORN]
        if not _as_of(state, program, rows, fields[places[number]], born, persons[number], now):
            return number
        for group in range(groups):
            answer = found[number * groups + group]
            own = starts[state[c.FORM], group]
            answer[JOINS] = int(holds(state, program, clock, own[0]))
            answer[ROLES] = 0
            for role in range(1, own.shape[0]):
                if own[role] != NO_ROLE and holds(state, program, clock, own[role]):
                    answer[ROLES] |= 1 << (role - 1)
            answer[UNTIL] = _next_fade(state, windows[group], now)
        if not _engage(clock, rows, worth[state[c.FORM]], done, persons[number], now, engaged[number]):
            return number
    return persons.shape[0]


@compiled
def _as_of(state: Integers, program: Integers, rows: Lived, fields: Integers, born: int, person: int, now: int) -> bool:
    """The contact as conditions see it at a second; false where there is too little room for its acts."""
    clear(state, program)
    for column in range(state[c.FIELD_COUNT]):
        state[state[c.FIELDS_AT] + column] = fields[column]
    state[c.BORN], state[c.NOW] = born, now
    settle_place(state, program)
    score = _NO_ROW
    for row in range(int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])):
        shape = rows.shapes[rows.codes[row]]
        time = rows.start + int(rows.seconds[row])
        if time >= now or not shape[n.SORT]:
            continue
        if shape[n.SORT] & n.SCORES and (score == _NO_ROW or rows.seconds[row] >= rows.seconds[score]):
            score = row
        if shape[n.ACT] >= 0:
            if state[c.ACT_COUNT] >= state[c.ACT_ROOM]:
                return False
            _remember(state, shape, time)
    if score != _NO_ROW:
        state[c.SCORE] = n.value_at(rows.values, score)
        state[c.SCORE_AT] = rows.start + int(rows.seconds[score])
    return True


@compiled
def _remember(state: Integers, shape: Integers, time: int) -> None:
    act = state[c.ACTS_AT] + state[c.ACT_COUNT] * c.ACT
    state[act + c.A_TIME] = time
    state[act + c.A_KIND] = shape[n.ACT]
    state[act + c.A_ITEM] = shape[n.ACT_ITEM]
    state[act + c.A_JOURNEY] = shape[n.ACT_JOURNEY]
    state[act + c.A_HUMAN] = shape[n.ACT_HUMAN]
    state[c.ACT_COUNT] += 1


@compiled
def _next_fade(state: Integers, windows: Integers, now: int) -> int:
    """The first second at which an act leaves one of these windows; 0: none ever does."""
    first = 0
    for number in range(state[c.ACT_COUNT]):
        time = state[state[c.ACTS_AT] + number * c.ACT + c.A_TIME]
        for place in range(windows.shape[0]):
            end = time + windows[place] + 1
            if windows[place] > 0 and end > now and (first == 0 or end < first):
                first = end
    return first


@compiled
def _engage(
    clock: ClockTables, rows: Lived, worth: Integers, done: Integers, person: int, now: int, found: Integers
) -> bool:
    """What somebody's acts of the last 30 days are worth, so many of one event a day at most; false: no room."""
    count, total, first = 0, 0, -1
    for row in range(int(rows.lived[person, W_ROWS]), int(rows.lived[person, W_ROWS_END])):
        time, event = rows.start + int(rows.seconds[row]), rows.shapes[rows.codes[row], n.EVENT]
        if event < 0 or not now - ENGAGED_FOR <= time < now:
            continue
        if count == done.shape[0]:
            return False
        day, before = local_day(clock, 0, time), 0
        for place in range(count):
            before += int(done[place, D_DAY] == day and done[place, D_EVENT] == event)
        if before < MOST_A_DAY:
            total += worth[event]
        done[count, D_DAY], done[count, D_EVENT] = day, event
        count += 1
        first = time if first < 0 else min(first, time)
    found[WORTH], found[SINCE] = total, first
    return True
