"""Caps and consent in a forecast: who may not be mailed, what caps hold back, whose mail displaces whose."""

from __future__ import annotations

from journeyctl.report import numbers
from journeyctl.report.text_table import table, wrapped
from journeyctl.results.intervals import Estimate
from journeyctl.simulate.forecast import Forecast

_MOST = 6
"""Pairs of journeys that are shown; JSON has all."""


def caps_and_consent(forecast: Forecast, width: int) -> str:
    """The tables that have anything to tell."""
    blocks = (_unmailable(forecast, width), _caps(forecast, width), _displaced(forecast, width))
    return "\n\n".join(block for block in blocks if block)


def _unmailable(forecast: Forecast, width: int) -> str:
    rows = [
        (f"{source}: {reason.replace('_', ' ')}", numbers.value(many, "count"))
        for (source, reason), many in forecast.estimates.get("unmailable", {}).items()
        if source and reason and many.value
    ]
    return table("MAY NOT BE MAILED, by source and reason", ("", "contacts"), rows, width)


def _caps(forecast: Forecast, width: int) -> str:
    found = forecast.estimates
    rows = []
    for (cap,), share in found.get("collisions", {}).items():
        most, twice = (found.get(name, {}).get((cap,)) for name in ("most_wanted", "over_cap_per_person"))
        rows.append((cap, numbers.both(share, "share"), _count(most), _count(twice)))
    title = "CAPS, mail wanted beyond them, and sent beyond them to people with two records"
    return table(wrapped(title, width), ("", "wanted beyond", "most in a window", "sent beyond"), rows, width)


def _displaced(forecast: Forecast, width: int) -> str:
    pairs = [
        (many.value, journey, by, many)
        for (journey, by), many in forecast.estimates.get("displaced", {}).items()
        if journey and by and many.value
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    rows = [(f"{journey}, by {by}", _count(many)) for _, journey, by, many in pairs[:_MOST]]
    title = "DISPLACED, wishes to send that met a full cap, by whose mail filled it"
    return table(wrapped(title, width), ("", "wishes"), rows, width)


def _count(found: Estimate | None) -> str:
    return numbers.NOT_AVAILABLE if found is None else numbers.value(found, "count")
