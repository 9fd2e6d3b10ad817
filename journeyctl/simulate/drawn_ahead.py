"""Draws that nearly every contact needs, computed in blocks before a run: bit for bit those of `Draws`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.draws import Draws, name_hashes

_TRAITS = (purposes.RESPONSIVENESS, purposes.STAGE, purposes.PREFETCHING)
_MAILS = (purposes.BOUNCE, purposes.PLACEMENT, purposes.OPEN)
_ITEMS = (purposes.OPEN_QUALITY, purposes.CLICK_QUALITY)


class DrawnAhead:
    """Answers draws by address, from a table where the address was foreseen."""

    __slots__ = ("_draws", "_rows")

    def __init__(self, draws: Draws) -> None:
        """Nothing is foreseen yet."""
        self._draws = draws
        self._rows: dict[str, dict[tuple[str, str], int]] = {}

    @classmethod
    def for_contacts(
        cls, draws: Draws, contacts: Sequence[str], *, topics: Sequence[str], items: Sequence[str]
    ) -> DrawnAhead:
        """Traits of the contacts, what the first send of each item needs in any case, and qualities of items."""
        ahead = cls(draws)
        ahead.foresee(contacts, _TRAITS, ("",))
        ahead.foresee(contacts, (purposes.INTEREST,), topics)
        ahead.foresee(contacts, _MAILS, items)
        ahead.foresee(items, _ITEMS, ("",))
        return ahead

    def foresee(self, subjects: Sequence[str], wanted: Sequence[str], places: Sequence[str]) -> None:
        """Computes every purpose at every place for each subject, first occurrence."""
        addresses = [(purpose, place) for purpose in wanted for place in places]
        if not subjects or not addresses:
            return
        drawn = self._draws.block(
            name_hashes(subjects)[:, None],
            np.repeat(name_hashes(wanted), len(places))[None, :],
            places=np.tile(name_hashes(places), len(wanted))[None, :],
        ).tolist()
        for subject, row in zip(subjects, drawn, strict=True):
            self._rows.setdefault(subject, {}).update(zip(addresses, row, strict=True))

    def stable(self) -> Draws:
        """The draws that are the same in every replication; not foreseen."""
        return self._draws.stable()

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """The draw at this address, as `Draws.bits` gives it."""
        if occurrence == 0:
            row = self._rows.get(subject)
            found = row.get((purpose, place)) if row is not None else None
            if found is not None:
                return found
        return self._draws.bits(subject, purpose, place=place, occurrence=occurrence)
