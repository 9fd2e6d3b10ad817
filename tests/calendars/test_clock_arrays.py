"""Clocks asked about many moments at once answer as they do one by one, also around changes of clocks."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import (
    MONDAY_TO_FRIDAY,
    BusinessClock,
    Calendar,
    Clock,
    ShiftClock,
    WallClock,
    parse_hours,
    to_utc,
    working_time,
)
from journeyctl.calendars.clock_arrays import deadlines, elapsed

CLOCKS: tuple[Clock, ...] = (
    WallClock(),
    *(BusinessClock(Calendar(zone, MONDAY_TO_FRIDAY)) for zone in ("America/New_York", "Europe/Berlin", "UTC")),
    *(
        ShiftClock(working_time(zone, days=MONDAY_TO_FRIDAY, hours=parse_hours(hours)))
        for zone, hours in (("America/Los_Angeles", "09:00-17:00"), ("Europe/Berlin", "00:00-24:00"))
    ),
)
# Weeks in which American and European clocks are turned, and an ordinary one.
BEGINS = [
    to_utc(datetime.date(2026, month, day), 0, "UTC") for month, day in ((3, 6), (3, 27), (6, 1), (10, 23), (10, 30))
]
moments = st.builds(lambda begin, after: begin + after, st.sampled_from(BEGINS), st.integers(0, 6 * 86_400))


@given(st.sampled_from(CLOCKS), st.lists(moments, max_size=8), st.integers(0, 900 * 3_600))
def test_deadlines_are_those_of_the_clock(clock: Clock, starts: list[int], limit: int) -> None:
    assert deadlines(clock, np.array(starts, np.int64), limit).tolist() == [clock.deadline(s, limit) for s in starts]


@given(st.sampled_from(CLOCKS), st.lists(st.tuples(moments, moments), max_size=8))
def test_elapsed_time_is_that_of_the_clock(clock: Clock, pairs: list[tuple[int, int]]) -> None:
    starts, ends = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    found = elapsed(clock, np.array(starts, np.int64), np.array(ends, np.int64))
    assert found.tolist() == [clock.elapsed(start, end) for start, end in zip(starts, ends, strict=True)]


def test_far_deadlines_lie_beyond_what_the_calendar_knows_yet() -> None:
    start, limit = BEGINS[0], 2_000 * 86_400
    for clock in CLOCKS:
        assert deadlines(clock, np.array([start]), limit).tolist() == [clock.deadline(start, limit)]


def test_times_that_cannot_be_counted_are_refused() -> None:
    for clock in CLOCKS:
        with pytest.raises(ValueError, match="negative"):
            deadlines(clock, np.array([0]), -1)
        with pytest.raises(ValueError, match="before its start"):
            elapsed(clock, np.array([1]), np.array([0]))
