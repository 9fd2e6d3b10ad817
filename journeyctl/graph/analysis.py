"""How the steps of a journey follow each other: what nobody reaches, where nobody gets out, what turns in circles.

Looks at steps as authors write them, not at ops: a ladder is one step however many items its house holds,
and a journey can be looked at while other documents have mistakes. Every function is linear in steps and ways.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from journeyctl.model import steps as written
from journeyctl.model.journey import Journey
from journeyctl.model.values import LEAD_OUTCOMES

END = ""
"""Where a way leads that leaves the journey; no step has this name."""
Ways = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StepFlow:
    """The steps of one journey and every way between them."""

    entries: tuple[str, ...]
    """Where contacts can come in: the first step, the steps that exits lead to, those named under `removed`."""
    ways: Ways
    """For every step, in the order of the file, the steps that can come next, or `END`."""
    exits: tuple[str, ...]
    """Where exits lead at any moment: steps, or `END`."""


def flow_of(journey: Journey) -> StepFlow:
    """The flow of a journey. Ways to steps that do not exist are taken to leave it."""
    names = {step.id for step in journey.steps}
    ways: dict[str, tuple[str, ...]] = {}
    following = following_steps(journey)
    for step in journey.steps:
        targets = _ways(step, following[step.id])
        ways[step.id] = tuple(dict.fromkeys(name if name in names else END for name in targets))
    exits = tuple(way_out.go if way_out.go in names else END for way_out in journey.exits)
    entries = (journey.steps[0].id, *exits, *journey.removed.values())
    return StepFlow(
        entries=tuple(name for name in dict.fromkeys(entries) if name in names),
        ways=ways,
        exits=exits,
    )


def following_steps(journey: Journey) -> dict[str, str]:
    """For every step where it goes on without further words, or `END`."""
    after = [step.id for step in journey.steps[1:]] + [END]
    return {step.id: step.next or name for step, name in zip(journey.steps, after, strict=True)}


def _ways(step: written.Step, following: str) -> list[str]:
    """Every step that can come next; `following` is where the step goes on without further words."""
    verb = step.verb
    skipped = [step.skipped] if step.skipped else []
    match verb:
        case written.Send():
            return [following, *skipped]
        case written.Wait() | written.Update() | written.Activate():
            return [following]
        case written.Listen():
            timeout = [] if "timeout" in verb.outcomes else [following]
            return [*verb.outcomes.values(), *timeout]
        case written.Branch():
            complete = any(isinstance(arm, written.Otherwise) for arm in verb.arms)
            return [arm.go for arm in verb.arms] + ([] if complete else [following])
        case written.Split():
            return [arm.go for arm in verb.arms.values() if arm.go]
        case written.Ladder():
            bottom = [verb.bottom.go] if verb.bottom else []
            return [*bottom, verb.exhausted or following, *([verb.asked] if verb.asked else []), *skipped]
        case written.Handoff():
            awaited = (*LEAD_OUTCOMES, "not_ready") if verb.buying_group else LEAD_OUTCOMES
            complete = all(outcome in verb.outcomes for outcome in awaited)
            return [*verb.outcomes.values(), *([] if complete else [following])]
        case written.Enter():
            return [*verb.outcomes.values(), verb.then or following]
        case written.End():
            return [END]
        case _:
            assert_never(verb)


def reached(ways: Ways, start: Iterable[str], *, without: Container[str] = ()) -> set[str]:
    """Every step that can be come to from some steps, these included; `END` too, if it can.

    Nothing goes through the steps of `without`.
    """
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        step = waiting.pop()
        if step not in found and step not in without:
            found.add(step)
            waiting.extend(ways.get(step, ()))
    return found


def unreachable(flow: StepFlow) -> tuple[tuple[str, ...], ...]:
    """Steps to which no way leads, grouped by cause: the first of each group is what nothing leads to.

    The others of a group come after it and are unreachable only for that reason. Groups and their members
    stand in the order of the file; a step after several causes is in the first group alone.
    """
    known = reached(flow.ways, flow.entries)
    if known.issuperset(flow.ways):
        return ()
    lost = {
        step: tuple(way for way in ways if way != END and way not in known)
        for step, ways in flow.ways.items()
        if step not in known
    }
    circle_of = {step: number for number, circle in enumerate(_circles(lost)) for step in circle}
    led_to = {circle_of[way] for step, ways in lost.items() for way in ways if circle_of[way] != circle_of[step]}
    position = _positions(flow.ways)
    groups: list[tuple[str, ...]] = []
    told: set[str] = set()
    for step in lost:
        if step in told or circle_of[step] in led_to:
            continue
        behind = reached(lost, [step], without=told)
        groups.append((step, *sorted(behind - {step}, key=position.__getitem__)))
        told.update(groups[-1])
    return tuple(groups)


def traps(flow: StepFlow) -> tuple[tuple[str, ...], ...]:
    """Groups of steps that contacts come to and never leave: from none of them an end can be reached.

    Only the innermost groups are named, those that no way leaves; what leads into them is not at fault.
    There is no trap where an exit leads out: it can take the contact away at any moment.
    """
    back = _reversed(flow.ways)
    ending = reached(back, [END])
    if any(target in ending for target in flow.exits):
        return ()
    present = reached(flow.ways, flow.entries) - ending
    if not present:
        return ()
    position = _positions(flow.ways)
    found: list[tuple[str, ...]] = []
    for circle in _circles({step: flow.ways[step] for step in flow.ways if step in present}):
        members = set(circle)
        if all(way in members for step in circle for way in flow.ways[step]):
            found.append(tuple(sorted(circle, key=position.__getitem__)))
    return tuple(sorted(found, key=lambda group: position[group[0]]))


def circles(ways: Ways) -> tuple[tuple[str, ...], ...]:
    """A shortest circle for every group of steps that can all reach each other.

    Circles begin with their first step in the file and stand in its order. Ways to steps outside `ways` are ignored.
    """
    position = _positions(ways)
    found: list[tuple[str, ...]] = []
    for group in _turning(ways):
        first = min(group, key=position.__getitem__)
        found.append(_way_round(first, {step: ways[step] for step in group}))
    return tuple(sorted(found, key=lambda circle: position[circle[0]]))


def steps_in_circles(ways: Ways) -> set[str]:
    """Every step that can come round to itself."""
    return {step for group in _turning(ways) for step in group}


def _turning(ways: Ways) -> Iterator[list[str]]:
    """Groups of steps that can all reach each other and themselves."""
    return (group for group in _circles(ways) if len(group) > 1 or group[0] in ways[group[0]])


def _positions(ways: Ways) -> dict[str, int]:
    """Where each step stands in the file."""
    return {step: number for number, step in enumerate(ways)}


def _reversed(ways: Ways) -> dict[str, tuple[str, ...]]:
    back: dict[str, list[str]] = {}
    for step, targets in ways.items():
        for target in targets:
            back.setdefault(target, []).append(step)
    return {step: tuple(sources) for step, sources in back.items()}


def _way_round(first: str, ways: Ways) -> tuple[str, ...]:
    """The shortest way from a step back to itself; `ways` hold a circle through it."""
    before: dict[str, str] = {}
    waiting = deque([first])
    while first not in before:
        step = waiting.popleft()
        for way in ways[step]:
            if way in ways and way not in before:
                before[way] = step
                waiting.append(way)
    circle = [before[first]]
    while circle[-1] != first:
        circle.append(before[circle[-1]])
    return tuple(reversed(circle))


def _circles(ways: Ways) -> list[list[str]]:
    """Groups of steps that can all reach each other; a step in no circle is a group of its own.

    Tarjan's algorithm with a stack of its own, so that ten thousand steps in a row cost no recursion.
    Ways to steps outside `ways` are ignored.
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_steps: dict[str, None] = {}
    groups: list[list[str]] = []
    for root in ways:
        if root in number:
            continue
        path = [(root, iter(ways[root]))]
        number[root] = lowest[root] = len(number)
        open_steps[root] = None
        while path:
            step, rest = path[-1]
            way = next((way for way in rest if way in ways and (way not in number or way in open_steps)), None)
            if way is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[step])
                if lowest[step] == number[step]:
                    groups.append(_closed(open_steps, step))
            elif way in number:
                lowest[step] = min(lowest[step], number[way])
            else:
                number[way] = lowest[way] = len(number)
                open_steps[way] = None
                path.append((way, iter(ways[way])))
    return groups


def _closed(open_steps: dict[str, None], first: str) -> list[str]:
    """Takes the steps that were opened since `first`, and itself, off the open ones."""
    group: list[str] = []
    while not group or group[-1] != first:
        group.append(open_steps.popitem()[0])
    return group
