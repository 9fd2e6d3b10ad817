"""Variance is split as in the textbook, and ranks and quantiles are the usual ones."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from journeyctl.results.variance import quantile, rank_correlation, spread_of

numbers = some.floats(-1_000, 1_000)


def test_groups_that_differ_and_do_not_vary_inside_leave_nothing_to_chance() -> None:
    found = spread_of([[1.0, 1.0], [3.0, 3.0], [5.0, 5.0]])
    assert found is not None
    assert (found.chance, found.parameters, found.share_of_parameters) == (0.0, 4.0, 1.0)
    assert (found.mean, found.middle, found.runs) == (3.0, 3.0, 6)


def test_groups_that_are_alike_leave_everything_to_chance() -> None:
    found = spread_of([[1.0, 3.0], [3.0, 1.0], [1.0, 3.0]])
    assert found is not None
    assert (found.chance, found.parameters, found.share_of_parameters) == (2.0, 0.0, 0.0)


def test_equal_runs_vary_by_nothing() -> None:
    found = spread_of([[2.0, 2.0], [2.0, 2.0]])
    assert found is not None
    assert found.share_of_parameters is None
    assert (found.low, found.high) == (2.0, 2.0)


def test_both_variances_are_found_again_on_average() -> None:
    chances = random.Random(7)  # noqa: S311 - no secret
    found = []
    for _ in range(200):
        means = [chances.gauss(10, 3) for _ in range(50)]
        one = spread_of([[chances.gauss(mean, 2) for _ in range(2)] for mean in means])
        assert one is not None
        found.append((one.chance, one.parameters))
    # Standard errors of the two means: 0.06 and 0.18.
    assert sum(chance for chance, _ in found) / 200 == pytest.approx(4, abs=0.25)
    assert sum(parameters for _, parameters in found) / 200 == pytest.approx(9, abs=0.7)


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [1.0]]])
def test_too_few_or_unequal_groups_say_nothing(groups: list[list[float]]) -> None:
    assert spread_of(groups) is None


@given(some.lists(numbers, min_size=1, max_size=50), some.floats(0, 1))
def test_a_quantile_lies_between_the_smallest_and_the_largest(values: list[float], part: float) -> None:
    ascending = sorted(values)
    assert ascending[0] - 1e-9 <= quantile(ascending, part) <= ascending[-1] + 1e-9
    assert (quantile(ascending, 0), quantile(ascending, 1)) == (ascending[0], ascending[-1])


def test_a_quantile_is_in_proportion_between_neighbours() -> None:
    assert quantile([0.0, 10.0, 20.0], 0.25) == 5.0
    assert quantile(list(map(float, range(101))), 0.05) == 5.0


@given(some.lists(some.tuples(numbers, numbers), min_size=2, max_size=40))
def test_only_ranks_count_and_the_sign_turns_with_one_of_them(pairs: list[tuple[float, float]]) -> None:
    one, other = [list(column) for column in zip(*pairs, strict=True)]
    found = rank_correlation(one, other)
    assert -1 - 1e-9 <= found <= 1 + 1e-9
    assert rank_correlation([3 * value + 1 for value in range(len(one))], list(range(len(one)))) == pytest.approx(1)
    assert rank_correlation([-value for value in one], other) == pytest.approx(-found)


def test_equal_values_share_their_rank() -> None:
    # Ranks 0.5, 0.5, 2.5, 2.5 against 0, 1, 2, 3.
    assert rank_correlation([1, 1, 2, 2], [1, 2, 3, 4]) == pytest.approx(4 / math.sqrt(4 * 5))
    assert rank_correlation([1, 1, 1], [1, 2, 3]) == 0
