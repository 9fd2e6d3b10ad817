"""Field sales: accepted leads get a first meeting in the order in which they are ready, a fixed number a week."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

from simpy import Environment, Event

from journeyctl.calendars import local_week
from journeyctl.draws import DrawSource
from journeyctl.fixed_point import lognormal
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.simulate.desk_instants import DISPATCH, Dispatch, Moment
from journeyctl.simulate.desk_rules import DeskRules, FieldRules

WEEK: Final = 7 * 86_400
LONGEST: Final = 100 * 366 * 86_400
"""After so long nobody is met any more: a force of one meeting in ten years never gets through its queue."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A lead that the desk has handed over."""

    lead: str
    contact: str
    """Key of the contact; empty for leads from elsewhere."""
    lines: tuple[str, ...] = ()
    """Business lines that an opportunity would cover."""


class FieldSales:
    """Meetings, sales-qualified leads, opportunities and their ends of one desk."""

    def __init__(
        self,
        environment: Environment,
        rules: DeskRules,
        field_rules: FieldRules,
        draws: DrawSource,
        *,
        emit: Callable[[str, Effect], None],
    ) -> None:
        """`emit` gets the contact's key and a row."""
        self._environment = environment
        self._rules = rules
        self._field = field_rules
        self._draws = draws
        self._emit = emit
        self._queue: list[tuple[int, str, Event]] = []
        self._held: dict[int, int] = {}
        self._first_week = self._week(int(environment.now))[0]
        self._last = self._first_week + LONGEST
        self._meetings = Dispatch(environment, self._hold_meetings)
        self._woken_at = -1

    def take(self, accepted: Accepted) -> None:
        """A lead comes from the desk now."""
        self._environment.process(self._pursue(accepted))

    def _pursue(self, accepted: Accepted) -> Generator[Event, object, None]:
        rules = self._field
        ready = self._after("meeting", accepted)
        yield self._until(ready)
        met = Event(self._environment)
        heapq.heappush(self._queue, (ready, accepted.lead, met))
        self._meetings.ask()
        yield met
        joint = self._draw(accepted, "joint") < rules.joint
        self._row(accepted, Kind.MET, reason="joint" if joint else "", value=self._now() - ready)
        yield self._until(self._after("sql", accepted))
        if self._draw(accepted, "sql") >= rules.sql:
            self._row(accepted, Kind.LOST, reason="not_sql")
            return
        self._row(accepted, Kind.SQL)
        yield self._until(self._after("opportunity", accepted))
        if self._draw(accepted, "opportunity") >= rules.opportunity:
            self._row(accepted, Kind.LOST, reason="no_opportunity")
            return
        value = lognormal(self._draw(accepted, "value"), median=rules.value_median, sigma=rules.value_sigma)
        self._rows_by_line(accepted, Kind.OPPORTUNITY, value)
        yield self._until(self._after("won", accepted))
        won = self._draw(accepted, "won") < rules.won
        self._rows_by_line(accepted, Kind.WON if won else Kind.LOST, value, reason="" if won else "opportunity")

    # --- meetings

    def _hold_meetings(self) -> None:
        now = self._now()
        number, _, after = self._numbered_week(now)
        left = places(self._field.per_week, number) - self._held.get(number, 0)
        while self._queue and left > 0:
            _, _, met = heapq.heappop(self._queue)
            self._held[number] = self._held.get(number, 0) + 1
            left -= 1
            met.succeed()
        if self._queue and self._field.per_week > 0 and self._woken_at < after <= self._last:
            self._woken_at = after
            Moment(self._environment, after, DISPATCH, self._hold_meetings)

    def _numbered_week(self, now: int) -> tuple[int, int, int]:
        first, after = self._week(now)
        # A week is an hour longer or shorter where clocks change; half a week is far from either.
        return (first - self._first_week + WEEK // 2) // WEEK, first, after

    def _week(self, now: int) -> tuple[int, int]:
        return local_week(now, self._rules.zone, week_starts=self._rules.week_starts)

    # --- draws and rows

    def _now(self) -> int:
        return int(self._environment.now)

    def _until(self, moment: int) -> Event:
        return self._environment.timeout(max(0, moment - self._now()))

    def _draw(self, accepted: Accepted, purpose: str, place: str = "") -> int:
        return self._draws.bits(accepted.lead, purpose, place=place)

    def _after(self, stage: str, accepted: Accepted) -> int:
        delays = {
            "meeting": self._field.meeting_delay,
            "sql": self._field.sql_delay,
            "opportunity": self._field.opportunity_delay,
            "won": self._field.won_delay,
        }
        return delays[stage].after(self._now(), self._draw(accepted, "delay", stage), self._rules.calendar)

    def _row(self, accepted: Accepted, kind: Kind, *, reason: str = "", value: int = 0) -> None:
        row = Effect(self._now(), kind, lead=accepted.lead, desk=self._rules.name, reason=reason, value=value)
        self._emit(accepted.contact, row)

    def _rows_by_line(self, accepted: Accepted, kind: Kind, value: int, *, reason: str = "") -> None:
        """One row per business line; the value in cents is spread evenly, the first lines take the rest."""
        lines = accepted.lines or ("",)
        for place, line in enumerate(lines):
            part = value // len(lines) + (place < value % len(lines))
            row = Effect(
                self._now(), kind, lead=accepted.lead, desk=self._rules.name, opportunity=accepted.lead,
                line=line, reason=reason, value=part,
            )  # fmt: skip
            self._emit(accepted.contact, row)


def places(per_week: int, number: int) -> int:
    """First meetings in the week of this number, from 0, for so many a week in 2^-20; parts add up over the weeks."""
    return ((number + 1) * per_week >> 20) - (number * per_week >> 20)
