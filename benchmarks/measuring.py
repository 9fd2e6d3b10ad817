"""Measurements, each in a process of its own, so that none inherits another's memory or warm caches."""

from __future__ import annotations

import gc
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journeyctl.draws import Draws
    from journeyctl.simulate.finished import Finished
    from journeyctl.simulate.world import World

HERE = Path(__file__).parent
WORKSPACE = HERE / "journey_m"
REFERENCE = HERE.parent
PEERS = REFERENCE / "out" / "peers"
"""Where `make bench` installs the simulators that are measured beside ours."""
SDRS_PER_CONTACT = 0.00024


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement."""

    what: str
    contacts: int
    rows: int
    """Rows of the event record; of `validate`, findings."""
    cpu: float
    """Processor seconds of the thing itself, without the start of Python and imports."""
    peak: int
    """Most memory that the whole process had, in MB (2^20 bytes)."""


def alone(measure: Callable[[int], Measured], contacts: int) -> Measured:
    """The measurement in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, contacts).result()


def engine(contacts: int) -> Measured:
    """The reference engine: one replication of a world that is ready, up to columns."""
    from journeyctl.simulate import reference

    return _engine(contacts, "journeyctl, reference engine", reference.simulate)


def population(contacts: int) -> Measured:
    """The population engine, compiled before; its arrays of the world are made in the time that is measured."""
    from journeyctl.draws import Draws
    from journeyctl.simulate import population_engine

    # So many that leads are made and worked on: then all of the code is loaded.
    population_engine.simulate(journey_m(2_000), Draws(7, 0))
    return _engine(contacts, "journeyctl, population engine", population_engine.simulate)


def _engine(contacts: int, what: str, simulate: Callable[[World, Draws], Finished]) -> Measured:
    from journeyctl.draws import Draws

    world = journey_m(contacts)
    begun = time.process_time()
    rows = len(simulate(world, Draws(7, 0)).record.record())
    return Measured(what, contacts, rows, time.process_time() - begun, _peak())


def journey_m(contacts: int) -> World:
    """The workspace of journey M, ready for so many contacts and with the SDRs that they need."""
    from journeyctl.draws import Draws
    from journeyctl.simulate.run import world_of
    from journeyctl.spec import load, with_set

    sizes: Sequence[tuple[str, object]] = (
        ("population.accounts.contacts", contacts),
        ("desks.sdr.teams.sdr.sdrs", max(1, round(SDRS_PER_CONTACT * contacts))),
    )
    return world_of(with_set(load(WORKSPACE), sizes, scenario="m"), "m", Draws(7))


def preparing(contacts: int) -> Measured:
    """From documents to a world that is ready, which all replications share; rows are its people."""
    from journeyctl.draws import Draws
    from journeyctl.simulate.run import world_of
    from journeyctl.spec import load, with_set

    begun = time.process_time()
    workspace = with_set(load(WORKSPACE), (("population.accounts.contacts", contacts),), scenario="m")
    people = len(world_of(workspace, "m", Draws(7)).persons)
    return Measured("journeyctl, made ready (once)", contacts, people, time.process_time() - begun, _peak())


def by_hand(contacts: int) -> Measured:
    """The loop written by hand, as Python comes."""
    return _by_hand(contacts, "SimPy by hand")


def by_hand_without_collector(contacts: int) -> Measured:
    """The same with the garbage collector off."""
    gc.disable()
    try:
        return _by_hand(contacts, "SimPy by hand, collector off")
    finally:
        gc.enable()


def validating(contacts: int) -> Measured:
    """The check of the whole reference workspace, read from files; `contacts` plays no part."""
    from journeyctl.api import validate

    begun = time.process_time()
    findings = len(validate(REFERENCE).findings)
    return Measured(
        "journeyctl validate, reference workspace", contacts, findings, time.process_time() - begun, _peak()
    )


def by_ciw(contacts: int) -> Measured:
    """The same journey in Ciw; rows are its mails and leads. Its cost rises with the square of the contacts."""
    # Ciw's wheel brings a package named `tests` along, so it lives outside of the environment and is found last.
    sys.path.append(str(PEERS))
    from benchmarks.ciw_twin import simulate

    begun = time.process_time()
    mails, leads = simulate(contacts)
    return Measured("Ciw", contacts, mails + leads, time.process_time() - begun, _peak())


def floor(contacts: int) -> Measured:
    """Drawing the journey's random numbers and writing its raw log, without simulating."""
    from benchmarks.floor import draw_and_write

    begun = time.process_time()
    rows = draw_and_write(contacts)
    return Measured("floor: draws and raw log", contacts, rows, time.process_time() - begun, _peak())


def _by_hand(contacts: int, what: str) -> Measured:
    from benchmarks.handwritten_simpy import simulate

    begun = time.process_time()
    rows = len(simulate(contacts))
    return Measured(what, contacts, rows, time.process_time() - begun, _peak())


def _peak() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1 << 20 if sys.platform == "darwin" else 1 << 10)
