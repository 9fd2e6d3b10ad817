"""What every target says about itself, what it answers, and how targets are found."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import entry_points
from typing import Protocol, get_args

from journeyctl import targets
from journeyctl.diagnostics import NOWHERE, Origin, UsageError
from journeyctl.graph.ops import AnyOp
from journeyctl.graph.program import Program

ENTRY_POINT_GROUP = "journeyctl.targets"
_NOT_TARGETS = frozenset({"base"})


class Grade(Enum):
    """How far a target's output is checked."""

    EXECUTED = "A"
    """An independent engine runs it in continuous integration."""
    VENDOR_SCHEMA = "B"
    """The vendor's own schema or validator rejects wrong output, offline."""
    DOCUMENTED = "C"
    """The shape follows the vendor's documentation and is checked by a schema of our own."""
    RUNBOOK = "D"
    """Instructions for people; nothing executes it."""


class Handling(Enum):
    """What becomes of a construct in a target."""

    NATIVE = "native"
    """The target has it."""
    LOWERED = "lowered"
    """Built from several things that the target has; the meaning is the same."""
    LOSSY = "lossy"
    """Written, but the target does less or something else; the report says what."""
    UNSUPPORTED = "unsupported"
    """Refused."""


POLICY_CONSTRUCTS = (
    "consents", "caps", "suppressions", "quiet_hours", "holdout", "scoring", "entry", "goal",
    "exit by event", "exit by condition", "human filter", "business days",
)  # fmt: skip
"""What a target must answer for besides the ops."""
CONSTRUCTS = (*(op.__name__ for op in get_args(AnyOp)), *POLICY_CONSTRUCTS)
"""Every op and every policy, by name; each target has a cell for each."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How a target handles one construct, and why: a reason in words, and where that is documented."""

    handling: Handling
    reason: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a compile report: a construct of one journey and what became of it."""

    construct: str
    handling: Handling
    change: str
    """What is different on the target; empty where nothing is."""
    origin: Origin = NOWHERE


_ORDER = (Handling.LOSSY, Handling.UNSUPPORTED, Handling.LOWERED, Handling.NATIVE)
"""What a reader has to know first."""


def _line(entry: Entry) -> str:
    place = f" ({entry.origin.file} {entry.origin.dotted()})" if entry.origin != NOWHERE else ""
    return f"  {entry.handling.value:<8} {entry.construct}{_change(entry.change)}{place}"


def _change(first: str, *others: str) -> str:
    if others:
        return f", in {1 + len(others)} ways that the full list tells"
    return f": {first}" if first else ""


@dataclass(frozen=True, slots=True)
class CompileReport:
    """Every construct of a compiled journey as native, lowered or lossy."""

    target: str
    journey: str
    graph_hash: str
    entries: tuple[Entry, ...]

    def of(self, handling: Handling) -> tuple[Entry, ...]:
        """The entries handled in one way."""
        return tuple(entry for entry in self.entries if entry.handling is handling)

    def to_text(self, *, full: bool = False) -> str:
        """What is lost or refused entry by entry with its place, and one line with a count for every other construct.

        With `full` every entry has its line.
        """
        counted = ", ".join(f"{len(self.of(way))} {way.value}" for way in _ORDER if self.of(way))
        lines = [f"{self.target}: {self.journey}: {counted}"]
        for way in _ORDER:
            in_full = full or way in (Handling.LOSSY, Handling.UNSUPPORTED)
            lines += [_line(entry) for entry in self.of(way)] if in_full else self._counted(way)
        return "\n".join(lines) + "\n"

    def _counted(self, way: Handling) -> list[str]:
        """One line per construct handled in this way, in the order of the report."""
        changes: dict[str, list[str]] = {}
        for entry in self.of(way):
            changes.setdefault(entry.construct, []).append(entry.change)
        return [
            f"  {len(found):>3} {construct} {way.value}{_change(*dict.fromkeys(found))}"
            for construct, found in changes.items()
        ]

    def to_json(self) -> str:
        """The report as JSON, keys in a fixed order."""
        rows = [
            {
                "construct": entry.construct,
                "handling": entry.handling.value,
                "change": entry.change,
                "file": entry.origin.file,
                "route": list(entry.origin.route),
            }
            for entry in self.entries
        ]
        document = {"target": self.target, "journey": self.journey, "graph_hash": self.graph_hash, "entries": rows}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class Emission:
    """What a target wrote: file contents by relative path, and the report."""

    files: Mapping[str, bytes]
    report: CompileReport

    @property
    def report_file(self) -> str:
        """The relative path under which the report lies beside the files."""
        return f"{self.report.journey}.{self.report.target}.report.json"

    @property
    def to_write(self) -> dict[str, bytes]:
        """The files, and the whole report as JSON beside them."""
        return {**self.files, self.report_file: self.report.to_json().encode()}


class Target(Protocol):
    """A platform or engine for which journeys are written."""

    @property
    def name(self) -> str:
        """The name after `--target`."""
        ...

    @property
    def grade(self) -> Grade:
        """How far its output is checked."""
        ...

    @property
    def verifier(self) -> str:
        """What checks the output, with versions."""
        ...

    @property
    def support(self) -> Mapping[str, Cell]:
        """A cell for every construct."""
        ...

    def emit(self, program: Program, journey: str) -> Emission:
        """Writes one journey. Raises `UnsupportedError` with every reason at once."""
        ...


def find_targets() -> dict[str, Target]:
    """Every target by name: the package's own folders, then installed entry points.

    A foreign target that cannot be loaded is left out; asking for it by name says why.
    """
    found: dict[str, Target] = {}
    for module in pkgutil.iter_modules(targets.__path__):
        if module.name not in _NOT_TARGETS:
            target: Target = importlib.import_module(f"{targets.__name__}.{module.name}").TARGET
            found[target.name] = target
    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            foreign: Target = point.load()
        except Exception:  # noqa: S112  # whatever a foreign package raises is its own fault only
            continue
        found.setdefault(foreign.name, foreign)
    return dict(sorted(found.items()))


def find_target(name: str) -> Target:
    """The target of that name. Raises `UsageError` with the known names."""
    known = find_targets()
    if name in known:
        return known[name]
    broken = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if name in broken:
        try:
            broken[name].load()
        except Exception as fault:
            raise UsageError(
                f"target '{name}' cannot be loaded: {fault}", "reinstall the package that offers it"
            ) from fault
    raise UsageError(f"there is no target '{name}'", f"choose one of: {', '.join(known)}")
