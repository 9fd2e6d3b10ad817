"""What compiled code says to LLVM directly, where Python has no words for it. Without a compiler each is a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar, cast

import numba as _compiler
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy import uint64
from numpy.typing import NDArray

numba: Any = _compiler
_F = TypeVar("_F", bound=Callable[..., object])
_Array = TypeVar("_Array", bound=NDArray[Any])
Untyped: TypeAlias = Any
"""What Numba hands over; it says little about types."""
Build: TypeAlias = Callable[[Untyped, Untyped, Untyped, Untyped], Untyped]
_WORD: Final = ir.IntType(64)
_TWO_WORDS: Final = ir.IntType(128)


def _in_llvm(build: Callable[..., tuple[Untyped, Build]]) -> Callable[[_F], _F]:
    """Stands for a function in compiled code; `build` answers a signature and what makes its instructions."""

    def stand_in(function: _F) -> _F:
        return function if numba.config.DISABLE_JIT else cast(_F, intrinsic(build))

    return stand_in


def _build_high_word(typing: Untyped, a: Untyped, b: Untyped) -> tuple[Untyped, Build]:
    def instructions(context: Untyped, builder: Untyped, signature: Untyped, words: Untyped) -> Untyped:
        product = builder.mul(*(builder.zext(word, _TWO_WORDS) for word in words))
        return builder.trunc(builder.lshr(product, _TWO_WORDS(64)), _WORD)

    return types.uint64(types.uint64, types.uint64), instructions


@_in_llvm(_build_high_word)
def high_word(a: uint64, b: uint64) -> uint64:
    """The upper 64 bits of a product of 128: one instruction of the processor."""
    return np.uint64(int(a) * int(b) >> 64)


def _build_unmeasured(typing: Untyped, array: Untyped) -> tuple[Untyped, Build]:
    def instructions(context: Untyped, builder: Untyped, signature: Untyped, arrays: Untyped) -> Untyped:
        made = context.make_array(array)(context, builder, arrays[0])
        none = context.get_constant(types.intp, 0)
        lengths = cgutils.unpack_tuple(builder, made.shape, array.ndim)
        made.nitems, made.shape = none, cgutils.pack_array(builder, [none, *lengths[1:]])
        return made._getvalue()

    return array(array), instructions


@_in_llvm(_build_unmeasured)
def unmeasured(array: _Array) -> _Array:
    """The array without its length, so that no place in it can be meant to count from the end.

    LLVM then leaves out the question at each access. Nobody may ask for the length, or for a place below 0.
    """
    return array


def _build_of_columns(typing: Untyped, array: Untyped, columns: Untyped) -> tuple[Untyped, Build]:
    def instructions(context: Untyped, builder: Untyped, signature: Untyped, given: Untyped) -> Untyped:
        made = context.make_array(array)(context, builder, given[0])
        length, _ = cgutils.unpack_tuple(builder, made.shape, 2)
        made.shape = cgutils.pack_array(builder, [length, given[1]])
        return made._getvalue()

    return array(array, types.intp), instructions


@_in_llvm(_build_of_columns)
def of_columns(array: _Array, columns: int) -> _Array:
    """The array of two dimensions, which is known to have so many columns."""
    return array
