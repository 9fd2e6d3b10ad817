"""Customers of a queue by addressed draws, and the exact recursion of who waits how long.

The recursion (Kiefer and Wolfowitz 1955) is short enough to be checked by reading and fast enough for
millions of customers; the desk must agree with it customer by customer, and it with the formulas.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyctl.draws import Draws, name_hash
from journeyctl.fixed_point import exponential_seconds_array, lognormal_seconds_array
from journeyctl.simulate.desk_rules import WorkTime

Integers = NDArray[np.int64]
UNIT = 36_000
"""Seconds that stand for the formulas' unit of time: long, so that whole seconds round nothing away."""


@dataclass(frozen=True, slots=True)
class Customers:
    """A stream of customers: second of arrival, seconds of service and of patience, in order of arrival."""

    arrival: Integers
    service: Integers
    patience: Integers | None = None
    """`None`: endless."""
    first: NDArray[np.bool_] | None = None
    """Who goes before the others; `None`: nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What customers are like; rates per `unit`."""

    arrivals: float
    work: WorkTime
    patience: float | None = None
    """Fixed, in units."""
    leaving: float | None = None
    """Rate of an exponential patience."""
    first: float = 0.0
    """Share that goes before the others."""
    unit: int = UNIT
    """Seconds of the unit."""
    rate: Callable[[Integers], NDArray[Any]] | None = None
    """Share of `arrivals` that really comes, by second; the most it may be is 1."""

    def customers(self, draws: Draws, count: int) -> Customers:
        """The first `count` customers, of which a changing rate keeps a part."""
        arrival = np.cumsum(exponential_seconds_array(_us(draws, "gap", count), round(self.unit / self.arrivals)))
        service = working_seconds(self.work, _us(draws, "service", count))
        kept = np.ones(count, np.bool_)
        if self.rate is not None:
            kept = _us(draws, "thinning", count) < (self.rate(arrival) * (1 << 53)).astype(np.int64)
        first = _us(draws, "class", count) < int(self.first * (1 << 53)) if self.first else None
        patience = self._patience(draws, count)
        return Customers(
            arrival[kept], service[kept], None if patience is None else patience[kept],
            None if first is None else first[kept],
        )  # fmt: skip

    def _patience(self, draws: Draws, count: int) -> Integers | None:
        if self.patience is not None:
            return np.full(count, round(self.patience * self.unit), np.int64)
        if self.leaving is not None:
            return exponential_seconds_array(_us(draws, "patience", count), round(self.unit / self.leaving))
        return None


def working_seconds(work: WorkTime, us: Integers) -> Integers:
    """`WorkTime.seconds` over an array."""
    if work.exponential:
        return np.maximum(exponential_seconds_array(us, work.median), 1)
    return np.maximum(lognormal_seconds_array(us, work.median, work.sigma), 1)


def _us(draws: Draws, purpose: str, count: int) -> Integers:
    return draws.block(name_hash("queue"), name_hash(purpose), occurrences=np.arange(count, dtype=np.uint64))


def begins(customers: Customers, servers: int) -> list[int | None]:
    """Second at which each customer is begun, in order of arrival; `None` for those who leave before.

    A service at the very end of the patience still counts.
    """
    if customers.first is not None:
        return _begins_by_class(customers, customers.first, servers)
    patience = customers.patience
    free = [0] * servers
    found: list[int | None] = []
    limits = [1 << 62] * len(customers.arrival) if patience is None else patience.tolist()
    for arrival, service, limit in zip(customers.arrival.tolist(), customers.service.tolist(), limits, strict=True):
        start = max(arrival, free[0])
        if start - arrival > limit:
            found.append(None)
        else:
            heapq.heapreplace(free, start + service)
            found.append(start)
    return found


def _begins_by_class(customers: Customers, first: NDArray[np.bool_], servers: int) -> list[int | None]:
    """Endless patience; of those who wait, the first class goes first, each class in order of arrival."""
    arrivals, services, classes = customers.arrival.tolist(), customers.service.tolist(), first.tolist()
    found: list[int | None] = [None] * len(arrivals)
    free = [0] * servers
    waiting: list[tuple[bool, int]] = []
    come = 0
    while come < len(arrivals) or waiting:
        now = free[0] if waiting else max(free[0], arrivals[come])
        while come < len(arrivals) and arrivals[come] <= now:
            heapq.heappush(waiting, (not classes[come], come))
            come += 1
        _, customer = heapq.heappop(waiting)
        found[customer] = now
        heapq.heapreplace(free, now + services[customer])
    return found


def waits(customers: Customers, begun: Sequence[int | None]) -> Integers:
    """Seconds each customer has waited when begun, or until leaving."""
    start = np.array([-1 if at is None else at for at in begun], np.int64)
    left = customers.patience if customers.patience is not None else np.zeros_like(start)
    return np.where(start < 0, left, start - customers.arrival)


def inside_at(customers: Customers, begun: Sequence[int | None], moments: Integers) -> tuple[Integers, Integers]:
    """How many are inside, and how many of them wait, at each of the ascending seconds. For endless patience."""
    start = np.sort(np.array(begun, np.int64))
    gone = np.sort(np.array(begun, np.int64) + customers.service)
    come = np.searchsorted(customers.arrival, moments, side="right")
    served = np.searchsorted(start, moments, side="right")
    return come - np.searchsorted(gone, moments, side="right"), come - served
