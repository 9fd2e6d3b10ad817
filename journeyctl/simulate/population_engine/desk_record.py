"""What desks and field sales have recorded, as an event record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.results.record import EventRecord
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.desk_field import pursued
from journeyctl.simulate.population_engine.desk_floor import DeskFloor

Integers = NDArray[int64]
Names = NDArray[int32]

OF_CONTACTS: Final = ("contact", "clinic", "hospital", "umbrella", "source")
"""Columns that say whom a row concerns."""


def record_of_desks(
    floor: DeskFloor, draws: Draws, *, start: int, who: Mapping[str, Sequence[str]], lines: Sequence[str]
) -> EventRecord:
    """All rows in the order of time, those of one second as they happened.

    `who` has a name for each contact of the floor in every column of `OF_CONTACTS`, `lines` are the business lines;
    desks opened at `start`.
    """
    rows = np.concatenate([_whole(floor.rows()), *_of_field_sales(floor, draws, start)])
    rows = rows[np.argsort(rows[:, c.R_TIME], kind="stable")]
    tables, names = floor.tables, _Names()
    lead, own = names(floor.names)[rows[:, c.R_LEAD]], floor.leads()[rows[:, c.R_LEAD]]
    desk = np.searchsorted(np.array(tables.rows, np.int64), own[:, c.L_DESK])
    columns: dict[str, NDArray[np.integer]] = {
        "replication": np.full(len(rows), draws.replication or 0, np.int32),
        "time": rows[:, c.R_TIME],
        "kind": rows[:, c.R_KIND].astype(np.uint8),
        "lead": lead,
        "desk": names(tables.names)[desk],
        "team": names(tables.teams)[rows[:, c.R_TEAM]],
        "worker": rows[:, c.R_WORKER].astype(np.int32),
        "opportunity": np.where(rows[:, c.R_OPPORTUNITY] == 1, lead, np.int32(0)),
        "line": names(["", *lines])[rows[:, c.R_LINE]],
        "reason": names(tables.reasons)[rows[:, c.R_REASON]],
        "value": rows[:, c.R_VALUE],
    }
    for column in OF_CONTACTS:
        columns[column] = names(["", *who[column]])[own[:, c.L_PERSON] + 1]
    plain = {name: np.ascontiguousarray(column) for name, column in columns.items() if column.any()}
    return EventRecord(plain, tuple(names.numbers), length=len(rows))


class _Names:
    """Numbers names in the order in which they are first asked for."""

    def __init__(self) -> None:
        self.numbers = {"": 0}

    def __call__(self, names: Sequence[str]) -> Names:
        for name in dict.fromkeys(names):
            self.numbers.setdefault(name, len(self.numbers))
        return np.fromiter(map(self.numbers.__getitem__, names), np.int32, len(names))


def _whole(rows: Integers) -> Integers:
    found = np.zeros((len(rows), c.WHOLE_ROW), np.int64)
    found[:, : c.ROW] = rows
    return found


def _of_field_sales(floor: DeskFloor, draws: Draws, start: int) -> Iterator[Integers]:
    leads, rows = floor.leads(), floor.rows()
    accepted = rows[rows[:, c.R_KIND] == c.K_ACCEPTED]
    desks = leads[accepted[:, c.R_LEAD], c.L_DESK]
    for row, rules in zip(floor.tables.rows, floor.tables.rules, strict=True):
        some = accepted[desks == row]
        if rules.field_sales is None or not some.size:
            continue
        own = some[:, c.R_LEAD]
        found = pursued(
            rules, rules.field_sales, draws, start=start, names=[floor.names[lead] for lead in own.tolist()],
            accepted=some[:, c.R_TIME], lines=leads[own, c.L_LINES],
        )  # fmt: skip
        found[:, c.R_LEAD] = own[found[:, c.R_LEAD]]
        yield found
