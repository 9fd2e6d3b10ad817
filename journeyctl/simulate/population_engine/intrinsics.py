"""What compiled code says to LLVM directly, where Python has no words for it. Without a compiler each is a function."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import in_llvm

WORDS: Final = 8
"""So many words of 64 bits are taken together."""
_WORD: Final = (1 << 64) - 1
_Array = TypeVar("_Array", bound=NDArray[Any])


@in_llvm
def product(a: uint64, b: uint64) -> tuple[uint64, uint64]:
    """The upper and the lower 64 bits of a product of 128: one instruction of the processor."""
    whole = int(a) * int(b)
    return np.uint64(whole >> 64), np.uint64(whole & _WORD)


@in_llvm
def unmeasured(array: _Array) -> _Array:
    """The array without its length, so that no place in it can be meant to count from the end.

    LLVM then leaves out the question at each access. Nobody may ask for the length, or for a place below 0.
    """
    return array


@in_llvm
def in_words(array: NDArray[int32]) -> NDArray[int64]:
    """The array of two dimensions with every two of its columns as one; nobody may ask for its length."""
    return array.view(int64)


@in_llvm
def of_columns(array: _Array, columns: int) -> _Array:
    """The array of two dimensions, which is known to have so many columns."""
    return array


@in_llvm
def folded(words: NDArray[int64], row: int, counting: NDArray[int64], apart: NDArray[int64]) -> int:
    """Eight words of a row, of each the bits that are `counting`, moved so far `apart`, then all upon each other.

    Worked out side by side where the processor can.
    """
    found = 0
    for word in range(WORDS):
        found ^= (words[row, word] & counting[word]) << apart[word]
    return found


@in_llvm
def are_alike(
    words: NDArray[int64], row: int, counting: NDArray[int64], others: NDArray[int64], other: int
) -> bool:  # fmt: skip
    """Whether eight words of a row are those of another one, as far as their bits are `counting`; also side by side."""
    return not any((words[row, word] & counting[word]) != others[other, word] for word in range(WORDS))
