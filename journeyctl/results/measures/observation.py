"""One replication's record beside its context, with what several measures need worked out once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from journeyctl.calendars import iso_week, iso_weeks
from journeyctl.results.measures.breaches import CountedMail, counted_mail
from journeyctl.results.measures.context import CapTerms, ClockName, MeasuringContext
from journeyctl.results.measures.due_leads import DueLeads, due_leads
from journeyctl.results.measures.leads_table import Leads, leads_of
from journeyctl.results.measures.messages_table import Messages, messages_of
from journeyctl.results.record import EventRecord, Integers
from journeyctl.semantics.effects import Kind


@dataclass(frozen=True)
class Observation:
    """What measures look at. The record must hold one replication only, or `ValueError` is raised."""

    record: EventRecord
    context: MeasuringContext
    _rows: dict[tuple[Kind, ...], Integers] = field(default_factory=dict, init=False, repr=False, compare=False)
    _due: dict[tuple[str, ClockName], DueLeads] = field(default_factory=dict, init=False, repr=False, compare=False)
    _mail: dict[tuple[str, Kind], CountedMail] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.record.replications()) > 1:
            raise ValueError("measures look at one replication at a time")

    def in_run(self, *kinds: Kind) -> Integers:
        """Positions of the rows of these kinds within the run, ascending."""
        if kinds not in self._rows:
            rows = self.record.rows_of(*kinds)
            time = self.record.column("time")[rows]
            self._rows[kinds] = rows[(time >= self.context.start) & (time < self.context.end)]
        return self._rows[kinds]

    def human(self, rows: Integers) -> Integers:
        """Those of the rows that a human caused."""
        found: Integers = rows[self.record.column("who")[rows] == self.record.number_of("human")]
        return found

    def contacts(self, rows: Integers) -> Integers:
        """The distinct contacts of rows, as numbers of names; rows without one are left out."""
        found = np.unique(self.record.column("contact")[rows])
        named: Integers = found[found != 0]
        return named

    @cached_property
    def messages(self) -> Messages:
        """Every delivered message of the journeys, with its reactions."""
        return messages_of(self.record, self.context)

    @cached_property
    def leads(self) -> Leads:
        """Every lead that reached a desk, with its first call and its end."""
        return leads_of(self.record)

    def due(self, desk: str, clock: ClockName) -> DueLeads:
        """The leads of a desk whose deadline on the clock lies in the run."""
        if (desk, clock) not in self._due:
            self._due[desk, clock] = due_leads(self.record, self.context, self.leads, desk=desk, clock=clock)
        return self._due[desk, clock]

    def mail(self, cap: CapTerms, own: Kind = Kind.SENT) -> CountedMail:
        """The mail that a cap counts; `own` is what stands for a mail of a journey."""
        if (cap.name, own) not in self._mail:
            self._mail[cap.name, own] = counted_mail(self.record, cap, own=own)
        return self._mail[cap.name, own]

    @cached_property
    def entered(self) -> Integers:
        """The distinct contacts that entered a journey in the run, as numbers of names."""
        return self.contacts(self.in_run(Kind.ENTERED))

    @cached_property
    def weeks(self) -> tuple[str, ...]:
        """The ISO weeks (workspace zone) that overlap the run."""
        return tuple(name for name, _, _ in iso_weeks(self.context.start, self.context.end, self.context.zone))

    def weeks_of(self, times: Integers) -> list[str]:
        """The ISO week of each moment."""
        return [iso_week(time, self.context.zone) for time in times.tolist()]

    def first_entries(self, journey: str | None = None) -> Integers:
        """Second of the first entry into a journey (or any) by number of contact; far beyond all others: never."""
        rows = self.in_run(Kind.ENTERED)
        if journey is not None:
            rows = rows[self.record.column("journey")[rows] == self.record.number_of(journey)]
        first = np.full(len(self.record.names), np.iinfo(np.int64).max)
        np.minimum.at(first, self.record.column("contact")[rows], self.record.column("time")[rows])
        return first

    def first_of_each(self, rows: Integers, column: str) -> Integers:
        """The first of these rows for each name in a column; rows without one are left out."""
        named = rows[self.record.column(column)[rows] != 0]
        _, first = np.unique(self.record.column(column)[named], return_index=True)
        found: Integers = named[first]
        return found

    def counted(self, numbers: Integers, *, blank: str) -> dict[str, int]:
        """How often each name occurs among numbers of names; the empty one is called `blank`."""
        found, many = np.unique(numbers, return_counts=True)
        names = self.record.names
        return {names[number] or blank: times for number, times in zip(found.tolist(), many.tolist(), strict=True)}

    def names(self, column: str, rows: Integers) -> tuple[str, ...]:
        """The distinct names in a column of some rows, sorted; the empty one is left out."""
        numbers: Collection[int] = np.unique(self.record.column(column)[rows]).tolist()
        return tuple(sorted(self.record.names[number] for number in numbers if number))
