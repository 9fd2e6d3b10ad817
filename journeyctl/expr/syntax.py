"""The tree of a condition: a closed set of frozen nodes, each with its place in the text.

Places are code-point offsets, `end` excluded. They take no part in equality or hashing, so that two
conditions that say the same are the same, wherever they were written.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from enum import Enum

from journeyctl.units import Duration

ROOTS = frozenset(
    {"contact", "clinic", "hospital", "umbrella", "account", "score", "fit", "lead", "journey", "item", "group"}
)
"""First words of every name that a workspace can offer; no variable of `some` or `every` may take one."""


class Comparator(Enum):
    """How two values are compared."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="

    @property
    def is_equality(self) -> bool:
        """True for `=` and `!=`, which need no order between the values."""
        return self in (Comparator.EQUAL, Comparator.UNEQUAL)


class Operator(Enum):
    """The four operations on numbers; plus and minus also move dates and date-times."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    DIVIDED_BY = "/"


class Function(Enum):
    """Functions on values. `date(..)` and `duration(..)` are literals and have nodes of their own."""

    TODAY = "today"
    NOW = "now"
    COUNT = "count"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    MATCHES = "matches"
    LIST_CONTAINS = "list contains"
    IS_DEFINED = "is defined"


class Act(Enum):
    """What a history call counts over the contact's own past."""

    SENDS = "sends"
    OPENS = "opens"
    CLICKS = "clicks"
    VISITS = "visits"
    REQUESTS = "requests"


class Quantifier(Enum):
    """Whether one entry of a list is enough, or all are needed."""

    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Node:
    """What every node has: its place in the text, as code-point offsets."""

    start: int = field(default=0, compare=False, repr=False, kw_only=True)
    end: int = field(default=0, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written, at most 15 digits, so that a float holds it exactly enough to print again."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A text in double quotes, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Null(Node):
    """The literal `null`: the only thing that can be asked whether a value is unknown."""


@dataclass(frozen=True, slots=True)
class DateLiteral(Node):
    """`date("2026-11-21")`."""

    value: datetime.date


@dataclass(frozen=True, slots=True)
class DurationLiteral(Node):
    """`duration("P2Y")`, `duration("PT48H")`; never business days."""

    value: Duration


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`["a", "b"]`, or the bracketed alternatives after `in`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A dotted name such as `contact.role`; `account.` has been read as `clinic.`."""

    parts: tuple[str, ...]

    @property
    def path(self) -> str:
        """The parts joined by dots, as environments and scopes know it."""
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left = right` and its five sisters."""

    left: Expression
    comparator: Comparator
    right: Expression


@dataclass(frozen=True, slots=True)
class And(Node):
    """Two or more terms joined by `and`."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Two or more terms joined by `or`."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not(term)`."""

    term: Expression


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class InRange(Node):
    """`value in [low..high]`, both ends included."""

    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in [a, b]`, or `value in contact.tags`."""

    value: Expression
    options: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left + right` and its three sisters."""

    left: Expression
    operator: Operator
    right: Expression


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-term`; a minus before a number is part of the number instead."""

    term: Expression


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then .. else ..`; an unknown condition takes `else`, as in FEEL."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some x in list satisfies ..` or `every x in list satisfies ..`."""

    quantifier: Quantifier
    variable: str
    collection: Expression
    body: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function applied to as many arguments as it takes; `matches` has a literal pattern."""

    function: Function
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class History(Node):
    """How often the contact did something, e.g. `clicks(topic: "ai", within: duration("P90D"))`."""

    act: Act
    item: Expression | None = None
    topic: Expression | None = None
    level: Expression | None = None
    journey: Expression | None = None
    within: Expression | None = None
    human: Expression | None = None

    @property
    def arguments(self) -> tuple[tuple[str, Expression], ...]:
        """The given arguments with their names, in the order of the fields."""
        named = ((name, getattr(self, name)) for name in HISTORY_ARGUMENTS)
        return tuple((name, value) for name, value in named if value is not None)


HISTORY_ARGUMENTS = ("item", "topic", "level", "journey", "within", "human")
GROUP_FIELDS = ("completeness", "ready", "missing_roles", "my_role")


@dataclass(frozen=True, slots=True)
class GroupField(Node):
    """`group("imaging-ai").completeness`; null for a contact that is no member."""

    group: str
    field: str


@dataclass(frozen=True, slots=True)
class InAudience(Node):
    """`in audience("radiology-heads-us")`."""

    audience: str


Literal = Number | Text | Boolean | Null | DateLiteral | DurationLiteral
Expression = (
    Literal | ListLiteral | Name | Comparison | And | Or | Not | Between | InRange | In | Arithmetic | Negation
    | If | Quantified | Call | History | GroupField | InAudience
)  # fmt: skip
Condition = Expression
"""An expression that answers true, false or null; which one is, only the checker knows."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside, in the order of the text."""
    match expression:
        case And(terms) | Or(terms) | ListLiteral(terms):
            return terms
        case Comparison(left, _, right) | Arithmetic(left, _, right) | In(left, right) | Quantified(_, _, left, right):
            return (left, right)
        case Between(first, second, third) | InRange(first, second, third) | If(first, second, third):
            return (first, second, third)
        case Not(term) | Negation(term):
            return (term,)
        case Call(_, arguments):
            return arguments
        case History():
            return tuple(value for _, value in expression.arguments)
        case _:
            return ()


def depth(expression: Expression) -> int:
    """Levels of the tree; a name or literal alone has one. Safe for trees of any depth."""
    level: tuple[Expression, ...] = (expression,)
    deepest = 0
    while level:
        deepest += 1
        level = tuple(child for node in level for child in children(node))
    return deepest
