"""Which items of a house a ladder can ever offer, whoever the contact is. The others get no flow."""

from __future__ import annotations

from datetime import date

from journeyctl.expr import Value
from journeyctl.graph.condition import Condition
from journeyctl.graph.house import House, Item
from journeyctl.graph.ops import FromItem, FromTop, FromTopic, LadderOp, OfferOp
from journeyctl.units import Duration


def offered_items(house: House, start: LadderOp, offer: OfferOp) -> frozenset[str]:
    """Items that are live, can satisfy the ladder's `only`, and are reached from its start."""
    offerable = {
        item.name
        for item in house.items.values()
        if item.live and _can_pass(offer.only, item) and _can_pass(item.when, item)
    }
    pending, reached = list(_seeds(house, start)), set[str]()
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        item = house.items[name]
        if item.level < offer.cold_depth or name in offerable:
            pending.extend(item.children)
    return frozenset(offerable & reached)


def _seeds(house: House, start: LadderOp) -> tuple[str, ...]:
    match start.start:
        case FromTop():
            return house.first
        case FromItem(item):
            return (*house.siblings_of(item), *house.first)
        case FromTopic():
            return (*(item.name for item in house.items.values() if item.topic is not None), *house.first)


def _can_pass(condition: Condition | None, item: Item) -> bool:
    """False only where the condition depends on nothing but the item, and does not hold for it."""
    if condition is None:
        return True
    reads = condition.reads
    constant = all(path.startswith("item.") for path in reads.paths) and not (
        reads.history or reads.groups or reads.audiences or reads.uses_time
    )
    return not constant or condition.holds(_OnlyItem(item))


class _OnlyItem:
    """An environment that knows an item and nothing else; only conditions that ask for no more are put to it."""

    def __init__(self, item: Item) -> None:
        self._item = item

    def value(self, path: str) -> Value:
        values: dict[str, Value] = {
            "item.name": self._item.name, "item.line": self._item.line, "item.topic": self._item.topic,
            "item.level": self._item.level_name, "item.tags": self._item.tags,
        }  # fmt: skip
        return values.get(path)

    def now(self) -> int:
        raise AssertionError("the condition does not ask for the time")

    def today(self) -> date:
        raise AssertionError("the condition does not ask for the date")

    def history(
        self, kind: str, *, item: str | None = None, topic: str | None = None, level: str | None = None,
        journey: str | None = None, within: Duration | None = None, human: bool | None = None,
    ) -> int:  # fmt: skip
        raise AssertionError("the condition does not ask for history")

    def group(self, name: str, field: str) -> Value:
        raise AssertionError("the condition does not ask for groups")

    def in_audience(self, name: str) -> bool | None:
        raise AssertionError("the condition does not ask for audiences")
