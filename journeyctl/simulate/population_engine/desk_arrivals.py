"""Leads on their way between lives and desks: what lives leave for desks, and what desks tell them in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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

if TYPE_CHECKING:
    from journeyctl.simulate.population_engine.news import News

Integers = NDArray[int64]

_TOGETHER: Final = 1 << 14
"""Events that are made ready together: all of a million contacts would take several times their room."""
_TAKEN_OVER: Final = (
    (c.V_KIND, life.E_KIND), (c.V_TIME, life.E_TIME), (c.V_REQUEST, life.E_REQUEST),
    (c.V_SCORE, life.E_SCORE), (c.V_NEED, life.E_NEED), (c.V_LINES, life.E_LINES),
)  # fmt: skip
"""Columns of the floor's events that lives have as well."""
_OUTCOMES: Final = tuple(state.value for state in LeadState)
assert OUTCOMES[: len(_OUTCOMES) - c.ACCEPTED] == _OUTCOMES[c.ACCEPTED :]


@dataclass(frozen=True, slots=True)
class Told:
    """Outcomes of leads on their way to contacts."""

    persons: Integers
    news: Integers
    """What each is told, as lives read it."""


_REST: Final = (0,) * (life.NEWS_COLUMNS - life.N_G)
"""What news of outcomes have no use for."""
assert (life.N_TIME, life.N_KIND, life.N_A, life.N_G) == (0, 1, 2, life.N_F + 1), (
    "news of outcomes are written in order"
)
_NONE: Final = np.zeros(0, np.int64)
_NOBODY: Final = Told(_NONE, np.zeros((0, life.NEWS_COLUMNS), np.int64))
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
        self._desk_of = {names(name): desk for desk, name in enumerate(tables.names)}
        self._desk_names, self._desks = _sorted(list(self._desk_of))
        most = max((len(teams) for teams in inputs.teams.values()), default=0)
        homes = [[*inputs.teams[name], *[""] * (most + 1 - len(inputs.teams[name]))] for name in tables.names]
        self._teams = [[tables.team_of[name, team] for team in teams]
                       for name, teams in zip(tables.names, homes, strict=True)]  # fmt: skip
        """The team of each desk and route; the last one is that without a route."""
        self._homes = np.array(self._teams, np.int64)
        self._rows = np.array(tables.rows, np.int64)
        self._spoken_by = [(inputs.tables.desks.index(name), names(name)) for name in tables.names]
        self._spoken = np.array(self._spoken_by, np.int64)
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
                self._floor.expect(self._few(coming.tolist()) if len(coming) <= FEW else self._many(coming))

    def _many(self, events: Integers) -> Integers:
        """What lives have left, as the floor has it."""
        people = self._own_numbers(events[:, life.E_PERSON])
        found = np.zeros((len(events), c.EVENT), np.int64)
        found[:, c.V_PERSON] = people
        found[:, c.V_VERSION] = self._floor.versions(people)
        found[:, c.V_SOURCE] = -1
        for column, given in _TAKEN_OVER:
            found[:, column] = events[:, given]
        rows = np.flatnonzero(events[:, life.E_KIND] != life.LEFT)
        if len(rows):
            some = events[rows]
            persons, places, numbers = some[:, (life.E_PERSON, life.E_PLACE, life.E_NUMBER)].T
            found[rows, c.V_LEAD] = self._on_the_floor(lambda: self.leads.numbers_of(persons, places, numbers))
            desks = self._desks[np.searchsorted(self._desk_names, some[:, life.E_DESK])]
            found[rows, c.V_DESK] = self._rows[desks]
            found[rows, c.V_TEAM] = self._homes[desks, some[:, life.E_ROUTE]]
        return found

    def _few(self, events: Sequence[Sequence[int]]) -> Integers:
        """The same, one by one."""
        people = np.array([self._own_number(event[life.E_PERSON]) for event in events], np.int64)
        at_desks = [event for event in events if event[life.E_KIND] != life.LEFT]
        keys = [(event[life.E_PERSON], event[life.E_PLACE], event[life.E_NUMBER]) for event in at_desks]
        leads = iter(self._on_the_floor(lambda: self.leads.numbers_of_few(keys)).tolist() if keys else ())
        found = []
        for event, person, version in zip(events, people.tolist(), self._floor.versions(people).tolist(), strict=True):
            row = [0] * c.EVENT
            row[c.V_PERSON], row[c.V_VERSION], row[c.V_SOURCE] = person, version, -1
            for column, given in _TAKEN_OVER:
                row[column] = event[given]
            if event[life.E_KIND] != life.LEFT:
                desk = self._desk_of[event[life.E_DESK]]
                row[c.V_LEAD], row[c.V_DESK] = next(leads), self._floor.tables.rows[desk]
                row[c.V_TEAM] = self._teams[desk][event[life.E_ROUTE]]
            found.append(row)
        return np.array(found, np.int64)

    def forget(self, persons: Integers) -> None:
        """Other lives of these contacts have been run: what their former ones left for desks comes to nothing."""
        numbers = self._number_of
        if len(persons) <= FEW:
            some = [int(numbers[person]) for person in persons.tolist() if person < len(numbers)]
            own = np.array([number for number in some if number >= 0], np.int64)
        else:
            found = numbers[persons[persons < len(numbers)]]
            own = found[found >= 0].astype(np.int64)
        if len(own):
            self._floor.live_again(own)

    def _own_numbers(self, persons: Integers) -> Integers:
        """The floor's numbers of contacts."""
        self._reach(int(persons.max()))
        new = persons[self._number_of[persons] < 0]
        if len(new):
            some, first_seen = np.unique(new, return_index=True)
            some = some[np.argsort(first_seen)]
            first = self._floor.add_people(len(some))
            self._number_of[some] = np.arange(first, first + len(some))
            self._persons.append(some)
        return self._number_of[persons].astype(np.int64)

    def _own_number(self, person: int) -> int:
        """The same of one contact."""
        self._reach(person)
        if self._number_of[person] < 0:
            self._number_of[person] = self._floor.add_people(1)
            self._persons.append(np.array([person], np.int64))
        return int(self._number_of[person])

    def _reach(self, person: int) -> None:
        numbers = self._number_of
        if person >= len(numbers):
            self._number_of = np.concatenate([numbers, np.full(person + 1 - len(numbers), -1, np.int32)])

    def _on_the_floor(self, numbers: Callable[[], Integers]) -> Integers:
        """The floor's numbers of leads, given their `numbers` in the book: of the contact's own, and of accounts' leads
        that other contacts know too.
        """
        leads = self.leads
        before = len(leads)
        found = numbers()
        if len(leads) > before:
            new = leads.keys[before:]
            first = self._floor.add_leads(leads.spelled(), new[:, t.PLACE], new[:, t.NUMBER])
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
        news[:, (life.N_A, life.N_B)] = self._spoken[desks]
        news[:, (life.N_C, life.N_D)] = leads[:, (c.L_PLACE, c.L_NUMBER)]
        news[:, life.N_E] = leads[:, c.L_STATE] - c.ACCEPTED
        news[:, life.N_F] = self._reasons(leads[:, c.L_REASON])
        return Told(self.persons()[leads[:, c.L_PERSON]], news)

    def _reasons(self, numbers: Integers) -> Integers:
        """The floor's reasons as lives know them."""
        codes, reasons = self._inputs.tables.codes, self._floor.tables.reasons
        if len(numbers) <= FEW:
            return np.array([codes.text(reasons[number]) for number in numbers.tolist()], np.int64)
        some, which = np.unique(numbers, return_inverse=True)
        found: Integers = np.array([codes.text(reasons[number]) for number in some.tolist()], np.int64)[which]
        return found

    def outcomes_in_words(self) -> Iterator[tuple[int, News, LeadOutcome]]:
        """The same one by one: the contact, what it is told as lives read it, and in words."""
        closed, leads = self._floor.closed()
        if not len(closed):
            return
        tables, codes, persons = self._floor.tables, self._inputs.tables.codes, self.persons()
        for (lead, time), of_lead in zip(closed[:, (c.C_LEAD, c.C_TIME)].tolist(), leads.tolist(), strict=True):
            desk, state, reason = tables.rows.index(of_lead[c.L_DESK]), of_lead[c.L_STATE], of_lead[c.L_REASON]
            why = tables.reasons[reason]
            news = (
                time, life.LEAD_OUTCOME, *self._spoken_by[desk], of_lead[c.L_PLACE], of_lead[c.L_NUMBER],
                state - c.ACCEPTED, codes.text(why), *_REST,
            )  # fmt: skip
            outcome = LeadOutcome(tables.names[desk], self.leads.name(lead - self._elsewhere), _OUTCOMES[state], why)
            yield int(persons[of_lead[c.L_PERSON]]), news, outcome


def _sorted(numbers: Sequence[int]) -> tuple[Integers, Integers]:
    """Numbers in their order, and where each stood."""
    found = np.array(numbers, np.int64)
    order = np.argsort(found)
    return found[order], order
