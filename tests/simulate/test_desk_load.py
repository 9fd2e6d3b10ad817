"""The textbook references beside a staffing table are those of the textbooks."""

from __future__ import annotations

import math

import pytest

from journeyctl.simulate.desk_load import DeskLoad

HOUR = 3_600
ERLANG_C = [
    # arrivals and services an hour, servers, P(wait), P(wait > half an hour)
    (0.8, 1.0, 1, 0.800000, 0.723870),
    (1.5, 1.0, 2, 0.642857, 0.500658),
    (2.0, 1.0, 3, 0.444444, 0.269569),
    (4.0, 4 / 3, 4, 0.509434, 0.261552),
    (20.0, 4 / 3, 17, 0.520272, 0.137142),
    (100.0, 4 / 3, 80, 0.462726, 0.016507),
]


def load(arrivals: float, service: float, limit: float = HOUR / 2) -> DeskLoad:
    """A desk with rates by the hour and a limit in seconds of shift."""
    return DeskLoad(demand=1.0, capacity=1.0, arrivals=arrivals / HOUR, service=service / HOUR, limit=limit)


@pytest.mark.parametrize(("arrivals", "service", "servers", "waits", "late"), ERLANG_C)
def test_the_share_in_time_is_erlang_c(
    arrivals: float, service: float, servers: int, waits: float, late: float
) -> None:
    assert load(arrivals, service).erlang_share(servers) == pytest.approx(1 - late, abs=1e-6)
    assert load(arrivals, service, limit=0).erlang_share(servers) == pytest.approx(1 - waits, abs=1e-6)


@pytest.mark.parametrize(("arrivals", "service", "servers", "late"), [(a, s, c, late) for a, s, c, _, late in ERLANG_C])
def test_the_erlang_bound_is_the_first_headcount_that_reaches_the_target(
    arrivals: float, service: float, servers: int, late: float
) -> None:
    assert load(arrivals, service).erlang_bound(1 - late - 1e-5) == servers
    bound = load(arrivals, service).erlang_bound(1 - late + 1e-5)
    assert bound == servers + 1


def test_a_desk_that_is_asked_for_too_much_has_no_share_in_time() -> None:
    assert load(4.0, 1.0).erlang_share(4) is None
    assert load(4.0, 1.0).erlang_share(5) is not None
    assert load(0.0, math.inf).erlang_share(1) == 1.0


@pytest.mark.parametrize(
    ("demand", "capacity", "bound"), [(0, 10, 1), (9.9, 10, 1), (10.1, 10, 2), (35, 10, 4), (5, 0, 1)]
)
def test_the_workload_bound_is_demand_over_what_one_can_do(demand: float, capacity: float, bound: int) -> None:
    assert DeskLoad(demand, capacity, 0.0, 1.0, 0.0).workload_bound == bound
