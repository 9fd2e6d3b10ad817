"""Two kinds of uncertainty: chance, which more replications average out, and parameters that nobody knows.

Every draw of the parameters is run with replications of its own, so that groups are independent; the people are drawn
with the same chances in all. What all runs together span is what one future run may bring.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from journeyctl.behaviour.response import ResponseModel
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.model.desk import Desk
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.results.identities import Violation, violations
from journeyctl.results.measures import MEASURES, Key
from journeyctl.results.record import EventRecord
from journeyctl.results.summary import Summary, summarise
from journeyctl.results.variance import Spread, rank_correlation, spread_of
from journeyctl.simulate import engines
from journeyctl.simulate.contact_file import inputs_hash
from journeyctl.simulate.executors import Executor
from journeyctl.simulate.executors.local import LocalProcesses
from journeyctl.simulate.forecast import promises_of
from journeyctl.simulate.left_out import left_out_of
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.memory import of_machine, refuse_people, refuse_runs
from journeyctl.simulate.nobody import refuse_nobody
from journeyctl.simulate.parameter_draws import (
    Uncertain,
    Values,
    parameter_draws,
    uncertain_numbers,
    uncertain_parameters,
    undrawn_numbers,
    with_values,
)
from journeyctl.simulate.run import run, scenario_of, world_of
from journeyctl.simulate.stated_numbers import with_amounts
from journeyctl.simulate.stopping import measure_and_key
from journeyctl.simulate.task_pool import TaskPool
from journeyctl.simulate.world import Promise, World
from journeyctl.spec import with_set

FEWEST_DRAWS: Final = 50
FEWEST_REPLICATIONS: Final = 2
_SHOWN: Final = (
    "leads/own", "leads", "askers", "engagement_rate", "sends_per_contact", "opt_outs", "mqls", "sals", "pipeline",
)  # fmt: skip
_OF_DESKS: Final = ("sla", "sla_worst_week", "demand_per_capacity")
_BY_CHANCE_ONCE_IN_100: Final = 2.576
"""Standard deviations that a normal number exceeds, on either side, once in a hundred times."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A parameter on which a measure depends."""

    parameter: str
    correlation: float
    """Spearman's rank correlation of the parameter's value with the measure's mean over replications."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What one measure varies by."""

    measure: str
    key: Key
    spread: Spread
    drivers: tuple[Driver, ...]
    """The strongest first; only those that chance alone would show once in a hundred times at most."""


@dataclass(frozen=True, slots=True)
class FutureRun:
    """What one future run of a scenario may bring, given what is not known of its behaviour and its numbers."""

    scenario: str
    title: str
    start: datetime.date
    length: str
    behaviour: str
    parameters: tuple[Uncertain, ...]
    undrawn: Mapping[str, tuple[str, ...]]
    """Numbers whose range is not drawn, by path: the units of time in which value and range are written."""
    draws: tuple[Values, ...]
    """Values of the parameters by draw, of those that were completed."""
    asked: int
    """Parameter draws that were asked for."""
    replications: int
    """Of each draw."""
    measures: tuple[Uncertainty, ...]
    kept: dict[str, float]
    """By desk with a promise: share of all runs that keep it."""
    promises: dict[str, Promise]
    least_correlation: float
    """What a parameter without influence exceeds once in a hundred times."""
    seed: int
    engine: str
    partial: bool
    workspace_hash: str
    """Of the documents, and of the file of contacts where people come from one."""
    left_out: tuple[str, ...]
    """What the scenario asks for and this version does not simulate."""
    fallbacks: tuple[str, ...]
    """Why the population engine did not run everything, each reason once."""
    violations: tuple[Violation, ...]
    stuck: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    draw: int
    replication: int


@dataclass(frozen=True, slots=True)
class _Found:
    summary: Summary
    violations: tuple[Violation, ...]
    stuck: tuple[str, ...]
    engine: str
    why: str
    """Why it was not the population engine, where it should have been."""


@dataclass(slots=True)
class _Work:
    """What a worker knows: the scenario, and the values of every draw."""

    workspace: Workspace
    scenario: str
    desks: tuple[str, ...]
    """Desks to which leads come."""
    draws: tuple[Values, ...]
    seed: int
    engine: str = engines.POPULATION
    world: World | None = None
    """The scenario as stated, made ready once: where only the behaviour is uncertain, all draws share its people."""
    _last: tuple[int, World] | None = field(default=None)

    def __call__(self, task: _Task) -> _Found:
        """Does a run and keeps what is asked for."""
        return self.result(task, *self.rows(task))

    def rows(self, task: _Task) -> tuple[EventRecord, Mapping[str, Any]]:
        """Does a run: its rows, and what they do not hold."""
        finished = run(self._world_of(task), Draws(self.seed, task.replication), engine=self.engine)
        facts = {"stuck": finished.stuck, "engine": finished.engine, "why": finished.why}
        return finished.record.record(), facts

    def result(self, task: _Task, record: EventRecord, facts: Mapping[str, Any]) -> _Found:
        """What is kept of a run, worked out from its rows."""
        context = context_of(self._world_of(task), Draws(self.seed, task.replication))
        return _Found(
            summarise(record, context, replication=task.replication),
            violations(record, caps=context.caps),
            tuple(facts["stuck"]),
            facts["engine"],
            facts["why"],
        )

    def run_of(self, task: _Task) -> dict[str, str]:
        """Everything that a run depends on."""
        from journeyctl.simulate.shards import run_in

        run = run_in(self.workspace, self.scenario, seed=self.seed, engine=self.engine, replication=task.replication)
        values = json.dumps(self.draws[task.draw], sort_keys=True, ensure_ascii=False)
        return {**run, "parameters": hashlib.sha256(values.encode()).hexdigest()[:16]}

    def name_of(self, task: _Task) -> str:
        """What it is a replication of."""
        return f"draw-{task.draw:03}"

    def prepare(self, *, jobs: int) -> None:
        """Makes the people ready, who are the same in all draws; refuses what `Work.prepare` of experiments does."""
        chosen, memory = scenario_of(self.workspace, self.scenario), of_machine()
        refuse_people([chosen], memory=memory)
        engines.begin(engine=self.engine)
        first = world_of(self.workspace, self.scenario, Draws(self.seed))
        refuse_nobody(first, chosen)
        refuse_runs(first, jobs=jobs, memory=memory, in_arrays=self.engine == engines.POPULATION)
        engines.prepare((first,), engine=self.engine)
        if not chosen.population.redraw:
            self.world = first

    def _world_of(self, task: _Task) -> World:
        if scenario_of(self.workspace, self.scenario).population.redraw:
            return world_of(self._changed(task.draw), self.scenario, Draws(self.seed, task.replication))
        if self._last is None or self._last[0] != task.draw:
            self._last = task.draw, self._with(self._changed(task.draw))
        return self._last[1]

    def _changed(self, draw: int) -> Workspace:
        return changed_by(self.workspace, self.scenario, self.desks, self.draws[draw])

    def _with(self, changed: Workspace) -> World:
        if (changed.scenarios, changed.desks) != (self.workspace.scenarios, self.workspace.desks):
            return world_of(changed, self.scenario, Draws(self.seed))
        # Nothing but how people respond is another.
        if self.world is None:
            self.world = world_of(self.workspace, self.scenario, Draws(self.seed))
        behaviour = changed.behaviours[scenario_of(changed, self.scenario).behaviour]
        model = ResponseModel(behaviour, self.world.program)
        return dataclasses.replace(self.world, model=model, stages=behaviour.stages)

    def __getstate__(self) -> tuple[object, ...]:
        return (self.workspace, self.scenario, self.desks, self.draws, self.seed, self.engine)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        # Worlds hold compiled conditions and are made anew by a worker that is not forked.
        names = ("workspace", "scenario", "desks", "draws", "seed", "engine")
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)
        self.world = self._last = None


def changed_by(workspace: Workspace, scenario: str, desks: Sequence[str], values: Values) -> Workspace:
    """The workspace with other values of the behaviour's parameters and of the numbers of scenario and desks."""
    chosen = scenario_of(workspace, scenario)
    behaviour = workspace.behaviours[chosen.behaviour]
    found = dataclasses.replace(
        workspace, behaviours={**workspace.behaviours, behaviour.name: with_values(behaviour, values)}
    )
    own = {name: with_amounts(workspace.desks[name], values) for name in desks}
    if any(own[name] is not workspace.desks[name] for name in desks):
        found = dataclasses.replace(found, desks={**workspace.desks, **own})
    numbers = with_amounts(chosen, values)
    if numbers is not chosen:
        found = dataclasses.replace(found, scenarios={**workspace.scenarios, scenario: numbers})
    return found


def future_run(
    workspace: Workspace,
    scenario: str,
    *,
    draws: int,
    replications: int = FEWEST_REPLICATIONS,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = engines.POPULATION,
    executor: Executor | None = None,
    resume: Path | None = None,
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> FutureRun:
    """Runs a scenario under many draws of what is not known of its behaviour, its desks and itself.

    Runs are done by `executor`, without one by `jobs` processes; the result depends on neither. Finished runs are kept
    in the folder `resume`, and those that are there are not done again. Raises `UsageError` for fewer draws or
    replications than can be told apart, where nothing is uncertain, and for names that do not exist.
    """
    if draws < FEWEST_DRAWS:
        raise UsageError(f"{draws} draws do not cover the parameters", f"take {FEWEST_DRAWS} or more")
    if replications < FEWEST_REPLICATIONS:
        raise UsageError("one replication cannot tell chance from parameters", "take 2 or more of each draw")
    changed = with_set(workspace, set, scenario=scenario) if set else workspace
    chosen = scenario_of(changed, scenario)
    promises = promises_of(changed, chosen)
    uncertain = _uncertain(changed, chosen, tuple(promises))
    own_seed = chosen.seed if seed is None else seed
    drawn = parameter_draws(uncertain, seed=own_seed, draws=draws)
    work = _Work(changed, scenario, tuple(promises), drawn, own_seed, engine)
    work.prepare(jobs=jobs)
    tasks = [_Task(draw, draw * replications + number) for draw in range(draws) for number in range(replications)]
    numbers = itertools.count(1)

    def done(task: _Task, result: _Found) -> None:
        if progress is not None:
            progress(next(numbers), len(tasks))

    found, complete = _all_runs(work, tasks, executor=executor or LocalProcesses(jobs), resume=resume, done=done)
    groups = {draw: [found[task] for task in tasks if task.draw == draw and task in found] for draw in range(draws)}
    whole = {draw: group for draw, group in groups.items() if len(group) == replications}
    summaries = [[one.summary for one in group] for group in whole.values()]
    used = tuple(drawn[draw] for draw in whole)
    promises = {name: promise for name, promise in promises.items() if promise.limit is not None}
    return FutureRun(
        scenario=chosen.name, title=chosen.title or chosen.name, start=chosen.start, length=str(chosen.length),
        behaviour=chosen.behaviour, parameters=uncertain,
        undrawn=undrawn_numbers(_documents(changed, chosen, work.desks)), draws=used, asked=draws,
        replications=replications, measures=_uncertainties(summaries, used, tuple(promises)),
        kept={desk: share for desk in promises if (share := _kept(summaries, desk, promises[desk])) is not None},
        promises=promises, least_correlation=_least_correlation(len(used)), seed=own_seed,
        engine=engines.named(one.engine for one in found.values()),
        partial=not complete, workspace_hash=inputs_hash(changed, chosen), left_out=left_out_of(changed, chosen),
        fallbacks=tuple(sorted({one.why for one in found.values() if one.why})),
        violations=tuple(violation for one in found.values() for violation in one.violations),
        stuck=tuple(sorted({key for one in found.values() for key in one.stuck})),
    )  # fmt: skip


def _all_runs(
    work: _Work,
    tasks: Sequence[_Task],
    *,
    executor: Executor,
    resume: Path | None,
    done: Callable[[_Task, _Found], None],
) -> tuple[dict[_Task, _Found], bool]:
    """What was found by task, and whether all were finished; those that a folder holds are finished already."""
    if resume is None:
        return TaskPool[_Task, _Found](work, executor=executor).run(tasks, done=done)
    # Most answers keep nothing, and reading and writing of logs takes its time to load.
    from journeyctl.simulate.shards import Shards

    shards = Shards(resume, work)
    found: dict[_Task, _Found] = {}

    def finished(task: _Task, result: _Found) -> None:
        found[task] = result
        done(task, result)

    for task in tasks:
        kept = shards.kept(task)
        if kept is not None:
            finished(task, kept)
    left = [task for task in tasks if task not in found]
    pool = TaskPool[_Task, tuple[_Found, bytes]](shards.packing, executor=executor)
    _, complete = pool.run(left, done=lambda task, packed: finished(task, shards.keep(task, packed)))
    return found, complete


def _uncertain(workspace: Workspace, scenario: Scenario, desks: Sequence[str]) -> tuple[Uncertain, ...]:
    behaviour = workspace.behaviours[scenario.behaviour]
    numbers = uncertain_numbers(_documents(workspace, scenario, desks))
    found = (*uncertain_parameters(behaviour), *numbers)
    if not found:
        raise UsageError(
            f"neither behaviour '{behaviour.name}' nor the scenario or its desks have a number with a range or prior",
            "write ranges beside their values",
        )
    return found


def _documents(workspace: Workspace, scenario: Scenario, desks: Sequence[str]) -> tuple[Desk | Scenario, ...]:
    return (scenario, *(workspace.desks[name] for name in desks))


def _uncertainties(
    groups: Sequence[Sequence[Summary]], draws: Sequence[Values], desks: Sequence[str]
) -> tuple[Uncertainty, ...]:
    found = []
    columns = [measure_and_key(name) for name in _SHOWN if name.split("/")[0] in MEASURES]
    columns += [(name, (desk,)) for desk in desks for name in _OF_DESKS]
    for measure, key in columns:
        values = [[summary.value(measure, key) for summary in group] for group in groups]
        known = [
            ([value for value in group if value is not None], drawn)
            for group, drawn in zip(values, draws, strict=True)
            if all(value is not None and math.isfinite(value) for value in group)
        ]
        spread = spread_of([group for group, _ in known])
        if spread is not None:
            means = [math.fsum(group) / len(group) for group, _ in known]
            # Where nothing comes from the parameters, correlations are accidents.
            drivers = _drivers(means, [drawn for _, drawn in known]) if spread.parameters else ()
            found.append(Uncertainty(measure, key, spread, drivers))
    return tuple(found)


def _least_correlation(draws: int) -> float:
    """Rank correlations of unrelated numbers have a standard deviation of 1 / sqrt(draws - 1) (Kendall, Gibbons)."""
    return min(1.0, _BY_CHANCE_ONCE_IN_100 / math.sqrt(draws - 1)) if draws > 1 else 1.0


def _drivers(means: Sequence[float], draws: Sequence[Values]) -> tuple[Driver, ...]:
    least = _least_correlation(len(draws))
    found = [Driver(name, rank_correlation([drawn[name] for drawn in draws], means)) for name in draws[0]]
    strong = [driver for driver in found if abs(driver.correlation) >= least]
    return tuple(sorted(strong, key=lambda driver: (-abs(driver.correlation), driver.parameter)))


def _kept(groups: Sequence[Sequence[Summary]], desk: str, promise: Promise) -> float | None:
    shares = [summary.value("sla", (desk,)) for group in groups for summary in group]
    known = [share for share in shares if share is not None]
    return sum(share >= promise.target for share in known) / len(known) if known else None
