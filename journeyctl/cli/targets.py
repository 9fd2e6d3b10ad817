"""`journeyctl targets`: what can be compiled to, and how well each is verified."""

from __future__ import annotations

from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.options import WidthOption

application = typer.Typer(help="What journeys can be compiled to.", rich_markup_mode=None, no_args_is_help=True)


@application.command("list")
def list_targets(width: WidthOption = None) -> int:
    """All targets with their grade and what verifies them."""
    from journeyctl import api
    from journeyctl.report import targets_text

    console.result(targets_text.render_list(api.targets(), width=console.width(width)))
    return 0


@application.command("show")
def show_target(
    name: Annotated[str, typer.Argument(help="A target, such as bpmn.")],
    width: WidthOption = None,
) -> int:
    """What one target carries natively, lowered or not at all, construct by construct."""
    from journeyctl import api
    from journeyctl.report import targets_text

    console.result(targets_text.render_support(api.target(name), width=console.width(width)))
    return 0
