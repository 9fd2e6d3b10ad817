"""JSON Schemas (draft 2020-12) of every document kind, made from the field table.

They are what editors read. A step's verb is told by the key that is present, with `if` and `then`, so
that an editor speaks about that verb only. What a schema cannot say (whether a day exists, whether a
zone is known, what names refer to) is checked when documents are decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from journeyctl.expr.codes import COUNTRY_PATTERN, LOCALE_PATTERN
from journeyctl.model.document import Document
from journeyctl.model.fields import (
    Assumable,
    ByKey,
    ByShape,
    Choice,
    Integer,
    Kind,
    Later,
    ListOf,
    MappingOf,
    Number,
    Others,
    Partial,
    Plain,
    Reference,
    Row,
    Struct,
    Verbs,
    Wrap,
)
from journeyctl.model.specification import DOCUMENT_KINDS
from journeyctl.spec import leaves
from journeyctl.spec.decode import Plan, partial_rows, plan
from journeyctl.spec.inherit import BASE_KEYS

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILLED = {"type": "string", "pattern": r"\S"}
PERCENT = r"^\s*[-0-9].*%\s*$"


def document_schema(kind: str) -> Schema:
    """The schema of one document kind. `KeyError` where there is no such kind."""
    document = DOCUMENT_KINDS[kind]
    writer = _Writer()
    whole = writer.of_class(document.of)
    schema: Schema = {
        "$schema": DIALECT,
        "$id": f"journeyctl/{kind}.schema.json",
        "title": f"journeyctl: {kind}",
        "description": _first_line(document.of),
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"const": kind, "description": "The kind of this document."}},
    }
    if kind in BASE_KEYS:
        # What a document leaves out comes from the one that it starts from.
        part = writer.of_class(document.of, partial=True)
        schema |= {"if": {"required": [BASE_KEYS[kind]]}, "then": part, "else": whole}
    else:
        schema["allOf"] = [whole]
    schema["$defs"] = dict(sorted(writer.definitions.items()))
    return schema


class _Writer:
    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._named: dict[tuple[int, bool], str] = {}
        """Unions that were written before, by identity; most are used many times."""

    def of_class(self, of: type[Any], *, partial: bool = False) -> Schema:
        """A reference to the class's definition, which is written once."""
        name = f"{of.__name__}-part" if partial else of.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self._class_schema(of, plan(of), partial=partial)
        return {"$ref": f"#/$defs/{name}"}

    def _class_schema(self, of: type[Any], table: Plan, *, partial: bool) -> Schema:
        properties: Schema = {"kind": True} if issubclass(of, Document) else {}
        properties |= {key: self._property(row, partial=partial) for key, row in table.rows.items()}
        schema: Schema = {"type": "object", "description": _first_line(of)}
        required = [] if partial else list(table.required)
        rules: list[Schema] = []
        if table.verbs is not None and isinstance(table.verbs.entry.kind, Verbs):
            verbs = table.verbs.entry.kind.kinds
            properties |= {key: self.of_kind(kind, partial=partial) | {"title": key} for key, kind in verbs.items()}
            rules += _exactly_one(tuple(verbs), required=not partial)
        if table.partial is not None:
            beside = partial_rows(table.partial.entry.kind)
            properties |= {
                key: self._property(row, partial=True) for key, row in beside.items() if key not in properties
            }
        for rule in table.exclusive:
            rules += _exactly_one(rule.keys, required=rule.required and not partial)
        schema["properties"] = properties
        schema["additionalProperties"] = False
        if table.others is not None and isinstance(table.others.entry.kind, Others):
            others = table.others.entry.kind
            schema["additionalProperties"] = self.of_kind(others.value, partial=partial)
            named = sorted(properties)
            schema["propertyNames"] = {"if": {"enum": named}, "else": self.of_kind(others.key, partial=partial)}
        if required:
            schema["required"] = required
        if rules:
            schema["allOf"] = rules
        return schema

    def _property(self, row: Row, *, partial: bool) -> Schema:
        schema: Schema = {"title": row.entry.title or row.key.replace("_", " "), "description": row.entry.description}
        if row.entry.example is not None:
            schema["examples"] = [row.entry.example]
        if not row.required and (default := _plain_default(row.default)) is not None:
            schema["default"] = default
        return schema | self.of_kind(row.entry.kind, partial=partial)

    def of_kind(self, kind: Kind, *, partial: bool) -> Schema:
        """The schema of a kind of value."""
        match kind:
            case Plain():
                return _PLAIN[kind]()
            case Reference():
                return dict(FILLED)
            case Integer() | Number():
                return _number(kind)
            case Choice():
                return {"type": "string", "enum": list(kind.values)}
            case Struct():
                return self._struct(kind, partial=partial)
            case ListOf():
                most = {} if kind.most is None else {"maxItems": kind.most}
                least = {"minItems": kind.least} if kind.least else {}
                return {"type": "array", "items": self.of_kind(kind.item, partial=partial), **least, **most}
            case MappingOf():
                least = {"minProperties": kind.least} if kind.least else {}
                keys = self.of_kind(kind.key, partial=partial)
                return {
                    "type": "object",
                    "propertyNames": keys,
                    "additionalProperties": self.of_kind(kind.value, partial=partial),
                    **least,
                }
            case _:
                return self._compound(kind, partial=partial)

    def _compound(self, kind: Kind, *, partial: bool) -> Schema:
        match kind:
            case Wrap():
                return self.of_kind(kind.kind, partial=partial)
            case Later():
                return self.of_kind(kind.kind(), partial=partial)
            case ByShape() | ByKey() | Assumable():
                return self._union(kind, partial=partial)
            case Partial():
                return self._part(kind)
        raise AssertionError(f"{kind} is written with the mapping around it")

    def _union(self, kind: ByShape | ByKey | Assumable, *, partial: bool) -> Schema:
        name = self._named.get((id(kind), partial))
        if name is None:
            name = f"{'assumed' if isinstance(kind, Assumable) else 'union'}-{len(self._named) + 1}"
            self._named[id(kind), partial] = name
            match kind:
                case ByShape():
                    self.definitions[name] = self._by_shape(kind, partial=partial)
                case ByKey():
                    self.definitions[name] = self._by_key(kind, partial=partial)
                case Assumable():
                    self.definitions[name] = self._assumable(kind, partial=partial)
        return {"$ref": f"#/$defs/{name}"}

    def _struct(self, kind: Struct, *, partial: bool) -> Schema:
        whole = self.of_class(kind.of, partial=partial)
        if not kind.shorthand:
            return whole
        short = self.of_kind(plan(kind.of).rows[kind.shorthand].entry.kind, partial=partial)
        return {"if": {"type": "object"}, "then": whole, "else": short}

    def _by_shape(self, kind: ByShape, *, partial: bool) -> Schema:
        shapes = {
            "string": kind.text,
            "number": kind.number,
            "boolean": kind.boolean,
            "array": kind.sequence,
            "object": kind.mapping,
            "null": kind.null,
        }
        allowed = {name: part for name, part in shapes.items() if part is not None}
        return {
            "type": list(allowed),
            "allOf": [
                {"if": {"type": name}, "then": self.of_kind(part, partial=partial)} for name, part in allowed.items()
            ],
        }

    def _by_key(self, kind: ByKey, *, partial: bool) -> Schema:
        if "%" in kind.keys and kind.otherwise is not None:
            percent, other = (
                self.of_kind(kind.keys["%"], partial=partial),
                self.of_kind(kind.otherwise, partial=partial),
            )
            return {"if": {"type": "string", "pattern": PERCENT}, "then": percent, "else": other}
        schema: Schema = (
            self.of_kind(kind.otherwise, partial=partial)
            if kind.otherwise is not None
            else {"anyOf": [{"required": [key]} for key in kind.keys]}
        )
        for key, part in reversed(list(kind.keys.items())):
            schema = {"if": {"required": [key]}, "then": self.of_kind(part, partial=partial), "else": schema}
        return {"type": "object", **schema}

    def _assumable(self, kind: Assumable, *, partial: bool) -> Schema:
        inner = self.of_kind(kind.kind, partial=partial)
        stated = {
            "type": "object",
            "required": ["value"],
            "properties": {
                "value": inner,
                "range": {"type": "array", "items": inner, "minItems": 2, "maxItems": 2},
                "source": {"type": "string", "pattern": "^(measured$|assumed$|cited: |$)"},
            },
            "additionalProperties": False,
        }
        return {"if": {"type": "object"}, "then": stated, "else": inner}

    def _part(self, kind: Partial) -> Schema:
        properties = {key: self._property(row, partial=True) for key, row in partial_rows(kind).items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def _exactly_one(keys: tuple[str, ...], *, required: bool) -> list[Schema]:
    """One of the keys: each key that is present rules the others out."""
    rules: list[Schema] = [
        {"if": {"required": [key]}, "then": {"properties": {other: False for other in keys if other != key}}}
        for key in keys
        if len(keys) > 1
    ]
    if required:
        rules.append({"anyOf": [{"required": [key]} for key in keys]})
    return rules


def _number(kind: Integer | Number) -> Schema:
    schema: Schema = {"type": "integer" if isinstance(kind, Integer) else "number"}
    if kind.low is not None:
        schema["minimum"] = kind.low
    if kind.high is not None:
        schema["maximum"] = kind.high
    return schema


def _first_line(of: type[Any]) -> str:
    return (of.__doc__ or "").partition("\n")[0]


def _plain_default(value: object) -> object:
    """A default as an author would write it, where that is short."""
    if isinstance(value, (bool, int, str)) and value != "":
        return value
    return None


def _text(pattern: str) -> Callable[[], Schema]:
    return lambda: {"type": "string", "pattern": f"^(?:{pattern})$"}


def _fixed(schema: Mapping[str, Any]) -> Callable[[], Schema]:
    return lambda: dict(schema)


_SINGLE = ["string", "number", "boolean", "null"]
_PLAIN: Mapping[Plain, Callable[[], Schema]] = {
    Plain.TEXT: _fixed({"type": ["string", "number"]}),
    Plain.NAME: _text(leaves.NAME_PATTERN),
    Plain.LABEL: _text(leaves.LABEL_PATTERN),
    Plain.BOOLEAN: _fixed({"type": "boolean"}),
    Plain.DURATION: _text(leaves.DURATION_PATTERN),
    Plain.SHARE: _fixed(
        {"type": ["string", "number"], "pattern": f"^(?:{leaves.SHARE_PATTERN})$", "minimum": 0, "maximum": 1}
    ),
    Plain.MONEY: _fixed({"type": "number"}),
    Plain.CONDITION: _fixed({"type": ["string", "boolean"], "pattern": r"\S"}),
    Plain.EXPRESSION: _fixed({"type": ["string", "number", "boolean"], "pattern": r"\S"}),
    Plain.FIELD: _text(leaves.FIELD_PATTERN),
    Plain.DATE: _text("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    Plain.TIME_OF_DAY: _text(leaves.TIME_PATTERN),
    Plain.WINDOW: _text(f"({leaves.TIME_PATTERN})-({leaves.TIME_PATTERN})"),
    Plain.WEEKDAYS: _fixed(
        {
            "type": ["string", "array"],
            "pattern": f"^(?:{leaves.DAYS_PATTERN})$",
            "items": {"type": "string", "pattern": f"^(?:{leaves.ONE_DAY_PATTERN})$"},
            "minItems": 1,
        }
    ),
    Plain.WEEKDAY: _fixed({"type": "string", "enum": list(leaves.WEEKDAY_NAMES)}),
    Plain.ZONE: _fixed(FILLED),
    Plain.ZONE_CHOICE: _fixed(FILLED),
    Plain.COUNTRY: _text(COUNTRY_PATTERN),
    Plain.LOCALE: _text(LOCALE_PATTERN),
    Plain.MOMENT: _fixed(FILLED),
    Plain.PRECISION: _text(leaves.PRECISION_PATTERN),
    Plain.SCALAR: _fixed({"type": [*_SINGLE, "array"], "items": {"type": _SINGLE}}),
    Plain.ANYTHING: _fixed({}),
    Plain.NULL: _fixed({"type": "null"}),
}


def all_schemas() -> Mapping[str, Schema]:
    """Every schema by document kind."""
    return {kind: document_schema(kind) for kind in DOCUMENT_KINDS}
