"""One scenario over several values of something, on the same people: what changes, and what is traded for what."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.results.identities import Violation
from journeyctl.results.intervals import Estimate
from journeyctl.results.knee import Knee, knee_of
from journeyctl.results.measures import Key
from journeyctl.results.summary import Estimates, Summary, compare, estimates
from journeyctl.simulate.comparing import Measured, faults, paired_runs, reduction_for
from journeyctl.simulate.contact_file import inputs_hash
from journeyctl.simulate.engines import POPULATION
from journeyctl.simulate.experiment import Experiment, Variant, run_variants
from journeyctl.simulate.forecast import promises_of
from journeyctl.simulate.left_out import left_out_of
from journeyctl.simulate.run import scenario_of
from journeyctl.simulate.stopping import Goal, Plan, measure_and_key
from journeyctl.spec import with_set

MOST_POINTS: Final = 200
PRESENT: Final = "as it stands"
"""Name of the row without any change."""
MeasureKey = tuple[str, Key]
"""A measure and one key of it."""

_SHOWN: Final = (
    "leads/own", "leads", "askers", "mqls", "sends_per_contact", "sals", "outcomes/accepted", "sla", "sla_worst_week",
    "demand_per_capacity", "opt_outs",
)  # fmt: skip
_TRADES: Final = (("leads/own", "sla"), ("leads/own", "outcomes/accepted"))
_PER_DESK: Final = ("sla", "sla_worst_week", "demand_per_capacity")


@dataclass(frozen=True, slots=True)
class Axis:
    """One path and the values that it takes in turn, as written."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the table."""

    name: str
    """The values, joined; what stands in the table."""
    values: Mapping[str, str]
    """By path; empty for the scenario as it stands."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Two wanted measures over the values of the only axis."""

    one: str
    other: str
    knee: Knee


@dataclass(frozen=True, slots=True)
class RowPrecision:
    """How near one row came to the precision that was asked for."""

    goal: Goal
    row: str
    half_width: float | None
    """Of the 90 % interval, as `Goal` compares it; `None`: there is no interval."""

    @property
    def reached(self) -> bool:
        """The interval is as narrow as asked for."""
        return self.half_width is not None and self.half_width <= self.goal.amount


@dataclass(frozen=True, slots=True)
class Sweep:
    """The estimates of every point, and the differences to the first, on the same people."""

    scenario: str
    title: str
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    """In the order of the axes, the last one fastest; the first is what the others are compared with."""
    shown: tuple[MeasureKey, ...]
    """The measures that the table shows."""
    estimates: tuple[Estimates, ...]
    """All measures by point."""
    differences: tuple[Estimates, ...]
    """Every point less the first; empty for the first."""
    trades: tuple[TradeOff, ...]
    seed: int
    engine: str
    asked: int
    replications: int
    """Finished for every point."""
    partial: bool
    workspace_hash: str
    """Of the documents, and of the file of contacts where people come from one."""
    left_out: tuple[str, ...]
    """What the scenario asks for and this version does not simulate."""
    fallbacks: tuple[str, ...]
    """Why the population engine did not run everything, each reason once."""
    violations: tuple[Violation, ...]
    stuck: tuple[str, ...]
    precision: tuple[RowPrecision, ...] = ()
    """What was asked for, row by row."""

    @property
    def swept(self) -> tuple[Point, ...]:
        """The points that the axes make; places of knees count these."""
        return tuple(point for point in self.points if point.values)

    def estimate(self, place: int, shown: MeasureKey) -> Estimate | None:
        """One cell of the table; `None` where no run has it."""
        return self.estimates[place].get(shown[0], {}).get(shown[1])

    def difference(self, place: int, shown: MeasureKey) -> Estimate | None:
        """One cell's paired difference to the first row."""
        return self.differences[place].get(shown[0], {}).get(shown[1]) if place else None


def axis_of(text: str) -> Axis:
    """Reads `path=a,b,c`; commas within brackets do not separate. Raises `UsageError` for anything else."""
    path, equals, written = text.partition("=")
    values = tuple(part.strip() for part in _split(written))
    if not equals or not path.strip() or not all(values):
        raise UsageError(f"'{text}' does not say what to vary", "write --over path=a,b,c")
    twice = [value for place, value in enumerate(values) if value in values[:place]]
    if twice:
        raise UsageError(f"'{path}' takes the value {twice[0]} twice", "name every value once")
    return Axis(path.strip(), values)


def _split(text: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "[{(") - (sign in ")}]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def points_of(axes: Sequence[Axis], *, with_present: bool = False) -> tuple[Point, ...]:
    """Every combination of values. Raises `UsageError` for too many, or where a path is varied twice."""
    paths = [axis.path for axis in axes]
    if len(set(paths)) < len(paths):
        raise UsageError(f"'{max(paths, key=paths.count)}' is varied twice", "give it one --over with all values")
    if "seed" in (path.rsplit(".", 1)[-1] for path in paths if path == "seed" or path.startswith("scenarios.")):
        raise UsageError("a sweep compares on the same people, so the seed cannot be varied", "give --seed a value")
    combinations = tuple(itertools.product(*(axis.values for axis in axes)))
    if len(combinations) > MOST_POINTS:
        raise UsageError(
            f"{len(combinations):,} combinations are more than the {MOST_POINTS} that a table can show", "vary less"
        )
    present = (Point(PRESENT, {}),) if with_present else ()
    return present + tuple(Point(", ".join(values), dict(zip(paths, values, strict=True))) for values in combinations)


def sweep(
    workspace: Workspace,
    scenario: str,
    axes: Sequence[Axis],
    *,
    replications: int | None = None,
    precision: Sequence[str] = (),
    most: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = POPULATION,
    with_present: bool = False,
    measures: Sequence[str] = (),
    trades: Sequence[tuple[str, str]] = (),
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Runs a scenario once for each combination of values, with the same people and chances.

    `replications` is the scenario's least number without one. With `precision`, goals such as `sla=1pp`, it ends when
    every row reaches them, after at most `most` replications; see `stopping`.
    Differences are to the first combination, or to the scenario as it stands (`with_present`). `measures`
    chooses what the table shows, `trades` what knees are looked for; both have usual choices. Raises
    `UsageError` for paths, values, scenarios and measures that do not exist.
    """
    changed = with_set(workspace, set, scenario=scenario) if set else workspace
    chosen = scenario_of(changed, scenario)
    # Asked first, because a wrong name should not cost the time of the runs.
    asked = tuple(map(measure_and_key, measures))
    for name in itertools.chain.from_iterable(trades):
        measure_and_key(name)
    plan = Plan.of(chosen.replications, precision=precision, replications=replications, most=most)
    points = points_of(axes, with_present=with_present)
    variants = {point.name: _variant(changed, scenario, point) for point in points}
    experiment = run_variants(
        variants, replications=plan.replications, enough=plan.enough, of_all=True,
        reduce=reduction_for(tuple(variants.values())), seed=seed, jobs=jobs, engine=engine,
        progress=progress,
    )  # fmt: skip
    return _sweep(changed, axes, points, variants, experiment, shown=asked, trades=trades, goals=plan.goals)


def _variant(workspace: Workspace, scenario: str, point: Point) -> Variant:
    changed = with_set(workspace, tuple(point.values.items()), scenario=scenario) if point.values else workspace
    return Variant(point.name, point.name, changed, scenario)


def _sweep(
    workspace: Workspace,
    axes: Sequence[Axis],
    points: tuple[Point, ...],
    variants: Mapping[str, Variant],
    experiment: Experiment[Measured],
    *,
    shown: tuple[MeasureKey, ...],
    trades: Sequence[tuple[str, str]],
    goals: Sequence[Goal],
) -> Sweep:
    chosen = scenario_of(workspace, experiment.scenario)
    first, *others = points
    pairs = {point.name: [(a.measured, b.measured) for a, b in experiment.paired(point.name)] for point in others}
    runs = [[run.measured.summary for run in experiment.results[point.name]] for point in points]
    broken = [v for found in experiment.results.values() for run in found for v in run.measured.violations]
    broken += [fault for name, both in pairs.items() for fault in faults(both, variants[first.name], variants[name])]
    found = tuple(map(estimates, runs))
    columns = shown or _usual(tuple(promises_of(workspace, chosen)))
    return Sweep(
        scenario=chosen.name, title=chosen.title or chosen.name, axes=tuple(axes), points=points, shown=columns,
        estimates=found,
        differences=({}, *map(_less_the_first, pairs.values())),
        trades=_trades(axes, points, runs, trades), seed=experiment.seed, engine=experiment.engine,
        asked=experiment.replications, replications=min(map(len, runs)), partial=experiment.partial,
        workspace_hash=inputs_hash(workspace, chosen), left_out=left_out_of(workspace, chosen),
        fallbacks=experiment.fallbacks, violations=tuple(broken), stuck=experiment.stuck,
        precision=tuple(
            RowPrecision(goal, point.name, goal.half_width(row.get(goal.measure, {}).get(goal.key)))
            for goal in goals
            for point, row in zip(points, found, strict=True)
        ),
    )  # fmt: skip


def _less_the_first(found: Sequence[tuple[Measured, Measured]]) -> Estimates:
    return compare(paired_runs([(other, first) for first, other in found])).differences


def _usual(desks: Sequence[str]) -> tuple[MeasureKey, ...]:
    found: list[MeasureKey] = []
    for name in _SHOWN:
        measure, key = measure_and_key(name)
        found += [(measure, (desk,)) for desk in desks] if name in _PER_DESK else [(measure, key)]
    return tuple(found)


def _trades(
    axes: Sequence[Axis], points: Sequence[Point], runs: Sequence[Sequence[Summary]], asked: Sequence[tuple[str, str]]
) -> tuple[TradeOff, ...]:
    """Knees over the only axis. Unasked, those trades are left out in which nothing is traded."""
    if len(axes) != 1:
        if asked:
            raise UsageError("a knee needs one axis", "give one --over, or leave out --trade")
        return ()
    count = min(map(len, runs))
    swept = [found[:count] for point, found in zip(points, runs, strict=True) if point.values]
    trades = []
    for one, other in asked or _TRADES:
        series = [[[run.value(*measure_and_key(name)) for run in found] for found in swept] for name in (one, other)]
        knee = knee_of(series[0], series[1])
        if asked or knee.distances:
            trades.append(TradeOff(one, other, knee))
    return tuple(trades)
