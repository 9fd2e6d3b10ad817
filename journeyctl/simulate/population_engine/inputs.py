"""A world as arrays: who the people are, what happens to them, and the program that they live under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.draws import Draws, name_hashes
from journeyctl.fixed_point import CERTAIN
from journeyctl.simulate.contact_life import LEFT
from journeyctl.simulate.other_mail import ScenarioMail
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.clock_tables import Clocks, ClockTables
from journeyctl.simulate.population_engine.condition_code import group_path
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, FieldCodes, Unsupported
from journeyctl.simulate.population_engine.program_reads import codes_of
from journeyctl.simulate.population_engine.program_tables import Tables, build
from journeyctl.simulate.population_engine.response_tables import Around, ResponseLists

if TYPE_CHECKING:
    from journeyctl.behaviour.response import ResponseModel
    from journeyctl.expr import Value
    from journeyctl.graph.condition import Condition
    from journeyctl.graph.group import BuyingGroup
    from journeyctl.graph.program import Program
    from journeyctl.simulate.matched_audiences import Newcomer
    from journeyctl.simulate.people import Person
    from journeyctl.simulate.world import World

Integers = NDArray[int64]

_REASONS = ("", "not_passed", "gone", "stale")
"""Reasons of outcomes that no document names."""
_MOST_ROLES = 8
_MOST_LINES = 60
"""Lines of an opportunity stand in the bits of one number."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some people as arrays."""

    people: Integers
    """Shape `(persons, PERSON_COLUMNS)`."""
    fields: Integers
    """Codes, shape `(persons, columns)`."""
    facts: Integers
    mail: Integers

    def of_nobody(self) -> Crowd:
        """The same tables without rows."""
        return Crowd(self.people[:0], self.fields[:0], self.facts, self.mail)

    def with_others(self, others: Crowd) -> Crowd:
        """These people and then others."""
        moved = others.people.copy()
        moved[:, (life.P_FACTS, life.P_FACTS_END)] += len(self.facts)
        moved[:, (life.P_MAIL, life.P_MAIL_END)] += len(self.mail)
        return Crowd(
            np.concatenate([self.people, moved]), np.concatenate([self.fields, others.fields]),
            np.concatenate([self.facts, others.facts]), np.concatenate([self.mail, others.mail]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inputs:
    """What all replications of a world have in common."""

    world: World
    tables: Tables
    program: Integers
    """The program's array with the conditions of personas and routes behind it."""
    clock: ClockTables
    responses: ResponseLists
    everybody: tuple[Person, ...]
    """Those who can enter journeys, then bystanders."""
    crowd: Crowd
    """Everybody, without the mail of others."""
    zones: tuple[str, ...]
    """The zone of each person who can enter journeys, else the country's, else the workspace's."""
    teams: Mapping[str, tuple[str, ...]]
    """The teams of each desk's routes, in their order."""
    ranks: Mapping[str, int]
    """The order of all fields by path."""

    @classmethod
    def of(cls, world: World) -> Inputs:
        """Raises `Unsupported` where this engine cannot carry something."""
        program, model = world.program, world.model
        further = [*(c for c, _ in model.personas.arms), *_routes(world)]
        changing = frozenset(path for _, path, _ in _all_facts(world)) | frozenset(world.scope.facts)
        brought = tuple(world.matched_audiences.values()) if world.matched_audiences is not None else ()
        codes = codes_of(program, further=further, paths=changing | {path for path, _ in brought})
        _learn(world, codes)
        for path, value in brought:
            codes.learn(path, value)
        clocks = Clocks.of(
            program.calendar, zone=program.zone, evaluation_time=program.evaluation_time,
            week_starts=program.week_starts,
        )  # fmt: skip
        tables = build(program, codes, clocks, journeys=world.journeys, launches=world.launches, changing=changing,
                       span=(world.start, world.end))  # fmt: skip
        responses = ResponseLists(model, items=tables.items, weeks=world.weeks(), around=_around(world, tables))
        if len(responses.lines) > _MOST_LINES:
            raise Unsupported(f"{len(responses.lines)} business lines, more than {_MOST_LINES}")
        teams = {name: tuple(team for _, team in rules.routes) for name, rules in world.desks.items()}
        ranks = {path: rank for rank, path in enumerate(sorted(codes.paths))}
        everybody = (*world.persons, *world.bystanders)
        crowd = _crowd(world, tables, ranks, everybody, world.facts)
        crowd.people[: len(world.persons), life.P_VISITS] = 1
        return cls(
            world, tables, np.array(tables.code[0].pool, np.int64), clocks.tables(world.start, world.end), responses,
            everybody, crowd, world.zones(), teams, ranks,
        )  # fmt: skip

    def crowd_of(self, draws: Draws) -> Crowd:
        """Everybody with the mail of others that one replication brings."""
        world, crowd = self.world, self.crowd
        mail, ends = self._mail(draws, world.persons, self.zones)
        people = crowd.people.copy()
        people[: len(ends), life.P_MAIL_END] = ends
        people[1 : len(ends), life.P_MAIL] = ends[:-1]
        return Crowd(people, crowd.fields, crowd.facts, mail)

    def newcomers(self, found: Sequence[Newcomer], draws: Draws) -> Crowd:
        """Contacts who become known in the course of a run, by a form. Raises `Unsupported` for unknown values."""
        world, persons = self.world, [newcomer.person for newcomer in found]
        facts = {newcomer.person.key: newcomer.facts for newcomer in found}
        crowd = _crowd(world, self.tables, self.ranks, persons, facts)
        entering = [place for place, newcomer in enumerate(found) if newcomer.enters]
        own = [persons[place] for place in entering]
        mail, ends = self._mail(draws, own, world.zones(own))
        crowd.people[:, life.P_FORM] = 1
        crowd.people[entering, life.P_VISITS] = 1
        crowd.people[entering, life.P_MAIL_END] = ends
        crowd.people[entering[1:], life.P_MAIL] = ends[:-1]
        return Crowd(crowd.people, crowd.fields, crowd.facts, mail)

    def _mail(self, draws: Draws, persons: Sequence[Person], zones: Sequence[str]) -> tuple[Integers, Integers]:
        """Other lines' mail of these people, and where each one's ends."""
        other_mail, keys = self.world.other_mail, [person.key for person in persons]
        if isinstance(other_mail, ScenarioMail):
            plan = other_mail.plan(draws)
            contact, time, line = plan.columns(name_hashes(keys), zones)
            ranks = sorted(plan.lines)
            names = np.array([(ranks.index(name), self.tables.names(name)) for name in plan.lines], np.int64)
            rows = np.concatenate([time[:, None], names.reshape(-1, 2)[line]], axis=1)
            return rows, np.cumsum(np.bincount(contact, minlength=len(keys)))
        found = other_mail(draws, keys, zones)
        ends = np.cumsum(np.fromiter(map(len, found), np.int64, len(found)))
        lines = sorted({line for mails in found for _, line in mails})
        numbered = {line: (rank, self.tables.names(line)) for rank, line in enumerate(lines)}
        listed = [(time, *numbered[line]) for mails in found for time, line in mails]
        return np.array(listed, np.int64).reshape(-1, life.MAIL_COLUMNS), ends


# --- what occurs


def _crowd(
    world: World, tables: Tables, ranks: Mapping[str, int], persons: Sequence[Person],
    happening: Mapping[str, Sequence[tuple[int, str, Value]]],
) -> Crowd:  # fmt: skip
    fields = _fields(persons, tables.codes)
    people = _people(persons, world.start, _inbox(world.model, world.program, tables.codes, fields))
    facts, first = _facts(persons, happening, tables, ranks)
    people[:, life.P_FACTS], people[:, life.P_FACTS_END] = first[:-1], first[1:]
    return Crowd(people, fields, facts, np.zeros((0, life.MAIL_COLUMNS), np.int64))


def _routes(world: World) -> Iterator[Condition]:
    for rules in world.desks.values():
        yield from (condition for condition, _ in rules.routes if condition is not None)


def _all_facts(world: World) -> Iterator[tuple[int, str, Value]]:
    return chain.from_iterable(world.facts.values())


def _learn(world: World, codes: FieldCodes) -> None:
    """Shows every value that can occur to the codes, each once."""
    for path in codes.paths:
        _learn_all(codes, path, [person.fields.get(path) for person in (*world.persons, *world.bystanders)])
    by_path: dict[str, list[Value]] = {}
    for _, path, value in _all_facts(world):
        by_path.setdefault(path, []).append(value)
    for path, values in by_path.items():
        _learn_all(codes, path, values)
    for rules in world.desks.values():
        for reason, _ in rules.lead.odds.reasons:
            codes.text(reason)
    for reason in _REASONS:
        codes.text(reason)
    for path in world.scope.facts:
        codes.learn(path, True if path.endswith(".asked") else 0.5)
    for name in world.scope.groups:
        _learn_roles(codes, world.program.groups[name])


def _learn_roles(codes: FieldCodes, group: BuyingGroup) -> None:
    roles = tuple(role.name for role in group.roles)
    if len(roles) > _MOST_ROLES:
        raise Unsupported(f"the buying group '{group.name}' with {len(roles)} roles, more than {_MOST_ROLES}")
    for count in range(len(roles) + 1):
        for missing in combinations(roles, count):
            codes.list_of(group_path(group.name, "missing_roles"), missing)


def _learn_all(codes: FieldCodes, path: str, values: Sequence[Value]) -> None:
    # With the class, because true, 1 and 1.0 are one key.
    for _, value in dict.fromkeys(zip(map(type, values), values, strict=True)):
        codes.learn(path, value)


def _around(world: World, tables: Tables) -> Around:
    program, personas = world.program, world.model.personas
    routes = [
        [-1 if condition is None else code.condition(condition) for condition, _ in world.desks[name].routes]
        if name in world.desks else []
        for code in tables.code for name in tables.desks
    ]  # fmt: skip
    path, _, _ = LEFT.partition("=")
    return Around(
        arms=[[code.condition(condition) for condition, _ in personas.arms] for code in tables.code],
        grades=[tables.codes.text(grade) for grade, _ in program.scoring.fit] if program.scoring is not None else [],
        desks=[tables.names(name) for name in tables.desks],
        routes=routes,
        left=tables.fact_name(path, value=True),
        platforms=[tables.names(name) for name in sorted(world.platforms)],
    )


# --- people


def _people(persons: Sequence[Person], start: int, inbox: Integers) -> Integers:
    found = np.zeros((len(persons), life.PERSON_COLUMNS), np.int64)
    found[:, life.P_BORN] = [max(start, person.at) for person in persons]
    for column, names in (
        (life.P_CONTACT, [person.key for person in persons]),
        (life.P_PERSON, [person.person for person in persons]),
        (life.P_CLINIC, [person.clinic for person in persons]),
        (life.P_HOSPITAL, [person.hospital for person in persons]),
    ):
        found[:, column] = name_hashes(names).view(np.int64)
    found[:, life.P_INVALID] = [person.invalid_email for person in persons]
    found[:, life.P_PLACEMENT] = inbox
    return found


def _fields(persons: Sequence[Person], codes: FieldCodes) -> Integers:
    found = np.full((len(persons), len(codes)), UNKNOWN, np.int64)
    for column, path in enumerate(codes.paths):
        values = [codes.own(path, person.fields) for person in persons]
        known = {value: codes.code(path, value) for value in dict.fromkeys(values)}
        found[:, column] = [known[value] for value in values]
    return found


def _inbox(model: ResponseModel, program: Program, codes: FieldCodes, fields: Integers) -> Integers:
    """Each person's threshold of reaching the inbox, by the country at birth."""
    path = model.country
    usual = model.placement.get("default", CERTAIN)
    default = program.defaults.get(path)
    of_text = [model.placement.get(text, usual) for text in codes.texts.values]
    countries = fields[:, codes.column(path)]
    unknown = model.placement.get(default, usual) if isinstance(default, str) else usual
    known = np.array(of_text, np.int64)[np.where(countries == UNKNOWN, 0, countries)]
    return np.where(countries == UNKNOWN, unknown, known)


def _facts(
    persons: Sequence[Person], happening: Mapping[str, Sequence[tuple[int, str, Value]]], tables: Tables,
    ranks: Mapping[str, int],
) -> tuple[Integers, Integers]:  # fmt: skip
    """All changes, person by person, and where each person's begin."""
    codes, rows, first = tables.codes, [], [0]
    for person in persons:
        for time, path, value in happening.get(person.key, ()):
            name = tables.fact_name(path, value)
            rows.append((time, codes.changed_column(path, value), codes.code(path, value), name, ranks[path]))
        first.append(len(rows))
    return np.array(rows, np.int64).reshape(-1, life.FACT_COLUMNS), np.array(first, np.int64)
