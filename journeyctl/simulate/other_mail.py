"""Mail of other business lines: it takes slots of the caps and tires readers, whatever our journeys do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
        places = [(line, week, monday) for line in self.lines for week, monday in self.weeks]
        if not places or not contacts:
            return tuple(() for _ in contacts)
        subjects = name_hashes(contacts)[:, None]
        addresses = name_hashes([f"{line}/{week}" for line, week, _ in places])[None, :]
        counts = self.whole + (self.draws.block(subjects, name_hash(purposes.OTHER_MAIL), places=addresses) < self.rest)
        found: list[list[LineMail]] = [[] for _ in contacts]
        for number in range(self.whole + 1):
            chosen = np.argwhere(counts > number)
            hours = self._hours(subjects, addresses, chosen, number)
            for (contact, place), hour in zip(chosen.tolist(), hours, strict=True):
                line, _, monday = places[place]
                time = _at(monday, hour, zones[contact])
                if self.start <= time < self.end:
                    found[contact].append(LineMail(time, line))
        return tuple(tuple(sorted(mails)) for mails in found)

    def _hours(
        self,
        subjects: NDArray[np.uint64],
        addresses: NDArray[np.uint64],
        chosen: NDArray[int64],
        number: int,
    ) -> Iterable[int]:
        """The working hour of the week, from 0, of each chosen contact and place."""
        us = self.draws.block(
            subjects[chosen[:, 0], 0],
            name_hash(purposes.OTHER_MAIL_HOUR),
            places=addresses[0, chosen[:, 1]],
            occurrences=number,
        )
        return [u * WORKING_DAYS * WORKING_HOURS >> 53 for u in us.tolist()]


def other_mail_of(plan: OtherMailPlan, contact: str, *, zone: str) -> tuple[LineMail, ...]:
    """The mail of one contact."""
    return plan.of_contacts([contact], [zone])[0]


def _at(monday: int, hour: int, zone: str) -> int:
    day, clock = divmod(hour, WORKING_HOURS)
    return to_utc(day_date(monday + day), (FIRST_HOUR + clock) * 3_600, zone)
