"""Rows that lie one life after the other: lives are put in order, and what else there is goes among them.

Millions of rows are in order so in a small part of the time that sorting them one by one takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.row_order import differs, order_by
from journeyctl.results.row_parts import Integers, Looked, Part, Plain, Runs
from journeyctl.results.row_pieces import Pieces


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """Consecutive rows of a record: one run for each of some contacts, in the order of time."""

    start: int
    """The first of the rows, counted through all parts."""
    bounds: Integers
    """Where each run begins, counted from there, and the number of rows."""
    contacts: Integers
    """The number of the contact's name, by run."""
    time: Plain

    @property
    def end(self) -> int:
        """The row behind the last of them."""
        return self.start + int(self.bounds[-1])

    @classmethod
    def among(cls, parts: Sequence[Part], at_desk: NDArray[np.bool_]) -> Lives | None:
        """The part with the most rows; `None` where it lies otherwise, or has rows of kinds that are `at_desk`."""
        most = max(range(len(parts)), key=lambda place: parts[place].length)
        columns = parts[most].columns
        contact, time, kind = columns.get("contact"), columns.get("time"), columns.get("kind")
        if not isinstance(contact, Looked) or not isinstance(contact.codes, Runs) or not isinstance(time, Plain):
            return None
        if not isinstance(kind, Looked) or at_desk[kind.table].any():
            return None
        runs = contact.codes
        filled = np.flatnonzero(np.diff(runs.bounds))
        bounds = np.append(runs.bounds[filled], parts[most].length)
        contacts = contact.table[runs.numbers[filled]]
        ascends = time.values[1:] >= time.values[:-1]
        ascends[bounds[1:-1] - 1] = True
        if not ascends.all() or not differs(np.sort(contacts)).all():
            return None
        return cls(sum(part.length for part in parts[:most]), bounds, contacts, time)

    def order(
        self, ranks: Integers, others: Integers, contacts: Integers, times: Integers, comes_first: NDArray[np.bool_]
    ) -> Pieces:
        """These rows by the ranks of their contacts, `ranks` being by number, with others among them.

        Others are given in their own order, by rank, then time; of one contact and second those that come first
        stand before the rows of the contact's run, all others behind them.
        """
        rank = ranks[self.contacts]
        runs = order_by(rank)
        edges = np.concatenate(([0], np.cumsum(np.diff(self.bounds)[runs])))
        begins = self.bounds[:-1][runs]
        run, after = (np.searchsorted(rank[runs], ranks[contacts], side=side) for side in ("left", "right"))
        low, high = edges[run], edges[after]
        lying = np.append(begins, 0)[run] - low
        while (is_open := low < high).any():
            middle = np.where(is_open, (low + high) // 2, 0)
            found = self.time.at(np.where(is_open, lying + middle, 0))
            is_behind = is_open & ((found < times) | ((found == times) & ~comes_first))
            low = np.where(is_behind, middle + 1, low)
            high = np.where(is_open & ~is_behind, middle, high)
        # Pieces of runs, cut where others go between, and the others: whole stretches rather than rows are moved.
        cuts = np.sort(np.concatenate((edges[:-1], low[low < edges[-1]])), kind="stable")
        cuts = cuts[differs(cuts)]
        run = np.searchsorted(edges[:-1], cuts, side="right") - 1
        pieces = np.argsort(np.concatenate((low, cuts)), kind="stable")
        first = np.concatenate((others, self.start + begins[run] + cuts - edges[run]))[pieces]
        size = np.concatenate((np.ones(len(others), np.int64), np.diff(cuts, append=edges[-1])))[pieces]
        return Pieces.of(first, size)
