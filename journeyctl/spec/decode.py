"""Turns the plain values of a document into the classes of `model`, guided by the field table.

Nothing here knows a single key: what may stand where is said in `model`. Every mistake becomes one
finding with its place; what depends on a wrong value is left out silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from journeyctl.diagnostics import Finding, Fix, Origin, Part
from journeyctl.model.document import Document
from journeyctl.model.fields import (
    Assumable,
    ByKey,
    ByShape,
    Choice,
    Exclusive,
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
    Special,
    Struct,
    Verbs,
    Wrap,
    rows,
)
from journeyctl.model.values import Assumed
from journeyctl.spec.decoding_rules import DecodingRule
from journeyctl.spec.leaves import RefusedError, read_choice, read_number, read_plain, read_reference, spells_share
from journeyctl.spec.nearest import listed, nearest
from journeyctl.spec.words import shown, words

Decoded: TypeAlias = Any
"""What a kind of value decodes to. The field table says it; a type cannot."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A value that came here from another place: by inheritance, an overlay, or a setting."""

    value: object
    origin: Origin


class _Failed:
    """Stands for a value about which a finding has been made."""

    __slots__ = ()


FAILED = _Failed()


@dataclass(frozen=True, slots=True)
class Plan:
    """The field table of one class, sorted for decoding."""

    rows: Mapping[str, Row]
    required: tuple[str, ...]
    verbs: Row | None
    others: Row | None
    partial: Row | None
    key_row: Row | None
    ignored: frozenset[str]
    exclusive: tuple[Exclusive, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """Every key that may stand in the mapping."""
        verbs = tuple(self.verbs.entry.kind.kinds) if self.verbs and isinstance(self.verbs.entry.kind, Verbs) else ()
        beside = tuple(partial_rows(self.partial.entry.kind)) if self.partial else ()
        return (*self.rows, *verbs, *beside)


def partial_rows(kind: Kind) -> Mapping[str, Row]:
    """The keys of another class that a `Partial` lets in."""
    if not isinstance(kind, Partial):
        raise TypeError(f"{kind} is no part of another class")
    return {row.key: row for row in rows(kind.of()) if row.key not in kind.without}


_PLANS: dict[type[Any], Plan] = {}
"""Plans that were asked for before."""


def plan(of: type[Any]) -> Plan:
    """The plan of one class."""
    if of not in _PLANS:
        _PLANS[of] = _plan(of)
    return _PLANS[of]


def _plan(of: type[Any]) -> Plan:
    plain, special = {}, {}
    for row in rows(of):
        kind = row.entry.kind
        if isinstance(kind, (Verbs, Others, Special)) or (isinstance(kind, Partial) and kind.beside):
            special[type(kind)] = row
        else:
            plain[row.key] = row
    return Plan(
        rows=plain,
        required=tuple(key for key, row in plain.items() if row.required),
        verbs=special.get(Verbs),
        others=special.get(Others),
        partial=special.get(Partial),
        key_row=special.get(Special),
        ignored=frozenset(("kind",)) if issubclass(of, Document) else frozenset(),
        exclusive=of.exclusive,
    )


class Decoder:
    """Decodes values and collects what is wrong with them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.references: list[tuple[str, str, Origin, Part]] = []
        """Every name that refers to something: what it names, the name, its place."""
        self._in_part = False
        """Within a part that is merged later: what it leaves out comes from elsewhere."""

    def decode(self, kind: Kind, value: object, origin: Origin) -> Decoded:
        """The decoded value, or `FAILED` after a finding."""
        if isinstance(value, Moved):
            return self.decode(kind, value.value, value.origin)
        try:
            return _DECODERS[kind.__class__](self, kind, value, origin)
        except RefusedError as refused:
            rule = DecodingRule.WRONG_TYPE if refused.is_type else DecodingRule.WRONG_VALUE
            return self._fail(rule, origin, _with_key(origin, refused.message), help=refused.help)

    def _plain(self, kind: Plain, value: object, origin: Origin) -> Decoded:
        return read_plain(kind, value, origin)

    def _choice(self, kind: Choice, value: object, origin: Origin) -> Decoded:
        return read_choice(kind, value)

    def _number(self, kind: Integer | Number, value: object, origin: Origin) -> Decoded:
        return read_number(kind, value)

    def _reference(self, kind: Reference, value: object, origin: Origin) -> str:
        name = read_reference(kind, value)
        self.references.append((kind.to, name, origin, Part.VALUE))
        return name

    def _wrap(self, kind: Wrap, value: object, origin: Origin) -> Decoded:
        inner = self.decode(kind.kind, value, origin)
        return FAILED if inner is FAILED else kind.of(**{kind.attribute: inner, "origin": origin})

    def _later(self, kind: Later, value: object, origin: Origin) -> Decoded:
        return self.decode(kind.kind(), value, origin)

    def _fail(self, rule: DecodingRule, origin: Origin, message: str, *, help: str, part: Part = Part.VALUE) -> _Failed:
        self.findings.append(rule.finding(origin, message, help=help, part=part))
        return FAILED

    def _list(self, kind: ListOf, value: object, origin: Origin) -> Decoded:
        if not isinstance(value, list):
            raise RefusedError(
                f"{shown(value)} is no list", f"write {words(kind)} in square brackets or with dashes", is_type=True
            )
        items = [self.decode(kind.item, item, origin.child(index)) for index, item in enumerate(value)]
        if len(value) < kind.least or (kind.most is not None and len(value) > kind.most):
            raise RefusedError(f"this list has {len(value)} entries", f"write {_count_words(kind.least, kind.most)}")
        return FAILED if FAILED in items else tuple(items)

    def _mapping(self, kind: MappingOf, value: object, origin: Origin) -> Decoded:
        if not isinstance(value, dict):
            raise RefusedError(f"{shown(value)} is no mapping", "write name: value pairs", is_type=True)
        decoded = self._pairs(kind.key, kind.value, value, origin)
        if len(value) < kind.least:
            raise RefusedError("this mapping is empty", f"write {_count_words(kind.least, None)}")
        return decoded

    def _pairs(self, key_kind: Kind, value_kind: Kind, value: Mapping[Any, object], origin: Origin) -> Decoded:
        decoded: dict[str, object] = {}
        whole = True
        for key, item in value.items():
            name = self._key(key_kind, key, origin.child(key))
            content = self.decode(value_kind, item, origin.child(key))
            whole = whole and name is not FAILED and content is not FAILED
            decoded[name] = content
        return decoded if whole else FAILED

    def _key(self, kind: Kind, key: object, origin: Origin) -> Decoded:
        text = key if isinstance(key, str) else str(key).lower()
        try:
            if isinstance(kind, Reference):
                self.references.append((kind.to, read_reference(kind, text), origin, Part.KEY))
                return text
            return _DECODERS[kind.__class__](self, kind, text, origin)
        except RefusedError as refused:
            return self._fail(
                DecodingRule.UNKNOWN_KEY, origin, f"the key {refused.message}", help=refused.help, part=Part.KEY
            )

    def _by_shape(self, kind: ByShape, value: object, origin: Origin) -> Decoded:
        match value:
            case None:
                chosen = kind.null
            case bool():
                chosen = kind.boolean
            case int() | float():
                chosen = kind.number
            case str():
                chosen = kind.text
            case list():
                chosen = kind.sequence
            case _:
                chosen = kind.mapping
        if chosen is None:
            if _is_duration(kind.text):
                return read_plain(Plain.DURATION, value, origin)
            raise RefusedError(f"{shown(value)} cannot stand here", f"write {words(kind)}", is_type=True)
        return self.decode(chosen, value, origin)

    def _by_key(self, kind: ByKey, value: object, origin: Origin) -> Decoded:
        if isinstance(value, str):
            chosen = kind.keys.get("%") if spells_share(value) else kind.otherwise
            if chosen is not None and "%" in kind.keys:
                return self.decode(chosen, value, origin)
        if not isinstance(value, dict):
            raise RefusedError(f"{shown(value)} cannot stand here", f"write {words(kind)}", is_type=True)
        for key, candidate in kind.keys.items():
            if key in value:
                return self.decode(candidate, value, origin)
        if kind.otherwise is not None:
            return self.decode(kind.otherwise, value, origin)
        unknown = [key for key in value if isinstance(key, str)]
        for key in unknown:
            if meant := nearest(key, kind.keys):
                return self._unknown_key(key, meant, origin)
        raise RefusedError(f"a mapping needs one of the keys {listed(kind.keys)}", f"write {words(kind)}")

    def _assumed(self, kind: Assumable, value: object, origin: Origin) -> Decoded:
        if not isinstance(value, dict):
            inner = self.decode(kind.kind, value, origin)
            return FAILED if inner is FAILED else Assumed(inner, origin=origin)
        before = len(self.findings)
        self._check_keys(("value", "range", "source"), ("value",), value, origin)
        inner = self.decode(kind.kind, value["value"], origin.child("value")) if "value" in value else FAILED
        low = high = None
        if "range" in value:
            ends = self.decode(ListOf(kind.kind, least=2, most=2), value["range"], origin.child("range"))
            low, high = (None, None) if ends is FAILED else ends
        source = self._source(value.get("source", ""), origin.child("source"))
        if len(self.findings) > before:
            return FAILED
        return Assumed(inner, low, high, source, origin)

    def _source(self, value: object, origin: Origin) -> str:
        text = value.value if isinstance(value, Moved) else value
        if text == "" or text in ("measured", "assumed") or (isinstance(text, str) and text.startswith("cited: ")):
            return str(text)
        if isinstance(text, dict) and "cited" in text:
            self._fail(
                DecodingRule.WRONG_TYPE,
                origin,
                "'source' is read as a mapping",
                help='write it in quotes: "cited: ..."',
            )
        else:
            self._fail(
                DecodingRule.WRONG_VALUE,
                origin,
                f"{shown(text)} is no source",
                help='write measured, assumed or "cited: ..."',
            )
        return ""

    def _check_keys(
        self, known: tuple[str, ...], required: tuple[str, ...], value: Mapping[Any, object], origin: Origin
    ) -> None:
        missing = [key for key in required if key not in value]
        for key in value:
            if key not in known:
                free = [name for name in known if name not in value]
                meant = nearest(str(key), missing) or nearest(str(key), free)
                if meant in missing:
                    missing.remove(str(meant))
                self._unknown_key(key, meant, origin, known)
        for key in missing:
            self._missing_key(key, origin)

    def _unknown_key(self, key: object, meant: str | None, origin: Origin, known: tuple[str, ...] = ()) -> _Failed:
        if meant:
            message, fix = (
                f"unknown key '{key}'; did you mean '{meant}'?",
                Fix(f"rename it to '{meant}'", meant, safe=True),
            )
            finding = DecodingRule.UNKNOWN_KEY.finding(
                origin.child(str(key)), message, part=Part.KEY, help=f"write {meant}", fix=fix
            )
        else:
            help = f"delete it; here may stand {listed(known)}" if known else "delete it"
            finding = DecodingRule.UNKNOWN_KEY.finding(
                origin.child(str(key)), f"unknown key '{key}'{_within(origin)}", part=Part.KEY, help=help
            )
        self.findings.append(finding)
        return FAILED

    def _missing_key(self, key: str, origin: Origin, row: Row | None = None) -> None:
        example = (
            f", such as {key}: {row.entry.example}" if row and isinstance(row.entry.example, (str, int, float)) else ""
        )
        self._fail(
            DecodingRule.MISSING_KEY,
            origin,
            f"the key '{key}' is missing{_within(origin)}",
            help=f"add {key}{example}",
            part=Part.KEY,
        )

    def _struct(self, kind: Struct, value: object, origin: Origin) -> Decoded:
        table = plan(kind.of)
        if not isinstance(value, dict):
            if not kind.shorthand:
                raise RefusedError(f"{shown(value)} is no mapping", f"write {words(kind)}", is_type=True)
            short = table.rows[kind.shorthand]
            inner = self.decode(short.entry.kind, value, origin)
            return (
                FAILED if inner is FAILED else kind.of(**self._surroundings(table, origin), **{short.attribute: inner})
            )
        before = len(self.findings)
        arguments = self._surroundings(table, origin)
        rest: dict[str, object] = {}
        for key, item in value.items():
            row = table.rows.get(key)
            if row is None:
                if key not in table.ignored:
                    rest[key] = item
                continue
            arguments[row.attribute] = self.decode(row.entry.kind, item, origin.child(key))
        self._rest(table, rest, value, arguments, origin)
        if len(self.findings) == before:
            self._exclusive(table, value, origin)
        if len(self.findings) > before or self._in_part:
            return FAILED
        return kind.of(**arguments)

    def _surroundings(self, table: Plan, origin: Origin) -> dict[str, Any]:
        """What a value gets from its place: the origin, and the key under which it stands."""
        found: dict[str, Any] = {"origin": origin}
        if table.key_row is not None:
            found[table.key_row.attribute] = str(origin.route[-1]) if origin.route else ""
        return found

    def _rest(
        self,
        table: Plan,
        rest: dict[str, object],
        value: Mapping[Any, object],
        arguments: dict[str, Any],
        origin: Origin,
    ) -> None:
        missing = [key for key in table.required if key not in value and not self._in_part]
        if table.others is not None and isinstance(table.others.entry.kind, Others):
            kind = table.others.entry.kind
            arguments[table.others.attribute] = self._pairs(kind.key, kind.value, rest, origin)
            rest = {}
        if table.verbs is not None and isinstance(table.verbs.entry.kind, Verbs):
            self._verb(table.verbs, table.verbs.entry.kind, rest, arguments, origin)
        if table.partial is not None:
            beside = partial_rows(table.partial.entry.kind)
            arguments[table.partial.attribute] = {key: rest[key] for key in rest if key in beside}
            for key in arguments[table.partial.attribute]:
                self._decode_part(beside[key].entry.kind, rest.pop(key), origin.child(key))
        for key in rest:
            free = [name for name in table.known if name not in value]
            meant = nearest(str(key), missing) or nearest(str(key), free)
            if meant in missing:
                missing.remove(str(meant))
            self._unknown_key(key, meant, origin, table.known)
        for key in missing:
            self._missing_key(key, origin, table.rows[key])

    def _verb(self, row: Row, verbs: Verbs, rest: dict[str, object], arguments: dict[str, Any], origin: Origin) -> None:
        present = [key for key in rest if key in verbs.kinds]
        if len(present) == 1:
            verb = present[0]
            arguments[row.attribute] = self.decode(verbs.kinds[verb], rest.pop(verb), origin.child(verb))
        elif present:
            for key in present:
                rest.pop(key)
            names = listed([f"'{key}'" for key in present], "and")
            self._fail(
                DecodingRule.CONFLICTING_KEYS,
                origin.child(present[1]),
                f"this step has the verbs {names}, but a step does one thing",
                help=f"keep '{present[0]}' and move the rest into a step of its own",
                part=Part.KEY,
            )
        elif not self._in_part and not any(nearest(str(key), verbs.kinds) for key in rest):
            self._fail(
                DecodingRule.MISSING_KEY,
                origin,
                "this step does nothing: it has no verb",
                help=f"give it one of {listed(verbs.kinds)}",
            )

    def _exclusive(self, table: Plan, value: Mapping[Any, object], origin: Origin) -> None:
        for rule in table.exclusive:
            present = [key for key in rule.keys if key in value]
            if len(present) > 1:
                names = listed([f"'{key}'" for key in present], "and")
                self._fail(
                    DecodingRule.CONFLICTING_KEYS,
                    origin.child(present[1]),
                    f"{names} exclude each other{_within(origin)}",
                    help=f"keep one of {listed(rule.keys)}",
                    part=Part.KEY,
                )
            elif not present and rule.required and not self._in_part:
                names = listed([f"'{key}'" for key in rule.keys])
                self._fail(
                    DecodingRule.MISSING_KEY, origin, f"the key {names} is missing{_within(origin)}",
                    help=f"add {listed(rule.keys)}", part=Part.KEY,
                )  # fmt: skip

    def _partial(self, kind: Partial, value: object, origin: Origin) -> Decoded:
        if not isinstance(value, dict):
            raise RefusedError(f"{shown(value)} is no mapping", "write a mapping", is_type=True)
        known = partial_rows(kind)
        before = len(self.findings)
        self._check_keys(tuple(known), (), value, origin)
        for key, item in value.items():
            if key in known:
                self._decode_part(known[key].entry.kind, item, origin.child(key))
        return FAILED if len(self.findings) > before else value

    def _decode_part(self, kind: Kind, value: object, origin: Origin) -> None:
        """Checks a value that is merged later; its names are collected once it is."""
        outside, references, self._in_part = self._in_part, len(self.references), True
        self.decode(kind, value, origin)
        self._in_part = outside
        del self.references[references:]


_DECODERS: Mapping[type[Any], Callable[[Decoder, Any, object, Origin], Decoded]] = {
    Plain: Decoder._plain,
    Reference: Decoder._reference,
    Choice: Decoder._choice,
    Integer: Decoder._number,
    Number: Decoder._number,
    Struct: Decoder._struct,
    ListOf: Decoder._list,
    MappingOf: Decoder._mapping,
    Wrap: Decoder._wrap,
    ByShape: Decoder._by_shape,
    ByKey: Decoder._by_key,
    Assumable: Decoder._assumed,
    Later: Decoder._later,
    Partial: Decoder._partial,
}
"""By kind of value; verbs, other keys and the key itself are decoded with the mapping around them."""


def _is_duration(kind: Kind | None) -> bool:
    return kind is Plain.DURATION or (isinstance(kind, (Wrap, Assumable)) and _is_duration(kind.kind))


def _count_words(least: int, most: int | None) -> str:
    if most == least:
        return f"exactly {least}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _within(origin: Origin) -> str:
    """` in 'entry'`, to say in which mapping; nothing at the top of a document."""
    names = [key for key in origin.route if isinstance(key, str)]
    return f" in '{names[-1]}'" if names else ""


def _with_key(origin: Origin, message: str) -> str:
    """The message with the key in front: `'window': the number 7 has no unit`."""
    names = [key for key in origin.route if isinstance(key, str)]
    return f"'{names[-1]}': {message}" if names else message
