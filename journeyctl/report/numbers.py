"""Numbers for people: in their unit, with as many digits as their interval carries, never cut."""

from __future__ import annotations

import math

from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import MEASURES
from journeyctl.results.measures.measure import Unit

NOT_AVAILABLE = "n/a"
_HOUR, _DAY = 3_600, 86_400


def value(estimate: Estimate, unit: Unit) -> str:
    """The mean in its unit; `n/a` where nothing could be counted, `never` where it is infinite."""
    return number(estimate.value, unit, width=_width(estimate))


def interval(estimate: Estimate, unit: Unit, *, most: float = 1.0) -> str:
    """`3.1 to 4.2` in the measure's unit; empty without an interval. `most` is what a share can be at most."""
    if estimate.low is None or estimate.high is None:
        return ""
    width = _width(estimate)
    low, high = _possible(estimate.low, unit, most), _possible(estimate.high, unit, most)
    if unit == "share":
        return f"{_digits(low * 100, width * 100)} to {_digits(high * 100, width * 100)} %"
    if unit == "seconds":
        return f"{number(low, unit, width=width)} to {number(high, unit, width=width)}"
    scale = 0.01 if unit == "cents" else 1.0
    return f"{_digits(low * scale, width * scale)} to {_digits(high * scale, width * scale)}"


def both(estimate: Estimate, unit: Unit, *, most: float = 1.0) -> str:
    """Mean and interval in one cell: `96.1 % [94.0 to 98.2 %]`."""
    bounds = interval(estimate, unit, most=most)
    return value(estimate, unit) + (f" [{bounds}]" if bounds else "")


def of_measure(name: str, estimate: Estimate | None) -> str:
    """Mean and interval of a measure in its unit."""
    return NOT_AVAILABLE if estimate is None else both(estimate, MEASURES[name].unit, most=_most(name))


def difference_of_measure(name: str, estimate: Estimate | None) -> str:
    """The same for a difference, with its sign."""
    return NOT_AVAILABLE if estimate is None else signed(estimate, MEASURES[name].unit, most=_most(name))


def _most(measure: str) -> float:
    # The one share whose whole is not what it is a share of: more can be asked of a desk than it can do.
    return math.inf if measure == "demand_per_capacity" else 1.0


def signed(estimate: Estimate, unit: Unit, *, most: float = 1.0) -> str:
    """A difference with its sign and interval; shares in percentage points, lengths of time in one unit of it.

    Two shares differ by `most` at most.
    """
    if estimate.value is None:
        return NOT_AVAILABLE
    scale, name = _scale_of_difference(estimate, unit)
    width = _width(estimate) * scale
    text = _with_sign(estimate.value * scale, width) + name
    if estimate.low is None or estimate.high is None:
        return text
    most = most if unit == "share" else math.inf
    low, high = max(-most, estimate.low), min(most, estimate.high)
    return f"{text} [{_with_sign(low * scale, width)} to {_with_sign(high * scale, width)}]"


def _scale_of_difference(estimate: Estimate, unit: Unit) -> tuple[float, str]:
    """What one of its units is in those that are shown, and their name."""
    match unit:
        case "share":
            return 100.0, " pp"
        case "cents":
            return 0.01, ""
        case "seconds":
            most = max(abs(part) for part in (estimate.value, estimate.low, estimate.high) if part is not None)
            seconds, name = _unit_of_time(most)
            return 1 / seconds, f" {name}"
        case _:
            return 1.0, ""


def uplift(estimate: Estimate) -> str:
    """A relative change in per cent, with its sign and interval."""
    if estimate.value is None:
        return NOT_AVAILABLE
    width = _width(estimate) * 100
    text = f"{_with_sign(estimate.value * 100, width)} %"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} [{_with_sign(estimate.low * 100, width)} to {_with_sign(estimate.high * 100, width)} %]"


def number(amount: float | None, unit: Unit, *, width: float = 0.0) -> str:
    """One amount in its unit; `width` is that of its interval and decides how many digits mean something."""
    if amount is None:
        return NOT_AVAILABLE
    if math.isinf(amount):
        return "never"
    match unit:
        case "share":
            return f"{_digits(amount * 100, width * 100)} %"
        case "seconds":
            return _length_of_time(amount)
        case "cents":
            return _digits(amount / 100, width / 100)
        case _:
            return _digits(amount, width)


def _length_of_time(seconds: float) -> str:
    length, name = _unit_of_time(seconds)
    return f"{seconds / length:z.{0 if name == 'min' else 1}f} {name}"


def _unit_of_time(seconds: float) -> tuple[int, str]:
    """In which unit so long is told: its length in seconds, and its name."""
    if seconds >= 3 * _DAY:
        return _DAY, "d"
    return (_HOUR, "h") if seconds >= _HOUR else (60, "min")


def _width(estimate: Estimate) -> float:
    half = estimate.half_width
    return abs(estimate.value or 0.0) / 100 if half is None else 2 * half


def _possible(bound: float, unit: Unit, most: float) -> float:
    """A bound within what the measure can be: a t-interval knows nothing of 0 and 100 %."""
    return min(most, max(0.0, bound)) if unit == "share" else max(0.0, bound)


def _digits(amount: float, width: float) -> str:
    """Digits that the width of the interval allows, at most two behind the point; whole numbers stay whole."""
    if not math.isfinite(amount):
        return "never"
    whole = width == 0 and amount == round(amount)
    places = 0 if whole or width >= 10 or abs(amount) >= 200 else 1 if width >= 0.5 or abs(amount) >= 10 else 2
    # What rounds to nothing has no sign.
    return f"{amount:z,.{places}f}"


def _with_sign(amount: float, width: float) -> str:
    text = _digits(amount, width)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"
