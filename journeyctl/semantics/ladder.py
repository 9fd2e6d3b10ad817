"""The ladder choice: which item of a content house a contact is offered next.

Pure functions over a small state. What makes an item eligible or lets it lead on is asked of two
functions, read at the moment of the offer. The state belongs to one passage through one ladder step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from journeyctl.graph.house import House

Eligible = Callable[[str], bool]
"""Answers whether an item may be offered now: its conditions, dates, status and earlier sends."""


class Exhausted(Enum):
    """Why a ladder has nothing left to offer."""

    ALL_SENT = "all_sent"
    COLD = "cold"
    NO_CONTENT = "no_content"


@dataclass(frozen=True, slots=True)
class LadderState:
    """Where a contact stands on a ladder."""

    group: tuple[str, ...]
    """Siblings offered now, in order."""
    level: int
    """Index of the group's level; 0 is the top."""
    offered: tuple[str, ...] = ()
    """What was offered since the group was set, whether sent, skipped or expired."""
    left_behind: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Level and siblings of the groups that clicks cut short, latest last."""
    top_pending: bool = False
    """The ladder did not start at the top, and has not yet gone back to it."""
    made_offers: int = 0
    leaf: bool = False
    """The last click was on an item without children: the group counts as done."""

    def with_offer(self, item: str) -> LadderState:
        """The item counts as offered."""
        # Written out, because `replace` takes several times as long and every offer asks.
        return LadderState(
            self.group, self.level, (*self.offered, item), self.left_behind, self.top_pending, self.made_offers + 1,
            self.leaf,
        )  # fmt: skip

    def with_group(self, level: int, group: tuple[str, ...]) -> LadderState:
        """A new group forgets what was offered."""
        return replace(self, group=group, level=level, offered=(), leaf=False)


@dataclass(frozen=True, slots=True)
class Start:
    """The state a ladder begins with, and whether a named topic could not be found."""

    state: LadderState
    topic_unknown: bool = False


def start_at_top(house: House) -> Start:
    """The first level, in the catalog's order."""
    return Start(LadderState(house.first, 0))


def start_at_topic(house: House, topic: object, eligible: Eligible) -> Start:
    """The eligible items of a topic on the level nearest the top that has any; else the top."""
    for level in range(len(house.levels)):
        group = tuple(
            item.name
            for item in house.items.values()
            if item.level == level and item.topic == topic and eligible(item.name)
        )
        if group and topic is not None:
            return Start(LadderState(group, level, top_pending=True))
    return Start(LadderState(house.first, 0), topic_unknown=True)


def start_at_item(house: House, item: str) -> Start:
    """The item, then the other children of its parents."""
    return Start(LadderState(house.siblings_of(item), house.items[item].level, top_pending=True))


def choose(
    house: House, state: LadderState, *, eligible: Eligible, leads_on: Eligible, cold_depth: int, breadth: int | None
) -> tuple[LadderState, str | Exhausted]:
    """The next item to offer and the state in which it counts as offered, or why there is none.

    Ends because every turn takes an offer from a finite group, goes one level deeper, takes from the
    groups left behind, or spends the one return to the top.
    """
    while True:
        item = _next_sibling(state, eligible, breadth)
        if item is not None:
            return state.with_offer(item), item
        if state.level < cold_depth:
            children = (child for name in state.group if leads_on(name) for child in house.items[name].children)
            state = state.with_group(state.level + 1, tuple(dict.fromkeys(children)))
        elif state.left_behind:
            *earlier, (level, group) = state.left_behind
            state = replace(state, left_behind=tuple(earlier)).with_group(level, group)
        elif state.top_pending:
            state = replace(state, top_pending=False).with_group(0, house.first)
        else:
            return state, _why_exhausted(house, state, eligible)


def clicked(house: House, state: LadderState, item: str, *, eligible: Eligible) -> LadderState:
    """The walk after a click: into the item's children, or on as missed where none of them can be offered.

    An item without children ends its group; the siblings that the click cut short stay for later.
    """
    children = house.items[item].children
    if children and not any(eligible(child) for child in children):
        return state
    rest = tuple(sibling for sibling in state.group if sibling != item and sibling not in state.offered)
    behind = (*state.left_behind, (state.level, rest)) if rest else state.left_behind
    if not children:
        return replace(state, left_behind=behind, leaf=True)
    return replace(state, left_behind=behind).with_group(state.level + 1, children)


def _next_sibling(state: LadderState, eligible: Eligible, breadth: int | None) -> str | None:
    if state.leaf or (breadth is not None and len(state.offered) >= breadth):
        return None
    return next((name for name in state.group if name not in state.offered and eligible(name)), None)


def _why_exhausted(house: House, state: LadderState, eligible: Eligible) -> Exhausted:
    if any(eligible(name) for name in house.items if name not in state.offered):
        return Exhausted.COLD
    return Exhausted.ALL_SENT if state.made_offers else Exhausted.NO_CONTENT
