"""One send as elements: the gate, waiting while it defers, the message, and its delivery or return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from journeyctl.calendars import weekdays_text
from journeyctl.expr.printer import quoted
from journeyctl.graph.ops import SendOp, SendWindow
from journeyctl.targets.bpmn.diagram import MessageEvent, Node, Scope, Tag, TimerEvent, element_id
from journeyctl.targets.bpmn.draft import LATEST_ITEM, Draft
from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class Sending:
    """What one send section is made from; a ladder makes one section for all its items."""

    name: str
    """Distinguishes the section's elements; an op id, or a ladder's step."""
    title: str
    op: SendOp
    record: dict[str, str]
    """Step, op and item for the event record."""
    item: str
    """The item, or FEEL that names it."""
    repeat: Duration | None = None
    due: dict[str, str] = field(default_factory=dict)
    """What is remembered when the send is due."""
    outputs: dict[str, str] = field(default_factory=dict)
    """What is remembered when the message has gone out."""


def send_section(
    draft: Draft,
    scope: Scope,
    sending: Sending,
    *,
    delivered: Callable[[], str],
    unheard: Callable[[], str],
    skipped: Callable[[], str],
) -> str:
    """Gate, waiting for the gate, sending and delivery. The three ends are asked for when they are connected."""
    op, name, where = sending.op, sending.name, sending.op.origin
    due = scope.add(Node(
        id=element_id("due", name), tag=Tag.SET, name=f"{sending.title} is due",
        outputs={"due": "=now()", **sending.due},
        record={"effect": "requested_send", **sending.record}, origin=where,
    ))  # fmt: skip
    gate = scope.add(Node(
        id=element_id("gate", name), tag=Tag.SERVICE, name=f"May {sending.title} go out?", job="gate",
        headers=_gate_headers(draft, sending), inputs={"item": sending.item, "asked_since": "=due"},
        record={
            "effect": '=if answer = "defer" then "deferred" else if answer = "skip" then "skipped" else null',
            "reason": "=reason", **sending.record,
        },
        outputs=_latest(sending) if draft.reads_latest_item else {}, origin=where,
    ))  # fmt: skip
    answer = scope.add(Node(id=element_id("answer", name), tag=Tag.EXCLUSIVE, name="The gate's answer", origin=where))
    held = scope.add(
        Node(id=element_id("held", name), tag=Tag.EVENT_BASED, name="Until the reason has gone", origin=where)
    )
    retry = scope.add(Node(
        id=element_id("retry", name), tag=Tag.CATCH, name="Time to ask again",
        event=TimerEvent("=date and time(retry_at)", is_date=True), origin=where,
    ))  # fmt: skip
    again = scope.add(Node(
        id=element_id("again", name), tag=Tag.CATCH, name="The reason has changed",
        event=MessageEvent(draft.message("gate_again")), origin=where,
    ))  # fmt: skip
    send = scope.add(Node(
        id=element_id("send", name), tag=Tag.SEND, name=f"Send {sending.title}", job="send",
        headers={"channel": op.channel, "op": op.id if op.ladder is None else "", "step": op.step},
        inputs={"item": sending.item, "send_op": f"={quoted(op.id)}" if op.ladder is None else "=send_op"},
        record={"effect": "sent", "reason": "=locale", **sending.record}, origin=where,
    ))  # fmt: skip
    receipt = scope.add(Node(
        id=element_id("receipt", name), tag=Tag.CATCH, name="Delivered or returned",
        event=MessageEvent(draft.message("delivery")), outputs=sending.outputs, origin=where,
    ))  # fmt: skip
    arrived = scope.add(Node(id=element_id("arrived", name), tag=Tag.EXCLUSIVE, name="Has it arrived?", origin=where))
    scope.chain(due, gate, answer)
    scope.flow(answer, send, condition='=answer = "send"', name="send")
    scope.flow(answer, held, condition='=answer = "defer"', name="defer")
    scope.flow(answer, skipped(), name="skip")
    scope.flow(held, retry)
    scope.flow(held, again)
    scope.flow(retry, gate)
    scope.flow(again, gate)
    scope.chain(send, receipt)
    _arrival(scope, receipt, arrived, delivered(), unheard())
    return due


def _latest(sending: Sending) -> dict[str, str]:
    item = sending.item.removeprefix("=") if sending.item.startswith("=") else quoted(sending.item)
    return {LATEST_ITEM: f'=if answer = "defer" then {LATEST_ITEM} else {item}'}


def _arrival(scope: Scope, receipt: str, arrived: str, delivered: str, unheard: str) -> None:
    if delivered == unheard:
        del scope.nodes[arrived]
        scope.flow(receipt, delivered)
        return
    scope.flow(receipt, arrived)
    scope.flow(arrived, delivered, condition="=delivered = true", name="arrived")
    scope.flow(arrived, unheard, name="returned")


def _gate_headers(draft: Draft, sending: Sending) -> dict[str, str]:
    op = sending.op
    headers = {"channel": op.channel, "purposes": " ".join(draft.graph.purposes), "step": op.step}
    if op.ladder is not None:
        headers["once"] = "true"
    if sending.repeat is not None:
        headers["repeat"] = str(sending.repeat)
    if op.expire is not None:
        headers["expire"] = f"{op.expire}s"
    if op.locale is not None:
        headers["locale"] = op.locale
    if op.send_on is not None:
        headers.update(window_headers(op.send_on))
    return headers


def window_headers(window: SendWindow) -> dict[str, str]:
    """A step's send window, in the notation of specifications."""
    zone = window.zone
    name = f"contact | {zone.name}" if zone.of_contact and zone.name else "contact" if zone.of_contact else zone.name
    return {
        "send_days": weekdays_text(window.weekdays),
        "send_between": ",".join(str(hours) for hours in window.hours),
        "send_zone": name or "",
    }
