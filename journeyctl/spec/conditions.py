"""Every condition, expression and field name of a workspace, with its place and what it may talk about.

Documents are walked as written, along the field table, so that a new key with a condition in it is found
without a change here, each text is met once however many documents take it over, and a document with
another mistake is looked at all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from journeyctl.diagnostics import Origin, Part
from journeyctl.expr import Scope, Type, field_path
from journeyctl.model import values
from journeyctl.model.fields import (
    ByKey,
    ByShape,
    Kind,
    Later,
    ListOf,
    MappingOf,
    Others,
    Partial,
    Plain,
    Struct,
    Verbs,
    Wrap,
)
from journeyctl.model.population import TABLE
from journeyctl.model.scenario import Comparison, Fact
from journeyctl.model.specification import DOCUMENT_KINDS, RawDocument, Workspace
from journeyctl.model.steps import Compute, FromTopic
from journeyctl.spec.decode import Moved, partial_rows, plan
from journeyctl.spec.inherit import plain, unmoved
from journeyctl.spec.leaves import RefusedError, read_plain, spells_share
from journeyctl.spec.overlay import overlaid
from journeyctl.spec.paths import PathError, absolute, assigned, locate
from journeyctl.spec.scopes import ROOTS, profile_fields, scopes

_TEXTS = frozenset({Plain.CONDITION, Plain.EXPRESSION, Plain.MOMENT})
_VERDICT = (Type.BOOLEAN,)
MOMENTS = (Type.DATE, Type.DATE_TIME)
"""What a wait can wait for."""


@dataclass(frozen=True, slots=True)
class ConditionUse:
    """One condition or expression as written."""

    text: str
    origin: Origin
    scope: Scope
    expected: tuple[Type, ...]
    """What the place can use; empty where anything will do."""
    decides: bool
    """True for conditions, which should vary; an expression may well be a fixed value."""


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One name of a field that stands outside of conditions, such as `contact.stage` in an update."""

    path: str
    """As declared: `clinic.` for `account.`."""
    origin: Origin
    part: Part


@dataclass(frozen=True, slots=True)
class ValueUse:
    """One value that is written for a field outside of conditions, such as `engaged` for `contact.stage`."""

    path: str
    """Of the field, as declared: `clinic.` for `account.`."""
    value: object
    """As YAML gives it; the text of a key where `part` is one."""
    origin: Origin
    part: Part


@dataclass(frozen=True, slots=True)
class Uses:
    """What one walk over a workspace finds."""

    conditions: tuple[ConditionUse, ...]
    fields: tuple[FieldUse, ...]
    values: tuple[ValueUse, ...]


def conditions(workspace: Workspace) -> Iterator[ConditionUse]:
    """Every condition and expression, in the order of documents and keys."""
    yield from uses(workspace).conditions


def uses(workspace: Workspace) -> Uses:
    """Every condition, expression, field name and value of a field, in the order of documents and keys."""
    walk = _Walk(workspace)
    for raw in workspace.raw.values():
        walk.document(raw)
    layers = overlaid(workspace.raw, workspace.overlays)
    for raws in (layers.common, *layers.by_country.values()):
        for key, raw in raws.items():
            if raw is not workspace.raw.get(key):
                walk.document(raw)
    return Uses(tuple(walk.conditions.values()), tuple(walk.fields.values()), tuple(walk.values.values()))


class _Surroundings(NamedTuple):
    """Where a value stands: the class and key above it, and the field that it changes."""

    of: type[Any] | None = None
    key: str = ""
    changed: str = ""


_NOWHERE = _Surroundings()


class _Walk:
    """Follows the field table and collects what it is after. Values of a wrong shape are passed by."""

    def __init__(self, workspace: Workspace) -> None:
        self.conditions: dict[Origin, ConditionUse] = {}
        self.fields: dict[tuple[Origin, Part], FieldUse] = {}
        self.values: dict[tuple[Origin, Part], ValueUse] = {}
        self._workspace = workspace
        self._scopes = scopes(workspace)
        self._types = {path: Type(field.type) for path, field in profile_fields(workspace)}
        self._document = ""

    def document(self, raw: RawDocument) -> None:
        """Walks a document; what other documents hold as well is found once."""
        self._document = raw.name
        self.value(Struct(DOCUMENT_KINDS[raw.kind].of), raw.value, raw.origin, _NOWHERE)

    def value(self, kind: Kind, value: object, origin: Origin, above: _Surroundings) -> None:
        """Walks one value of a kind."""
        if isinstance(value, Moved):
            value, origin = unmoved(value, origin)
        while isinstance(kind, (Wrap, Later, ByShape, ByKey)):
            chosen = _chosen(kind, value)
            if chosen is None:
                return
            kind = chosen
        if isinstance(kind, Struct):
            self._struct(kind, value, origin, above)
        elif isinstance(kind, ListOf) and isinstance(value, list):
            for index, item in enumerate(value):
                self.value(kind.item, item, origin.child(index), above)
        elif isinstance(kind, MappingOf) and isinstance(value, dict):
            self._mapping(kind, value, origin, above)
        elif isinstance(kind, Partial) and isinstance(value, dict):
            self._keys(kind.of(), value, origin, above.changed)
        elif isinstance(kind, Plain):
            self._plain(kind, value, origin, above)

    def _plain(self, kind: Plain, value: object, origin: Origin, above: _Surroundings) -> None:
        if kind is Plain.FIELD:
            self._field(value, origin, Part.VALUE)
        elif kind is Plain.SCALAR and above.changed:
            self._value_of_field(value, origin, Part.VALUE, above)
        elif kind in _TEXTS:
            self._condition(kind, value, origin, above)

    def _condition(self, kind: Plain, value: object, origin: Origin, above: _Surroundings) -> None:
        assert above.of is not None, "conditions stand under a key of some class"
        try:
            found = read_plain(kind, value, origin)
        except RefusedError:
            return
        if isinstance(found, (values.Condition, values.Expression)) and origin not in self.conditions:
            scope = self._scopes[ROOTS[above.of, above.key]]
            decides = kind is Plain.CONDITION
            self.conditions[origin] = ConditionUse(found.text, origin, scope, self._expected(kind, above), decides)

    def _expected(self, kind: Plain, above: _Surroundings) -> tuple[Type, ...]:
        if kind is Plain.CONDITION:
            return _VERDICT
        if kind is Plain.MOMENT:
            return MOMENTS
        if above.of is FromTopic:
            return (Type.TEXT,)
        if above.of is Compute and above.changed == "score":
            return (Type.NUMBER,)
        known = self._types.get(field_path(above.changed))
        return (known,) if known is not None else ()

    def _field(self, value: object, origin: Origin, part: Part) -> None:
        try:
            path = read_plain(Plain.FIELD, value, origin)
        except RefusedError:
            return
        self.fields.setdefault((origin, part), FieldUse(field_path(str(path)), origin, part))

    def _value_of_field(self, value: object, origin: Origin, part: Part, above: _Surroundings) -> None:
        use = ValueUse(field_path(above.changed), plain(value), origin, part)
        self.values.setdefault((origin, part), use)

    def _mapping(
        self, kind: MappingOf | Others, value: Mapping[Any, object], origin: Origin, above: _Surroundings
    ) -> None:
        for key, item in value.items():
            place = origin.child(key)
            if kind.value == Struct(Fact):
                self._fact(str(key), item, place)
            elif kind.key is Plain.FIELD:
                self._field(key, unmoved(item, place)[1], Part.KEY)
            elif kind == TABLE and above.changed:
                self._value_of_field(key, place, Part.KEY, above)
            changed = str(key) if kind.key is Plain.FIELD else above.changed
            self.value(kind.value, item, place, above._replace(changed=changed))

    def _fact(self, name: str, fact: object, origin: Origin) -> None:
        """A fact is called by the field that it changes, or by any name below a level whose fields it sets."""
        fact, origin = unmoved(fact, origin)
        if not isinstance(fact, dict) or "sets" not in fact:
            self._field(name, origin, Part.KEY)
            return
        changed, place = unmoved(fact["sets"], origin.child("sets"))
        level = name.partition(".")[0]
        for key in changed if isinstance(changed, dict) else ():
            self._field(f"{level}.{key}", place.child(key), Part.KEY)

    def _struct(self, kind: Struct, value: object, origin: Origin, above: _Surroundings) -> None:
        if isinstance(value, dict):
            table = plan(kind.of)
            if table.others is not None and isinstance(table.others.entry.kind, Others):
                rest = {key: item for key, item in value.items() if key not in table.rows}
                self._mapping(table.others.entry.kind, rest, origin, above)
            self._keys(kind.of, value, origin, above.changed)
            if kind.of is Comparison:
                self._settings(value, origin)
        elif kind.shorthand and kind.shorthand in _searched(kind.of):
            inner = _searched(kind.of)[kind.shorthand]
            self.value(inner, value, origin, _Surroundings(kind.of, kind.shorthand, above.changed))

    def _keys(self, of: type[Any], value: Mapping[Any, object], origin: Origin, changed: str) -> None:
        for key, kind in _searched(of).items():
            if key in value:
                self.value(kind, value[key], origin.child(key), _Surroundings(of, key, changed))

    def _settings(self, comparison: Mapping[Any, object], origin: Origin) -> None:
        """Values by path: each document that they change is walked as it is in the comparison."""
        raws = dict(self._workspace.raw)
        changed, origin = unmoved(comparison.get("set"), origin.child("set"))
        scenario = self._document
        touched: dict[tuple[str, str], None] = {}
        for path, value in changed.items() if isinstance(changed, dict) else ():
            try:
                place = locate(raws, absolute(str(path), scenario=scenario))
            except PathError:
                continue
            raws[place.document] = assigned(raws[place.document], place.route, Moved(value, origin.child(path)))
            touched[place.document] = None
        for key in touched:
            if key != ("scenario", scenario):
                self.document(raws[key])
        self._document = scenario


def _chosen(kind: Wrap | Later | ByShape | ByKey, value: object) -> Kind | None:
    """The kind behind one that only says how to choose."""
    match kind:
        case Wrap():
            return kind.kind
        case Later():
            return kind.kind()
        case ByKey():
            keys = value if isinstance(value, dict) else {}
            if isinstance(value, str) and spells_share(value):
                keys = {"%": value}
            return next((part for key, part in kind.keys.items() if key in keys), kind.otherwise)
        case _:
            return _of_shape(kind, value)


def _of_shape(kind: ByShape, value: object) -> Kind | None:
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


_SEARCHED: dict[type[Any], Mapping[str, Kind]] = {}
"""Answers of `_searched` that were asked for before."""


def _searched(of: type[Any]) -> Mapping[str, Kind]:
    """The keys of a class below which a condition or a field can stand."""
    if of not in _SEARCHED:
        _SEARCHED[of] = {key: kind for key, kind in _keys_of(of).items() if _worth_searching(kind, (of,))}
    return _SEARCHED[of]


def _keys_of(of: type[Any]) -> dict[str, Kind]:
    table = plan(of)
    found = {key: row.entry.kind for key, row in table.rows.items()}
    if table.verbs is not None and isinstance(table.verbs.entry.kind, Verbs):
        found |= table.verbs.entry.kind.kinds
    if table.partial is not None:
        found |= {key: row.entry.kind for key, row in partial_rows(table.partial.entry.kind).items()}
    return found


def _worth_searching(kind: Kind, within: tuple[type[Any], ...]) -> bool:
    """Whether a condition or a field can stand below a kind; `within` holds the classes around it."""
    match kind:
        case Plain():
            return kind in _TEXTS or kind is Plain.FIELD
        case Struct():
            return kind.of not in within and _any_key(kind.of, within)
        case Partial():
            return kind.of() in within or _any_key(kind.of(), within)
        case MappingOf() | Others():
            return kind.value == Struct(Fact) or any(_worth_searching(part, within) for part in (kind.key, kind.value))
        case ListOf():
            return _worth_searching(kind.item, within)
        case Wrap():
            return _worth_searching(kind.kind, within)
        case ByShape():
            shapes = (kind.text, kind.number, kind.boolean, kind.sequence, kind.mapping)
            return any(part is not None and _worth_searching(part, within) for part in shapes)
        case ByKey():
            parts = (*kind.keys.values(), *([kind.otherwise] if kind.otherwise else []))
            return any(_worth_searching(part, within) for part in parts)
        case _:
            # Values that nest in themselves do so to hold conditions.
            return isinstance(kind, Later)


def _any_key(of: type[Any], within: tuple[type[Any], ...]) -> bool:
    others = plan(of).others
    kinds = (*_keys_of(of).values(), *([others.entry.kind] if others else []))
    return of is Comparison or any(_worth_searching(kind, (*within, of)) for kind in kinds)
