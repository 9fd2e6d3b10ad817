"""The command `journeyctl`: which commands there are, and how every kind of failure is told."""

from __future__ import annotations

import os
import sys

import typer

from journeyctl import interrupts
from journeyctl.cli import (
    compile_command,
    console,
    explain,
    init,
    log,
    population,
    schema,
    simulate,
    staff,
    sweep,
    targets,
    test,
    trace,
    validate,
    verify_simulator,
    version,
)
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.diagnostics import SpecError, UnsupportedError, UsageError

_COMMANDS = (
    ("validate", validate.validate),
    ("explain", explain.explain),
    ("test", test.spec_tests),
    ("trace", trace.trace),
    ("population", population.population),
    ("simulate", simulate.simulate),
    ("sweep", sweep.sweep),
    ("staff", staff.staff),
    ("log", log.log),
    ("compile", compile_command.compile_command),
    ("verify-simulator", verify_simulator.verify_simulator),
    ("init", init.init),
    ("schema", schema.schema),
    ("version", version.version),
)


def run(arguments: list[str]) -> int:
    """Runs one command and answers its exit status; never lets a user's mistake become a traceback."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        with interrupts.remembered():
            status = _application()(args=arguments or ["--help"], prog_name="journeyctl", standalone_mode=False)
            # Typer makes a bare exit status of an interrupt, and nobody would be told.
            interrupts.check()
        return int(status or 0)
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        console.message("interrupted")
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to tell, and nobody to tell it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.FINDINGS
    except Exception as error:
        if debug:
            raise
        return _tell(error)


def _tell(error: Exception) -> ExitStatus:
    match error:
        case _ if hasattr(error, "format_message"):
            # A wrong option, argument or command. Where typer keeps this class differs between its versions.
            said = error.format_message()
            console.message(f"error: {said}\n  help: journeyctl --help, or journeyctl COMMAND --help")
            return ExitStatus.WRONG_USE
        case UsageError():
            console.message(f"error: {error.message}" + (f"\n  help: {error.help}" if error.help else ""))
            return ExitStatus.WRONG_USE
        case UnsupportedError():
            console.message("error: the target cannot carry this specification")
            console.message("\n".join(f"  - {reason}" for reason in error.reasons))
            return ExitStatus.UNSUPPORTED
        case SpecError():
            _tell_findings(error)
            return ExitStatus.FINDINGS
        case _:
            kind = type(error).__name__
            console.message(f"error: a fault of journeyctl itself ({kind}: {error})")
            console.message("  help: please report it with the command that you ran; --debug shows where it happened")
            return ExitStatus.INTERNAL


def _tell_findings(error: SpecError) -> None:
    """What `validate` would say of a workspace that cannot be used; without sources, a line per finding."""
    from journeyctl.api import InvalidWorkspaceError
    from journeyctl.report import findings_text

    if isinstance(error, InvalidWorkspaceError):
        width, colour = console.width(), console.colour(of_errors=True)
        console.message(findings_text.render(error.findings, error.result.sources, width=width, colour=colour))
        return
    console.message("\n".join(f"error[{f.code}]: {f.origin.file}: {f.message}" for f in error.findings))


def _application() -> typer.Typer:
    application = typer.Typer(
        name="journeyctl", help="Journeys as code: checked, tested, rehearsed and compiled.",
        rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )  # fmt: skip
    for name, command in _COMMANDS:
        application.command(name)(command)
    application.add_typer(targets.application, name="targets")
    application.callback()(_options)
    return application


def _options() -> None:
    """Journeys as code: checked, tested, rehearsed and compiled.

    Every command takes --help. A fault of journeyctl itself shows its place with --debug.
    """
