"""Working time: weekly hours in a zone without closed dates. Shifts, quiet hours and send windows are one.

Questions are answered by bisection in a table of open stretches that grows with the dates asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, pairwise

from journeyctl.calendars.closed_dates import NEVER_CLOSED, ClosedDates
from journeyctl.calendars.notation import ALL_DAY, EVERY_DAY, Hours
from journeyctl.calendars.zones import DAY, check_zone, clock_moment, day_date, day_number, steady_offsets

_BLOCK = 500
"""Days by which the table grows beyond what is asked for."""
_GIVE_UP = 4_000
"""Days without any open second after which working time counts as closed for ever."""
SEARCH_LIMIT = 60 * DAY
"""How far `next_allowed` looks ahead, in seconds."""


@dataclass(frozen=True, slots=True)
class OpenStretches:
    """Open stretches of whole local days, from the moment `first` up to, not including, `after`."""

    first: int
    after: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sums: tuple[int, ...]
    """Open seconds from `first` up to the end of each stretch."""

    def position(self, seconds: int) -> int:
        """Open seconds from `first` to a moment."""
        place = bisect_right(self.ends, seconds)
        if place == len(self.ends):
            return self.sums[-1] if self.sums else 0
        start, end = self.starts[place], self.ends[place]
        return self.sums[place] - (end - start if seconds < start else end - seconds)


_EMPTY = OpenStretches(0, 0, (), (), ())


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When something is open. A value: equal and hashed by zone, weekly hours and closed dates.

    A stretch belongs to one local day and ends at midnight at the latest. Where clocks change, its
    ends follow the rule of `to_utc`, so a night shift may be an hour longer or shorter.
    """

    zone: str
    week: tuple[tuple[Hours, ...], ...]
    """Seven entries, Monday first; the hours of a day in order, not overlapping."""
    closed: ClosedDates = NEVER_CLOSED
    _table: OpenStretches = field(default=_EMPTY, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_zone(self.zone)
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("working time needs hours on at least one of seven weekdays")
        for hours, following in (pair for day in self.week for pair in pairwise(day)):
            if following.start < hours.end:
                raise ValueError(f"the hours {hours} and {following} of one day overlap or are out of order")

    def __reduce__(self) -> tuple[type[WorkingTime], tuple[str, tuple[tuple[Hours, ...], ...], ClosedDates]]:
        return (WorkingTime, (self.zone, self.week, self.closed))

    def is_open(self, seconds: int) -> bool:
        """True from the first second of a stretch up to, not including, its end."""
        table = self.known(seconds, seconds)
        place = bisect_right(table.starts, seconds)
        return place > 0 and seconds < table.ends[place - 1]

    def next_open(self, seconds: int) -> int:
        """The first open second at `seconds` or after."""
        table = self.known(seconds, seconds)
        place = bisect_right(table.ends, seconds)
        while place == len(table.ends):
            table = self.known(seconds, table.after)
            place = bisect_right(table.ends, seconds)
        start = table.starts[place]
        return start if start > seconds else seconds

    def end_of_stretch(self, seconds: int) -> int | None:
        """When the stretch around a moment ends (a shift's end); `None` at a closed moment."""
        table = self.known(seconds, seconds)
        place = bisect_right(table.starts, seconds) - 1
        return table.ends[place] if place >= 0 and seconds < table.ends[place] else None

    def open_seconds(self, start: int, end: int) -> int:
        """Open time between two moments; `ValueError` if `end` is earlier."""
        if end < start:
            raise ValueError("the end of a stretch lies before its start")
        table = self.known(start, end)
        return table.position(end) - table.position(start)

    def add_open(self, start: int, length: int) -> int:
        """The first moment by which `length` open seconds have passed; work pauses while closed.

        Work that fills a shift ends with it, not at the next one's start. A length of 0 is `start`.
        """
        if length <= 0:
            if length < 0:
                raise ValueError("a length of time cannot be negative")
            return start
        table = self.known(start, start)
        while True:
            wanted = table.position(start) + length
            place = bisect_left(table.sums, wanted)
            if place < len(table.sums):
                return table.ends[place] - (table.sums[place] - wanted)
            table = self.known(start, table.after)

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The open stretches within `[start, end)`, cut to it, in order."""
        table = self.known(start, max(start, end))
        for place in range(bisect_right(table.ends, start), bisect_left(table.starts, end)):
            yield max(start, table.starts[place]), min(end, table.ends[place])

    def fingerprint(self, years: Iterable[int]) -> str:
        """16 hex digits over every open stretch of these years, in UTC seconds."""
        digest = blake2b(self.zone.encode(), digest_size=8)
        for year in sorted(set(years)):
            first, after = (clock_moment(day_number(date(y, 1, 1)) * DAY, self.zone) for y in (year, year + 1))
            for start, end in self.stretches(first, after):
                digest.update(b"%d %d;" % (start, end))
        return digest.hexdigest()

    def known(self, first: int, last: int) -> OpenStretches:
        """The table, after growing it to hold the whole days from `first` to `last`; for `clock_arrays`."""
        table = self._table
        if table.first <= first and last < table.after:
            return table
        low, high = first - _BLOCK // 10 * DAY, last + _BLOCK * DAY
        if table.after:
            low = min(table.first, low if first < table.first else first)
            high = max(table.after, high if last >= table.after else last)
        # A day on either side makes up for the difference between UTC days and local ones.
        days = range(low // DAY - 1, high // DAY + 2)
        pairs = list(self._pairs(days))
        if not pairs and len(days) > _GIVE_UP:
            raise ValueError(f"working time in {self.zone} is never open within ten years")
        table = OpenStretches(
            first=clock_moment(days.start * DAY, self.zone),
            after=clock_moment(days.stop * DAY, self.zone),
            starts=tuple(start for start, _ in pairs),
            ends=tuple(end for _, end in pairs),
            sums=tuple(accumulate(end - start for start, end in pairs)),
        )
        # The only field that changes: a memory of answers, replaced whole, so readers never see half of it.
        object.__setattr__(self, "_table", table)
        return table

    def _pairs(self, days: range) -> Iterator[tuple[int, int]]:
        """First second and the one after the last of every stretch of these days."""
        hours_of = [[(hours.start, hours.end) for hours in day] for day in self.week]
        closes = self.closed != NEVER_CLOSED
        for day, offset in zip(days, steady_offsets(days, self.zone), strict=True):
            hours = hours_of[(day + 3) % 7]
            if not hours or (closes and day_date(day) in self.closed):
                continue
            begins = day * DAY
            if offset is not None:
                for start, end in hours:
                    yield begins + start - offset, begins + end - offset
                continue
            for first, last in hours:
                start, end = clock_moment(begins + first, self.zone), clock_moment(begins + last, self.zone)
                if start < end:
                    yield start, end


def working_time(
    zone: str,
    *,
    days: frozenset[int] = EVERY_DAY,
    hours: Hours | Sequence[Hours] = ALL_DAY,
    closed: ClosedDates = NEVER_CLOSED,
) -> WorkingTime:
    """Working time with the same hours on each of `days`."""
    return _working_time(zone, days, (hours,) if isinstance(hours, Hours) else tuple(sorted(hours)), closed)


@lru_cache(maxsize=512)
def _working_time(zone: str, days: frozenset[int], of_day: tuple[Hours, ...], closed: ClosedDates) -> WorkingTime:
    # Equal ones are the same, so that one table of open stretches serves them all.
    return WorkingTime(zone, tuple(of_day if day in days else () for day in range(7)), closed)


def next_allowed(seconds: int, windows: Sequence[WorkingTime]) -> int | None:
    """The first second at `seconds` or after at which all windows are open; `None` if not within 60 days."""
    moment = seconds
    while moment <= seconds + SEARCH_LIMIT:
        opening = moment
        for window in windows:
            opening = window.next_open(opening)
        if opening == moment:
            return moment
        moment = opening
    return None
