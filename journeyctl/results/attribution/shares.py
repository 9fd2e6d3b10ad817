"""Rules by position and time: each conversion is shared out among the touches of its own path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.attribution.paths import Paths
from journeyctl.results.record import Integers

Weights = NDArray[np.floating[Any]]
"""One weight per touch; what matters is its part of the path's sum. Where all are 0 the path credits no touch."""
HALF_LIFE: Final = 30 * 86_400
"""Seconds after which a touch counts half in time decay; decisions of hospitals take months, not days."""
ENDS: Final = 0.4
"""Part of the first and of the last touch in the position rule; the touches between share the rest."""


def first(paths: Paths) -> Weights:
    """All to the first touch."""
    return np.where(paths.place == 0, 1.0, 0.0)


def last(paths: Paths) -> Weights:
    """All to the last touch, machines' included, as platforms record it."""
    return np.where(paths.place == paths.length[paths.path] - 1, 1.0, 0.0)


def last_human(paths: Paths) -> Weights:
    """All to the last touch by a human."""
    latest = np.full(len(paths.length), -1, np.int64)
    np.maximum.at(latest, paths.path[paths.human], paths.place[paths.human])
    return np.where(paths.place == latest[paths.path], 1.0, 0.0)


def linear(paths: Paths) -> Weights:
    """The same to every touch."""
    return np.ones(len(paths.path))


def time_decay(paths: Paths) -> Weights:
    """Half as much for every `HALF_LIFE` before the conversion."""
    return np.exp2(-paths.before_end / HALF_LIFE)


def position(paths: Paths) -> Weights:
    """40 % to the first, 40 % to the last, the rest evenly to those between; of two touches each the half."""
    length = paths.length[paths.path]
    between = np.where(length > 2, (1 - 2 * ENDS) / np.maximum(length - 2, 1), 0.0)
    at_end = (paths.place == 0) | (paths.place == length - 1)
    return np.where(at_end, ENDS, between)


RULES: Final[Mapping[str, Callable[[Paths], Weights]]] = {
    "first": first, "last": last, "last human": last_human, "linear": linear, "time decay": time_decay,
    "position": position,
}  # fmt: skip


def shared_out(paths: Paths, weights: Weights) -> Weights:
    """Conversions by label, shape `(labels,)`: each path gives 1 in all, in proportion to its weights."""
    sums = _sums(paths.path, weights, len(paths.length))
    own = np.where(paths.converting & (sums[paths.path] > 0), weights, 0.0)
    part = own / np.where(own > 0, sums[paths.path], 1.0)
    return _sums(paths.label, part, len(paths.labels))


def _sums(groups: Integers, weights: Weights, size: int) -> Weights:
    found: Weights = np.bincount(groups, weights=weights, minlength=size).astype(np.float64)
    return found
