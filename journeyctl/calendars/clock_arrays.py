"""The clocks of `clocks`, asked about many moments in one go. The answers are the same, moment by moment.

Not among the names of `calendars`: only who works with arrays needs NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np
from numpy.typing import NDArray

from journeyctl.calendars.clocks import BusinessClock, Clock, ShiftClock, WallClock
from journeyctl.calendars.zones import DAY, clock_moment, clock_reading, steady_offset

if TYPE_CHECKING:
    from journeyctl.calendars.business_calendar import Calendar
    from journeyctl.calendars.working_time import WorkingTime

Moments = NDArray[np.integer[Any]]
"""Whole seconds, shape `(moments,)`."""


def deadlines(clock: Clock, starts: Moments, limit: int) -> Moments:
    """`clock.deadline(start, limit)` of every start."""
    if limit < 0:
        raise ValueError("a length of time cannot be negative")
    if not len(starts):
        return starts.astype(np.int64)
    match clock:
        case WallClock():
            return starts.astype(np.int64) + limit
        case BusinessClock():
            return _after_business_seconds(clock.calendar, starts, limit)
        case ShiftClock():
            return _add_open(clock.shift, starts, limit)
        case _:
            assert_never(clock)


def elapsed(clock: Clock, starts: Moments, ends: Moments) -> Moments:
    """`clock.elapsed(start, end)` of every start with its end. Raises `ValueError` if an end is earlier."""
    if (ends < starts).any():
        raise ValueError("the end of a stretch lies before its start")
    if not len(starts):
        return starts.astype(np.int64)
    match clock:
        case WallClock():
            return ends.astype(np.int64) - starts
        case BusinessClock():
            first, last = _readings(starts, clock.calendar.zone), _readings(ends, clock.calendar.zone)
            days = np.array(clock.calendar.known(int(first.min()) // DAY, int(last.max()) // DAY).days, np.int64)
            return _business_positions(days, last) - _business_positions(days, first)
        case ShiftClock():
            stretches = _Stretches(clock.shift, int(starts.min()), int(ends.max()))
            return stretches.positions(ends) - stretches.positions(starts)
        case _:
            assert_never(clock)


# --- business days


def _after_business_seconds(calendar: Calendar, starts: Moments, limit: int) -> Moments:
    readings = _readings(starts, calendar.zone)
    known = calendar.known(int(readings.min()) // DAY, int(readings.max()) // DAY)
    while True:
        days = np.array(known.days, np.int64)
        places, times = np.divmod(_business_positions(days, readings) + limit, DAY)
        if places.max() < len(days):
            return np.maximum(starts, _moments(days[places] * DAY + times, calendar.zone))
        known = calendar.known(known.first, known.after)


def _business_positions(days: Moments, readings: Moments) -> Moments:
    if not len(days):
        return np.zeros(len(readings), np.int64)
    day, time_of_day = np.divmod(readings, DAY)
    place = np.searchsorted(days, day)
    on_business_day = (place < len(days)) & (days[np.minimum(place, len(days) - 1)] == day)
    return place * DAY + np.where(on_business_day, time_of_day, 0)


# --- local time


def _readings(moments: Moments, zone: str) -> Moments:
    """What a local clock that is never turned back shows at each moment."""
    return _shifted(moments, zone, 1, clock_reading)


def _moments(readings: Moments, zone: str) -> Moments:
    """The first moment at which the local clock reads at least each reading."""
    return _shifted(readings, zone, -1, clock_moment)


def _shifted(seconds: Moments, zone: str, sign: int, one_by_one: Callable[[int, str], int]) -> Moments:
    """The seconds with their zone's offset, or asked one by one on the few days around a change of clocks."""
    day = seconds // DAY
    first = int(day.min())
    used = np.flatnonzero(np.bincount(day - first))
    known = np.zeros(int(day.max()) - first + 1, np.int64)
    unsteady = np.zeros(len(known), np.bool_)
    for place in used.tolist():
        offset = steady_offset(place + first, zone)
        known[place], unsteady[place] = offset or 0, offset is None
    found: Moments = seconds + sign * known[day - first]
    for number in np.flatnonzero(unsteady[day - first]).tolist():
        found[number] = one_by_one(int(seconds[number]), zone)
    return found


# --- shifts


class _Stretches:
    """The open stretches around some moments, as arrays."""

    def __init__(self, shift: WorkingTime, first: int, last: int) -> None:
        self.table = shift.known(first, last)
        self.starts, self.ends, self.sums = (
            np.array(column, np.int64) for column in (self.table.starts, self.table.ends, self.table.sums)
        )

    def positions(self, moments: Moments) -> Moments:
        """Open seconds from the table's begin to each moment."""
        if not len(self.ends):
            return np.zeros(len(moments), np.int64)
        places = np.searchsorted(self.ends, moments, side="right")
        inside = np.minimum(places, len(self.ends) - 1)
        start, end = self.starts[inside], self.ends[inside]
        left = np.where(moments < start, end - start, end - moments)
        return self.sums[inside] - np.where(places < len(self.ends), left, 0)


def _add_open(shift: WorkingTime, starts: Moments, limit: int) -> Moments:
    if not limit:
        return starts.astype(np.int64)
    first, last = int(starts.min()), int(starts.max())
    while True:
        known = _Stretches(shift, first, last)
        wanted = known.positions(starts) + limit
        places = np.searchsorted(known.sums, wanted)
        if places.max() < len(known.sums):
            found: Moments = known.ends[places] - (known.sums[places] - wanted)
            return found
        last = known.table.after
