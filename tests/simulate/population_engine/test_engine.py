"""The population engine writes the rows of the reference engine, whatever the order and memory in which it works."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from journeyctl.draws import Draws
from journeyctl.simulate import engines, reference
from journeyctl.simulate.run import world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate import population_engine
from journeyctl.simulate.population_engine import lead_names, lives, packed_rows, who_lives

pytestmark = pytest.mark.slow


@cache
def small() -> World:
    """The pilot with a tenth of its accounts."""
    workspace = load(Path(__file__).parents[3])
    changed = with_set(workspace, [("population.accounts.contacts", 1_500)], scenario="us-pilot")
    return world_of(changed, "us-pilot", Draws(7))


@cache
def expected() -> reference.Finished:
    return reference.simulate(small(), Draws(7, 2))


def test_a_world_with_groups_desks_and_newcomers_has_the_same_rows_leads_and_contacts() -> None:
    found = population_engine.simulate(small(), Draws(7, 2))
    assert found.record.record().digest() == expected().record.record().digest()
    assert (found.open_leads, found.contacts, found.stuck) == (
        expected().open_leads, expected().contacts, expected().stuck,
    )  # fmt: skip


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_how_many_lives_are_run_at_a_stretch_changes_nothing(chunk: int) -> None:
    found = population_engine.simulate(small(), Draws(7, 2), chunk=chunk)
    assert found.record.record().digest() == expected().record.record().digest()


def test_people_who_are_made_into_arrays_part_by_part_live_as_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (lives, who_lives):
        monkeypatch.setattr(module, "AT_ONCE", 100)
    monkeypatch.setattr(who_lives, "_FEW", 100)
    found = population_engine.simulate(small(), Draws(7, 2))
    assert found.record.record().digest() == expected().record.record().digest()
    assert found.open_leads == expected().open_leads


def test_memory_that_was_too_small_grows_until_it_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((lives, "_LEAST_ROOM"), (lives, "_BUFFER"), (packed_rows, "_LEAST"), (packed_rows, "_SHAPES")):
        monkeypatch.setattr(module, name, 8)
    found = population_engine.simulate(small(), Draws(7, 2))
    assert found.record.record().digest() == expected().record.record().digest()


def test_rows_come_in_the_order_of_time_and_each_contact_in_its_own() -> None:
    own = population_engine.simulate(small(), Draws(7, 2)).record.record()
    assert (np.diff(own.column("time")) >= 0).all()
    theirs = expected().record.record()
    assert list(own.in_file_order().rows()) == list(theirs.in_file_order().rows())


def test_a_run_by_both_engines_says_that_they_agree() -> None:
    found = engines.run(small(), Draws(7, 3), engine=engines.BOTH)
    assert (found.engine, found.why, found.differs) == (engines.POPULATION, "", False)


def test_what_the_engine_cannot_carry_is_run_by_the_other_one_which_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population_engine, "unsupported", lambda world: ("a journey to the moon",))
    found = engines.run(small(), Draws(7, 2))
    assert (found.engine, found.why) == (engines.REFERENCE, "a journey to the moon")
    assert found.record.record().digest() == expected().record.record().digest()


def test_a_lead_is_named_after_its_contact_or_the_account_that_it_is_of() -> None:
    assert lead_names.lead_name("u1/h1/c1/p1", "score", 2) == "u1/h1/c1/p1~score~2"
    assert lead_names.lead_name("u1/h1/c1/p1", "~u1/h1~imaging", 3) == "u1/h1~imaging~3"
