"""What is believed of a parameter, as a distribution: uniform over its range, or its prior cut to what is possible.

The values decide simulations, so they are rounded to six digits: a last bit in which two machines differ must not
reach a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final, assert_never

from journeyctl.model.behaviour import (
    BetaPrior,
    HalfNormalPrior,
    LognormalPrior,
    NormalPrior,
    Parameter,
    Prior,
)

_STANDARD: Final = NormalDist()
_DIGITS: Final = 6
_HALVINGS: Final = 200


@dataclass(frozen=True, slots=True)
class Belief:
    """The distribution of one parameter, in its unit."""

    low: float
    high: float
    share_below: Callable[[float], float] | None = field(default=None, compare=False)
    """Distribution function of the prior; `None`: uniform."""
    is_whole: bool = False
    """Only whole numbers can be: each of those from `low` to `high` is as likely as the others."""

    def quantile(self, part: float) -> float:
        """The value below which the parameter lies with this chance, rounded to six digits."""
        if self.is_whole:
            return min(self.high, math.floor(self.low + part * (self.high - self.low + 1)))
        if self.share_below is None:
            found = self.low + part * (self.high - self.low)
        else:
            found = self._by_halving(self.share_below, part)
        return min(self.high, max(self.low, float(f"{found:.{_DIGITS}g}")))

    def _by_halving(self, share_below: Callable[[float], float], part: float) -> float:
        # Cut to the limits: what lies outside is left out, not heaped up at them.
        at_low, at_high = share_below(self.low), share_below(self.high)
        wanted = at_low + part * (at_high - at_low)
        low, high = self.low, self.high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            low, high = (middle, high) if share_below(middle) < wanted else (low, middle)
        return (low + high) / 2


def belief_of(parameter: Parameter, *, limits: tuple[float, float]) -> Belief | None:
    """What is believed of a parameter that its formula allows within `limits`; `None` where only its value is known."""
    least, greatest = (parameter.range[0], parameter.range[1]) if parameter.range is not None else limits
    low, high = max(limits[0], min(least, greatest)), min(limits[1], max(least, greatest))
    if parameter.prior is not None:
        return Belief(low, high, _share_below(parameter.prior))
    return None if parameter.range is None else Belief(low, high)


def _share_below(prior: Prior) -> Callable[[float], float]:
    match prior:
        case NormalPrior(normal=(mean, deviation)):
            return lambda value: _STANDARD.cdf((value - mean) / deviation) if deviation else float(value >= mean)
        case HalfNormalPrior(half_normal=deviation):
            return lambda value: math.erf(max(0.0, value) / deviation / math.sqrt(2)) if deviation else 1.0
        case LognormalPrior(lognormal=(median, sigma)):
            return lambda value: _STANDARD.cdf(math.log(value / median) / sigma) if value > 0 else 0.0
        case BetaPrior(beta=(successes, failures)):
            return lambda value: beta_share_below(value, successes, failures)
        case NormalPrior() | LognormalPrior() | BetaPrior():
            raise ValueError(f"a prior has two numbers: {prior}")
        case _:
            assert_never(prior)


def beta_share_below(value: float, successes: float, failures: float) -> float:
    """The distribution function of a beta: the regularised incomplete beta function.

    By its continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22), which converges
    quickly below the mean; above it the other tail is taken.
    """
    if value <= 0 or value >= 1:
        return float(value >= 1)
    if value > (successes + 1) / (successes + failures + 2):
        return 1 - beta_share_below(1 - value, failures, successes)
    logarithm = (
        math.lgamma(successes + failures) - math.lgamma(successes) - math.lgamma(failures)
        + successes * math.log(value) + failures * math.log1p(-value)
    )  # fmt: skip
    return math.exp(logarithm) / successes * _continued_fraction(value, successes, failures)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / ..)), from the far end of so many terms that the rest no longer shows."""
    found = 1.0
    for number in range(_HALVINGS, 0, -1):
        half = number // 2
        if number % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        found = 1 + term / found
    return 1 / found
