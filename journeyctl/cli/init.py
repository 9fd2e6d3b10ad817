"""`journeyctl init`: a workspace to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from journeyctl.cli import console


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must be empty or not exist.")] = Path(),
    source: Annotated[str, typer.Option("--from", help="small, or pilot for the reference workspace.")] = "small",
) -> int:
    """Make a workspace that validates, simulates and compiles. Example: journeyctl init --from pilot my-journeys"""
    from journeyctl import api

    written = api.init(folder, source)
    console.result(f"{len(written)} files in {folder}: try journeyctl validate {folder}")
    return 0
