"""The formulas against their published form, and both forms of arithmetic against each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.behaviour import logits
from journeyctl.behaviour.coefficients import Coefficients, fixed
from journeyctl.diagnostics import SpecError
from journeyctl.fixed_point import ONE
from journeyctl.model.behaviour import Behaviour, Parameter

REALS = st.integers(-3 * ONE, 3 * ONE)
LEVELS = st.integers(0, 3)


@pytest.fixture(scope="module")
def coefficients(behaviour: Behaviour) -> Coefficients:
    return Coefficients.of(behaviour)


@given(r=REALS, z=st.integers(-2 * ONE, 2 * ONE), level=LEVELS, stage=LEVELS, pressure=st.integers(0, 20 * ONE))
def test_logits_are_the_published_ones(
    coefficients: Coefficients, *, r: int, z: int, level: int, stage: int, pressure: int
) -> None:
    c, d = coefficients, abs(level - stage)
    opens = logits.open_terms(c, responsiveness=r, interest=z, misfit=d, pressure=pressure, weekday=0, quality=0)
    clicks = logits.click_terms(c, responsiveness=r, interest=z, misfit=d, quality=0)
    leaves = logits.unsubscribe_terms(c, interest=z, pressure=pressure)
    asks = logits.request_terms(c, level=level, stage=stage, interest=z)
    x, rr, f = z / ONE, r / ONE, pressure / ONE
    assert sum(opens) / ONE == pytest.approx(-0.65 + rr + 0.35 * x - 0.15 * d - 0.12 * f, abs=1e-5)
    assert sum(clicks) / ONE == pytest.approx(-1.95 + 0.4 * rr + 0.45 * x - 0.35 * d, abs=1e-5)
    assert sum(leaves) / ONE == pytest.approx(-4.65 - 0.3 * x, abs=1e-5)
    expected = -3.4 + 0.3 * level + 0.7 * stage - 1.5 * max(0, level - stage) + 0.5 * x
    assert sum(asks) / ONE == pytest.approx(expected, abs=1e-5)


@given(rows=st.lists(st.tuples(REALS, REALS, LEVELS, LEVELS), min_size=1, max_size=20))
def test_arrays_give_the_numbers_of_single_contacts(
    coefficients: Coefficients, rows: list[tuple[int, int, int, int]]
) -> None:
    c = coefficients
    r, z, level, stage = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    together = (
        sum(logits.click_terms(c, responsiveness=r, interest=z, misfit=abs(level - stage), quality=z)),
        sum(logits.request_terms(c, level=level, stage=stage, interest=z)),
        sum(logits.need_terms(c, stage=stage, asked=level & 1, fit=z)),
    )
    for k, (ri, zi, li, si) in enumerate(rows):
        single = (
            sum(logits.click_terms(c, responsiveness=ri, interest=zi, misfit=abs(li - si), quality=zi)),
            sum(logits.request_terms(c, level=li, stage=si, interest=zi)),
            sum(logits.need_terms(c, stage=si, asked=li & 1, fit=zi)),
        )
        assert tuple(int(column[k]) for column in together) == single  # type: ignore[index]  # sums of arrays


@pytest.mark.parametrize(("share", "expected"), [(1 / 12, 0.0), (0.25, math.log(3)), (0.9, 2.0), (0.0, -2.0)])
def test_relative_interest_is_the_held_logarithm(share: float, expected: float) -> None:
    found = logits.relative_interest(fixed(share), topics=12, limit=2 * ONE)
    assert found / ONE == pytest.approx(expected, abs=1e-4)
    array = logits.relative_interest_array(np.array([fixed(share)]), topics=12, limit=2 * ONE)
    assert array.tolist() == [found]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stage_up": 1.5}, "'stage_up' is 1.5, but a share lies from 0 to 1"),
        ({"open_delay_median": 0}, "'open_delay_median' is 0 hours, but it lies above 0"),
        ({"open_delay_sigma": -1}, "'open_delay_sigma' is -1, but it lies from 0 to 8"),
        ({"open_intercept": 4_000}, "'open_intercept' is 4000, but it lies from -1000 to 1000"),
    ],
)
def test_a_number_out_of_its_range_is_one_finding(behaviour: Behaviour, change: dict[str, float], message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        Coefficients.of(
            changed(behaviour, lambda numbers: numbers.update({k: Parameter(value=v) for k, v in change.items()}))
        )
    assert len(caught.value.findings) == 1


def test_an_absent_parameter_says_what_to_extend(behaviour: Behaviour) -> None:
    with pytest.raises(SpecError, match="has no parameter 'fatigue'") as caught:
        Coefficients.of(changed(behaviour, lambda numbers: numbers.pop("fatigue")))
    assert caught.value.findings[0].help == "let the document extend default"


def changed(behaviour: Behaviour, edit: Callable[[dict[str, Parameter]], object]) -> Behaviour:
    numbers = dict(behaviour.parameters)
    edit(numbers)
    return Behaviour(name="x", parameters=numbers)
