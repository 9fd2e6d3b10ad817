"""What happens outside the journeys: tickets, purchases, people who leave, as processes per entity.

Each entity has its own process: exponential times between occurrences, counted from the end of the one
before. The draws name no replication: like the population, facts are part of the world in which
journeys are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy import int64, uint64

from journeyctl.behaviour import purposes
from journeyctl.calendars import local_date
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.expr import field_path
from journeyctl.fixed_point import (
    LARGEST,
    exponential_seconds,
    exponential_seconds_array,
    lognormal,
    lognormal_array,
    median_p90,
)
from journeyctl.model.population import FieldValue, Given, Literally
from journeyctl.model.values import P90_OF_MEDIAN, DurationSpread
from journeyctl.simulate.account_tree import LEVELS
from journeyctl.simulate.coded import Coded, combinations
from journeyctl.simulate.field_order import type_of
from journeyctl.simulate.people import Rows
from journeyctl.simulate.population import population_draws, run_window
from journeyctl.simulate.record_keys import hashes_of
from journeyctl.simulate.values import MOMENT, Column, column_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from journeyctl.expr import Value
    from journeyctl.graph.condition import Condition
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
                    happening = _Happening(entity, lambda: fields, number, time, length)
                    values = [self._value(process, change, happening) for change in process.sets]
                    changes += self._changes(process, happening, values)
        return tuple(sorted(changes, key=_by_time_and_path))

    def happens_to(self, level: str) -> bool:
        """Whether anything can happen to entities of a level."""
        return any(process.level == level for process in self.processes)

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

    def of_all(
        self, entities: Sequence[str], level: str, fields: Callable[[int], Mapping[str, Value]]
    ) -> dict[str, tuple[FactChange, ...]]:
        """The same of many entities from the start on; `fields` are asked by place. Others are left out."""
        return {entities[place]: changes for place, changes in self.by_place(entities, level, fields).items()}

    def by_place(
        self, entities: Sequence[str], level: str, fields: Callable[[int], Mapping[str, Value]]
    ) -> dict[int, tuple[FactChange, ...]]:
        """The same by the place of each entity."""
        hashes, found = hashes_of(entities), dict[int, list[FactChange]]()
        for process in self.processes:
            if process.level == level:
                for number, places, times, lengths in self._rounds(process, hashes):
                    rows = zip(places.tolist(), times.tolist(), lengths.tolist(), strict=True)
                    happenings = [
                        (place, _Happening(entities[place], partial(fields, place), number, time, length))
                        for place, time, length in rows
                    ]
                    columns = [self._values(process, change, hashes[places], happenings) for change in process.sets]
                    for (place, happening), values in zip(happenings, zip(*columns, strict=True), strict=True):
                        found.setdefault(place, []).extend(self._changes(process, happening, values))
        return {place: tuple(sorted(found[place], key=_by_time_and_path)) for place in sorted(found)}

    def _rounds(
        self, process: FactProcess, hashes: NDArray[uint64]
    ) -> Iterator[tuple[int, NDArray[int64], NDArray[int64], NDArray[int64]]]:
        """The n-th occurrence of a process for all entities that have one: number, places, seconds and lengths."""
        number, places, times = 0, np.arange(len(hashes), dtype=np.int64), np.full(len(hashes), self.start, np.int64)
        while len(places):
            own, place = hashes[places], name_hash(process.name)
            us = self._draws.block(own, name_hash(purposes.FACT), places=place, occurrences=number)
            times = times + np.maximum(1, exponential_seconds_array(us, process.mean_gap))
            early = times < self.end
            places, times, own = places[early], times[early], own[early]
            lengths = np.zeros(len(places), np.int64)
            if process.lasts is not None:
                median, sigma = process.lasts
                us = self._draws.block(own, name_hash(purposes.FACT_LENGTH), places=place, occurrences=number)
                lengths = np.maximum(1, lognormal_array(us, median=median, sigma=sigma))
            yield number, places, times, lengths
            if process.for_good:
                return
            number, times = number + 1, times + lengths

    def _changes(self, process: FactProcess, happening: _Happening, values: Sequence[Value]) -> Iterator[FactChange]:
        after = happening.time + happening.length
        for change, value in zip(process.sets, values, strict=True):
            yield FactChange(happening.time, change.path, value)
            if happening.length and after < self.end:
                yield FactChange(after, change.path, _restored(happening.fields().get(change.path), value))

    def _values(
        self, process: FactProcess, change: _Set, hashes: NDArray[uint64], happenings: Sequence[tuple[int, _Happening]]
    ) -> Sequence[Value]:
        """What a field gets for each of some entities to which something happens for the n-th time."""
        if not happenings or isinstance(change.value, Literally | Given):
            # What depends on the second or on other fields is asked one by one.
            return [self._value(process, change, happening) for _, happening in happenings]
        column = Column(
            self._draws, hashes, purposes.FACT_VALUE, f"{process.name}/{change.path}", change.type, _never,
            happenings[0][1].number,
        )  # fmt: skip
        return list(column_values(change.value, column))

    def _value(self, process: FactProcess, change: _Set, happening: _Happening) -> Value:
        plain = change.value.value if isinstance(change.value, Literally) else None
        if isinstance(plain, bool):
            return plain
        if plain == MOMENT and change.type == "date":
            return local_date(happening.time, self._program.zone)
        holds = _never
        if isinstance(change.value, Given):
            known = {path: (value,) for path, value in happening.fields().items()}
            holds = Rows(known, self._program, happening.time).holding
        column = Column(
            self._draws, name_hashes([happening.entity]), purposes.FACT_VALUE, f"{process.name}/{change.path}",
            change.type, holds, happening.number, happening.time, self._program.zone,
        )  # fmt: skip
        return column_values(change.value, column)[0]


@dataclass(frozen=True, slots=True)
class _Happening:
    """One occurrence of a fact."""

    entity: str
    fields: Callable[[], Mapping[str, Value]]
    """Of the entity, at the start; few ask."""
    number: int
    time: int
    length: int


def _never(condition: Condition, rows: NDArray[int64]) -> NDArray[np.bool_]:
    """Values without conditions ask for none."""
    return np.zeros(len(rows), np.bool_)


def facts_by_contact(facts: Facts, people: People) -> Mapping[str, Sequence[FactChange]]:
    """What happens to each person and to its accounts, in order of time and path; others are left out."""
    accounts = list[tuple[Coded[str], Mapping[str, Sequence[FactChange]]]]()
    concerned = np.zeros(len(people), np.bool_)
    for level in LEVELS[:3]:
        happened = _happened(facts, people, level)
        if happened:
            accounts.append((people.own[level], happened))
            concerned |= people.own[level].where(happened.__contains__)
    known_of = _known(people, "contact")
    alone = facts.by_place(people.keys, "contact", known_of) if facts.happens_to("contact") else {}
    concerned[list(alone)] = True
    records = np.flatnonzero(concerned)
    named = [(list(column.take(records)), happened) for column, happened in accounts]
    found: dict[str, Sequence[FactChange]] = {}
    # Everybody at one clinic lives through the same, until something happens to oneself.
    known: dict[tuple[int, ...], Sequence[FactChange]] = {}
    for place, (record, key) in enumerate(zip(records.tolist(), people.keys.take(records), strict=True)):
        parts = (*[happened.get(names[place], ()) for names, happened in named], alone.get(record, ()))
        same = tuple(map(id, parts))
        if same not in known:
            known[same] = sorted((c for part in parts for c in part), key=_by_time_and_path)
        found[key] = known[same]
    return found


def _happened(facts: Facts, people: People, level: str) -> Mapping[str, Sequence[FactChange]]:
    """Changes by account of one level, whose fields are those of the first person there."""
    if not facts.happens_to(level):
        return {}
    column, first = people.own[level], dict[str, int]()
    for record in sorted(combinations([column], len(people)).first.tolist()):
        first.setdefault(column[record], record)
    records, known_of = tuple(first.values()), _known(people, level)
    return facts.of_all(tuple(first), level, lambda place: known_of(records[place]))


def _known(people: People, level: str) -> Callable[[int], Mapping[str, Value]]:
    """What is known of a person, or of its account, on one level, by its record."""
    columns = {path: values for path, values in people.fields.items() if path.startswith(f"{level}.")}

    def known(record: int) -> Mapping[str, Value]:
        read = ((path, values[record]) for path, values in columns.items())
        return {path: value for path, value in read if value is not None}

    return known


def _by_time_and_path(change: FactChange) -> tuple[int, str]:
    return change[:2]


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
