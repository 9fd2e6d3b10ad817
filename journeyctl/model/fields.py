"""The field table: what each key of each document holds, in words and in type.

Every dataclass of this package attaches one `Entry` to each field that an author can write. The
decoder, the JSON Schemas, the language reference and the archetype paths are all made from these
entries, so that a key is described once. A field without an entry is filled in by the product.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, TypeAlias, TypeVar, dataclass_transform


class Plain(Enum):
    """Kinds of scalar values that need no parameters; the value is the word used in messages."""

    TEXT = "text"
    NAME = "a name in lower-kebab-case"
    LABEL = "a name of letters, digits, '-' and '_'"
    BOOLEAN = "true or false"
    DURATION = "a duration such as 30min, 48h, 7d, 2bd or 3mo"
    SHARE = "a share such as 25% or 0.25"
    MONEY = "an amount of money in the workspace currency"
    CONDITION = "a condition"
    EXPRESSION = "an expression"
    FIELD = "a field such as contact.role"
    DATE = "a date such as 2026-01-05"
    TIME_OF_DAY = 'a time of day such as "09:00"'
    WINDOW = 'a stretch of the day such as "09:00-16:00"'
    WEEKDAYS = "weekdays such as mon-fri"
    WEEKDAY = "a weekday such as monday"
    ZONE = "a time zone such as Europe/Berlin"
    ZONE_CHOICE = "a time zone, or 'contact' with a fallback such as contact | Europe/Berlin"
    COUNTRY = "a country code such as US"
    LOCALE = "a locale such as en-US"
    MOMENT = 'a weekday and time such as "tue 09:00", or an expression that gives a date'
    PRECISION = "a half-width such as 1pp or 5%"
    SCALAR = "a single value or a list of values"
    ANYTHING = "any value"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of something that is declared elsewhere."""

    to: str
    """What is named: a document kind, or `audience`, `item`, `step`, `event`, `purpose`, `team` and so on."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between two bounds, both allowed."""

    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds, both allowed."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few fixed words."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; decoded to a tuple."""

    item: Kind
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class MappingOf:
    """Free keys of one kind with values of one kind; decoded to a mapping in the written order."""

    key: Kind
    value: Kind
    least: int = 0
    whole: bool = False
    """Replaced whole, not merged by name, where a document or case starts from another."""


@dataclass(frozen=True, slots=True)
class Struct:
    """A mapping with the keys that the class declares; with `shorthand`, any other shape stands for that key."""

    of: type[Any]
    shorthand: str = ""


@dataclass(frozen=True, slots=True)
class Wrap:
    """A value of another shape, kept in one attribute of a class: `end: completed` becomes `End(label="completed")`."""

    of: type[Any]
    attribute: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class ByShape:
    """A union told apart by the shape of the value; a shape without a kind is not allowed."""

    text: Kind | None = None
    number: Kind | None = None
    boolean: Kind | None = None
    sequence: Kind | None = None
    mapping: Kind | None = None
    null: Kind | None = None


@dataclass(frozen=True, slots=True)
class ByKey:
    """A union of mappings told apart by the first of these keys that is present."""

    keys: Mapping[str, Kind]
    otherwise: Kind | None = None


@dataclass(frozen=True, slots=True)
class Assumable:
    """A number, share, amount or duration, or `{value, range, source}`; decoded to `Assumed`."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Later:
    """A kind that is named before it is defined, for values that nest in themselves."""

    kind: Callable[[], Kind]


@dataclass(frozen=True, slots=True)
class Verbs:
    """Exactly one of these keys stands in the mapping; its decoded value goes into the field."""

    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Others:
    """All keys that the class does not name, as a mapping of one kind of value."""

    key: Kind
    value: Kind


@dataclass(frozen=True, slots=True)
class Partial:
    """Keys of another class, each optional; checked, but kept as written, to be merged later.

    `beside` puts these keys into the same mapping as the owner's own; else they form a mapping of their own.
    """

    of: Callable[[], type[Any]]
    without: tuple[str, ...] = ()
    beside: bool = False


class Special(Enum):
    """Fields that are filled from the surroundings of the mapping."""

    KEY = "the key under which the mapping stands"


Kind: TypeAlias = (
    Plain
    | Reference
    | Integer
    | Number
    | Choice
    | ListOf
    | MappingOf
    | Struct
    | Wrap
    | ByShape
    | ByKey
    | Assumable
    | Later
    | Verbs
    | Others
    | Partial
    | Special
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the field table."""

    kind: Kind
    description: str
    """What the key says, with its unit; one or two plain sentences."""
    key: str = ""
    """The key in the file where it differs from the attribute's name."""
    title: str = ""
    example: object = None


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Of these keys exactly one stands in the mapping, or at most one where `required` is false."""

    keys: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """An entry together with what its dataclass says about it."""

    attribute: str
    key: str
    entry: Entry
    required: bool
    default: object
    """The default in decoded form; `None` where the key is required."""


_METADATA = "entry"


def about(kind: Kind, description: str, *, key: str = "", title: str = "", example: object = None) -> dict[str, Entry]:
    """The metadata of a dataclass field: one row of the field table."""
    return {_METADATA: Entry(kind=kind, description=description, key=key, title=title, example=example)}


class Spelled:
    """Base of every class that authors write as a mapping: immutable, compared by value, one slot per field.

    It does what frozen dataclasses do, but once for all classes. Dataclasses write and compile six methods
    for each class, which cost 60 ms at every start of the product (130 classes, 0.6 against 0.1 ms each).
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    exclusive: ClassVar[tuple[Exclusive, ...]] = ()
    """Rules between the keys of the mapping."""
    _layout: ClassVar[tuple[tuple[str, object, Callable[[], object] | None], ...]] = ()
    """Name, default and maker of the default of each field, in order."""

    def __init__(self, **values: object) -> None:
        for name, default, make in self._layout:
            if name in values:
                value = values.pop(name)
            elif make is not None:
                value = make()
            elif default is dataclasses.MISSING:
                raise TypeError(f"{type(self).__name__} needs '{name}'")
            else:
                value = default
            object.__setattr__(self, name, value)
        if values:
            raise TypeError(f"{type(self).__name__} has no field '{next(iter(values))}'")

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name, _, _ in self._layout)

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field '{name}'")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field '{name}'")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Spelled) or type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name, _, _ in self._layout)
        return f"{type(self).__name__}({shown})"

    def __getstate__(self) -> tuple[object, ...]:
        return self._values()

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for (name, _, _), value in zip(self._layout, state, strict=True):
            object.__setattr__(self, name, value)


def values_of(spelled: Spelled) -> tuple[object, ...]:
    """The values of all fields, in their order; `dataclasses.fields` would take ten times as long."""
    return spelled._values()


SpelledT = TypeVar("SpelledT", bound=Spelled)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(dataclasses.field,))
def spelled(of: type[SpelledT]) -> type[SpelledT]:
    """Makes a class of named fields out of annotations, as `dataclass` does; `replace` and `fields` work on it."""
    made = dataclass(slots=True, kw_only=True, init=False, repr=False, eq=False, match_args=False)(of)
    made._layout = tuple(
        (field.name, field.default, None if field.default_factory is dataclasses.MISSING else field.default_factory)
        for field in dataclasses.fields(made)
    )
    return made


_ROWS: dict[type[Any], tuple[Row, ...]] = {}
"""Field tables that were asked for before."""


def rows(of: type[Any]) -> tuple[Row, ...]:
    """The field table of one class, in the order of the reference page."""
    if of not in _ROWS:
        _ROWS[of] = _rows(of)
    return _ROWS[of]


def _rows(of: type[Any]) -> tuple[Row, ...]:
    found = []
    for field in dataclasses.fields(of):
        entry = field.metadata.get(_METADATA)
        if entry is None:
            continue
        has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        default = field.default if field.default is not dataclasses.MISSING else None
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        found.append(
            Row(
                attribute=field.name,
                key=entry.key or field.name,
                entry=entry,
                required=not has_default,
                default=default,
            )
        )
    return tuple(found)
