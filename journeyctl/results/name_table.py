"""The names of a record: short lists one behind the other, of which some make their names when they are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, Final, Protocol, cast, overload

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.results.name_list import Hashed, NameList, places_among

_FEW: Final = 1 << 6
"""So many names are looked up sooner one by one than as arrays."""


class Takeable(Hashed, Protocol):
    """Names that know their hashes, and of which some can be taken."""

    def take(self, places: NDArray[int64], /) -> Sequence[str]:
        """Those at some places, in this order."""
        ...


class NameTable(Sequence[str]):
    """Names by number. A value; equal to any sequence of the same names.

    Lists that are `Hashed` are searched by hash and only spelled out where a name is asked for.
    """

    __slots__ = ("_hashes", "_parts", "_spelled", "_starts")

    def __init__(self, *lists: Sequence[str]) -> None:
        """No name may stand in two of the lists, nor twice in one."""
        self._hold(*map(NameList, lists))

    def _hold(self, *parts: NameList) -> None:
        self._parts = parts
        self._starts = [0, *accumulate(len(part.names) for part in parts)]
        self._spelled: NDArray[np.object_] | None = None
        """All names, once most of them have been asked for."""
        self._hashes: NDArray[uint64] | None = None

    @classmethod
    def _of(cls, *parts: NameList) -> NameTable:
        made = object.__new__(cls)
        made._hold(*parts)
        return made

    def __reduce__(self) -> tuple[type[NameTable], tuple[Sequence[str], ...]]:
        return NameTable, tuple(part.names for part in self._parts)

    def and_then(self, names: Sequence[str]) -> NameTable:
        """These names and others behind them; what is known of these stays known."""
        return NameTable._of(*self._parts, NameList(names)) if names else self

    def grown(self, names: Sequence[str]) -> NameTable:
        """Others, which none of these is, behind the first list; all later names have greater numbers then."""
        first, *others = self._parts
        return NameTable._of(first.and_then(names), *others)

    def are_new(self, hashes: NDArray[uint64]) -> bool:
        """Whether names with these hashes are all different and none of these, as far as their hashes tell."""
        if not len(hashes) or self._has_some(hashes):
            return False
        ordered = np.sort(hashes)
        return not bool((ordered[1:] == ordered[:-1]).any())

    def _has_some(self, hashes: NDArray[uint64]) -> bool:
        """Whether some name has one of these hashes."""
        return any(len(places_among(*sorted((part.hashes(), hashes), key=len, reverse=True))) for part in self._parts)

    def with_numbers(self, names: Sequence[str]) -> tuple[NameTable, NDArray[int32]]:
        """These names and those of others that are not among them; and the numbers of all of the others."""
        found = self._numbers(names)
        missing = np.flatnonzero(found < 0).tolist()
        new: dict[str, int] = {}
        for place in missing:
            found[place] = new.setdefault(names[place], len(self) + len(new))
        return self.and_then(tuple(new)), found

    def with_new(self, given: Takeable) -> tuple[NameTable, NDArray[int32]]:
        """The same for names that are hardly ever among these: hardly any of them is spelled out."""
        names, hashes = cast("Sequence[str]", given), given.hashes
        if self.are_new(hashes):
            return self.and_then(names), np.arange(len(self), len(self) + len(names), dtype=np.int32)
        if self._has_some(hashes):
            return self.with_numbers(names)
        _, first, which = np.unique(hashes, return_index=True, return_inverse=True)
        earlier = first[which]
        again = np.flatnonzero(earlier != np.arange(len(hashes)))
        pairs = zip(again.tolist(), earlier[again].tolist(), strict=True)
        if any(names[row] != names[before] for row, before in pairs):
            return self.with_numbers(names)
        first.sort()
        numbers = len(self) + np.searchsorted(first, earlier)
        return self.and_then(given.take(first)), numbers.astype(np.int32)

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
        if not 0 <= which < len(self._parts):
            raise IndexError(number)
        return self._parts[which].names[place - self._starts[which]]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(part.names for part in self._parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to plain sequences, of which lists have no hash either

    def number_of(self, name: str) -> int:
        """The number of a name; -1 where it is none of these."""
        searched = False
        for part, start in zip(self._parts, self._starts, strict=False):
            if part.is_searched():
                searched = True
            elif name in (known := part.dictionary()):
                return start + known[name]
        return int(self._numbers((name,))[0]) if searched else -1

    def numbers_of(self, names: Sequence[str]) -> list[int]:
        """The numbers of names; -1 for those that are none of these."""
        found: list[int] = self._numbers(names).tolist()
        return found

    def numbers_of_lasting(self, names: Collection[str]) -> NDArray[int32]:
        """The same for names that never change, in the order in which they come.

        Where they stand is remembered by the longest list, for all tables that hold it.
        """
        known = [which for which, part in enumerate(self._parts) if part.has_lasting(names)]
        which = max(known or range(len(self._parts)), key=lambda which: len(self._parts[which].names))
        found = _raised(self._parts[which].places_of_lasting(names), self._starts[which])
        missing = np.flatnonzero(found < 0)
        if len(missing):
            texts = tuple(names)
            found[missing] = self._numbers([texts[place] for place in missing.tolist()])
        return found

    def _numbers(self, names: Sequence[str]) -> NDArray[int32]:
        found, missing = np.full(len(names), -1, np.int32), list(range(len(names)))
        # Looking up is faster than searching, most names stand in long lists, and none stands in two.
        for which in sorted(range(len(self._parts)), key=self._effort):
            if not missing:
                break
            part, start = self._parts[which], self._starts[which]
            if len(missing) <= _FEW and not part.is_searched():
                known = part.dictionary()
                places = [known.get(names[place]) for place in missing]
                for place, own in zip(missing, places, strict=True):
                    if own is not None:
                        found[place] = start + own
                missing = [place for place, own in zip(missing, places, strict=True) if own is None]
                continue
            wanted = names if len(missing) == len(names) else [names[place] for place in missing]
            found[missing] = _raised(part.places(wanted), start)
            missing = np.flatnonzero(found < 0).tolist()
        return found

    def _effort(self, which: int) -> tuple[bool, int]:
        return self._parts[which].is_searched(), -len(self._parts[which].names)

    def spelled(self, numbers: NDArray[np.integer[Any]] | Sequence[int]) -> list[str]:
        """The names of these numbers."""
        wanted = np.asarray(numbers, np.int64)
        if self._spelled is None and len(numbers) > len(self) // 2:
            # Lists that make their names make all of them at once, which is faster where many are asked for.
            self._spelled = np.array(list(self), np.object_)
        if self._spelled is not None:
            # Names lie anywhere in memory, and NumPy asks for the next one before this one is there.
            found: list[str] = self._spelled.take(wanted).tolist()
            return found
        if len(self._parts) == 1:
            return list(map(self._parts[0].names.__getitem__, wanted.tolist()))
        known: dict[int, str] = {}
        return [
            known[number] if number in known else known.setdefault(number, self[number]) for number in wanted.tolist()
        ]

    def hashes(self) -> NDArray[uint64]:
        """`name_hashes` of all names."""
        if self._hashes is None:
            parts = [part.hashes() for part in self._parts]
            self._hashes = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        return self._hashes


def _raised(places: NDArray[int32], start: int) -> NDArray[int32]:
    """Places in a list as numbers of names, the list's first name having the number `start`."""
    return np.where(places >= 0, places + np.int32(start), np.int32(-1))
