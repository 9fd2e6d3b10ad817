"""What is believed of a parameter is drawn as its document says, and never beyond what its formula can take."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as some

from journeyctl.behaviour.beliefs import belief_of, beta_share_below
from journeyctl.model.behaviour import HalfNormalPrior, LognormalPrior, NormalPrior, Parameter, Prior

WIDE = (-1_000.0, 1_000.0)
parts = some.floats(0.001, 0.999)


def quantile(prior: Prior | None, part: float, *, limits: tuple[float, float] = WIDE, **parameter: object) -> float:
    found = belief_of(Parameter(value=0.5, prior=prior, **parameter), limits=limits)  # type: ignore[arg-type]  # fields of Parameter
    assert found is not None
    return found.quantile(part)


@given(parts)
def test_a_range_alone_is_even(part: float) -> None:
    assert quantile(None, part, range=(2.0, 6.0)) == pytest.approx(2 + 4 * part, rel=1e-5)


@given(parts)
def test_a_normal_and_a_lognormal_prior_have_their_quantiles(part: float) -> None:
    z = NormalDist().inv_cdf(part)
    assert quantile(NormalPrior(normal=(0.35, 0.15)), part) == pytest.approx(0.35 + 0.15 * z, rel=1e-5, abs=1e-7)
    assert quantile(LognormalPrior(lognormal=(0.12, 0.8)), part) == pytest.approx(0.12 * math.exp(0.8 * z), rel=1e-5)


@given(parts)
def test_a_half_normal_prior_is_the_positive_half(part: float) -> None:
    expected = 0.1 * NormalDist().inv_cdf((1 + part) / 2)
    assert quantile(HalfNormalPrior(half_normal=0.1), part) == pytest.approx(expected, rel=1e-5)


@given(some.floats(0, 1))
def test_beta_is_known_where_it_has_a_closed_form(x: float) -> None:
    assert beta_share_below(x, 1, 1) == pytest.approx(x, abs=1e-12)
    assert beta_share_below(x, 3, 1) == pytest.approx(x**3, abs=1e-12)
    assert beta_share_below(x, 1, 199) == pytest.approx(1 - (1 - x) ** 199, abs=1e-12)
    assert beta_share_below(x, 0.5, 0.5) == pytest.approx(2 / math.pi * math.asin(math.sqrt(x)), abs=1e-7)
    assert beta_share_below(x, 2, 2) == pytest.approx(3 * x**2 - 2 * x**3, abs=1e-12)


@given(parts)
def test_a_prior_is_cut_to_the_range_beside_it_and_not_heaped_up_there(part: float) -> None:
    found = quantile(NormalPrior(normal=(0.0, 1.0)), part, range=(0.0, 1.0))
    below_zero, inside = 0.5, NormalDist().cdf(1) - 0.5
    assert 0 <= found <= 1
    assert NormalDist().cdf(found) == pytest.approx(below_zero + part * inside, abs=1e-5)


def test_values_have_six_digits() -> None:
    found = quantile(NormalPrior(normal=(0.35, 0.15)), 1 / 3)
    assert found == float(f"{found:.6g}")


def test_without_range_and_prior_nothing_is_uncertain() -> None:
    assert belief_of(Parameter(value=0.5), limits=WIDE) is None
