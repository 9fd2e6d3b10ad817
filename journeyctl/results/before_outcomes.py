"""What contacts live through before a desk has told any journey how a lead ended.

Until then a desk acts on nobody but its own leads, so two worlds that differ in their desks alone must be the
same, row for row. Worlds that are not have an engine whose desk reaches contacts by a way of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.identities import Violation
from journeyctl.results.record import AT_THE_DESK, KIND_NUMBER, KINDS, EventRecord
from journeyctl.results.row_keys import flags
from journeyctl.semantics.effects import Kind

LONGEST: Final = 28 * 86_400
"""Seconds of a run that are held against each other at most, where no outcome comes back for long."""
_AT_THE_DESK: Final = flags(np.array([KIND_NUMBER[kind] for kind in AT_THE_DESK]), len(KINDS))


@dataclass(frozen=True, slots=True)
class BeforeOutcomes:
    """The rows of journeys before the first outcome was handed back, as hashes; small enough to keep."""

    until: int
    """UTC second of the first outcome handed back, else the end of what is kept; not itself included."""
    times: NDArray[np.int64] = field(compare=False, repr=False)
    """UTC second of each row, ascending; shape `(rows,)`."""
    hashes: NDArray[np.uint64] = field(compare=False, repr=False)
    """`EventRecord.row_hashes` of each row."""

    def differences(self, other: BeforeOutcomes) -> int:
        """Rows that only one of the two worlds has before the earlier of their first outcomes."""
        until = min(self.until, other.until)
        mine, theirs = self.hashes[self.times < until], other.hashes[other.times < until]
        return len(np.setxor1d(mine, theirs))


def before_outcomes(record: EventRecord, *, start: int) -> BeforeOutcomes:
    """The rows of one replication, begun at `start`, that no desk can have touched."""
    synced = record.cells("time", record.rows_of(Kind.SYNCED))
    until = min(start + LONGEST, int(synced.min())) if len(synced) else start + LONGEST
    early = np.flatnonzero(record.column("time") < until)
    kept = record.take(early[~_AT_THE_DESK[record.cells("kind", early)]])
    order = np.argsort(kept.column("time"), kind="stable")
    return BeforeOutcomes(until, kept.column("time")[order].astype(np.int64), kept.row_hashes()[order])


def desk_reached_contacts(here: BeforeOutcomes, there: BeforeOutcomes, *, variant: str) -> tuple[Violation, ...]:
    """The fault of two worlds with other desks that differ too soon; none where they do not."""
    found = here.differences(there)
    words = "rows that a change of desks alone makes differ before its first outcome is handed back"
    return (Violation(words, 0, found, variant),) if found else ()
