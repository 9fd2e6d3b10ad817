"""Some rows of parts, moved to where they belong in time: whoever reads them often reads them as they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_order import time_order
from journeyctl.results.row_parts import (
    Codes,
    Held,
    Integers,
    Listed,
    Looked,
    Part,
    Plain,
    Sparse,
    joined_parts,
    plain_part,
    type_of,
)

_TOGETHER: Final = 1 << 18
"""Up to so many rows are put together in plain columns: they take more memory and are read much faster."""


def of_kinds(
    parts: Sequence[Part], kinds: Sequence[int], *, lying: Sequence[int] = (), by_time: bool
) -> tuple[tuple[Part, ...], Integers | None]:
    """The rows of these numbers of kinds and, `by_time`, their order through all of the parts.

    The rows of a part keep their order or, `by_time`, are put in the order of time; those of the kinds `lying` follow
    behind all others as they lie.
    """
    if not by_time:
        return _of(parts, (*kinds, *lying), by_time=False)
    others = tuple(part for part in _of(parts, lying, by_time=False)[0] if part.length)
    few, _ = _of(parts, kinds, by_time=False)
    if sum(part.length for part in few) <= _TOGETHER:
        return (_by_time(few), *others), None
    moved, order = _of(parts, kinds, by_time=True)
    assert order is not None, "rows that are put in the order of time have one"
    there = len(order)
    return (*moved, *others), np.concatenate([order, np.arange(there, there + sum(part.length for part in others))])


def _by_time(parts: Sequence[Part]) -> Part:
    """The rows of parts as one of plain columns, in the order of time."""
    order = time_order(joined_parts(parts, "time", np.int64))
    columns = sorted({name for part in parts if part.length for name in part.columns})
    return plain_part({name: joined_parts(parts, name, type_of(name)).take(order) for name in columns}, len(order))


def _of(parts: Sequence[Part], kinds: Sequence[int], *, by_time: bool) -> tuple[tuple[Part, ...], Integers | None]:
    wanted = np.zeros(256, np.bool_)
    wanted[list(kinds)] = True
    chosen = [np.flatnonzero(_are_of(part, wanted)) for part in parts]
    if not by_time:
        return tuple(_some(part, rows) for part, rows in zip(parts, chosen, strict=True)), None
    times = [part.cells("time", rows, np.int64) for part, rows in zip(parts, chosen, strict=True)]
    order = time_order(np.concatenate(times)) if times else np.arange(0)
    moved, start = [], 0
    for part, rows in zip(parts, chosen, strict=True):
        own = np.flatnonzero((order >= start) & (order < start + len(rows))) if len(parts) > 1 else slice(None)
        moved.append(_some(part, rows.take(order[own] - start)))
        # From here on the rows of this part lie in the order in which they were met.
        order[own] = np.arange(start, start + len(rows))
        start += len(rows)
    return tuple(moved), order


def _are_of(part: Part, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows are of the kinds for which `wanted` is true."""
    held = part.columns.get("kind")
    if isinstance(held, Looked):
        return wanted.take(held.table).take(held.codes.part(0, part.length))
    return wanted.take(part.whole("kind", np.uint8))


def _some(part: Part, rows: Integers) -> Part:
    """Some rows of a part, in the order in which they are given."""
    codes: dict[int, Listed] = {}
    places: Integers | None = None
    columns: dict[str, Held] = {}
    for name, held in part.columns.items():
        match held:
            case Plain(values, base):
                columns[name] = Plain(values.take(rows), base)
            case Looked(numbers, table):
                if id(numbers) not in codes:
                    codes[id(numbers)] = Listed(_cells(numbers, part.length, rows))
                columns[name] = Looked(codes[id(numbers)], table)
            case Sparse():
                if places is None:
                    places = _places(rows, part.length)
                columns[name] = _moved(held, places)
            case _:
                columns[name] = held
    return Part(len(rows), columns)


def _cells(codes: Codes, length: int, rows: Integers) -> Integers:
    # Runs are told apart row by row much faster than they are searched for many rows.
    return codes.part(0, length).take(rows)


def _places(rows: Integers, length: int) -> Integers:
    """For each row of a part where it went, or -1."""
    found = np.full(length, -1, np.int64)
    found[rows] = np.arange(len(rows))
    return found


def _moved(held: Sparse, places: Integers) -> Sparse:
    rows = places[held.rows]
    kept = np.flatnonzero(rows >= 0)
    order = kept[np.argsort(rows[kept], kind="stable")]
    return Sparse(rows[order].astype(np.int64, copy=False), held.values[order])
