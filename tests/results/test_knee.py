"""The knee of a trade-off is found where it is known to be, and not where there is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from journeyctl.results.knee import knee_of

NOISE = (-0.01, 0.0, 0.01, 0.005, -0.005)


def replications(values: list[float], *, spread: float = 1.0) -> list[list[float]]:
    """Each value in five replications; the same chance moves all values, as with the same people."""
    return [[value + spread * noise for noise in NOISE] for value in values]


LEADS = [100.0, 80.0, 60.0, 40.0, 20.0]
SHARE = [0.50, 0.85, 0.90, 0.95, 1.00]


def test_the_knee_is_the_value_farthest_from_the_chord() -> None:
    found = knee_of(replications(LEADS), replications(SHARE, spread=0.1))
    assert found.place == 1
    # A quarter of the leads lost has brought seven tenths of the share: (0.7 - 0.25) / sqrt(2).
    assert found.distances[1].value == pytest.approx((0.7 - 0.25) / math.sqrt(2))
    assert [found.distances[end].value for end in (0, -1)] == pytest.approx([0, 0])
    assert found.rivals == ()


def test_the_order_of_values_and_of_measures_does_not_matter() -> None:
    one, other = replications(LEADS), replications(SHARE, spread=0.1)
    assert knee_of(one[::-1], other[::-1]).place == 3
    assert knee_of(other, one).place == 1
    assert knee_of(other[::-1], one[::-1]).place == 3


@given(some.floats(0.1, 50), some.floats(-30, 30), some.floats(0.1, 50))
def test_units_do_not_matter(scale: float, shift: float, other_scale: float) -> None:
    one = [[value * scale + shift for value in runs] for runs in replications(LEADS)]
    other = [[value * other_scale for value in runs] for runs in replications(SHARE, spread=0.1)]
    found = knee_of(one, other)
    assert found.place == 1
    assert found.distances[1].value == pytest.approx(0.45 / math.sqrt(2), rel=1e-6)


def test_two_values_that_chance_cannot_tell_apart_are_named() -> None:
    share = [[0.50 + n, 0.85 + n] for n in NOISE]
    rows = [[row[0] for row in share], [row[1] for row in share]]
    near = [0.85 - 0.2 * 0.5 + n for n in (0.3, -0.3, 0.2, -0.2, 0.0)]
    found = knee_of(replications([100.0, 80.0, 78.0, 20.0]), [rows[0], rows[1], near, [1.0] * 5])
    assert found.place == 1
    assert found.rivals == (2,)


def test_replications_that_trade_more_sharply_bend_no_less() -> None:
    sharpness = (0.2, 1.0, 3.0, 0.5, 1.0, 0.8, 1.2, 2.0, 0.4, 0.6)
    one = [[value + noise for noise in 2 * NOISE] for value in LEADS]
    other = [[1 - (1 - value) * times for times in sharpness] for value in SHARE]
    found = knee_of(one, other)
    assert found.place == 1
    assert found.distances[1].low is not None
    assert found.distances[1].low > 0


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (LEADS[:2], SHARE[:2], "at least 3 values"),
        (LEADS, [0.9] * 5, "does not change"),
        (LEADS, SHARE[::-1], "same direction"),
        (LEADS, [0.50, 0.625, 0.75, 0.875, 1.00], "straight line"),
        (LEADS, [0.50, 0.51, 0.52, 0.60, 1.00], "straight line"),
    ],
)
def test_where_nothing_bends_there_is_no_knee(one: list[float], other: list[float], reason: str) -> None:
    found = knee_of(replications(one), replications(other, spread=0.1))
    assert found.place is None
    assert reason in found.reason


def test_replications_without_a_value_are_left_out() -> None:
    one, other = replications(LEADS), replications(SHARE, spread=0.1)
    gaps = [[None, *runs[1:]] for runs in other]
    assert knee_of(one, gaps).place == 1
    assert knee_of(one, gaps).distances[1].replications == 4


def test_measures_over_other_values_make_no_trade_off() -> None:
    with pytest.raises(ValueError, match="no trade-off"):
        knee_of(replications(LEADS), replications(SHARE[:3]))
