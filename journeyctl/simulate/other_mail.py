"""Mail of other business lines: it takes slots of the caps and tires readers, whatever our journeys do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.calendars import iso_weeks, to_utc, utc_offset
from journeyctl.calendars.zones import DAY, day_date
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import ONE
from journeyctl.simulate.population import run_window

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from journeyctl.graph.program import Program
    from journeyctl.model.scenario import Scenario

WORKING_DAYS = 5
FIRST_HOUR = 9
WORKING_HOURS = 8
"""Monday to Friday, 09:00 to 17:00 of the contact's own clock."""


class LineMail(NamedTuple):
    """One mail of another line; sorts by time and line."""

    time: int
    """UTC seconds, a full local hour."""
    line: str


class MailColumns(NamedTuple):
    """Mails of many contacts, one per row."""

    contact: NDArray[int64]
    """Place of the contact among those asked for."""
    time: NDArray[int64]
    """UTC seconds."""
    line: NDArray[int64]
    """Place of the line in the plan."""


@dataclass(frozen=True, slots=True)
class OtherMailPlan:
    """Other lines' mail of one scenario: who sends how often in which weeks."""

    lines: tuple[str, ...]
    whole: int
    """Mails of each line and week that everybody gets."""
    rest: int
    """Chance in 2^-53 of one more."""
    weeks: tuple[tuple[str, int], ...]
    """ISO weeks of the run with the day number of their Monday."""
    start: int
    end: int
    draws: Draws

    @classmethod
    def of(cls, scenario: Scenario, program: Program, draws: Draws) -> OtherMailPlan:
        """The plan for one replication's draws; without any line nobody gets anything."""
        start, end = run_window(scenario, program)
        weeks = tuple(
            (week, (first + utc_offset(first, program.zone)) // DAY)
            for week, first, _ in iso_weeks(start, end, program.zone)
        )
        other = scenario.other_mail
        whole, rest = divmod(round(other.per_week.value * ONE), ONE) if other is not None else (0, 0)
        return cls(other.lines if other is not None else (), whole, rest << 33, weeks, start, end, draws)

    def of_contacts(self, contacts: Sequence[str], zones: Sequence[str]) -> tuple[tuple[LineMail, ...], ...]:
        """The mail of each contact over the run, in order of time; `zones` are the contacts' own.

        Whether a contact may be mailed at all is not looked at: who has no consent takes no part in caps.
        """
        contact, time, line = self.columns(name_hashes(contacts), zones)
        bounds = np.searchsorted(contact, np.arange(len(contacts) + 1)).tolist()
        lines = [self.lines[number] for number in line.tolist()]
        # As `LineMail(time, line)` makes each, in a third of the time.
        mails = [tuple.__new__(LineMail, mail) for mail in zip(time.tolist(), lines, strict=True)]
        return tuple(tuple(mails[first:after]) for first, after in pairwise(bounds))

    def working_hours(self, zone: str) -> NDArray[int64]:
        """The seconds at which mail may come, shape `(weeks, hours)`, for contacts of a zone."""
        return _hours(tuple(monday for _, monday in self.weeks), zone)

    def columns(self, subjects: NDArray[np.uint64], zones: Sequence[str]) -> MailColumns:
        """The same mails as columns, by contact, time and name of the line; `subjects` are the contacts' hashes."""
        places = [(line, week) for line in range(len(self.lines)) for week in range(len(self.weeks))]
        nothing = np.zeros(0, np.int64)
        if not places or not len(subjects):
            return MailColumns(nothing, nothing, nothing)
        addresses = name_hashes([f"{self.lines[line]}/{self.weeks[week][0]}" for line, week in places])[None, :]
        drawn = self.draws.block(subjects[:, None], name_hash(purposes.OTHER_MAIL), places=addresses)
        counts = self.whole + (drawn < self.rest)
        of_place = np.array(places, np.int64)
        names = sorted(set(zones))
        hours = np.stack([self.working_hours(zone) for zone in names])
        numbers = {zone: number for number, zone in enumerate(names)}
        in_zone = np.array([numbers[zone] for zone in zones], np.int64)
        parts = []
        for number in range(self.whole + 1):
            contact, place = np.nonzero(counts > number)
            us = self.draws.block(
                subjects[contact], name_hash(purposes.OTHER_MAIL_HOUR), places=addresses[0, place], occurrences=number
            )
            line, week = of_place[place, 0], of_place[place, 1]
            time = hours[in_zone[contact], week, us * (WORKING_DAYS * WORKING_HOURS) >> 53]
            parts.append(np.stack([contact, time, line]))
        contact, time, line = np.concatenate(parts, axis=1)
        inside = (self.start <= time) & (time < self.end)
        contact, time, line = contact[inside], time[inside], line[inside]
        ranks = np.argsort(np.argsort(np.array(self.lines)))
        order = np.lexsort((ranks[line], time, contact))
        return MailColumns(contact[order], time[order], line[order])


@dataclass(frozen=True, slots=True)
class ScenarioMail:
    """Other lines' mail of a scenario, for any replication's draws."""

    scenario: Scenario
    program: Program

    def __call__(self, draws: Draws, contacts: Sequence[str], zones: Sequence[str]) -> tuple[tuple[LineMail, ...], ...]:
        """The mail of each contact."""
        return self.plan(draws).of_contacts(contacts, zones)

    def plan(self, draws: Draws) -> OtherMailPlan:
        """Who sends how often, and the draws that say when."""
        return OtherMailPlan.of(self.scenario, self.program, draws)


@lru_cache(maxsize=512)
def _hours(mondays: tuple[int, ...], zone: str) -> NDArray[int64]:
    """The seconds of the working hours of some weeks, shape `(weeks, hours)`; weeks are days of their Mondays."""
    return np.array([[_at(monday, hour, zone) for hour in range(WORKING_DAYS * WORKING_HOURS)] for monday in mondays])


def _at(monday: int, hour: int, zone: str) -> int:
    day, clock = divmod(hour, WORKING_HOURS)
    return to_utc(day_date(monday + day), (FIRST_HOUR + clock) * 3_600, zone)
