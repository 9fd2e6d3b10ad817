"""Time inside compiled code: the functions of `calendars` over the tables of a run.

Functions have the names of those that they repeat; zones, calendars and windows are numbers (`Clocks`),
weekdays count from Monday, days from 1970-01-01. A number of -1 stands for a window that there is not.
"""

from __future__ import annotations

from typing import Final

from journeyctl.calendars.working_time import SEARCH_LIMIT
from journeyctl.calendars.zones import DAY
from journeyctl.simulate.population_engine.clock_tables import (
    AFTER,
    ALWAYS,
    BEGIN,
    CALENDAR_COLUMNS,
    CALENDARS,
    CHANGE,
    COUNT,
    DAILY,
    DAYS,
    FIRST,
    LENGTH,
    LISTED,
    NEVER,
    OFFSET,
    OFFSET_COLUMNS,
    OFFSETS,
    PASSED,
    STEADY,
    STRETCHES,
    UNSTEADY,
    WEEK_STARTS,
    WINDOW_COLUMNS,
    WINDOWS,
    ZONE,
    ClockTables,
)
from journeyctl.simulate.population_engine.jit import compiled

BY_DAY: Final = 0
BY_WEEK: Final = 1
BY_MONTH: Final = 2


@compiled
def _row(tables: ClockTables, day: int) -> int:
    return min(max(day - tables[FIRST], 0), tables[DAYS] - 1)


@compiled
def _of_day(tables: ClockTables, zone: int, day: int) -> int:
    """Where the offsets of a zone and day stand."""
    return tables[OFFSETS] + (zone * tables[DAYS] + _row(tables, day)) * OFFSET_COLUMNS


@compiled
def _passed(tables: ClockTables, calendar: int, day: int) -> int:
    """Where the business days before a day are counted; those before the next day stand behind it."""
    return tables[PASSED] + calendar * (tables[DAYS] + 1) + _row(tables, day)


# --- zones


@compiled
def utc_offset(tables: ClockTables, zone: int, t: int) -> int:
    """Seconds that local clocks are ahead of UTC at a moment."""
    always = tables[tables[ALWAYS] + zone]
    if always != UNSTEADY:
        return always
    day = _of_day(tables, zone, t // DAY)
    return tables[day + OFFSET] if t < tables[day + CHANGE] else tables[day + AFTER]


@compiled
def clock_moment(tables: ClockTables, zone: int, reading: int) -> int:
    """The first moment at which the local clock reads at least `reading`."""
    always = tables[tables[ALWAYS] + zone]
    if always != UNSTEADY:
        return reading - always
    steady = tables[_of_day(tables, zone, reading // DAY) + STEADY]
    if steady != UNSTEADY:
        return reading - steady
    before, after = utc_offset(tables, zone, reading - DAY), utc_offset(tables, zone, reading + DAY)
    larger, smaller = max(before, after), min(before, after)
    if utc_offset(tables, zone, reading - larger) == larger:
        return reading - larger
    if utc_offset(tables, zone, reading - smaller) == smaller:
        return reading - smaller
    return _change_between(tables, zone, reading - after, reading - before)


@compiled
def clock_reading(tables: ClockTables, zone: int, t: int) -> int:
    """Local time as one number, which waits while clocks repeat an hour."""
    clock = t + utc_offset(tables, zone, t)
    if tables[tables[ALWAYS] + zone] != UNSTEADY or tables[_of_day(tables, zone, clock // DAY) + STEADY] != UNSTEADY:
        return clock
    if clock_moment(tables, zone, clock) == t:
        return clock
    change = _change_between(tables, zone, t - DAY, t)
    return change - 1 + utc_offset(tables, zone, change - 1)


@compiled
def _change_between(tables: ClockTables, zone: int, earlier: int, later: int) -> int:
    wanted = utc_offset(tables, zone, later)
    while later - earlier > 1:
        middle = (earlier + later) >> 1
        if utc_offset(tables, zone, middle) == wanted:
            later = middle
        else:
            earlier = middle
    return later


@compiled
def local_day(tables: ClockTables, zone: int, t: int) -> int:
    """The number of the local day around a moment."""
    return (t + utc_offset(tables, zone, t)) // DAY


@compiled
def weekday(tables: ClockTables, zone: int, t: int) -> int:
    """The weekday of the local day around a moment; 0 is Monday."""
    return (local_day(tables, zone, t) + 3) % 7


@compiled
def day_start(tables: ClockTables, zone: int, day: int) -> int:
    """The first second of a local day."""
    return clock_moment(tables, zone, day * DAY)


# --- days, weeks and months


@compiled
def next_daily(tables: ClockTables, t: int) -> int:
    """The workspace's next daily evaluation, at `t` or after."""
    row, last = _row(tables, local_day(tables, 0, t)), tables[DAYS] - 1
    while tables[tables[DAILY] + row] < t and row < last:
        row += 1
    return tables[tables[DAILY] + row]


@compiled
def next_moment(tables: ClockTables, zone: int, weekdays: int, time_of_day: int, t: int) -> int:
    """The first such local time at `t` or after; bit k of `weekdays` allows weekday k."""
    day = local_day(tables, zone, t)
    for _ in range(15):
        if weekdays >> ((day + 3) % 7) & 1:
            candidate = clock_moment(tables, zone, day * DAY + time_of_day)
            if candidate >= t:
                return candidate
        day += 1
    return NEVER


@compiled
def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month of a day's number (the proleptic Gregorian calendar)."""
    # Years that begin in March put the leap day last, so that months have a formula. The number of eras is
    # worked out by division: loops over years are turned into divisions of 128 bits that cannot be linked.
    shifted = day + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    part = (5 * of_year + 2) // 153
    month = part + 3 if part < 10 else part - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, of_year - (153 * part + 2) // 5 + 1


@compiled
def day_of(year: int, month: int, day: int) -> int:
    """The number of a date; the inverse of `civil`."""
    shifted = year - 1 if month <= 2 else year
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def months_later(day: int, months: int) -> int:
    """The same day of the month so many months later, or the last one of a month that is too short."""
    year, month, of_month = civil(day)
    place = year * 12 + month - 1 + months
    later = day_of(place // 12, place % 12 + 1, 1)
    following = day_of((place + 1) // 12, (place + 1) % 12 + 1, 1)
    return later + min(of_month, following - later) - 1


@compiled
def add_months(tables: ClockTables, zone: int, t: int, months: int) -> int:
    """The same local time so many calendar months later."""
    clock = t + utc_offset(tables, zone, t)
    day = clock // DAY
    return clock_moment(tables, zone, months_later(day, months) * DAY + clock - day * DAY)


@compiled
def period(tables: ClockTables, zone: int, kind: int, t: int) -> tuple[int, int]:
    """The local day, week or month around a moment: its first second and the second after its last."""
    day = local_day(tables, zone, t)
    if kind == BY_WEEK:
        first = day - (day + 3 - tables[WEEK_STARTS]) % 7
        return day_start(tables, zone, first), day_start(tables, zone, first + 7)
    if kind == BY_MONTH:
        first = day - civil(day)[2] + 1
        return day_start(tables, zone, first), day_start(tables, zone, months_later(first, 1))
    return day_start(tables, zone, day), day_start(tables, zone, day + 1)


# --- business days


@compiled
def is_business_day(tables: ClockTables, calendar: int, day: int) -> bool:
    """True where the day counts."""
    place = _passed(tables, calendar, day)
    return tables[place + 1] > tables[place]


@compiled
def add_business_days(tables: ClockTables, calendar: int, t: int, count: int) -> int:
    """The same local time so many business days later, or earlier where negative."""
    if count == 0:
        return t
    own = tables[CALENDARS] + calendar * CALENDAR_COLUMNS
    zone = tables[own + ZONE]
    clock = t + utc_offset(tables, zone, t)
    here = _passed(tables, calendar, clock // DAY)
    place = (tables[here + 1] - 1 if count > 0 else tables[here]) + count
    held = min(max(place, 0), tables[own + COUNT] - 1)
    return clock_moment(tables, zone, tables[tables[LISTED] + calendar * tables[DAYS] + held] * DAY + clock % DAY)


@compiled
def add(tables: ClockTables, calendar: int, t: int, months: int, business_days: int, seconds: int) -> int:
    """The moment a duration later: business days, or months and then seconds."""
    if business_days != 0:
        return add_business_days(tables, calendar, t, business_days)
    if months != 0:
        return add_months(tables, tables[tables[CALENDARS] + calendar * CALENDAR_COLUMNS + ZONE], t, months) + seconds
    return t + seconds


@compiled
def business_seconds(tables: ClockTables, calendar: int, start: int, end: int) -> int:
    """Time of business days between two moments, 24 h each; `end` is not earlier."""
    zone = tables[tables[CALENDARS] + calendar * CALENDAR_COLUMNS + ZONE]
    first = _business_position(tables, calendar, clock_reading(tables, zone, start))
    return _business_position(tables, calendar, clock_reading(tables, zone, end)) - first


@compiled
def _business_position(tables: ClockTables, calendar: int, reading: int) -> int:
    day = reading // DAY
    whole = tables[_passed(tables, calendar, day)] * DAY
    return whole + reading - day * DAY if is_business_day(tables, calendar, day) else whole


# --- windows


@compiled
def _begun(tables: ClockTables, window: int, t: int) -> int:
    """Where the first stretch that ends after `t` stands: its first second, then its end; -1: there is none."""
    own = tables[WINDOWS] + window * WINDOW_COLUMNS
    first = tables[STRETCHES] + 2 * tables[own + BEGIN]
    low, high = 0, tables[own + LENGTH]
    while low < high:
        middle = (low + high) >> 1
        if tables[first + 2 * middle + 1] <= t:
            low = middle + 1
        else:
            high = middle
    return first + 2 * low if low < tables[own + LENGTH] else -1


@compiled
def window_open(tables: ClockTables, window: int, t: int) -> bool:
    """True within a stretch of the window."""
    place = _begun(tables, window, t)
    return place >= 0 and tables[place] <= t


@compiled
def next_open(tables: ClockTables, window: int, t: int) -> int:
    """The first open second at `t` or after."""
    place = _begun(tables, window, t)
    return max(t, tables[place]) if place >= 0 else NEVER


@compiled
def next_allowed(tables: ClockTables, window_a: int, window_b: int, t: int) -> int:
    """The first second at `t` or after at which both windows are open; -1 if there is none within 60 days."""
    moment = t
    while moment <= t + SEARCH_LIMIT:
        opening = moment
        if window_a >= 0:
            opening = next_open(tables, window_a, opening)
        if window_b >= 0:
            opening = next_open(tables, window_b, opening)
        if opening == moment:
            return moment
        moment = opening
    return -1
