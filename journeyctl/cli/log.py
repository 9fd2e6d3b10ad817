"""`journeyctl log`: one contact's history from a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.options import WidthOption
from journeyctl.diagnostics import UsageError


def log(
    contact: Annotated[str, typer.Argument(help="The contact's name, such as u17/h2/c1/p3.", show_default=False)],
    file: Annotated[Path, typer.Option("--log", help="A .csv or .parquet file of simulate --log.", show_default=False)],
    replication: Annotated[
        int | None, typer.Option("--replication", min=0, help="Which run.", show_default="the contact's first")
    ] = None,
    zone: Annotated[str, typer.Option("--zone", help="The time zone of the text.")] = "UTC",
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    width: WidthOption = None,
) -> int:
    """Tell one contact's history and why mail was not sent. Example: journeyctl log u3/h1/c2/p1 --log run.parquet"""
    from journeyctl import api
    from journeyctl.report import history_json, history_text

    if output not in ("text", "json"):
        raise UsageError(f"'{output}' is no format of log", "write --format text or --format json")
    known = _known_zone(zone)
    history = api.history(file, contact, replication=replication)
    if output == "json":
        console.result(history_json.render(history))
    else:
        console.result(history_text.render(history, zone=known, width=console.width(width)))
    return 0


def _known_zone(name: str) -> str:
    from journeyctl.calendars.zones import check_zone

    try:
        return check_zone(name)
    except ValueError as error:
        raise UsageError(str(error), "such as --zone America/New_York") from None
