"""Desks that go on over what they tell leave the same rows as desks that stop for it."""

from __future__ import annotations

import pytest

from journeyctl.simulate import reference
from tests.agreement.generated import generated_world

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine import desk_floor, desk_loop, engine

GOES_ON, COMES_BACK = 45, 0
"""Generated workspaces without account evaluations, in which nobody, or somebody, comes back to a desk."""


@pytest.mark.parametrize("number", [GOES_ON, COMES_BACK])
def test_desks_that_go_on_over_what_they_tell_leave_the_rows_of_those_that_stop(number: int) -> None:
    world, draws = generated_world(number)
    found = engine.simulate(world, draws)
    assert bool(world.memory.get(desk_loop._COMES_BACK)) == (number == COMES_BACK)
    world.memory[desk_loop._COMES_BACK] = True
    stopping, right = engine.simulate(world, draws), reference.simulate(world, draws)
    for one in (found, stopping):
        assert one.record.record().digest() == right.record.record().digest()
        assert dict(one.open_leads) == dict(right.open_leads)


@pytest.mark.parametrize("number", [GOES_ON, COMES_BACK])
def test_outcomes_that_are_told_a_few_at_a_time_are_all_told(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world, draws = generated_world(number)
    right = engine.simulate(world, draws).record.record().digest()
    monkeypatch.setattr(desk_floor, "_TOGETHER", 1)
    assert engine.simulate(world, draws).record.record().digest() == right
