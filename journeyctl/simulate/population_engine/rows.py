"""The rows that lives have written, as an event record."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes
from journeyctl.results.name_table import NameTable
from journeyctl.results.record import EventRecord
from journeyctl.results.row_parts import Always, Held, Listed, Looked, Part, Plain, Runs, Sparse
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.packed_rows import FACT, PackedRows
from journeyctl.simulate.population_engine.program_tables import Tables
from journeyctl.simulate.population_engine.row_columns import Rows
from journeyctl.simulate.population_engine.row_filling import is_filled
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from journeyctl.simulate.person import People, Person
    from journeyctl.simulate.population_engine.lead_names import LeadBook
    from journeyctl.simulate.population_engine.lives import Lives

Integers = NDArray[int64]
Names = NDArray[int32]

OWN: Final = ("clinic", "hospital", "umbrella", "source")
_NAMED: Final = (
    ("item", r.ITEM), ("channel", r.CHANNEL), ("desk", r.DESK), ("line", r.LINE), ("who", r.WHO), ("cause", r.CAUSE),
    ("group", r.GROUP),
)  # fmt: skip
_BLANK: Final = np.array([-1 if column == r.OP else 0 for column in range(FACT + 1)], np.int64)
"""A shape without anything."""


def empty_rows(room: int) -> Rows:
    """A buffer for so many rows."""
    return Rows(np.empty((room, r.WIDE), np.int64), np.empty((room, r.NARROW), np.int32), np.zeros(3, np.int64))


@dataclass(frozen=True, slots=True)
class WorldNames:
    """The names that all replications of a world write, and the numbers of the persons' own."""

    names: NameTable
    """Those of the tables first."""
    persons: tuple[tuple[str, Names], ...]
    """By column of the record: each person's number."""
    named: int
    """How many names were numbered before."""

    @classmethod
    def of(cls, names: Mapping[str, int], people: People) -> WorldNames:
        """Numbers everybody's names and accounts behind those that are numbered already."""
        return cls(NameTable(tuple(names)), (), len(names)).with_people(people.keys, people.own)

    def grown(self, names: Mapping[str, int], people: People) -> WorldNames:
        """The same after further names were numbered; `people` are those who were numbered here already."""
        further = tuple(islice(names, self.named, None))
        if not self.names.are_new(name_hashes(further)):
            return WorldNames.of(names, people)
        persons = (
            (column, _narrow(np.where(own < self.named, own, own.astype(np.int32) + len(further))))
            for column, own in self.persons
        )
        return WorldNames(self.names.grown(further), tuple(persons), len(names))

    def with_newcomers(self, newcomers: Sequence[Person]) -> WorldNames:
        """The same with a few further people."""
        own = {level: Coded.of([getattr(person, level) for person in newcomers]) for level in OWN}
        return self.with_people(Keys.of(tuple([person.key for person in newcomers])), own)

    def with_people(self, keys: Keys, own: Mapping[str, Coded[Any]]) -> WorldNames:
        """The same with further people and their accounts."""
        if not len(keys):
            return self
        names, contacts = self.names.with_new(keys)
        columns = {"contact": contacts}
        for level in OWN:
            names, numbers = names.with_numbers(own[level].values)
            columns[level] = _narrow(numbers)[own[level].codes]
        before = dict(self.persons)
        joined = ((name, np.concatenate([before[name], own]) if before else own) for name, own in columns.items())
        return WorldNames(names, tuple(joined), self.named)


def _narrow(numbers: Names) -> Names:
    """The same in the fewest bytes: there is one for every contact."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def part_of(
    lives: Lives, leads: LeadBook, tables: Tables, world_names: WorldNames, *, replication: int
) -> tuple[Part, NDArray[int32], NameTable]:  # fmt: skip
    """The rows of everybody's latest life in the order in which they were written, the numbers of all leads of
    contacts, and all names.

    The lives are over: what they have written and nobody needs is taken away.
    """
    bounds, persons = lives.settle()
    rows, person = lives.rows, Runs(bounds, persons)
    # Shapes that only lives had that were run again must not fill a column.
    shapes = np.where(rows.shapes_written()[:, None], rows.shapes, _BLANK)
    by_shape, names = _by_shape(shapes, tables, world_names.names)
    of_rows, numbers, names = _leads(rows, person, leads, names)
    shape = Listed(rows.codes)
    columns: dict[str, Held] = {
        "replication": Always(replication),
        "time": Plain(rows.seconds, rows.start),
        **{column: Looked(shape, table) for column, table in by_shape.items()},
        **{column: Looked(person, numbers) for column, numbers in world_names.persons},
        "lead": of_rows,
        "value": Sparse(rows.values[:, 0], rows.values[:, 1]),
        "cause_time": Sparse(rows.causes[:, 0], rows.causes[:, 1]),
    }
    filled = {name: column for name, column in columns.items() if is_filled(column)}
    return Part(len(rows), filled), numbers, names


def _by_shape(shapes: Integers, tables: Tables, names: NameTable) -> tuple[dict[str, Integers], NameTable]:
    """What the rows of each shape have in these columns, and the names with those of fields' new values."""
    op = shapes[:, r.OP]
    ops = np.concatenate([tables.op_names, np.zeros((1, 3), np.int64)])[op]
    reason = shapes[:, r.REASON].copy()
    facts = np.flatnonzero(reason < 0)
    texts = [
        tables.codes.fact_text(-marked - 1, code)
        for marked, code in shapes[facts][:, (r.REASON, FACT)].tolist()
    ]  # fmt: skip
    names, reason[facts] = names.with_numbers(texts)
    found = {
        "kind": shapes[:, r.KIND], "journey": np.where(op >= 0, ops[:, 0], shapes[:, r.JOURNEY]),
        "visit": shapes[:, r.VISIT], "step": ops[:, 1], "op": ops[:, 2], "send": shapes[:, r.SEND], "reason": reason,
        **{column: shapes[:, place] for column, place in _NAMED},
    }  # fmt: skip
    return {name: column.astype(np.int32) for name, column in found.items()}, names


def _leads(
    rows: PackedRows, person: Runs, book: LeadBook, names: NameTable
) -> tuple[Sparse, NDArray[int32], NameTable]:  # fmt: skip
    """The leads of rows, the numbers of all leads, and all names."""
    places = rows.leads.astype(np.int64)
    shapes = rows.shapes[rows.codes[places]]
    which = book.numbers_of(person.at(places).astype(np.int64), shapes[:, r.LEAD_PLACE], shapes[:, r.LEAD_NUMBER])
    names, numbers = names.with_new(book.names())
    return Sparse(places, numbers[which]), numbers, names


@dataclass(frozen=True, slots=True)
class Written:
    """Rows that are columns already; stands where a recorder does once a run is over."""

    rows: EventRecord
    replication: int

    def __len__(self) -> int:
        return len(self.rows)

    def record(self) -> EventRecord:
        """All rows in the order of time."""
        return self.rows
