"""`journeyctl explain`: a rule's page."""

from __future__ import annotations

from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.diagnostics import UsageError


def explain(
    code: Annotated[
        str | None, typer.Argument(help="A rule's code or name, such as JC201.", show_default=False)
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="All rules, a line each.")] = False,
) -> int:
    """Show why a rule exists, with a bad and a good example. Example: journeyctl explain JC201"""
    from journeyctl import api

    if listed:
        console.result("\n".join(f"{page.code}  {page.slug:<26} {page.summary}" for page in api.pages()))
        return 0
    if code is None:
        raise UsageError("no rule is named", "write journeyctl explain JC201, or --list for all of them")
    console.result(api.page(code).text)
    return 0
