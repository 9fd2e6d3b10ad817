"""Replications end when every goal is met and stays met, at the same number whatever the jobs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.model.scenario import Replications
from journeyctl.model.specification import Workspace
from journeyctl.model.values import Precision
from journeyctl.results.intervals import estimate
from journeyctl.results.summary import Summary
from journeyctl.simulate import experiment as experiments
from journeyctl.simulate import forecast as forecasts
from journeyctl.simulate.experiment import BLOCK, variants_of
from journeyctl.simulate.stopping import AHEAD, FEWEST, Goal, Stopping, goals_of, measure_and_key
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

# The plain engine: what is tested here does not depend on how runs are done, and it needs no compiling.
forecast = partial(forecasts.forecast, engine="reference")
run_variants = partial(experiments.run_variants, engine="reference")
LEADS = Goal("leads", ("",), 0.05, relative=True)


def summaries(values: Sequence[float | None]) -> list[Summary]:
    """Replications of which only one measure is known."""
    return [cast(Summary, SimpleNamespace(value=lambda name, key, found=found: found)) for found in values]


def sufficient(values: Sequence[float | None], rule: Stopping) -> int | None:
    return rule(summaries(values))


def test_equal_replications_suffice_as_soon_as_they_have_been_looked_at_long_enough() -> None:
    assert sufficient([10.0] * 7, Stopping((LEADS,))) is None
    assert sufficient([10.0] * 30, Stopping((LEADS,))) == FEWEST + AHEAD


def test_a_precision_that_is_lost_again_does_not_count() -> None:
    values = [100.0, 100.0, 100.0, 100.0, 160.0, *([100.0] * 40)]
    found = sufficient(values, Stopping((LEADS,)))
    assert found is not None
    met = [LEADS.met_by(estimate(values[:count])) for count in range(found + 1)]
    assert not met[5]
    assert all(met[found - AHEAD :])
    assert not met[found - AHEAD - 1]


def test_never_fewer_than_the_least_number() -> None:
    assert sufficient([10.0] * 30, Stopping((LEADS,), least=20)) == 20


@pytest.mark.parametrize("values", [[None] * 30, [0.0, 1.0] * 15, [float("inf")] * 30])
def test_what_has_no_narrow_interval_is_never_precise(values: list[float | None]) -> None:
    assert sufficient(values, Stopping((LEADS,))) is None


@given(some.lists(some.floats(1, 100), min_size=20, max_size=60), some.sampled_from([0.02, 0.05, 0.1, 0.3]))
def test_it_stops_at_the_first_number_at_which_the_rule_holds(values: list[float], amount: float) -> None:
    goal = Goal("leads", ("",), amount, relative=True)
    met = [count >= FEWEST and goal.met_by(estimate(values[:count])) for count in range(len(values) + 1)]
    expected = next((n for n in range(FEWEST + AHEAD, len(values) + 1) if all(met[n - AHEAD : n + 1])), None)
    assert sufficient(values, Stopping((goal,))) == expected


def test_goals_are_read_with_their_units() -> None:
    scenario = Replications(until={"sla": Precision(0.02, relative=False)})
    found = goals_of(["leads=5%", "sla/us-imaging=1pp", "scenario"], scenario=scenario)
    assert found == (
        Goal("leads", ("",), 0.05, relative=True),
        Goal("sla", ("us-imaging",), 0.01, relative=False),
        Goal("sla", ("",), 0.02, relative=False),
    )
    assert [goal.name for goal in found] == ["leads", "sla/us-imaging", "sla"]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("sla", "is no precision"),
        ("sla=", "is no precision"),
        ("sla=0pp", "is no precision"),
        ("sla=5%", "'sla' is a share"),
        ("leads=2pp", "'leads' is no share"),
        ("slas=1pp", "there is no measure 'slas'"),
        ("sla_by_clock/us=1pp", "has no value"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(text: str, fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        goals_of([text], scenario=Replications())


def test_a_measure_without_a_key_means_all_together() -> None:
    assert measure_and_key("sla") == ("sla", ("",))
    assert measure_and_key("outcomes/accepted") == ("outcomes", ("accepted",))


# --- with real runs

TINY = (("population.accounts.contacts", 200), ("length", "4w"))


def plan() -> Workspace:
    return with_set(load(locate("small")), TINY, scenario="plan")


def test_blocks_are_run_until_enough_and_the_surplus_is_thrown_away() -> None:
    asked: list[int] = []

    def enough(kept: Sequence[int]) -> int | None:
        assert list(kept) == list(range(len(kept)))
        asked.append(len(kept))
        return 11 if len(kept) > 11 else None

    variants = variants_of(plan(), "plan")
    found = run_variants(variants, replications=20, reduce=number, enough=enough)
    assert asked == [BLOCK, 2 * BLOCK]
    assert found.replications == 11
    assert not found.partial
    assert [len(runs) for runs in found.results.values()] == [11, 11]


def number(record: object, world: object, draws: Draws) -> int:
    assert draws.replication is not None
    return draws.replication


def test_a_forecast_goes_on_until_it_is_precise_and_any_number_of_jobs_gives_the_same() -> None:
    options: dict[str, Any] = {"precision": ["leads=10%"], "compare_with": ()}
    one, two = (forecast(plan(), "plan", jobs=jobs, **options) for jobs in (1, 2))
    assert one == two
    assert one.replications == one.asked < 100
    assert [(note.measure, note.reached, note.asked) for note in one.precision] == [("leads", True, True)]


def test_a_maximum_ends_what_would_never_be_precise_enough() -> None:
    found = forecast(plan(), "plan", precision=["leads=0.1%"], most=9, compare_with=())
    assert (found.replications, found.partial) == (9, False)
    assert not found.precision[0].reached
