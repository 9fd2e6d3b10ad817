"""Names of leads as desks need them, in compiled code: their hashes, and words that sort as the names do.

A name is put together from pieces: a contact's name, the place at which the lead was made, and its number there. The
hash is `draws.name_hash`, BLAKE2b (RFC 7693) without a key and with 8 bytes of digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int64, uint8, uint64
    from numpy.typing import NDArray

    Integers = NDArray[int64]
    Bytes = NDArray[uint8]
    Words = NDArray[uint64]

(STEM, NUMBER, AGAIN, PLACE, COUNT, PIECES) = range(6)
"""Of each name: which text it begins with; the contact's number behind that (0: none); whether it is a second record;
which text the place is (-1: none); and the lead's number."""
LONGEST_REST: Final = 64
"""More bytes than a name has besides its two texts."""
(_MESSAGE, _CHAIN, SCRATCH) = (0, 16, 24)
_BLOCK: Final = 128
_WORD: Final = 8
_TILDE: Final = ord("~")
_SLASH: Final = ord("/")
_P: Final = ord("p")
_ZERO: Final = ord("0")
_SECOND_RECORD: Final = np.frombuffer(b"/again", np.uint8)
_START: Final = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    np.uint64,
)  # fmt: skip
_PARAMETERS: Final = np.uint64(0x01010000 ^ 8)
"""No key, one thread, 8 bytes of digest."""
_ORDER: Final = np.array(
    [
        (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
        (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
        (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
        (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
        (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
        (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
        (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
        (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
        (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
    ],
    np.int64,
)  # fmt: skip
_ROUNDS: Final = 12
_ALL: Final = np.uint64((1 << 64) - 1)
_TOP: Final = np.uint64(1 << 63)
_BYTE: Final = np.uint64(8)


@compiled
def spell(
    pool: Bytes, bounds: Integers, pieces: Integers, text: Bytes, scratch: Words, words: Integers, lengths: Integers,
    hashes: Words,
) -> int:  # fmt: skip
    """Writes the words of each name one behind the other, how many each has, and each one's hash; answers their sum.

    Text number n stands in `pool` from `bounds[n]` to `bounds[n + 1]`. `text` has room for one name and `scratch` for
    `SCRATCH` numbers. A word is eight bytes, the first one highest, turned so that signed numbers sort as bytes do.
    """
    reached = 0
    for name in range(pieces.shape[0]):
        length = _spelled(pool, bounds, pieces, name, text)
        hashes[name] = hash_of(text, length, scratch)
        count = (length + _WORD - 1) // _WORD
        for place in range(count):
            word = np.uint64(0)
            for byte in range(place * _WORD, place * _WORD + _WORD):
                word = (word << _BYTE) | (np.uint64(text[byte]) if byte < length else np.uint64(0))
            words[reached + place] = np.int64(word ^ _TOP)
        lengths[name] = count
        reached += count
    return reached


@compiled
def _spelled(pool: Bytes, bounds: Integers, pieces: Integers, name: int, text: Bytes) -> int:
    """Writes one name; answers its length."""
    at = _copied(pool, bounds[pieces[name, STEM]], bounds[pieces[name, STEM] + 1], text, 0)
    if pieces[name, NUMBER] > 0:
        text[at] = _SLASH
        text[at + 1] = _P
        at = _counted(pieces[name, NUMBER], text, at + 2)
    if pieces[name, AGAIN] == 1:
        at = _copied(_SECOND_RECORD, 0, _SECOND_RECORD.shape[0], text, at)
    if pieces[name, PLACE] >= 0:
        text[at] = _TILDE
        at = _copied(pool, bounds[pieces[name, PLACE]], bounds[pieces[name, PLACE] + 1], text, at + 1)
    text[at] = _TILDE
    return _counted(pieces[name, COUNT], text, at + 1)


@compiled
def _copied(pool: Bytes, first: int, after: int, text: Bytes, at: int) -> int:
    for place in range(first, after):
        text[at + place - first] = pool[place]
    return at + after - first


@compiled
def _counted(number: int, text: Bytes, at: int) -> int:
    digits, rest = 1, number // 10
    while rest > 0:
        digits += 1
        rest = rest // 10
    rest = number
    for place in range(at + digits - 1, at - 1, -1):
        text[place] = _ZERO + rest % 10
        rest = rest // 10
    return at + digits


@compiled
def hash_of(text: Bytes, length: int, s: Words) -> uint64:
    """The hash of so many bytes; `s` is scratch."""
    for word in range(len(_START)):
        s[_CHAIN + word] = _START[word]
    s[_CHAIN] ^= _PARAMETERS
    done = 0
    while length - done > _BLOCK:
        _compress(text, done, done + _BLOCK, s, False)
        done += _BLOCK
    _compress(text, done, length, s, True)
    return s[_CHAIN]


@compiled
def _compress(text: Bytes, first: int, after: int, s: Words, is_last: bool) -> None:
    """Mixes one block, filled up with zeros, into the chain."""
    for word in range(16):
        begins, found = first + _WORD * word, np.uint64(0)
        for byte in range(min(begins + _WORD, after) - 1, begins - 1, -1):
            found = (found << _BYTE) | np.uint64(text[byte])
        s[_MESSAGE + word] = found
    a0, a1, a2, a3 = s[_CHAIN], s[_CHAIN + 1], s[_CHAIN + 2], s[_CHAIN + 3]
    b0, b1, b2, b3 = s[_CHAIN + 4], s[_CHAIN + 5], s[_CHAIN + 6], s[_CHAIN + 7]
    c0, c1, c2, c3 = _START[0], _START[1], _START[2], _START[3]
    d0, d1, d2, d3 = _START[4] ^ np.uint64(after), _START[5], _START[6], _START[7]
    if is_last:
        d2 ^= _ALL
    # In variables rather than an array, so that they stay in registers.
    for number in range(_ROUNDS):
        row = number % len(_ORDER)
        a0, b0, c0, d0 = _mixed(a0, b0, c0, d0, s[_ORDER[row, 0]], s[_ORDER[row, 1]])
        a1, b1, c1, d1 = _mixed(a1, b1, c1, d1, s[_ORDER[row, 2]], s[_ORDER[row, 3]])
        a2, b2, c2, d2 = _mixed(a2, b2, c2, d2, s[_ORDER[row, 4]], s[_ORDER[row, 5]])
        a3, b3, c3, d3 = _mixed(a3, b3, c3, d3, s[_ORDER[row, 6]], s[_ORDER[row, 7]])
        a0, b1, c2, d3 = _mixed(a0, b1, c2, d3, s[_ORDER[row, 8]], s[_ORDER[row, 9]])
        a1, b2, c3, d0 = _mixed(a1, b2, c3, d0, s[_ORDER[row, 10]], s[_ORDER[row, 11]])
        a2, b3, c0, d1 = _mixed(a2, b3, c0, d1, s[_ORDER[row, 12]], s[_ORDER[row, 13]])
        a3, b0, c1, d2 = _mixed(a3, b0, c1, d2, s[_ORDER[row, 14]], s[_ORDER[row, 15]])
    s[_CHAIN] ^= a0 ^ c0
    s[_CHAIN + 1] ^= a1 ^ c1
    s[_CHAIN + 2] ^= a2 ^ c2
    s[_CHAIN + 3] ^= a3 ^ c3
    s[_CHAIN + 4] ^= b0 ^ d0
    s[_CHAIN + 5] ^= b1 ^ d1
    s[_CHAIN + 6] ^= b2 ^ d2
    s[_CHAIN + 7] ^= b3 ^ d3


@compiled
def _mixed(
    a: uint64, b: uint64, c: uint64, d: uint64, x: uint64, y: uint64
) -> tuple[uint64, uint64, uint64, uint64]:  # fmt: skip
    a = a + b + x
    d = _turned(d ^ a, np.uint64(32))
    c = c + d
    b = _turned(b ^ c, np.uint64(24))
    a = a + b + y
    d = _turned(d ^ a, np.uint64(16))
    c = c + d
    return a, _turned(b ^ c, np.uint64(63)), c, d


@compiled
def _turned(word: uint64, bits: uint64) -> uint64:
    return (word >> bits) | (word << (np.uint64(64) - bits))
