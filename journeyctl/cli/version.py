"""`journeyctl version`: the versions of the tool, the language and the formats."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from journeyctl.cli import console


def version(
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> int:
    """Versions of the tool, the specification language and the file formats."""
    from journeyctl import __version__
    from journeyctl.api import FORMAT_VERSIONS

    versions = {"journeyctl": __version__, **FORMAT_VERSIONS}
    if output == "json":
        console.result(json.dumps(versions, indent=2))
    else:
        console.result("\n".join(f"{name:<12} {found}" for name, found in versions.items()))
    return 0
