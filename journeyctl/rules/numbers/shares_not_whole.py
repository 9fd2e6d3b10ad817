"""JC501 shares-not-whole: shares of one whole do not add up to 100 %.

Why
---
Shares that exclude each other are parts of one whole. Where they add up to less, somebody is in no part and is
given to the last one; where they add up to more, the last parts get less than is written, or nothing at all.
Either way the numbers that are reported are not those that were agreed on.

The arms of a split, the reasons for rejecting a lead and the stages at which contacts start make exactly 100 %.
The values of a field in a scenario make at most 100 %: for the rest the value is missing.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - id: test
        split:    # JC501
          treatment: {share: 90%, go: first}
          control: {share: 5%, holdout: true}
      - {id: first, send: planning-basics}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - id: test
        split:
          treatment: {share: 90%, go: first}
          control: {share: 10%, holdout: true}
      - {id: first, send: planning-basics}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from journeyctl.diagnostics import Finding, Origin, Part, Severity
from journeyctl.model.population import FieldValue, Given, Table
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.model.steps import Split
from journeyctl.model.values import Assumed
from journeyctl.rules.base import Subject, model_rule

_EXACT = 1e-9
"""Shares are written with at most nine decimals of a per cent, so less than this is a matter of binary fractions."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """Shares that exclude each other."""

    what: str
    shares: tuple[float, ...]
    origin: Origin
    rest_is_missing: bool = False
    """Less than 100 % is as meant."""


@model_rule(Severity.ERROR)
def shares_not_whole(subject: Subject) -> Iterator[Finding]:
    """One finding per whole."""
    for whole in _wholes(subject):
        total = fsum(whole.shares)
        if total > 1 + _EXACT or (total < 1 - _EXACT and not whole.rest_is_missing):
            yield shares_not_whole.finding(
                whole.origin,
                f"{whole.what} add up to {round(100 * total, 7):g} %",
                part=Part.KEY,
                help="make them 100 % or less; the rest is missing"
                if whole.rest_is_missing
                else "make them 100 % together",
            )


def _wholes(subject: Subject) -> Iterator[_Whole]:
    for journey in subject.journeys:
        for step in journey.steps:
            if isinstance(step.verb, Split):
                shares = tuple(arm.share for arm in step.verb.arms.values())
                yield _Whole("the shares of the arms", shares, step.verb.origin)
    for layer in subject.layers:
        yield from _of_layer(layer)


def _of_layer(workspace: Workspace) -> Iterator[_Whole]:
    for desk in workspace.desks.values():
        rejected = desk.outcomes.rejected
        if rejected.reasons:
            yield _Whole("the reasons", _values(rejected.reasons), rejected.origin.child("reasons"))
    for behaviour in workspace.behaviours.values():
        if behaviour.stages:
            yield _Whole("the stages", behaviour.stages, behaviour.origin.child("stages"))
    for scenario in workspace.scenarios.values():
        for value in _field_values(scenario):
            yield from _of_value(value)


def _field_values(scenario: Scenario) -> Iterable[FieldValue]:
    yield from scenario.population.fields.values()
    for inflow in scenario.inflow.values():
        yield from inflow.fields.values()
    for fact in scenario.facts.values():
        yield from fact.sets.values()
        if fact.value is not None:
            yield fact.value


def _of_value(value: FieldValue) -> Iterator[_Whole]:
    match value:
        case Table():
            yield _Whole("the shares of the values", _values(value.shares), value.origin, rest_is_missing=True)
        case Given():
            for arm in value.arms:
                yield from _of_value(arm.value)
        case _:
            """Any other spread has no shares that exclude each other."""


def _values(shares: Mapping[str, Assumed[float]]) -> tuple[float, ...]:
    return tuple(share.value for share in shares.values())
