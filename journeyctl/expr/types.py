"""Checks a tree against a scope: unknown names, wrong types, texts that cannot occur, verdicts that never vary.

One mistake gives one problem: whatever follows from it is of unknown type, which fits everywhere.
"""

from __future__ import annotations

from journeyctl.expr import advice, codes
from journeyctl.expr.certainty import certainties
from journeyctl.expr.nearest import nearest
from journeyctl.expr.patterns import pattern_fault
from journeyctl.expr.printer import quoted
from journeyctl.expr.scope import GROUP_FIELD_TYPES, Field, Problem, ProblemKind, Scope, Type
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
    Text,
)

__all__ = ["Field", "Problem", "ProblemKind", "Scope", "Type", "check", "type_of"]

_ANY = Field(Type.UNKNOWN)
_BOOLEAN = Field(Type.BOOLEAN)
_TEXT = Field(Type.TEXT)
_LITERALS: dict[type, Field] = {
    Text: _TEXT, Boolean: _BOOLEAN, Null: _ANY, DateLiteral: Field(Type.DATE), DurationLiteral: Field(Type.DURATION),
}  # fmt: skip
_ORDERED = frozenset({"number", "text", "date", "date-time", "duration", "unknown"})
_HISTORY_TYPES = {
    "item": Type.TEXT, "topic": Type.TEXT, "level": Type.TEXT, "journey": Type.TEXT,
    "within": Type.DURATION, "human": Type.BOOLEAN,
}  # fmt: skip
_PARAMETERS = {
    Function.COUNT: ("list",), Function.CONTAINS: ("text", "text"), Function.STARTS_WITH: ("text", "text"),
    Function.MATCHES: ("text", "text"),
}  # fmt: skip


def check(expression: Expression, scope: Scope, *, expect: Type | None = Type.BOOLEAN) -> tuple[Problem, ...]:
    """Every mistake in an expression, in the order of the text.

    `expect` is the type that the place needs, `None` if any will do. Verdicts that never vary are
    looked for only in expressions without other mistakes.
    """
    checker = _Checker(scope)
    found = checker.field(expression)
    if expect is not None and not _fits(found.type, expect):
        message = f"this gives {_a(found.type)}, {_a(expect)} is needed here"
        help = "compare it with something" if expect is Type.BOOLEAN else ""
        checker.report(ProblemKind.WRONG_TYPE, expression, message, help)
    problems = checker.problems or list(certainties(expression, scope))
    return tuple(sorted(problems, key=lambda problem: (problem.start, problem.end)))


def type_of(expression: Expression, scope: Scope) -> Type:
    """The type of an expression; `UNKNOWN` for the literal null and for what makes no sense."""
    return _Checker(scope).field(expression).type


def _fits(given: Type, wanted: Type) -> bool:
    return Type.UNKNOWN in (given, wanted) or given.sort == wanted.sort


def _a(type_: Type) -> str:
    return f"an {type_.value}" if type_.value[0] in "aeiou" else f"a {type_.value}"


class _Checker:
    """Walks down the tree once; each method answers the field that an expression amounts to."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.variables: dict[str, Field] = {}
        self.problems: list[Problem] = []

    def report(
        self, kind: ProblemKind, place: Expression, message: str, help: str = "", replacement: str | None = None
    ) -> Field:
        self.problems.append(Problem(kind, message, place.start, place.end, help, replacement))
        return _ANY

    def field(self, expression: Expression) -> Field:
        literal = _literal(expression)
        if literal is not None:
            return literal
        match expression:
            case Name():
                return self.name(expression)
            case GroupField(group, field):
                self.group(expression, group)
                return GROUP_FIELD_TYPES[field]
            case History():
                return self.history(expression)
            case Arithmetic(left, operator, right):
                return self.arithmetic(expression, left, operator, right)
            case Negation(term):
                return self.negation(term)
            case If(condition, then, otherwise):
                return self.conditional(condition, then, otherwise)
            case ListLiteral(items):
                fields = [self.field(item) for item in items]
                return Field(Type.LIST_OF_TEXT if all(_fits(field.type, Type.TEXT) for field in fields) else Type.LIST)
            case Call():
                return self.call(expression)
        self.verdict(expression)
        return _BOOLEAN

    def verdict(self, expression: Expression) -> None:
        """Checks the forms that always answer true, false or null."""
        match expression:
            case And(terms) | Or(terms):
                word = "and" if isinstance(expression, And) else "or"
                for term in terms:
                    self.needs(term, Type.BOOLEAN, f"'{word}' joins conditions")
            case Not(term):
                self.needs(term, Type.BOOLEAN, "'not' turns a condition round")
            case InAudience(audience):
                self.known(expression, audience, "audience")
            case Comparison(left, comparator, right):
                self.comparison(expression, left, comparator, right)
            case Between(value, low, high) | InRange(value, low, high):
                self.between(expression, value, low, high)
            case In(value, options):
                self.membership(value, self.field(value), options)
            case Quantified():  # pragma: no branch  # the last of the forms that `field` leaves over
                self.quantified(expression)

    def needs(self, place: Expression, wanted: Type, reason: str) -> Field:
        field = self.field(place)
        if not _fits(field.type, wanted):
            help = "compare it with something" if wanted is Type.BOOLEAN else ""
            self.report(ProblemKind.WRONG_TYPE, place, f"{reason}, this is {_a(field.type)}", help)
        return field

    # --- names ---

    def name(self, name: Name) -> Field:
        path = name.path
        known = self.variables.get(path) or self.scope.field(path)
        if known is not None:
            return known
        root = name.parts[0]
        if root in ("item", "journey", "lead", "group") and root not in self.scope.roots:
            return self.report(ProblemKind.UNKNOWN_NAME, name, f"no {root} is at hand here, so '{path}' has no value")
        if self.scope.kind_of(path) is not None:
            help = f"write {quoted(path)}"
            return self.report(ProblemKind.UNKNOWN_NAME, name, f"'{path}' is text and lacks quotes", help, quoted(path))
        close = nearest(path, (*self.variables, *self.scope.paths()))
        help = f"did you mean '{close}'?" if close else "declare it in the profile, or put text in quotes"
        return self.report(ProblemKind.UNKNOWN_NAME, name, f"there is no field '{path}'", help, close)

    def group(self, place: GroupField, group: str) -> None:
        if "group" not in self.scope.roots:
            self.report(ProblemKind.UNKNOWN_NAME, place, "buying groups are not at hand here")
            return
        self.known(place, group, "group")

    def known(self, place: Expression, name: str, kind: str) -> None:
        """Reports a name that no document of its kind has."""
        names = self.scope.names(kind)
        if names is not None and name not in names:
            label = "buying group" if kind == "group" else kind
            self.report(
                ProblemKind.UNKNOWN_NAME if kind in ("audience", "group") else ProblemKind.UNKNOWN_TEXT,
                place, f"there is no {label} '{name}'", advice.did_you_mean(name, tuple(names)),
            )  # fmt: skip

    def hyphenated(self, expression: Expression) -> bool:
        """Reports `contact.last-purchase` and unquoted kebab-case names; true if it was one."""
        spelled = _joined(expression)
        if spelled is None:
            return False
        path = spelled.replace("-", "_")
        if self.scope.field(path) is not None:
            message = f"'-' is always minus, the field is spelled '{path}'"
            self.report(ProblemKind.HYPHEN, expression, message, f"write {path}", path)
            return True
        kind = self.scope.kind_of(spelled)
        if kind is not None:
            message = f"'-' is always minus, the {kind} '{spelled}' is text and lacks quotes"
            self.report(ProblemKind.HYPHEN, expression, message, f"write {quoted(spelled)}", quoted(spelled))
            return True
        return False

    # --- comparisons ---

    def comparison(self, place: Expression, left: Expression, comparator: Comparator, right: Expression) -> None:
        left_field, right_field = self.field(left), self.field(right)
        ordered = not comparator.is_equality
        if ordered and (isinstance(left, Null) or isinstance(right, Null)):
            self.report(ProblemKind.WRONG_TYPE, place, "null has no order", "ask with = null or != null")
        elif self.pair(place, left, left_field, right, right_field, ordered=ordered) and not ordered:
            self.occurs(left_field, right)
            self.occurs(right_field, left)

    def between(self, place: Expression, value: Expression, low: Expression, high: Expression) -> None:
        field = self.field(value)
        for bound in (low, high):
            self.pair(place, value, field, bound, self.field(bound), ordered=True)

    def pair(
        self, place: Expression, left: Expression, one: Field, right: Expression, other: Field, *, ordered: bool
    ) -> bool:
        """Whether two operands compare; reports why not."""
        sorts = {one.type.sort, other.type.sort}
        if sorts == {"date", "date-time"}:
            self.report(
                ProblemKind.DATE_MIX, place, "a date and a date-time do not compare", advice.for_dates(left, right)
            )
        elif len(sorts - {"unknown"}) > 1:
            message = f"{_a(one.type)} and {_a(other.type)} do not compare"
            self.report(ProblemKind.WRONG_TYPE, place, message, advice.for_types(left, one, right, other))
        elif ordered and not sorts <= _ORDERED:
            known = one if one.type is not Type.UNKNOWN else other
            self.report(ProblemKind.WRONG_TYPE, place, f"{_a(known.type)} has no order", "compare it with = or !=")
        else:
            return True
        return False

    def occurs(self, field: Field, literal: Expression) -> None:
        """Reports a text that the field can never hold."""
        if not isinstance(literal, Text):
            return
        if not field.values and not codes.follows(field.type, literal.value):
            close = codes.suggested(field.type, literal.value)
            help = codes.WANTED[field.type] if close is None else f"did you mean '{close}'?"
            fact = f"'{literal.value}' is no {field.type.value}"
            self.report(ProblemKind.UNKNOWN_TEXT, literal, fact, help, None if close is None else quoted(close))
        if field.values and literal.value not in field.values:
            close = nearest(literal.value, field.values)
            self.report(
                ProblemKind.UNKNOWN_TEXT, literal, f"'{literal.value}' never occurs here",
                advice.did_you_mean(literal.value, field.values), None if close is None else quoted(close),
            )  # fmt: skip

    def membership(self, value: Expression, field: Field, options: Expression) -> None:
        """`value in options`, and `list contains(options, value)` with the operands swapped."""
        if isinstance(options, ListLiteral):
            self.alternatives(value, field, options)
            return
        listed = self.field(options)
        if listed.type.sort not in ("list", "unknown"):
            message = f"a list is needed to look in, this is {_a(listed.type)}"
            self.report(ProblemKind.WRONG_TYPE, options, message, "write = to compare with one value")
        elif isinstance(value, Null):
            self.report(ProblemKind.WRONG_TYPE, value, "null is no value to look for", "ask with = null instead")
        elif listed.type is Type.LIST_OF_TEXT and self.pair(value, value, field, options, _TEXT, ordered=False):
            self.occurs(listed, value)

    def alternatives(self, value: Expression, field: Field, options: ListLiteral) -> None:
        for item in options.items:
            if isinstance(item, Null):
                message = "null is no value to look for"
                self.report(ProblemKind.WRONG_TYPE, item, message, "add or .. = null instead")
            elif self.pair(item, value, field, item, self.field(item), ordered=False):
                self.occurs(field, item)

    # --- calculation ---

    def arithmetic(self, place: Expression, left: Expression, operator: Operator, right: Expression) -> Field:
        if operator is Operator.MINUS and self.hyphenated(place):
            return _ANY
        one, other = self.field(left).type, self.field(right).type
        result = _result(one, operator, other)
        if result is None:
            message = f"{_a(one)} {operator.value} {_a(other)} makes no sense"
            help = 'add or subtract a duration, such as duration("P14D")' if one.sort in ("date", "date-time") else ""
            return self.report(ProblemKind.WRONG_TYPE, place, message, help)
        return Field(result)

    def negation(self, term: Expression) -> Field:
        field = self.field(term)
        if field.type.sort not in ("number", "duration", "unknown"):
            return self.report(ProblemKind.WRONG_TYPE, term, f"minus cannot turn {_a(field.type)} round")
        return Field(field.type)

    def conditional(self, condition: Expression, then: Expression, otherwise: Expression) -> Field:
        self.needs(condition, Type.BOOLEAN, "'if' needs a condition")
        one, other = self.field(then), self.field(otherwise)
        if not _fits(one.type, other.type):
            message = f"'then' gives {_a(one.type)}, 'else' {_a(other.type)}"
            return self.report(ProblemKind.WRONG_TYPE, otherwise, message, "make both the same type")
        chosen = other if one.type is Type.UNKNOWN else one
        if one.type is other.type:
            both = (*one.values, *(value for value in other.values if value not in one.values))
            return Field(one.type, both if one.values and other.values else ())
        return Field(chosen.type)

    def quantified(self, node: Quantified) -> None:
        listed = self.field(node.collection)
        entry = _ANY
        if listed.type.sort not in ("list", "unknown"):
            message = f"'{node.quantifier.value}' goes through a list, this is {_a(listed.type)}"
            self.report(ProblemKind.WRONG_TYPE, node.collection, message)
        elif listed.type is Type.LIST_OF_TEXT:
            entry = Field(Type.TEXT, listed.values)
        outer = self.variables
        self.variables = {**outer, node.variable: entry}
        self.needs(node.body, Type.BOOLEAN, "'satisfies' needs a condition")
        self.variables = outer

    # --- calls ---

    def call(self, node: Call) -> Field:
        match node.function:
            case Function.TODAY:
                return Field(Type.DATE)
            case Function.NOW:
                return Field(Type.DATE_TIME)
            case Function.IS_DEFINED:
                self.field(node.arguments[0])
                return _BOOLEAN
            case Function.LIST_CONTAINS:
                options, value = node.arguments
                self.membership(value, self.field(value), options)
                return _BOOLEAN
        for argument, wanted in zip(node.arguments, _PARAMETERS[node.function], strict=True):
            found = self.field(argument).type
            if found.sort not in (wanted, "unknown"):
                message = f"{node.function.value}(..) takes a {wanted} here, this is {_a(found)}"
                self.report(ProblemKind.WRONG_TYPE, argument, message, advice.for_call(node.function, found))
        if node.function is Function.MATCHES:
            self.pattern(node.arguments[1])
        return Field(Type.INTEGER) if node.function is Function.COUNT else _BOOLEAN

    def pattern(self, pattern: Expression) -> None:
        fault = pattern_fault(pattern.value) if isinstance(pattern, Text) else "it is no text in quotes"
        if fault is not None:
            self.report(ProblemKind.PATTERN, pattern, f"this pattern cannot be used: {fault}", "write a simpler one")

    def history(self, node: History) -> Field:
        for name, value in node.arguments:
            field = self.field(value)
            wanted = _HISTORY_TYPES[name]
            if not _fits(field.type, wanted):
                message = f"'{name}' of {node.act.value}(..) takes {_a(wanted)}, this is {_a(field.type)}"
                help = 'write duration("P90D")' if wanted is Type.DURATION else ""
                self.report(ProblemKind.WRONG_TYPE, value, message, help)
            elif isinstance(value, Text):
                self.known(value, value.value, name)
        return Field(Type.INTEGER)


def _literal(expression: Expression) -> Field | None:
    if isinstance(expression, Number):
        return Field(Type.INTEGER if isinstance(expression.value, int) else Type.NUMBER)
    return _LITERALS.get(type(expression))


def _joined(expression: Expression) -> str | None:
    """The text of a chain of minus signs between names that touch each other."""
    match expression:
        case Name():
            return expression.path
        case Arithmetic(left, Operator.MINUS, Name() as right) if right.start == left.end + 1:
            before = _joined(left)
            return None if before is None else f"{before}-{right.path}"
    return None


def _result(one: Type, operator: Operator, other: Type) -> Type | None:
    """The type of a calculation, or `None` where there is none."""
    if Type.UNKNOWN in (one, other):
        return Type.UNKNOWN
    match one.sort, operator, other.sort:
        case "number", _, "number":
            return _number(one, operator, other)
        case (("date" | "date-time" | "duration"), (Operator.PLUS | Operator.MINUS), "duration"):
            return one
        case "duration", Operator.PLUS, ("date" | "date-time"):
            return other
        case "date", Operator.MINUS, "date":
            return Type.DURATION
        case "date-time", Operator.MINUS, "date-time":
            return Type.DURATION
        case ("duration", Operator.TIMES, _) if other is Type.INTEGER:
            return Type.DURATION
        case (_, Operator.TIMES, "duration") if one is Type.INTEGER:
            return Type.DURATION
    return None


def _number(one: Type, operator: Operator, other: Type) -> Type:
    if Type.MONEY in (one, other):
        return Type.NUMBER if operator is Operator.DIVIDED_BY and one is other else Type.MONEY
    whole = one is other is Type.INTEGER and operator is not Operator.DIVIDED_BY
    return Type.INTEGER if whole else Type.NUMBER
