"""Finds conditions whose verdict cannot vary: `x = "a" and x = "b"`, `score > 5 or score < 10`, `1 = 2`.

A part of a condition that asks one single thing (one name, one count) is tried out at every value
where its answer could change: at each literal in it, beside it and between two of them. Comparisons
with literals change nowhere else, so the trial is a proof. What calculates, calls functions on
values or reads the clock is left alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise

from journeyctl.expr.evaluate import Answer, compile_expression
from journeyctl.expr.scope import GROUP_FIELD_TYPES, Field, Problem, ProblemKind, Scope, Type, is_key
from journeyctl.expr.syntax import (
    And,
    Between,
    Boolean,
    Comparison,
    DateLiteral,
    Expression,
    GroupField,
    History,
    If,
    In,
    InAudience,
    InRange,
    ListLiteral,
    Name,
    Not,
    Null,
    Number,
    Or,
    Quantified,
    Text,
    children,
)
from journeyctl.expr.values import Value
from journeyctl.units import Duration

_TRIABLE = (And, Or, Not, Comparison, Between, InRange, In, ListLiteral, Number, Text, Boolean, Null, DateLiteral)
_VERDICTS = (And, Or, Not, Comparison, Between, InRange, In, Boolean)
_FRESH = "\x00"
"""A text that no specification holds."""


def certainties(expression: Expression, scope: Scope) -> Iterator[Problem]:
    """The outermost parts that are always or never true."""
    verdict = _verdict(expression, scope)
    if verdict is not None:
        kind = ProblemKind.ALWAYS_TRUE if verdict else ProblemKind.ALWAYS_FALSE
        message = "this is true for every known value" if verdict else "this can never be true"
        help = "delete it, or ask for something that can differ" if verdict else "change one of the values it names"
        yield Problem(kind, message, expression.start, expression.end, help)
        return
    for part in _parts(expression):
        yield from certainties(part, scope)


def _parts(expression: Expression) -> tuple[Expression, ...]:
    """The conditions inside a condition; literals that `if` chooses between are meant to be constant."""
    match expression:
        case And(terms) | Or(terms):
            return terms
        case Not(term) | Quantified(_, _, _, term):
            return (term,)
        case If(condition, then, otherwise):
            return (condition, *(branch for branch in (then, otherwise) if not isinstance(branch, Boolean)))
        case _:
            return ()


def _verdict(expression: Expression, scope: Scope) -> bool | None:
    if not isinstance(expression, _VERDICTS):
        return None
    if isinstance(expression, (And, Or)):
        return _joint_verdict(expression, scope)
    keys = _keys(expression)
    return None if keys is None or len(keys) > 1 else _tried(expression, keys, scope)


def _joint_verdict(expression: And | Or, scope: Scope) -> bool | None:
    """Terms about one thing are judged together; one part that is settled against the whole settles it."""
    by_key: dict[frozenset[Expression], list[Expression]] = {}
    for term in expression.terms:
        keys = _keys(term)
        if keys is not None and len(keys) <= 1:
            by_key.setdefault(keys, []).append(term)
    settling = isinstance(expression, Or)
    verdicts = []
    for keys, terms in by_key.items():
        part = terms[0] if len(terms) == 1 else type(expression)(tuple(terms))
        verdicts.append(_tried(part, keys, scope))
    judged = sum(map(len, by_key.values())) == len(expression.terms)
    if len(by_key) == 1 and judged:
        return verdicts[0]
    # A single settled term is reported where it stands, several of them only together.
    several = [verdict for verdict, terms in zip(verdicts, by_key.values(), strict=True) if len(terms) > 1]
    return settling if settling in several else None


def _keys(expression: Expression) -> frozenset[Expression] | None:
    """The things that a part asks for, or `None` if it does more than compare them with literals."""
    if is_key(expression):
        return frozenset({expression})
    if not isinstance(expression, _TRIABLE):
        return None
    found: frozenset[Expression] = frozenset()
    for child in children(expression):
        keys = _keys(child)
        if keys is None:
            return None
        found |= keys
    return found


def _tried(part: Expression, keys: frozenset[Expression], scope: Scope) -> bool | None:
    """The verdict of a part that asks at most one thing, `None` if it varies."""
    answer = compile_expression(part)
    if not keys:
        return answer(_Trial(None)) is True
    (key,) = keys
    field = _field(key, scope)
    if field is None or isinstance(part, (Name, History, GroupField, InAudience)):
        return None
    worths = _worths(key, field, tuple(_literals(part)))
    if worths is None:
        return None
    return _unanimous(answer, worths, unknown=not isinstance(key, History))


def _unanimous(answer: Answer, worths: Iterable[Value], *, unknown: bool) -> bool | None:
    answers = {answer(_Trial(worth)) for worth in worths}
    when_unknown = answer(_Trial(None)) if unknown else None
    if answers == {True} and when_unknown is not False:
        return True
    return False if True not in answers and when_unknown is not True else None


def _field(key: Expression, scope: Scope) -> Field | None:
    match key:
        case Name():
            return scope.field(key.path)
        case GroupField(_, field):
            return GROUP_FIELD_TYPES[field]
        case History():
            return Field(Type.INTEGER)
        case _:
            return Field(Type.BOOLEAN)


def _literals(expression: Expression) -> Iterator[Value]:
    if isinstance(expression, (Number, Text, Boolean, DateLiteral)):
        yield expression.value
    for child in () if is_key(expression) else children(expression):
        yield from _literals(child)


def _worths(key: Expression, field: Field, literals: tuple[Value, ...]) -> list[Value] | None:
    """Every value at which the answer could change, and one in each gap; `None` where that is not known."""
    match field.type.sort:
        case "boolean":
            return [True, False]
        case "text":
            if field.values:
                return list(field.values)
            texts = sorted(value for value in literals if isinstance(value, str))
            return [_FRESH, *(near for text in texts for near in (text, text + _FRESH))]
        case "number":
            numbers = sorted(v for v in literals if isinstance(v, (int, float)) and not isinstance(v, bool))
            return _numbers(numbers, whole=field.type is Type.INTEGER, least=0 if isinstance(key, History) else None)
        case "date":
            return _dates([value for value in literals if isinstance(value, datetime.date)])
    return None


def _numbers(numbers: list[int | float], *, whole: bool, least: int | None) -> list[Value]:
    ends = [numbers[0] - 1, numbers[-1] + 1] if numbers else [0]
    near: set[int | float] = {*numbers, *ends}
    if whole:
        near = {round(number) + step for number in near for step in (-1, 0, 1)}
    else:
        near |= {(low + high) / 2 for low, high in pairwise(numbers)}
    if least is not None:
        near = {number for number in near if number >= least} | {least}
    return list(near)


def _dates(dates: list[datetime.date]) -> list[Value]:
    near: list[Value] = []
    for date in dates:
        for days in (-1, 0, 1):
            try:
                near.append(date + datetime.timedelta(days=days))
            except OverflowError:
                continue
    return near or [datetime.date(2000, 1, 1)]


class _Trial:
    """An environment in which everything that can be asked has one worth."""

    def __init__(self, worth: Value) -> None:
        self.worth = worth
        # Parts that read the clock are not tried, so any moment will do.
        self.now: Callable[[], int] = int
        self.today: Callable[[], datetime.date] = partial(datetime.date, 2000, 1, 1)

    def value(self, path: str) -> Value:
        """The worth on trial."""
        return self.worth

    def history(self, kind: str, **arguments: str | Duration | bool | None) -> int:
        """The worth on trial, which is a count here."""
        return self.worth if isinstance(self.worth, int) else 0

    def group(self, name: str, field: str) -> Value:
        """The worth on trial."""
        return self.worth

    def in_audience(self, name: str) -> bool | None:
        """The worth on trial, which is true, false or unknown here."""
        return self.worth if isinstance(self.worth, bool) else None
