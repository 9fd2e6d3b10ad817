"""The staffing search finds the least headcount, the shortest ramp and the best cap, and tells overload."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.report.staffing_text import render
from journeyctl.results.intervals import Estimate
from journeyctl.simulate import forecast as forecasts
from journeyctl.simulate import staffing as searches
from journeyctl.simulate import trials as trial_runs
from journeyctl.simulate.staffing import RAMPS, Candidate, Staffing, _halved, _shortest_ramp, _verdict
from journeyctl.simulate.stopping import Plan
from journeyctl.simulate.trials import Trials
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

# The plain engine: what is tested here does not depend on how runs are done, and it needs no compiling.
staffing = partial(searches.staffing, engine="reference")
forecast = partial(forecasts.forecast, engine="reference")
SDRS = "desks.sales.teams.inside.sdrs"
BUSY = (
    ("population.accounts.contacts", 60),
    ("length", "6w"),
    ("launches.department-heads.ramp", "5bd"),
    ("desk_inflow.web-form.per_week", 45),
)


@cache
def plan(*changes: tuple[str, Any]) -> Workspace:
    return with_set(load(locate("small")), (*BUSY, *changes), scenario="plan")


@cache
def headcount(jobs: int = 1) -> Staffing:
    return staffing(plan(), "plan", topics=["headcount"], replications=3, jobs=jobs)


def test_the_least_headcount_is_found_with_its_neighbour_below() -> None:
    (answer,) = headcount().answers
    assert answer.paths == (SDRS,)
    assert answer.present == 2
    assert answer.found is not None
    tried = {one.amount: one for one in answer.candidates}
    assert tried[answer.found].verdict == "keeps"
    assert tried[answer.found - 1].verdict != "keeps"
    assert [one.amount for one in answer.candidates] == sorted(tried)


def test_every_row_is_what_a_forecast_with_that_headcount_says() -> None:
    (answer,) = headcount().answers
    row = answer.candidates[0]
    alone = forecast(plan(), "plan", replications=3, compare_with=(), set=((SDRS, row.amount),))
    assert row.measures["sla"] == alone.estimates["sla"][("sales",)]
    assert row.measures["leads"] == alone.estimates["leads"][("",)]


def test_more_sdrs_use_less_of_their_time_and_keep_more_promises() -> None:
    (answer,) = headcount().answers
    shares = [one.measures["sla"].value or 0.0 for one in answer.candidates]
    assert shares == sorted(shares)
    used = [one.measures["demand_per_capacity"].value or 0.0 for one in answer.candidates]
    assert used == sorted(used, reverse=True)


def test_references_stand_beside_the_answer() -> None:
    found = headcount()
    assert found.load is not None
    (answer,) = found.answers
    demand = answer.candidates[0].measures["demand_per_capacity"].value or 0.0
    # What one candidate is asked for, in people, is the workload bound up to the chances of absence.
    assert found.load.demand / found.load.capacity == pytest.approx(demand * answer.candidates[0].amount, rel=0.1)
    overloaded = [one.erlang is None for one in answer.candidates]
    assert overloaded == sorted(overloaded, reverse=True)


def test_any_number_of_jobs_gives_the_same() -> None:
    assert headcount() == headcount(jobs=2)


def test_a_promise_that_no_headcount_keeps_is_said_so() -> None:
    clock = (("desks.sales.sla.clock", "wall"), ("desks.sales.sla.first_call", "1h"))
    found = staffing(plan(*clock), "plan", topics=["headcount"], replications=2)
    (answer,) = found.answers
    assert answer.found is None
    assert "no longer change it" in answer.reason or "not even" in answer.reason


def test_a_cap_is_chosen_among_those_that_keep_the_promise() -> None:
    found = staffing(plan((SDRS, 8)), "plan", topics=["cap"], replications=2)
    (answer,) = found.answers
    assert answer.paths == ("policies.caps.weekly.max",)
    assert [one.amount for one in answer.candidates] == [1, 2, 3, 4, 5]
    assert answer.found in [one.amount for one in answer.candidates if one.verdict == "keeps"]


def test_an_interrupted_search_keeps_what_was_tried() -> None:
    told: list[str] = []

    def interrupt(text: str) -> None:
        told.append(text)
        if len({words.partition(":")[0] for words in told}) == 2:
            raise KeyboardInterrupt

    found = staffing(plan(), "plan", replications=2, progress=interrupt)
    assert found.partial
    (answer,) = found.answers
    assert answer.found is None
    assert [one.amount for one in answer.candidates] == [2]


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"team": "outside"}, "has a team 'outside'"),
        ({"cap": "daily", "topics": ["cap"]}, "there is no cap 'daily'"),
        ({"set": [("desks.sales.teams.inside.people", 3)]}, "people"),
    ],
)
def test_what_does_not_exist_is_refused(options: dict[str, Any], fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        staffing(plan(), "plan", **options)


# --- the searches alone


def candidate(amount: int, verdict: str) -> Candidate:
    return Candidate(amount, str(amount), verdict, {}, 0.0)  # type: ignore[arg-type]  # any of the words


@pytest.mark.parametrize("least", range(1, 40))
def test_halving_finds_the_first_that_keeps_in_few_trials(least: int) -> None:
    tried: list[int] = []

    def attempt(amount: int) -> Candidate:
        tried.append(amount)
        return candidate(amount, "keeps" if amount >= least else "misses")

    assert _halved(attempt, 0, 40) == least
    assert len(tried) <= 6


@pytest.mark.parametrize("needed", [*RAMPS, 100])
def test_the_shortest_ramp_is_the_first_that_keeps(needed: int) -> None:
    found, reason = _shortest_ramp(lambda days: candidate(days, "keeps" if days >= needed else "may or may not keep"))
    assert found == (needed if needed in RAMPS else None)
    assert bool(reason) == (needed in (1, 100))


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.97, 0.95, 0.99, "keeps"),
        (0.97, 0.94, 1.00, "may or may not keep"),
        (0.90, 0.86, 0.94, "misses"),
        (1.0, None, None, "may or may not keep"),
        (None, None, None, "n/a"),
    ],
)
def test_only_a_whole_interval_decides(value: float, low: float, high: float, verdict: str) -> None:
    assert _verdict(Estimate(value, low, high, 0.9, 3), 0.95) == verdict


def test_a_trial_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = Trials(plan(), "plan", Plan((), 1, 1), 1, engine="reference")
    first = trials.of(((SDRS, 1),))
    monkeypatch.setattr(trial_runs, "run_variants", None)
    assert trials.of(((SDRS, 1),)) is first


def test_with_a_precision_every_row_goes_on_until_it_is_reached() -> None:
    found = staffing(plan(), "plan", topics=["headcount"], precision=["leads=40%"], most=16)
    (answer,) = found.answers
    runs = [one.measures["leads"].replications for one in answer.candidates]
    assert 8 <= min(runs) <= max(runs) == found.replications <= 16
    assert all((one.measures["leads"].relative_half_width or 1) <= 0.4 for one in answer.candidates)
    assert f"Up to {max(runs)} replications (for leads +-40 %) of each row" in " ".join(
        render(found, width=100).split()
    )


def test_where_a_desk_has_several_teams_theory_is_left_out_and_that_is_said() -> None:
    teams = {name: {"sdrs": 1, "shift": {"days": "mon-fri", "hours": "09:00-17:00"}} for name in ("inside", "outside")}
    routes = [{"when": 'contact.role = "other"', "to": "outside"}, {"otherwise": "inside"}]
    changes = (("desks.sales.teams", teams), ("desks.sales.route", routes))
    several = with_set(plan(), changes, scenario="plan")
    found = staffing(several, "plan", topics=["headcount"], team="sales/inside", replications=2)
    assert found.load is None
    assert "the desk has several teams" in " ".join(render(found, width=100).split())
    assert "several teams" not in render(headcount(), width=100)
