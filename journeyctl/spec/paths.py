"""Archetype paths: `desks.us-imaging.teams.imaging.sdrs` names one value of one document.

A path says the plural of a kind, the document's name where there may be several, then keys; entries of
lists go by their `name`, `id` or `task`. Values set by path are decoded by the field table, as if they
stood in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from journeyctl.diagnostics import Origin, SpecError
from journeyctl.model.fields import (
    Assumable,
    ByKey,
    ByShape,
    Kind,
    Later,
    ListOf,
    MappingOf,
    Others,
    Partial,
    Plain,
    Special,
    Struct,
    Verbs,
    Wrap,
)
from journeyctl.model.specification import DOCUMENT_KINDS, RawDocument
from journeyctl.spec.decode import Moved, partial_rows, plan
from journeyctl.spec.inherit import RawDocuments, entry_name, unmoved
from journeyctl.spec.nearest import edit_distance, nearest
from journeyctl.spec.yaml_reader import read_document
from journeyctl.spec.yaml_scalars import resolve_plain

PLURALS = {kind.plural: kind for kind in DOCUMENT_KINDS.values()}


class PathError(Exception):
    """A path names nothing. Carries the nearest path, or an empty text."""

    def __init__(self, path: str, nearest_path: str) -> None:
        hint = f"; did you mean '{nearest_path}'?" if nearest_path else ""
        super().__init__(f"there is no path '{path}'{hint}")
        self.path = path
        self.nearest_path = nearest_path


@dataclass(frozen=True, slots=True)
class Place:
    """What a path names: a document, the keys within it, and the kind of value that stands there."""

    document: tuple[str, str]
    route: tuple[str | int, ...]
    kind: Kind
    value: object
    """As written; `None` where the key is not written and its default holds."""


def locate(raws: RawDocuments, path: str, *, scenario: str | None = None) -> Place:
    """The place that a path names. Raises `PathError` with the nearest path."""
    full = absolute(path, scenario=scenario)
    key, rest = _document(raws, full.split("."))
    if key is None:
        raise PathError(path, _nearest_own(full, scenario) or nearest_path(raws, full))
    raw = raws[key]
    kind: Kind = Struct(DOCUMENT_KINDS[raw.kind].of)
    found = _walk(kind, raw.value, tuple(rest), ())
    if found is None:
        raise PathError(path, nearest_path(raws, full))
    return Place(key, found[0], found[1], found[2])


def _nearest_own(path: str, scenario: str | None) -> str:
    """The path with its first key mended, where that is nearly one of a scenario's own; else empty."""
    first, dot, rest = path.partition(".")
    if scenario is None or first in PLURALS:
        return ""
    close = nearest(first, plan(DOCUMENT_KINDS["scenario"].of).rows)
    return f"{close}{dot}{rest}" if close else ""


def absolute(path: str, *, scenario: str | None) -> str:
    """A path that starts with one of a scenario's own keys means that scenario; others stay."""
    first, dot, _ = path.partition(".")
    if scenario is None or first not in plan(DOCUMENT_KINDS["scenario"].of).rows:
        return path
    return path if first in PLURALS and dot else f"scenarios.{scenario}.{path}"


def _document(raws: RawDocuments, segments: list[str]) -> tuple[tuple[str, str] | None, list[str]]:
    kind = PLURALS.get(segments[0])
    if kind is None:
        return None, []
    if kind.single:
        return ((kind.name, "") if (kind.name, "") in raws else None), segments[1:]
    if len(segments) < 2 or (kind.name, segments[1]) not in raws:
        return None, []
    return (kind.name, segments[1]), segments[2:]


Found = tuple[tuple[str | int, ...], Kind, object]


def _walk(kind: Kind, value: object, segments: tuple[str, ...], route: tuple[str | int, ...]) -> Found | None:
    """Follows the path through value and field table side by side."""
    value, _ = unmoved(value, Origin(""))
    if not segments:
        return route, kind, value
    chosen = _chosen(kind, value)
    if isinstance(chosen, ListOf):
        return _walk_list(chosen, value, segments, route)
    if isinstance(chosen, Assumable):
        if segments[0] in ("value", "range", "source") and isinstance(value, dict):
            inner = {"value": chosen.kind, "range": ListOf(chosen.kind), "source": Plain.TEXT}[segments[0]]
            return _walk(inner, value.get(segments[0]), segments[1:], (*route, segments[0]))
        return None
    if isinstance(chosen, Struct) and not isinstance(value, dict) and value is not None:
        # The short form `send: intro-mri` stands for its one key.
        if chosen.shorthand and segments == (chosen.shorthand,):
            return route, plan(chosen.of).rows[chosen.shorthand].entry.kind, value
        return None
    for count in range(len(segments), 0, -1):
        key = ".".join(segments[:count])
        inner_kind = _below(chosen, value, key)
        if inner_kind is not None:
            inner_value = value.get(key) if isinstance(value, dict) else None
            found = _walk(inner_kind, inner_value, segments[count:], (*route, key))
            if found is not None:
                return found
    return None


def _chosen(kind: Kind, value: object) -> Kind:
    """The alternative of a union that the value takes."""
    while True:
        match kind:
            case Wrap():
                kind = kind.kind
            case Later():
                kind = kind.kind()
            case ByShape():
                part = _shape(kind, value)
                if part is None:
                    return kind
                kind = part
            case ByKey():
                keys = value if isinstance(value, dict) else {}
                named = next((part for key, part in kind.keys.items() if key in keys), kind.otherwise)
                if named is None:
                    return kind
                kind = named
            case _:
                return kind


def _shape(kind: ByShape, value: object) -> Kind | None:
    match value:
        case dict():
            return kind.mapping
        case list():
            return kind.sequence
        case bool():
            return kind.boolean
        case int() | float():
            return kind.number
        case str():
            return kind.text
        case _:
            return None


def _below(kind: Kind, value: object, key: str) -> Kind | None:
    """The kind of value under a key, `None` where the key names nothing."""
    if isinstance(kind, MappingOf):
        return kind.value if isinstance(value, dict) and key in value else None
    if not isinstance(kind, Struct):
        return None
    table = plan(kind.of)
    if key in table.rows:
        return table.rows[key].entry.kind
    present = isinstance(value, dict) and key in value
    if table.verbs is not None and isinstance(table.verbs.entry.kind, Verbs) and present:
        return table.verbs.entry.kind.kinds.get(key)
    if table.others is not None and isinstance(table.others.entry.kind, Others) and present:
        return table.others.entry.kind.value
    if table.partial is not None and isinstance(table.partial.entry.kind, Partial):
        row = partial_rows(table.partial.entry.kind).get(key)
        return row.entry.kind if row else None
    return None


def _walk_list(kind: ListOf, value: object, segments: tuple[str, ...], route: tuple[str | int, ...]) -> Found | None:
    if not isinstance(value, list):
        return None
    for index, item in enumerate(value):
        if entry_name(item) == segments[0] or (entry_name(item) is None and str(index) == segments[0]):
            return _walk(kind.item, item, segments[1:], (*route, index))
    return None


def list_paths(raws: RawDocuments) -> Iterator[str]:
    """Every path that the documents write out, and every optional key that they could, in order."""
    for (kind_name, name), raw in raws.items():
        kind = DOCUMENT_KINDS[kind_name]
        head = kind.plural if kind.single else f"{kind.plural}.{name}"
        yield from _paths(Struct(kind.of), raw.value, head)


def _paths(kind: Kind, value: object, head: str) -> Iterator[str]:
    value, _ = unmoved(value, Origin(""))
    chosen = _chosen(kind, value)
    if isinstance(chosen, ListOf) and isinstance(value, list):
        for index, item in enumerate(value):
            path = f"{head}.{entry_name(item) or index}"
            yield path
            yield from _paths(chosen.item, item, path)
    elif isinstance(chosen, (Struct, MappingOf)) and (isinstance(value, dict) or value is None):
        written: Mapping[str, Any] = value or {}
        keys = list(written)
        if isinstance(chosen, Struct):
            keys += [
                key
                for key, row in plan(chosen.of).rows.items()
                if key not in written and not isinstance(row.entry.kind, Special)
            ]
        for key in keys:
            inner = _below(chosen, written, key)
            if inner is not None:
                yield f"{head}.{key}"
                if key in written:
                    yield from _paths(inner, written[key], f"{head}.{key}")


def nearest_path(raws: RawDocuments, path: str) -> str:
    """The existing path that differs least, preferring few wrong segments; empty if none is near."""
    wanted = path.split(".")
    best, least = "", max(2.0, len(path) / 3)
    for candidate in list_paths(raws):
        given = candidate.split(".")
        if abs(len(given) - len(wanted)) > 1:
            continue
        shared = sum(1 for left, right in zip(wanted, given, strict=False) if left == right)
        if shared + 2 < len(wanted) or abs(len(candidate) - len(path)) > least:
            continue
        distance = edit_distance(path, candidate)
        if distance < least:
            best, least = candidate, distance
    return best


def assigned(raw: RawDocument, route: tuple[str | int, ...], value: Moved) -> RawDocument:
    """The document with another value at a route; all else keeps its value and place."""
    if not route:
        return raw
    first, rest = route[0], route[1:]
    changed = {**raw.value, str(first): _assigned(raw.value.get(str(first)), rest, value)}
    return RawDocument(raw.kind, raw.name, changed, raw.origin)


def _assigned(node: object, route: tuple[str | int, ...], value: Moved) -> object:
    if not route:
        return value
    if isinstance(node, Moved):
        return Moved(_assigned(node.value, route, value), node.origin)
    key, rest = route[0], route[1:]
    if isinstance(node, list) and isinstance(key, int):
        return [*node[:key], _assigned(node[key], rest, value), *node[key + 1 :]]
    below = node if isinstance(node, dict) else {}
    return {**below, key: _assigned(below.get(key), rest, value)}


def read_setting(value: object) -> object:
    """A value given as text on the command line as the file would hold it: `2` is a number, `[a, b]` a list.

    What is not YAML stays the text that it is; the field table says whether it fits.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text[:1] in "[{'\"":
        try:
            document = read_document("--set", b"value: " + text.encode(errors="replace"))
        except SpecError:
            return text
        return document.value["value"] if isinstance(document.value, dict) else text
    return resolve_plain(text)
