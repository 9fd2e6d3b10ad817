"""Two worlds with the same people and the same seed: click-rate uplift, and who asks in only one of them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

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
class ContactCounts:
    """What a comparison needs to know about single contacts of one world; small enough to keep."""

    entered: NDArray[np.uint64]
    """BLAKE2b-64 of the names of the contacts that entered a journey, ascending; shape `(contacts,)`."""
    delivered: Integers
    """Their mature messages, shape `(contacts,)`."""
    clicked: Integers
    """Of these, the ones with a human click."""
    askers: frozenset[str]
    """All contacts that asked for sales in the run, entered or not."""


def counts_of(observation: Observation) -> ContactCounts:
    """The counts of one world, within its run."""
    names, entered, messages = observation.record.names, observation.entered, observation.messages
    hashes = np.array([_hash(names[number]) for number in entered.tolist()], np.uint64)
    order = np.argsort(hashes)
    delivered = np.bincount(messages.contact[messages.mature], minlength=len(names))
    clicked = np.bincount(messages.contact[messages.mature & messages.clicked], minlength=len(names))
    asked = observation.contacts(observation.in_run(Kind.ASKED))
    return ContactCounts(
        hashes[order],
        delivered[entered][order].astype(np.int32),
        clicked[entered][order].astype(np.int32),
        frozenset(names[number] for number in asked.tolist()),
    )


def click_rate_uplift(counts: ContactCounts, baseline: ContactCounts) -> Observed:
    """Engagement rate over the baseline's, less one, on the contacts that entered a journey in both worlds.

    Both rates count mature messages (14 days of reaction within the run) with a human click. n is the number
    of those contacts; n/a where the baseline has no click or either world no mature message for them.
    """
    people, here, there = np.intersect1d(counts.entered, baseline.entered, assume_unique=True, return_indices=True)
    rate, other = _click_rate(counts, here), _click_rate(baseline, there)
    return Observed(None if rate is None or not other else rate / other - 1, len(people))


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


def _click_rate(counts: ContactCounts, people: Integers) -> float | None:
    delivered = int(counts.delivered[people].sum())
    return int(counts.clicked[people].sum()) / delivered if delivered else None


def _hash(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
