"""How much memory an experiment will take, said before it starts rather than by the system's killing it.

Measured (CPython 3.11, 64 bit) as the most memory of a process before and after, with
`simulate us-pilot --set population.accounts.contacts=100000` and journey M of the benchmarks with 300,000 contacts, one
replication each: a known contact takes 90 to 360 B, being a row of columns; a contact in journeys 310 to 470 B for each
week of the run by the population engine, measures included, most of it columns of the event record (where every line
mails everybody each week, as `silo-baseline` does, 1,600 B); by the reference engine .7 to 2.9 kB, because there each
contact is an object. Rounded up, so the prediction is for most scenarios rather too much than too little.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from journeyctl.diagnostics import UsageError
from journeyctl.model.scenario import Scenario
from journeyctl.simulate.world import World
from journeyctl.units import SECONDS_PER_DAY

PER_CONTACT: Final = 500
"""Bytes of a known contact in a scenario made ready, shared by all processes."""
PER_WEEK: Final = 3_000
"""Bytes of a contact in journeys and week of the run, in each process, where every contact is an object of its own."""
PER_WEEK_IN_ARRAYS: Final = 600
"""The same where contacts are rows of arrays."""
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
    weeks = -(-(world.drained - world.start) // _WEEK)
    return jobs * len(world.persons) * weeks * (PER_WEEK_IN_ARRAYS if in_arrays else PER_WEEK)


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
