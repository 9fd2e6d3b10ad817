"""What rules are given: the workspace, and what several of them ask of it, worked out once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from journeyctl.diagnostics import Origin
from journeyctl.expr import (
    ConditionError,
    Expression,
    Problem,
    ProblemKind,
    Scope,
    Type,
    check,
    parse,
    type_of,
)
from journeyctl.graph.analysis import StepFlow, flow_of
from journeyctl.model.catalog import Catalog
from journeyctl.model.desk import Desk
from journeyctl.model.fields import Spelled
from journeyctl.model.journey import Journey
from journeyctl.model.parts import parts
from journeyctl.model.specification import NameUse, Workspace
from journeyctl.model.steps import Step
from journeyctl.model.values import Assumed
from journeyctl.spec.conditions import MOMENTS, ConditionUse, Uses, uses
from journeyctl.spec.references import known_names, references


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that nothing has, and the names that could stand there instead."""

    use: NameUse
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JourneyFlow:
    """One journey with the ways between its steps; every step that it names exists, once."""

    journey: Journey
    flow: StepFlow
    steps: Mapping[str, Step]
    houses: Mapping[str, Catalog]
    """Content houses by name."""

    def origin(self, step: str) -> Origin:
        """The place of a step's id."""
        return self.steps[step].origin.child("id")


@dataclass(frozen=True, slots=True)
class FaultyCondition:
    """A condition or expression with everything that is wrong with it."""

    use: ConditionUse
    error: ConditionError | None
    """Why it cannot be read."""
    problems: tuple[Problem, ...]
    """What is wrong with it although it can be read, in the order of the text."""
    expression: Expression | None
    """Its tree, if it can be read."""


class Subject:
    """A workspace as rules see it. Lives for one run."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @cached_property
    def uses(self) -> Uses:
        """Every condition, expression and field name with its place."""
        return uses(self.workspace)

    @cached_property
    def faulty_conditions(self) -> tuple[FaultyCondition, ...]:
        """Every condition and expression with which something is wrong."""
        return tuple(_faulty(self.uses.conditions))

    @cached_property
    def layers(self) -> tuple[Workspace, ...]:
        """The workspace, and what overlays make of it for single countries."""
        return (self.workspace, *self.workspace.variants.values())

    @cached_property
    def journeys(self) -> tuple[Journey, ...]:
        """Every journey, and every other form that a country's overlay gives it."""
        by_place = {id(journey): journey for layer in self.layers for journey in layer.journeys.values()}
        return tuple(by_place.values())

    @cached_property
    def desks(self) -> tuple[Desk, ...]:
        """Every desk by name, and every other form that a country's overlay gives it."""
        found = {id(desk): desk for layer in self.layers for _, desk in sorted(layer.desks.items())}
        return tuple(found.values())

    @cached_property
    def parts(self) -> tuple[Spelled | Assumed[object], ...]:
        """Every part of desks, scenarios, behaviours and scoring that is written as a mapping or states a number."""
        documents: dict[int, Spelled] = {}
        for layer in self.layers:
            own = (*layer.desks.values(), *layer.scenarios.values(), *layer.behaviours.values())
            documents.update((id(document), document) for document in own)
            if layer.scoring is not None:
                documents[id(layer.scoring)] = layer.scoring
        return tuple(part for document in documents.values() for part in parts(document))

    @cached_property
    def unknown_names(self) -> tuple[UnknownName, ...]:
        """Every name outside of conditions that refers to nothing."""
        return tuple(_unknown(self.workspace))

    @cached_property
    def flows(self) -> tuple[JourneyFlow, ...]:
        """Every journey whose steps can be followed.

        Left out are those that name a step that does not exist, or two steps alike: that has its own
        finding, and whatever else seems wrong may only follow from it.
        """
        broken = {found.use.document for found in self.unknown_names if "step" in found.use.to.split(" or ")}
        found = []
        for journey in self.journeys:
            steps = {step.id: step for step in journey.steps}
            if len(steps) == len(journey.steps) and ("journey", journey.name) not in broken:
                found.append(JourneyFlow(journey, flow_of(journey), steps, self.workspace.catalogs))
        return tuple(found)


_OF_ONE_DOCUMENT = frozenset({"step", "send", "team", "inflow"})
"""Names that hold within one document, or within the one that it speaks of."""


def _unknown(workspace: Workspace) -> Iterator[UnknownName]:
    known: dict[tuple[str, tuple[str, str] | None], tuple[tuple[str, ...], frozenset[str]] | None] = {}
    for use in references(workspace):
        local = use.document[0] == "catalog" or not _OF_ONE_DOCUMENT.isdisjoint(use.to.split(" or "))
        key = (use.to, use.document if local else None)
        if key not in known:
            names = known_names(workspace, use)
            known[key] = None if names is None else (names, frozenset(names))
        found = known[key]
        if found is not None and use.name not in found[1]:
            yield UnknownName(use, found[0])


def _faulty(found: Iterable[ConditionUse]) -> Iterator[FaultyCondition]:
    """Many places hold the same text; each text is read and checked once for each scope."""
    known: dict[tuple[str, int, tuple[Type, ...]], FaultyCondition | None] = {}
    for use in found:
        key = (use.text, id(use.scope), use.expected)
        if key not in known:
            known[key] = _check(use)
        fault = known[key]
        if fault is not None:
            yield dataclasses.replace(fault, use=use)


def _check(use: ConditionUse) -> FaultyCondition | None:
    try:
        expression = parse(use.text)
    except ConditionError as error:
        return FaultyCondition(use, error, (), None)
    expect = use.expected[0] if len(use.expected) == 1 else None
    problems = check(expression, use.scope, expect=expect)
    if not problems and use.expected == MOMENTS:
        problems = tuple(_no_moment(expression, use.scope))
    return FaultyCondition(use, None, problems, expression) if problems else None


def _no_moment(expression: Expression, scope: Scope) -> Iterator[Problem]:
    found = type_of(expression, scope)
    if found not in (*MOMENTS, Type.UNKNOWN):
        message = f"this gives a {found.value}, a date or date-time is needed here"
        help = 'write a field with a date, a time such as "tue 09:00", or a length such as 7d without until:'
        yield Problem(ProblemKind.WRONG_TYPE, message, expression.start, expression.end, help)
