"""`journeyctl test`: the workspace's spec tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.options import QuietOption, WidthOption, WorkspaceOption, place
from journeyctl.diagnostics import UsageError


def spec_tests(
    path: Annotated[
        Path | None, typer.Argument(help="The workspace, or any folder inside it.", show_default="this folder")
    ] = None,
    workspace: WorkspaceOption = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only this test, or test/case; may repeat.")] = None,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    width: WidthOption = None,
    quiet: QuietOption = False,
) -> int:
    """Run the spec tests: given a profile and reactions, is this the path? Example: journeyctl test --only john-doe"""
    from journeyctl import api
    from journeyctl.report import tests_json, tests_text

    if output not in ("text", "json"):
        raise UsageError(f"'{output}' is no format of test", "write --format text or --format json")
    checked = api.checked_workspace(place(workspace, path))
    results = api.run_spec_tests(checked, only=tuple(only or ()))
    if only and not results:
        raise UsageError(f"no spec test is called '{', '.join(only)}'", "journeyctl test lists their names")
    if output == "json":
        console.result(tests_json.render(results, workspace_hash=checked.workspace.hash))
    else:
        console.result(tests_text.render(results, checked.sources, width=console.width(width), quiet=quiet))
    return ExitStatus.FINE if all(result.passed for result in results) else ExitStatus.FINDINGS
