"""What desks and field sales have recorded, as rows of the event record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import int32, int64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.results.name_table import NameTable
from journeyctl.results.row_parts import Part, plain_part
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.desk_field import pursued
from journeyctl.simulate.population_engine.desk_floor import DeskFloor

Integers = NDArray[int64]
Names = NDArray[int32]


@dataclass(frozen=True, slots=True)
class Named:
    """Who and what stands on the floor, as the record calls it."""

    people: Mapping[str, Names]
    """The numbers of each contact of the floor, by column."""
    leads: Names
    """The number of each lead."""
    lead_names: Sequence[str]
    lines: Sequence[str]
    """Business lines."""


def part_of_desks(
    floor: DeskFloor, draws: Draws, *, start: int, named: Named, names: NameTable
) -> tuple[Part, NameTable]:  # fmt: skip
    """All rows as they happened, first those of desks, then those of field sales; and all names in them.

    `named` has numbers among `names`; desks opened at `start`.
    """
    rows = np.concatenate([_whole(floor.rows()), *_of_field_sales(floor, draws, start, named.lead_names)])
    tables, leads = floor.tables, floor.leads()
    own = rows[:, c.R_LEAD]
    lead = named.leads[own]
    desk = np.searchsorted(np.array(tables.rows, np.int64), leads[own, c.L_DESK])
    columns: dict[str, NDArray[np.integer]] = {
        "replication": np.full(len(rows), draws.replication or 0, np.int32),
        "time": rows[:, c.R_TIME],
        "kind": rows[:, c.R_KIND].astype(np.uint8),
        "lead": lead,
        "worker": rows[:, c.R_WORKER].astype(np.int32),
        "opportunity": np.where(rows[:, c.R_OPPORTUNITY] == 1, lead, np.int32(0)),
        "value": rows[:, c.R_VALUE],
    }
    for column, texts, places in (
        ("desk", tables.names, desk), ("team", tables.teams, rows[:, c.R_TEAM]),
        ("line", ("", *named.lines), rows[:, c.R_LINE]), ("reason", tables.reasons, rows[:, c.R_REASON]),
    ):  # fmt: skip
        names, numbers = names.with_numbers(texts)
        columns[column] = numbers[places]
    persons = leads[own, c.L_PERSON]
    for column, of_contacts in named.people.items():
        columns[column] = np.append(of_contacts, np.zeros(1, np.int32))[persons]
    plain = {name: np.ascontiguousarray(column) for name, column in columns.items() if column.any()}
    return plain_part(plain, len(rows)), names


def _whole(rows: Integers) -> Integers:
    found = np.zeros((len(rows), c.WHOLE_ROW), np.int64)
    found[:, : c.ROW] = rows
    return found


def _of_field_sales(floor: DeskFloor, draws: Draws, start: int, names: Sequence[str]) -> Iterator[Integers]:
    leads, rows = floor.leads(), floor.rows()
    accepted = rows[rows[:, c.R_KIND] == c.K_ACCEPTED]
    desks = leads[accepted[:, c.R_LEAD], c.L_DESK]
    for row, rules in zip(floor.tables.rows, floor.tables.rules, strict=True):
        some = accepted[desks == row]
        if rules.field_sales is None or not some.size:
            continue
        own = some[:, c.R_LEAD]
        found = pursued(
            rules, rules.field_sales, draws, start=start, names=[names[lead] for lead in own.tolist()],
            accepted=some[:, c.R_TIME], lines=leads[own, c.L_LINES],
        )  # fmt: skip
        found[:, c.R_LEAD] = own[found[:, c.R_LEAD]]
        yield found
