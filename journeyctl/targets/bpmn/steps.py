"""How each op becomes elements. Every function answers the id of the element by which the op is entered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from journeyctl.expr.printer import quoted
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    BranchOp,
    DeepenOp,
    Elapsed,
    EndOp,
    EnterOp,
    HandoffOp,
    LadderOp,
    ListenOp,
    OfferOp,
    OpId,
    Reaction,
    SendOp,
    SplitOp,
    UntilMoment,
    UntilValue,
    UpdateOp,
    WaitOp,
)
from journeyctl.targets.bpmn.diagram import MessageEvent, Node, Scope, Tag, TimerEvent, element_id, variable
from journeyctl.targets.bpmn.draft import Draft, literal
from journeyctl.targets.bpmn.hearing import Hearing, listen_section, moment_section
from journeyctl.targets.bpmn.sending import Sending, send_section

Goto = Callable[[OpId], str]
"""The element, in the scope at hand, that leads to an op."""


def record(op: AnyOp, **more: str) -> dict[str, str]:
    """The columns of the event record that name an op."""
    return {"step": op.step, "op": op.id, **more}


_ENTRY_ROLES: dict[type[AnyOp], str] = {
    SendOp: "due", ListenOp: "listen", WaitOp: "count", BranchOp: "branch", SplitOp: "split", UpdateOp: "update",
    HandoffOp: "handoff", LadderOp: "ladder", EndOp: "end",
}  # fmt: skip
"""What the first element of an op does; ops without an entry are never entered from outside a ladder."""


def entry_id(op: AnyOp) -> str:
    """The element by which an op is entered, where it is not inside a ladder."""
    counted = not (isinstance(op, WaitOp) and isinstance(op.until, Elapsed) and op.until.duration.is_elapsed)
    return element_id(_ENTRY_ROLES[type(op)] if counted else "wait", op.id)


# --- time


def _wait(draft: Draft, scope: Scope, op: WaitOp, goto: Goto) -> str:
    timer = TimerEvent("=until", is_date=True)
    reason = "elapsed"
    before: str | None = None
    match op.until:
        case Elapsed(length) if length.is_elapsed:
            timer = TimerEvent(length.iso(), is_date=False)
        case Elapsed(length):
            before = moment_section(
                draft, scope, role="count", name=op.id, title=f"{length} from now", length=length, outputs={}, op=op
            )[0]
        case UntilMoment(moment, zone):
            zone_name = (
                f"contact | {zone.name}"
                if zone.of_contact and zone.name
                else "contact"
                if zone.of_contact
                else zone.name
            )
            before = scope.add(Node(
                id=element_id("count", op.id), tag=Tag.SERVICE, name=f"Next {moment}", job="update",
                headers={"moment": str(moment), "zone": zone_name or ""}, outputs={"until": "=date and time(moment)"},
                origin=op.origin,
            ))  # fmt: skip
        case UntilValue(expression):
            before = scope.add(Node(
                id=element_id("count", op.id), tag=Tag.SERVICE, name=f"Until {expression.text}", job="update",
                headers={"moment": "value"}, inputs={"value": f"={draft.feel(expression, where=op.step)}"},
                outputs={"until": "=date and time(moment)"}, origin=op.origin,
            ))  # fmt: skip
            reason = "=moment_reason"
        case _:
            assert_never(op.until)
    wait = scope.add(Node(
        id=element_id("wait", op.id), tag=Tag.CATCH, name=f"Wait: {op.step}", event=timer,
        record=record(op, effect="waited", reason=reason), origin=op.origin,
    ))  # fmt: skip
    if before is not None:
        scope.flow(before, wait)
    scope.flow(wait, goto(op.next))
    return before or wait


# --- choices


def exclusive(conditions: list[str]) -> list[str]:
    """Each condition only where none before it holds: engines look at flows in orders of their own."""
    return [
        f"={' and '.join([*(f'not({earlier})' for earlier in conditions[:place]), condition])}"
        for place, condition in enumerate(conditions)
    ]


def _branch(draft: Draft, scope: Scope, op: BranchOp, goto: Goto) -> str:
    choice = scope.add(
        Node(id=element_id("branch", op.id), tag=Tag.EXCLUSIVE, name=f"Which way? ({op.step})", origin=op.origin)
    )
    conditions = exclusive([draft.holds(condition, where=f"step '{op.step}'") for condition, _ in op.cases])
    for place, ((written, target), condition) in enumerate(zip(op.cases, conditions, strict=True)):
        taken = _taken(scope, op, f"case-{place + 1}", target, goto)
        scope.flow(choice, taken, condition=condition, name=written.text)
    scope.flow(choice, _taken(scope, op, "otherwise", op.otherwise, goto), name="otherwise")
    return choice


def _taken(scope: Scope, op: BranchOp, case: str, target: OpId, goto: Goto) -> str:
    """One way out of a branch; the event tells the record which way it was."""
    taken = scope.add(Node(
        id=element_id(case, op.id), tag=Tag.SET, name=f"To {target}",
        record=record(op, effect="branched", reason=target), origin=op.origin,
    ))  # fmt: skip
    scope.flow(taken, goto(target))
    return taken


def _split(draft: Draft, scope: Scope, op: SplitOp, goto: Goto) -> str:
    choice = scope.add(
        Node(id=element_id("split", op.id), tag=Tag.EXCLUSIVE, name=f"Which arm? ({op.step})", origin=op.origin)
    )
    number = variable("draw", op.step)
    draft.questions[number] = f"split:{op.step}"
    reached, below = 0.0, 0
    for place, arm in enumerate(op.arms):
        taken = scope.add(Node(
            id=element_id(f"arm-{place + 1}", op.id), tag=Tag.SET, name=arm.name,
            record=record(op, effect="split", reason=arm.name), origin=op.origin,
        ))  # fmt: skip
        if place == len(op.arms) - 1:
            scope.flow(choice, taken, name=arm.name)
        else:
            reached += arm.share
            above = share_threshold(min(1.0, reached))
            scope.flow(choice, taken, condition=f"={number} >= {below} and {number} < {above}", name=arm.name)
            below = above
        scope.flow(taken, goto(arm.target) if arm.target is not None else _holdout(draft, scope, op, place))
    return choice


def _holdout(draft: Draft, scope: Scope, op: SplitOp, place: int) -> str:
    """A holdout stays in the journey; only an exit ends it."""
    stay = scope.add(Node(
        id=element_id(f"holdout-{place + 1}", op.id), tag=Tag.CATCH, name="Stays without messages",
        event=MessageEvent(draft.message("holdout_released")), record={"passes": "never"}, origin=op.origin,
    ))  # fmt: skip
    over = scope.add(
        Node(id=element_id(f"held-out-{place + 1}", op.id), tag=Tag.END, name="Holdout released", origin=op.origin)
    )
    scope.flow(stay, over)
    return stay


# --- changes and leads


def _update(draft: Draft, scope: Scope, op: UpdateOp, goto: Goto) -> str:
    headers, inputs = {}, {}
    for place, assignment in enumerate(op.assignments, start=1):
        headers[f"path_{place}"] = assignment.path
        headers[f"change_{place}"] = assignment.change.value
        expression = assignment.expression
        value = (
            draft.feel(expression, where=f"step '{op.step}'") if expression is not None else literal(assignment.value)
        )
        inputs[f"value_{place}"] = f"={value}"
    task = scope.add(Node(
        id=element_id("update", op.id), tag=Tag.SERVICE, name=f"Update {', '.join(a.path for a in op.assignments)}",
        job="update", headers={**headers, **record(op)}, inputs=inputs, origin=op.origin,
    ))  # fmt: skip
    scope.flow(task, goto(op.next))
    return task


def _hand_over(draft: Draft, op: HandoffOp, cause: str, name: str, title: str) -> Node:
    return Node(
        id=name, tag=Tag.SERVICE, name=title, job="handoff",
        headers={"desk": op.desk, "place": f"{draft.graph.journey}/{op.step}"}, inputs={"cause": cause},
        record=record(
            op, effect='=if joined = true then "merged" else if lead_cause = "" then null else "handed_off"',
            reason="=lead_cause",
        ),
        origin=op.origin,
    )  # fmt: skip


def further_cause(draft: Draft, op: HandoffOp, event: str, name: str) -> Node:
    """The job by which a further cause joins the open lead of a handoff."""
    return _hand_over(draft, op, f"={quoted(event)}", name, f"Joins the lead at {op.desk}")


def _hand_off(draft: Draft, scope: Scope, op: HandoffOp, goto: Goto) -> str:
    task = scope.add(_hand_over(draft, op, "=cause", element_id("handoff", op.id), f"Hand over to {op.desk}"))
    synced = scope.add(Node(
        id=element_id("outcome", op.id), tag=Tag.CATCH, name="The CRM reports the outcome",
        event=MessageEvent(draft.message("lead_outcome")), outputs={"cause": "=outcome"}, origin=op.origin,
    ))  # fmt: skip
    choice = scope.add(
        Node(id=element_id("decided", op.id), tag=Tag.EXCLUSIVE, name="What became of the lead?", origin=op.origin)
    )
    scope.chain(task, synced, choice)
    outcomes = list(op.outcomes.items())
    for place, (outcome, target) in enumerate(outcomes):
        known = scope.add(Node(
            id=element_id(f"lead-{outcome}", op.id), tag=Tag.SET, name=f"Lead {outcome}", origin=op.origin,
        ))  # fmt: skip
        is_last = place == len(outcomes) - 1
        scope.flow(choice, known, condition="" if is_last else f"=outcome = {quoted(outcome)}", name=outcome)
        scope.flow(known, goto(target))
    return task


def add_op(draft: Draft, scope: Scope, op: AnyOp, goto: Goto, unheard: Callable[[ListenOp], str]) -> str:
    """Adds the elements of one op outside ladders and answers the one by which it is entered."""
    match op:
        case SendOp():
            listen = draft.graph.ops[op.next]
            silent = (lambda: unheard(listen)) if isinstance(listen, ListenOp) else (lambda: goto(op.next))
            skipped = op.skipped
            sending = Sending(op.id, op.item, op, record(op, item=op.item), op.item)
            return send_section(
                draft, scope, sending, delivered=lambda: goto(op.next), unheard=silent,
                skipped=(lambda: goto(skipped)) if skipped is not None else silent,
            )  # fmt: skip
        case ListenOp():
            hearing = Hearing(op.id, op.to or op.step, op, record(op, item="=heard_item"))
            ways: dict[Reaction, Callable[[], str]] = {
                reaction: partial(goto, target) for reaction, target in op.outcomes.items()
            }
            return listen_section(draft, scope, hearing, ways)
        case WaitOp():
            return _wait(draft, scope, op, goto)
        case BranchOp():
            return _branch(draft, scope, op, goto)
        case SplitOp():
            return _split(draft, scope, op, goto)
        case UpdateOp():
            return _update(draft, scope, op, goto)
        case HandoffOp():
            return _hand_off(draft, scope, op, goto)
        case LadderOp() | OfferOp() | DeepenOp() | EndOp() | EnterOp() | ActivateOp():
            raise AssertionError(f"{type(op).__name__} is written elsewhere or refused before")
        case _:
            assert_never(op)
