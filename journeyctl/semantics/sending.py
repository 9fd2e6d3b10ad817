"""Sends of a visit: asked at the gate, deferred, skipped, sent, delivered or bounced."""

from __future__ import annotations

from typing import assert_never

from journeyctl.graph.house import Item
from journeyctl.graph.ops import OfferOp, OpId, SendOp
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.gate import Defer, Send, SendRequest, Skip, ask, expires_at
from journeyctl.semantics.state import Act, Message, Pending, Visit
from journeyctl.semantics.stimuli import Bounced, Delivered
from journeyctl.semantics.turn import Turn


def request(turn: Turn, visit: Visit, op: SendOp) -> None:
    """The visit has come to a send: it is due now, and waits for the gate."""
    visit.waiting = "gate"
    visit.pending = Pending(due=turn.now)
    turn.emit(Kind.REQUESTED_SEND, visit, item=op.item, channel=op.channel)
    if turn.is_last_of_second():
        answer(turn, visit)
    else:
        turn.ask_gate(visit, turn.now)


def answer(turn: Turn, visit: Visit) -> None:
    """Asks the gate for the visit's pending send and does what it says."""
    op, pending = visit.graph.ops[visit.op], visit.pending
    assert isinstance(op, SendOp), "a visit at the gate stands at a send"
    assert pending is not None, "a visit at the gate has a pending send"
    item = turn.program.items_for(visit.country).get(op.item)
    if item is None:
        # A newer version of the workspace has dropped the item that an older one still wanted to send.
        _skip(turn, visit, op, "not_available")
        return
    once, repeat = False, None
    if op.ladder:
        once, offer = True, visit.graph.ops[OpId(f"{op.ladder}/offer")]
        repeat = offer.repeat if isinstance(offer, OfferOp) else None
    wish = SendRequest(
        item, op.channel, visit.graph.purposes, pending.due, op.expire, op.send_on, op.locale, once, repeat
    )
    view, policies = turn.view.at(turn.now, visit, item), turn.policies()
    found = ask(policies, wish, view, turn.contact.sends, turn.now, time=turn.rules.time)
    match found:
        case Send():
            _send(turn, visit, op, item, found.locale)
        case Defer():
            _defer(turn, visit, op, found, expires_at(policies, wish, view))
        case Skip():
            _skip(turn, visit, op, found.reason)
        case _:
            assert_never(found)


def _skip(turn: Turn, visit: Visit, op: SendOp, reason: str) -> None:
    turn.emit(Kind.SKIPPED, visit, item=op.item, channel=op.channel, reason=reason)
    visit.messages.append(_message(turn, visit, op, number=0, bounced=True))
    turn.move(visit, op.skipped or op.next)


def _send(turn: Turn, visit: Visit, op: SendOp, item: Item, locale: str | None) -> None:
    contact = turn.contact
    message = _message(turn, visit, op, number=contact.sends.number_of_next(op.item), bounced=False)
    visit.messages.append(message)
    contact.sends.reserve(op.channel, turn.now)
    contact.sends.remember(message)
    contact.acts.append(Act(turn.now, "sends", op.item, visit.journey, human=False))
    turn.emit(
        Kind.SENT, visit, item=op.item, channel=op.channel, send=message.number,
        line=item.line or "", reason=locale or "",
    )  # fmt: skip
    visit.waiting = "delivery"
    visit.pending = None
    turn.sent = True


def _message(turn: Turn, visit: Visit, op: SendOp, *, number: int, bounced: bool) -> Message:
    return Message(op.item, number, visit.journey, visit.number, op.id, op.step, op.channel, turn.now, bounced=bounced)


def _defer(turn: Turn, visit: Visit, op: SendOp, found: Defer, expiry: int) -> None:
    pending = visit.pending
    assert pending is not None, "only a pending send can be deferred"
    pending.answers += 1
    pending.last_reason = found.reason
    turn.emit(Kind.DEFERRED, visit, item=op.item, channel=op.channel, reason=found.reason, value=found.until)
    turn.ask_gate(visit, min(found.until, expiry))


def delivered(turn: Turn, stimulus: Delivered) -> None:
    """The message arrived; the visit that sent it goes on."""
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is None:
        return
    message.delivered_at = turn.now
    emit_of(turn, Kind.DELIVERED, message)
    visit = waiting_for(turn, message)
    if visit is not None:
        op = visit.graph.ops[visit.op]
        assert isinstance(op, SendOp), "a visit that waits for a delivery stands at a send"
        if op.ladder:
            visit.last_offer_at = turn.now
        turn.move(visit, op.next)


def bounced(turn: Turn, stimulus: Bounced) -> None:
    """The message came back; a hard bounce makes the address undeliverable for all journeys."""
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is None:
        return
    message.bounced = True
    emit_of(turn, Kind.BOUNCED, message, reason="hard" if stimulus.hard else "soft")
    if stimulus.hard:
        turn.contact.fields["contact.deliverable"] = False
        turn.changed("contact.deliverable")
    turn.announce("bounced")
    visit = waiting_for(turn, message)
    if visit is not None:
        op = turn.op(visit)
        assert isinstance(op, SendOp), "a visit that waits for a delivery stands at a send"
        turn.move(visit, op.next)


def waiting_for(turn: Turn, message: Message) -> Visit | None:
    """The visit that waits for this message's delivery, if it has not left."""
    visit = turn.contact.visits.get(message.journey)
    if visit is None or visit.number != message.visit or visit.waiting != "delivery":
        return None
    return visit if visit.messages and visit.messages[-1] is message else None


def emit_of(turn: Turn, kind: Kind, message: Message, *, reason: str = "", who: str = "", value: int = 0) -> None:
    """An effect about a message, with the place from which it was sent."""
    item = turn.view.items.get(message.item)
    line = item.line if item is not None and item.line is not None else ""
    turn.emit(
        kind, None, journey=message.journey, visit=message.visit, step=message.step, op=message.op,
        item=message.item, channel=message.channel, send=message.number,
        line=line, reason=reason, who=who, value=value,
    )  # fmt: skip
