"""New contacts over the run: visitors of the web site week by week, and lots such as a trade show's.

Visitors are nameless until the form, and those who have a record already bring nobody new. What a new
contact is like follows from the population's fields, where the source does not say otherwise, and
passes the country's opt-in rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.calendars import iso_week, iso_weeks, next_daily
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, ONE, part_array, poisson, share_threshold
from journeyctl.model.population import Chance, FieldValue, Inflow
from journeyctl.model.values import Assumed
from journeyctl.simulate.account_tree import AccountTree, joining, standalone
from journeyctl.simulate.person import NOBODY, People, together
from journeyctl.simulate.population import drawing_of, population_draws, run_window

if TYPE_CHECKING:
    from journeyctl.graph.program import Program
    from journeyctl.model.scenario import Scenario
    from journeyctl.model.specification import Workspace

NOON = 12 * 3_600
"""Local time at which a lot becomes known, on the day of its turn."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who came, and out of how many."""

    persons: People
    """By source in the order of their names, then by time."""
    visitors: Mapping[str, Mapping[str, int]]
    """By source and ISO week: visitors, or contacts of a lot; what costs are paid for."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One new contact before anything is known of it."""

    key: str
    """Source, ISO week and place in the week: the address of its draws."""
    at: int


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    inflow: Inflow
    draws: Draws
    program: Program
    start: int
    end: int

    def weeks(self) -> Iterator[tuple[str, int, int]]:
        """ISO weeks of the run, cut to it."""
        for week, first, after in iso_weeks(self.start, self.end, self.program.zone):
            yield week, max(first, self.start), min(after, self.end)

    def visiting(self, counts: dict[str, int]) -> Iterator[_Arrival]:
        """Visitors who are new and fill the form, at any hour of their week."""
        inflow = self.inflow
        rate = inflow.visitors_per_week.value if inflow.visitors_per_week is not None else 0.0
        keys: list[str] = []
        weeks: list[tuple[int, int]] = []
        for week, first, after in self.weeks():
            # A week that the run cuts has its share of visitors.
            mean = round(rate * ONE) * (after - first) // (7 * 86_400)
            count = poisson(self.draws.bits(self.name, purposes.VISITORS, place=week), mean)
            counts[week] = count
            keys += [f"{self.name}/{week}/{k}" for k in range(1, count + 1)]
            weeks += [(first, after)] * count
        hashes = name_hashes(keys)
        known = self.draws.block(hashes, name_hash(purposes.EXISTING_CUSTOMER))
        new = np.flatnonzero(known >= share_threshold(inflow.existing_customers.value))
        fills = self.draws.block(hashes[new], name_hash(purposes.INFLOW_FORM))
        new = new[fills < share_threshold(inflow.form.value)]
        times = self.draws.block(hashes[new], name_hash(purposes.INFLOW_TIME))
        for k, u in zip(new.tolist(), times.tolist(), strict=True):
            first, after = weeks[k]
            yield _Arrival(keys[k], first + (u * (after - first) >> 53))

    def in_lots(self, counts: dict[str, int]) -> Iterator[_Arrival]:
        """Whole lots: the first on the first day, then one after every interval. A part of a contact is a chance."""
        inflow, taken = self.inflow, dict[str, int]()
        size = inflow.contacts.value if inflow.contacts is not None else 0.0
        for at in self._turns():
            week = iso_week(at, self.program.zone)
            whole, rest = divmod(round(size * ONE), ONE)
            extra = self.draws.bits(self.name, purposes.VISITORS, place=week) < rest << 33
            before = taken.get(week, 0)
            counts[week] = taken[week] = before + whole + int(extra)
            for k in range(before + 1, taken[week] + 1):
                yield _Arrival(f"{self.name}/{week}/{k}", at)

    def _turns(self) -> Iterator[int]:
        every, day = self.inflow.every, self.start
        while day < self.end:
            at = next_daily(day, NOON, self.program.zone)
            if at < self.end:
                yield at
            if every is None:
                return
            day = max(day + 1, self.program.calendar.add(day, every.value))

    def tree(self, arrivals: tuple[_Arrival, ...], existing: AccountTree) -> AccountTree:
        """Accounts for the new contacts: one each, or places in clinics that are there."""
        keys = tuple(arrival.key for arrival in arrivals)
        if self.inflow.attach == "new" or not existing.of("clinic"):
            return standalone(keys)
        us = self.draws.block(name_hashes(keys), name_hash(purposes.CLINIC))
        return joining(existing, part_array(us, len(existing.of("clinic"))), keys)


def inflow_of(
    workspace: Workspace, scenario: Scenario, program: Program, draws: Draws, *, tree: AccountTree
) -> Arrivals:
    """Everybody new in the run, with the second at which each becomes known; `tree` is the population's."""
    start, end = run_window(scenario, program)
    parts: list[People] = []
    visitors: dict[str, dict[str, int]] = {}
    for name, inflow in sorted(scenario.inflow.items()):
        source = _Source(name, inflow, population_draws(scenario, draws), program, start, end)
        counts = visitors[name] = {}
        found = source.visiting(counts) if inflow.visitors_per_week is not None else source.in_lots(counts)
        arrivals = tuple(sorted(found, key=lambda arrival: (arrival.at, arrival.key)))
        if not arrivals:
            continue
        changes = {**_consents(workspace, inflow), **inflow.fields}
        drawing = drawing_of(workspace, scenario, program, draws, source=name, changes=changes)
        parts.append(drawing.people(source.tree(arrivals, tree), at=[arrival.at for arrival in arrivals]))
    return Arrivals(together(parts) if parts else NOBODY, visitors)


def _consents(workspace: Workspace, inflow: Inflow) -> dict[str, FieldValue]:
    """Shares of consent at the source; where it names any purpose, nobody was asked for the others."""
    if not inflow.consent:
        return {}
    paths = workspace.policies.consent.purposes
    shares = {purpose: inflow.consent.get(purpose, Assumed(0.0)) for purpose in paths}
    return {paths[purpose]: Chance(share=share, origin=share.origin) for purpose, share in shares.items()}


assert CERTAIN == ONE << 33, "the chance of a part of a contact is scaled from 2^-20 to 2^-53"
