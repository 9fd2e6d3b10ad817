"""Leads from elsewhere that reach the same desk: so many a week, or in lots such as a fair's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.behaviour.activity import ActivityClock
from journeyctl.calendars import Calendar, iso_weeks, next_daily
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, LARGEST_POISSON, ONE, lognormal, multiply, poisson
from journeyctl.model.scenario import DeskInflow, OtherLeads
from journeyctl.simulate.desk_rules import WorkTime
from journeyctl.simulate.lead_request import LeadRequest

LOT_BEGINS = 8 * 3_600
"""Local time of day at which a lot begins to arrive."""
_MOST_KEPT = 1 << 8
"""Names of larger lots are made anew for each replication."""
_COUNT_STEP = ONE >> 3
"""Weekly means are rounded to eighths of a lead, so that few tables of counts are needed."""


class OtherLead(NamedTuple):
    """One lead from elsewhere, before anybody has judged its need. They sort by time and name."""

    at: int
    """UTC seconds."""
    lead: str
    desk: str
    source: str
    request: bool
    grade: str
    """Grade of fit; empty where the source states none."""
    subject: int
    """`draws.name_hash` of its name."""

    def request_with(self, *, need: bool, lines: tuple[str, ...] = ()) -> LeadRequest:
        """The lead as it reaches the desk. It has no score with us, so it comes after all that have."""
        return LeadRequest(
            self.lead, self.desk, self.at, self.request, source=self.source, score=0, need=need, lines=lines
        )


@dataclass(frozen=True, slots=True)
class Period:
    """Stretch of the run and whose clock rules it."""

    start: int
    end: int
    zone: str
    calendar: Calendar
    clock: ActivityClock
    """When in a week single leads come."""


def other_leads(inflow: DeskInflow, draws: Draws, *, period: Period, desks: Iterable[str]) -> tuple[OtherLead, ...]:
    """All leads from elsewhere in the period, by time and name.

    A source without a desk of its own serves every one of `desks`. A lead is named by desk, source, week
    or lot, and its number in it, so other sources, desks and lengths of the run change none.
    """
    everywhere = sorted(set(desks))
    factors = _Factors(inflow, draws)
    found: list[OtherLead] = []
    for name, source in sorted(inflow.sources.items()):
        for desk in everywhere if source.desk is None else [source.desk]:
            arrivals = _Arrivals(name, source, desk, draws, period, factors)
            found += arrivals.leads(arrivals.weekly() if source.per_week is not None else arrivals.lots())
    return tuple(sorted(found))


class _Factors:
    """Good and bad weeks, the same for all sources: lognormal around a mean of 1, in 2^-20."""

    def __init__(self, inflow: DeskInflow, draws: Draws) -> None:
        factor = inflow.weekly_factor
        # The working time of a mean of 1 in 2^-20 has just the median and sigma that are wanted.
        self._spread = None if factor is None else WorkTime.of(ONE, factor.cv.value)
        self._draws = draws
        self._known: dict[str, int] = {}

    def of_weeks(self, weeks: Sequence[str]) -> list[int]:
        """The factors of these weeks; those that nobody asked for before are drawn together."""
        if self._spread is None:
            return [ONE] * len(weeks)
        new = [week for week in weeks if week not in self._known]
        if new:
            subject, purpose = name_hash("desk_inflow"), name_hashes(("weekly-factor",))[0]
            us = self._draws.block(subject, purpose, places=name_hashes(new)).tolist()
            median, sigma = self._spread.median, self._spread.sigma
            self._known |= {week: lognormal(u, median=median, sigma=sigma) for week, u in zip(new, us, strict=True)}
        return [self._known[week] for week in weeks]


class _Numbered:
    """Names that begin alike and end in a number, from 1 on: those of a lot, which has more or less of them."""

    def __init__(self, begin: str) -> None:
        self._begin, self._names, self._hashes = begin, list[str](), np.zeros(0, np.uint64)

    def first(self, count: int) -> tuple[list[str], NDArray[uint64]]:
        """So many names, and their hashes."""
        if count <= len(self._names):
            return self._names[:count], self._hashes[:count]
        more = [f"{self._begin}~{number}" for number in range(len(self._names) + 1, count + 1)]
        names, hashes = self._names + more, np.concatenate([self._hashes, name_hashes(more)])
        if count <= _MOST_KEPT:
            self._names, self._hashes = names, hashes
        return names, hashes


_numbered = lru_cache(maxsize=1 << 10)(_Numbered)
"""All replications name leads alike."""


_Lot = tuple[str, int, Callable[[Sequence[int]], Iterable[int]]]
"""Leads of one week or lot: what their names begin with, how many they are, and when each comes by its draw."""


@dataclass(frozen=True, slots=True)
class _Arrivals:
    """One source at one desk."""

    name: str
    source: OtherLeads
    desk: str
    draws: Draws
    period: Period
    factors: _Factors

    def leads(self, lots: Iterable[_Lot]) -> Iterator[OtherLead]:
        """The leads of all weeks or lots that come in the period."""
        known = [(moments, *_numbered(begin).first(count)) for begin, count, moments in lots]
        hashes = np.concatenate([np.zeros(0, np.uint64), *(own for _, _, own in known)])
        purposes = name_hashes(("arrival", "grade"))
        arrivals, drawn_grades = self.draws.block(hashes[:, None], purposes[None, :]).T.tolist()
        subjects, start, end = hashes.tolist(), self.period.start, self.period.end
        first, grades, asks = 0, self.source.fit, self.source.order == "sales_request"
        for moments, names, _ in known:
            some = range(first, first + len(names))
            for place, name, at in zip(some, names, moments(arrivals[first : some.stop]), strict=True):
                if start <= at < end:
                    grade = grades[drawn_grades[place] * len(grades) >> 53] if grades else ""
                    yield OtherLead(at, name, self.desk, self.name, asks, grade, subjects[place])
            first = some.stop

    def weekly(self) -> Iterator[_Lot]:
        """Poisson counts per ISO week, likelier in active hours."""
        period, rate = self.period, self.source.per_week
        assert rate is not None, "this source states leads per week"
        weeks = iso_weeks(period.start, period.end, period.zone)
        subjects = [f"{self.desk}~{self.name}~{week}" for week, _, _ in weeks]
        means = self._means(rate.value, [week for week, _, _ in weeks])
        us = self.draws.block(name_hashes(subjects), name_hash("leads")).tolist()
        for subject, mean, u, (_, first, after) in zip(subjects, means, us, weeks, strict=True):
            yield subject, poisson(u, mean), partial(period.clock.moments_in, start=first, end=after, zone=period.zone)

    def _means(self, per_week: float, weeks: Sequence[str]) -> Iterator[int]:
        """How many leads each week brings in the mean, in 2^-20."""
        for week, factor in zip(weeks, self.factors.of_weeks(weeks), strict=True):
            mean = multiply(round(per_week * ONE), factor)
            rounded = (mean + _COUNT_STEP // 2) // _COUNT_STEP * _COUNT_STEP
            if rounded > LARGEST_POISSON:
                raise UsageError(
                    f"source '{self.name}' is to bring some {rounded // ONE:,} leads in {week}; "
                    "no count of so many is drawn",
                    "lower 'per_week', or 'cv' of 'weekly_factor'",
                )
            yield rounded

    def lots(self) -> Iterator[_Lot]:
        """So many leads at the start and after every interval, evenly spread over a stretch of the day."""
        period, source = self.period, self.source
        assert source.leads is not None, "this source states leads per lot"
        within = source.within.value.seconds if source.within is not None else 1
        for number, begins in enumerate(self._lot_times(), start=1):
            week = iso_weeks(begins, begins + 1, period.zone)[0][0]
            size = multiply(round(source.leads.value * ONE), self.factors.of_weeks((week,))[0])
            subject = f"{self.desk}~{self.name}~{number}"
            # What is over a whole lead is one by chance, so that means stay what they are.
            count = (size + (self.draws.bits(subject, "leads") >> 33)) >> 20
            yield subject, count, partial(_evenly, begins, max(1, within))

    def _lot_times(self) -> Iterator[int]:
        period, every = self.period, self.source.every
        day = period.start
        while day < period.end:
            yield next_daily(day, LOT_BEGINS, period.zone)
            if every is None:
                return
            following = period.calendar.add(day, every.value)
            if following <= day:
                return
            day = following


def _evenly(begins: int, within: int, us: Sequence[int]) -> list[int]:
    return [begins + (u * within >> 53) for u in us]


@lru_cache(maxsize=16)
def stage_bounds(shares: tuple[float, ...]) -> tuple[int, ...]:
    """Upper thresholds in 2^-53 of the stages of readiness, the last one taking the rest."""
    bounds, reached = [], 0.0
    for share in shares[:-1]:
        reached += share
        bounds.append(min(CERTAIN, round(reached * CERTAIN)))
    return (*bounds, CERTAIN)


def stages_of(u: NDArray[int64], shares: tuple[float, ...]) -> list[int]:
    """The stages of readiness for draws."""
    found: list[int] = np.searchsorted(stage_bounds(shares or (1.0,)), u, side="right").tolist()
    return found
