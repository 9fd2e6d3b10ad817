"""What happens outside the journeys: tickets, purchases, people who leave, as processes per entity.

Each entity has its own process: exponential times between occurrences, counted from the end of the one
before. The draws name no replication: like the population, facts are part of the world in which
journeys are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.expr import field_path
from journeyctl.fixed_point import LARGEST, exponential_seconds, exponential_seconds_array, lognormal, median_p90
from journeyctl.model.population import FieldValue, Literally
from journeyctl.model.values import P90_OF_MEDIAN, DurationSpread
from journeyctl.simulate.account_tree import LEVELS
from journeyctl.simulate.coded import combinations
from journeyctl.simulate.field_order import type_of
from journeyctl.simulate.people import Rows
from journeyctl.simulate.population import population_draws, run_window
from journeyctl.simulate.record_keys import hashes_of
from journeyctl.simulate.values import Column, column_values

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.model.profile import FieldType
    from journeyctl.model.scenario import Fact, Scenario
    from journeyctl.model.specification import Workspace
    from journeyctl.simulate.person import People

YEAR = 365 * 86_400
"""Seconds over which a yearly rate is counted."""


class FactChange(NamedTuple):
    """A field of one entity gets a value at a second; sorts by time and path."""

    time: int
    path: str
    value: Value


@dataclass(frozen=True, slots=True)
class _Set:
    path: str
    type: FieldType
    value: FieldValue


@dataclass(frozen=True, slots=True)
class FactProcess:
    """One fact of the scenario, ready to be played for any entity of its level."""

    name: str
    level: str
    mean_gap: int
    """Seconds from the end of one occurrence to the next, on average."""
    sets: tuple[_Set, ...]
    lasts: tuple[int, int] | None
    """Median seconds and sigma in 2^-20; `None`: for good."""
    for_good: bool
    """Happens once: what it sets never changes again."""

    def lengths(self, draws: Draws, entity: str, number: int) -> int:
        """How long the n-th occurrence lasts, at least a second."""
        if self.lasts is None:
            return 0
        median, sigma = self.lasts
        u = draws.bits(entity, purposes.FACT_LENGTH, place=self.name, occurrence=number)
        return max(1, lognormal(u, median=median, sigma=sigma))

    def occurrences(self, draws: Draws, entity: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Number, second and length of every occurrence that begins in `[start, end)`."""
        number, time = 0, start
        while True:
            u = draws.bits(entity, purposes.FACT, place=self.name, occurrence=number)
            time += max(1, exponential_seconds(u, self.mean_gap))
            if time >= end:
                return
            length = self.lengths(draws, entity, number)
            yield number, time, length
            if self.for_good:
                return
            number, time = number + 1, time + length


class Facts:
    """All facts of a scenario. Entities are accounts and contacts by their paths."""

    def __init__(self, workspace: Workspace, scenario: Scenario, program: Program, draws: Draws) -> None:
        """Raises `SpecError` where a fact changes a field that the profile lacks."""
        self.start, self.end = run_window(scenario, program)
        self._program = program
        self._draws = population_draws(scenario, draws)
        made = (_process(name, fact, workspace, program) for name, fact in sorted(scenario.facts.items()))
        self.processes = tuple(process for process in made if process is not None)

    @property
    def paths(self) -> frozenset[str]:
        """Every field that some fact may change."""
        return frozenset(change.path for process in self.processes for change in process.sets)

    def of(
        self, entity: str, level: str, fields: Mapping[str, Value], *, since: int | None = None
    ) -> tuple[FactChange, ...]:
        """Everything that happens to one entity from `since` (default: the start) to the end of the run.

        `level` is umbrella, hospital, clinic or contact; `fields` are the entity's own at the start, to
        which a fact that passes returns. A field it did not have becomes unknown again, a boolean false.
        """
        begin = self.start if since is None else since
        changes: list[FactChange] = []
        for process in self.processes:
            if process.level == level:
                for number, time, length in process.occurrences(self._draws, entity, begin, self.end):
                    changes += self._changes(process, _Happening(entity, fields, number, time, length))
        return tuple(sorted(changes, key=lambda change: (change.time, change.path)))

    def happening(self, entities: Sequence[str], level: str, *, since: Sequence[int] | None = None) -> list[int]:
        """The places of those entities of one level to which anything happens in the run.

        `since` is the second from which on it can, for each of them; default: the start.
        """
        processes = [process for process in self.processes if process.level == level]
        if not processes:
            return []
        some, begin = np.zeros(len(entities), np.bool_), self.start if since is None else np.array(since, np.int64)
        hashes = hashes_of(entities)
        for process in processes:
            us = self._draws.block(hashes, name_hash(purposes.FACT), places=name_hash(process.name))
            gaps = np.maximum(1, exponential_seconds_array(us, process.mean_gap))
            some |= begin + gaps < self.end
        found: list[int] = np.flatnonzero(some).tolist()
        return found

    def _changes(self, process: FactProcess, happening: _Happening) -> Iterator[FactChange]:
        after = happening.time + happening.length
        for change in process.sets:
            value = self._value(process, change, happening)
            yield FactChange(happening.time, change.path, value)
            if happening.length and after < self.end:
                yield FactChange(after, change.path, _restored(happening.fields.get(change.path), value))

    def _value(self, process: FactProcess, change: _Set, happening: _Happening) -> Value:
        plain = change.value.value if isinstance(change.value, Literally) else None
        if isinstance(plain, bool):
            return plain
        known = {path: (value,) for path, value in happening.fields.items()}
        column = Column(
            self._draws,
            name_hashes([happening.entity]),
            purposes.FACT_VALUE,
            f"{process.name}/{change.path}",
            change.type,
            Rows(known, self._program, happening.time).holding,
            happening.number,
            happening.time,
            self._program.zone,
        )
        return column_values(change.value, column)[0]


@dataclass(frozen=True, slots=True)
class _Happening:
    """One occurrence of a fact."""

    entity: str
    fields: Mapping[str, Value]
    number: int
    time: int
    length: int


def facts_of(
    facts: Facts, entities: Sequence[str], level: str, fields: Sequence[Mapping[str, Value]]
) -> Mapping[str, tuple[FactChange, ...]]:
    """Changes by entity for many entities of one level; those to which nothing happens are left out."""
    return _changes_of(facts, entities, level, lambda place: fields[place])


def _changes_of(
    facts: Facts, entities: Sequence[str], level: str, fields: Callable[[int], Mapping[str, Value]]
) -> dict[str, tuple[FactChange, ...]]:
    """The same where fields are looked up for those only to whom something happens."""
    return {
        entities[place]: facts.of(entities[place], level, fields(place)) for place in facts.happening(entities, level)
    }


def facts_by_contact(facts: Facts, people: People) -> Mapping[str, Sequence[FactChange]]:
    """What happens to each person and to its accounts, in order of time and path; others are left out."""
    concerned = np.zeros(len(people), np.bool_)
    accounts = []
    for level in LEVELS[:3]:
        happened = _happened(facts, people, level)
        if happened:
            column = people.own[level]
            concerned |= column.where(happened.__contains__)
            accounts.append((column, happened))
    places = facts.happening(people.keys, "contact")
    concerned[places] = True
    alone = {place: facts.of(people.keys[place], "contact", _known(people, "contact", place)) for place in places}
    found: dict[str, Sequence[FactChange]] = {}
    # Everybody at one clinic lives through the same, until something happens to oneself.
    known: dict[tuple[int, ...], Sequence[FactChange]] = {}
    for record in np.flatnonzero(concerned).tolist():
        parts = (*(happened.get(column[record], ()) for column, happened in accounts), alone.get(record, ()))
        same = tuple(map(id, parts))
        if same not in known:
            known[same] = sorted((c for part in parts for c in part), key=lambda change: (change.time, change.path))
        found[people.keys[record]] = known[same]
    return found


def _happened(facts: Facts, people: People, level: str) -> dict[str, tuple[FactChange, ...]]:
    """Changes by account of one level, whose fields are those of the first person there."""
    if not any(process.level == level for process in facts.processes):
        return {}
    column, first = people.own[level], dict[str, int]()
    for record in sorted(combinations([column], len(people)).first.tolist()):
        first.setdefault(column[record], record)
    records = tuple(first.values())
    return _changes_of(facts, tuple(first), level, lambda place: _known(people, level, records[place]))


def _known(people: People, level: str, record: int) -> dict[str, Value]:
    """What is known of a person, or of its account, on one level."""
    read = ((path, values[record]) for path, values in people.fields.items() if path.startswith(f"{level}."))
    return {path: value for path, value in read if value is not None}


def _restored(before: Value, value: Value) -> Value:
    return not value if before is None and isinstance(value, bool) else before


def _process(name: str, fact: Fact, workspace: Workspace, program: Program) -> FactProcess | None:
    """The process of one fact; `None` where it never happens."""
    rate = fact.per_year.value
    if rate <= 0:
        return None
    path = field_path(name)
    level = path.partition(".")[0]
    values = {path: fact.value} if fact.value is not None else {f"{level}.{key}": v for key, v in fact.sets.items()}
    sets = tuple(
        _Set(target, type_of(target, workspace.profile, value.origin), value)
        for target, value in sorted(values.items())
    )
    fixed = all(isinstance(change.value, Literally) and change.value.value != "now" for change in sets)
    gap = min(max(1, round(YEAR / rate)), (1 << 32) - 1)
    return FactProcess(path, level, gap, sets, _lasting(fact, program), fixed and fact.lasts is None)


def _lasting(fact: Fact, program: Program) -> tuple[int, int] | None:
    match fact.lasts:
        case None:
            return None
        case DurationSpread(median=median, p90=p90):
            half = _seconds(median.value.seconds, program, median.value.business_days, median.value.months)
            most = (
                half * P90_OF_MEDIAN
                if p90 is None
                else _seconds(p90.value.seconds, program, p90.value.business_days, p90.value.months)
            )
            return median_p90(half, max(half, most))
        case other:
            length = other.value
            return _seconds(length.seconds, program, length.business_days, length.months), 0


def _seconds(seconds: int, program: Program, business_days: int, months: int) -> int:
    """The length of a duration for a distribution, where no moment says how long a month is."""
    days = max(1, len(program.calendar.weekdays))
    return min(max(1, seconds + business_days * 7 * 86_400 // days + months * YEAR // 12), LARGEST)
