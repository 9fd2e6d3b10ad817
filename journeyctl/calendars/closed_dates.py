"""Dates on which nobody works: public holidays of a country or region, and dates that a team adds.

The `holidays` distribution is loaded when a region is first named; most commands need none.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache


@dataclass(frozen=True, slots=True)
class ClosedDates:
    """Holidays of `region` together with further dates. Years are looked up as they are needed."""

    region: str | None = None
    """A country such as `US`, or a country and its part such as `DE-BY`; `None` keeps no holidays."""
    further: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.region is not None:
            check_region(self.region)

    def __contains__(self, day: date) -> bool:
        return day in self.further or (self.region is not None and day in _holidays(self.region, day.year))

    def of_years(self, years: Iterable[int]) -> tuple[date, ...]:
        """All closed dates of these years, in order."""
        wanted = sorted(set(years))
        regional = holiday_dates(self.region, wanted) if self.region is not None else frozenset()
        return tuple(sorted(regional | {day for day in self.further if day.year in wanted}))


NEVER_CLOSED = ClosedDates()


def holiday_dates(region: str, years: Iterable[int]) -> frozenset[date]:
    """Public holidays, with the working days on which they are observed. Raises `ValueError` for an unknown region."""
    check_region(region)
    return frozenset().union(*(_holidays(region, year) for year in years))


@cache
def check_region(region: str) -> str:
    """Gives `US` or `DE-BY` back if its holidays are known. Raises `ValueError` naming what is near."""
    from holidays import list_supported_countries

    parts_of = list_supported_countries(include_aliases=False)
    country, dash, part = region.partition("-")
    if country not in parts_of:
        near = [country.upper()] if country.upper() in parts_of else difflib.get_close_matches(country, parts_of, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "write a two-letter country code such as US"
        raise ValueError(f"no holidays are known for '{region}'; {hint}")
    if dash and part not in parts_of[country]:
        known = f"one of {', '.join(sorted(parts_of[country]))}" if parts_of[country] else f"{country} alone"
        raise ValueError(f"no holidays are known for the part '{part}' of {country}; write {known}")
    return region


@cache
def _holidays(region: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year, expand=False))
