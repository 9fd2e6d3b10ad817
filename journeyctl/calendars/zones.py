"""Time zones: from UTC seconds to local time and back. Everything else in this package builds on it.

The rules come from the `tzdata` distribution, not from the machine, so that a run gives the same
seconds everywhere. Offsets are remembered per zone and day: a simulation asks a million times.
"""

from __future__ import annotations

import difflib
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TypeAlias
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_SHIFTING = timezone(timedelta(0), "shifting")
"""Stands in the cache for a UTC day within which the offset changes."""

Learnt: TypeAlias = "tuple[int, list[int], list[int | None]]"
"""The first day; with which offset each UTC day begins, from a day before it to two after the last; and `steady`."""


class _Zone:
    """One zone's rules, with the offsets already asked for."""

    __slots__ = ("_begins", "_by_local_day", "_by_utc_day", "_learnt", "_rules")

    def __init__(self, name: str) -> None:
        content = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
        self._rules = ZoneInfo.from_file(BytesIO(content), key=name)
        self._begins: dict[int, timezone] = {}
        self._by_utc_day: dict[int, timezone] = {}
        self._by_local_day: dict[int, int | None] = {}
        self._learnt = range(0)
        """Days that were learnt together."""

    def fixed(self, seconds: int) -> timezone:
        """The offset in force at that second, as a fixed zone."""
        day = seconds // DAY
        known = self._by_utc_day.get(day)
        if known is None:
            first, last = self._begin(day), self._begin(day + 1)
            # Clocks may also change as the next day begins.
            steady = first == last or first == self._ask(day * DAY + DAY - 1)
            known = self._by_utc_day[day] = first if steady else _SHIFTING
        return self._ask(seconds) if known is _SHIFTING else known

    def offset(self, seconds: int) -> int:
        """Seconds that local clocks are ahead of UTC at that second."""
        return _seconds_of(self.fixed(seconds))

    def utc(self, clock: int) -> int:
        """The second at which local clocks first show `clock`, or have just jumped over it."""
        offset = self.steady(clock // DAY)
        return self._utc_near_a_change(clock) if offset is None else clock - offset

    def learn(self, first: int, after: int) -> None:
        """Remembers the offsets of these UTC and local days: all at once takes a fraction of the time."""
        known = self._learnt
        if first in known and after - 1 in known:
            return
        if not known:
            self._learnt = range(first, after)
            self._learn(self._learnt)
            return
        self._learnt = range(min(first, known.start), max(after, known.stop))
        self._learn(range(self._learnt.start, known.start))
        self._learn(range(known.stop, self._learnt.stop))

    def _learn(self, wanted: range) -> None:
        if not wanted:
            return
        rules, moment = self._rules, datetime.fromtimestamp
        # No offset is as long as a day, so the UTC days around a local day enclose all of it.
        days = range(wanted.start - 1, wanted.stop + 2)
        asked = [moment(day * DAY, rules).utcoffset() or timedelta(0) for day in days]
        fixed = {offset: _fixed(offset) for offset in set(asked)}
        begins = [fixed[offset] for offset in asked]
        self._begins.update(zip(days, begins, strict=True))
        seconds = {offset: _seconds_of(offset) for offset in fixed.values()}
        self._by_local_day.update(
            (day, seconds[mine] if before is mine is next_one is last else None)
            for day, before, mine, next_one, last in zip(
                wanted, begins[:-3], begins[1:-2], begins[2:-1], begins[3:], strict=True
            )
        )

    def learnt(self) -> Learnt:
        """All that was learnt, for `remember`."""
        days = self._learnt
        asked = range(days.start - 1, days.stop + 2) if days else days
        return days.start, [_seconds_of(self._begins[day]) for day in asked], [self._by_local_day[day] for day in days]

    def remember(self, learnt: Learnt) -> None:
        """What was learnt elsewhere, of days that no day learnt here lies beside."""
        start, begins, steady = learnt
        if self._learnt or not steady:
            return
        self._learnt = range(start, start + len(steady))
        fixed = {offset: _fixed(timedelta(seconds=offset)) for offset in set(begins)}
        self._begins.update(zip(range(start - 1, start - 1 + len(begins)), (fixed[o] for o in begins), strict=True))
        self._by_local_day.update(zip(self._learnt, steady, strict=True))

    def offsets(self, moments: range) -> set[int]:
        """The offsets at these seconds."""
        rules, moment = self._rules, datetime.fromtimestamp
        asked = {moment(seconds, rules).utcoffset() or timedelta(0) for seconds in moments}
        return {_seconds_of(_fixed(offset)) for offset in asked}

    def at_midnight(self, days: range) -> list[int]:
        """The offsets with which these UTC days begin."""
        self.learn(days.start, days.stop)
        return [_seconds_of(self._begins[day]) for day in days]

    def over_days(self, days: range) -> list[int | None]:
        """`steady` for each of these days."""
        self.learn(days.start, days.stop)
        return [self._by_local_day[day] for day in days]

    def steady(self, day: int) -> int | None:
        """The offset at all times of a local day; `None` on days around a change."""
        offset = self._by_local_day.get(day)
        if offset is None and day not in self._by_local_day:
            offset = self._by_local_day[day] = self._steady_offset(day)
        return offset

    def shown(self, seconds: int) -> int:
        """What a local clock shows that is never turned back: it waits while an hour is repeated."""
        clock = seconds + self.offset(seconds)
        if self._by_local_day.get(clock // DAY) is not None or self.utc(clock) == seconds:
            return clock
        change = self._change_between(seconds - DAY, seconds)
        return change - 1 + self.offset(change - 1)

    def _begin(self, day: int) -> timezone:
        known = self._begins.get(day)
        if known is None:
            known = self._begins[day] = self._ask(day * DAY)
        return known

    def _ask(self, seconds: int) -> timezone:
        offset = datetime.fromtimestamp(seconds, self._rules).utcoffset()
        return _fixed(offset or timedelta(0))

    def _steady_offset(self, day: int) -> int | None:
        # No offset is as long as a day, so the UTC days around a local day enclose all of it.
        around = {self._begin(day + step) for step in (-1, 0, 1, 2)}
        return _seconds_of(around.pop()) if len(around) == 1 else None

    def _utc_near_a_change(self, clock: int) -> int:
        before, after = self.offset(clock - DAY), self.offset(clock + DAY)
        for offset in sorted((before, after), reverse=True):
            if self.offset(clock - offset) == offset:
                return clock - offset
        return self._change_between(clock - after, clock - before)

    def _change_between(self, earlier: int, later: int) -> int:
        """The first second with the offset that holds at `later` and did not at `earlier`."""
        wanted = self.offset(later)
        while later - earlier > 1:
            middle = (earlier + later) // 2
            if self.offset(middle) == wanted:
                later = middle
            else:
                earlier = middle
        return later


@cache
def _fixed(offset: timedelta) -> timezone:
    return timezone(offset)


@cache
def _seconds_of(fixed: timezone) -> int:
    return int(fixed.utcoffset(None).total_seconds())


@cache
def zone_names() -> tuple[str, ...]:
    """All IANA names that may be written, sorted."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return tuple(sorted(name for name in listed if name != "Factory"))


def check_zone(name: object) -> str:
    """Gives the name back if it is an IANA zone. Raises `ValueError` naming the nearest one."""
    if isinstance(name, str) and name in zone_names():
        return name
    raise ValueError(f"'{name}' is no time zone; {_nearest(name if isinstance(name, str) else '')}")


def local(seconds: int, zone: str) -> datetime:
    """The local date and time of a moment. Aware, with a fixed offset: do no arithmetic on it."""
    return datetime.fromtimestamp(seconds, _zone(zone).fixed(seconds))


def local_date(seconds: int, zone: str) -> date:
    """The local date of a moment."""
    return day_date((seconds + _zone(zone).offset(seconds)) // DAY)


def utc_offset(seconds: int, zone: str) -> int:
    """Seconds that local clocks are ahead of UTC at a moment."""
    return _zone(zone).offset(seconds)


def utc_offsets(moments: range, zone: str) -> set[int]:
    """All values of `utc_offset` at these moments."""
    return _zone(zone).offsets(moments)


def learn(days: range, zone: str) -> Learnt:
    """Asks for the offsets of these days, counted from 1970-01-01, for `remember` in another process. Not empty."""
    found = _zone(zone)
    found.learn(days.start, days.stop)
    return found.learnt()


def remember(learnt: Learnt, zone: str) -> None:
    """What another process has learnt of a zone need not be asked for here."""
    _zone(zone).remember(learnt)


def midnight_offsets(days: range, zone: str) -> list[int]:
    """`utc_offset` of the first second of each of these UTC days, counted from 1970-01-01. Not empty."""
    return _zone(zone).at_midnight(days)


def steady_offsets(days: range, zone: str) -> list[int | None]:
    """`steady_offset` of each of these days. Not empty."""
    return _zone(zone).over_days(days)


def to_utc(day: date, time_of_day: int, zone: str) -> int:
    """The moment of a local time, `time_of_day` in seconds after midnight (86,400 is the day's end).

    A time that daylight saving leaves out means the first existing second after it, a time that
    comes twice its first occurrence.
    """
    return _zone(zone).utc(day_number(day) * DAY + time_of_day)


def clock_reading(seconds: int, zone: str) -> int:
    """Local time as one number: days since 1970-01-01 times 86,400 plus seconds of the day.

    Never falls: while clocks repeat an hour in autumn it stays at the last second before it.
    `clock_moment(x) <= t` exactly if `x <= clock_reading(t)`.
    """
    return _zone(zone).shown(seconds)


def steady_offset(day: int, zone: str) -> int | None:
    """Seconds that clocks are ahead of UTC at all times of a day, be it a local or a UTC one; `None` near a change.

    `day` counts from 1970-01-01.
    """
    return _zone(zone).steady(day)


def clock_moment(reading: int, zone: str) -> int:
    """The first moment at which the local clock reads at least `reading`; see `to_utc`."""
    return _zone(zone).utc(reading)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day_date(number: int) -> date:
    """The date so many days after 1970-01-01."""
    return date.fromordinal(number + _EPOCH)


def utc_seconds(moment: datetime) -> int:
    """UTC seconds of an aware date-time, fractions cut off. Raises `ValueError` where it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"'{moment.isoformat()}' has no zone; write one, such as {moment.isoformat()}Z")
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


@cache
def _zone(name: str) -> _Zone:
    return _Zone(check_zone(name))


def _nearest(name: str) -> str:
    by_text = {known.lower(): known for known in zone_names()}
    by_text |= {known.rpartition("/")[2].lower(): known for known in zone_names() if known.count("/") == 1}
    wanted = name.strip().lower().replace(" ", "_")
    close = difflib.get_close_matches(wanted, by_text, n=1, cutoff=0.7)
    if not close:
        close = difflib.get_close_matches(wanted.rpartition("/")[2], by_text, n=1, cutoff=0.7)
    return f"did you mean '{by_text[close[0]]}'?" if close else "write an IANA name such as Europe/Berlin"
