"""One expression as instructions for the stack of codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from journeyctl.expr import patterns, syntax
from journeyctl.expr.syntax import Comparator, Expression, Function, Operator
from journeyctl.simulate.population_engine import instructions as i
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine.code_writer import CodeWriter, Found
from journeyctl.simulate.population_engine.field_codes import (
    UNKNOWN,
    Sort,
    Unsupported,
    duration_code,
    group_path,
    number_code,
)
from journeyctl.units import SECONDS_PER_DAY, Duration

if TYPE_CHECKING:
    from journeyctl.simulate.population_engine.condition_code import ConditionCode

_COMPARE: Final = {
    Comparator.EQUAL: i.EQUAL, Comparator.UNEQUAL: i.UNEQUAL, Comparator.LESS: i.LESS, Comparator.AT_MOST: i.AT_MOST,
    Comparator.MORE: i.MORE, Comparator.AT_LEAST: i.AT_LEAST,
}  # fmt: skip
_CALCULATE: Final = {
    Operator.PLUS: i.PLUS, Operator.MINUS: i.MINUS, Operator.TIMES: i.TIMES, Operator.DIVIDED_BY: i.DIVIDED_BY,
}  # fmt: skip
_ITEM_FIELDS: Final = {
    "item.name": (p.ITEM_NAME, Sort.TEXT), "item.line": (p.ITEM_LINE, Sort.TEXT),
    "item.topic": (p.ITEM_TOPIC, Sort.TEXT), "item.level": (p.ITEM_LEVEL, Sort.TEXT),
    "item.tags": (p.ITEM_TAGS, Sort.LIST),
}  # fmt: skip
_BUILT_IN: Final = {
    "lead.open": (i.LEAD_OPEN, Sort.BOOLEAN), "lead.age": (i.LEAD_AGE, Sort.DURATION),
    "lead.outcome": (i.LEAD_OUTCOME, Sort.TEXT), "lead.reason": (i.LEAD_REASON, Sort.TEXT),
    "journey.entered_at": (i.ENTERED_AT, Sort.MOMENT),
}  # fmt: skip
_HISTORY: Final = ("item", "topic", "level", "journey", "within", "human")
_HISTORY_SORTS: Final = (Sort.TEXT, Sort.TEXT, Sort.TEXT, Sort.TEXT, Sort.DURATION, Sort.BOOLEAN)
_ORDERED: Final = frozenset({Sort.NUMBER, Sort.TEXT, Sort.DATE, Sort.MOMENT})


@dataclass(slots=True, kw_only=True)
class ExpressionWriter(CodeWriter):
    """Writes one expression. Places to jump to are kept as marks until all is written."""

    home: ConditionCode
    variables: Mapping[str, int | Expression]
    """Places in the stack of lists that are gone through, or what stands for a variable."""

    def put_truth(self, node: Expression) -> None:
        """An expression of which only a truth counts; anything else is as good as unknown."""
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        sort, _ = self.put(node)
        if sort not in (Sort.BOOLEAN, Sort.NOTHING):
            self.back(mark, jumps, depth)
            self.unknown()

    def put(self, node: Expression) -> Found:  # noqa: C901  (one case per node: the list is the point)
        """Writes one expression, which leaves one value more on the stack."""
        match node:
            case syntax.Number(value):
                return self.constant(number_code(value), Sort.NUMBER, whole=isinstance(value, int))
            case syntax.Text(value):
                return self.constant(self.home.codes.text(value), Sort.TEXT)
            case syntax.Boolean(value):
                return self.constant(int(value), Sort.BOOLEAN)
            case syntax.Null():
                return self.unknown()
            case syntax.DateLiteral(value):
                return self.constant(self.home.codes.code("", value), Sort.DATE)
            case syntax.DurationLiteral(value):
                return self.constant(duration_code(value), Sort.DURATION)
            case syntax.ListLiteral(items):
                return self.constant(self.list_code(items), Sort.LIST)
            case syntax.Name():
                return self.name(node.path)
            case syntax.And(terms):
                return self.junction(terms, i.AND_NEXT, 1)
            case syntax.Or(terms):
                return self.junction(terms, i.OR_NEXT, 0)
            case syntax.Not(term):
                self.put_truth(term)
                self.add(i.NOT)
                return self.truth()
            case syntax.If(condition, then, otherwise):
                return self.conditional(condition, then, otherwise)
            case syntax.Comparison(left, comparator, right):
                return self.comparison(left, comparator, right)
            case syntax.Between(value, low, high) | syntax.InRange(value, low, high):
                self.comparison(value, Comparator.AT_LEAST, low, nulls=False)
                self.comparison(value, Comparator.AT_MOST, high, nulls=False)
                self.add(i.BOTH, grows=-1)
                return self.truth()
            case syntax.In(value, options):
                return self.member(value, options)
            case syntax.Arithmetic(left, operator, right):
                return self.arithmetic(left, operator, right)
            case syntax.Negation(term):
                return self.negation(term)
            case syntax.Quantified(quantifier, variable, collection, body):
                return self.quantified(variable, collection, body, decisive=quantifier is syntax.Quantifier.SOME)
            case syntax.Call(function, arguments):
                return self.call(function, arguments)
            case syntax.History():
                return self.history(node)
            case syntax.GroupField(group, name):
                self.add(i.ASKS_GROUP)
                return self.name(group_path(group, name))
            case syntax.InAudience(audience):
                self.by_form(lambda: self.audience(audience))
                return self.truth()

    # --- names

    def name(self, path: str) -> Found:
        """A field, a variable or one of the names that every workspace has."""
        home = self.home
        if path in self.variables:
            found = self.variables[path]
            if not isinstance(found, int):
                return self.put(found)
            self.add(i.ENTRY, found, grows=1)
            return Sort.TEXT, True
        if path in _ITEM_FIELDS:
            column, sort = _ITEM_FIELDS[path]
            self.add(i.ITEM_FIELD, column, grows=1)
            return sort, True
        if path in _BUILT_IN:
            code, sort = _BUILT_IN[path]
            self.add(code, grows=1)
            return sort, True
        if path == "score":
            self.add(i.SCORE, grows=1)
            return Sort.NUMBER, False
        if path == "fit":
            self.by_form(self.fit)
            return (Sort.NOTHING if self.home.scoring is None and not self.home.forms else Sort.TEXT), True
        column = home.codes.column(path)
        if column < 0:
            return self.unknown()
        self.add(i.FIELD, column, self.default(path), grows=1)
        return home.codes.sorts[column], home.codes.is_whole(column)

    def default(self, path: str) -> int:
        """What conditions see where a field is unknown."""
        default = self.home.defaults.get(path)
        if default is None:
            return 1 if path == "contact.deliverable" else UNKNOWN
        return self.home.codes.code(path, default)

    def by_form(self, put: Callable[[], None]) -> None:
        """Something that depends on the form in which the contact is when it is asked."""
        home, depth, ends = self.home, self.depth, []
        if not home.forms:
            put()
            return
        self.add(i.BY_FORM)
        first = len(self.code)
        self.code += [-1] * len(home.forms)
        self.jumps += range(first, len(self.code))
        for number, form in enumerate(home.forms):
            self.land(first + number)
            self.home, self.depth = form, depth
            put()
            ends.append(self.jump(i.JUMP))
        self.home = home
        self.land(*ends)

    def audience(self, name: str) -> None:
        """Whether the contact is in an audience."""
        self.put_truth(self.home.audiences[name].expression)

    def fit(self) -> None:
        """The first grade whose condition holds."""
        if self.home.scoring is None:
            self.unknown()
            return
        ends: list[int] = []
        depth = self.depth
        for grade, condition in self.home.scoring.fit:
            self.put_truth(condition.expression)
            other = self.jump(i.IF_TRUE, grows=-1)
            self.constant(self.home.codes.text(grade), Sort.TEXT)
            ends.append(self.jump(i.JUMP))
            self.depth = depth
            self.land(other)
        self.unknown()
        self.land(*ends)

    # --- truth

    def junction(self, terms: Iterable[Expression], instruction: int, empty: int) -> Found:
        """`and`, `or`: the answer so far lies below each term."""
        self.constant(empty, Sort.BOOLEAN)
        ends = []
        for term in terms:
            self.put_truth(term)
            ends.append(self.jump(instruction, grows=-1))
        self.land(*ends)
        return self.truth()

    def conditional(self, condition: Expression, then: Expression, otherwise: Expression) -> Found:
        """`if`: unknown takes `else`."""
        self.put_truth(condition)
        other = self.jump(i.IF_TRUE, grows=-1)
        depth = self.depth
        one, one_whole = self.put(then)
        end = self.jump(i.JUMP)
        self.depth = depth
        self.land(other)
        two, two_whole = self.put(otherwise)
        self.land(end)
        if one is Sort.NUMBER and two is Sort.NUMBER and one_whole is not two_whole:
            return Sort.NUMBER, None
        if Sort.NOTHING not in (one, two) and one is not two:
            raise Unsupported("'if' with values of two sorts")
        return (two, two_whole) if one is Sort.NOTHING else (one, one_whole)

    def comparison(self, left: Expression, comparator: Comparator, right: Expression, *, nulls: bool = True) -> Found:
        """`left < right` and its sisters; `nulls`: the literal null asks whether a value is unknown."""
        if nulls and (isinstance(right, syntax.Null) or isinstance(left, syntax.Null)):
            return self.null_test(left if isinstance(right, syntax.Null) else right, comparator)
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        one, _ = self.put(left)
        middle, middle_jumps = len(self.code), len(self.jumps)
        two, _ = self.put(right)
        if Sort.NOTHING not in (one, two) and (
            one is not two or not (comparator.is_equality or one in _ORDERED or one is Sort.DURATION)
        ):
            self.back(mark, jumps, depth)
            self.unknown()
            return self.truth()
        if one is Sort.DURATION:
            self.add(i.LENGTHS, _COMPARE[comparator], grows=-1)
            return self.truth()
        if one is Sort.TEXT and not comparator.is_equality:
            self.back(middle, middle_jumps, depth + 1)
            self.add(i.LOOK_UP, self.home.ranks())
            self.put(right)
            self.add(i.LOOK_UP, self.home.ranks())
        self.add(_COMPARE[comparator], grows=-1)
        return self.truth()

    def null_test(self, term: Expression, comparator: Comparator) -> Found:
        """`x = null` and `x != null` always know; an order against nothing never does."""
        if not comparator.is_equality:
            self.unknown()
        else:
            self.put(term)
            self.add(i.IS_UNKNOWN if comparator is Comparator.EQUAL else i.IS_KNOWN)
        return self.truth()

    def member(self, value: Expression, options: Expression) -> Found:
        """Whether a list holds a value."""
        if isinstance(options, syntax.ListLiteral):
            return self.one_of(value, options.items)
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        one, _ = self.put(value)
        two, _ = self.put(options)
        if two is Sort.LIST and one not in (Sort.TEXT, Sort.NOTHING):
            raise Unsupported(f"a {one.value} that is looked for in a list of text")
        if two is not Sort.LIST or one is Sort.NOTHING:
            self.back(mark, jumps, depth)
            self.unknown()
        else:
            self.add(i.IN_LIST, grows=-1)
        return self.truth()

    def one_of(self, value: Expression, items: tuple[Expression, ...]) -> Found:
        """`value in [a, b]`."""
        sort, _ = self.put(value)
        wanted: list[int] = []
        missed = 0
        for item in items:
            inner = ExpressionWriter(home=self.home, variables={})
            item_sort, _ = inner.put(item)
            if item_sort is Sort.DURATION:
                raise Unsupported("durations in a list in brackets")
            if len(inner.code) != 2 or inner.code[0] != i.CONSTANT:
                raise Unsupported("a list in brackets with other things than plain values")
            if item_sort is sort:
                wanted.append(inner.code[1])
            else:
                missed = UNKNOWN
        self.add(i.ONE_OF, missed, len(wanted), *wanted)
        return self.truth()

    def quantified(self, variable: str, collection: Expression, body: Expression, *, decisive: bool) -> Found:
        """`some` and `every`; entries of a list in brackets are written out one after the other."""
        if isinstance(collection, syntax.ListLiteral):
            return self.unrolled(variable, collection.items, body, decisive=decisive)
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        sort, _ = self.put(collection)
        if sort is not Sort.LIST:
            self.back(mark, jumps, depth)
            self.unknown()
            return self.truth()
        place = self.depth - 1
        none = self.jump(i.EACH, int(not decisive), grows=2)
        loop = len(self.code)
        done = self.jump(i.NEXT, place)
        outer = self.variables
        self.variables = {**outer, variable: place}
        self.put_truth(body)
        self.variables = outer
        self.add(i.JUDGE, place, int(decisive), loop, grows=-1)
        self.jumps.append(len(self.code) - 1)
        self.land(done)
        self.add(i.ANSWER, place, grows=-2)
        self.land(none)
        return self.truth()

    def unrolled(self, variable: str, items: tuple[Expression, ...], body: Expression, *, decisive: bool) -> Found:
        """`some` and `every` over a list in brackets."""
        self.constant(int(not decisive), Sort.BOOLEAN)
        ends = []
        outer = self.variables
        for item in items:
            self.variables = {**outer, variable: item}
            self.put_truth(body)
            ends.append(self.jump(i.OR_NEXT if decisive else i.AND_NEXT, grows=-1))
        self.variables = outer
        self.land(*ends)
        return self.truth()

    # --- calculation

    def arithmetic(self, left: Expression, operator: Operator, right: Expression) -> Found:
        """Numbers, and dates and moments moved by a literal duration or set against each other."""
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        one, one_whole = self.put(left)
        is_moved = operator in (Operator.PLUS, Operator.MINUS) and one in (Sort.DATE, Sort.MOMENT)
        if is_moved and isinstance(right, syntax.DurationLiteral):
            return self.shift(one, right.value if operator is Operator.PLUS else -right.value)
        two, two_whole = self.put(right)
        if Sort.NOTHING in (one, two):
            self.back(mark, jumps, depth)
            return self.unknown()
        if one is Sort.NUMBER and two is Sort.NUMBER:
            self.add(_CALCULATE[operator], grows=-1)
            return Sort.NUMBER, False if False in (one_whole, two_whole) else one_whole and two_whole
        if Sort.DURATION in (one, two):
            raise Unsupported("a calculation with durations beyond a date plus or minus a written one")
        if one is two and one in (Sort.DATE, Sort.MOMENT) and operator is Operator.MINUS:
            self.add(i.GAP_OF_DATES if one is Sort.DATE else i.GAP_OF_MOMENTS, grows=-1)
            return Sort.DURATION, True
        self.back(mark, jumps, depth)
        return self.unknown()

    def shift(self, sort: Sort, duration: Duration) -> Found:
        """A date or moment moved by a written duration."""
        if duration.business_days:
            raise Unsupported("business days in a condition")
        if sort is Sort.DATE:
            self.add(i.SHIFT_DATE, duration.months, duration.seconds // SECONDS_PER_DAY)
        else:
            self.add(i.SHIFT_MOMENT, duration.months, duration.seconds)
        return sort, True

    def negation(self, term: Expression) -> Found:
        """`-term`."""
        sort, whole = self.put(term)
        if sort is Sort.NUMBER:
            self.add(i.NEGATIVE)
            return sort, whole
        if sort is Sort.NOTHING:
            return sort, whole
        raise Unsupported("minus before something that is no number")

    def put_broken(self, node: Expression) -> None:
        """Whether a number, though it may be whole, is a broken one: written with a decimal point."""
        match node:
            case syntax.Number(value):
                self.constant(int(isinstance(value, float)), Sort.BOOLEAN)
            case syntax.Name() if node.path == "score":
                self.constant(1, Sort.BOOLEAN)
            case syntax.Name():
                self.broken_field(node.path)
            case syntax.GroupField():
                self.add(i.ASKS_GROUP)
                self.broken_field(group_path(node.group, node.field))
            case syntax.Arithmetic(left, _, right):
                self.constant(0, Sort.BOOLEAN)
                for term in (left, right):
                    self.put_broken(term)
                    self.land(self.jump(i.OR_NEXT, grows=-1))
            case syntax.Negation(term):
                self.put_broken(term)
            case syntax.If(condition, then, otherwise):
                self.put_truth(condition)
                other = self.jump(i.IF_TRUE, grows=-1)
                self.put_broken(then)
                end = self.jump(i.JUMP, grows=-1)
                self.land(other)
                self.put_broken(otherwise)
                self.land(end)
            case _:
                self.constant(0, Sort.BOOLEAN)

    def broken_field(self, path: str) -> None:
        """Whether the number in a field, or its default where it is unknown, is a broken one."""
        codes = self.home.codes
        column = codes.column(path)
        companion = codes.companions.get(column, -1)
        default = int(isinstance(self.home.defaults.get(path), float))
        if companion >= 0:
            self.add(i.FIELD, column, UNKNOWN, grows=1)
            self.add(i.IS_KNOWN)
            other = self.jump(i.IF_TRUE, grows=-1)
            self.add(i.FIELD, companion, 0, grows=1)
            end = self.jump(i.JUMP, grows=-1)
            self.land(other)
            self.constant(default, Sort.BOOLEAN)
            self.land(end)
        else:
            self.constant(int(column >= 0 and codes.is_whole(column) is False), Sort.BOOLEAN)

    # --- calls

    def call(self, function: Function, arguments: tuple[Expression, ...]) -> Found:
        """A function applied to its arguments."""
        match function, arguments:
            case Function.TODAY, _:
                self.add(i.TODAY, grows=1)
                return Sort.DATE, True
            case Function.NOW, _:
                self.add(i.NOW, grows=1)
                return Sort.MOMENT, True
            case Function.IS_DEFINED, (value,):
                self.put(value)
                self.add(i.IS_KNOWN)
                return self.truth()
            case Function.COUNT, (entries,):
                return self.count(entries)
            case Function.LIST_CONTAINS, (entries, value):
                return self.member(value, entries)
            case _, (subject, syntax.Text(argument)):
                return self.text_test(function, subject, argument)
        raise Unsupported(f"'{function.value}' with a part that is no plain text")

    def count(self, entries: Expression) -> Found:
        """How many entries a list has."""
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        sort, _ = self.put(entries)
        if sort is not Sort.LIST:
            self.back(mark, jumps, depth)
            return self.unknown()
        self.add(i.COUNT)
        return Sort.NUMBER, True

    def text_test(self, function: Function, subject: Expression, argument: str) -> Found:
        """Tests of a text are answered for every text that there is, and looked up."""
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        sort, _ = self.put(subject)
        pattern = patterns.compiled(argument) if function is Function.MATCHES else None
        if sort is not Sort.TEXT or (function is Function.MATCHES and pattern is None):
            self.back(mark, jumps, depth)
            self.unknown()
            return self.truth()

        def answer(text: str) -> int:
            match function:
                case Function.STARTS_WITH:
                    return int(text.startswith(argument))
                case Function.CONTAINS:
                    return int(argument in text)
                case _:
                    return int(pattern is not None and pattern.search(text) is not None)

        self.add(i.LOOK_UP, self.home.table(function.value, argument, answer))
        return self.truth()

    def history(self, node: syntax.History) -> Found:
        """How often the contact did something; arguments in the order of the mask's bits."""
        mark, jumps, depth = len(self.code), len(self.jumps), self.depth
        mask, given = 0, dict(node.arguments)
        for bit, (name, wanted) in enumerate(zip(_HISTORY, _HISTORY_SORTS, strict=True)):
            if name in given:
                sort, _ = self.put(given[name])
                if sort is not wanted:
                    self.back(mark, jumps, depth)
                    return self.unknown()
                mask |= 1 << bit
        self.add(i.HISTORY, i.ACTS.index(node.act.value), mask, grows=1 - len(given))
        return Sort.NUMBER, True

    def list_code(self, items: tuple[Expression, ...]) -> int:
        """The code of a list in brackets."""
        texts = tuple(item.value for item in items if isinstance(item, syntax.Text))
        if len(texts) != len(items):
            raise Unsupported("a list in brackets of other things than text")
        return self.home.codes.list_of("a condition", texts)
