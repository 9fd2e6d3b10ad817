"""Everything that `journeyctl verify-simulator` holds the simulator against, as one list of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from journeyctl.draws import Draws
from journeyctl.model.specification import Workspace
from journeyctl.results.identities import violations
from journeyctl.results.measures.breaches import breaches_of
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.truth.acceptance import cells, queue_cases
from journeyctl.simulate.truth.chain import NotExact
from journeyctl.simulate.truth.chain_agreement import compare_with_chain
from journeyctl.simulate.truth.desk_agreement import compare

Progress = Callable[[str], None]
CUSTOMERS = 1_500
"""Customers whom desk and recursion are compared on, for each queue."""
_HOUR = 3_600
"""An hour of the formulas is one of the clock: after three business days a desk calls oldest leads first."""
_LARGEST_Z = 4.0
"""Distance from the exact chain that chance alone passes once in 16,000 counts."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing held against the truth."""

    section: str
    """`queues`, `desk`, `chain` or `books`."""
    name: str
    measure: str
    theory: float
    measured: float
    tolerance: float
    """How far the two may lie apart: a half width for means, 0 for what must be equal."""
    passed: bool


def verify(
    exact: tuple[Workspace, str],
    books: tuple[Workspace, str],
    *,
    seed: int = 1,
    replications: int = 40,
    progress: Progress = lambda name: None,
) -> Iterator[Check]:
    """All checks, one by one.

    `exact` is a workspace and a scenario with an exact chain, `books` one with caps that bind. Queues are
    simulated `replications` times, the chain a quarter as often.
    """
    yield from _desk(seed, progress)
    yield from _chain(*exact, seed, max(2, replications // 4), progress)
    yield from _books(*books, seed, progress)
    for cell in cells(seed=seed, replications=replications, progress=progress):
        yield Check("queues", cell.case, cell.measure, cell.theory, cell.measured, cell.half_width, cell.agrees)


def _desk(seed: int, progress: Progress) -> Iterator[Check]:
    """The desk begins the same customers at the same seconds as the recursion that the formulas are tested on."""
    for case in queue_cases(_HOUR):
        if case.stream.leaving is not None:
            # Patience of their own is no part of a desk; the recursion alone is held against Erlang A.
            continue
        progress(f"desk, {case.name}")
        found = compare(case.stream, case.servers, seed=seed, count=CUSTOMERS)
        same = found.differing == 0 and found.customers > 0
        yield Check("desk", case.name, "begun at another second", 0, found.differing, 0, same)
        if found.compiled is not None:
            yield Check("desk", case.name, "the same, compiled", 0, found.compiled, 0, found.compiled == 0)
        even = found.unexplained_wait == 0
        yield Check("desk", case.name, "queue less waits, s", 0, found.unexplained_wait, 0, even)


def _chain(workspace: Workspace, scenario: str, seed: int, replications: int, progress: Progress) -> Iterator[Check]:
    found = compare_with_chain(workspace, scenario, seed=seed, replications=replications, progress=progress)
    if isinstance(found, NotExact):
        for reason in found.reasons:
            yield Check("chain", scenario, reason, 0, 1, 0, passed=False)
        return
    for count in found:
        tolerance = _LARGEST_Z * count.deviation
        yield Check("chain", scenario, count.name, count.exact, count.simulated, tolerance, abs(count.z) <= _LARGEST_Z)


def _books(workspace: Workspace, scenario: str, seed: int, progress: Progress) -> Iterator[Check]:
    """Identities of one replication, caps among them, and the same rows twice."""
    progress(f"books of '{workspace.settings.name}'")
    draws = Draws(seed, 0)
    world = world_of(workspace, scenario, draws)
    record = run(world, draws).record.record()
    context = context_of(world, draws)
    name = f"{workspace.settings.name}, {scenario}"
    for cap in context.caps:
        breaches = breaches_of(record, cap)
        yield Check("books", name, f"sends beyond the cap '{cap.name}'", 0, breaches, 0, breaches == 0)
    broken = violations(record, caps=context.caps)
    yield Check("books", name, "identities that do not hold", 0, len(broken), 0, not broken)
    other = run(world, draws).record.record().digest() != record.digest()
    yield Check("books", name, "same seed, other rows", 0, int(other), 0, not other)
