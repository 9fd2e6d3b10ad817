"""Draws of parameters cover every distribution evenly, and each has an address of its own."""

from __future__ import annotations

import dataclasses

import pytest

from journeyctl.behaviour.coefficients import Coefficients, limits_of
from journeyctl.model.behaviour import Behaviour, Parameter
from journeyctl.model.parameters import PARAMETERS
from journeyctl.simulate.parameter_draws import (
    Values,
    parameter_draws,
    uncertain_numbers,
    uncertain_parameters,
    with_values,
)
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

WORKSPACE = load(locate("small"))
DOCUMENT = WORKSPACE.behaviours["default"]
NUMBERS = uncertain_numbers((WORKSPACE.scenarios["plan"], WORKSPACE.desks["sales"]))
DRAWS = 50


def drawn_of(document: Behaviour, *, seed: int) -> tuple[Values, ...]:
    """Draws of a behaviour and of the numbers of scenario and desk."""
    return parameter_draws((*uncertain_parameters(document), *NUMBERS), seed=seed, draws=DRAWS)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_limits_are_those_that_the_formulas_take(name: str) -> None:
    for value in limits_of(name):
        Coefficients.of(with_values(DOCUMENT, {name: value}))


def test_every_parameter_takes_one_value_from_each_part_of_its_distribution() -> None:
    drawn = drawn_of(DOCUMENT, seed=7)
    for one in (*uncertain_parameters(DOCUMENT), *NUMBERS):
        values = sorted(draw[one.name] for draw in drawn)
        for part, value in enumerate(values):
            low, high = one.belief.quantile(part / DRAWS), one.belief.quantile((part + 1) / DRAWS)
            assert low <= value <= high, one.name


def test_draws_are_different_orders_for_different_parameters_and_the_same_for_the_same_seed() -> None:
    drawn = drawn_of(DOCUMENT, seed=7)
    assert drawn == drawn_of(DOCUMENT, seed=7)
    assert drawn != drawn_of(DOCUMENT, seed=8)
    names = [one.name for one in uncertain_parameters(DOCUMENT)]
    orders = {tuple(sorted(range(DRAWS), key=lambda number: drawn[number][name])) for name in names}
    assert len(orders) == len(names)


def test_a_parameter_that_becomes_known_changes_no_other() -> None:
    fewer = dataclasses.replace(DOCUMENT, parameters={**DOCUMENT.parameters, "fatigue": Parameter(value=0.12)})
    all_drawn, fewer_drawn = (drawn_of(document, seed=7) for document in (DOCUMENT, fewer))
    assert [{k: v for k, v in draw.items() if k != "fatigue"} for draw in all_drawn] == list(fewer_drawn)


@pytest.mark.parametrize("number", [0, 17, 49])
def test_every_draw_is_a_document_that_formulas_take(number: int) -> None:
    Coefficients.of(with_values(DOCUMENT, drawn_of(DOCUMENT, seed=3)[number]))


def test_numbers_of_scenario_and_desk_are_drawn_and_promises_are_not() -> None:
    names = {one.name for one in NUMBERS}
    assert {"scenarios.plan.desk_inflow.web-form.per_week", "desks.sales.connect.first"} <= names
    uncertain_promise = with_set(WORKSPACE, [("desks.sales.sla.target", {"value": "95%", "range": ["90%", "99%"]})])
    assert uncertain_promise.desks["sales"].sla.target.high == 0.99  # type: ignore[union-attr]  # it has a promise
    assert names >= {one.name for one in uncertain_numbers((uncertain_promise.desks["sales"],))}
