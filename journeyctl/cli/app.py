"""The command `journeyctl`: which commands there are, and how every kind of failure is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer

from journeyctl import interrupts
from journeyctl.cli import console
from journeyctl.cli.exit_status import ExitStatus
from journeyctl.diagnostics import SpecError, UnsupportedError, UsageError

_COMMANDS: Final = (
    "validate", "explain", "test", "trace", "population", "simulate", "sweep", "staff", "log", "compile",
    "verify-simulator", "init", "schema", "version",
)  # fmt: skip
_MODULES: Final = {"compile": "compile_command"}
"""Where the module of a command has another name."""
_FUNCTIONS: Final = {"test": "spec_tests", "compile": "compile_command"}
"""Where its function has."""
_GROUPS: Final = ("targets",)
"""Commands that have commands of their own."""


def run(arguments: list[str]) -> int:
    """Runs one command and answers its exit status; never lets a user's mistake become a traceback."""
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        with interrupts.remembered():
            status = _application(arguments)(
                args=arguments or ["--help"], prog_name="journeyctl", standalone_mode=False
            )
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


def _application(arguments: Sequence[str]) -> typer.Typer:
    application = typer.Typer(
        name="journeyctl", help="Journeys as code: checked, tested, rehearsed and compiled.",
        rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )  # fmt: skip
    # Each command takes time to be described, and only where none of them is named all are asked for.
    named = arguments[:1] if arguments and arguments[0] in (*_COMMANDS, *_GROUPS) else (*_COMMANDS, *_GROUPS)
    for name in named:
        module = import_module(f"journeyctl.cli.{_MODULES.get(name, name.replace('-', '_'))}")
        if name in _GROUPS:
            application.add_typer(module.application, name=name)
        else:
            application.command(name)(getattr(module, _FUNCTIONS.get(name, module.__name__.rpartition(".")[2])))
    application.callback()(_options)
    return application


def _options() -> None:
    """Journeys as code: checked, tested, rehearsed and compiled.

    Every command takes --help. A fault of journeyctl itself shows its place with --debug.
    """
