"""Runs lives and keeps what came of them: memory that grows where it was too small, rows and desks' events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.contact_state import scratch
from journeyctl.simulate.population_engine.crowds import Crowd
from journeyctl.simulate.population_engine.inputs import Inputs, Mailing
from journeyctl.simulate.population_engine.latent import latent
from journeyctl.simulate.population_engine.news import News
from journeyctl.simulate.population_engine.packed_rows import PackedRows
from journeyctl.simulate.population_engine.philox import keys_of
from journeyctl.simulate.population_engine.rows import empty_rows
from journeyctl.simulate.population_engine.who_lives import AT_ONCE, WhoLives

Integers = NDArray[int64]

_BUFFER: Final = 1 << 13
"""Rows that are written before they are packed: what lies there stays in the processor's cache."""
_LEAST_ROOM: Final = 1 << 14
_MOST_GROWTHS: Final = 40
"""Memory doubles each time, so whoever needs more is wrong."""


class Lives:
    """All lives of one replication."""

    def __init__(self, inputs: Inputs, draws: Draws, *, end: int, empty: bool = False) -> None:
        """Nobody has lived yet; lives end before second `end`. In an `empty` world nobody is there."""
        self._inputs, self._end = inputs, end
        self._who = WhoLives(inputs, draws, empty=empty)
        self._keys = np.stack([keys_of(draws.stable()), keys_of(draws)])
        self._responses = inputs.responses.tables(draws)
        self._room = {life.MORE_STATE: 1, life.MORE_PLANS: 1}
        self._state = self._new_state()
        self._latent = self._new_latent()
        self._events = self._new_events(_LEAST_ROOM)
        self._buffer = empty_rows(_BUFFER)
        self.rows = PackedRows(inputs.world.start)
        """Rows of all lives, also of those that were run again."""
        self.lived: NDArray[int32] = np.empty((0, life.WANTED_COLUMNS), np.int32)
        """What came of each person's latest life."""
        self._runs: list[NDArray[int32]] = []
        """Person and first row of each life, in the order in which they were run."""
        self._to_come = 0
        """How many are to live for the first time."""

    def run_all(self, chunk: int | None = None) -> None:
        """Everybody's life, without any news, so many at a stretch."""
        most = AT_ONCE if chunk is None else chunk
        for first in range(0, max(1, len(self._who)), most):
            self._first_lives(min(most, len(self._who) - first))

    @property
    def mail(self) -> Mailing:
        """Mail of others in this replication, for newcomers."""
        return self._who.mail

    def admit(self, others: Crowd) -> range:
        """Further people, whose lives are run without any news; answers their numbers."""
        self._who.admit(others)
        return self._first_lives(len(others.people))

    def again(self, persons: Sequence[tuple[int, Sequence[News]]]) -> None:
        """Runs these lives again with all the news that they get."""
        wanted = np.zeros((len(persons), life.WANTED_COLUMNS), np.int64)
        counts = np.array([len(news) for _, news in persons], np.int64)
        wanted[:, life.W_PERSON] = [person for person, _ in persons]
        wanted[:, life.W_NEWS_END] = np.cumsum(counts)
        wanted[:, life.W_NEWS] = wanted[:, life.W_NEWS_END] - counts
        told = np.array([row for _, news in persons for row in news], np.int64)
        self._run(wanted, told.reshape(-1, life.NEWS_COLUMNS))
        self.lived[wanted[:, life.W_PERSON]] = wanted

    def count_events(self) -> int:
        """How many events all lives so far have left for desks."""
        return int(self._events[life.EVENTS])

    def events_since(self, first: int) -> Integers:
        """The events from number `first` on, shape `(events, EVENT_COLUMNS)`, each life's in the order of time."""
        used = self._events[life.EVENT_HEAD + first * life.EVENT_COLUMNS :]
        return used[: (self.count_events() - first) * life.EVENT_COLUMNS].reshape(-1, life.EVENT_COLUMNS)

    def stuck(self) -> Iterable[int]:
        """Persons that took too many steps at one instant."""
        found: list[int] = self.lived[self.lived[:, life.W_STUCK] > 0, life.W_PERSON].tolist()
        return found

    def runs(self) -> tuple[Integers, Integers]:
        """The first row of each life that was ever run, ascending, and whose it is."""
        persons, first = self.runs_after(0).T
        return first, persons

    @property
    def run_count(self) -> int:
        """How often lives were run together."""
        return len(self._runs)

    def runs_after(self, count: int) -> Integers:
        """Person and first row of each life that was run after so many runs together, in the order of writing."""
        return np.concatenate([np.zeros((0, 2), np.int32), *self._runs[count:]]).astype(np.int64)

    def persons_of(self, places: Integers) -> Integers:
        """Whose rows these are."""
        first, persons = self.runs()
        return persons[np.searchsorted(first, places, side="right") - 1]

    def settle(self) -> tuple[Integers, NDArray[int32]]:
        """Takes away the rows of lives that were run again. Nobody lives after that.

        Where the rows of each life that is left begin, and behind that the number of all rows; and whose it is.
        """
        runs = np.concatenate([np.zeros((0, 2), np.int32), *self._runs])
        self._runs = []
        persons, first = runs.T
        latest = self.lived[persons, life.W_ROWS] == first
        lengths = np.diff(first, append=len(self.rows))
        if not latest.all():
            self.rows.keep(first, latest)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[latest])]), persons[latest]

    # --- the works

    def _first_lives(self, count: int) -> range:
        first, everybody = len(self.lived), len(self._who)
        wanted = np.zeros((count, life.WANTED_COLUMNS), np.int64)
        wanted[:, life.W_PERSON] = range(first, first + count)
        self._to_come = everybody - first
        self._run(wanted, np.zeros((0, life.NEWS_COLUMNS), np.int64))
        self._to_come = 0
        self._list(wanted)
        return range(first, first + count)

    def _list(self, wanted: Integers) -> None:
        """Adds people who have lived for the first time; there is room for everybody who is there at the start."""
        first, after = len(self.lived), len(self.lived) + len(wanted)
        room = self.lived if self.lived.base is None else self.lived.base
        if after > len(room):
            room = np.empty((max(after, len(self._who)), life.WANTED_COLUMNS), np.int32)
            room[:first] = self.lived
        room[first:after] = wanted
        self.lived = room[:after]

    def _run(self, wanted: Integers, news: Integers) -> None:
        own, done, packed, growths = self._inputs, 0, 0, 0
        crowd, rows = self._who.crowd_with(wanted[:, life.W_PERSON])
        persons, first_event = wanted[:, life.W_PERSON].copy(), int(self._events[life.EVENTS])
        wanted[:, life.W_PERSON] = rows
        while growths < _MOST_GROWTHS:
            done, why = life.live_all(
                self._state, own.program, own.clock, self._keys, self._buffer, self._responses, self._latent,
                self._events, crowd.people, crowd.fields, crowd.facts, crowd.mail, news, wanted, done,
            )  # fmt: skip
            self._pack(wanted[packed:done])
            if why == life.FINE:
                wanted[:, life.W_PERSON] = persons
                self._name_events(wanted, first_event)
                self._runs.append(wanted[:, (life.W_PERSON, life.W_ROWS)].astype(np.int32, order="C"))
                return
            if why != life.MORE_ROWS or packed == done:
                self._grow(why)
                growths += 1
            packed = done
        raise MemoryError("a life needs more memory than any life can")

    def _name_events(self, wanted: Integers, first: int) -> None:
        """Events from number `first` on get the persons' own numbers; a life knows its row among the crowd only."""
        made = self._events[life.EVENT_HEAD :].reshape(-1, life.EVENT_COLUMNS)[first : int(self._events[life.EVENTS])]
        counts = wanted[:, life.W_EVENTS_END] - wanted[:, life.W_EVENTS]
        made[:, life.E_PERSON] = np.repeat(wanted[:, life.W_PERSON], counts)

    def _pack(self, wanted: Integers) -> None:
        """Empties the buffer of the rows of these lives."""
        before, count = len(self.rows), self._buffer.count
        if not before and len(wanted):
            self.rows.expect(int(count[r.ROWS]) * self._to_come // len(wanted))
        self.rows.take_in(self._buffer)
        wanted[:, (life.W_ROWS, life.W_ROWS_END)] += before
        count[r.ROWS], count[r.FULL] = 0, 0

    def _grow(self, why: int) -> None:
        if why == life.MORE_ROWS:
            self._buffer = empty_rows(2 * len(self._buffer.wide))
        elif why == life.MORE_EVENTS:
            events = self._new_events(2 * int(self._events[life.EVENT_ROOM]))
            used = life.EVENT_HEAD + int(self._events[life.EVENTS]) * life.EVENT_COLUMNS
            events[life.EVENT_HEAD : used] = self._events[life.EVENT_HEAD : used]
            events[life.EVENTS] = self._events[life.EVENTS]
            self._events = events
        elif why in self._room:
            self._room[why] *= 2
            self._state, self._latent = self._new_state(), self._new_latent()
        else:
            raise RuntimeError("a contact's life does not come to an end")

    def _new_state(self) -> Integers:
        return scratch(self._inputs.program, len(self._inputs.tables.codes), room=self._room[life.MORE_STATE])

    def _new_latent(self) -> Integers:
        responses = self._inputs.responses
        return latent(responses.topics, responses.weeks, room=self._room[life.MORE_PLANS])

    def _new_events(self, room: int) -> Integers:
        made = np.zeros(life.EVENT_HEAD + (room + 1) * life.EVENT_COLUMNS, np.int64)
        made[life.EVENT_ROOM], made[life.END] = room, self._end
        return made
