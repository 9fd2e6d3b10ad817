"""`journeyctl simulate`: the planning answer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.options import QuietOption, SetOption, WidthOption, WorkspaceOption, assignments, place
from journeyctl.diagnostics import UsageError

if TYPE_CHECKING:
    from journeyctl.simulate.forecast import Forecast


def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario of the workspace.")],
    workspace: WorkspaceOption = None,
    set_values: SetOption = None,
    replications: Annotated[
        int | None,
        typer.Option("--replications", "-n", min=1, help="Runs with other chances.", show_default="the scenario's"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Other people and chances.", show_default="the scenario's")
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(
            "--compare", help="Only this comparison, or scenario; may repeat. `none` for none.", show_default="all"
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes.", show_default="one per processor")
    ] = None,
    output: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the result to this file.")] = None,
    log: Annotated[Path | None, typer.Option("--log", help="Write every event to this .csv or .parquet file.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="reference.")] = "reference",
    width: WidthOption = None,
    quiet: QuietOption = False,
) -> int:
    """Rehearse a scenario, with intervals. Example: journeyctl simulate us-pilot --replications 5"""
    from journeyctl import api

    _check(output, engine, log)
    checked = api.checked_workspace(place(workspace))
    progress = console.Progress(quiet=quiet)
    try:
        found = api.simulate(
            checked, scenario, replications=replications, seed=seed, jobs=jobs or os.cpu_count() or 1,
            compare=None if compare is None else [name for name in compare if name != "none"],
            set=assignments(set_values), keep_record=log is not None,
            progress=lambda done, of: progress.show(f"{done} of {of} runs"),
        )  # fmt: skip
    finally:
        progress.clear()
    if log is not None:
        _write_log(found, log)
    _write(found, output, out, width=console.width(width))
    if found.partial:
        console.message(f"interrupted: {found.replications} of {found.asked} replications are in this answer")
        return ExitStatus.INTERRUPTED
    return ExitStatus.FINDINGS if found.stuck or found.violations else ExitStatus.FINE


def _check(output: str, engine: str, log: Path | None) -> None:
    if output not in ("table", "json", "csv"):
        raise UsageError(f"'{output}' is no format of simulate", "write --format table, json or csv")
    if engine != "reference":
        raise UsageError(f"there is no engine '{engine}'", "write --engine reference")
    if log is not None and log.suffix not in (".csv", ".parquet"):
        raise UsageError(f"'{log.name}' is no event record that can be written", "end its name with .csv or .parquet")


def _write(found: Forecast, output: str, out: Path | None, *, width: int) -> None:
    from journeyctl.output_file import write_atomically
    from journeyctl.report import forecast_json, forecast_text

    if output == "json":
        text = forecast_json.render_json(found)
    elif output == "csv":
        text = forecast_json.render_csv(found)
    else:
        text = forecast_text.render(found, width=width)
    if out is None:
        console.result(text)
    else:
        write_atomically(out, text.encode())


def _write_log(found: Forecast, log: Path) -> None:
    from journeyctl import __version__
    from journeyctl.results.log_csv import write_csv
    from journeyctl.results.log_parquet import write_parquet

    if found.record is None:
        return
    rows = found.record.in_file_order()
    if log.suffix == ".csv":
        write_csv(rows, log)
        return
    names = {"journeyctl": __version__, "workspace_hash": found.workspace_hash, "seed": str(found.seed)}
    write_parquet(rows, log, metadata=names)
