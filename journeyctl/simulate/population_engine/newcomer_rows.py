"""Newcomers as arrays: row by row, since a few people at a time are not worth making columns of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import int64, uint64
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
        sources = {path: codes.source_of(path) for path in codes.paths}
        self._own = {path: column for column, path in enumerate(codes.paths) if sources[path] == path}
        """By path: the column of those that fields themselves give."""
        self._derived = [(path, column) for column, path in enumerate(codes.paths) if sources[path] != path]
        self._codes: list[dict[tuple[type[Any], Value], int]] = [{} for _ in codes.paths]
        """By column and value: the code."""
        self._accounts: dict[str, int] = {}
        self._inbox: list[int] = inbox_of(world, codes).tolist()
        self._country = codes.column(world.model.country)

    def crowd(self, found: Sequence[Newcomer], mail: Mailing) -> Crowd:
        """These people with the mail of others that they get. Raises `Unsupported` for unknown values."""
        fields = [self._fields(newcomer.person.fields) for newcomer in found]
        facts = [row for newcomer in found for row in self._facts(newcomer)]
        hashes = name_hashes([newcomer.person.key for newcomer in found])
        rows, reached = [], 0
        for newcomer, own, contact in zip(found, fields, hashes.view(np.int64).tolist(), strict=True):
            person, country, row = newcomer.person, own[self._country], [0] * life.PERSON_COLUMNS
            row[life.P_BORN] = max(self._world.start, person.at)
            row[life.P_CONTACT] = contact
            row[life.P_PERSON] = self._named(person.duplicate_of) if person.duplicate_of else contact
            for place, level in HASHED:
                row[place] = self._named(getattr(person, level))
            row[life.P_INVALID] = person.invalid_email
            row[life.P_PLACEMENT] = self._inbox[-1 if country == UNKNOWN else country]
            row[life.P_FACTS], row[life.P_FACTS_END] = reached, reached + len(newcomer.facts)
            row[life.P_FORM], row[life.P_VISITS] = 1, newcomer.enters
            reached += len(newcomer.facts)
            rows.append(row)
        crowd = Crowd(
            np.array(rows, np.int64), np.array(fields, np.int64),
            np.array(facts, np.int64).reshape(-1, life.FACT_COLUMNS), np.zeros(0, np.int64),
        )  # fmt: skip
        entering = [place for place, newcomer in enumerate(found) if newcomer.enters]
        if not entering:
            return crowd
        own_mail = self._mail([found[place].person for place in entering], hashes[entering], mail)
        return crowd.with_mail(np.array(entering, np.int64), *own_mail)

    def _mail(self, entering: Sequence[Person], hashes: NDArray[uint64], mail: Mailing) -> tuple[Integers, Integers]:
        count = len(entering)
        stem, none = np.arange(count, dtype=np.int32), np.zeros(count, np.int32)
        keys = Keys([person.key for person in entering], stem, none, np.zeros(count, np.bool_), hashes)
        return mail(keys, Coded.of(self._world.zones(entering)))

    def _fields(self, fields: Mapping[str, Value]) -> list[int]:
        """The code of every field."""
        row = [UNKNOWN] * len(self._codes)
        for path, value in fields.items():
            column = self._own.get(path)
            if column is not None and value is not None:
                known = self._codes[column].get((value.__class__, value))
                row[column] = self._code(column, path, value) if known is None else known
        for path, column in self._derived:
            value = self._tables.codes.own(path, fields)
            row[column] = UNKNOWN if value is None else self._code(column, path, value)
        return row

    def _code(self, column: int, path: str, value: Value) -> int:
        found = self._codes[column][value.__class__, value] = self._tables.codes.code(path, value)
        return found

    def _facts(self, newcomer: Newcomer) -> list[tuple[int, ...]]:
        tables, codes = self._tables, self._tables.codes
        return [
            (time, codes.changed_column(path, value), codes.code(path, value), tables.fact_name(path, value),
             self._ranks[path])
            for time, path, value in newcomer.facts
        ]  # fmt: skip

    def _named(self, name: str) -> int:
        """The number of a name in addresses of draws."""
        found = self._accounts.get(name)
        if found is None:
            found = self._accounts[name] = int(np.uint64(name_hash(name)).astype(np.int64))
        return found
