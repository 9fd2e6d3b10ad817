"""What account evaluations have recorded, as rows of the event record."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.record import KIND_NUMBER, NUMBERS
from journeyctl.results.row_parts import Always, Held, Listed, Looked, Part, Plain
from journeyctl.semantics.effects import Effect
from journeyctl.simulate.person import Person
from journeyctl.simulate.population_engine.row_filling import is_filled
from journeyctl.simulate.population_engine.rows import OWN

if TYPE_CHECKING:
    from journeyctl.results.name_table import NameTable
    from journeyctl.results.record import Recorded
    from journeyctl.simulate.coded import Coded
    from journeyctl.simulate.person import People
    from journeyctl.simulate.population_engine.inputs import Inputs
    from journeyctl.simulate.population_engine.known_people import KnownPeople
    from journeyctl.simulate.population_engine.rows import WorldNames

_SHARED: Final = tuple(name for name in Effect._fields if name not in {"time", "value"})
"""Columns in which rows agree with many others."""
_NOBODY: Final = -1
_CONTACT: Final = "contact"
_LEVELS: Final = ("clinic", "hospital", "umbrella")
"""The narrowest first."""
_BITS: Final = {name: 1 << place for place, name in enumerate((_CONTACT, *OWN))}
_EVERYTHING: Final = sum(_BITS.values())
_ACCOUNTS: Final = "population engine: somebody of each account"
_shared: Final = itemgetter(*map(Effect._fields.index, _SHARED))
_time: Final = attrgetter("time")
_value: Final = attrgetter("value")


def part_of_evaluations(
    rows: Sequence[tuple[Recorded, Effect]], inputs: Inputs, people: KnownPeople, known: WorldNames, names: NameTable,
    *, replication: int,
) -> tuple[Part, NameTable]:  # fmt: skip
    """Rows in their order, each with whom it concerns, and all names; `names` are those known so far.

    Contacts have their numbers from `known`, who has numbered `people`.
    """
    if not rows:
        return Part(0), names
    effects, alike = [effect for _, effect in rows], dict[tuple[Any, ...], int]()
    shapes = Listed(np.array([alike.setdefault(_shared(effect), len(alike)) for effect in effects], np.int32))
    columns: dict[str, Held] = {
        "replication": Always(replication),
        "time": Plain(np.array(list(map(_time, effects)), np.int64)),
        "value": Plain(np.array(list(map(_value, effects)), np.int64)),
    }
    for name, cells in zip(_SHARED, zip(*alike, strict=True), strict=True):
        if name == "kind":
            columns[name] = Looked(shapes, np.array([KIND_NUMBER[cell] for cell in cells], np.uint8))
        elif name in NUMBERS:
            columns[name] = Looked(shapes, np.array(cells, np.int32))
        elif any(cells):
            assert name != "cause", "evaluations name no causes"
            texts = {text: place for place, text in enumerate(dict.fromkeys(cells))}
            names, numbers = names.with_numbers(tuple(texts))
            columns[name] = Looked(shapes, numbers[[texts[cell] for cell in cells]])
    of_whom, names = _of_whom([one for one, _ in rows], inputs, people, known, names)
    columns |= {name: Plain(numbers) for name, numbers in of_whom.items()}
    return Part(len(rows), {name: column for name, column in columns.items() if is_filled(column)}), names


def _of_whom(
    whom: Sequence[Recorded], inputs: Inputs, people: KnownPeople, known: WorldNames, names: NameTable
) -> tuple[dict[str, NDArray[Any]], NameTable]:
    """The numbers of names and accounts of contacts, and of accounts."""
    accounts, number_of = _accounts(inputs), people.number_of
    # By row a contact, and a bit for each column in which the row agrees with it.
    alike = [
        (number_of(one.key), _EVERYTHING) if isinstance(one, Person) else accounts.somebody_of(one) for one in whom
    ]
    contacts, bits = np.array(alike, np.int64).T
    others = np.flatnonzero(contacts == _NOBODY).tolist()
    found = {}
    for name, of_people in known.persons:
        column = found[name] = of_people.take(contacts).astype(np.int32)
        column[bits & _BITS[name] == 0] = 0
        texts = [whom[row].key if name == _CONTACT else getattr(whom[row], name) for row in others]
        names, column[others] = names.with_numbers(texts)
    return found, names


class _Accounts:
    """Accounts of a world that rows have named so far: somebody of each, by whom its names are found sooner."""

    def __init__(self, everybody: People) -> None:
        self._own = {name: everybody.own[name] for name in _LEVELS}
        self._with = {name: _with_each(column) for name, column in self._own.items()}
        self._known: dict[int, tuple[Recorded, tuple[int, int]]] = {}
        """By identity; accounts are kept, so that nothing else ever gets the identity of one of them."""

    def somebody_of(self, account: Recorded) -> tuple[int, int]:
        """Somebody who was there at the start, and the bits of the columns in which the account agrees with it.

        All others are empty. `_NOBODY` where there is none such.
        """
        known = self._known.get(id(account))
        if known is not None:
            return known[1]
        found = self._found(account)
        if not account.key:
            self._known[id(account)] = account, found
        return found

    def _found(self, account: Recorded) -> tuple[int, int]:
        own = {name: text for name in _LEVELS if (text := getattr(account, name))}
        person = next((self._with[name].get(text, _NOBODY) for name, text in own.items()), _NOBODY)
        if person == _NOBODY or account.key or account.source:
            return _NOBODY, 0
        if any(self._own[name][person] != text for name, text in own.items()):
            return _NOBODY, 0
        return person, sum(_BITS[name] for name in own)


def _accounts(inputs: Inputs) -> _Accounts:
    memory = inputs.world.memory
    found = memory.get(_ACCOUNTS)
    if not isinstance(found, _Accounts):
        found = memory[_ACCOUNTS] = _Accounts(inputs.everybody)
    return found


def _with_each(column: Coded[str]) -> dict[str, int]:
    persons = np.full(len(column.values), _NOBODY, np.int64)
    persons[column.codes] = np.arange(len(column.codes))
    pairs = zip(column.values, persons.tolist(), strict=True)
    return {text: person for text, person in pairs if person != _NOBODY}
