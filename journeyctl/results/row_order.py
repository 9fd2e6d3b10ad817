"""Orders of rows, as positions: by whole numbers, rows that agree staying as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_parts import Integers


def order_of(place: Integers, time: Integers) -> Integers:
    """Rows by `place`, then `time`, else as they are. Places are not negative."""
    same = ~differs(place)[1:]
    if (place[1:] >= place[:-1]).all() and (time[1:] >= time[:-1])[same].all():
        return np.arange(len(place))
    return _sorted(place, time_order(time))


def time_order(time: Integers) -> Integers:
    """Rows by time, else as they are."""
    return _sorted(time - time.min(), np.arange(len(time))) if len(time) else np.arange(0)


def _sorted(numbers: Integers, order: Integers) -> Integers:
    """The order by numbers that are not negative, else as it is."""
    # Sorting 16 bits at a time is one pass over the rows each, where sorting whole numbers is many.
    for shift in range(0, int(numbers.max(initial=0)).bit_length(), 16):
        digits = ((numbers >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
    return order


def differs(column: Integers) -> NDArray[np.bool_]:
    """Whether each row differs from the one before; the first one does."""
    return np.concatenate((np.ones(len(column[:1]), np.bool_), column[1:] != column[:-1]))
