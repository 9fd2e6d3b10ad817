"""Values of fields from draws: one column of records at a time, whole numbers until the last step.

Every record has one draw per field, whichever arm of a condition applies, and a list one per entry;
so a changed share moves a boundary and nothing else. Tables and lists are read in the order of their
names, because a mapping has no order.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

import numpy as np

from journeyctl.behaviour.coefficients import exact
from journeyctl.calendars import local_date, utc_seconds
from journeyctl.diagnostics import Finding, SpecError
from journeyctl.draws import Draws, name_hash
from journeyctl.fixed_point import CERTAIN, lognormal_array, median_p90, multiply_array, normal_array, share_threshold
from journeyctl.graph.condition import Condition
from journeyctl.model.population import (
    Between,
    Chance,
    Each,
    FieldValue,
    Given,
    GivenArm,
    Literally,
    Lognormal,
    Normal,
    Table,
)
from journeyctl.simulate.field_order import condition_of

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import NDArray

    from journeyctl.expr import Value
    from journeyctl.model.profile import FieldType
    from journeyctl.model.values import Assumed, Scalar

_ALMOST = CERTAIN - (1 << 20)
"""Shares that add up to this much add up to 1: the rest is rounding."""
_MOMENT = "now"

Holds = Callable[[Condition, int], bool]
"""Whether a condition holds for the record at a place."""


@dataclass(frozen=True, slots=True)
class Column:
    """Which records get values, and where their draws come from."""

    draws: Draws
    subjects: NDArray[uint64]
    """Name hashes of the records, shape `(records,)`."""
    purpose: str
    place: str
    """The field's path, where needed with what else tells draws apart."""
    type: FieldType
    holds: Holds
    occurrence: int = 0
    now: int | None = None
    """What `now` means, UTC seconds; `None`: it is a text."""
    zone: str = "UTC"
    """The zone in which `now` has its date."""

    def us(self, rows: NDArray[int64], entry: str = "") -> NDArray[int64]:
        """The draws of some rows, or those for one entry of their lists."""
        place = f"{self.place}={entry}" if entry else self.place
        return self.draws.block(
            self.subjects[rows], name_hash(self.purpose), places=name_hash(place), occurrences=self.occurrence
        )


def column_values(value: FieldValue, column: Column) -> list[Value]:
    """One value per record; `None` where it is missing. Raises `SpecError` where the type does not fit."""
    found: list[Value] = [None] * len(column.subjects)
    try:
        _fill(found, value, column, np.arange(len(found), dtype=np.int64))
    except ValueError as error:
        message = f"'{column.place}' cannot be drawn: {error}"
        raise SpecError([Finding("JC095", "undrawable-value", message, value.origin)]) from error
    return found


def typed(value: Scalar, kind: FieldType) -> Value:
    """A value as it stands in a file, in the type of its field. Raises `ValueError` where it does not fit."""
    if value is None:
        return None
    match kind:
        case "boolean" if isinstance(value, bool) or value in ("true", "false"):
            return value in (True, "true")
        case "integer" if not isinstance(value, tuple):
            return int(value)
        case "number" | "money" if not isinstance(value, tuple):
            return float(value)
        case "date" if isinstance(value, str):
            return datetime.date.fromisoformat(value)
        case "date-time" if isinstance(value, str):
            return _moment(utc_seconds(datetime.datetime.fromisoformat(value)))
        case "list of text" if isinstance(value, str | tuple):
            return tuple(str(entry) for entry in ((value,) if isinstance(value, str) else value))
        case "text" | "country" | "locale" | "zone" if not isinstance(value, tuple):
            return str(value)
    raise ValueError(f"'{value}' is no {kind}")


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _fill(found: list[Value], value: FieldValue, column: Column, rows: NDArray[int64]) -> None:
    if isinstance(value, Given):
        _fill_by_condition(found, value, column, rows)
        return
    if rows.size:
        for row, one in zip(rows.tolist(), _values(value, column, rows), strict=True):
            found[row] = one


def _fill_by_condition(found: list[Value], value: Given, column: Column, rows: NDArray[int64]) -> None:
    left = rows
    for arm in value.arms:
        here = left
        if isinstance(arm, GivenArm):
            condition, holds = condition_of(arm), column.holds
            mask = np.fromiter((holds(condition, row) for row in left.tolist()), dtype=np.bool_, count=left.size)
            here, left = left[mask], left[~mask]
        else:
            left = left[:0]
        _fill(found, arm.value, column, here)


def _values(
    value: Literally | Chance | Table | Between | Lognormal | Normal | Each, column: Column, rows: NDArray[int64]
) -> Sequence[Value]:
    match value:
        case Literally():
            return _literal(value, column, rows)
        case Chance():
            return _chance(value.share.value, column, rows)
        case Table():
            return _table(value.shares, column, rows)
        case Between():
            return _between(value, column, rows)
        case Lognormal():
            unit = _unit(column.type)
            median, sigma = median_p90(_units(value.median.value, unit), _units(value.p90.value, unit))
            return _amounts(lognormal_array(column.us(rows), median=median, sigma=sigma), column.type)
        case Normal():
            unit = _unit(column.type)
            spread = multiply_array(normal_array(column.us(rows)), _units(value.sd.value, unit))
            return _amounts(_units(value.mean.value, unit) + spread, column.type)
        case Each():
            return _each(value.each, column, rows)
        case _:
            assert_never(value)


def _literal(value: Literally, column: Column, rows: NDArray[int64]) -> Sequence[Value]:
    plain = value.value
    if column.type == "boolean" and isinstance(plain, int | float) and not isinstance(plain, bool):
        return _chance(float(plain), column, rows)
    if plain == _MOMENT and column.now is not None and column.type in ("date", "date-time"):
        moment = _moment(column.now)
        return [moment if column.type == "date-time" else _local_date(column)] * rows.size
    return [typed(plain, column.type)] * rows.size


def _local_date(column: Column) -> datetime.date:
    return local_date(column.now or 0, column.zone)


def _chance(share: float, column: Column, rows: NDArray[int64]) -> Sequence[Value]:
    if column.type != "boolean":
        raise ValueError(f"a share makes a boolean, not a {column.type}")
    drawn: list[Value] = (column.us(rows) < share_threshold(share)).tolist()
    return drawn


def _table(shares: Mapping[str, Assumed[float]], column: Column, rows: NDArray[int64]) -> Sequence[Value]:
    names = sorted(shares)
    values: list[Value] = [typed(name, column.type) for name in names]
    places = np.searchsorted(_bounds([shares[name].value for name in names]), column.us(rows), side="right")
    values.append(None)
    return [values[place] for place in places.tolist()]


def _bounds(shares: Sequence[float]) -> NDArray[int64]:
    """Upper thresholds of exclusive results; beyond the last nothing is drawn."""
    total, bounds = 0, []
    for share in shares:
        total = min(total + share_threshold(share), CERTAIN)
        bounds.append(CERTAIN if total >= _ALMOST else total)
    return np.array(bounds, dtype=np.int64)


def _between(value: Between, column: Column, rows: NDArray[int64]) -> Sequence[Value]:
    low, high = (typed(end, column.type) for end in value.between)
    us = column.us(rows).tolist()
    match low, high:
        case datetime.datetime(), datetime.datetime():
            first, count = utc_seconds(low), utc_seconds(high) - utc_seconds(low) + 1
            return [_moment(first + (u * count >> 53)) for u in us]
        case datetime.date(), datetime.date():
            first, count = low.toordinal(), high.toordinal() - low.toordinal() + 1
            return [datetime.date.fromordinal(first + (u * count >> 53)) for u in us]
        case ((int() | float()), (int() | float())):
            unit = 1 if column.type == "integer" else _unit(column.type)
            first, count = _units(low, unit), _units(high, unit) - _units(low, unit) + 1
            return [first + (u * count >> 53) if unit == 1 else (first + (u * count >> 53)) / unit for u in us]
        case _:
            raise ValueError(f"there is nothing between '{low}' and '{high}' in a {column.type}")


def _each(shares: Mapping[str, Assumed[float]], column: Column, rows: NDArray[int64]) -> Sequence[Value]:
    if column.type != "list of text":
        raise ValueError(f"'each' makes a list of text, not a {column.type}")
    names = sorted(shares)
    if not names:
        return [()] * rows.size
    chosen = (column.us(rows, name) < share_threshold(shares[name].value) for name in names)
    # Lists are few, records many: each combination is made once.
    known: dict[int, tuple[str, ...]] = {}
    codes = sum(mask.astype(np.int64) << place for place, mask in enumerate(chosen))
    for code in np.unique(codes).tolist():
        known[code] = tuple(name for place, name in enumerate(names) if code >> place & 1)
    return [known[code] for code in np.asarray(codes).tolist()]


def _unit(kind: FieldType) -> int:
    """Parts of a whole in which an amount is drawn: money in cents, other numbers in thousandths."""
    if kind not in ("integer", "number", "money"):
        raise ValueError(f"a spread of numbers makes no {kind}")
    return 100 if kind == "money" else 1_000


def _units(value: float, unit: int) -> int:
    return int((exact(value) * unit).to_integral_value())


def _amounts(drawn: NDArray[int64], kind: FieldType) -> Sequence[Value]:
    unit = _unit(kind)
    if kind == "integer":
        return ((drawn + unit // 2) // unit).tolist()  # type: ignore[no-any-return]  # NumPy does not say what lists hold
    return [amount / unit for amount in drawn.tolist()]
