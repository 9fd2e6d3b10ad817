"""A content house in the form that ladders walk: levels, items, children and parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.graph.condition import Condition


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of content as the gate and the ladder see it."""

    name: str
    house: str
    level: int
    """Index into the house's levels; 0 is the top."""
    level_name: str
    topic: str | None
    line: str | None
    tags: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    """Items one level deeper, in the order of offer."""
    parents: tuple[str, ...] = ()
    when: Condition | None = None
    available_from: int | None = None
    """UTC seconds; the first second at which the item may be sent."""
    available_until: int | None = None
    """UTC seconds; the first second at which it may no longer be sent."""
    live: bool = True
    locales: tuple[str, ...] = ()
    """Language tags of its email; empty: any locale fits."""
    fallback: str | None = None
    variants: tuple[Condition | None, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)

    def is_available(self, now: int) -> bool:
        """Live and within its launch and end dates at `now` (UTC seconds)."""
        return (
            self.live
            and (self.available_from is None or now >= self.available_from)
            and (self.available_until is None or now < self.available_until)
        )


@dataclass(frozen=True, slots=True)
class House:
    """A content house: its levels from the top down and its items in the catalog's order."""

    name: str
    levels: tuple[str, ...]
    items: Mapping[str, Item]
    first: tuple[str, ...]
    """Items of the first level, in the order of offer."""

    def siblings_of(self, item: str) -> tuple[str, ...]:
        """The item, then the other children of its parents in their order."""
        others = (child for parent in self.items[item].parents for child in self.items[parent].children)
        return tuple(dict.fromkeys((item, *others)))
