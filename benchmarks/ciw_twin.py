"""Journey M in Ciw, a queueing simulator: a ladder without servers limits, then a desk with shifts and reneging.

The same chances and the same cap as in `handwritten_simpy`; times in hours, as Ciw's users write them.
"""

from __future__ import annotations

import math
import random

import ciw

LEVELS, TOPICS = 4, 3
WAIT, WEEK, DAY = 72.0, 168.0, 24.0
MOST_MAILS = 3
PATIENCE = 5 * DAY
HORIZON = 26 * WEEK


class Pace(ciw.dists.Distribution):
    """From one mail to its evaluation: until the cap lets it out, then 72 hours."""

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        """Hours at the ladder; notes the mail."""
        now = t or 0.0
        if not hasattr(ind, "mails"):
            ind.interest, ind.level, ind.topic = random.random(), 0, 0  # noqa: S311  (a simulation, no secret)
            ind.mails, ind.phase = [], now + random.random() * WEEK  # noqa: S311  (as above)
        at = now
        while True:
            others = math.floor((at - ind.phase) / WEEK) + 1 if at >= ind.phase else 0
            counted = sorted([m for m in ind.mails if m > at - WEEK] + _others(ind.phase, others, at))
            if len(counted) < MOST_MAILS:
                break
            at = counted[-MOST_MAILS] + WEEK + 1e-6
        ind.mails.append(at)
        return at - now + WAIT


def _others(phase: float, count: int, at: float) -> list[float]:
    return [phase + k * WEEK for k in range(max(0, count - 2), count) if phase + k * WEEK > at - WEEK]


class Ladder(ciw.routing.NodeRouting):
    """Where a contact goes after 72 hours."""

    def next_node(self, ind: ciw.Individual) -> ciw.Node:
        """The ladder again, the desk, or out."""
        nodes = self.simulation.nodes
        chance = random.random  # the module's generator, which ciw.seed sets
        clicked = chance() < 0.15 + 0.5 * ind.interest and chance() < 0.10 + 0.4 * ind.interest
        if not clicked:
            ind.topic += 1
            return nodes[1] if ind.topic < TOPICS else nodes[-1]
        if ind.level > 0 and chance() < 0.40:
            return nodes[2]
        ind.level, ind.topic = ind.level + 1, 0
        return nodes[1] if ind.level < LEVELS else nodes[-1]


def simulate(contacts: int, seed: int = 7) -> tuple[int, int]:
    """Mails sent, and leads that came to the desk."""
    ciw.seed(seed)
    entries = sorted(random.random() * 28 * DAY for _ in range(contacts))  # noqa: S311  (a simulation, no secret)
    gaps = [b - a for a, b in zip([0.0, *entries], entries, strict=False)]
    callers = max(1, round(0.00024 * contacts))
    ends, numbers = [], []
    for day in range(7):
        ends += [day * DAY + 9, day * DAY + 17, day * DAY + 24]
        numbers += [0, callers if day < 5 else 0, 0]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, math.inf]), None],
        service_distributions=[Pace(), ciw.dists.Lognormal(-0.47, 0.6)],
        number_of_servers=[
            math.inf,
            ciw.Schedule(numbers_of_servers=numbers, shift_end_dates=ends, preemption="resume"),
        ],
        routing=ciw.routing.NetworkRouting(routers=[Ladder(), ciw.routing.Leave()]),
        reneging_time_distributions=[None, ciw.dists.Deterministic(PATIENCE)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(HORIZON)
    records = simulation.get_all_records()
    return sum(r.node == 1 for r in records), len({r.id_number for r in records if r.node == 2})
