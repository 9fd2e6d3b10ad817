"""One replication of one variant of a scenario: from documents to a finished run."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from journeyctl.behaviour.response import ResponseModel
from journeyctl.calendars import to_utc
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.graph.house import House, Item
from journeyctl.graph.lowering import lower
from journeyctl.graph.ops import EnterOp, HandoffOp
from journeyctl.graph.program import Program
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.semantics.turn import Launch
from journeyctl.simulate import engines
from journeyctl.simulate.contact_file import at_known_accounts
from journeyctl.simulate.costing import Newcomers
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.facts import Facts, facts_by_contact
from journeyctl.simulate.finished import Finished
from journeyctl.simulate.funnel import reachable
from journeyctl.simulate.group_scope import GroupScope, membership
from journeyctl.simulate.inflow import inflow_of
from journeyctl.simulate.mailability import unmailable
from journeyctl.simulate.matched_audiences import MatchedAudiences
from journeyctl.simulate.other_mail import ScenarioMail
from journeyctl.simulate.person import NOBODY, People, together
from journeyctl.simulate.population import drawing_of, journeys_of, people_of, population_draws, run_window
from journeyctl.simulate.reach import reach
from journeyctl.simulate.thinning import KEY, thinned, with_keys
from journeyctl.simulate.world import Promise, World
from journeyctl.units import SECONDS_PER_DAY, Duration

_LATEST: Final[deque[tuple[tuple[object, ...], People, Mapping[str, Mapping[str, int]]]]] = deque(maxlen=2)
"""What drawn people depended on, and who they were. Nothing of it can be changed."""


def run(world: World, draws: Draws, *, engine: str = engines.POPULATION) -> Finished:
    """One replication, which `draws` names; see `engines` for what may run it."""
    return engines.run(world, draws, engine=engine)


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
    everybody, visitors = _everybody(workspace, found, program, draws)
    reaches = reach(program, journeys, changing=facts.paths)
    reached = reaches.of(everybody).where(bool)
    persons = everybody.where(reached)
    if share is not None:
        persons = persons.with_keys(KEY)
    behaviour = workspace.behaviours[found.behaviour]
    scope = GroupScope.of(program, journeys)
    desks = desks_of(workspace, found, program, journeys, scope=scope)
    belongs = membership(program, scope, changing=facts.paths, journeys=journeys)
    bystanders = everybody.where(~reached & belongs.of(everybody).where(bool)) if scope.groups else NOBODY
    model = ResponseModel(behaviour, program)
    matched = scope.groups and found.activation
    audiences = MatchedAudiences(
        program, model, facts, cache(lambda source: drawing_of(workspace, found, program, draws, source=source)),
        activation=found.activation, clinics=everybody.clinics(),
        people=population_draws(found, draws), enters=reaches,
        adorned=lambda p: p if share is None else dataclasses.replace(p, fields=with_keys(p.fields, p.key)),
    ) if matched else None  # fmt: skip
    return World(
        program=program, model=model, persons=persons, start=start, end=end,
        drained=end if found.drain is None else program.calendar.add(end, found.drain), journeys=journeys,
        launches=launches_of(found, program, start), desks=desks,
        promises={name: Promise.of(workspace.desks[name]) for name in desks},
        known=len(everybody), everybody=everybody.keys,
        reachable=int(reachable(everybody, program).sum()),
        unmailable=unmailable(everybody, program), costs=found.costs, newcomers=Newcomers.of(visitors, everybody),
        desk_inflow=found.desk_inflow, stages=behaviour.stages,
        facts=facts_by_contact(facts, together((persons, bystanders))), other_mail=ScenarioMail(found, program),
        scope=scope, belongs=belongs, bystanders=bystanders, matched_audiences=audiences,
        platforms=frozenset(found.activation),
    )  # fmt: skip


def scenario_of(workspace: Workspace, name: str) -> Scenario:
    """A scenario by name. Raises `UsageError` naming those that exist."""
    found = workspace.scenarios.get(name)
    if found is None:
        known = ", ".join(sorted(workspace.scenarios)) or "none"
        raise UsageError(f"there is no scenario '{name}'", f"scenarios of this workspace: {known}")
    return found


def _everybody(
    workspace: Workspace, scenario: Scenario, program: Program, draws: Draws
) -> tuple[People, Mapping[str, Mapping[str, int]]]:
    """Everybody known in the run, and how many came by each source and week, known or not.

    What a scenario is compared with mostly has the same people, so the latest are kept.
    """
    if scenario.population.contacts is not None:
        known, tree = people_of(workspace, scenario, program, draws)
        came = inflow_of(workspace, scenario, program, draws, tree=tree)
        arrivals = People.of(at_known_accounts(came.persons, known)) if came.persons else came.persons
        return together((known, arrivals)), came.visitors
    origins = _origins(workspace, scenario, program, draws)
    for before, everybody, visitors in _LATEST:
        if before == origins:
            return everybody, visitors
    known, tree = people_of(workspace, scenario, program, draws)
    came = inflow_of(workspace, scenario, program, draws, tree=tree)
    _LATEST.appendleft((origins, together((known, came.persons)), came.visitors))
    return _LATEST[0][1:]


def _origins(workspace: Workspace, scenario: Scenario, program: Program, draws: Draws) -> tuple[object, ...]:
    """All that drawn people, at the start and later, depend on."""
    consents = {name: found.policies.consent for name, found in (("", workspace), *workspace.variants.items())}
    audiences = {country: program.audiences_for(country) for country in ("", *program.shared)}
    return (
        population_draws(scenario, draws), scenario.population, scenario.quality, scenario.inflow,
        run_window(scenario, program), workspace.profile, consents, audiences, program.defaults, program.meanings,
        program.zone, program.calendar,
    )  # fmt: skip


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

    def launched(items: Mapping[str, Item]) -> dict[str, Item]:
        return {
            name: dataclasses.replace(item, available_from=days[name]) if name in days else item
            for name, item in items.items()
        }

    def restocked(houses: Mapping[str, House]) -> dict[str, House]:
        return {name: dataclasses.replace(house, items=launched(house.items)) for name, house in houses.items()}

    shared = {
        country: dataclasses.replace(own, items=launched(own.items), houses=restocked(own.houses))
        for country, own in program.shared.items()
    }
    return dataclasses.replace(program, items=launched(program.items), houses=restocked(program.houses), shared=shared)


# --- desks


def desks_of(
    workspace: Workspace,
    scenario: Scenario,
    program: Program,
    journeys: Sequence[str],
    *,
    scope: GroupScope | None = None,
) -> Mapping[str, DeskRules]:
    """Rules of every desk to which the journeys, or leads from elsewhere, come; `scope` is the journeys' own."""
    own = GroupScope.of(program, journeys) if scope is None else scope
    names = set(_desk_names(program, journeys, own)) | {
        source.desk for source in scenario.desk_inflow.sources.values() if source.desk is not None
    }
    return {
        name: DeskRules.of(
            workspace.desks[name], zone=program.zone, calendar=program.calendar, week_starts=program.week_starts
        )
        for name in sorted(names)
    }


def _desk_names(program: Program, journeys: Sequence[str], scope: GroupScope) -> Iterator[str]:
    seen: set[str] = set()
    left = list(journeys)
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        for op in (op for graph in program.forms_of(name) for op in graph.ops.values()):
            if isinstance(op, HandoffOp) and op.desk:
                yield op.desk
            elif isinstance(op, EnterOp):
                left.append(op.journey)
    for name in scope.groups:
        ready = program.groups[name].ready
        if ready is not None:
            yield ready.desk
