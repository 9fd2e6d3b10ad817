"""What textbooks say of a desk's load, to be read beside a simulation: the bound by workload, and Erlang C.

Both know less than the simulation: nothing of absences and waves (Erlang C), nothing of waiting (the bound).
Erlang C takes all work of a lead as done at once by one SDR, in shifts without an end, at a constant rate of
arrivals; so it is a reference, and never the answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from journeyctl.calendars import BusinessClock, ShiftClock
from journeyctl.results.summary import Summary
from journeyctl.simulate.desk_rules import TeamRules
from journeyctl.simulate.truth.formulas import erlang_c
from journeyctl.simulate.world import Promise, World
from journeyctl.units import SECONDS_PER_DAY

MOST_SERVERS = 10_000
"""Beyond so many SDRs no formula is asked."""


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """The load of a desk that consists of one team, as averages over the run and over replications."""

    demand: float
    """Productive seconds that all leads of the run take."""
    capacity: float
    """Productive seconds of one SDR in the run, absences taken off."""
    arrivals: float
    """Leads per second of shift."""
    service: float
    """Leads that one SDR who is always there could finish per second of shift."""
    limit: float
    """The promise in seconds of shift."""

    @property
    def workload_bound(self) -> int:
        """SDRs without whom the work cannot be done at all, whoever waits how long."""
        return max(1, math.ceil(self.demand / self.capacity)) if self.capacity else 1

    def erlang_share(self, sdrs: int) -> float | None:
        """Share of leads called within the limit by Erlang C; `None` where the queue would grow for ever."""
        if not self.arrivals:
            return 1.0
        if self.arrivals >= sdrs * self.service:
            return None
        waits = erlang_c(self.arrivals, self.service, sdrs).waits
        return 1 - waits * math.exp(-(sdrs * self.service - self.arrivals) * self.limit)

    def erlang_bound(self, target: float) -> int | None:
        """Least SDRs with whom Erlang C expects the target; `None` where it expects that of no number."""
        return next((sdrs for sdrs in range(1, MOST_SERVERS) if (self.erlang_share(sdrs) or 0.0) >= target), None)


def load_of(world: World, runs: Sequence[Summary], *, desk: str, team: TeamRules, sdrs: int) -> DeskLoad:
    """The load of a desk from runs in which its one team had `sdrs` people, at least one."""

    def mean(name: str) -> float:
        values = [run.value(name, (desk,)) or 0.0 for run in runs]
        return math.fsum(values) / len(values)

    counted = ("leads_due", "leads_not_yet_due", "leads_refused_before_call")
    demand, leads = mean("demand"), math.fsum(mean(name) for name in counted)
    opened = ShiftClock(team.shift).elapsed(world.start, world.end)
    length, productive = team.stretch
    per_lead = demand / leads * length / productive if leads else 0.0
    return DeskLoad(
        demand=demand,
        capacity=mean("capacity") / sdrs,
        arrivals=leads / opened if opened else 0.0,
        service=1 / per_lead if per_lead else math.inf,
        limit=_shift_seconds(world, team, world.promises[desk], opened),
    )


def _shift_seconds(world: World, team: TeamRules, promise: Promise, opened: int) -> float:
    """The promise in seconds of shift, on average over the run."""
    limit, whole = promise.limit or 0, world.end - world.start
    match promise.clock:
        case "shift":
            return float(limit)
        case "business":
            business = BusinessClock(team.calendar).elapsed(world.start, world.end)
            return limit * opened / max(SECONDS_PER_DAY, business)
        case _:
            return limit * opened / whole
