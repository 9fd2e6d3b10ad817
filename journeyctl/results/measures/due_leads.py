"""Leads whose first call was promised for a moment within the run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from journeyctl.calendars import iso_week
from journeyctl.results.measures.context import ClockName, MeasuringContext
from journeyctl.results.measures.leads_table import Leads
from journeyctl.results.record import EventRecord


@dataclass(frozen=True, slots=True)
class DueLead:
    """One lead created in the run whose deadline lies in the run."""

    week: str
    """ISO week of its creation, in the workspace's zone."""
    wait: float
    """Seconds on the clock from its start to the first call; infinite where nobody called."""
    kept: bool
    """The first call began by the deadline."""


@dataclass(frozen=True, slots=True)
class DueLeads:
    """The due leads of one desk on one clock, or of all desks."""

    leads: tuple[DueLead, ...]
    later: int
    """Leads created in the run whose deadline is not before its end."""


def due_leads(record: EventRecord, context: MeasuringContext, leads: Leads, *, desk: str, clock: ClockName) -> DueLeads:
    """The cohort of the promise. A lead whose team has no such clock is in neither part."""
    terms = context.desks[desk]
    chosen = (leads.desk == record.number_of(desk)) & (leads.created >= context.start) & (leads.created < context.end)
    due, later = [], 0
    for place in np.flatnonzero(chosen).tolist():
        counted = terms.clocks_of(record.names[int(leads.team[place])]).clock(clock)
        if counted is None or terms.limit is None:
            continue
        start, call = int(leads.clock_start[place]), int(leads.first_call[place])
        deadline = counted.deadline(start, terms.limit)
        if deadline >= context.end:
            later += 1
            continue
        wait = float(counted.elapsed(start, max(start, call))) if call < context.last_second else math.inf
        due.append(DueLead(iso_week(int(leads.created[place]), context.zone), wait, kept=call <= deadline))
    return DueLeads(tuple(due), later)
