"""Reads the FEEL of a compiled file into closures. Written from the OMG standard, not from our own conditions.

Independent of `expr` on purpose: the printer of conditions is what these expressions test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from journeyctl.conformance import feel_values as values

Value = object
"""A FEEL value: None, bool, int, float, str, date, datetime, Duration, list or dict."""


class Names(Protocol):
    """Where an expression finds its variables and the time."""

    def lookup(self, name: str) -> Value:
        """The variable's value; `None` where there is none."""
        ...

    def clock(self) -> int:
        """UTC seconds."""
        ...

    @property
    def zone(self) -> str:
        """IANA name of the zone in which the engine's `today()` and `now()` are."""
        ...


Evaluate = Callable[[Names], Value]


class FeelError(ValueError):
    """The text is no expression of the subset that compiled files use."""


_FUNCTIONS = (
    "list contains", "get value", "distinct values", "date and time", "starts with", "is defined",
    "flatten", "append", "concatenate", "count", "contains", "matches", "date", "duration", "today", "now", "not",
    "remove",
)  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)"
    r'|(?P<text>"(?:[^"\\]|\\.)*")'
    rf"|(?P<call>(?:{'|'.join(re.escape(name) for name in _FUNCTIONS)})(?=\())"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<symbol><=|>=|!=|\.\.|[-+*/=<>()\[\]{},:.]))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class _Local:
    """Names with one or more variables of `for`, `some` or `every` in front."""

    def __init__(self, outer: Names, name: str, value: Value) -> None:
        self._outer, self._name, self._value = outer, name, value

    def lookup(self, name: str) -> Value:
        return self._value if name == self._name else self._outer.lookup(name)

    def clock(self) -> int:
        return self._outer.clock()

    @property
    def zone(self) -> str:
        return self._outer.zone


@lru_cache(maxsize=8_192)
def compile_feel(text: str) -> Evaluate:
    """The expression after the leading `=`, ready to be evaluated. Raises `FeelError` where it is none."""
    parser = _Parser(text)
    found = parser.expression()
    if parser.kind != "end":
        raise FeelError(f"'{parser.value}' is not expected in '{text}'")
    return found


class _Parser:
    """Recursive descent; one method per level of binding."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._text = text
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def value(self) -> str:
        return self._tokens[self._at][1]

    def _take(self, *wanted: str) -> str | None:
        if self.kind in ("symbol", "name") and self.value in wanted:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _expect(self, wanted: str) -> None:
        if self._take(wanted) is None:
            raise FeelError(f"'{wanted}' is expected before '{self.value}' in '{self._text}'")

    def _identifier(self) -> str:
        if self.kind != "name":
            raise FeelError(f"a name is expected before '{self.value}' in '{self._text}'")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def expression(self) -> Evaluate:
        if self._take("if"):
            return self._if()
        if self._take("for"):
            return self._for()
        quantifier = self._take("some", "every")
        if quantifier:
            return self._quantified(quantifier)
        return self._or()

    def _if(self) -> Evaluate:
        condition = self.expression()
        self._expect("then")
        then = self.expression()
        self._expect("else")
        otherwise = self.expression()
        return lambda names: then(names) if condition(names) is True else otherwise(names)

    def _for(self) -> Evaluate:
        variable = self._identifier()
        self._expect("in")
        source = self.expression()
        self._expect("return")
        body = self.expression()
        return lambda names: [body(_Local(names, variable, entry)) for entry in values.as_list(source(names))]

    def _quantified(self, quantifier: str) -> Evaluate:
        variable = self._identifier()
        self._expect("in")
        source = self.expression()
        self._expect("satisfies")
        body = self.expression()

        def evaluate(names: Names) -> Value:
            collection = source(names)
            if collection is None:
                return None
            answers = [body(_Local(names, variable, entry)) for entry in values.as_list(collection)]
            return values.disjunction(answers) if quantifier == "some" else values.conjunction(answers)

        return evaluate

    def _or(self) -> Evaluate:
        terms = [self._and()]
        while self._take("or"):
            terms.append(self._and())
        return terms[0] if len(terms) == 1 else lambda names: values.disjunction([term(names) for term in terms])

    def _and(self) -> Evaluate:
        terms = [self._comparison()]
        while self._take("and"):
            terms.append(self._comparison())
        return terms[0] if len(terms) == 1 else lambda names: values.conjunction([term(names) for term in terms])

    def _comparison(self) -> Evaluate:
        left = self._sum()
        sign = self._take("=", "!=", "<", "<=", ">", ">=")
        if sign:
            right, compare = self._sum(), values.COMPARISONS[sign]
            return lambda names: compare(left(names), right(names))
        if self._take("between"):
            low = self._sum()
            self._expect("and")
            high = self._sum()
            return lambda names: values.between(left(names), low(names), high(names))
        if self._take("in"):
            return self._in(left)
        return left

    def _in(self, left: Evaluate) -> Evaluate:
        opening = self._take("[", "(")
        if opening is None:
            options = self._sum()
            return lambda names: values.contains(options(names), left(names))
        first = self.expression()
        if self._take(".."):
            last = self.expression()
            self._expect("]")
            return lambda names: values.between(left(names), first(names), last(names))
        entries = [first]
        while self._take(","):
            entries.append(self.expression())
        self._expect("]" if opening == "[" else ")")
        return lambda names: values.contains([entry(names) for entry in entries], left(names))

    def _sum(self) -> Evaluate:
        found = self._product()
        while sign := self._take("+", "-"):
            found = _binary(values.ARITHMETIC[sign], found, self._product())
        return found

    def _product(self) -> Evaluate:
        found = self._signed()
        while sign := self._take("*", "/"):
            found = _binary(values.ARITHMETIC[sign], found, self._signed())
        return found

    def _signed(self) -> Evaluate:
        if self._take("-"):
            term = self._signed()
            return lambda names: values.negate(term(names))
        return self._postfix()

    def _postfix(self) -> Evaluate:
        found = self._primary()
        while True:
            if self._take("."):
                found = _member(found, self._identifier())
            elif self._take("["):
                index = self.expression()
                self._expect("]")
                found = _binary(values.entry_at, found, index)
            else:
                return found

    def _primary(self) -> Evaluate:
        kind, value = self._tokens[self._at]
        if kind == "number":
            self._at += 1
            number = float(value) if "." in value else int(value)
            return lambda names: number
        if kind == "text":
            self._at += 1
            text = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), value[1:-1])
            return lambda names: text
        if kind == "call":
            return self._call()
        if kind == "name":
            self._at += 1
            return _variable(value)
        return self._enclosed()

    def _enclosed(self) -> Evaluate:
        if self._take("("):
            inner = self.expression()
            self._expect(")")
            return inner
        if self._take("["):
            entries = self._listed("]")
            return lambda names: [entry(names) for entry in entries]
        if self._take("{"):
            return self._context()
        raise FeelError(f"'{self.value}' is not expected in '{self._text}'")

    def _context(self) -> Evaluate:
        entries: dict[str, Evaluate] = {}
        while not self._take("}"):
            if entries:
                self._expect(",")
            kind, value = self._tokens[self._at]
            self._at += 1
            if kind not in ("name", "text"):
                raise FeelError(f"'{value}' is no key of a context in '{self._text}'")
            self._expect(":")
            entries[value[1:-1] if kind == "text" else value] = self.expression()
        return lambda names: {key: entry(names) for key, entry in entries.items()}

    def _call(self) -> Evaluate:
        name = self.value
        self._at += 1
        self._expect("(")
        arguments = self._listed(")")
        if name in ("now", "today"):
            moment = values.now if name == "now" else values.today
            return lambda names: moment(names.clock(), names.zone)
        function = values.FUNCTIONS[name]
        return lambda names: function(*(argument(names) for argument in arguments))

    def _listed(self, closing: str) -> list[Evaluate]:
        entries: list[Evaluate] = []
        while not self._take(closing):
            if entries:
                self._expect(",")
            entries.append(self.expression())
        return entries


def _variable(name: str) -> Evaluate:
    constants: Mapping[str, Value] = {"true": True, "false": False, "null": None}
    if name in constants:
        constant = constants[name]
        return lambda names: constant
    return lambda names: names.lookup(name)


def _member(source: Evaluate, key: str) -> Evaluate:
    def evaluate(names: Names) -> Value:
        found = source(names)
        return found.get(key) if isinstance(found, dict) else None

    return evaluate


def _binary(function: Callable[[Value, Value], Value], left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda names: function(left(names), right(names))


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise FeelError(f"'{text[at : at + 20]}' cannot be read in '{text}'")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return [*found, ("end", "the end")]
