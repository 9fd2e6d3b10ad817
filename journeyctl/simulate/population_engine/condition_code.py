"""Conditions of a program as instructions. What audiences and grades of fit mean is written out in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from journeyctl.expr import syntax
from journeyctl.expr.syntax import Expression
from journeyctl.graph.condition import Condition
from journeyctl.graph.program import Scoring
from journeyctl.simulate.population_engine import instructions as i
from journeyctl.simulate.population_engine.expression_code import ExpressionWriter
from journeyctl.simulate.population_engine.field_codes import FieldCodes, Sort, group_path


@dataclass(frozen=True, slots=True)
class Compiled:
    """Where a condition's instructions begin, and what it answers."""

    start: int
    sort: Sort
    whole: bool | None
    """Of numbers: whole results are ints; `None`: some of them."""


@dataclass(slots=True)
class ConditionCode:
    """Compiles the conditions of one country's form of a program into a pool shared by all."""

    codes: FieldCodes
    pool: list[int]
    defaults: Mapping[str, bool | int | float | str]
    audiences: Mapping[str, Condition]
    scoring: Scoring | None
    dry: bool = False
    """Only sorts are asked for: no table is made."""
    forms: Sequence[ConditionCode] = ()
    """Those of all forms, where contacts can change from one to another: audiences and fit are the present one's."""
    _known: dict[str, Compiled] = field(default_factory=dict)
    _tables: dict[tuple[str, str], int] = field(default_factory=dict)

    def condition(self, condition: Condition | None) -> int:
        """Where the instructions of a condition begin; -1 for none."""
        return -1 if condition is None else self.expression(condition).start

    def is_broken(self, expression: Expression) -> int:
        """Where the instructions begin that say whether a number is written with a decimal point."""
        writer = ExpressionWriter(home=self, variables={})
        writer.put_broken(expression)
        writer.code.append(i.RETURN)
        start = len(self.pool)
        self.pool += writer.placed(start)
        return start

    def expression(self, condition: Condition) -> Compiled:
        """Any expression."""
        found = self._known.get(condition.text)
        if found is None:
            writer = ExpressionWriter(home=self, variables={})
            sort, whole = writer.put(condition.expression)
            writer.code.append(i.RETURN)
            # Tables that the condition needs have gone to the pool first, so the code lies in one piece.
            start = len(self.pool)
            self.pool += writer.placed(start)
            found = self._known[condition.text] = Compiled(start, sort, whole)
        return found

    def table(self, kind: str, argument: str, answer: Callable[[str], int]) -> int:
        """Start of a table over all texts."""
        if self.dry:
            return 0
        if (kind, argument) not in self._tables:
            self.codes.closed = True
            self._tables[kind, argument] = len(self.pool)
            self.pool += [answer(text) for text in self.codes.texts.values]
        return self._tables[kind, argument]

    def ranks(self) -> int:
        """Start of the table of texts' ranks in their order."""
        order = {text: rank for rank, text in enumerate(sorted(self.codes.texts.values))}
        return self.table("rank", "", lambda text: order[text])


def texts_in(expression: Expression, codes: FieldCodes) -> None:
    """Makes the texts of a condition known before tables over all texts are made."""
    if isinstance(expression, syntax.Text):
        codes.text(expression.value)
    if isinstance(expression, syntax.ListLiteral) and all(isinstance(item, syntax.Text) for item in expression.items):
        codes.list_of("a condition", tuple(item.value for item in expression.items if isinstance(item, syntax.Text)))
    for child in syntax.children(expression):
        texts_in(child, codes)


__all__ = ["Compiled", "ConditionCode", "group_path", "texts_in"]
