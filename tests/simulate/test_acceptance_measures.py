"""Questions of the planning workshop that measures answer, on small populations: each test names its scenario."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import pytest

from journeyctl.report.forecast_text import render
from journeyctl.results.measures import MEASURES
from journeyctl.results.summary import Summary, compare, estimates, pair, summarise
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.forecast import Forecast, forecast
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate
from tests.results.desks import run as plain_run
from tests.results.events import at, event, message, record_of

ROOT = Path(__file__).parents[2]
CALL = {
    "task": "call", "by": "team", "kind": "human", "research": "10min", "attempt": "5min", "conversation": "20min",
}  # fmt: skip
ENRICH = {"task": "enrich", "by": "pre-qualification", "kind": "human", "takes": "15min", "pass": "40%"}


@cache
def busy_desk(*, checks: bool) -> Forecast:
    """The small workspace's desk with and without a team that lets four leads of ten pass."""
    process = [*([ENRICH] if checks else []), CALL]
    plan = with_set(load(locate("small")), (("desks.sales.process", process),), scenario="plan")
    return forecast(plan, "plan", replications=3, compare_with=())


def mean(found: Forecast, name: str, *key: str) -> float:
    value = found.estimates[name][key or MEASURES[name].total].value
    assert value is not None
    return value


def test_pre_qualification_saves_hours_of_sdrs_and_field_sales_and_costs_accepted_leads() -> None:
    # A21: the same leads, of which four in ten come through.
    without, checked = busy_desk(checks=False), busy_desk(checks=True)
    assert mean(without, "leads") == pytest.approx(mean(checked, "leads"), rel=0.05)
    for kind in ("sdr_elsewhere", "field_elsewhere"):
        assert mean(checked, "cost", kind, "") < 0.7 * mean(without, "cost", kind, "")
    assert mean(checked, "sals") < 0.7 * mean(without, "sals")


def test_the_promise_is_of_leads_that_are_owed_a_call_and_those_refused_in_time_are_told_beside_it() -> None:
    without, checked = busy_desk(checks=False), busy_desk(checks=True)
    refused, due = mean(checked, "leads_refused_before_call", "sales"), mean(checked, "leads_due", "sales")
    assert 0.5 < refused / (refused + due) < 0.7, "six of ten do not pass"
    assert mean(checked, "sla", "sales") > 0.6, "to the letter it could not exceed the share that passes"
    text = render(checked, width=100)
    assert "that were refused in time before a call" in " ".join(text.split())
    assert "Refused in time, before a call" in text
    assert mean(without, "leads_refused_before_call", "sales") == 0
    assert "before a call" not in render(without, width=100)


def test_a_rate_of_19_percent_and_a_rise_by_93_percent_are_told_apart() -> None:
    # A29: one in ten clicked before, 193 of a thousand do now.
    here, there = ([_thousand_mails(clicks, number) for number in range(2)] for clicks in (193, 100))
    found = dataclasses.replace(
        busy_desk(checks=False),
        estimates={**busy_desk(checks=False).estimates, **estimates(here)},
        variants={"silo": estimates(there)}, comparisons={"silo": compare(list(map(pair, here, there)))},
        baselines=("silo",), titles={"silo": "Every line by itself"},
    )  # fmt: skip
    assert found.estimates["engagement_rate"][()].value == pytest.approx(0.193)
    assert found.comparisons["silo"].uplift.value == pytest.approx(0.93)
    text = " ".join(render(found, width=100).split())
    assert "Clicked, of delivered (engagement rate) 19.3 %" in text
    assert "Click rate +93 % [+93 to +93 %] against 'Every line by itself'" in text


def _thousand_mails(clicks: int, replication: int) -> Summary:
    names = [f"p{number}" for number in range(1_000)]
    events = [event(name, at(0), Kind.ENTERED, journey="j", visit=1) for name in names]
    for number, name in enumerate(names):
        events += message(name, at(1), opened=1, clicked=1 if number < clicks else None)
    return summarise(record_of(*events, replication=replication), plain_run())


@pytest.mark.slow
def test_fifteen_weeks_of_waiting_cost_accepted_leads_and_the_assumption_is_listed() -> None:
    # A14: a lead that waits cools; by how much is assumed, never measured.
    small = (("population.accounts.contacts", 1_400),)
    found = forecast(load(ROOT), "silo-baseline", replications=3, compare_with=["fifteen-weeks"], set=small)
    accepted = found.comparisons["fifteen-weeks"].differences["sals"][()]
    assert accepted.value is not None
    assert accepted.half_width is not None
    assert accepted.low is not None
    assert accepted.low > 0, "the interval excludes no effect"
    assert any("exponent" in entry.path for entry in found.assumptions)
