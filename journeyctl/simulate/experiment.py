"""Experiments: replications of a scenario and of its comparisons, on the same people and with the same chances.

Every run is a pure function of (workspace, scenario, variant, seed, replication), so any number of jobs
gives the same results, and a run that a worker could not finish is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN
from journeyctl.model.specification import Workspace
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.reference import ENGINE, Finished
from journeyctl.simulate.run import run, scenario_of, world_of
from journeyctl.simulate.task_pool import TaskPool
from journeyctl.simulate.thinning import WITHIN, share_for
from journeyctl.simulate.world import World
from journeyctl.spec import comparison, with_set

Measured = TypeVar("Measured")

BASE = "base"
"""Name of the variant that is the scenario itself."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The scenario itself, or one thing that it is compared with."""

    name: str
    title: str
    workspace: Workspace
    scenario: str


@dataclass(frozen=True, slots=True)
class RunResult(Generic[Measured]):
    """What is kept of one replication."""

    replication: int
    measured: Measured
    digest: str
    """Of all rows, whatever their order."""
    contacts: int
    stuck: tuple[str, ...]
    """Contacts that took more than 1,000 steps at one instant."""
    open_leads: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Experiment(Generic[Measured]):
    """The results of all variants, replication by replication; pairs share people and chances."""

    scenario: str
    seed: int
    replications: int
    """How many were asked for."""
    results: Mapping[str, tuple[RunResult[Measured], ...]]
    """By variant in the order of `variants`; ascending replications."""
    titles: Mapping[str, str]
    engine: str = ENGINE
    partial: bool = False
    """It was interrupted: some replications are missing."""

    @property
    def stuck(self) -> tuple[str, ...]:
        """Contacts that got stuck in any run; an experiment with any has failed."""
        return tuple(sorted({key for runs in self.results.values() for found in runs for key in found.stuck}))

    def paired(self, variant: str) -> tuple[tuple[RunResult[Measured], RunResult[Measured]], ...]:
        """The scenario's and a variant's results of every replication that both have."""
        others = {found.replication: found for found in self.results[variant]}
        return tuple((own, others[own.replication]) for own in self.results[BASE] if own.replication in others)


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one variant."""

    variant: str
    replication: int


@dataclass(slots=True)
class Work(Generic[Measured]):
    """What a worker knows: the variants, and how a record becomes something small."""

    variants: Mapping[str, Variant]
    seed: int
    reduce: Callable[[EventRecord, World, Draws], Measured]
    worlds: dict[str, World] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)
    """Thinning by variant, threshold in 2^-53, for variants with `same_volume_as`."""

    def __call__(self, task: Task) -> RunResult[Measured]:
        """Runs one replication and keeps what is asked for."""
        draws = Draws(self.seed, task.replication)
        world = self.world(task.variant, draws)
        finished = run(world, draws)
        record = finished.record.record()
        return RunResult(
            task.replication, self.reduce(record, world, draws), record.digest(), finished.contacts, finished.stuck,
            finished.open_leads,
        )  # fmt: skip

    def world(self, name: str, draws: Draws) -> World:
        """A variant made ready: once, unless its scenario draws new people for every replication."""
        variant = self.variants[name]
        if scenario_of(variant.workspace, variant.scenario).population.redraw:
            return world_of(variant.workspace, variant.scenario, draws, share=self.shares.get(name))
        if name not in self.worlds:
            self.worlds[name] = world_of(
                variant.workspace, variant.scenario, draws.stable(), share=self.shares.get(name)
            )
        return self.worlds[name]

    def match_volumes(self) -> None:
        """Works out how far variants with `same_volume_as` are thinned; a few runs each."""
        for name, variant in self.variants.items():
            other = scenario_of(variant.workspace, variant.scenario).same_volume_as
            if other is not None and name not in self.shares:
                self.shares[name] = _matching_share(variant, other, self.seed)

    def __getstate__(self) -> tuple[object, ...]:
        return (self.variants, self.seed, self.reduce, self.shares)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        # Worlds hold compiled conditions and are made anew by a worker that is not forked.
        for name, value in zip(("variants", "seed", "reduce", "shares"), state, strict=True):
            object.__setattr__(self, name, value)
        self.worlds = {}


def run_experiment(
    workspace: Workspace,
    scenario: str,
    *,
    replications: int,
    reduce: Callable[[EventRecord, World, Draws], Measured],
    seed: int | None = None,
    jobs: int = 1,
    first: int = 0,
    compare: Sequence[str] | None = None,
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Experiment[Measured]:
    """Runs a scenario and its comparisons.

    `reduce` turns the record of one run, its world and its draws into something small, where it was run. `seed` is the
    scenario's without one; `compare` names comparisons of the scenario or other scenarios (`None`: all of
    the scenario's); `set` changes values by path in every variant; `first` is the first replication, so
    that an experiment can be continued. `progress` is told how many of how many runs are finished.
    Raises `UsageError` for names or paths that do not exist.
    """
    changed = with_set(workspace, set, scenario=scenario) if set else workspace
    chosen = scenario_of(changed, scenario)
    own_seed = chosen.seed if seed is None else seed
    variants = variants_of(changed, scenario, compare)
    work: Work[Measured] = Work(variants, own_seed, reduce)
    # Before processes are forked, so that all of them share one copy.
    work.match_volumes()
    for name in variants:
        if not chosen.population.redraw:
            work.world(name, Draws(own_seed))
    tasks = [Task(name, number) for number in range(first, first + replications) for name in variants]
    told = 0

    def done(task: Task, result: RunResult[Measured]) -> None:
        nonlocal told
        told += 1
        if progress is not None:
            progress(told, len(tasks))

    pool: TaskPool[Task, RunResult[Measured]] = TaskPool(work, jobs=jobs)
    found, complete = pool.run(tasks, done=done)
    results = {
        name: tuple(found[task] for task in tasks if task.variant == name and task in found) for name in variants
    }
    titles = {name: variant.title for name, variant in variants.items()}
    return Experiment(scenario, own_seed, replications, results, titles, partial=not complete)


def variants_of(workspace: Workspace, scenario: str, compare: Sequence[str] | None = None) -> dict[str, Variant]:
    """The scenario and what it is compared with, by name.

    A name is a comparison of the scenario, else another scenario, whose people must be the same. Without
    names these are the scenario's own comparisons, and scenarios that are thinned to its volume of mail.
    """
    chosen = scenario_of(workspace, scenario)
    own = {entry.name: entry.title or entry.name for entry in chosen.compare}
    matched = [name for name, other in sorted(workspace.scenarios.items()) if other.same_volume_as == scenario]
    variants = {BASE: Variant(BASE, chosen.title or scenario, workspace, scenario)}
    for name in [*own, *matched] if compare is None else compare:
        if name in own:
            variants[name] = Variant(name, own[name], comparison(workspace, scenario, name), scenario)
        else:
            variants[name] = _other_scenario(workspace, scenario, name)
    return variants


def _other_scenario(workspace: Workspace, scenario: str, name: str) -> Variant:
    chosen, other = scenario_of(workspace, scenario), workspace.scenarios.get(name)
    if other is None:
        known = ", ".join(sorted({entry.name for entry in chosen.compare} | set(workspace.scenarios)))
        raise UsageError(f"scenario '{scenario}' has no comparison '{name}'", f"name one of {known}")
    if (other.population, other.quality, other.start) != (chosen.population, chosen.quality, chosen.start):
        raise UsageError(
            f"scenario '{name}' has other people than '{scenario}', so runs cannot be paired",
            "let both start from one scenario with 'like'",
        )
    return Variant(name, other.title or name, workspace, name)


# --- one volume


def _matching_share(variant: Variant, other: str, seed: int) -> int:
    """The share of the variant's wishes with which it sends as much as the other scenario.

    Found over one replication, because wishes are dropped by draws that are the same in all of them.
    """
    draws = Draws(seed, 0)
    target = sends_per_contact(run(world_of(variant.workspace, other, draws), draws))
    known: dict[int, float] = {}

    def volume(share: int) -> float:
        if share not in known:
            world = world_of(variant.workspace, variant.scenario, draws, share=share)
            known[share] = sends_per_contact(run(world, draws))
        return known[share]

    share = share_for(volume, target)
    reached = volume(share)
    # Where all sends are let through the scenario may send less: then there is nothing to thin.
    if share < CERTAIN and abs(reached - target) > WITHIN * target:
        raise UsageError(
            f"scenario '{variant.scenario}' cannot be thinned to the volume of '{other}': {reached:.2f} sends per "
            f"contact are nearest to {target:.2f}",
            "leave out 'same_volume_as', or compare journeys whose skipped sends are not made up for at once",
        )
    return share


def sends_per_contact(finished: Finished) -> float:
    """Messages sent per contact that entered any journey; 0 where nobody did."""
    record = finished.record.record()
    entered = set(record.column("contact")[record.rows_of(Kind.ENTERED)].tolist())
    return len(record.rows_of(Kind.SENT)) / len(entered) if entered else 0.0
