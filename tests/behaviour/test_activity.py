"""The activity clock against the wall."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.behaviour.activity import WEEK, ActivityClock
from journeyctl.behaviour.delays import opened_within
from journeyctl.draws import Draws
from journeyctl.fixed_point import ONE, lognormal_seconds
from journeyctl.model.behaviour import Behaviour

WEIGHTS = tuple(10 if 8 <= hour % 24 < 18 and hour < 120 else 1 + hour % 2 for hour in range(168))
CLOCK = ActivityClock.of(WEIGHTS)
HOUR = 3_600


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]  # a date and a time of day


def delays(start: int, zone: str, *, count: int = 2_001) -> list[int]:
    """Wall delays of mails sent at `start`, sorted."""
    median = CLOCK.median_units(4 * HOUR)
    draws = Draws(5, 0)
    units = (lognormal_seconds(draws.bits("p", "open-delay", occurrence=k), median, 2 * ONE) for k in range(count))
    return sorted(CLOCK.later(start, unit, zone=zone) - start for unit in units)


@pytest.mark.parametrize(
    ("zone", "start"),
    [("UTC", utc(2026, 1, 6, 9)), ("America/New_York", utc(2026, 1, 6, 14)), ("Europe/Berlin", utc(2026, 7, 7, 7))],
)
def test_half_of_all_delays_of_a_tuesday_nine_o_clock_mail_end_within_four_hours(zone: str, start: int) -> None:
    wall = delays(start, zone)
    assert 0.46 < bisect_left(wall, 4 * HOUR) / len(wall) < 0.54
    assert CLOCK.later(start, CLOCK.median_units(4 * HOUR), zone=zone) == start + 4 * HOUR


def test_mail_of_a_friday_night_is_opened_later_than_mail_of_a_tuesday_morning() -> None:
    friday, tuesday = delays(utc(2026, 1, 9, 22), "UTC"), delays(utc(2026, 1, 6, 9), "UTC")
    assert friday[1_000] > 3 * tuesday[1_000]


@given(reading=st.integers(-(10**8), 3 * 10**9))
def test_reading_and_activity_are_inverse_wherever_something_is_active(reading: int) -> None:
    assert CLOCK.reading_at(CLOCK.passed(reading)) == reading


@given(start=st.integers(1_700_000_000, 1_900_000_000), units=st.integers(0, 10**11))
def test_activity_passes_in_full_and_never_backwards(start: int, units: int) -> None:
    later = CLOCK.later(start, units, zone="UTC")
    assert later >= start
    assert CLOCK.passed(later) - CLOCK.passed(start) >= units
    assert later == start or CLOCK.passed(later - 1) - CLOCK.passed(start) < units


def test_every_week_has_the_same_activity_and_an_average_second_counts_1024() -> None:
    assert CLOCK.passed(5 * WEEK) - CLOCK.passed(0) == 5 * CLOCK.sums[-1]
    assert CLOCK.sums[-1] / WEEK == pytest.approx(1_024, rel=0.01)


def test_a_silent_hour_is_jumped_over() -> None:
    clock = ActivityClock.of((*(0,) * 167, 1))
    start = utc(2026, 1, 6, 9)
    assert clock.later(start, 1, zone="UTC") == utc(2026, 1, 11, 23, 0, 1)


@pytest.mark.parametrize("u", [0, 1 << 52, (1 << 53) - 1])
def test_a_moment_lies_within_its_stretch(u: int) -> None:
    start, end = utc(2026, 3, 2), utc(2026, 3, 9)
    assert start <= CLOCK.moment_in(u, start, end, zone="America/New_York") < end


def test_a_week_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="168 hours, not 24"):
        ActivityClock.of((1,) * 24)


def test_the_share_of_opens_within_a_window_is_a_half_at_the_median_and_grows(behaviour: Behaviour) -> None:
    shares = [opened_within(behaviour, hours * HOUR) for hours in (0, 1, 4, 24, 72, 168, 24 * 30)]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[2] == pytest.approx(0.5)
    assert shares[3] < 0.95 < shares[6] < 1
