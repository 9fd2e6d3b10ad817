"""Where in a file each key and each value stands, found by key route.

Positions are wanted only for what is reported, so they are worked out by walking the text a second
time on the first question; reading 1,000 sound files never pays for them. The walk goes as far as
the file can be read, so a broken file has positions up to its fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from journeyctl.diagnostics import Part, Position, Span
from journeyctl.spec.text_lines import TextLines
from journeyctl.spec.yaml_events import ParserEvent, open_events
from journeyctl.spec.yaml_limits import MAX_DEPTH, MAX_NODES
from journeyctl.spec.yaml_scalars import scalar_extents

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
"""The anchor and the tag before a value."""

Route = tuple[str | int, ...]


@dataclass(slots=True)
class _Place:
    """A node of the document: its stretch of text and, for mappings and lists, what it holds."""

    start: int
    end: int
    key_start: int = -1
    key_end: int = -1
    style: str = ""
    text: str | None = None
    """The decoded text of a scalar."""
    anchored: _Place | None = None
    """What an alias stands for."""
    entries: dict[str | int, _Place] = field(default_factory=dict)
    indent: int = -1
    source_end: int = 0
    """The end of the scalar as the parser sees it: for block texts with the breaks that follow."""

    @property
    def content(self) -> _Place:
        return self.anchored or self


class Positions:
    """Finds the place of a key route in one file. Cheap to create: the text is walked on first use."""

    __slots__ = ("_lines", "_root", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: TextLines | None = None
        self._root: _Place | None = None

    @property
    def lines(self) -> TextLines:
        """The file's text by lines."""
        if self._lines is None:
            self._lines = TextLines(self._text)
        return self._lines

    def of(self, route: Route, part: Part = Part.VALUE) -> Position:
        """The place of a key or of a value.

        A route that does not exist is placed at the key of its nearest existing parent; list entries
        and the document itself, which have no key, at their first line. An empty value is placed at its key.
        """
        place, missing = self._find(route)
        if place is None:
            return self.lines.position(0, 0)
        has_key = place.key_start >= 0
        if not missing and part is Part.VALUE and (place.end > place.start or not has_key):
            return self.lines.position(place.start, place.end)
        if has_key:
            return self.lines.position(place.key_start, place.key_end)
        return self.lines.position(place.start, self._headline_end(place))

    def of_span(self, route: Route, span: Span, part: Part = Part.VALUE) -> Position:
        """The place of some characters of a text, counted in its decoded form.

        Where they cannot be told apart in the file (no text there, or a text behind a key), the whole part.
        """
        place, missing = self._find(route)
        if place is None or missing or part is Part.KEY or place.content.text is None:
            return self.of(route, part)
        scalar = place.content
        text = scalar.text or ""
        source = self._text[scalar.start : scalar.source_end]
        extents = scalar_extents(source, scalar.style, text, parent_indent=scalar.indent)
        if not extents:
            return self.of(route, part)
        first = min(max(span.start, 0), len(text))
        last = min(max(span.end, first), len(text))
        start = extents[first][0] if first < len(text) else extents[-1][1]
        end = extents[last - 1][1] if last > first else start
        return self.lines.position(scalar.start + start, scalar.start + end)

    def raw(self, route: Route) -> str:
        """A value as it is written in the file, quotes included; `""` where the route does not exist."""
        place, missing = self._find(route)
        return "" if place is None or missing else self._text[place.start : place.end]

    def _find(self, route: Route) -> tuple[_Place | None, bool]:
        """The deepest place on the way along `route`, and whether the way broke off before its end."""
        if self._root is None:
            self._root = _walk(self._text)
        place = self._root
        top = place.entries.get(0)
        if top is None:
            return None, True
        for key in route:
            inner = top.content.entries.get(key)
            if inner is None:
                return top, True
            top = inner
        return top, False

    def _headline_end(self, place: _Place) -> int:
        """The end of the first entry where it stands on the first line, else of what that line holds."""
        line_end = self.lines.end_of(place.start)
        first = next(iter(place.entries.values()), None)
        if first is None or first.end > line_end:
            ends = [place.end] if first is None else [first.key_end]
            return max(place.start, min(line_end, *ends, line_end))
        return max(first.end, first.key_end)


def _walk(text: str) -> _Place:
    """The tree of places, under a made-up list that holds the document as its only entry."""
    walk = _Walk(text)
    try:
        next_event = open_events(text)
        for _ in range(2 * MAX_NODES):
            event = next_event()
            if event is None or not walk.take(event):
                break
    except yaml.YAMLError:
        pass  # the fault was or will be reported by the reader; what stands before it has places
    walk.close_all(len(text))
    return walk.root


class _Walk:
    """Builds the tree from events, first key wins."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.root = _Place(0, 0)
        self._open: list[tuple[_Place, bool]] = [(self.root, False)]
        self._key: ParserEvent = None
        self._awaits_value = False
        self._anchors: dict[str, _Place] = {}

    def take(self, event: ParserEvent) -> bool:
        """Adds one event; false once nothing more can be placed."""
        match event:
            case ScalarEvent() | AliasEvent():
                return self._add(event, container=False)
            case MappingStartEvent() | SequenceStartEvent():
                return len(self._open) <= MAX_DEPTH and self._add(event, container=True)
            case MappingEndEvent() | SequenceEndEvent():
                self._close(event)
        return True

    def close_all(self, end: int) -> None:
        """Ends every mapping and list that is still open, after a fault."""
        for place, _ in reversed(self._open[1:]):
            place.end = max((entry.end for entry in place.entries.values()), default=min(place.start + 1, end))

    def _add(self, event: ParserEvent, *, container: bool) -> bool:
        parent, is_mapping = self._open[-1]
        if is_mapping and not self._awaits_value:
            self._awaits_value = True
            self._key = event if isinstance(event, ScalarEvent) else None
            return not container
        place = _Place(event.start_mark.index, event.end_mark.index)
        if is_mapping:
            self._awaits_value = False
            if self._key is not None:
                place.key_start, place.key_end = self._key.start_mark.index, self._key.end_mark.index
                parent.entries.setdefault(str(self._key.value), place)
        else:
            parent.entries[len(parent.entries)] = place
        self._describe(place, event, parent)
        if container:
            self._open.append((place, isinstance(event, MappingStartEvent)))
        return True

    def _describe(self, place: _Place, event: ParserEvent, parent: _Place) -> None:
        if isinstance(event, ScalarEvent):
            self._describe_scalar(place, event)
            place.indent = parent.indent
        elif isinstance(event, AliasEvent):
            place.anchored = self._anchors.get(str(event.anchor))
            return
        else:
            place.style = "flow" if event.flow_style else "block"
            place.indent = event.start_mark.column
        if event.anchor is not None:
            self._anchors[event.anchor] = place

    def _describe_scalar(self, place: _Place, event: ScalarEvent) -> None:
        place.text = event.value
        place.style = event.style or ""
        properties = _PROPERTIES.match(self._text, place.start, place.end)
        if properties and (event.anchor is not None or event.tag is not None):
            place.start = properties.end()
        place.source_end = place.end
        if place.style in ("|", ">"):
            place.end = place.start + len(self._text[place.start : place.end].rstrip())

    def _close(self, event: ParserEvent) -> None:
        place, _ = self._open.pop()
        if place.style == "flow":
            place.end = event.end_mark.index
        else:
            place.end = max((max(entry.end, entry.key_end) for entry in place.entries.values()), default=place.start)
        self._awaits_value = False
