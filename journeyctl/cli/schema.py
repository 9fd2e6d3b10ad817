"""`journeyctl schema`: the JSON Schema of one kind of document, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from journeyctl.cli import console


def schema(
    kind: Annotated[str, typer.Argument(help="A kind of document, such as journey.")],
) -> int:
    """Print the JSON Schema of a kind of document. Example: journeyctl schema journey"""
    from journeyctl import api

    console.result(api.schema(kind))
    return 0
