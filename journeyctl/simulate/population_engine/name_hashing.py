"""Hashes of many names at once in compiled code: a third of the time that calls for each name take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.lead_spelling import SCRATCH, hash_of

if TYPE_CHECKING:
    from numpy import int64, uint8, uint64
    from numpy.typing import NDArray


def plain_hashes(content: bytes, count: int) -> NDArray[uint64]:
    """`draws.name_hash` of each of so many names with zero bytes between them. Satisfies `draws.NameHashes`."""
    given = np.frombuffer(content, np.uint8)
    ends = np.append(np.flatnonzero(given == 0), len(given))
    found = np.empty(count, np.uint64)
    hash_all(given, ends, np.empty(int(np.diff(ends, prepend=0).max()), np.uint8), np.zeros(SCRATCH, np.uint64), found)
    return found


@compiled
def hash_all(
    content: NDArray[uint8], ends: NDArray[int64], text: NDArray[uint8], scratch: NDArray[uint64],
    found: NDArray[uint64],
) -> None:  # fmt: skip
    """Hashes each name, which ends where `ends` says; `text` has room for any of them. An empty one stands for 0."""
    first = 0
    for name in range(found.shape[0]):
        length = ends[name] - first
        for place in range(length):
            text[place] = content[first + place]
        found[name] = hash_of(text, length, scratch) if length > 0 else np.uint64(0)
        first = ends[name] + 1
