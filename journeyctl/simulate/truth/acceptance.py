"""The acceptance table: what theory says, what the simulator measures, and whether the two agree.

Each cell is a mean over replications with a 99.9 % t-interval, corrected by drawn means whose true values
are known (control variates). It passes where the interval holds the theory and is itself narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.results.intervals import FOR_THEORY, t_quantile
from journeyctl.simulate.desk_rules import WorkTime
from journeyctl.simulate.truth import formulas
from journeyctl.simulate.truth.queues import UNIT, Customers, Integers, Stream, begins, inside_at, waits

Floats = NDArray[np.float64]
LONG = "P(wait > 1/2)"
"""Share that waits longer than half an hour of the formulas."""
_RARE = 0.05
"""A smaller share of long waits is left out."""
_ROUNDING = 0.001
"""Runs begin empty and seconds are whole, which moves means by less than a tenth of a percent."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table."""

    case: str
    measure: str
    theory: float
    measured: float
    half_width: float
    """Of the 99.9 % t-interval, corrected for the number of lines."""
    widest: float
    """Half width from which the line would say nothing."""
    replications: int

    @property
    def agrees(self) -> bool:
        """The interval is narrow and holds the theory."""
        close = abs(self.measured - self.theory) <= self.half_width + _ROUNDING * abs(self.theory)
        return close and self.half_width <= self.widest


@dataclass(frozen=True, slots=True)
class QueueCase:
    """A queue in its long run."""

    name: str
    stream: Stream
    servers: int
    theory: Mapping[str, float]
    """By measure: `P(wait)`, `LONG`, `P(leave)`, `mean wait`; by class `mean wait of the first` and `of the second`."""
    cap: float
    """Widest half width as a share of the theory, for waits and long waits; other shares have half of it."""
    count: int
    """Customers in a replication."""
    before: int = 0
    """Customers at the start who are not counted: they find fewer before them than there are in the long run."""


def _exponential(service: float, unit: int = UNIT) -> WorkTime:
    return WorkTime(round(unit / service), exponential=True)


def _patient(unit: int, arrivals: float, service: float, servers: int, *, cap: float, count: int) -> QueueCase:
    found = formulas.erlang_c(arrivals, service, servers)
    stream = Stream(arrivals=arrivals, unit=unit, work=_exponential(service, unit))
    theory = {"P(wait)": found.waits, "mean wait": found.mean_wait}
    long = formulas.erlang_c_beyond(arrivals, service, servers, 0.5)
    # What next to nobody meets takes too many customers to be measured narrowly.
    if long > _RARE:
        theory[LONG] = long
    return QueueCase(f"Erlang C, {arrivals:g} an hour, {servers} callers", stream, servers, theory, cap, count)


def _leaving(
    unit: int, arrivals: float, service: float, leaving: float, servers: int, *, count: int = 20_000
) -> QueueCase:
    found = formulas.erlang_a(arrivals, service, leaving, servers)
    stream = Stream(arrivals=arrivals, unit=unit, work=_exponential(service, unit), leaving=leaving)
    theory = {"P(wait)": found.waits, "P(leave)": found.leaves, "mean wait": found.mean_wait}
    return QueueCase(f"Erlang A, {arrivals:g} an hour, {servers} callers", stream, servers, theory, 0.10, count)


def _fixed(unit: int, arrivals: float, service: float, servers: int, patience: float, *, before: int = 0) -> QueueCase:
    found = formulas.fixed_patience(arrivals, service, servers, patience)
    stream = Stream(arrivals=arrivals, unit=unit, work=_exponential(service, unit), patience=patience)
    theory = {"P(wait)": found.waits, "P(leave)": found.leaves}
    name = f"fixed patience {patience:g} h, {arrivals:g} an hour, {servers} callers"
    return QueueCase(name, stream, servers, theory, 0.20, 40_000 + before, before)


def _one_server(unit: int, load: float, variation: float, name: str, *, cap: float, count: int) -> QueueCase:
    stream = Stream(arrivals=load, unit=unit, work=WorkTime.of(unit, variation))
    theory = {"P(wait)": load, "mean wait": formulas.pollaczek_khinchine(load, variation)}
    return QueueCase(f"Pollaczek-Khinchine, {name} service, load {load:g}", stream, 1, theory, cap, count)


def _classes(unit: int, first: float, second: float, service: float, servers: int, *, cap: float) -> QueueCase:
    ahead, behind = formulas.cobham(first, second, service, servers)
    stream = Stream(
        arrivals=first + second, unit=unit, work=_exponential(service, unit), first=first / (first + second)
    )
    theory = {"mean wait of the first": ahead, "mean wait of the second": behind}
    return QueueCase(f"Cobham, {first:g} + {second:g} an hour, {servers} callers", stream, servers, theory, cap, 50_000)


def queue_cases(unit: int = UNIT) -> tuple[QueueCase, ...]:
    """Every queue in its long run that the table holds; `unit` seconds stand for an hour of the formulas."""
    lognormal = formulas.lognormal_variation
    return (
        _patient(unit, 0.8, 1.0, 1, cap=0.05, count=60_000),
        _patient(unit, 1.5, 1.0, 2, cap=0.03, count=100_000),
        _patient(unit, 2.0, 1.0, 3, cap=0.03, count=90_000),
        _patient(unit, 4.0, 4 / 3, 4, cap=0.03, count=200_000),
        _patient(unit, 8.0, 4 / 3, 8, cap=0.03, count=340_000),
        _patient(unit, 10.0, 1.0, 12, cap=0.10, count=40_000),
        _patient(unit, 20.0, 4 / 3, 17, cap=0.10, count=60_000),
        _patient(unit, 100.0, 4 / 3, 80, cap=0.10, count=300_000),
        _leaving(unit, 4.0, 4 / 3, 0.1, 4),
        _leaving(unit, 4.0, 4 / 3, 0.5, 3),
        _leaving(unit, 6.0, 4 / 3, 1 / 8, 4),
        _leaving(unit, 20.0, 4 / 3, 0.25, 15),
        _leaving(unit, 100.0, 4 / 3, 0.5, 75, count=120_000),
        _leaving(unit, 1.0, 1.0, 1.0, 1),
        _fixed(unit, 4.0, 4 / 3, 3, 8.0),
        _fixed(unit, 4.4, 4 / 3, 3, 8.0),
        _fixed(unit, 4.0, 4 / 3, 3, 1.0),
        _fixed(unit, 1.0, 1.0, 1, 1.0),
        # Too much comes for four callers, and 40 hours of waiting take a while to gather.
        _fixed(unit, 6.0, 4 / 3, 4, 40.0, before=10_000),
        _one_server(unit, 0.5, 0.0, "constant", cap=0.03, count=20_000),
        _one_server(unit, 0.8, 0.0, "constant", cap=0.05, count=60_000),
        _one_server(unit, 0.9, 0.0, "constant", cap=0.10, count=60_000),
        _one_server(unit, 0.5, lognormal(0.6), "lognormal .6", cap=0.03, count=40_000),
        _one_server(unit, 0.8, lognormal(0.6), "lognormal .6", cap=0.05, count=60_000),
        _one_server(unit, 0.9, lognormal(0.6), "lognormal .6", cap=0.10, count=60_000),
        _one_server(unit, 0.5, lognormal(1.0), "lognormal 1", cap=0.05, count=60_000),
        _one_server(unit, 0.8, lognormal(1.0), "lognormal 1", cap=0.10, count=60_000),
        _classes(unit, 0.3, 0.5, 1.0, 1, cap=0.08),
        _classes(unit, 1.0, 2.0, 4 / 3, 3, cap=0.05),
        _classes(unit, 2.0, 5.0, 4 / 3, 6, cap=0.08),
    )


def lines_of_table() -> int:
    """How many lines the table has; its intervals are corrected for that."""
    return sum(len(case.theory) for case in queue_cases()) + 2 * len(_DAY_MOMENTS) + len(_WAVE_MOMENTS)


def cells(*, seed: int, replications: int, progress: Callable[[str], None] = lambda name: None) -> Iterator[Cell]:
    """Measures the whole table, line by line. Needs scipy for one of the cases."""
    confidence = 1 - (1 - FOR_THEORY) / lines_of_table()
    for case in queue_cases():
        progress(case.name)
        yield from queue_cells(case, seed=seed, replications=replications, confidence=confidence)
    progress("changing rates")
    yield from _working_day(seed, replications, confidence)
    yield from _wave(seed, replications, confidence)


# --- queues in their long run


def queue_cells(case: QueueCase, *, seed: int, replications: int, confidence: float) -> Iterator[Cell]:
    """The lines of one queue."""
    values: dict[str, list[float]] = {name: [] for name in case.theory}
    drawn: list[tuple[float, float]] = []
    mean_gap = 1 / case.stream.arrivals
    mean_service = _mean_service(case.stream.work)
    for number in range(replications):
        customers = case.stream.customers(Draws(seed, number), case.count)
        for name, value in _measured(customers, begins(customers, case.servers), case.before).items():
            if name in values:
                values[name].append(value)
        gap, service = customers.arrival[-1] / case.count / UNIT, customers.service.mean() / UNIT
        drawn.append((float(gap) - mean_gap, float(service) - mean_service))
    for name, theory in case.theory.items():
        mean, half = _interval(np.array(values[name]), np.array(drawn), confidence)
        widest = case.cap * theory * (1 if name.startswith("mean") or name == LONG else 0.5)
        yield Cell(case.name, name, theory, mean, half, widest, replications)


def _mean_service(work: WorkTime) -> float:
    if work.exponential:
        return work.median / UNIT
    return work.median / UNIT * float(np.exp((work.sigma / (1 << 20)) ** 2 / 2))


def _measured(customers: Customers, begun: Sequence[int | None], before: int) -> dict[str, float]:
    waited = waits(customers, begun)[before:] / UNIT
    left = np.array([at is None for at in begun[before:]])
    found = {
        "P(wait)": float((waited > 0).mean()),
        LONG: float((waited > 0.5).mean()),
        "P(leave)": float(left.mean()),
        "mean wait": float(waited.mean()),
    }
    if customers.first is not None:
        found["mean wait of the first"] = float(waited[customers.first].mean())
        found["mean wait of the second"] = float(waited[~customers.first].mean())
    return found


def _interval(values: Floats, controls: NDArray[Any], confidence: float) -> tuple[float, float]:
    """Mean and half width at the controls' true means, which are zero; constant controls are left away."""
    design = np.ones((len(values), 1))
    if controls.size:
        design = np.column_stack([design, controls[:, controls.std(axis=0) > 0]])
    solution, *_ = np.linalg.lstsq(design, values, rcond=None)
    free = len(values) - design.shape[1]
    spread = float(((values - design @ solution) ** 2).sum()) / free
    error = sqrt(spread * float(np.linalg.inv(design.T @ design)[0, 0]))
    return float(solution[0]), error * t_quantile(confidence, free)


# --- queues whose rate changes with the hour

_DAY_MOMENTS = (2.0, 4.0, 6.0, 8.0)
_DAYS = 550
_DAY = 200 * UNIT
"""From one day's start to the next: all calls of the day are long over."""
_WAVE_MOMENTS = (0.0, 6.0, 12.0, 18.0)
_WAVE_CYCLES = 210


def _morning_rate(second: Integers) -> Floats:
    """6 an hour for four hours, 2 for four, then none; as a share of 6."""
    hour = (second % _DAY) / UNIT
    return np.where(hour < 4, 1.0, np.where(hour < 8, 1 / 3, 0.0))


def _working_day(seed: int, replications: int, confidence: float) -> Iterator[Cell]:
    """Three callers on many days that begin empty."""
    stream = Stream(arrivals=6.0, work=_exponential(4 / 3), rate=_morning_rate)
    theory = formulas.changing_day(lambda hour: 6.0 if hour < 4 else 2.0, 4 / 3, 3, _DAY_MOMENTS)
    starts = np.arange(_DAYS, dtype=np.int64)[:, None] * _DAY
    moments = (starts + (np.array(_DAY_MOMENTS) * UNIT).astype(np.int64)).reshape(-1)
    inside, busy = [], []
    for number in range(replications):
        customers = _of_days(stream, Draws(seed, number))
        present, _ = inside_at(customers, begins(customers, 3), moments)
        by_day = present.reshape(_DAYS, -1)
        inside.append(by_day.mean(axis=0))
        busy.append((by_day >= 3).mean(axis=0))
    for place, (moment, exact) in enumerate(zip(_DAY_MOMENTS, theory, strict=True)):
        case = f"changing day, 3 callers, hour {moment:g}"
        for measure, values, true in (("inside", inside, exact.inside), ("P(all busy)", busy, exact.all_busy)):
            mean, half = _interval(np.array(values)[:, place], np.empty((0, 0)), confidence)
            yield Cell(case, measure, true, mean, half, 0.05 * true, replications)


def _of_days(stream: Stream, draws: Draws) -> Customers:
    """Customers of the eight busy hours of every day: the long nights between are left out of the drawing."""
    busy_hours = 8 * UNIT
    count = round(_DAYS * 8 * stream.arrivals * 1.1)
    plain = Stream(arrivals=stream.arrivals, work=stream.work).customers(draws, count)
    days, within = np.divmod(plain.arrival, busy_hours)
    arrival = days * _DAY + within
    us = draws.block(1, 2, occurrences=np.arange(count, dtype=np.uint64))
    kept = (us < (_morning_rate(arrival) * (1 << 53)).astype(np.int64)) & (days < _DAYS)
    return Customers(arrival[kept], plain.service[kept])


def _wave_rate(second: Integers) -> Floats:
    """10 + 8 sin(2 pi t / 24 h) an hour, as a share of 18."""
    found: Floats = (10 + 8 * np.sin(2 * np.pi * (second / UNIT) / 24)) / 18
    return found


def _wave(seed: int, replications: int, confidence: float) -> Iterator[Cell]:
    """A desk where somebody is always free: nobody waits, and the number inside follows the wave."""
    stream = Stream(arrivals=18.0, work=_exponential(0.5), rate=_wave_rate)
    cycles = np.arange(2, _WAVE_CYCLES, dtype=np.int64)[:, None] * 24
    moments = ((cycles + np.array(_WAVE_MOMENTS)) * UNIT).astype(np.int64).reshape(-1)
    count = round((_WAVE_CYCLES + 3) * 24 * 18)
    found = []
    for number in range(replications):
        customers = stream.customers(Draws(seed, number), count)
        present, _ = inside_at(customers, customers.arrival.tolist(), moments)
        found.append(present.reshape(len(cycles), -1).mean(axis=0))
    for place, moment in enumerate(_WAVE_MOMENTS):
        theory = formulas.endless_servers(10, 8, 24, 0.5, moment)
        mean, half = _interval(np.array(found)[:, place], np.empty((0, 0)), confidence)
        case = f"wave of 24 h, endless callers, hour {moment:g}"
        yield Cell(case, "inside", theory, mean, half, 0.03 * theory, replications)
