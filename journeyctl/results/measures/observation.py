"""One replication's record beside its context, with what several measures need worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

from journeyctl.calendars import iso_weeks
from journeyctl.results.measures.breaches import CountedMail
from journeyctl.results.measures.context import CapTerms, ClockName, MeasuringContext
from journeyctl.results.measures.due_leads import DueLeads, due_leads
from journeyctl.results.measures.leads_table import Leads, leads_of
from journeyctl.results.measures.messages_table import Messages, messages_of
from journeyctl.results.measures.tables import Tables
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.results.row_keys import flags
from journeyctl.semantics.effects import Kind

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Observation:
    """What measures look at. The record must hold one replication only, or `ValueError` is raised."""

    record: EventRecord
    context: MeasuringContext
    tables: Tables = field(init=False, repr=False, compare=False)
    _rows: dict[tuple[Kind, ...], Integers] = field(default_factory=dict, init=False, repr=False, compare=False)
    _due: dict[tuple[str, ClockName], DueLeads] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known: dict[Callable[[Observation], object], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", Tables(self.record))

    def once(self, found: Callable[[Observation], _Found]) -> _Found:
        """What a function finds here, which several measures ask for."""
        if found not in self._known:
            self._known[found] = found(self)
        known: _Found = self._known[found]  # type: ignore[assignment]  # kept under the function that found it
        return known

    def in_run(self, *kinds: Kind) -> Integers:
        """Positions of the rows of these kinds within the run, ascending."""
        if kinds not in self._rows:
            rows = self.record.rows_of(*kinds)
            time = self.record.cells("time", rows)
            inside = (time >= self.context.start) & (time < self.context.end)
            # Choosing by `compress` is several times as fast as by a subscript.
            self._rows[kinds] = rows if inside.all() else rows.compress(inside)
        return self._rows[kinds]

    def human(self, rows: Integers) -> Integers:
        """Those of the rows that a human caused."""
        return rows.compress(self.record.cells("who", rows) == self.record.number_of("human"))

    def contacts(self, rows: Integers) -> Mask:
        """Which contacts rows are about, by number of the name, shape `(names,)`; rows without one are left out."""
        found = flags(self.record.cells("contact", rows), len(self.record.names))
        found[0] = False
        return found

    def people(self, rows: Integers) -> int:
        """How many contacts rows are about."""
        return int(np.count_nonzero(self.contacts(rows)))

    @cached_property
    def messages(self) -> Messages:
        """Every delivered message of the journeys, with its reactions."""
        return messages_of(self.record, self.context, self.tables.messages)

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
        return self.tables.mail(cap, own)

    @cached_property
    def entered(self) -> Mask:
        """Which contacts entered a journey in the run, by number of the name."""
        return self.contacts(self.in_run(Kind.ENTERED))

    @cached_property
    def calendar_weeks(self) -> tuple[tuple[str, int, int], ...]:
        """The ISO weeks (workspace zone) that overlap the run: name, first second and the second after the last."""
        return iso_weeks(self.context.start, self.context.end, self.context.zone)

    @property
    def weeks(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(name for name, _, _ in self.calendar_weeks)

    def places_of_weeks(self, times: Integers) -> Integers:
        """For each moment, all of which lie in the run, the place of its ISO week among `weeks`."""
        starts = np.array([first for _, first, _ in self.calendar_weeks], np.int64)
        return np.searchsorted(starts, times, side="right") - 1

    def first_entries(self, journey: str | None = None) -> Integers:
        """Second of the first entry into a journey (or any) by number of contact; far beyond all others: never."""
        rows = self.in_run(Kind.ENTERED)
        if journey is not None:
            rows = rows[self.record.cells("journey", rows) == self.record.number_of(journey)]
        first = np.full(len(self.record.names), np.iinfo(np.int64).max)
        np.minimum.at(first, self.record.cells("contact", rows), self.record.cells("time", rows))
        return first

    def first_of_each(self, rows: Integers, column: str) -> Integers:
        """The first of these rows for each name in a column; rows without one are left out."""
        cells = self.record.cells(column, rows)
        first = np.full(len(self.record.names), -1, np.int64)
        # Of several rows of one name the one that is written last stays.
        first[cells[::-1]] = rows[::-1]
        found: Integers = first[1:][first[1:] >= 0]
        return found

    def counted(self, numbers: Integers, *, blank: str) -> dict[str, int]:
        """How often each name occurs among numbers of names; the empty one is called `blank`."""
        many = np.bincount(numbers, minlength=1)
        names = self.record.names
        return {names[number] or blank: int(many[number]) for number in np.flatnonzero(many).tolist()}

    def names(self, column: str, rows: Integers) -> tuple[str, ...]:
        """The distinct names in a column of some rows, sorted; the empty one is left out."""
        used = np.flatnonzero(flags(self.record.cells(column, rows), len(self.record.names)))
        return tuple(sorted(self.record.names[number] for number in used.tolist() if number))
