"""What compiled code says to LLVM directly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import int64
from numpy.typing import NDArray

pytest.importorskip("numba", reason="the population engine is compiled by it")

import numba  # after the check for it

from journeyctl.simulate.population_engine.intrinsics import of_columns, unmeasured

_Integers = NDArray[int64]


@numba.njit
def _first_and_third(array: _Integers) -> int:
    found = unmeasured(array)
    return found[0] * 100 + found[2]


@numba.njit
def _length(array: _Integers) -> int:
    return unmeasured(array).shape[0]


@numba.njit
def _write(table: _Integers, row: int, column: int, value: int) -> None:
    of_columns(unmeasured(table), 3)[row, column] = value


def test_an_array_without_its_length_has_the_same_cells() -> None:
    assert _first_and_third(np.array([7, 8, 9], np.int64)) == 709


def test_nobody_can_count_from_the_end_of_an_array_without_its_length() -> None:
    assert _length(np.zeros(5, np.int64)) == 0


def test_a_table_of_known_columns_has_its_cells_where_they_were() -> None:
    table = np.zeros((4, 3), np.int64)
    _write(table, 2, 1, 5)
    assert np.argwhere(table).tolist() == [[2, 1]]
    assert table[2, 1] == 5
