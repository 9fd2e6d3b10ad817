"""Why something happened: the conditions behind a choice with the values that they read."""

from __future__ import annotations

from dataclasses import dataclass

from journeyctl.expr import Value
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import BranchOp, OpId
from journeyctl.graph.program import Program
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.view import ContactView


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition, its answer, and what it read."""

    text: str
    answer: bool | None
    """`None` is unknown, which takes no branch."""
    values: tuple[tuple[str, Value], ...] = ()
    target: str = ""


def reasons_of(program: Program, view: ContactView, effect: Effect) -> tuple[Reason, ...]:
    """The conditions that decided a branch or a gate's answer, in the order in which they were asked."""
    if effect.kind is Kind.BRANCHED:
        op = program.journey_for(effect.journey, view.country).ops.get(OpId(effect.op))
        return _branch(op, view, effect) if isinstance(op, BranchOp) else ()
    if effect.kind in (Kind.DEFERRED, Kind.SKIPPED) and effect.reason.startswith("suppressed."):
        name = effect.reason.removeprefix("suppressed.")
        suppressions = program.policies_for(view.country).suppressions
        return tuple(_reason(s.condition, view, effect) for s in suppressions if s.name == name)
    if effect.kind is Kind.SKIPPED and effect.reason == "not_available":
        item = view.items.get(effect.item)
        return () if item is None or item.when is None else (_reason(item.when, view, effect),)
    return ()


def _branch(op: BranchOp, view: ContactView, effect: Effect) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for condition, target in op.cases:
        reason = _reason(condition, view, effect, target=target)
        found.append(reason)
        if reason.answer is True:
            break
    return tuple(found)


def _reason(condition: Condition, view: ContactView, effect: Effect, *, target: str = "") -> Reason:
    bound = view.at(effect.time, item=view.items.get(effect.item))
    answer = condition.evaluate(bound)
    values = tuple((path, bound.value(path)) for path in sorted(condition.reads.paths))
    return Reason(condition.text, answer if isinstance(answer, bool) else None, values, target)
