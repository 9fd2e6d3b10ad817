"""A scenario that nobody can enter is a slip, and is told before it is run."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, SpecError
from journeyctl.model.scenario import Scenario
from journeyctl.simulate.person import People
from journeyctl.simulate.reach import reach
from journeyctl.simulate.world import World

_CODE, _SLUG = "JC096", "nobody-to-rehearse"


def refuse_nobody(world: World, scenario: Scenario) -> None:
    """Raises `SpecError` where no contact of the scenario can ever enter any of its journeys, or one that it names."""
    if not world.journeys:
        return
    findings = list(_empty_journeys(world, scenario)) if world.persons else [_nobody(world, scenario)]
    if findings:
        raise SpecError(findings)


def _nobody(world: World, scenario: Scenario) -> Finding:
    listed = ", ".join(f"'{name}'" for name in world.journeys)
    return _finding(
        scenario,
        f"none of the {len(world.everybody):,} contacts of scenario '{scenario.name}' can ever enter {listed}",
    )


def _empty_journeys(world: World, scenario: Scenario) -> Iterator[Finding]:
    """Journeys that the scenario names, and that nobody can ever enter although others can be."""
    if scenario.journeys == "all-live" or len(world.journeys) < 2:
        return
    changing = {path for changes in world.facts.values() for _, path, _ in changes}
    for name in world.journeys:
        reaches = reach(world.program, (name,), changing=changing)
        if not reaches.of(People.of(world.persons)).where(bool).any():
            yield _finding(
                scenario,
                f"none of the {len(world.everybody):,} contacts of scenario '{scenario.name}' can ever enter '{name}'",
            )


def _finding(scenario: Scenario, fact: str) -> Finding:
    move = f"change the audience or the population; journeyctl population {scenario.name} shows who is lost where"
    return Finding(_CODE, _SLUG, fact, scenario.origin.child("journeys"), help=move)
