"""The numbers that documents state, each under the path by which `--set` names it, and documents with other ones."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from journeyctl.behaviour.beliefs import Belief
from journeyctl.model.desk import Desk, Rejected
from journeyctl.model.fields import Assumable, Integer, Kind, Others, Spelled, rows
from journeyctl.model.population import Lognormal, Table
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import DOCUMENT_KINDS
from journeyctl.model.values import Assumed, DurationSpread, MoneySpread
from journeyctl.units import SECONDS_PER_DAY, ZERO, Duration

Document = TypeVar("Document", Desk, Scenario)
Change = Callable[["StatedNumber"], Assumed[Any]]
_SORTS = {"seconds": ("days", SECONDS_PER_DAY), "business_days": ("business days", 1), "months": ("months", 1)}
"""Sorts of duration: how they are counted where a number is drawn, and how many make one."""
_PLURALS = {kind.plural for kind in DOCUMENT_KINDS.values() if kind.of in (Desk, Scenario)}
_PROMISE = ".sla."


@dataclass(frozen=True, slots=True)
class StatedNumber:
    """One number of a document."""

    path: str
    number: Assumed[Any]
    is_whole: bool = False
    """Only whole numbers can stand here."""

    @property
    def unit(self) -> str:
        """Of `amount`: `days`, `business days` or `months` for a duration, else empty."""
        return _SORTS[self._sorts[0]][0] if self._sorts else ""

    @property
    def units(self) -> tuple[str, ...]:
        """The units of value and range: several where a range is written in another sort of time than its value."""
        return tuple(_SORTS[sort][0] for sort in self._sorts)

    @property
    def _sorts(self) -> tuple[str, ...]:
        """Sorts of duration of value and range, each once; a length of nothing is of every sort."""
        stated = [part for part in (self.number.value, self.number.low, self.number.high) if isinstance(part, Duration)]
        lasting = dict.fromkeys(_sort(part) for part in stated if part != ZERO)
        return tuple(lasting) or tuple(_sort(part) for part in stated[:1])

    def amount(self, value: object) -> float:
        """A value of this number's sort as a float in its unit."""
        if isinstance(value, Duration):
            sort = _sort(value)
            return float(getattr(value, sort) / _SORTS[sort][1])
        return float(value)  # type: ignore[arg-type]  # all else that a number can be is one

    def value(self, amount: float) -> object:
        """The value of so many units: the other way round."""
        known = self.number.value
        if isinstance(known, Duration):
            sort = self._sorts[0]
            return Duration(**{sort: max(0, math.floor(amount * _SORTS[sort][1] + 0.5))})
        return round(amount) if self.is_whole else amount

    @property
    def belief(self) -> Belief | None:
        """Evenly over the range that stands beside it; `None` where none does, or value and ends are of two sorts."""
        low, high = self.number.low, self.number.high
        if low is None or high is None or len(self._sorts) > 1:
            return None
        least, greatest = sorted((self.amount(low), self.amount(high)))
        is_whole = self.is_whole or self.unit in ("business days", "months")
        return Belief(least, greatest, is_whole=is_whole) if least < greatest else None


def _sort(value: Duration) -> str:
    """Which of its three parts a duration has."""
    return "business_days" if value.business_days else "months" if value.months else "seconds"


def stated_numbers(document: Desk | Scenario) -> Iterator[StatedNumber]:
    """Every number of the document that may be written with what is known of it, in its order."""
    found: list[StatedNumber] = []

    def seen(number: StatedNumber) -> Assumed[Any]:
        found.append(number)
        return number.number

    _mapped(document, _head(document), seen)
    yield from found


def with_amounts(document: Document, amounts: Mapping[str, float]) -> Document:
    """The document with other values of some numbers, by path; `amounts` are in each number's unit.

    What has to fit together still does: a quantile is not below its median, and shares of one whole add up to as
    much as before.
    """

    def changed(stated: StatedNumber) -> Assumed[Any]:
        if stated.path not in amounts:
            return stated.number
        return dataclasses.replace(stated.number, value=stated.value(amounts[stated.path]))

    found: Document = _mapped(document, _head(document), changed)
    return found


def is_promise(path: str) -> bool:
    """Whether the number is what a desk promises: that is decided, and known."""
    return _PROMISE in path


def is_stated(name: str) -> bool:
    """Whether a parameter is a number of a desk or scenario, not of the behaviour."""
    return name.partition(".")[0] in _PLURALS


def _head(document: Desk | Scenario) -> str:
    plural = next(kind.plural for kind in DOCUMENT_KINDS.values() if kind.of is type(document))
    return f"{plural}.{document.name}"


# --- through the document


def _mapped(value: Any, path: str, change: Change, *, is_whole: bool = False) -> Any:  # noqa: ANN401  # any part
    """The value with every number below it changed; the very same where nothing changes."""
    match value:
        case Assumed() if _is_number(value.value):
            return change(StatedNumber(path, value, is_whole))
        case Mapping():
            made = {key: _mapped(part, f"{path}.{key}", change) for key, part in value.items()}
            return value if all(made[key] is part for key, part in value.items()) else made
        case tuple():
            entries = [_mapped(part, f"{path}.{_entry(part, k)}", change) for k, part in enumerate(value)]
            return value if all(new is old for new, old in zip(entries, value, strict=True)) else tuple(entries)
        case Spelled():
            return _mapped_fields(value, path, change)
        case _:
            return value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Duration)) and not isinstance(value, bool)


def _entry(part: object, place: int) -> str:
    """How a path names the entry of a list."""
    return str(getattr(part, "task", "") or getattr(part, "name", "") or place)


def _mapped_fields(value: Spelled, path: str, change: Change) -> Spelled:
    table = {row.attribute: row for row in rows(type(value))}
    made = {}
    for field in dataclasses.fields(value):
        part, row = getattr(value, field.name), table.get(field.name)
        kind: Kind | None = None if row is None else row.entry.kind
        key = "" if row is None or isinstance(kind, Others) else row.key
        below = f"{path}.{key}" if key and not _is_short(part, key) else path
        is_whole = isinstance(kind, Assumable) and isinstance(kind.kind, Integer)
        new = _mapped(part, below, change, is_whole=is_whole)
        if new is not part:
            made[field.name] = new
    return _fitting(value, dataclasses.replace(value, **made)) if made else value


def _is_short(part: object, key: str) -> bool:
    """Whether a number stands for the whole mapping: `rejected: 50%` instead of its share."""
    route = part.origin.route if isinstance(part, Assumed) else ()
    return bool(route) and str(route[-1]).rpartition(".")[2] != key


def _fitting(before: Spelled, after: Spelled) -> Spelled:
    """The changed part with numbers that fit together as those before did."""
    match before, after:
        case Table(), Table():
            return dataclasses.replace(after, shares=_as_much(before.shares, after.shares))
        case Rejected(), Rejected():
            return dataclasses.replace(after, reasons=_as_much(before.reasons, after.reasons))
        case _, DurationSpread() | MoneySpread() | Lognormal():
            return _in_order(after)
        case _:
            return after


def _as_much(before: Mapping[str, Assumed[float]], after: Mapping[str, Assumed[float]]) -> Mapping[str, Assumed[float]]:
    was, now = (math.fsum(share.value for share in shares.values()) for shares in (before, after))
    if not now or was == now:
        return after
    return {
        name: dataclasses.replace(share, value=float(f"{share.value * was / now:.9f}")) for name, share in after.items()
    }


def _in_order(spread: DurationSpread | MoneySpread | Lognormal) -> Spelled:
    if spread.p90 is None:
        return spread
    median, p90 = (StatedNumber("", number) for number in (spread.median, spread.p90))
    if median.unit != p90.unit or p90.amount(spread.p90.value) >= median.amount(spread.median.value):
        return spread
    raised: Any = dataclasses.replace(spread.p90, value=spread.median.value)  # type: ignore[arg-type]  # of one sort
    return dataclasses.replace(spread, p90=raised)
