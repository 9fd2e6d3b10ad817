"""Compiled arithmetic gives the numbers of `fixed_point`, also at the ends of its tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl import fixed_point
from journeyctl.behaviour import logits

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine import arithmetic  # after the check for numba

NUMBERS = arithmetic.number_tables()
_CELL = 1 << 41
_DRAWS = st.integers(0, fixed_point.CERTAIN - 1) | st.sampled_from(
    (0, 1, _CELL - 1, _CELL, fixed_point.CERTAIN - _CELL - 1, fixed_point.CERTAIN - _CELL, fixed_point.CERTAIN - 1)
)
_LOGITS = st.integers(-20 << 20, 20 << 20) | st.sampled_from((-16 << 20, (-16 << 20) - 1, 16 << 20, (16 << 20) + 1, 0))


@given(logit=_LOGITS)
@settings(max_examples=300, deadline=None)
def test_a_logit_has_the_same_threshold(logit: int) -> None:
    assert arithmetic.threshold(NUMBERS, logit) == fixed_point.threshold(logit)


@given(u=_DRAWS)
@settings(max_examples=300, deadline=None)
def test_a_draw_has_the_same_normal_value(u: int) -> None:
    assert arithmetic.normal(NUMBERS, u) == fixed_point.normal(u)


@given(
    u=_DRAWS, median=st.integers(0, fixed_point.LARGEST) | st.sampled_from((0, 1, fixed_point.LARGEST)),
    sigma=st.integers(0, 8 << 20) | st.sampled_from((0, 8 << 20)),
)  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_a_lognormal_amount_is_the_same_up_to_its_limit(u: int, median: int, sigma: int) -> None:
    assert arithmetic.lognormal(NUMBERS, u, median, sigma) == fixed_point.lognormal(u, median=median, sigma=sigma)


@given(u=_DRAWS, mean=st.integers(0, (1 << 32) - 1))
@settings(max_examples=300, deadline=None)
def test_an_exponential_delay_is_the_same(u: int, mean: int) -> None:
    assert arithmetic.exponential_seconds(NUMBERS, u, mean) == fixed_point.exponential_seconds(u, mean)


@given(u=_DRAWS, mean=st.integers(0, 40 << 20))
@settings(max_examples=100, deadline=None)
def test_a_count_by_inversion_is_the_same(u: int, mean: int) -> None:
    thresholds = fixed_point.poisson_thresholds(mean)
    values = np.array([7, *thresholds], dtype=np.int64)
    assert arithmetic.count_not_above(values, 1, len(thresholds), u) == fixed_point.poisson(u, mean)


@given(elapsed=st.integers(-10_000, 10_000_000), hours=st.integers(1, 400))
@settings(max_examples=100, deadline=None)
def test_what_is_left_after_some_time_is_the_same(elapsed: int, hours: int) -> None:
    table = fixed_point.half_life_table(hours, hours=48 * hours)
    values = np.array([0, 0, *table], dtype=np.int64)
    assert arithmetic.decayed(values, 2, len(table), elapsed) == fixed_point.decayed(table, elapsed)


@given(a=st.integers(-(1 << 30), 1 << 30), b=st.integers(-(1 << 30), 1 << 30), shift=st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_products_are_rounded_alike(a: int, b: int, shift: int) -> None:
    assert arithmetic.multiply(a, b, shift) == fixed_point.multiply(a, b, shift)
    assert arithmetic.scaled(a, b) == logits.scaled(a, b)
