"""The pilot asks a real question, and its answer obeys what the language and the response model promise."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from journeyctl.calendars import to_utc
from journeyctl.draws import Draws
from journeyctl.graph.lowering import lower
from journeyctl.model.specification import Workspace
from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import MEASURES
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.forecast import Forecast, forecast
from journeyctl.simulate.population import build_population
from journeyctl.simulate.run import run, world_of
from journeyctl.spec import comparison, load

ROOT = Path(__file__).parents[2]
DESK = "us-imaging"
REPLICATIONS = 4


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load(ROOT)


@pytest.fixture(scope="module")
def pilot(workspace: Workspace) -> Forecast:
    """The pilot with all of its comparisons; the one long run that the slow tests of this file share."""
    return forecast(workspace, "us-pilot", replications=REPLICATIONS, jobs=2)


def _mean(found: Forecast, name: str, *key: str) -> float:
    estimate = found.estimates[name][key or MEASURES[name].total]
    assert estimate.value is not None
    return estimate.value


def _unpaired_half_width(one: Estimate, other: Estimate) -> float:
    assert one.half_width is not None
    assert other.half_width is not None
    return math.hypot(one.half_width, other.half_width)


def test_the_population_narrows_from_14000_to_those_who_enter(workspace: Workspace) -> None:
    scenario, program = workspace.scenarios["us-pilot"], lower(workspace)
    counts = build_population(workspace, scenario, program, Draws(scenario.seed)).counts
    journey = counts.journeys["head-of-radiology-us"]
    assert counts.people == 14_000
    assert counts.people > counts.consented["marketing"] > counts.consented["profiling"] > journey.audience
    assert abs(journey.audience - 2_500) <= 100
    assert journey.audience > journey.entering > 0


@pytest.mark.slow
def test_the_pilot_brings_150_to_400_leads_of_its_own(pilot: Forecast) -> None:
    assert 150 <= _mean(pilot, "leads", "own") <= 400


@pytest.mark.slow
def test_the_named_headcount_runs_at_60_to_85_percent_of_capacity(pilot: Forecast) -> None:
    assert 0.60 <= _mean(pilot, "utilisation", DESK) <= 0.85


@pytest.mark.slow
def test_3_to_15_percent_of_the_clickers_become_an_mql(pilot: Forecast) -> None:
    assert 0.03 <= _mean(pilot, "mql_share_of_clickers") <= 0.15


@pytest.mark.slow
def test_no_account_is_out_of_balance_no_cap_is_breached_and_nobody_is_stuck(pilot: Forecast) -> None:
    assert pilot.violations == ()
    assert pilot.stuck == ()
    assert _mean(pilot, "cap_breaches") == 0


@pytest.mark.slow
def test_the_click_rate_rises_by_40_to_150_percent_against_every_line_by_itself(pilot: Forecast) -> None:
    uplift = pilot.comparisons["silo"].uplift
    assert uplift.value is not None
    assert 0.40 <= uplift.value <= 1.50


@pytest.mark.slow
def test_requests_per_mail_are_not_below_the_silo_world_at_the_same_volume(pilot: Forecast) -> None:
    there = pilot.variants["silo-same-volume"]
    sends = there["sends_per_contact"][()].value
    requests = there["requests_per_1000_sends"][()].value
    assert sends is not None
    assert requests is not None
    assert abs(sends / _mean(pilot, "sends_per_contact") - 1) <= 0.02
    assert _mean(pilot, "requests_per_1000_sends") >= requests


@pytest.mark.slow
def test_both_uplifts_and_the_promise_have_intervals(pilot: Forecast) -> None:
    for name in ("silo", "silo-same-volume"):
        assert pilot.comparisons[name].uplift.half_width is not None
    for clock in ("wall", "business", "shift"):
        assert pilot.estimates["sla_by_clock"][DESK, clock].half_width is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["askers", "leads", "sends_per_contact"])
def test_a_paired_comparison_is_at_least_twice_as_tight_as_independent_runs(pilot: Forecast, name: str) -> None:
    key = MEASURES[name].total
    paired = pilot.comparisons["two-sdrs"].differences[name][key]
    assert paired.half_width is not None
    own, other = pilot.estimates[name][key], pilot.variants["two-sdrs"][name][key]
    assert paired.half_width <= _unpaired_half_width(own, other) / 2


@pytest.mark.slow
def test_one_sdr_less_costs_the_worst_week_ten_points_when_all_are_launched_in_one_day(workspace: Workspace) -> None:
    found = forecast(workspace, "launch-in-one-day", replications=REPLICATIONS, jobs=2, compare_with=["two-sdrs"])
    difference = found.comparisons["two-sdrs"].differences["sla_worst_week"][DESK,]
    assert difference.value is not None
    assert difference.value >= 0.10


def _rows_of_contacts_before(record: EventRecord, moment: int) -> list[tuple[object, ...]]:
    """What contacts did and were sent; calls of the desk are not among them."""
    rows = record.in_file_order().rows()
    return sorted(
        (
            row.time,
            row.kind.value,
            row.contact,
            row.journey,
            row.visit,
            row.step,
            row.op,
            row.item,
            row.send,
            row.reason,
            row.who,
        )
        for row in rows
        if row.time < moment and not row.desk
    )


@pytest.mark.slow
def test_a_desk_with_one_sdr_less_changes_nothing_before_its_first_outcome_comes_back(workspace: Workspace) -> None:
    draws = Draws(workspace.scenarios["us-pilot"].seed, 0)
    other = comparison(workspace, "us-pilot", "two-sdrs")
    records = [run(world_of(found, "us-pilot", draws.stable()), draws).record.record() for found in (workspace, other)]
    first = min(int(record.column("time")[record.rows_of(Kind.SYNCED)].min()) for record in records)
    assert first > to_utc(workspace.scenarios["us-pilot"].start, 0, "America/New_York")
    assert _rows_of_contacts_before(records[0], first) == _rows_of_contacts_before(records[1], first)
    assert records[0].digest() != records[1].digest(), "later on, the two worlds differ"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["engagement_rate", "sends_per_contact", "leads", "opt_outs", "journey_cost"])
def test_the_silo_stands_beside_the_journeys_in_every_measure_that_matters(pilot: Forecast, name: str) -> None:
    # A23
    key = MEASURES[name].total
    assert pilot.estimates[name][key].half_width is not None
    assert pilot.variants["silo"][name][key].half_width is not None
    assert pilot.comparisons["silo"].differences[name][key].half_width is not None


@pytest.mark.slow
def test_what_machines_do_makes_recorded_rates_higher_everywhere(pilot: Forecast) -> None:
    for name in ("open_rate", "engagement_rate", "click_rate", "contacts_with_click_share"):
        assert _mean(pilot, f"{name}_recorded") > _mean(pilot, name)


@pytest.mark.slow
def test_deals_cover_several_lines_and_their_values_are_told_as_a_spread(pilot: Forecast) -> None:
    # A33
    assert _mean(pilot, "lines_per_opportunity") > 1.5
    lines = pilot.estimates["opportunities_by_lines"]
    assert sum(share.value or 0.0 for share in lines.values()) == pytest.approx(1)
    p10, p50, p90 = (_mean(pilot, "opportunity_value", quantile) for quantile in ("p10", "p50", "p90"))
    assert p10 < p50 < p90


@pytest.mark.slow
def test_the_books_of_the_pilot_close_in_every_world(pilot: Forecast) -> None:
    for found in (pilot.estimates, *pilot.variants.values()):
        entries = [one.value or 0.0 for key, one in found["cost"].items() if all(key)]
        assert found["cost"]["", ""].value == pytest.approx(sum(entries), abs=1e-3)
