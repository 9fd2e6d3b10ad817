"""What desks and field sales have recorded, as rows of the event record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy import int32, int64, uint64
from numpy.typing import NDArray

from journeyctl.draws import Draws
from journeyctl.results.name_table import NameTable
from journeyctl.results.row_parts import Always, Held, Listed, Looked, Part, Plain, Sparse
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.desk_field import pursued
from journeyctl.simulate.population_engine.desk_floor import DeskFloor, DeskRows
from journeyctl.simulate.population_engine.row_filling import is_filled

Integers = NDArray[int64]
Names = NDArray[int32]

_NO_ROWS: Final = np.zeros((0, c.WHOLE_ROW), np.int64)


@dataclass(frozen=True, slots=True)
class Named:
    """Who and what stands on the floor, as the record calls it."""

    people: Mapping[str, Names]
    """The numbers of each contact of the floor, by column."""
    leads: Names
    """The number of each lead; those that never came to a desk last."""
    lead_names: Sequence[str]
    lead_hashes: NDArray[uint64]
    """`name_hashes` of these."""
    lines: Sequence[str]
    """Business lines."""


def part_of_desks(
    floor: DeskFloor, draws: Draws, *, start: int, named: Named, names: NameTable
) -> tuple[Part, NameTable]:  # fmt: skip
    """All rows as they happened, first those of desks, then those of field sales; and all names in them.

    `named` has numbers among `names`; desks opened at `start`.
    """
    leads = floor.close()
    further = np.concatenate([_NO_ROWS, *_of_field_sales(floor, draws, start, named)])
    rows = DeskRows.joined([floor.rows(), DeskRows.of(further)]) if len(further) else floor.rows()
    tables, lead = floor.tables, Listed(rows.lead)
    columns: dict[str, Held] = {
        "replication": Always(draws.replication or 0),
        "time": Plain(rows.time), "kind": Plain(rows.kind), "worker": Plain(rows.worker), "value": Plain(rows.value),
        "lead": Looked(lead, named.leads[: len(leads.desk)]),
    }  # fmt: skip
    for column, of_contacts in named.people.items():
        columns[column] = Looked(lead, np.append(of_contacts, np.zeros(1, of_contacts.dtype))[leads.person])
    desks = np.searchsorted(np.array(tables.rows, np.int64), leads.desk)
    names, numbers = names.with_numbers(tables.names)
    columns["desk"] = Looked(lead, numbers[desks])
    for column, texts, places in (("team", tables.teams, rows.team), ("reason", tables.reasons, rows.reason)):
        names, numbers = names.with_numbers(texts)
        columns[column] = Looked(Listed(places), numbers)
    if len(further):
        names, numbers = names.with_numbers(("", *named.lines))
        first, is_opportunity = len(rows) - len(further), further[:, c.R_OPPORTUNITY] == 1
        columns["line"] = _from(first, numbers[further[:, c.R_LINE]])
        columns["opportunity"] = _from(first, np.where(is_opportunity, named.leads[further[:, c.R_LEAD]], np.int32(0)))
    return Part(len(rows), {name: column for name, column in columns.items() if is_filled(column)}), names


def _from(first: int, numbers: Names) -> Sparse:
    """Numbers of the rows from a place on; zero before."""
    filled = np.flatnonzero(numbers)
    return Sparse(first + filled, numbers[filled])


def _of_field_sales(floor: DeskFloor, draws: Draws, start: int, named: Named) -> Iterator[Integers]:
    if all(rules.field_sales is None for rules in floor.tables.rules):
        return
    leads, rows = floor.close(), floor.rows()
    accepted = np.flatnonzero(rows.kind == c.K_ACCEPTED)
    desks = leads.desk[rows.lead[accepted]]
    for row, rules in zip(floor.tables.rows, floor.tables.rules, strict=True):
        some = accepted[desks == row]
        if rules.field_sales is None or not len(some):
            continue
        own = rows.lead[some]
        found = pursued(
            rules, rules.field_sales, draws, start=start, names=named.lead_names, hashes=named.lead_hashes[own],
            own=own, accepted=rows.time[some], lines=leads.lines[own],
        )  # fmt: skip
        found[:, c.R_LEAD] = own[found[:, c.R_LEAD]]
        yield found
