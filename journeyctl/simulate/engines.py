"""Which engine runs a world: the population engine wherever it can, else the reference engine, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from journeyctl.draws import Draws
from journeyctl.simulate import finished, population_engine
from journeyctl.simulate.finished import Finished
from journeyctl.simulate.world import World

POPULATION: Final = population_engine.ENGINE
REFERENCE: Final = finished.REFERENCE
BOTH: Final = "both"
"""Run by both engines, whose rows must be the same."""
NAMES: Final = (POPULATION, REFERENCE, BOTH)


def run(world: World, draws: Draws, *, engine: str = POPULATION) -> Finished:
    """One replication, which `draws` names. A world that the population engine cannot carry is run by the other."""
    if engine == REFERENCE:
        return _reference(world, draws)
    why = obstacle(world)
    if not why:
        try:
            found = dataclasses.replace(population_engine.simulate(world, draws), engine=POPULATION)
        except population_engine.Unsupported as reason:
            why = str(reason)
        else:
            return found if engine == POPULATION else _compared(found, _reference(world, draws))
    return dataclasses.replace(_reference(world, draws), why=why)


def _reference(world: World, draws: Draws) -> Finished:
    # Mostly it is not needed, and SimPy takes its time to load.
    from journeyctl.simulate import reference

    return reference.simulate(world, draws)


def obstacle(world: World) -> str:
    """Why the population engine cannot run a world here; empty where it can."""
    return population_engine.available() or "; ".join(population_engine.unsupported(world))


def begin(*, engine: str = POPULATION) -> None:
    """Called before worlds are made, whose people are drawn faster then."""
    if engine != REFERENCE:
        population_engine.draw_fast()


def prepare(worlds: Iterable[World], *, engine: str = POPULATION) -> None:
    """Works out what all replications share, compiled code included, before processes are forked."""
    if engine == REFERENCE or population_engine.available():
        return
    for world in worlds:
        if not population_engine.unsupported(world):
            population_engine.prepare(world)


def named(runs: Iterable[str]) -> str:
    """What an answer calls the engines of its runs."""
    return " and ".join(sorted(set(runs))) or POPULATION


def _compared(found: Finished, other: Finished) -> Finished:
    same = found.record.record().digest() == other.record.record().digest()
    same = same and (found.open_leads, found.stuck) == (other.open_leads, other.stuck)
    return dataclasses.replace(found, differs=not same)
