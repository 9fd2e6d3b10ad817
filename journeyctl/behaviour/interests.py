"""Mean interest by persona: which Dirichlet shapes a contact's interests are drawn with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from journeyctl.behaviour.coefficients import exact
from journeyctl.diagnostics import Finding, SpecError
from journeyctl.expr import ConditionError
from journeyctl.fixed_point import alpha_index
from journeyctl.graph.condition import Condition
from journeyctl.model.behaviour import Interest

if TYPE_CHECKING:
    from journeyctl.expr import Environment
    from journeyctl.model.behaviour import Behaviour

_GRID = 8
_LARGEST_SHAPE = 6


@dataclass(frozen=True, slots=True)
class Personas:
    """Shapes by persona, in the order in which the behaviour document tries them."""

    topics: tuple[str, ...]
    arms: tuple[tuple[Condition, tuple[float, ...]], ...]
    otherwise: tuple[float, ...]

    @classmethod
    def of(cls, behaviour: Behaviour, topics: Sequence[str]) -> Personas:
        """Reads the document's interests; a topic without a weight weighs 1, topics of other houses are ignored."""
        concentration = exact(behaviour.value("interest_concentration"))
        shapes = _Shapes(tuple(topics), Fraction(concentration))
        arms: list[tuple[Condition, tuple[float, ...]]] = []
        for entry in behaviour.interests:
            if not isinstance(entry, Interest):
                return cls(shapes.topics, tuple(arms), shapes.of(entry.topics))
            try:
                arms.append((Condition.of(entry.when.text), shapes.of(entry.topics)))
            except ConditionError as error:
                raise SpecError([Finding("JC091", "unreadable-condition", str(error), entry.when.origin)]) from error
        return cls(shapes.topics, tuple(arms), shapes.of({}))

    def shapes(self, environment: Environment) -> tuple[float, ...]:
        """The Dirichlet shapes of a contact, by topic, as they are used: multiples of 1/8 up to 6."""
        return next((shapes for condition, shapes in self.arms if condition.holds(environment)), self.otherwise)


@dataclass(frozen=True, slots=True)
class _Shapes:
    topics: tuple[str, ...]
    concentration: Fraction

    def of(self, weights: Mapping[str, float]) -> tuple[float, ...]:
        """Shapes in proportion to the weights, together the concentration, each rounded to its grid."""
        parts = [Fraction(exact(weights.get(topic, 1.0))) for topic in self.topics]
        total = sum(parts)
        if total == 0:
            parts, total = [Fraction(1)] * len(parts), Fraction(len(parts))
        return tuple(_on_grid(self.concentration * part / total) for part in parts)


def _on_grid(shape: Fraction) -> float:
    held = min(max(shape, Fraction(1, _GRID)), Fraction(_LARGEST_SHAPE))
    return alpha_index(float(held)) / _GRID
