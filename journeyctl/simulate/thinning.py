"""A scenario with fewer sends: wishes dropped by address, so that two worlds can be compared at one volume."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from journeyctl.calendars import iso_week
from journeyctl.draws import Draws
from journeyctl.expr import Environment, Expression, Reads, Value, parse
from journeyctl.fixed_point import CERTAIN
from journeyctl.graph.condition import Condition
from journeyctl.graph.program import Program, Suppression

THINNED = "same_volume"
"""Skipped wishes carry the reason `suppressed.same_volume`."""
KEY = "same_volume.contact"
"""Path at which a thinned world keeps each contact's key, for the draw."""
WITHIN = 0.02
"""How near sends per contact come to the other world's, as a share of them."""
_AIM = 0.005
_MOST_RUNS = 12


def thinned(program: Program, share: int, draws: Draws) -> Program:
    """The program with only a share (threshold in 2^-53) of its wishes to send asked further.

    One draw per contact, item and ISO week, the same in every replication. Contacts carry their key at `KEY`.
    """
    if share >= CERTAIN:
        return program
    stable = draws.stable()

    def is_dropped(environment: Environment) -> Value:
        contact, item = environment.value(KEY), environment.value("item.name")
        place = f"{item}/{iso_week(environment.now(), program.zone)}"
        return stable.bits(str(contact), "same-volume", place=place) >= share

    shown: Expression = parse("false")
    condition = Condition("false", shown, is_dropped, Reads())
    drop = Suppression(THINNED, condition, "skip")
    policies = {
        country: dataclasses.replace(found, suppressions=(drop, *found.suppressions))
        for country, found in program.policies.items()
    }
    return dataclasses.replace(program, policies=policies)


def share_for(volume: Callable[[int], float], target: float) -> int:
    """The share (threshold in 2^-53) at which `volume` meets the target within 2 %; all where it never exceeds it.

    `volume` is asked at most a dozen times, each time a whole run. The answer depends on its answers only.
    """
    low, high = 0, CERTAIN
    at_high = volume(CERTAIN)
    if at_high <= target * (1 + WITHIN):
        return CERTAIN
    below: float = 0.0
    best, error = CERTAIN, at_high - target
    for _ in range(_MOST_RUNS):
        # False position: sends grow nearly in proportion to the share.
        share = low + round((high - low) * ((target - below) / (at_high - below)))
        found = volume(share)
        if abs(found - target) < abs(error):
            best, error = share, found - target
        if abs(found - target) <= _AIM * target:
            break
        if found > target:
            high, at_high = share, found
        else:
            low, below = share, found
    return best


def with_keys(fields: Mapping[str, Value], contact: str) -> dict[str, Value]:
    """A contact's fields with its key for the draw."""
    return {**fields, KEY: contact}
