"""Desks, account evaluations and lives together: lives are run ahead, and run again when something reaches them.

Time is gone through once. Desks are handed what the lives have left for them, and the account book is told
their rows; when an answer of a desk or of an evaluation is to reach a contact at some second, its life is run
again with it. Nothing changes before that second, so what desks and book have already seen of the contact
stays true, and what they have not yet seen is replaced. Desks stop for that where something is to be told and
at evaluations; in between they go on in compiled code.

Where there are no evaluations, desks first go on to the end, and then all lives that hear of it are run again
together. If these leave for desks what they left before, nothing else could have happened. Else everything is taken
back, and desks stop for what they tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.results.name_table import NameTable
from journeyctl.semantics.stimuli import Stimulus
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.matched_audiences import Newcomer
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.desk_arrivals import Arrivals
from journeyctl.simulate.population_engine.desk_floor import DeskFloor
from journeyctl.simulate.population_engine.desk_record import Named, part_of_desks
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_news import KnownNews
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.lives import Lives
from journeyctl.simulate.population_engine.news import News, Telling
from journeyctl.simulate.population_engine.notices import Notices
from journeyctl.simulate.population_engine.other_leads import hand_over

if TYPE_CHECKING:
    from journeyctl.results.record import Recorded
    from journeyctl.results.row_parts import Part
    from journeyctl.semantics.effects import Effect
    from journeyctl.simulate.population_engine.lead_names import LeadBook
    from journeyctl.simulate.population_engine.rows import WorldNames
    from journeyctl.simulate.record_keys import Keys

Integers = NDArray[int64]

_COMES_BACK: Final = "population engine: desks come back to those whom they tell something"


class DeskLoop:
    """One replication's desks and account evaluations, and the lives that they answer."""

    def __init__(self, inputs: Inputs, lives: Lives, draws: Draws) -> None:
        """All lives have been run once, without any news."""
        world = inputs.world
        self._world, self._inputs, self._lives, self._draws = world, inputs, lives, draws
        self.evaluated: list[tuple[Recorded, Effect]] = []
        """What account evaluations have recorded, each before all else of its second."""
        self.people = KnownPeople(inputs)
        """By number; newcomers last."""
        self._floor, self._elsewhere, self._arrivals, self._news = self._opened(lives.count_events())
        self._telling = Telling(inputs)
        self._unheard: dict[int, list[tuple[str, int, Stimulus]]] = {}
        """By contact what it was told without living again for it: it hears that when it does."""
        self._hearing: set[int] = set()
        """Contacts that are about to live again: nobody knows yet what these lives will ask for."""
        self._book = AccountBook.of(world, draws)
        self._evaluations = 0
        """How many are over."""
        self._open_leads: Mapping[str, int] = {}
        self._notices = None if self._book is None else Notices(inputs, lives, self._book, self.people)

    def run(self) -> Mapping[str, int]:
        """Goes through all of time; answers how many leads each desk has left without an outcome."""
        events = self._lives.take_events()
        if self._book is not None or not self._run_through(events):
            self._run_night_by_night(events)
            self._close()
        self._news = KnownNews(0)
        return self._open_leads

    def _close(self) -> None:
        self._open_leads = self._floor.open_leads()
        self._floor.close()

    def _opened(self, room: int) -> tuple[DeskFloor, Keys, Arrivals, KnownNews]:
        """Desks with room for so many leads, on which stand those from elsewhere; nobody comes yet, and no news."""
        others = self._world.leads_from_elsewhere(self._draws)
        floor = DeskFloor(self._inputs.desks, self._draws, room=room + len(others))
        names = hand_over(floor, others, self._world.needs(others, self._draws))
        return floor, names, Arrivals(self._inputs, floor, self.people), KnownNews(len(self.people))

    def _run_through(self, events: Integers) -> bool:
        """Desks go on to the end before anybody is told anything: right if nobody does anything else at desks then.

        Else all is as it was before, and this world is not tried again. Lives have left `events` for desks.
        """
        memory = self._world.memory
        if memory.get(_COMES_BACK):
            return False
        self._arrivals.of_lives(events, since=self._world.start)
        self._floor.work_through(self._world.drained)
        while self._floor.has_closed():
            self._hear()
        self._close()
        persons = self._news.changed()
        self._lives.again(persons, *self._news.of(persons))
        if _are_left(events, persons, self._lives.take_events()):
            return True
        memory[_COMES_BACK] = True
        self._lives.again(persons, np.zeros((0, life.NEWS_COLUMNS), np.int64), np.zeros(len(persons), np.int64))
        self._lives.take_events()
        self._floor, self._elsewhere, self._arrivals, self._news = self._opened(len(events))
        return False

    def _run_night_by_night(self, events: Integers) -> None:
        drained = self._world.drained
        now = self._world.start
        self._arrivals.of_lives(events, since=now)
        while now < drained:
            evaluation = self._next_evaluation()
            now = self._floor.work_until(min(evaluation, drained))
            while self._floor.has_closed():
                self._hear()
            if evaluation == now:
                self._evaluate(now)
            if now < drained:
                self._live_again(now)

    @property
    def leads(self) -> LeadBook:
        """All leads of contacts."""
        return self._arrivals.leads

    def part(self, known: WorldNames, leads: NDArray[int32], names: NameTable) -> tuple[Part, NameTable]:
        """What desks and field sales have recorded, `names` being those known so far, people's own among them.

        `leads` are the numbers of the leads of contacts.
        """
        own = self._arrivals.persons()
        people = {column: numbers[own] for column, numbers in known.persons}
        names, first = names.with_new(self._elsewhere)
        own_names = self.leads.names()
        named = Named(
            people, np.concatenate([first, leads]), NameTable(self._elsewhere, own_names),
            np.concatenate([self._elsewhere.hashes, own_names.hashes]), self._inputs.responses.lines,
        )  # fmt: skip
        return part_of_desks(self._floor, self._draws, start=self._world.start, named=named, names=names)

    def _next_evaluation(self) -> int:
        book = self._book
        return NEVER if book is None or self._evaluations >= len(book.times) else book.times[self._evaluations]

    # --- what desks say

    def _hear(self) -> None:
        """Outcomes of leads that have been closed."""
        if self._book is None:
            told = self._arrivals.outcomes()
            in_time = told.news[:, life.N_TIME] < self._world.end
            self._news.add(told.persons[in_time], told.news[in_time])
            return
        for person, news, outcome in self._arrivals.outcomes_in_words():
            self._learn(person, news[life.N_TIME], news)
            for told_to in self._book.outcome(self.people.key(person), news[life.N_TIME], outcome):
                self._tell(*told_to)

    def _tell(self, contact: str, time: int, news: Stimulus) -> None:
        person = self.people.number_of(contact)
        if person in self._hearing or self._telling.acts_at_once(news) or self._lives.asks_later(person, time):
            self._learn(person, time, self._telling.row(contact, time, news))
        else:
            # Most of what groups say is heard by lives that never ask: they would be the same again.
            self._unheard.setdefault(person, []).append((contact, time, news))

    def _learn(self, person: int, time: int, news: News) -> None:
        if time < self._world.end:
            for contact, before, unheard in self._unheard.pop(person, ()):
                self._news.add_one(person, self._telling.row(contact, before, unheard))
            self._news.add_one(person, news)
            self._hearing.add(person)

    def _live_again(self, now: int) -> None:
        """Runs all lives again that have news; what is told later than now changes nothing before it is told."""
        persons = self._news.changed()
        self._hearing.clear()
        if not len(persons):
            return
        self._lives.again(persons, *self._news.of(persons))
        self._arrivals.forget(persons)
        self._hand_over(now)

    def _hand_over(self, now: int) -> None:
        """What new lives leave for desks from this second on. The book looks for itself at what they have written."""
        self._arrivals.of_lives(self._lives.take_events(), since=now)

    # --- account evaluations

    def _evaluate(self, now: int) -> None:
        assert self._book is not None, "without a book nothing is evaluated"
        assert self._notices is not None, "who has a book tells it what happens"
        self._notices.tell(self._evaluations)
        found = self._book.evaluate(now)
        self._evaluations += 1
        self.evaluated += found.rows
        if found.newcomers:
            self._welcome(found.newcomers, now)
        for contact, time, news in found.stimuli:
            self._tell(contact, time, news)

    def _welcome(self, newcomers: Sequence[Newcomer], now: int) -> None:
        """Contacts whom a matched audience brings begin to live."""
        self._lives.admit(self._inputs.newcomers(newcomers, self._lives.mail))
        for newcomer in newcomers:
            self.people.append(newcomer.person)
        self._hand_over(now)


def _are_left(events: Integers, persons: Integers, others: Integers) -> bool:
    """Whether other lives of these persons, ascending, leave for desks what their first ones did."""
    whose = events[:, life.E_PERSON]
    lives_again = np.zeros(int(whose.max(initial=0)) + 1, np.bool_)
    lives_again[persons] = True
    return np.array_equal(events[lives_again[whose]], others)
