"""`journeyctl staff`: the fewest SDRs, the shortest ramp and the best cap that keep the promise."""

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
from journeyctl.units import parse_share

if TYPE_CHECKING:
    from journeyctl.simulate.staffing import Criterion, Staffing, Topic

_TOPICS: dict[str, Topic] = {"headcount": "headcount", "ramp": "ramp", "cap": "cap"}
_CRITERIA: dict[str, Criterion] = {"average": "sla", "worst-week": "sla_worst_week"}


def staff(
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario of the workspace.", show_default="the only one")
    ] = None,
    workspace: WorkspaceOption = None,
    set_values: SetOption = None,
    over: Annotated[
        list[str] | None,
        typer.Option("--over", help="headcount, ramp or cap; may repeat.", show_default="all that apply"),
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", help="A desk, or desk/team.", show_default="the only one")
    ] = None,
    cap: Annotated[str | None, typer.Option("--cap", help="The cap to vary.", show_default="the first")] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Share of leads, such as 90%.", show_default="the desk's")
    ] = None,
    criterion: Annotated[
        str, typer.Option("--criterion", help="What is to reach the target: average, or worst-week.")
    ] = "average",
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
    """Find what keeps the promise on the first call. Example: journeyctl staff us-pilot --over headcount"""
    from journeyctl import api

    _check(output)
    check_precision(precision or (), replications, most)
    checked = api.checked_workspace(place(workspace))
    progress = console.Progress(quiet=quiet)
    try:
        found = api.staff(
            checked, scenario, over=_topics(over or []), team=team, cap=cap, criterion=_criterion(criterion),
            target=None if target is None else _share(target), replications=replications,
            precision=precision or (), most=most, seed=seed, jobs=jobs or os.cpu_count() or 1,
            engine=one_engine(engine), set=assignments(set_values), progress=progress.show,
        )  # fmt: skip
    finally:
        progress.clear()
    _write(found, output, out, width=console.width(width))
    if found.partial:
        console.message("interrupted: only what had been tried by then is in this answer")
        return ExitStatus.INTERRUPTED
    broken = found.stuck or found.violations or any(answer.found is None for answer in found.answers)
    return ExitStatus.FINDINGS if broken else ExitStatus.FINE


def _check(output: str) -> None:
    if output not in ("table", "json", "csv"):
        raise UsageError(f"'{output}' is no format of staff", "write --format table, json or csv")


def _topics(over: list[str]) -> list[Topic]:
    found: list[Topic] = []
    for topic in over:
        if topic not in _TOPICS:
            raise UsageError(f"'{topic}' cannot be searched", "write --over headcount, ramp or cap")
        found.append(_TOPICS[topic])
    return found


def _criterion(text: str) -> Criterion:
    if text not in _CRITERIA:
        raise UsageError(f"'{text}' is no criterion", f"write --criterion {' or '.join(_CRITERIA)}")
    return _CRITERIA[text]


def _share(text: str) -> float:
    try:
        return parse_share(text if text.endswith("%") else float(text))
    except ValueError:
        raise UsageError(f"'{text}' is no share of leads", "write --target 90% or --target 0.9") from None


def _write(found: Staffing, output: str, out: Path | None, *, width: int) -> None:
    from journeyctl.report import staffing_json, staffing_text

    if output == "json":
        text = staffing_json.render_json(found)
    elif output == "csv":
        text = staffing_json.render_csv(found)
    else:
        text = staffing_text.render(found, width=width)
    console.deliver(text, out)
