"""Leads on their way between lives and desks: what lives leave for desks, and what desks tell them in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.semantics.lead import LeadState
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.desk_floor import DeskFloor
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.news import News
from journeyctl.simulate.population_engine.program_columns import OUTCOMES
from journeyctl.simulate.population_engine.rows import WHOLE, lead_name

Integers = NDArray[int64]

_STATES: Final = tuple(state for state in LeadState)
_REST: Final = (0,) * (life.NEWS_COLUMNS - 8)
assert OUTCOMES[: len(_STATES) - c.ACCEPTED] == tuple(state.value for state in _STATES[c.ACCEPTED :])


class Arrivals:
    """Everything that contacts and other sources do at the desks of one replication."""

    def __init__(self, inputs: Inputs, floor: DeskFloor, people: KnownPeople) -> None:
        """`people` by number; it grows as newcomers are admitted."""
        tables = floor.tables
        self._inputs, self._floor, self._people = inputs, floor, people
        self.persons: list[int] = []
        """The contacts with something to do at desks, by the floor's numbers."""
        self._number_of: dict[int, int] = {}
        self._leads: dict[tuple[int, int, int], int] = {}
        """By person (-1: an account's), place and number."""
        names = inputs.tables.names
        self._desks = {names(name): number for number, name in enumerate(tables.names)}
        self._homes = [
            [tables.team_of[name, team] for team in (*inputs.teams[name], "")] for name in tables.names
        ]  # fmt: skip
        self._spoken = [(inputs.tables.desks.index(name), names(name)) for name in tables.names]
        """Of each desk, its numbers as lives know them."""

    # --- on their way to desks

    def of_lives(self, events: Integers, *, since: int) -> None:
        """What lives have left for desks, from a second on."""
        events = events[events[:, life.E_TIME] >= since]
        if not len(events):
            return
        people = np.array(self._own_numbers(events[:, life.E_PERSON].tolist()), np.int64)
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
        some = events[rows]
        found[rows, c.V_LEAD] = self._lead_numbers(some)
        desks = np.array([self._desks[name] for name in some[:, life.E_DESK].tolist()], np.int64)
        found[rows, c.V_DESK] = np.array(self._floor.tables.rows, np.int64)[desks] if len(rows) else 0
        routes = some[:, life.E_ROUTE].tolist()
        found[rows, c.V_TEAM] = [self._homes[desk][route] for desk, route in zip(desks.tolist(), routes, strict=True)]
        self._floor.expect(found)

    def forget(self, persons: Sequence[int]) -> None:
        """Other lives of these contacts have been run: what their former ones left for desks comes to nothing."""
        own = [self._number_of[person] for person in persons if person in self._number_of]
        if own:
            self._floor.live_again(np.array(own, np.int64))

    def _own_numbers(self, persons: Sequence[int]) -> list[int]:
        """The floor's numbers of contacts."""
        known = self._number_of
        new = [person for person in dict.fromkeys(persons) if person not in known]
        if new:
            first = self._floor.add_people(len(new))
            known.update(zip(new, range(first, first + len(new)), strict=True))
            self.persons += new
        return [known[person] for person in persons]

    def _lead_numbers(self, events: Integers) -> list[int]:
        """The floor's numbers of leads: of the contact's own, and of accounts' leads that other contacts know too."""
        names, known = self._inputs.tables.names.values, self._leads
        places = events[:, life.E_PLACE].tolist()
        whole = {place for place in set(places) if names[place].startswith(WHOLE)}
        persons = events[:, life.E_PERSON].tolist()
        if whole:
            persons = [-1 if place in whole else person for person, place in zip(persons, places, strict=True)]
        keys = list(zip(persons, places, events[:, life.E_NUMBER].tolist(), strict=True))
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if new:
            people = self._people
            texts = [lead_name(people.key(person), names[place], number) for person, place, number in new]
            parts = np.array(new, np.int64)
            first = self._floor.add_leads(texts, parts[:, 1], parts[:, 2])
            known.update(zip(new, range(first, first + len(new)), strict=True))
        return [known[key] for key in keys]

    # --- on their way back

    def outcomes(self) -> Iterator[tuple[int, int, LeadOutcome, News]]:
        """Whom a CRM sync will tell of leads that have been closed since last asked: when, and in words and numbers."""
        closed, leads = self._floor.closed()
        if not len(closed):
            return
        tables, text = self._floor.tables, self._inputs.tables.codes.text
        columns = [c.L_PERSON, c.L_DESK, c.L_PLACE, c.L_NUMBER, c.L_STATE, c.L_REASON]
        for (lead, time), (own, row, place, number, state, why) in zip(
            closed.tolist(), leads[:, columns].tolist(), strict=True
        ):
            desk, reason = tables.rows.index(row), tables.reasons[why]
            told = LeadOutcome(tables.names[desk], self._floor.names[lead], _STATES[state].value, reason)
            outcome = state - c.ACCEPTED
            news = (time, life.LEAD_OUTCOME, *self._spoken[desk], place, number, outcome, text(reason), *_REST)
            yield self.persons[own], time, told, news
