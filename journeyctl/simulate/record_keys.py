"""Names of many records without a text for each: made when asked for, hashed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes

_TOGETHER = 1 << 16
_ALONE = 0
"""Number of a record whose stem is its whole name."""


class Keys(Sequence[str]):
    """Names such as `u1/h2/c1/p3`: a stem, and behind it the number of a contact; a second record ends in `/again`."""

    __slots__ = ("_again", "_hashes", "_number", "_plain", "_stem", "_stems")

    def __init__(
        self,
        stems: Sequence[str],
        stem: NDArray[int32],
        number: NDArray[int32],
        again: NDArray[np.bool_],
        hashes: NDArray[uint64] | None = None,
    ) -> None:
        """`stem` is each record's place in `stems`; `number` 0 stands for none; `hashes` are known already."""
        self._stems, self._stem, self._number, self._again, self._hashes = stems, stem, number, again, hashes
        self._plain = False

    @classmethod
    def of(cls, names: Sequence[str]) -> Keys:
        """Any names."""
        if isinstance(names, Keys):
            return names
        count = len(names)
        made = cls(names, np.arange(count, dtype=np.int32), *_plain(count))
        made._plain = True
        return made

    @classmethod
    def numbered(cls, stems: Sequence[str], places: NDArray[int64]) -> Keys:
        """`<stem>/p<n>` for each place of a stem; records of one stem are numbered from 1 as they come."""
        number, seen = np.empty(len(places), np.int32), np.zeros(len(stems), np.int64)
        for start in range(0, len(places), _TOGETHER):
            some = places[start : start + _TOGETHER]
            order = np.argsort(some, kind="stable")
            sorted_places = some[order]
            first = np.searchsorted(sorted_places, sorted_places, side="left")
            number[start + order] = np.arange(len(some)) - first + 1 + seen[sorted_places]
            seen += np.bincount(some, minlength=len(stems))
        return cls(stems, places.astype(np.int32), number, np.broadcast_to(np.zeros(1, np.bool_), len(places)))

    @property
    def hashes(self) -> NDArray[uint64]:
        """Their numbers in addresses of draws, in their order."""
        if self._hashes is None:
            self._hashes = name_hashes(self._stems if self._plain else self)
        return self._hashes

    def pieces(self) -> tuple[Sequence[str], NDArray[int32], NDArray[int32], NDArray[np.bool_]]:
        """What names are made of: stems; and of each name the place of its stem, its number (0: none), and whether it
        is that of a second record.
        """
        return self._stems, self._stem, self._number, self._again

    def take(self, records: NDArray[int64]) -> Keys:
        """The names of some records, in their order."""
        hashes = None if self._hashes is None else self._hashes[records]
        return Keys(self._stems, self._stem[records], self._number[records], self._again[records], hashes)

    def twice(self, records: NDArray[int64]) -> Keys:
        """These names, and behind them those of the second records of some."""
        second = Keys(self._stems, self._stem[records], self._number[records], np.ones(len(records), np.bool_))
        return joined((self, second))

    def __len__(self) -> int:
        return len(self._stem)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Keys: ...
    def __getitem__(self, place: int | slice) -> str | Keys:
        if isinstance(place, slice):
            hashes = None if self._hashes is None else self._hashes[place]
            return Keys(self._stems, self._stem[place], self._number[place], self._again[place], hashes)
        if self._plain:
            return self._stems[place]
        return _name(self._stems[self._stem[place]], int(self._number[place]), again=bool(self._again[place]))

    def __iter__(self) -> Iterator[str]:
        stems = self._stems
        if self._plain:
            yield from stems
            return
        for start in range(0, len(self), 1 << 14):
            part = slice(start, start + (1 << 14))
            stem, number = self._stem[part].tolist(), self._number[part].tolist()
            if self._again[part].any() or not self._number[part].all():
                rows = zip(stem, number, self._again[part].tolist(), strict=True)
                yield from (_name(stems[stem], number, again=again) for stem, number, again in rows)
            else:
                # Most are such, and a call for each takes longer than the name.
                yield from [f"{stems[place]}/p{number}" for place, number in zip(stem, number, strict=True)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to plain sequences, which have no hash either


def joined(parts: Sequence[Keys]) -> Keys:
    """The names of one part after the other."""
    if len(parts) == 1:
        return parts[0]
    stems: list[str] = []
    firsts: dict[int, int] = {}
    numbers = []
    for part in parts:
        own = id(part._stems)
        if own not in firsts:
            firsts[own] = len(stems)
            stems += part._stems
        numbers.append(part._stem + np.int32(firsts[own]))
    return Keys(
        tuple(stems),
        np.concatenate(numbers),
        np.concatenate([part._number for part in parts]),
        np.concatenate([part._again for part in parts]),
        np.concatenate([part.hashes for part in parts]),
    )


def hashes_of(names: Sequence[str]) -> NDArray[uint64]:
    """The numbers of names in addresses of draws; those of `Keys` are worked out once."""
    return names.hashes if isinstance(names, Keys) else name_hashes(names)


def _name(stem: str, number: int, *, again: bool) -> str:
    name = f"{stem}/p{number}" if number else stem
    return f"{name}/again" if again else name


def _plain(count: int) -> tuple[NDArray[int32], NDArray[np.bool_]]:
    nothing = np.full(1, _ALONE, np.int32)
    return np.broadcast_to(nothing, count), np.broadcast_to(np.zeros(1, np.bool_), count)
