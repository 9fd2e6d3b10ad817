"""Intervals hold what they promise, and the same draws in two worlds are worth many replications."""

from __future__ import annotations

from statistics import variance

import pytest

from journeyctl.api import checked_workspace, with_values
from journeyctl.draws import Draws
from journeyctl.results.intervals import estimate
from journeyctl.results.measures import MEASURES, Key
from journeyctl.results.record import EventRecord
from journeyctl.results.summary import summarise
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.world import World
from journeyctl.workspaces import locate

DESK = ("sales",)
SHARES = (
    *((name, MEASURES[name].total) for name in (
        "open_rate", "open_rate_recorded", "click_rate", "click_rate_recorded", "engagement_rate",
        "engagement_rate_recorded", "contacts_with_click_share", "contacts_with_click_share_recorded",
        "unsubscribe_rate", "mql_share_of_clickers", "displaced_share",
    )),
    *((name, DESK) for name in ("sla", "sla_worst_week", "utilisation", "demand_per_capacity")),
    *(("sla_by_clock", (*DESK, clock)) for clock in ("wall", "business")),
    *(("outcomes", (outcome,)) for outcome in ("accepted", "rejected", "recycled", "unreachable")),
    ("collisions", ("weekly",)),
)  # fmt: skip
"""Every share of the whole run. Those of single weeks and lines have hardly any cases here, `group_completeness` has no
group, and of deals there are too few for their shares."""
BUSY = (
    ("population.accounts.contacts", 2_000), ("scoring.mql.score", 15),
    # A cap that binds and one SDR: a share that is nearly 0 or 1 has no usual interval.
    ("policies.caps.weekly.max", 1), ("policies.caps.weekly.per", "10d"), ("desks.sales.teams.inside.sdrs", 1),
)  # fmt: skip
REPETITIONS, REPLICATIONS, LONG_RUN = 100, 8, 400


def world_with(workspace: str, scenario: str, *changes: tuple[str, object]) -> World:
    checked = with_values(checked_workspace(locate(workspace)), changes, scenario=scenario)
    return world_of(checked.workspace, scenario, Draws(1))


def record_of(world: World, replication: int) -> EventRecord:
    return run(world, Draws(1, replication)).record.record()


def shares_of(world: World, replication: int) -> dict[tuple[str, Key], float | None]:
    context = context_of(world, Draws(1, replication))
    names = list(dict.fromkeys(name for name, _ in SHARES))
    found = summarise(record_of(world, replication), context, replication=replication, measures=names)
    return {(name, key): found.value(name, key) for name, key in SHARES}


@pytest.mark.slow
def test_the_interval_of_a_share_holds_the_long_run_as_often_as_it_says() -> None:
    world = world_with("small", "plan", *BUSY)
    runs = [shares_of(world, number) for number in range(LONG_RUN + REPETITIONS * REPLICATIONS)]
    for share in SHARES:
        assert MEASURES[share[0]].unit == "share"
        long_run = estimate(found[share] for found in runs[:LONG_RUN])
        assert long_run.value is not None
        holds = 0
        for first in range(LONG_RUN, len(runs), REPLICATIONS):
            interval = estimate(found[share] for found in runs[first : first + REPLICATIONS])
            assert interval.low is not None
            assert interval.high is not None
            holds += interval.low <= long_run.value <= interval.high
        assert 85 <= holds <= 95, share


@pytest.mark.slow
def test_the_same_draws_make_the_difference_of_a_content_change_fifteen_times_as_certain() -> None:
    chance = "behaviours.exact.parameters.request_intercept"
    before, after = (world_with("acceptance", "exact", (chance, value)) for value in (-2, -1.9))
    leads = [[_leads(world, number) for number in range(60)] for world in (before, after)]
    paired = variance([b - a for a, b in zip(*leads, strict=True)])
    independent = variance(leads[0]) + variance(leads[1])
    assert independent / paired >= 15


def _leads(world: World, replication: int) -> int:
    return len(record_of(world, replication).rows_of(Kind.HANDED_OFF))
