"""How many people are left at each filter, and which accounts nobody can reach."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from journeyctl.calendars import local_date
from journeyctl.semantics.scoring import fit_of
from journeyctl.simulate.account_tree import AccountTree
from journeyctl.simulate.field_order import paths_read
from journeyctl.simulate.person import People, Person

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.units import Duration

MAIL_PURPOSE = "marketing"
"""The consent without which nobody may be mailed; an opt-out ends it."""


@dataclass(frozen=True, slots=True)
class JourneyFunnel:
    """Records that one journey loses on the way to its entry at the start of the run."""

    audience: int
    consented: int
    """Of these, with every consent that the journey needs."""
    entering: int
    """Of these, without an exit condition that holds already."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts at every filter at the start of the run. Records, not people: duplicates count twice."""

    known: int
    people: int
    valid_email: int
    consented: Mapping[str, int]
    """By purpose, after confirmation."""
    signed_up: Mapping[str, int]
    """By purpose, before confirmation."""
    reachable: int
    """With a working address and the consent to be mailed."""
    journeys: Mapping[str, JourneyFunnel]


class PersonView:
    """What conditions see of a record at the start of the run. Satisfies `expr.Environment`."""

    __slots__ = ("_fields", "_now", "_program", "_today")

    def __init__(self, program: Program, now: int) -> None:
        self._program, self._now = program, now
        self._today = local_date(now, program.zone)
        self._fields: Mapping[str, Value] = {}

    def of(self, fields: Mapping[str, Value]) -> PersonView:
        """The same view of another record."""
        self._fields = fields
        return self

    def value(self, path: str) -> Value:
        """The record's value, a default, or what holds for somebody without a past."""
        found = self._fields.get(path)
        if found is None:
            found = self._program.defaults.get(path)
        return self._at_first(path) if found is None else found

    @property
    def country(self) -> str | None:
        """The record's country code."""
        known = self.value(self._program.meanings.get("country", "contact.country"))
        return known if isinstance(known, str) else None

    def now(self) -> int:
        """UTC seconds."""
        return self._now

    def today(self) -> datetime.date:
        """The date in the workspace's zone."""
        return self._today

    def history(
        self,
        kind: str,
        *,
        item: str | None = None,
        topic: str | None = None,
        level: str | None = None,
        journey: str | None = None,
        within: Duration | None = None,
        human: bool | None = None,
    ) -> int:
        """Nobody has a past with us yet."""
        return 0

    def group(self, name: str, field: str) -> Value:
        """Nobody is a member of a buying group yet."""
        return None

    def in_audience(self, name: str) -> bool | None:
        """Whether the record is in the audience; unknown where it cannot be told."""
        found = self._program.audiences_for(self.country)[name].evaluate(self)
        return found if isinstance(found, bool) else None

    def _at_first(self, path: str) -> Value:
        match path:
            case "score":
                return 0.0
            case "fit":
                return fit_of(self._program.scoring_for(self.country), self)
            case "lead.open":
                return False
            case "contact.deliverable":
                return True
            case _:
                return None


def funnel_of(persons: Sequence[Person], program: Program, *, journeys: Iterable[str], now: int) -> Funnel:
    """Counts records at every filter, for the named journeys in their order."""
    people = People.of(persons)
    purposes = dict(program.policies[""].consents)
    signed = people.own["sign_ups"]
    return Funnel(
        known=len(people),
        people=len(people) - int(people.own["duplicate_of"].where(bool).sum()),
        valid_email=len(people) - int(people.own["invalid_email"].where(bool).sum()),
        consented={name: int(people.field(path).where(_is_true).sum()) for name, path in purposes.items()},
        signed_up={name: int(signed.where(partial(_agreed, name)).sum()) for name in purposes},
        reachable=int(reachable(people, program).sum()),
        journeys={name: _journey(name, people, program, PersonView(program, now)) for name in journeys},
    )


def reachable(people: People, program: Program) -> NDArray[np.bool_]:
    """Which records have a working address and the consent to be mailed."""
    path = program.policies[""].consents.get(MAIL_PURPOSE)
    valid = ~people.own["invalid_email"].where(bool)
    return valid if path is None else valid & people.field(path).where(_is_true)


def white_spots(persons: Iterable[Person], tree: AccountTree, program: Program) -> Mapping[str, tuple[str, ...]]:
    """By level, the accounts without any reachable contact, in the order of the tree."""
    people = People.of(persons)
    reached = people.where(reachable(people, program))
    found = {}
    for level in ("umbrella", "hospital", "clinic"):
        column = reached.own[level]
        names = {column.values[code] for code in set(column.codes.tolist())}
        found[level] = tuple(name for name in tree.of(level) if name not in names)
    return found


def _agreed(purpose: str, sign_ups: tuple[str, ...]) -> bool:
    return purpose in sign_ups


def _is_true(value: Value) -> bool:
    return value is True


def _journey(name: str, people: People, program: Program, view: PersonView) -> JourneyFunnel:
    # How far a record comes follows from its fields; who has the same fields comes equally far.
    came = people.asked(_fields_read(name, program), lambda fields: _filters_passed(name, fields, program, view))
    passed = came.to(int, np.int64)
    return JourneyFunnel(*(int((passed >= least).sum()) for least in (1, 2, 3)))


def _filters_passed(name: str, fields: Mapping[str, Value], program: Program, view: PersonView) -> int:
    """1: in the audience; 2: with every consent, too; 3: would enter."""
    view.of(fields)
    country = view.country
    graph = program.journey_for(name, country)
    if not graph.entry.condition.holds(view):
        return 0
    consents = program.policies_for(country).consents
    if not all(fields.get(consents[purpose]) is True for purpose in graph.purposes):
        return 1
    return 2 if any(out.condition is not None and out.condition.holds(view) for out in graph.exits) else 3


def _fields_read(name: str, program: Program) -> frozenset[str]:
    """Every field that the filters of one journey look at, in any country."""
    found = {program.meanings.get("country", "contact.country")}
    for graph in program.forms_of(name):
        conditions = (graph.entry.condition, *(out.condition for out in graph.exits if out.condition is not None))
        found |= {path for condition in conditions for path in paths_read(condition, program)}
        found |= {own.consents[purpose] for own in program.policies.values() for purpose in graph.purposes}
    scorings = (program.scoring_for(country) for country in ("", *program.shared)) if "fit" in found else ()
    grades = (grade for scoring in scorings if scoring is not None for _, grade in scoring.fit)
    return frozenset(found).union(*(paths_read(grade, program) for grade in grades))
