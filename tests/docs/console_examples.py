"""Examples in Markdown pages: commands with the output that is printed below them, and the files that they need.

    <!-- slow -->                        the next block takes more than a few seconds
    <!-- not run -->                     the next block is for the reader's own shell
    <!-- file: journey_specs/x.yaml -->  the next block is this file of the workspace, from here on

In a block `$ ` begins a command, which goes on after a backslash; what follows is its output. `...` stands for
any text within a line, alone on a line for any lines. A command ends with status 0 unless `$ echo $?` comes next
and shows another one.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from journeyctl.__main__ import main

STATUS = "echo $?"
_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^>]*?) -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Example:
    """One command."""

    page: str
    line: int
    command: str
    output: str
    """What the page shows; empty where it shows nothing."""
    status: int = 0

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}: $ {self.command}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that the page lays into the workspace."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """The commands of one block."""

    examples: tuple[Example, ...]
    slow: bool
    run: bool


def blocks(page: str, text: str) -> Iterator[Block | SourceFile]:
    """Everything on a page that a run needs, in its order."""
    for found in _BLOCK.finditer(text):
        mark = found["mark"] or ""
        if mark.startswith("file: "):
            yield SourceFile(mark.removeprefix("file: ").strip(), found["body"])
        elif found["language"] == "console":
            first = text.count("\n", 0, found.start("body")) + 1
            yield Block(tuple(_examples(page, first, found["body"])), mark == "slow", mark != "not run")


def _examples(page: str, first: int, body: str) -> Iterator[Example]:
    parts: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(body.splitlines(), start=first):
        if line.startswith("$ "):
            parts.append((number, line.removeprefix("$ "), []))
        elif parts and parts[-1][1].endswith("\\"):
            parts[-1] = (parts[-1][0], f"{parts[-1][1][:-1]}{line.strip()}", [])
        else:
            assert parts, f"{page}:{number}: output without a command"
            parts[-1][2].append(line)
    for (number, command, output), following in zip(parts, (*parts[1:], None), strict=True):
        if command != STATUS:
            status = int(following[2][0]) if following is not None and following[1] == STATUS else 0
            yield Example(page, number, command.partition("  #")[0].strip(), "\n".join(output).strip("\n"), status)


def run(example: Example) -> tuple[int, str]:
    """Status and output, both streams together as on a terminal."""
    words = shlex.split(example.command)
    assert words[0] == "journeyctl", example.place
    with io.StringIO() as terminal:
        with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal):
            status = main(words[1:])
        return status, terminal.getvalue()


def matches(shown: str, output: str) -> bool:
    """Whether the output is what the page shows. Blanks at the ends of lines do not count."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r"\n"
        for line in shown.splitlines()
    )
    lines = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
    return re.fullmatch(pattern, lines) is not None
