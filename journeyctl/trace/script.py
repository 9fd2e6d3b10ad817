"""A script: who the contact is, what it does with each message, what happens outside, and how the desk ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from journeyctl.expr import Value
from journeyctl.fixed_point import CERTAIN
from journeyctl.graph.ops import SplitOp
from journeyctl.graph.program import StepGraph
from journeyctl.semantics.stimuli import Bounced, Clicked, Opened, SalesRequested, Stimulus, Unsubscribed
from journeyctl.units import SECONDS_PER_DAY

OPENED_AFTER = 4 * 3_600
"""Seconds from delivery to an open for which the script names no time."""
CLICKED_AFTER = 60
"""Seconds from an open to the click that follows it."""
ASKED_AFTER = 600
"""Seconds from a click to the sales request that follows it."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """The strongest thing that the contact does with one message; weaker ones are implied."""

    do: str
    """none, opened, clicked, sales_request, unsubscribed or bounced."""
    after: int | None = None
    """Seconds from delivery to the named act; `None`: the usual ones."""

    def stimuli(self, item: str, send: int) -> tuple[tuple[int, Stimulus], ...]:
        """What follows the delivery, with seconds after it."""
        match self.do:
            case "opened":
                return ((self._at(OPENED_AFTER), Opened(item, send)),)
            case "clicked":
                clicked = self._at(OPENED_AFTER + CLICKED_AFTER)
                return ((max(0, clicked - CLICKED_AFTER), Opened(item, send)), (clicked, Clicked(item, send)))
            case "sales_request":
                asked = self._at(OPENED_AFTER + CLICKED_AFTER + ASKED_AFTER)
                clicked = max(0, asked - ASKED_AFTER)
                opened = max(0, clicked - CLICKED_AFTER)
                return (
                    (opened, Opened(item, send)),
                    (clicked, Clicked(item, send)),
                    (asked, SalesRequested(item, send)),
                )
            case "unsubscribed":
                left = self._at(OPENED_AFTER + CLICKED_AFTER)
                return ((max(0, left - CLICKED_AFTER), Opened(item, send)), (left, Unsubscribed(item, send)))
            case "bounced":
                return ((0, Bounced(item, send, hard=True)),)
            case _:
                return ()

    def _at(self, usual: int) -> int:
        return usual if self.after is None else self.after


NOTHING = Reaction("none")


@dataclass(frozen=True, slots=True)
class Fact:
    """Fields that change some seconds after the entry."""

    after: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that a walk needs besides the program."""

    journey: str
    start: date
    given: Mapping[str, Value] = field(default_factory=dict)
    """By path; fields that are not given are unknown."""
    splits: Mapping[str, str] = field(default_factory=dict)
    """Arm by split step; without one the first arm that is no holdout."""
    desk: str | None = None
    """Outcome of every lead; `None`: the walk stops at the handoff."""
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    """By item or step."""
    facts: tuple[Fact, ...] = ()
    length: int = 26 * 7 * SECONDS_PER_DAY
    contact: str = "contact"

    def reaction_to(self, item: str, step: str) -> Reaction:
        """What the contact does with a message; the item's reaction goes before the step's."""
        return self.reactions.get(item) or self.reactions.get(step) or NOTHING


@dataclass(frozen=True, slots=True)
class ScriptedDraws:
    """Draws that send the contact into the arms that the script names. Satisfies `draws.DrawSource`."""

    graphs: Mapping[str, StepGraph]
    arms: Mapping[str, str]

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """The middle of the wanted arm for a split; the first day of a ramp, and outside of every holdout."""
        del subject, occurrence
        if purpose == "split":
            journey, _, step = place.partition("/")
            return self._middle_of_arm(journey, step)
        return CERTAIN - 1 if purpose == "holdout" else 0

    def stable(self) -> ScriptedDraws:
        """Itself: a script has no replications."""
        return self

    def _middle_of_arm(self, journey: str, step: str) -> int:
        op = next(op for op in self.graphs[journey].ops.values() if isinstance(op, SplitOp) and op.step == step)
        wanted = self.arms.get(step) or next((arm.name for arm in op.arms if arm.target is not None), op.arms[0].name)
        start = 0.0
        for arm in op.arms:
            if arm.name == wanted:
                return int((start + arm.share / 2) * CERTAIN)
            start += arm.share
        return 0
