"""Dates on which nobody works: public holidays of a country or region, and dates that a team adds.

The `holidays` distribution is loaded when a region is first named; most commands need none.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

Known: TypeAlias = "Mapping[tuple[str, int], frozenset[date]]"
"""Public holidays by region and year."""

_KNOWN: Final[dict[tuple[str, int], frozenset[date]]] = {}
"""What was looked up so far, or told by another process."""
_REGIONS: Final[set[str]] = set()
"""Regions of which holidays are known to exist."""


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
    if region not in _REGIONS:
        _look_for(region)
        _REGIONS.add(region)
    return region


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


def looked_up(years: Iterable[int]) -> Known:
    """The holidays of these years in every region that was named so far, for `remember` in another process."""
    wanted = tuple(years)
    return {(region, year): _holidays(region, year) for region in sorted(_REGIONS) for year in wanted}


def remember(known: Known) -> None:
    """What another process looked up need not be looked up here: loading it takes as long as reading a workspace."""
    _KNOWN.update(known)
    _REGIONS.update(region for region, _ in known)


def _holidays(region: str, year: int) -> frozenset[date]:
    found = _KNOWN.get((region, year))
    if found is None:
        from holidays import country_holidays

        country, _, part = region.partition("-")
        found = frozenset(country_holidays(country, subdiv=part or None, years=year, expand=False))
        _KNOWN[region, year] = found
    return found
