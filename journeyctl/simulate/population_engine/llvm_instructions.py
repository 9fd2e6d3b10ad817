"""The instructions behind `intrinsics`, by the same names: each answers a signature and what makes the code.

Loaded only to compile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed

Untyped: TypeAlias = Any
"""What Numba hands over; it says little about types."""
Build: TypeAlias = Callable[[Untyped, Untyped, Untyped, Untyped], Untyped]
_WORD: Final = ir.IntType(64)
_TWO_WORDS: Final = ir.IntType(128)


def product(typing: Untyped, a: Untyped, b: Untyped) -> tuple[Untyped, Build]:
    """Both halves of a product, which LLVM would else work out one by one."""
    both = types.UniTuple(types.uint64, 2)

    def instructions(context: Untyped, builder: Untyped, signature: Untyped, words: Untyped) -> Untyped:
        whole = builder.mul(*(builder.zext(word, _TWO_WORDS) for word in words))
        halves = (builder.trunc(half, _WORD) for half in (builder.lshr(whole, _TWO_WORDS(64)), whole))
        return context.make_tuple(builder, both, halves)

    return both(types.uint64, types.uint64), instructions


def unmeasured(typing: Untyped, array: Untyped) -> tuple[Untyped, Build]:
    """The array with no size and no length."""

    def instructions(context: Untyped, builder: Untyped, signature: Untyped, arrays: Untyped) -> Untyped:
        made = context.make_array(array)(context, builder, arrays[0])
        none = context.get_constant(types.intp, 0)
        lengths = cgutils.unpack_tuple(builder, made.shape, array.ndim)
        made.nitems, made.shape = none, cgutils.pack_array(builder, [none, *lengths[1:]])
        return impl_ret_borrowed(context, builder, signature.return_type, made._getvalue())

    return array(array), instructions


def in_words(typing: Untyped, array: Untyped) -> tuple[Untyped, Build]:
    """The array with cells of twice the size, and half as many of them."""
    words = array.copy(dtype=types.int64)

    def instructions(context: Untyped, builder: Untyped, signature: Untyped, given: Untyped) -> Untyped:
        narrow = context.make_array(array)(context, builder, given[0])
        made = context.make_array(words)(context, builder)
        none, two = context.get_constant(types.intp, 0), context.get_constant(types.intp, 2)
        columns = builder.sdiv(cgutils.unpack_tuple(builder, narrow.shape, 2)[1], two)
        size = context.get_constant(types.intp, 8)
        context.populate_array(
            made, data=builder.bitcast(narrow.data, made.data.type), shape=[none, columns],
            strides=[builder.mul(columns, size), size], itemsize=size, meminfo=None,
        )  # fmt: skip
        return impl_ret_borrowed(context, builder, signature.return_type, made._getvalue())

    return words(array), instructions


def of_columns(typing: Untyped, array: Untyped, columns: Untyped) -> tuple[Untyped, Build]:
    """The array with another width."""

    def instructions(context: Untyped, builder: Untyped, signature: Untyped, given: Untyped) -> Untyped:
        made = context.make_array(array)(context, builder, given[0])
        length, _ = cgutils.unpack_tuple(builder, made.shape, 2)
        made.shape = cgutils.pack_array(builder, [length, given[1]])
        return impl_ret_borrowed(context, builder, signature.return_type, made._getvalue())

    return array(array, types.intp), instructions
