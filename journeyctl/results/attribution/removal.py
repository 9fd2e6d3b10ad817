"""Removal effects in a Markov chain of order 1: how many conversions a chain through the touches loses without one.

Anderl, Becker, von Wangenheim, Schumann, "Mapping the customer journey: lessons learned from graph-based online
attribution modeling", International Journal of Research in Marketing 33(3), 2016.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.attribution.paths import Paths

Matrix = NDArray[np.floating[Any]]


def removal_credits(paths: Paths) -> Matrix:
    """Conversions with a touch by label, shape `(labels,)`, in proportion to removal effects.

    States are the labels, the start, the conversion and nothing. Removing a label sends everybody who would
    come to it to nothing. Where no removal has an effect there is nothing to share out, and all are 0.
    """
    labels, touched = len(paths.labels), int(np.count_nonzero(paths.length[: paths.conversions]))
    if not labels or not touched:
        return np.zeros(labels)
    chain = _transitions(paths)
    whole = _reached(chain, labels)
    effects = np.array([1 - _reached(chain, labels, without=label) / whole for label in range(labels)])
    credits: Matrix = touched * effects / effects.sum()
    return credits


def _transitions(paths: Paths) -> Matrix:
    """Shares of steps from each label, or the start (last row), to each label, or the conversion (last column)."""
    labels, last = len(paths.labels), paths.place == paths.length[paths.path] - 1
    steps = np.zeros((labels + 1, labels + 2))
    begins = paths.label[paths.place == 0]
    np.add.at(steps, (np.full(len(begins), labels), begins), 1)
    np.add.at(steps, (paths.label[:-1][~last[:-1]], paths.label[1:][~last[:-1]]), 1)
    ends = np.where(paths.converting, labels, labels + 1)[last]
    np.add.at(steps, (paths.label[last], ends), 1)
    # Steps to nothing only matter as a part of the sum.
    sums = steps.sum(axis=1, keepdims=True)
    shares: Matrix = (steps / np.where(sums > 0, sums, 1))[:, :-1]
    return shares


def _reached(chain: Matrix, labels: int, *, without: int | None = None) -> float:
    """Probability of a conversion from the start; nobody gets beyond the label that is taken away."""
    kept = np.ones(labels, np.bool_)
    if without is not None:
        kept[without] = False
    among, to_end = chain[:-1, :-1][kept][:, kept], chain[:-1, -1][kept]
    by_label = np.linalg.solve(np.eye(len(among)) - among, to_end)
    return float(chain[-1, :-1][kept] @ by_label)
