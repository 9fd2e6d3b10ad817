"""What a scenario asks for and this version does not simulate: told with every answer, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from journeyctl.graph.ops import ActivateOp, AnyOp, BranchOp, HandoffOp
from journeyctl.graph.program import Program, StepGraph


def left_out(program: Program, journeys: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each part of the running journeys that has no effect here, with the place."""
    return tuple(sentence for name in journeys for sentence in _of_journey(program.journeys[name]))


def _of_journey(graph: StepGraph) -> Iterator[str]:
    for op in graph.ops.values():
        place = f"{graph.journey}, step {op.step}"
        if isinstance(op, HandoffOp) and op.group is not None:
            yield f"buying group {op.group} is not evaluated, so its handoff is never ready ({place})"
        elif isinstance(op, ActivateOp):
            yield f"the matched audience on {op.audience_on} brings nobody ({place})"
        elif _reads_groups(op):
            yield f"a condition reads a buying group, which is unknown here ({place})"
    if any(way_out.event == "group_ready" for way_out in graph.exits):
        yield f"buying groups are not evaluated, so group_ready never happens ({graph.journey}, exits)"


def _reads_groups(op: AnyOp) -> bool:
    return isinstance(op, BranchOp) and any(condition.reads.groups for condition, _ in op.cases)
