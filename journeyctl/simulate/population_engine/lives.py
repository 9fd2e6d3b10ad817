"""Runs lives and keeps what came of them: memory that grows where it was too small, rows and desks' events."""

from __future__ import annotations

from collections.abc import Iterable
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
from journeyctl.simulate.population_engine.packed_rows import PackedRows
from journeyctl.simulate.population_engine.philox import keys_of
from journeyctl.simulate.population_engine.row_packing import MORE_ROOM, MORE_SHAPES, TOO_LATE
from journeyctl.simulate.population_engine.rows import empty_rows
from journeyctl.simulate.population_engine.who_lives import AT_ONCE, WhoLives

Integers = NDArray[int64]

_BUFFER: Final = 1 << 9
"""Rows of one life, which are packed when it is over: what lies there stays in the processor's cache."""
_LEAST_ROOM: Final = 1 << 11
_FEW: Final = 1 << 6
"""So many events are copied sooner than room is made for others."""
_MOST_GROWTHS: Final = 40
"""Memory doubles each time, so whoever needs more is wrong."""
_AS_OFTEN_AS_IT_TAKES: Final = (MORE_ROOM, MORE_SHAPES)
"""Packed rows grow by an eighth, and have a bound of their own."""


class Lives:
    """All lives of one replication."""

    def __init__(
        self, inputs: Inputs, draws: Draws, *, end: int, empty: bool = False, apart: bool = False
    ) -> None:  # fmt: skip
        """Nobody has lived yet; lives end before second `end`. `empty` and `apart` as in `WhoLives`."""
        self._inputs, self._start, self._end = inputs, inputs.world.start, end
        self._who = WhoLives(inputs, draws, empty=empty, apart=apart)
        self._keys = np.stack([keys_of(draws.stable()), keys_of(draws)])
        self._responses = inputs.responses.tables(draws)
        self._room = {life.MORE_STATE: 1, life.MORE_PLANS: 1}
        self._state = self._new_state()
        self._latent = self._new_latent()
        self._events = self._new_events(_LEAST_ROOM)
        self._buffer = empty_rows(_BUFFER)
        self.rows = PackedRows(inputs.world.start)
        """Rows of all lives, also of those that were run again."""
        self.lived: NDArray[int32] = np.empty((0, life.LIVED_COLUMNS), np.int32)
        """First row of each person's latest life, and the row after its last."""
        self._asked = np.empty((0, life.WANTED_COLUMNS), np.int64)
        self._stuck: set[int] = set()
        self._runs: list[NDArray[int32]] = []
        """Person and first row of each life, in the order in which they were run."""

    def run_all(self, chunk: int | None = None) -> None:
        """Everybody's life, without any news, so many at a stretch."""
        most = AT_ONCE if chunk is None else chunk
        for first in range(0, max(1, len(self._who)), most):
            self._first_lives(min(most, len(self._who) - first))

    def rows_each(self, most: int) -> float:
        """The mean number of rows of so many people's lives at most, some of all; this is all that may be asked for."""
        persons = np.arange(0, len(self._who), max(1, len(self._who) // most))
        wanted = self._wanted(persons)
        self._run(wanted, np.zeros((0, life.NEWS_COLUMNS), np.int64))
        return len(self.rows) / max(1, len(persons))

    @property
    def mail(self) -> Mailing:
        """Mail of others in this replication, for newcomers."""
        return self._who.mail

    def admit(self, others: Crowd) -> range:
        """Further people, whose lives are run without any news; answers their numbers."""
        self._who.admit(others)
        return self._first_lives(len(others.people))

    def again(self, persons: Integers, news: Integers, ends: Integers) -> None:
        """Runs these lives again with all the news that they get, which end at `ends`."""
        for first in range(0, len(persons), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            wanted = self._wanted(persons[some])
            wanted[:, life.W_NEWS_END] = ends[some]
            wanted[1:, life.W_NEWS] = ends[some][:-1]
            wanted[0, life.W_NEWS] = ends[first - 1] if first else 0
            self._run(wanted, news)
            self.lived[persons[some]] = wanted[:, : life.LIVED_COLUMNS]

    def crowd_with(self, persons: Integers) -> tuple[Crowd, Integers]:
        """A crowd that has these people, and the row of each in it."""
        return self._who.crowd_with(persons)

    def asks_later(self, person: int, time: int) -> bool:
        """Whether anything in somebody's latest life from a second on depends on what it hears of groups."""
        return self.lived.item(person, life.W_ASKED) >= min(time - self._start, life.LATEST)

    def count_events(self) -> int:
        """How many events lives have left for desks since these were taken last."""
        return int(self._events[life.EVENTS])

    def take_events(self) -> Integers:
        """What lives have left for desks since last asked, shape `(events, EVENT_COLUMNS)`, each one's in its order."""
        events, count = self._events, self.count_events()
        found = events[life.EVENT_HEAD : life.EVENT_HEAD + count * life.EVENT_COLUMNS]
        if count <= _FEW:
            found, events[life.EVENTS] = found.copy(), 0
        else:
            self._events = self._new_events(_LEAST_ROOM)
        return found.reshape(-1, life.EVENT_COLUMNS)

    def stuck(self) -> Iterable[int]:
        """Persons that took too many steps at one instant."""
        return self._stuck

    @property
    def run_count(self) -> int:
        """How often lives were run together."""
        return len(self._runs)

    def runs_after(self, count: int) -> NDArray[int32]:
        """Person and first row of each life that was run after so many runs together, in the order of writing."""
        runs = self._runs[count:]
        return runs[0] if len(runs) == 1 else np.concatenate([np.zeros((0, 2), np.int32), *runs])

    def settle(self) -> tuple[Integers, NDArray[int32]]:
        """Takes away the rows of lives that were run again. Nobody lives after that.

        Where the rows of each life that is left begin, and behind that the number of all rows; and whose it is.
        """
        empty = np.zeros(0, np.int32)
        persons, first = (np.concatenate([empty, *(runs[:, column] for runs in self._runs)]) for column in (0, 1))
        self._runs = []
        latest = self.lived[persons, life.W_ROWS] == first
        self.lived = self.lived[:0].copy()
        persons, lengths = persons[latest], np.diff(first, append=np.int32(len(self.rows)))[latest]
        if len(persons) < len(first):
            self.rows.keep(first, latest)
        bounds = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=bounds[1:])
        return bounds, persons

    # --- the works

    def _wanted(self, persons: Integers) -> Integers:
        """Lives of these persons to be run without any news; the array is used again the next time."""
        if len(persons) > len(self._asked):
            self._asked = np.empty((len(persons), life.WANTED_COLUMNS), np.int64)
        wanted = self._asked[: len(persons)]
        wanted[:, life.W_PERSON], wanted[:, (life.W_NEWS, life.W_NEWS_END)] = persons, 0
        return wanted

    def _first_lives(self, count: int) -> range:
        first, everybody = len(self.lived), len(self._who)
        wanted = self._wanted(np.arange(first, first + count))
        self._run(wanted, np.zeros((0, life.NEWS_COLUMNS), np.int64), to_come=everybody - first)
        self._list(wanted[:, : life.LIVED_COLUMNS])
        return range(first, first + count)

    def _list(self, wanted: Integers) -> None:
        """Adds people who have lived for the first time; there is room for everybody who is there at the start."""
        first, after = len(self.lived), len(self.lived) + len(wanted)
        room = self.lived if self.lived.base is None else self.lived.base
        if after > len(room):
            room = np.empty((max(after, len(self._who)), life.LIVED_COLUMNS), np.int32)
            room[:first] = self.lived
        room[first:after] = wanted
        self.lived = room[:after]

    def _run(self, wanted: Integers, news: Integers, *, to_come: int = 0) -> None:
        """Runs lives, of which so many are expected in all; what came of them stands in `wanted` then."""
        own, done, growths, before = self._inputs, 0, 0, len(self.rows)
        asked, first_event = wanted[:, life.W_PERSON], int(self._events[life.EVENTS])
        crowd, rows = self._who.crowd_with(asked)
        persons, are_rows = asked, rows is asked
        if not are_rows:
            persons = asked.copy()
            asked[:] = rows
        while growths < _MOST_GROWTHS:
            done, why = life.live_all(
                self._state, own.program, own.clock, self._keys, self._buffer, self.rows.packed,
                self._responses, self._latent, self._events, crowd.people, crowd.fields,
                crowd.facts, crowd.mail, news, wanted, done,
            )  # fmt: skip
            if why == life.FINE:
                if not are_rows:
                    asked[:] = persons
                    self._name_events(wanted, first_event)
                self._note_stuck(wanted)
                run = np.empty((len(wanted), 2), np.int32)
                run[:, 0], run[:, 1] = wanted[:, life.W_PERSON], wanted[:, life.W_ROWS]
                self._runs.append(run)
                return
            if why == MORE_ROOM and done and not before:
                self.rows.expect(len(self.rows) * to_come // done)
                before = len(self.rows)
            self._grow(why)
            growths += why not in _AS_OFTEN_AS_IT_TAKES
        raise MemoryError("a life needs more memory than any life can")

    def _name_events(self, wanted: Integers, first: int) -> None:
        """Events from number `first` on get the persons' own numbers; a life knows its row among the crowd only."""
        made = self._events[life.EVENT_HEAD :].reshape(-1, life.EVENT_COLUMNS)[first : int(self._events[life.EVENTS])]
        counts = wanted[:, life.W_EVENTS_END] - wanted[:, life.W_EVENTS]
        made[:, life.E_PERSON] = np.repeat(wanted[:, life.W_PERSON], counts)

    def _note_stuck(self, wanted: Integers) -> None:
        if self._stuck:
            self._stuck.difference_update(wanted[:, life.W_PERSON].tolist())
        if self._events[life.STUCK]:
            self._events[life.STUCK] = 0
            self._stuck.update(wanted[wanted[:, life.W_STUCK] > 0, life.W_PERSON].tolist())

    def _grow(self, why: int) -> None:
        if why == life.MORE_ROWS:
            self._buffer = empty_rows(2 * len(self._buffer.wide))
        elif why == life.MORE_EVENTS:
            events = self._new_events(2 * int(self._events[life.EVENT_ROOM]))
            used = life.EVENT_HEAD + int(self._events[life.EVENTS]) * life.EVENT_COLUMNS
            events[life.EVENT_HEAD : used] = self._events[life.EVENT_HEAD : used]
            events[life.EVENTS], events[life.STUCK] = self._events[life.EVENTS], self._events[life.STUCK]
            self._events = events
        elif why in self._room:
            self._room[why] *= 2
            self._state, self._latent = self._new_state(), self._new_latent()
        elif why in (MORE_ROOM, MORE_SHAPES, TOO_LATE):
            self.rows.grow(why, int(self._buffer.count[r.ROWS]))
        else:
            raise RuntimeError("a contact's life does not come to an end")

    def _new_state(self) -> Integers:
        return scratch(self._inputs.program, len(self._inputs.tables.codes), room=self._room[life.MORE_STATE])

    def _new_latent(self) -> Integers:
        responses = self._inputs.responses
        return latent(responses.topics, responses.weeks, room=self._room[life.MORE_PLANS])

    def _new_events(self, room: int) -> Integers:
        made = np.empty(life.EVENT_HEAD + (room + 1) * life.EVENT_COLUMNS, np.int64)
        made[: life.EVENT_HEAD] = 0
        made[life.EVENT_ROOM], made[life.END] = room, self._end
        return made
