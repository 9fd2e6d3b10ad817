"""Makes the shipped tables: `python -m journeyctl.tables.generate` (needs NumPy and SciPy).

The outer end of every quantile table, where the quantile itself is infinite, is set so that the
mean over that last stretch is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

from journeyctl.tables import CELLS, CHECKSUMS, ENTRIES, GAMMA_ALPHAS, SIGMOID_CELLS, pack

Floats = NDArray[np.float64]
_DIGITS = 50
_TAIL_NODES = 40
"""Gauss-Laguerre nodes for the mean beyond the last edge; 40 give 9 digits here."""


def sigmoid() -> list[int]:
    """1 / (1 + exp(-x)) in 2^-53 at x = -16, -16 + 2^-6, ... 16."""
    with localcontext() as context:
        context.prec = _DIGITS
        logits = (Decimal(k) / 64 - 16 for k in range(SIGMOID_CELLS + 1))
        return [round(2**53 / (1 + (-x).exp())) for x in logits]


def exp2() -> list[int]:
    """2^(k/4096) in 2^-30 for k = 0 ... 4096."""
    with localcontext() as context:
        context.prec = _DIGITS
        return [round(2**30 * (Decimal(2).ln() * k / CELLS).exp()) for k in range(CELLS + 1)]


def log() -> list[int]:
    """ln(1 + k/4096) in 2^-40 for k = 0 ... 4096."""
    with localcontext() as context:
        context.prec = _DIGITS
        return [round(2**40 * (1 + Decimal(k) / CELLS).ln()) for k in range(CELLS + 1)]


def normal() -> list[int]:
    """Quantiles of the standard normal distribution in 2^-20."""

    def lower(share: Floats) -> Floats:
        return np.asarray(special.ndtri(share), dtype=np.float64)

    return _quantiles(lower, lambda share: -lower(share))


def log_gamma() -> list[int]:
    """Quantiles of ln Gamma(alpha, 1) in 2^-20 for alpha = 1/8, 2/8, ... 6, one after the other."""
    return [entry for eighths in range(1, GAMMA_ALPHAS + 1) for entry in _log_gamma(eighths / 8)]


def _log_gamma(alpha: float) -> list[int]:
    def lower(share: Floats) -> Floats:
        # Near zero the distribution function is x^alpha / Gamma(1 + alpha), whose inverse never underflows.
        asymptote = (np.log(share) + special.gammaln(alpha + 1)) / alpha
        exact = np.log(np.maximum(special.gammaincinv(alpha, share), 1e-300))
        return np.asarray(np.where(asymptote < -30, asymptote, exact), dtype=np.float64)

    def upper(share: Floats) -> Floats:
        return np.asarray(np.log(special.gammainccinv(alpha, share)), dtype=np.float64)

    return _quantiles(lower, upper)


def _quantiles(lower: Callable[[Floats], Floats], upper: Callable[[Floats], Floats]) -> list[int]:
    """Main edges, lowest cell, highest cell; `upper` takes the share that lies above."""
    shares = np.arange(1, CELLS) / CELLS
    half = CELLS // 2
    inner = np.concatenate([lower(shares[:half]), upper(1 - shares[half:])])
    low, high = _tail(lower), _tail(upper)[::-1]
    edges = np.concatenate([low[:1], inner, high[-1:], low, high])
    return [int(entry) for entry in np.rint(edges * 2**20)]


def _tail(quantile: Callable[[Floats], Floats]) -> Floats:
    """The edges within an end cell, outermost first."""
    width = 1 / CELLS**2
    edges = quantile(np.arange(1, CELLS + 1, dtype=np.float64) * np.float64(width))
    nodes, weights = np.polynomial.laguerre.laggauss(_TAIL_NODES)
    shares: Floats = np.asarray(width * np.exp(-nodes), dtype=np.float64)
    mean = float(np.sum(weights * quantile(shares)))
    return np.concatenate([[2 * mean - edges[0]], edges])


def main(folder: Path) -> None:
    """Writes every table and the checksums into `folder`."""
    lines = []
    for make in (sigmoid, normal, exp2, log, log_gamma):
        name = make.__name__
        raw = pack(make(), kind=ENTRIES[name][0])
        (folder / f"{name}.bin").write_bytes(raw)
        lines.append(f"{sha256(raw).hexdigest()}  {name}\n")
    (folder / CHECKSUMS).write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(Path(__file__).parent)
