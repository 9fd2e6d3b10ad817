"""Prints conditions as FEEL, the expression language of DMN and of BPMN engines.

FEEL's `=`, `!=` and membership answer false (or true) for null where conditions answer null, so these
are printed with a guard that asks for null first. Order comparisons, `and`, `or`, `not()`, arithmetic
and text functions answer null by themselves. Source: OMG DMN 1.5, chapter 10.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from journeyctl.expr.dialects.base import Unprintable
from journeyctl.expr.printer import AND, COMPARISON, LOOSE, PRODUCT, SUM, TIGHT, binding, literal, to_text
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
    Text,
)
from journeyctl.expr.variables import variable_name
from journeyctl.units import Duration

_LITERALS = (Number, Text, Boolean, Null, DateLiteral, DurationLiteral)


def to_feel(expression: Expression, *, rename: Callable[[str], str], today: str = "today()", now: str = "now()") -> str:
    """FEEL that answers exactly what the condition answers: true, false or null.

    `rename` turns a dotted name (`contact.role`) or the variable that stands for a history call, a
    group's field or an audience (`clicks__topic_ai`, see `variable_name`) into the engine's name; it
    may raise `Unprintable` itself. `today` and `now` are printed for the clock, for engines that get
    it as variables. Raises `Unprintable` for what FEEL cannot say.
    """
    return _Feel(rename, today, now).text(expression, LOOSE)


class _Feel:
    """One method per family of nodes, each answering the text and how tightly it binds."""

    def __init__(self, rename: Callable[[str], str], today: str, now: str) -> None:
        self.rename = rename
        self.clock = {Function.TODAY: today, Function.NOW: now}
        self.variables: frozenset[str] = frozenset()

    def text(self, expression: Expression, place: int) -> str:
        printed, binds = self.printed(expression)
        return printed if binds >= place else f"({printed})"

    def all(self, expressions: tuple[Expression, ...], separator: str, place: int) -> str:
        return separator.join(self.text(expression, place) for expression in expressions)

    def printed(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case DurationLiteral(value) if value.months and value.seconds:
                raise Unprintable(f"the duration {value.iso()} of months and days together")
            case Number() | Text() | Boolean() | Null() | DateLiteral() | DurationLiteral():
                return literal(expression), TIGHT
            case Name():
                path = expression.path
                return path if path in self.variables else self.rename(path), TIGHT
            case GroupField() | InAudience() | History():
                return self.variable(expression), TIGHT
            case ListLiteral(items):
                return f"[{self.all(items, ', ', LOOSE)}]", TIGHT
            case Or(terms):
                return self.all(terms, " or ", AND), binding(expression)
            case And(terms):
                return self.all(terms, " and ", COMPARISON), AND
            case Not(term):
                return f"not({self.text(term, LOOSE)})", TIGHT
            case Comparison() | Between() | InRange() | In():
                return self.test(expression)
            case _:
                return self.compound(expression)

    def variable(self, expression: GroupField | InAudience | History) -> str:
        name = variable_name(expression)
        if name is None:
            raise Unprintable(f"{to_text(expression)}, whose arguments are not all literals,")
        return self.rename(name)

    # --- tests and their guards ---

    def guarded(self, test: str, operands: tuple[Expression, ...], binds: int = COMPARISON) -> tuple[str, int]:
        """The test, asked only when no operand is null."""
        unknown = [f"{self.text(operand, SUM)} = null" for operand in dict.fromkeys(operands) if _nullable(operand)]
        return (f"if {' or '.join(unknown)} then null else {test}", LOOSE) if unknown else (test, binds)

    def test(self, expression: Comparison | Between | InRange | In) -> tuple[str, int]:
        match expression:
            case Comparison(left, comparator, right):
                test = f"{self.text(left, SUM)} {comparator.value} {self.text(right, SUM)}"
                if isinstance(left, Null) or isinstance(right, Null):
                    return (test, COMPARISON) if comparator.is_equality else ("null", TIGHT)
                if any(isinstance(side, ListLiteral) and any(map(_nullable, side.items)) for side in (left, right)):
                    raise Unprintable(f"{to_text(expression)}, a list of values that may be null,")
                return self.guarded(test, (left, right)) if comparator.is_equality else (test, COMPARISON)
            case Between(value, low, high):
                test = f"{self.text(value, SUM)} between {self.text(low, SUM)} and {self.text(high, SUM)}"
                return self.guarded(test, (value, low, high))
            case InRange(value, low, high):
                test = f"{self.text(value, SUM)} in [{self.text(low, SUM)}..{self.text(high, SUM)}]"
                return self.guarded(test, (value, low, high))
            case In(value, options):
                return self.membership(value, options)
            case _:
                assert_never(expression)

    def membership(self, value: Expression, options: Expression) -> tuple[str, int]:
        """Whether a list holds a value; members that may be null leave the answer open."""
        test = f"list contains({self.text(options, LOOSE)}, {self.text(value, LOOSE)})"
        if not isinstance(options, ListLiteral):
            return self.guarded(test, (options, value), TIGHT)
        doubtful = [f"{self.text(item, SUM)} = null" for item in dict.fromkeys(options.items) if _nullable(item)]
        if doubtful:
            test = f"if {test} then true else if {' or '.join(doubtful)} then null else false"
        return self.guarded(test, (value,), LOOSE if doubtful else TIGHT)

    # --- calculation and calls ---

    def compound(self, expression: Arithmetic | Negation | If | Quantified | Call) -> tuple[str, int]:
        match expression:
            case Arithmetic(left, operator, right):
                return self.arithmetic(left, operator, right)
            case Negation(term):
                return f"-{self.text(term, TIGHT)}", TIGHT
            case If(condition, then, otherwise):
                branches = f"then {self.text(then, LOOSE)} else {self.text(otherwise, LOOSE)}"
                return f"if {self.text(condition, LOOSE)} {branches}", LOOSE
            case Quantified():
                return self.quantified(expression)
            case Call():
                return self.call(expression)
            case _:
                assert_never(expression)

    def arithmetic(self, left: Expression, operator: Operator, right: Expression) -> tuple[str, int]:
        place = SUM if operator in (Operator.PLUS, Operator.MINUS) else PRODUCT
        if place == SUM and isinstance(right, DurationLiteral) and right.value.months and right.value.seconds:
            # FEEL has durations of months and durations of days, but none of both; months move first.
            months = literal(DurationLiteral(Duration(months=right.value.months)))
            rest = literal(DurationLiteral(Duration(seconds=right.value.seconds)))
            return f"{self.text(left, SUM)} {operator.value} {months} {operator.value} {rest}", SUM
        return f"{self.text(left, place)} {operator.value} {self.text(right, place + 1)}", place

    def quantified(self, node: Quantified) -> tuple[str, int]:
        collection = self.text(node.collection, LOOSE)
        outer = self.variables
        self.variables = outer | {node.variable}
        test = f"{node.quantifier.value} {node.variable} in {collection} satisfies {self.text(node.body, LOOSE)}"
        self.variables = outer
        return self.guarded(test, (node.collection,), LOOSE)

    def call(self, node: Call) -> tuple[str, int]:
        match node.function, node.arguments:
            case ((Function.TODAY | Function.NOW), _):
                return self.clock[node.function], TIGHT
            case Function.IS_DEFINED, (value,):
                # Engines disagree whether their own is defined() is true of null.
                return f"{self.text(value, SUM)} != null", COMPARISON
            case Function.LIST_CONTAINS, (options, value):
                return self.membership(value, options)
        printed = f"{node.function.value}({self.all(node.arguments, ', ', LOOSE)})"
        # FEEL takes a single value for a list of one, and null is such a value.
        return self.guarded(printed, node.arguments, TIGHT) if node.function is Function.COUNT else (printed, TIGHT)


def _nullable(expression: Expression) -> bool:
    """Whether an operand can be unknown."""
    match expression:
        case Null():
            return True
        case Call(Function.TODAY | Function.NOW | Function.IS_DEFINED, _):
            return False
        case Arithmetic(left, operator, right):
            return operator is Operator.DIVIDED_BY or _nullable(left) or _nullable(right)
        case _:
            return not isinstance(expression, (*_LITERALS, ListLiteral))
