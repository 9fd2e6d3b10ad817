"""Reads the text of a condition into its tree, by recursive descent: one method per level of binding.

From loose to tight: `or`, `and`, comparisons, `+ -`, `* /`, unary minus, single operands. `if`,
`some` and `every` reach as far to the right as they can. Nothing is ever handed to Python to run.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import NoReturn

from journeyctl.expr import hints
from journeyctl.expr.lexer import ConditionError, tokens_of
from journeyctl.expr.syntax import (
    GROUP_FIELDS,
    HISTORY_ARGUMENTS,
    ROOTS,
    Act,
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
    depth,
)
from journeyctl.units import parse_iso_duration

DEEPEST = 20
"""Levels that a tree, and brackets in the text, may have."""

_COMPARATORS = {comparator.value: comparator for comparator in Comparator}
_SUMS = {"+": Operator.PLUS, "-": Operator.MINUS}
_PRODUCTS = {"*": Operator.TIMES, "/": Operator.DIVIDED_BY}
_ACTS = {act.value: act for act in Act}
_FUNCTIONS = {function.value: function for function in Function}
_ARITY = {
    Function.TODAY: 0, Function.NOW: 0, Function.COUNT: 1, Function.CONTAINS: 2, Function.STARTS_WITH: 2,
    Function.MATCHES: 2, Function.LIST_CONTAINS: 2, Function.IS_DEFINED: 1,
}  # fmt: skip
FUNCTION_NAMES = (*_FUNCTIONS, *_ACTS, "date", "duration", "group", "not", "in audience")
_DIGITS = 15
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([\"'\\nrt]))")
_ESCAPED = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The tree of a condition. Raises `ConditionError` with the exact place of the first mistake."""
    parser = _Parser(text)
    expression = parser.expression()
    parser.finish()
    # A tree cannot be deeper than it has tokens, so short conditions need not be measured.
    if len(parser.kinds) > DEEPEST and depth(expression) > DEEPEST:
        raise ConditionError(*hints.too_deep(DEEPEST, 0, len(text)))
    return expression


class _Parser:
    """Walks over the tokens once, from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens = tokens_of(text)
        self.kinds, self.words = tokens.kinds, tokens.words
        self.starts, self.ends = tokens.starts, tokens.ends
        self.at = 0
        self.nesting = 0

    # --- moving over the tokens ---

    def fail(self, message: str, help: str = "") -> NoReturn:
        raise ConditionError(message, self.starts[self.at], self.ends[self.at], help)

    def fail_since(self, first: int, message: str, help: str = "") -> NoReturn:
        raise ConditionError(message, self.starts[first], self.ends[self.at - 1], help)

    def is_sign(self, word: str) -> bool:
        return self.words[self.at] == word and self.kinds[self.at] == "sign"

    def take_sign(self, word: str) -> bool:
        if self.is_sign(word):
            self.at += 1
            return True
        return False

    def expect_sign(self, word: str, after: str) -> None:
        if not self.take_sign(word):
            raise ConditionError(*hints.missing_sign(self.tokens, self.at, sign=word, after=after))

    def take_keyword(self, word: str) -> bool:
        if self.words[self.at] == word and self.kinds[self.at] == "keyword":
            self.at += 1
            return True
        return False

    def expect_keyword(self, word: str, form: str) -> None:
        if not self.take_keyword(word):
            self.fail(f"'{word}' is missing before {self.found()}", f"write {form}")

    def found(self) -> str:
        return hints.shown(self.kinds[self.at], self.words[self.at])

    def finish(self) -> None:
        if self.kinds[self.at] != "end":
            raise ConditionError(*hints.after_operand(self.tokens, self.at))

    def deeper(self) -> None:
        self.nesting += 1
        if self.nesting > DEEPEST:
            raise ConditionError(*hints.too_deep(DEEPEST, self.starts[self.at], self.ends[self.at]))

    # --- levels of binding ---

    def expression(self) -> Expression:
        self.deeper()
        first = self.at
        terms = [self.conjunction()]
        while self.take_keyword("or"):
            terms.append(self.conjunction())
        self.nesting -= 1
        if len(terms) == 1:
            return terms[0]
        return Or(tuple(terms), start=self.starts[first], end=self.ends[self.at - 1])

    def conjunction(self) -> Expression:
        first = self.at
        terms = [self.comparison()]
        while self.take_keyword("and"):
            terms.append(self.comparison())
        if len(terms) == 1:
            return terms[0]
        return And(tuple(terms), start=self.starts[first], end=self.ends[self.at - 1])

    def comparison(self) -> Expression:
        first = self.at
        left = self.sum()
        kind, word = self.kinds[self.at], self.words[self.at]
        if kind == "sign" and word in _COMPARATORS:
            self.at += 1
            right = self.sum()
            if self.kinds[self.at] == "sign" and self.words[self.at] in _COMPARATORS:
                self.fail("comparisons cannot be chained", "join two comparisons with and, or write between .. and ..")
            return Comparison(left, _COMPARATORS[word], right, start=self.starts[first], end=self.ends[self.at - 1])
        if kind == "keyword" and word == "between":
            self.at += 1
            low = self.sum()
            self.expect_keyword("and", "x between 1 and 20")
            high = self.sum()
            return Between(left, low, high, start=self.starts[first], end=self.ends[self.at - 1])
        if kind == "keyword" and word == "in":
            self.at += 1
            return self.membership(left, first)
        return left

    def membership(self, value: Expression, first: int) -> Expression:
        """What follows `in`: a range, bracketed alternatives of either sort, or a list-valued name."""
        opening = self.at
        if not (self.is_sign("[") or self.is_sign("(")):
            options = self.sum()
            return In(value, options, start=self.starts[first], end=self.ends[self.at - 1])
        closing = "]" if self.words[opening] == "[" else ")"
        self.at += 1
        items: list[Expression] = []
        if not self.is_sign(closing):
            items.append(self.expression())
            if closing == "]" and self.take_sign(".."):
                high = self.expression()
                self.expect_sign("]", f"after the range opened at character {self.starts[opening] + 1}")
                return InRange(value, items[0], high, start=self.starts[first], end=self.ends[self.at - 1])
        self.rest_of_list(items, opening, closing)
        start, end = self.starts[opening], self.ends[self.at - 1]
        return In(value, ListLiteral(tuple(items), start=start, end=end), start=self.starts[first], end=end)

    def rest_of_list(self, items: list[Expression], opening: int, closing: str) -> None:
        while items and self.take_sign(","):
            items.append(self.expression())
        if self.is_sign(".."):
            self.fail("a range stands in square brackets behind in, with both ends", "write x in [1..20]")
        self.expect_sign(closing, f"to close the list opened at character {self.starts[opening] + 1}")

    def sum(self) -> Expression:
        first = self.at
        left = self.product()
        while self.kinds[self.at] == "sign" and self.words[self.at] in _SUMS:
            operator = _SUMS[self.words[self.at]]
            self.at += 1
            self.refuse_hyphenated_keyword()
            right = self.product()
            left = Arithmetic(left, operator, right, start=self.starts[first], end=self.ends[self.at - 1])
        return left

    def refuse_hyphenated_keyword(self) -> None:
        """`contact.opt-in`: the second half is a keyword, so only the text tells what was meant."""
        at = self.at
        touching = self.starts[at] == self.ends[at - 1] and self.starts[at - 1] == self.ends[at - 2]
        if self.kinds[at] == "keyword" and self.kinds[at - 2] == "name" and touching:
            name = f"{self.words[at - 2]}_{self.words[at]}"
            self.at += 1
            self.fail_since(at - 2, "'-' is always minus, names are spelled with '_'", f"write {name}")

    def product(self) -> Expression:
        first = self.at
        left = self.unary()
        while self.kinds[self.at] == "sign" and self.words[self.at] in _PRODUCTS:
            operator = _PRODUCTS[self.words[self.at]]
            self.at += 1
            right = self.unary()
            left = Arithmetic(left, operator, right, start=self.starts[first], end=self.ends[self.at - 1])
        return left

    def unary(self) -> Expression:
        if not self.is_sign("-"):
            return self.operand()
        first = self.at
        self.at += 1
        self.deeper()
        term = self.unary()
        self.nesting -= 1
        start, end = self.starts[first], self.ends[self.at - 1]
        if isinstance(term, Number):
            return Number(-term.value, start=start, end=end)
        return Negation(term, start=start, end=end)

    # --- single operands ---

    def operand(self) -> Expression:
        kind = self.kinds[self.at]
        if kind == "name":
            return self.call() if self.words[self.at + 1] == "(" else self.name()
        if kind == "number":
            return self.number()
        if kind == "text":
            start, end = self.starts[self.at], self.ends[self.at]
            return Text(self.text(), start=start, end=end)
        if kind == "function":
            return self.call()
        if kind == "keyword":
            return self.keyword()
        if self.take_sign("("):
            return self.bracketed()
        if self.take_sign("["):
            return self.list_literal()
        return self.fail(*hints.no_operand(self.tokens, self.at))

    def bracketed(self) -> Expression:
        opening = self.at - 1
        inner = self.expression()
        if self.is_sign(","):
            self.fail("a list in round brackets stands only behind in", "write x in (a, b), or [a, b] elsewhere")
        self.expect_sign(")", f"to close the bracket opened at character {self.starts[opening] + 1}")
        return inner

    def list_literal(self) -> Expression:
        opening = self.at - 1
        items = [] if self.is_sign("]") else [self.expression()]
        self.rest_of_list(items, opening, "]")
        return ListLiteral(tuple(items), start=self.starts[opening], end=self.ends[self.at - 1])

    def name(self) -> Expression:
        word, start, end = self.words[self.at], self.starts[self.at], self.ends[self.at]
        self.at += 1
        if self.is_sign("."):
            self.fail(f"a field name is missing after '{word}.'", "write the name without blanks, such as contact.role")
        if word.startswith("account.") or word == "account":
            word = "clinic" + word[7:]
        return Name(tuple(word.split(".")), start=start, end=end)

    def number(self) -> Expression:
        word, start, end = self.words[self.at], self.starts[self.at], self.ends[self.at]
        self.at += 1
        if len(word.replace(".", "").lstrip("0")) > _DIGITS:
            self.fail_since(self.at - 1, f"'{word}' has more than {_DIGITS} digits", "round it")
        if self.kinds[self.at] == "name" and self.starts[self.at] == end:
            raise ConditionError(*hints.number_with_unit(word, self.words[self.at], start, self.ends[self.at]))
        return Number(float(word) if "." in word else int(word), start=start, end=end)

    def text(self) -> str:
        raw = self.words[self.at][1:-1]
        self.at += 1
        if "\\" not in raw:
            return raw
        value = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED[match[2]], raw)
        try:
            # Characters beyond U+FFFF are escaped as two halves, as in JSON and FEEL.
            return value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            return self.fail_since(self.at - 1, "an escape names half a character", "write both halves of it")

    def keyword(self) -> Expression:
        word, first = self.words[self.at], self.at
        self.at += 1
        start, end = self.starts[first], self.ends[first]
        match word:
            case "true" | "false":
                return Boolean(word == "true", start=start, end=end)
            case "null":
                return Null(start=start, end=end)
            case "not":
                return self.negated(first)
            case "if":
                return self.conditional(first)
            case "some" | "every":
                return self.quantified(Quantifier(word), first)
        self.at = first
        return self.fail(*hints.no_operand(self.tokens, self.at))

    def negated(self, first: int) -> Expression:
        if not self.take_sign("("):
            raise ConditionError("'not' needs brackets", self.starts[first], self.ends[first], "write not(..)")
        term = self.expression()
        self.expect_sign(")", f"to close not( opened at character {self.starts[first] + 1}")
        return Not(term, start=self.starts[first], end=self.ends[self.at - 1])

    def conditional(self, first: int) -> Expression:
        condition = self.expression()
        self.expect_keyword("then", "if .. then .. else ..")
        then = self.expression()
        self.expect_keyword("else", "if .. then .. else ..")
        otherwise = self.expression()
        return If(condition, then, otherwise, start=self.starts[first], end=self.ends[self.at - 1])

    def quantified(self, quantifier: Quantifier, first: int) -> Expression:
        form = f"{quantifier.value} x in .. satisfies .."
        variable = self.words[self.at]
        if self.kinds[self.at] != "name" or "." in variable:
            self.fail(f"a variable is missing after '{quantifier.value}', there is {self.found()}", f"write {form}")
        if variable in ROOTS:
            self.fail(f"'{variable}' already names something, it cannot be a variable", "take a short name such as x")
        self.at += 1
        self.expect_keyword("in", form)
        collection = self.expression()
        if self.is_sign(","):
            self.fail("only one variable is allowed", f"write the second {quantifier.value} behind satisfies")
        self.expect_keyword("satisfies", form)
        body = self.expression()
        start, end = self.starts[first], self.ends[self.at - 1]
        return Quantified(quantifier, variable, collection, body, start=start, end=end)

    # --- calls ---

    def call(self) -> Expression:
        first, word = self.at, self.words[self.at]
        self.at += 2
        if word in _FUNCTIONS:
            return self.function(_FUNCTIONS[word], first)
        if word in _ACTS:
            return self.history(_ACTS[word], first)
        match word:
            case "date":
                return self.date_literal(first)
            case "duration":
                return self.duration_literal(first)
            case "group":
                return self.group_field(first)
            case "in audience":
                audience = self.only_text("in audience")
                return InAudience(audience, start=self.starts[first], end=self.ends[self.at - 1])
        raise ConditionError(*hints.unknown_function(word, FUNCTION_NAMES, self.starts[first], self.ends[first]))

    def only_text(self, function: str) -> str:
        if self.kinds[self.at] != "text":
            self.fail(f"{function}(..) takes a text in quotes, not {self.found()}", f'write {function}("..")')
        value = self.text()
        self.expect_sign(")", f"to close {function}(")
        return value

    def function(self, function: Function, first: int) -> Expression:
        arguments: list[Expression] = []
        if not self.is_sign(")"):
            arguments.append(self.expression())
            while self.take_sign(","):
                arguments.append(self.expression())
        self.expect_sign(")", f"to close {function.value}(")
        wanted = _ARITY[function]
        if len(arguments) != wanted:
            takes = {0: "nothing", 1: "one value", 2: "two values"}[wanted]
            self.fail_since(first, f"{function.value}(..) takes {takes}, {len(arguments)} given")
        if function is Function.MATCHES and not isinstance(arguments[1], Text):
            pattern = arguments[1]
            message = "the pattern of matches(..) must be a text in quotes"
            raise ConditionError(message, pattern.start, pattern.end, 'write matches(x, "..")')
        return Call(function, tuple(arguments), start=self.starts[first], end=self.ends[self.at - 1])

    def history(self, act: Act, first: int) -> Expression:
        given: dict[str, Expression] = {}
        while not self.is_sign(")"):
            name = self.argument_name(act)
            if name in given:
                self.fail_since(self.at - 2, f"'{name}' is given twice", "keep one of them")
            given[name] = self.expression()
            if not self.take_sign(","):
                break
        self.expect_sign(")", f"to close {act.value}(")
        return History(act, **given, start=self.starts[first], end=self.ends[self.at - 1])

    def argument_name(self, act: Act) -> str:
        name = self.words[self.at]
        if self.kinds[self.at] != "name" or self.words[self.at + 1] != ":":
            self.fail(
                f"{act.value}(..) takes named arguments, not {self.found()}",
                f'write {act.value}(topic: "..", within: duration("P90D")); allowed are {", ".join(HISTORY_ARGUMENTS)}',
            )
        if name not in HISTORY_ARGUMENTS:
            self.fail(f"{act.value}(..) has no argument '{name}'", hints.meant(name, HISTORY_ARGUMENTS))
        self.at += 2
        return name

    def date_literal(self, first: int) -> Expression:
        written = self.only_text("date")
        start, end = self.starts[first], self.ends[self.at - 1]
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
                raise ValueError
            return DateLiteral(datetime.date.fromisoformat(written), start=start, end=end)
        except ValueError:
            message = f"'{written}' is no date"
        raise ConditionError(message, start, end, 'write year, month and day, such as date("2026-11-21")')

    def duration_literal(self, first: int) -> Expression:
        written = self.only_text("duration")
        start, end = self.starts[first], self.ends[self.at - 1]
        if re.search(r"\d{9}", written) is None:
            try:
                return DurationLiteral(parse_iso_duration(written), start=start, end=end)
            except ValueError:
                pass
        raise ConditionError(*hints.no_duration(written, start, end))

    def group_field(self, first: int) -> Expression:
        group = self.only_text("group")
        allowed = ", ".join(GROUP_FIELDS)
        if not self.take_sign("."):
            self.fail_since(first, f"'group({group})' is no value by itself", f"add a dot and one of {allowed}")
        field = self.words[self.at]
        if self.kinds[self.at] != "name" or field not in GROUP_FIELDS:
            self.fail(f"a buying group has no field {self.found()}", hints.meant(field, GROUP_FIELDS))
        self.at += 1
        return GroupField(group, field, start=self.starts[first], end=self.ends[self.at - 1])
