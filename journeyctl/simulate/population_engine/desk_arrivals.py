"""Leads on their way between lives and desks: what lives leave for desks, and what desks tell them in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.semantics.lead import LeadState
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine import lead_table as t
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.desk_floor import DeskFloor
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.lead_names import FEW, LeadBook
from journeyctl.simulate.population_engine.program_columns import OUTCOMES

Integers = NDArray[int64]

_TOGETHER: Final = 1 << 14
"""Events that are made ready together: all of a million contacts would take several times their room."""
_STATES: Final = tuple(state for state in LeadState)
assert OUTCOMES[: len(_STATES) - c.ACCEPTED] == tuple(state.value for state in _STATES[c.ACCEPTED :])


@dataclass(frozen=True, slots=True)
class Told:
    """Outcomes of leads on their way to contacts."""

    persons: Integers
    news: Integers
    """What each is told, as lives read it."""
    leads: Integers
    """Numbers of the leads."""
    desks: Integers
    states: Integers
    reasons: Integers
    """How each lead has ended, and why, in the floor's numbers."""


_NONE: Final = np.zeros(0, np.int64)
_NOBODY: Final = Told(_NONE, np.zeros((0, life.NEWS_COLUMNS), np.int64), _NONE, _NONE, _NONE, _NONE)
"""Nobody is told anything."""


class Arrivals:
    """Everything that contacts do at the desks of one replication."""

    def __init__(self, inputs: Inputs, floor: DeskFloor, people: KnownPeople) -> None:
        """`people` by number; it grows as newcomers are admitted. Leads from elsewhere stand on the floor already."""
        tables, names = floor.tables, inputs.tables.names
        self._inputs, self._floor = inputs, floor
        self._persons: list[Integers] = [np.zeros(0, np.int64)]
        """The contacts with something to do at desks, by the floor's numbers."""
        self._number_of: NDArray[int32] = np.full(len(people), -1, np.int32)
        """The floor's number of each contact; -1: none yet."""
        self.leads = LeadBook(people, names)
        self._elsewhere = len(floor.leads())
        self._desk_names, self._desks = _sorted([names(name) for name in tables.names])
        most = max((len(teams) for teams in inputs.teams.values()), default=0)
        homes = [[*inputs.teams[name], *[""] * (most + 1 - len(inputs.teams[name]))] for name in tables.names]
        self._homes = np.array(
            [[tables.team_of[name, team] for team in teams] for name, teams in zip(tables.names, homes, strict=True)],
            np.int64,
        )  # fmt: skip
        """The team of each desk and route; the last one is that without a route."""
        self._rows = np.array(tables.rows, np.int64)
        self._spoken = np.array([(inputs.tables.desks.index(name), names(name)) for name in tables.names], np.int64)
        """Of each desk, its numbers as lives know them."""

    def persons(self) -> Integers:
        """The contacts with something to do at desks, by the floor's numbers."""
        if len(self._persons) > 1:
            self._persons = [np.concatenate(self._persons)]
        return self._persons[0]

    # --- on their way to desks

    def of_lives(self, events: Integers, *, since: int) -> None:
        """What lives have left for desks, from a second on."""
        for first in range(0, len(events), _TOGETHER):
            some = events[first : first + _TOGETHER]
            coming = some[some[:, life.E_TIME] >= since]
            if len(coming):
                self._take_in(coming)

    def _take_in(self, events: Integers) -> None:
        people = self._own_numbers(events[:, life.E_PERSON])
        found = np.zeros((len(events), c.EVENT), np.int64)
        found[:, c.V_PERSON] = people
        found[:, c.V_VERSION] = self._floor.versions(people)
        found[:, c.V_SOURCE] = -1
        for column, given in (
            (c.V_KIND, life.E_KIND), (c.V_TIME, life.E_TIME), (c.V_REQUEST, life.E_REQUEST),
            (c.V_SCORE, life.E_SCORE), (c.V_NEED, life.E_NEED), (c.V_LINES, life.E_LINES),
        ):  # fmt: skip
            found[:, column] = events[:, given]
        rows = np.flatnonzero(events[:, life.E_KIND] != life.LEFT)
        if len(rows):
            some = events[rows]
            found[rows, c.V_LEAD] = self._lead_numbers(some)
            desks = self._desks[np.searchsorted(self._desk_names, some[:, life.E_DESK])]
            found[rows, c.V_DESK] = self._rows[desks]
            found[rows, c.V_TEAM] = self._homes[desks, some[:, life.E_ROUTE]]
        self._floor.expect(found)

    def forget(self, persons: Integers) -> None:
        """Other lives of these contacts have been run: what their former ones left for desks comes to nothing."""
        own = self._number_of[persons[persons < len(self._number_of)]]
        own = own[own >= 0]
        if len(own):
            self._floor.live_again(own.astype(np.int64))

    def _own_numbers(self, persons: Integers) -> Integers:
        """The floor's numbers of contacts."""
        most = int(persons.max()) + 1
        if most > len(self._number_of):
            more = np.full(most - len(self._number_of), -1, np.int32)
            self._number_of = np.concatenate([self._number_of, more])
        new = persons[self._number_of[persons] < 0]
        if len(new):
            some, first_seen = np.unique(new, return_index=True)
            some = some[np.argsort(first_seen)]
            first = self._floor.add_people(len(some))
            self._number_of[some] = np.arange(first, first + len(some))
            self._persons.append(some)
        return self._number_of[persons].astype(np.int64)

    def _lead_numbers(self, events: Integers) -> Integers:
        """The floor's numbers of leads: of the contact's own, and of accounts' leads that other contacts know too."""
        leads = self.leads
        before = len(leads)
        found = leads.numbers_of(*events[:, (life.E_PERSON, life.E_PLACE, life.E_NUMBER)].T)
        if len(leads) > before:
            keys = leads.keys[before:]
            first = self._floor.add_leads(leads.spelled(), keys[:, t.PLACE], keys[:, t.NUMBER])
            assert first == self._elsewhere + before, "nobody else adds leads once contacts do"
        return self._elsewhere + found

    # --- on their way back

    def outcomes(self) -> Told:
        """Whom a CRM sync will tell of leads that have been closed since last asked."""
        closed, leads = self._floor.closed()
        if not len(closed):
            return _NOBODY
        desks = np.searchsorted(self._rows, leads[:, c.L_DESK])
        news = np.zeros((len(closed), life.NEWS_COLUMNS), np.int64)
        news[:, life.N_TIME] = closed[:, c.C_TIME]
        news[:, life.N_KIND] = life.LEAD_OUTCOME
        if len(closed):
            news[:, (life.N_A, life.N_B)] = self._spoken[desks]
            news[:, (life.N_C, life.N_D)] = leads[:, (c.L_PLACE, c.L_NUMBER)]
            news[:, life.N_E] = leads[:, c.L_STATE] - c.ACCEPTED
            news[:, life.N_F] = self._reasons(leads[:, c.L_REASON])
        persons = self.persons()[leads[:, c.L_PERSON]]
        own = closed[:, c.C_LEAD] - self._elsewhere
        return Told(persons, news, own, desks, leads[:, c.L_STATE], leads[:, c.L_REASON])

    def _reasons(self, numbers: Integers) -> Integers:
        """The floor's reasons as lives know them."""
        codes, reasons = self._inputs.tables.codes, self._floor.tables.reasons
        if len(numbers) <= FEW:
            return np.array([codes.text(reasons[number]) for number in numbers.tolist()], np.int64)
        some, which = np.unique(numbers, return_inverse=True)
        found: Integers = np.array([codes.text(reasons[number]) for number in some.tolist()], np.int64)[which]
        return found

    def in_words(self, told: Told, place: int) -> tuple[int, LeadOutcome]:
        """When the contact at this place is told, and what."""
        tables = self._floor.tables
        outcome = LeadOutcome(
            tables.names[told.desks[place]], self.leads.name(int(told.leads[place])),
            _STATES[told.states[place]].value, tables.reasons[told.reasons[place]],
        )  # fmt: skip
        return int(told.news[place, life.N_TIME]), outcome


def _sorted(numbers: Sequence[int]) -> tuple[Integers, Integers]:
    """Numbers in their order, and where each stood."""
    found = np.array(numbers, np.int64)
    order = np.argsort(found)
    return found[order], order
