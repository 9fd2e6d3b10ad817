"""Every scenario of the reference workspace is run by the population engine, and both engines agree on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyctl import api

pytest.importorskip("numba", reason="the population engine is compiled by it")

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted(path.stem for path in (ROOT / "journey_specs" / "scenarios").glob("*.yaml"))
FEW = tuple(
    (f"scenarios.base-population.population.accounts.{name}", value)
    for name, value in (("contacts", 700), ("umbrellas", 6))
)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_engines_agree_on_a_reference_scenario_and_all_that_it_is_compared_with(scenario: str) -> None:
    checked = api.checked_workspace(ROOT)
    found = api.simulate(checked, scenario, replications=1, engine="both", set=FEW)
    assert found.fallbacks == ()
    assert found.differences == ()
    assert found.engine == "population", "not even one run by the other engine alone"
    assert len(found.digests) > len(checked.workspace.scenarios[scenario].compare)
