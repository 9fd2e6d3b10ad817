"""`journeyctl population`: who is in a scenario, and how many are left at each filter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from journeyctl.cli import console
from journeyctl.cli.options import SetOption, WidthOption, WorkspaceOption, assignments, place
from journeyctl.diagnostics import UsageError


def population(
    scenario: Annotated[str, typer.Argument(help="A scenario of the workspace.")],
    workspace: WorkspaceOption = None,
    set_values: SetOption = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Other people.", show_default="the scenario's")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the people to this .csv or .parquet file.")] = None,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    width: WidthOption = None,
) -> int:
    """Count the people of a scenario at every filter. Example: journeyctl population us-pilot"""
    from journeyctl import api
    from journeyctl.output_file import write_atomically
    from journeyctl.report import people_parquet, population_text

    if output not in ("text", "json"):
        raise UsageError(f"'{output}' is no format of population", "write --format text or --format json")
    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise UsageError(f"'{out.name}' is no file of people that can be written", "end its name with .csv or .parquet")
    checked = api.checked_workspace(place(workspace))
    changed = api.with_values(checked, assignments(set_values), scenario=scenario)
    people = api.population(changed, scenario, seed=seed)
    if out is not None:
        if out.suffix == ".parquet":
            people_parquet.write_people(people, changed.workspace, out)
        else:
            write_atomically(out, population_text.render_people(people).encode())
        console.message(f"{len(people.persons)} people in {out}")
    render = population_text.render_json if output == "json" else population_text.render
    console.result(render(people, changed.workspace, scenario, width=console.width(width)))
    return 0
