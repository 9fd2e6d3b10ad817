"""Where the exact chain applies: what a scenario must not have, each said with the value that stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.behaviour.coefficients import Coefficients
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    EnterOp,
    HandoffOp,
    ListenOp,
    OfferOp,
    OpId,
    SendOp,
    conditions_of,
    successors,
)
from journeyctl.graph.program import Program, StepGraph
from journeyctl.simulate.world import World

_ZERO = {
    "fatigue": "recent mail tires contacts",
    "unsubscribe_fatigue": "recent mail makes contacts opt out",
    "stage_up": "contacts move from stage to stage",
    "stage_decay": "contacts fall back from stage to stage",
    "prefetching": "mail programs open by themselves",
    "scanning": "gateways open and click",
    "unsolicited_visits_early": "contacts visit without a mail",
    "unsolicited_visits_late": "contacts visit without a mail",
    "open_delay_sigma": "times to the open are spread",
    "click_delay_sigma": "times to the click are spread",
    "request_delay_sigma": "times to the request are spread",
}
"""Parameters of the behaviour document that the chain needs to be zero, and what they do otherwise."""
_EVENTS = ("unsubscribed", "bounced", "sales_request", "opened", "clicked", "consent_lost")
"""Exits whose chance the chain knows."""


def obstacles(world: World) -> tuple[str, ...]:
    """Every reason why the scenario has no exact chain; none where it has one."""
    return tuple(dict.fromkeys((*_of_behaviour(world), *_of_scenario(world), *_of_journeys(world))))


def _of_behaviour(world: World) -> Iterator[str]:
    coefficients: Coefficients = world.model.coefficients
    for name, meaning in _ZERO.items():
        if getattr(coefficients, name):
            yield f"the behaviour's '{name}' is not 0: {meaning}"
    if world.model.has_weekday_effect:
        yield "the behaviour's 'weekdays' are not all 0: the day of a mail matters"


def _of_scenario(world: World) -> Iterator[str]:
    if len(world.journeys) != 1:
        yield f"{len(world.journeys)} journeys run, and the chain follows one"
    if any(world.facts.values()):
        yield "the scenario has 'facts': fields of contacts change during the run"
    if any(person.at > world.start for person in world.persons):
        yield "the scenario has 'inflow': contacts become known during the run"
    policies = world.program.policies.values()
    if any(found.caps for found in policies):
        yield "the policies have caps: other mail can hold a send back"
    if any(found.holdout for found in policies):
        yield "the policies hold contacts out"
    for found in policies:
        for suppression in found.suppressions:
            yield from _of_condition(world.program, suppression.condition, f"the suppression '{suppression.name}'")


def _of_journeys(world: World) -> Iterator[str]:
    for name in world.journeys:
        for graph in world.program.forms_of(name):
            yield from _of_journey(world.program, graph)


def _of_journey(program: Program, graph: StepGraph) -> Iterator[str]:
    place = f"the journey '{graph.journey}'"
    if graph.entry.again is not None:
        yield f"{place} lets contacts come again"
    if _has_circle(graph):
        yield f"{place} goes in a circle"
    yield from _of_condition(program, graph.entry.condition, f"the audience of {place}")
    for way_out in graph.exits:
        if way_out.event is not None and way_out.event not in _EVENTS:
            yield f"{place} has an exit on '{way_out.event}', whose chance the chain does not know"
        if way_out.condition is not None:
            yield from _of_condition(program, way_out.condition, f"an exit of {place}")
    for op in graph.ops.values():
        where = f"step '{op.step}' of {place}"
        for condition in conditions_of(op):
            yield from _of_condition(program, condition, where)
        yield from _of_op(graph, op, where)


def _of_op(graph: StepGraph, op: AnyOp, where: str) -> Iterator[str]:
    match op:
        case EnterOp() | ActivateOp():
            yield f"{where} involves more than this journey"
        case HandoffOp() if _sends_after(graph, op):
            yield f"after {where} mails depend on the desk's outcome"
        case OfferOp() if op.repeat is not None:
            yield f"{where} repeats items after a time"
        case SendOp() if op.expire is not None:
            yield f"{where} expires"
        case _:
            """Its chances are known."""


def _of_condition(program: Program, condition: Condition, where: str) -> Iterator[str]:
    found = condition.reads
    if found.uses_time:
        yield f"{where} reads the time (`{condition.text}`)"
    if found.history:
        yield f"{where} reads the contact's history (`{condition.text}`)"
    if found.groups:
        yield f"{where} reads a buying group (`{condition.text}`)"
    moving = sorted({"score", "fit", "lead.open", "lead.outcome", "lead.reason", "lead.age"} & found.paths)
    if moving:
        yield f"{where} reads '{moving[0]}' (`{condition.text}`)"
    for name in sorted(found.audiences):
        yield from _of_condition(program, program.audiences[name], where)


def _has_circle(graph: StepGraph) -> bool:
    """Whether an op can come back to itself; offers of a ladder may, since each item is offered once."""
    colour: dict[OpId, int] = {}
    stack: list[tuple[OpId, int]] = [(graph.start, 0)]
    while stack:
        name, place = stack.pop()
        colour[name] = 1
        following = [] if isinstance(graph.ops[name], OfferOp) else list(successors(graph.ops[name]))
        if place == len(following):
            colour[name] = 2
            continue
        stack.append((name, place + 1))
        target = following[place]
        if colour.get(target) == 1:
            return True
        if target not in colour:
            stack.append((target, 0))
    return _ladder_returns(graph)


def _ladder_returns(graph: StepGraph) -> bool:
    """Whether a way out of a ladder leads back into it."""
    for op in graph.ops.values():
        if not isinstance(op, OfferOp):
            continue
        outside = [op.exhausted, *([op.asked] if op.asked else [])]
        for name in graph.ops:
            other = graph.ops[name]
            if isinstance(other, ListenOp) and other.ladder == op.ladder:
                outside += [way for way in other.outcomes.values() if graph.ops[way].step != op.step]
        if op.id in _reached(graph, outside):
            return True
    return False


def _reached(graph: StepGraph, starts: list[OpId]) -> set[OpId]:
    seen: set[OpId] = set()
    left = list(starts)
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left.extend(successors(graph.ops[name]))
    return seen


def _sends_after(graph: StepGraph, op: HandoffOp) -> bool:
    return any(isinstance(graph.ops[name], SendOp) for name in _reached(graph, list(op.outcomes.values())))
