"""What is not simulated is said with the answer."""

from __future__ import annotations

from pathlib import Path

from journeyctl.graph.lowering import lower
from journeyctl.simulate.left_out import left_out
from journeyctl.spec import load

ROOT = Path(__file__).parents[2]


def test_a_group_handoff_and_a_matched_audience_are_told_with_their_step() -> None:
    program = lower(load(ROOT))
    told = left_out(program, ["service-upsell"])
    assert any("buying group" in sentence and "service-upsell, step" in sentence for sentence in told)
    assert any("matched audience" in sentence for sentence in told)


def test_a_journey_without_either_tells_nothing() -> None:
    assert left_out(lower(load(ROOT)), ["head-of-radiology-us", "newsletter"]) == ()
