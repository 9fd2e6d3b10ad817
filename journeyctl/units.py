"""Durations, shares and money as specifications write them. Pure values: no calendar, no zone.

What a duration *does* to a moment (business days, months, daylight saving) is the business of
`calendars`; this module only reads, checks and prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SECONDS_PER_DAY = 86_400
_SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": SECONDS_PER_DAY, "w": 7 * SECONDS_PER_DAY}
_MONTHS = {"mo": 1, "y": 12}
_SECONDS_PER_MONTH = 2_629_746
"""A twelfth of the mean year of the Gregorian calendar."""
_SHORT = re.compile(r"(\d{1,9})(s|min|h|d|w|bd|mo|y)")
_ISO = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True, slots=True, order=False)
class Duration:
    """A length of time of one sort: elapsed seconds, business days, or calendar months.

    Exactly one of the three is non-zero, except for the zero duration. `months` and `seconds`
    together occur only in ISO durations of conditions (`P1M2D`); calendar arithmetic adds months first.
    """

    seconds: int = 0
    business_days: int = 0
    months: int = 0

    @property
    def is_elapsed(self) -> bool:
        """True where the length in seconds does not depend on the calendar."""
        return self.business_days == 0 and self.months == 0

    @property
    def nominal_seconds(self) -> int:
        """Seconds where no moment says how long it is: a business day as 24 h of the business clock, a mean month."""
        return self.seconds + self.business_days * SECONDS_PER_DAY + self.months * _SECONDS_PER_MONTH

    def __neg__(self) -> Duration:
        return Duration(-self.seconds, -self.business_days, -self.months)

    def __str__(self) -> str:
        if self.business_days:
            return f"{self.business_days}bd"
        if self.months and not self.seconds:
            return f"{self.months // 12}y" if self.months % 12 == 0 else f"{self.months}mo"
        if self.months:
            return self.iso()
        for unit in ("w", "d", "h", "min", "s"):
            if self.seconds % _SECONDS[unit] == 0 and (unit != "w" or self.seconds >= 2 * _SECONDS["w"]):
                return f"{self.seconds // _SECONDS[unit]}{unit}"
        raise AssertionError("every number of seconds is a multiple of one second")

    def iso(self) -> str:
        """The ISO 8601 form (`P7D`, `PT48H`); business days have none and raise `ValueError`."""
        if self.business_days:
            raise ValueError("business days have no ISO 8601 form")
        sign = "-" if self.months < 0 or self.seconds < 0 else ""
        months, seconds = abs(self.months), abs(self.seconds)
        days, rest = divmod(seconds, SECONDS_PER_DAY)
        hours, rest = divmod(rest, 3_600)
        minutes, rest = divmod(rest, 60)
        date = "".join(f"{n}{u}" for n, u in ((months // 12, "Y"), (months % 12, "M"), (days, "D")) if n)
        time = "".join(f"{n}{u}" for n, u in ((hours, "H"), (minutes, "M"), (rest, "S")) if n)
        return f"{sign}P{date}{'T' + time if time else ''}" if date or time else "PT0S"


ZERO = Duration()


def parse_duration(text: object) -> Duration:
    """Reads `30min`, `48h`, `7d`, `2w`, `2bd`, `3mo`, `2y`. Raises `ValueError` saying what is allowed."""
    match = _SHORT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"'{text}' is no duration; write a whole number and a unit, such as 30min, 48h, 7d, 2w, 2bd, 3mo or 2y"
        )
    amount, unit = int(match[1]), match[2]
    if unit == "bd":
        return Duration(business_days=amount)
    if unit in _MONTHS:
        return Duration(months=amount * _MONTHS[unit])
    return Duration(seconds=amount * _SECONDS[unit])


def parse_iso_duration(text: str) -> Duration:
    """Reads an ISO 8601 duration such as `P2Y`, `P14D`, `PT48H`. Raises `ValueError` otherwise."""
    match = _ISO.fullmatch(text)
    if match is None or text.rstrip("T") in ("P", "-P") or text.endswith("T"):
        raise ValueError(f"'{text}' is no ISO 8601 duration; write one such as P2Y, P14D or PT48H")
    years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    value = Duration(
        seconds=((weeks * 7 + days) * 24 + hours) * 3_600 + minutes * 60 + seconds,
        months=years * 12 + months,
    )
    return -value if match[1] else value


def parse_share(value: object) -> float:
    """Reads `25%`, `0.25`, `0` or `1` as a share in 0..1. Raises `ValueError` outside of that."""
    share: float | None = None
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.\d{1,9})?\s?%", value):
        # Division after reading keeps 12.5% exact to the last binary digit on every machine.
        share = float(value.rstrip("% ")) / 100
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        share = float(value)
    if share is None or not 0.0 <= share <= 1.0:
        raise ValueError(f"'{value}' is no share; write a percentage such as 25% or a number from 0 to 1")
    return share
