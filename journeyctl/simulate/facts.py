"""What happens outside the journeys: tickets, purchases, people who leave, as processes per entity.

Each entity has its own process: exponential times between occurrences, counted from the end of the one
before. The draws name no replication: like the population, facts are part of the world in which
journeys are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from journeyctl.behaviour import purposes
from journeyctl.draws import Draws, name_hashes
from journeyctl.fixed_point import LARGEST, exponential_seconds, lognormal, median_p90
from journeyctl.model.population import FieldValue, Literally
from journeyctl.model.values import DurationSpread
from journeyctl.simulate.field_order import canonical, type_of
from journeyctl.simulate.people import Rows
from journeyctl.simulate.population import population_draws, run_window
from journeyctl.simulate.values import Column, column_values

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.model.profile import FieldType
    from journeyctl.model.scenario import Fact, Scenario
    from journeyctl.model.specification import Workspace

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
            Rows(known, self._program, happening.time).holds,
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
    found = ((entity, facts.of(entity, level, own)) for entity, own in zip(entities, fields, strict=True))
    return {entity: changes for entity, changes in found if changes}


def _restored(before: Value, value: Value) -> Value:
    return not value if before is None and isinstance(value, bool) else before


def _process(name: str, fact: Fact, workspace: Workspace, program: Program) -> FactProcess | None:
    """The process of one fact; `None` where it never happens."""
    rate = fact.per_year.value
    if rate <= 0:
        return None
    path = canonical(name)
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
                half if p90 is None else _seconds(p90.value.seconds, program, p90.value.business_days, p90.value.months)
            )
            return median_p90(half, max(half, most))
        case other:
            length = other.value
            return _seconds(length.seconds, program, length.business_days, length.months), 0


def _seconds(seconds: int, program: Program, business_days: int, months: int) -> int:
    """The length of a duration for a distribution, where no moment says how long a month is."""
    days = max(1, len(program.calendar.weekdays))
    return min(max(1, seconds + business_days * 7 * 86_400 // days + months * YEAR // 12), LARGEST)
