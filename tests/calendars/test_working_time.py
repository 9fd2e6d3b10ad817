"""Shifts, quiet hours and send windows."""

from __future__ import annotations

import pickle
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import (
    ClosedDates,
    Hours,
    WorkingTime,
    local,
    next_allowed,
    parse_hours,
    parse_weekdays,
    utc_seconds,
    working_time,
)

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
OFFICE = working_time(NEW_YORK, days=parse_weekdays("mon-fri"), hours=parse_hours("09:00-17:00"))
OFFICE_US = working_time(
    NEW_YORK, days=parse_weekdays("mon-fri"), hours=parse_hours("09:00-17:00"), closed=ClosedDates("US")
)
WITH_BREAK = working_time(BERLIN, hours=(parse_hours("13:00-24:00"), parse_hours("00:00-12:00")))
NIGHTS = working_time(BERLIN, hours=parse_hours("01:00-04:00"))
ALWAYS = working_time(BERLIN)
moments = st.integers(1_760_000_000, 1_800_000_000)
spans = st.integers(0, 4_000_000)
windows = st.sampled_from((OFFICE, OFFICE_US, WITH_BREAK, NIGHTS, ALWAYS))
HOUR = 3_600


def at(text: str) -> int:
    return utc_seconds(datetime.fromisoformat(text))


def shown(seconds: int | None, zone: str) -> str | None:
    return None if seconds is None else local(seconds, zone).isoformat()[:19]


@pytest.mark.parametrize(
    ("window", "moment", "is_open", "next_open", "ends"),
    [
        (OFFICE, "2026-01-05T08:59:59-05:00", False, "2026-01-05T09:00:00", None),
        (OFFICE, "2026-01-05T09:00-05:00", True, "2026-01-05T09:00:00", "2026-01-05T17:00:00"),
        (OFFICE, "2026-01-05T16:59:59-05:00", True, "2026-01-05T16:59:59", "2026-01-05T17:00:00"),
        (OFFICE, "2026-01-05T17:00-05:00", False, "2026-01-06T09:00:00", None),
        (OFFICE, "2026-01-09T17:00-05:00", False, "2026-01-12T09:00:00", None),
        (OFFICE, "2026-03-06T17:00-05:00", False, "2026-03-09T09:00:00", None),
        (OFFICE_US, "2026-07-02T17:00-04:00", False, "2026-07-06T09:00:00", None),
        (OFFICE_US, "2026-07-03T12:00-04:00", False, "2026-07-06T09:00:00", None),
        (WITH_BREAK, "2026-05-05T12:00+02:00", False, "2026-05-05T13:00:00", None),
        (WITH_BREAK, "2026-05-05T23:59:59+02:00", True, "2026-05-05T23:59:59", "2026-05-06T00:00:00"),
        (WITH_BREAK, "2026-05-06T00:00+02:00", True, "2026-05-06T00:00:00", "2026-05-06T12:00:00"),
    ],
)
def test_a_window_is_open_from_its_start_up_to_its_end(
    window: WorkingTime, moment: str, is_open: bool, next_open: str, ends: str | None
) -> None:
    seconds = at(moment)
    assert window.is_open(seconds) == is_open
    assert shown(window.next_open(seconds), window.zone) == next_open
    assert shown(window.end_of_stretch(seconds), window.zone) == ends


@pytest.mark.parametrize(
    ("window", "start", "hours", "expected"),
    [
        (OFFICE, "2026-01-05T09:00-05:00", 8, "2026-01-05T17:00:00"),
        (OFFICE, "2026-01-05T16:00-05:00", 2, "2026-01-06T10:00:00"),
        (OFFICE, "2026-01-09T20:00-05:00", 1, "2026-01-12T10:00:00"),
        (OFFICE_US, "2026-07-02T16:00-04:00", 2, "2026-07-06T10:00:00"),
        (OFFICE, "2026-01-10T00:00-05:00", 0, "2026-01-10T00:00:00"),
        (NIGHTS, "2026-03-29T00:00+01:00", 3, "2026-03-30T02:00:00"),
        (NIGHTS, "2026-10-25T00:00+02:00", 4, "2026-10-25T04:00:00"),
    ],
)
def test_work_pauses_at_the_end_of_a_shift(window: WorkingTime, start: str, hours: int, expected: str) -> None:
    assert shown(window.add_open(at(start), hours * HOUR), window.zone) == expected


def test_stretches_are_cut_to_the_period_asked_for() -> None:
    found = list(OFFICE.stretches(at("2026-01-09T16:00-05:00"), at("2026-01-12T10:00-05:00")))
    assert [(shown(start, NEW_YORK), shown(end, NEW_YORK)) for start, end in found] == [
        ("2026-01-09T16:00:00", "2026-01-09T17:00:00"),
        ("2026-01-12T09:00:00", "2026-01-12T10:00:00"),
    ]
    assert list(OFFICE.stretches(5, 5)) == list(OFFICE.stretches(9, 5)) == []


def test_hours_that_daylight_saving_leaves_out_are_no_stretch() -> None:
    lost = working_time(BERLIN, hours=parse_hours("02:00-03:00"))
    assert not lost.is_open(at("2026-03-29T03:00+02:00"))
    assert lost.open_seconds(at("2026-03-28T12:00+01:00"), at("2026-03-29T12:00+02:00")) == 0
    assert lost.open_seconds(at("2026-10-24T12:00+02:00"), at("2026-10-25T12:00+01:00")) == 2 * HOUR


@given(windows, moments, spans, spans)
def test_open_time_adds_up_over_neighbouring_periods(window: WorkingTime, start: int, first: int, second: int) -> None:
    middle, end = start + first, start + first + second
    assert window.open_seconds(start, middle) + window.open_seconds(middle, end) == window.open_seconds(start, end)
    assert window.open_seconds(start, end) == sum(b - a for a, b in window.stretches(start, end))


@given(windows, moments, st.integers(0, 3_000_000))
def test_adding_open_time_is_the_first_moment_with_that_much_open_time(
    window: WorkingTime, start: int, length: int
) -> None:
    reached = window.add_open(start, length)
    assert window.open_seconds(start, reached) == length
    assert length == 0 or window.is_open(reached - 1)


@given(windows, moments)
def test_the_next_open_second_is_open_and_nothing_before_it_is(window: WorkingTime, moment: int) -> None:
    opening = window.next_open(moment)
    assert window.is_open(opening)
    assert window.open_seconds(moment, opening) == 0
    assert window.is_open(moment) == (opening == moment)


@given(moments, st.sampled_from(("09:00-16:00", "06:00-09:30", "20:00-24:00")))
def test_windows_of_two_zones_allow_the_first_second_open_in_both(moment: int, hours: str) -> None:
    berlin = working_time(BERLIN, days=parse_weekdays("tue-thu"), hours=parse_hours(hours))
    allowed = next_allowed(moment, (OFFICE, berlin))
    together = [
        max(start, other)
        for start, end in OFFICE.stretches(moment, moment + 10 * 86_400)
        for other, after in berlin.stretches(start, end)
        if max(start, other) < min(end, after)
    ]
    assert allowed == (together[0] if together else None)


def test_windows_that_never_meet_allow_nothing_and_no_windows_allow_now() -> None:
    mornings, evenings = (working_time(BERLIN, hours=parse_hours(text)) for text in ("08:00-12:00", "12:00-18:00"))
    assert next_allowed(1_767_600_000, (mornings, evenings)) is None
    assert next_allowed(1_767_600_000, ()) == 1_767_600_000


def test_a_window_that_opens_only_after_sixty_days_allows_nothing() -> None:
    summer_off = frozenset(date.fromordinal(date(2026, 6, 1).toordinal() + step) for step in range(61))
    closed = working_time("UTC", closed=ClosedDates(further=summer_off))
    assert next_allowed(at("2026-06-01T00:00Z"), (closed,)) is None
    assert next_allowed(at("2026-06-02T00:00Z"), (closed,)) == at("2026-08-01T00:00Z")


def test_years_without_any_open_second_count_nothing() -> None:
    long_off = frozenset(date.fromordinal(date(2026, 1, 1).toordinal() + step) for step in range(2_000))
    window = working_time("UTC", closed=ClosedDates(further=long_off))
    assert window.open_seconds(at("2025-12-31T12:00Z"), at("2028-01-01T00:00Z")) == 12 * HOUR
    assert window.open_seconds(at("2026-12-31T12:00Z"), at("2028-01-01T00:00Z")) == 0
    assert window.next_open(at("2026-01-01T00:00Z")) == at("2031-06-24T00:00Z")


def test_working_time_is_a_value_whatever_it_has_looked_up() -> None:
    used, fresh = (working_time(NEW_YORK, hours=parse_hours("09:00-17:00")) for _ in range(2))
    used.next_open(1_767_600_000)
    used.next_open(0)
    assert used == fresh
    assert hash(used) == hash(fresh)
    assert pickle.loads(pickle.dumps(used)) == fresh  # noqa: S301  # written one call earlier


def test_a_fingerprint_covers_hours_zone_and_closed_dates() -> None:
    assert len({window.fingerprint((2026,)) for window in (OFFICE, OFFICE_US, WITH_BREAK, NIGHTS, ALWAYS)}) == 5
    again = working_time(NEW_YORK, days=parse_weekdays("mon-fri"), hours=parse_hours("09:00-17:00"))
    again.next_open(0)
    assert again.fingerprint((2026,)) == OFFICE.fingerprint((2026,))


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    questions = [at(f"{year}-06-15T20:00-04:00") for year in (2026, 1990, 2040, 2026, 2010, 1960)]
    shared = working_time(NEW_YORK, days=frozenset({0}), hours=parse_hours("09:00-17:00"))
    for moment in questions:
        alone = working_time(NEW_YORK, days=frozenset({0}), hours=parse_hours("09:00-17:00"))
        assert shared.next_open(moment) == alone.next_open(moment)
        assert shared.add_open(moment, 10_000_000) == alone.add_open(moment, 10_000_000)


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ((), "at least one of seven weekdays"),
        (((),) * 7, "at least one of seven weekdays"),
        (((Hours(0, 100), Hours(50, 200)), *((),) * 6), "overlap or are out of order"),
    ],
)
def test_weeks_without_sense_are_refused(week: tuple[tuple[Hours, ...], ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WorkingTime(NEW_YORK, week)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="before its start"):
        OFFICE.open_seconds(10, 9)
    with pytest.raises(ValueError, match="cannot be negative"):
        OFFICE.add_open(10, -1)


def test_working_time_that_never_opens_is_refused_when_asked() -> None:
    mondays = frozenset(date.fromordinal(day) for day in range(date(2015, 1, 5).toordinal(), 745_000, 7))
    never = working_time("UTC", days=frozenset({0}), closed=ClosedDates(further=mondays))
    with pytest.raises(ValueError, match="never open within ten years"):
        never.next_open(at("2020-01-01T00:00Z"))
