"""The knee of a trade-off: where more of one wish begins to cost much of another.

Two measures, both wanted, over values in their order, of which one falls while the other rises. Each is scaled
so that it runs from 0 at the first value to 1 at the last. On the straight line between the two ends every part
gained of one costs the same part of the other; the knee is the value that lies farthest on the good side of that
line, the point of largest distance to the chord (Satopaa, Albrecht, Irwin, Raghavan: "Finding a 'Kneedle' in a
Haystack", 2011). Distances are taken per replication on the same people, so that they have intervals of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from journeyctl.results.intervals import Estimate, estimate, paired_difference

FEWEST: Final = 3
"""Values without which a line has no inside."""

_ROUNDING: Final = 1e-9
"""Distances in the scaled square below which only the rounding of floats speaks."""

Series = Sequence[float | None]
"""A measure over replications."""


@dataclass(frozen=True, slots=True)
class Knee:
    """What can be said of the knee of two measures over some values."""

    place: int | None
    """Position of the value; `None`: none can be told."""
    distances: tuple[Estimate, ...] = ()
    """From the chord, positive on the good side, by value; in units of the scaled square, whose side is 1."""
    rivals: tuple[int, ...] = ()
    """Other values whose distance cannot be told from the knee's."""
    reason: str = ""
    """Why there is none."""


def knee_of(one: Sequence[Series], other: Sequence[Series]) -> Knee:
    """The knee of two wanted measures, each given by value and then by replication.

    Raises `ValueError` where the two do not cover the same values.
    """
    if len(one) != len(other):
        raise ValueError(f"{len(one)} values of one measure and {len(other)} of the other make no trade-off")
    if len(one) < FEWEST:
        return Knee(None, reason=f"a knee needs at least {FEWEST} values")
    changes = paired_difference(one[-1], one[0]), paired_difference(other[-1], other[0])
    if not all(_is_told_from_zero(change) for change in changes):
        return Knee(None, reason="one of the two does not change by more than chance")
    spans = [change.value or 0.0 for change in changes]
    if spans[0] * spans[1] > 0:
        return Knee(None, reason="both change in the same direction, so nothing is traded")
    # Where the other one rises, it is what is gained while the first is lost.
    sign = 1 if spans[1] > 0 else -1
    series = [_distances(one, other, place, spans, sign) for place in range(len(one))]
    distances = tuple(estimate(numbers) for numbers in series)
    best = max(range(1, len(one) - 1), key=lambda place: distances[place].value or 0.0)
    if (distances[best].low or 0.0) <= _ROUNDING:
        return Knee(None, distances, reason="no value lies off the straight line by more than chance")
    rivals = tuple(
        place
        for place in range(len(one))
        if place != best and not _is_told_from_zero(paired_difference(series[best], series[place]))
    )
    return Knee(best, distances, rivals)


def _distances(
    one: Sequence[Series], other: Sequence[Series], place: int, spans: Sequence[float], sign: int
) -> list[float | None]:
    """Signed distance of one value from the chord, by replication; scaled by the spans of the means.

    Every replication is held against the straight line between its own ends, at the part of the first measure
    that the value has on average: a run in which everything is traded more sharply bends no more for that.
    """
    part = (paired_difference(one[place], one[0]).value or 0.0) / spans[0]
    lines = [
        _above_its_line(found[place], found[0], found[-1], part=part, span=span)
        for found, span in ((one, spans[0]), (other, spans[1]))
    ]
    pairs = zip(lines[0], lines[1], strict=True)
    return [None if x is None or y is None else sign * (y - x) / math.sqrt(2) for x, y in pairs]


def _above_its_line(values: Series, first: Series, last: Series, *, part: float, span: float) -> list[float | None]:
    """How far each replication of a measure lies above the line between its first and its last value, scaled."""
    return [
        None if here is None or start is None or end is None else (here - start - part * (end - start)) / span
        for here, start, end in zip(values, first, last, strict=True)
    ]


def _is_told_from_zero(difference: Estimate) -> bool:
    if difference.low is None or difference.high is None:
        return False
    return difference.low > _ROUNDING or difference.high < -_ROUNDING
