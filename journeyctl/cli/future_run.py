"""`journeyctl simulate --parameters`: what one future run may bring, given what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.experiment_options import one_engine
from journeyctl.diagnostics import UsageError


def _refuse(options: Mapping[str, object]) -> None:
    given = [name for name, value in options.items() if value]
    if given:
        raise UsageError(f"--parameters does not go with {' and '.join(given)}", "run the two questions one by one")


def answer(
    workspace: Path,
    scenario: str,
    *,
    draws: int,
    replications: int | None,
    seed: int | None,
    jobs: int,
    engine: str,
    executor: str,
    set: tuple[tuple[str, object], ...],
    output: str,
    out: Path | None,
    width: int | None,
    quiet: bool,
    resume: Path | None,
    others: Mapping[str, object],
) -> int:
    """Runs the draws and writes the answer; `others` are options by name that do not go with it."""
    from journeyctl import api
    from journeyctl.report import future_run_json, future_run_text

    _refuse(others)
    checked = api.checked_workspace(workspace)
    progress = console.Progress(quiet=quiet)
    try:
        found = api.future_run(
            checked, scenario, draws=draws, replications=replications, seed=seed, jobs=jobs, engine=one_engine(engine),
            executor=executor, resume=resume, set=set, progress=progress.counted("runs"),
        )  # fmt: skip
    finally:
        progress.clear()
    forms = {"json": future_run_json.render_json, "csv": future_run_json.render_csv}
    text = forms[output](found) if output in forms else future_run_text.render(found, width=console.width(width))
    console.deliver(text, out)
    if found.partial:
        console.message(f"interrupted: {len(found.draws)} of {found.asked} parameter draws are in this answer")
        if resume is not None:
            console.message(f"  help: the same command goes on with the finished runs in '{resume}'")
        return ExitStatus.INTERRUPTED
    return ExitStatus.FINDINGS if found.stuck or found.violations else ExitStatus.FINE
