"""A simulation beside the exact chain: for each count the distance in standard deviations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from journeyctl.draws import Draws
from journeyctl.model.specification import Workspace
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.truth.chain import Exact, NotExact, exact
from journeyctl.simulate.truth.chain_paths import COUNTED


@dataclass(frozen=True, slots=True)
class CountAgreement:
    """One count over all replications, simulated and exact."""

    name: str
    exact: float
    simulated: int
    deviation: float
    """Standard deviation of the simulated count by the chain."""

    @property
    def z(self) -> float:
        """Distance in standard deviations; infinite where a certain count differs."""
        if self.deviation > 1e-9:
            return (self.simulated - self.exact) / self.deviation
        return 0.0 if abs(self.simulated - self.exact) < 1e-6 else float("inf")


def compare_with_chain(
    workspace: Workspace,
    scenario: str,
    *,
    seed: int,
    replications: int,
    progress: Callable[[str], None] = lambda name: None,
) -> Sequence[CountAgreement] | NotExact:
    """Simulates the scenario and computes it, given the same people and the same traits."""
    means: dict[str, float] = {}
    variances: dict[str, float] = {}
    simulated: dict[str, int] = {}
    for number in range(replications):
        progress(f"exact chain, replication {number + 1} of {replications}")
        draws = Draws(seed, number)
        world = world_of(workspace, scenario, draws)
        answer = exact(world, draws)
        if not isinstance(answer, Exact):
            return answer
        for name in answer.means:
            means[name] = means.get(name, 0.0) + answer.means[name]
            variances[name] = variances.get(name, 0.0) + answer.deviations[name] ** 2
        for name, count in observed(run(world, draws).record.record()).items():
            simulated[name] = simulated.get(name, 0) + count
    names = sorted({*means, *simulated})
    return tuple(
        CountAgreement(name, means.get(name, 0.0), simulated.get(name, 0), sqrt(variances.get(name, 0.0)))
        for name in names
    )


def observed(record: EventRecord) -> dict[str, int]:
    """The counts of a record under the names of the chain. Ends of visits that met a desk are not among them."""
    found = {name: len(record.rows_of(kind)) for kind, name in COUNTED.items() if len(record.rows_of(kind))}
    ended, handed = record.rows_of(Kind.ENDED), record.rows_of(Kind.HANDED_OFF)
    columns = ("contact", "journey", "visit")
    visits = np.stack([record.column(name)[ended] for name in columns], axis=1)
    at_desk = {tuple(row) for row in np.stack([record.column(name)[handed] for name in columns], axis=1).tolist()}
    labels = record.texts("reason", ended)
    for visit, label in zip(visits.tolist(), labels, strict=True):
        if tuple(visit) not in at_desk:
            found[f"ended: {label}"] = found.get(f"ended: {label}", 0) + 1
    return found
