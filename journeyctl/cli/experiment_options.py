"""Options that mean the same in every command that runs scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from journeyctl.diagnostics import UsageError

ReplicationsOption = Annotated[
    int | None,
    typer.Option("--replications", "-n", min=1, help="Runs with other chances.", show_default="the scenario's"),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Other people and chances.", show_default="the scenario's")
]
JobsOption = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes.", show_default="one per processor")]
FormatOption = Annotated[str, typer.Option("--format", help="table, json or csv.")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write the result to this file.")]
PrecisionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--precision",
        show_default=False,
        help="Repeat until a measure's 90 % interval is that narrow: sla=1pp, leads=5%, or `scenario` for what it "
        "lists; may repeat.",
    ),
]
MostOption = Annotated[
    int | None,
    typer.Option("--max-replications", min=1, help="Runs at most with --precision.", show_default="the scenario's"),
]
ParametersOption = Annotated[
    int | None,
    typer.Option(
        "--parameters",
        show_default=False,
        help="Draw what is not known of behaviour, desks and scenario so often, 50 or more: what one future run may "
        "bring.",
    ),
]
CompareOption = Annotated[
    list[str] | None,
    typer.Option(
        "--compare", help="Only this comparison, or scenario; may repeat. `none` for none.", show_default="all"
    ),
]
AgainstOption = Annotated[
    list[str] | None,
    typer.Option(
        "--against", help="A git revision or folder of this workspace to compare with; may repeat.", show_default=False
    ),
]
ExecutorOption = Annotated[
    str, typer.Option("--executor", help="Where runs are done: local, dask:ADDRESS or ray:ADDRESS.")
]
ResumeOption = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        show_default=False,
        help="Keep every finished run in this folder, and do not repeat those that are there.",
    ),
]
LogOption = Annotated[Path | None, typer.Option("--log", help="Write every event to this .csv, .parquet or .xes file.")]
EngineOption = Annotated[str, typer.Option("--engine", help="population, reference or both.")]
OneEngineOption = Annotated[str, typer.Option("--engine", help="population or reference.")]
ExactOption = Annotated[bool, typer.Option("--exact", help="Compute the means of the contacts instead of simulating.")]


def check_precision(goals: Sequence[str], replications: int | None, most: int | None) -> None:
    """Raises `UsageError` where options disagree about when to stop."""
    if goals and replications is not None:
        raise UsageError("--replications and --precision both say when to stop", "give one of the two")
    if most is not None and not goals:
        raise UsageError("--max-replications bounds --precision, which is not given", "write --replications instead")


def one_engine(name: str) -> str:
    """The engine for a command that asks one alone. Raises `UsageError` for others."""
    if name not in ("population", "reference"):
        raise UsageError(f"'{name}' is no engine for this command", "write --engine population or --engine reference")
    return name
