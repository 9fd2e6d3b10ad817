"""What measures need to know of a run besides its record: desks and their capacity, caps, head counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from journeyctl.calendars import BusinessClock, ShiftClock, iso_weeks
from journeyctl.draws import DrawSource
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.graph.program import Cap, Program
from journeyctl.results.measures import CapTerms, DeskTerms, MeasuringContext, TeamClocks
from journeyctl.results.measures.context import FINISHED_AFTER
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.desk_people import Worker
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.people import Person
from journeyctl.simulate.world import Promise, World
from journeyctl.units import SECONDS_PER_DAY


def context_of(world: World, draws: DrawSource) -> MeasuringContext:
    """The measuring context of one replication; absences make every replication's capacity its own."""
    return MeasuringContext(
        start=world.start,
        end=world.end,
        zone=world.program.zone,
        desks={
            name: _terms(world, rules, world.promises.get(name), draws) for name, rules in sorted(world.desks.items())
        },
        caps=tuple(_cap_terms(world, cap) for cap in _caps(world)),
        population=world.known,
        consented=world.consented,
        observed_until=world.drained if world.drained > world.end else None,
    )


def _terms(world: World, rules: DeskRules, promise: Promise | None, draws: DrawSource) -> DeskTerms:
    teams = {
        name: TeamClocks(business=BusinessClock(team.calendar), shift=ShiftClock(team.shift))
        for name, team in rules.teams.items()
    }
    return DeskTerms(
        teams=teams or {"": TeamClocks(business=BusinessClock(rules.calendar))},
        limit=promise.limit if promise is not None else None,
        clock=promise.clock if promise is not None else "wall",
        capacity_seconds=_capacity(world, rules, draws),
        finished_after=seconds_of(rules.lead.stale) or FINISHED_AFTER,
    )


def _capacity(world: World, rules: DeskRules, draws: DrawSource) -> dict[str, int]:
    """Productive seconds of the SDRs that are present, by ISO week."""
    workers = [
        Worker(team, ordinal, draws, desk=rules.name)
        for team in rules.teams.values()
        for ordinal in range(1, team.sdrs + 1)
    ]
    found: dict[str, int] = {}
    for week, first, after in iso_weeks(world.start, world.end, world.program.zone):
        start, end = max(first, world.start), min(after, world.end)
        found[week] = sum(_productive(worker, start, end) for worker in workers)
    return found


def _productive(worker: Worker, start: int, end: int) -> int:
    length, productive = worker.team.stretch
    return worker.present_seconds(start, end) * productive // length


# --- caps


def _caps(world: World) -> Iterator[Cap]:
    """The workspace's caps whose recipients nothing in the run can change."""
    changing = {path for changes in world.facts.values() for _, path, _ in changes}
    for cap in world.program.policies[""].caps:
        if cap.applies is None or not (cap.applies.is_volatile or cap.applies.reads.paths & changing):
            yield cap


def _cap_terms(world: World, cap: Cap) -> CapTerms:
    program = world.program
    bound = frozenset(person.key for person in world.persons if _binds(program, cap, person))
    zone = program.zone
    zones: dict[str, str] = {}
    if cap.window == "calendar" and cap.zone is not None:
        zone = cap.zone.name or program.zone
        if cap.zone.of_contact:
            zones = {person.key: _view(program, person).zone or zone for person in world.persons if person.key in bound}
    return CapTerms(
        name=cap.name, maximum=cap.maximum, channel=cap.channel,
        window="rolling" if cap.window == "rolling" else _period(cap),
        seconds=cap.per.seconds, zone=zone, zones=zones, week_starts=program.week_starts, contacts=bound,
    )  # fmt: skip


def _period(cap: Cap) -> Literal["day", "week", "month"]:
    if cap.per.months:
        return "month"
    return "week" if cap.per.seconds >= 7 * SECONDS_PER_DAY else "day"


def _view(program: Program, person: Person) -> ContactView:
    return ContactView(program, Contact(person.key, dict(person.fields), person.at))


def _binds(program: Program, cap: Cap, person: Person) -> bool:
    view = _view(program, person)
    # Countries with policies of their own are held to those, not to the workspace's caps.
    own = program.policies_for(view.country) is program.policies[""]
    return own and (cap.applies is None or cap.applies.holds(view))
