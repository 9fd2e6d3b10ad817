"""What journeyctl can do, in the order in which a specification passes through it. Values in, values out.

Nothing here prints, asks the clock or chooses an exit status. Mistakes of a specification come back as
findings; wrong calls raise `UsageError`.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from journeyctl.diagnostics import Finding, Severity, SpecError, UsageError
from journeyctl.graph.lowering import lower
from journeyctl.graph.program import Program
from journeyctl.model.specification import DOCUMENT_KINDS, Workspace
from journeyctl.rules.base import Page, page, pages, run_rules
from journeyctl.spec import load_with_findings, with_set
from journeyctl.spec.source import Sources

if TYPE_CHECKING:
    from journeyctl.conformance.verify import Verification
    from journeyctl.simulate.forecast import Forecast
    from journeyctl.simulate.population import Population
    from journeyctl.targets.base import Emission, Target
    from journeyctl.trace.script import Script
    from journeyctl.trace.spec_test import TestResult
    from journeyctl.trace.walk import Walk

__all__ = [
    "FORMAT_VERSIONS", "Checked", "Page", "ValidationResult", "checked_workspace", "compile_for", "init", "page",
    "pages", "population", "run_spec_tests", "schema", "script", "simulate", "target", "targets", "trace", "validate",
    "verify", "with_values",
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
    sources: Sources


def checked_workspace(path: Path) -> Checked:
    """The workspace that `path` lies in, ready to be used. Raises `InvalidWorkspaceError` with every finding."""
    result = validate(path)
    if result.workspace is None or not result.is_valid:
        raise InvalidWorkspaceError(result)
    return Checked(result.workspace, lower(result.workspace), result.sources)


def with_values(checked: Checked, set: Sequence[tuple[str, object]], *, scenario: str | None = None) -> Checked:
    """The workspace with other values at some paths; a path that starts with a scenario's key means `scenario`."""
    if not set:
        return checked
    workspace = with_set(checked.workspace, set, scenario=scenario)
    return Checked(workspace, lower(workspace), checked.sources)


class InvalidWorkspaceError(SpecError):
    """A workspace that has errors cannot be used; carries what `validate` would say."""

    def __init__(self, result: ValidationResult) -> None:
        self.result = result
        super().__init__(result.findings)


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


# --- many contacts


def population(checked: Checked, scenario: str, *, seed: int | None = None) -> Population:
    """The people of a scenario at the start of its run, with the counts at every filter."""
    from journeyctl.draws import Draws
    from journeyctl.simulate.population import build_population
    from journeyctl.simulate.run import scenario_of

    chosen = scenario_of(checked.workspace, scenario)
    return build_population(checked.workspace, chosen, checked.program, Draws(chosen.seed if seed is None else seed))


def simulate(
    checked: Checked,
    scenario: str,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    compare: Sequence[str] | None = None,
    set: Sequence[tuple[str, object]] = (),
    keep_record: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """The planning answer for a scenario; see `simulate.forecast.forecast`."""
    from journeyctl.simulate.forecast import forecast

    return forecast(
        checked.workspace, scenario, replications=replications, seed=seed, jobs=jobs, compare_with=compare, set=set,
        keep_record=keep_record, progress=progress,
    )  # fmt: skip


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
    from journeyctl.output_file import write_atomically
    from journeyctl.workspaces import locate

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' is not an empty folder", "name a folder that does not exist yet")
    origin = locate(source)
    written = []
    for part in ("journey_specs", "content_catalog"):
        for path in sorted((origin / part).rglob("*.yaml")):
            place = folder / path.relative_to(origin)
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, path.read_bytes())
            written.append(place)
    return tuple(written)
