"""Everybody of one replication as arrays: all at once while they are few, else those who are to live next."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.simulate.population_engine.crowds import Crowd, GrowingCrowd
from journeyctl.simulate.population_engine.inputs import Inputs

Integers = NDArray[int64]

AT_ONCE: Final = 1 << 12
"""So many people are made into arrays together where there are very many; their mail makes that a megabyte or two."""
_FEW: Final = 1 << 16
"""So many are made into arrays once, since some will live again."""


class WhoLives:
    """People by number: everybody of a world, then newcomers as they come."""

    def __init__(self, inputs: Inputs, draws: Draws, *, empty: bool = False, apart: bool = False) -> None:
        """In an `empty` world nobody is there. Only those who live are made into arrays where they are `apart`."""
        self._inputs, self.mail = inputs, inputs.mail(draws)
        """Mail of others in this replication."""
        self.known = 0 if empty else len(inputs.everybody)
        """Those who were there at the start."""
        is_together = self.known <= _FEW and not apart
        self._together = GrowingCrowd(self._everybody()) if is_together else None
        self._others: Crowd | None = None
        """Newcomers, unless all are together."""
        self._count = self.known

    def __len__(self) -> int:
        return self._count

    def admit(self, others: Crowd) -> None:
        """People who were not there at the start."""
        self._count += len(others.people)
        if self._together is not None:
            self._together.admit(others)
            return
        self._others = others if self._others is None else self._others.with_others(others)

    def crowd_with(self, persons: Integers) -> tuple[Crowd, Integers]:
        """A crowd that has these people, and the row of each in it."""
        if self._together is not None:
            return self._together.crowd, persons
        old = persons < self.known
        crowd, rows = self._made(persons[old]), np.cumsum(old) - 1
        if self._others is not None:
            rows = np.where(old, rows, len(crowd.people) + persons - self.known)
            crowd = crowd.with_others(self._others)
        return crowd, rows

    def _everybody(self) -> Crowd:
        return self._made(np.arange(0)) if not self.known else self._inputs.whole_crowd(self.mail)

    def _made(self, persons: Integers) -> Crowd:
        return self._inputs.crowd(self.mail, persons)
