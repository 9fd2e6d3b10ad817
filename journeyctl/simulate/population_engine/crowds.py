"""People as arrays that lives read, made for some of them at a time: a million contacts are columns, not objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes
from journeyctl.fixed_point import CERTAIN
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, FieldCodes

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.simulate.people import People
    from journeyctl.simulate.population_engine.program_tables import Tables
    from journeyctl.simulate.world import World

Integers = NDArray[int64]
Happening = Mapping[str, Sequence[tuple[int, str, "Value"]]]
"""By contact: second, path and new value."""

_FEW: Final = 1 << 13
"""So many people's columns take some 2 MB, and are made once for all replications."""
HASHED: Final = ((life.P_CLINIC, "clinic"), (life.P_HOSPITAL, "hospital"))
"""Columns that hold the number of an account's name."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some people as arrays."""

    people: Integers
    """Shape `(persons, PERSON_COLUMNS)`."""
    fields: Integers
    """Codes, shape `(persons, columns)`."""
    facts: Integers
    mail: Integers
    """As `mail_columns` has it; each one's by second and name of the line."""

    def with_mail(self, rows: Integers, mail: Integers, ends: Integers) -> Crowd:
        """These, from now on with mail of others for the people in some rows, whose mail ends at `ends`."""
        people = self.people
        people[rows, life.P_MAIL_END] = ends
        people[rows[1:], life.P_MAIL] = ends[:-1]
        return Crowd(people, self.fields, self.facts, mail)

    def with_others(self, others: Crowd) -> Crowd:
        """These people and then others."""
        moved = _moved(others, len(self.facts), len(self.mail))
        return Crowd(
            np.concatenate([self.people, moved]), np.concatenate([self.fields, others.fields]),
            np.concatenate([self.facts, others.facts]), np.concatenate([self.mail, others.mail]),
        )  # fmt: skip


class GrowingCrowd:
    """A crowd to which people come, with room for more."""

    def __init__(self, first: Crowd) -> None:
        """Those who are there at the start, in arrays without any room."""
        self.crowd = first
        self._rooms = [first.people, first.fields, first.facts, first.mail]

    def admit(self, others: Crowd) -> None:
        """Further people, behind everybody."""
        now = self.crowd
        added = (_moved(others, len(now.facts), len(now.mail)), others.fields, others.facts, others.mail)
        parts = zip((now.people, now.fields, now.facts, now.mail), added, strict=True)
        self.crowd = Crowd(*(self._longer(place, part, more) for place, (part, more) in enumerate(parts)))

    def _longer(self, place: int, part: Integers, more: Integers) -> Integers:
        room, count = self._rooms[place], len(part) + len(more)
        if count > len(room):
            room = np.empty((count + count // 4 + len(more), *part.shape[1:]), np.int64)
            room[: len(part)] = part
            self._rooms[place] = room
        room[len(part) : count] = more
        return room[:count]


def _moved(crowd: Crowd, facts: int, mail: int) -> Integers:
    """The people of a crowd where so many facts and mails of others come before theirs."""
    moved = crowd.people.copy()
    moved[:, (life.P_FACTS, life.P_FACTS_END)] += facts
    moved[:, (life.P_MAIL, life.P_MAIL_END)] += mail
    return moved


class Roster:
    """Many people with all that follows from their columns worked out once."""

    def __init__(
        self, world: World, tables: Tables, ranks: Mapping[str, int], people: People, happening: Happening
    ) -> None:
        """`ranks` is the order of all fields by path."""
        self._people, self._start = people, world.start
        self._everybody: Crowd | None = None
        self._hashes = [(column, _hashed(people.own[name])) for column, name in HASHED]
        self._first_record = _hashed(people.own["duplicate_of"])
        self._invalid = people.own["invalid_email"].to(bool, np.bool_)
        codes = tables.codes
        self._fields = [(field.codes, _codes(codes, path, field)) for path, field in fields_of(people, codes)]
        self._inbox = inbox_of(world, codes)
        self._country = codes.column(world.model.country)
        self._facts, self._first_fact = _facts(people, happening, tables, ranks)

    def __len__(self) -> int:
        return len(self._people)

    def hashes(self, rows: Integers) -> NDArray[uint64]:
        """The numbers of some contacts' names in addresses of draws."""
        found: NDArray[uint64] = self._people.keys.hashes[rows]
        return found

    def everybody(self) -> Crowd:
        """All of them, without mail; kept where they are few."""
        if self._everybody is not None:
            return self._everybody
        found = self.crowd(np.arange(len(self)))
        if len(self) <= _FEW:
            self._everybody = found
        return found

    def crowd(self, rows: Integers) -> Crowd:
        """These people, without mail."""
        fields = np.empty((len(rows), len(self._fields)), np.int64)
        for column, (codes, table) in enumerate(self._fields):
            fields[:, column] = table[codes[rows]]
        people = np.zeros((len(rows), life.PERSON_COLUMNS), np.int64)
        people[:, life.P_BORN] = np.maximum(self._start, self._people.at[rows])
        contacts = self.hashes(rows).view(np.int64)
        first_record = self._first_record[1][self._first_record[0][rows]]
        people[:, life.P_CONTACT] = contacts
        people[:, life.P_PERSON] = np.where(first_record == 0, contacts, first_record)
        for place, (codes, table) in self._hashes:
            people[:, place] = table[codes[rows]]
        people[:, life.P_INVALID] = self._invalid[rows]
        countries = fields[:, self._country]
        people[:, life.P_PLACEMENT] = self._inbox[np.where(countries == UNKNOWN, -1, countries)]
        first, after = self._first_fact[rows], self._first_fact[rows + 1]
        ends = np.cumsum(after - first)
        people[:, life.P_FACTS], people[:, life.P_FACTS_END] = ends - (after - first), ends
        facts = self._facts[_ranges(first, after)]
        return Crowd(people, fields, facts, np.zeros(0, np.int64))


def fields_of(people: People, codes: FieldCodes) -> list[tuple[str, Coded[Any]]]:
    """Every path of the codes with the column from which its values come."""
    found: list[tuple[str, Coded[Any]]] = []
    for path in codes.paths:
        source = codes.source_of(path)
        if source == people.keyed:
            found.append((path, Coded(people.keys, np.arange(len(people), dtype=np.int32))))
        else:
            found.append((path, people.field(source)))
    return found


def values_in(codes: FieldCodes, path: str, field: Coded[Any]) -> list[tuple[int, Any]]:
    """The values of a column that somebody has, each with its place: what stands for them at the path."""
    source = codes.source_of(path)
    used = np.flatnonzero(np.bincount(field.codes, minlength=len(field.values))).tolist()
    return [(place, codes.own(path, {source: field.values[place]})) for place in used]


def _codes(codes: FieldCodes, path: str, field: Coded[Any]) -> Integers:
    """The code of each value of a column."""
    found = np.full(len(field.values), UNKNOWN, np.int64)
    for place, value in values_in(codes, path, field):
        found[place] = codes.code(path, value)
    return found


def _hashed(column: Coded[str]) -> tuple[NDArray[Any], Integers]:
    return column.codes, name_hashes(column.values).view(np.int64)


def inbox_of(world: World, codes: FieldCodes) -> Integers:
    """The threshold of reaching the inbox by the code of the country at birth; the last one is without any."""
    placement, default = world.model.placement, world.program.defaults.get(world.model.country)
    usual = placement.get("default", CERTAIN)
    unknown = placement.get(default, usual) if isinstance(default, str) else usual
    return np.array([*(placement.get(text, usual) for text in codes.texts.values), unknown], np.int64)


def _facts(
    people: People, happening: Happening, tables: Tables, ranks: Mapping[str, int]
) -> tuple[Integers, NDArray[Any]]:
    """All changes, person by person, and where each person's begin; behind that, how many there are."""
    if not happening:
        return np.zeros((0, life.FACT_COLUMNS), np.int64), np.broadcast_to(np.zeros(1, np.int64), len(people) + 1)
    codes, rows, first = tables.codes, [], [0]
    for key in people.keys:
        for time, path, value in happening.get(key, ()):
            name = tables.fact_name(path, value)
            rows.append((time, codes.changed_column(path, value), codes.code(path, value), name, ranks[path]))
        first.append(len(rows))
    return np.array(rows, np.int64).reshape(-1, life.FACT_COLUMNS), np.array(first, np.int64)


def _ranges(first: Integers, after: Integers) -> Integers:
    """All numbers from each first one up to, not including, the one after."""
    lengths = after - first
    return np.arange(int(lengths.sum())) + np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
