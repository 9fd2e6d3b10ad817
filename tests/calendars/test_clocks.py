"""Wall, business and shift clocks: what they count and the deadlines they set."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import (
    BusinessClock,
    Calendar,
    Clock,
    ClosedDates,
    ShiftClock,
    WallClock,
    local,
    parse_hours,
    parse_weekdays,
    utc_seconds,
    working_time,
)

NEW_YORK = "America/New_York"
HOUR = 3_600
US = Calendar(NEW_YORK, closed=ClosedDates("US"))
EVERY_DAY = Calendar(NEW_YORK, frozenset(range(7)))
SHIFT = working_time(
    NEW_YORK, days=parse_weekdays("mon-fri"), hours=parse_hours("09:00-17:00"), closed=ClosedDates("US")
)
WALL, BUSINESS, SHIFTS = WallClock(), BusinessClock(US), ShiftClock(SHIFT)
clocks = st.sampled_from((WALL, BUSINESS, SHIFTS))
moments = st.integers(1_760_000_000, 1_800_000_000)
limits = st.integers(0, 3_000_000)


def at(text: str) -> int:
    return utc_seconds(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("clock", "start", "hours", "expected"),
    [
        (WALL, "2026-01-09T17:05-05:00", 24, "2026-01-10T17:05-05:00"),
        (BUSINESS, "2026-01-09T17:05-05:00", 24, "2026-01-12T17:05-05:00"),
        (BUSINESS, "2026-01-07T10:00-05:00", 48, "2026-01-09T10:00-05:00"),
        (BUSINESS, "2026-01-10T10:00-05:00", 24, "2026-01-13T00:00-05:00"),
        (BUSINESS, "2026-01-10T10:00-05:00", 9, "2026-01-12T09:00-05:00"),
        (BUSINESS, "2026-03-06T17:05-05:00", 24, "2026-03-09T17:05-04:00"),
        (BUSINESS, "2026-07-02T17:05-04:00", 24, "2026-07-06T17:05-04:00"),
        (BUSINESS, "2026-12-31T17:05-05:00", 24, "2027-01-04T17:05-05:00"),
        (BusinessClock(EVERY_DAY), "2026-03-07T12:00-05:00", 24, "2026-03-08T12:00-04:00"),
        (BusinessClock(EVERY_DAY), "2026-10-31T12:00-04:00", 24, "2026-11-01T12:00-05:00"),
        (BUSINESS, "2023-01-03T12:00-05:00", 24 * 750, "2026-01-02T12:00-05:00"),
        (SHIFTS, "2026-01-09T17:05-05:00", 8, "2026-01-12T17:00-05:00"),
        (SHIFTS, "2026-01-09T16:00-05:00", 2, "2026-01-12T10:00-05:00"),
        (SHIFTS, "2026-01-10T10:00-05:00", 1, "2026-01-12T10:00-05:00"),
    ],
)
def test_deadlines_by_each_clock(clock: Clock, start: str, hours: int, expected: str) -> None:
    reached = clock.deadline(at(start), hours * HOUR)
    assert local(reached, NEW_YORK) == datetime.fromisoformat(expected)
    assert clock.elapsed(at(start), reached) == hours * HOUR


@given(clocks, moments, limits)
def test_a_clock_shows_exactly_the_limit_at_the_deadline(clock: Clock, start: int, limit: int) -> None:
    assert clock.elapsed(start, clock.deadline(start, limit)) == limit
    assert clock.deadline(start, limit) >= start


@given(clocks, moments, limits, st.integers(0, 500_000), st.integers(0, 500_000))
def test_later_starts_and_longer_limits_never_bring_an_earlier_deadline(
    clock: Clock, start: int, limit: int, later: int, longer: int
) -> None:
    assert clock.deadline(start, limit) <= clock.deadline(start + later, limit + longer)


@given(clocks, moments, limits, limits)
def test_elapsed_time_adds_up(clock: Clock, start: int, first: int, second: int) -> None:
    middle, end = start + first, start + first + second
    assert clock.elapsed(start, middle) + clock.elapsed(middle, end) == clock.elapsed(start, end)


@given(moments, st.integers(0, 30))
def test_a_business_day_is_24_business_hours_wherever_one_starts_on_a_business_day(start: int, count: int) -> None:
    if US.is_business_day(local(start, NEW_YORK).date()):
        assert BUSINESS.deadline(start, count * 24 * HOUR) == US.add_business_days(start, count)


@given(moments, limits)
def test_being_in_time_by_the_deadline_is_being_in_time_by_the_business_clock(start: int, limit: int) -> None:
    last = BUSINESS.deadline(start, limit)
    assert BUSINESS.elapsed(start, last) <= limit < BUSINESS.elapsed(start, last + 1)


def test_the_business_clock_waits_while_an_hour_is_repeated() -> None:
    clock = BusinessClock(EVERY_DAY)
    start = at("2026-11-01T00:00-04:00")
    shown = [clock.elapsed(start, start + HOUR * step) for step in (1, 2, 3, 4)]
    assert shown == [HOUR, 2 * HOUR - 1, 2 * HOUR, 3 * HOUR]


@pytest.mark.parametrize("clock", [WALL, BUSINESS, SHIFTS])
def test_time_does_not_run_backwards(clock: Clock) -> None:
    with pytest.raises(ValueError, match="before its start"):
        clock.elapsed(10, 9)
    with pytest.raises(ValueError, match="cannot be negative"):
        clock.deadline(10, -1)


def test_a_deadline_years_ahead_is_found() -> None:
    fresh = BusinessClock(Calendar("UTC"))
    assert fresh.deadline(at("2026-01-05T07:00Z"), 2_600 * 24 * HOUR) == at("2035-12-24T07:00Z")


def test_weekends_count_for_teams_that_work_them() -> None:
    sundays = BusinessClock(Calendar(NEW_YORK, frozenset({6}), ClosedDates(further=frozenset({date(2026, 1, 11)}))))
    assert local(sundays.deadline(at("2026-01-09T12:00-05:00"), HOUR), NEW_YORK) == datetime.fromisoformat(
        "2026-01-18T01:00-05:00"
    )
