"""Records as Thrift's compact protocol writes them: the form in which a Parquet file describes itself.

Only what such a description needs, and only writing; a field is its number and a value, absent fields are left out.
Source: Apache Thrift, thrift-compact-protocol.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TRUE: Final = 1
_INT16: Final = 4
_INT32: Final = 5
_INT64: Final = 6
_BINARY: Final = 8
_LIST: Final = 9
_RECORD: Final = 12
_LONG: Final = 15
"""Lists, and steps between field numbers, from this on are written in another way."""
_STOP: Final = b"\0"


@dataclass(frozen=True, slots=True)
class Value:
    """Something written already, and the number of its type."""

    type: int
    content: bytes


YES: Final = Value(_TRUE, b"")
"""A field that is true has no content beside its type."""


def varint(number: int) -> bytes:
    """A number that is not negative, seven bits a byte, the last ones first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def zigzag(number: int) -> bytes:
    """A number of 64 bits with its sign as the last bit, so that small ones are short."""
    return varint(number << 1 ^ number >> 63)


def int16(number: int) -> Value:
    """A number of 16 bits."""
    return Value(_INT16, zigzag(number))


def int32(number: int) -> Value:
    """A number of 32 bits; constants of enumerations are such, too."""
    return Value(_INT32, zigzag(number))


def int64(number: int) -> Value:
    """A number of 64 bits."""
    return Value(_INT64, zigzag(number))


def binary(content: bytes | str) -> Value:
    """Bytes, or a text in UTF-8."""
    found = content.encode() if isinstance(content, str) else content
    return Value(_BINARY, varint(len(found)) + found)


def listed(values: Sequence[Value]) -> Value:
    """Values of one type; without any, records."""
    kind, count = values[0].type if values else _RECORD, len(values)
    head = bytes((count << 4 | kind,)) if count < _LONG else bytes((_LONG << 4 | kind,)) + varint(count)
    return Value(_LIST, head + b"".join(value.content for value in values))


def record(*fields: tuple[int, Value | None]) -> Value:
    """Fields by ascending number."""
    found, last = [], 0
    for number, value in fields:
        if value is None:
            continue
        step = number - last
        short = 0 < step <= _LONG
        found.append(bytes((step << 4 | value.type,)) if short else bytes((value.type,)) + zigzag(number))
        found.append(value.content)
        last = number
    return Value(_RECORD, b"".join(found) + _STOP)
