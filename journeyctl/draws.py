"""Random numbers by address: every draw is a pure function of what it is about.

A draw has an address (seed; replication where the purpose names one; subject, purpose, place,
occurrence) and no predecessor, so adding a contact, an item or a whole journey leaves the numbers
of all others alone. The function is Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random
Numbers: As Easy as 1, 2, 3", SC 2011); the scalar and the array form give the same numbers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import ArrayLike, NDArray

_MASK = (1 << 64) - 1
_MULTIPLIER_0 = 0xD2E7470EE14C6C93
_MULTIPLIER_1 = 0xCA5A826395121157
_WEYL_0 = 0x9E3779B97F4A7C15
_WEYL_1 = 0xBB67AE8584CAA73B
_ROUNDS = 10
_BLOCK = 16_384
"""Draws computed together in the array form: the working arrays stay in the processor's cache."""
_FEW = 32
"""Up to so many draws, plain whole numbers are faster than arrays; up to so many names are hashed one by one."""


class BlockDraws(Protocol):
    """Draws for many addresses: arrays of subjects, purposes, places and occurrences, and the 20 round keys."""

    def __call__(self, counter: Sequence[NDArray[uint64]], keys: Sequence[int]) -> NDArray[int64]:
        """The numbers of `Draws.bits`; the four arrays broadcast against each other, and it has their common shape."""
        ...


class NameHashes(Protocol):
    """Hashes of many plain names."""

    def __call__(self, content: bytes, count: int) -> NDArray[uint64]:
        """`name_hash` of each of so many ASCII names, none of which holds a zero byte; one stands between them."""
        ...


_block_words: BlockDraws | None = None
_plain_hashes: NameHashes | None = None


class DrawSource(Protocol):
    """Whatever answers draws by address: `Draws` itself, or a table of draws made ahead in front of it."""

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """A whole number from 0 up to, not including, 2^53."""
        ...

    def stable(self) -> DrawSource:
        """The draws that are the same in every replication."""
        ...


@lru_cache(maxsize=1 << 16)
def name_hash(name: str) -> int:
    """The 64-bit number that stands for a name in an address: BLAKE2b of its UTF-8 NFC form.

    Little endian. The empty name, which stands for "no place", is 0.
    """
    return int.from_bytes(_digest(name), "little")


def _digest(name: str) -> bytes:
    if not name:
        return bytes(8)
    text = name if name.isascii() else unicodedata.normalize("NFC", name)
    # A lone surrogate can reach us through an escape in a quoted YAML scalar; it must not crash a run.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def name_hashes(names: Iterable[str]) -> NDArray[uint64]:
    """The hashes of many names, shape `(names,)`, ready for `Draws.block`."""
    import numpy as np

    rest, found = iter(names), [np.zeros(0, np.uint64)]
    # Names may be made on demand, so no more of them are held than are hashed together.
    while some := list(islice(rest, _BLOCK)):
        found.append(_hashed(some))
    return np.concatenate(found)


def _hashed(names: Sequence[str]) -> NDArray[uint64]:
    import numpy as np

    if _plain_hashes is not None and len(names) > _FEW:
        content = "\0".join(names)
        if content.isascii() and content.count("\0") == len(names) - 1:
            return _plain_hashes(content.encode(), len(names))
    # Nearly all names are plain; not calling a function for them saves a third of the time.
    digests = [
        blake2b(name.encode(), digest_size=8).digest() if name and name.isascii() else _digest(name) for name in names
    ]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64, copy=False)


def round_keys(key_0: int, key_1: int) -> tuple[tuple[int, int], ...]:
    """The pair of keys of each Philox round: the key, raised by the two Weyl constants from round to round."""
    return tuple(((key_0 + number * _WEYL_0) & _MASK, (key_1 + number * _WEYL_1) & _MASK) for number in range(_ROUNDS))


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """One whole Philox4x64-10 block: four words of 64 bits, the published function in its plain form."""
    word_0, word_1, word_2, word_3 = counter
    for key_0, key_1 in round_keys(*key):
        low, high = _MULTIPLIER_0 * word_0, _MULTIPLIER_1 * word_2
        word_0, word_1, word_2, word_3 = (
            (high >> 64) ^ word_1 ^ key_0,
            high & _MASK,
            (low >> 64) ^ word_3 ^ key_1,
            low & _MASK,
        )
    return word_0, word_1, word_2, word_3


@dataclass(frozen=True, slots=True)
class Draws:
    """All random numbers of one seed and, where given, one replication."""

    seed: int
    """0 to 2^64 - 1."""
    replication: int | None = None
    """Counted from 0; `None` for what does not vary over replications: population, split, ramp, holdout."""
    _keys: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= _MASK:
            raise ValueError(f"seed {self.seed} is outside 0 to 2^64 - 1")
        if self.replication is not None and not 0 <= self.replication < _MASK:
            raise ValueError(f"replication {self.replication} is outside 0 to 2^64 - 2")
        flat = tuple(word for pair in round_keys(*self.key) for word in pair)
        object.__setattr__(self, "_keys", flat)

    @property
    def key(self) -> tuple[int, int]:
        """The Philox key: the seed, and the replication + 1 (0 where the address has none)."""
        return self.seed, 0 if self.replication is None else self.replication + 1

    def stable(self) -> Draws:
        """The same seed without a replication."""
        return self if self.replication is None else _stable(self.seed)

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """The draw at this address: a whole number from 0 up to, not including, 2^53.

        `occurrence` counts from 0, below 2^64. The number is the top 53 bits of the first output word.
        """
        # The rounds of `philox`, written out, with the words left away that the first output does not
        # need: the calls of a run are so many that a loop, at twice the time, would be felt.
        m0, m1, mask = _MULTIPLIER_0, _MULTIPLIER_1, _MASK
        a0, b0, a1, b1, a2, b2, a3, b3, a4, b4, a5, b5, a6, b6, a7, b7, _, b8, a9, _ = self._keys
        p, q = m0 * name_hash(subject), m1 * name_hash(place)
        w, y = q >> 64 ^ name_hash(purpose) ^ a0, p >> 64 ^ occurrence ^ b0
        x, z = q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, x, z = q >> 64 ^ x ^ a1, p >> 64 ^ z ^ b1, q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, x, z = q >> 64 ^ x ^ a2, p >> 64 ^ z ^ b2, q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, x, z = q >> 64 ^ x ^ a3, p >> 64 ^ z ^ b3, q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, x, z = q >> 64 ^ x ^ a4, p >> 64 ^ z ^ b4, q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, x, z = q >> 64 ^ x ^ a5, p >> 64 ^ z ^ b5, q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, x, z = q >> 64 ^ x ^ a6, p >> 64 ^ z ^ b6, q & mask, p & mask
        p, q = m0 * w, m1 * y
        w, y, z = q >> 64 ^ x ^ a7, p >> 64 ^ z ^ b7, p & mask
        return (m1 * ((m0 * w) >> 64 ^ z ^ b8) >> 64 ^ (m1 * y & mask) ^ a9) >> 11

    def block(
        self,
        subjects: ArrayLike,
        purposes: ArrayLike,
        *,
        places: ArrayLike = 0,
        occurrences: ArrayLike = 0,
    ) -> NDArray[int64]:
        """The same numbers as `bits`, for arrays of name hashes (`name_hash`) and occurrences.

        The four arguments broadcast against each other; the result has their common shape. One call
        costs about as much as fifty scalar draws, so it pays from there on.
        """
        import numpy as np

        parts = [np.asarray(part, dtype=np.uint64) for part in (subjects, purposes, places, occurrences)]
        if _block_words is not None:
            return _block_words(parts, self._keys)
        counter = np.broadcast_arrays(*parts)
        words = [part.reshape(-1) for part in counter]
        if words[0].size <= _FEW:
            few = [_in_full(word, self.key) for word in zip(*(part.tolist() for part in words), strict=True)]
            return np.array(few, dtype=np.int64).reshape(counter[0].shape)
        drawn = np.empty(words[0].size, dtype=np.int64)
        for start in range(0, drawn.size, _BLOCK):
            stop = start + _BLOCK
            first = _first_words([part[start:stop] for part in words], self._keys)
            drawn[start:stop] = (first >> np.uint64(11)).view(np.int64)
        return drawn.reshape(counter[0].shape)


@lru_cache(maxsize=8)
def _stable(seed: int) -> Draws:
    return Draws(seed)


def draw_blocks_with(function: BlockDraws | None) -> None:
    """From now on `Draws.block` asks this function, such as a compiled one, which must give the very same numbers.

    `None`: it works with arrays again.
    """
    global _block_words  # noqa: PLW0603  (one way to compute for the whole process: the numbers are the same)
    _block_words = function


def hash_names_with(function: NameHashes | None) -> None:
    """From now on `name_hashes` asks this function for many names, which must give the very same hashes.

    `None`: it works without again.
    """
    global _plain_hashes  # noqa: PLW0603  (one way to compute for the whole process: the hashes are the same)
    _plain_hashes = function


def _in_full(counter: tuple[int, int, int, int], key: tuple[int, int]) -> int:
    return philox(counter, key)[0] >> 11


def _first_words(counter: Sequence[NDArray[uint64]], keys: Sequence[int]) -> NDArray[uint64]:
    """The first output word of each block; every counter word has shape `(draws,)`."""
    import numpy as np

    word_0, word_1, word_2, word_3 = counter
    for number in range(_ROUNDS):
        key_0, key_1 = np.uint64(keys[2 * number]), np.uint64(keys[2 * number + 1])
        high_0, low_0 = _wide_product(word_0, _MULTIPLIER_0)
        high_1, low_1 = _wide_product(word_2, _MULTIPLIER_1)
        high_1 ^= word_1
        high_1 ^= key_0
        high_0 ^= word_3
        high_0 ^= key_1
        word_0, word_1, word_2, word_3 = high_1, low_1, high_0, low_0
    return word_0


def _wide_product(word: NDArray[uint64], multiplier: int) -> tuple[NDArray[uint64], NDArray[uint64]]:
    """High and low 64 bits of a 128-bit product, put together from halves of 32 bits."""
    import numpy as np

    half, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    factor_high, factor_low = np.uint64(multiplier >> 32), np.uint64(multiplier & 0xFFFFFFFF)
    word_high, word_low = word >> half, word & mask
    middle = word_low * factor_low
    middle >>= half
    middle += word_high * factor_low
    word_low *= factor_high
    word_low += middle & mask
    word_low >>= half
    word_high *= factor_high
    middle >>= half
    word_high += middle
    word_high += word_low
    return word_high, word * np.uint64(multiplier)
