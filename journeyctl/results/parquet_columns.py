"""Columns of an event record as Arrow arrays, and back.

Cells become places in a dictionary that is numbered by first occurrence, so that a file's bytes do not tell
how a record happened to number its names, nor how it holds its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from journeyctl.results.causes import cause_text
from journeyctl.results.record import COLUMNS, KINDS, NUMBERS, TYPES, WIDE, EventRecord, Integers, record_of_codes
from journeyctl.results.row_codes import Stretch, as_they_occur
from journeyctl.results.row_order import differs

if TYPE_CHECKING:
    import pyarrow


def schema_of(arrow: ModuleType) -> pyarrow.Schema:
    """Type of every column: numbers of 32 or 64 bits, everything else a dictionary of texts."""
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = {name: arrow.int64() if name in WIDE else arrow.int32() for name in NUMBERS}
    return arrow.schema([arrow.field(name, number.get(name, text), nullable=False) for name in COLUMNS])


class Arrays:
    """The columns of a record as arrays, one stretch of rows after the other."""

    def __init__(self, arrow: ModuleType, record: EventRecord, rows: int) -> None:
        """`rows` is the most that a stretch has; `arrow` the package pyarrow, loaded only where it is needed."""
        self._arrow, self._names, self._stretches = arrow, record.names, record.stretches()
        self._rows = min(rows, len(record))
        self._room: dict[str, Integers] = {}
        """For each column memory that all stretches use: fresh memory costs more than what is put into it."""

    def of(self, rows: slice) -> list[pyarrow.Array]:
        """Every column in some rows. They last until others are asked for."""
        some = self._stretches.some(rows.start, rows.stop)
        return [self._array(name, some, rows.stop - rows.start) for name in COLUMNS]

    def _array(self, name: str, some: Stretch, rows: int) -> pyarrow.Array:
        kind = TYPES.get(name, np.int32)
        if name in NUMBERS:
            some.write(name, found := self._room_of(name, rows))
            return self._numbers(found)
        if name == "cause":
            return self._causes(some, rows)
        few = some.few(name, kind)
        if few is not None:
            return self._of_few(name, *few, rows, lambda numbers: self._spelled(name, numbers))
        column = some.coded(name, kind)
        distinct, places = _dictionary(column.table)
        if len(distinct) > 1:
            np.take(places, column.codes.of_row, out=(found := self._room_of(name, rows)), mode="wrap")
        else:
            found = self._room_of("", rows)
        return self._named(found, self._spelled(name, distinct))

    def _causes(self, some: Stretch, rows: int) -> pyarrow.Array:
        """A cause is a name and a second; each pair that occurs becomes one text."""
        column = some.coded("cause", np.int32)
        filled = np.flatnonzero((column.table != 0).take(column.codes.of_row))
        names, times = column.table.take(column.codes.of_row[filled]), some.at("cause_time", filled, np.int64)
        order = np.lexsort((times, names))
        is_new = differs(names[order]) | differs(times[order])
        pairs, numbers = order[is_new], np.empty(len(order), np.int64)
        numbers[order] = np.cumsum(is_new)
        texts = map(cause_text, self._spelled("cause", names[pairs]), times[pairs].tolist())
        words = np.array(["", *texts], dtype=object)
        return self._of_few("cause", filled, numbers, rows, lambda some: words[some].tolist())

    def _of_few(
        self, name: str, filled: Integers, numbers: Integers, rows: int, spelled: Callable[[Integers], Sequence[str]]
    ) -> pyarrow.Array:
        """A column in which all rows but these have 0."""
        if not len(filled):
            return self._named(self._room_of("", rows), spelled(np.zeros(1, np.int64)))
        is_behind = filled != np.arange(len(filled))
        first_blank = int(np.argmax(is_behind)) if is_behind.any() else len(filled)
        blank = [] if len(filled) == rows else [first_blank]
        distinct, places = _dictionary(np.insert(numbers, blank, 0))
        found = self._room_of(name, rows)
        found[:] = places[first_blank] if blank else 0
        found[filled] = np.delete(places, blank)
        return self._named(found, spelled(distinct))

    def _spelled(self, name: str, numbers: Integers) -> list[str]:
        return [KINDS[number].value for number in numbers] if name == "kind" else self._names.spelled(numbers.tolist())

    def _room_of(self, name: str, rows: int) -> Integers:
        found = self._room.get(name)
        if found is None:
            found = self._room[name] = np.zeros(self._rows, np.int64 if name in WIDE else np.int32)
        return found[:rows]

    # Arrays are made from their memory: `pyarrow.array` would load pandas where that is installed.

    def _named(self, places: Integers, words: Sequence[str]) -> pyarrow.Array:
        content = "".join(words).encode()
        lengths = list(map(len, words))
        if sum(lengths) != len(content):
            # Not all characters are single bytes.
            lengths = [len(word.encode()) for word in words]
        ends = np.zeros(len(words) + 1, np.int32)
        np.cumsum(lengths, out=ends[1:])
        buffer = self._arrow.py_buffer
        texts = self._arrow.StringArray.from_buffers(len(words), buffer(ends), buffer(content))
        return self._arrow.DictionaryArray.from_arrays(self._numbers(places), texts, safe=False)

    def _numbers(self, column: Integers) -> pyarrow.Array:
        of_type = self._arrow.int64() if column.dtype == np.int64 else self._arrow.int32()
        return self._arrow.Array.from_buffers(of_type, len(column), [None, self._arrow.py_buffer(column)])


def _dictionary(cells: Integers) -> tuple[Integers, Integers]:
    """The distinct ones among numbers that are not negative, as they first occur, and the place of each among them."""
    if (cells == cells[0]).all():
        return cells[:1], np.zeros(len(cells), np.int32)
    size = int(cells.max()) + 1
    distinct = as_they_occur(cells, size)
    rank = np.empty(size, np.int32)
    rank[distinct] = np.arange(len(distinct), dtype=np.int32)
    return distinct, rank.take(cells)


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
