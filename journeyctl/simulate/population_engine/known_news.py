"""All that desks and account evaluations have told contacts, which a life that is run again must hear again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from journeyctl.results.row_keys import distinct
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.lead_names import FEW

if TYPE_CHECKING:
    from numpy import int32, int64
    from numpy.typing import NDArray

    from journeyctl.simulate.population_engine.news import News

    Integers = NDArray[int64]

_Number = TypeVar("_Number", bound=np.integer[Any])


class KnownNews:
    """Rows of news by contact, each contact's in the order in which they were told."""

    def __init__(self, persons: int) -> None:
        """So many contacts, and perhaps more later."""
        self._rows = np.empty((0, life.NEWS_COLUMNS), np.int64)
        self._before: NDArray[int32] = np.empty(0, np.int32)
        """By row: the one that the same contact was told before it; -1: none."""
        self._latest: NDArray[int32] = np.full(persons, -1, np.int32)
        self._count = 0
        self._changed: list[Integers] = []
        self._changed_singly: set[int] = set()
        self._single: list[tuple[int, News]] = []
        """What was told one by one and is not among the rows yet."""

    def add_one(self, person: int, news: News) -> None:
        """One row for one contact."""
        self._single.append((person, news))
        self._changed_singly.add(person)

    def add(self, persons: Integers, rows: Integers) -> None:
        """A row for each of these contacts."""
        self._settle()
        if not len(persons):
            return
        count = self._make_room(int(persons.max()), len(rows))
        self._rows[self._count : count] = rows
        chain(persons, self._latest, self._before, self._count)
        self._count = count
        self._changed.append(persons)

    def changed(self) -> Integers:
        """Who was told something since last asked, ascending."""
        changed, singly = self._changed, self._changed_singly
        self._changed, self._changed_singly = [], set()
        if sum(map(len, changed)) > FEW:
            changed.append(np.array([*singly], np.int64))
            return distinct(np.concatenate(changed)).astype(np.int64, copy=False)
        return np.array(sorted(singly.union(*(some.tolist() for some in changed))), np.int64)

    def of(self, persons: Integers) -> tuple[Integers, Integers]:
        """All rows of these contacts, one after the other, and where each one's end."""
        self._settle()
        ends = np.empty(len(persons), np.int64)
        rows = np.empty((count(persons, self._latest, self._before, ends), life.NEWS_COLUMNS), np.int64)
        gather(persons, self._latest, self._before, self._rows, ends, rows)
        return rows, ends

    def _settle(self) -> None:
        if not self._single:
            return
        single, self._single = self._single, []
        first, count = self._count, self._make_room(max(person for person, _ in single), len(single))
        self._rows[first:count] = [news for _, news in single]
        latest, before = self._latest, self._before
        for number, (person, _) in enumerate(single, first):
            before[number], latest[person] = latest[person], number
        self._count = count

    def _make_room(self, most: int, more: int) -> int:
        """For so many more rows, and for contacts up to a number; answers how many rows there are with them."""
        count = self._count + more
        if most >= len(self._latest):
            others = np.full(most + 1 + most // 8 - len(self._latest), -1, np.int32)
            self._latest = np.append(self._latest, others)
        if count > len(self._before):
            self._rows, self._before = _roomier(self._rows, 2 * count), _roomier(self._before, 2 * count)
        return count


def _roomier(array: NDArray[_Number], room: int) -> NDArray[_Number]:
    made = np.empty((room, *array.shape[1:]), array.dtype)
    made[: len(array)] = array
    return made


@compiled
def chain(persons: Integers, latest: NDArray[int32], before: NDArray[int32], first: int) -> None:
    """Links new rows, from number `first` on, with those that their contacts were told before."""
    for place in range(persons.shape[0]):
        before[first + place] = latest[persons[place]]
        latest[persons[place]] = first + place


@compiled
def count(persons: Integers, latest: NDArray[int32], before: NDArray[int32], ends: Integers) -> int:
    """Writes where each contact's rows end, and answers how many there are."""
    found = 0
    for place in range(persons.shape[0]):
        row = latest[persons[place]]
        while row >= 0:
            found += 1
            row = before[row]
        ends[place] = found
    return found


@compiled
def gather(
    persons: Integers, latest: NDArray[int32], before: NDArray[int32], rows: Integers, ends: Integers, found: Integers
) -> None:
    """Copies the rows of each contact to where they are to lie, the latest one last."""
    for place in range(persons.shape[0]):
        row, to = latest[persons[place]], ends[place] - 1
        while row >= 0:
            for column in range(rows.shape[1]):
                found[to, column] = rows[row, column]
            row, to = before[row], to - 1
