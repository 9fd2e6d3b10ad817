"""What has no effect in a run is said with the answer."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from journeyctl.graph.lowering import lower
from journeyctl.report import future_run_json, future_run_text, staffing_json, staffing_text, sweep_json, sweep_text
from journeyctl.simulate.left_out import left_out, left_out_of
from journeyctl.simulate.staffing import staffing
from journeyctl.simulate.sweep import Axis, sweep
from journeyctl.simulate.uncertainty import future_run
from journeyctl.spec import load, with_set

ROOT = Path(__file__).parents[2]


def test_an_audience_on_a_platform_without_activation_is_told_with_its_step() -> None:
    told = left_out(lower(load(ROOT)), ["service-upsell"], platforms=())
    assert "the matched audience on linkedin has no effect (service-upsell, step colleagues)" in told
    assert "the matched audience on linkedin brings nobody (buying group imaging-ai, fill)" in told


def test_what_is_simulated_is_not_told() -> None:
    assert left_out(lower(load(ROOT)), ["service-upsell", "newsletter"], platforms=["linkedin"]) == ()


def test_a_group_that_no_running_journey_has_to_do_with_is_told() -> None:
    told = left_out(lower(load(ROOT)), ["newsletter"], platforms=["linkedin"])
    assert [sentence.split(" takes")[0] for sentence in told] == [
        "buying group imaging-ai", "buying group service-renewal",
    ]  # fmt: skip


@pytest.mark.slow
def test_every_answer_tells_what_has_no_effect_and_why_another_engine_ran_it() -> None:
    few = (("population.accounts.contacts", 40), ("population.accounts.umbrellas", 2), ("length", "2w"))
    workspace = with_set(load(ROOT), few, scenario="silo-baseline")
    told = left_out_of(workspace, workspace.scenarios["silo-baseline"])
    assert told
    moon, axis = ("a journey to the moon",), Axis("policies.caps.everyone-week.max", ("5",))
    swept = sweep(workspace, "silo-baseline", [axis], replications=2, engine="reference")
    staffed = staffing(workspace, "silo-baseline", topics=["headcount"], replications=2, engine="reference")
    future = future_run(workspace, "silo-baseline", draws=50, engine="reference")
    assert swept.left_out == staffed.left_out == future.left_out == told
    assert swept.fallbacks == staffed.fallbacks == future.fallbacks == ()
    swept, staffed = dataclasses.replace(swept, fallbacks=moon), dataclasses.replace(staffed, fallbacks=moon)
    future = dataclasses.replace(future, fallbacks=moon)
    for text, document in (
        (sweep_text.render(swept, width=80), sweep_json.render_json(swept)),
        (staffing_text.render(staffed, width=80), staffing_json.render_json(staffed)),
        (future_run_text.render(future, width=80), future_run_json.render_json(future)),
    ):
        words = " ".join(text.split())
        assert f"NOT SIMULATED: {told[0]}." in words
        assert f"not by the population engine: {moon[0]}" in words
        found = json.loads(document)
        assert (found["left_out"], found["engine_fallbacks"]) == (list(told), list(moon))
