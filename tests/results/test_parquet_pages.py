"""Pages by their bytes; that readers of Parquet understand them is tested with whole files."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.parquet_pages import Runs, differences_page, places_page, texts_page, width_of


def test_few_rows_are_packed_into_whole_groups_of_eight() -> None:
    assert places_page(np.array([0, 1, 1, 0, 1]), 2).hex() == "010316"
    assert places_page(np.array([3, 1, 2, 0, 3, 1, 2, 0, 1]), 4).hex() == "020527270100"
    assert places_page(np.array([15, 1, 0]), 16).hex() == "04031f000000"


def test_rows_that_hardly_vary_are_told_as_runs() -> None:
    assert places_page(np.zeros(100, np.int64), 1).hex() == "01c80100"
    many = np.repeat([0, 299, 1], [100, 3, 20_000])
    assert places_page(many, 300).hex() == "10c8010000062b01c0b8020100"


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 90)), min_size=1, max_size=60),
    st.sampled_from([401, 70_000]),
)
def test_pages_do_not_tell_how_places_were_given(runs: list[tuple[int, int]], size: int) -> None:
    places, sizes = (np.array(numbers) for numbers in zip(*runs, strict=True))
    assert places_page(Runs(places, sizes), size) == places_page(np.repeat(places, sizes), size)


@pytest.mark.parametrize(
    ("size", "width"), [(1, 1), (2, 1), (3, 2), (16, 4), (17, 8), (256, 8), (257, 16), (65_537, 32)]
)
def test_places_take_a_whole_part_of_a_byte_or_whole_bytes(size: int, width: int) -> None:
    assert width_of(size) == width


def test_differences_stand_above_the_smallest_of_them() -> None:
    assert differences_page(np.array([7])).hex() == "800104010e"
    found = differences_page(np.array([7, 5, 4, 1000]))
    assert found.hex() == "800104040e0310000000" + "00000100e603" + "0000" * 29


def test_texts_stand_behind_their_length_in_bytes() -> None:
    assert texts_page(["a", "", "bc"]) == b"\1\0\0\0a\0\0\0\0\2\0\0\0bc"
    assert texts_page(["ü", "x" * 300]) == b"\2\0\0\0\xc3\xbc\x2c\1\0\0" + b"x" * 300
