"""Business days, holidays and durations."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import Calendar, ClosedDates, holiday_dates, local, local_date, utc_seconds
from journeyctl.units import Duration, parse_duration, parse_iso_duration

NEW_YORK = "America/New_York"
US = Calendar(NEW_YORK, closed=ClosedDates("US", frozenset({date(2026, 7, 6)})))
PLAIN = Calendar(NEW_YORK)


def at(text: str) -> int:
    return utc_seconds(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "expected"),
    [
        (PLAIN, "2026-01-09T17:05-05:00", "1bd", "2026-01-12T17:05-05:00"),
        (PLAIN, "2026-01-09T17:05-05:00", "2bd", "2026-01-13T17:05-05:00"),
        (PLAIN, "2026-01-10T10:00-05:00", "1bd", "2026-01-12T10:00-05:00"),
        (PLAIN, "2026-01-10T10:00-05:00", "2bd", "2026-01-13T10:00-05:00"),
        (PLAIN, "2026-03-06T09:00-05:00", "1bd", "2026-03-09T09:00-04:00"),
        (PLAIN, "2026-10-30T09:00-04:00", "1bd", "2026-11-02T09:00-05:00"),
        (US, "2026-07-02T09:00-04:00", "1bd", "2026-07-07T09:00-04:00"),
        (US, "2026-12-24T09:00-05:00", "1bd", "2026-12-28T09:00-05:00"),
        (US, "2026-12-31T09:00-05:00", "1bd", "2027-01-04T09:00-05:00"),
        (US, "2027-07-02T09:00-04:00", "1bd", "2027-07-06T09:00-04:00"),
        (PLAIN, "2026-01-10T10:00-05:00", "0s", "2026-01-10T10:00-05:00"),
        (PLAIN, "2026-03-07T12:00-05:00", "1d", "2026-03-08T13:00-04:00"),
        (PLAIN, "2026-01-31T12:00-05:00", "1mo", "2026-02-28T12:00-05:00"),
        (PLAIN, "2028-02-29T12:00-05:00", "2y", "2030-02-28T12:00-05:00"),
    ],
)
def test_a_duration_moves_as_its_sort_says(calendar: Calendar, start: str, duration: str, expected: str) -> None:
    reached = calendar.add(at(start), parse_duration(duration))
    assert local(reached, NEW_YORK) == datetime.fromisoformat(expected)


def test_months_come_before_days_where_a_duration_has_both() -> None:
    reached = PLAIN.add(at("2026-01-31T12:00-05:00"), parse_iso_duration("P1M2D"))
    assert local(reached, NEW_YORK) == datetime.fromisoformat("2026-03-02T12:00-05:00")


@given(st.integers(1_700_000_000, 1_900_000_000), st.integers(-300, 300))
def test_business_days_count_what_a_walk_over_the_dates_counts(start: int, count: int) -> None:
    calendar = Calendar("Europe/Berlin", frozenset({0, 2, 3}), ClosedDates("DE"))
    reached = calendar.add(start, Duration(business_days=count))
    day, left = local_date(start, calendar.zone), abs(count)
    while left:
        day = date.fromordinal(day.toordinal() + (1 if count > 0 else -1))
        left -= calendar.is_business_day(day)
    assert local_date(reached, calendar.zone) == day
    assert local(reached, calendar.zone).time() == local(start, calendar.zone).time() or day.month in (3, 10)


def test_holidays_on_a_weekend_close_the_day_on_which_they_are_observed() -> None:
    assert {date(2026, 7, 3), date(2026, 7, 4), date(2027, 7, 5)} <= holiday_dates("US", (2026, 2027))
    assert not US.is_business_day(date(2026, 7, 3))
    assert date(2027, 12, 31) in ClosedDates("US")
    assert date(2021, 12, 31) in ClosedDates("US")


def test_a_part_of_a_country_may_have_holidays_of_its_own() -> None:
    corpus_christi = date(2026, 6, 4)
    assert corpus_christi in ClosedDates("DE-BY")
    assert corpus_christi not in ClosedDates("DE")


def test_closed_dates_of_years_are_holidays_and_further_dates_in_order() -> None:
    extra = frozenset({date(2026, 12, 24), date(2028, 1, 2)})
    closed = ClosedDates("DE", extra).of_years((2026,))
    assert closed == tuple(sorted(closed))
    assert closed[-3:] == (date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26))
    assert len(closed) == 10
    assert ClosedDates(further=extra).of_years(range(2020, 2030)) == (date(2026, 12, 24), date(2028, 1, 2))


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("us", "no holidays are known for 'us'; did you mean 'US'?"),
        ("Germany", "no holidays are known for 'Germany'; write a two-letter country code such as US"),
        ("DE-XX", "no holidays are known for the part 'XX' of DE; write one of Augsburg, BB"),
        ("LU-X", "no holidays are known for the part 'X' of LU; write LU alone"),
    ],
)
def test_unknown_regions_are_refused_with_the_next_move(region: str, message: str) -> None:
    with pytest.raises(ValueError, match="no holidays are known") as error:
        ClosedDates(region)
    assert str(error.value).startswith(message)


def test_a_calendar_is_a_value_whatever_it_has_looked_up() -> None:
    used, fresh = Calendar(NEW_YORK), Calendar(NEW_YORK)
    used.add_business_days(at("2026-01-09T17:05-05:00"), 10)
    assert used == fresh
    assert hash(used) == hash(fresh)
    assert pickle.dumps(used) == pickle.dumps(fresh)
    assert pickle.loads(pickle.dumps(used)) == fresh  # noqa: S301  # written one call earlier


def test_a_fingerprint_changes_with_days_holidays_and_zone_only() -> None:
    years = range(2026, 2028)
    calendars = [
        US,
        PLAIN,
        Calendar("Europe/Berlin"),
        Calendar(NEW_YORK, frozenset(range(6))),
        Calendar(NEW_YORK, closed=ClosedDates("US")),
    ]
    assert len({calendar.fingerprint(years) for calendar in calendars}) == len(calendars)
    assert PLAIN.fingerprint(years) == Calendar(NEW_YORK).fingerprint([2027, 2026, 2026])
    assert PLAIN.fingerprint(years) != PLAIN.fingerprint((2026,))


def test_calendars_that_are_never_open_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one business day"):
        Calendar(NEW_YORK, frozenset())
    with pytest.raises(ValueError, match="is no time zone"):
        Calendar("Mars/Olympus")
    mondays = frozenset(date.fromordinal(day) for day in range(date(2015, 1, 5).toordinal(), 745_000, 7))
    with pytest.raises(ValueError, match="no business day within ten years"):
        Calendar("UTC", frozenset({0}), ClosedDates(further=mondays)).add_business_days(at("2020-01-01T00:00Z"), 1)


def test_holidays_are_loaded_only_when_a_region_is_named() -> None:
    program = (
        "import sys; from journeyctl.calendars import Calendar; "
        "Calendar('UTC').add_business_days(0, 1); sys.exit(bool({'holidays', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-01-05T00:00Z", 2_600, "2035-12-24T00:00Z"),
        ("1950-01-02T00:00Z", 5, "1950-01-09T00:00Z"),
        ("2026-01-05T00:00Z", -2_600, "2016-01-18T00:00Z"),
    ],
)
def test_moments_long_ago_and_far_ahead_are_found(start: str, count: int, expected: str) -> None:
    assert Calendar("UTC").add_business_days(at(start), count) == at(expected)
