"""The rows that lives have written, as an event record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.results.record import EventRecord, joined
from journeyctl.simulate.people import Person
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.program_tables import Tables
from journeyctl.simulate.population_engine.row_columns import Rows

Integers = NDArray[int64]
Names = NDArray[int32]

_WHO = (
    ("contact", "key"), ("clinic", "clinic"), ("hospital", "hospital"), ("umbrella", "umbrella"), ("source", "source"),
)  # fmt: skip
_NAMED = (
    ("item", r.ITEM), ("channel", r.CHANNEL), ("desk", r.DESK), ("line", r.LINE), ("who", r.WHO), ("cause", r.CAUSE),
    ("group", r.GROUP),
)  # fmt: skip
_NUMBER_BITS: Final = 20
WHOLE: Final = "~"
"""Begins the place of a lead that is not one of the contact's own: the name follows, without its number."""


def empty_rows(room: int) -> Rows:
    """A buffer for so many rows."""
    return Rows(np.empty((room, r.WIDE), np.int64), np.empty((room, r.NARROW), np.int32), np.zeros(3, np.int64))


def grown(rows: Rows, room: int) -> Rows:
    """The same rows with room for more; what was lost for want of it is not there."""
    made = empty_rows(room)
    count = int(rows.count[r.ROWS])
    made.wide[:count], made.narrow[:count] = rows.wide[:count], rows.narrow[:count]
    made.count[r.ROWS] = count
    return made


@dataclass(frozen=True, slots=True)
class WorldNames:
    """The names that all replications of a world write, and the numbers of the persons' own."""

    names: tuple[str, ...]
    """Those of the tables first."""
    persons: tuple[tuple[str, Names], ...]
    """By column of the record: each person's number."""
    people: int
    named: int
    """How many names were numbered before."""

    @classmethod
    def of(cls, names: Mapping[str, int], persons: Sequence[Person]) -> WorldNames:
        """Numbers everybody's names and accounts behind those that are numbered already."""
        numbers = dict(names)
        columns = []
        for column, attribute in _WHO:
            texts = [getattr(person, attribute) for person in persons]
            for text in dict.fromkeys(texts):
                numbers.setdefault(text, len(numbers))
            columns.append((column, np.array([numbers[text] for text in texts], np.int32)))
        return cls(tuple(numbers), tuple(columns), len(persons), len(names))


def record_of(
    rows: Rows, kept: NDArray[np.bool_], tables: Tables, world_names: WorldNames, *, replication: int
) -> EventRecord:
    """The kept rows in the order in which they were written."""
    wide, narrow = rows.wide[: len(kept)][kept], rows.narrow[: len(kept)][kept]
    length = len(wide)
    names = list(world_names.names)
    ops = np.concatenate([tables.op_names, np.zeros((1, 3), np.int64)])[narrow[:, r.OP]].astype(np.int32)
    value = wide[:, r.VALUE].copy()
    persons = narrow[:, r.PERSON]
    columns: dict[str, NDArray[np.integer]] = {
        "replication": np.full(length, replication, np.int32),
        "time": wide[:, r.TIME],
        "kind": narrow[:, r.KIND].astype(np.uint8),
        **{column: numbers[persons] for column, numbers in world_names.persons},
        "journey": np.where(narrow[:, r.OP] >= 0, ops[:, 0], narrow[:, r.JOURNEY]),
        "visit": narrow[:, r.VISIT],
        "step": ops[:, 1],
        "op": ops[:, 2],
        "send": narrow[:, r.SEND],
        "lead": _leads(narrow, tables, world_names, names),
        "reason": _reasons(narrow[:, r.REASON], value, tables, names),
        "value": value,
        "cause_time": wide[:, r.CAUSE_TIME],
        **{column: narrow[:, place] for column, place in _NAMED},
    }
    plain = {name: np.ascontiguousarray(column) for name, column in columns.items() if column.any()}
    return EventRecord(plain, names, length=length)


def _leads(narrow: Names, tables: Tables, world_names: WorldNames, names: list[str]) -> Names:
    """The names of leads: contact, place and number."""
    found = np.zeros(len(narrow), np.int32)
    rows = np.flatnonzero(narrow[:, r.LEAD_PLACE])
    parts = narrow[rows].astype(np.int64)
    keys = (parts[:, r.PERSON] * len(tables.names) + parts[:, r.LEAD_PLACE] << _NUMBER_BITS) + parts[:, r.LEAD_NUMBER]
    distinct, places = np.unique(keys, return_inverse=True)
    numbers: list[int] = []
    contacts = world_names.persons[0][1]
    known: dict[str, int] = {}
    for key in distinct.tolist():
        person, place = divmod(key >> _NUMBER_BITS, len(tables.names))
        name = lead_name(names[contacts[person]], tables.names.values[place], key & ((1 << _NUMBER_BITS) - 1))
        known.setdefault(name, len(names) + len(known))
        numbers.append(known[name])
    names += known
    found[rows] = np.array(numbers, np.int32)[places]
    return found


def lead_name(contact: str, place: str, number: int) -> str:
    """The stable name of a lead: of the contact's own, or of somebody else's or an account's, whose place is whole."""
    return f"{place[1:]}~{number}" if place.startswith(WHOLE) else f"{contact}~{place}~{number}"


def _reasons(reasons: Names, value: Integers, tables: Tables, names: list[str]) -> Names:
    """The names of reasons; those that say a field's new value are spelled out, and the value's code is taken away."""
    rows = np.flatnonzero(reasons < 0)
    if not rows.size:
        return reasons
    found = reasons.copy()
    known = {name: number for number, name in enumerate(names)}
    pairs = list(zip((-reasons[rows] - 1).tolist(), value[rows].tolist(), strict=True))
    numbers = {}
    for column, code in dict.fromkeys(pairs):
        text = tables.codes.fact_text(column, code)
        if text not in known:
            known[text] = len(names)
            names.append(text)
        numbers[column, code] = known[text]
    found[rows] = [numbers[pair] for pair in pairs]
    value[rows] = 0
    return found


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


def in_time_order(records: Iterable[EventRecord]) -> EventRecord:
    """All rows, those of one second in the order of the records."""
    every = joined([record for record in records if len(record)])
    return every.take(np.argsort(every.column("time"), kind="stable"))
