"""Prints a tree as the text that reads back to the same tree."""

from __future__ import annotations

import decimal
from typing import assert_never

from journeyctl.expr.syntax import (
    And,
    Arithmetic,
    Between,
    Boolean,
    Call,
    Comparison,
    DateLiteral,
    DurationLiteral,
    Expression,
    GroupField,
    History,
    If,
    In,
    InAudience,
    InRange,
    ListLiteral,
    Literal,
    Name,
    Negation,
    Not,
    Null,
    Number,
    Operator,
    Or,
    Quantified,
    Text,
)

# How tightly a printed form binds; an operand that binds less than its place asks for gets brackets.
LOOSE, OR, AND, COMPARISON, SUM, PRODUCT, TIGHT = range(7)
_Compound = Arithmetic | Not | Negation | If | Quantified | Call | History | GroupField | InAudience
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def to_text(expression: Expression) -> str:
    """The canonical text of a tree; `parse(to_text(tree)) == tree` for every tree that `parse` can give."""
    return _Printer().text(expression, LOOSE)


def quoted(text: str) -> str:
    """A text literal in double quotes with its escapes."""
    return f'"{text.translate(_ESCAPES)}"'


def printed_number(number: int | float) -> str:
    """A number in plain digits, never with an exponent."""
    return str(number) if isinstance(number, int) else format(decimal.Decimal(repr(number)), "f")


def literal(expression: Literal) -> str:
    """A literal as conditions, and FEEL, write it."""
    match expression:
        case Number(value):
            return printed_number(value)
        case Text(value):
            return quoted(value)
        case Boolean(value):
            return "true" if value else "false"
        case Null():
            return "null"
        case DateLiteral(value):
            return f'date("{value.isoformat()}")'
        case DurationLiteral(value):
            return f'duration("{value.iso()}")'
        case _:
            assert_never(expression)


def binding(expression: Expression) -> int:
    """How tightly the printed form of a node binds."""
    match expression:
        case If() | Quantified():
            return LOOSE
        case Or():
            return OR
        case And():
            return AND
        case Comparison() | Between() | InRange() | In():
            return COMPARISON
        case Arithmetic(_, Operator.PLUS | Operator.MINUS, _):
            return SUM
        case Arithmetic():
            return PRODUCT
        case _:
            return TIGHT


class _Printer:
    """One method per family of nodes."""

    def text(self, expression: Expression, place: int) -> str:
        """The node, in brackets if it binds less tightly than its place needs."""
        printed = self.bare(expression)
        return printed if binding(expression) >= place else f"({printed})"

    def all(self, expressions: tuple[Expression, ...], separator: str, place: int) -> str:
        return separator.join(self.text(expression, place) for expression in expressions)

    def bare(self, expression: Expression) -> str:
        match expression:
            case Number() | Text() | Boolean() | Null() | DateLiteral() | DurationLiteral():
                return literal(expression)
            case Name():
                return expression.path
            case ListLiteral(items):
                return f"[{self.all(items, ', ', LOOSE)}]"
            case Or(terms):
                return self.all(terms, " or ", AND)
            case And(terms):
                return self.all(terms, " and ", COMPARISON)
            case Comparison(left, comparator, right):
                return f"{self.text(left, SUM)} {comparator.value} {self.text(right, SUM)}"
            case Between(value, low, high):
                return f"{self.text(value, SUM)} between {self.text(low, SUM)} and {self.text(high, SUM)}"
            case InRange(value, low, high):
                return f"{self.text(value, SUM)} in [{self.text(low, LOOSE)}..{self.text(high, LOOSE)}]"
            case In(value, options):
                return f"{self.text(value, SUM)} in {self.text(options, SUM)}"
            case _:
                return self.compound(expression)

    def compound(self, expression: _Compound) -> str:
        match expression:
            case Arithmetic(left, operator, right):
                place = binding(expression)
                return f"{self.text(left, place)} {operator.value} {self.text(right, place + 1)}"
            case Not(term):
                return f"not({self.text(term, LOOSE)})"
            case Negation(term):
                return f"-{self.text(term, TIGHT)}"
            case If(condition, then, otherwise):
                branches = f"then {self.text(then, LOOSE)} else {self.text(otherwise, LOOSE)}"
                return f"if {self.text(condition, LOOSE)} {branches}"
            case Quantified(quantifier, variable, collection, body):
                source = f"{quantifier.value} {variable} in {self.text(collection, LOOSE)}"
                return f"{source} satisfies {self.text(body, LOOSE)}"
            case Call(function, arguments):
                return f"{function.value}({self.all(arguments, ', ', LOOSE)})"
            case History(act):
                given = ", ".join(f"{name}: {self.text(value, LOOSE)}" for name, value in expression.arguments)
                return f"{act.value}({given})"
            case GroupField(group, field):
                return f"group({quoted(group)}).{field}"
            case InAudience(audience):
                return f"in audience({quoted(audience)})"
            case _:
                assert_never(expression)
