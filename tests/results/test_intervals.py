"""Student's t without scipy, held against scipy; intervals over replications."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from journeyctl.results.intervals import Estimate, estimate, paired_difference, t_quantile


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999])
@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 6, 9, 10, 29, 30, 99, 200, 999])
def test_the_t_quantile_agrees_with_scipy(confidence: float, freedom: int) -> None:
    assert t_quantile(confidence, freedom) == pytest.approx(stats.t.ppf((1 + confidence) / 2, freedom), rel=1e-11)


@pytest.mark.parametrize(("confidence", "freedom"), [(0.0, 3), (1.0, 3), (0.9, 0), (-0.1, 2)])
def test_there_is_no_quantile_outside_its_range(confidence: float, freedom: int) -> None:
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(confidence, freedom)


def test_an_interval_is_mean_and_t_times_standard_error() -> None:
    found = estimate([1.0, 2.0, 3.0, 6.0])
    low, high = stats.t.interval(0.9, 3, loc=3.0, scale=stats.sem([1.0, 2.0, 3.0, 6.0]))
    assert (found.value, found.replications, found.confidence) == (3.0, 4, 0.9)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.half_width == pytest.approx((high - low) / 2)
    assert found.relative_half_width == pytest.approx((high - low) / 6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Estimate(None, None, None, 0.9, 0)),
        ([None, None], Estimate(None, None, None, 0.9, 0, 2)),
        ([5.0], Estimate(5.0, None, None, 0.9, 1)),
        ([5.0, None], Estimate(5.0, None, None, 0.9, 1, 1)),
        ([0.5, 0.5, None], Estimate(0.5, 0.5, 0.5, 0.9, 2, 1)),
        ([1.0, math.inf], Estimate(math.inf, None, None, 0.9, 2)),
    ],
)
def test_what_cannot_be_estimated_is_said_and_counted(values: list[float | None], expected: Estimate) -> None:
    assert estimate(values) == expected


def test_a_half_width_relative_to_zero_exists_only_where_nothing_varies() -> None:
    assert estimate([0.0, 0.0]).relative_half_width == 0.0
    assert estimate([-1.0, 1.0]).relative_half_width is None
    assert estimate([1.0]).relative_half_width is None


def test_a_paired_difference_removes_what_both_share() -> None:
    shared = [10.0, 200.0, -50.0, 7.0]
    found = paired_difference([value + 1 for value in shared], shared)
    assert (found.low, found.value, found.high) == (1.0, 1.0, 1.0)


def test_a_pair_counts_only_where_both_worlds_have_a_number() -> None:
    found = paired_difference([1.0, None, 3.0, math.inf], [0.0, 1.0, None, math.inf])
    assert (found.value, found.replications, found.missing) == (1.0, 1, 3)


def test_unequal_numbers_of_replications_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="2 replications cannot be paired with 1"):
        paired_difference([1.0, 2.0], [1.0])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_the_mean_lies_in_its_interval_and_more_confidence_is_wider(values: list[float]) -> None:
    usual, strict = estimate(values), estimate(values, confidence=0.999)
    assert (usual.low or 0.0) <= (usual.value or 0.0) <= (usual.high or 0.0)
    assert (strict.half_width or 0.0) >= (usual.half_width or 0.0)


def test_nominal_ninety_percent_intervals_cover_about_ninety_percent() -> None:
    source = random.Random(20)  # noqa: S311 (a fixed sample)
    covered = 0
    for _ in range(2_000):
        found = estimate([source.gauss(3, 2) for _ in range(5)])
        covered += (found.low or 0.0) <= 3 <= (found.high or 0.0)
    assert 0.88 <= covered / 2_000 <= 0.92
