"""Many draws at once in compiled code: a tenth of the time that arrays take, and hardly any for a few."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Final

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import draw_blocks_with, hash_names_with
from journeyctl.simulate.population_engine.jit import IS_OFF, compiled
from journeyctl.simulate.population_engine.name_hashing import plain_hashes
from journeyctl.simulate.population_engine.philox import bits

Words = NDArray[uint64]
_AXES: Final = 3
"""More are hardly ever asked for."""


def use() -> None:
    """From now on this process makes blocks of draws, and the hashes of many names, by compiled code."""
    draw_blocks_with(block)
    # Python's own hash beats one that is written in Python.
    if not IS_OFF:
        hash_names_with(plain_hashes)


def block(counter: Sequence[Words], keys: Sequence[int]) -> NDArray[int64]:
    """The draws at these addresses, whose words broadcast against each other. Satisfies `draws.BlockDraws`."""
    axes = max(part.ndim for part in counter)
    if axes > _AXES:
        words = np.broadcast_arrays(*counter)
        return block([word.reshape(-1) for word in words], keys).reshape(words[0].shape)
    shapes = [(1,) * (_AXES - part.ndim) + part.shape for part in counter]
    lengths = tuple(max(lengths) if 0 not in lengths else 0 for lengths in zip(*shapes, strict=True))
    drawn = np.empty(lengths, np.int64)
    # Each word lies in a row of its own; along an axis on which it is always the same one does not move.
    steps = np.array([_steps(own, lengths) for own in shapes], np.int64)
    subjects, purposes, places, occurrences = (np.array(part).reshape(-1) for part in counter)
    fill(_held(tuple(keys)), subjects, purposes, places, occurrences, steps, drawn)
    return drawn.reshape(lengths[_AXES - axes :])


def _steps(own: tuple[int, ...], lengths: tuple[int, ...]) -> list[int]:
    """How far apart a word's cells lie along each axis. Raises `ValueError` where shapes do not fit."""
    if any(length not in (1, whole) for length, whole in zip(own, lengths, strict=True)):
        raise ValueError(f"addresses of the shapes {own} and {lengths}")
    return [0 if length == 1 else prod(own[axis + 1 :]) for axis, length in enumerate(own)]


@lru_cache(maxsize=64)
def _held(keys: tuple[int, ...]) -> Words:
    return np.array(keys, dtype=np.uint64)


@compiled
def fill(
    keys: Words, subjects: Words, purposes: Words, places: Words, occurrences: Words, steps: NDArray[int64],
    drawn: NDArray[int64],
) -> None:  # fmt: skip
    """Writes the draw of each address to its place; `steps` has a row for each word."""
    for i in range(drawn.shape[0]):
        for j in range(drawn.shape[1]):
            for k in range(drawn.shape[2]):
                subject = subjects[i * steps[0, 0] + j * steps[0, 1] + k * steps[0, 2]]
                purpose = purposes[i * steps[1, 0] + j * steps[1, 1] + k * steps[1, 2]]
                place = places[i * steps[2, 0] + j * steps[2, 1] + k * steps[2, 2]]
                occurrence = np.int64(occurrences[i * steps[3, 0] + j * steps[3, 1] + k * steps[3, 2]])
                drawn[i, j, k] = bits(keys, subject, purpose, place, occurrence)  # type: ignore[arg-type]  # compiled code has one sort of whole number
