"""The account tree: hospital networks, their hospitals, clinics and contacts, each with a stable name.

A contact's name is its path, such as `u17/h2/c1/p3`. More contacts, accounts or fields leave every
name and draw of the others alone, except that contacts spread over whatever clinics there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.behaviour.purposes import CLINIC, SIZE
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import ONE, part_array, poisson_array
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from journeyctl.model.population import Accounts

_TOGETHER = 1 << 16
LEVELS = ("umbrella", "hospital", "clinic", "contact")
"""From the top down; a field of one level may depend on fields of its own and higher levels."""


@dataclass(frozen=True, slots=True, eq=False)
class AccountTree:
    """Names by level from the top down, and for each below the first the place of its parent."""

    names: tuple[Sequence[str], ...]
    """Umbrellas, hospitals, clinics, contacts."""
    parents: tuple[Sequence[int] | NDArray[int64], ...]
    """For hospitals, clinics and contacts: which entry of the level above it belongs to."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccountTree) and (
            all(mine == theirs for mine, theirs in zip(self.names, other.names, strict=True))
            and all(np.array_equal(mine, theirs) for mine, theirs in zip(self.parents, other.parents, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def of(self, level: str) -> Sequence[str]:
        """All names of one level."""
        return self.names[LEVELS.index(level)]

    def ancestors(self, level: str, above: str) -> NDArray[int64]:
        """For every entry of `level`, the place of its ancestor on the level `above`, which may be its own."""
        at, target = LEVELS.index(level), LEVELS.index(above)
        if at == target:
            return np.arange(len(self.names[at]), dtype=np.int64)
        places = np.asarray(self.parents[at - 1], dtype=np.int64)
        for step in range(at - 1, target, -1):
            places = np.asarray(self.parents[step - 1], dtype=np.int64)[places]
        return places

    def around(self, clinics: Sequence[int] | NDArray[int64]) -> tuple[AccountTree, NDArray[int64]]:
        """Only these clinics and what stands above them, without contacts; and each one's place in that tree."""
        names: list[Sequence[str]] = [()]
        parents: list[NDArray[int64]] = []
        kept, places = np.unique(np.asarray(clinics, dtype=np.int64), return_inverse=True)
        for level in (2, 1):
            names.insert(0, tuple(self.names[level][place] for place in kept.tolist()))
            kept, above = np.unique(np.asarray(self.parents[level - 1], dtype=np.int64)[kept], return_inverse=True)
            parents.insert(0, above.reshape(-1))
        names.insert(0, tuple(self.names[0][place] for place in kept.tolist()))
        return AccountTree(tuple(names), (*parents, np.zeros(0, np.int64))), places.reshape(-1)


def account_tree(accounts: Accounts, draws: Draws) -> AccountTree:
    """The tree of a scenario. Every account has at least one below it; the stated numbers are means."""
    umbrellas = tuple(f"u{number}" for number in range(1, round(accounts.umbrellas.value) + 1))
    hospitals, of_umbrella = _below(umbrellas, "h", accounts.hospitals_per_umbrella.value, draws)
    clinics, of_hospital = _below(hospitals, "c", accounts.clinics_per_hospital.value, draws)
    contacts, of_clinic = _contacts(round(accounts.contacts.value), clinics, draws)
    return AccountTree((umbrellas, hospitals, clinics, contacts), (of_umbrella, of_hospital, of_clinic))


def standalone(keys: tuple[str, ...]) -> AccountTree:
    """A tree in which every contact is the first of an account of its own; `keys` name the networks."""
    own = tuple(range(len(keys)))
    names = (keys, tuple(f"{key}/h1" for key in keys), tuple(f"{key}/h1/c1" for key in keys))
    return AccountTree((*names, tuple(f"{key}/h1/c1/p1" for key in keys)), (own, own, own))


def joining(tree: AccountTree, clinics: Sequence[int] | NDArray[int64], keys: Sequence[str]) -> AccountTree:
    """Other contacts at some accounts of the tree: `keys` name them within the given clinics."""
    own, places = tree.around(clinics)
    names = tuple(f"{own.names[2][clinic]}/{key}" for clinic, key in zip(places.tolist(), keys, strict=True))
    return AccountTree((*own.names[:3], names), (*own.parents[:2], places))


def _below(names: tuple[str, ...], letter: str, mean: float, draws: Draws) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """One account, and a Poisson number of others, below each."""
    us = draws.block(name_hashes(names), name_hash(SIZE), places=name_hash(letter))
    counts = (1 + poisson_array(us, round(max(0.0, mean - 1) * ONE))).tolist()
    below = tuple(f"{name}/{letter}{k}" for name, count in zip(names, counts, strict=True) for k in range(1, count + 1))
    return below, tuple(place for place, count in enumerate(counts) for _ in range(count))


def _contacts(count: int, clinics: tuple[str, ...], draws: Draws) -> tuple[Sequence[str], NDArray[int64]]:
    """Each contact of the scenario draws its clinic; within a clinic they are numbered as they come."""
    if not clinics:
        return (), np.zeros(0, np.int64)
    places: NDArray[int64] = np.empty(count, np.int64)
    # So many at a time, since all of what leads to them would take several times their room.
    for first in range(0, count, _TOGETHER):
        after = min(first + _TOGETHER, count)
        hashes = name_hashes(f"contacts/{k}" for k in range(first + 1, after + 1))
        places[first:after] = part_array(draws.block(hashes, name_hash(CLINIC)), len(clinics))
    return Keys.numbered(clinics, places), places
