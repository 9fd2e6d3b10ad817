"""What two variants of an experiment have in common, and how their runs are held against each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.graph.lowering import lower
from journeyctl.model.specification import Workspace
from journeyctl.results.before_outcomes import BeforeOutcomes, before_outcomes, desk_reached_contacts
from journeyctl.results.identities import Violation, violations
from journeyctl.results.measures import Observation, measured_rows
from journeyctl.results.pairs import existing
from journeyctl.results.record import EventRecord
from journeyctl.results.summary import Pair, Summary, pair, summary_of
from journeyctl.simulate.experiment import Variant
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.record_keys import hashes_of
from journeyctl.simulate.run import scenario_of
from journeyctl.simulate.world import World

_KNOWN: Final = "comparing.known"
"""Under which a world remembers the names of its contacts."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is kept of one run: its measures, what does not balance, and the record itself where it is wanted."""

    summary: Summary
    violations: tuple[Violation, ...]
    record: EventRecord | None = None
    known: NDArray[np.uint64] | None = dataclasses.field(default=None, compare=False, repr=False)
    """Hashes of the names of all contacts, ascending; only where a variant has other contacts."""
    before: BeforeOutcomes | None = None
    """Only where a variant has other desks and nothing else."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """Turns the record of a run into what is kept of it; a value, so that it can be sent to workers."""

    keep_record: bool = False
    keep_known: bool = False
    """Some variant may have other contacts."""
    keep_before: bool = False
    """Some variant changes desks alone."""

    def __call__(self, record: EventRecord, world: World, draws: Draws) -> Measured:
        """Measures one run and checks its accounts."""
        rows = measured_rows(record)
        observation = Observation(rows, context_of(world, draws))
        return Measured(
            summary_of(observation, replication=draws.replication or 0),
            violations(rows, caps=observation.context.caps, tables=observation.tables),
            record if self.keep_record else None,
            _known(world) if self.keep_known else None,
            before_outcomes(record, start=world.start) if self.keep_before else None,
        )


def _known(world: World) -> NDArray[np.uint64]:
    """Hashes of the names of all contacts, ascending; the same in all replications."""
    known = world.memory.get(_KNOWN)
    if not isinstance(known, np.ndarray):
        known = world.memory[_KNOWN] = np.sort(hashes_of(world.everybody))
    return known


def reduction_for(variants: Sequence[Variant], *, keep_record: bool = False) -> Reduction:
    """Keeps what comparisons of the first variant with each of the others need, and no more."""
    base, *others = variants
    return Reduction(
        keep_record=keep_record,
        keep_known=any(not same_people(base, other) for other in others),
        keep_before=any(only_desks_differ(base, other) for other in others),
    )


def same_people(one: Variant, other: Variant) -> bool:
    """Both have the same contacts by construction; they may still differ in consent and other fields."""
    mine, theirs = (scenario_of(variant.workspace, variant.scenario) for variant in (one, other))
    return (
        mine.population.accounts == theirs.population.accounts
        and mine.population.contacts == theirs.population.contacts
        and (mine.quality, mine.inflow, mine.start, mine.length)
        == (theirs.quality, theirs.inflow, theirs.start, theirs.length)
    )


def only_desks_differ(one: Variant, other: Variant) -> bool:
    """The two differ in documents of desks, and in nothing else that a run reads."""
    here, there = one.workspace, other.workspace
    if here.desks == there.desks or one.scenario != other.scenario:
        return False
    return _without_desks(here, one.scenario) == _without_desks(there, other.scenario)


def _without_desks(workspace: Workspace, scenario: str) -> tuple[object, ...]:
    chosen = scenario_of(workspace, scenario)
    program = dataclasses.replace(lower(workspace), crm_sync={}, graph_hash="")
    return program, dataclasses.replace(chosen, compare=(), adjust=()), workspace.behaviours[chosen.behaviour]


def paired_runs(runs: Sequence[tuple[Measured, Measured]]) -> tuple[Pair, ...]:
    """The replications of two worlds, side by side."""
    return tuple(_pair(own, other) for own, other in runs)


def _pair(own: Measured, other: Measured) -> Pair:
    if own.known is None or other.known is None:
        return pair(own.summary, other.summary)
    # Only who asked in one world is looked for in the other.
    return pair(
        own.summary,
        other.summary,
        here=existing(other.summary.contacts.askers, own.known),
        there=existing(own.summary.contacts.askers, other.known),
    )


def faults(runs: Sequence[tuple[Measured, Measured]], base: Variant, other: Variant) -> tuple[Violation, ...]:
    """Accounts between two worlds that do not balance: with other desks alone nothing may differ too soon."""
    if not only_desks_differ(base, other):
        return ()
    return tuple(
        fault
        for mine, theirs in runs
        if mine.before is not None and theirs.before is not None
        for fault in desk_reached_contacts(mine.before, theirs.before, variant=other.name)
    )
