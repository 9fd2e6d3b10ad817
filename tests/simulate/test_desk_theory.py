"""The desk against queueing theory: equal to the exact recursion customer by customer, and that to the formulas."""

from __future__ import annotations

import heapq
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from journeyctl.calendars import Calendar, working_time
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, exponential_seconds_array
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.lead import LeadRules, OutcomeOdds, Stage
from journeyctl.simulate.desk import SalesDesk, work_alone
from journeyctl.simulate.desk_rules import DeskRules, TeamRules, WorkTime
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.units import Duration

HOUR = 3_600


def always_open(rate: float, servers: int, patience: int | None = None) -> DeskRules:
    """Round the clock, one call of exponential length that always connects; `patience` in seconds."""
    calendar = Calendar("UTC", frozenset(range(7)))
    stale = None if patience is None else Duration(seconds=patience)
    lead = LeadRules((Stage("call"),), 0, 0, OutcomeOdds((CERTAIN, CERTAIN)), stale=stale)
    team = TeamRules("callers", servers, working_time("UTC"), calendar)
    work = {"attempt": WorkTime(round(HOUR / rate), exponential=True)}
    return DeskRules("desk", lead, {"callers": team}, ((None, "callers"),), calendar, "UTC", 7_200, work)


def customers(seed: int, arrivals: float, service: float, count: int) -> tuple[list[int], list[int]]:
    """Seconds of arrival, and of service as the desk draws it for leads named by their number."""
    draws = Draws(seed, 0)
    names = name_hashes([f"{k:06d}" for k in range(count)])
    gaps = exponential_seconds_array(draws.block(names, name_hash("gap")), round(HOUR / arrivals))
    us = draws.block(names, name_hash("minutes"), places=name_hash("attempt"))
    return np.cumsum(gaps).tolist(), np.maximum(exponential_seconds_array(us, round(HOUR / service)), 1).tolist()


def recursion(arrivals: list[int], services: list[int], servers: int, patience: int | None = None) -> list[int | None]:
    """Waits in seconds in order of arrival, after Kiefer and Wolfowitz; `None` for who left."""
    free = [0] * servers
    waits: list[int | None] = []
    for arrival, service in zip(arrivals, services, strict=True):
        start = max(arrival, free[0])
        if patience is not None and start - arrival > patience:
            waits.append(None)
        else:
            heapq.heapreplace(free, start + service)
            waits.append(start - arrival)
    return waits


def desk_run(
    rules: DeskRules, arrivals: list[int], seed: int, *, until: int | None = None
) -> tuple[list[Effect], SalesDesk, int]:
    requests = tuple(LeadRequest(f"{k:06d}", "desk", at, request=True) for k, at in enumerate(arrivals))
    end = arrivals[-1] + 1_000 * HOUR if until is None else until
    rows, desk = work_alone(rules, requests, Draws(seed, 0), start=0, until=end)
    return [row for _, row in rows], desk, end


def times(rows: list[Effect], kind: Kind) -> dict[str, int]:
    return {row.lead: row.time for row in rows if row.kind is kind}


ROWS = [(0.8, 1.0, 1, None), (2.0, 1.0, 3, None), (4.0, 4 / 3, 4, None), (4.0, 4 / 3, 3, 1), (1.0, 1.0, 1, 1)]


@pytest.mark.parametrize(("arrivals", "service", "servers", "hours"), ROWS)
def test_every_customer_waits_exactly_as_long_as_in_the_recursion(
    arrivals: float, service: float, servers: int, hours: int | None
) -> None:
    patience = None if hours is None else hours * HOUR
    came, lengths = customers(5, arrivals, service, 1_500)
    expected = recursion(came, lengths, servers, patience)
    rows, _, _ = desk_run(always_open(service, servers, patience), came, 5)
    begun = times(rows, Kind.ATTEMPTED)
    found = [begun[f"{k:06d}"] - at if f"{k:06d}" in begun else None for k, at in enumerate(came)]
    assert found == expected
    assert len(times(rows, Kind.EXPIRED)) == expected.count(None)


@pytest.mark.parametrize("hours", [None, 2])
def test_the_integral_of_the_queue_is_the_time_that_leads_waited(hours: int | None) -> None:
    patience = None if hours is None else hours * HOUR
    came, _ = customers(9, 3.0, 1.0, 800)
    end = came[-1] - 5 * HOUR
    rows, desk, _ = desk_run(always_open(1.0, 2, patience), came, 9, until=end)
    left = times(rows, Kind.EXPIRED) | times(rows, Kind.ATTEMPTED)
    waited = sum(left.get(lead, end) - at for lead, at in times(rows, Kind.ROUTED).items())
    assert desk.teams["callers"].queue.lead_seconds(end) - waited == 0


def test_nobody_is_free_while_a_lead_waits() -> None:
    came, _ = customers(3, 4.0, 4 / 3, 800)
    rows, _, end = desk_run(always_open(4 / 3, 4), came, 3)
    begun = times(rows, Kind.ATTEMPTED)
    ends = {row.lead: row.time for row in rows if row.kind is Kind.ACCEPTED}
    events = sorted([(at, 1) for at in begun.values()] + [(at, -1) for at in ends.values()])
    busy_at = {time: 0 for time, _ in events}
    busy = 0
    for time, step in events:
        busy += step
        busy_at[time] = busy
    moments = sorted(busy_at)
    for lead, at in times(rows, Kind.ROUTED).items():
        inside = [moment for moment in moments if at <= moment < begun[lead]]
        assert all(busy_at[moment] == 4 for moment in inside)
    assert end > max(ends.values())


@pytest.mark.parametrize("share_of_run", [0.0, 0.3, 1.0])
def test_leads_are_closed_or_in_work_at_any_moment(share_of_run: float) -> None:
    came, _ = customers(4, 4.0, 1.0, 600)
    rows, desk, _ = desk_run(always_open(1.0, 3, 6 * HOUR), came, 4, until=1 + round(came[-1] * share_of_run))
    closed = times(rows, Kind.ACCEPTED) | times(rows, Kind.EXPIRED)
    assert len(times(rows, Kind.ROUTED)) == len(closed) + desk.open_leads()


# --- the recursion against the formulas: within a 99.9 % t-interval that must itself be narrow

REPLICATIONS = 30


def estimates(
    arrivals: float, service: float, servers: int, hours: float | None, count: int
) -> dict[str, tuple[float, float]]:
    """Mean and half-width over replications, waits corrected by the drawn means, whose true values are known."""
    patience = None if hours is None else round(hours * HOUR)
    found: dict[str, list[float]] = {"wait": [], "waits": [], "leaves": []}
    means = []
    for number in range(REPLICATIONS):
        draws = Draws(11, number)
        occurrences = np.arange(count, dtype=np.uint64)
        gaps = exponential_seconds_array(
            draws.block(name_hash("a"), name_hash("gap"), occurrences=occurrences), round(HOUR / arrivals)
        )
        lengths = exponential_seconds_array(
            draws.block(name_hash("a"), name_hash("length"), occurrences=occurrences), round(HOUR / service)
        )
        waits = recursion(np.cumsum(gaps).tolist(), lengths.tolist(), servers, patience)
        served = [wait for wait in waits if wait is not None]
        found["wait"].append(sum(served) / len(served) / HOUR)
        found["waits"].append(sum(wait is None or wait > 0 for wait in waits) / count)
        found["leaves"].append(waits.count(None) / count)
        means.append((gaps.mean() / HOUR - 1 / arrivals, lengths.mean() / HOUR - 1 / service))
    return {name: interval(np.array(values), np.array(means)) for name, values in found.items()}


def interval(values: np.ndarray, controls: np.ndarray) -> tuple[float, float]:
    design = np.column_stack([np.ones(len(values)), controls])
    solution, *_ = np.linalg.lstsq(design, values, rcond=None)
    free = len(values) - design.shape[1]
    spread = sum((values - design @ solution) ** 2) / free
    error = sqrt(spread * np.linalg.inv(design.T @ design)[0, 0])
    return float(solution[0]), float(error * stats.t.ppf(0.9995, free))


ERLANG_C = [
    pytest.param((2.0, 1.0, 3, 0.444444, 0.444444, 25_000, 0.04), id="two thirds busy"),
    pytest.param((2.0, 1.0, 3, 0.444444, 0.444444, 60_000, 0.03), marks=pytest.mark.slow, id="two thirds busy, long"),
    pytest.param((1.5, 1.0, 2, 1.285714, 0.642857, 80_000, 0.03), marks=pytest.mark.slow, id="three quarters busy"),
    pytest.param((4.0, 4 / 3, 4, 0.382075, 0.509434, 120_000, 0.03), marks=pytest.mark.slow, id="four callers"),
    pytest.param((10.0, 1.0, 12, 0.224694, 0.449388, 60_000, 0.10), marks=pytest.mark.slow, id="five sixths busy"),
]


@pytest.mark.parametrize("row", ERLANG_C)
def test_patient_customers_wait_as_erlang_c_says(row: tuple[float, float, int, float, float, int, float]) -> None:
    arrivals, service, servers, wait, waits, count, cap = row
    found = estimates(arrivals, service, servers, None, count)
    check(found["wait"], wait, cap)
    check(found["waits"], waits, 0.02)


FIXED_PATIENCE = [
    (1.0, 1.0, 1, 1.0, 2 / 3, 1 / 3),
    (4.0, 4 / 3, 3, 1.0, 0.725806, 0.145161),
    (4.0, 4 / 3, 3, 8.0, 0.945860, 0.028662),
]


@pytest.mark.parametrize("row", FIXED_PATIENCE)
def test_customers_of_fixed_patience_leave_as_the_integral_says(
    row: tuple[float, float, int, float, float, float],
) -> None:
    arrivals, service, servers, hours, waits, leaves = row
    found = estimates(arrivals, service, servers, hours, 12_000)
    check(found["waits"], waits, 0.02)
    check(found["leaves"], leaves, 0.10)


def check(found: tuple[float, float], expected: float, cap: float) -> None:
    mean, half = found
    assert half <= cap * expected, f"an interval of {half} is too wide to say anything about {expected}"
    # Runs begin empty and seconds are whole, which moves means by less than a tenth of a percent.
    assert abs(mean - expected) <= half + 0.001 * expected


@pytest.mark.slow
def test_requests_overtake_scored_leads_as_cobham_says() -> None:
    # Two classes at three callers: 1 and 2 leads an hour, 45 minutes each; waits .189252 and .757009 hours.
    waits: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(12):
        came, _ = customers(seed, 3.0, 4 / 3, 6_000)
        names = [f"{k:06d}" for k in range(len(came))]
        asks = Draws(seed, 0).block(name_hashes(names), name_hash("kind")) * 3 < CERTAIN
        mixed = tuple(
            LeadRequest(name, "desk", at, request=ask) for name, at, ask in zip(names, came, asks.tolist(), strict=True)
        )
        rows, _ = work_alone(always_open(4 / 3, 3), mixed, Draws(seed, 0), start=0, until=came[-1] + 500 * HOUR)
        begun = times([row for _, row in rows], Kind.ATTEMPTED)
        for request in (True, False):
            own = [begun[r.lead] - r.created_at for r in mixed if r.request is request]
            waits[request].append(sum(own) / len(own) / HOUR)
    for request, expected in ((True, 0.189252), (False, 0.757009)):
        values = np.array(waits[request])
        half = stats.t.ppf(0.9995, len(values) - 1) * values.std(ddof=1) / sqrt(len(values))
        assert half <= 0.25 * expected
        assert abs(values.mean() - expected) <= half
