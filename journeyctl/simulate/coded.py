"""Columns of few different values: each record holds the number of its value.

What is asked of a value is asked once, whoever has it, and equal records share what follows from their values.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

_Value = TypeVar("_Value")
_Answer = TypeVar("_Answer")

_DENSE = 4
"""Combinations are looked up in a table while that has at most so many places for each record."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Generic[_Value]):
    """The values of one field of many records."""

    values: Sequence[_Value]
    """Distinct for most columns, but a value may stand here twice."""
    codes: NDArray[int32]
    """The place of each record's value, shape `(records,)`."""

    @classmethod
    def always(cls, value: _Value, count: int) -> Coded[_Value]:
        """The same value for all records; takes no room for them."""
        return cls((value,), np.broadcast_to(np.zeros(1, np.int32), count))

    @classmethod
    def of(cls, values: Iterable[_Value]) -> Coded[_Value]:
        """A column from plain values. They are told apart with their types, because true, 1 and 1.0 are one key."""
        places: dict[tuple[type, _Value], int] = {}
        codes = [places.setdefault((type(value), value), len(places)) for value in values]
        return cls(tuple(value for _, value in places), np.array(codes, np.int32))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, record: int) -> _Value:
        found: _Value = self.values[self.codes[record]]
        return found

    def __iter__(self) -> Iterator[_Value]:
        values = self.values
        return (values[code] for code in self.codes.tolist())

    def take(self, records: NDArray[int64]) -> Coded[_Value]:
        """The values of some records, in their order."""
        if self.codes.strides == (0,):
            return Coded(self.values, np.broadcast_to(self.codes[:1], len(records)))
        return Coded(self.values, self.codes[records])

    def where(self, test: Callable[[_Value], bool]) -> NDArray[np.bool_]:
        """Which records have a value of this kind."""
        return self.to(test, np.bool_)

    def to(self, made: Callable[[_Value], Any], kind: type[Any]) -> NDArray[Any]:
        """Something else for each record, made once of each value; `kind` is the type of the array."""
        return np.array([made(value) for value in self.values], kind)[self.codes]


def joined(parts: Sequence[Coded[_Value]]) -> Coded[_Value]:
    """One column after the other."""
    if len(parts) == 1:
        return parts[0]
    values: list[_Value] = []
    codes = []
    for part in parts:
        codes.append(part.codes + np.int32(len(values)))
        values += part.values
    return Coded(tuple(values), np.concatenate(codes))


@dataclass(frozen=True, slots=True, eq=False)
class Combinations:
    """Which records agree in some columns."""

    first: NDArray[int64]
    """The first record of each combination."""
    of: NDArray[int64]
    """The number of each record's combination."""

    def __len__(self) -> int:
        return len(self.first)


def combinations(columns: Sequence[Coded[Any]], count: int) -> Combinations:
    """The combinations of values that `count` records have in these columns."""
    found = Combinations(np.zeros(min(count, 1), np.int64), np.broadcast_to(np.zeros(1, np.int64), count))
    for column in columns:
        if len(column.values) > 1 and column.codes.strides != (0,):
            found = _numbered(found.of * len(column.values) + column.codes, len(found) * len(column.values))
    return found


def _numbered(keys: NDArray[int64], bound: int) -> Combinations:
    """Keys below `bound` as numbers without gaps."""
    if bound > _DENSE * len(keys):
        _, first, numbers = np.unique(keys, return_index=True, return_inverse=True)
        return Combinations(first.astype(np.int64), numbers.reshape(-1).astype(np.int64))
    record = np.full(bound, -1, np.int64)
    # Backwards, so that the first record of a combination is what stays.
    record[keys[::-1]] = np.arange(len(keys) - 1, -1, -1, dtype=np.int64)
    used = np.flatnonzero(record >= 0)
    number = np.zeros(bound, np.int64)
    number[used] = np.arange(len(used), dtype=np.int64)
    return Combinations(record[used], number[keys])


def distinct(values: Sequence[Hashable]) -> tuple[object, ...]:
    """For a value that keys a dictionary: the values with their types, because true, 1 and 1.0 are one key."""
    return (*map(type, values), *values)


def answers(found: Combinations, made: Sequence[_Answer]) -> Coded[_Answer]:
    """A column from one answer for each combination."""
    if found.of.strides == (0,):
        return Coded(made, np.broadcast_to(found.of[:1].astype(np.int32), len(found.of)))
    return Coded(made, cast("NDArray[int32]", found.of.astype(np.int32)))
