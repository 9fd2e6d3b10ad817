"""One list of names, and what is learnt of it: where each name stands, and what hashes they have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Final, Protocol, cast

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes


class Hashed(Protocol):
    """A list of names that knows the hashes of all of them without spelling them out."""

    @property
    def hashes(self) -> NDArray[uint64]:
        """`name_hashes` of the names, in their order."""
        ...


@cache
def _is_hashed(kind: type[Sequence[str]]) -> bool:
    """Whether lists of this type are `Hashed`; asked for each name that is looked up."""
    return hasattr(kind, "hashes")


_FEW: Final = 1 << 16
"""Lists up to this length are spelled out once they have been searched often."""
_SHORT: Final = 1 << 8
"""Those up to this length at once."""
_MOST_SCANS: Final = 16
"""So often a list is gone through before its names are sorted, which takes as long as so many times."""
_FLAGS_EACH: Final = 16
"""Flags for each hash that is looked for: of all others, one in so many is looked at twice."""
_LEAST_FLAGS: Final = 1 << 12


class NameList:
    """Different names in their order. Several tables may hold one list: what is learnt of it is learnt once."""

    __slots__ = ("_by_hash", "_dictionary", "_hashes", "_lasting", "_scans", "names")

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._dictionary: dict[str, int] | None = None
        self._hashes: NDArray[uint64] | None = None
        self._by_hash: NDArray[int64] | None = None
        self._scans = 0
        self._lasting: dict[int, tuple[Collection[str], NDArray[int32]]] = {}

    def and_then(self, names: Sequence[str]) -> NameList:
        """A list of these and further names, which none of these is."""
        made = NameList((*self.names, *names))
        if self._hashes is not None:
            made._hashes = np.concatenate([self._hashes, name_hashes(names)])
        return made

    def hashes(self) -> NDArray[uint64]:
        """`name_hashes` of the names, in their order."""
        if self._hashes is None:
            known = _is_hashed(type(self.names))
            self._hashes = cast("Hashed", self.names).hashes if known else name_hashes(self.names)
        return self._hashes

    def is_searched(self) -> bool:
        """Whether it is searched by hash: a long list always, a shorter one until it has been asked often."""
        count = len(self.names)
        if count <= _FEW and (count <= _SHORT or self._scans >= _MOST_SCANS):
            return False
        return _is_hashed(type(self.names))

    def dictionary(self) -> dict[str, int]:
        """The place of each name."""
        if self._dictionary is None:
            self._dictionary = dict(zip(self.names, range(len(self.names)), strict=True))
        return self._dictionary

    def places(self, names: Sequence[str]) -> NDArray[int32]:
        """Where names stand; -1 for those that are none of these."""
        if not self.is_searched():
            known = self.dictionary()
            return np.array([known.get(name, -1) for name in names], np.int32)
        found = np.full(len(names), -1, np.int32)
        # The hashes of different names are hardly ever equal, but nothing forbids it.
        for row, place in _pairs(self.hashes(), name_hashes(names), self._order()):
            if self.names[place] == names[row]:
                found[row] = place
        return found

    def has_lasting(self, names: Collection[str]) -> bool:
        """Whether it is known where these very names stand."""
        return id(names) in self._lasting

    def places_of_lasting(self, names: Collection[str]) -> NDArray[int32]:
        """The same as `places` for names that never change, in the order in which they come; looked up once."""
        if id(names) not in self._lasting:
            self._lasting[id(names)] = names, self.places(tuple(names))
        return self._lasting[id(names)][1]

    def _order(self) -> NDArray[int64] | None:
        """The names in the order of their hashes; none while the list has not been searched often."""
        self._scans += 1
        if self._by_hash is None and self._scans > _MOST_SCANS:
            self._by_hash = np.argsort(self.hashes(), kind="stable")
        return self._by_hash


def _pairs(own: NDArray[uint64], wanted: NDArray[uint64], order: NDArray[int64] | None) -> Iterator[tuple[int, int]]:
    """Places among the wanted hashes and among one's own of all that are equal; `order` sorts one's own."""
    if order is not None:
        first = np.searchsorted(own, wanted, side="left", sorter=order)
        after = np.searchsorted(own, wanted, side="right", sorter=order)
        for row in np.flatnonzero(after > first).tolist():
            yield from ((row, place) for place in order[first[row] : after[row]].tolist())
        return
    rows: dict[int, list[int]] = {}
    for row, one in enumerate(wanted.tolist()):
        rows.setdefault(one, []).append(row)
    places = places_among(own, wanted)
    for place, one in zip(places.tolist(), own[places].tolist(), strict=True):
        yield from ((row, place) for row in rows[one])


def places_among(hashes: NDArray[uint64], wanted: NDArray[uint64]) -> NDArray[int64]:
    """Where hashes stand that are among the wanted ones, ascending. Sorts the wanted ones only."""
    if not len(wanted):
        return np.zeros(0, np.int64)
    mask = (1 << max(_LEAST_FLAGS, _FLAGS_EACH * len(wanted)).bit_length()) - 1
    flags = np.zeros(mask + 1, np.bool_)
    flags[wanted.view(np.int64) & mask] = True
    own = hashes.view(np.int64)
    parts = [first + np.flatnonzero(flags[own[first : first + _FEW] & mask]) for first in range(0, len(own), _FEW)]
    some = np.concatenate([np.zeros(0, np.int64), *parts])
    ordered = np.sort(wanted)
    near = np.minimum(np.searchsorted(ordered, hashes[some]), len(ordered) - 1)
    found: NDArray[int64] = some[ordered[near] == hashes[some]]
    return found
