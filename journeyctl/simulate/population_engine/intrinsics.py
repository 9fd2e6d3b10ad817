"""What compiled code says to LLVM directly, where Python has no words for it. Without a compiler each is a function."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import in_llvm

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
