"""How much memory an experiment will take, said before it starts rather than by the system's killing it.

Measured (CPython 3.11, 64 bit) as the most memory of a process before and after, with one replication of `us-pilot`
(14,000 and 60,000 contacts), `silo-baseline` (14,000 and 40,000) and journey M of the benchmarks (100,000 and 400,000).
A known contact takes 40 to 360 B, being a row of columns. By the population engine a run takes some 30 MB, up to 1 kB
for each contact where accounts are evaluated and desks have other leads, and 86 to 98 B for each row of the event
record, measures included; how many rows there will be, a few lives show beforehand. By the reference engine a contact
in journeys takes 3 kB for each week of the run, because there each is an object (13 kB where every line mails everybody
each week, as `silo-baseline` does). Rounded up, so that in arrays the prediction is never less than what is taken.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from journeyctl.diagnostics import UsageError
from journeyctl.model.scenario import Scenario
from journeyctl.simulate import population_engine
from journeyctl.simulate.world import World
from journeyctl.units import SECONDS_PER_DAY

PER_CONTACT: Final = 500
"""Bytes of a known contact in a scenario made ready, shared by all processes."""
PER_WEEK: Final = 3_500
"""Bytes of a contact in journeys and week of the run, in each process, where every contact is an object of its own."""
OF_RUN: Final = 48_000_000
"""Bytes of a run in each process where contacts are rows of arrays, however few these are."""
PER_KNOWN: Final = 1_200
"""Bytes of a known contact there, with its accounts, and with rows of desks and newcomers, which no life shows."""
PER_ROW: Final = 110
"""Bytes of a row of the event record there."""
_WEEK: Final = 7 * SECONDS_PER_DAY


def of_machine() -> int | None:
    """Bytes of memory that this machine has; `None` where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def bytes_of_people(scenarios: Sequence[Scenario]) -> int:
    """What the people of variants will take, known before any of them is drawn."""
    populations = (scenario.population.accounts for scenario in scenarios)
    return sum(round(accounts.contacts.value) * PER_CONTACT for accounts in populations if accounts is not None)


def bytes_of_runs(world: World, *, jobs: int, in_arrays: bool = False) -> int:
    """What runs that happen at the same time will take besides; `in_arrays` by the population engine."""
    rows = population_engine.expected_rows(world) if in_arrays else None
    if rows is not None:
        known = len(world.persons) + len(world.bystanders)
        return jobs * (OF_RUN + known * PER_KNOWN + rows * PER_ROW)
    weeks = -(-(world.drained - world.start) // _WEEK)
    return jobs * len(world.persons) * weeks * PER_WEEK


def refuse_people(scenarios: Sequence[Scenario], *, memory: int | None) -> None:
    """Raises `UsageError` where the people alone need more memory than there is."""
    needed = bytes_of_people(scenarios)
    if memory is not None and needed > memory:
        variants = f" in {len(scenarios)} variants" if len(scenarios) > 1 else ""
        each = needed // PER_CONTACT // len(scenarios)
        raise UsageError(
            f"{each:,} contacts{variants} take about {_spelled(needed)} of memory; this machine has {_spelled(memory)}",
            "write fewer contacts, or compare fewer variants",
        )


def refuse_runs(world: World, *, jobs: int, memory: int | None, in_arrays: bool = False) -> None:
    """Raises `UsageError` where the runs need more memory than there is."""
    needed = bytes_of_runs(world, jobs=jobs, in_arrays=in_arrays)
    if memory is not None and needed > memory:
        runs = "one run" if jobs == 1 else f"{jobs} runs"
        raise UsageError(
            f"{runs} at a time with {len(world.persons):,} contacts in journeys take{'s' * (jobs == 1)} about "
            f"{_spelled(needed)} of memory; this machine has {_spelled(memory)}",
            "use fewer --jobs, a shorter run, or fewer contacts" if jobs > 1 else "make the run shorter or smaller",
        )


def _spelled(amount: int) -> str:
    return f"{amount / 1e9:,.1f} GB" if amount >= 1e9 else f"{amount / 1e6:,.0f} MB"
