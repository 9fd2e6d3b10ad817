"""The account tree: hospital networks, their hospitals, clinics and contacts, each with a stable name.

A contact's name is its path, such as `u17/h2/c1/p3`. More contacts, accounts or fields leave every
name and draw of the others alone, except that contacts spread over whatever clinics there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyctl.behaviour.purposes import CLINIC, SIZE
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import ONE, poisson_array

if TYPE_CHECKING:
    from journeyctl.model.population import Accounts

LEVELS = ("umbrella", "hospital", "clinic", "contact")
"""From the top down; a field of one level may depend on fields of its own and higher levels."""


@dataclass(frozen=True, slots=True)
class AccountTree:
    """Names by level from the top down, and for each below the first the place of its parent."""

    names: tuple[tuple[str, ...], ...]
    """Umbrellas, hospitals, clinics, contacts."""
    parents: tuple[tuple[int, ...], ...]
    """For hospitals, clinics and contacts: which entry of the level above it belongs to."""

    def of(self, level: str) -> tuple[str, ...]:
        """All names of one level."""
        return self.names[LEVELS.index(level)]

    def ancestors(self, level: str, above: str) -> tuple[int, ...]:
        """For every entry of `level`, the place of its ancestor on the level `above`, which may be its own."""
        at, target = LEVELS.index(level), LEVELS.index(above)
        places = tuple(range(len(self.names[at])))
        for step in range(at, target, -1):
            parents = self.parents[step - 1]
            places = tuple(parents[place] for place in places)
        return places


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


def joining(tree: AccountTree, clinics: tuple[int, ...], keys: tuple[str, ...]) -> AccountTree:
    """The same accounts with other contacts: `keys` name them within the given clinics."""
    names = tuple(f"{tree.names[2][clinic]}/{key}" for clinic, key in zip(clinics, keys, strict=True))
    return AccountTree((*tree.names[:3], names), (*tree.parents[:2], clinics))


def _below(names: tuple[str, ...], letter: str, mean: float, draws: Draws) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """One account, and a Poisson number of others, below each."""
    us = draws.block(name_hashes(names), name_hash(SIZE), places=name_hash(letter))
    counts = (1 + poisson_array(us, round(max(0.0, mean - 1) * ONE))).tolist()
    below = tuple(f"{name}/{letter}{k}" for name, count in zip(names, counts, strict=True) for k in range(1, count + 1))
    return below, tuple(place for place, count in enumerate(counts) for _ in range(count))


def _contacts(count: int, clinics: tuple[str, ...], draws: Draws) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Each contact of the scenario draws its clinic; within a clinic they are numbered as they come."""
    if not clinics:
        return (), ()
    us = draws.block(name_hashes([f"contacts/{k}" for k in range(1, count + 1)]), name_hash(CLINIC)).tolist()
    places = tuple(u * len(clinics) >> 53 for u in us)
    seen = [0] * len(clinics)
    names = []
    for place in places:
        seen[place] += 1
        names.append(f"{clinics[place]}/p{seen[place]}")
    return tuple(names), places
