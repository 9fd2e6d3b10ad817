"""Columns of an event record as Parquet files hold them, and back.

Cells become places in a dictionary that is numbered by first occurrence, so that a file's bytes do not tell
how a record happened to number its names, nor how it holds its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.results.causes import cause_text
from journeyctl.results.parquet_file import Chunk, Encoding
from journeyctl.results.parquet_pages import dictionary, differences, packed_places, plain_texts, run_places, runs
from journeyctl.results.record import COLUMNS, KINDS, NUMBERS, TYPES, WIDE, EventRecord, Integers, record_of_codes
from journeyctl.results.row_codes import Coded, Codes, Stretch

if TYPE_CHECKING:
    import pyarrow

_IN_RUNS: Final = frozenset(("contact", "clinic", "hospital", "umbrella"))
"""Columns that stay the same for many rows where rows lie in the order of files."""
_STATED: Final = ("replication",)
"""Columns whose least and greatest value every group states; contacts are in order, so times cover the whole run."""


def schema_of(arrow: ModuleType) -> pyarrow.Schema:
    """Type of every column: numbers of 32 or 64 bits, everything else a dictionary of texts."""
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = {name: arrow.int64() if name in WIDE else arrow.int32() for name in NUMBERS}
    return arrow.schema([arrow.field(name, number.get(name, text), nullable=False) for name in COLUMNS])


class Chunks:
    """The columns of a record as a file holds them, one group of rows after the other."""

    def __init__(self, record: EventRecord) -> None:
        """Nothing is made yet."""
        self._names, self._stretches = record.names, record.stretches()

    def of(self, rows: slice) -> list[Chunk]:
        """Every column in some rows."""
        some = self._stretches.some(rows.start, rows.stop)
        return [self._chunk(name, some) for name in COLUMNS]

    def _chunk(self, name: str, some: Stretch) -> Chunk:
        if name == "time":
            return Chunk(differences(some.cells(name, np.int64)), Encoding.DELTA_BINARY_PACKED)
        if name == "cause":
            return self._causes(some)
        column = some.coded(name, TYPES.get(name, np.int32))
        if name in _IN_RUNS:
            distinct, places, lengths = runs(column)
            return self._texts(run_places(places, lengths, len(distinct)), self._spelled(distinct))
        distinct, places = dictionary(column)
        page = packed_places(places, column.codes.of_row, len(distinct))
        if name in NUMBERS:
            form = np.dtype("<i8" if name in WIDE else "<i4")
            bounds = (np.array(found, form).tobytes() for found in (distinct.min(), distinct.max()))
            return Chunk(
                page, Encoding.RLE_DICTIONARY, distinct.astype(form).tobytes(), len(distinct),
                (next(bounds), next(bounds)) if name in _STATED else None,
            )  # fmt: skip
        words = [KINDS[number].value for number in distinct] if name == "kind" else self._spelled(distinct)
        return self._texts(page, words)

    def _causes(self, some: Stretch) -> Chunk:
        """A cause is a name and a second; each pair that occurs becomes one text."""
        name, time = (some.coded(column, TYPES.get(column, np.int32)).cells() for column in ("cause", "cause_time"))
        rows = np.flatnonzero(name)
        pairs, inverse = np.unique(np.stack((name[rows], time[rows])), axis=1, return_inverse=True)
        of_row = np.zeros(len(name), np.intp)
        of_row[rows] = inverse.reshape(-1) + 1
        texts = map(cause_text, self._spelled(pairs[0]), pairs[1].tolist())
        words = np.array(["", *texts], dtype=object)
        column = Coded(Codes(of_row, len(words)), np.arange(len(words)))
        distinct, places = dictionary(column)
        page = packed_places(places, of_row, len(distinct))
        return self._texts(page, words[distinct].tolist())

    @staticmethod
    def _texts(page: bytes, words: Sequence[str]) -> Chunk:
        return Chunk(page, Encoding.RLE_DICTIONARY, plain_texts(words), len(words))

    def _spelled(self, numbers: Integers) -> list[str]:
        return self._names.spelled(numbers.tolist())


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
