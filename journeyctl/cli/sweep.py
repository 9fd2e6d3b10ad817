"""`journeyctl sweep`: one scenario over several values."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.experiment_options import (
    FormatOption,
    JobsOption,
    MostOption,
    OneEngineOption,
    OutOption,
    PrecisionOption,
    ReplicationsOption,
    SeedOption,
    check_precision,
    one_engine,
)
from journeyctl.cli.options import QuietOption, SetOption, WidthOption, WorkspaceOption, assignments, place
from journeyctl.diagnostics import UsageError

if TYPE_CHECKING:
    from journeyctl.simulate.sweep import Sweep


def sweep(
    scenario: Annotated[str, typer.Argument(help="A scenario of the workspace.")],
    over: Annotated[
        list[str], typer.Option("--over", help="A path and its values, path=a,b,c; may repeat.", show_default=False)
    ],
    workspace: WorkspaceOption = None,
    set_values: SetOption = None,
    base: Annotated[
        str, typer.Option("--base", help="What rows are compared with: first, or present for the workspace as it is.")
    ] = "first",
    measure: Annotated[
        list[str] | None,
        typer.Option("--measure", help="A measure to show, such as leads/own; may repeat.", show_default="the usual"),
    ] = None,
    trade: Annotated[
        list[str] | None,
        typer.Option(
            "--trade",
            help="Two wanted measures whose knee to mark, leads/own:sla; may repeat.",
            show_default="leads against the promise and acceptance",
        ),
    ] = None,
    replications: ReplicationsOption = None,
    precision: PrecisionOption = None,
    most: MostOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    engine: OneEngineOption = "population",
    output: FormatOption = "table",
    out: OutOption = None,
    width: WidthOption = None,
    quiet: QuietOption = False,
) -> int:
    """Compare values on the same people. Example: journeyctl sweep us-pilot --over scoring.mql.score=20,30,40"""
    from journeyctl import api

    _check(output, base)
    check_precision(precision or (), replications, most)
    trades = [_pair(text) for text in trade or ()]
    checked = api.checked_workspace(place(workspace))
    progress = console.Progress(quiet=quiet)
    try:
        found = api.sweep(
            checked, scenario, over, replications=replications, precision=precision or (), most=most, seed=seed,
            jobs=jobs or os.cpu_count() or 1,
            engine=one_engine(engine), with_present=base == "present", measures=measure or (), trades=trades,
            set=assignments(set_values),
            progress=progress.counted("runs"),
        )  # fmt: skip
    finally:
        progress.clear()
    _write(found, output, out, width=console.width(width))
    if found.partial:
        console.message(f"interrupted: {found.replications} of {found.asked} replications of every row are complete")
        return ExitStatus.INTERRUPTED
    return ExitStatus.FINDINGS if found.stuck or found.violations else ExitStatus.FINE


def _check(output: str, base: str) -> None:
    if output not in ("table", "json", "csv"):
        raise UsageError(f"'{output}' is no format of sweep", "write --format table, json or csv")
    if base not in ("first", "present"):
        raise UsageError(f"'{base}' is nothing to compare with", "write --base first or --base present")


def _pair(text: str) -> tuple[str, str]:
    one, colon, other = text.partition(":")
    if not colon or not one or not other:
        raise UsageError(f"'{text}' does not name two measures", "write --trade leads/own:sla")
    return one, other


def _write(found: Sweep, output: str, out: Path | None, *, width: int) -> None:
    from journeyctl.report import sweep_json, sweep_text

    if output == "json":
        text = sweep_json.render_json(found)
    elif output == "csv":
        text = sweep_json.render_csv(found)
    else:
        text = sweep_text.render(found, width=width)
    console.deliver(text, out)
