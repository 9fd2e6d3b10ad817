"""How rules about numbers compare what stands in documents, and name it in messages."""

from __future__ import annotations

from datetime import datetime

from journeyctl.units import SECONDS_PER_DAY, Duration


def amount(value: object) -> float | None:
    """A number that grows with the value; `None` for what has no order here, which another rule tells.

    Durations are in seconds, a business day as 24 hours; dates and date-times in seconds from some day on.
    """
    match value:
        case bool():
            return None
        case int() | float():
            return value
        case Duration():
            return value.nominal_seconds
        case str():
            return _moment(value)
        case _:
            return None


def _moment(text: str) -> float | None:
    """A date-time without a zone is compared as if in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    local = found.toordinal() * SECONDS_PER_DAY + found.hour * 3_600 + found.minute * 60 + found.second
    offset = found.utcoffset()
    return local if offset is None else local - offset.total_seconds()


def shown(value: object) -> str:
    """The value as a message names it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
