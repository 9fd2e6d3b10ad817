"""Dates on which nobody works: public holidays of a country or region, and dates that a team adds.

The `holidays` distribution is loaded when a region is first named; most commands need none. What it said is kept
between runs, since all its countries take a tenth of a second to load.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from journeyctl.calendars import kept_holidays


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


def check_region(region: str) -> str:
    """Gives `US` or `DE-BY` back if its holidays are known. Raises `ValueError` naming what is near."""
    if not kept_holidays.has(region):
        _look_for(region)
    return region


@cache
def _look_for(region: str) -> None:
    from holidays.registry import EntityLoader

    # Countries are named without being loaded: each has a module of its own.
    countries = tuple(EntityLoader.get_country_codes(include_aliases=False))
    country, dash, part = region.partition("-")
    if country not in countries:
        near = [country.upper()] if country.upper() in countries else difflib.get_close_matches(country, countries, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "write a two-letter country code such as US"
        raise ValueError(f"no holidays are known for '{region}'; {hint}")
    if dash:
        parts = _parts_of(country)
        if part not in parts:
            known = f"one of {', '.join(sorted(parts))}" if parts else f"{country} alone"
            raise ValueError(f"no holidays are known for the part '{part}' of {country}; write {known}")


def _parts_of(country: str) -> Sequence[str]:
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)[country]


def _holidays(region: str, year: int) -> frozenset[date]:
    found = kept_holidays.of(region, year)
    if found is None:
        decade = range(year // 10 * 10, year // 10 * 10 + 10)
        kept_holidays.keep(region, {one: _looked_up(region, one) for one in decade})
        found = kept_holidays.of(region, year) or frozenset()
    return found


def _looked_up(region: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year, expand=False))
