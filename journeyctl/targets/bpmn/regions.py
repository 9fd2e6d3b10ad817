"""Divides a journey into sub-processes: what exits leave, and the steps that exits lead into.

The main region is left by every exit. A step that an exit leads into is a region of its own, because
an exit into the step where a contact stands only counts: that region has no boundary for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from journeyctl.graph.ops import AnyOp, DeepenOp, EndOp, LadderOp, OfferOp, OpId, successors
from journeyctl.graph.program import StepGraph
from journeyctl.targets.bpmn.ladder import Ladder

MAIN = "journey"


@dataclass(frozen=True, slots=True)
class Region:
    """A set of ops that becomes one sub-process."""

    name: str
    """`journey`, or the step that exits lead into."""
    ops: frozenset[OpId]
    entries: tuple[OpId, ...]
    """Ops by which it is entered, in the order of the graph; the journey's start first."""
    returns: OpId | None = None
    """Where nothing else leads out: the head of a loop, reached by leaving and entering again.

    A sub-process needs an end; and what an engine remembers of a passage goes with it.
    """

    def ops_in_order(self, graph: StepGraph) -> tuple[AnyOp, ...]:
        """The region's ops in the order of the graph."""
        return tuple(op for op in graph.ops.values() if op.id in self.ops)


def divide(graph: StepGraph) -> tuple[Region, ...]:
    """The regions of a journey, the main one first. Ends belong to none."""
    inner = [op.id for op in graph.ops.values() if not isinstance(op, EndOp)]
    diverted = {
        graph.ops[way_out.target].step for way_out in graph.exits if not isinstance(graph.ops[way_out.target], EndOp)
    }
    names = {op: graph.ops[op].step if graph.ops[op].step in diverted else MAIN for op in inner}
    order = list(dict.fromkeys([MAIN, *(names[op] for op in inner)]))
    regions = []
    for name in order:
        ops = frozenset(op for op in inner if names[op] == name)
        if ops:
            head = None if _leads_out(graph, ops) else _loop_head(graph, ops)
            regions.append(Region(name, ops, _entries(graph, names, name, head), head))
    return tuple(regions)


def _leads_out(graph: StepGraph, ops: frozenset[OpId]) -> bool:
    return any(target not in ops for op in ops for target in successors(graph.ops[op]))


def _loop_head(graph: StepGraph, ops: frozenset[OpId]) -> OpId | None:
    """The first op, in the order of the graph, that is reached from a later one; ladders keep their own loops."""
    place = {op: number for number, op in enumerate(graph.ops)}
    inside = {op.id for op in graph.ops.values() if isinstance(op, (OfferOp, DeepenOp)) or getattr(op, "ladder", None)}
    return next(
        (
            op
            for op in graph.ops
            if op in ops - inside
            and any(op in successors(graph.ops[other]) and place[other] >= place[op] for other in ops)
        ),
        None,
    )


def _entries(graph: StepGraph, names: Mapping[OpId, str], region: str, head: OpId | None) -> tuple[OpId, ...]:
    reached = {way_out.target for way_out in graph.exits} | ({head} if head is not None else set())
    for op, own in names.items():
        if own != region:
            reached |= set(successors(graph.ops[op]))
    entered = [op for op, own in names.items() if own == region and op in reached and op != graph.start]
    return (graph.start, *entered) if names.get(graph.start) == region else tuple(entered)


def ladders_in(region: Region, ladders: Mapping[OpId, Ladder]) -> dict[OpId, Ladder]:
    """The ladders that begin in the region, by the op that begins them."""
    return {start: ladder for start, ladder in ladders.items() if start in region.ops}


def ladder_starts(graph: StepGraph) -> tuple[LadderOp, ...]:
    """Every op that begins a ladder."""
    return tuple(op for op in graph.ops.values() if isinstance(op, LadderOp))
