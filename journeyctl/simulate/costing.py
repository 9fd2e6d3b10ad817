"""What a run's work costs, from the scenario's prices: whole millionths of a cent, sums in whole cents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.behaviour.coefficients import exact
from journeyctl.results.measures.context import CostTerms, whole_cents
from journeyctl.simulate.person import People, Person

if TYPE_CHECKING:
    from journeyctl.graph.program import Program
    from journeyctl.model.scenario import ChannelCost, Costs
    from journeyctl.model.values import Assumed

NEWLY_MADE: Final = "newly-made"
"""The tag of items that have to be made for the journeys; all others exist anyway."""
_MICRO: Final = 100_000_000
"""Millionths of a cent in one unit of the currency."""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Who came by each source of new contacts, whatever became of them."""

    visitors: Mapping[str, int] = field(default_factory=dict)
    """Visitors in the run, or contacts of its lots."""
    contacts: Mapping[str, int] = field(default_factory=dict)
    """New contacts in the run."""

    @classmethod
    def of(cls, visitors: Mapping[str, Mapping[str, int]], people: Iterable[Person]) -> Newcomers:
        """From visitors by source and week, and everybody who is known."""
        source = People.of(people).own["source"]
        contacts: Counter[str] = Counter()
        for name, many in zip(source.values, np.bincount(source.codes, minlength=len(source.values)), strict=True):
            contacts[name] += int(many)
        return cls(
            {name: sum(weeks.values()) for name, weeks in visitors.items()},
            {name: many for name, many in contacts.items() if name and many},
        )


def cost_terms(costs: Costs | None, program: Program, *, items: Iterable[str], came: Newcomers) -> CostTerms | None:
    """The prices of a scenario with what is paid once for its run; `items` may be sent by the running journeys."""
    if costs is None:
        return None
    made = sum(NEWLY_MADE in program.items[name].tags for name in items)
    return CostTerms(
        send=_price(costs.send),
        sdr_hour=_price(costs.sdr_hour),
        field_hour=_price(costs.field_hour),
        content=whole_cents(made * _price(costs.item_new)),
        channels={name: _of_channel(cost, came, name) for name, cost in sorted(costs.channels.items())},
    )


def _price(amount: Assumed[float]) -> int:
    return int((exact(amount.value) * _MICRO).to_integral_value())


def _of_channel(cost: ChannelCost, came: Newcomers, source: str) -> int:
    visitors = cost.per_visitor, came.visitors.get(source, 0)
    contacts = cost.per_contact, came.contacts.get(source, 0)
    return whole_cents(sum(_price(price) * many for price, many in (visitors, contacts) if price is not None))
