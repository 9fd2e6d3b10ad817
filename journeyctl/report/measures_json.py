"""Numbers with their intervals as machine formats carry them."""

from __future__ import annotations

import math

from journeyctl.results.intervals import Estimate


def with_interval(found: Estimate) -> dict[str, object]:
    """Mean, bounds, confidence and replications of a measure."""
    return {
        "value": plain_number(found.value),
        "low": plain_number(found.low),
        "high": plain_number(found.high),
        "confidence": found.confidence,
        "replications": found.replications,
    }


def plain_number(amount: float | None) -> float | str | None:
    """The number itself; `never` where it is infinite, for which JSON has no number."""
    return "never" if amount is not None and math.isinf(amount) else amount
