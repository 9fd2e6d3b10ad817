"""When to stop repeating a run: every named measure is as precise as asked for, and stays so for a while.

The rule of Hoad, Robinson and Davies ("Automated selection of the number of replications for a
discrete-event simulation", Journal of the Operational Research Society 61, 2010) with a half-width of its
own for every measure: absolute for shares, because a relative one is never reached where the share is small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from journeyctl.diagnostics import UsageError
from journeyctl.model.scenario import Replications
from journeyctl.results.intervals import Estimate, estimate
from journeyctl.results.measures import MEASURES, Key
from journeyctl.results.summary import Summary
from journeyctl.spec.leaves import PRECISION_PATTERN

AHEAD: Final = 5
"""Further replications over which a precision must hold before it is believed."""
FEWEST: Final = 3
"""Replications without which no interval is trusted."""
OF_SCENARIO: Final = "scenario"
"""Asks for what the scenario itself lists under `replications.until`."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The half-width that the 90 % interval of one measure is to have."""

    measure: str
    key: Key
    amount: float
    """A share: 0.01 for `1pp`, 0.05 for `5%`."""
    relative: bool
    """Of the mean, else in the measure's unit."""

    @property
    def name(self) -> str:
        """The measure, and its key where that is not all together: `sla`, `sla/us-imaging`."""
        return "/".join((self.measure, *self.key)) if any(self.key) else self.measure

    def half_width(self, found: Estimate | None) -> float | None:
        """What is to be compared with `amount`; `None` where there is no interval."""
        if found is None:
            return None
        return found.relative_half_width if self.relative else found.half_width

    def met_by(self, found: Estimate | None) -> bool:
        """The interval is as narrow as asked for."""
        half = self.half_width(found)
        return half is not None and half <= self.amount


@dataclass(frozen=True, slots=True)
class Stopping:
    """Stops at the first number of replications at which all goals are met and were met over the last few."""

    goals: tuple[Goal, ...]
    least: int = FEWEST
    """Replications that are run in any case."""

    def __call__(self, summaries: Sequence[Summary]) -> int | None:
        """How many of the replications, given in their order, suffice; `None`: more are needed."""
        values = {goal: [summary.value(goal.measure, goal.key) for summary in summaries] for goal in self.goals}
        held = 0
        for count in range(FEWEST, len(summaries) + 1):
            met = all(goal.met_by(estimate(values[goal][:count])) for goal in self.goals)
            held = held + 1 if met else 0
            if held > AHEAD and count >= self.least:
                return count
        return None


@dataclass(frozen=True, slots=True)
class Plan:
    """How long something is repeated."""

    goals: tuple[Goal, ...]
    """What ends it early; empty where nobody asked for a precision."""
    replications: int
    """At most; without goals exactly so many."""
    least: int
    """Replications that are run in any case."""

    @classmethod
    def of(
        cls, scenario: Replications, *, precision: Iterable[str] = (), replications: int | None, most: int | None
    ) -> Plan:
        """`replications` as asked for, else the scenario's least; with `precision` at most `most`, else its greatest.

        Raises `UsageError` as `goals_of` does.
        """
        goals, greatest = goals_of(precision, scenario=scenario), most or scenario.max
        count = replications or (greatest if goals else scenario.min)
        return cls(goals, count, min(scenario.min, greatest))

    @property
    def enough(self) -> Callable[[Sequence[Summarised]], int | None] | None:
        """Answers how many of some runs suffice; `None` where nothing ends them early."""
        rule = Stopping(self.goals, least=self.least)
        return (lambda runs: rule([run.summary for run in runs])) if self.goals else None


class Summarised(Protocol):
    """A run of which its summary is kept."""

    @property
    def summary(self) -> Summary:
        """Its measures."""
        ...


def goals_of(texts: Iterable[str], *, scenario: Replications) -> tuple[Goal, ...]:
    """Goals written as `sla=1pp`, `leads=5%`, `sla/us-imaging=1pp`, or `scenario`.

    Raises `UsageError` for measures that do not exist and precisions that do not fit the measure's unit.
    """
    found: list[Goal] = []
    for text in texts:
        if text == OF_SCENARIO:
            found += goals_of_scenario(scenario)
            continue
        name, equals, amount = (part.strip() for part in text.partition("="))
        if not equals or not re.fullmatch(PRECISION_PATTERN, amount):
            raise UsageError(
                f"'{text}' is no precision", "write a measure and its half-width, such as sla=1pp or leads=5%"
            )
        relative = amount.endswith("%")
        found.append(_goal(name, float(amount.rstrip("p%")) / 100, relative=relative))
    return tuple(dict.fromkeys(found))


def goals_of_scenario(scenario: Replications) -> tuple[Goal, ...]:
    """What a scenario lists under `replications.until`. Raises `UsageError` as `goals_of` does."""
    return tuple(_goal(name, wanted.amount, relative=wanted.relative) for name, wanted in scenario.until.items())


def _goal(name: str, amount: float, *, relative: bool) -> Goal:
    measure, key = measure_and_key(name)
    is_share = MEASURES[measure].unit == "share"
    if is_share and relative:
        raise UsageError(
            f"'{measure}' is a share: its half-width is asked for in percentage points",
            f"write {name}={amount * 100:g}pp",
        )
    if not is_share and not relative:
        raise UsageError(
            f"'{measure}' is no share: its half-width is asked for in per cent of it", f"write {name}={amount * 100:g}%"
        )
    return Goal(measure, key, amount, relative)


def measure_and_key(name: str) -> tuple[str, Key]:
    """A measure, or one key of it after slashes: `outcomes/accepted`. Raises `UsageError` for unknown ones."""
    measure, *key = name.split("/")
    if measure not in MEASURES:
        raise UsageError(f"there is no measure '{measure}'", f"measures: {', '.join(MEASURES)}")
    dimensions = MEASURES[measure].by
    if not key:
        return measure, MEASURES[measure].total
    if len(key) != len(dimensions):
        form = "/".join((measure, *(f"<{dimension}>" for dimension in dimensions)))
        raise UsageError(f"measure '{measure}' has no value '{name}'", f"write {form}")
    return measure, tuple(key)
