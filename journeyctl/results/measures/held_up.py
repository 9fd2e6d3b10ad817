"""Which wishes to send met a full cap: the answers of caps, each with the wish that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.results.record import Integers, Mask
from journeyctl.results.row_keys import flags, joined_rows, order_by, order_of, row_groups
from journeyctl.semantics.effects import Kind

if TYPE_CHECKING:
    from journeyctl.results.measures.observation import Observation

CAPPED: Final = "capped."
"""How the gate's reasons for a full cap begin; the cap's name follows."""


@dataclass(frozen=True, slots=True)
class HeldUp:
    """The answers of full caps in the run, by wish and time. Columns of shape `(answers,)`."""

    rows: Integers
    """Positions in the record."""
    reason: Integers
    """Numbers of names."""
    wish: Integers
    """Ascending; equal for the answers to one wish. A journey that goes round wishes anew at the same step."""

    @classmethod
    def of(cls, observation: Observation) -> HeldUp:
        """The answers of all caps."""
        record, names = observation.record, len(observation.record.names)
        answers = observation.in_run(Kind.DEFERRED, Kind.SKIPPED)
        reason = record.cells("reason", answers)
        capped = flags(reason, names)
        for number in np.flatnonzero(capped).tolist():
            capped[number] = record.names[number].startswith(CAPPED)
        answers = answers.compress(capped.take(reason))
        wishes = observation.in_run(Kind.REQUESTED_SEND)
        of_asked = flags(record.cells("contact", answers), names)
        wishes = wishes.compress(of_asked.take(record.cells("contact", wishes)))
        rows, (asked, _) = joined_rows((wishes, answers))
        contact, time = record.cells("contact", rows), record.cells("time", rows)
        step = row_groups(record, rows, "journey", "visit", "op", "item")
        place = contact.astype(np.int64) * step.count + step.number
        # Within a second a wish stands before its answer.
        order = order_of(contact, time, np.arange(len(rows)) >= asked.stop)
        order = order.take(order_by(place.take(order)))
        is_answer = order >= asked.stop
        begins = ~is_answer
        begins[1:] |= np.diff(place.take(order)) != 0
        rows = rows.take(order.compress(is_answer))
        return cls(rows, record.cells("reason", rows), np.cumsum(begins).compress(is_answer))

    def first(self, chosen: Mask | None = None) -> Integers:
        """The first answer to each wish, as rows; or the first of those that are `chosen`."""
        rows, wish = (self.rows, self.wish) if chosen is None else (self.rows[chosen], self.wish[chosen])
        is_other = np.ones(len(rows), np.bool_)
        is_other[1:] = wish[1:] != wish[:-1]
        return rows.compress(is_other)
