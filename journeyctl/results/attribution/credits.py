"""All rules side by side for one replication: conversions by rule and label, each rule adding up to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from journeyctl.results.attribution.coalitions import shapley_credits
from journeyctl.results.attribution.paths import Outcome, Paths, conversions_of, paths_of
from journeyctl.results.attribution.removal import removal_credits
from journeyctl.results.attribution.shares import RULES, shared_out
from journeyctl.results.attribution.touches import NO_TOUCH, Dimension, touches_of
from journeyctl.results.measures import MeasuringContext
from journeyctl.results.record import EventRecord

MODELS: Final = (*RULES, "Markov", "Shapley")
"""Every rule, in the order of reports."""


@dataclass(frozen=True, slots=True)
class Credits:
    """What each rule credits in one replication."""

    conversions: int
    by_model: Mapping[str, Mapping[str, float]]
    """By rule, then by label; labels without a touch are absent."""


def credits_of(record: EventRecord, context: MeasuringContext, *, outcome: Outcome, by: Dimension) -> Credits:
    """Credits the conversions of a run to the touches before them."""
    found = conversions_of(record, outcome, start=context.start, end=context.end)
    touches = touches_of(record, by, levels=context.item_levels)
    return credited(paths_of(touches, found, end=context.end))


def credited(paths: Paths) -> Credits:
    """Every rule over the same paths; conversions that a rule finds no touch for fall to `NO_TOUCH`."""
    every = {name: shared_out(paths, rule(paths)) for name, rule in RULES.items()}
    every |= {"Markov": removal_credits(paths), "Shapley": shapley_credits(paths)}
    by_model = {}
    for name, amounts in every.items():
        by_label = dict(zip(paths.labels, amounts.tolist(), strict=True))
        left = paths.conversions - sum(by_label.values())
        by_model[name] = by_label | {NO_TOUCH: left if left > 1e-9 else 0.0}
    return Credits(paths.conversions, by_model)
