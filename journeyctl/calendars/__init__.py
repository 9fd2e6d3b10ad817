"""Zones, business days, holidays, working time and clocks: the only home of time arithmetic.

Read `zones`, then `notation`, `local_time`, `closed_dates`, `business_calendar`, `working_time` and
`clocks`. Moments are whole seconds of UTC; a stretch includes its start and excludes its end.
"""

from journeyctl.calendars.business_calendar import MONDAY_TO_FRIDAY, Calendar
from journeyctl.calendars.clocks import BusinessClock, Clock, ShiftClock, WallClock
from journeyctl.calendars.closed_dates import NEVER_CLOSED, ClosedDates, holiday_dates
from journeyctl.calendars.local_time import (
    add_months,
    iso_week,
    iso_weeks,
    local_day,
    local_month,
    local_week,
    next_daily,
    next_moment,
)
from journeyctl.calendars.notation import (
    ALL_DAY,
    EVERY_DAY,
    Hours,
    LocalMoment,
    ZoneChoice,
    parse_hours,
    parse_moment,
    parse_time_of_day,
    parse_weekday,
    parse_weekdays,
    parse_zone_choice,
    time_text,
    weekdays_text,
)
from journeyctl.calendars.working_time import WorkingTime, next_allowed, working_time
from journeyctl.calendars.zones import check_zone, local, local_date, to_utc, utc_offset, utc_seconds, zone_names

__all__ = [
    "ALL_DAY",
    "EVERY_DAY",
    "MONDAY_TO_FRIDAY",
    "NEVER_CLOSED",
    "BusinessClock",
    "Calendar",
    "Clock",
    "ClosedDates",
    "Hours",
    "LocalMoment",
    "ShiftClock",
    "WallClock",
    "WorkingTime",
    "ZoneChoice",
    "add_months",
    "check_zone",
    "holiday_dates",
    "iso_week",
    "iso_weeks",
    "local",
    "local_date",
    "local_day",
    "local_month",
    "local_week",
    "next_allowed",
    "next_daily",
    "next_moment",
    "parse_hours",
    "parse_moment",
    "parse_time_of_day",
    "parse_weekday",
    "parse_weekdays",
    "parse_zone_choice",
    "time_text",
    "to_utc",
    "utc_offset",
    "utc_seconds",
    "weekdays_text",
    "working_time",
    "zone_names",
]
