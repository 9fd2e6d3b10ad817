"""Who comes to a place that a matched audience found: drawn from the population, the same in every replication.

Candidates of a place are drawn one after the other until one plays the role that was looked for. Most are not
taken, so only the fields that the role asks for are drawn of them, and all fields of the one who comes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.graph.condition import Condition
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.account_tree import AccountTree
from journeyctl.simulate.facts import FactChange, Facts
from journeyctl.simulate.field_order import needed_for
from journeyctl.simulate.group_scope import is_timeless, plays_without_acts
from journeyctl.simulate.people import Drawing, Flaws, Person
from journeyctl.simulate.person import FieldQuestion, People
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program

_TRIES: Final = (4, 12, 48, 192)
"""Candidates of a place that are drawn at once, until one plays the role. Most often one of the first does."""
_IN_VAIN: Final = 240
"""The number of the candidate who comes where none of them does."""


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
class Place:
    """One clinic and role for which somebody comes."""

    group: str
    role: str
    platform: str
    clinic: str
    key: str
    """Of the newcomer."""
    at: int
    """The second from which on it is known."""


class AudiencePeople:
    """Everybody who could come in a world, as far as somebody asked."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        drawing: Callable[[str], Drawing],
        *,
        above: Mapping[str, tuple[str, str]],
        enters: Callable[[Mapping[str, Value]], bool],
        adorned: Callable[[Person], Person],
    ) -> None:
        """`above` are umbrella and hospital of each clinic; `adorned` adds what a run keeps with a contact."""
        self._program, self._facts, self._drawing = program, facts, drawing
        self._above, self._enters, self._adorned = above, enters, adorned
        self._chosen: dict[str, tuple[People, int]] = {}
        """Who comes, by place: one of those who were drawn together."""
        self._busy: set[str] = set()
        """Places to which somebody comes to whom something happens that happens to nobody else."""
        self._newcomers: dict[str, Newcomer] = {}
        self._questions: dict[Condition, FieldQuestion[bool]] = {}
        self._outlines: dict[tuple[str, tuple[Condition, ...]], Drawing] = {}
        self._happening: dict[tuple[str, str], tuple[FactChange, ...]] = {}

    def knows(self, place: Place) -> bool:
        """Whether it was worked out who comes there."""
        return place.key in self._chosen

    def learn(self, places: Iterable[Place]) -> None:
        """Works out who would come to these places; for many at once this takes little longer than for one."""
        unknown = {place.key: place for place in places if place.key not in self._chosen}
        for platform in sorted({place.platform for place in unknown.values()}):
            here = [place for place in unknown.values() if place.platform == platform]
            numbers = self._numbers(platform, here)
            names = [f"{place.key}/{number}" for place, number in zip(here, numbers, strict=True)]
            people = self._drawing(platform).people(self._tree(here, names, 1), at=[place.at for place in here])
            self._chosen.update((place.key, (people, row)) for row, place in enumerate(here))
            keys = [place.key for place in here]
            busy = self._facts.happening(keys, "contact", since=[place.at for place in here])
            self._busy.update(keys[row] for row in busy)

    def newcomers(self, places: Sequence[Place]) -> list[Newcomer]:
        """Who comes to these places."""
        new = [place for place in places if place.key not in self._newcomers]
        self.learn(new)
        drawn: dict[int, tuple[People, list[int], list[Place]]] = {}
        for place in new:
            people, row = self._chosen[place.key]
            _, rows, here = drawn.setdefault(id(people), (people, [], []))
            rows.append(row)
            here.append(place)
        for people, rows, here in drawn.values():
            for place, person in zip(here, people.some(rows), strict=True):
                self._newcomers[place.key] = self._newcomer(place, person)
        return [self._newcomers[place.key] for place in places]

    # --- which candidate

    def _numbers(self, platform: str, places: Sequence[Place]) -> list[int]:
        """The number of the candidate who comes to each place."""
        found: dict[str, int] = {}
        # Who asks for acts, or for nothing, is content with the first.
        left, first = [place for place in places if self._asks_for_fields(place)], 0
        asking = {place.key for place in left}
        for tries in _TRIES:
            if left:
                fits = self._play(platform, left, first, tries)
                numbers: list[int] = np.where(fits.any(axis=1), first + fits.argmax(axis=1), -1).tolist()
                found.update((place.key, number) for place, number in zip(left, numbers, strict=True) if number >= 0)
                left = [place for place in left if place.key not in found]
            first += tries
        return [found.get(place.key, _IN_VAIN) if place.key in asking else 0 for place in places]

    def _when(self, place: Place) -> Condition | None:
        return next(role.when for role in self._program.groups[place.group].roles if role.name == place.role)

    def _asks_for_fields(self, place: Place) -> bool:
        when = self._when(place)
        return when is not None and plays_without_acts(when)

    def _play(self, platform: str, places: Sequence[Place], first: int, tries: int) -> NDArray[np.bool_]:
        """Which of the next candidates of each place play its role as far as fields tell, shape `(places, tries)`."""
        conditions = [self._when(place) for place in places]
        distinct = tuple(condition for condition in dict.fromkeys(conditions) if condition is not None)
        names = [f"{place.key}/{number}" for place in places for number in range(first, first + tries)]
        tree, found = self._tree(places, names, tries), np.zeros((len(places), tries), np.bool_)
        plain = all(map(is_timeless, distinct))
        drawing = self._outline(platform, distinct) if plain else self._drawing(platform)
        people = drawing.people(tree, at=[place.at for place in places for _ in range(tries)])
        for when in distinct:
            own = np.array([condition == when for condition in conditions])
            if is_timeless(when):
                found[own] = self._question(when).of(people).where(bool).reshape(-1, tries)[own]
            else:
                rows = np.flatnonzero(np.repeat(own, tries)).tolist()
                found[own] = np.array([self._holds(when, people[row]) for row in rows]).reshape(-1, tries)
        return found

    def _question(self, when: Condition) -> FieldQuestion[bool]:
        found = self._questions.get(when)
        if found is None:
            found = self._questions[when] = FieldQuestion(
                when.reads.paths,
                lambda fields: when.holds(ContactView(self._program, Contact("", dict(fields), 0))),
            )
        return found

    def _holds(self, when: Condition, one: Person) -> bool:
        return when.holds(ContactView(self._program, Contact(one.key, dict(one.fields), one.at)).at(one.at))

    def _outline(self, platform: str, conditions: tuple[Condition, ...]) -> Drawing:
        """How only those fields of a platform's people are drawn that these conditions read."""
        found = self._outlines.get((platform, conditions))
        if found is None:
            whole, paths = self._drawing(platform), {path for when in conditions for path in when.reads.paths}
            consents = {whole.consents.country, *whole.consents.paths.values()}
            # Who has not confirmed a consent has not given it, which asks for all consents and the country.
            fields = needed_for(whole.fields, paths | consents if consents & paths else paths, self._program)
            found = self._outlines[platform, conditions] = dataclasses.replace(whole, fields=fields, flaws=Flaws())
        return found

    def _tree(self, places: Sequence[Place], names: Sequence[str], each: int) -> AccountTree:
        """The accounts of these places with so many people each."""
        clinics = {clinic: place for place, clinic in enumerate(dict.fromkeys(place.clinic for place in places))}
        above = [self._above[clinic] for clinic in clinics]
        hospitals = {hospital: place for place, hospital in enumerate(dict.fromkeys(h for _, h in above))}
        umbrella_of = {hospital: umbrella for umbrella, hospital in above}
        umbrellas = {name: place for place, name in enumerate(dict.fromkeys(umbrella_of.values()))}
        return AccountTree(
            (*(Keys.of(tuple(accounts)) for accounts in (umbrellas, hospitals, clinics)), Keys.of(names)),
            (
                [umbrellas[umbrella_of[hospital]] for hospital in hospitals],
                [hospitals[hospital] for _, hospital in above],
                np.repeat(np.array([clinics[place.clinic] for place in places], np.int64), each),
            ),
        )

    # --- as a newcomer

    def _newcomer(self, place: Place, chosen: Person) -> Newcomer:
        before: list[tuple[int, str, Value]] = []
        after: list[tuple[int, str, Value]] = []
        for level in ("umbrella", "hospital", "clinic"):
            for change in self._of_account(place.platform, level, str(getattr(chosen, level)), chosen):
                (after if change.time >= place.at else before).append(change)
        if place.key in self._busy:
            own = {path: value for path, value in chosen.fields.items() if path.startswith("contact.")}
            after += self._facts.of(place.key, "contact", own, since=place.at)
        known = chosen.fields
        if before:
            changed = {path: value for _, path, value in sorted(before, key=lambda change: change[:2])}
            known = {path: value for path, value in {**known, **changed}.items() if value is not None}
        person = self._adorned(dataclasses.replace(chosen, key=place.key, fields=known))
        facts = tuple(sorted(after, key=lambda change: change[:2]))
        return Newcomer(person, place.group, place.role, facts, self._enters(known))

    def _of_account(self, platform: str, level: str, account: str, of_it: Person) -> tuple[FactChange, ...]:
        """What happens to an account, whose fields all of a platform's people there share."""
        found = self._happening.get((platform, account))
        if found is None:
            fields = {path: value for path, value in of_it.fields.items() if path.startswith(f"{level}.")}
            found = self._happening[platform, account] = self._facts.of(account, level, fields)
        return found
