"""The population engine writes the rows of the reference engine, all of them and no others, for any workspace."""

from __future__ import annotations

import importlib
import inspect
import os
import random
from dataclasses import replace
from types import ModuleType

import pytest

from journeyctl.draws import Draws
from journeyctl.results.record import EventRecord
from journeyctl.simulate import reference
from journeyctl.simulate.world import World
from tests.agreement.comparing import differences
from tests.agreement.generated import generated_world


def _second_engine() -> tuple[ModuleType | None, str]:
    """The population engine, or why it cannot be asked for a whole run here."""
    try:
        engine = importlib.import_module("journeyctl.simulate.population_engine")
    except ImportError as missing:
        return None, f"the population engine cannot be loaded: {missing}"
    if not (hasattr(engine, "simulate") and hasattr(engine, "unsupported")):
        return None, "the population engine does not offer simulate and unsupported yet"
    lacking = engine.available() if hasattr(engine, "available") else ""
    return (None, lacking) if lacking else (engine, "")


ENGINE, LACKING = _second_engine()
NIGHTLY = bool(os.environ.get("JOURNEYCTL_NIGHTLY")) or os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
FEW = range(12)
MANY = range(FEW.stop, 1_000 if NIGHTLY else 100)
TAKEN = 0.95
"""Least share of workspaces that the second engine must be able to take."""
pytestmark = pytest.mark.skipif(ENGINE is None, reason=LACKING)


@pytest.mark.parametrize("number", FEW)
def test_both_engines_write_the_same_rows(number: int) -> None:
    _agree(number)


@pytest.mark.slow
@pytest.mark.parametrize("number", MANY)
def test_both_engines_write_the_same_rows_for_many_workspaces(number: int) -> None:
    _agree(number)


@pytest.mark.slow
def test_the_second_engine_takes_nearly_every_workspace() -> None:
    reasons: dict[int, tuple[str, ...]] = {}
    for number in range(MANY.stop):
        found = _engine().unsupported(generated_world(number)[0])
        if found:
            reasons[number] = found
    assert len(reasons) <= (1 - TAKEN) * MANY.stop, reasons


@pytest.mark.slow
@pytest.mark.parametrize("number", FEW)
def test_the_rows_do_not_depend_on_the_order_of_contacts(number: int) -> None:
    world, draws = _taken(number)
    persons = random.Random(number).sample(world.persons, len(world.persons))  # noqa: S311  (no secret)
    other = replace(world, persons=tuple(persons))
    assert differences(_rows(_engine(), world, draws), _rows(_engine(), other, draws)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 7, 64])
@pytest.mark.parametrize("number", FEW[:4])
def test_the_rows_do_not_depend_on_the_size_of_chunks(number: int, chunk: int) -> None:
    if "chunk" not in inspect.signature(_engine().simulate).parameters:
        pytest.skip("the second engine does not work in chunks")
    world, draws = _taken(number)
    parts = _engine().simulate(world, draws, chunk=chunk).record.record()
    assert differences(_rows(reference, world, draws), parts) == ""


def _agree(number: int) -> None:
    """Both engines leave the same rows, stuck contacts and open leads."""
    world, draws = _taken(number)
    right, found = reference.simulate(world, draws), _engine().simulate(world, draws)
    assert differences(right.record.record(), found.record.record()) == ""
    assert (found.contacts, found.stuck) == (right.contacts, right.stuck)
    assert dict(found.open_leads) == dict(right.open_leads)


def _taken(number: int) -> tuple[World, Draws]:
    world, draws = generated_world(number)
    reasons = _engine().unsupported(world)
    if reasons:
        pytest.skip(f"workspace {number}: {'; '.join(reasons)}")
    return world, draws


def _rows(engine: ModuleType, world: World, draws: Draws) -> EventRecord:
    return engine.simulate(world, draws).record.record()  # type: ignore[no-any-return]  # an engine found by name


def _engine() -> ModuleType:
    assert ENGINE is not None, "without it every test here is skipped"
    return ENGINE
