"""How long people take, as shares for reports and rules; simulation draws its delays elsewhere."""

from __future__ import annotations

from math import log
from statistics import NormalDist
from typing import TYPE_CHECKING

from journeyctl.behaviour.activity import activity_clock

if TYPE_CHECKING:
    from journeyctl.model.behaviour import Behaviour


def opened_within(behaviour: Behaviour, seconds: int) -> float:
    """Share of all human opens that happen within `seconds` of wall time after a Tuesday 09:00 delivery."""
    if seconds <= 0:
        return 0.0
    clock = activity_clock(tuple(behaviour.activity))
    median = clock.median_units(round(behaviour.value("open_delay_median") * 3_600))
    sigma = behaviour.value("open_delay_sigma")
    reached = log(clock.median_units(seconds) / median)
    return NormalDist().cdf(reached / sigma) if sigma > 0 else float(reached >= 0)
