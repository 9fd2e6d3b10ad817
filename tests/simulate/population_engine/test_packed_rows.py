"""Rows come out of their packing as they were written."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.packed_rows import PackedRows
from journeyctl.simulate.population_engine.row_columns import Rows

START = 1_767_571_200


def buffer_of(count: int, seed: int, *, shapes: int) -> Rows:
    """Rows of so many shapes at most; some have values, new values of fields, or causes."""
    chance = np.random.default_rng(seed)
    narrow = np.zeros((count, r.NARROW), np.int32)
    wide = np.zeros((count, r.WIDE), np.int64)
    wide[:, r.TIME] = START + np.sort(chance.integers(0, 1 << 32, count))
    narrow[:, r.KIND] = chance.integers(0, 40, count)
    narrow[:, r.PERSON] = chance.integers(0, 1 << 20, count)
    narrow[:, r.OP] = chance.integers(-1, shapes - 1, count)
    narrow[:, r.GROUP] = chance.integers(0, 2, count)
    narrow[:, r.REASON] = chance.integers(-2, 2, count)
    narrow[:, r.LEAD_PLACE] = np.maximum(chance.integers(-8, 3, count), 0)
    wide[:, r.VALUE] = np.where(chance.random(count) < 0.2, chance.integers(-(1 << 60), 1 << 60, count), 0)
    fact = narrow[:, r.REASON] < 0
    wide[fact, r.VALUE] = chance.integers(0, 3, count)[fact]
    wide[:, r.CAUSE_TIME] = np.where(chance.random(count) < 0.1, wide[:, r.TIME], 0)
    return Rows(wide, narrow, np.array([count, 0, 0]))


def packed_of(*buffers: Rows) -> PackedRows:
    found = PackedRows(START)
    for buffer in buffers:
        found.take_in(buffer)
    return found


def check(found: PackedRows, places: NDArray[int64], *buffers: Rows) -> None:
    """These rows, by place, are those of the buffers, one after the other."""
    rows = found.rows_at(places)
    wide = np.concatenate([buffer.wide for buffer in buffers])
    narrow = np.concatenate([buffer.narrow for buffer in buffers])
    narrow[:, r.PERSON] = 0
    assert np.array_equal(rows.wide, wide)
    assert np.array_equal(rows.narrow, narrow)


@pytest.mark.parametrize(("count", "shapes"), [(0, 5), (1, 5), (40_000, 50), (40_000, 30_000)])
def test_rows_come_out_as_they_went_in(count: int, shapes: int) -> None:
    first, second = buffer_of(count, 1, shapes=shapes), buffer_of(100, 2, shapes=shapes)
    found = packed_of(first, second)
    assert len(found) == count + 100
    check(found, np.arange(count + 100), first, second)


def test_there_may_be_more_shapes_than_two_bytes_can_number() -> None:
    many = buffer_of(100_000, 3, shapes=90_000)
    found = packed_of(many)
    assert len(found.shapes) > 1 << 16
    check(found, np.arange(100_000), many)


def test_rows_that_are_alike_share_a_shape() -> None:
    found = packed_of(buffer_of(5_000, 4, shapes=2))
    assert len(found.shapes) <= 40 * 2 * 2 * 3 * (2 + 2 * 3)
    assert len(np.unique(found.shapes, axis=0)) == len(found.shapes)


@pytest.mark.parametrize("gone", [[0], [3, 4], [19], list(range(20)), [], list(range(1, 20, 2))])
def test_rows_that_are_not_kept_are_gone_and_the_others_as_before(gone: list[int]) -> None:
    rows = buffer_of(10_000, 5, shapes=9)
    found, first, wanted = packed_of(rows), np.sort(np.random.default_rng(6).integers(0, 10_000, 20)), np.ones(20, bool)
    first[0] = 0
    wanted[gone] = False
    mask = np.repeat(wanted, np.diff(first, append=10_000))
    found.keep(first, wanted)
    kept = Rows(rows.wide[mask], rows.narrow[mask], rows.count)
    assert len(found) == mask.sum()
    check(found, np.arange(mask.sum()), kept)
    assert found.leads.tolist() == np.flatnonzero(kept.narrow[:, r.LEAD_PLACE] > 0).tolist()


def test_rows_that_concern_a_lead_are_listed() -> None:
    first, second = buffer_of(5_000, 8, shapes=4), buffer_of(20_000, 9, shapes=4)
    found = packed_of(first, second)
    narrow = np.concatenate([first.narrow, second.narrow])
    assert found.leads.tolist() == np.flatnonzero(narrow[:, r.LEAD_PLACE] > 0).tolist()


def test_only_shapes_that_some_row_has_count_as_written() -> None:
    first, second = buffer_of(5_000, 8, shapes=4), buffer_of(10, 9, shapes=4)
    second.narrow[:, r.ITEM] = 9
    found = packed_of(first, second)
    assert found.shapes_written().all()
    found.keep(np.array([0, 5_000]), np.array([True, False]))
    assert found.shapes_written().tolist() == (found.shapes[:, r.ITEM] == 0).tolist()


@pytest.mark.parametrize("second", [-1, 1 << 32])
def test_a_row_out_of_reach_is_refused(second: int) -> None:
    rows = buffer_of(1, 7, shapes=2)
    rows.wide[0, r.TIME] = START + second
    with pytest.raises(OverflowError, match="century"):
        packed_of(rows)
