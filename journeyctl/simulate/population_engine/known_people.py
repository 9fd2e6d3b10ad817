"""Who is known in one replication, by number: everybody of a world, then newcomers as they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from journeyctl.results.row_keys import distinct
from journeyctl.simulate.person import Person
from journeyctl.simulate.record_keys import Keys, joined

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from journeyctl.simulate.population_engine.inputs import Inputs


class KnownPeople(Sequence[Person]):
    """A `Person` is made when it is asked for; names and numbers are known without."""

    __slots__ = ("_first", "_keys", "_named", "_newcomers", "_numbers")

    def __init__(self, inputs: Inputs) -> None:
        """Nobody has come yet."""
        self._first, self._keys = inputs.everybody, inputs.keys
        self._newcomers: list[Person] = []
        self._numbers: dict[str, int] = {}
        self._named: dict[int, str] = {}
        """Names that were asked for: most are asked for again, by evaluation after evaluation."""

    def append(self, newcomer: Person) -> None:
        """Somebody comes and gets the next number."""
        self._numbers[newcomer.key] = len(self)
        self._newcomers.append(newcomer)

    @property
    def newcomers(self) -> Sequence[Person]:
        """Those who came."""
        return self._newcomers

    def key(self, number: int) -> str:
        """A contact's name."""
        found = self._named.get(number)
        if found is None:
            first = len(self._first)
            found = self._keys[number] if number < first else self._newcomers[number - first].key
            if number >= 0:
                self._named[number] = found
                # Who was named is mostly asked for by that name later, and searching among very many takes a while.
                self._numbers[found] = number
        return found

    def keys_of(self, numbers: NDArray[int64]) -> Keys:
        """The names of some contacts, none of which is spelled out."""
        known, is_late = self._first.keys, numbers >= len(self._first)
        if not is_late.any():
            return known.take(numbers)
        late = distinct(numbers[is_late])
        others = Keys.of([self._newcomers[number - len(self._first)].key for number in late.tolist()])
        both = joined((known.take(numbers[~is_late]), others))
        places = np.cumsum(~is_late) - 1
        places[is_late] = len(both) - len(late) + np.searchsorted(late, numbers[is_late])
        return both.take(places)

    def number_of(self, key: str) -> int:
        """The number of a contact. Raises `KeyError` for somebody unknown."""
        found = self._numbers.get(key)
        if found is None:
            found = self._keys.number_of(key)
            if found < 0:
                raise KeyError(key)
            self._numbers[key] = found
        return found

    def __len__(self) -> int:
        return len(self._first) + len(self._newcomers)

    @overload
    def __getitem__(self, number: int) -> Person: ...
    @overload
    def __getitem__(self, number: slice) -> list[Person]: ...
    def __getitem__(self, number: int | slice) -> Person | list[Person]:
        if isinstance(number, slice):
            return [self[place] for place in range(len(self))[number]]
        first = len(self._first)
        return self._first[number] if number < first else self._newcomers[number - first]
