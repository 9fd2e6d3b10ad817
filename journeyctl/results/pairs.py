"""Two worlds with the same people and the same seed: click-rate uplift, and who asks in only one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeyctl.draws import name_hashes
from journeyctl.results.measures import Observation, Observed
from journeyctl.results.record import Integers
from journeyctl.semantics.effects import Kind


@dataclass(frozen=True, slots=True)
class Flips:
    """How the contacts that ask for sales at least once differ between two worlds. All names sorted."""

    gained: tuple[str, ...]
    """Exist in both worlds and ask in this one only."""
    lost: tuple[str, ...]
    """Exist in both worlds and ask in the baseline only."""
    only_here: tuple[str, ...] = ()
    """Ask, and do not exist in the baseline: another inflow brought them."""
    only_there: tuple[str, ...] = ()
    """Ask in the baseline and do not exist here."""
    askers: int = 0
    """Distinct askers of this world."""
    baseline_askers: int = 0

    def __post_init__(self) -> None:
        # The difference in askers must be told by the names, or a comparison would lose people.
        gained = len(self.gained) + len(self.only_here)
        lost = len(self.lost) + len(self.only_there)
        assert gained - lost == self.askers - self.baseline_askers, "gained less lost is the difference in askers"


@dataclass(frozen=True, slots=True)
class FlippedContact:
    """One contact that asks for sales in one of two worlds only, and in how many replications it does so."""

    contact: str
    gained: int = 0
    """Exists in both worlds and asks in this one only."""
    lost: int = 0
    """Exists in both worlds and asks in the baseline only."""
    only_here: int = 0
    """Asks, and does not exist in the baseline."""
    only_there: int = 0
    """Asks in the baseline and does not exist here."""

    @property
    def times(self) -> int:
        """Replications in which it asks in one world only."""
        return self.gained + self.lost + self.only_here + self.only_there


def flipped_contacts(flips: Sequence[Flips]) -> tuple[FlippedContact, ...]:
    """Every contact that flipped in any replication; the most frequent first, then by name."""
    gained, lost, here, there = (
        Counter(name for found in flips for name in getattr(found, part))
        for part in ("gained", "lost", "only_here", "only_there")
    )
    names = {*gained, *lost, *here, *there}
    found = [FlippedContact(name, gained[name], lost[name], here[name], there[name]) for name in names]
    return tuple(sorted(found, key=lambda one: (-one.times, one.contact)))


@dataclass(frozen=True, slots=True)
class ContactCounts:
    """What a comparison needs to know about single contacts of one world; small enough to keep."""

    entered: NDArray[np.uint64]
    """BLAKE2b-64 of the names of the contacts that entered a journey, ascending; shape `(contacts,)`."""
    delivered: Integers
    """Their mature messages, shape `(contacts,)`."""
    clicked: Integers
    """Of these, the ones with a human click."""
    clicked_recorded: Integers
    """Of these, the ones with any click."""
    askers: frozenset[str]
    """All contacts that asked for sales in the run, entered or not."""


def counts_of(observation: Observation) -> ContactCounts:
    """The counts of one world, within its run."""
    names, messages = observation.record.names, observation.messages
    entered = np.flatnonzero(observation.entered)
    hashes = names.hashes()[entered]
    order = np.argsort(hashes)
    delivered = np.bincount(messages.contact[messages.mature], minlength=len(names))
    clicked, recorded = (
        np.bincount(messages.contact[messages.mature & by], minlength=len(names))
        for by in (messages.clicked, messages.clicked_recorded)
    )
    asked = np.flatnonzero(observation.contacts(observation.in_run(Kind.ASKED)))
    return ContactCounts(
        hashes[order],
        delivered[entered][order].astype(np.int32),
        clicked[entered][order].astype(np.int32),
        recorded[entered][order].astype(np.int32),
        frozenset(names[number] for number in asked.tolist()),
    )


def click_rate_uplift(counts: ContactCounts, baseline: ContactCounts, *, recorded: bool = False) -> Observed:
    """Engagement rate over the baseline's, less one, on the contacts that entered a journey in both worlds.

    Both rates count mature messages (14 days of reaction within the run) with a human click, or with any click
    where `recorded`. n is the number of those contacts; n/a where the baseline has no click or either world no
    mature message for them.
    """
    people, here, there = np.intersect1d(counts.entered, baseline.entered, assume_unique=True, return_indices=True)
    rate, other = _click_rate(counts, here, recorded=recorded), _click_rate(baseline, there, recorded=recorded)
    return Observed(None if rate is None or not other else rate / other - 1, len(people))


def existing(names: frozenset[str], known: NDArray[np.uint64]) -> frozenset[str]:
    """Those of `names` that are among the contacts of a world, given as `draws.name_hashes`, ascending."""
    listed = sorted(names)
    hashes = name_hashes(listed)
    places = np.minimum(np.searchsorted(known, hashes), max(0, len(known) - 1))
    found = known[places] == hashes if len(known) else np.zeros(len(listed), np.bool_)
    return frozenset(name for name, exists in zip(listed, found.tolist(), strict=True) if exists)


def contact_flips(
    counts: ContactCounts,
    baseline: ContactCounts,
    *,
    here: frozenset[str] | None = None,
    there: frozenset[str] | None = None,
) -> Flips:
    """Who asked for sales within the run in one world and not in the other.

    `here` and `there` are the contacts that exist in this world and in the baseline; without them all exist
    in both, which holds whenever the two have the same inflow.
    """
    asked, asked_there = counts.askers, baseline.askers
    only_here = frozenset() if there is None else asked - there
    only_there = frozenset() if here is None else asked_there - here
    return Flips(
        gained=tuple(sorted(asked - asked_there - only_here)),
        lost=tuple(sorted(asked_there - asked - only_there)),
        only_here=tuple(sorted(only_here)),
        only_there=tuple(sorted(only_there)),
        askers=len(asked),
        baseline_askers=len(asked_there),
    )


def _click_rate(counts: ContactCounts, people: Integers, *, recorded: bool) -> float | None:
    delivered = int(counts.delivered[people].sum())
    clicked = counts.clicked_recorded if recorded else counts.clicked
    return int(clicked[people].sum()) / delivered if delivered else None
