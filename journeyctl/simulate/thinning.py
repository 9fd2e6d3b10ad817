"""A scenario with fewer sends: wishes dropped by address, so that two worlds can be compared at one volume."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
_AIM = 0.01
_FIRST = CERTAIN // 32
"""The share that is tried first: few sends, so a quick run, and enough of them to tell how they grow."""
_MOST_RUNS = 6


@dataclass(frozen=True, slots=True)
class Dropping:
    """Whether a wish is dropped, as a condition of the contact and the item at hand."""

    share: int
    """Threshold in 2^-53 of those that are not."""
    draws: Draws
    """Without a replication."""
    zone: str
    """Whose ISO weeks count."""

    def __call__(self, environment: Environment) -> Value:
        """True where it is dropped."""
        contact, item = environment.value(KEY), environment.value("item.name")
        place = f"{item}/{iso_week(environment.now(), self.zone)}"
        return self.draws.bits(str(contact), "same-volume", place=place) >= self.share


def thinned(program: Program, share: int, draws: Draws) -> Program:
    """The program with only a share (threshold in 2^-53) of its wishes to send asked further.

    One draw per contact, item and ISO week, the same in every replication. Contacts carry their key at `KEY`.
    """
    if share >= CERTAIN:
        return program
    is_dropped = Dropping(share, draws.stable(), program.zone)
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

    `volume` is asked at most six times, each time a whole run, and never twice for one share. The answer
    depends on its answers only; where none comes near enough it is the nearest.
    """
    share, before = _FIRST, (0, 0.0)
    below, above = 0, CERTAIN
    tried: list[tuple[float, int]] = []
    for _ in range(_MOST_RUNS):
        found = volume(share)
        tried.append((abs(found - target), share))
        if abs(found - target) <= _AIM * target or (share == CERTAIN and found <= target * (1 + WITHIN)):
            return share
        below, above = (below, share) if found > target else (share, above)
        # Sends grow nearly in proportion to the share, so the line through the last two answers leads there.
        grown = found - before[1]
        wanted = share + round((share - before[0]) * ((target - found) / grown)) if grown else above
        share, before = _within(wanted, below, above), (share, found)
    return min(tried)[1]


def _within(share: int, below: int, above: int) -> int:
    """The share, or the middle of its bounds where it does not lie between them; all is a bound that may be tried."""
    if share >= above == CERTAIN:
        return CERTAIN
    return share if below < share < above else (below + above) // 2


def with_keys(fields: Mapping[str, Value], contact: str) -> dict[str, Value]:
    """A contact's fields with its key for the draw."""
    return {**fields, KEY: contact}
