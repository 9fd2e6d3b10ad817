"""What FEEL's operators and functions do with values, as the OMG standard (DMN 1.3, chapter 10) says.

FEEL is not three-valued where our conditions are: `null = null` is true and `null = 1` is false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from journeyctl.calendars import add_months, utc_seconds
from journeyctl.units import Duration, parse_iso_duration

Value = object


def as_list(value: Value) -> list[Value]:
    """A list as it is, null as none, anything else as a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def conjunction(answers: Iterable[Value]) -> bool | None:
    """FEEL's `and`: false beats null beats true; other values count as null."""
    known = [answer if isinstance(answer, bool) else None for answer in answers]
    return False if False in known else None if None in known else True


def disjunction(answers: Iterable[Value]) -> bool | None:
    """FEEL's `or`: true beats null beats false; other values count as null."""
    known = [answer if isinstance(answer, bool) else None for answer in answers]
    return True if True in known else None if None in known else False


def negation(value: Value) -> bool | None:
    """FEEL's `not`."""
    return not value if isinstance(value, bool) else None


def _family(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, datetime):
        return "date and time"
    return type(value).__name__


def equal(left: Value, right: Value) -> bool | None:
    """`=`: null equals null and nothing else; values of two families do not compare."""
    if left is None or right is None:
        return left is right
    return left == right if _family(left) == _family(right) else None


def unequal(left: Value, right: Value) -> bool | None:
    """`!=`."""
    return negation(equal(left, right))


def _ordered(compare: Callable[..., bool]) -> Callable[[Value, Value], bool | None]:
    def answer(left: Value, right: Value) -> bool | None:
        if left is None or right is None or _family(left) != _family(right):
            return None
        if isinstance(left, (bool, list, dict, Duration)):
            return None
        return compare(left, right)

    return answer


COMPARISONS: dict[str, Callable[[Value, Value], bool | None]] = {
    "=": equal,
    "!=": unequal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}


def between(value: Value, low: Value, high: Value) -> bool | None:
    """`between` and `in [low..high]`, both ends included."""
    return conjunction((COMPARISONS[">="](value, low), COMPARISONS["<="](value, high)))


def contains(options: Value, value: Value) -> bool | None:
    """`in` and `list contains`."""
    if not isinstance(options, list):
        return None if options is None else equal(value, options)
    return any(equal(value, option) is True for option in options)


def _moved(moment: Value, length: Duration) -> Value:
    if isinstance(moment, datetime):
        seconds = (
            utc_seconds(moment) if length.months == 0 else add_months(utc_seconds(moment), length.months, _zone(moment))
        )
        return datetime.fromtimestamp(seconds + length.seconds, UTC).astimezone(moment.tzinfo)
    if isinstance(moment, date):
        midnight = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        seconds = add_months(int(midnight.timestamp()), length.months, "UTC") + length.seconds
        return datetime.fromtimestamp(seconds, UTC).date()
    return None


def _zone(moment: datetime) -> str:
    return getattr(moment.tzinfo, "key", "UTC")


def add(left: Value, right: Value) -> Value:
    """`+` of numbers, texts, dates and durations; null otherwise."""
    if isinstance(right, Duration):
        return _moved(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return _numbers(operator.add, left, right)


def subtract(left: Value, right: Value) -> Value:
    """`-` of numbers, dates and durations; null otherwise."""
    if isinstance(right, Duration):
        return _moved(left, -right)
    if isinstance(left, datetime) and isinstance(right, datetime):
        return Duration(seconds=utc_seconds(left) - utc_seconds(right))
    if _family(left) == _family(right) == "date" and isinstance(left, date) and isinstance(right, date):
        return Duration(seconds=(left - right).days * 86_400)
    return _numbers(operator.sub, left, right)


def _numbers(function: Callable[..., Value], left: Value, right: Value) -> Value:
    return function(left, right) if _family(left) == _family(right) == "number" else None


def divide(left: Value, right: Value) -> Value:
    """`/`; null by zero."""
    return None if right == 0 else _numbers(operator.truediv, left, right)


ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": lambda left, right: _numbers(operator.mul, left, right),
    "/": divide,
}


def negate(value: Value) -> Value:
    """Unary minus of numbers and durations."""
    if isinstance(value, Duration):
        return -value
    return -value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def entry_at(source: Value, index: Value) -> Value:
    """`list[n]`, counted from 1, from the end where negative; null outside."""
    entries = as_list(source)
    if not isinstance(index, int) or isinstance(index, bool) or index == 0 or abs(index) > len(entries):
        return None
    return entries[index - 1] if index > 0 else entries[index]


def now(seconds: int, zone: str) -> datetime:
    """The moment in the engine's zone."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone))


def today(seconds: int, zone: str) -> date:
    """The date in the engine's zone."""
    return now(seconds, zone).date()


def _flatten(source: Value) -> list[Value]:
    found: list[Value] = []
    for entry in as_list(source):
        found.extend(_flatten(entry) if isinstance(entry, list) else [entry])
    return found


def _distinct(source: Value) -> list[Value]:
    found: list[Value] = []
    for entry in as_list(source):
        if contains(found, entry) is not True:
            found.append(entry)
    return found


def _concatenated(*sources: Value) -> list[Value]:
    return [entry for source in sources for entry in as_list(source)]


def _date(source: Value, *more: Value) -> Value:
    if isinstance(source, datetime):
        return source.date()
    return date.fromisoformat(source) if isinstance(source, str) and not more else None


def _date_and_time(source: Value) -> Value:
    if not isinstance(source, str):
        return None
    moment = datetime.fromisoformat(source)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _texts(function: Callable[[str, str], bool]) -> Callable[[Value, Value], bool | None]:
    return lambda left, right: function(left, right) if isinstance(left, str) and isinstance(right, str) else None


def _without(source: Value, position: Value) -> list[Value]:
    entries = as_list(source)
    if not isinstance(position, int) or position == 0 or abs(position) > len(entries):
        return entries
    place = position - 1 if position > 0 else len(entries) + position
    return [*entries[:place], *entries[place + 1 :]]


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "list contains": contains,
    "get value": lambda source, key: source.get(key) if isinstance(source, dict) else None,
    "distinct values": _distinct,
    "flatten": _flatten,
    "append": lambda source, *entries: [*as_list(source), *entries],
    "concatenate": _concatenated,
    "remove": _without,
    "count": lambda source: len(source) if isinstance(source, list) else None,
    "contains": _texts(lambda text, part: part in text),
    "starts with": _texts(str.startswith),
    "matches": _texts(lambda text, pattern: re.search(pattern, text) is not None),
    "is defined": lambda value: value is not None,
    "not": negation,
    "date": _date,
    "date and time": _date_and_time,
    "duration": lambda text: parse_iso_duration(text) if isinstance(text, str) else None,
}
