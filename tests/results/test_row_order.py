"""Orders of rows agree with sorting them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.row_order import file_order, text_order, time_order

Row = tuple[int, int, bool, int]


def ordered(rows: list[Row], *, apart: int = 1) -> list[int]:
    place, time, at_desk, lead = (np.array(column) for column in zip(*rows, strict=True))
    found: list[int] = file_order(place, time * apart, at_desk, lambda some: lead[some]).tolist()
    return found


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 3), st.booleans(), st.integers(0, 3)), min_size=1)


@given(ROWS)
def test_file_order_is_place_time_journeys_before_desk_and_there_the_lead(rows: list[Row]) -> None:
    expected = sorted(range(len(rows)), key=lambda k: (*rows[k][:3], rows[k][3] * rows[k][2]))
    assert ordered(rows) == expected


@given(ROWS)
def test_moments_too_far_apart_for_one_number_come_in_the_same_order(rows: list[Row]) -> None:
    assert ordered(rows, apart=1 << 60) == ordered(rows)


TEXTS = st.sets(st.text(st.sampled_from("\0aAz/10ä\U0001f600"), max_size=40) | st.text(max_size=12))


@given(TEXTS)
def test_texts_have_the_order_of_their_code_points(texts: set[str]) -> None:
    listed = list(texts)
    assert [listed[place] for place in text_order(listed)] == sorted(texts)


def test_nothing_has_an_order_too() -> None:
    none = np.zeros(0, np.int64)
    assert file_order(none, none, none.astype(np.bool_), lambda some: some).tolist() == []
    assert time_order(none).tolist() == []
    assert text_order([]).tolist() == []
    assert text_order([""]).tolist() == [0]


@pytest.mark.parametrize("great", [1, 1 << 40])
def test_rows_of_one_second_stay_as_they_are(great: int) -> None:
    assert time_order(np.array([3, 1, 3, -1, 1]) * great).tolist() == [3, 1, 4, 0, 2]
