"""Pages of a Parquet file: whole numbers and texts as bytes, in those encodings that take least to make.

Widths are such that numbers fill whole bytes, alone or together, so that arrays become pages by a few passes over
them; compressing makes up for the bits that this leaves unused. Everything is the same on every machine.
Source: Apache Parquet, Encodings.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_order import differs
from journeyctl.results.row_parts import Integers
from journeyctl.results.thrift_record import varint, zigzag

Bytes = NDArray[np.uint8]

_WIDTHS: Final = (1, 2, 4, 8, 16, 32)
_GROUP: Final = 8
"""Packed numbers come so many at a time."""
_GAIN: Final = 4
_LENGTH: Final = 4
"""Bytes in front of a text, which say how long it is."""
_BLOCK: Final = 128
_MINIBLOCKS: Final = 4
_MINIBLOCK: Final = _BLOCK // _MINIBLOCKS


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Places in a dictionary of which each stands in so many rows, one behind the other."""

    places: Integers
    sizes: Integers


Places = Integers | Runs
"""For each row the place in a dictionary."""


def width_of(size: int) -> int:
    """The bits of a place in a dictionary of this size."""
    return next(width for width in _WIDTHS if size <= 1 << width)


def type_of_places(size: int) -> type[np.unsignedinteger]:
    """What places in a dictionary of this size are made of."""
    return np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else np.uint32


def places_page(places: Places, size: int) -> bytes:
    """Places in a dictionary of `size` as runs where that is shorter, else packed; however they are given."""
    width = width_of(size)
    if isinstance(places, Runs):
        is_new = differs(places.places)
        sizes = np.add.reduceat(places.sizes, np.flatnonzero(is_new))
        runs, rows = Runs(places.places[is_new], sizes), int(sizes.sum())
        if not _is_short(len(sizes), rows, width):
            return bytes((width,)) + _packed(np.repeat(runs.places, sizes).astype(type_of_places(size)), width)
        return bytes((width,)) + _repeated(runs, width)
    is_new = places[1:] != places[:-1]
    if not _is_short(int(np.count_nonzero(is_new)) + 1, len(places), width):
        return bytes((width,)) + _packed(places.astype(type_of_places(size), copy=False), width)
    first = np.concatenate(([0], np.flatnonzero(is_new) + 1))
    return bytes((width,)) + _repeated(Runs(places[first], np.diff(first, append=len(places))), width)


def _is_short(runs: int, rows: int, width: int) -> bool:
    """Whether runs, most of which are short, take far fewer bytes than packed numbers, which compress better."""
    return _GAIN * runs * (1 + -(-width // 8)) < rows * width // 8


def _packed(numbers: Integers, width: int) -> bytes:
    """Numbers of 8 bits or fewer, or of whole bytes, as one packed run."""
    groups = -(-len(numbers) // _GROUP)
    if len(numbers) % _GROUP:
        numbers = np.concatenate((numbers, np.zeros(-len(numbers) % _GROUP, numbers.dtype)))
    return varint(groups << 1 | 1) + _joined(numbers, width).tobytes()


def _joined(numbers: Integers, width: int) -> Integers:
    if width == 1:
        return np.packbits(numbers, bitorder="little")
    while width < 8:
        # Two neighbours become one byte.
        pairs = numbers.view("<u2")
        numbers = (pairs | pairs >> np.uint16(8 - width)).astype(np.uint8)
        width *= 2
    return numbers.astype(f"<u{width // 8}", copy=False)


def _repeated(runs: Runs, width: int) -> bytes:
    """Each run as twice its size, seven bits a byte, and its place."""
    heads, bytes_each = (runs.sizes << 1).astype(np.uint32), -(-width // 8)
    longest = -(-int(heads.max()).bit_length() // 7)
    found = np.empty((len(heads), longest + bytes_each), np.uint8)
    for place in range(bytes_each):
        found[:, longest + place] = runs.places >> 8 * place & 0xFF
    if longest == 1:
        found[:, 0] = heads
        return found.tobytes()
    is_there = np.ones(found.shape, np.bool_)
    for place in range(longest):
        rest = heads >> np.uint32(7 * place)
        found[:, place] = np.where(rest > 0x7F, rest | 0x80, rest)
        is_there[:, place] = rest > 0
    return found[is_there].tobytes()


def differences_page(numbers: NDArray[np.int64]) -> bytes:
    """Numbers by how much each is above the one before, in as many bytes as the largest difference needs.

    All differences of a page are written above its smallest one, so that blocks are all alike.
    """
    head = varint(_BLOCK) + varint(_MINIBLOCKS) + varint(len(numbers)) + zigzag(int(numbers[0]))
    steps = np.diff(numbers)
    if not len(steps):
        return head
    least = int(steps.min())
    # Numbers far apart may differ by more than 64 bits hold; readers add up modulo 2^64 as well.
    above = (steps - np.int64(least)).view(np.uint64)
    bytes_each = -(-int(above.max()).bit_length() // 8)
    miniblocks = -(-len(above) // _MINIBLOCK)
    blocks, left = -(-miniblocks // _MINIBLOCKS), -miniblocks % _MINIBLOCKS
    front = zigzag(least) + bytes((8 * bytes_each,)) * _MINIBLOCKS
    found = np.zeros((blocks, len(front) + _BLOCK * bytes_each), np.uint8)
    found[:, : len(front)] = np.frombuffer(front, np.uint8)
    whole = len(above) // _BLOCK
    cells = above.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
    for place in range(bytes_each):
        plane = cells[:, place]
        found[:whole, len(front) + place :: bytes_each] = plane[: whole * _BLOCK].reshape(whole, _BLOCK)
        rest = plane[whole * _BLOCK :]
        found[whole:, len(front) + place :: bytes_each][:, : len(rest)] = rest
    if left:
        # Miniblocks without numbers are of no width and not there.
        found[-1, len(front) - left : len(front)] = 0
    return head + found.tobytes()[: found.size - left * _MINIBLOCK * bytes_each]


def texts_page(words: Sequence[str]) -> bytes:
    """Texts, each behind its length in bytes."""
    blank = "\0" * _LENGTH
    content = bytearray((blank + blank.join(words)).encode())
    found = np.frombuffer(content, np.uint8)
    first = np.flatnonzero(found == 0)[::_LENGTH]
    if len(first) != len(words):
        # A text has blanks of its own.
        first = np.cumsum([0, *(len(word.encode()) + _LENGTH for word in words[:-1])])
    sizes = np.diff(first, append=len(found)) - _LENGTH
    for place in range(_LENGTH):
        found[first + place] = sizes >> 8 * place & 0xFF
    return bytes(content)


def numbers_page(numbers: Integers, bits: int) -> bytes:
    """Numbers of 32 or 64 bits as they are."""
    return numbers.astype(f"<i{bits // 8}", copy=False).tobytes()
