"""A sweep runs every combination on the same people, and its differences are those of single runs."""

from __future__ import annotations

import json
from functools import cache, partial

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.report.sweep_json import render_json
from journeyctl.report.sweep_text import render
from journeyctl.simulate import forecast as forecasts
from journeyctl.simulate import sweep as sweeps
from journeyctl.simulate.sweep import MOST_POINTS, PRESENT, Axis, Sweep, axis_of, points_of
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

# The plain engine: what is tested here does not depend on how runs are done, and it needs no compiling.
sweep = partial(sweeps.sweep, engine="reference")
forecast = partial(forecasts.forecast, engine="reference")
EAGER = ("behaviours.default.parameters.request_intercept.value", 1)
TINY = (("population.accounts.contacts", 300), ("length", "6w"), EAGER)
SDRS = "desks.sales.teams.inside.sdrs"


@cache
def plan() -> Workspace:
    return with_set(load(locate("small")), TINY, scenario="plan")


@cache
def over(*texts: str, present: bool = False, jobs: int = 1) -> Sweep:
    return sweep(plan(), "plan", tuple(map(axis_of, texts)), replications=2, with_present=present, jobs=jobs)


def test_an_axis_is_a_path_and_values() -> None:
    assert axis_of("scoring.mql.score=20, 30,40") == Axis("scoring.mql.score", ("20", "30", "40"))
    assert axis_of("a.b=[x, y],{p: 1, q: 2}") == Axis("a.b", ("[x, y]", "{p: 1, q: 2}"))


@pytest.mark.parametrize("text", ["seed", "=1,2", "seed=", "seed=1,,2", "seed=1,1"])
def test_an_axis_without_path_or_values_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        axis_of(text)


def test_points_are_all_combinations_with_the_last_axis_fastest() -> None:
    found = points_of((Axis("a", ("1", "2")), Axis("b", ("x", "y"))), with_present=True)
    assert [point.name for point in found] == [PRESENT, "1, x", "1, y", "2, x", "2, y"]
    assert dict(found[2].values) == {"a": "1", "b": "y"}


def test_too_many_points_and_a_path_varied_twice_are_refused() -> None:
    many = Axis("a", tuple(map(str, range(MOST_POINTS + 1))))
    with pytest.raises(UsageError, match="201 combinations"):
        points_of((many,))
    with pytest.raises(UsageError, match="'a' is varied twice"):
        points_of((Axis("a", ("1",)), Axis("a", ("2",))))


def test_every_row_is_what_a_run_with_that_value_gives() -> None:
    found = over(f"{SDRS}=1,3")
    for place, value in enumerate((1, 3)):
        alone = forecast(plan(), "plan", replications=2, compare_with=(), set=((SDRS, value),))
        assert found.estimates[place] == alone.estimates


def test_differences_are_to_the_first_row_and_paired() -> None:
    found = over(f"{SDRS}=1,3")
    cell = ("demand_per_capacity", ("sales",))
    first, second = found.estimate(0, cell), found.estimate(1, cell)
    difference = found.difference(1, cell)
    assert first is not None
    assert second is not None
    assert difference is not None
    assert found.difference(0, cell) is None
    assert difference.value == pytest.approx(second.value - first.value)  # type: ignore[operator]  # both were measured
    assert difference.value < 0  # type: ignore[operator]  # it was measured
    leads = found.difference(1, ("leads", ("",)))
    assert leads is not None
    assert (leads.value, leads.low, leads.high) == (0, 0, 0), "a headcount brings no leads"


def test_the_scenario_as_it_stands_can_be_the_first_row() -> None:
    found = over(f"{SDRS}=1,2", present=True)
    assert [point.name for point in found.points] == [PRESENT, "1", "2"]
    assert found.estimates[0] == found.estimates[2], "two is what stands there"
    assert [point.name for point in found.swept] == ["1", "2"]


def test_any_number_of_jobs_gives_the_same() -> None:
    assert over(f"{SDRS}=1,3") == over(f"{SDRS}=1,3", jobs=2)


def test_an_interrupted_sweep_holds_what_is_finished() -> None:
    def interrupt(done: int, of: int) -> None:
        assert of == 4
        if done == 3:
            raise KeyboardInterrupt

    found = sweep(plan(), "plan", [axis_of(f"{SDRS}=1,3")], replications=2, progress=interrupt)
    assert (found.partial, found.replications, found.asked) == (True, 1, 2)
    cell = ("demand_per_capacity", ("sales",))
    difference, first = found.difference(1, cell), found.estimate(0, cell)
    assert difference is not None
    assert first is not None
    assert (difference.replications, first.replications) == (1, 2)


def test_an_asked_trade_off_says_why_there_is_no_knee() -> None:
    found = sweep(plan(), "plan", [axis_of(f"{SDRS}=1,2,3")], replications=2, trades=[("leads", "sla")])
    assert found.trades[0].knee.place is None
    assert "does not change" in found.trades[0].knee.reason
    assert over(f"{SDRS}=1,3").trades == ()


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"measures": ["lead"]}, "there is no measure 'lead'"),
        ({"trades": [("leads", "slas")]}, "there is no measure 'slas'"),
        ({"axes": [axis_of("desks.sales.teams.inside.people=1")]}, "people"),
        ({"axes": [axis_of(f"{SDRS}=many")]}, "many"),
    ],
)
def test_names_and_values_that_do_not_fit_are_refused_before_anything_runs(
    options: dict[str, object], fact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeyctl.simulate.sweep.run_variants", None)
    arguments = {"axes": [axis_of(f"{SDRS}=1")], **options}
    with pytest.raises(UsageError, match=fact):
        sweep(plan(), "plan", **arguments)  # type: ignore[arg-type]  # arguments of sweep


def test_a_knee_over_two_axes_is_refused() -> None:
    axes = [axis_of(f"{SDRS}=1"), axis_of("length=4w")]
    with pytest.raises(UsageError, match="one axis"):
        sweep(plan(), "plan", axes, replications=1, trades=[("leads", "sla")])


def test_a_precision_is_reached_in_every_row_or_the_worst_row_is_named() -> None:
    wide = (axis_of(f"{SDRS}=1,2"),)
    found = sweep(plan(), "plan", wide, precision=["leads=30%"], most=24)
    alone = [
        forecast(with_set(plan(), [(SDRS, n)]), "plan", precision=["leads=30%"], most=24, compare_with=())
        for n in (1, 2)
    ]
    assert found.replications == max(one.replications for one in alone)
    assert [note.row for note in found.precision] == ["1", "2"]
    assert all(note.reached for note in found.precision)
    assert "is reached in every row after" in render(found, width=100)
    short = sweep(plan(), "plan", wide, precision=["leads/own=1%", "sla/sales=1pp"], most=3)
    assert short.replications == short.asked == 3
    text = " ".join(render(short, width=100).split())
    assert "leads/own: +-1 % is not reached in 2 of 2 rows after 3 replications, +-" in text
    assert [note["reached"] for note in json.loads(render_json(short))["precision"]][:2] == [False, False]
