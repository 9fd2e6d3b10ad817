"""`journeyctl compile`: executable definitions and a report of what a target cannot carry."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.options import TodayOption, WorkspaceOption, place, today
from journeyctl.diagnostics import UnsupportedError, UsageError

if TYPE_CHECKING:
    from journeyctl import api


def compile_command(
    journey: Annotated[str | None, typer.Argument(help="A journey; not needed with --all.", show_default=False)] = None,
    target: Annotated[
        str, typer.Option("--target", "-t", help="What to compile for: journeyctl targets list.")
    ] = "bpmn",
    every: Annotated[bool, typer.Option("--all", help="Every live journey.")] = False,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("out"),
    strict: Annotated[bool, typer.Option("--strict", help="Refuse what the target cannot carry exactly.")] = False,
    contacts: Annotated[
        int | None, typer.Option("--verify", min=1, help="Run this many contacts in an independent engine and compare.")
    ] = None,
    mutants: Annotated[int, typer.Option("--mutants", min=0, help="With --verify: seeded faults to be caught.")] = 0,
    day: TodayOption = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Write what an engine runs. Example: journeyctl compile head-of-radiology-us --target bpmn --verify 50"""
    from journeyctl import api

    checked = api.checked_workspace(place(workspace))
    if (journey is None) != every:
        raise UsageError("name one journey, or give --all", "journeyctl compile JOURNEY --target bpmn")
    live = [name for name, graph in checked.program.journeys.items() if graph.status == "live"]
    names = [journey] if journey is not None else live
    worst = ExitStatus.FINE
    for name in names:
        try:
            _compile(checked, name, target=target, out=out, strict=strict)
        except UnsupportedError as error:
            console.message(f"error: {target} cannot carry {name}")
            console.message("\n".join(f"  - {reason}" for reason in error.reasons))
            worst = ExitStatus.UNSUPPORTED
            continue
        if contacts is not None and not _verify(checked, name, target, contacts, mutants, today(day)):
            worst = max(worst, ExitStatus.FINDINGS)
    return worst


def _compile(checked: api.Checked, journey: str, *, target: str, out: Path, strict: bool) -> None:
    from journeyctl import api
    from journeyctl.output_file import write_atomically
    from journeyctl.targets.base import Handling

    emission = api.compile_for(checked, journey, target_name=target)
    lossy = emission.report.of(Handling.LOSSY)
    if strict and lossy:
        raise UnsupportedError(f"{entry.construct}: {entry.change}" for entry in lossy)
    for name, content in emission.to_write.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        if name != emission.report_file:
            console.result(f"{path} ({len(content):,} bytes)")
    console.result(f"{emission.report.to_text()}every entry with its place: {out / emission.report_file}")


def _verify(checked: api.Checked, journey: str, target: str, contacts: int, mutants: int, day: date) -> bool:
    from journeyctl import api

    found = api.verify(checked, journey, target_name=target, contacts=contacts, mutants=mutants, start=day)
    console.result(found.to_text())
    return found.holds if mutants or contacts >= 200 else not found.differences
