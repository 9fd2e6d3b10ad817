"""Catalogs as content houses."""

from __future__ import annotations

import datetime

from journeyctl.calendars import to_utc
from journeyctl.graph.house import House, Item
from journeyctl.graph.lowering.values import condition_of, optional_condition
from journeyctl.model import catalog as written


def lower_house(catalog: written.Catalog, *, zone: str) -> House:
    """The house with its items in the order of offer: those that `order` names, then the file's."""
    named = [name for name in catalog.order if name in catalog.items]
    order = [*named, *(name for name in catalog.items if name not in named)]
    parents: dict[str, list[str]] = {name: [] for name in order}
    for name in order:
        for child in catalog.items[name].next:
            if child in parents:
                parents[child].append(name)
    items = {name: _item(catalog, catalog.items[name], tuple(parents[name]), zone=zone) for name in order}
    first = tuple(name for name, item in items.items() if item.level == 0)
    return House(catalog.name, catalog.levels, items, first)


def _item(catalog: written.Catalog, item: written.Item, parents: tuple[str, ...], *, zone: str) -> Item:
    return Item(
        name=item.name, house=catalog.name, level=catalog.levels.index(item.level), level_name=item.level,
        topic=item.topic, line=item.line or None, tags=item.tags,
        children=tuple(child for child in item.next if child in catalog.items), parents=parents,
        when=optional_condition(item.when),
        available_from=_start_of(item.available.start, zone), available_until=_start_of(item.available.until, zone),
        live=item.status == "live", locales=item.email.subject.locales if item.email else (), fallback=item.fallback,
        variants=tuple(condition_of(variant.when) for variant in item.variants), origin=item.origin,
    )  # fmt: skip


def _start_of(day: datetime.date | None, zone: str) -> int | None:
    return None if day is None else to_utc(day, 0, zone)
