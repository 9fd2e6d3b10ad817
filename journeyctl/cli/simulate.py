"""`journeyctl simulate`: the planning answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from journeyctl.cli import console, future_run, reading_ahead
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.cli.experiment_options import (
    AgainstOption,
    CompareOption,
    EngineOption,
    ExactOption,
    ExecutorOption,
    FormatOption,
    JobsOption,
    LogOption,
    MostOption,
    OutOption,
    ParametersOption,
    PrecisionOption,
    ReplicationsOption,
    ResumeOption,
    SeedOption,
    check_precision,
)
from journeyctl.cli.options import QuietOption, SetOption, WidthOption, WorkspaceOption, assignments, place
from journeyctl.cli.promises import (
    AttributionByOption,
    AttributionOfOption,
    AttributionOption,
    Promises,
    RequireOption,
    is_broken,
)
from journeyctl.diagnostics import UsageError

if TYPE_CHECKING:
    from journeyctl.api import Checked
    from journeyctl.simulate.forecast import Forecast


def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario of the workspace.")],
    workspace: WorkspaceOption = None,
    set_values: SetOption = None,
    replications: ReplicationsOption = None,
    precision: PrecisionOption = None,
    most: MostOption = None,
    parameters: ParametersOption = None,
    seed: SeedOption = None,
    compare: CompareOption = None,
    against: AgainstOption = None,
    jobs: JobsOption = None,
    executor: ExecutorOption = "local",
    resume: ResumeOption = None,
    require: RequireOption = None,
    attribution: AttributionOption = False,
    attribution_of: AttributionOfOption = "leads",
    attribution_by: AttributionByOption = "journey",
    output: FormatOption = "table",
    out: OutOption = None,
    log: LogOption = None,
    engine: EngineOption = "population",
    exact: ExactOption = False,
    width: WidthOption = None,
    quiet: QuietOption = False,
) -> int:
    """Rehearse a scenario, with intervals. Example: journeyctl simulate us-pilot --replications 5"""
    _check(output, engine, log, goals=precision or (), replications=replications, most=most)
    promises = Promises(require or (), attribution, attribution_of, attribution_by)
    processes, settings = jobs or os.cpu_count() or 1, assignments(set_values)
    if parameters is not None:
        others: dict[str, object] = {"--compare": compare, "--against": against, "--precision": precision}
        others |= {"--log": log, "--exact": exact, **promises.asked()}
        return future_run.answer(
            place(workspace), scenario, draws=parameters, replications=replications, seed=seed, jobs=processes,
            engine=engine, executor=executor, set=settings, output=output, out=out, width=width, quiet=quiet,
            resume=resume, others=others,
        )  # fmt: skip
    checked = reading_ahead.checked_workspace(place(workspace), meanwhile=partial(_load, engine))
    from journeyctl import api

    if exact:
        promises.refuse_exact()
        return _exact(api.with_values(checked, settings, scenario=scenario), scenario, seed, output, out)
    progress = _progress(engine, quiet=quiet)
    try:
        found = api.simulate(
            checked, scenario, replications=replications, precision=precision or (), most=most, seed=seed,
            jobs=processes, against={name: api.revision(checked, name) for name in against or ()}, set=settings,
            compare=None if compare is None else [name for name in compare if name != "none"], resume=resume,
            keep_record=log is not None, engine=engine, executor=executor,
            progress=_readying(output, progress.counted("runs")),
        )  # fmt: skip
        found = promises.credited(
            found, checked, jobs=processes, set=settings, progress=progress.counted("runs for the attribution")
        )
    finally:
        progress.clear()
    _write_log(found, log)
    return _told(promises.judged(found), output, out, width=console.width(width), resume=resume, engine=engine)


def _load(engine: str) -> None:
    from journeyctl import api

    api.load_simulation(engine)


def _progress(engine: str, *, quiet: bool) -> console.Progress:
    """A line of progress, which begins with what takes long the first time."""
    from journeyctl import api

    progress = console.Progress(quiet=quiet)
    if engine != "reference" and api.engine_compiles_first():
        progress.show("compiling the population engine, once, for about half a minute")
    return progress


def _readying(output: str, progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """What is told of the progress. Once a run is done, others are being done: time to load what prints the answer."""

    def told(done: int, of: int) -> None:
        progress(done, of)
        if done == 1 and output == "table":
            from journeyctl.report import forecast_text

            forecast_text.make_ready()

    return told


def _is_alike(found: Forecast) -> bool:
    """Whether both engines have run everything, and their rows are the same."""
    for run in found.differences:
        console.message(f"the engines disagree: {run}")
    for why in found.fallbacks:
        console.message(f"the population engine could not run everything: {why}")
    return not (found.differences or found.fallbacks)


def _told(
    found: Forecast, output: str, out: Path | None, *, width: int, resume: Path | None, engine: str
) -> ExitStatus:
    _write(found, output, out, width=width)
    if found.partial:
        console.message(f"interrupted: {found.replications} of {found.asked} replications are in this answer")
        if resume is not None:
            console.message(f"  help: the same command goes on with the finished runs in '{resume}'")
        return ExitStatus.INTERRUPTED
    alike = engine != "both" or _is_alike(found)
    failed = found.stuck or found.violations or is_broken(found) or not alike
    return ExitStatus.FINDINGS if failed else ExitStatus.FINE


def _check(
    output: str, engine: str, log: Path | None, *, goals: Sequence[str], replications: int | None, most: int | None
) -> None:
    if output not in ("table", "json", "csv"):
        raise UsageError(f"'{output}' is no format of simulate", "write --format table, json or csv")
    if engine not in ("population", "reference", "both"):
        raise UsageError(f"there is no engine '{engine}'", "write --engine population, reference or both")
    if log is not None and log.suffix not in (".csv", ".parquet", ".xes"):
        raise UsageError(
            f"'{log.name}' is no event record that can be written", "end its name with .csv, .parquet or .xes"
        )
    check_precision(goals, replications, most)


def _exact(checked: Checked, scenario: str, seed: int | None, output: str, out: Path | None) -> int:
    from journeyctl import api
    from journeyctl.report import exact_text

    if output == "csv":
        raise UsageError("'csv' is no format of an exact answer", "write --format table or --format json")
    found = api.exact(checked, scenario, seed=seed)
    text = exact_text.render_json(found, scenario) if output == "json" else exact_text.render(found, scenario)
    console.deliver(text, out)
    return ExitStatus.FINE


def _write(found: Forecast, output: str, out: Path | None, *, width: int) -> None:
    if output == "table":
        from journeyctl.report import forecast_text

        text = forecast_text.render(found, width=width)
    else:
        from journeyctl.report import forecast_json

        text = forecast_json.render_json(found) if output == "json" else forecast_json.render_csv(found)
    console.deliver(text, out)


def _write_log(found: Forecast, log: Path | None) -> None:
    if found.record is None or log is None:
        return
    from journeyctl import __version__
    from journeyctl.results.log_csv import write_csv
    from journeyctl.results.log_parquet import write_parquet
    from journeyctl.results.log_xes import write_xes

    rows = found.record.in_file_order()
    if log.suffix == ".csv":
        write_csv(rows, log)
        return
    names = {"journeyctl": __version__, "workspace_hash": found.workspace_hash, "seed": str(found.seed)}
    write = write_xes if log.suffix == ".xes" else write_parquet
    write(rows, log, metadata=names)
