"""Reads one specification file: YAML 1.2 core schema, one document, within fixed limits.

PyYAML only cuts the text into events; what they mean is decided here, so that country codes stay
texts, nothing is lost silently, and a file made to hurt ends in one finding.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from journeyctl.diagnostics import Finding, Fix, Label, Origin, Part, Position, SpecError
from journeyctl.spec import yaml_hints as hints
from journeyctl.spec.text_lines import TextLines
from journeyctl.spec.yaml_events import ParserEvent, open_events
from journeyctl.spec.yaml_limits import (
    MAX_ALIASES,
    MAX_COLLECTED,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_NODES,
    MAX_SCALAR_LENGTH,
    ReadingRule,
    shortened,
)
from journeyctl.spec.yaml_positions import Positions
from journeyctl.spec.yaml_scalars import is_number, resolve_plain
from journeyctl.spec.yaml_text import character_name, decode_text

Node = dict[str, "Node"] | list["Node"] | str | int | float | bool | None
"""Plain values only. Aliased parts of a document are one shared object: treat nodes as read-only."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file's content, and where each part of it stands."""

    file: str
    """Path relative to the workspace's root."""
    value: Node
    """`None` for an empty file."""
    positions: Positions


def read_document(path_label: str, content: bytes) -> Document:
    """Reads a file's bytes.

    Raises `SpecError` with one finding where the file cannot be read on, and with one per mistake for
    duplicate keys, tags and the like.
    """
    text = decode_text(path_label, content)
    builder = _Builder(path_label, text)
    try:
        value = builder.document()
    except yaml.YAMLError as error:
        raise SpecError((hints.explain_syntax_error(path_label, text, error),)) from None
    if builder.findings:
        raise SpecError(builder.findings)
    return Document(path_label, value, Positions(text))


_NUMBER_HEADS = frozenset("0123456789+-.")
_WORDS_OF_YAML = frozenset(("null", "true", "false"))


class _Builder:
    """Turns events into values. Counts what it builds as if every alias were written out."""

    def __init__(self, file: str, text: str) -> None:
        self.findings: list[Finding] = []
        self._file = file
        self._text = text
        self._lines: TextLines | None = None
        self._next = open_events(text)
        self._route: list[str | int] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        """Value, nodes and depth of everything that carries an anchor."""
        self._open_anchors: set[str] = set()
        self._aliases = 0
        self._nodes = 0
        self._deepest = 0

    def document(self) -> Node:
        """The value of the only document; raises at the first fault after which nothing can be read."""
        self._next()
        start = self._next()
        if start.__class__ is StreamEndEvent:
            return None
        if start.tags or (start.version and tuple(start.version) != (1, 2)):
            self._forbid("a '%' line sets how YAML is read", start, "delete the line: files are read as YAML 1.2")
        value = self._value(self._next(), 0)
        self._next()
        following = self._next()
        if following.__class__ is not StreamEndEvent:
            error = "a second document starts here; a file holds one"
            raise self._error(ReadingRule.FORBIDDEN_YAML, error, following, "move it into a file of its own")
        return value

    def _value(self, event: ParserEvent, depth: int) -> Node:
        kind = event.__class__
        if kind is AliasEvent:
            return self._alias(event, depth)
        if event.tag is not None:
            self._refuse_tag(event)
        if event.anchor is not None:
            return self._anchored(event, depth)
        return self._unnamed(event, depth)

    def _unnamed(self, event: ParserEvent, depth: int) -> Node:
        kind = event.__class__
        if kind is ScalarEvent:
            self._nodes += 1
            return self._scalar(event)
        self._enter(event, depth + 1)
        return self._mapping(event, depth + 1) if kind is MappingStartEvent else self._sequence(depth + 1)

    def _mapping(self, start: ParserEvent, depth: int) -> dict[str, Node]:
        mapping: dict[str, Node] = {}
        composed: dict[str, str] = {}
        next_event, route = self._next, self._route
        scalars = 0
        while (event := next_event()).__class__ is not MappingEndEvent:
            key = event.value if event.__class__ is ScalarEvent else self._refuse_compound_key(event)
            if event.tag or event.anchor:
                self._check_key_properties(event)
            elif event.implicit[0] and (not key[:1].islower() or key in _WORDS_OF_YAML):
                self._check_plain_key(event)
            if key in mapping:
                self._refuse_duplicate(event, key)
            elif not key.isascii():
                self._refuse_composition_clash(event, key, composed)
            route.append(key)
            item = next_event()
            if item.__class__ is ScalarEvent and item.tag is None and item.anchor is None:
                scalars += 1
                value = self._scalar(item)
                if value is None and start.flow_style:
                    self._refuse_lost_colon(event, item)
            else:
                value = self._value(item, depth)
            mapping[key] = value
            route.pop()
        self._nodes += scalars + len(mapping)
        self._check_nodes(event)
        return mapping

    def _sequence(self, depth: int) -> list[Node]:
        items: list[Node] = []
        next_event, route = self._next, self._route
        while (event := next_event()).__class__ is not SequenceEndEvent:
            if event.__class__ is ScalarEvent and event.tag is None and event.anchor is None:
                self._nodes += 1
                items.append(self._scalar(event))
            else:
                route.append(len(items))
                items.append(self._value(event, depth))
                route.pop()
        self._check_nodes(event)
        return items

    def _scalar(self, event: ParserEvent) -> Node:
        text: str = event.value
        if len(text) > 256:
            self._weigh(event, text)
        if event.implicit[0]:
            if text[:1] in _NUMBER_HEADS:
                return self._number_or_text(event, text)
            if '"' in text and text.count('"') % 2:
                self._refuse_cut_by_comment(event)
            return resolve_plain(text)
        if event.style == '"':
            self._refuse_control_escapes(event, text)
        return text

    def _weigh(self, event: ParserEvent, text: str) -> None:
        self._nodes += len(text) >> 8
        if len(text) > MAX_SCALAR_LENGTH:
            message = f"this text holds {len(text):,} characters; at most {MAX_SCALAR_LENGTH:,} are read"
            raise self._error(ReadingRule.BEYOND_LIMIT, message, event, "check for a missing closing quote")

    def _number_or_text(self, event: ParserEvent, text: str) -> Node:
        if len(text) > MAX_DIGITS and is_number(text):
            message = f"this number has {len(text):,} digits; at most {MAX_DIGITS} are read"
            raise self._error(ReadingRule.BEYOND_LIMIT, message, event, "put it in quotes if it is a text")
        value = resolve_plain(text)
        if isinstance(value, float) and not math.isfinite(value):
            help = "write a finite number, or put it in quotes if it is a text"
            self._forbid(f"'{shortened(text)}' is no finite number", event, help)
            return text
        return value

    def _enter(self, event: ParserEvent, depth: int) -> None:
        self._nodes += 1
        if depth > self._deepest:
            self._deepest = depth
            if depth > MAX_DEPTH:
                message = f"mappings and lists are nested more than {MAX_DEPTH} deep here"
                raise self._error(ReadingRule.BEYOND_LIMIT, message, event, "flatten the structure", at_start=True)

    def _check_nodes(self, event: ParserEvent) -> None:
        if self._nodes > MAX_NODES:
            message = f"the file stands for more than {MAX_NODES:,} keys and values, aliases written out"
            raise self._error(
                ReadingRule.BEYOND_LIMIT, message, event, "split the file or use fewer aliases", at_start=True
            )

    def _anchored(self, event: ParserEvent, depth: int) -> Node:
        name: str = event.anchor
        nodes, deepest = self._nodes, self._deepest
        self._deepest = depth
        self._open_anchors.add(name)
        value = self._unnamed(event, depth)
        self._open_anchors.discard(name)
        self._anchors[name] = (value, self._nodes - nodes, self._deepest - depth)
        self._deepest = max(deepest, self._deepest)
        return value

    def _alias(self, event: ParserEvent, depth: int) -> Node:
        name: str = event.anchor
        if name in self._open_anchors:
            message = f"alias '*{shortened(name)}' stands within the value that it stands for"
            raise self._error(ReadingRule.FORBIDDEN_YAML, message, event, "write the value out")
        if name not in self._anchors:
            message = f"alias '*{shortened(name)}' has no anchor '&{shortened(name)}' above it"
            help = f"write '&{shortened(name)}' before the value that it stands for, or put the text in quotes"
            raise self._error(ReadingRule.YAML_SYNTAX, message, event, help)
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            message = f"the file uses more than {MAX_ALIASES:,} aliases"
            raise self._error(ReadingRule.BEYOND_LIMIT, message, event, "write the values out or split the file")
        value, nodes, height = self._anchors[name]
        self._nodes += nodes
        self._check_nodes(event)
        self._enter(event, depth + height)
        return value

    def _refuse_tag(self, event: ParserEvent) -> None:
        if event.tag == "tag:yaml.org,2002:str" and event.__class__ is ScalarEvent:
            return
        written = hints.written_tag(self._text, event.start_mark.index)
        help = "delete it; put the value in quotes if it is a text"
        if event.__class__ is ScalarEvent and hints.looks_like_condition(event.value):
            help = "in a condition write 'not(..)', and put the condition in single quotes"
        self._forbid(f"tag '{shortened(written)}' is not used in specifications", event, help)

    def _refuse_compound_key(self, event: ParserEvent) -> str:
        placeholder = hints.placeholder(self._file, self._text, event.start_mark.index)
        if placeholder is not None:
            raise SpecError((placeholder,))
        if event.__class__ is AliasEvent:
            message, help = f"alias '*{shortened(str(event.anchor))}' is used as a key", "write the key out"
        else:
            message, help = "a mapping or a list is used as a key", "write a text as the key, or put it in quotes"
        raise self._error(ReadingRule.FORBIDDEN_YAML, message, event, help, at_start=True)

    def _check_key_properties(self, event: ParserEvent) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        if event.anchor is not None:
            self._forbid(f"anchor '&{shortened(str(event.anchor))}' is set on a key", event, "set it on the value")

    def _check_plain_key(self, event: ParserEvent) -> None:
        key: str = event.value
        if key == "<<":
            help = "write the keys out, or set an anchor on each value"
            self._forbid("merge key '<<' is not part of YAML 1.2", event, help)
            return
        value = resolve_plain(key) if len(key) <= MAX_DIGITS else key
        if isinstance(value, str):
            return
        sort = "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"
        quoted = f"'{key}'"
        self._collect(
            ReadingRule.FORBIDDEN_YAML.finding(
                self._origin(key),
                "this key is empty" if key == "" else f"key '{shortened(key)}' is {sort}, not a text",
                position=self._position(event),
                help="write the key" if key == "" else f"write {quoted}, in quotes",
                fix=None if key == "" else Fix(f"put {key} in quotes", quoted, safe=True),
            )
        )

    def _refuse_duplicate(self, event: ParserEvent, key: str) -> None:
        origin = self._origin(key)
        self._collect(
            ReadingRule.DUPLICATE_KEY.finding(
                origin,
                f"key '{shortened(key)}' is written twice in one mapping",
                position=self._position(event),
                labels=(Label(origin, "first written here", Part.KEY),),
                help="delete or rename one of the two",
            )
        )

    def _refuse_composition_clash(self, event: ParserEvent, key: str, composed: dict[str, str]) -> None:
        other = composed.setdefault(unicodedata.normalize("NFC", key), key)
        if other == key:
            return
        self._collect(
            ReadingRule.DUPLICATE_KEY.finding(
                self._origin(key),
                f"key '{shortened(key)}' looks like another key of this mapping but is written with other characters",
                position=self._position(event),
                labels=(Label(self._origin(other), "the other key", Part.KEY),),
                help="type both accents the same way (one composed character each), or rename one key",
            )
        )

    def _refuse_lost_colon(self, key: ParserEvent, value: ParserEvent) -> None:
        if value.value == "" and value.start_mark.index == key.end_mark.index:
            finding = hints.explain_lost_colon(self._file, self._text, key.start_mark.index, key.end_mark.index)
            raise SpecError((finding,))

    def _refuse_cut_by_comment(self, event: ParserEvent) -> None:
        key = str(self._route[-1]) if self._route else ""
        finding = hints.explain_cut_condition(self._file, self._text, event.start_mark.index, event.end_mark.index, key)
        if finding is not None:
            raise SpecError((finding,))

    def _refuse_control_escapes(self, event: ParserEvent, text: str) -> None:
        for character in text:
            if not character.isprintable() and hints.is_refused_escape(character):
                self._collect(
                    ReadingRule.INVISIBLE_CHARACTER.finding(
                        self._origin(),
                        f"the text stands for {character_name(character)}, which no channel can carry",
                        position=self._position(event),
                        help="delete the escape",
                    )
                )
                return

    def _forbid(self, message: str, event: ParserEvent, help: str) -> None:
        self._collect(
            ReadingRule.FORBIDDEN_YAML.finding(
                self._origin(), message, position=self._position(event, first_line=True), help=help
            )
        )

    def _collect(self, finding: Finding) -> None:
        self.findings.append(finding)
        if len(self.findings) >= MAX_COLLECTED:
            raise SpecError(self.findings)

    def _origin(self, *keys: str | int) -> Origin:
        return Origin(self._file, (*self._route, *keys))

    def _error(
        self, rule: ReadingRule, message: str, event: ParserEvent, help: str, *, at_start: bool = False
    ) -> SpecError:
        position = self._position(event, first_line=True, at_start=at_start)
        return rule.error(self._origin(), message, position=position, help=help)

    def _position(self, event: ParserEvent, *, first_line: bool = False, at_start: bool = False) -> Position:
        if self._lines is None:
            self._lines = TextLines(self._text)
        lines = self._lines
        start, end = event.start_mark.index, event.end_mark.index
        if at_start:
            end = start + 1
        elif first_line:
            end = min(end, lines.end_of(start))
        return lines.position(start, end)
