"""What is required of a forecast is judged on its interval: fulfilled, broken, or not certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.diagnostics import UsageError
from journeyctl.results.intervals import Estimate
from journeyctl.simulate.requirements import Judgement, judged, requirement_of


def interval(low: float | None, high: float | None, value: float | None = None) -> Estimate:
    middle = (low + high) / 2 if low is not None and high is not None else value
    return Estimate(middle, low, high, 0.9, 4)


@pytest.mark.parametrize(
    ("text", "low", "high", "verdict"),
    [
        ("sla>=95%", 0.95, 0.99, "fulfilled"),
        ("sla>=95%", 0.94, 0.96, "not certain"),
        ("sla>=95%", 0.90, 0.949, "broken"),
        ("sla>95%", 0.95, 0.99, "not certain"),
        ("sla > 0.95", 0.951, 0.99, "fulfilled"),
        ("cap_breaches<=0", 0.0, 0.0, "fulfilled"),
        ("cap_breaches<0", 0.0, 0.0, "broken"),
        ("meeting_wait<=2d", 100_000.0, 172_800.0, "fulfilled"),
        ("won_value>=1000", 99_999.0, 100_001.0, "not certain"),
        ("leads<400", 400.5, 410.0, "broken"),
    ],
)
def test_only_a_whole_interval_on_one_side_of_the_limit_is_certain(
    text: str, low: float, high: float, verdict: str
) -> None:
    assert requirement_of(text).verdict(interval(low, high)) == verdict


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_requirement_and_its_opposite_are_never_both_fulfilled_nor_both_broken(
    a: float, b: float, limit: float
) -> None:
    found = interval(min(a, b), max(a, b))
    verdicts = {requirement_of(f"sla{sign}{limit:.6f}").verdict(found) for sign in (">=", "<")}
    assert verdicts in ({"fulfilled", "broken"}, {"not certain"})


def test_one_run_without_an_interval_and_what_was_never_counted_are_not_certain() -> None:
    assert requirement_of("leads>=1").verdict(interval(None, None, 5)) == "not certain"
    assert requirement_of("sla>=95%").verdict(interval(None, None, None)) == "not certain"


def test_a_wait_that_never_ends_breaks_every_upper_limit() -> None:
    never = interval(None, None, float("inf"))
    assert requirement_of("first_call_p95/d/wall<=48h").verdict(never) == "broken"


def verdict_of(text: str) -> Judgement:
    found = {
        "sla": {("",): interval(0.9, 0.92), ("east",): interval(0.97, 0.99)},
        "utilisation": {("east",): interval(0.6, 0.7)},
    }
    return judged([requirement_of(text)], found=found, uplifts={"silo": interval(0.4, 0.6)})[0]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("sla>=95%", "broken"),
        ("sla/east>=95%", "fulfilled"),
        ("utilisation<=80%", "fulfilled"),  # the only desk need not be named
        ("uplift/silo>=30%", "fulfilled"),
        ("uplift/silo>=93%", "broken"),
    ],
)
def test_keys_and_comparisons_are_found(text: str, verdict: str) -> None:
    assert verdict_of(text).verdict == verdict


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("sla", "no requirement"),
        ("sla=>95%", "no requirement"),
        ("happiness>=95%", "no measure 'happiness'"),
        ("sla>=often", "no limit"),
        ("meeting_wait<=2", "no limit"),
        ("meeting_wait<=2bd", "no fixed length"),
        ("engagement_rate>=193%", "never above 100 %"),
        ("uplift>=93%", "against what"),
    ],
)
def test_what_is_no_requirement_is_refused_before_anything_runs(text: str, fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        requirement_of(text)


def test_a_key_that_the_forecast_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UsageError, match="nothing for 'sla/west>=95%'") as raised:
        verdict_of("sla/west>=95%")
    assert "sla/east" in raised.value.help
