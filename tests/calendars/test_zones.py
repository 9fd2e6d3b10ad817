"""Local time and UTC, over both changes of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import check_zone, local, local_date, to_utc, utc_offset, utc_seconds, zone_names
from journeyctl.calendars.zones import (
    DAY,
    _Zone,
    clock_moment,
    clock_reading,
    midnight_offsets,
    steady_offsets,
    utc_offsets,
)

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
ZONES = (NEW_YORK, BERLIN, "Asia/Kolkata", "America/Asuncion", "Australia/Lord_Howe", "UTC", "Africa/Casablanca")
RULES = {
    name: ZoneInfo.from_file(BytesIO(files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()), key=name)
    for name in ZONES
}
"""Read apart from the machine's own zone files, which may be older."""
moments = st.integers(1_420_070_400, 2_051_222_400)
"""From 2015 to 2034."""
changes = st.sampled_from(
    [
        utc_seconds(datetime.fromisoformat(text))
        for text in ("2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-03-29T01:00Z", "2026-10-25T01:00Z")
    ]
)
around_changes = st.builds(lambda change, shift: change + shift, changes, st.integers(-9_000, 9_000))


@pytest.mark.parametrize(
    ("zone", "day", "time", "expected"),
    [
        (NEW_YORK, "2026-01-05", "09:00", "2026-01-05T14:00Z"),
        (NEW_YORK, "2026-07-06", "09:00", "2026-07-06T13:00Z"),
        (NEW_YORK, "2026-03-08", "01:59", "2026-03-08T06:59Z"),
        (NEW_YORK, "2026-03-08", "02:30", "2026-03-08T07:00Z"),
        (NEW_YORK, "2026-03-08", "03:00", "2026-03-08T07:00Z"),
        (NEW_YORK, "2026-11-01", "01:30", "2026-11-01T05:30Z"),
        (NEW_YORK, "2026-11-01", "02:00", "2026-11-01T07:00Z"),
        (BERLIN, "2026-03-29", "02:00", "2026-03-29T01:00Z"),
        (BERLIN, "2026-03-29", "02:59", "2026-03-29T01:00Z"),
        (BERLIN, "2026-10-25", "02:30", "2026-10-25T00:30Z"),
        (BERLIN, "2026-10-25", "03:00", "2026-10-25T02:00Z"),
        (BERLIN, "2026-12-31", "24:00", "2026-12-31T23:00Z"),
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00Z"),
        ("America/Havana", "2026-03-08", "00:00", "2026-03-08T05:00Z"),
    ],
)
def test_a_local_time_means_its_first_second_or_the_first_after_a_gap(
    zone: str, day: str, time: str, expected: str
) -> None:
    hours, minutes = map(int, time.split(":"))
    seconds = to_utc(date.fromisoformat(day), hours * 3_600 + minutes * 60, zone)
    assert datetime.fromtimestamp(seconds, UTC) == datetime.fromisoformat(expected)


@given(st.one_of(moments, around_changes), st.sampled_from(ZONES))
def test_local_time_agrees_with_the_standard_library(seconds: int, zone: str) -> None:
    expected = datetime.fromtimestamp(seconds, RULES[zone])
    assert local(seconds, zone).isoformat() == expected.isoformat()
    assert local_date(seconds, zone) == expected.date()
    assert timedelta(seconds=utc_offset(seconds, zone)) == expected.utcoffset()


@given(st.one_of(moments, around_changes), st.sampled_from(ZONES))
def test_going_to_local_time_and_back_gives_the_first_second_with_that_local_time(seconds: int, zone: str) -> None:
    shown = local(seconds, zone).replace(tzinfo=None)
    first = to_utc(shown.date(), shown.hour * 3_600 + shown.minute * 60 + shown.second, zone)
    assert first <= seconds
    assert local(first, zone).replace(tzinfo=None) == shown
    assert first == seconds or datetime.fromtimestamp(seconds, RULES[zone]).fold == 1


@given(st.one_of(moments, around_changes), st.integers(-8_000, 8_000), st.sampled_from(ZONES))
def test_a_clock_reads_at_least_x_exactly_from_the_moment_of_x_on(seconds: int, shift: int, zone: str) -> None:
    reading = clock_reading(seconds, zone) + shift
    assert (clock_moment(reading, zone) <= seconds) == (reading <= clock_reading(seconds, zone))
    assert clock_reading(seconds, zone) <= clock_reading(seconds + 1, zone)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("europe/berlin", "did you mean 'Europe/Berlin'?"),
        ("New York", "did you mean 'America/New_York'?"),
        ("US/New_York", "did you mean 'America/New_York'?"),
        ("zzzzzz", "write an IANA name such as Europe/Berlin"),
        (None, "write an IANA name such as Europe/Berlin"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest(name: object, hint: str) -> None:
    with pytest.raises(ValueError, match="is no time zone") as error:
        check_zone(name)
    assert str(error.value) == f"'{name}' is no time zone; {hint}"


def test_zone_names_hold_every_usual_zone_and_no_placeholder() -> None:
    assert set(ZONES) < set(zone_names())
    assert "Factory" not in zone_names()


def test_date_times_without_a_zone_are_refused() -> None:
    assert utc_seconds(datetime.fromisoformat("2026-01-05T09:00:00.9-05:00")) == 1_767_621_600
    with pytest.raises(ValueError, match="has no zone"):
        utc_seconds(datetime.fromisoformat("2026-01-05T09:00:00"))


@pytest.mark.parametrize("zone", ZONES)
def test_days_that_are_learnt_at_once_have_the_offsets_of_days_asked_one_by_one(zone: str) -> None:
    days = range(19_900, 21_400)
    alone = _Zone(zone)
    assert steady_offsets(days, zone) == [alone.steady(day) for day in days]
    assert midnight_offsets(days, zone) == [alone.offset(day * DAY) for day in days]
    further = range(19_500, 22_000)
    assert steady_offsets(further, zone) == [alone.steady(day) for day in further]


@pytest.mark.parametrize("zone", ZONES)
def test_what_was_learnt_elsewhere_is_what_would_be_learnt_here(zone: str) -> None:
    elsewhere, here, alone = _Zone(zone), _Zone(zone), _Zone(zone)
    elsewhere.learn(20_450, 20_900)
    here.remember(elsewhere.learnt())
    for days in (range(20_500, 20_600), range(20_400, 21_000)):
        assert here.over_days(days) == alone.over_days(days)
        assert here.at_midnight(days) == alone.at_midnight(days)
    assert [here.utc(day * DAY + 9_000) for day in range(20_400, 21_000)] == [
        alone.utc(day * DAY + 9_000) for day in range(20_400, 21_000)
    ]


def test_days_that_are_learnt_in_pieces_are_those_learnt_at_once() -> None:
    pieces, whole = _Zone(BERLIN), _Zone(BERLIN)
    for days in (range(20_500, 20_510), range(20_505, 20_560), range(20_300, 20_400), range(20_300, 20_600)):
        pieces.learn(days.start, days.stop)
    whole.learn(20_300, 20_600)
    assert pieces.learnt() == whole.learnt()


@pytest.mark.parametrize("zone", ZONES)
def test_all_offsets_at_some_moments(zone: str) -> None:
    moments = range(1_774_700_000, 1_774_900_000, 900)
    assert utc_offsets(moments, zone) == {utc_offset(moment, zone) for moment in moments}
