"""Next moments, months, periods and ISO weeks in local time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import (
    add_months,
    iso_week,
    iso_weeks,
    local,
    local_day,
    local_month,
    local_week,
    next_daily,
    next_moment,
    parse_moment,
    utc_seconds,
)

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
DAY = 86_400


def at(text: str) -> int:
    return utc_seconds(datetime.fromisoformat(text))


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("now", "moment", "zone", "expected"),
    [
        ("2026-01-05T09:00-05:00", "09:00", NEW_YORK, "2026-01-05T14:00:00Z"),
        ("2026-01-05T09:00:01-05:00", "09:00", NEW_YORK, "2026-01-06T14:00:00Z"),
        ("2026-01-05T09:00-05:00", "tue 09:00", NEW_YORK, "2026-01-06T14:00:00Z"),
        ("2026-01-06T09:00:01-05:00", "tue 09:00", NEW_YORK, "2026-01-13T14:00:00Z"),
        ("2026-03-07T12:00-05:00", "sun 02:30", NEW_YORK, "2026-03-08T07:00:00Z"),
        ("2026-10-24T12:00+02:00", "02:30", BERLIN, "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:31Z", "02:30", BERLIN, "2026-10-26T01:30:00Z"),
        ("2026-12-31T23:30+01:00", "00:00", BERLIN, "2026-12-31T23:00:00Z"),
    ],
)
def test_the_next_moment_is_the_first_at_or_after_now(now: str, moment: str, zone: str, expected: str) -> None:
    written = parse_moment(moment)
    assert iso(next_moment(at(now), written, zone)) == expected
    if " " not in moment:
        assert iso(next_daily(at(now), written.time_of_day, zone)) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31T09:00-05:00", 1, "2026-02-28T14:00:00Z"),
        ("2028-01-31T09:00-05:00", 1, "2028-02-29T14:00:00Z"),
        ("2028-02-29T09:00-05:00", 12, "2029-02-28T14:00:00Z"),
        ("2028-02-29T09:00-05:00", 48, "2032-02-29T14:00:00Z"),
        ("2026-12-31T23:59-05:00", 2, "2027-03-01T04:59:00Z"),
        ("2026-01-15T09:00-05:00", 3, "2026-04-15T13:00:00Z"),
        ("2026-02-08T02:30-05:00", 1, "2026-03-08T07:00:00Z"),
        ("2026-03-31T09:00-04:00", -1, "2026-02-28T14:00:00Z"),
        ("2026-11-30T09:00-05:00", 1, "2026-12-30T14:00:00Z"),
    ],
)
def test_months_keep_the_local_time_and_stop_at_the_months_end(start: str, months: int, expected: str) -> None:
    assert iso(add_months(at(start), months, NEW_YORK)) == expected


def test_local_days_weeks_and_months_follow_the_clocks() -> None:
    spring = at("2026-03-08T12:00-04:00")
    assert tuple(map(iso, local_day(spring, NEW_YORK))) == ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")
    assert tuple(map(iso, local_week(spring, NEW_YORK))) == ("2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z")
    assert tuple(map(iso, local_week(spring, NEW_YORK, week_starts=6))) == (
        "2026-03-08T05:00:00Z",
        "2026-03-15T04:00:00Z",
    )
    december = at("2026-12-31T23:59:59+01:00")
    assert tuple(map(iso, local_month(december, BERLIN))) == ("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z")


@given(st.integers(1_420_070_400, 2_051_222_400), st.sampled_from((NEW_YORK, BERLIN)), st.integers(0, 6))
def test_every_moment_lies_in_its_day_week_and_month(seconds: int, zone: str, week_starts: int) -> None:
    week = local_week(seconds, zone, week_starts=week_starts)
    for start, end in (local_day(seconds, zone), week, local_month(seconds, zone)):
        assert start <= seconds < end
        assert local(start, zone).strftime("%H:%M:%S") == local(end, zone).strftime("%H:%M:%S") == "00:00:00"
    assert local(week[0], zone).weekday() == week_starts


@pytest.mark.parametrize(
    ("moment", "zone", "name"),
    [
        ("2026-01-12T00:00-05:00", NEW_YORK, "2026-W03"),
        ("2026-01-11T23:59:59-05:00", NEW_YORK, "2026-W02"),
        ("2026-01-12T00:00-05:00", "Asia/Tokyo", "2026-W03"),
        ("2026-12-31T12:00Z", BERLIN, "2026-W53"),
        ("2027-01-03T22:59:59Z", BERLIN, "2026-W53"),
        ("2027-01-03T23:00Z", BERLIN, "2027-W01"),
        ("2024-12-30T12:00Z", BERLIN, "2025-W01"),
    ],
)
def test_iso_weeks_are_named_in_local_time(moment: str, zone: str, name: str) -> None:
    assert iso_week(at(moment), zone) == name


def test_a_period_lists_every_week_it_touches() -> None:
    weeks = iso_weeks(at("2026-12-27T23:59:59+01:00"), at("2027-01-04T00:00+01:00"), BERLIN)
    assert [(name, iso(start), iso(end)) for name, start, end in weeks] == [
        ("2026-W52", "2026-12-20T23:00:00Z", "2026-12-27T23:00:00Z"),
        ("2026-W53", "2026-12-27T23:00:00Z", "2027-01-03T23:00:00Z"),
    ]
    assert iso_weeks(100, 100, BERLIN) == ()
