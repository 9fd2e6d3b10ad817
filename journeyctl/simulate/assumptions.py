"""The numbers that a forecast rests on, with what is known about each: measured, cited, assumed, or not said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from journeyctl.model.behaviour import Behaviour, Parameter
from journeyctl.model.desk import Desk
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.simulate.stated_numbers import StatedNumber, stated_numbers

NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One input number."""

    path: str
    """As `--set` takes it; also of numbers that no file states, because their default holds."""
    value: str
    range: str
    """Least and greatest plausible value as written; empty where none is given."""
    source: str
    """`measured`, `assumed`, `cited: ..`, or `not said`."""

    @property
    def kind(self) -> str:
        """`measured`, `cited`, `assumed` or `not said`."""
        return self.source.split(":")[0]


def assumptions_of(workspace: Workspace, scenario: str, desks: tuple[str, ...]) -> tuple[Assumption, ...]:
    """Every input number of a scenario, of its desks and of its behaviour, by path."""
    chosen = workspace.scenarios[scenario]
    documents: tuple[Desk | Scenario, ...] = (chosen, *(workspace.desks[name] for name in desks))
    found = [_assumption(stated) for document in documents for stated in stated_numbers(document)]
    found += _parameters(workspace.behaviours[chosen.behaviour])
    return tuple(sorted(set(found), key=dataclasses.astuple))


def _assumption(stated: StatedNumber) -> Assumption:
    number = stated.number
    bounds = "" if number.low is None else f"{number.low} to {number.high}"
    return Assumption(stated.path, str(number.value), bounds, number.source or NOT_SAID)


def _parameters(behaviour: Behaviour) -> Iterator[Assumption]:
    tables: tuple[tuple[str, Mapping[str, Parameter]], ...] = (
        ("parameters", behaviour.parameters), ("weekdays", behaviour.weekdays), ("placement", behaviour.placement),
    )  # fmt: skip
    for table, parameters in tables:
        for name, parameter in parameters.items():
            bounds = "" if parameter.range is None else f"{parameter.range[0]:g} to {parameter.range[1]:g}"
            path = f"behaviours.{behaviour.name}.{table}.{name}"
            yield Assumption(
                path, f"{parameter.value:g} {parameter.unit}".strip(), bounds, parameter.source or NOT_SAID
            )
