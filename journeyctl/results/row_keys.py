"""One number per row for what several columns say together."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeyctl.results.record import NAMES, EventRecord, Integers

_ROOM: Final = 1 << 62
"""Keys stay below, so that no product overflows."""


def row_keys(record: EventRecord, rows: Integers, *columns: str) -> Integers:
    """Numbers, shape `(rows,)`, that are equal where all columns agree; without any further order or meaning."""
    keys, size = np.zeros(len(rows), np.int64), 1
    for name in columns:
        cells = record.column(name)[rows]
        if name in NAMES:
            cells = _ranks(cells, len(record.names))
        width = int(cells.max(initial=0)) + 1
        if size * width >= _ROOM:
            _, keys = np.unique(keys, return_inverse=True)
            size = int(keys.max(initial=0)) + 1
        keys, size = keys * width + cells, size * width
    return keys


def _ranks(cells: Integers, names: int) -> Integers:
    """The numbers of names, without the gaps of names that do not occur."""
    used = np.flatnonzero(np.bincount(cells, minlength=names))
    ranks = np.zeros(names, np.int64)
    ranks[used] = np.arange(len(used))
    found: Integers = ranks[cells]
    return found
