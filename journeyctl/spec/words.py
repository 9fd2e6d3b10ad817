"""Values and kinds of values in the words of those who write specifications."""

from __future__ import annotations

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
    Special,
    Struct,
    Verbs,
    Wrap,
    rows,
)
from journeyctl.spec.nearest import listed

_REFERENCED = {
    "journey_test": "test",
    "buying_group": "buying group",
    "catalog": "content house",
    "send": "send step or item",
}


def shown(value: object) -> str:
    """A value as messages show it: what it is and, where it is short, itself."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"'{value if len(value) <= 60 else value[:57] + '...'}'"
        case list():
            return "a list"
        case _:
            return "a mapping"


def words(kind: Kind) -> str:
    """What a kind of value is, with an article: `a duration such as 7d`."""
    match kind:
        case Plain():
            return kind.value
        case Reference():
            name = _REFERENCED.get(kind.to, kind.to.replace("_", " "))
            return f"the name of {'an' if name[0] in 'aeio' else 'a'} {name}"
        case Integer() | Number():
            return _number_words(kind)
        case Choice():
            return listed(kind.values)
        case ListOf():
            return f"a list of {_plural(kind.item)}"
        case MappingOf() | Others():
            return "a mapping of names to values"
        case Struct():
            return words_of_keys(kind)
        case _:
            return _words_of_union(kind)


def _words_of_union(kind: Kind) -> str:
    match kind:
        case Wrap() | Assumable():
            return words(kind.kind)
        case Later():
            return words(kind.kind())
        case ByShape():
            kinds = (kind.text, kind.number, kind.boolean, kind.sequence, kind.mapping)
            return listed(dict.fromkeys(words(part) for part in kinds if part is not None))
        case ByKey():
            keys = [f"{{{key}: ..}}" for key in kind.keys if key != "%"]
            return listed([*keys, *([words(kind.otherwise)] if kind.otherwise else [])])
        case Verbs():
            return listed(kind.kinds)
        case Special():
            return kind.value
        case _:
            return "a mapping"


def words_of_keys(kind: Struct) -> str:
    """A mapping described by its required keys, else by its first ones."""
    table = [row for row in rows(kind.of) if not isinstance(row.entry.kind, (Special, Others, Partial))]
    required = [row.key for row in table if row.required]
    return f"a mapping with {listed(required or [row.key for row in table[:4]], 'and')}"


def _number_words(kind: Integer | Number) -> str:
    noun = "a whole number" if isinstance(kind, Integer) else "a number"
    if kind.low is not None and kind.high is not None and kind.high < 10**9:
        return f"{noun} from {kind.low} to {kind.high}"
    return f"{noun} of at least {kind.low}" if kind.low is not None else noun


def _plural(kind: Kind) -> str:
    match kind:
        case Plain.NAME | Plain.LABEL | Reference():
            return "names"
        case Plain.TEXT:
            return "texts"
        case Plain.DURATION:
            return "durations such as 7d"
        case Plain.DATE:
            return "dates such as 2026-01-05"
        case Plain.COUNTRY:
            return "country codes such as US"
        case Integer() | Number():
            return "numbers"
        case Choice():
            return words(kind)
        case _:
            return "entries"
