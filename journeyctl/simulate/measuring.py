"""What measures need to know of a run besides its record: desks and their capacity, caps, head counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final, Literal

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.calendars import BusinessClock, ShiftClock, local_date
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.graph.program import Cap, Program
from journeyctl.results.measures import CapTerms, DeskTerms, MeasuringContext, TeamClocks
from journeyctl.results.measures.context import FINISHED_AFTER
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.costing import cost_terms
from journeyctl.simulate.desk_people import away_on
from journeyctl.simulate.desk_rules import DeskRules, TeamRules
from journeyctl.simulate.field_order import paths_read
from journeyctl.simulate.person import People
from journeyctl.simulate.reach import updated_fields
from journeyctl.simulate.world import Promise, World
from journeyctl.units import SECONDS_PER_DAY

Integers = NDArray[int64]

_NAME: Final = "measuring"
"""Under which a world remembers what all its replications share."""


def context_of(world: World, draws: Draws) -> MeasuringContext:
    """The measuring context of one replication; absences make every replication's capacity its own."""
    known = world.memory.get(_NAME)
    if not isinstance(known, MeasuringContext):
        known = world.memory[_NAME] = _without_capacity(world)
    desks = {
        name: dataclasses.replace(terms, capacity_seconds=_capacity(world, world.desks[name], draws))
        for name, terms in known.desks.items()
    }
    return dataclasses.replace(known, desks=desks)


def _without_capacity(world: World) -> MeasuringContext:
    return MeasuringContext(
        start=world.start,
        end=world.end,
        zone=world.program.zone,
        desks={name: _terms(rules, world.promises.get(name)) for name, rules in sorted(world.desks.items())},
        caps=_shared([_cap_terms(world, cap) for cap in _caps(world)]),
        population=world.known,
        reachable=world.reachable,
        costs=cost_terms(world.costs, world.program, items=world.mailed_items(), came=world.newcomers),
        further_records=_further_records(People.of(world.persons)),
        unmailable=world.unmailable,
        item_lines={name: item.line for name, item in world.program.items.items() if item.line is not None},
        item_levels={name: item.level_name for name, item in world.program.items.items()},
        observed_until=world.drained if world.drained > world.end else None,
    )


def _further_records(people: People) -> dict[str, str]:
    """Every further record of a person, with the first one."""
    first = people.own["duplicate_of"]
    rows = np.flatnonzero(first.where(bool))
    return dict(zip(people.keys.take(rows), first.take(rows), strict=True))


def _terms(rules: DeskRules, promise: Promise | None) -> DeskTerms:
    teams = {
        name: TeamClocks(business=BusinessClock(team.calendar), shift=ShiftClock(team.shift))
        for name, team in rules.teams.items()
    }
    return DeskTerms(
        teams=teams or {"": TeamClocks(business=BusinessClock(rules.calendar))},
        limit=promise.limit if promise is not None else None,
        clock=promise.clock if promise is not None else "wall",
        finished_after=seconds_of(rules.lead.stale) or FINISHED_AFTER,
        meeting_seconds=rules.field_sales.meeting_seconds if rules.field_sales is not None else 0,
    )


def _capacity(world: World, rules: DeskRules, draws: Draws) -> dict[str, int]:
    """Productive seconds of the SDRs that are present, by ISO week."""
    weeks = world.weeks()
    found = np.zeros(len(weeks), np.int64)
    for team in rules.teams.values():
        if team.sdrs:
            length, productive = team.stretch
            found += (_present(world, rules.name, team, draws) * productive // length).sum(axis=0)
    return {week: seconds for (week, _, _), seconds in zip(weeks, found.tolist(), strict=True)}


def _present(world: World, desk: str, team: TeamRules, draws: Draws) -> Integers:
    """Shift seconds for which each SDR of a team is there in each ISO week, shape `(sdrs, weeks)`."""
    week, day, seconds = _shifts(world, desk, team)
    found = np.zeros((team.sdrs, len(world.weeks())), np.int64)
    for sdr, away in enumerate(away_on(team, day, draws, desk=desk)):
        np.add.at(found[sdr], week, np.where(away, 0, seconds))
    return found


def _shifts(world: World, desk: str, team: TeamRules) -> tuple[Integers, Integers, Integers]:
    """The place of the ISO week, the date and the seconds of every shift of the run; the same in all replications."""
    name = f"{_NAME}.shifts.{desk}.{team.name}"
    known = world.memory.get(name)
    if not isinstance(known, np.ndarray):
        zone = team.shift.zone
        shifts = [
            (place, local_date(start, zone).toordinal(), end - start)
            for place, (_, first, after) in enumerate(world.weeks())
            for start, end in team.shift.stretches(max(first, world.start), min(after, world.end))
        ]
        known = world.memory[name] = np.array(shifts, np.int64).reshape(-1, 3).T.copy()
    return known[0], known[1], known[2]


# --- caps


def _caps(world: World) -> Iterator[Cap]:
    """The workspace's caps whose recipients and windows nothing in the run can change, and that count in seconds."""
    program = world.program
    changing = {path for changes in world.facts.values() for _, path, _ in changes} | updated_fields(program)
    country = program.meanings.get("country", "contact.country")
    if len(program.policies) > 1 and country in changing:
        return
    for cap in program.policies[""].caps:
        steady = cap.applies is None or not (cap.applies.is_volatile or cap.applies.reads.paths & changing)
        if steady and not _moves(cap, changing & {country, program.meanings.get("zone")}):
            yield cap


def _moves(cap: Cap, of_place: Set[str | None]) -> bool:
    """Whether the cap's window differs from contact to contact and time to time; `of_place` are fields that change."""
    if cap.window == "rolling":
        return bool(cap.per.months)
    return cap.zone is not None and cap.zone.of_contact and bool(of_place)


def _shared(caps: Sequence[CapTerms]) -> tuple[CapTerms, ...]:
    """The same caps, of which those that hold for the same contacts hold one list of them."""
    lists = {cap.contacts: cap.contacts for cap in reversed(caps)}
    zones: list[Mapping[str, str]] = []
    found = []
    for cap in caps:
        known = next((other for other in zones if other == cap.zones), cap.zones)
        zones.append(known)
        found.append(dataclasses.replace(cap, contacts=lists[cap.contacts], zones=known))
    return tuple(found)


def _cap_terms(world: World, cap: Cap) -> CapTerms:
    program = world.program
    people = People.of(world.persons)
    placed = {program.meanings.get(of, f"contact.{of}") for of in ("country", "zone")}
    read = placed | (set() if cap.applies is None else paths_read(cap.applies, program))
    bound = people.where(people.asked(read, lambda fields: _binds(program, cap, fields)).where(bool))
    zone = program.zone
    zones: dict[str, str] = {}
    if cap.window == "calendar" and cap.zone is not None:
        zone = cap.zone.name or program.zone
        if cap.zone.of_contact:
            fallback = zone
            found = bound.asked(placed, lambda fields: _view(program, fields).zone or fallback)
            zones = dict(zip(bound.keys, found, strict=True))
    return CapTerms(
        name=cap.name, maximum=cap.maximum, channel=cap.channel,
        window="rolling" if cap.window == "rolling" else _period(cap),
        seconds=cap.per.seconds, zone=zone, zones=zones, week_starts=program.week_starts,
        contacts=frozenset(bound.keys),
    )  # fmt: skip


def _period(cap: Cap) -> Literal["day", "week", "month"]:
    if cap.per.months:
        return "month"
    return "week" if cap.per.seconds >= 7 * SECONDS_PER_DAY else "day"


def _view(program: Program, fields: Mapping[str, Value]) -> ContactView:
    return ContactView(program, Contact("", dict(fields), 0))


def _binds(program: Program, cap: Cap, fields: Mapping[str, Value]) -> bool:
    view = _view(program, fields)
    # Countries with policies of their own are held to those, not to the workspace's caps.
    own = program.policies_for(view.country) is program.policies[""]
    return own and (cap.applies is None or cap.applies.holds(view))
