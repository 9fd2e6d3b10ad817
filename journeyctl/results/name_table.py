"""The names of a record: short lists one behind the other, of which some make their names when they are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, Protocol, cast, overload, runtime_checkable

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes


@runtime_checkable
class Hashed(Protocol):
    """A list of names that knows the hashes of all of them without spelling them out."""

    @property
    def hashes(self) -> NDArray[uint64]:
        """`name_hashes` of the names, in their order."""
        ...


_FEW: Final = 1 << 16
"""Lists up to this length are spelled out once they have been searched often."""
_SHORT: Final = 1 << 8
"""Those up to this length at once."""
_MOST_SCANS: Final = 16
"""So often a list is gone through before its names are sorted, which takes as long as so many times."""
_FLAGS_EACH: Final = 16
"""Flags for each hash that is looked for: of all others, one in so many is looked at twice."""
_LEAST_FLAGS: Final = 1 << 12


class NameTable(Sequence[str]):
    """Names by number. A value; equal to any sequence of the same names.

    Lists that are `Hashed` are searched by hash and only spelled out where a name is asked for.
    """

    __slots__ = (
        "_before",
        "_by_hash",
        "_dictionaries",
        "_hashes",
        "_list_hashes",
        "_lists",
        "_scans",
        "_spelled",
        "_starts",
    )

    def __init__(self, *lists: Sequence[str]) -> None:
        """No name may stand in two of the lists, nor twice in one."""
        self._lists = lists
        self._starts = [0, *accumulate(map(len, lists))]
        self._dictionaries: dict[int, dict[str, int]] = {}
        self._spelled: list[str] | None = None
        """All names, once most of them have been asked for."""
        self._before: NameTable | None = None
        """The table to which the last list was added; what it learns of the others is learnt once."""
        self._hashes: NDArray[uint64] | None = None
        self._list_hashes: dict[int, NDArray[uint64]] = {}
        self._by_hash: dict[int, NDArray[int64]] = {}
        self._scans: dict[int, int] = {}

    def __reduce__(self) -> tuple[type[NameTable], tuple[Sequence[str], ...]]:
        return NameTable, self._lists

    def and_then(self, names: Sequence[str]) -> NameTable:
        """These names and others behind them; what is known of these stays known."""
        if not names:
            return self
        made = NameTable(*self._lists, names)
        made._before = self
        return made

    def are_new(self, hashes: NDArray[uint64]) -> bool:
        """Whether names with these hashes are all different and none of these, as far as their hashes tell."""
        if not len(hashes):
            return False
        for which in range(len(self._lists)):
            fewer, more = sorted((self._hashes_of_list(which), hashes), key=len)
            if len(places_among(more, fewer)):
                return False
        ordered = np.sort(hashes)
        return not bool((ordered[1:] == ordered[:-1]).any())

    def with_numbers(self, names: Sequence[str]) -> tuple[NameTable, NDArray[int32]]:
        """These names and those of others that are not among them; and the numbers of all of the others."""
        found = np.array(self.numbers_of(names), np.int32)
        missing = np.flatnonzero(found < 0).tolist()
        new: dict[str, int] = {}
        for place in missing:
            found[place] = new.setdefault(names[place], len(self) + len(new))
        return self.and_then(tuple(new)), found

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[str]: ...
    def __getitem__(self, number: int | slice) -> str | Sequence[str]:
        if isinstance(number, slice):
            return [self[place] for place in range(len(self))[number]]
        place = number if number >= 0 else number + len(self)
        which = bisect_right(self._starts, place) - 1
        if not 0 <= which < len(self._lists):
            raise IndexError(number)
        return self._lists[which][place - self._starts[which]]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._lists)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to plain sequences, of which lists have no hash either

    def number_of(self, name: str) -> int:
        """The number of a name; -1 where it is none of these."""
        lists = range(len(self._lists))
        for which in lists:
            if not self._is_searched(which) and name in (known := self._dictionary(which)):
                return known[name]
        return self.numbers_of((name,))[0] if any(map(self._is_searched, lists)) else -1

    def numbers_of(self, names: Sequence[str]) -> list[int]:
        """The numbers of names; -1 for those that are none of these."""
        found, missing = [-1] * len(names), list(range(len(names)))
        # Looking up is faster than searching, most names stand in long lists, and none stands in two.
        for which in sorted(range(len(self._lists)), key=self._effort):
            if self._is_searched(which):
                self._search(which, names, missing, found)
            else:
                known = self._dictionary(which)
                if len(missing) == len(names):
                    found = [known.get(name, -1) for name in names]
                    missing = [place for place, number in enumerate(found) if number < 0]
                    continue
                for place in missing:
                    found[place] = known.get(names[place], -1)
            missing = [place for place in missing if found[place] < 0]
        return found

    def _effort(self, which: int) -> tuple[bool, int]:
        return self._is_searched(which), -len(self._lists[which])

    def spelled(self, numbers: Sequence[int]) -> list[str]:
        """The names of these numbers."""
        if self._spelled is None and len(numbers) > len(self) // 2:
            # Lists that make their names make all of them at once, which is faster where many are asked for.
            self._spelled = list(self)
        if self._spelled is not None or len(self._lists) == 1:
            return list(map((self._spelled or self._lists[0]).__getitem__, numbers))
        known: dict[int, str] = {}
        return [known[number] if number in known else known.setdefault(number, self[number]) for number in numbers]

    def hashes(self) -> NDArray[uint64]:
        """`name_hashes` of all names."""
        if self._hashes is None:
            parts = [self._hashes_of_list(which) for which in range(len(self._lists))]
            self._hashes = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        return self._hashes

    def _dictionary(self, which: int) -> dict[str, int]:
        if self._before is not None and which < len(self._before._lists):
            return self._before._dictionary(which)
        if which not in self._dictionaries:
            start, part = self._starts[which], self._lists[which]
            self._dictionaries[which] = dict(zip(part, range(start, start + len(part)), strict=True))
        return self._dictionaries[which]

    def _is_searched(self, which: int) -> bool:
        """Whether a list is searched by hash: a long one always, a shorter one until it has been asked often."""
        part = self._lists[which]
        if len(part) <= _FEW and (len(part) <= _SHORT or self._scanned(which) >= _MOST_SCANS):
            return False
        return isinstance(part, Hashed)

    def _scanned(self, which: int) -> int:
        if self._before is not None and which < len(self._before._lists):
            return self._before._scanned(which)
        return self._scans.get(which, 0)

    def _hashes_of_list(self, which: int) -> NDArray[uint64]:
        if self._before is not None and which < len(self._before._lists):
            return self._before._hashes_of_list(which)
        if which not in self._list_hashes:
            part = self._lists[which]
            self._list_hashes[which] = part.hashes if isinstance(part, Hashed) else name_hashes(part)
        return self._list_hashes[which]

    def _order(self, which: int) -> NDArray[int64] | None:
        """The names of a list in the order of their hashes; none while it has not been searched often."""
        if self._before is not None and which < len(self._before._lists):
            return self._before._order(which)
        self._scans[which] = self._scans.get(which, 0) + 1
        if which not in self._by_hash and self._scans[which] > _MOST_SCANS:
            self._by_hash[which] = np.argsort(cast("Hashed", self._lists[which]).hashes, kind="stable")
        return self._by_hash.get(which)

    def _search(self, which: int, names: Sequence[str], missing: Sequence[int], found: list[int]) -> None:
        part, order = self._lists[which], self._order(which)
        own, hashes = cast("Hashed", part).hashes, name_hashes([names[place] for place in missing])
        # The hashes of different names are hardly ever equal, but nothing forbids it.
        for row, place in _pairs(own, hashes, order):
            if part[place] == names[missing[row]]:
                found[missing[row]] = self._starts[which] + place


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
