"""Columns in which nothing was ever written cost nothing."""

from __future__ import annotations

from typing import assert_never

from journeyctl.results.row_parts import Always, Held, Looked, Plain, Sparse


def is_filled(column: Held) -> bool:
    """Whether some row may have something in it."""
    match column:
        case Always(number):
            return number != 0
        case Looked(_, table):
            return bool(table.any())
        case Sparse(rows, _):
            return len(rows) > 0
        case Plain(values, base):
            return len(values) > 0 and bool(base or values.any())
        case _:
            assert_never(column)
