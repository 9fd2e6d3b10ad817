"""A world as arrays: who the people are, what happens to them, and the program that they live under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.results.name_table import NameTable
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.contact_terms import LEFT
from journeyctl.simulate.other_mail import ScenarioMail
from journeyctl.simulate.person import People, together
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.clock_tables import Clocks, ClockTables
from journeyctl.simulate.population_engine.condition_code import group_path
from journeyctl.simulate.population_engine.crowds import Crowd, Roster, fields_of, values_in
from journeyctl.simulate.population_engine.desk_tables import DeskTables
from journeyctl.simulate.population_engine.field_codes import FieldCodes, Unsupported
from journeyctl.simulate.population_engine.group_conditions import GroupConditions, asked_of_groups
from journeyctl.simulate.population_engine.mail_columns import LINE_BITS
from journeyctl.simulate.population_engine.mail_rows import MailRows
from journeyctl.simulate.population_engine.newcomer_rows import NewcomerRows
from journeyctl.simulate.population_engine.program_reads import codes_of
from journeyctl.simulate.population_engine.program_tables import Tables, build
from journeyctl.simulate.population_engine.response_tables import Around, ResponseLists

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.condition import Condition
    from journeyctl.graph.group import BuyingGroup
    from journeyctl.simulate.matched_audiences import Newcomer
    from journeyctl.simulate.record_keys import Keys
    from journeyctl.simulate.world import World

Integers = NDArray[int64]
Mailing: TypeAlias = "Callable[[Keys, Coded[str]], tuple[Integers, Integers]]"

_REASONS = ("", "not_passed", "gone", "stale")
"""Reasons of outcomes that no document names."""
_MOST_ROLES = 8
_MOST_LINES = 60
"""Lines of an opportunity stand in the bits of one number."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What all replications of a world have in common."""

    world: World
    tables: Tables
    program: Integers
    """The program's array with the conditions of personas and routes behind it."""
    clock: ClockTables
    responses: ResponseLists
    everybody: People
    """Those who can enter journeys, then bystanders."""
    roster: Roster
    """Everybody as arrays."""
    keys: NameTable
    """Everybody's names by number."""
    zones: Coded[str]
    """The zone of each person who can enter journeys, else the country's, else the workspace's."""
    teams: Mapping[str, tuple[str, ...]]
    """The teams of each desk's routes, in their order."""
    ranks: Mapping[str, int]
    """The order of all fields by path."""
    desks: DeskTables
    brought: NewcomerRows
    """How newcomers become arrays."""
    group_conditions: GroupConditions | None
    """`None`: the account book asks the conditions of groups itself."""

    @classmethod
    def of(cls, world: World) -> Inputs:
        """Raises `Unsupported` where this engine cannot carry something."""
        asked = asked_of_groups(world)
        if asked:
            try:
                return cls._of(world, asked)
            except Unsupported:
                # Perhaps it was one of these conditions, which the account book can ask as well.
                pass
        return cls._of(world, ())

    @classmethod
    def _of(cls, world: World, asked: Sequence[Condition]) -> Inputs:
        program, model = world.program, world.model
        further = [*(c for c, _ in model.personas.arms), *_routes(world), *asked]
        changing = frozenset(path for _, path, _ in _all_facts(world)) | frozenset(world.scope.facts)
        brought = tuple(world.matched_audiences.values()) if world.matched_audiences is not None else ()
        codes = codes_of(program, further=further, paths=changing | {path for path, _ in brought})
        everybody = together((People.of(world.persons), People.of(world.bystanders)))
        _learn(world, everybody, codes)
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
        group_conditions = GroupConditions.of(world, tables) if asked else None
        teams = {name: tuple(team for _, team in rules.routes) for name, rules in world.desks.items()}
        ranks = {path: rank for rank, path in enumerate(sorted(codes.paths))}
        return cls(
            world, tables, np.array(tables.code[0].pool, np.int64), clocks.tables(world.start, world.end), responses,
            everybody, Roster(world, tables, ranks, everybody, world.facts), NameTable(everybody.keys),
            world.zone_column(People.of(world.persons)), teams, ranks,
            DeskTables.of(world.desks, start=world.start, until=world.drained, sources=world.desk_inflow.sources),
            NewcomerRows(world, tables, ranks), group_conditions,
        )  # fmt: skip

    def whole_crowd(self, mail: Mailing) -> Crowd:
        """Everybody, with the mail of others that one replication brings."""
        return self._with_mail(self.roster.everybody(), mail, np.arange(len(self.roster)))

    def crowd(self, mail: Mailing, rows: Integers) -> Crowd:
        """The same of some."""
        return self._with_mail(self.roster.crowd(rows), mail, rows)

    def _with_mail(self, found: Crowd, mail: Mailing, rows: Integers) -> Crowd:
        entering = len(self.zones)
        own = np.flatnonzero(rows < entering)
        found.people[own, life.P_VISITS] = 1
        return found.with_mail(own, *mail(self.everybody.keys.take(rows[own]), self.zones.take(rows[own])))

    def newcomers(self, found: Sequence[Newcomer], mail: Mailing) -> Crowd:
        """Contacts who become known in the course of a run, by a form, with the mail of others that they get.

        Raises `Unsupported` for unknown values.
        """
        return self.brought.crowd(found, mail)

    def mail(self, draws: Draws) -> Mailing:
        """Other lines' mail of one replication for any contacts and their zones, and where each one's ends."""
        other_mail, names = self.world.other_mail, self.tables.names
        if isinstance(other_mail, ScenarioMail):
            plan = other_mail.plan(draws)
            rows = MailRows(plan, [names(name) for name in plan.lines])
            return lambda keys, zones: rows.of(keys.hashes, zones)

        def listed(keys: Keys, zones: Coded[str]) -> tuple[Integers, Integers]:
            found = other_mail(draws, keys, tuple(zones))
            ends = np.cumsum(np.fromiter(map(len, found), np.int64, len(found)))
            rows = [(time << LINE_BITS) + names(line) for mails in found for time, line in sorted(mails)]
            return np.array(rows, np.int64), ends

        return listed


# --- what occurs


def _routes(world: World) -> Iterator[Condition]:
    for rules in world.desks.values():
        yield from (condition for condition, _ in rules.routes if condition is not None)


def _all_facts(world: World) -> Iterator[tuple[int, str, Value]]:
    return chain.from_iterable(world.facts.values())


def _learn(world: World, people: People, codes: FieldCodes) -> None:
    """Shows every value that can occur to the codes, each once."""
    for path, field in fields_of(people, codes):
        if codes.source_of(path) == path:
            _learn_all(codes, path, [value for _, value in values_in(codes, path, field)])
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
