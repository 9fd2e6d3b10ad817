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

from journeyctl.simulate.population_engine.intrinsics import WORDS

Untyped: TypeAlias = Any
"""What Numba hands over; it says little about types."""
Build: TypeAlias = Callable[[Untyped, Untyped, Untyped, Untyped], Untyped]
_WORD: Final = ir.IntType(64)
_TWO_WORDS: Final = ir.IntType(128)
_VECTOR: Final = ir.VectorType(_WORD, WORDS)


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


def folded(typing: Untyped, words: Untyped, row: Untyped, counting: Untyped, apart: Untyped) -> tuple[Untyped, Build]:
    """All words of a row as one vector."""

    def instructions(context: Untyped, builder: Untyped, signature: Untyped, given: Untyped) -> Untyped:
        of_row = _vector(context, builder, words, given[0], given[1])
        kept = builder.and_(of_row, _vector(context, builder, counting, given[2]))
        moved = builder.shl(kept, _vector(context, builder, apart, given[3]))
        return _over_all(builder, "xor", moved)

    return types.int64(words, types.intp, counting, apart), instructions


def are_alike(
    typing: Untyped, words: Untyped, row: Untyped, counting: Untyped, others: Untyped, other: Untyped
) -> tuple[Untyped, Build]:
    """All words of two rows as two vectors."""

    def instructions(context: Untyped, builder: Untyped, signature: Untyped, given: Untyped) -> Untyped:
        of_row = _vector(context, builder, words, given[0], given[1])
        kept = builder.and_(of_row, _vector(context, builder, counting, given[2]))
        different = builder.xor(kept, _vector(context, builder, others, given[3], given[4]))
        return builder.icmp_unsigned("==", _over_all(builder, "or", different), _WORD(0))

    return types.boolean(words, types.intp, counting, others, types.intp), instructions


def _vector(context: Untyped, builder: Untyped, array: Untyped, given: Untyped, row: Untyped | None = None) -> Untyped:
    """The first words of an array, or of one of its rows."""
    found = context.make_array(array)(context, builder, given)
    place = found.data
    if row is not None:
        columns = cgutils.unpack_tuple(builder, found.shape, 2)[1]
        place = builder.gep(place, [builder.mul(row, columns)])
    loaded = builder.load(builder.bitcast(place, _VECTOR.as_pointer()))
    loaded.align = _WORD.width // 8
    return loaded


def _over_all(builder: Untyped, operation: str, vector: Untyped) -> Untyped:
    name = f"llvm.vector.reduce.{operation}.v{WORDS}i{_WORD.width}"
    reduce = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_WORD, [_VECTOR]), name)
    return builder.call(reduce, [vector])
