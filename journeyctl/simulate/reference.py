"""The reference engine: one SimPy process per contact drives the step machine, desks are processes of their own.

Readable rather than fast; up to about 50,000 contacts. The rows do not depend on the order of contacts:
contacts meet only at desks, and desks give out work at the end of each second (`desk_instants`).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from simpy import Environment, Event

from journeyctl.behaviour.purposes import VISITS
from journeyctl.draws import Draws, DrawSource, name_hash, name_hashes
from journeyctl.results.record import EventRecord
from journeyctl.results.recorder import Recorder
from journeyctl.semantics.effects import Effect
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.contact_life import ContactLife, Given, Setting, begin_lives
from journeyctl.simulate.contact_terms import week_may_bring_a_visit
from journeyctl.simulate.desk import SalesDesk
from journeyctl.simulate.desk_instants import EVALUATION, Moment
from journeyctl.simulate.drawn_ahead import DrawnAhead, mail_purposes
from journeyctl.simulate.finished import Finished, without_collector
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.matched_audiences import Newcomer
from journeyctl.simulate.people import Person
from journeyctl.simulate.world import World


def simulate(world: World, draws: Draws) -> Finished:
    """Runs one replication, which `draws` names, from start to end."""
    with without_collector():
        return _Run(world, draws).finished()


@dataclass(frozen=True, slots=True)
class _Made:
    rows: EventRecord

    def record(self) -> EventRecord:
        return self.rows


class _Run:
    """One replication."""

    def __init__(self, world: World, draws: Draws) -> None:
        self._world = world
        self._record = Recorder(draws.replication or 0)
        self._environment = Environment(initial_time=world.start)
        ramped = sorted(name for name, launch in world.launches.items() if launch.ramp_days > 1)
        ahead = DrawnAhead.for_contacts(
            draws, [person.key for person in world.persons], items=world.mailed_items(),
            mails=mail_purposes(world.model), ramped=ramped,
        )  # fmt: skip
        machine = Machine(world.program, ahead, journeys=world.journeys, launches=world.launches)
        self._lives: dict[str, ContactLife] = {}
        self._book = AccountBook.of(world, draws)
        self._desks = {name: self._desk(name, draws) for name in sorted(world.desks)}
        self._setting = Setting(
            self._environment, world.program, machine, world.model, ahead, self._record, self._desks, world.weeks(),
            world.end, book=self._book, platforms=world.platforms,
        )  # fmt: skip
        self._draws = draws
        self._settle(world.persons)
        self._begin(world.bystanders, [Given(world.facts.get(person.key, ())) for person in world.bystanders])
        if self._book is not None:
            self._plan_evaluation(self._book.times)
        self._environment.process(self._leads_from_elsewhere(world.other_leads(draws)))

    def _settle(self, persons: Sequence[Person]) -> None:
        """Contacts who visit pages and get mail of others from the second on at which they become known."""
        world = self._world
        visits = _weeks_with_visits(world, persons, self._draws)
        mails = world.other_mail(self._draws, [person.key for person in persons], world.zones(persons))
        facts = [world.facts.get(person.key, ()) for person in persons]
        self._begin(persons, list(map(Given, facts, mails, visits)))

    def _begin(self, persons: Sequence[Person], given: Sequence[Given]) -> None:
        self._lives.update(begin_lives(self._setting, self._draws, persons, given))

    def finished(self) -> Finished:
        """Runs to the end; accepted leads are pursued by field sales beyond it, since nothing else can change them."""
        self._environment.run(until=self._world.drained)
        leads = {name: desk.open_leads() for name, desk in self._desks.items()}
        self._environment.run()
        self._record.sort()
        # Columns are made while the collector is off, which would look at all rows again and again.
        rows = _Made(self._record.record())
        done = Finished(rows, len(self._lives), tuple(sorted(self._setting.stuck)), leads)
        self._untie()
        return done

    def _untie(self) -> None:
        """Desks, contacts and rows hold each other; without the collector they would stay until it runs."""
        for life in self._lives.values():
            life.close()
        self._lives.clear()
        del self._setting, self._desks, self._record, self._environment

    def _desk(self, name: str, draws: DrawSource) -> SalesDesk:
        world = self._world
        return SalesDesk(
            self._environment, world.desks[name], draws, until=world.drained, emit=self._emit, inform=self._inform
        )

    def _emit(self, contact: str, row: Effect) -> None:
        self._record.add(self._lives[contact].person if contact else None, row)

    def _inform(self, contact: str, time: int, outcome: LeadOutcome) -> None:
        self._lives[contact].learn(time, outcome)
        if self._book is not None:
            for colleague, second, news in self._book.outcome(contact, time, outcome):
                self._lives[colleague].learn(second, news)

    # --- account evaluations

    def _plan_evaluation(self, times: Sequence[int]) -> None:
        """The first of these evaluations, before anything else of its second; the others follow from it."""
        if times:
            Moment(self._environment, times[0], EVALUATION, lambda: self._evaluate(times))

    def _evaluate(self, times: Sequence[int]) -> None:
        assert self._book is not None, "without a book nothing is evaluated"
        found = self._book.evaluate(times[0])
        self._plan_evaluation(times[1:])
        for whom, row in found.rows:
            self._record.add(whom, row)
        for newcomer in found.newcomers:
            self._welcome(newcomer)
        for contact, time, news in found.stimuli:
            self._lives[contact].learn(time, news)

    def _welcome(self, newcomer: Newcomer) -> None:
        """A contact whom a matched audience brings; it fills in a form at the second from which it is known."""
        person, world, given = newcomer.person, self._world, Given(newcomer.facts, fills_form=True)
        if newcomer.enters:
            (weeks,) = _weeks_with_visits(world, (person,), self._draws)
            (mail,) = world.other_mail(self._draws, [person.key], world.zones((person,)))
            given = Given(newcomer.facts, mail, weeks, fills_form=True)
        self._begin((person,), (given,))

    def _leads_from_elsewhere(self, requests: tuple[LeadRequest, ...]) -> Generator[Event, object, None]:
        for request in requests:
            yield self._environment.timeout(request.created_at - self._environment.now)
            self._desks[request.desk].hand_over(request)


def _weeks_with_visits(world: World, persons: Sequence[Person], draws: Draws) -> list[list[int]]:
    """For each person the weeks in which a visit without a mail is possible: most have none at any stage."""
    weeks = world.weeks()
    if not persons or not weeks:
        return [[] for _ in persons]
    us = draws.block(
        name_hashes([person.key for person in persons])[:, None],
        name_hash(VISITS),
        places=name_hashes([week for week, _, _ in weeks])[None, :],
    )
    possible = us >= week_may_bring_a_visit(world.model)
    return [np.flatnonzero(row).tolist() for row in possible]
