"""Rows are put together by counting, and come out as if they had been sorted and compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.row_keys import flags, grouped, order_by, order_of

# Small numbers are counted in tables, large ones far apart are sorted.
numbers = st.one_of(st.integers(0, 3), st.integers(0, 1 << 40))
rows = st.lists(st.tuples(numbers, numbers, st.integers(0, 2)), max_size=30)


@given(rows)
def test_groups_are_numbered_in_the_order_of_their_columns(cells: list[tuple[int, int, int]]) -> None:
    columns = np.array(cells, np.int64).reshape(-1, 3).T
    groups = grouped(*((column, 0) for column in columns))
    every = sorted(set(cells))
    assert groups.number.tolist() == [every.index(row) for row in cells]
    assert groups.count == len(every)
    assert groups.first.tolist() == [cells.index(row) for row in every]
    assert groups.has(slice(2, None)).tolist() == [row in cells[2:] for row in every]


@given(st.lists(numbers, max_size=40))
def test_order_is_ascending_and_leaves_equal_numbers_as_they_are(found: list[int]) -> None:
    order = order_by(np.array(found, np.int64))
    assert order.tolist() == sorted(range(len(found)), key=found.__getitem__)


def test_columns_whose_product_would_overflow_are_still_told_apart() -> None:
    large = np.array([(1 << 50) - 1, 0, (1 << 50) - 1, 5], np.int64)
    assert grouped((large, 1 << 50), (large[::-1], 1 << 50), (large, 1 << 50)).number.tolist() == [3, 0, 2, 1]


def test_flags_tell_which_numbers_occur() -> None:
    assert flags(np.array([2, 0, 2]), 4).tolist() == [True, False, True, False]


@pytest.mark.parametrize("contact_by_contact", [True, False])
def test_rows_are_ordered_by_contact_and_time_and_then_by_sort(contact_by_contact: bool) -> None:
    chance = np.random.default_rng(3)
    contact, time = chance.integers(0, 300, 6_000), chance.integers(5_000, 5_040, 6_000)
    second = np.arange(6_000) >= 2_500
    if contact_by_contact:
        for own in (slice(0, 2_500), slice(2_500, None)):
            order = np.lexsort((time[own], contact[own]))
            contact[own], time[own] = contact[own][order], time[own][order]
    assert order_of(contact, time, second).tolist() == np.lexsort((second, time, contact)).tolist()
    far = contact << 54
    assert order_of(far, time, second).tolist() == np.lexsort((second, time, contact)).tolist()
    assert not len(order_of(contact[:0], time[:0], second[:0]))
