"""Values of fields from draws: one column of records at a time, whole numbers until the last step.

Every record has one draw per field, whichever arm of a condition applies, and a list one per entry;
so a changed share moves a boundary and nothing else. Tables and lists are read in the order of their
names, because a mapping has no order.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

import numpy as np

from journeyctl.behaviour.coefficients import exact
from journeyctl.calendars import local_date, utc_seconds
from journeyctl.diagnostics import Finding, SpecError
from journeyctl.draws import Draws, name_hash
from journeyctl.fixed_point import (
    CERTAIN,
    lognormal_array,
    median_p90,
    multiply_array,
    normal_array,
    part_array,
    share_threshold,
)
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
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.field_order import condition_of

if TYPE_CHECKING:
    from numpy import int32, int64, uint64
    from numpy.typing import NDArray

    from journeyctl.expr import Value
    from journeyctl.model.profile import FieldType
    from journeyctl.model.values import Assumed, Scalar

_ALMOST = CERTAIN - (1 << 20)
"""Shares that add up to this much add up to 1: the rest is rounding."""
MOMENT = "now"
"""As a value: the second at which it is set."""

Holds = Callable[[Condition, "NDArray[int64]"], "NDArray[np.bool_]"]
"""For which of the records at these places a condition holds."""
_Filling = tuple[Sequence["Value"], "NDArray[int64]"]
"""Values, and the place of each record's among them."""


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
    ahead: Mapping[str, NDArray[int64]] = field(default_factory=dict)
    """Draws of all records that are known already, by place."""

    def us(self, rows: NDArray[int64], entry: str = "") -> NDArray[int64]:
        """The draws of some rows, or those for one entry of their lists."""
        place = f"{self.place}={entry}" if entry else self.place
        known = self.ahead.get(place)
        if known is not None:
            return known[rows]
        return self.draws.block(
            self.subjects[rows], name_hash(self.purpose), places=name_hash(place), occurrences=self.occurrence
        )


def column_values(value: FieldValue, column: Column) -> Coded[Value]:
    """One value per record; `None` where it is missing. Raises `SpecError` where the type does not fit."""
    count = len(column.subjects)
    found = _Found([None], np.zeros(count, np.int32))
    try:
        _fill(found, value, column, np.arange(count, dtype=np.int64))
    except ValueError as error:
        message = f"'{column.place}' cannot be drawn: {error}"
        raise SpecError([Finding("JC095", "undrawable-value", message, value.origin)]) from error
    return found.column()


def places_drawn(value: FieldValue, path: str) -> Iterator[str]:
    """The places at which a field with this spread draws, whatever holds for a record."""
    match value:
        case Given():
            for arm in value.arms:
                yield from places_drawn(arm.value, path)
        case Each():
            yield from (f"{path}={name}" for name in value.each)
        case Literally() if isinstance(value.value, str | tuple | bool | None):
            return
        case _:
            yield path


@dataclass(slots=True)
class _Found:
    """A column while its records get values, the first of which is unknown."""

    values: list[Value]
    codes: NDArray[int32]

    def put(self, rows: NDArray[int64], filling: _Filling) -> None:
        values, codes = filling
        self.codes[rows] = codes + len(self.values)
        self.values += values

    def column(self) -> Coded[Value]:
        """What was found; without a code for each record where all have the same."""
        codes = self.codes
        if len(codes) and (codes == codes[0]).all():
            return Coded.always(self.values[codes[0]], len(codes))
        return Coded(tuple(self.values), codes)


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


def _fill(found: _Found, value: FieldValue, column: Column, rows: NDArray[int64]) -> None:
    if isinstance(value, Given):
        _fill_by_condition(found, value, column, rows)
    elif rows.size:
        found.put(rows, _values(value, column, rows))


def _fill_by_condition(found: _Found, value: Given, column: Column, rows: NDArray[int64]) -> None:
    left = rows
    for arm in value.arms:
        here = left
        if isinstance(arm, GivenArm):
            mask = column.holds(condition_of(arm), left)
            here, left = left[mask], left[~mask]
        else:
            left = left[:0]
        _fill(found, arm.value, column, here)


def _values(
    value: Literally | Chance | Table | Between | Lognormal | Normal | Each, column: Column, rows: NDArray[int64]
) -> _Filling:
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


def _always(value: Value, rows: NDArray[int64]) -> _Filling:
    return (value,), np.zeros(rows.size, np.int64)


def _literal(value: Literally, column: Column, rows: NDArray[int64]) -> _Filling:
    plain = value.value
    if column.type == "boolean" and isinstance(plain, int | float) and not isinstance(plain, bool):
        return _chance(float(plain), column, rows)
    if plain == MOMENT and column.now is not None and column.type in ("date", "date-time"):
        moment = _moment(column.now)
        return _always(moment if column.type == "date-time" else _local_date(column), rows)
    return _always(typed(plain, column.type), rows)


def _local_date(column: Column) -> datetime.date:
    return local_date(column.now or 0, column.zone)


def _chance(share: float, column: Column, rows: NDArray[int64]) -> _Filling:
    if column.type != "boolean":
        raise ValueError(f"a share makes a boolean, not a {column.type}")
    limit = share_threshold(share)
    if limit in (0, CERTAIN):
        return _always(limit == CERTAIN, rows)
    return (False, True), (column.us(rows) < limit).astype(np.int64)


def _table(shares: Mapping[str, Assumed[float]], column: Column, rows: NDArray[int64]) -> _Filling:
    names = sorted(shares)
    values = [typed(name, column.type) for name in names]
    bounds = _bounds([shares[name].value for name in names])
    if len(bounds) and bounds[0] == CERTAIN:
        return _always(values[0], rows)
    return (*values, None), np.searchsorted(bounds, column.us(rows), side="right")


def _bounds(shares: Sequence[float]) -> NDArray[int64]:
    """Upper thresholds of exclusive results; beyond the last nothing is drawn."""
    total, bounds = 0, []
    for share in shares:
        total = min(total + share_threshold(share), CERTAIN)
        bounds.append(CERTAIN if total >= _ALMOST else total)
    return np.array(bounds, dtype=np.int64)


def _between(value: Between, column: Column, rows: NDArray[int64]) -> _Filling:
    low, high = (typed(end, column.type) for end in value.between)
    us = column.us(rows)
    match low, high:
        case datetime.datetime(), datetime.datetime():
            return _spread(us, utc_seconds(low), utc_seconds(high), _moment)
        case datetime.date(), datetime.date():
            return _spread(us, low.toordinal(), high.toordinal(), datetime.date.fromordinal)
        case ((int() | float()), (int() | float())):
            unit = 1 if column.type == "integer" else _unit(column.type)
            return _spread(us, _units(low, unit), _units(high, unit), lambda n: n if unit == 1 else n / unit)
        case _:
            raise ValueError(f"there is nothing between '{low}' and '{high}' in a {column.type}")


def _spread(us: NDArray[int64], first: int, last: int, made: Callable[[int], Value]) -> _Filling:
    """Evenly from the first whole number to the last, both included."""
    count = last - first + 1
    if 0 <= count < 1 << 36:
        return _each_made(first + part_array(us, count), made)
    # Wider than any date or time; whole numbers without bounds can do it.
    wide = [first + (u * count >> 53) for u in us.tolist()]
    return [made(number) for number in wide], np.arange(len(wide), dtype=np.int64)


def _each_made(numbers: NDArray[int64], made: Callable[[int], Value]) -> _Filling:
    """Numbers are often the same, so what is made of them is made once."""
    different, codes = np.unique(numbers, return_inverse=True)
    return [made(number) for number in different.tolist()], codes.reshape(-1)


def _each(shares: Mapping[str, Assumed[float]], column: Column, rows: NDArray[int64]) -> _Filling:
    if column.type != "list of text":
        raise ValueError(f"'each' makes a list of text, not a {column.type}")
    names = sorted(shares)
    if not names:
        return _always((), rows)
    chosen = (column.us(rows, name) < share_threshold(shares[name].value) for name in names)
    # Lists are few, records many: each combination is made once.
    codes: NDArray[int64] = sum(
        (mask.astype(np.int64) << k for k, mask in enumerate(chosen)), np.zeros(rows.size, np.int64)
    )
    return _each_made(codes, lambda code: tuple(name for place, name in enumerate(names) if code >> place & 1))


def _unit(kind: FieldType) -> int:
    """Parts of a whole in which an amount is drawn: money in cents, other numbers in thousandths."""
    if kind not in ("integer", "number", "money"):
        raise ValueError(f"a spread of numbers makes no {kind}")
    return 100 if kind == "money" else 1_000


def _units(value: float, unit: int) -> int:
    return int((exact(value) * unit).to_integral_value())


def _amounts(drawn: NDArray[int64], kind: FieldType) -> _Filling:
    unit = _unit(kind)
    if kind == "integer":
        return _each_made((drawn + unit // 2) // unit, int)
    return _each_made(drawn, lambda amount: amount / unit)
