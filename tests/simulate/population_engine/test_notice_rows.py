"""The numbers of rows are found from one row of a life to the next."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.simulate.population_engine import notice_rows as n
from journeyctl.simulate.population_engine.notices import longer


def test_a_row_s_number_is_the_same_from_wherever_one_looks() -> None:
    chance = np.random.default_rng(4)
    rows = np.flatnonzero(chance.integers(0, 3, 300) == 0)
    values = np.stack([rows, chance.integers(1, 1_000, len(rows))], axis=1)
    known = dict(values.tolist())
    for first in (0, 7, 250, 299):
        near = -1
        for row in range(first, 305):
            near = n.value_place(values, near, row)
            assert n.value_of(values, near, row) == n.value_at(values, row) == known.get(row, 0)


def test_a_longer_array_keeps_its_rows_and_has_room() -> None:
    array = np.arange(6).reshape(3, 2).copy()
    for count in (4, 5, 300, 301):
        before, array = array.copy(), longer(array, count)
        assert len(array) == count
        assert np.array_equal(array[: len(before)], before)
        array[len(before) :] = count
    assert array[300].tolist() == [301, 301]
