"""Which values a spread of a field can give at all, without drawing any."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, assert_never

from journeyctl.model.population import (
    Between,
    Chance,
    Each,
    FieldValue,
    Given,
    Literally,
    Lognormal,
    Normal,
    Table,
)
from journeyctl.simulate.values import typed

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.model.profile import FieldType

_SOME_DAY = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def possible_values(value: FieldValue, kind: FieldType) -> Iterator[Value]:
    """Every value, once or more; of numbers, dates and moments only one or two of their sort."""
    match value:
        case Given():
            for arm in value.arms:
                yield from possible_values(arm.value, kind)
        case Chance():
            yield from (True, False)
        case Literally():
            yield from _literal(value, kind)
        case Table():
            yield from (typed(name, kind) for name in value.shares)
        case Between():
            yield from (typed(end, kind) for end in value.between)
        case Each():
            names = sorted(value.each)
            yield from (chosen for count in range(len(names) + 1) for chosen in combinations(names, count))
        case Lognormal() | Normal():
            yield 1 if kind == "integer" else 0.5
        case _:
            assert_never(value)


def _literal(value: Literally, kind: FieldType) -> Iterator[Value]:
    if kind == "boolean":
        yield from (True, False)
    elif value.value == "now" and kind in ("date", "date-time"):
        yield _SOME_DAY.date() if kind == "date" else _SOME_DAY
    else:
        yield typed(value.value, kind)
