"""Parquet files as bytes: pages of columns one behind the other, and at the end what and where they are.

The description is written in Thrift's compact protocol, of which these few records need integers, texts, lists
and records. Numbers of fields are those of the format.
Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Final, TypeAlias

MAGIC: Final = b"PAR1"


class Physical(IntEnum):
    """How cells lie in pages."""

    INT32 = 1
    INT64 = 2
    BYTE_ARRAY = 6


class Encoding(IntEnum):
    """What pages are made of."""

    PLAIN = 0
    RLE = 3
    DELTA_BINARY_PACKED = 5
    RLE_DICTIONARY = 8


class Codec(IntEnum):
    """How pages are compressed."""

    NONE = 0
    SNAPPY = 1
    ZSTD = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column without empty cells."""

    name: str
    physical: Physical

    @property
    def is_text(self) -> bool:
        """Cells are texts in UTF-8."""
        return self.physical is Physical.BYTE_ARRAY


@dataclass(frozen=True, slots=True)
class Chunk:
    """A column in one group of rows."""

    data: bytes
    """One data page."""
    encoding: Encoding
    dictionary: bytes | None = None
    """Its distinct cells, plainly written."""
    distinct: int = 0
    bounds: tuple[bytes, bytes] | None = None
    """The least and the greatest cell, plainly written, where the file shall state them."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A Thrift record: its fields by number, ascending; `None` is left out."""

    fields: Mapping[int, _Value | None]


_Value: TypeAlias = "bool | _Long | int | bytes | str | _Record | Sequence[_Value]"


@dataclass(frozen=True, slots=True)
class _Long:
    """A whole number of 64 bits; plain ones have 32."""

    number: int


class Writer:
    """Writes groups of rows to a file that begins with it."""

    def __init__(
        self, file: BinaryIO, columns: Sequence[Column], *, codec: Codec, compress: Callable[[bytes], bytes]
    ) -> None:
        """`compress` does what `codec` says."""
        self._file, self._columns, self._codec, self._compress = file, columns, codec, compress
        self._at = 0
        self._rows = 0
        self._groups: list[_Record] = []
        self._put(MAGIC)

    def write(self, rows: int, chunks: Sequence[Chunk]) -> None:
        """One group of rows, a chunk for each column."""
        start = self._at
        described = [self._chunk(column, chunk, rows) for column, chunk in zip(self._columns, chunks, strict=True)]
        size = sum(found for _, found in described)
        self._groups.append(
            _Record({
                1: [record for record, _ in described], 2: _Long(size), 3: _Long(rows),
                5: _Long(start), 6: _Long(self._at - start),
            })
        )  # fmt: skip
        self._rows += rows

    def close(self, metadata: Mapping[str, str], *, made_by: str) -> None:
        """Writes what the file is; nothing may follow."""
        leaves = [
            _Record({1: int(column.physical), 3: _REQUIRED, 4: column.name, **(_TEXT if column.is_text else {})})
            for column in self._columns
        ]
        said = [_Record({1: key, 2: value}) for key, value in metadata.items()]
        footer = _written(
            _Record({
                1: 2, 2: [_Record({4: "schema", 5: len(leaves)}), *leaves], 3: _Long(self._rows), 4: self._groups,
                5: said, 6: made_by, 7: [_BY_TYPE] * len(leaves),
            })
        )  # fmt: skip
        self._put(footer + len(footer).to_bytes(4, "little") + MAGIC)

    def _chunk(self, column: Column, chunk: Chunk, rows: int) -> tuple[_Record, int]:
        """Writes a chunk; what the file says of it, and its bytes before compression."""
        start, plain = self._at, 0
        if chunk.dictionary is not None:
            header = _Record({1: chunk.distinct, 2: int(Encoding.PLAIN)})
            plain += self._page(_DICTIONARY_PAGE, 7, header, chunk.dictionary)
        first = self._at
        header = _Record({1: rows, 2: int(chunk.encoding), 3: int(Encoding.RLE), 4: int(Encoding.RLE)})
        plain += self._page(_DATA_PAGE, 5, header, chunk.data)
        encodings = [int(chunk.encoding), int(Encoding.RLE)]
        bounds = None if chunk.bounds is None else _Record({3: _Long(0), 5: chunk.bounds[1], 6: chunk.bounds[0]})
        about = _Record({
            1: int(column.physical), 2: encodings if chunk.dictionary is None else [*encodings, int(Encoding.PLAIN)],
            3: [column.name], 4: int(self._codec), 5: _Long(rows), 6: _Long(plain), 7: _Long(self._at - start),
            9: _Long(first), 11: None if chunk.dictionary is None else _Long(start), 12: bounds,
        })  # fmt: skip
        return _Record({2: _Long(0), 3: about}), plain

    def _page(self, kind: int, field: int, header: _Record, page: bytes) -> int:
        packed = self._compress(page)
        written = _written(_Record({1: kind, 2: len(page), 3: len(packed), field: header}))
        self._put(written)
        self._put(packed)
        return len(written) + len(page)

    def _put(self, some: bytes) -> None:
        self._file.write(some)
        self._at += len(some)


_REQUIRED: Final = 0
_BY_TYPE: Final = _Record({1: _Record({})})
"""Least and greatest cells are those of the type's own order; readers ask for it before they trust them."""
_TEXT: Final[Mapping[int, _Value]] = {6: 0, 10: _Record({1: _Record({})})}
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_INT32, _INT64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


def _written(record: _Record) -> bytes:
    found, last = bytearray(), 0
    for number, value in record.fields.items():
        if value is None:
            continue
        # A field says how far its number lies behind that of the one before, at most 15, and of which kind it is.
        found.append((number - last) << 4 | _kind(value))
        found += _value(value)
        last = number
    return bytes(found) + b"\0"


def _kind(value: _Value) -> int:
    match value:
        case int():
            return _INT32
        case _Long():
            return _INT64
        case bytes() | str():
            return _BINARY
        case _Record():
            return _STRUCT
        case _:
            return _LIST


def _value(value: _Value) -> bytes:
    match value:
        case int(number) | _Long(number):
            return varint(number << 1 ^ number >> 63)
        case str():
            return _value(value.encode())
        case bytes():
            return varint(len(value)) + value
        case _Record():
            return _written(value)
        case _:
            kind = _kind(value[0]) if value else _STRUCT
            size = bytes((len(value) << 4 | kind,)) if len(value) < 15 else bytes((0xF0 | kind,)) + varint(len(value))
            return size + b"".join(map(_value, value))


def varint(number: int) -> bytes:
    """Seven bits in each byte, the lowest first; all but the last byte have the eighth bit set."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
