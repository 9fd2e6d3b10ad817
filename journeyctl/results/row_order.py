"""Orders of rows, as positions: by whole numbers, rows that agree staying as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_parts import Integers

_LARGEST: Final = 1 << 62
"""Below it, place and time fit one whole number."""
_SHORT: Final = 32
"""Characters up to which texts are laid out one like the other."""


def file_order(
    place: Integers, time: Integers, at_desk: NDArray[np.bool_], lead: Callable[[Integers], Integers]
) -> Integers:
    """Rows by place, then time; of one place and second those of a desk behind all others, by `lead`, else as they are.

    Places are not negative; `lead` answers the rank of the lead of some rows, and is asked for those of a desk.
    """
    moment = _moments(place, time)
    # Stable sorting merges what ascends already, and the rows of one contact mostly lie so.
    order: Integers = np.argsort(moment, kind="stable")
    sorted_moment = moment[order]
    shared = np.unique(moment[at_desk])
    first = np.searchsorted(sorted_moment, shared, side="left")
    count = np.searchsorted(sorted_moment, shared, side="right") - first
    group = np.repeat(np.arange(len(shared)), count)
    rows = np.arange(len(group)) + np.repeat(first - np.cumsum(count) + count, count)
    some = order[rows]
    desk = at_desk[some]
    rank = np.zeros(len(some), np.int64)
    rank[desk] = lead(some[desk])
    order[rows] = some[np.lexsort((rank, desk, group))]
    return order


def _moments(place: Integers, time: Integers) -> Integers:
    """A number for each row by which rows sort as by place, then time; equal where both are."""
    span = int(time.max(initial=0)) - int(time.min(initial=0)) + 1
    if (int(place.max(initial=0)) + 1) * span + abs(int(time.min(initial=0))) < _LARGEST:
        moments = place * np.int64(span)
        moments += time
        return moments
    order = np.lexsort((time, place))
    moments = np.empty(len(order), np.int64)
    moments[order] = np.cumsum(differs(place[order]) | differs(time[order]))
    return moments


def text_order(texts: Sequence[str]) -> Integers:
    """Places of different texts by code points."""
    characters, longest = "".join(texts), max(map(len, texts), default=0)
    # Eight bytes at a time are sorted in a third of the time; zeros at the end of a text would be lost.
    if texts and longest <= _SHORT and characters.isascii() and "\0" not in characters:
        words = np.array(texts, f"S{max(8, -(-longest // 8) * 8)}").view(">u8").reshape(len(texts), -1)
        return np.lexsort(words.T[::-1].astype(np.uint64))
    return np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int64)


def time_order(time: Integers) -> Integers:
    """Rows by time, else as they are."""
    return order_by(time - time.min()) if len(time) else np.arange(0)


def order_by(numbers: Integers) -> NDArray[np.int64]:
    """Places by numbers that are not negative, else as they are."""
    order: NDArray[np.int64] = np.arange(len(numbers), dtype=np.int64)
    # Sorting 16 bits at a time is one pass over the rows each, where sorting whole numbers is many.
    for shift in range(0, int(numbers.max(initial=0)).bit_length(), 16):
        digits = ((numbers >> shift) & 0xFFFF).astype(np.uint16)
        order = order.take(np.argsort(digits.take(order), kind="stable"))
    return order


def differs(column: Integers) -> NDArray[np.bool_]:
    """Whether each row differs from the one before; the first one does."""
    return np.concatenate((np.ones(len(column[:1]), np.bool_), column[1:] != column[:-1]))
