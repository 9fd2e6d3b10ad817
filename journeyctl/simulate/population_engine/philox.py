"""Draws by address inside compiled code: bit for bit the numbers of `draws.Draws.bits`.

Names come as their hashes (`draws.name_hash`), the seed and the replication as the round keys of `keys_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.draws import Draws, round_keys
from journeyctl.fixed_point import CERTAIN
from journeyctl.simulate.population_engine.intrinsics import product
from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import NDArray

ROUNDS: Final = 10
_MULTIPLIER_0: Final = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1: Final = np.uint64(0xCA5A826395121157)
_DROPPED: Final = np.uint64(11)


def keys_of(draws: Draws) -> NDArray[uint64]:
    """The round keys of a seed and replication, two to a round, shape `(20,)`."""
    return np.array([word for pair in round_keys(*draws.key) for word in pair], dtype=np.uint64)


@compiled
def _mixed(
    word_0: uint64, word_1: uint64, word_2: uint64, word_3: uint64, key_0: uint64, key_1: uint64
) -> tuple[uint64, uint64, uint64, uint64]:
    """One round."""
    high_0, low_0 = product(_MULTIPLIER_0, word_0)
    high_1, low_1 = product(_MULTIPLIER_1, word_2)
    return high_1 ^ word_1 ^ key_0, low_1, high_0 ^ word_3 ^ key_1, low_0


@compiled
def bits(keys: NDArray[uint64], subject: uint64, purpose: uint64, place: uint64, occurrence: int) -> int:
    """The draw at this address: a whole number from 0 up to, not including, 2^53."""
    a, b, c, d = subject, purpose, place, np.uint64(occurrence)
    for number in range(ROUNDS):
        a, b, c, d = _mixed(a, b, c, d, keys[2 * number], keys[2 * number + 1])
    return np.int64(a >> _DROPPED)  # type: ignore[return-value]  # compiled code has one sort of whole number


@compiled
def comes_true(
    keys: NDArray[uint64], subject: uint64, purpose: uint64, place: uint64, occurrence: int, chance: int
) -> bool:
    """Whether the draw at this address is below a threshold in 2^-53; what is certain is not drawn."""
    if chance <= 0:
        return False
    return chance >= CERTAIN or bits(keys, subject, purpose, place, occurrence) < chance


@compiled
def bits_at(numbers: NDArray[int64], keys: int, subject: int, purpose: int, place: int) -> int:
    """The first draw at an address whose hashes, and the round keys from `keys` on, are held as signed numbers."""
    a, b, c, d = np.uint64(subject), np.uint64(purpose), np.uint64(place), np.uint64(0)
    for number in range(ROUNDS):
        a, b, c, d = _mixed(
            a, b, c, d, np.uint64(numbers[keys + 2 * number]), np.uint64(numbers[keys + 2 * number + 1])
        )
    return np.int64(a >> _DROPPED)  # type: ignore[return-value]  # compiled code has one sort of whole number
