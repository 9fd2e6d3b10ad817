"""The terminal: results go to standard output, progress and messages to standard error."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

NARROWEST, WIDEST = 40, 160


def width(asked: int | None = None) -> int:
    """Columns to lay out for: `--width`, else `COLUMNS`, else the terminal's, else 80."""
    if asked is not None:
        return max(NARROWEST, min(WIDEST, asked))
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((80, 24)).columns))


def colour(*, of_errors: bool = False) -> bool:
    """Whether to colour: only on a terminal, and not where `NO_COLOR` is set."""
    stream = sys.stderr if of_errors else sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR")


def result(text: str) -> None:
    """Writes the command's result."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def deliver(text: str, out: Path | None) -> None:
    """Writes the command's result to the file that was asked for, whole or not at all, else to standard output."""
    from journeyctl.output_file import write_atomically

    if out is None:
        result(text)
    else:
        write_atomically(out, text.encode())


def message(text: str) -> None:
    """Tells people something that is not the result."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Progress:
    """One line of progress on standard error, rewritten in place; silent without a terminal or with `--quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._length = 0

    def show(self, text: str) -> None:
        """Replaces the line."""
        if self._shown:
            sys.stderr.write("\r" + text[: width()].ljust(self._length))
            sys.stderr.flush()
            self._length = min(len(text), width())

    def counted(self, what: str) -> Callable[[int, int], None]:
        """Tells how many of how many are done: `3 of 20 runs`."""
        return lambda done, of: self.show(f"{done} of {of} {what}")

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown and self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()
            self._length = 0
