"""What the BPMN target does with every op and policy, and what it must refuse."""

from __future__ import annotations

from typing import assert_never

from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    BranchOp,
    DeepenOp,
    EndOp,
    EnterOp,
    HandoffOp,
    LadderOp,
    ListenOp,
    OfferOp,
    Reaction,
    SendOp,
    SplitOp,
    UpdateOp,
    WaitOp,
    successors,
)
from journeyctl.graph.program import Exit
from journeyctl.targets.base import Cell, Handling
from journeyctl.targets.bpmn.draft import Draft

_OMG = "OMG BPMN 2.0.2, chapter 10"
_CAMUNDA = "Camunda 8.8 documentation, BPMN coverage"
_NATIVE, _LOWERED, _UNSUPPORTED = Handling.NATIVE, Handling.LOWERED, Handling.UNSUPPORTED

SUPPORT: dict[str, Cell] = {
    "SendOp": Cell(_LOWERED, "gate job, event-based gateway while deferred, send task, delivery receipt", _CAMUNDA),
    "WaitOp": Cell(_NATIVE, "timer catch event; business days and weekly moments are counted by a worker", _OMG),
    "ListenOp": Cell(_LOWERED, "event-based gateway over messages and a timer; directly after its send only", _OMG),
    "BranchOp": Cell(_NATIVE, "exclusive gateway with FEEL conditions that exclude each other", _OMG),
    "SplitOp": Cell(_LOWERED, "exclusive gateway over a number that the host draws once per contact", _CAMUNDA),
    "LadderOp": Cell(_LOWERED, "sub-process that sets the first group", _OMG),
    "OfferOp": Cell(_LOWERED, "exclusive gateway with one flow per item; the walk is FEEL", _CAMUNDA),
    "DeepenOp": Cell(_LOWERED, "assignments in FEEL", _CAMUNDA),
    "UpdateOp": Cell(_LOWERED, "update job; values are FEEL in the file", _CAMUNDA),
    "HandoffOp": Cell(_LOWERED, "handoff job, then a message with the lead's outcome; not for buying groups", _CAMUNDA),
    "ActivateOp": Cell(_UNSUPPORTED, "workers answer gate, send, update and handoff only", ""),
    "EnterOp": Cell(_UNSUPPORTED, "one file holds one journey; its exits would have to reach into the child", ""),
    "EndOp": Cell(_NATIVE, "terminate end event", _OMG),
    "consents": Cell(_LOWERED, "asked by the worker of gate jobs; a lost consent is a boundary event", _CAMUNDA),
    "caps": Cell(_LOWERED, "asked by the worker of gate jobs", _CAMUNDA),
    "suppressions": Cell(_LOWERED, "asked by the worker of gate jobs, again when a field changes", _CAMUNDA),
    "quiet_hours": Cell(_LOWERED, "asked by the worker of gate jobs", _CAMUNDA),
    "holdout": Cell(_LOWERED, "asked by the worker of gate jobs", _CAMUNDA),
    "scoring": Cell(Handling.LOSSY, "scores are kept by the host; the event mql reaches the process as a message", ""),
    "entry": Cell(Handling.LOSSY, "the host evaluates the audience and starts one instance per visit", ""),
    "goal": Cell(Handling.LOSSY, "not in the file: it is counted from the event record and ends nothing", ""),
    "exit by event": Cell(_NATIVE, "interrupting message boundary; not for opened and clicked", _OMG),
    "exit by condition": Cell(_LOWERED, "a second token that looks at changed facts; to an end only", _OMG),
    "human filter": Cell(_NATIVE, "FEEL condition on the delay and the links of a click", _OMG),
    "business days": Cell(_LOWERED, "counted by the worker of update jobs", _CAMUNDA),
}  # fmt: skip


def refuse_unsupported(draft: Draft) -> None:
    """Gathers every reason for which the journey cannot be written."""
    for op in draft.graph.ops.values():
        _check_op(draft, op)
    for way_out in draft.graph.exits:
        _check_exit(draft, way_out)
    _check_opt_out(draft)


def _check_op(draft: Draft, op: AnyOp) -> None:
    match op:
        case ActivateOp() | EnterOp():
            draft.refuse(op, f"{SUPPORT[type(op).__name__].reason} ({type(op).__name__})")
        case HandoffOp() if op.group is not None:
            draft.refuse(op, "a buying group cannot be handed over by a process of one contact")
        case ListenOp() if op.ladder is None:
            _check_listen(draft, op)
        case OfferOp() if op.repeat is not None and not op.repeat.is_elapsed:
            draft.refuse(op, f"repeat after {op.repeat} depends on the calendar; write days")
        case (
            SendOp() | WaitOp() | ListenOp() | BranchOp() | SplitOp() | LadderOp() | OfferOp() | DeepenOp() | UpdateOp()
            | HandoffOp() | EndOp()
        ):  # fmt: skip
            pass
        case _:
            assert_never(op)


def _check_listen(draft: Draft, op: ListenOp) -> None:
    """An engine hears messages only while it waits for them: nothing may lie between send and listen."""
    before = [other for other in draft.graph.ops.values() if op.id in successors(other)]
    if not before or not all(isinstance(other, SendOp) and op.to in (None, other.item, other.step) for other in before):
        draft.refuse(op, "its send does not come directly before it, so that earlier reactions would be missed")


def _check_opt_out(draft: Draft) -> None:
    """A token goes as far as it can before the process hears of the next fact, here of the consent."""
    graph = draft.graph
    consent = draft.program.policies[""].consents.get("marketing")
    targets = [way_out.target for way_out in graph.exits if way_out.event == "unsubscribed"]
    targets += [
        op.outcomes[Reaction.UNSUBSCRIBED]
        for op in graph.ops.values()
        if isinstance(op, ListenOp) and Reaction.UNSUBSCRIBED in op.outcomes
    ]
    leads_on = [graph.ops[target].step for target in targets if not isinstance(graph.ops[target], EndOp)]
    for way_out in graph.exits:
        if leads_on and way_out.condition is not None and consent in way_out.condition.reads.paths:
            draft.reasons.append(
                f"exit '{way_out.label}': it reads '{consent}', but an opt-out leads to step '{leads_on[0]}' before"
            )


def _check_exit(draft: Draft, way_out: Exit) -> None:
    target = draft.graph.ops[way_out.target]
    if way_out.condition is not None:
        if not isinstance(target, EndOp):
            draft.reasons.append(
                f"exit '{way_out.label}': a condition leads to step '{target.step}', but can only end the journey"
            )
        if {"score", "fit"} & way_out.condition.reads.paths:
            draft.reasons.append(
                f"exit '{way_out.label}': it reads the score, which changes while a reaction is being delivered"
            )
    elif way_out.event in ("opened", "clicked"):
        draft.reasons.append(
            f"exit '{way_out.label}': '{way_out.event}' is awaited by listens and cannot be told apart"
        )
