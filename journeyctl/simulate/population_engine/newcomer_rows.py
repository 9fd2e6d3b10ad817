"""Newcomers as arrays: row by row, since a few people at a time are not worth making columns of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.draws import name_hash, name_hashes
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.crowds import HASHED, Crowd, inbox_of
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from journeyctl.expr import Value
    from journeyctl.simulate.matched_audiences import Newcomer
    from journeyctl.simulate.person import Person
    from journeyctl.simulate.population_engine.program_tables import Tables
    from journeyctl.simulate.world import World

    Mailing = Callable[[Keys, Coded[str]], tuple[NDArray[int64], NDArray[int64]]]

Integers = NDArray[int64]


class NewcomerRows:
    """How contacts who become known in the course of a run, by a form, stand in arrays. The same in a whole world."""

    def __init__(self, world: World, tables: Tables, ranks: Mapping[str, int]) -> None:
        """`ranks` is the order of all fields by path."""
        self._world, self._tables, self._ranks, codes = world, tables, ranks, tables.codes
        self._paths = [(path, codes.source_of(path) == path) for path in codes.paths]
        self._codes: list[dict[tuple[type[Any], Value], int]] = [{} for _ in codes.paths]
        """By column and value: the code."""
        self._accounts: dict[str, int] = {}
        self._inbox: Integers = inbox_of(world, codes)
        self._country = codes.column(world.model.country)

    def crowd(self, found: Sequence[Newcomer], mail: Mailing) -> Crowd:
        """These people with the mail of others that they get. Raises `Unsupported` for unknown values."""
        persons = [newcomer.person for newcomer in found]
        fields = np.array([self._fields(person.fields) for person in persons], np.int64)
        facts = np.array([row for newcomer in found for row in self._facts(newcomer)], np.int64)
        people = np.zeros((len(found), life.PERSON_COLUMNS), np.int64)
        people[:, life.P_BORN] = [max(self._world.start, person.at) for person in persons]
        names = name_hashes(name for person in persons for name in (person.key, person.person)).view(np.int64)
        people[:, life.P_CONTACT], people[:, life.P_PERSON] = names[::2], names[1::2]
        for place, level in HASHED:
            people[:, place] = [self._account(str(getattr(person, level))) for person in persons]
        people[:, life.P_INVALID] = [person.invalid_email for person in persons]
        countries = fields[:, self._country]
        people[:, life.P_PLACEMENT] = self._inbox[np.where(countries == UNKNOWN, -1, countries)]
        ends = np.cumsum([len(newcomer.facts) for newcomer in found])
        people[1:, life.P_FACTS], people[:, life.P_FACTS_END] = ends[:-1], ends
        people[:, life.P_FORM] = 1
        people[:, life.P_VISITS] = [newcomer.enters for newcomer in found]
        crowd = Crowd(people, fields, facts.reshape(-1, life.FACT_COLUMNS), np.zeros((0, life.MAIL_COLUMNS), np.int64))
        own = np.flatnonzero(people[:, life.P_VISITS])
        return crowd.with_mail(own, *self._mail([persons[place] for place in own.tolist()], mail))

    def _mail(self, entering: Sequence[Person], mail: Mailing) -> tuple[Integers, Integers]:
        keys = Keys.of(tuple(person.key for person in entering))
        return mail(keys, Coded.of(self._world.zones(entering)))

    def _fields(self, fields: Mapping[str, Value]) -> list[int]:
        """The code of every field."""
        codes, row = self._tables.codes, []
        for (path, is_own), known in zip(self._paths, self._codes, strict=True):
            value = fields.get(path) if is_own else codes.own(path, fields)
            code = UNKNOWN if value is None else known.get((value.__class__, value))
            if code is None:
                code = known[value.__class__, value] = codes.code(path, value)
            row.append(code)
        return row

    def _facts(self, newcomer: Newcomer) -> list[tuple[int, ...]]:
        tables, codes = self._tables, self._tables.codes
        return [
            (time, codes.changed_column(path, value), codes.code(path, value), tables.fact_name(path, value),
             self._ranks[path])
            for time, path, value in newcomer.facts
        ]  # fmt: skip

    def _account(self, name: str) -> int:
        found = self._accounts.get(name)
        if found is None:
            found = self._accounts[name] = int(np.uint64(name_hash(name)).astype(np.int64))
        return found
