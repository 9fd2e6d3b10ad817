"""A ladder as explicit ops: its start, the offer, and for every item a send, a listen and the way deeper."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Origin
from journeyctl.graph.lowering.values import condition_of, optional_condition, seconds_of, send_window
from journeyctl.graph.ops import (
    AnyOp,
    DeepenOp,
    FromItem,
    FromTop,
    FromTopic,
    LadderOp,
    ListenOp,
    OfferOp,
    OpId,
    Reaction,
    SendOp,
)
from journeyctl.model import steps as written
from journeyctl.model.catalog import Catalog, Item


def lower_ladder(
    step: written.Step, ladder: written.Ladder, house: Catalog, *, following: OpId, bottom: OpId | None, zone: str
) -> Iterator[AnyOp]:
    """The ops of one ladder step. `bottom` is where a click on an item without children goes."""
    offer = OpId(f"{step.id}/offer")
    yield LadderOp(
        id=OpId(step.id), step=step.id, origin=step.origin, house=house.name, start=_start(ladder), offer=offer
    )
    yield OfferOp(
        id=offer, step=step.id, origin=ladder.origin, ladder=step.id, house=house.name,
        offers={name: OpId(f"{step.id}/{name}") for name in house.items},
        exhausted=OpId(ladder.exhausted) if ladder.exhausted else following,
        pace=seconds_of(ladder.pace) or 0,
        cold_depth=house.levels.index(ladder.cold_depth) if ladder.cold_depth else len(house.levels) - 1,
        breadth=None if ladder.breadth == "all" else ladder.breadth,
        only=optional_condition(ladder.only),
        repeat=None if ladder.repeat == "never" else ladder.repeat.after,
        asked=OpId(ladder.asked) if ladder.asked else None,
    )  # fmt: skip
    for item in house.items.values():
        yield from _rung(step, ladder, item, offer=offer, bottom=bottom, zone=zone)


def _rung(
    step: written.Step, ladder: written.Ladder, item: Item, *, offer: OpId, bottom: OpId | None, zone: str
) -> Iterator[AnyOp]:
    send, listen, deeper = (OpId(f"{step.id}/{item.name}{part}") for part in ("", "/listen", "/deeper"))
    origin: Origin = item.origin
    yield SendOp(
        id=send, step=step.id, origin=origin, item=item.name, next=listen,
        skipped=OpId(step.skipped) if step.skipped else offer,
        channel=ladder.channel, expire=seconds_of(ladder.expire),
        send_on=send_window(ladder.send_on, workspace_zone=zone), ladder=step.id,
    )  # fmt: skip
    clicked = deeper if item.next or bottom is None else bottom
    yield ListenOp(
        id=listen, step=step.id, origin=origin, to=item.name, window=ladder.window,
        outcomes={Reaction.CLICKED: clicked, Reaction.TIMEOUT: offer},
        human_min_delay=ladder.human.min_delay.seconds if ladder.human else None, ladder=step.id,
    )  # fmt: skip
    if clicked == deeper:
        yield DeepenOp(id=deeper, step=step.id, origin=origin, ladder=step.id, item=item.name, offer=offer)


def _start(ladder: written.Ladder) -> FromTop | FromTopic | FromItem:
    match ladder.start:
        case written.FromTopic(topic=topic):
            return FromTopic(condition_of(topic))
        case written.FromItem(item=item):
            return FromItem(item)
        case _:
            return FromTop()
