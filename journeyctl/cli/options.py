"""Options that mean the same in every command that has them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from journeyctl.diagnostics import UsageError

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="Folder of the workspace, or any folder inside it.", show_default="this folder"
    ),
]
WidthOption = Annotated[
    int | None, typer.Option("--width", help="Columns to lay out for.", show_default="the terminal's")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages, only the result.")]
TodayOption = Annotated[
    str | None, typer.Option("--today", help="The day that counts as today, as 2026-01-05.", show_default="today")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change one value for this run, as path=value; may repeat.", show_default=False),
]


def today(text: str | None) -> date:
    """The day that counts as today; the only place that reads the wall clock's date."""
    if text is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no date", "write --today as year-month-day, such as 2026-01-05") from None


def assignments(pairs: list[str] | None) -> tuple[tuple[str, object], ...]:
    """`path=value` pairs as paths and the values that YAML reads in them."""
    found = []
    for pair in pairs or ():
        path, equals, text = pair.partition("=")
        if not equals or not path.strip():
            raise UsageError(f"'{pair}' does not say what to set", "write --set path=value, such as --set seed=8")
        found.append((path.strip(), text.strip()))
    return tuple(found)


def place(workspace: Path | None, given: Path | None = None) -> Path:
    """Where to look for the workspace: the argument, else `--workspace`, else this folder."""
    return given or workspace or Path()
