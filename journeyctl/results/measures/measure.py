"""What a measure is: a function of one replication that carries its own definition."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from journeyctl.results.measures.observation import Observation

Key = tuple[str, ...]
"""One name per dimension of the measure; the empty name is all of them together."""
Unit = Literal["share", "count", "per 1,000", "mails per contact", "seconds", "cents", "times", "per opportunity"]
MeasureClock = Literal["none", "wall", "the desk's", "each"]


@dataclass(frozen=True, slots=True)
class Observed:
    """A measure's value in one replication; `None` is n/a: nothing could be counted."""

    value: float | None
    n: int | None = None
    """Size of the denominator or cohort."""

    def __reduce__(self) -> tuple[type[Observed], tuple[float | None, int | None]]:
        # Every replication sends hundreds of them from a worker, and the way of all dataclasses takes thrice as long.
        return Observed, (self.value, self.n)


Values = Mapping[Key, Observed]
LOADS: Final = frozenset(("demand_per_capacity", "utilisation", "utilisation_by_week"))
"""Shares of a capacity, which may be overdrawn; every other share is a part of its denominator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure with everything that a reader must know to use its number."""

    name: str
    title: str
    unit: Unit
    clock: MeasureClock
    """Which clock counts its seconds or limits; `none` where no length of time matters."""
    numerator: str
    denominator: str
    """Empty for counts and sums."""
    cohort: str
    censoring: str
    """What becomes of cases that the end of the run cuts off."""
    by: tuple[str, ...]
    """Names of the dimensions of its keys."""
    definition: str
    compute: Callable[[Observation], Values]

    def __call__(self, observation: Observation) -> Values:
        """The values of one replication by key."""
        values = self.compute(observation)
        if self.unit == "share" and self.name not in LOADS:
            above = {key: seen.value for key, seen in values.items() if seen.value is not None and seen.value > 1}
            assert not above, f"a rate above 100 % is a fault of its measure: {self.name} {above}"
        return values

    @property
    def total(self) -> Key:
        """The key of all together."""
        return ("",) * len(self.by)

    @property
    def adds_up(self) -> bool:
        """Counts and sums: a key that a replication does not have counts as zero, not as n/a."""
        return self.denominator == "" and self.unit in ("count", "cents")


def measure(
    *,
    title: str,
    unit: Unit,
    numerator: str,
    cohort: str,
    denominator: str = "",
    censoring: str = "none: what happens after the end is not counted",
    clock: MeasureClock = "none",
    by: tuple[str, ...] = (),
) -> Callable[[Callable[[Observation], Values]], Measure]:
    """Makes a function the measure of its name; its docstring is the definition."""

    def made(compute: Callable[[Observation], Values]) -> Measure:
        return Measure(
            name=compute.__name__, title=title, unit=unit, clock=clock, numerator=numerator, denominator=denominator,
            cohort=cohort, censoring=censoring, by=by, compute=compute,
            definition=inspect.cleandoc(compute.__doc__ or ""),
        )  # fmt: skip

    return made


def ratio(numerator: float, denominator: int, *, times: int = 1) -> Observed:
    """`times` x numerator / denominator; n/a where there is nothing to divide by."""
    return Observed(times * numerator / denominator if denominator else None, denominator)


def only(observed: Observed) -> Values:
    """The values of a measure without dimensions."""
    return {(): observed}


def count(number: int | float | np.integer[Any]) -> Observed:
    """A count or a sum."""
    return Observed(float(number))


def count_by(found: Mapping[str, int], *, total: int) -> Values:
    """The values of a count with one dimension."""
    values: dict[Key, Observed] = {("",): count(total)}
    return values | {(name,): count(many) for name, many in found.items()}
