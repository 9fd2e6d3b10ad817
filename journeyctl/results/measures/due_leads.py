"""Leads whose first call was promised for a moment within the run.

A lead that a task before the call refuses by then has had its answer: no call is owed, so none can be late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeyctl.calendars.clock_arrays import deadlines, elapsed
from journeyctl.results.measures.context import ClockName, MeasuringContext
from journeyctl.results.measures.leads_table import Leads
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.results.row_keys import flags


@dataclass(frozen=True, slots=True)
class DueLeads:
    """Leads created in the run whose deadline lies in it and to whom a call is owed: of one desk on one clock, or all.

    Columns of shape `(leads,)`, in no order.
    """

    created: Integers
    """UTC seconds."""
    wait: NDArray[np.float64]
    """Seconds on the clock from its start to the first call; infinite where nobody called."""
    kept: Mask
    """The first call began by the deadline."""
    later: int
    """Leads created in the run whose deadline is not before its end."""
    refused: int
    """Leads whose deadline lies in the run, refused before any call and by that deadline."""

    def __len__(self) -> int:
        return len(self.created)


def due_leads(record: EventRecord, context: MeasuringContext, leads: Leads, *, desk: str, clock: ClockName) -> DueLeads:
    """The cohort of the promise. A lead whose team has no such clock is in neither part."""
    terms = context.desks[desk]
    chosen = (leads.desk == record.number_of(desk)) & (leads.created >= context.start) & (leads.created < context.end)
    parts = []
    for team in np.flatnonzero(flags(leads.team[chosen], len(record.names))).tolist():
        counted = terms.clocks_of(record.names[team]).clock(clock)
        if counted is None or terms.limit is None:
            continue
        places = np.flatnonzero(chosen & (leads.team == team))
        deadline = deadlines(counted, leads.clock_start[places], terms.limit)
        due = deadline < context.end
        later, places, deadline = int(np.count_nonzero(~due)), places[due], deadline[due]
        owed = leads.refused[places] > deadline
        refused, places, deadline = int(np.count_nonzero(~owed)), places[owed], deadline[owed]
        start, call = leads.clock_start[places], leads.first_call[places]
        called = call < context.last_second
        wait = np.full(len(places), np.inf)
        wait[called] = elapsed(counted, start[called], np.maximum(start, call)[called])
        parts.append(DueLeads(leads.created[places], wait, call <= deadline, later, refused))
    return together(parts)


def together(parts: Sequence[DueLeads]) -> DueLeads:
    """Several cohorts as one."""
    return DueLeads(
        np.concatenate([np.zeros(0, np.int64), *(part.created for part in parts)]),
        np.concatenate([np.zeros(0), *(part.wait for part in parts)]),
        np.concatenate([np.zeros(0, np.bool_), *(part.kept for part in parts)]),
        sum(part.later for part in parts),
        sum(part.refused for part in parts),
    )
