"""How many people are left at each filter, and which accounts nobody can reach."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyctl.calendars import local_date
from journeyctl.semantics.scoring import fit_of
from journeyctl.simulate.account_tree import AccountTree

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program, StepGraph
    from journeyctl.simulate.people import Person
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
        found = self._program.audiences[name].evaluate(self)
        return found if isinstance(found, bool) else None

    def _at_first(self, path: str) -> Value:
        match path:
            case "score":
                return 0.0
            case "fit":
                return fit_of(self._program.scoring, self)
            case "lead.open":
                return False
            case "contact.deliverable":
                return True
            case _:
                return None


def funnel_of(people: Sequence[Person], program: Program, *, journeys: Iterable[str], now: int) -> Funnel:
    """Counts records at every filter, for the named journeys in their order."""
    purposes = dict(program.policies[""].consents)
    view = PersonView(program, now)
    graphs = [program.journeys[name] for name in journeys]
    return Funnel(
        known=len(people),
        people=sum(not person.duplicate_of for person in people),
        valid_email=sum(not person.invalid_email for person in people),
        consented={name: sum(one.fields.get(path) is True for one in people) for name, path in purposes.items()},
        signed_up={name: sum(name in one.sign_ups for one in people) for name in purposes},
        reachable=sum(is_reachable(person, program) for person in people),
        journeys={graph.journey: _journey(graph, people, program, view) for graph in graphs},
    )


def is_reachable(person: Person, program: Program) -> bool:
    """Whether the record has a working address and the consent to be mailed."""
    path = program.policies[""].consents.get(MAIL_PURPOSE)
    return not person.invalid_email and (path is None or person.fields.get(path) is True)


def white_spots(people: Iterable[Person], tree: AccountTree, program: Program) -> Mapping[str, tuple[str, ...]]:
    """By level, the accounts without any reachable contact, in the order of the tree."""
    reached: dict[str, set[str]] = {"umbrella": set(), "hospital": set(), "clinic": set()}
    for person in people:
        if is_reachable(person, program):
            for level, names in reached.items():
                names.add(getattr(person, level))
    return {level: tuple(name for name in tree.of(level) if name not in names) for level, names in reached.items()}


def _journey(graph: StepGraph, people: Sequence[Person], program: Program, view: PersonView) -> JourneyFunnel:
    audience = consented = entering = 0
    country_path = program.meanings.get("country", "contact.country")
    for person in people:
        view.of(person.fields)
        country = view.value(country_path)
        if (graph.countries and country not in graph.countries) or not graph.entry.condition.holds(view):
            continue
        audience += 1
        consents = program.policies_for(country if isinstance(country, str) else None).consents
        if not all(person.fields.get(consents[purpose]) is True for purpose in graph.purposes):
            continue
        consented += 1
        entering += not any(out.condition is not None and out.condition.holds(view) for out in graph.exits)
    return JourneyFunnel(audience, consented, entering)
