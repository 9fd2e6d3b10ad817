"""The numbers that a forecast rests on, with what is known about each: measured, cited, assumed, or not said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from journeyctl.model.behaviour import Behaviour, Parameter
from journeyctl.model.specification import Workspace
from journeyctl.model.values import Assumed

NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One input number."""

    path: str
    """Where it stands: file and key route."""
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
    documents = [chosen, *(workspace.desks[name] for name in desks)]
    found = [entry for document in documents for entry in _assumed(document)]
    found += _parameters(workspace.behaviours[chosen.behaviour])
    return tuple(sorted(set(found), key=dataclasses.astuple))


def _assumed(value: object) -> Iterator[Assumption]:
    if isinstance(value, Assumed):
        if isinstance(value.value, (int, float)) or dataclasses.is_dataclass(value.value):
            bounds = "" if value.low is None else f"{value.low} to {value.high}"
            place = f"{value.origin.file}: {value.origin.dotted()}"
            yield Assumption(place, str(value.value), bounds, value.source or NOT_SAID)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _assumed(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _assumed(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _assumed(getattr(value, field.name))


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
