"""Leads that lives hand over, by number: a million contacts make as many names, which hardly anybody asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes
from journeyctl.results.row_keys import distinct
from journeyctl.simulate.population_engine import lead_spelling as sp
from journeyctl.simulate.population_engine import lead_table as t
from journeyctl.simulate.population_engine.lead_table import LeadTable

if TYPE_CHECKING:
    from journeyctl.simulate.population_engine.field_codes import Interned
    from journeyctl.simulate.population_engine.known_people import KnownPeople
    from journeyctl.simulate.record_keys import Keys

Integers = NDArray[int64]
Words = tuple[Integers, Integers, NDArray[uint64]]
"""Words that sort as names do, one name behind the other; how many each has; and the names' hashes."""

WHOLE = "~"
"""Begins the place of a lead that is not one of the contact's own: the name follows, without its number."""
_TOP = 1 << 63
FEW = 64
"""So many are dealt with sooner one by one than as arrays."""


def lead_name(contact: str, place: str, number: int) -> str:
    """The stable name of a lead: of the contact's own, or of somebody else's or an account's, whose place is whole."""
    return f"{place[1:]}~{number}" if place.startswith(WHOLE) else f"{contact}~{place}~{number}"


class LeadNames(Sequence[str]):
    """Names of leads, made when they are asked for."""

    __slots__ = ("_hashes", "_keys", "_number", "_place", "_places", "_whose")

    def __init__(
        self, keys: Keys, whose: NDArray[int32], places: Sequence[str], place: NDArray[int32],
        number: NDArray[int32], hashes: NDArray[uint64],
    ) -> None:  # fmt: skip
        """Of each lead: its contact's place among `keys`, and its own place's among `places`."""
        self._keys, self._whose, self._hashes = keys, whose, hashes
        self._places, self._place, self._number = places, place, number

    def __reduce__(self) -> tuple[type[LeadNames], tuple[object, ...]]:
        return LeadNames, (self._keys, self._whose, self._places, self._place, self._number, self._hashes)

    @property
    def hashes(self) -> NDArray[uint64]:
        """`draws.name_hashes` of the names, in their order."""
        return self._hashes

    def take(self, leads: Integers) -> LeadNames:
        """The names of some leads, in this order."""
        return LeadNames(
            self._keys, self._whose[leads], self._places, self._place[leads], self._number[leads], self._hashes[leads]
        )

    def __len__(self) -> int:
        return len(self._whose)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        own = self._places[self._place[place]]
        contact = "" if own.startswith(WHOLE) else self._keys[int(self._whose[place])]
        return lead_name(contact, own, int(self._number[place]))

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to plain sequences, which have no hash either


class LeadBook:
    """The leads of one replication's lives."""

    def __init__(self, people: KnownPeople, names: Interned) -> None:
        """`people` by number, and the names of places; both grow."""
        self._people, self._names, self._table = people, names, LeadTable()
        self._hashes: list[NDArray[uint64]] = []
        self._spelled = 0
        """So many leads have been spelled."""

    def __len__(self) -> int:
        return len(self._table)

    @property
    def keys(self) -> Integers:
        """Of every lead, as `lead_table` has them."""
        return self._table.keys

    def numbers_of(self, persons: Integers, places: Integers, numbers: Integers) -> Integers:
        """The numbers of leads; leads of accounts, which several contacts know, are nobody's."""
        keys, some = np.stack([persons, places, numbers], axis=1), distinct(places)
        whole = some[[self._names.values[place].startswith(WHOLE) for place in some.tolist()]]
        if len(whole):
            keys[np.isin(places, whole), t.PERSON] = -1
        return self._table.numbers_of(keys)

    def numbers_of_few(self, keys: Sequence[tuple[int, int, int]]) -> Integers:
        """The same, one by one: of contact, place and number."""
        names = self._names.values
        own = [(-1 if names[place].startswith(WHOLE) else person, place, number) for person, place, number in keys]
        return self._table.numbers_of(np.array(own, np.int64))

    def spelled(self) -> Words:
        """Those that are new since last asked, for desks."""
        keys = self._table.keys[self._spelled :]
        self._spelled = len(self._table)
        if len(keys) <= FEW:
            found = words_of([self._name(*key) for key in keys.tolist()])
        else:
            found = _spelled(self._people.keys_of(np.maximum(keys[:, t.PERSON], 0)), keys, self._names.values)
        self._hashes.append(found[2])
        return found

    def name(self, lead: int) -> str:
        """The name of a lead."""
        return self._name(*self._table.keys[lead].tolist())

    def _name(self, person: int, place: int, number: int) -> str:
        return lead_name("" if person < 0 else self._people.key(person), self._names.values[place], number)

    def names(self) -> LeadNames:
        """All names; nobody asks for them unless somebody reads the record."""
        if self._spelled < len(self._table):
            self.spelled()
        keys = self._table.keys
        persons, whose = np.unique(np.maximum(keys[:, t.PERSON], 0), return_inverse=True)
        places, place = np.unique(keys[:, t.PLACE], return_inverse=True)
        return LeadNames(
            self._people.keys_of(persons), whose.astype(np.int32), [self._names.values[p] for p in places.tolist()],
            place.astype(np.int32), keys[:, t.NUMBER].astype(np.int32),
            np.concatenate([np.zeros(0, np.uint64), *self._hashes]),
        )  # fmt: skip


def _spelled(contacts: Keys, keys: Integers, places: Sequence[str]) -> Words:
    stems, stem, number, again = contacts.pieces()
    used, own_stem = np.unique(stem, return_inverse=True)
    used_places, place = np.unique(keys[:, t.PLACE], return_inverse=True)
    texts = [*(stems[one] for one in used.tolist()), *(places[one].removeprefix(WHOLE) for one in used_places.tolist())]
    if not all(map(str.isascii, texts)):
        own = zip(contacts, keys[:, t.PLACE].tolist(), keys[:, t.NUMBER].tolist(), strict=True)
        return words_of([lead_name(contact, places[place], number) for contact, place, number in own])
    pieces = np.zeros((len(keys), sp.PIECES), np.int64)
    is_own = keys[:, t.PERSON] >= 0
    pieces[:, sp.STEM] = np.where(is_own, own_stem, len(used) + place)
    pieces[:, sp.NUMBER], pieces[:, sp.AGAIN] = np.where(is_own, number, 0), is_own & again
    pieces[:, sp.PLACE] = np.where(is_own, len(used) + place, -1)
    pieces[:, sp.COUNT] = keys[:, t.NUMBER]
    lengths = np.array([0, *map(len, texts)])
    longest = 2 * int(lengths.max()) + sp.LONGEST_REST
    words = np.empty(len(keys) * (longest // 8 + 1), np.int64)
    counts, hashes = np.empty(len(keys), np.int64), np.empty(len(keys), np.uint64)
    used_words = sp.spell(
        np.frombuffer("".join((*texts, " ")).encode(), np.uint8), np.cumsum(lengths), pieces,
        np.empty(longest, np.uint8), np.empty(sp.SCRATCH, np.uint64), words, counts, hashes,
    )  # fmt: skip
    return words[:used_words], counts, hashes


def words_of(names: Sequence[str]) -> Words:
    """The same of any names."""
    return words_in([padded(name) for name in names], name_hashes(names))


def padded(name: str) -> bytes:
    """A name as whole words."""
    data = name.encode("utf-8", "surrogatepass")
    return data.ljust(8 * -(-len(data) // 8), b"\0")


def words_in(names: Sequence[bytes], hashes: NDArray[uint64]) -> Words:
    """The words of names that are `padded`, and how many each has; `hashes` are those of the names."""
    words = np.frombuffer(b"".join(names), ">u8").astype(np.uint64) ^ np.uint64(_TOP)
    return words.view(np.int64), np.array([len(name) >> 3 for name in names], np.int64), hashes
