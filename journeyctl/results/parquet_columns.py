"""Columns of an event record as Arrow arrays, and back.

Names become places in a dictionary that is numbered by first occurrence, so that a file's bytes do not tell
how a record happened to number its names.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.results.record import COLUMNS, KINDS, NUMBERS, WIDE, EventRecord, Integers, record_of_codes

if TYPE_CHECKING:
    import pyarrow

_FIRST_ROWS: Final = 1 << 14
"""Rows that show what a column is like: how often its name changes, and which names most groups have."""


def schema_of(arrow: ModuleType) -> pyarrow.Schema:
    """Type of every column: numbers of 32 or 64 bits, everything else a dictionary of texts."""
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = {name: arrow.int64() if name in WIDE else arrow.int32() for name in NUMBERS}
    return arrow.schema([arrow.field(name, number.get(name, text), nullable=False) for name in COLUMNS])


class Arrays:
    """The columns of a record as arrays, one stretch of rows after the other."""

    def __init__(self, arrow: ModuleType, record: EventRecord) -> None:
        """`arrow` is the package pyarrow, which is loaded only where it is needed."""
        self._arrow, self._record = arrow, record
        self._places: dict[str, _Places] = {}

    def of(self, name: str, part: slice) -> pyarrow.Array:
        """The cells of a column in some rows."""
        column = self._record.column(name)[part]
        if name in NUMBERS:
            return _numbers(self._arrow, column, wide=name in WIDE)
        if name == "kind":
            return self._named(column, [kind.value for kind in KINDS])
        if self._record.is_blank(name):
            return self._named(column, [""])
        if name == "cause":
            return self._causes(column, part)
        return self._names(name, column)

    def _names(self, name: str, column: Integers) -> pyarrow.Array:
        first = column[:_FIRST_ROWS]
        # Names that stay for many rows, such as the contact in file order, are looked up once per run.
        if np.count_nonzero(first[1:] != first[:-1]) * 8 < len(first):
            starts = _starts_of_runs(column)
            found = _numbers(self._arrow, column[starts]).dictionary_encode()
            codes = np.repeat(_plain(found.indices), np.diff(starts, append=len(column)))
            return self._named(codes, self._spelled(_plain(found.dictionary)))
        places = self._places.get(name)
        if places is None or len(places.used) > _Places.MOST:
            places = self._places[name] = _Places(self._arrow, len(self._record.names))
        codes = places.of(column)
        return self._named(codes, self._spelled(places.used))

    def _causes(self, name: Integers, part: slice) -> pyarrow.Array:
        """A cause is a name and a second; each pair that occurs becomes one text."""
        time = self._record.column("cause_time")[part]
        starts = np.union1d(_starts_of_runs(name), _starts_of_runs(time))
        order = np.lexsort((time[starts], name[starts]))
        by_pair = starts[order]
        new = np.ones(len(order), np.bool_)
        new[1:] = (name[by_pair][1:] != name[by_pair][:-1]) | (time[by_pair][1:] != time[by_pair][:-1])
        pairs = np.empty(len(order), np.int32)
        pairs[order] = np.cumsum(new, dtype=np.int32) - 1
        found = _numbers(self._arrow, pairs).dictionary_encode()
        codes = np.repeat(_plain(found.indices), np.diff(starts, append=len(name)))
        examples = by_pair[new][_plain(found.dictionary)] + part.start
        return self._named(codes, self._record.texts("cause", examples))

    def _spelled(self, numbers: Integers) -> list[str]:
        return self._record.names.spelled(numbers.tolist())

    def _named(self, codes: Integers, words: Sequence[str]) -> pyarrow.Array:
        return self._arrow.DictionaryArray.from_arrays(
            _numbers(self._arrow, codes), _texts(self._arrow, words), safe=False
        )


class _Places:
    """The names of one column in the order in which they first occur, growing from group to group."""

    MOST: Final = 1 << 12
    """Every group carries all of them; where there are more, the next group starts anew."""

    def __init__(self, arrow: ModuleType, names: int) -> None:
        self._arrow = arrow
        self._known = np.full(names, -1, np.int32)
        self.used: Integers = np.empty(0, np.int32)

    def of(self, column: Integers) -> Integers:
        """The column as places in `used`, which grows by what it does not hold yet."""
        self._learn(column[:_FIRST_ROWS])
        codes = self._looked_up(column)
        if codes.min() < 0:
            self._learn(column[codes < 0])
            codes = self._looked_up(column)
        return codes

    def _learn(self, column: Integers) -> None:
        found = _plain(_numbers(self._arrow, column).unique())
        new = found[self._known[found] < 0]
        self._known[new] = np.arange(len(self.used), len(self.used) + len(new), dtype=np.int32)
        self.used = np.concatenate([self.used, new])

    def _looked_up(self, column: Integers) -> Integers:
        from pyarrow import compute

        # Indexing with numpy takes three times as long, because it widens the numbers first.
        known, rows = _numbers(self._arrow, self._known), _numbers(self._arrow, column)
        return _plain(compute.take(known, rows, boundscheck=False))


def _starts_of_runs(column: Integers) -> Integers:
    return np.flatnonzero(np.concatenate(([True], column[1:] != column[:-1])))


# Arrays are made from their memory: `pyarrow.array` would load pandas where that is installed.


def _texts(arrow: ModuleType, words: Sequence[str]) -> pyarrow.Array:
    encoded = [word.encode() for word in words]
    ends = np.zeros(len(words) + 1, np.int32)
    np.cumsum([len(word) for word in encoded], out=ends[1:])
    return arrow.StringArray.from_buffers(len(words), arrow.py_buffer(ends), arrow.py_buffer(b"".join(encoded)))


def _numbers(arrow: ModuleType, column: Integers, *, wide: bool = False) -> pyarrow.Array:
    plain = np.ascontiguousarray(column, np.int64 if wide else np.int32)
    of_type = arrow.int64() if wide else arrow.int32()
    return arrow.Array.from_buffers(of_type, len(plain), [None, arrow.py_buffer(plain)])


def _plain(array: pyarrow.Array) -> Integers:
    """The 32-bit numbers of an array without empty cells, in the same memory."""
    found: Integers = np.frombuffer(array.buffers()[1], np.int32, count=len(array), offset=4 * array.offset)
    return found


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
