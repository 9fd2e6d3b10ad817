"""`journeyctl validate`: schema and rules over the whole workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.options import QuietOption, WidthOption, WorkspaceOption, place
from journeyctl.diagnostics import Severity, UsageError


def validate(
    path: Annotated[
        Path | None, typer.Argument(help="The workspace, or any folder inside it.", show_default="this folder")
    ] = None,
    workspace: WorkspaceOption = None,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    select: Annotated[
        list[str] | None, typer.Option("--select", help="Only these rules, by code or name; may repeat.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Not these rules; may repeat.")] = None,
    width: WidthOption = None,
    quiet: QuietOption = False,
) -> int:
    """Check the whole workspace. Example: journeyctl validate --format json"""
    from journeyctl import __version__, api
    from journeyctl.report import findings_json, findings_text

    if output not in ("text", "json"):
        raise UsageError(f"'{output}' is no format of validate", "write --format text or --format json")
    checked = api.validate(place(workspace, path), select=tuple(select or ()), ignore=tuple(ignore or ()))
    if output == "json":
        console.result(findings_json.render(checked.findings, checked.sources, tool_version=__version__))
    elif checked.findings or not quiet:
        console.result(
            findings_text.render(checked.findings, checked.sources, width=console.width(width), colour=console.colour())
        )
    wrong = any(finding.severity is Severity.ERROR for finding in checked.findings)
    return ExitStatus.FINDINGS if wrong else ExitStatus.FINE
