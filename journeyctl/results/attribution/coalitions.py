"""Shapley values: what a label adds, on average over all orders in which labels could have joined.

The worth of a set of labels is the number of conversions whose paths need no label beyond it. In that game each
conversion is worth 1 to every set that holds all of its labels, so its value falls to them in equal parts (Shapley,
"A value for n-person games", 1953: carrier and symmetry), and sums over sets need not be drawn or counted.
Zhao, Mahboobi, Bagheri, "Shapley Value Methods for Attribution Modeling in Online Advertising", 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.attribution.paths import Paths


def shapley_credits(paths: Paths) -> NDArray[np.floating[Any]]:
    """Conversions by label, shape `(labels,)`: each path's conversion in equal parts to its distinct labels."""
    labels = len(paths.labels)
    pairs = np.unique((paths.path * max(labels, 1) + paths.label)[paths.converting])
    path, label = pairs // max(labels, 1), pairs % max(labels, 1)
    distinct = np.bincount(path, minlength=paths.conversions)
    found: NDArray[np.floating[Any]] = np.bincount(label, weights=1 / distinct[path], minlength=labels).astype(
        np.float64
    )
    return found
