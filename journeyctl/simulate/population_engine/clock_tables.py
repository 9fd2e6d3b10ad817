"""What `calendars` says about one run, as arrays: offsets of zones, business days, weekly hours, evaluations.

Tables reach over the run and well beyond it on both sides. A moment outside of them is treated as one of
the first or last day: only what lies years away, and so decides nothing in the run, can be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.calendars import Calendar, Hours, WorkingTime, utc_offset, working_time
from journeyctl.calendars.zones import (
    DAY,
    clock_moment,
    day_date,
    day_number,
    midnight_offsets,
    steady_offsets,
    utc_offsets,
)
from journeyctl.simulate.population_engine.field_codes import Unsupported

Integers = NDArray[int64]

_THURSDAY: Final = 3
"""Weekday of 1970-01-01."""
EARLIER: Final = 1_200
"""Days before the run that tables hold: caps and conditions look back."""
LATER: Final = 1_500
"""Days after it: waits, windows and audiences end beyond the run."""
NEVER: Final = 1 << 60
"""A second that no run reaches."""
UNSTEADY: Final = NEVER
"""Stands for the offset of a local day that some change of clocks touches."""

(FIRST, DAYS, WEEK_STARTS, OFFSETS, DAILY, CALENDARS, PASSED, LISTED, WINDOWS, STRETCHES, ALWAYS, HEAD) = range(12)
"""Places at the start of the tables: first day, number of days, first weekday of the workspace's week; then where
each part begins, in the order of `Clocks.tables`. What stands at `ALWAYS` is each zone's only offset, or `UNSTEADY`."""

(OFFSET, CHANGE, AFTER, STEADY, OFFSET_COLUMNS) = range(5)
"""Of each zone and day: the offset at the start of the UTC day, the second of a change within it (or `NEVER`), the
offset after it, and the offset of the local day of that number (or `UNSTEADY`)."""
(ZONE, COUNT, CALENDAR_COLUMNS) = range(3)
"""Of each calendar: its zone, and how many business days are listed."""
(BEGIN, LENGTH, WINDOW_COLUMNS) = range(3)
"""Of each window: where its stretches begin, and how many there are."""

ClockTables = Integers
"""All that lives read about time, in one array; days are counted from 1970-01-01."""


@dataclass(slots=True)
class Clocks:
    """Numbers zones, calendars and windows as they are named, and then makes the tables of all of them.

    Zone 0 and calendar 0 are the workspace's.
    """

    evaluation_time: int
    """Seconds after local midnight."""
    week_starts: int
    zones: list[str] = field(default_factory=list)
    """All zones named so far; the place is the number."""
    _calendars: list[Calendar] = field(default_factory=list)
    _windows: list[WorkingTime] = field(default_factory=list)
    _numbers: dict[object, int] = field(default_factory=dict)

    @classmethod
    def of(cls, calendar: Calendar, *, zone: str, evaluation_time: int, week_starts: int) -> Clocks:
        """Clocks of a workspace with this calendar and zone."""
        made = cls(evaluation_time, week_starts)
        made.zone(zone)
        made.calendar(calendar)
        return made

    def zone(self, name: str) -> int:
        """The number of a zone. Raises `ValueError` for a name that is none."""
        number = self._numbers.get(name)
        if number is None:
            utc_offset(0, name)
            number = self._numbers[name] = len(self.zones)
            self.zones.append(name)
        return number

    def calendar(self, calendar: Calendar) -> int:
        """The number of a calendar."""
        number = self._numbers.get(calendar)
        if number is None:
            self.zone(calendar.zone)
            number = self._numbers[calendar] = len(self._calendars)
            self._calendars.append(calendar)
        return number

    def window(self, weekdays: Iterable[int], hours: Iterable[Hours], zone: str) -> int:
        """The number of weekly hours in a zone."""
        key = (frozenset(weekdays), tuple(hours), zone)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._windows)
            self._windows.append(working_time(zone, days=key[0], hours=key[1]))
        return number

    def tables(self, start: int, end: int, *, earlier: int = EARLIER, later: int = LATER) -> ClockTables:
        """Tables for a run from second `start` to `end`, and for so many days before and after it.

        Raises `Unsupported` for clocks that change twice a day.
        """
        first, days = start // DAY - earlier, (end - start) // DAY + earlier + later
        named = tuple(self.zones), tuple(self._calendars), tuple(self._windows)
        return _tables(first, days, self.evaluation_time, self.week_starts, *named)


@lru_cache(maxsize=16)
def _tables(
    first: int,
    days: int,
    evaluation_time: int,
    week_starts: int,
    zones: tuple[str, ...],
    calendars: tuple[Calendar, ...],
    windows: tuple[WorkingTime, ...],
) -> ClockTables:
    """The tables, which nobody writes to: what a scenario is compared with mostly has the same."""
    passed, listed, counts = _business(calendars, first, days)
    begins, stretches = _open(windows, first * DAY, (first + days) * DAY)
    daily = _moments(range(first, first + days), evaluation_time, zones[0])
    placed = [[zones.index(calendar.zone), count] for calendar, count in zip(calendars, counts, strict=True)]
    offsets = np.stack([_offsets(zone, first, days) for zone in zones])
    always = np.where((offsets[:, :, STEADY] == offsets[:, :1, OFFSET]).all(axis=1), offsets[:, 0, OFFSET], UNSTEADY)
    parts = (offsets, daily, np.array(placed, np.int64), passed, listed, begins, stretches, always)
    head = np.array([first, days, week_starts, *_beginnings(parts)], np.int64)
    return np.concatenate([head, *(part.ravel() for part in parts)])


def _business(calendars: Sequence[Calendar], first: int, days: int) -> tuple[Integers, Integers, list[int]]:
    passed = np.zeros((len(calendars), days + 1), np.int64)
    listed = np.full((len(calendars), days), NEVER // DAY, np.int64)
    counts = []
    for number, calendar in enumerate(calendars):
        open_days = _business_days(calendar, first, days)
        passed[number, 1:] = np.cumsum(open_days)
        found = np.flatnonzero(open_days) + first
        listed[number, : found.size] = found
        counts.append(int(found.size))
    return passed, listed, counts


def _open(windows: Sequence[WorkingTime], first: int, after: int) -> tuple[Integers, Integers]:
    starts, ends = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for window in windows:
        begin, end = _stretches(window, range(first // DAY - 1, after // DAY + 2))
        own = slice(np.searchsorted(end, first, side="right"), np.searchsorted(begin, after, side="left"))
        starts.append(np.maximum(begin[own], first))
        ends.append(np.minimum(end[own], after))
    lengths = np.array([len(own) for own in starts], np.int64)
    begins = np.stack([np.cumsum(lengths)[:-1], lengths[1:]], axis=1)
    return begins, np.stack([np.concatenate(starts), np.concatenate(ends)], axis=1)


def _stretches(window: WorkingTime, days: range) -> tuple[Integers, Integers]:
    """The open stretches of these local days, as `WorkingTime.stretches` has them: most of a weekday are alike."""
    numbers = np.arange(days.start, days.stop)
    offsets = np.array([UNSTEADY if offset is None else offset for offset in steady_offsets(days, window.zone)])
    steady = offsets != UNSTEADY
    begins, lengths = [], []
    for weekday, hours in enumerate(window.week):
        of_weekday = steady & ((numbers + _THURSDAY) % 7 == weekday)
        own = numbers[of_weekday] * DAY - offsets[of_weekday]
        begins += [own + stretch.start for stretch in hours]
        lengths += [np.full(len(own), stretch.end - stretch.start) for stretch in hours]
    found = np.stack([np.concatenate(begins), np.concatenate(lengths)])
    moved = [pair for day in numbers[~steady].tolist() for pair in _around_a_change(window, day)]
    found = np.concatenate([found, np.array(moved, np.int64).reshape(-1, 2).T], axis=1)
    found = found[:, np.argsort(found[0], kind="stable")]
    return found[0], found[0] + found[1]


def _around_a_change(window: WorkingTime, day: int) -> Iterator[tuple[int, int]]:
    """Start and length of each stretch of a day near which clocks change."""
    for hours in window.week[(day + _THURSDAY) % 7]:
        start, end = (clock_moment(day * DAY + reading, window.zone) for reading in (hours.start, hours.end))
        if start < end:
            yield start, end - start


def _moments(days: range, reading: int, zone: str) -> Integers:
    """When clocks first show at least so much on each of these days."""
    offsets = steady_offsets(days, zone)
    return np.array(
        [
            day * DAY + reading - offset
            if offset is not None and reading < DAY else clock_moment(day * DAY + reading, zone)
            for day, offset in zip(days, offsets, strict=True)
        ],
        np.int64,
    )  # fmt: skip


def _business_days(calendar: Calendar, first: int, days: int) -> NDArray[np.bool_]:
    """Which of so many days are business days."""
    found: NDArray[np.bool_] = np.isin((np.arange(first, first + days) + _THURSDAY) % 7, list(calendar.weekdays))
    years = range(day_date(first).year, day_date(first + days).year + 1)
    closed = np.array([day_number(date) - first for date in calendar.closed.of_years(years)], np.int64)
    found[closed[(closed >= 0) & (closed < days)]] = False
    return found


def _beginnings(parts: Sequence[Integers]) -> Iterator[int]:
    reached = HEAD
    for part in parts:
        yield reached
        reached += part.size


def _offsets(zone: str, first: int, days: int) -> Integers:
    begins = np.array(midnight_offsets(range(first, first + days + 1), zone), np.int64)
    starts, after = begins[:-1], begins[1:].copy()
    change = np.full(days, NEVER)
    for place in np.flatnonzero(starts != after).tolist():
        begin = (first + place) * DAY
        after[place] = last = utc_offset(begin + DAY - 1, zone)
        if last == starts[place]:
            # The clocks change as the next day begins.
            continue
        change[place] = at = _change(zone, begin, int(starts[place]))
        if utc_offsets(range(at, begin + DAY, 900), zone) - {last}:
            raise Unsupported(f"the clocks of {zone}, which change twice on one day")
    steady = np.ones(days, np.bool_)
    steady[1:] &= starts[:-1] == starts[1:]
    steady[:-1] &= starts[:-1] == starts[1:]
    steady[:-2] &= starts[:-2] == starts[2:]
    return np.stack([starts, change, after, np.where(steady, starts, UNSTEADY)], axis=1)


def _change(zone: str, begins: int, before: int) -> int:
    low, high = begins, begins + DAY - 1
    while high - low > 1:
        middle = (low + high) // 2
        if utc_offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high
