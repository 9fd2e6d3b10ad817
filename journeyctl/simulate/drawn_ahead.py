"""Draws that nearly every contact needs, computed in blocks before a run: bit for bit those of `Draws`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.behaviour.response import ResponseModel
from journeyctl.draws import Draws, DrawSource, name_hashes
from journeyctl.fixed_point import CERTAIN

_OPENED = (purposes.OPEN, purposes.OPEN_DELAY, purposes.UNSUBSCRIBE, purposes.CLICK)
_MAILS = (purposes.BOUNCE, purposes.PLACEMENT, *_OPENED)
_ITEMS = (purposes.OPEN_QUALITY, purposes.CLICK_QUALITY)
_RAMP = "ramp"


class DrawnAhead:
    """Answers draws by address, from a table where the address was foreseen."""

    __slots__ = ("_draws", "_rows", "_stable")

    def __init__(self, draws: Draws) -> None:
        """Nothing is foreseen yet."""
        self._draws = draws
        self._stable: DrawSource = draws.stable()
        self._rows: dict[str, tuple[dict[tuple[str, str], int], array[int], int]] = {}
        """By subject: where a purpose's draw for a place stands in its part of the numbers, and where that begins."""

    @classmethod
    def for_contacts(
        cls,
        draws: Draws,
        contacts: Sequence[str],
        *,
        items: Sequence[str],
        mails: Sequence[str] = _MAILS,
        ramped: Sequence[str] = (),
    ) -> DrawnAhead:
        """What the first send of each item to each contact asks for, by purposes `mails`, and qualities of items.

        Of the draws that are the same in every replication, those that spread contacts over the days of the launches
        `ramped`.
        """
        ahead = cls(draws)
        ahead._foresee(contacts, mails, items)
        ahead._foresee(items, _ITEMS, ("",))
        if ramped:
            stable = ahead._stable = cls(draws.stable())
            stable._foresee(contacts, (_RAMP,), ramped)
        return ahead

    def _foresee(self, subjects: Sequence[str], wanted: Sequence[str], places: Sequence[str]) -> None:
        """Computes every purpose at every place for each subject, first occurrence."""
        addresses = [(purpose, place) for purpose in wanted for place in places]
        if not subjects or not addresses:
            return
        columns = {address: column for column, address in enumerate(addresses)}
        drawn = self._draws.block(
            name_hashes(subjects)[:, None],
            np.repeat(name_hashes(wanted), len(places))[None, :],
            places=np.tile(name_hashes(places), len(wanted))[None, :],
        )
        # Most are never asked for, so none of them becomes a number of Python's before.
        numbers = array("q", drawn.tobytes())
        self._rows.update((subject, (columns, numbers, k * len(columns))) for k, subject in enumerate(subjects))

    def stable(self) -> DrawSource:
        """The draws that are the same in every replication."""
        return self._stable

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """The draw at this address, as `Draws.bits` gives it."""
        if occurrence == 0:
            foreseen = self._rows.get(subject)
            if foreseen is not None:
                columns, numbers, first = foreseen
                column = columns.get((purpose, place))
                if column is not None:
                    return numbers[first + column]
        return self._draws.bits(subject, purpose, place=place, occurrence=occurrence)


def mail_purposes(model: ResponseModel) -> tuple[str, ...]:
    """Purposes of which mails ask for a draw, as nearly all do, or as those do that are opened."""
    bounces = (purposes.BOUNCE,) if model.bounced else ()
    strays = (purposes.PLACEMENT,) if any(limit < CERTAIN for limit in model.placement.values()) else ()
    return (*bounces, *strays, *_OPENED)
