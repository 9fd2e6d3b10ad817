"""What account evaluations have recorded, as rows of the event record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from journeyctl.simulate.population_engine.inputs import Inputs
    from journeyctl.simulate.population_engine.known_people import KnownPeople
    from journeyctl.simulate.population_engine.rows import WorldNames

_SHARED: Final = tuple(name for name in Effect._fields if name not in {"time", "value"})
"""Columns in which rows agree with many others."""
_NOBODY: Final = -1
_SOMEBODY: Final = "population engine: somebody of each account"
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
    whom = {id(one): one for one, _ in rows}
    places = dict(zip(whom, range(len(whom)), strict=True))
    persons = Listed(np.array([places[id(one)] for one, _ in rows], np.int32))
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
    of_whom, names = _of_whom(tuple(whom.values()), inputs, people, known, names)
    columns |= {name: Looked(persons, numbers) for name, numbers in of_whom.items()}
    return Part(len(rows), {name: column for name, column in columns.items() if is_filled(column)}), names


def _of_whom(
    whom: Sequence[Recorded], inputs: Inputs, people: KnownPeople, known: WorldNames, names: NameTable
) -> tuple[dict[str, NDArray[Any]], NameTable]:
    """The numbers of names and accounts of contacts, and of accounts."""
    is_contact = np.array([isinstance(one, Person) for one in whom], np.bool_)
    contacts = np.array([people.number_of(one.key) for one in whom if isinstance(one, Person)], np.int64)
    somebody = _somebody(inputs)
    others, found = [one for one in whom if not isinstance(one, Person)], {}
    for name, of_people in known.persons:
        column = found[name] = np.zeros(len(whom), np.int32)
        column[is_contact] = of_people[contacts]
        texts = [one.key if name == "contact" else getattr(one, name) for one in others]
        column[~is_contact], names = _known_ones(texts, somebody.get(name, {}), of_people, names)
    return found, names


def _somebody(inputs: Inputs) -> Mapping[str, Mapping[str, int]]:
    """By column and what stands in it, such as the hospital: somebody who was there at the start; worked out once."""
    memory = inputs.world.memory
    found = memory.get(_SOMEBODY)
    if not isinstance(found, dict):
        found = memory[_SOMEBODY] = {name: _with_each(inputs.everybody.own[name]) for name in OWN}
    return found


def _with_each(column: Coded[str]) -> dict[str, int]:
    persons = np.full(len(column.values), _NOBODY, np.int64)
    persons[column.codes] = np.arange(len(column.codes))
    pairs = zip(column.values, persons.tolist(), strict=True)
    return {text: person for text, person in pairs if person != _NOBODY}


def _known_ones(
    texts: Sequence[str], somebody: Mapping[str, int], of_people: NDArray[Any], names: NameTable
) -> tuple[NDArray[Any], NameTable]:
    """The numbers of texts; of most there is `somebody` in whose column they stand, by whom they are found sooner."""
    persons = np.array([somebody.get(text, _NOBODY) for text in texts], np.int64)
    found = of_people.take(persons).astype(np.int32)
    others = [place for place in np.flatnonzero(persons == _NOBODY).tolist() if texts[place]]
    names, found[others] = names.with_numbers([texts[place] for place in others])
    found[[place for place, text in enumerate(texts) if not text]] = 0
    return found, names
