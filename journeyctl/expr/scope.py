"""What a condition may talk about: the fields of the profile, the names of the workspace, what is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from journeyctl.expr.syntax import Expression, GroupField, History, InAudience, Name

_ALIAS, _NEAREST = "account.", "clinic."


def field_path(path: str) -> str:
    """The path under which a field is declared: what `account.` names belongs to the clinic."""
    return _NEAREST + path[len(_ALIAS) :] if path.startswith(_ALIAS) else path


class Type(Enum):
    """The types of the profile, and those that only expressions have."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    COUNTRY = "country"
    LOCALE = "locale"
    ZONE = "zone"
    DATE = "date"
    DATE_TIME = "date-time"
    DURATION = "duration"
    LIST_OF_TEXT = "list of text"
    LIST = "list"
    """Any other list, such as `[1, 2]`."""
    UNKNOWN = "unknown"
    """The literal null, and what follows a mistake: compatible with everything."""

    @property
    def sort(self) -> str:
        """What decides whether two types compare: the sorts of `journeyctl.expr.values`, or `unknown`."""
        return _SORTS.get(self, self.value)


_SORTS = {
    Type.INTEGER: "number", Type.NUMBER: "number", Type.MONEY: "number",
    Type.TEXT: "text", Type.COUNTRY: "text", Type.LOCALE: "text", Type.ZONE: "text",
    Type.LIST_OF_TEXT: "list",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A type, and for text the values that can occur; without any, all can."""

    type: Type
    values: tuple[str, ...] = ()


BUILT_IN: Mapping[str, Field] = {
    "score": Field(Type.NUMBER),
    "fit": Field(Type.TEXT),
    "lead.open": Field(Type.BOOLEAN),
    "lead.age": Field(Type.DURATION),
    "lead.outcome": Field(Type.TEXT, ("accepted", "rejected", "recycled", "unreachable", "expired")),
    "lead.reason": Field(Type.TEXT),
    "journey.entered_at": Field(Type.DATE_TIME),
    "item.tags": Field(Type.LIST_OF_TEXT),
}
"""Names that every workspace has. The texts of an item come from the workspace, see `Scope.field`."""
GROUP_FIELD_TYPES: Mapping[str, Field] = {
    "completeness": Field(Type.NUMBER),
    "ready": Field(Type.BOOLEAN),
    "missing_roles": Field(Type.LIST_OF_TEXT),
    "my_role": Field(Type.TEXT),
}
PROFILE_ROOTS = frozenset({"contact", "clinic", "hospital", "umbrella"})
ALL_ROOTS = PROFILE_ROOTS | {"score", "fit", "lead", "journey", "item", "group"}
_ITEM_NAMES = {"item.name": "items", "item.topic": "topics", "item.level": "levels", "item.line": "lines"}
Names = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The names a condition can use where it stands.

    `fields` holds the profile by path (`contact.role`, `clinic.last_purchase`); it may also narrow a
    built-in name, such as `fit` by its grades. A set of names that is `None` is not known and not
    checked; an empty one has no member. `roots` are the first words at hand: leave out `item` or
    `group` where there is none.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    items: Names = None
    topics: Names = None
    levels: Names = None
    lines: Names = None
    journeys: Names = None
    audiences: Names = None
    groups: Names = None
    roots: frozenset[str] = ALL_ROOTS

    def field(self, path: str) -> Field | None:
        """What a dotted name stands for, or `None` if nothing has this name here."""
        if path.split(".", 1)[0] not in self.roots:
            return None
        known = self.fields.get(path) or BUILT_IN.get(path)
        if known is None and path in _ITEM_NAMES:
            return Field(Type.TEXT, tuple(sorted(getattr(self, _ITEM_NAMES[path]) or ())))
        return known

    def paths(self) -> tuple[str, ...]:
        """All names that `field` knows, for suggestions."""
        every = {*self.fields, *BUILT_IN, *_ITEM_NAMES}
        return tuple(sorted(path for path in every if path.split(".", 1)[0] in self.roots))

    def names(self, kind: str) -> Names:
        """The known names of one kind: `item`, `topic`, `level`, `line`, `journey`, `audience` or `group`."""
        names: Names = getattr(self, f"{kind}s")
        return names

    def kind_of(self, name: str) -> str | None:
        """The kind that has this kebab-case name, if any has."""
        kinds: Iterable[str] = ("item", "topic", "level", "line", "journey", "audience", "group")
        return next((kind for kind in kinds if name in (self.names(kind) or ())), None)


class ProblemKind(Enum):
    """What sort of mistake a checked condition holds."""

    UNKNOWN_NAME = "unknown_name"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_TEXT = "unknown_text"
    DATE_MIX = "date_mix"
    PATTERN = "pattern"
    HYPHEN = "hyphen"
    ALWAYS_TRUE = "always_true"
    ALWAYS_FALSE = "always_false"


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a condition that reads well: the fact, its place in the text, the next move."""

    kind: ProblemKind
    message: str
    start: int
    end: int
    help: str = ""
    replacement: str | None = None
    """What the place should read instead, where that is known."""


Key = Name | History | GroupField | InAudience


def is_key(expression: Expression) -> bool:
    """True for the leaves whose worth only the moment tells."""
    return isinstance(expression, (Name, History, GroupField, InAudience))
