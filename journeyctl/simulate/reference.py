"""The reference engine: one SimPy process per contact drives the step machine, desks are processes of their own.

Readable rather than fast; up to about 50,000 contacts. The rows do not depend on the order of contacts:
contacts meet only at desks, and desks give out work at the end of each second (`desk_instants`).
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from simpy import Environment, Event

from journeyctl.behaviour.purposes import VISITS
from journeyctl.draws import Draws, DrawSource, name_hash, name_hashes
from journeyctl.results.record import Recorder
from journeyctl.semantics.effects import Effect
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate.contact_life import ContactLife, Given, Setting, week_may_bring_a_visit
from journeyctl.simulate.desk import LeadRequest, SalesDesk
from journeyctl.simulate.drawn_ahead import DrawnAhead
from journeyctl.simulate.world import World

ENGINE = "reference"
"""How results name this engine."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over."""

    record: Recorder
    contacts: int
    """Contacts that were simulated."""
    stuck: tuple[str, ...]
    """Contacts that took more than 1,000 steps at one instant, sorted; a run with any has failed."""
    open_leads: Mapping[str, int]
    """Leads without an outcome by desk."""


def simulate(world: World, draws: Draws) -> Finished:
    """Runs one replication, which `draws` names, from start to end."""
    with _without_collector():
        return _Run(world, draws).finished()


class _Run:
    """One replication."""

    def __init__(self, world: World, draws: Draws) -> None:
        self._world = world
        self._record = Recorder(draws.replication or 0)
        self._environment = Environment(initial_time=world.start)
        ahead = DrawnAhead.for_contacts(
            draws, [person.key for person in world.persons], topics=world.model.topics, items=world.mailed_items()
        )
        machine = Machine(world.program, ahead, journeys=world.journeys, launches=world.launches)
        self._lives: dict[str, ContactLife] = {}
        self._desks = {name: self._desk(name, draws) for name in sorted(world.desks)}
        self._setting = Setting(
            self._environment, world.program, machine, world.model, ahead, self._record, self._desks, world.weeks(),
            world.end,
        )  # fmt: skip
        visits = _weeks_with_visits(world, draws)
        mails = world.other_mail(draws, [person.key for person in world.persons], world.zones())
        for person, weeks, mail in zip(world.persons, visits, mails, strict=True):
            given = Given(world.facts.get(person.key, ()), mail, weeks)
            self._lives[person.key] = ContactLife(self._setting, person, given)
        self._environment.process(self._leads_from_elsewhere(world.other_leads(draws)))

    def finished(self) -> Finished:
        """Runs to the end; accepted leads are pursued by field sales beyond it, since nothing else can change them."""
        self._environment.run(until=self._world.drained)
        leads = {name: desk.open_leads() for name, desk in self._desks.items()}
        self._environment.run()
        self._record.sort()
        done = Finished(self._record, len(self._lives), tuple(sorted(self._setting.stuck)), leads)
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

    def _leads_from_elsewhere(self, requests: tuple[LeadRequest, ...]) -> Generator[Event, object, None]:
        for request in requests:
            yield self._environment.timeout(request.created_at - self._environment.now)
            self._desks[request.desk].hand_over(request)


def _weeks_with_visits(world: World, draws: Draws) -> list[list[int]]:
    """For each person the weeks in which a visit without a mail is possible: most have none at any stage."""
    weeks = world.weeks()
    if not world.persons or not weeks:
        return [[] for _ in world.persons]
    us = draws.block(
        name_hashes([person.key for person in world.persons])[:, None],
        name_hash(VISITS),
        places=name_hashes([week for week, _, _ in weeks])[None, :],
    )
    possible = us >= week_may_bring_a_visit(world.model)
    return [np.flatnonzero(row).tolist() for row in possible]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Switches the garbage collector off: with tens of thousands of live processes it takes most of the time."""
    enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        # What is left alive counts as old from here on; else it would all be searched at once.
        gc.freeze()
        gc.unfreeze()
        if enabled:
            gc.enable()
