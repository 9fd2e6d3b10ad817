"""The activity clock: time that runs fast in hours in which people read mail, slowly in all others.

A delay is drawn on this clock and then read on the wall. The clock depends on the local hour of the
week only, so it is one for all contacts; their zone says where on it they stand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from journeyctl.calendars.zones import clock_moment, clock_reading

HOUR = 3_600
WEEK = 168 * HOUR
_MONDAY = 3 * 86_400
"""Local readings count from a Thursday; this shift makes Monday 00:00 a multiple of a week."""
_MEAN_WEIGHT = 1_024
"""A second of an average hour counts so many units."""
TUESDAY_NINE = 33 * HOUR
"""Seconds from Monday 00:00."""


@dataclass(frozen=True, slots=True)
class ActivityClock:
    """Activity passed since an arbitrary Monday, in units of which an average second has 1,024."""

    weights: tuple[int, ...]
    """Units per second, by local hour of the week from Monday 00:00."""
    sums: tuple[int, ...]
    """Units from Monday 00:00 to the end of each hour."""

    @classmethod
    def of(cls, weights: Sequence[int]) -> ActivityClock:
        """The clock for 168 relative weights; an empty or all-zero week means that all hours are alike."""
        total = sum(weights)
        if total == 0:
            return cls.of((1,) * 168)
        if len(weights) != 168:
            raise ValueError(f"an activity week has 168 hours, not {len(weights)}")
        units = tuple((weight * 168 * _MEAN_WEIGHT + total // 2) // total for weight in weights)
        return cls(units, tuple(accumulate(unit * HOUR for unit in units)))

    def passed(self, reading: int) -> int:
        """Units up to a local reading: days since 1970-01-01 times 86,400 plus seconds of the local day."""
        week, second = divmod(reading + _MONDAY, WEEK)
        hour, rest = divmod(second, HOUR)
        return week * self.sums[-1] + self.sums[hour] - self.weights[hour] * (HOUR - rest)

    def reading_at(self, units: int) -> int:
        """The first local reading by which so many units have passed; the inverse of `passed`."""
        week, within = divmod(units - 1, self.sums[-1])
        hour = bisect_right(self.sums, within)
        left = self.sums[hour] - within - 1
        return week * WEEK + (hour + 1) * HOUR - left // self.weights[hour] - _MONDAY

    def later(self, start: int, units: int, *, zone: str) -> int:
        """The moment (UTC seconds) by which `units` of activity have passed since `start` in this zone."""
        if units <= 0:
            return start
        reading = self.reading_at(self.passed(clock_reading(start, zone)) + units)
        return max(start, clock_moment(reading, zone))

    def median_units(self, median_seconds: int) -> int:
        """The activity of the first `median_seconds` after a Tuesday 09:00.

        Used as the median of delays on this clock, it makes half of all delays of mail sent then end
        within `median_seconds` on the wall.
        """
        return max(1, self.passed(TUESDAY_NINE + median_seconds - _MONDAY) - self.passed(TUESDAY_NINE - _MONDAY))

    def moment_in(self, u: int, start: int, end: int, *, zone: str) -> int:
        """A moment in `[start, end)` chosen by a draw, likelier in active hours."""
        return self.moments_in((u,), start, end, zone=zone)[0]

    def moments_in(self, us: Sequence[int], start: int, end: int, *, zone: str) -> list[int]:
        """`moment_in` for several draws."""
        first = self.passed(clock_reading(start, zone))
        units, found = self.passed(clock_reading(end, zone)) - first, []
        for u in us:
            reached = u * units >> 53
            later = clock_moment(self.reading_at(first + reached), zone) if reached > 0 else start
            found.append(min(max(start, later), end - 1))
        return found


@lru_cache(maxsize=16)
def activity_clock(weights: tuple[int, ...]) -> ActivityClock:
    """`ActivityClock.of`, made once per week of weights."""
    return ActivityClock.of(weights)
