"""Matched audiences: advertising that looks for the missing roles of buying groups and brings new contacts.

Whether somebody comes is one draw per clinic, group, role and week. Who it would be is drawn from the
scenario's population, the same in every replication, and plays the role for which the audience looked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from journeyctl.behaviour import purposes
from journeyctl.behaviour.response import place_of_role
from journeyctl.draws import Draws, Prefetched
from journeyctl.fixed_point import CERTAIN, share_threshold
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.account_tree import AccountTree
from journeyctl.simulate.facts import Facts
from journeyctl.simulate.group_scope import plays_without_acts
from journeyctl.simulate.people import Drawing, Person
from journeyctl.simulate.possible_values import possible_values

if TYPE_CHECKING:
    from journeyctl.behaviour.response import ResponseModel
    from journeyctl.draws import DrawSource
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.model.values import Activation

WEEK: Final = 7 * 86_400
_TRIES: Final = 16
"""People who are drawn at once for one place, until somebody plays the role."""
_ROUNDS: Final = 16
_ENOUGH: Final = 16
"""Clinics from which on drawing for all of them at once takes less time."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A role that a group of an account lacks and an audience looks for."""

    group: str
    role: str
    platform: str
    account: str
    """Path of the account; every clinic of it has a chance of its own."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom an audience brings: known from `person.at` on, when it fills in a form."""

    person: Person
    group: str
    role: str
    facts: tuple[tuple[int, str, Value], ...]
    """What happens to it and its accounts from then on, whatever marketing does: second, path, new value."""
    enters: bool
    """It can ever enter a running journey; else it does nothing more by itself."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One clinic and role for which somebody comes this week."""

    vacancy: Vacancy
    clinic: str
    key: str
    at: int


class MatchedAudiences:
    """The audiences that a scenario's `activation` gives effect to. The same in all replications of a world."""

    def __init__(
        self,
        program: Program,
        model: ResponseModel,
        facts: Facts,
        drawing: Callable[[str], Drawing],
        *,
        activation: Mapping[str, Activation],
        clinics: Sequence[tuple[str, str, str]],
        people: Draws,
        enters: Callable[[Mapping[str, Value]], bool],
        adorned: Callable[[Person], Person] = lambda person: person,
    ) -> None:
        """`drawing` draws people of a source; `clinics` are umbrella, hospital and clinic of everybody known.

        `people` draws when somebody comes, without a replication; `adorned` adds what a run keeps with a contact.
        """
        self._program, self._model, self._facts = program, model, facts
        self._drawing, self._people, self._enters, self._adorned = drawing, people, enters, adorned
        self.platforms: Mapping[str, int | None] = {name: weekly(found) for name, found in sorted(activation.items())}
        """Weekly chance as a threshold in 2^-53 by platform; `None`: the behaviour document's."""
        self._above = {clinic: (umbrella, hospital) for umbrella, hospital, clinic in clinics}
        self._clinics: dict[str, list[str]] = {}
        for clinic, (umbrella, hospital) in sorted(self._above.items()):
            for account in (clinic, hospital, umbrella):
                self._clinics.setdefault(account, []).append(clinic)
        self._known: dict[str, Newcomer] = {}

    def brought(
        self, vacancies: Sequence[Vacancy], draws: DrawSource, *, week: str, now: int, until: int
    ) -> tuple[Newcomer, ...]:
        """Who comes in `(now, until)`, by time and key. `draws` are the replication's."""
        ahead = self._ahead(vacancies, draws, week)
        places = [place for vacancy in vacancies for place in self._places(vacancy, ahead, week, now, until)]
        unknown = [place for place in dict.fromkeys(places) if place.key not in self._known]
        self._draw(unknown)
        found = {place.key: self._known[place.key] for place in places}
        return tuple(sorted(found.values(), key=lambda newcomer: (newcomer.person.at, newcomer.person.key)))

    def values(self) -> Iterator[tuple[str, Value]]:
        """Every field that somebody who comes may have, with every value; see `possible_values`."""
        for platform in self.platforms:
            for drawn in self._drawing(platform).fields:
                yield from ((drawn.path, value) for value in possible_values(drawn.value, drawn.type))
        for process in self._facts.processes:
            for change in process.sets:
                yield from ((change.path, value) for value in possible_values(change.value, change.type))

    # --- whether somebody comes

    def _ahead(self, vacancies: Sequence[Vacancy], draws: DrawSource, week: str) -> DrawSource:
        """The same draws, those of a week computed at once where there are enough of them."""
        sought = [vacancy for vacancy in vacancies if vacancy.platform in self.platforms]
        clinics = list(dict.fromkeys(c for vacancy in sought for c in self._clinics.get(vacancy.account, ())))
        if not isinstance(draws, Draws) or len(clinics) < _ENOUGH:
            return draws
        places = sorted({place_of_role(vacancy.group, vacancy.role, week) for vacancy in sought})
        return Prefetched.of(draws, clinics, purposes=(purposes.ACTIVATED_FORM,), places=places)

    def _places(self, vacancy: Vacancy, draws: DrawSource, week: str, now: int, until: int) -> list[_Place]:
        if vacancy.platform not in self.platforms or until - now < 2:
            return []
        chance, found = self.platforms[vacancy.platform], []
        for clinic in self._clinics.get(vacancy.account, ()):
            if self._model.fills_role(
                draws, clinic=clinic, group=vacancy.group, role=vacancy.role, week=week, chance=chance
            ):
                key = f"{clinic}/{vacancy.platform}/{week}/{vacancy.group}/{vacancy.role}"
                moment = self._people.bits(key, purposes.INFLOW_TIME) * (until - now - 1) >> 53
                found.append(_Place(vacancy, clinic, key, now + 1 + moment))
        return found

    # --- who it is

    def _draw(self, places: Sequence[_Place]) -> None:
        left = list(places)
        for number in range(_ROUNDS):
            last = number == _ROUNDS - 1
            missed = []
            for platform in sorted({place.vacancy.platform for place in left}):
                here = [place for place in left if place.vacancy.platform == platform]
                tries = self._candidates(platform, here, number)
                for place in here:
                    chosen = self._chosen(place, tries[place.key], last=last)
                    if chosen is None:
                        missed.append(place)
                    else:
                        self._known[place.key] = self._newcomer(place, chosen)
            left = missed

    def _candidates(self, platform: str, places: Sequence[_Place], number: int) -> dict[str, Sequence[Person]]:
        """The next people who could come to each place."""
        names = [f"{place.key}/{number * _TRIES + k}" for place in places for k in range(_TRIES)]
        clinics = list(dict.fromkeys(place.clinic for place in places))
        above = [self._above[clinic] for clinic in clinics]
        hospitals = list(dict.fromkeys(hospital for _, hospital in above))
        umbrella_of = {hospital: umbrella for umbrella, hospital in above}
        umbrellas = list(dict.fromkeys(umbrella_of.values()))
        tree = AccountTree(
            (tuple(umbrellas), tuple(hospitals), tuple(clinics), tuple(names)),
            (
                tuple(umbrellas.index(umbrella_of[hospital]) for hospital in hospitals),
                tuple(hospitals.index(hospital) for _, hospital in above),
                tuple(clinics.index(place.clinic) for place in places for _ in range(_TRIES)),
            ),
        )
        people = self._drawing(platform).people(tree, at=[place.at for place in places for _ in range(_TRIES)])
        return {place.key: people[k * _TRIES : (k + 1) * _TRIES] for k, place in enumerate(places)}

    def _chosen(self, place: _Place, tries: Sequence[Person], *, last: bool) -> Person | None:
        """The first who plays the role as far as fields tell; where only acts or hardly anybody do, the first."""
        role = next(r for r in self._program.groups[place.vacancy.group].roles if r.name == place.vacancy.role)
        if role.when is None or not plays_without_acts(role.when):
            return tries[0]
        for person in tries:
            view = ContactView(self._program, Contact(person.key, dict(person.fields), person.at))
            if role.when.holds(view.at(person.at)):
                return person
        return tries[0] if last else None

    def _newcomer(self, place: _Place, chosen: Person) -> Newcomer:
        before: list[tuple[int, str, Value]] = []
        after: list[tuple[int, str, Value]] = []
        for level in ("umbrella", "hospital", "clinic"):
            fields = {path: value for path, value in chosen.fields.items() if path.startswith(f"{level}.")}
            for change in self._facts.of(str(getattr(chosen, level)), level, fields):
                (after if change.time >= place.at else before).append(change)
        own = {path: value for path, value in chosen.fields.items() if path.startswith("contact.")}
        after += self._facts.of(place.key, "contact", own, since=place.at)
        fields = dict(chosen.fields)
        for _, path, value in sorted(before, key=lambda change: change[:2]):
            fields[path] = value
        known = {path: value for path, value in fields.items() if value is not None}
        person = self._adorned(dataclasses.replace(chosen, key=place.key, fields=known))
        facts = tuple(sorted(after, key=lambda change: change[:2]))
        return Newcomer(person, place.vacancy.group, place.vacancy.role, facts, self._enters(known))


def weekly(activation: Activation) -> int | None:
    """The chance of one week, threshold in 2^-53, of an audience that says a chance per period."""
    if activation.fills_role is None:
        return None
    period = seconds_of(activation.per) or WEEK
    return min(CERTAIN, share_threshold(activation.fills_role.value) * WEEK // period)
