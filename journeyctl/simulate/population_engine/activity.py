"""The activity clock of `behaviour.activity` inside compiled code."""

from __future__ import annotations

from typing import Final

from journeyctl.behaviour.activity import HOUR, WEEK
from journeyctl.simulate.population_engine.arithmetic import count_not_above
from journeyctl.simulate.population_engine.clock import clock_moment, clock_reading
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.latent import product_53
from journeyctl.simulate.population_engine.response_tables import ACTIVITY, ACTIVITY_SUMS, ResponseTables

_MONDAY: Final = 3 * 86_400
_HOURS: Final = 168


@compiled
def passed(B: ResponseTables, reading: int) -> int:
    """Units up to a local reading."""
    sums, weights = B[ACTIVITY_SUMS], B[ACTIVITY]
    shifted = reading + _MONDAY
    week = shifted // WEEK
    second = shifted - week * WEEK
    hour = second // HOUR
    rest = second - hour * HOUR
    whole = week * B[sums + _HOURS - 1] + B[sums + hour]
    return whole - B[weights + hour] * (HOUR - rest)


@compiled
def reading_at(B: ResponseTables, units: int) -> int:
    """The first local reading by which so many units have passed."""
    sums, weights = B[ACTIVITY_SUMS], B[ACTIVITY]
    of_week = B[sums + _HOURS - 1]
    week = (units - 1) // of_week
    within = units - 1 - week * of_week
    hour = count_not_above(B, sums, _HOURS, within)
    left = B[sums + hour] - within - 1
    return week * WEEK + (hour + 1) * HOUR - left // B[weights + hour] - _MONDAY


@compiled
def later(B: ResponseTables, T: ClockTables, zone: int, start: int, units: int) -> int:
    """The moment by which `units` of activity have passed since `start`."""
    if units <= 0:
        return start
    reading = reading_at(B, passed(B, clock_reading(T, zone, start)) + units)
    return max(start, clock_moment(T, zone, reading))


@compiled
def moment_in(B: ResponseTables, T: ClockTables, zone: int, u: int, start: int, end: int) -> int:
    """A moment in `[start, end)` chosen by a draw, likelier in active hours."""
    first = passed(B, clock_reading(T, zone, start))
    units = passed(B, clock_reading(T, zone, end)) - first
    return min(max(start, later(B, T, zone, start, product_53(u, units))), end - 1)
