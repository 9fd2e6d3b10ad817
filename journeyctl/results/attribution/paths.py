"""Paths: the touches before each conversion, and those that led to none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from journeyctl.results.attribution.touches import Touches
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.semantics.effects import Kind

Outcome = Literal["leads", "requests", "opportunities", "won"]
"""What counts as a conversion: own leads made, requests for sales, own opportunities opened, own deals won."""
OUTCOMES: Final[tuple[Outcome, ...]] = ("leads", "requests", "opportunities", "won")
LOOKBACK: Final = 90 * 86_400
"""Seconds before a conversion, or the end of the run, in which touches count."""
_KINDS: Final = {
    "leads": Kind.HANDED_OFF, "requests": Kind.ASKED, "opportunities": Kind.OPPORTUNITY, "won": Kind.WON,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paths:
    """Touches by path and time; paths without any touch have no row.

    Columns of shape `(touches,)` unless stated otherwise.
    """

    path: Integers
    """Ascending numbers of paths; those of conversions come first."""
    place: Integers
    """0 for the first touch of the path."""
    length: Integers
    """Touches of the path, shape `(paths,)`."""
    before_end: Integers
    """Seconds from the touch to the conversion."""
    human: Mask
    label: Integers
    labels: tuple[str, ...]
    conversions: int
    """Conversions, and so converting paths, those without a touch included."""

    @property
    def converting(self) -> Mask:
        """Which touches lead to a conversion."""
        found: Mask = self.path < self.conversions
        return found


def conversions_of(record: EventRecord, outcome: Outcome, *, start: int, end: int) -> tuple[Integers, Integers]:
    """Contact and second of each conversion in the run, by contact and time; of a deal's several lines, one.

    Conversions that nobody by name stands behind, leads from elsewhere, are left out.
    """
    rows = record.rows_of(_KINDS[outcome])
    time = record.cells("time", rows)
    rows = rows[(time >= start) & (time < end) & (record.cells("contact", rows) != 0)]
    if outcome in ("opportunities", "won"):
        _, first = np.unique(record.cells("opportunity", rows), return_index=True)
        rows = rows[first]
    time, contact = record.cells("time", rows).astype(np.int64), record.cells("contact", rows).astype(np.int64)
    order = np.lexsort((time, contact))
    return contact[order], time[order]


def paths_of(touches: Touches, conversions: tuple[Integers, Integers], *, end: int, lookback: int = LOOKBACK) -> Paths:
    """Every touch leads to the next conversion of its contact, if that is near enough, or to none.

    What a contact did after its last conversion, or without any, is a path to nowhere.
    """
    contact, time = conversions
    count, size = len(contact), int(max(touches.time.max(initial=0), time.max(initial=0), end)) + 1
    # Conversions are sorted by contact and time, so one number per moment finds the next one.
    following = np.searchsorted(contact * size + time, touches.contact * size + touches.time, side="right")
    known = following < count
    aim = np.minimum(following, max(count - 1, 0))
    converts = known & (contact[aim] == touches.contact) if count else known
    until = np.where(converts, time[aim] if count else 0, end)
    near = (until - touches.time <= lookback) & (touches.time < end)
    _, nowhere = np.unique(touches.contact, return_inverse=True)
    path = np.where(converts, following, count + nowhere)[near]
    order = np.argsort(path, kind="stable")
    path = path[order]
    lengths = np.bincount(path, minlength=count)
    return Paths(
        path=path,
        place=np.arange(len(path)) - np.searchsorted(path, path, side="left"),
        length=lengths,
        before_end=(until - touches.time)[near][order],
        human=touches.human[near][order],
        label=touches.label[near][order],
        labels=touches.labels,
        conversions=count,
    )
