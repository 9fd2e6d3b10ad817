"""A future run is told with what comes from chance and what from parameters, and with the parameters that matter."""

from __future__ import annotations

import dataclasses
from functools import cache, partial
from pathlib import Path

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.model.specification import Workspace
from journeyctl.report.future_run_text import render
from journeyctl.simulate import forecast as forecasts
from journeyctl.simulate import uncertainty
from journeyctl.simulate.finished import Finished
from journeyctl.simulate.parameter_draws import undrawn_numbers
from journeyctl.simulate.stated_numbers import is_stated
from journeyctl.simulate.uncertainty import FutureRun, Uncertainty
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

# The plain engine: what is tested here does not depend on how runs are done, and it needs no compiling.
future_run = partial(uncertainty.future_run, engine="reference")
forecast = partial(forecasts.forecast, engine="reference")
TINY = (
    ("population.accounts.contacts", 150),
    ("population.accounts.umbrellas", 5),
    ("length", "4w"),
    ("launches.department-heads.ramp", "2bd"),
    ("desk_inflow.web-form.per_week", 5),
)


@cache
def plan() -> Workspace:
    return with_set(load(locate("small")), TINY, scenario="plan")


@cache
def found(jobs: int = 1) -> FutureRun:
    return future_run(plan(), "plan", draws=50, jobs=jobs)


def test_runs_under_drawn_parameters_are_kept_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert future_run(plan(), "plan", draws=50, resume=tmp_path) == found()
    files = sorted(tmp_path.iterdir())
    assert len(files) == 100
    for path in files[:3]:
        path.unlink()
    real, done = uncertainty.run, []

    def run(*arguments: object, **options: object) -> Finished:
        done.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(uncertainty, "run", run)
    assert future_run(plan(), "plan", draws=50, resume=tmp_path) == found()
    assert len(done) == 3


def measure(name: str) -> Uncertainty:
    return next(one for one in found().measures if one.measure == name)


def test_all_runs_of_all_draws_are_in_the_answer() -> None:
    assert len(found().draws) == found().asked == 50
    assert not found().partial
    assert measure("leads").spread.runs == 100
    assert found().violations == ()
    assert set(found().kept) == {"sales"}


def test_a_range_in_another_sort_of_time_is_not_drawn_and_that_is_said() -> None:
    changes = (("desks.sales.field_sales.delays.sql", {"value": "5bd", "range": ["1d", "10bd"], "source": "assumed"}),)
    mixed = with_set(plan(), changes, scenario="plan")
    answer = dataclasses.replace(found(), undrawn=undrawn_numbers((mixed.scenarios["plan"], mixed.desks["sales"])))
    path = "desks.sales.field_sales.delays.sql"
    assert answer.undrawn == {path: ("business days", "days")}
    assert f"NOT DRAWN: {path}, value and range are in business days and days." in " ".join(
        render(answer, width=80).split()
    )
    assert found().undrawn == {}


def test_what_parameters_decide_comes_from_parameters_and_names_the_right_ones() -> None:
    rate = measure("engagement_rate")
    assert (rate.spread.share_of_parameters or 0) > 0.1
    assert rate.drivers, "openings and clicks are drawn over wide ranges"
    assert {driver.parameter for driver in rate.drivers} & {"open_intercept", "click_intercept"}
    signs = {driver.parameter: driver.correlation for driver in rate.drivers}
    assert all(signs.get(name, 1.0) > 0 for name in ("open_intercept", "click_intercept"))


def test_ranges_hold_the_middle_and_ninety_of_a_hundred_runs() -> None:
    for one in found().measures:
        assert one.spread.low <= one.spread.middle <= one.spread.high
    askers = measure("askers").spread
    assert askers.low < askers.high


@pytest.mark.slow
def test_any_number_of_jobs_gives_the_same() -> None:
    assert found(2) == found()


def test_a_draw_is_the_scenario_with_those_values(monkeypatch: pytest.MonkeyPatch) -> None:
    values = found().draws[1]
    # Two draws that are alike are four replications of one and the same scenario.
    monkeypatch.setattr(uncertainty, "parameter_draws", lambda uncertain, seed, draws: (values,) * draws)
    monkeypatch.setattr(uncertainty, "FEWEST_DRAWS", 2)
    part = future_run(plan(), "plan", draws=2)
    settings = [(_path(name), value) for name, value in values.items() if ".fields.contact.role." not in name]
    # The three roles are all that there is, whatever their ranges add up to.
    roles = {name.rpartition(".")[2]: value for name, value in values.items() if ".fields.contact.role." in name}
    parts = {role: float(f"{share / sum(roles.values()):.9f}") for role, share in roles.items()}
    settings.append(("population.fields.contact.role", parts))
    alone = forecast(plan(), "plan", replications=4, compare_with=(), set=settings)
    assert len(part.measures) > 5
    for one in part.measures:
        assert one.spread.mean == pytest.approx(alone.estimates[one.measure][one.key].value)


def _path(name: str) -> str:
    if name.startswith(("scenarios.", "desks.")):
        return name
    return f"behaviours.default.{name if '.' in name else f'parameters.{name}'}.value"


def test_where_only_the_behaviour_is_uncertain_all_draws_have_the_same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    of_behaviour = {one.name for one in found().parameters if not is_stated(one.name)}
    made: list[str] = []
    real = uncertainty.world_of
    monkeypatch.setattr(uncertainty, "world_of", lambda w, name, draws: made.append(name) or real(w, name, draws))
    monkeypatch.setattr(uncertainty, "FEWEST_DRAWS", 2)
    future_run(plan(), "plan", draws=2)
    assert len(made) == 3, "the scenario as stated, and one world for each draw"
    monkeypatch.setattr(uncertainty, "uncertain_numbers", lambda documents: ())
    made.clear()
    part = future_run(plan(), "plan", draws=2)
    assert made == ["plan"]
    assert {one.name for one in part.parameters} == of_behaviour


def test_what_an_engine_remembers_of_one_draw_is_not_used_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine may keep what it worked out for a world; every draw is a world of its own."""
    seen: dict[int, object] = {}
    real = uncertainty.run

    def remembering(world: World, draws: Draws, *, engine: str) -> Finished:
        kept = world.memory.setdefault("model", world.model)
        assert kept is world.model
        seen[id(world.memory)] = kept
        return real(world, draws, engine=engine)

    monkeypatch.setattr(uncertainty, "run", remembering)
    monkeypatch.setattr(uncertainty, "FEWEST_DRAWS", 3)
    future_run(plan(), "plan", draws=3)
    assert seen


def test_an_interrupted_answer_holds_whole_draws_only() -> None:
    def interrupt(done: int, of: int) -> None:
        assert of == 100
        if done == 7:
            raise KeyboardInterrupt

    part = future_run(plan(), "plan", draws=50, progress=interrupt)
    assert part.partial
    assert part.draws == found().draws[:3]
    assert all(one.spread.runs == 6 for one in part.measures)


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"draws": 49}, "49 draws do not cover"),
        ({"draws": 50, "replications": 1}, "one replication cannot tell"),
    ],
)
def test_too_little_to_tell_the_two_apart_is_refused(options: dict[str, int], fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        future_run(plan(), "plan", **options)
