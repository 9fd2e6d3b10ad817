"""What has no effect in a run is said with the answer."""

from __future__ import annotations

from pathlib import Path

from journeyctl.graph.lowering import lower
from journeyctl.simulate.left_out import left_out
from journeyctl.spec import load

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
