"""Public holidays that some run has looked up before, in a file for each version of the `holidays` distribution."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeAlias

from journeyctl import kept_files

Years: TypeAlias = "dict[int, frozenset[date]]"


def has(region: str) -> bool:
    """Whether holidays of this region were ever looked up."""
    return region in _known()


def of(region: str, year: int) -> frozenset[date] | None:
    """The holidays of a year; `None` where nobody looked them up yet."""
    return _known().get(region, {}).get(year)


def keep(region: str, found: Mapping[int, frozenset[date]]) -> None:
    """Remembers the holidays of these years, here and for later runs."""
    known = _known()
    known[region] = known.get(region, {}) | dict(found)
    days = {name: {year: sorted(day.toordinal() for day in own[year]) for year in own} for name, own in known.items()}
    place = _place()
    if place is not None:
        kept_files.keep(place, json.dumps(days).encode())


@cache
def _known() -> dict[str, Years]:
    """By region and year; grows."""
    place = _place()
    # A file that is missing, cut off or not ours holds nothing.
    with suppress(OSError, ValueError, TypeError, AttributeError):
        kept = json.loads(place.read_bytes()) if place is not None else {}
        return {
            region: {int(year): frozenset(map(date.fromordinal, days)) for year, days in years.items()}
            for region, years in kept.items()
        }
    return {}


@cache
def _place() -> Path | None:
    """Another version of the distribution may know other holidays."""
    found = kept_files.installed("holidays")
    return kept_files.folder(__file__) / f"{found}.kept" if found else None
