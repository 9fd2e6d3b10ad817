"""How far a measure varies by chance and by what nobody knows, from runs with several draws of the parameters.

One-way analysis of variance: every draw of the parameters is a group, its replications are independent of those of all
others. Floats are summed in the order of the runs, so that the same runs give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """What all runs together say of one measure, in its unit."""

    mean: float
    middle: float
    """Half of the runs lie below."""
    low: float
    """5 of 100 runs lie below."""
    high: float
    """95 of 100 runs lie below."""
    chance: float
    """Variance between replications with the same parameters: the mean square within groups."""
    parameters: float
    """Variance that the parameters add: (mean square between - mean square within) / replications, not below 0."""
    runs: int

    @property
    def share_of_parameters(self) -> float | None:
        """Part of the variance that better knowledge of the parameters could take away; `None` where none varies."""
        total = self.chance + self.parameters
        return self.parameters / total if total else None


def spread_of(groups: Sequence[Sequence[float]]) -> Spread | None:
    """The spread of a measure whose runs are grouped by parameter draw; `None` without two groups of equal size.

    Every group needs the same number, at least two, of finite values.
    """
    if len(groups) < 2 or len(groups[0]) < 2 or any(len(group) != len(groups[0]) for group in groups):
        return None
    size, values = len(groups[0]), sorted(value for group in groups for value in group)
    mean = math.fsum(values) / len(values)
    means = [math.fsum(group) / size for group in groups]
    between = size * math.fsum((found - mean) ** 2 for found in means) / (len(groups) - 1)
    within = math.fsum(
        (value - found) ** 2 for group, found in zip(groups, means, strict=True) for value in group
    ) / (len(groups) * (size - 1))  # fmt: skip
    return Spread(
        mean, quantile(values, 0.5), quantile(values, 0.05), quantile(values, 0.95),
        within, max(0.0, (between - within) / size), len(values),
    )  # fmt: skip


def quantile(ascending: Sequence[float], part: float) -> float:
    """The value below which this part of sorted values lies, between neighbours in proportion.

    Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996, type 7.
    """
    place = part * (len(ascending) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (place - below) * (ascending[above] - ascending[below])


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation; equal values share their mean rank. 0 where one of the two does not vary."""
    x, y = _ranks(one), _ranks(other)
    middle = (len(x) - 1) / 2
    products = math.fsum((a - middle) * (b - middle) for a, b in zip(x, y, strict=True))
    squares = math.fsum((a - middle) ** 2 for a in x) * math.fsum((b - middle) ** 2 for b in y)
    return products / math.sqrt(squares) if squares else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = (start + end) / 2
        start = end + 1
    return ranks
