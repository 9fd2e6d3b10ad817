"""The files that were read: gives findings their lines, and list entries their names.

Findings name their place by file and key route; whoever prints them asks here for the rest.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from journeyctl.diagnostics import Finding, Label, Origin, Part, Position
from journeyctl.spec.yaml_limits import MAX_FILE_BYTES, ReadingRule
from journeyctl.spec.yaml_positions import Positions
from journeyctl.spec.yaml_reader import Document, Node
from journeyctl.spec.yaml_text import readable_text

_NAMING_KEYS = ("name", "id")


@dataclass(frozen=True, slots=True)
class LocatedLabel:
    """A label with its place; no place where its file was not read."""

    label: Label
    position: Position | None


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with its place and those of its labels; no place where there is no file."""

    finding: Finding
    position: Position | None
    labels: tuple[LocatedLabel, ...]

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Orders findings as a reader meets them: by file, line, column, then code."""
        line, column = (self.position.line, self.position.column) if self.position else (0, 0)
        return (self.finding.origin.file, line, column, self.finding.code, self.finding.message)


def read_source(path: Path, file: str) -> bytes:
    """The bytes of a file, at most one more than the size limit, so that a huge one costs nothing.

    `file` is the name for messages. Raises `SpecError` where it is missing, forbidden or no plain file
    (a pipe or a device could block for ever).
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            help = "give a plain file"
            raise ReadingRule.UNREADABLE_FILE.error(Origin(file), f"'{file}' is no plain file", help=help)
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        help = "check the path and the permissions"
        raise ReadingRule.UNREADABLE_FILE.error(Origin(file), f"'{file}' cannot be read: {reason}", help=help) from None
    return content


class Sources:
    """Text and positions of every file of one run, broken ones included."""

    def __init__(self) -> None:
        self._positions: dict[str, Positions] = {}
        self._values: dict[str, Node] = {}

    def add_document(self, document: Document) -> None:
        """Keeps a file that was read."""
        self._positions[document.file] = document.positions
        self._values[document.file] = document.value

    def add_broken(self, file: str, content: bytes) -> None:
        """Keeps a file that could not be read, so that its lines can be shown up to its fault and beyond."""
        self._positions[file] = Positions(readable_text(content))
        self._values.pop(file, None)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that was looked at, in order of name."""
        return tuple(sorted(self._positions))

    def resolve(self, finding: Finding) -> Located:
        """A finding with lines and columns. A stated position goes before the route."""
        position = finding.position or self._place(finding)
        labels = tuple(LocatedLabel(label, self.position_of(label.origin, label.part)) for label in finding.labels)
        return Located(finding, position, labels)

    def resolve_all(self, findings: Iterable[Finding]) -> tuple[Located, ...]:
        """Findings with their places, in the order in which a reader meets them."""
        return tuple(sorted((self.resolve(finding) for finding in findings), key=Located.sort_key))

    def position_of(self, origin: Origin, part: Part = Part.VALUE) -> Position | None:
        """The place of an origin; `None` where its file was not read."""
        positions = self._positions.get(origin.file)
        return positions.of(origin.route, part) if positions else None

    def line(self, file: str, number: int) -> str | None:
        """One line of a file, counted from 1; `None` where the file was not read or has no such line."""
        positions = self._positions.get(file)
        if positions is None or not 1 <= number <= len(positions.lines):
            return None
        return positions.lines.line(number)

    def value_at(self, origin: Origin) -> Node:
        """The value at an origin; `None` where there is none."""
        value = self._values.get(origin.file)
        for key in origin.route:
            value = _entry(value, key)
        return value

    def logical_route(self, origin: Origin) -> tuple[str | int, ...]:
        """The route with list entries addressed by their `name` or `id`, so that moving them changes nothing.

        Entries with neither keep their number, as do those that share theirs with another entry.
        """
        value = self._values.get(origin.file)
        route: list[str | int] = []
        for key in origin.route:
            entry = _entry(value, key)
            name = _name_among(value, entry) if isinstance(key, int) else None
            route.append(key if name is None else name)
            value = entry
        return tuple(route)

    def _place(self, finding: Finding) -> Position | None:
        positions = self._positions.get(finding.origin.file)
        if positions is None:
            return None
        if finding.span is not None:
            return positions.of_span(finding.origin.route, finding.span, finding.part)
        return positions.of(finding.origin.route, finding.part)


def _entry(value: Node, key: str | int) -> Node:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    return None


def _name_among(entries: Node, entry: Node) -> str | None:
    """The `name` or `id` of a list's entry, if no other entry of the list has the same."""
    if not isinstance(entries, list) or not isinstance(entry, dict):
        return None
    for key in _NAMING_KEYS:
        name = entry.get(key)
        if isinstance(name, str):
            others = sum(isinstance(other, dict) and other.get(key) == name for other in entries)
            return name if others == 1 else None
    return None
