"""What nobody reaches, where nobody gets out, what turns in circles."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import journeyctl
from journeyctl.graph.analysis import END, StepFlow, circles, flow_of, reached, traps, unreachable
from journeyctl.graph.lowering import lower_journey
from journeyctl.graph.ops import EndOp, successors
from journeyctl.graph.program import StepGraph
from journeyctl.spec import load

ROOT = Path(journeyctl.__file__).parents[1]


def flow(text: str, *, entries: str = "", exits: str = "") -> StepFlow:
    """`a>b. b>` for steps of one letter; `.` among the targets is the end."""
    ways = {part[0]: tuple(END if way == "." else way for way in part[2:]) for part in text.split()}
    return StepFlow(
        entries=tuple(entries) or (next(iter(ways)),),
        ways=ways,
        exits=tuple(END if way == "." else way for way in exits),
    )


@pytest.mark.parametrize(
    ("steps", "groups"),
    [
        (flow("a>b b>."), ()),
        (flow("a>. b>c c>."), ("bc",)),
        (flow("a>. b>. c>."), ("b", "c")),
        (flow("a>. b>d c>d d>."), ("bd", "c")),
        (flow("a>. b>c c>b"), ("bc",)),
        (flow("a>. b>c c>bd d>."), ("bcd",)),
        (flow("a>. d>. b>cd c>b"), ("bdc",)),
        (flow("a>. b>.", entries="ab"), ()),
        (flow("a>. b>b"), ("b",)),
    ],
)
def test_lost_steps_are_grouped_by_the_step_that_nothing_leads_to(steps: StepFlow, groups: tuple[str, ...]) -> None:
    assert unreachable(steps) == tuple(map(tuple, groups))


@pytest.mark.parametrize(
    ("steps", "groups"),
    [
        (flow("a>b b>."), ()),
        (flow("a>b b>a"), ("ab",)),
        (flow("a>b b>a", exits="."), ()),
        (flow("a>b b>a", exits="b"), ("ab",)),
        (flow("a>b b>a c>.", entries="ac", exits="c"), ()),
        (flow("a>b. b>b"), ("b",)),
        (flow("a>bc b>b c>c"), ("b", "c")),
        (flow("a>b b>"), ("b",)),
        (flow("a>. b>b"), ()),
        (flow("a>b b>ac c>d d>c"), ("cd",)),
    ],
)
def test_a_trap_is_an_innermost_group_that_no_way_and_no_exit_leaves(steps: StepFlow, groups: tuple[str, ...]) -> None:
    assert traps(steps) == tuple(map(tuple, groups))


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (flow("a>b b>a"), ("ab",)),
        (flow("a>b"), ()),
        (flow("a>a"), ("a",)),
        (flow("a>b b>c c>ab"), ("abc",)),
        (flow("a>b b>cd c>a d>b"), ("abc",)),
        (flow("a>bc b>c c>a"), ("ac",)),
        (flow("a>b b>a. c>d d>c"), ("ab", "cd")),
        (flow("a>bc c>a"), ("ac",)),
        (flow("a>b b>."), ()),
    ],
)
def test_a_circle_is_shortest_and_begins_where_the_file_does(steps: StepFlow, found: tuple[str, ...]) -> None:
    assert circles(steps.ways) == tuple(map(tuple, found))


@st.composite
def flows(draw: st.DrawFn) -> StepFlow:
    """Flows of up to nine steps with any ways between them."""
    names = "abcdefghi"[: draw(st.integers(1, 9))]
    target = st.sampled_from([*names, END])
    ways = {name: tuple(dict.fromkeys(draw(st.lists(target, max_size=3)))) for name in names}
    return StepFlow(
        entries=tuple(dict.fromkeys([names[0], *draw(st.lists(st.sampled_from(names), max_size=2))])),
        ways=ways,
        exits=tuple(draw(st.lists(target, max_size=2))),
    )


@given(flows())
def test_the_groups_of_lost_steps_hold_each_lost_step_once(steps: StepFlow) -> None:
    lost = set(steps.ways) - reached(steps.ways, steps.entries)
    told = [step for group in unreachable(steps) for step in group]
    assert sorted(told) == sorted(lost)
    for first, *_ in unreachable(steps):
        sources = {step for step, ways in steps.ways.items() if first in ways}
        assert sources <= reached(steps.ways, [first])


@given(flows())
def test_from_a_trap_no_end_can_be_reached_and_without_one_every_step_can_end(steps: StepFlow) -> None:
    found = traps(steps)
    for trap in found:
        assert reached(steps.ways, trap) == set(trap)
    if not found and not any(END in reached(steps.ways, [way]) for way in steps.exits):
        present = reached(steps.ways, steps.entries) - {END}
        assert all(END in reached(steps.ways, [step]) for step in present)


@given(flows(), st.frozensets(st.sampled_from("abcdefghi"), max_size=3))
def test_circles_exist_exactly_where_a_step_can_come_round_to_itself(steps: StepFlow, pauses: frozenset[str]) -> None:
    free = {step: ways for step, ways in steps.ways.items() if step not in pauses}
    turning = {step for step in free if step in reached(free, free[step], without=pauses)}
    found = circles(free)
    assert bool(found) == bool(turning)
    for circle in found:
        for step, way in zip(circle, (*circle[1:], circle[0]), strict=True):
            assert way in steps.ways[step]
            assert step not in pauses


def test_ten_thousand_steps_in_a_row_are_no_matter() -> None:
    ways = {str(number): (str(number + 1),) for number in range(10_000)}
    row = StepFlow(("0",), {**ways, "10000": (END,)}, ())
    ring = StepFlow(("0",), {**ways, "10000": ("0",)}, ())
    assert (unreachable(row), traps(row), circles(row.ways)) == ((), (), ())
    assert len(traps(ring)[0]) == len(circles(ring.ways)[0]) == 10_001


def lowered_ways(graph: StepGraph) -> dict[str, set[str]]:
    """The ways between steps as the ops have them."""
    ways: dict[str, set[str]] = {}
    for op in graph.ops.values():
        if "/" in op.step or (isinstance(op, EndOp) and op.id != op.step):
            continue
        found = ways.setdefault(op.step, set())
        if isinstance(op, EndOp):
            found.add(END)
        for target in (graph.ops[name] for name in successors(op)):
            if isinstance(target, EndOp) and target.id != target.step:
                found.add(END)
            elif target.id == target.step:
                found.add(target.step)
    return ways


@pytest.mark.parametrize("folder", [ROOT, ROOT / "journeyctl" / "workspaces" / "small"], ids=["pilot", "small"])
def test_the_ways_between_steps_are_those_of_the_lowered_journey(folder: Path) -> None:
    workspace = load(folder)
    assert workspace.journeys
    for journey in workspace.journeys.values():
        steps, graph = flow_of(journey), lower_journey(workspace, journey)
        assert {step: set(ways) for step, ways in steps.ways.items()} == lowered_ways(graph)
