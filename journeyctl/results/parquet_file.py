"""A Parquet file of columns without empty cells: groups of rows, and behind them what the file says about itself.

Each column of a group is one page, and a page with its dictionary where it has one.
Source: Apache Parquet, parquet.thrift and README.md of parquet-format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Final

from journeyctl.results.thrift_record import YES, Value, binary, int16, int32, int64, listed, record

_MAGIC: Final = b"PAR1"
_FORMAT: Final = 2
_REQUIRED: Final = 0
_UTF8: Final = 0
_TEXT: Final = record((1, record()))
"""The logical type: the first of a union."""
_BY_TYPE: Final = record((1, record()))
"""The order that least and greatest values are stated in: as the column's type says."""
_DATA_PAGE: Final = 0
_DICTIONARY_PAGE: Final = 2
_NOT_COMPRESSED: Final = 0


class Type(IntEnum):
    """What the cells of a column are."""

    INT32 = 1
    INT64 = 2
    BYTE_ARRAY = 6
    """Texts."""


class Encoding(IntEnum):
    """How a page holds cells."""

    PLAIN = 0
    RLE = 3
    DELTA_BINARY_PACKED = 5
    RLE_DICTIONARY = 8


@dataclass(frozen=True, slots=True)
class Page:
    """Cells, or the dictionary of others."""

    content: bytes
    count: int
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Chunk:
    """A column in one group of rows."""

    data: Page
    dictionary: Page | None
    """Ascending."""
    least: bytes
    """The smallest cell, as a page of the encoding `PLAIN` has it, but texts without their length."""
    most: bytes
    is_dense: bool = False
    """Compressing would hardly make it smaller."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How pages are compressed."""

    number: int
    """In the format's enumeration."""
    compress: Callable[[bytes], bytes]


class ParquetFile:
    """A file that is being written."""

    def __init__(self, file: BinaryIO, columns: Mapping[str, Type], codec: Codec) -> None:
        self._file, self._columns, self._codec = file, columns, codec
        self._groups: list[Value] = []
        self._rows = self._place = 0
        self._latest: tuple[Page, bytes] | None = None
        """A page of places in a dictionary, and the same compressed."""
        self._put(_MAGIC)

    def write(self, chunks: Sequence[Chunk]) -> None:
        """Adds a group of rows, of which every column has a chunk."""
        begun, rows = self._place, chunks[0].data.count
        described, plain_sizes = [], 0
        for (name, kind), chunk in zip(self._columns.items(), chunks, strict=True):
            column, size = self._column(name, kind, chunk)
            described.append(column)
            plain_sizes += size
        self._groups.append(
            record(
                (1, listed(described)), (2, int64(plain_sizes)), (3, int64(rows)), (5, int64(begun)),
                (6, int64(self._place - begun)), (7, int16(len(self._groups)) if len(self._groups) < 1 << 15 else None),
            )
        )  # fmt: skip
        self._rows += rows

    def close(self, *, metadata: Mapping[str, str], created_by: str) -> None:
        """Adds what the file says about itself. Without this it is none."""
        said = [record((1, binary(key)), (2, binary(text))) for key, text in metadata.items()]
        root = record((3, int32(_REQUIRED)), (4, binary("schema")), (5, int32(len(self._columns))))
        about = record(
            (1, int32(_FORMAT)), (2, listed([root, *(_element(*column) for column in self._columns.items())])),
            (3, int64(self._rows)), (4, listed(self._groups)),
            (5, listed(said) if said else None), (6, binary(created_by)), (7, listed([_BY_TYPE] * len(self._columns))),
        )  # fmt: skip
        self._put(about.content + len(about.content).to_bytes(4, "little") + _MAGIC)

    def _column(self, name: str, kind: Type, chunk: Chunk) -> tuple[Value, int]:
        """Writes a column of a group; how it is described, and its size before it was compressed."""
        pages = [chunk.data] if chunk.dictionary is None else [chunk.dictionary, chunk.data]
        contents = [page.content for page in pages]
        packed = contents if chunk.is_dense else list(map(self._compressed, pages))
        is_packed = sum(map(len, packed)) < sum(map(len, contents))
        begun, places, plain_size = self._place, [], 0
        for page, content in zip(pages, packed if is_packed else contents, strict=True):
            places.append(self._place)
            header = _header(page, len(content), is_dictionary=page is chunk.dictionary)
            self._put(header + content)
            plain_size += len(header) + len(page.content)
        encodings = listed([int32(encoding) for encoding in sorted({page.encoding for page in pages} | {Encoding.RLE})])
        facts = record(
            (1, int32(kind)), (2, encodings), (3, listed([binary(name)])),
            (4, int32(self._codec.number if is_packed else _NOT_COMPRESSED)), (5, int64(chunk.data.count)),
            (6, int64(plain_size)), (7, int64(self._place - begun)), (9, int64(places[-1])),
            (11, None if chunk.dictionary is None else int64(begun)),
            (12, record((3, int64(0)), (5, binary(chunk.most)), (6, binary(chunk.least)))),
        )  # fmt: skip
        return record((2, int64(0)), (3, facts)), plain_size

    def _compressed(self, page: Page) -> bytes:
        # Columns beside each other often differ in their dictionaries only.
        if self._latest is not None and self._latest[0] is page:
            return self._latest[1]
        content = self._codec.compress(page.content)
        if page.encoding is Encoding.RLE_DICTIONARY:
            self._latest = page, content
        return content

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._place += len(content)


def _element(name: str, kind: Type) -> Value:
    is_text = kind is Type.BYTE_ARRAY
    return record(
        (1, int32(kind)), (3, int32(_REQUIRED)), (4, binary(name)),
        (6, int32(_UTF8) if is_text else None), (10, _TEXT if is_text else None),
    )  # fmt: skip


def _header(page: Page, size: int, *, is_dictionary: bool) -> bytes:
    count, encoding, levels = (1, int32(page.count)), (2, int32(page.encoding)), int32(Encoding.RLE)
    if is_dictionary:
        of_kind = (7, record(count, encoding, (3, YES)))
    else:
        of_kind = (5, record(count, encoding, (3, levels), (4, levels)))
    kind = int32(_DICTIONARY_PAGE if is_dictionary else _DATA_PAGE)
    return record((1, kind), (2, int32(len(page.content))), (3, int32(size)), of_kind).content
