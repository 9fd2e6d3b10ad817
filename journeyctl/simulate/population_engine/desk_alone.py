"""The compiled desk by itself, on leads that are known beforehand: what `simulate.desk.work_alone` is for SimPy's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from journeyctl.draws import Draws, name_hashes
from journeyctl.results.name_table import NameTable
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Effect
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.population_engine.desk_floor import DeskFloor
from journeyctl.simulate.population_engine.desk_record import Named, part_of_desks
from journeyctl.simulate.population_engine.desk_tables import DeskTables


def work_alone(
    rules: DeskRules, requests: Sequence[LeadRequest], draws: Draws, *, start: int, until: int
) -> list[tuple[str, Effect]]:
    """Runs one desk: its rows before second `until` with their contacts, in the order of time.

    Raises `Unsupported` for a desk that the engine cannot carry.
    """
    coming = [request for request in requests if request.created_at < until]
    coming.sort(key=lambda request: (request.created_at, request.lead))
    sources = {request.source for request in coming}
    floor = DeskFloor(DeskTables.of({rules.name: rules}, start=start, until=until, sources=sources), draws)
    contacts = [*dict.fromkeys(request.contact for request in coming if request.contact)]
    numbers = {contact: number for number, contact in enumerate(contacts)}
    lines = [*dict.fromkeys(line for request in coming for line in request.lines)]
    floor.add_people(len(contacts))
    floor.hand_over(coming, [numbers.get(request.contact, -1) for request in coming], lines)
    while floor.work_until(until) < until:
        floor.closed()
    people = {"contact": np.arange(1, len(contacts) + 1, dtype=np.int32)}
    names, leads = NameTable(("", *contacts)).with_numbers(floor.names)
    named = Named(people, leads, floor.names, name_hashes(floor.names), lines)
    part, names = part_of_desks(floor, draws, start=start, named=named, names=names)
    return [
        (
            row.contact,
            Effect(
                row.time, row.kind, lead=row.lead, desk=row.desk, team=row.team, worker=row.worker,
                opportunity=row.opportunity, line=row.line, reason=row.reason, value=row.value,
            ),
        )
        for row in EventRecord.of_parts([part], names, by_time=True).rows()
        if row.time < until
    ]  # fmt: skip
