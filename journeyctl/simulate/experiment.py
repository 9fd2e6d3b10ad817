"""Experiments: replications of a scenario and of its comparisons, on the same people and with the same chances.

Every run is a pure function of (workspace, scenario, variant, seed, replication), so any number of jobs
gives the same results, and a run that a worker could not finish is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN
from journeyctl.model.specification import Workspace
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import engines
from journeyctl.simulate.executors import Executor
from journeyctl.simulate.executors.local import LocalProcesses
from journeyctl.simulate.finished import Finished
from journeyctl.simulate.memory import of_machine, refuse_people, refuse_runs
from journeyctl.simulate.nobody import refuse_nobody
from journeyctl.simulate.run import run, scenario_of, world_of
from journeyctl.simulate.task_pool import TaskPool
from journeyctl.simulate.thinning import WITHIN, share_for
from journeyctl.simulate.world import World

if TYPE_CHECKING:
    from journeyctl.simulate.shards import Shards

Measured = TypeVar("Measured")

Enough = Callable[[Sequence[Measured]], int | None]
"""How many replications suffice, told from what is kept of those of the scenario itself, in their order; `None`: more
are needed."""

Facts = Mapping[str, Any]
"""What a run tells besides its rows, by the names of `RunResult`; only what JSON can hold."""

BLOCK = 8
"""Replications that are run before it is asked whether they suffice: the answer must not depend on the jobs."""
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
    engine: str = engines.REFERENCE
    why: str = ""
    """Why the population engine did not run it, where it should have."""
    differs: bool = False
    """Both engines ran it, and their rows are not the same."""


@dataclass(frozen=True, slots=True)
class Experiment(Generic[Measured]):
    """The results of all variants, replication by replication; pairs share people and chances."""

    scenario: str
    seed: int
    replications: int
    """How many were asked for; at most so many, where the experiment ended once they sufficed."""
    results: Mapping[str, tuple[RunResult[Measured], ...]]
    """By variant in the order of `variants`; ascending replications."""
    titles: Mapping[str, str]
    engine: str = engines.POPULATION
    """What ran it; two names where some runs needed the other one."""
    fallbacks: tuple[str, ...] = ()
    """Why the population engine did not run everything, each reason once."""
    differences: tuple[str, ...] = ()
    """Runs whose rows differ between the engines, by variant and replication; a fault of the engines."""
    partial: bool = False
    """It was interrupted: some replications are missing."""

    @property
    def stuck(self) -> tuple[str, ...]:
        """Contacts that got stuck in any run; an experiment with any has failed."""
        return tuple(sorted({key for runs in self.results.values() for found in runs for key in found.stuck}))

    @property
    def base(self) -> str:
        """The variant that all others are compared with: the first."""
        return next(iter(self.results))

    def paired(self, variant: str) -> tuple[tuple[RunResult[Measured], RunResult[Measured]], ...]:
        """The scenario's and a variant's results of every replication that both have."""
        others = {found.replication: found for found in self.results[variant]}
        return tuple((own, others[own.replication]) for own in self.results[self.base] if own.replication in others)


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one variant."""

    variant: str
    replication: int


@dataclass(frozen=True, slots=True)
class Matching:
    """How far a variant with `same_volume_as` is thinned, which takes a few runs."""

    variant: str


@dataclass(slots=True)
class Work(Generic[Measured]):
    """What a worker knows: the variants, and how a record becomes something small."""

    variants: Mapping[str, Variant]
    seed: int
    reduce: Callable[[EventRecord, World, Draws], Measured]
    worlds: dict[str, World] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)
    """Thinning by variant, threshold in 2^-53, for variants with `same_volume_as`."""
    engine: str = engines.POPULATION
    redrawn: tuple[str, int | None, World] | None = None
    """The latest world of a variant that draws new people for every replication."""

    def __call__(self, task: Task) -> RunResult[Measured]:
        """Runs one replication and keeps what is asked for."""
        return self.result(task, *self.rows(task))

    def rows(self, task: Task) -> tuple[EventRecord, Facts]:
        """Runs one replication: its rows, and what they do not hold."""
        draws = Draws(self.seed, task.replication)
        finished = run(self.world(task.variant, draws), draws, engine=self.engine)
        facts = {
            "contacts": finished.contacts, "stuck": finished.stuck, "open_leads": finished.open_leads,
            "engine": finished.engine, "why": finished.why, "differs": finished.differs,
        }  # fmt: skip
        return finished.record.record(), facts

    def result(self, task: Task, record: EventRecord, facts: Facts) -> RunResult[Measured]:
        """What is kept of one replication, worked out from its rows."""
        draws = Draws(self.seed, task.replication)
        measured = self.reduce(record, self.world(task.variant, draws), draws)
        return RunResult(
            task.replication, measured, record.digest(), facts["contacts"], tuple(facts["stuck"]), facts["open_leads"],
            facts["engine"], facts["why"], facts["differs"],
        )  # fmt: skip

    def run_of(self, task: Task) -> dict[str, str]:
        """Everything that a run depends on."""
        from journeyctl.simulate.shards import run_in

        variant = self.variants[task.variant]
        run = run_in(
            variant.workspace, variant.scenario, seed=self.seed, engine=self.engine, replication=task.replication
        )
        return {**run, "share": str(self.shares.get(task.variant, ""))}

    def name_of(self, task: Task) -> str:
        """What it is a replication of."""
        return task.variant

    def world(self, name: str, draws: Draws) -> World:
        """A variant made ready: once, unless its scenario draws new people for every replication."""
        variant = self.variants[name]
        if scenario_of(variant.workspace, variant.scenario).population.redraw:
            if self.redrawn is None or self.redrawn[:2] != (name, draws.replication):
                world = world_of(variant.workspace, variant.scenario, draws, share=self.shares.get(name))
                self.redrawn = (name, draws.replication, world)
            return self.redrawn[2]
        if name not in self.worlds:
            self.worlds[name] = world_of(
                variant.workspace, variant.scenario, draws.stable(), share=self.shares.get(name)
            )
        return self.worlds[name]

    def prepare(self, *, jobs: int = 1) -> None:
        """Makes everything ready that is the same in all runs, before processes are forked and share it.

        Raises `SpecError` where nobody can enter the first variant's journeys, `UsageError` where so many runs
        at a time would need more memory than the machine has.
        """
        scenarios = [scenario_of(variant.workspace, variant.scenario) for variant in self.variants.values()]
        memory = of_machine()
        refuse_people(scenarios, memory=memory)
        engines.begin(engine=self.engine)
        first = self.world(next(iter(self.variants)), Draws(self.seed, 0))
        refuse_nobody(first, scenarios[0])
        refuse_runs(first, jobs=jobs, memory=memory, in_arrays=self.engine == engines.POPULATION)
        later = self.unmatched()
        self._make_ready([name for name in self.variants if name not in later])
        engines.prepare([first], engine=self.engine)

    def unmatched(self) -> list[str]:
        """Variants with `same_volume_as` of which nobody knows yet how far they are thinned."""
        named = ((name, scenario_of(found.workspace, found.scenario)) for name, found in self.variants.items())
        return [name for name, found in named if found.same_volume_as is not None and name not in self.shares]

    def matched(self, shares: Mapping[str, int]) -> None:
        """From now on it is known how far these variants are thinned, and they are ready to run."""
        self.shares.update(shares)
        self._make_ready(shares)

    def _make_ready(self, names: Iterable[str]) -> None:
        variants = {name: self.variants[name] for name in names}
        steady = [
            name
            for name, found in variants.items()
            if not scenario_of(found.workspace, found.scenario).population.redraw
        ]
        engines.prepare([self.world(name, Draws(self.seed)) for name in steady], engine=self.engine)

    def share(self, matching: Matching) -> int:
        """The share of a variant's wishes, threshold in 2^-53, with which it sends as much as another scenario."""
        variant, draws = self.variants[matching.variant], Draws(self.seed, 0)
        other = scenario_of(variant.workspace, variant.scenario).same_volume_as
        assert other is not None, "only such variants are matched"
        own = [
            name
            for name, found in self.variants.items()
            if found.scenario == other and found.workspace is variant.workspace and name not in self.unmatched()
        ]
        # Mostly it is what the experiment is about, and ready already.
        world = self.world(own[0], draws) if own else world_of(variant.workspace, other, draws)
        return _matching_share(variant, other, sends_per_contact(run(world, draws)), draws)

    def __getstate__(self) -> tuple[object, ...]:
        return (self.variants, self.seed, self.reduce, self.shares, self.engine)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        # Worlds hold compiled conditions and are made anew by a worker that is not forked.
        for name, value in zip(("variants", "seed", "reduce", "shares", "engine"), state, strict=True):
            object.__setattr__(self, name, value)
        self.worlds, self.redrawn = {}, None


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
    variants = variants_of(changed(workspace, set, scenario=scenario), scenario, compare)
    return run_variants(
        variants, replications=replications, reduce=reduce, seed=seed, jobs=jobs,
        first=first, progress=progress,
    )  # fmt: skip


def run_variants(
    variants: Mapping[str, Variant],
    *,
    replications: int,
    reduce: Callable[[EventRecord, World, Draws], Measured],
    seed: int | None = None,
    jobs: int = 1,
    first: int = 0,
    enough: Enough[Measured] | None = None,
    of_all: bool = False,
    engine: str = engines.POPULATION,
    executor: Executor | None = None,
    resume: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Experiment[Measured]:
    """Runs variants of one scenario on the same people and chances; the first of them is the one all else is held to.

    With `enough` it ends as soon as the replications suffice, for the first variant or (`of_all`) for every one, at the
    latest after `replications`; what was run beyond that is thrown away. Runs are done by `executor`, without one by
    `jobs` processes. Finished runs are kept in the folder `resume`, and those that are there are not run again.
    Everything else is as in `run_experiment`.
    """
    base = next(iter(variants.values()))
    chosen = scenario_of(base.workspace, base.scenario)
    own_seed = chosen.seed if seed is None else seed
    work: Work[Measured] = Work(variants, own_seed, reduce, engine=engine)
    work.prepare(jobs=min(jobs, replications * len(variants)))
    found: dict[Task, RunResult[Measured]] = {}

    def done(task: Task, result: RunResult[Measured]) -> None:
        found[task] = result
        if progress is not None:
            progress(len(found), replications * len(variants))

    asked, complete = replications, True
    block = replications if enough is None else BLOCK
    for number in range(first, first + replications, block):
        last = min(first + replications, number + block)
        tasks = [Task(name, run_number) for run_number in range(number, last) for name in variants]
        complete = _run_tasks(work, tasks, executor=executor or LocalProcesses(jobs), resume=resume, done=done)
        if not complete:
            break
        if enough is None:
            continue
        names = list(variants) if of_all else [next(iter(variants))]
        counts = [enough([found[Task(name, n)].measured for n in range(first, last)]) for name in names]
        sufficient = [count for count in counts if count is not None]
        if len(sufficient) == len(counts):
            asked = max(sufficient)
            break
    kept = {name: [Task(name, number) for number in range(first, first + asked)] for name in variants}
    results = {name: tuple(found[task] for task in tasks if task in found) for name, tasks in kept.items()}
    titles = {name: variant.title for name, variant in variants.items()}
    runs = [(name, found) for name, own in results.items() for found in own]
    return Experiment(
        base.scenario, own_seed, asked, results, titles, engines.named(found.engine for _, found in runs),
        tuple(sorted({found.why for _, found in runs if found.why})),
        tuple(f"{name}, replication {found.replication}" for name, found in runs if found.differs),
        partial=not complete,
    )  # fmt: skip


def _run_tasks(
    work: Work[Measured],
    tasks: Sequence[Task],
    *,
    executor: Executor,
    resume: Path | None,
    done: Callable[[Task, RunResult[Measured]], None],
) -> bool:
    """Whether all tasks were finished; those that a folder holds are finished already."""
    later = work.unmatched()
    known = [task for task in tasks if task.variant not in later]
    if later:
        # Other variants are run while a worker finds out how far these are thinned.
        shares: dict[str, int] = {}
        if not _run_known(work, [*map(Matching, later), *known], shares, executor=executor, resume=resume, done=done):
            return False
        work.matched(shares)
        known = [task for task in tasks if task.variant in later]
    return _run_known(work, known, {}, executor=executor, resume=resume, done=done)


def _run_known(
    work: Work[Measured],
    tasks: Sequence[Task | Matching],
    shares: dict[str, int],
    *,
    executor: Executor,
    resume: Path | None,
    done: Callable[[Task, RunResult[Measured]], None],
) -> bool:
    """The same for variants that are matched; `shares` gets what is found out of others."""
    keeping = None if resume is None else _shards(resume, work)
    left: list[Task | Matching] = []
    for task in tasks:
        kept = None if keeping is None or isinstance(task, Matching) else keeping.kept(task)
        if kept is None or isinstance(task, Matching):
            left.append(task)
        else:
            done(task, kept)

    def found(task: Task | Matching, result: Any) -> None:  # noqa: ANN401 - each kind of task has its own
        if isinstance(task, Matching):
            shares[task.variant] = result
        else:
            done(task, result if keeping is None else keeping.keep(task, result))

    working = _Working(work, work if keeping is None else keeping.packing)
    return TaskPool[Task | Matching, Any](working, executor=executor).run(left, done=found)[1]


def _shards(folder: Path, work: Work[Measured]) -> Shards[Task, RunResult[Measured]]:
    # Most experiments keep nothing, and reading and writing of logs takes its time to load.
    from journeyctl.simulate.shards import Shards

    return Shards(folder, work)


@dataclass(frozen=True, slots=True)
class _Working(Generic[Measured]):
    """What workers do: runs, and finding out how far variants are thinned."""

    work: Work[Measured]
    run: Callable[[Task], Any]

    def __call__(self, task: Task | Matching) -> Any:  # noqa: ANN401 - each kind of task has its own
        return self.work.share(task) if isinstance(task, Matching) else self.run(task)


def changed(workspace: Workspace, set: Sequence[tuple[str, object]], *, scenario: str) -> Workspace:
    """The workspace with other values at some paths; what reads them is loaded where there are any."""
    if not set:
        return workspace
    from journeyctl.spec import with_set

    return with_set(workspace, set, scenario=scenario)


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
            from journeyctl.spec import comparison

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
            "let both start from one scenario with 'like' and change its people there "
            f"(--set scenarios.NAME.population...), or leave '{name}' out with --compare",
        )
    return Variant(name, other.title or name, workspace, name)


# --- one volume


def _matching_share(variant: Variant, other: str, target: float, draws: Draws) -> int:
    """The share of the variant's wishes with which it sends as much as the other scenario, the target.

    Found over one replication, because wishes are dropped by draws that are the same in all of them.
    """
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
