"""What cannot be answered is refused before anything is run: nobody to rehearse, or too much for the machine."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest

from journeyctl.diagnostics import SpecError, UsageError
from journeyctl.draws import Draws
from journeyctl.graph.program import Program
from journeyctl.model.specification import Workspace
from journeyctl.simulate import experiment as experiments
from journeyctl.simulate import forecast as forecasts
from journeyctl.simulate import memory
from journeyctl.simulate.memory import bytes_of_people, bytes_of_runs, refuse_people, refuse_runs
from journeyctl.simulate.nobody import refuse_nobody
from journeyctl.simulate.run import scenario_of, world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

# The plain engine: what is tested here does not depend on how runs are done, and it needs no compiling.
forecast = partial(forecasts.forecast, engine="reference")


@cache
def plan(*changes: tuple[str, Any]) -> Workspace:
    settings = (("population.accounts.contacts", 100), ("length", "2w"), *changes)
    return with_set(load(locate("small")), settings, scenario="plan")


@cache
def world(*changes: tuple[str, Any]) -> World:
    return world_of(plan(*changes), "plan", Draws(1))


ABROAD = ("population.fields.contact.country", "DE")


def test_a_scenario_that_nobody_can_enter_is_a_finding() -> None:
    with pytest.raises(SpecError, match="contacts of scenario 'plan' can ever enter 'department-heads'") as caught:
        forecast(plan(ABROAD), "plan", compare_with=())
    (finding,) = caught.value.findings
    assert (finding.code, finding.slug) == ("JC096", "nobody-to-rehearse")
    assert finding.origin.file == "journey_specs/scenarios/plan.yaml"


def test_a_journey_that_the_scenario_names_needs_somebody_and_one_of_all_does_not() -> None:
    found, scenario = world(), scenario_of(plan(), "plan")
    both = replace(found, journeys=("department-heads", "nobody"), program=_with_a_journey_for_nobody(found))
    refuse_nobody(both, scenario)
    named = replace(scenario, journeys=("department-heads", "nobody"))
    with pytest.raises(SpecError, match="can ever enter 'nobody'"):
        refuse_nobody(both, named)
    refuse_nobody(found, replace(scenario, journeys=("department-heads",)))


def _with_a_journey_for_nobody(found: World) -> Program:
    abroad = world_of(plan(("audiences.audiences.department-heads.when", 'contact.country = "DE"')), "plan", Draws(1))
    nobody = replace(abroad.program.journeys["department-heads"], journey="nobody")
    return replace(found.program, journeys={**found.program.journeys, "nobody": nobody})


def test_memory_grows_with_people_weeks_and_jobs() -> None:
    scenario = scenario_of(plan(), "plan")
    assert bytes_of_people([scenario]) == 100 * memory.PER_CONTACT
    assert bytes_of_people([scenario, scenario]) == 2 * bytes_of_people([scenario])
    one = bytes_of_runs(world(), jobs=1)
    assert one == len(world().persons) * 2 * memory.PER_WEEK
    assert bytes_of_runs(world(), jobs=3) == 3 * one
    assert bytes_of_runs(world(("length", "4w")), jobs=1) == 2 * one


def test_people_that_do_not_fit_are_refused_with_both_numbers_before_they_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(experiments, "world_of", None)
    monkeypatch.setattr(experiments, "of_machine", lambda: 2_000_000_000)
    many = plan(("population.accounts.contacts", 5_000_000))
    with pytest.raises(UsageError, match=r"5,000,000 contacts take about 2\.5 GB of memory; this machine has 2\.0 GB"):
        forecast(many, "plan", compare_with=())


def test_runs_that_do_not_fit_side_by_side_are_refused() -> None:
    needed = bytes_of_runs(world(), jobs=4)
    refuse_runs(world(), jobs=4, memory=needed)
    with pytest.raises(UsageError, match="4 runs at a time") as caught:
        refuse_runs(world(), jobs=4, memory=needed - 1)
    assert "--jobs" in caught.value.help


def test_a_machine_that_does_not_tell_its_memory_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr("os.sysconf", silent)
    assert memory.of_machine() is None
    refuse_people([scenario_of(plan(), "plan")], memory=None)
    refuse_runs(world(), jobs=1_000, memory=None)
