"""Findings: what is wrong with a specification, where, why, and what to do next.

A finding is a value. It names its place symbolically, by file and key route (`Origin`); lines and
columns are computed only when a finding is printed, from the positions that `spec.source` kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Origin:
    """The place in the workspace's files from which a value, a model node or an op comes."""

    file: str
    """Path relative to the workspace's root, with forward slashes; `""` where there is no file."""
    route: tuple[str | int, ...] = ()
    """Keys and list positions from the top of the document; `()` is the document itself."""

    def child(self, *keys: str | int) -> Origin:
        """The place reached from here by further keys."""
        return Origin(self.file, (*self.route, *keys))

    def dotted(self) -> str:
        """The route as people read it: `steps[2].ladder.window`."""
        text = ""
        for key in self.route:
            text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
        return text


NOWHERE = Origin("")
"""For values that no file holds: built-in fields, defaults, values set on the command line."""


class Severity(Enum):
    """How much a finding weighs. Only errors stop a run; warnings and notes never do."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Part(Enum):
    """Which part of a key-value pair a finding points at."""

    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of characters within a scalar value, or within the raw text of a file.

    Counted in code points from 0, `end` excluded. For a scalar it counts in the decoded text.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the raw text of a file, counted from 1, in code points; ends are excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Label:
    """Another place that a finding concerns, with what is there."""

    origin: Origin
    message: str
    part: Part = Part.VALUE


@dataclass(frozen=True, slots=True)
class Fix:
    """A proposed edit: replace the text at `origin` (`part`, `span`) by `replacement`."""

    description: str
    replacement: str
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, one message: fact with the value, the other place, the next move, the rule."""

    code: str
    """`JC` and three digits."""
    slug: str
    """The rule's name in words, kebab-case."""
    message: str
    """The fact with the value; lower-case start, quotes round user text, no full stop."""
    origin: Origin
    severity: Severity = Severity.ERROR
    part: Part = Part.VALUE
    span: Span | None = None
    """Where inside the scalar value the fault lies; `None` points at the whole part."""
    position: Position | None = None
    """Set only where the file could not be parsed, so that no route exists."""
    labels: tuple[Label, ...] = ()
    help: str = ""
    """The next move, as an order: `point a next: at it or delete it`."""
    fix: Fix | None = None

    def sort_key(self) -> tuple[str, tuple[str, ...], str, str]:
        """Orders findings by file, then route, then code; lines are not known here."""
        return (self.origin.file, tuple(str(key).rjust(6) for key in self.origin.route), self.code, self.message)


class SpecError(Exception):
    """The specification cannot be used. Carries every finding that is known; exit status 1."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings))


class UsageError(Exception):
    """The command or its configuration is wrong, not the specification; exit status 2."""

    def __init__(self, message: str, help: str = "") -> None:
        self.message = message
        self.help = help
        super().__init__(message)


class UnsupportedError(Exception):
    """A target cannot carry a construct; each reason names the construct; exit status 3."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))
