"""The planning answer: a scenario, its baselines and comparisons, measured over replications."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from journeyctl.diagnostics import UsageError
from journeyctl.graph.lowering import lower
from journeyctl.graph.program import Program
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.results.identities import Violation
from journeyctl.results.measures import MEASURES
from journeyctl.results.record import EventRecord, joined
from journeyctl.results.summary import Comparison, Estimates, compare, estimates
from journeyctl.simulate import engines
from journeyctl.simulate.assumptions import Assumption, assumptions_of
from journeyctl.simulate.comparing import Measured, faults, paired_runs, reduction_for
from journeyctl.simulate.contact_file import inputs_hash
from journeyctl.simulate.experiment import BASE, Experiment, Variant, changed, run_variants, variants_of
from journeyctl.simulate.left_out import left_out_of
from journeyctl.simulate.population import journeys_of, run_window
from journeyctl.simulate.run import desks_of, scenario_of
from journeyctl.simulate.stopping import Goal, Plan
from journeyctl.simulate.world import Promise
from journeyctl.units import SECONDS_PER_DAY

if TYPE_CHECKING:
    from journeyctl.simulate.attributing import Attribution
    from journeyctl.simulate.executors import Executor
    from journeyctl.simulate.requirements import Judgement


@dataclass(frozen=True, slots=True)
class Precision:
    """How near a measure came to the half-width that the scenario asks for."""

    measure: str
    wanted: float
    relative: bool
    half_width: float | None
    """Of the 90 % interval; relative to the mean where `relative`."""
    asked: bool = False
    """The replications were to go on until it is reached."""

    @property
    def reached(self) -> bool:
        """The interval is as narrow as wanted."""
        return self.half_width is not None and self.half_width <= self.wanted


@dataclass(frozen=True, slots=True)
class Forecast:
    """A scenario's estimates with their intervals, and everything needed to repeat and to doubt them."""

    scenario: str
    title: str
    start: datetime.date
    length: str
    weeks: float
    """The run's length in weeks of seven days."""
    zone: str
    currency: str
    seed: int
    engine: str
    asked: int
    """Replications that were asked for."""
    replications: int
    """Replications that are in the estimates."""
    partial: bool
    workspace_hash: str
    """Of the documents, and of the file of contacts where people come from one."""
    graph_hash: str
    estimates: Estimates
    comparisons: Mapping[str, Comparison]
    """The scenario against each variant: this world less the variant's."""
    variants: Mapping[str, Estimates]
    """Estimates of each variant by itself."""
    titles: Mapping[str, str]
    baselines: tuple[str, ...]
    """Variants that run other journeys altogether: what the scenario's journeys are an uplift on."""
    promises: Mapping[str, Promise]
    left_out: tuple[str, ...]
    """What the scenario asks for and this version does not simulate."""
    assumptions: tuple[Assumption, ...]
    precision: tuple[Precision, ...]
    violations: tuple[Violation, ...]
    """Accounts that do not balance in any run: a fault of the engine, never of the workspace."""
    stuck: tuple[str, ...]
    digests: Mapping[str, tuple[str, ...]]
    """Of every run's rows, by variant, in the order of replications."""
    requirements: tuple[Judgement, ...] = ()
    """What was required, and whether the forecast fulfils it."""
    attribution: Attribution | None = None
    """To what conversions are credited, where it was asked for."""
    record: EventRecord | None = None
    """All rows of the scenario's own runs, where they were asked for."""
    fallbacks: tuple[str, ...] = ()
    """Why the population engine did not run everything, each reason once."""
    differences: tuple[str, ...] = ()
    """Runs whose rows differ between the engines, where both were asked for; a fault of the engines."""


def forecast(
    workspace: Workspace,
    scenario: str,
    *,
    replications: int | None = None,
    precision: Sequence[str] = (),
    most: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    compare_with: Sequence[str] | None = None,
    against: Mapping[str, Workspace] | None = None,
    set: Sequence[tuple[str, object]] = (),
    keep_record: bool = False,
    engine: str = engines.POPULATION,
    executor: Executor | None = None,
    resume: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """Runs a scenario and what it is compared with.

    `replications` is the scenario's least number without one. With `precision`, goals such as `sla=1pp`, it
    ends when they are reached, after at most `most` replications (the scenario's greatest number without it);
    see `stopping`. `compare_with` names comparisons or other scenarios (`None`: all that the scenario lists),
    `against` holds other workspaces by name, in which the same scenario is run; `set` changes values in all
    of them. Runs are done by `executor`, without one by `jobs` processes; the result does not depend on either.
    Finished runs are kept in the folder `resume` and taken from there. Raises `UsageError` for names and paths that
    do not exist, and a folder of other runs.
    """
    own = changed(workspace, set, scenario=scenario)
    chosen = scenario_of(own, scenario)
    variants = variants_for(own, scenario, compare_with=compare_with, against=against or {}, set=set)
    plan = Plan.of(chosen.replications, precision=precision, replications=replications, most=most)
    experiment = run_variants(
        variants, replications=plan.replications, enough=plan.enough,
        reduce=reduction_for(tuple(variants.values()), keep_record=keep_record),
        seed=seed, jobs=jobs, engine=engine, executor=executor, resume=resume, progress=progress,
    )  # fmt: skip
    return _forecast(variants, experiment, goals=plan.goals)


def variants_for(
    workspace: Workspace,
    scenario: str,
    *,
    compare_with: Sequence[str] | None,
    against: Mapping[str, Workspace],
    set: Sequence[tuple[str, object]],
) -> Mapping[str, Variant]:
    """The scenario, what it lists or is to be compared with, and the same scenario in other workspaces."""
    names = compare_with if compare_with is not None or not against else ()
    found = variants_of(workspace, scenario, names)
    for name, other in against.items():
        if scenario not in other.scenarios:
            raise UsageError(
                f"there is no scenario '{scenario}' in '{name}'",
                f"scenarios there: {', '.join(sorted(other.scenarios)) or 'none'}",
            )
        there = changed(other, set, scenario=scenario)
        found[name] = Variant(name, f"the workspace as in {name}", there, scenario)
    return found


def _forecast(
    variants: Mapping[str, Variant], experiment: Experiment[Measured], *, goals: tuple[Goal, ...]
) -> Forecast:
    base = variants[BASE]
    workspace, chosen = base.workspace, scenario_of(base.workspace, base.scenario)
    own = experiment.results[BASE]
    found = estimates([run.measured.summary for run in own])
    others = [name for name in experiment.results if name != BASE]
    runs = {name: [(a.measured, b.measured) for a, b in experiment.paired(name)] for name in others}
    desks, lowered = promises_of(workspace, chosen), lower(workspace)
    records = [run.measured.record for run in own if run.measured.record is not None]
    broken = [v for found in experiment.results.values() for run in found for v in run.measured.violations]
    broken += [fault for name in others for fault in faults(runs[name], base, variants[name])]
    return Forecast(
        scenario=chosen.name, title=chosen.title or chosen.name, start=chosen.start, length=str(chosen.length),
        weeks=_weeks(chosen, lowered), zone=workspace.settings.time_zone, currency=workspace.settings.currency,
        seed=experiment.seed, engine=experiment.engine, fallbacks=experiment.fallbacks,
        differences=experiment.differences, asked=experiment.replications, replications=len(own),
        partial=experiment.partial, workspace_hash=inputs_hash(workspace, chosen), graph_hash=lowered.graph_hash,
        estimates=found,
        comparisons={name: compare(paired_runs(runs[name])) for name in others},
        variants={
            name: estimates([run.measured.summary for run in experiment.results[name]]) for name in others
        },
        titles=experiment.titles, baselines=_baselines(variants), promises=desks,
        left_out=left_out_of(workspace, chosen),
        assumptions=assumptions_of(workspace, chosen.name, tuple(desks)),
        precision=_precision(goals, found) if goals else _precision(_hoped_for(chosen), found, asked=False),
        violations=tuple(broken),
        stuck=experiment.stuck,
        digests={name: tuple(run.digest for run in runs) for name, runs in experiment.results.items()},
        record=joined(records) if records else None,
    )  # fmt: skip


def _weeks(scenario: Scenario, program: Program) -> float:
    start, end = run_window(scenario, program)
    # An hour of daylight saving on the way is no part of a week.
    return round((end - start) / SECONDS_PER_DAY) / 7


def promises_of(workspace: Workspace, scenario: Scenario) -> Mapping[str, Promise]:
    """What each desk of the scenario's journeys promises, by desk."""
    program = lower(workspace)
    names = desks_of(workspace, scenario, program, journeys_of(scenario, program))
    return {name: Promise.of(workspace.desks[name]) for name in names}


def _baselines(variants: Mapping[str, Variant]) -> tuple[str, ...]:
    own = _journeys(variants[BASE].workspace, variants[BASE].scenario)
    return tuple(
        name
        for name, variant in variants.items()
        if name != BASE and not own & _journeys(variant.workspace, variant.scenario)
    )


def _journeys(workspace: Workspace, scenario: str) -> frozenset[str]:
    return frozenset(journeys_of(scenario_of(workspace, scenario), lower(workspace)))


def _hoped_for(scenario: Scenario) -> tuple[Goal, ...]:
    """What the scenario would stop at, told also where nobody asked to stop there."""
    return tuple(
        Goal(name, MEASURES[name].total, wanted.amount, wanted.relative)
        for name, wanted in scenario.replications.until.items()
        if name in MEASURES
    )


def _precision(goals: Sequence[Goal], found: Estimates, *, asked: bool = True) -> tuple[Precision, ...]:
    return tuple(
        Precision(
            goal.name,
            goal.amount,
            goal.relative,
            goal.half_width(found.get(goal.measure, {}).get(goal.key)),
            asked,
        )
        for goal in goals
    )
