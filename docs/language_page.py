"""The reference page of the language, made from the field table of `journeyctl.model`. Imported by `generate.py`."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

from markdown_text import listed, table

from journeyctl.model.document import Document, Governed
from journeyctl.model.fields import (
    Assumable,
    ByKey,
    ByShape,
    Choice,
    Exclusive,
    Kind,
    Later,
    ListOf,
    MappingOf,
    Others,
    Partial,
    Plain,
    Row,
    Special,
    Struct,
    Verbs,
    Wrap,
    rows,
)
from journeyctl.model.parameters import PARAMETERS
from journeyctl.model.population import VALUE
from journeyctl.model.specification import DOCUMENT_KINDS, DocumentKind
from journeyctl.model.values import BUILT_IN_EVENTS, WEEKDAYS, Assumed, ZoneChoice
from journeyctl.spec.inherit import BASE_KEYS
from journeyctl.spec.leaves import WEEKDAY_NAMES
from journeyctl.spec.words import words
from journeyctl.units import Duration


def language_page() -> str:
    """The whole page."""
    return _Language().text()


class _Language:
    """The language page: one chapter per document kind, one section per mapping, in the order of first use."""

    def __init__(self) -> None:
        self._chapters: dict[type[Any], str] = {kind.of: kind.name for kind in DOCUMENT_KINDS.values()}
        self._titles: dict[type[Any], str] = dict(self._chapters)
        self._waiting: list[type[Any]] = []

    def text(self) -> str:
        parts = [_LANGUAGE_HEAD, self._values(), *self._sections()]
        for kind in DOCUMENT_KINDS.values():
            parts += [*self._chapter(kind), *self._sections()]
        return "\n\n".join(parts)

    def _sections(self) -> Iterator[str]:
        """The mappings that were linked and have not been described."""
        while self._waiting:
            of = self._waiting.pop(0)
            yield f"### {self._titles[of]}\n\n{_docstring(of)}\n\n{self._keys(of)}"

    def _values(self) -> str:
        values = table(("value", "is"), ((_plain_name(kind), kind.value) for kind in Plain))
        shared = table(_HEADS, (line for row in rows(Governed) for line in self._lines(row)))
        spread = table(("written as", "means"), self._field_values())
        return _VALUES.format(values=values, shared=shared, field_values=spread)

    def _field_values(self) -> Iterator[tuple[str, str]]:
        """Every shape of a field value: those of text, then those of mappings, told apart by a key or none."""
        for shape in (VALUE.text, VALUE.mapping):
            assert isinstance(shape, ByKey), "texts and mappings are told apart"
            for kind in (*(part for key, part in shape.keys.items() if key != "value"), shape.otherwise):
                if kind is not None:
                    yield self._type(kind), _docstring(_class_of(kind))

    def _chapter(self, kind: DocumentKind) -> Iterator[str]:
        place = kind.place if kind.single else f"{kind.place}/*.yaml"
        path = kind.plural if kind.single else f"{kind.plural}.<name>"
        module = (sys.modules[kind.of.__module__].__doc__ or "").partition("\n")[0]
        yield f"## {kind.name}\n\n{module}\n\nFile: `{place}`. Paths begin with `{path}.`"
        if kind.name in BASE_KEYS:
            base = BASE_KEYS[kind.name]
            yield f"With `{base}`, every other key is optional: what is left out comes from the document named there."
        yield self._keys(kind.of)
        if kind.name == "profile":
            yield f"Events that need no declaration: {', '.join(f'`{event}`' for event in BUILT_IN_EVENTS)}."
        if kind.name == "behaviour":
            lines = ((f"`{name}`", unit, meaning) for name, (unit, meaning) in PARAMETERS.items())
            yield f"### parameters of responses\n\n{table(('name', 'unit', 'meaning'), lines)}"

    def _keys(self, of: type[Any]) -> str:
        shared = [base for base in (Document, Governed) if issubclass(of, base)]
        known = {id(row.entry) for base in shared for row in rows(base)}
        own = [row for row in rows(of) if id(row.entry) not in known]
        parts = [table(_HEADS, (line for row in own for line in self._lines(row)))] if own else []
        parts += [_rule_between(rule) for rule in of.exclusive]
        if shared:
            more = ", and `overridable`" if Document in shared else ""
            parts.append(f"Besides: [shared keys](#shared-keys){more}.")
        return "\n\n".join(parts)

    def _lines(self, row: Row) -> Iterator[tuple[str, ...]]:
        kind, entry = row.entry.kind, row.entry
        example = "" if entry.example is None else f"`{_written(entry.example)}`"
        if isinstance(kind, Verbs):
            for verb, value in kind.kinds.items():
                yield f"`{verb}`", self._type(value), "one of these", _docstring(_class_of(value)), ""
            return
        key = f"`{row.key}`"
        match kind:
            case Others():
                key = "any other"
            case Partial() if kind.beside:
                key = "any other"
        need = "**required**" if row.required else _default(row)
        text = f"{entry.title}: {entry.description}" if entry.title else entry.description
        if kind is not Special.KEY:
            yield key, self._type(kind), need, text, example

    def _type(self, kind: Kind) -> str:  # noqa: C901  (one case per kind: the list is the point)
        match kind:
            case ByShape() if kind is VALUE:
                return "[field value](#field-values)"
            case Plain():
                return f"[{_plain_name(kind)}](#values)"
            case Struct():
                short = f", or its `{kind.shorthand}` alone" if kind.shorthand else ""
                return self._link(kind.of) + short
            case ListOf():
                return f"list of {_bounds(kind.least, kind.most)}{self._type(kind.item)}"
            case MappingOf():
                return f"mapping from {self._type(kind.key)} to {self._type(kind.value)}"
            case Others():
                return self._type(kind.value)
            case Wrap():
                return self._type(kind.kind)
            case Later():
                return self._type(kind.kind())
            case Assumable():
                return f"{self._type(kind.kind)} ([assumable](#assumable-numbers))"
            case ByShape():
                parts = (kind.text, kind.number, kind.boolean, kind.sequence, kind.mapping, kind.null)
                return listed(self._type(part) for part in parts if part is not None)
            case ByKey():
                # `value` marks the long form of an assumable number, which its type says already.
                kinds = [part for key, part in kind.keys.items() if key != "value"]
                return listed(map(self._type, kinds if kind.otherwise is None else [*kinds, kind.otherwise]))
            case Partial():
                without = listed((f"`{key}`" for key in kind.without), "and")
                return f"keys of {self._link(kind.of())} other than {without}"
            case Choice():
                return listed(f"`{value}`" for value in kind.values)
            case _:
                return words(kind).removeprefix("the ").removeprefix("a ")

    def _link(self, of: type[Any]) -> str:
        if of not in self._titles:
            title = re.sub(r"(?<!^)(?=[A-Z])", " ", of.__name__).lower()
            if title in self._titles.values():
                raise ValueError(f"two sections of the language page would be called '{title}'")
            self._titles[of] = title
            self._waiting.append(of)
        title = self._titles[of]
        return f"[{title}](#{title.replace(' ', '-')})"


_HEADS = ("key", "value", "default", "says", "example")
_LANGUAGE_HEAD = """# The language

One YAML document per file; its `kind` says which chapter holds. A key that is not listed is an error. Names are unique
per kind and are the only references between files. A dash under *default* means that nothing stands in for a key left
out. The same tables as JSON Schemas, for editors: `journeyctl schema KIND`."""
_VALUES = """## values

{values}

### assumable numbers

Instead of the bare number a mapping may say what is known about it:
`{{value: 35%, range: [25%, 45%], source: assumed}}`. `source` is `measured`, `assumed` or `cited: ..`; reports list
what was assumed.

### field values

How the values of a field are spread over the population.

{field_values}

### shared keys

Documents, and some of their parts, say who answers for them. Documents also have `overridable`: the paths within them
that overlays may set.

{shared}"""


def _plain_name(kind: Plain) -> str:
    return kind.name.lower().replace("_", " ")


def _class_of(kind: Kind) -> type[Any]:
    """The class that a verb's value becomes, whatever its shape."""
    match kind:
        case Struct() | Wrap():
            return kind.of
        case ByShape() if kind.mapping is not None:
            return _class_of(kind.mapping)
    raise AssertionError(f"{kind} makes no single class")


def _docstring(of: type[Any]) -> str:
    return " ".join(inspect.cleandoc(of.__doc__ or "").partition("\n\n")[0].split())


def _bounds(least: int, most: int | None) -> str:
    if most is not None:
        return f"{most} x " if least == most else f"{least} to {most} x "
    return "at least one " if least == 1 else f"at least {least} x " if least else ""


def _rule_between(rule: Exclusive) -> str:
    keys = listed((f"`{key}`" for key in rule.keys), "and")
    if len(rule.keys) == 1:
        return f"Written as a mapping, {keys} must be there."
    return f"{'Exactly' if rule.required else 'At most'} one of {keys}."


def _default(row: Row) -> str:
    kind = row.entry.kind
    inner = kind.kind if isinstance(kind, Assumable) else kind
    value = row.default.value if isinstance(row.default, Assumed) else row.default
    match value:
        case ZoneChoice(of_contact=True):
            return "`contact`"
        case Duration():
            return f"`{value}`"
        case tuple() if inner is Plain.WEEKDAYS:
            return f"`{WEEKDAYS[value[0]]}-{WEEKDAYS[value[-1]]}`"
        case int() if inner is Plain.WEEKDAY:
            return f"`{WEEKDAY_NAMES[value]}`"
        case int() if inner is Plain.TIME_OF_DAY:
            return f"`{value // 3_600:02}:{value // 60 % 60:02}`"
        case float() if inner is Plain.SHARE:
            return f"`{value:.0%}`"
        case float():
            return f"`{value:g}`"
        case bool() | int():
            return f"`{str(value).lower()}`"
        case str() | tuple() if value:
            return f"`{_written(value)}`"
        case _:
            return "-"


def _written(value: object) -> str:
    """A value as an author would write it on one line."""
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {_written(part)}' for key, part in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
        case bool():
            return str(value).lower()
        case str() if re.search(r"[:,\[\]{}#]", value) and "://" not in value:
            return f"'{value}'"
        case _:
            return str(value)
