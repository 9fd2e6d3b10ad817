"""Newcomers stand in arrays as everybody else does, though each is written by itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

pytest.importorskip("numba", reason="the population engine is not installed")

from journeyctl.draws import Draws
from journeyctl.simulate.matched_audiences import Newcomer
from journeyctl.simulate.person import People
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.crowds import Crowd, GrowingCrowd, Roster
from journeyctl.simulate.population_engine.engine import inputs_of
from journeyctl.simulate.population_engine.inputs import Inputs
from tests.simulate.population_engine.test_engine import small

pytestmark = pytest.mark.slow


def newcomers() -> list[Newcomer]:
    """Some people of the pilot, as if they came now; some of them can enter no journey, to some something happens."""
    world = small()
    people = [dataclasses.replace(one, at=world.start + 1_000 * n) for n, one in enumerate(world.persons[:200:7])]
    return [
        Newcomer(one, "", "", tuple(world.facts.get(one.key, ())), n % 3 > 0) for n, one in enumerate(people)
    ]  # fmt: skip


def arrays(crowd: Crowd) -> tuple[np.ndarray, ...]:
    return crowd.people, crowd.fields, crowd.facts, crowd.mail


def test_a_newcomer_s_row_is_the_one_that_columns_give() -> None:
    inputs = inputs_of(small())
    assert isinstance(inputs, Inputs)
    mail, found = inputs.mail(Draws(7, 2)), newcomers()
    people, facts = People.of([one.person for one in found]), {one.person.key: one.facts for one in found}
    assert any(facts.values())
    crowd = Roster(inputs.world, inputs.tables, inputs.ranks, people, facts).crowd(np.arange(len(people)))
    own = np.flatnonzero([one.enters for one in found])
    crowd.people[:, life.P_FORM] = 1
    crowd.people[own, life.P_VISITS] = 1
    entering = people.take(own)
    expected = crowd.with_mail(own, *mail(entering.keys, inputs.world.zone_column(entering)))
    for given, wanted in zip(arrays(inputs.newcomers(found, mail)), arrays(expected), strict=True):
        assert np.array_equal(given, wanted)


def test_a_crowd_that_grows_in_place_is_the_one_that_is_put_together() -> None:
    inputs = inputs_of(small())
    assert isinstance(inputs, Inputs)
    mail = inputs.mail(Draws(7, 2))
    whole = inputs.crowd(mail, np.arange(10))
    growing = GrowingCrowd(whole)
    for first in range(0, 20, 4):
        others = inputs.newcomers(newcomers()[first : first + 4], mail)
        whole = whole.with_others(others)
        growing.admit(others)
        for given, wanted in zip(arrays(growing.crowd), arrays(whole), strict=True):
            assert np.array_equal(given, wanted)
            assert given.flags.c_contiguous
