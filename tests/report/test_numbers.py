"""Numbers for people show as many digits as their interval carries, and a sign only where there is something."""

from __future__ import annotations

import pytest

from journeyctl.report import numbers
from journeyctl.results.intervals import Estimate


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 0.9, 4)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (estimate(-0.3, -12.2, 0.2), "0 [-12 to 0]"),
        (estimate(0.3, -12.2, 12.8), "0 [-12 to +13]"),
        (estimate(-0.04, -0.5, 0.42), "0.0 [-0.5 to +0.4]"),
        (estimate(-1234.5, -1300, -1169), "-1,234 [-1,300 to -1,169]"),
    ],
)
def test_a_difference_that_rounds_to_nothing_has_no_sign(found: Estimate, text: str) -> None:
    assert numbers.signed(found, "count") == text


def test_two_shares_differ_by_all_of_it_at_most() -> None:
    found = estimate(-0.9, -1.3, -0.5)
    assert numbers.difference_of_measure("sla", found) == "-90 pp [-100 to -50]"
    assert numbers.difference_of_measure("demand_per_capacity", found) == "-90 pp [-130 to -50]"
    assert numbers.difference_of_measure("leads", estimate(9, 5, 13)) == "+9.0 [+5.0 to +13.0]"


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (estimate(-385_418, -421_012, -349_823), "-4.5 d [-4.9 to -4.0]"),
        (estimate(-2_173, -7_094, 2_748), "-0.6 h [-2.0 to +0.8]"),
        (estimate(90, 30, 150), "+1.5 min [+0.5 to +2.5]"),
        (estimate(0, 0, 0), "0 min [0 to 0]"),
    ],
)
def test_a_difference_in_time_is_told_in_one_unit_of_time(found: Estimate, text: str) -> None:
    assert numbers.signed(found, "seconds") == text


def test_an_uplift_has_its_sign_and_a_rate_has_none() -> None:
    assert numbers.uplift(estimate(0.93, 0.91, 0.95)).startswith("+93")
    assert numbers.both(estimate(0.193, 0.192, 0.194), "share") == "19.3 % [19.2 to 19.4 %]"
