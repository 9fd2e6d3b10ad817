"""Business days: which dates count, moving by them, and what a duration does to a moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

from journeyctl.calendars.closed_dates import NEVER_CLOSED, ClosedDates
from journeyctl.calendars.local_time import add_months
from journeyctl.calendars.notation import weekdays_text
from journeyctl.calendars.zones import DAY, check_zone, clock_moment, clock_reading, day_date, day_number, utc_offset
from journeyctl.units import Duration

MONDAY_TO_FRIDAY = frozenset(range(5))
_BLOCK = 500
"""Days looked up beyond what is asked for, so that a run of years looks up a few times only."""
_GIVE_UP = 4_000
"""Days without any business day after which a calendar counts as closed for ever."""


@dataclass(frozen=True, slots=True)
class KnownDays:
    """The business days among the day numbers from `first` up to, not including, `after`."""

    first: int
    after: int
    days: tuple[int, ...]


_NOTHING_KNOWN = KnownDays(0, 0, ())


@dataclass(frozen=True, slots=True)
class Calendar:
    """A zone's business days: the weekdays of the week that count, without the closed dates.

    A value: equal and hashed by its three fields. What it has looked up is kept beside them.
    """

    zone: str
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    """0 is Monday; at least one."""
    closed: ClosedDates = NEVER_CLOSED
    _known: KnownDays = field(default=_NOTHING_KNOWN, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_zone(self.zone)
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("a calendar needs at least one business day, from mon to sun")

    def __reduce__(self) -> tuple[type[Calendar], tuple[str, frozenset[int], ClosedDates]]:
        return (Calendar, (self.zone, self.weekdays, self.closed))

    def is_business_day(self, day: date) -> bool:
        """True where the date is a business weekday and not closed."""
        return day.weekday() in self.weekdays and day not in self.closed

    def add_business_days(self, seconds: int, count: int) -> int:
        """The same local time `count` business days later, or earlier where negative.

        From a closed day the next business day is the first: Saturday 10:00 + 1bd is Monday 10:00.
        A count of zero leaves the moment as it is, also on a closed day.
        """
        if count == 0:
            return seconds
        day, time_of_day = divmod(seconds + utc_offset(seconds, self.zone), DAY)
        known = self.known(day, day)
        while True:
            place = (bisect_right(known.days, day) - 1 if count > 0 else bisect_left(known.days, day)) + count
            if place < 0:
                known = self.known(known.first - 1, day)
            elif place >= len(known.days):
                known = self.known(day, known.after)
            else:
                return clock_moment(known.days[place] * DAY + time_of_day, self.zone)

    def window(self, first: date, length: Duration) -> tuple[int, int]:
        """First second of a stretch that begins with a local day, and the second after its last.

        One of whole days or weeks ends with a day: where clocks change on the way, elapsed time would end it an hour
        beside midnight, and an hour of a further week would stand in reports of it.
        """
        start = clock_moment(day_number(first) * DAY, self.zone)
        days, rest = divmod(length.seconds, DAY)
        if length.is_elapsed and not rest:
            return start, clock_moment((day_number(first) + days) * DAY, self.zone)
        return start, self.add(start, length)

    def add(self, seconds: int, duration: Duration) -> int:
        """The moment `duration` later: elapsed time, business days, or months clipped to the month's end.

        Months come before seconds where a duration has both.
        """
        if duration.business_days:
            return self.add_business_days(seconds, duration.business_days)
        moment = add_months(seconds, duration.months, self.zone) if duration.months else seconds
        return moment + duration.seconds

    def business_seconds(self, start: int, end: int) -> int:
        """Time of business days between two moments, 24 h each whatever clocks do; `ValueError` if `end` is earlier."""
        if end < start:
            raise ValueError("the end of a stretch lies before its start")
        first, last = clock_reading(start, self.zone), clock_reading(end, self.zone)
        known = self.known(first // DAY, last // DAY)
        return _business_position(known, last) - _business_position(known, first)

    def after_business_seconds(self, start: int, length: int) -> int:
        """The moment up to which `length` seconds of business days pass; the inverse of `business_seconds`.

        On a business day's edge it is the later one: Friday 00:00 + 24 h is Monday 00:00, as 1bd is.
        """
        if length < 0:
            raise ValueError("a length of time cannot be negative")
        reading = clock_reading(start, self.zone)
        known = self.known(reading // DAY, reading // DAY)
        while True:
            place, time_of_day = divmod(_business_position(known, reading) + length, DAY)
            if place < len(known.days):
                return max(start, clock_moment(known.days[place] * DAY + time_of_day, self.zone))
            known = self.known(known.first, known.after)

    def fingerprint(self, years: Iterable[int]) -> str:
        """16 hex digits over all that the calendar says in these years, the zone's rules included.

        Changes with the data behind it: a newly observed holiday, another daylight saving date.
        """
        digest = blake2b(f"{self.zone} {weekdays_text(self.weekdays)}".encode(), digest_size=8)
        for year in sorted(set(years)):
            for number in range(day_number(date(year, 1, 1)), day_number(date(year, 12, 31)) + 1):
                starts = clock_moment(number * DAY, self.zone)
                digest.update(b"%d %d;" % (starts, self.is_business_day(day_date(number))))
        return digest.hexdigest()

    def known(self, first: int, last: int) -> KnownDays:
        """The business days known, after looking up at least those from `first` to `last`; for `clock_arrays`."""
        known = self._known
        if known.first <= first and last < known.after:
            return known
        low, high = first - _BLOCK // 10, last + _BLOCK
        if known.after:
            low = min(known.first, low if first < known.first else first)
            high = max(known.after, high if last >= known.after else last)
        days = tuple(day for day in range(low, high) if self.is_business_day(day_date(day)))
        if not days and high - low > _GIVE_UP:
            raise ValueError(f"the calendar of {self.zone} has no business day within ten years")
        known = KnownDays(low, high, days)
        # The only field that changes: a memory of answers, replaced whole, so readers never see half of it.
        object.__setattr__(self, "_known", known)
        return known


def _business_position(known: KnownDays, reading: int) -> int:
    day, time_of_day = divmod(reading, DAY)
    place = bisect_left(known.days, day)
    on_business_day = place < len(known.days) and known.days[place] == day
    return place * DAY + (time_of_day if on_business_day else 0)
