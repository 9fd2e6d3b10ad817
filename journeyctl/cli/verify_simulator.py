"""`journeyctl verify-simulator`: the simulator against queueing theory, exact chains and its own books."""

from __future__ import annotations

from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.options import WidthOption
from journeyctl.diagnostics import UsageError


def verify_simulator(
    seed: Annotated[int, typer.Option("--seed", min=0, help="Other draws; the verdict must stay.")] = 1,
    replications: Annotated[int, typer.Option("--replications", min=8, help="Of every queue.")] = 40,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    width: WidthOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> int:
    """Hold the simulator against theory. Example: journeyctl verify-simulator"""
    from journeyctl import api
    from journeyctl.report import verification_text

    if output not in ("text", "json"):
        raise UsageError(f"'{output}' is no format of verify-simulator", "write --format text or --format json")
    progress = console.Progress(quiet=quiet)
    try:
        checks = list(api.verify_simulator(seed=seed, replications=replications, progress=progress.show))
    finally:
        progress.clear()
    render = verification_text.render_json if output == "json" else verification_text.render
    console.result(render(checks, width=console.width(width), seed=seed))
    return ExitStatus.FINE if all(check.passed for check in checks) else ExitStatus.FINDINGS
