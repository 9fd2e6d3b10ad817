"""What journeyctl can do, in the order in which a specification passes through it. Values in, values out.

Nothing here prints, asks the clock or chooses an exit status. Mistakes of a specification come back as
findings; wrong calls raise `UsageError`.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from journeyctl.diagnostics import Finding, Severity, SpecError, UsageError
from journeyctl.graph.lowering import lower, remember
from journeyctl.graph.program import Program
from journeyctl.model.specification import DOCUMENT_KINDS, Workspace

if TYPE_CHECKING:
    from journeyctl.conformance.verify import Verification
    from journeyctl.results.history import History
    from journeyctl.rules.base import Page
    from journeyctl.simulate.attributing import Attribution
    from journeyctl.simulate.forecast import Forecast
    from journeyctl.simulate.population import Population
    from journeyctl.simulate.staffing import Criterion, Staffing, Topic
    from journeyctl.simulate.sweep import Sweep
    from journeyctl.simulate.truth.chain import Exact
    from journeyctl.simulate.truth.verification import Check
    from journeyctl.simulate.uncertainty import FutureRun
    from journeyctl.spec.source import Sources
    from journeyctl.targets.base import Emission, Target
    from journeyctl.trace.script import Script
    from journeyctl.trace.spec_test import TestResult
    from journeyctl.trace.walk import Walk

__all__ = [
    "FORMAT_VERSIONS", "Checked", "ValidationResult", "attribution", "checked_workspace", "compile_for",
    "exact", "future_run", "history", "init", "load_simulation",
    "page", "pages", "population", "required", "revision", "run_spec_tests",
    "schema", "script", "simulate", "staff", "sweep", "target", "targets", "trace", "validate", "verify",
    "verify_simulator", "with_values",
]  # fmt: skip

FORMAT_VERSIONS = {"spec": "1", "log": "1", "report": "1", "behaviour": "1"}
"""Versions of the language, the event record, the machine formats and the response model."""


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """Everything that is wrong with a workspace, and the workspace as far as it can be read."""

    findings: tuple[Finding, ...]
    """By file, key and code; lines and columns come from `sources`."""
    sources: Sources
    workspace: Workspace | None
    """`None` where a document that nothing works without is missing or wrong; then no rule was asked."""

    @property
    def is_valid(self) -> bool:
        """True where no finding is an error."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def validate(
    path: Path,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    texts: Mapping[str, bytes] | None = None,
) -> ValidationResult:
    """Reads the workspace that `path` lies in and asks every rule about it.

    `select` and `ignore` choose rules by code or slug; what reading and decoding find is always told.
    `texts` replaces the content of files by name, for editors. Raises `UsageError` where there is no
    workspace, or no such rule.
    """
    from journeyctl.rules.base import run_rules
    from journeyctl.spec import load_with_findings

    loaded = load_with_findings(path, texts=texts)
    found = loaded.findings
    if loaded.workspace is not None:
        found += run_rules(loaded.workspace, select=select, ignore=ignore)
    return ValidationResult(tuple(sorted(found, key=Finding.sort_key)), loaded.sources, loaded.workspace)


@dataclass(frozen=True, slots=True)
class Checked:
    """A workspace without errors, lowered."""

    workspace: Workspace
    program: Program
    read: Callable[[], Sources]
    """Gives the files that were read."""

    @property
    def sources(self) -> Sources:
        """The files that were read."""
        return self.read()

    def remembered(self) -> Checked:
        """The same where it came from another process: nobody lowers this workspace again."""
        remember(self.workspace, self.program)
        return self


def checked_workspace(path: Path) -> Checked:
    """The workspace that `path` lies in, ready to be used. Raises `InvalidWorkspaceError` with every finding."""
    result = validate(path)
    if result.workspace is None or not result.is_valid:
        raise InvalidWorkspaceError(result)
    return Checked(result.workspace, lower(result.workspace), lambda: result.sources)


def with_values(checked: Checked, set: Sequence[tuple[str, object]], *, scenario: str | None = None) -> Checked:
    """The workspace with other values at some paths; a path that starts with a scenario's key means `scenario`."""
    if not set:
        return checked
    workspace = _sound(checked, set, scenario=scenario)
    return Checked(workspace, lower(workspace), checked.read)


def _sound(checked: Checked, set: Sequence[tuple[str, object]], *, scenario: str | None = None) -> Workspace:
    """The workspace with other values. Raises `UsageError` where they make it wrong by any rule."""
    if not set:
        return checked.workspace
    from journeyctl.rules.base import run_rules
    from journeyctl.spec import with_set

    workspace = with_set(checked.workspace, set, scenario=scenario)
    errors = [finding for finding in run_rules(workspace) if finding.severity is Severity.ERROR]
    if errors:
        raise UsageError(errors[0].message, errors[0].help)
    return workspace


class InvalidWorkspaceError(SpecError):
    """A workspace that has errors cannot be used; carries what `validate` would say."""

    def __init__(self, result: ValidationResult) -> None:
        self.result = result
        super().__init__(result.findings)


def pages() -> tuple[Page, ...]:
    """What can be found in a workspace, explained; by code."""
    from journeyctl.rules.base import pages

    return pages()


def page(code_or_slug: str) -> Page:
    """One of these pages. Raises `UsageError` with the nearest name."""
    from journeyctl.rules.base import page

    return page(code_or_slug)


# --- one contact


def run_spec_tests(checked: Checked, *, only: Sequence[str] = ()) -> tuple[TestResult, ...]:
    """Runs the spec tests, or those named in `only` (`test` or `test/case`)."""
    from journeyctl.trace.spec_test import run_tests

    return run_tests(checked.workspace, checked.program, only=only)


def script(
    checked: Checked,
    *,
    journey: str | None,
    test: str | None = None,
    given: Sequence[str] = (),
    reactions: Sequence[str] = (),
    desk: str | None = None,
    start: datetime.date,
) -> Script:
    """The script of a trace: a spec test's, or a journey's with fields `path=value` and reactions `item=clicked@3d`."""
    from journeyctl.trace.request import script_of_request

    return script_of_request(
        checked.workspace, checked.program, journey=journey, test=test, given=given, reactions=reactions, desk=desk,
        start=start,
    )  # fmt: skip


def trace(checked: Checked, script: Script) -> Walk:
    """Walks one contact through its journey."""
    from journeyctl.trace.walk import walk

    return walk(checked.program, script)


def revision(checked: Checked, reference: str) -> Workspace:
    """The same workspace as a git revision or another folder has it; see `spec.revision.workspace_at`."""
    from journeyctl.spec.revision import workspace_at

    return workspace_at(Path(checked.workspace.root), reference)


# --- many contacts


def population(checked: Checked, scenario: str, *, seed: int | None = None) -> Population:
    """The people of a scenario at the start of its run, with the counts at every filter."""
    from journeyctl.draws import Draws
    from journeyctl.simulate.population import build_population
    from journeyctl.simulate.run import scenario_of

    chosen = scenario_of(checked.workspace, scenario)
    return build_population(checked.workspace, chosen, checked.program, Draws(chosen.seed if seed is None else seed))


def engine_compiles_first() -> bool:
    """Whether the population engine has to be compiled before it can run anything here."""
    from journeyctl.simulate import population_engine

    return not population_engine.available() and not population_engine.is_compiled()


def load_simulation(engine: str = "population") -> None:
    """Loads what `simulate` needs, whatever the workspace."""
    import journeyctl.simulate.forecast

    if engine != "reference" and not engine_compiles_first():
        import journeyctl.simulate.population_engine.engine  # noqa: F401  (used by whoever runs something)


def simulate(
    checked: Checked,
    scenario: str,
    *,
    replications: int | None = None,
    precision: Sequence[str] = (),
    most: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    compare: Sequence[str] | None = None,
    against: Mapping[str, Workspace] | None = None,
    set: Sequence[tuple[str, object]] = (),
    keep_record: bool = False,
    engine: str = "population",
    executor: str = "local",
    resume: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """The planning answer for a scenario; see `simulate.forecast.forecast`.

    `engine` is `population`, `reference` or `both`; `executor` is `local`, `dask:ADDRESS` or `ray:ADDRESS`;
    `resume` is a folder of finished runs.
    """
    from journeyctl.simulate.executors import executor_of
    from journeyctl.simulate.forecast import forecast

    _sound(checked, set, scenario=scenario)
    return forecast(
        checked.workspace, scenario, replications=replications, precision=precision, most=most, seed=seed, jobs=jobs,
        compare_with=compare, against=against, set=set, keep_record=keep_record, engine=engine,
        executor=executor_of(executor, jobs=jobs), resume=resume, progress=progress,
    )  # fmt: skip


def future_run(
    checked: Checked,
    scenario: str,
    *,
    draws: int,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = "population",
    executor: str = "local",
    resume: Path | None = None,
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> FutureRun:
    """What one future run may bring under so many parameter draws; see `simulate.uncertainty.future_run`."""
    from journeyctl.simulate.executors import executor_of
    from journeyctl.simulate.uncertainty import FEWEST_REPLICATIONS
    from journeyctl.simulate.uncertainty import future_run as found

    _sound(checked, set, scenario=scenario)
    return found(
        checked.workspace, scenario, draws=draws, replications=replications or FEWEST_REPLICATIONS, seed=seed,
        jobs=jobs, engine=engine, executor=executor_of(executor, jobs=jobs), resume=resume, set=set, progress=progress,
    )  # fmt: skip


def sweep(
    checked: Checked,
    scenario: str,
    over: Sequence[str],
    *,
    replications: int | None = None,
    precision: Sequence[str] = (),
    most: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = "population",
    with_present: bool = False,
    measures: Sequence[str] = (),
    trades: Sequence[tuple[str, str]] = (),
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """A scenario over values, `path=a,b,c` each; see `simulate.sweep.sweep`."""
    from journeyctl.simulate.sweep import axis_of
    from journeyctl.simulate.sweep import sweep as swept

    _sound(checked, set, scenario=scenario)
    return swept(
        checked.workspace, scenario, tuple(map(axis_of, over)), replications=replications, precision=precision,
        most=most, seed=seed, jobs=jobs, engine=engine, with_present=with_present, measures=measures, trades=trades,
        set=set, progress=progress,
    )  # fmt: skip


def exact(checked: Checked, scenario: str, *, seed: int | None = None) -> Exact:
    """What a scenario counts on average, computed instead of simulated, for the traits of its first replication.

    Raises `UsageError` that names every condition under which there is no exact answer.
    """
    from journeyctl.draws import Draws
    from journeyctl.simulate.run import scenario_of, world_of
    from journeyctl.simulate.truth.chain import NotExact
    from journeyctl.simulate.truth.chain import exact as exact_chain

    chosen = scenario_of(checked.workspace, scenario)
    draws = Draws(chosen.seed if seed is None else seed, 0)
    found = exact_chain(world_of(checked.workspace, scenario, draws), draws)
    if isinstance(found, NotExact):
        reasons = "".join(f"\n  - {reason}" for reason in found.reasons)
        raise UsageError(f"'{scenario}' has no exact answer:{reasons}", "simulate it without --exact")
    return found


def verify_simulator(
    *, seed: int = 1, replications: int = 40, progress: Callable[[str], None] = lambda name: None
) -> Iterator[Check]:
    """Holds the simulator against theory, exact chains and its own books; see `simulate.truth.verification`.

    Raises `UsageError` where scipy, which integrates one of the theories, is not installed.
    """
    from importlib.util import find_spec

    from journeyctl.simulate.truth.verification import verify as verify_all
    from journeyctl.workspaces import locate

    if find_spec("scipy") is None:
        raise UsageError("verify-simulator needs scipy", "install journeyctl[science]")
    exact, small = (checked_workspace(locate(name)) for name in ("acceptance", "small"))
    # So tight that the small workspace's cap binds at every second send.
    tight = (("policies.caps.weekly.max", 1), ("policies.caps.weekly.per", "10d"))
    books = with_values(small, tight, scenario="plan").workspace
    return verify_all(
        (exact.workspace, "exact"), (books, "plan"), seed=seed, replications=replications, progress=progress
    )


def staff(
    checked: Checked,
    scenario: str | None = None,
    *,
    over: Sequence[Topic] = (),
    team: str | None = None,
    cap: str | None = None,
    criterion: Criterion = "sla",
    target: float | None = None,
    replications: int | None = None,
    precision: Sequence[str] = (),
    most: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = "population",
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[str], None] | None = None,
) -> Staffing:
    """What keeps the promise of a desk; see `simulate.staffing.staffing`. Without a name, of the only scenario."""
    from journeyctl.simulate.staffing import staffing

    name = scenario or _only_scenario(checked.workspace)
    _sound(checked, set, scenario=name)
    return staffing(
        checked.workspace, name, topics=over, team=team, cap=cap,
        criterion=criterion, target=target, replications=replications, precision=precision, most=most, seed=seed,
        jobs=jobs, engine=engine, set=set, progress=progress,
    )  # fmt: skip


def _only_scenario(workspace: Workspace) -> str:
    if len(workspace.scenarios) != 1:
        known = ", ".join(sorted(workspace.scenarios)) or "none"
        raise UsageError("the workspace does not have exactly one scenario", f"name one: {known}")
    return next(iter(workspace.scenarios))


def attribution(
    checked: Checked,
    scenario: str,
    *,
    outcome: str = "leads",
    by: str = "journey",
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Attribution:
    """To what conversions are credited, and what would really be lost; see `simulate.attributing.attribute`."""
    from journeyctl.simulate.attributing import attribute

    return attribute(
        checked.workspace, scenario, outcome=outcome, by=by, replications=replications, seed=seed, jobs=jobs, set=set,
        progress=progress,
    )  # fmt: skip


def required(forecast: Forecast, requirements: Sequence[str]) -> Forecast:
    """The forecast with a verdict on every requirement, such as `sla>=95%`; see `simulate.requirements`."""
    from journeyctl.simulate.requirements import judged, requirement_of

    wanted = [requirement_of(text) for text in requirements]
    uplifts = {name: found.uplift for name, found in forecast.comparisons.items()}
    return dataclasses.replace(forecast, requirements=judged(wanted, found=forecast.estimates, uplifts=uplifts))


def history(log: Path, contact: str, *, replication: int | None = None) -> History:
    """One contact's history from a log that `simulate` wrote; see `results.history.read_history`."""
    from journeyctl.results.history import read_history

    return read_history(log, contact, replication=replication)


# --- deployment


def targets() -> Mapping[str, Target]:
    """Every target that can be compiled for, by name."""
    from journeyctl.targets.base import find_targets

    return find_targets()


def target(name: str) -> Target:
    """One target. Raises `UsageError` with the known names."""
    from journeyctl.targets.base import find_target

    return find_target(name)


def compile_for(checked: Checked, journey: str, *, target_name: str) -> Emission:
    """What a target runs for a journey, and the report. Raises `UnsupportedError` with every reason at once."""
    _known_journey(checked, journey)
    return target(target_name).emit(checked.program, journey)


def verify(
    checked: Checked, journey: str, *, target_name: str, contacts: int, mutants: int, start: datetime.date
) -> Verification:
    """Runs the compiled file in an independent engine and compares it with the step machine, trace by trace."""
    from journeyctl.calendars import to_utc

    _known_journey(checked, journey)
    if target(target_name).name != "bpmn":
        raise UsageError(f"no engine is at hand to verify target '{target_name}'", "verify target bpmn")
    from journeyctl.conformance.verify import verify_bpmn

    at = to_utc(start, 0, checked.program.zone)
    return verify_bpmn(checked.program, journey, contacts=contacts, mutants=mutants, start=at)


def _known_journey(checked: Checked, journey: str) -> None:
    if journey not in checked.program.journeys:
        raise UsageError(f"there is no journey '{journey}'", f"journeys: {', '.join(sorted(checked.program.journeys))}")


# --- starting


def schema(kind: str) -> str:
    """The JSON Schema of one kind of document. Raises `UsageError` with the known kinds."""
    from journeyctl.spec.schema import document_schema

    if kind not in DOCUMENT_KINDS:
        raise UsageError(f"there is no kind of document '{kind}'", f"kinds: {', '.join(DOCUMENT_KINDS)}")
    return json.dumps(document_schema(kind), indent=2, ensure_ascii=False) + "\n"


def init(folder: Path, source: str) -> tuple[Path, ...]:
    """Copies the small workspace, or the pilot, into an empty or new folder. Raises `UsageError` otherwise."""
    from journeyctl.workspaces import copied

    return copied(source, folder)
