"""What a condition answers for one contact at one moment.

A tree becomes one Python function, built from small closures and kept, so that asking it again costs
little. Answers are three-valued: a comparison with an unknown operand is unknown (`None`), only the
literal `null` and `is defined` can ask about that, and only `True` takes a branch. `if` takes `then`
on true and `else` on false and on unknown, as FEEL does. No evaluation ever raises.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import lru_cache
from operator import methodcaller
from typing import Protocol

from journeyctl.expr import values
from journeyctl.expr.patterns import compiled
from journeyctl.expr.syntax import (
    And,
    Arithmetic,
    Between,
    Boolean,
    Call,
    Comparator,
    Comparison,
    DateLiteral,
    DurationLiteral,
    Expression,
    Function,
    GroupField,
    History,
    If,
    In,
    InAudience,
    InRange,
    ListLiteral,
    Name,
    Negation,
    Not,
    Null,
    Number,
    Operator,
    Or,
    Quantified,
    Quantifier,
    Text,
)
from journeyctl.expr.values import Value
from journeyctl.units import Duration


class Environment(Protocol):
    """Where a condition finds what it asks for. All answers concern one contact at one moment."""

    def value(self, path: str) -> Value:
        """The value of a dotted name such as `contact.role`; `None` where it is unknown."""

    def now(self) -> int:
        """The moment, in seconds of UTC."""

    def today(self) -> datetime.date:
        """The date of the moment in the workspace's zone."""

    def history(
        self,
        kind: str,
        *,
        item: str | None,
        topic: str | None,
        level: str | None,
        journey: str | None,
        within: Duration | None,
        human: bool | None,
    ) -> int:
        """How many sends, opens, clicks, visits or requests there were; `None` leaves an argument open.

        `within` reaches back from now, the boundary counts.
        """

    def group(self, name: str, field: str) -> Value:
        """A field of a buying group; `None` for a contact that is no member."""

    def in_audience(self, name: str) -> bool | None:
        """Whether the contact is in an audience, `None` where its condition is unknown."""


Answer = Callable[[Environment], Value]


def holds(answer: Value) -> bool:
    """True for `True` only: false, unknown and values of other types take no branch."""
    return answer is True


@lru_cache(maxsize=8192)
def compile_expression(expression: Expression) -> Answer:
    """The function that answers an expression. Equal trees share one."""
    return _answer(expression)


def _answer(expression: Expression) -> Answer:
    """The closure of one node; `_BUILDERS` knows one builder per class."""
    return _BUILDERS[type(expression)](expression)


def _constant(value: Value) -> Answer:
    return lambda environment: value


def _literal(node: Number | Text | Boolean | DateLiteral | DurationLiteral) -> Answer:
    return _constant(node.value)


def _null(node: Null) -> Answer:
    return _constant(None)


def _name(node: Name) -> Answer:
    # methodcaller saves the frame of a lambda, a third of the time of a simple comparison.
    return methodcaller("value", node.path)


def _list(node: ListLiteral) -> Answer:
    items = tuple(_answer(item) for item in node.items)
    if all(isinstance(item, (Number, Text, Boolean)) for item in node.items):
        return _constant(tuple(item.value for item in node.items if isinstance(item, (Number, Text, Boolean))))
    return lambda environment: tuple(item(environment) for item in items)


# --- truth ---


def _and(node: And) -> Answer:
    terms = tuple(_answer(term) for term in node.terms)

    def answer(environment: Environment) -> Value:
        result: bool | None = True
        for term in terms:
            value = term(environment)
            if value is False:
                return False
            if value is not True:
                result = None
        return result

    return answer


def _or(node: Or) -> Answer:
    terms = tuple(_answer(term) for term in node.terms)

    def answer(environment: Environment) -> Value:
        result: bool | None = False
        for term in terms:
            value = term(environment)
            if value is True:
                return True
            if value is not False:
                result = None
        return result

    return answer


def _not(node: Not) -> Answer:
    term = _answer(node.term)

    def answer(environment: Environment) -> Value:
        value = term(environment)
        return not value if value is True or value is False else None

    return answer


def _if(node: If) -> Answer:
    condition, then, otherwise = _answer(node.condition), _answer(node.then), _answer(node.otherwise)
    return lambda environment: then(environment) if condition(environment) is True else otherwise(environment)


class _Bound:
    """An environment in which the variable of `some` or `every` has a value; all else passes through."""

    __slots__ = ("_name", "_outer", "_value", "group", "history", "in_audience", "now", "today")

    def __init__(self, name: str, outer: Environment) -> None:
        self._name, self._outer = name, outer
        self._value: Value = None
        self.now, self.today, self.history = outer.now, outer.today, outer.history
        self.group, self.in_audience = outer.group, outer.in_audience

    def bind(self, value: Value) -> _Bound:
        self._value = value
        return self

    def value(self, path: str) -> Value:
        return self._value if path == self._name else self._outer.value(path)


def _quantified(node: Quantified) -> Answer:
    collection, body, variable = _answer(node.collection), _answer(node.body), node.variable
    # `some` looks for a true entry and is false without one, `every` the other way round.
    decisive = node.quantifier is Quantifier.SOME

    def answer(environment: Environment) -> Value:
        entries = collection(environment)
        if not isinstance(entries, tuple):
            return None
        result: bool | None = not decisive
        bound = _Bound(variable, environment)
        for entry in entries:
            value = body(bound.bind(entry))
            if value is decisive:
                return decisive
            if value is not True and value is not False:
                result = None
        return result

    return answer


# --- comparisons ---


def _comparison(node: Comparison) -> Answer:
    if isinstance(node.right, Null):
        return _null_test(node.left, node.comparator)
    if isinstance(node.left, Null):
        return _null_test(node.right, node.comparator)
    left, comparator = _answer(node.left), node.comparator
    match node.right, comparator.is_equality:
        case Text(value), True:
            return _equal_to_text(left, comparator, value)
        case Number(value), False:
            return _ordered_with_number(left, comparator, value)
    right = _answer(node.right)
    return lambda environment: values.compare(left(environment), comparator, right(environment))


def _equal_to_text(left: Answer, comparator: Comparator, text: str) -> Answer:
    wanted = comparator is Comparator.EQUAL

    def answer(environment: Environment) -> Value:
        value = left(environment)
        return (value == text) is wanted if value.__class__ is str else None

    return answer


def _ordered_with_number(left: Answer, comparator: Comparator, number: int | float) -> Answer:
    ordered = values.ORDERINGS[comparator]

    def answer(environment: Environment) -> Value:
        value = left(environment)
        sort = value.__class__
        return ordered(value, number) if sort is int or sort is float else None

    return answer


def _null_test(term: Expression, comparator: Comparator) -> Answer:
    """`x = null` and `x != null` always know; an order against nothing never does."""
    if not comparator.is_equality:
        return _constant(None)
    operand, wanted = _answer(term), comparator is Comparator.EQUAL
    return lambda environment: (operand(environment) is None) is wanted


def _between(node: Between | InRange) -> Answer:
    value, low, high = _answer(node.value), _answer(node.low), _answer(node.high)
    return lambda environment: values.within(value(environment), low(environment), high(environment))


def _in(node: In) -> Answer:
    value, options = _answer(node.value), _answer(node.options)
    return lambda environment: values.member(value(environment), options(environment))


# --- calculation and calls ---


def _arithmetic(node: Arithmetic) -> Answer:
    if isinstance(node.right, DurationLiteral) and node.operator in (Operator.PLUS, Operator.MINUS):
        return _moved(_answer(node.left), node.operator, node.right.value)
    left, operator, right = _answer(node.left), node.operator, _answer(node.right)
    return lambda environment: values.calculate(left(environment), operator, right(environment))


def _moved(moment: Answer, operator: Operator, duration: Duration) -> Answer:
    # `today() - duration(..)` is asked for every contact of a day, so the last result is kept.
    kept: tuple[Value, Value] = (None, None)

    def answer(environment: Environment) -> Value:
        nonlocal kept
        value = moment(environment)
        before, result = kept
        if value is not before:
            result = values.calculate(value, operator, duration)
            kept = (value, result)
        return result

    return answer


def _negation(node: Negation) -> Answer:
    term = _answer(node.term)
    return lambda environment: values.negated(term(environment))


def _now(environment: Environment) -> Value:
    try:
        return datetime.datetime.fromtimestamp(environment.now(), datetime.UTC)
    except (ArithmeticError, ValueError, OSError):
        # Beyond the years 1 to 9999.
        return None


def _call(node: Call) -> Answer:
    arguments = tuple(_answer(argument) for argument in node.arguments)
    match node.function, arguments:
        case Function.TODAY, _:
            return methodcaller("today")
        case Function.NOW, _:
            return _now
        case Function.MATCHES, (subject, _):
            return _matches(subject, node.arguments[1])
        case Function.IS_DEFINED, (value,):
            return lambda environment: value(environment) is not None
        case Function.COUNT, (entries,):
            return lambda environment: _count(entries(environment))
        case Function.LIST_CONTAINS, (entries, value):
            return lambda environment: values.member(value(environment), entries(environment))
        case Function.STARTS_WITH, (subject, beginning):
            return lambda environment: _starts_with(subject(environment), beginning(environment))
        case Function.CONTAINS, (subject, part):
            return lambda environment: _contains(subject(environment), part(environment))
    raise TypeError(f"{node.function.value}(..) does not take {len(arguments)} values")


def _count(entries: Value) -> Value:
    return len(entries) if isinstance(entries, tuple) else None


def _starts_with(subject: Value, beginning: Value) -> Value:
    return subject.startswith(beginning) if isinstance(subject, str) and isinstance(beginning, str) else None


def _contains(subject: Value, part: Value) -> Value:
    return part in subject if isinstance(subject, str) and isinstance(part, str) else None


def _matches(subject: Answer, pattern: Expression) -> Answer:
    search = compiled(pattern.value) if isinstance(pattern, Text) else None
    if search is None:
        # The checker reports a pattern outside of the rules; until then nothing is known about it.
        return _constant(None)

    def answer(environment: Environment) -> Value:
        value = subject(environment)
        return search.search(value) is not None if isinstance(value, str) else None

    return answer


_WRITTEN = (Number, Text, Boolean, DateLiteral, DurationLiteral)
_ARGUMENT_TYPES: dict[str, type] = {
    "item": str, "topic": str, "level": str, "journey": str, "within": Duration, "human": bool,
}  # fmt: skip


def _history(node: History) -> Answer:
    kind, arguments = node.act.value, dict.fromkeys(_ARGUMENT_TYPES)
    asked: list[tuple[str, Answer, type]] = []
    for name, value in node.arguments:
        if not isinstance(value, _WRITTEN):
            asked.append((name, _answer(value), _ARGUMENT_TYPES[name]))
        elif type(value.value) is _ARGUMENT_TYPES[name]:
            arguments[name] = value.value
        else:
            return _constant(None)
    if not asked:
        return methodcaller("history", kind, **arguments)

    def answer(environment: Environment) -> Value:
        found = dict(arguments)
        for name, argument, wanted in asked:
            value = argument(environment)
            if value.__class__ is not wanted:
                return None
            found[name] = value
        return environment.history(kind, **found)

    return answer


def _group(node: GroupField) -> Answer:
    return methodcaller("group", node.group, node.field)


def _audience(node: InAudience) -> Answer:
    return methodcaller("in_audience", node.audience)


_BUILDERS: dict[type, Callable[..., Answer]] = {
    Number: _literal, Text: _literal, Boolean: _literal, DateLiteral: _literal, DurationLiteral: _literal,
    Null: _null, Name: _name, ListLiteral: _list, And: _and, Or: _or, Not: _not, If: _if,
    Quantified: _quantified, Comparison: _comparison, Between: _between, InRange: _between, In: _in,
    Arithmetic: _arithmetic, Negation: _negation, Call: _call, History: _history, GroupField: _group,
    InAudience: _audience,
}  # fmt: skip
