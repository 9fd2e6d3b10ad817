"""Values at the moment of a decision, and what comparing and calculating with them answers.

Everything is total: a wrong type, an unknown operand or a result out of range is `None`, never an
exception. Types are matched exactly; an environment hands over plain Python values.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import assert_never

from journeyctl.expr.syntax import Comparator, Operator
from journeyctl.units import SECONDS_PER_DAY, Duration

Value = None | bool | int | float | str | datetime.date | datetime.datetime | Duration | tuple["Value", ...]
"""What a name or an expression can be worth; `None` is unknown, date-times are aware and in UTC."""

Truth = bool | None

# The sort of a value. Only values of one sort compare; whole and broken numbers are one sort, bool is none of it.
_SORTS: dict[type, str] = {
    int: "number", float: "number", str: "text", datetime.date: "date", datetime.datetime: "date-time",
    bool: "boolean", Duration: "duration", tuple: "list",
}  # fmt: skip
_ORDERED = frozenset({"number", "text", "date", "date-time"})


def sort_of(value: Value) -> str | None:
    """The sort that decides what a value compares with; `None` for an unknown value or a strange object."""
    return _SORTS.get(value.__class__)


def equal(left: Value, right: Value) -> Truth:
    """Whether two values are the same; unknown where either is, or where their sorts differ."""
    sort = _SORTS.get(left.__class__)
    if sort is None or sort != _SORTS.get(right.__class__):
        return None
    if sort == "list":
        return _equal_lists(left, right)  # type: ignore[arg-type]  # the sort says that both are tuples
    if sort == "duration":
        order = _order_of_durations(left, right)  # type: ignore[arg-type]  # the sort says so
        return None if order is None else order == 0
    if sort == "date-time" and _naive(left, right):
        return None
    return left == right


def _equal_lists(left: tuple[Value, ...], right: tuple[Value, ...]) -> Truth:
    if len(left) != len(right):
        return False
    answers = [equal(one, other) for one, other in zip(left, right, strict=True)]
    return False if False in answers else None if None in answers else True


def _naive(left: Value, right: Value) -> bool:
    """Moments without a zone have no place on the time line."""
    return getattr(left, "tzinfo", None) is None or getattr(right, "tzinfo", None) is None


def _order_of_durations(left: Duration, right: Duration) -> int | None:
    """Negative, zero or positive; unknown where months and days (or business days) would have to be weighed up."""
    differences = [
        difference
        for difference in (
            left.months - right.months,
            left.seconds - right.seconds,
            left.business_days - right.business_days,
        )
        if difference
    ]
    return None if len(differences) > 1 else sum(differences)


def compare(left: Value, comparator: Comparator, right: Value) -> Truth:
    """The answer of a comparison, neither side being the literal null."""
    if comparator is Comparator.EQUAL:
        return equal(left, right)
    if comparator is Comparator.UNEQUAL:
        same = equal(left, right)
        return None if same is None else not same
    sort = _SORTS.get(left.__class__)
    if sort is None or sort != _SORTS.get(right.__class__):
        return None
    if sort == "duration":
        order = _order_of_durations(left, right)  # type: ignore[arg-type]  # the sort says so
        return None if order is None else ORDERINGS[comparator](order, 0)
    if sort not in _ORDERED or (sort == "date-time" and _naive(left, right)):
        return None
    return ORDERINGS[comparator](left, right)


ORDERINGS: dict[Comparator, Callable[[object, object], bool]] = {
    Comparator.LESS: lambda left, right: left < right,  # type: ignore[operator]  # only called on one ordered sort
    Comparator.AT_MOST: lambda left, right: left <= right,  # type: ignore[operator]  # as above
    Comparator.MORE: lambda left, right: left > right,  # type: ignore[operator]  # as above
    Comparator.AT_LEAST: lambda left, right: left >= right,  # type: ignore[operator]  # as above
}


def within(value: Value, low: Value, high: Value) -> Truth:
    """Whether `low <= value <= high`; unknown as soon as one of the three is."""
    above = compare(value, Comparator.AT_LEAST, low)
    below = compare(value, Comparator.AT_MOST, high)
    return None if above is None or below is None else above and below


def member(value: Value, options: Value) -> Truth:
    """Whether a list holds a value. Unknown members leave the answer open unless another one matches."""
    if value is None or not isinstance(options, tuple):
        return None
    answer: Truth = False
    for option in options:
        same = equal(value, option)
        if same:
            return True
        if same is None:
            answer = None
    return answer


def calculate(left: Value, operator: Operator, right: Value) -> Value:
    """The result of an operation; unknown for operands it does not know, for x / 0 and out of range."""
    sorts = (_SORTS.get(left.__class__), _SORTS.get(right.__class__))
    try:
        if sorts == ("number", "number"):
            return _number(left, operator, right)  # type: ignore[arg-type]  # the sorts say so
        if "duration" in sorts:
            return _with_duration(left, operator, right)
        if sorts in (("date", "date"), ("date-time", "date-time")) and operator is Operator.MINUS:
            return _gap(left, right)  # type: ignore[arg-type]  # the sorts say so
    except (ArithmeticError, ValueError, TypeError):
        # Overflow, years beyond 1 to 9999, a moment with a zone less one without.
        return None
    return None


def _gap(left: datetime.date, right: datetime.date) -> Duration:
    gap = left - right
    return Duration(seconds=gap.days * SECONDS_PER_DAY + gap.seconds)


def _number(left: int | float, operator: Operator, right: int | float) -> Value:
    result: int | float
    match operator:
        case Operator.PLUS:
            result = left + right
        case Operator.MINUS:
            result = left - right
        case Operator.TIMES:
            result = left * right
        case Operator.DIVIDED_BY:
            # Whole results stay whole, so that no rounding creeps into large ones.
            whole = isinstance(left, int) and isinstance(right, int) and right and left % right == 0
            result = left // right if whole else left / right
        case _:
            assert_never(operator)
    return result if isinstance(result, int) or math.isfinite(result) else None


def _with_duration(left: Value, operator: Operator, right: Value) -> Value:
    match left, operator, right:
        case Duration(), Operator.PLUS, Duration():
            return _sum(left, right)
        case Duration(), Operator.MINUS, Duration():
            return _sum(left, -right)
        case datetime.date(), Operator.PLUS, Duration():
            return shifted(left, right)
        case datetime.date(), Operator.MINUS, Duration():
            return shifted(left, -right)
        case Duration(), Operator.PLUS, datetime.date():
            return shifted(right, left)
        case (Duration(), Operator.TIMES, int()) if sort_of(right) == "number":
            return _times(left, right)
        case (int(), Operator.TIMES, Duration()) if sort_of(left) == "number":
            return _times(right, left)
        case _:
            return None


def _sum(left: Duration, right: Duration) -> Duration:
    return Duration(left.seconds + right.seconds, left.business_days + right.business_days, left.months + right.months)


def _times(duration: Duration, factor: int) -> Duration:
    return Duration(duration.seconds * factor, duration.business_days * factor, duration.months * factor)


def negated(value: Value) -> Value:
    """`-value` for numbers and durations, otherwise unknown."""
    if sort_of(value) in ("number", "duration"):
        return -value  # type: ignore[operator]  # the sort says so
    return None


def shifted(moment: datetime.date, duration: Duration) -> datetime.date | None:
    """A date or date-time moved by months, clipped to the month's end, and then by the rest.

    A date moves by whole days: it stands for its midnight, and what is left of a day is rounded down.
    Business days need a calendar that conditions do not have; with them the result is unknown. Raises
    `ValueError` or `OverflowError` beyond the years 1 to 9999.
    """
    if duration.business_days:
        return None
    months = moment.year * 12 + moment.month - 1 + duration.months
    year, month = divmod(months, 12)
    moved = moment.replace(year=year, month=month + 1, day=min(moment.day, _days_in(year, month + 1)))
    if isinstance(moved, datetime.datetime):
        return moved + datetime.timedelta(seconds=duration.seconds)
    return moved + datetime.timedelta(days=duration.seconds // SECONDS_PER_DAY)


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
