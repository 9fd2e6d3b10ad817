"""Made-up workspaces: the same number makes the same one, all are valid, and the reference engine runs them soundly."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from journeyctl.results.identities import violations
from journeyctl.simulate import reference
from journeyctl.simulate.measuring import context_of
from tests.agreement.comparing import differences
from tests.agreement.coverage import MEDIAN_ROWS, SHARE, coverage
from tests.agreement.faults import FAULTS, right_digest, shows
from tests.agreement.generated import generated_documents, generated_workspace, generated_world

FEW, MANY = range(6), range(100)


def test_the_same_number_makes_the_same_documents_and_another_one_others() -> None:
    assert generated_documents(5) == generated_documents(5)
    assert generated_workspace(5)[0].hash == generated_workspace(5)[0].hash
    assert len({generated_workspace(number)[0].hash for number in FEW}) == len(FEW)


@pytest.mark.slow
def test_every_workspace_is_valid() -> None:
    for number in range(MANY.stop, 3 * MANY.stop):
        generated_workspace(number)


@pytest.mark.parametrize("number", FEW)
def test_the_reference_engine_runs_made_up_workspaces_whatever_the_order_of_contacts(number: int) -> None:
    _runs_soundly(number)


@pytest.mark.slow
@pytest.mark.parametrize("number", [number for number in MANY if number not in FEW])
def test_the_reference_engine_runs_many_made_up_workspaces(number: int) -> None:
    _runs_soundly(number)


def _runs_soundly(number: int) -> None:
    """Nobody is stuck, all accounts balance, and shuffled contacts write the same rows."""
    world, draws = generated_world(number)
    done = reference.simulate(world, draws)
    record = done.record.record()
    assert done.stuck == ()
    assert violations(record, caps=context_of(world, draws).caps) == ()
    persons = random.Random(number).sample(world.persons, len(world.persons))  # noqa: S311  (no secret)
    shuffled = reference.simulate(replace(world, persons=tuple(persons)), draws).record.record()
    assert differences(record, shuffled) == ""


def test_differences_show_rows_side_by_side() -> None:
    world, draws = generated_world(0)
    record = reference.simulate(world, draws).record.record()
    assert differences(record, record) == ""
    told = differences(record, record.take(np.arange(1, len(record))))
    assert "1 contacts differ" in told
    assert told.count("  left ") == 1
    assert "right  -" in told


# --- the power of the generator


@pytest.mark.slow
def test_everything_the_language_says_happens_often_enough() -> None:
    found = coverage(MANY)
    assert found.wanting() == (), found.table()
    assert found.median_rows >= MEDIAN_ROWS
    assert found.share("competes") >= SHARE
    assert found.share("hears_back") >= SHARE


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_what_journeys_mean_shows_in_some_workspace(name: str) -> None:
    showing = next((number for number in range(40) if shows(FAULTS[name], number)), None)
    assert showing is not None, f"40 workspaces have the same rows although {name}"
    right_digest(showing)
