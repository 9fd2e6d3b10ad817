"""Compiled time agrees with `calendars`: where clocks change, at month ends, over holidays and closed hours."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl import calendars
from journeyctl.calendars import Calendar, ClosedDates, Hours, LocalMoment, WorkingTime, working_time
from journeyctl.calendars import zones as originals
from journeyctl.units import Duration

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine import clock  # after the check for numba
from journeyctl.simulate.population_engine.clock_tables import Clocks  # after the check for numba

START, END = 1_767_225_600, 1_767_225_600 + 400 * 86_400
"""2026 and a little more."""
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata")
"""Changes by an hour, at other dates, by half an hour, never."""
CALENDARS = (
    Calendar("America/New_York", closed=ClosedDates("US")),
    Calendar("Europe/Berlin", closed=ClosedDates("DE-BY", frozenset({datetime.date(2026, 8, 3)}))),
    Calendar("Asia/Kolkata", frozenset({5, 6})),
)
EVALUATION = 9_000
"""02:30, which is left out in spring and comes twice in autumn."""


def _clocks() -> Clocks:
    made = Clocks.of(CALENDARS[0], zone=ZONES[0], evaluation_time=EVALUATION, week_starts=6)
    for zone in ZONES:
        made.zone(zone)
    for calendar in CALENDARS:
        made.calendar(calendar)
    return made


CLOCKS = _clocks()
OFFICE = (frozenset(range(5)), (Hours(8 * 3_600, 12 * 3_600), Hours(13 * 3_600, 18 * 3_600)))
NIGHT = (frozenset({5, 6}), (Hours(0, 10_800), Hours(82_800, 86_400)))
WINDOWS = [
    (CLOCKS.window(*hours, zone), working_time(zone, days=hours[0], hours=hours[1]))
    for hours in (OFFICE, NIGHT) for zone in ZONES
]  # fmt: skip
TABLES = CLOCKS.tables(START, END)
CHANGES = [
    originals.to_utc(datetime.date.fromisoformat(day), 7_200, zone)
    for zone, day in (
        ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"), ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"), ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),
    )
]  # fmt: skip
MOMENTS = st.integers(START - 100 * 86_400, END + 300 * 86_400) | st.builds(
    lambda change, away: change + away, st.sampled_from(CHANGES), st.integers(-2 * 86_400, 2 * 86_400)
)
PLACES = st.integers(0, len(ZONES) - 1)
many = settings(max_examples=400, deadline=None)


@given(t=MOMENTS, zone=PLACES)
@many
def test_local_time_and_back_agree(t: int, zone: int) -> None:
    name = ZONES[zone]
    assert clock.utc_offset(TABLES, zone, t) == originals.utc_offset(t, name)
    assert clock.clock_moment(TABLES, zone, t) == originals.clock_moment(t, name)
    assert clock.clock_reading(TABLES, zone, t) == originals.clock_reading(t, name)
    assert clock.weekday(TABLES, zone, t) == calendars.local_date(t, name).weekday()
    assert clock.day_start(TABLES, zone, clock.local_day(TABLES, zone, t)) == calendars.local_day(t, name)[0]


@given(t=MOMENTS, zone=PLACES)
@many
def test_days_weeks_and_months_agree(t: int, zone: int) -> None:
    name = ZONES[zone]
    assert clock.period(TABLES, zone, clock.BY_DAY, t) == calendars.local_day(t, name)
    assert clock.period(TABLES, zone, clock.BY_WEEK, t) == calendars.local_week(t, name, week_starts=6)
    assert clock.period(TABLES, zone, clock.BY_MONTH, t) == calendars.local_month(t, name)


@given(t=MOMENTS, months=st.integers(-11, 14), zone=PLACES)
@many
def test_months_are_clipped_to_their_last_day_alike(t: int, months: int, zone: int) -> None:
    assert clock.add_months(TABLES, zone, t, months) == calendars.add_months(t, months, ZONES[zone])


@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)))
@many
def test_dates_and_their_numbers_agree(day: datetime.date) -> None:
    number = originals.day_number(day)
    assert clock.civil(number) == (day.year, day.month, day.day)
    assert clock.day_of(day.year, day.month, day.day) == number


@given(t=MOMENTS)
@many
def test_the_next_evaluation_agrees(t: int) -> None:
    assert clock.next_daily(TABLES, t) == calendars.next_daily(t, EVALUATION, ZONES[0])


@given(
    t=MOMENTS, zone=PLACES, time_of_day=st.integers(0, 86_399), weekdays=st.frozensets(st.integers(0, 6), min_size=1)
)
@many
def test_the_next_such_moment_agrees(t: int, zone: int, time_of_day: int, weekdays: frozenset[int]) -> None:
    expected = calendars.next_moment(t, LocalMoment(time_of_day, weekdays), ZONES[zone])
    mask = sum(1 << day for day in weekdays)
    assert clock.next_moment(TABLES, zone, mask, time_of_day, t) == expected


@given(
    t=MOMENTS, calendar=st.integers(0, len(CALENDARS) - 1), count=st.integers(-60, 60), months=st.integers(-8, 8),
    seconds=st.integers(-100_000, 100_000),
)  # fmt: skip
@many
def test_durations_agree(t: int, calendar: int, count: int, months: int, seconds: int) -> None:
    number = CLOCKS.calendar(CALENDARS[calendar])
    for duration in (Duration(business_days=count), Duration(months=months, seconds=seconds)):
        found = clock.add(TABLES, number, t, duration.months, duration.business_days, duration.seconds)
        assert found == CALENDARS[calendar].add(t, duration)


@given(t=MOMENTS, length=st.integers(0, 90 * 86_400), calendar=st.integers(0, len(CALENDARS) - 1))
@many
def test_business_time_between_two_moments_agrees(t: int, length: int, calendar: int) -> None:
    number, original = CLOCKS.calendar(CALENDARS[calendar]), CALENDARS[calendar]
    assert clock.business_seconds(TABLES, number, t, t + length) == original.business_seconds(t, t + length)
    day = originals.day_date(t // 86_400)
    assert clock.is_business_day(TABLES, number, t // 86_400) == original.is_business_day(day)


@given(t=MOMENTS, one=st.sampled_from(WINDOWS), other=st.sampled_from([*WINDOWS, None]))
@many
def test_windows_agree(t: int, one: tuple[int, WorkingTime], other: tuple[int, WorkingTime] | None) -> None:
    assert clock.window_open(TABLES, one[0], t) == one[1].is_open(t)
    assert clock.next_open(TABLES, one[0], t) == one[1].next_open(t)
    originals_of_both = [one[1]] if other is None else [one[1], other[1]]
    expected = calendars.next_allowed(t, originals_of_both)
    found = clock.next_allowed(TABLES, one[0], -1 if other is None else other[0], t)
    assert found == (-1 if expected is None else expected)
