"""Columns of an event record as Arrow arrays, and back.

Cells become places in a dictionary that is numbered by first occurrence, so that a file's bytes do not tell
how a record happened to number its names, nor how it holds its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from journeyctl.results.causes import cause_text
from journeyctl.results.record import COLUMNS, KINDS, NUMBERS, TYPES, WIDE, EventRecord, Integers, record_of_codes
from journeyctl.results.row_codes import Coded, Codes, Stretch

if TYPE_CHECKING:
    import pyarrow


def schema_of(arrow: ModuleType) -> pyarrow.Schema:
    """Type of every column: numbers of 32 or 64 bits, everything else a dictionary of texts."""
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = {name: arrow.int64() if name in WIDE else arrow.int32() for name in NUMBERS}
    return arrow.schema([arrow.field(name, number.get(name, text), nullable=False) for name in COLUMNS])


class Arrays:
    """The columns of a record as arrays, one stretch of rows after the other."""

    def __init__(self, arrow: ModuleType, record: EventRecord) -> None:
        """`arrow` is the package pyarrow, which is loaded only where it is needed."""
        self._arrow, self._names, self._stretches = arrow, record.names, record.stretches()

    def of(self, rows: slice) -> list[pyarrow.Array]:
        """Every column in some rows."""
        some = self._stretches.some(rows.start, rows.stop)
        return [self._array(name, some) for name in COLUMNS]

    def _array(self, name: str, some: Stretch) -> pyarrow.Array:
        if name == "time":
            return self._numbers(some.cells(name, np.int64), wide=True)
        if name == "cause":
            return self._causes(some)
        column = some.coded(name, TYPES.get(name, np.int32))
        if name in NUMBERS:
            return self._numbers(column.cells(), wide=name in WIDE)
        distinct, places = _dictionary(column)
        words = [KINDS[number].value for number in distinct] if name == "kind" else self._spelled(distinct)
        rows = column.codes.of_row
        # Memory that is still untouched is free, and many columns hold one thing in all rows.
        return self._named(places.take(rows) if len(words) > 1 else np.zeros(len(rows), np.int32), words)

    def _causes(self, some: Stretch) -> pyarrow.Array:
        """A cause is a name and a second; each pair that occurs becomes one text."""
        name, time = (some.coded(column, TYPES.get(column, np.int32)).cells() for column in ("cause", "cause_time"))
        rows = np.flatnonzero(name)
        pairs, inverse = np.unique(np.stack((name[rows], time[rows])), axis=1, return_inverse=True)
        of_row = np.zeros(len(name), np.intp)
        of_row[rows] = inverse.reshape(-1) + 1
        texts = map(cause_text, self._spelled(pairs[0]), pairs[1].tolist())
        words = np.array(["", *texts], dtype=object)
        distinct, places = _dictionary(Coded(Codes(of_row, len(words)), np.arange(len(words))))
        return self._named(places.take(of_row), words[distinct].tolist())

    def _spelled(self, numbers: Integers) -> list[str]:
        return self._names.spelled(numbers.tolist())

    # Arrays are made from their memory: `pyarrow.array` would load pandas where that is installed.

    def _named(self, places: Integers, words: Sequence[str]) -> pyarrow.Array:
        encoded = [word.encode() for word in words]
        ends = np.zeros(len(words) + 1, np.int32)
        np.cumsum([len(word) for word in encoded], out=ends[1:])
        buffer = self._arrow.py_buffer
        texts = self._arrow.StringArray.from_buffers(len(words), buffer(ends), buffer(b"".join(encoded)))
        return self._arrow.DictionaryArray.from_arrays(self._numbers(places), texts, safe=False)

    def _numbers(self, column: Integers, *, wide: bool = False) -> pyarrow.Array:
        plain = np.ascontiguousarray(column, np.int64 if wide else np.int32)
        of_type = self._arrow.int64() if wide else self._arrow.int32()
        return self._arrow.Array.from_buffers(of_type, len(plain), [None, self._arrow.py_buffer(plain)])


def _dictionary(column: Coded) -> tuple[Integers, Integers]:
    """The distinct cells of a column in the order of their first row, and for each code the place among them."""
    used = column.codes.used
    distinct, first, inverse = np.unique(column.table[used], return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    places = np.zeros(column.codes.size, np.int32)
    places[used] = rank[inverse]
    return distinct[order], places


# --- and back


def record_of_arrays(table: pyarrow.Table) -> EventRecord:
    """The record of a table with every column. Raises `ValueError` saying what a column holds that it cannot."""
    import pyarrow as arrow

    numbers: dict[str, Integers] = {}
    words: dict[str, tuple[Integers, Sequence[str]]] = {}
    for name in COLUMNS:
        column = table.column(name)
        if column.null_count:
            raise ValueError(f"an empty cell in column '{name}'")
        if name not in NUMBERS:
            words[name] = _coded(arrow, column, name)
        elif arrow.types.is_integer(column.type):
            numbers[name] = _in_range(arrow, column, name)
        else:
            raise ValueError(f"{column.type} in column '{name}', which holds whole numbers")
    return record_of_codes(numbers, words, length=table.num_rows)


def _in_range(arrow: ModuleType, column: pyarrow.ChunkedArray, name: str) -> Integers:
    wide = name in WIDE
    try:
        return _whole(column.cast(arrow.int64() if wide else arrow.int32()).combine_chunks(), wide=wide)
    except arrow.ArrowInvalid:
        raise ValueError(f"a number in column '{name}' that is out of its range") from None


def _whole(array: pyarrow.Array, *, wide: bool) -> Integers:
    size = 8 if wide else 4
    form = np.int64 if wide else np.int32
    if not len(array):
        return np.empty(0, form)
    found: Integers = np.frombuffer(array.buffers()[1], form, count=len(array), offset=size * array.offset)
    return found


def _coded(arrow: ModuleType, column: pyarrow.ChunkedArray, name: str) -> tuple[Integers, Sequence[str]]:
    plain = column.type.value_type if arrow.types.is_dictionary(column.type) else column.type
    if not (arrow.types.is_string(plain) or arrow.types.is_large_string(plain)):
        raise ValueError(f"{plain} in column '{name}', which holds texts")
    coded = column if arrow.types.is_dictionary(column.type) else column.dictionary_encode()
    one = coded.combine_chunks()
    # Chunks of one column may number the same names in different ways.
    one = one if isinstance(one, arrow.Array) else coded.unify_dictionaries().combine_chunks()
    return _whole(one.indices.cast(arrow.int32()), wide=False), one.dictionary.to_pylist()
