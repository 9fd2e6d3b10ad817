"""How times, hours, weekdays and moments are written."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import (
    Hours,
    LocalMoment,
    ZoneChoice,
    parse_hours,
    parse_moment,
    parse_time_of_day,
    parse_weekday,
    parse_weekdays,
    parse_zone_choice,
    weekdays_text,
)


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (parse_time_of_day, "09:00", 32_400),
        (parse_time_of_day, "23:59", 86_340),
        (parse_hours, "08:00-18:00", Hours(28_800, 64_800)),
        (parse_hours, "00:00-24:00", Hours(0, 86_400)),
        (parse_weekday, "sunday", 6),
        (parse_weekday, "mon", 0),
        (parse_weekdays, "mon-fri", {0, 1, 2, 3, 4}),
        (parse_weekdays, "tue-thu", {1, 2, 3}),
        (parse_weekdays, "mon,wed, fri", {0, 2, 4}),
        (parse_weekdays, "sat-mon", {5, 6, 0}),
        (parse_weekdays, "wed-wed", {2}),
        (parse_weekdays, "mon-tue,sat", {0, 1, 5}),
        (parse_weekdays, ["mon", "thu-fri"], {0, 3, 4}),
        (parse_moment, "tue 09:00", LocalMoment(32_400, frozenset({1}))),
        (parse_moment, "mon-fri 09:00", LocalMoment(32_400, frozenset(range(5)))),
        (parse_moment, "09:00", LocalMoment(32_400)),
        (parse_zone_choice, "Europe/Berlin", ZoneChoice(of_contact=False, name="Europe/Berlin")),
        (parse_zone_choice, "contact", ZoneChoice(of_contact=True)),
        (parse_zone_choice, "contact | Europe/Berlin", ZoneChoice(of_contact=True, name="Europe/Berlin")),
    ],
)
def test_what_may_be_written_is_read(read: Callable[[object], object], text: object, expected: object) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (parse_time_of_day, "9:00", "'9:00' is no time of day"),
        (parse_time_of_day, "24:00", "from 00:00 to 23:59"),
        (parse_time_of_day, 540, "'540' is no time of day"),
        (parse_hours, "08:00", "'08:00' are no hours"),
        (parse_hours, "08:00-25:00", "are no hours"),
        (parse_hours, "24:00-08:00", "are no hours"),
        (parse_hours, "18:00-08:00", "ends before it starts"),
        (parse_hours, "08:00-08:00", "ends before it starts"),
        (parse_hours, None, "are no hours"),
        (parse_weekday, "Monday", "is no weekday; write one of mon, tue"),
        (parse_weekdays, "mon-", "are no weekdays; write a range such as mon-fri"),
        (parse_weekdays, "mo-fr", "'mo-fr' are no weekdays"),
        (parse_weekdays, "", "are no weekdays"),
        (parse_weekdays, [], "are no weekdays"),
        (parse_weekdays, 3, "are no weekdays"),
        (parse_moment, "tue", "'tue' is no moment of the week"),
        (parse_moment, "day 09:00", "is no moment of the week"),
        (parse_zone_choice, "Europe/Berlin | UTC", "only 'contact | ..' takes one"),
        (parse_zone_choice, "contact | Europe/Berln", "did you mean 'Europe/Berlin'"),
        (parse_zone_choice, 7, "'7' is no time zone"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(
    read: Callable[[object], object], text: object, message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read(text)


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_printed_weekdays_read_back_to_the_same_days(days: frozenset[int]) -> None:
    assert parse_weekdays(weekdays_text(days)) == days


@pytest.mark.parametrize("text", ["tue 09:00", "mon-fri 09:00", "23:59", "mon,sat 00:00"])
def test_printed_moments_and_hours_read_as_written(text: str) -> None:
    assert str(parse_moment(text)) == text
    assert str(parse_hours("09:00-24:00")) == "09:00-24:00"


def test_an_unknown_contact_zone_takes_the_fallback() -> None:
    choice = parse_zone_choice("contact | America/New_York")
    assert choice.resolve("Europe/Berlin") == "Europe/Berlin"
    assert choice.resolve(None) == "America/New_York"
    assert parse_zone_choice("contact").resolve(None) is None
    assert parse_zone_choice("UTC").resolve("Europe/Berlin") == "UTC"


def test_values_that_mean_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="hours must start before they end"):
        Hours(10, 10)
    with pytest.raises(ValueError, match="at least one weekday"):
        LocalMoment(0, frozenset())
