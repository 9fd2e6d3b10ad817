"""A checked condition of the lowered graph: its text, its tree, its compiled form and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from journeyctl.expr import Environment, Expression, Reads, Value, compile_expression, parse, reads


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition or expression, parsed once. Two are equal when their texts are.

    Pickled as its text, because compiled closures do not travel between processes.
    """

    text: str
    expression: Expression = field(compare=False, repr=False)
    evaluate: Callable[[Environment], Value] = field(compare=False, repr=False)
    """Answers the expression's value for one contact; `None` is unknown."""
    reads: Reads = field(compare=False, repr=False)
    """Which fields, histories and clocks the answer depends on."""
    is_volatile: bool = field(init=False, compare=False, repr=False)
    """The answer can change without any field changing: time, history, score, groups."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_volatile", self.reads.is_volatile)

    @classmethod
    def of(cls, text: str) -> Condition:
        """Parses `text`; raises `expr.ConditionError` where it is no expression."""
        return _parsed(text)

    def holds(self, environment: Environment) -> bool:
        """True only where the condition is true; unknown does not hold."""
        return self.evaluate(environment) is True

    def __reduce__(self) -> tuple[Callable[[str], Condition], tuple[str]]:
        return (Condition.of, (self.text,))


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> Condition:
    # The same texts stand in every variant and country of a workspace.
    expression = parse(text)
    return Condition(text, expression, compile_expression(expression), reads(expression))
