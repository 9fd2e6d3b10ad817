"""FEEL's own meaning of the printed text, null for null, written apart from the evaluator.

Only what differs from conditions is spelled out: `=` knows null, membership never answers null,
`count` and the quantifiers take a single value for a list of one. Source: OMG DMN 1.5, chapter 10.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from journeyctl.expr import values
from journeyctl.expr.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Comparator,
    Comparison,
    Expression,
    Function,
    If,
    InRange,
    ListLiteral,
    Name,
    Negation,
    Not,
    Null,
    Or,
    Quantified,
    Quantifier,
)
from journeyctl.expr.values import Value
from tests.expr.environments import TODAY

Look = Callable[[str], Value]


def feel_equal(left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return left is right
    return values.equal(left, right)


def _listed(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def _quantified(node: Quantified, look: Look) -> Value:
    def with_entry(entry: Value) -> Look:
        return lambda path: entry if path == node.variable else look(path)

    bodies = [meaning(node.body, with_entry(entry)) for entry in _listed(meaning(node.collection, look))]
    decisive = node.quantifier is Quantifier.SOME
    if decisive in bodies:
        return decisive
    return None if None in bodies else not decisive


def meaning(node: Expression, look: Look) -> Value:  # noqa: C901  # a language in one table, one case per form
    def of(child: Expression) -> Value:
        return meaning(child, look)

    match node:
        case Null():
            return None
        case Name():
            return look(node.path)
        case ListLiteral(items):
            return tuple(of(item) for item in items)
        case And(terms):
            answers = [of(term) for term in terms]
            return False if False in answers else True if all(a is True for a in answers) else None
        case Or(terms):
            answers = [of(term) for term in terms]
            return any(a is True for a in answers) or (False if all(a is False for a in answers) else None)
        case Not(term):
            answer = of(term)
            return not answer if isinstance(answer, bool) else None
        case Comparison(left, comparator, right) if comparator.is_equality:
            same = feel_equal(of(left), of(right))
            return same if comparator.value == "=" or same is None else not same
        case Comparison(left, comparator, right):
            return values.compare(of(left), comparator, of(right))
        case Between(value, low, high) | InRange(value, low, high):
            at_least = Comparison(value, Comparator.AT_LEAST, low)
            return of(And((at_least, Comparison(value, Comparator.AT_MOST, high))))
        case If(condition, then, otherwise):
            return of(then) if of(condition) is True else of(otherwise)
        case Arithmetic(left, operator, right):
            return values.calculate(of(left), operator, of(right))
        case Negation(term):
            return values.negated(of(term))
        case Quantified():
            return _quantified(node, look)
        case Call(Function.TODAY, _):
            return TODAY
        case Call(Function.COUNT, (entries,)):
            return len(_listed(of(entries)))
        case Call(Function.LIST_CONTAINS, (options, value)):
            return any(feel_equal(of(value), option) is True for option in _listed(of(options)))
        case Call(function, (subject, other)):
            texts = of(subject), of(other)
            if not all(isinstance(text, str) for text in texts):
                return None
            one, two = map(str, texts)
            match function:
                case Function.CONTAINS:
                    return two in one
                case Function.STARTS_WITH:
                    return one.startswith(two)
            return re.search(two, one) is not None
        case _:
            return node.value  # type: ignore[union-attr, return-value]  # only literals are left
