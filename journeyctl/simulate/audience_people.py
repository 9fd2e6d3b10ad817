"""Who comes to a place that a matched audience found: drawn from the population, the same in every replication.

Candidates of a place are drawn one after the other until one plays the role that was looked for. Most are not
taken, so only the fields that the role asks for are drawn of them, and all fields of the one who comes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.graph.condition import Condition
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.account_tree import LEVELS, AccountTree
from journeyctl.simulate.facts import FactChange, Facts
from journeyctl.simulate.field_order import needed_for
from journeyctl.simulate.group_scope import is_timeless, plays_without_acts
from journeyctl.simulate.people import Drawing, Flaws, Ground, Person
from journeyctl.simulate.person import FieldQuestion
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program

_TRIES: Final = (8, 32, 216)
"""Candidates of a place that are drawn at once, until one plays the role. Most often one of the first does."""
_IN_VAIN: Final = 240
"""The number of the candidate who comes where none of them does."""
_MANY: Final = 1 << 14
"""Of more clinics, accounts are drawn only where somebody comes."""


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
        self._program, self._facts, self._drawing = program, facts, cache(drawing)
        self._above, self._enters, self._adorned = above, enters, adorned
        self._newcomers: dict[str, Newcomer] = {}
        """Who comes, by place."""
        self._conditions: dict[tuple[str, str], Condition | None] = {}
        self._questions: dict[tuple[str, str], FieldQuestion[bool]] = {}
        self._outlines: dict[tuple[str, frozenset[tuple[str, str]]], Drawing] = {}
        self._whole: AccountTree | None = None
        self._grounds: dict[tuple[str, frozenset[tuple[str, str]] | None], Ground] = {}
        self._places = {clinic: place for place, clinic in enumerate(above)}
        self._happening: dict[tuple[str, str], tuple[FactChange, ...]] = {}
        self._busy = frozenset[str]()
        """Accounts to which anything happens, of all where these are not many."""

    def knows(self, place: Place) -> bool:
        """Whether it was worked out who comes there."""
        return place.key in self._newcomers

    def learn(self, places: Iterable[Place]) -> None:
        """Works out who would come to these places; for many at once this takes little longer than for one."""
        unknown = {place.key: place for place in places if place.key not in self._newcomers}
        for platform in sorted({place.platform for place in unknown.values()}):
            here = [place for place in unknown.values() if place.platform == platform]
            numbers = self._numbers(platform, here)
            names = [f"{place.key}/{number}" for place, number in zip(here, numbers, strict=True)]
            tree, ground = self._standing(platform, None, here, names, 1)
            people = self._drawing(platform).people(tree, at=[place.at for place in here], ground=ground)
            keys = [place.key for place in here]
            busy = set(self._facts.happening(keys, "contact", since=[place.at for place in here]))
            for row, (place, chosen) in enumerate(zip(here, people.some(range(len(here)), keys), strict=True)):
                self._newcomers[place.key] = self._newcomer(place, chosen, is_busy=row in busy)

    def newcomers(self, places: Sequence[Place]) -> list[Newcomer]:
        """Who comes to these places."""
        self.learn(places)
        return [self._newcomers[place.key] for place in places]

    # --- which candidate

    def _numbers(self, platform: str, places: Sequence[Place]) -> list[int]:
        """The number of the candidate who comes to each place."""
        found: dict[str, int] = {}
        # Who asks for acts, or for nothing, is content with the first.
        asking = {place.key: place for place in places if self._asks_for_fields(place)}
        left, first = list(asking.values()), 0
        roles = frozenset((place.group, place.role) for place in left)
        for tries in _TRIES:
            if left:
                fits = self._play(platform, roles, left, first, tries)
                numbers: list[int] = np.where(fits.any(axis=1), first + fits.argmax(axis=1), -1).tolist()
                found.update((place.key, number) for place, number in zip(left, numbers, strict=True) if number >= 0)
                left = [place for place in left if place.key not in found]
            first += tries
        return [found.get(place.key, _IN_VAIN) if place.key in asking else 0 for place in places]

    def _when(self, group: str, role: str) -> Condition | None:
        key = group, role
        if key not in self._conditions:
            roles = self._program.groups[group].roles
            self._conditions[key] = next(found.when for found in roles if found.name == role)
        return self._conditions[key]

    def _asks_for_fields(self, place: Place) -> bool:
        when = self._when(place.group, place.role)
        return when is not None and plays_without_acts(when)

    def _play(
        self, platform: str, roles: frozenset[tuple[str, str]], places: Sequence[Place], first: int, tries: int
    ) -> NDArray[np.bool_]:
        """Which of the next candidates of each place play its role as far as fields tell, shape `(places, tries)`.

        `roles` are all for which somebody is looked for, by group and name.
        """
        names = [f"{place.key}/{number}" for place in places for number in range(first, first + tries)]
        found, wanted = np.zeros((len(places), tries), np.bool_), [(place.group, place.role) for place in places]
        asked = {role: when for role in sorted(set(wanted)) if (when := self._when(*role)) is not None}
        if all(map(is_timeless, asked.values())):
            tree, ground = self._standing(platform, roles, places, names, tries)
            people = self._outline(platform, roles).known_fields(tree, ground)
        else:
            tree, ground = self._standing(platform, None, places, names, tries)
            at = [place.at for place in places for _ in range(tries)]
            people = self._drawing(platform).people(tree, at=at, ground=ground)
        for role, when in asked.items():
            own = np.array([one == role for one in wanted])
            if is_timeless(when):
                found[own] = self._question(role, when).of(people).where(bool)[: found.size].reshape(-1, tries)[own]
            else:
                rows = np.flatnonzero(np.repeat(own, tries)).tolist()
                found[own] = np.array([self._holds(when, people[row]) for row in rows]).reshape(-1, tries)
        return found

    def _question(self, role: tuple[str, str], when: Condition) -> FieldQuestion[bool]:
        found = self._questions.get(role)
        if found is None:
            found = self._questions[role] = FieldQuestion(
                when.reads.paths,
                lambda fields: when.holds(ContactView(self._program, Contact("", dict(fields), 0))),
            )
        return found

    def _holds(self, when: Condition, one: Person) -> bool:
        return when.holds(ContactView(self._program, Contact(one.key, dict(one.fields), one.at)).at(one.at))

    def _outline(self, platform: str, roles: frozenset[tuple[str, str]]) -> Drawing:
        """How only those fields of a platform's people are drawn that these roles' conditions read."""
        found = self._outlines.get((platform, roles))
        if found is None:
            conditions = [when for role in roles if (when := self._when(*role)) is not None]
            whole, paths = self._drawing(platform), {path for when in conditions for path in when.reads.paths}
            consents = {whole.consents.country, *whole.consents.paths.values()}
            # Who has not confirmed a consent has not given it, which asks for all consents and the country.
            fields = needed_for(whole.fields, paths | consents if consents & paths else paths)
            found = self._outlines[platform, roles] = dataclasses.replace(whole, fields=fields, flaws=Flaws())
        return found

    # --- where they stand

    def _standing(
        self,
        platform: str,
        roles: frozenset[tuple[str, str]] | None,
        places: Sequence[Place],
        names: Sequence[str],
        each: int,
    ) -> tuple[AccountTree, Ground]:
        """So many people at each of these places, and the accounts there: what is drawn for `roles`, or whole."""
        if len(self._above) > _MANY:
            clinics = list(dict.fromkeys(place.clinic for place in places))
            numbers = {clinic: number for number, clinic in enumerate(clinics)}
            accounts = self._accounts(clinics)
            ground = self._ground(platform, roles, accounts)
        else:
            if self._whole is None:
                self._whole = whole = self._accounts(list(self._above))
                levels = ((level, whole.of(level)) for level in LEVELS[:3])
                self._busy = frozenset(
                    names[place] for level, names in levels for place in self._facts.happening(names, level)
                )
            numbers, accounts, known = self._places, self._whole, self._grounds.get((platform, roles))
            ground = self._ground(platform, roles, accounts) if known is None else known
            self._grounds[platform, roles] = ground
        at = np.repeat(np.array([numbers[place.clinic] for place in places], np.int64), each)
        return AccountTree((*accounts.names[:3], Keys.of(names)), (*accounts.parents[:2], at)), ground

    def _ground(self, platform: str, roles: frozenset[tuple[str, str]] | None, accounts: AccountTree) -> Ground:
        return (self._drawing(platform) if roles is None else self._outline(platform, roles)).ground(accounts)

    def _accounts(self, clinics: Sequence[str]) -> AccountTree:
        """These clinics and what stands above them, without contacts."""
        above = [self._above[clinic] for clinic in clinics]
        hospitals = {hospital: place for place, hospital in enumerate(dict.fromkeys(h for _, h in above))}
        umbrella_of = {hospital: umbrella for umbrella, hospital in above}
        umbrellas = {name: place for place, name in enumerate(dict.fromkeys(umbrella_of.values()))}
        return AccountTree(
            (*(Keys.of(tuple(accounts)) for accounts in (umbrellas, hospitals, clinics)), ()),
            (
                np.array([umbrellas[umbrella_of[hospital]] for hospital in hospitals], np.int64),
                np.array([hospitals[hospital] for _, hospital in above], np.int64),
                np.zeros(0, np.int64),
            ),
        )

    # --- as a newcomer

    def _newcomer(self, place: Place, chosen: Person, *, is_busy: bool) -> Newcomer:
        """`is_busy`: something happens to it that happens to nobody else."""
        before: list[tuple[int, str, Value]] = []
        after: list[tuple[int, str, Value]] = []
        for level, account in zip(LEVELS, (chosen.umbrella, chosen.hospital, chosen.clinic), strict=False):
            if self._whole is None or account in self._busy:
                for change in self._of_account(place.platform, level, account, chosen):
                    (after if change.time >= place.at else before).append(change)
        if is_busy:
            own = {path: value for path, value in chosen.fields.items() if path.startswith("contact.")}
            after += self._facts.of(place.key, "contact", own, since=place.at)
        person = chosen
        if before:
            changed = {path: value for _, path, value in sorted(before, key=lambda change: change[:2])}
            known = {path: value for path, value in {**chosen.fields, **changed}.items() if value is not None}
            person = dataclasses.replace(chosen, fields=known)
        person = self._adorned(person)
        facts = tuple(sorted(after, key=lambda change: change[:2])) if after else ()
        return Newcomer(person, place.group, place.role, facts, self._enters(person.fields))

    def _of_account(self, platform: str, level: str, account: str, of_it: Person) -> tuple[FactChange, ...]:
        """What happens to an account, whose fields all of a platform's people there share."""
        found = self._happening.get((platform, account))
        if found is None:
            fields = {path: value for path, value in of_it.fields.items() if path.startswith(f"{level}.")}
            found = self._happening[platform, account] = self._facts.of(account, level, fields)
        return found
