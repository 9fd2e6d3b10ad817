"""The three clocks of a first-call limit: wall, business and shift. Each counts and sets deadlines.

For every clock and limit: `elapsed(start, deadline(start, limit)) == limit`, save where a business
day's hour is left out by daylight saving and the limit falls into it (then it is the rest of that hour more).
"""

from __future__ import annotations

from dataclasses import dataclass

from journeyctl.calendars.business_calendar import Calendar
from journeyctl.calendars.working_time import WorkingTime


@dataclass(frozen=True, slots=True)
class WallClock:
    """Runs always."""

    def elapsed(self, start: int, end: int) -> int:
        """Seconds between two moments; `ValueError` if `end` is earlier."""
        if end < start:
            raise ValueError("the end of a stretch lies before its start")
        return end - start

    def deadline(self, start: int, limit: int) -> int:
        """The moment `limit` seconds after `start`."""
        if limit < 0:
            raise ValueError("a length of time cannot be negative")
        return start + limit


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """Runs 24 h on each business day of a calendar and stands still on other days: 48 h are 2bd.

    What starts on a closed day counts from 00:00 of the next business day.
    """

    calendar: Calendar

    def elapsed(self, start: int, end: int) -> int:
        """Business seconds between two moments; `ValueError` if `end` is earlier."""
        return self.calendar.business_seconds(start, end)

    def deadline(self, start: int, limit: int) -> int:
        """The last moment within the limit: Friday 17:05 + 24 h is Monday 17:05."""
        return self.calendar.after_business_seconds(start, limit)


@dataclass(frozen=True, slots=True)
class ShiftClock:
    """Runs inside shift hours only. Absence and breaks do not stop it."""

    shift: WorkingTime

    def elapsed(self, start: int, end: int) -> int:
        """Shift seconds between two moments; `ValueError` if `end` is earlier."""
        return self.shift.open_seconds(start, end)

    def deadline(self, start: int, limit: int) -> int:
        """The first moment by which the limit has passed; a limit used up with the shift ends with it."""
        return self.shift.add_open(start, limit)


Clock = WallClock | BusinessClock | ShiftClock
"""One way to count time towards a limit; seconds of UTC in, seconds of that clock out."""
