"""Moments that follow from local time alone: the next 09:00, days, weeks and months, ISO weeks.

Stretches are `(start, end)` in UTC seconds, end excluded.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from journeyctl.calendars.notation import LocalMoment
from journeyctl.calendars.zones import DAY, clock_moment, day_date, day_number, local_date, utc_offset


def next_moment(seconds: int, moment: LocalMoment, zone: str) -> int:
    """The first such local time at `seconds` or after; ask from `seconds + 1` for the one after it."""
    day = _local_day(seconds, zone)
    while True:
        if (day + 3) % 7 in moment.weekdays:
            candidate = clock_moment(day * DAY + moment.time_of_day, zone)
            if candidate >= seconds:
                return candidate
        day += 1


def next_daily(seconds: int, time_of_day: int, zone: str) -> int:
    """The first time at `seconds` or after that local clocks show `time_of_day`."""
    day = _local_day(seconds, zone)
    candidate = clock_moment(day * DAY + time_of_day, zone)
    while candidate < seconds:
        day += 1
        candidate = clock_moment(day * DAY + time_of_day, zone)
    return candidate


def add_months(seconds: int, months: int, zone: str) -> int:
    """The same local time so many calendar months later, on the month's last day where it is too short."""
    day, time_of_day = divmod(seconds + utc_offset(seconds, zone), DAY)
    return clock_moment(day_number(_months_later(day_date(day), months)) * DAY + time_of_day, zone)


def local_day(seconds: int, zone: str) -> tuple[int, int]:
    """The local day around a moment; 23 or 25 hours long where clocks change."""
    day = _local_day(seconds, zone)
    return clock_moment(day * DAY, zone), clock_moment((day + 1) * DAY, zone)


def local_week(seconds: int, zone: str, *, week_starts: int = 0) -> tuple[int, int]:
    """The local week around a moment; `week_starts` is its first weekday, 0 for Monday."""
    day = _local_day(seconds, zone)
    first = day - (day + 3 - week_starts) % 7
    return clock_moment(first * DAY, zone), clock_moment((first + 7) * DAY, zone)


def local_month(seconds: int, zone: str) -> tuple[int, int]:
    """The local calendar month around a moment."""
    first = local_date(seconds, zone).replace(day=1)
    following = _months_later(first, 1)
    return clock_moment(day_number(first) * DAY, zone), clock_moment(day_number(following) * DAY, zone)


def iso_week(seconds: int, zone: str) -> str:
    """The ISO 8601 week of a moment, such as `2026-W03`; its year may differ from the date's."""
    return _week_name(_local_day(seconds, zone))


def iso_weeks(start: int, end: int, zone: str) -> tuple[tuple[str, int, int], ...]:
    """The ISO weeks that overlap `[start, end)`: name, first second and the second after the last."""
    weeks = []
    moment = start
    while moment < end:
        first, after = local_week(moment, zone)
        weeks.append((iso_week(first, zone), first, after))
        moment = after
    return tuple(weeks)


def _local_day(seconds: int, zone: str) -> int:
    return (seconds + utc_offset(seconds, zone)) // DAY


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following.toordinal() - date(year, month + 1, 1).toordinal())))


@lru_cache(maxsize=4_096)
def _week_name(day: int) -> str:
    year, week, _ = day_date(day).isocalendar()
    return f"{year:04d}-W{week:02d}"
