"""Desks, account evaluations and lives together: lives are run ahead, and run again when something reaches them.

Time is gone through once. Desks are handed what the lives have left for them, and the account book is told
their rows; when an answer of a desk or of an evaluation reaches a contact at some second, its life is run
again with it. Nothing changes before that second, so what desks and book have already seen of the contact
stays true, and what they have not yet seen is replaced.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from simpy import Environment

from journeyctl.draws import Draws
from journeyctl.results.record import Recorder
from journeyctl.semantics.effects import Effect
from journeyctl.semantics.stimuli import LeadOutcome, Stimulus
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.desk import LeadRequest, SalesDesk
from journeyctl.simulate.matched_audiences import Newcomer
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.clock_tables import NEVER
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.lives import Events, Lives
from journeyctl.simulate.population_engine.news import News, Telling
from journeyctl.simulate.population_engine.notices import Notices
from journeyctl.simulate.population_engine.rows import lead_name


@dataclass(slots=True)
class _Story:
    """What desks have seen of one contact, and all that reaches it."""

    events: Events = ()
    seen: int = 0
    version: int = 0
    """Rises when the life is run again; what was coming by an older one is stale."""
    news: list[News] = field(default_factory=list)


class DeskLoop:
    """One replication's desks and account evaluations, and the lives that they answer."""

    def __init__(self, inputs: Inputs, lives: Lives, draws: Draws) -> None:
        """All lives have been run once, without any news."""
        world = inputs.world
        self._world, self._inputs, self._lives, self._draws = world, inputs, lives, draws
        self.record = Recorder(draws.replication or 0)
        """What desks have recorded."""
        self.evaluated = Recorder(draws.replication or 0)
        """What account evaluations have recorded, each before all else of its second."""
        self.people = KnownPeople(inputs)
        """By number; newcomers last."""
        self._environment = Environment(initial_time=world.start)
        self._desks = {
            name: SalesDesk(
                self._environment, world.desks[name], draws, until=world.drained, emit=self._emit,
                inform=self._inform,
            )
            for name in sorted(world.desks)
        }  # fmt: skip
        self._stories: dict[int, _Story] = {}
        self._coming: list[tuple[int, int, int, int]] = []
        """Second, person, version of the story, and place among its events."""
        self._elsewhere = sorted(world.other_leads(draws), key=lambda lead: lead.created_at, reverse=True)
        self._reached: dict[int, set[int]] = {}
        """Persons whom news reach, by second."""
        self._next_news = NEVER
        self._telling = Telling(inputs)
        self._book = AccountBook.of(world, draws)
        self._evaluations = 0
        """How many are over."""
        self._notices = None if self._book is None else Notices(inputs, lives, self._book, self.people)

    def run(self) -> Mapping[str, int]:
        """Goes through all of time; answers how many leads each desk has left without an outcome."""
        self._take_in(range(len(self.people)), 0, since=0)
        environment, drained = self._environment, self._world.drained
        while True:
            now = min(self._next(), drained)
            while environment.peek() < min(now, self._next_news):
                environment.step()
            if self._next_news < now:
                # What happened on the way has brought an answer, which comes first.
                continue
            if now > environment.now:
                environment.run(until=now)
            if now == drained:
                break
            self._at(now)
        left = {name: desk.open_leads() for name, desk in self._desks.items()}
        # Accepted leads are pursued by field sales beyond the end, since nothing else can change them.
        environment.run()
        return left

    def untie(self) -> None:
        """Desks and this object hold each other; without the collector rows would stay until it runs."""
        del self._lives, self._notices, self._book, self._desks, self._environment

    def _next(self) -> int:
        coming = self._coming
        while coming and self._stories[coming[0][1]].version != coming[0][2]:
            heapq.heappop(coming)
        first = coming[0][0] if coming else NEVER
        elsewhere = self._elsewhere[-1].created_at if self._elsewhere else NEVER
        return min(first, self._next_news, elsewhere, self._next_evaluation())

    def _next_evaluation(self) -> int:
        book = self._book
        return NEVER if book is None or self._evaluations >= len(book.times) else book.times[self._evaluations]

    # --- one second

    def _at(self, now: int) -> None:
        """What reaches contacts, then what they do at desks, before anything that desks do themselves."""
        if self._next_evaluation() == now:
            self._evaluate(now)
        if self._next_news == now:
            self._live_again(now)
        while self._next() == now:
            if self._elsewhere and self._elsewhere[-1].created_at == now:
                request = self._elsewhere.pop()
                self._desks[request.desk].hand_over(request)
            else:
                _, person, _, place = heapq.heappop(self._coming)
                story = self._stories[person]
                story.seen = place + 1
                self._meet(person, story.events[place], now)

    def _live_again(self, now: int) -> None:
        persons = sorted(self._reached.pop(now))
        self._next_news = min(self._reached, default=NEVER)
        for person in persons:
            self._stories[person].version += 1
            self._stories[person].events = ()
        written = len(self._lives.rows)
        self._lives.again([(person, self._stories[person].news) for person in persons])
        self._take_in(persons, written, since=self._told_until())

    def _told_until(self) -> int:
        """Rows before this second have been told to the book."""
        return self._book.times[self._evaluations - 1] if self._book is not None and self._evaluations else 0

    def _take_in(self, persons: Iterable[int], first_row: int, *, since: int) -> None:
        """New lives: what they leave for desks, and for the book."""
        for person, events in self._lives.events_of(persons):
            story = self._story(person)
            story.events = events
            for place in range(story.seen, len(events)):
                heapq.heappush(self._coming, (events[place][life.E_TIME], person, story.version, place))
        if self._notices is not None:
            self._notices.take_in(first_row, since=since)

    def _story(self, person: int) -> _Story:
        return self._stories.setdefault(person, _Story())

    def _meet(self, person: int, event: Sequence[int], now: int) -> None:
        key, kind = self.people.key(person), event[life.E_KIND]
        if kind == life.LEFT:
            for desk in self._desks.values():
                desk.left(key)
            return
        names, teams = self._inputs.tables.names.values, self._inputs.teams
        lead, where = lead_name(key, names[event[life.E_PLACE]], event[life.E_NUMBER]), names[event[life.E_DESK]]
        need, route = bool(event[life.E_NEED]), event[life.E_ROUTE]
        if kind == life.RAISE:
            self._desks[where].raise_to_request(lead, need=need)
            return
        lines = tuple(line for bit, line in enumerate(self._inputs.responses.lines) if event[life.E_LINES] >> bit & 1)
        self._desks[where].hand_over(
            LeadRequest(
                lead, where, now, bool(event[life.E_REQUEST]), contact=key, score=event[life.E_SCORE], need=need,
                lines=lines, team=teams[where][route] if route >= 0 else "",
            )
        )  # fmt: skip

    # --- what desks say

    def _emit(self, contact: str, row: Effect) -> None:
        self.record.add(self.people[self.people.number_of(contact)] if contact else None, row)

    def _inform(self, contact: str, time: int, outcome: LeadOutcome) -> None:
        self._learn(contact, time, outcome)
        if self._book is not None:
            for colleague, second, news in self._book.outcome(contact, time, outcome):
                self._learn(colleague, second, news)

    def _learn(self, contact: str, time: int, news: Stimulus) -> None:
        if time < self._world.end:
            person = self.people.number_of(contact)
            self._story(person).news.append(self._telling.row(contact, time, news))
            self._reached.setdefault(time, set()).add(person)
            self._next_news = min(self._next_news, time)

    # --- account evaluations

    def _evaluate(self, now: int) -> None:
        assert self._book is not None, "without a book nothing is evaluated"
        assert self._notices is not None, "who has a book tells it what happens"
        self._notices.tell(self._evaluations)
        found = self._book.evaluate(now)
        self._evaluations += 1
        for whom, row in found.rows:
            self.evaluated.add(whom, row)
        if found.newcomers:
            self._welcome(found.newcomers)
        for contact, time, news in found.stimuli:
            self._learn(contact, time, news)

    def _welcome(self, newcomers: Sequence[Newcomer]) -> None:
        """Contacts whom a matched audience brings begin to live."""
        written = len(self._lives.rows)
        numbers = self._lives.admit(self._inputs.newcomers(newcomers, self._draws))
        for newcomer in newcomers:
            self.people.append(newcomer.person)
        self._take_in(numbers, written, since=self._told_until())
