"""Draws that nearly every contact needs, computed in blocks before a run: bit for bit those of `Draws`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.draws import Draws, name_hashes

_MAILS = (purposes.BOUNCE, purposes.PLACEMENT, purposes.OPEN, purposes.OPEN_DELAY, purposes.UNSUBSCRIBE, purposes.CLICK)
_ITEMS = (purposes.OPEN_QUALITY, purposes.CLICK_QUALITY)


class DrawnAhead:
    """Answers draws by address, from a table where the address was foreseen."""

    __slots__ = ("_draws", "_rows")

    def __init__(self, draws: Draws) -> None:
        """Nothing is foreseen yet."""
        self._draws = draws
        self._rows: dict[str, tuple[dict[tuple[str, str], int], list[int]]] = {}
        """By subject, its draws, and where among them those of a purpose and place stand."""

    @classmethod
    def for_contacts(cls, draws: Draws, contacts: Sequence[str], *, items: Sequence[str]) -> DrawnAhead:
        """What the first send of each item to each contact needs nearly always, and qualities of items."""
        ahead = cls(draws)
        ahead._foresee(contacts, _MAILS, items)
        ahead._foresee(items, _ITEMS, ("",))
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
        ).tolist()
        self._rows.update((subject, (columns, row)) for subject, row in zip(subjects, drawn, strict=True))

    def stable(self) -> Draws:
        """The draws that are the same in every replication; not foreseen."""
        return self._draws.stable()

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """The draw at this address, as `Draws.bits` gives it."""
        if occurrence == 0:
            foreseen = self._rows.get(subject)
            if foreseen is not None:
                columns, row = foreseen
                column = columns.get((purpose, place))
                if column is not None:
                    return row[column]
        return self._draws.bits(subject, purpose, place=place, occurrence=occurrence)
