"""Columns of an event record as chunks of a Parquet file, and back.

Names, and numbers that occur often, become places in an ascending dictionary: a file's bytes do not tell how a
record happened to number its names, nor how it holds its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results import parquet_pages as pages
from journeyctl.results.causes import cause_text
from journeyctl.results.parquet_file import Chunk, Encoding, Page, Type
from journeyctl.results.record import COLUMNS, KINDS, NUMBERS, TYPES, WIDE, EventRecord, Integers, record_of_codes
from journeyctl.results.row_codes import Coded, Codes, Column, Repeated, Stretch, as_they_occur
from journeyctl.results.row_order import differs

if TYPE_CHECKING:
    import pyarrow

_KEY: Final = 63
"""Bits of the largest number that has no sign."""
_TABLE: Final = 1 << 22
"""Numbers below it are told apart by a table of all of them, others by sorting."""


def schema_of(arrow: ModuleType) -> pyarrow.Schema:
    """Type of every column: numbers of 32 or 64 bits, everything else a dictionary of texts."""
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = {name: arrow.int64() if name in WIDE else arrow.int32() for name in NUMBERS}
    return arrow.schema([arrow.field(name, number.get(name, text), nullable=False) for name in COLUMNS])


def types() -> dict[str, Type]:
    """The same as a file has it."""
    number = {name: Type.INT64 if name in WIDE else Type.INT32 for name in NUMBERS}
    return {name: number.get(name, Type.BYTE_ARRAY) for name in COLUMNS}


class Chunks:
    """The columns of a record as chunks, one stretch of rows after the other."""

    def __init__(self, record: EventRecord) -> None:
        self._names, self._stretches = record.names, record.stretches()
        self._types = types()
        self._latest: tuple[Codes, Integers, Page] | None = None
        """From what the places in the latest column were looked up, and where."""

    def of(self, rows: slice) -> list[Chunk]:
        """Every column in some rows, at least one."""
        some = self._stretches.some(rows.start, rows.stop)
        return [self._chunk(name, some) for name in COLUMNS]

    def _chunk(self, name: str, some: Stretch) -> Chunk:
        kind = TYPES.get(name, np.int32)
        if name == "time":
            return _times(some.cells(name, np.int64).astype(np.int64, copy=False))
        if name in NUMBERS:
            return self._numbers(some.column(name, kind), len(some), self._types[name])
        if name == "cause":
            return self._causes(some)
        column = some.column(name, kind)
        numbers, ranks = _told_apart(_occurring(column))
        return self._named(column, self._spelled(name, numbers), ranks, len(some))

    def _numbers(self, column: Column, rows: int, of: Type) -> Chunk:
        numbers, ranks = _told_apart(_occurring(column))
        order = np.argsort(numbers)
        numbers, bits = numbers[order], 32 if of is Type.INT32 else 64
        least, most = (pages.numbers_page(numbers[[place]], bits) for place in (0, -1))
        if len(numbers) > 1 and len(numbers) * bits + rows * pages.width_of(len(numbers)) >= rows * bits:
            page = Page(pages.numbers_page(column.cells(), bits), rows, Encoding.PLAIN)
            return Chunk(page, None, least, most)
        dictionary = Page(pages.numbers_page(numbers, bits), len(numbers), Encoding.PLAIN)
        data = self._places(column, _inverse(order)[ranks], len(order), rows)
        return Chunk(data, dictionary, least, most, is_dense=len(numbers) == 2)

    def _named(self, column: Column, words: list[str], ranks: Integers, rows: int) -> Chunk:
        """`ranks` says which of the words each of the column's cells is that occur."""
        if sorted(words) != words:
            order = sorted(range(len(words)), key=words.__getitem__)
            words, ranks = [words[place] for place in order], _inverse(np.array(order))[ranks]
        dictionary = Page(pages.texts_page(words), len(words), Encoding.PLAIN)
        data = self._places(column, ranks, len(words), rows)
        # Single bits are compressed by a sixth, which is not worth the time.
        return Chunk(data, dictionary, words[0].encode(), words[-1].encode(), is_dense=len(words) == 2)

    def _places(self, column: Column, ranks: Integers, size: int, rows: int) -> Page:
        """`ranks` says which cell of a dictionary of `size` each of the column's cells is that occur."""
        if isinstance(column, Repeated):
            return Page(pages.places_page(pages.Runs(ranks, column.sizes), size), rows, Encoding.RLE_DICTIONARY)
        table = np.zeros(len(column.table), pages.type_of_places(size))
        table[column.codes.used] = ranks
        # Columns beside each other often follow from the same and differ in words only.
        if self._latest is not None:
            codes, made, page = self._latest
            if codes is column.codes and np.array_equal(made, table):
                return page
        page = Page(pages.places_page(table.take(column.codes.of_row), size), rows, Encoding.RLE_DICTIONARY)
        self._latest = column.codes, table, page
        return page

    def _causes(self, some: Stretch) -> Chunk:
        """A cause is a name and a second; each pair that occurs becomes one text."""
        filled = _filled(some.column("cause", np.int32))
        names, times = (some.at(name, filled, np.int64) for name in ("cause", "cause_time"))
        order = np.lexsort((times, names))
        is_new = differs(names[order]) | differs(times[order])
        pairs, numbers = order[is_new], np.empty(len(order), np.int64)
        numbers[order] = np.cumsum(is_new)
        texts = map(cause_text, self._names.spelled(names[pairs]), times[pairs].tolist())
        words = ["", *texts]
        column = some.mostly(0, filled, numbers)
        found, ranks = _told_apart(column.table)
        return self._named(column, [words[number] for number in found.tolist()], ranks, len(some))

    def _spelled(self, name: str, numbers: Integers) -> list[str]:
        return [KINDS[number].value for number in numbers] if name == "kind" else self._names.spelled(numbers)


def _times(cells: NDArray[np.int64]) -> Chunk:
    least, most = (pages.numbers_page(np.array([cell]), 64) for cell in (cells.min(), cells.max()))
    page = Page(pages.differences_page(cells), len(cells), Encoding.DELTA_BINARY_PACKED)
    # Of rows in the order of time most differences are far below the largest. Those of others would be halved, which
    # takes as long as making all pages.
    return Chunk(page, None, least, most, is_dense=bool((cells[1:] < cells[:-1]).any()))


def _occurring(column: Column) -> Integers:
    """Cells among which all are that occur."""
    return column.table if isinstance(column, Repeated) else column.table.take(column.codes.used)


def _filled(column: Column) -> NDArray[np.int64]:
    """The rows with anything but 0."""
    mask: Column = (
        Repeated(column.table != 0, column.sizes) if isinstance(column, Repeated)
        else Coded(column.codes, column.table != 0)
    )  # fmt: skip
    return np.flatnonzero(mask.cells())


def _told_apart(cells: Integers) -> tuple[Integers, Integers]:
    """The distinct ones, and which of them each is."""
    if cells.min() >= 0 and (size := int(cells.max()) + 1) <= _TABLE:
        numbers = as_they_occur(cells, size)
        rank = np.empty(size, np.int64)
        rank[numbers] = np.arange(len(numbers))
        return numbers, rank.take(cells)
    # Most of them are 0 where a column has so large numbers at all.
    some = np.flatnonzero(cells)
    order = some[_ascending(cells[some])]
    if len(some) < len(cells):
        order = np.insert(order, 0, np.argmin(cells != 0))
    is_new = differs(cells[order])
    ranks = np.zeros(len(cells), np.int64)
    ranks[order] = np.cumsum(is_new) - 1
    return cells[order[is_new]], ranks


def _ascending(cells: Integers) -> NDArray[np.int64]:
    """Places by their cells."""
    least, bits = int(cells.min()), len(cells).bit_length()
    if (int(cells.max()) - least).bit_length() + bits > _KEY:
        return np.argsort(cells)
    # Sorting is many times as fast as finding an order, so each cell takes its place along.
    keys = (cells.astype(np.int64, copy=False) - least) << bits
    keys |= np.arange(len(cells))
    keys.sort()
    keys &= (1 << bits) - 1
    return keys


def _inverse(order: Integers) -> Integers:
    found = np.empty(len(order), np.int64)
    found[order] = np.arange(len(order))
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
