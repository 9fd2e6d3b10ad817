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
"""Lists up to this length are spelled out once rather than searched."""


class NameTable(Sequence[str]):
    """Names by number. A value; equal to any sequence of the same names.

    Lists that are `Hashed` are searched by hash and only spelled out where a name is asked for.
    """

    __slots__ = ("_before", "_by_hash", "_dictionaries", "_hashes", "_lists", "_starts")

    def __init__(self, *lists: Sequence[str]) -> None:
        """No name may stand in two of the lists, nor twice in one."""
        self._lists = lists
        self._starts = [0, *accumulate(map(len, lists))]
        self._dictionaries: dict[int, dict[str, int]] = {}
        self._before: NameTable | None = None
        """The table to which the last list was added; what it learns of the others is learnt once."""
        self._hashes: NDArray[uint64] | None = None
        self._by_hash: dict[int, NDArray[int64]] = {}

    def __reduce__(self) -> tuple[type[NameTable], tuple[Sequence[str], ...]]:
        return NameTable, self._lists

    def and_then(self, names: Sequence[str]) -> NameTable:
        """These names and others behind them; what is known of these stays known."""
        if not names:
            return self
        made = NameTable(*self._lists, names)
        made._before = self
        if self._hashes is not None:
            made._hashes = np.concatenate([self._hashes, _hashes_of(names)])
        return made

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
        for which, part in enumerate(self._lists):
            if not _is_searched(part) and name in (known := self._dictionary(which)):
                return known[name]
        return self.numbers_of((name,))[0] if any(map(_is_searched, self._lists)) else -1

    def numbers_of(self, names: Sequence[str]) -> list[int]:
        """The numbers of names; -1 for those that are none of these."""
        found, missing = [-1] * len(names), list(range(len(names)))
        # Looking up is faster than searching, most names stand in long lists, and none stands in two.
        for which in sorted(range(len(self._lists)), key=self._effort):
            if _is_searched(self._lists[which]):
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
        return _is_searched(self._lists[which]), -len(self._lists[which])

    def spelled(self, numbers: Sequence[int]) -> list[str]:
        """The names of these numbers."""
        if len(self._lists) == 1 or len(numbers) > len(self) // 2:
            # Where many are asked for, lists that make their names make all of them at once, which is faster.
            names = list(self) if len(numbers) > len(self) // 2 else self._lists[0]
            return [names[number] for number in numbers]
        known: dict[int, str] = {}
        return [known[number] if number in known else known.setdefault(number, self[number]) for number in numbers]

    def hashes(self) -> NDArray[uint64]:
        """`name_hashes` of all names."""
        if self._hashes is None:
            parts = [_hashes_of(part) for part in self._lists]
            self._hashes = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        return self._hashes

    def _dictionary(self, which: int) -> dict[str, int]:
        if self._before is not None and which < len(self._before._lists):
            return self._before._dictionary(which)
        if which not in self._dictionaries:
            start, part = self._starts[which], self._lists[which]
            self._dictionaries[which] = dict(zip(part, range(start, start + len(part)), strict=True))
        return self._dictionaries[which]

    def _order(self, which: int) -> NDArray[int64]:
        """The names of a list in the order of their hashes."""
        if self._before is not None and which < len(self._before._lists):
            return self._before._order(which)
        if which not in self._by_hash:
            self._by_hash[which] = np.argsort(cast("Hashed", self._lists[which]).hashes, kind="stable")
        return self._by_hash[which]

    def _search(self, which: int, names: Sequence[str], missing: Sequence[int], found: list[int]) -> None:
        part = self._lists[which]
        own, order = cast("Hashed", part).hashes, self._order(which)
        hashes = name_hashes([names[place] for place in missing])
        first = np.searchsorted(own, hashes, side="left", sorter=order)
        after = np.searchsorted(own, hashes, side="right", sorter=order)
        for row in np.flatnonzero(after > first).tolist():
            # The hashes of different names are hardly ever equal, but nothing forbids it.
            for place in order[first[row] : after[row]].tolist():
                if part[place] == names[missing[row]]:
                    found[missing[row]] = self._starts[which] + place


def _is_searched(names: Sequence[str]) -> bool:
    return len(names) > _FEW and isinstance(names, Hashed)


def _hashes_of(names: Sequence[str]) -> NDArray[uint64]:
    return names.hashes if isinstance(names, Hashed) else name_hashes(names)
