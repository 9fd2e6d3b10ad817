"""Pages of Parquet files: distinct cells as a dictionary, rows as places in it, and seconds as differences.

Every number takes a whole part of a byte, or whole bytes, so that rows are packed by a few passes over arrays;
what that leaves to be saved, compression finds the faster for it.
Source: https://github.com/apache/parquet-format/blob/master/Encodings.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy import uint8
from numpy.typing import NDArray

from journeyctl.results.parquet_file import varint
from journeyctl.results.row_codes import Coded
from journeyctl.results.row_parts import Integers

_BLOCK: Final = 128
"""Differences that state their smallest one together."""
_MINIBLOCKS: Final = 4
_LEAST_BYTES: Final = 10
"""Of that smallest one, as of any number of 64 bits."""
_SIZE_BYTES: Final = 4
"""Of a text's size."""
_LENGTH_BYTES: Final = 4
"""Of a run's length, doubled: up to 2^27 rows."""


def dictionary(column: Coded) -> tuple[Integers, Integers]:
    """The distinct cells of a column in the order of their first row, and for each code the place among them."""
    used = column.codes.used
    distinct, inverse = _by_occurrence(column.table[used])
    places = np.zeros(column.codes.size, _narrow(len(distinct)))
    places[used] = inverse
    return distinct, places


def runs(column: Coded) -> tuple[Integers, Integers, Integers]:
    """The distinct cells as `dictionary` gives them; and of each run of equal cells the place and the length."""
    starts = column.codes.starts
    cells = column.table[column.codes.of_row[starts]]
    new = np.concatenate(([True], cells[1:] != cells[:-1]))
    distinct, inverse = _by_occurrence(cells[new])
    return distinct, inverse, np.diff(starts[new], append=len(column.codes.of_row))


def packed_places(places: Integers, codes: Integers, distinct: int) -> bytes:
    """A data page of rows whose cell has the place that stands at their code; one run where there is one place."""
    if distinct == 1:
        return run_places(np.zeros(1, np.int64), np.array([len(codes)]), 1)
    rows = places.take(codes)
    groups = -(-len(rows) // 8)
    rows = np.concatenate((rows, np.zeros(groups * 8 - len(rows), rows.dtype)))
    width = bits = 8 * rows.itemsize if distinct > 16 else 4 if distinct > 4 else 2 if distinct > 2 else 1
    while bits < 8:
        # Two neighbours share what one of them took; the earlier one lies in the lower bits.
        rows = rows[0::2] | (rows[1::2] << bits)
        bits *= 2
    return bytes((width,)) + varint(groups << 1 | 1) + rows.astype(rows.dtype.newbyteorder("<")).tobytes()


def run_places(places: Integers, lengths: Integers, distinct: int) -> bytes:
    """A data page of rows that come in runs: the place of each run's cell, and how many rows it has."""
    form = np.dtype(_narrow(distinct))
    page = np.empty((len(places), _LENGTH_BYTES + form.itemsize), np.uint8)
    page[:, :_LENGTH_BYTES] = _varints(lengths << 1, _LENGTH_BYTES)
    page[:, _LENGTH_BYTES:] = places.astype(form.newbyteorder("<"))[:, None].view(np.uint8)
    return bytes((8 * form.itemsize,)) + page.tobytes()


def differences(numbers: Integers) -> bytes:
    """A data page of whole numbers as differences to the row before, above the smallest of their block."""
    steps = np.diff(numbers)
    blocks = -(-len(steps) // _BLOCK)
    rest = np.zeros((blocks, _BLOCK), np.int64)
    rest.reshape(-1)[: len(steps)] = steps
    if len(steps) % _BLOCK:
        # What fills the last block up is no row and may be any number, such as the block's last difference.
        rest.reshape(-1)[len(steps) :] = steps[-1]
    least = rest.min(axis=1)
    rest -= least[:, None]
    # Where a difference does not fit 64 bits, it comes round in both directions.
    size = max(1, -(-int(rest.view(np.uint64).max(initial=0)).bit_length() // 8))
    page = np.empty((blocks, _LEAST_BYTES + _MINIBLOCKS + _BLOCK * size), np.uint8)
    page[:, :_LEAST_BYTES] = _varints((least << 1) ^ (least >> 63), _LEAST_BYTES)
    page[:, _LEAST_BYTES : _LEAST_BYTES + _MINIBLOCKS] = 8 * size
    low = rest.astype("<i8").view(np.uint8).reshape(blocks, _BLOCK, 8)[:, :, :size]
    page[:, _LEAST_BYTES + _MINIBLOCKS :] = low.reshape(blocks, _BLOCK * size)
    first = int(numbers[0])
    head = (_BLOCK, _MINIBLOCKS, len(numbers), first << 1 ^ first >> 63)
    return b"".join(map(varint, head)) + page.tobytes()


def plain_texts(words: Sequence[str]) -> bytes:
    """A dictionary page of texts: each behind the number of its bytes."""
    joined = "".join(words)
    text = joined.encode()
    # Nearly always every character is one byte; asking each text for its bytes takes four times as long.
    lengths = np.fromiter(map(len, words if len(text) == len(joined) else map(str.encode, words)), np.int64, len(words))
    page = np.empty(len(text) + _SIZE_BYTES * len(words), np.uint8)
    is_text = np.ones(len(page), np.bool_)
    heads = np.cumsum(lengths) - lengths + _SIZE_BYTES * np.arange(len(words))
    sizes = lengths.astype("<u4").view(np.uint8).reshape(-1, _SIZE_BYTES)
    for place in range(_SIZE_BYTES):
        is_text[heads + place] = False
        page[heads + place] = sizes[:, place]
    page[is_text] = np.frombuffer(text, np.uint8)
    return page.tobytes()


def _by_occurrence(cells: Integers) -> tuple[Integers, Integers]:
    """The distinct cells in the order in which they first occur, and the place of each cell among them."""
    distinct, first, inverse = np.unique(cells, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return distinct[order], rank[inverse]


def _narrow(count: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.uint32


def _varints(numbers: Integers, size: int) -> NDArray[uint8]:
    """Every number in as many bytes, shape `(numbers, size)`; those that are not needed hold zeros."""
    shifts = 7 * np.arange(size, dtype=np.uint64)
    found = ((numbers.astype(np.int64).view(np.uint64)[:, None] >> shifts) & np.uint64(0x7F)).astype(np.uint8)
    found[:, :-1] |= 0x80
    return found
