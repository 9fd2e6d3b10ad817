"""Draws of what nobody knows: every parameter of a behaviour, and every number of scenario and desks with a range.

A Latin hypercube (McKay, Beckman, Conover, "A Comparison of Three Methods for Selecting Values of Input Variables in
the Analysis of Output from a Computer Code", Technometrics 21, 1979): with D draws each parameter takes one value from
each D-th part of its distribution, so that few draws cover all of it. The address of a draw is the parameter and the
number of the parameter draw, so that a further parameter changes no value of the others.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from journeyctl.behaviour.beliefs import Belief, belief_of
from journeyctl.behaviour.coefficients import limits_of
from journeyctl.draws import Draws
from journeyctl.model.behaviour import Behaviour, Parameter
from journeyctl.model.desk import Desk
from journeyctl.model.scenario import Scenario
from journeyctl.simulate.stated_numbers import is_promise, stated_numbers

_SHARE: Final = (0.0, 1.0)
_LOGITS: Final = (-1_000.0, 1_000.0)
_ONE: Final = 1 << 53

Values = Mapping[str, float]
"""By name: `fatigue`, `weekdays.sat`, `placement.DE` of the behaviour, the whole path of any other number."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """One parameter of which more than its value is known."""

    name: str
    value: float
    """As the document states it."""
    unit: str
    source: str
    belief: Belief


def uncertain_parameters(behaviour: Behaviour) -> tuple[Uncertain, ...]:
    """Every parameter with a range or a prior, by name; without either there is nothing to draw from."""
    found = []
    for name, parameter, limits in _parameters(behaviour):
        belief = belief_of(parameter, limits=limits)
        if belief is not None and belief.low < belief.high:
            found.append(Uncertain(name, parameter.value, parameter.unit, parameter.source, belief))
    return tuple(sorted(found, key=lambda one: one.name))


def _parameters(behaviour: Behaviour) -> Iterator[tuple[str, Parameter, tuple[float, float]]]:
    for name, parameter in behaviour.parameters.items():
        yield name, parameter, limits_of(name)
    for name, parameter in behaviour.weekdays.items():
        yield f"weekdays.{name}", parameter, _LOGITS
    for name, parameter in behaviour.placement.items():
        yield f"placement.{name}", parameter, _SHARE


def uncertain_numbers(documents: Iterable[Desk | Scenario]) -> tuple[Uncertain, ...]:
    """Every number with a range, by path; what a desk promises is decided and not drawn."""
    found = [
        Uncertain(stated.path, stated.amount(stated.number.value), stated.unit, stated.number.source, belief)
        for document in documents
        for stated in stated_numbers(document)
        if (belief := stated.belief) is not None and not is_promise(stated.path)
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def undrawn_numbers(documents: Iterable[Desk | Scenario]) -> Mapping[str, tuple[str, ...]]:
    """Numbers with a range that cannot be drawn, by path: the units in which value and range are written."""
    return {
        stated.path: stated.units
        for document in documents
        for stated in stated_numbers(document)
        if len(stated.units) > 1 and not is_promise(stated.path)
    }


def parameter_draws(uncertain: Iterable[Uncertain], *, seed: int, draws: int) -> tuple[Values, ...]:
    """So many draws of all these parameters, in the order of their numbers."""
    source = Draws(seed)
    columns: dict[str, list[float]] = {}
    for one in uncertain:
        parts = _shuffled(source, one.name, draws)
        within = [source.bits(one.name, "parameter", occurrence=number) / _ONE for number in range(draws)]
        columns[one.name] = [one.belief.quantile((part + u) / draws) for part, u in zip(parts, within, strict=True)]
    return tuple({name: column[number] for name, column in columns.items()} for number in range(draws))


def _shuffled(source: Draws, name: str, draws: int) -> list[int]:
    """Which part of the distribution each draw gets: the rank of a random number of its own."""
    keys = [(source.bits(name, "parameter-part", occurrence=number), number) for number in range(draws)]
    parts = [0] * draws
    for part, (_, number) in enumerate(sorted(keys)):
        parts[number] = part
    return parts


def with_values(behaviour: Behaviour, values: Values) -> Behaviour:
    """The document with other values of some parameters."""

    def changed(table: Mapping[str, Parameter], prefix: str) -> Mapping[str, Parameter]:
        return {
            name: dataclasses.replace(parameter, value=values.get(f"{prefix}{name}", parameter.value))
            for name, parameter in table.items()
        }

    return dataclasses.replace(
        behaviour,
        parameters=changed(behaviour.parameters, ""),
        weekdays=changed(behaviour.weekdays, "weekdays."),
        placement=changed(behaviour.placement, "placement."),
    )
