"""One replication of one variant of a scenario: from documents to a finished run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from journeyctl.behaviour.response import ResponseModel
from journeyctl.calendars import to_utc
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.graph.lowering import lower
from journeyctl.graph.ops import EnterOp, HandoffOp
from journeyctl.graph.program import Program
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.semantics.turn import Launch
from journeyctl.simulate import reference
from journeyctl.simulate.account_tree import account_tree
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.facts import Facts, facts_of
from journeyctl.simulate.funnel import is_reachable
from journeyctl.simulate.inflow import inflow_of
from journeyctl.simulate.other_mail import OtherMailPlan
from journeyctl.simulate.people import Person, refuse_files
from journeyctl.simulate.population import drawing_of, journeys_of, population_draws, run_window
from journeyctl.simulate.reach import reach
from journeyctl.simulate.thinning import thinned, with_keys
from journeyctl.simulate.world import OtherMails, Promise, World
from journeyctl.units import SECONDS_PER_DAY, Duration

_LEVELS = ("umbrella", "hospital", "clinic", "contact")


def run(world: World, draws: Draws) -> reference.Finished:
    """One replication, which `draws` names."""
    return reference.simulate(world, draws)


def world_of(workspace: Workspace, scenario: str, draws: Draws, *, share: int | None = None) -> World:
    """Makes a scenario ready to run. `share` (threshold in 2^-53) thins its sends; `None` leaves them all.

    `draws` need no replication unless the scenario draws new people for each. Raises `UsageError` for a
    scenario that does not exist or cannot be simulated, `SpecError` for conditions or fields that fail.
    """
    found = scenario_of(workspace, scenario)
    lowered = with_item_launches(lower(workspace), found)
    program = lowered if share is None else thinned(lowered, share, draws)
    journeys = journeys_of(found, program)
    start, end = run_window(found, program)
    facts = Facts(workspace, found, program, draws)
    everybody = _everybody(workspace, found, program, draws)
    reaches = reach(program, journeys, changing=facts.paths)
    persons = tuple(person for person in everybody if reaches(person.fields))
    if share is not None:
        persons = tuple(dataclasses.replace(p, fields=with_keys(p.fields, p.key)) for p in persons)
    behaviour = workspace.behaviours[found.behaviour]

    def other_mail(drawn: Draws, contacts: Sequence[str], zones: Sequence[str]) -> OtherMails:
        return OtherMailPlan.of(found, program, drawn).of_contacts(contacts, zones)

    desks = desks_of(workspace, found, program, journeys)
    return World(
        program=program, model=ResponseModel(behaviour, program), persons=persons, start=start, end=end,
        drained=end if found.drain is None else program.calendar.add(end, found.drain), journeys=journeys,
        launches=launches_of(found, program, start), desks=desks,
        promises={name: Promise.of(workspace.desks[name]) for name in desks},
        known=len(everybody), consented=sum(is_reachable(person, program) for person in everybody),
        desk_inflow=found.desk_inflow, stages=behaviour.stages, facts=_facts_by_contact(facts, persons),
        other_mail=other_mail,
    )  # fmt: skip


def scenario_of(workspace: Workspace, name: str) -> Scenario:
    """A scenario by name. Raises `UsageError` naming those that exist."""
    found = workspace.scenarios.get(name)
    if found is None:
        known = ", ".join(sorted(workspace.scenarios)) or "none"
        raise UsageError(f"there is no scenario '{name}'", f"scenarios of this workspace: {known}")
    return found


def _everybody(workspace: Workspace, scenario: Scenario, program: Program, draws: Draws) -> tuple[Person, ...]:
    refuse_files(scenario.population.contacts)
    accounts = scenario.population.accounts
    if accounts is None:
        raise UsageError(f"the scenario '{scenario.name}' has no population", "give it 'population.accounts'")
    tree = account_tree(accounts, population_draws(scenario, draws))
    known = drawing_of(workspace, scenario, program, draws).people(tree)
    return known + inflow_of(workspace, scenario, program, draws, tree=tree).persons


# --- launches


def launches_of(scenario: Scenario, program: Program, start: int) -> Mapping[str, Launch]:
    """When journeys begin to take contacts, not before the run does; ramps in business days."""
    found: dict[str, Launch] = {}
    for name, launch in sorted(scenario.launches.items()):
        if name in program.journeys:
            at = max(start, to_utc(launch.on, 0, program.zone))
            found[name] = Launch(at, _ramp_days(launch.ramp, program, at))
    return found


def _ramp_days(ramp: Duration | None, program: Program, at: int) -> int:
    if ramp is None:
        return 1
    if ramp.business_days:
        return ramp.business_days
    seconds = program.calendar.business_seconds(at, program.calendar.add(at, ramp))
    return max(1, seconds // SECONDS_PER_DAY)


def with_item_launches(program: Program, scenario: Scenario) -> Program:
    """The program with items that the scenario launches on sale from that day."""
    days = {
        name: to_utc(launch.on, 0, program.zone) for name, launch in scenario.launches.items() if name in program.items
    }
    if not days:
        return program
    items = {
        name: dataclasses.replace(item, available_from=days[name]) if name in days else item
        for name, item in program.items.items()
    }
    houses = {
        name: dataclasses.replace(house, items={known: items[known] for known in house.items})
        for name, house in program.houses.items()
    }
    return dataclasses.replace(program, items=items, houses=houses)


# --- desks


def desks_of(
    workspace: Workspace, scenario: Scenario, program: Program, journeys: Sequence[str]
) -> Mapping[str, DeskRules]:
    """Rules of every desk to which the journeys, or leads from elsewhere, come."""
    names = set(_desk_names(program, journeys)) | {
        source.desk for source in scenario.desk_inflow.sources.values() if source.desk is not None
    }
    return {
        name: DeskRules.of(
            workspace.desks[name], zone=program.zone, calendar=program.calendar, week_starts=program.week_starts
        )
        for name in sorted(names)
    }


def _desk_names(program: Program, journeys: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    left = list(journeys)
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        for op in program.journeys[name].ops.values():
            if isinstance(op, HandoffOp):
                yield op.desk
            elif isinstance(op, EnterOp):
                left.append(op.journey)


# --- facts


def _facts_by_contact(facts: Facts, persons: Sequence[Person]) -> Mapping[str, Sequence[tuple[int, str, Value]]]:
    """What happens to each contact and to its accounts, in order of time and path."""
    by_level = {level: _facts_of_level(facts, persons, level) for level in _LEVELS}
    found: dict[str, Sequence[tuple[int, str, Value]]] = {}
    for person in persons:
        own = [by_level[level].get(_entity(person, level), ()) for level in _LEVELS]
        changes = [change for part in own for change in part]
        if changes:
            found[person.key] = sorted(changes, key=lambda change: (change[0], change[1]))
    return found


def _facts_of_level(
    facts: Facts, persons: Sequence[Person], level: str
) -> Mapping[str, Sequence[tuple[int, str, Value]]]:
    fields: dict[str, Mapping[str, Value]] = {}
    for person in persons:
        name = _entity(person, level)
        if name not in fields:
            fields[name] = {path: value for path, value in person.fields.items() if path.startswith(f"{level}.")}
    return facts_of(facts, tuple(fields), level, tuple(fields.values()))


def _entity(person: Person, level: str) -> str:
    match level:
        case "umbrella":
            return person.umbrella
        case "hospital":
            return person.hospital
        case "clinic":
            return person.clinic
        case _:
            return person.key
