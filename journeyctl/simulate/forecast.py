"""The planning answer: a scenario, its baselines and comparisons, measured over replications."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from journeyctl.draws import Draws
from journeyctl.graph.lowering import lower
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.results.identities import Violation, violations
from journeyctl.results.measures import MEASURES
from journeyctl.results.record import EventRecord, joined
from journeyctl.results.summary import Comparison, Estimates, Pair, Summary, compare, estimates, pair, summarise
from journeyctl.simulate.assumptions import Assumption, assumptions_of
from journeyctl.simulate.experiment import BASE, Experiment, RunResult, run_experiment, variants_of
from journeyctl.simulate.left_out import left_out
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.population import journeys_of
from journeyctl.simulate.run import desks_of, scenario_of
from journeyctl.simulate.world import Promise, World
from journeyctl.spec import with_set


@dataclass(frozen=True, slots=True)
class Measured:
    """What is kept of one run: its measures, what does not balance, and the record itself where it is wanted."""

    summary: Summary
    violations: tuple[Violation, ...]
    record: EventRecord | None = None


@dataclass(frozen=True, slots=True)
class Precision:
    """How near a measure came to the half-width that the scenario asks for."""

    measure: str
    wanted: float
    relative: bool
    half_width: float | None
    """Of the 90 % interval; relative to the mean where `relative`."""

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
    record: EventRecord | None = None
    """All rows of the scenario's own runs, where they were asked for."""


def forecast(
    workspace: Workspace,
    scenario: str,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    compare_with: Sequence[str] | None = None,
    set: Sequence[tuple[str, object]] = (),
    keep_record: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """Runs a scenario and what it is compared with.

    `replications` is the scenario's least number without one; `compare_with` names comparisons or other
    scenarios (`None`: all that the scenario lists). The result does not depend on `jobs`. Raises
    `UsageError` for names and paths that do not exist.
    """
    changed = with_set(workspace, set, scenario=scenario) if set else workspace
    chosen = scenario_of(changed, scenario)
    experiment = run_experiment(
        changed, scenario, replications=replications or chosen.replications.min,
        reduce=Reduction(keep_record=keep_record), seed=seed, jobs=jobs, compare=compare_with, progress=progress,
    )  # fmt: skip
    return _forecast(changed, chosen, experiment)


@dataclass(frozen=True, slots=True)
class Reduction:
    """Turns the record of a run into what is kept of it; a value, so that it can be sent to workers."""

    keep_record: bool = False

    def __call__(self, record: EventRecord, world: World, draws: Draws) -> Measured:
        """Measures one run and checks its accounts."""
        context = context_of(world, draws)
        summary = summarise(record, context, replication=draws.replication or 0)
        return Measured(summary, violations(record, caps=context.caps), record if self.keep_record else None)


def _forecast(workspace: Workspace, chosen: Scenario, experiment: Experiment[Measured]) -> Forecast:
    own = experiment.results[BASE]
    summaries = [found.measured.summary for found in own]
    found = estimates(summaries)
    others = [name for name in experiment.results if name != BASE]
    desks, lowered = promises_of(workspace, chosen), lower(workspace)
    records = [run.measured.record for run in own if run.measured.record is not None]
    return Forecast(
        scenario=chosen.name, title=chosen.title or chosen.name, start=chosen.start, length=str(chosen.length),
        zone=workspace.settings.time_zone, currency=workspace.settings.currency,
        seed=experiment.seed, engine=experiment.engine, asked=experiment.replications, replications=len(own),
        partial=experiment.partial, workspace_hash=workspace.hash, graph_hash=lowered.graph_hash,
        estimates=found,
        comparisons={name: compare([_pair(a, b) for a, b in experiment.paired(name)]) for name in others},
        variants={
            name: estimates([run.measured.summary for run in experiment.results[name]]) for name in others
        },
        titles=experiment.titles, baselines=_baselines(workspace, chosen.name, others), promises=desks,
        left_out=left_out(lowered, journeys_of(chosen, lowered)),
        assumptions=assumptions_of(workspace, chosen.name, tuple(desks)),
        precision=_precision(chosen, found),
        violations=tuple(v for runs in experiment.results.values() for run in runs for v in run.measured.violations),
        stuck=experiment.stuck,
        digests={name: tuple(run.digest for run in runs) for name, runs in experiment.results.items()},
        record=joined(records) if records else None,
    )  # fmt: skip


def _pair(own: RunResult[Measured], other: RunResult[Measured]) -> Pair:
    return pair(own.measured.summary, other.measured.summary)


def promises_of(workspace: Workspace, scenario: Scenario) -> Mapping[str, Promise]:
    """What each desk of the scenario's journeys promises, by desk."""
    program = lower(workspace)
    names = desks_of(workspace, scenario, program, journeys_of(scenario, program))
    return {name: Promise.of(workspace.desks[name]) for name in names}


def _baselines(workspace: Workspace, scenario: str, names: Sequence[str]) -> tuple[str, ...]:
    variants = variants_of(workspace, scenario, names)
    own = _journeys(workspace, scenario)
    return tuple(n for n in names if not own & _journeys(variants[n].workspace, variants[n].scenario))


def _journeys(workspace: Workspace, scenario: str) -> frozenset[str]:
    return frozenset(journeys_of(scenario_of(workspace, scenario), lower(workspace)))


def _precision(scenario: Scenario, found: Estimates) -> tuple[Precision, ...]:
    notes = []
    for name, wanted in scenario.replications.until.items():
        if name in MEASURES:
            measured = found.get(name, {}).get(MEASURES[name].total)
            half = (
                None if measured is None else measured.relative_half_width if wanted.relative else measured.half_width
            )
            notes.append(Precision(name, wanted.amount, wanted.relative, half))
    return tuple(notes)
