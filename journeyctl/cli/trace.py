"""`journeyctl trace`: one contact step by step, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.options import TodayOption, WidthOption, WorkspaceOption, place, today
from journeyctl.diagnostics import UsageError


def trace(
    journey: Annotated[
        str | None, typer.Argument(help="The journey; not needed with --test.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
    spec_test: Annotated[
        str | None, typer.Option("--test", help="Walk the contact of this spec test, or test/case.")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--given", help="A field of the contact, as path=value; may repeat.")
    ] = None,
    reaction: Annotated[
        list[str] | None,
        typer.Option("--reaction", help="What it does with a message, as item=clicked or item=clicked@3d."),
    ] = None,
    desk: Annotated[
        str | None, typer.Option("--desk", help="Outcome of the lead; the walk stops at the handoff without it.")
    ] = None,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    day: TodayOption = None,
    width: WidthOption = None,
) -> int:
    """Walk one contact through a journey and tell why at each step. Example: journeyctl trace --test john-doe"""
    from journeyctl import api
    from journeyctl.report import trace_json, trace_text

    if output not in ("text", "json"):
        raise UsageError(f"'{output}' is no format of trace", "write --format text or --format json")
    checked = api.checked_workspace(place(workspace))
    script = api.script(
        checked,
        journey=journey,
        test=spec_test,
        given=given or (),
        reactions=reaction or (),
        desk=desk,
        start=today(day),
    )
    walk = api.trace(checked, script)
    if output == "json":
        console.result(trace_json.render(walk, workspace_hash=checked.workspace.hash))
    else:
        console.result(trace_text.render(walk, zone=checked.program.zone, width=console.width(width)))
    return 0
