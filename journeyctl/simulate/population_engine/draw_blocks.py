"""Many draws at once in compiled code: a tenth of the time that arrays take, and hardly any for a few."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits

Words = NDArray[uint64]


def block(counter: Sequence[Words], keys: Sequence[int]) -> NDArray[int64]:
    """The draws at these addresses. Satisfies `draws.BlockDraws`."""
    drawn = np.empty(counter[0].size, np.int64)
    # Copies, because compiled code cannot be told whether what is shared among many places may be written to.
    subjects, purposes, places, occurrences = map(np.array, counter)
    fill(_held(tuple(keys)), subjects, purposes, places, occurrences, drawn)
    return drawn


@lru_cache(maxsize=64)
def _held(keys: tuple[int, ...]) -> Words:
    return np.array(keys, dtype=np.uint64)


@compiled
def fill(
    keys: Words, subjects: Words, purposes: Words, places: Words, occurrences: Words, drawn: NDArray[int64]
) -> None:
    """Writes the draw of each address to its place."""
    for place in range(drawn.shape[0]):
        occurrence = np.int64(occurrences[place])
        drawn[place] = bits(keys, subjects[place], purposes[place], places[place], occurrence)  # type: ignore[arg-type]  # compiled code has one sort of whole number
