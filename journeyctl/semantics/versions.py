"""Versions of a living journey: a contact moves to a new one where it safely can, and never gets lost.

A visit keeps the version that it entered until it stands at a step that the new version has with the
same verb; it then goes on there. Where its step is gone it follows the journey's `removed`, or ends.
"""

from __future__ import annotations

from dataclasses import replace

from journeyctl.graph.house import House
from journeyctl.graph.ops import LadderOp, OpId
from journeyctl.graph.program import StepGraph
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.ladder import LadderState
from journeyctl.semantics.state import Visit
from journeyctl.semantics.turn import Turn

REMOVED = "version_removed"
"""Label under which a visit ends whose step, or whole journey, the new version no longer has."""


def adopt(turn: Turn, visit: Visit) -> None:
    """Lets the visit take over the program's version of its journey, where it may do so here.

    What is scheduled stays where the op itself is still there: a wait in progress keeps its length.
    """
    known = visit.journey in turn.program.journeys
    new = turn.program.journey_for(visit.journey, turn.view.country) if known else None
    if new is None:
        turn.end(visit, REMOVED)
        return
    step = turn.op(visit).step
    if OpId(step) not in new.ops:
        _leave_removed_step(turn, visit, new, step)
    elif _same_verb(visit.graph, new, step):
        _move_over(turn, visit, new, step)
    else:
        visit.outdated = True


def _same_verb(old: StepGraph, new: StepGraph, step: str) -> bool:
    return type(old.ops.get(OpId(step))) is type(new.ops[OpId(step)])


def _move_over(turn: Turn, visit: Visit, new: StepGraph, step: str) -> None:
    op = visit.op
    stays = type(new.ops.get(op)) is type(visit.graph.ops[op])
    if not stays:
        _drop(turn, visit)
    _take(turn, visit, new)
    if not stays:
        # An item of a ladder is gone: the walk goes on with the next offer, any other step begins anew.
        offer = OpId(f"{step}/offer")
        turn.move(visit, offer if offer in new.ops else OpId(step))


def _leave_removed_step(turn: Turn, visit: Visit, new: StepGraph, step: str) -> None:
    target = new.removed.get(step)
    if target is None:
        turn.end(visit, REMOVED)
        return
    _drop(turn, visit)
    _take(turn, visit, new)
    turn.move(visit, OpId(target))


def _drop(turn: Turn, visit: Visit) -> None:
    if visit.waiting:
        turn.emit(Kind.DROPPED, visit, reason=visit.waiting)


def _take(turn: Turn, visit: Visit, new: StepGraph) -> None:
    visit.graph, visit.country, visit.outdated = new, turn.view.country, False
    visit.order = (-new.priority, new.journey)
    ladder = new.ops.get(OpId(visit.ladder_step))
    if visit.ladder is not None and isinstance(ladder, LadderOp):
        visit.ladder = _within(visit.ladder, turn.house(visit, ladder.house))


def _within(state: LadderState, house: House) -> LadderState:
    """The walk without items that the house no longer has; its group stays as it was set."""
    behind = tuple((level, tuple(n for n in group if n in house.items)) for level, group in state.left_behind)
    return replace(state, group=tuple(name for name in state.group if name in house.items), left_behind=behind)
