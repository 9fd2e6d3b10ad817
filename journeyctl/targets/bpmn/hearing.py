"""One listen as elements: the strongest reaction in time, humans told from machines, clicks left to settle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from journeyctl.expr.printer import quoted
from journeyctl.graph.ops import AnyOp, ListenOp, Reaction
from journeyctl.targets.base import Handling
from journeyctl.targets.bpmn.diagram import MessageEvent, Node, Scope, Tag, TimerEvent, element_id
from journeyctl.targets.bpmn.draft import Draft
from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one listen section is made from."""

    name: str
    title: str
    op: ListenOp
    record: dict[str, str]


def listen_section(draft: Draft, scope: Scope, hearing: Hearing, outcomes: dict[Reaction, Callable[[], str]]) -> str:
    """Waits for the strongest reaction; answers the element by which the listen is entered after a delivery."""
    op, name, where = hearing.op, hearing.name, hearing.op.origin
    begin = moment_section(
        draft, scope, role="listen", name=name, title=f"Wait for a reaction to {hearing.title}", length=op.window,
        outputs={"heard": '="timeout"'}, op=op,
    )  # fmt: skip
    waiting = scope.add(
        Node(id=element_id("waiting", name), tag=Tag.EVENT_BASED, name="What comes first?", origin=where)
    )
    scope.flow(begin[-1], waiting)
    for reaction in (Reaction.SALES_REQUEST, Reaction.UNSUBSCRIBED):
        if reaction in outcomes:
            scope.flow(waiting, _strong(draft, scope, hearing, reaction, place="", target=outcomes[reaction]()))
    if Reaction.CLICKED in outcomes:
        _click_section(draft, scope, hearing, waiting, outcomes)
    if Reaction.OPENED in outcomes:
        opened = scope.add(Node(
            id=element_id("opened", name), tag=Tag.CATCH, name=f"{hearing.title} opened",
            event=MessageEvent(draft.message("reaction_opened")), outputs={"heard": '="opened"'}, origin=where,
        ))  # fmt: skip
        scope.flow(waiting, opened)
        scope.flow(opened, waiting)
    closed = scope.add(Node(
        id=element_id("closed", name), tag=Tag.CATCH, name="The time is over", event=TimerEvent("=until", is_date=True),
        record={**hearing.record, "effect": "waited", "reason": "=heard"}, origin=where,
    ))  # fmt: skip
    scope.flow(waiting, closed)
    silent = outcomes[Reaction.TIMEOUT]()
    if Reaction.OPENED in outcomes:
        strongest = scope.add(
            Node(id=element_id("strongest", name), tag=Tag.EXCLUSIVE, name="Was it opened?", origin=where)
        )
        scope.flow(closed, strongest)
        scope.flow(strongest, outcomes[Reaction.OPENED](), condition='=heard = "opened"', name="opened")
        scope.flow(strongest, silent, name="nothing")
    else:
        scope.flow(closed, silent)
    return begin[0]


def _strong(draft: Draft, scope: Scope, hearing: Hearing, reaction: Reaction, *, place: str, target: str) -> str:
    caught = scope.add(Node(
        id=element_id(f"{reaction.value.replace('_', '-')}{place}", hearing.name), tag=Tag.CATCH,
        name="Asked for sales" if reaction is Reaction.SALES_REQUEST else "Unsubscribed",
        event=MessageEvent(draft.message(f"reaction_{reaction.value}")), outputs={"cause": f'="{reaction.value}"'},
        record={**hearing.record, "effect": "waited", "reason": reaction.value}, origin=hearing.op.origin,
    ))  # fmt: skip
    scope.flow(caught, target)
    return caught


def _click_section(
    draft: Draft, scope: Scope, hearing: Hearing, waiting: str, outcomes: dict[Reaction, Callable[[], str]]
) -> None:
    """A click by a human settles for a while, in case something stronger follows."""
    op, name, where = hearing.op, hearing.name, hearing.op.origin
    clicked = scope.add(Node(
        id=element_id("clicked", name), tag=Tag.CATCH, name=f"{hearing.title} clicked",
        event=MessageEvent(draft.message("reaction_clicked")), origin=where,
    ))  # fmt: skip
    scope.flow(waiting, clicked)
    settled = scope.add(Node(
        id=element_id("settled", name), tag=Tag.CATCH, name="Nothing stronger came",
        event=TimerEvent(Duration(seconds=op.settle).iso(), is_date=False),
        record={**hearing.record, "effect": "waited", "reason": "clicked"}, origin=where,
    ))  # fmt: skip
    strong = [reaction for reaction in (Reaction.SALES_REQUEST, Reaction.UNSUBSCRIBED) if reaction in outcomes]
    human = settled
    if strong:
        human = scope.add(
            Node(id=element_id("settling", name), tag=Tag.EVENT_BASED, name="Does more follow?", origin=where)
        )
        scope.flow(human, settled)
        for reaction in strong:
            scope.flow(
                human, _strong(draft, scope, hearing, reaction, place="-after-click", target=outcomes[reaction]())
            )
    if op.human_min_delay is None:
        scope.flow(clicked, human)
    else:
        filtered = scope.add(
            Node(id=element_id("human", name), tag=Tag.EXCLUSIVE, name="A human's click?", origin=where)
        )
        scope.flow(clicked, filtered)
        machine = f"=every_link = true or click_delay < {op.human_min_delay}"
        scope.flow(filtered, waiting, condition=machine, name="a machine's")
        scope.flow(filtered, human, name="a human's")
    scope.flow(settled, outcomes[Reaction.CLICKED]())


def moment_section(
    draft: Draft,
    scope: Scope,
    *,
    role: str,
    name: str,
    title: str,
    length: Duration,
    outputs: dict[str, str],
    op: AnyOp,
) -> list[str]:
    """Sets `until` to the end of a length of time that begins now; business days are asked of a worker."""
    if length.is_elapsed:
        set_until = {"until": f"=now() + duration({quoted(length.iso())})", **outputs}
        return [scope.add(Node(
            id=element_id(role, name), tag=Tag.SET, name=title, outputs=set_until, origin=op.origin,
        ))]  # fmt: skip
    draft.note("business days", Handling.LOWERED, "a worker counts them in the contact's calendar", op.origin)
    return [scope.add(Node(
        id=element_id(role, name), tag=Tag.SERVICE, name=title, job="update", headers={"moment": str(length)},
        outputs={"until": "=date and time(moment)", **outputs}, origin=op.origin,
    ))]  # fmt: skip
