"""A decoded workspace as a program."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from hashlib import blake2b
from typing import Final

from journeyctl.calendars import Calendar, ClosedDates
from journeyctl.diagnostics import Finding, SpecError
from journeyctl.graph.lowering.groups import account_facts, lower_group
from journeyctl.graph.lowering.houses import lower_house
from journeyctl.graph.lowering.policies import lower_policies, lower_scoring
from journeyctl.graph.lowering.values import condition_of
from journeyctl.graph.lowering.verbs import Place, lower_step
from journeyctl.graph.ops import AnyOp, EndOp, OpId
from journeyctl.graph.program import Country, Entry, Exit, Program, Shared, StepGraph
from journeyctl.model.journey import Journey, OnEvent
from journeyctl.model.specification import Workspace
from journeyctl.units import ZERO, Duration

ALL_DONE = "completed"
"""Label of the end that follows a last step without `next`."""
_LATEST: Final[deque[tuple[Workspace, Program]]] = deque(maxlen=8)
"""The workspaces that were lowered last: a scenario and what it is compared with. Neither half can be changed."""
_PLAIN: Final = frozenset({str, int, bool, float, type(None)})


def lower(workspace: Workspace) -> Program:
    """The program of a workspace whose references hold. Raises `SpecError` for conditions that do not parse.

    A command asks for the same workspace again and again, so the latest answers are kept.
    """
    for known, program in _LATEST:
        if known is workspace:
            return program
    program = _lowered(workspace)
    remember(workspace, program)
    return program


def remember(workspace: Workspace, program: Program) -> None:
    """This is the program of this workspace, as another process has found."""
    _LATEST.appendleft((workspace, program))


def _lowered(workspace: Workspace) -> Program:
    journeys = _journeys(workspace)
    zone = workspace.settings.time_zone
    common = _shared(workspace)
    policies = {"": lower_policies(workspace.policies, zone=zone)}
    variants: dict[str, Mapping[str, StepGraph]] = {}
    shared: dict[str, Shared] = {}
    for country, variant in sorted(workspace.variants.items()):
        policies[country] = lower_policies(variant.policies, zone=zone)
        variants[country] = {name: graph for name, graph in _journeys(variant).items() if graph != journeys[name]}
        own = _shared(variant)
        if not _same(own, common):
            shared[country] = own
    program = Program(
        journeys=journeys,
        policies=policies,
        houses=common.houses,
        items={name: item for part in (common, *shared.values(), common) for name, item in part.items.items()},
        scoring=common.scoring,
        audiences=common.audiences,
        defaults=_defaults(workspace),
        countries={code: _country(workspace, code) for code in sorted(workspace.settings.countries)},
        meanings=_meanings(workspace),
        zone=zone,
        locale=workspace.settings.locale,
        calendar=calendar_of(workspace),
        week_starts=workspace.settings.week_starts,
        evaluation_time=workspace.settings.audience_evaluation,
        graph_hash="",
        crm_sync={name: desk.crm_sync.at for name, desk in sorted(workspace.desks.items())},
        variants=variants,
        shared=shared,
        groups={name: lower_group(group) for name, group in sorted(workspace.buying_groups.items())},
        account_evaluation=workspace.settings.account_evaluation,
        account_facts=frozenset(account_facts(workspace)),
    )
    return dataclasses.replace(program, graph_hash=_hash_of(program))


def _shared(workspace: Workspace) -> Shared:
    zone = workspace.settings.time_zone
    houses = {name: lower_house(catalog, zone=zone) for name, catalog in sorted(workspace.catalogs.items())}
    return Shared(
        houses=houses,
        items={name: item for house in houses.values() for name, item in house.items.items()},
        scoring=lower_scoring(workspace.scoring),
        audiences={name: condition_of(audience.when) for name, audience in workspace.audiences.audiences.items()},
    )


def _same(one: Shared, other: Shared) -> bool:
    # Mappings are equal in any order, but the order of a house is the order of offer.
    return one == other and all(list(one.houses[name].items) == list(other.houses[name].items) for name in one.houses)


def _journeys(workspace: Workspace) -> dict[str, StepGraph]:
    problems: list[Finding] = []
    journeys: dict[str, StepGraph] = {}
    for name, journey in sorted(workspace.journeys.items()):
        try:
            journeys[name] = lower_journey(workspace, journey)
        except SpecError as error:
            problems.extend(error.findings)
    if problems:
        raise SpecError(problems)
    return journeys


def lower_journey(workspace: Workspace, journey: Journey) -> StepGraph:
    """One journey as a step graph."""
    ops: dict[OpId, AnyOp] = {}
    for op in _ops_of(workspace, journey):
        ops[op.id] = op
    return StepGraph(
        journey=journey.name, priority=journey.priority, purposes=journey.purpose,
        entry=_entry(workspace, journey),
        exits=tuple(_exit(journey, position) for position in range(len(journey.exits))),
        goal=journey.goal, start=OpId(journey.steps[0].id), ops=ops, status=journey.status,
        removed={step: OpId(target) for step, target in journey.removed.items()}, origin=journey.origin,
    )  # fmt: skip


def _ops_of(workspace: Workspace, journey: Journey) -> Iterator[AnyOp]:
    steps = journey.steps
    finish = OpId(f"{steps[-1].id}/end")
    needs_finish = False
    for position, step in enumerate(steps):
        last = position + 1 == len(steps)
        following = OpId(step.next) if step.next else finish if last else OpId(steps[position + 1].id)
        for op in lower_step(Place(step, following, workspace)):
            needs_finish = needs_finish or (following == finish and not isinstance(op, EndOp))
            yield op
    if needs_finish:
        yield EndOp(id=finish, step=steps[-1].id, origin=steps[-1].origin, label=ALL_DONE)
    for way_out in journey.exits:
        if way_out.end is not None:
            name = f"exit/{way_out.end}"
            yield EndOp(id=OpId(name), step=name, origin=way_out.origin, label=way_out.end)


def _entry(workspace: Workspace, journey: Journey) -> Entry:
    entry = journey.entry
    match entry.again:
        case "never":
            again: Duration | None = None
        case "always":
            again = ZERO
        case after:
            again = after.after
    event = entry.when.event if isinstance(entry.when, OnEvent) else None
    audience = workspace.audiences.audiences[entry.audience]
    return Entry(
        audience=entry.audience, condition=condition_of(audience.when),
        when="event" if isinstance(entry.when, OnEvent) else entry.when, event=event, every=entry.every, again=again,
    )  # fmt: skip


def _exit(journey: Journey, position: int) -> Exit:
    way_out = journey.exits[position]
    target = OpId(f"exit/{way_out.end}") if way_out.end is not None else OpId(way_out.go or "")
    return Exit(
        target=target, label=way_out.end or way_out.go or "", event=way_out.event,
        condition=None if way_out.when is None else condition_of(way_out.when), origin=way_out.origin,
    )  # fmt: skip


def _defaults(workspace: Workspace) -> dict[str, bool | int | float | str]:
    profile = workspace.profile
    found: dict[str, bool | int | float | str] = {}
    for level in ("contact", "clinic", "hospital", "umbrella"):
        for name, field in getattr(profile, level).items():
            if isinstance(field.default, (bool, int, float, str)):
                found[f"{level}.{name}"] = field.default
    return found


def _meanings(workspace: Workspace) -> dict[str, str]:
    profile = workspace.profile
    return {
        field.means: f"{level}.{name}"
        for level in ("contact", "clinic", "hospital", "umbrella")
        for name, field in getattr(profile, level).items()
        if field.means is not None
    }


def calendar_of(workspace: Workspace) -> Calendar:
    """The workspace's own business days and zone."""
    settings = workspace.settings
    closed = ClosedDates(further=frozenset(settings.calendar.closed))
    return Calendar(settings.time_zone, frozenset(settings.calendar.business_days), closed)


def _country(workspace: Workspace, code: str) -> Country:
    settings = workspace.settings
    country = settings.countries[code]
    further = frozenset(country.closed) | frozenset(settings.calendar.closed)
    days = country.business_days if country.business_days is not None else settings.calendar.business_days
    calendar = Calendar(country.zone, frozenset(days), ClosedDates(country.holidays or None, further))
    return Country(code, country.locale, country.zone, calendar)


def _hash_of(program: Program) -> str:
    """BLAKE2b-128 over ops and policies, not over titles, places or the order of files."""
    parts = (
        program.journeys, program.policies, program.houses, program.scoring, program.audiences, program.variants,
        program.shared, program.groups,
    )  # fmt: skip
    return blake2b(repr(_canonical(parts)).encode(), digest_size=16).hexdigest()


def _canonical(value: object) -> object:
    kind = type(value)
    if kind in _PLAIN:
        return value
    names = _compared(kind)  # type: ignore[arg-type]  # classes can be hashed, whatever their values can
    if names is not None:
        return (kind.__name__, [(name, _canonical(getattr(value, name))) for name in names])
    if isinstance(value, Mapping):
        return sorted(((str(key), _canonical(found)) for key, found in value.items()), key=lambda pair: pair[0])
    if isinstance(value, (frozenset, set)):
        return sorted(str(_canonical(found)) for found in value)
    if isinstance(value, (list, tuple)):
        return [_canonical(found) for found in value]
    return value.value if isinstance(value, Enum) else value


@cache
def _compared(kind: type[object]) -> tuple[str, ...] | None:
    """Names of the fields by which values of a dataclass are equal; `None` for other kinds."""
    return tuple(f.name for f in dataclasses.fields(kind) if f.compare) if dataclasses.is_dataclass(kind) else None
