"""Documents that start from others: `like` of scenarios, `extends` of behaviours, cases of tests.

Named parts are merged, everything else is replaced whole. Merged values remember the file that each
part comes from, so that findings point there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journeyctl.diagnostics import Finding, Label, Origin, SpecError
from journeyctl.model.fields import Kind, ListOf, MappingOf, Others, Struct
from journeyctl.model.scenario import Comparison
from journeyctl.model.specification import DOCUMENT_KINDS, RawDocument
from journeyctl.spec.decode import Decoded, Moved, plan
from journeyctl.spec.decoding_rules import DecodingRule
from journeyctl.spec.nearest import nearest

BASE_KEYS = {"scenario": "like", "behaviour": "extends"}
"""The key by which documents of a kind name the one that they start from."""
NAMING_KEYS = ("name", "id", "task")
"""Keys by which entries of lists are addressed."""
RawDocuments = Mapping[tuple[str, str], RawDocument]


def unmoved(value: object, origin: Origin) -> tuple[Any, Origin]:
    """A value and its true origin."""
    inner: Any = value
    while isinstance(inner, Moved):
        inner, origin = inner.value, inner.origin
    return inner, origin


def plain(value: object) -> Decoded:
    """The value with everything that moved into it, and without where it came from."""
    value, _ = unmoved(value, Origin(""))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def entry_name(value: object) -> str | None:
    """The name of a list's entry; `None` where it has none."""
    value, _ = unmoved(value, Origin(""))
    if isinstance(value, dict):
        for key in NAMING_KEYS:
            name, _ = unmoved(value.get(key), Origin(""))
            if isinstance(name, str):
                return name
    return None


def merged(kind: Kind, base: Moved, patch: Moved) -> Moved:
    """The patch laid over the base. Only mappings with fixed keys, by names, and lists of named entries merge."""
    below, below_origin = unmoved(base.value, base.origin)
    above, above_origin = unmoved(patch.value, patch.origin)
    whole = Moved(above, above_origin)
    if isinstance(kind, Struct) and kind.shorthand and isinstance(below, dict) and not isinstance(above, dict):
        above = {kind.shorthand: Moved(above, above_origin)}
    if isinstance(kind, MappingOf) and kind.whole:
        return whole
    if isinstance(kind, (Struct, MappingOf)) and isinstance(below, dict) and isinstance(above, dict):
        return _merged_mapping(kind, Moved(below, below_origin), Moved(above, above_origin))
    if isinstance(kind, ListOf) and isinstance(below, list) and isinstance(above, list):
        names = [entry_name(entry) for entry in (*below, *above)]
        if names and all(names) and isinstance(kind.item, Struct):
            return _merged_list(kind.item, Moved(below, below_origin), Moved(above, above_origin))
    return whole


def _merged_mapping(kind: Struct | MappingOf, base: Moved, patch: Moved) -> Moved:
    below: Any = base.value
    above: Any = patch.value
    result: dict[str, object] = {}
    for key, item in below.items():
        old = Moved(item, base.origin.child(key))
        if key not in above:
            result[key] = old
            continue
        new = Moved(above[key], patch.origin.child(key))
        # An empty mapping or list has nothing to merge: it clears what it replaces.
        empty = unmoved(new, new.origin)[0] in ({}, [])
        result[key] = new if empty else merged(_kind_of(kind, key), old, new)
    for key, item in above.items():
        if key not in below:
            result[key] = Moved(item, patch.origin.child(key))
    return Moved(result, patch.origin)


def _merged_list(kind: Struct, base: Moved, patch: Moved) -> Moved:
    below: Any = base.value
    above: Any = patch.value
    entries = {str(entry_name(item)): Moved(item, base.origin.child(index)) for index, item in enumerate(below)}
    for index, item in enumerate(above):
        name = str(entry_name(item))
        new = Moved(item, patch.origin.child(index))
        entries[name] = merged(kind, entries[name], new) if name in entries else new
    return Moved(list(entries.values()), patch.origin)


def _kind_of(kind: Struct | MappingOf, key: str) -> Kind:
    if isinstance(kind, MappingOf):
        return kind.value
    table = plan(kind.of)
    if key in table.rows:
        return table.rows[key].entry.kind
    if table.others is not None and isinstance(table.others.entry.kind, Others):
        return table.others.entry.kind.value
    # A verb or an unknown key: replaced whole, as two verbs have nothing in common.
    return ListOf(kind)


class Inheritance:
    """Fills in what documents take from others, and finds cycles and unknown bases."""

    def __init__(self, raws: RawDocuments) -> None:
        self.findings: list[Finding] = []
        self._raws = raws
        self._done: dict[tuple[str, str], RawDocument | None] = {}
        self._open: list[tuple[str, str]] = []

    def whole(self, key: tuple[str, str]) -> RawDocument | None:
        """The document with its bases filled in; `None` where they cannot be."""
        if key not in self._done:
            self._open.append(key)
            self._done[key] = self._whole(self._raws[key])
            self._open.pop()
        return self._done[key]

    def _whole(self, raw: RawDocument) -> RawDocument | None:
        base_key = BASE_KEYS.get(raw.kind)
        if base_key is None or base_key not in raw.value:
            return raw
        base_name, origin = unmoved(raw.value[base_key], raw.origin.child(base_key))
        if not isinstance(base_name, str):
            return raw
        key = (raw.kind, base_name)
        if key in self._open:
            self._cycle(key, origin)
            return None
        if key not in self._raws:
            self._unknown(raw.kind, base_name, origin)
            return None
        base = self.whole(key)
        if base is None:
            return None
        below = Moved(
            {name: item for name, item in base.value.items() if name not in (base_key, "name", "title")}, base.origin
        )
        result = merged(Struct(DOCUMENT_KINDS[raw.kind].of), below, Moved(raw.value, raw.origin))
        return RawDocument(raw.kind, raw.name, result.value if isinstance(result.value, dict) else {}, raw.origin)

    def _cycle(self, key: tuple[str, str], origin: Origin) -> None:
        chain = self._open[self._open.index(key) :]
        way = " -> ".join(f"'{name}'" for _, name in (*chain, key))
        word = BASE_KEYS[key[0]]
        labels = tuple(
            Label(self._raws[other].origin.child(word), f"'{other[1]}' starts from another")
            for other in chain
            if other != self._open[-1]
        )
        self.findings.append(
            DecodingRule.CYCLE.finding(
                origin, f"'{word}' runs in a circle: {way}", help="let one of them stand alone", labels=labels
            )
        )

    def _unknown(self, kind: str, name: str, origin: Origin) -> None:
        names = [other for other_kind, other in self._raws if other_kind == kind]
        meant = nearest(name, names)
        hint = f"; did you mean '{meant}'?" if meant else ""
        self.findings.append(
            DecodingRule.UNKNOWN_BASE.finding(
                origin, f"there is no {kind} '{name}'{hint}", help=f"name one of {', '.join(sorted(names)[:12])}"
            )
        )


def flattened(raws: RawDocuments, key: tuple[str, str]) -> RawDocument:
    """A document with what it takes from others filled in, so that it stands alone. Raises `SpecError`."""
    inheritance = Inheritance(raws)
    whole = inheritance.whole(key)
    if whole is None:
        raise SpecError(inheritance.findings)
    value = {name: item for name, item in whole.value.items() if name != BASE_KEYS.get(key[0])}
    return RawDocument(whole.kind, whole.name, value, whole.origin)


def with_changes(raw: RawDocument, change: Comparison) -> RawDocument:
    """A scenario with the keys of one of its comparisons merged over it, as a scenario `like` it would be."""
    kind = Struct(DOCUMENT_KINDS[raw.kind].of)
    patch = {key: Moved(item, change.origin.child(key)) for key, item in change.changes.items()}
    value = merged(kind, Moved(raw.value, raw.origin), Moved(patch, change.origin)).value
    return RawDocument(raw.kind, raw.name, value if isinstance(value, dict) else {}, raw.origin)


def test_cases(raw: RawDocument) -> tuple[RawDocument, ...]:
    """A test and its cases, each case merged over the test and named `<test>/<case>`.

    The test itself runs too where it expects something or has no cases.
    """
    cases, origin = unmoved(raw.value.get("cases"), raw.origin.child("cases"))
    base = {key: item for key, item in raw.value.items() if key != "cases"}
    alone = RawDocument(raw.kind, raw.name, base, raw.origin)
    if not isinstance(cases, dict) or not cases:
        return (alone,)
    found = [alone] if "expect" in base else []
    kind = Struct(DOCUMENT_KINDS[raw.kind].of)
    for case, patch in cases.items():
        place = origin.child(case)
        value = merged(kind, Moved(base, raw.origin), Moved(patch, place)).value
        if isinstance(value, dict):
            found.append(RawDocument(raw.kind, f"{raw.name}/{case}", value, place))
    return tuple(found)
