"""Exact results of queueing theory that the desk is held against. Rates are per unit of time, waits in that unit.

Reports may use floats; nothing here takes part in a simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, exp, pi, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STATES = 400
"""Where the chains of a time-varying queue are cut off; with the loads used here nothing is ever that long."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a queue does to its customers in the long run."""

    waits: float
    """Share that does not begin at once."""
    mean_wait: float
    """Mean wait of all customers, including those who leave."""
    leaves: float = 0.0
    """Share that leaves before being served."""


def erlang_b(load: float, servers: int) -> float:
    """Share of customers lost where nobody waits (Erlang 1917); `load` is arrivals x mean service."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(arrivals: float, service: float, servers: int) -> Waiting:
    """M/M/c with endless patience (Erlang 1917). Raises `ValueError` where more comes than can be served."""
    load = arrivals / service
    if load >= servers:
        raise ValueError(f"{servers} servers cannot keep up with a load of {load}")
    blocked = erlang_b(load, servers)
    waits = blocked / (1 - load / servers * (1 - blocked))
    return Waiting(waits, waits / (servers * service - arrivals))


def erlang_c_beyond(arrivals: float, service: float, servers: int, wait: float) -> float:
    """Share that waits longer than this: who waits at all waits exponentially, at the rate of the free capacity."""
    return erlang_c(arrivals, service, servers).waits * exp(-(servers * service - arrivals) * wait)


def erlang_a(arrivals: float, service: float, leaving: float, servers: int) -> Waiting:
    """M/M/c+M: patience is exponential with rate `leaving` (Palm 1957), by its birth-death chain."""
    weights = [1.0]
    while len(weights) <= servers or weights[-1] > 1e-18 * max(weights):
        busy = len(weights)
        weights.append(weights[-1] * arrivals / (min(busy, servers) * service + max(0, busy - servers) * leaving))
    total = sum(weights)
    queue = sum((place - servers) * weight for place, weight in enumerate(weights) if place > servers) / total
    return Waiting(sum(weights[servers:]) / total, queue / arrivals, queue * leaving / arrivals)


def fixed_patience(arrivals: float, service: float, servers: int, patience: float) -> Waiting:
    """M/M/c+D: everybody waits exactly `patience` at most (Barrer 1957), from the density of the virtual wait.

    Up to the patience the density falls with the free capacity, beyond it with the whole capacity.
    """
    capacity = servers * service
    weights = [1.0]
    for busy in range(1, servers):
        weights.append(weights[-1] * arrivals / (busy * service))
    edge = arrivals * weights[-1]
    free = capacity - arrivals
    if abs(free) < 1e-12 * capacity:
        below, moment = edge * patience, edge * patience * patience / 2
    else:
        below = edge * (1 - exp(-free * patience)) / free
        moment = edge * (1 - exp(-free * patience) * (1 + free * patience)) / (free * free)
    beyond = edge * exp(-free * patience) / capacity
    total = sum(weights) + below + beyond
    return Waiting((below + beyond) / total, (moment + beyond * patience) / total, beyond / total)


def pollaczek_khinchine(load: float, variation: float) -> float:
    """Mean wait at one server with mean service 1 and this coefficient of variation (Pollaczek, Khinchine)."""
    return load * (1 + variation * variation) / (2 * (1 - load))


def cobham(first: float, second: float, service: float, servers: int) -> tuple[float, float]:
    """Mean waits of two classes of which the first goes before the second without interrupting it (Cobham 1954)."""
    both = first + second
    residual = erlang_c(both, service, servers).waits / (servers * service)
    free_of_first = 1 - first / (servers * service)
    return residual / free_of_first, residual / (free_of_first * (1 - both / (servers * service)))


def lognormal_variation(sigma: float) -> float:
    """Standard deviation / mean of a lognormal amount."""
    return sqrt(exp(sigma * sigma) - 1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A queue at one moment of a changing day."""

    inside: float
    """Mean number waiting or served."""
    queue: float
    """Mean number waiting."""
    all_busy: float
    """Chance that nobody is free."""


def changing_day(
    rate: Callable[[float], float], service: float, servers: int, moments: Sequence[float]
) -> tuple[Moment, ...]:
    """M(t)/M/c from an empty start: the Kolmogorov equations, integrated up to each of the ascending moments.

    `rate` may jump at the moments only. Needs scipy.
    """
    import numpy as np
    from scipy.integrate import solve_ivp

    places = np.arange(_STATES)
    served = np.minimum(places, servers) * service

    def change(time: float, chances: NDArray[np.float64]) -> NDArray[np.float64]:
        come = np.append(rate(time) * chances[:-1], 0.0)
        gone = served * chances
        flow: NDArray[np.float64] = np.append(gone[1:], 0.0) - gone + np.insert(come[:-1], 0, 0.0) - come
        return flow

    chances = np.zeros(_STATES)
    chances[0] = 1.0
    found, since = [], 0.0
    for moment in moments:
        # A hair inside the stretch, so that a jump of the rate at its end is not looked at.
        stretch = (since, moment - 1e-9)
        chances = solve_ivp(change, stretch, chances, method="LSODA", rtol=1e-9, atol=1e-12).y[:, -1]
        queue = float(np.maximum(places - servers, 0) @ chances)
        found.append(Moment(float(places @ chances), queue, float(chances[servers:].sum())))
        since = moment
    return tuple(found)


def endless_servers(mean: float, swing: float, period: float, service: float, moment: float) -> float:
    """Mean number inside M(t)/M/infinity whose rate is mean + swing x sin(2 pi t / period), long after the start.

    The exponential memory of the service turns and shrinks the wave (Eick, Massey, Whitt 1993).
    """
    turn = 2 * pi / period
    phase = turn * moment
    wave = (service * sin(phase) - turn * cos(phase)) / (service * service + turn * turn)
    return mean / service + swing * wave
