"""Intervals over replications: Student's t, for means and for paired differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

USUAL: Final = 0.90
"""Confidence of every interval that a report shows."""
FOR_THEORY: Final = 0.999
"""Confidence at which a simulation is held against theory."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean of a measure over replications with its t-interval, in the measure's unit.

    `value` is `None` (n/a) where no replication has one, and infinite where one of them is. Without at
    least two finite replications there is no interval: `low` and `high` are `None`.
    """

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    replications: int
    """Replications that have a value; all others are in `missing`."""
    missing: int = 0

    @property
    def half_width(self) -> float | None:
        """Half the length of the interval, in the measure's unit."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def relative_half_width(self) -> float | None:
        """Half width / |value|; `None` where the mean is zero and the half width is not."""
        half = self.half_width
        if half is None or self.value is None:
            return None
        if self.value == 0:
            return 0.0 if half == 0 else None
        return half / abs(self.value)


def estimate(values: Iterable[float | None], *, confidence: float = USUAL) -> Estimate:
    """The mean of independent replications and its t-interval. `None` entries (n/a) are counted apart."""
    every = tuple(values)
    known = [value for value in every if value is not None]
    missing = len(every) - len(known)
    if not known:
        return Estimate(None, None, None, confidence, 0, missing)
    count = len(known)
    if not all(map(math.isfinite, known)):
        return Estimate(math.inf, None, None, confidence, count, missing)
    mean = math.fsum(known) / count
    if count < 2:
        return Estimate(mean, None, None, confidence, count, missing)
    variance = math.fsum([(value - mean) ** 2 for value in known]) / (count - 1)
    half = t_quantile(confidence, count - 1) * math.sqrt(variance / count)
    return Estimate(mean, mean - half, mean + half, confidence, count, missing)


def paired_difference(
    values: Sequence[float | None], baseline: Sequence[float | None], *, confidence: float = USUAL
) -> Estimate:
    """Mean of value - baseline per replication of the same seed. A pair counts only where both are finite.

    Raises `ValueError` if the two do not have the same number of replications.
    """
    return estimate(map(_difference, *_same_length(values, baseline)), confidence=confidence)


def _same_length(
    values: Sequence[float | None], baseline: Sequence[float | None]
) -> tuple[Sequence[float | None], Sequence[float | None]]:
    if len(values) != len(baseline):
        raise ValueError(f"{len(values)} replications cannot be paired with {len(baseline)}")
    return values, baseline


def _difference(value: float | None, other: float | None) -> float | None:
    if value is None or other is None or not (math.isfinite(value) and math.isfinite(other)):
        return None
    return value - other


@lru_cache(maxsize=4_096)
def t_quantile(confidence: float, freedom: int) -> float:
    """The t with P(|T| <= t) = `confidence` (two-sided) for a whole number of degrees of freedom.

    Found by bisection on the angle arctan(t / sqrt(freedom)), in which the probability is a finite sum:
    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (odd) and 26.7.4 (even).
    """
    if not 0 < confidence < 1 or freedom < 1:
        raise ValueError(f"there is no t quantile at {confidence} with {freedom} degrees of freedom")
    low, high = 0.0, math.pi / 2
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return math.tan(middle) * math.sqrt(freedom)
        if _probability_within(middle, freedom) < confidence:
            low = middle
        else:
            high = middle


def _probability_within(angle: float, freedom: int) -> float:
    """P(|T| <= tan(angle) * sqrt(freedom))."""
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term, total = 1.0, 0.0
    # Terms of the even sum begin at 1, those of the odd one at cos(angle); each is the one before it
    # times cos^2 times an odd number over the next even one, or an even number over the next odd one.
    for step in range(1 + odd, freedom, 2):
        total += term
        term *= cosine * cosine * step / (step + 1)
    return 2 / math.pi * (angle + sine * cosine * total) if odd else sine * total
