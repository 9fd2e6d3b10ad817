"""How specifications write times, hours, weekdays and moments; the values they mean.

Times of day are seconds after local midnight, weekdays 0 (Monday) to 6 (Sunday). Ranges include
their start and exclude their end. Every reader raises `ValueError` saying what is allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from journeyctl.calendars.zones import DAY, check_zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A stretch of the local day, in seconds after midnight; `end` is excluded, 86,400 is midnight."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY:
            raise ValueError(f"hours must start before they end, within one day, not {self.start} to {self.end}")

    def __str__(self) -> str:
        return f"{time_text(self.start)}-{time_text(self.end)}"


ALL_DAY = Hours(0, DAY)


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """A recurring local time: on these weekdays, at this second of the day."""

    time_of_day: int
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        if not (0 <= self.time_of_day < DAY and self.weekdays and self.weekdays <= EVERY_DAY):
            raise ValueError("a moment of the week needs a time from 00:00 to 23:59 and at least one weekday")

    def __str__(self) -> str:
        days = "" if self.weekdays == EVERY_DAY else f"{weekdays_text(self.weekdays)} "
        return days + time_text(self.time_of_day)


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """Whose local time counts: the contact's own zone, a named one, or the first with the second behind it."""

    of_contact: bool
    name: str | None = None
    """The named zone; beside `of_contact` the one for contacts whose zone is unknown."""

    def resolve(self, contact_zone: str | None) -> str | None:
        """The zone for one contact; `None` if it is unknown and there is no fallback."""
        return contact_zone if self.of_contact and contact_zone is not None else self.name


def parse_time_of_day(text: object) -> int:
    """Reads `09:00` as seconds after midnight."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"'{text}' is no time of day; write hours and minutes such as \"09:00\", from 00:00 to 23:59")
    return int(match[1]) * 3_600 + int(match[2]) * 60


def parse_hours(text: object) -> Hours:
    """Reads `08:00-18:00`; the end may be `24:00`."""
    start_text, dash, end_text = text.partition("-") if isinstance(text, str) else ("", "", "")
    if not (dash and _TIME.fullmatch(start_text) and (end_text == "24:00" or _TIME.fullmatch(end_text))):
        raise ValueError(f"'{text}' are no hours; write start and end such as \"08:00-18:00\", at the latest 24:00")
    start, end = parse_time_of_day(start_text), DAY if end_text == "24:00" else parse_time_of_day(end_text)
    if end <= start:
        raise ValueError(f"'{text}' ends before it starts; hours lie within one day and end at the latest at 24:00")
    return Hours(start, end)


def parse_weekday(text: object) -> int:
    """Reads `mon` or `monday` as 0, up to `sun` or `sunday` as 6."""
    for names in (WEEKDAYS, _FULL_NAMES):
        if isinstance(text, str) and text in names:
            return names.index(text)
    raise ValueError(f"'{text}' is no weekday; write one of {', '.join(WEEKDAYS)}")


def parse_weekdays(text: object) -> frozenset[int]:
    """Reads `mon-fri`, `mon,wed,fri`, `sat-mon` (over the week's end) or `tue`, also as a list of such texts."""
    if isinstance(text, (list, tuple)) and text:
        return frozenset().union(*(parse_weekdays(part) for part in text))
    days: set[int] = set()
    for part in text.split(",") if isinstance(text, str) else ("",):
        first, dash, last = part.strip().partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(
                f"'{text}' are no weekdays; write a range such as mon-fri or a list such as mon,wed,fri "
                f"of {', '.join(WEEKDAYS)}"
            )
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        days.update((start + step) % 7 for step in range(length + 1))
    return frozenset(days)


def parse_moment(text: object) -> LocalMoment:
    """Reads `tue 09:00`, `mon-fri 09:00` or `09:00` (every day)."""
    days, space, time = text.rpartition(" ") if isinstance(text, str) else ("", "", "")
    try:
        return LocalMoment(parse_time_of_day(time), parse_weekdays(days) if space else EVERY_DAY)
    except ValueError:
        raise ValueError(
            f"'{text}' is no moment of the week; write a weekday and a time such as \"tue 09:00\", or a time alone"
        ) from None


def parse_zone_choice(text: object) -> ZoneChoice:
    """Reads `Europe/Berlin`, `contact`, or `contact | Europe/Berlin`."""
    first, bar, second = (part.strip() for part in text.partition("|")) if isinstance(text, str) else (text, "", "")
    if first != "contact" and bar:
        raise ValueError(f"'{text}' has a fallback for a zone that is always known; only 'contact | ..' takes one")
    if first == "contact":
        return ZoneChoice(of_contact=True, name=check_zone(second) if bar else None)
    return ZoneChoice(of_contact=False, name=check_zone(first))


def time_text(time_of_day: int) -> str:
    """`09:00`; with seconds where there are any."""
    minutes, seconds = divmod(time_of_day, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def weekdays_text(weekdays: frozenset[int]) -> str:
    """`mon-fri` for days in a row (three or more), otherwise a list; reads back to the same set."""
    days = sorted(weekdays)
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ",".join(WEEKDAYS[day] for day in days)
