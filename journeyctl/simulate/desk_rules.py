"""A desk document in whole numbers: teams and shifts, working times, field sales and their delays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import lru_cache

from journeyctl.calendars import Calendar, ClosedDates, Hours, WorkingTime
from journeyctl.diagnostics import Finding, Origin, SpecError
from journeyctl.expr import Environment as Names
from journeyctl.fixed_point import (
    ONE,
    exponential_seconds,
    lognormal,
    lognormal_seconds,
    median_p90,
    share_threshold,
)
from journeyctl.graph.condition import Condition
from journeyctl.model.desk import Desk, FieldSales, Shift, Task, Team
from journeyctl.model.values import P90_OF_MEDIAN, Assumed, DurationSpread, TimeWindow
from journeyctl.semantics.lead import LeadRules
from journeyctl.units import SECONDS_PER_DAY, Duration

# --- lengths of time


@dataclass(frozen=True, slots=True)
class WorkTime:
    """How long one sort of work takes: lognormal in whole seconds, or exponential."""

    median: int = 0
    """Seconds; for `exponential` the mean."""
    sigma: int = 0
    """In 2^-20."""
    exponential: bool = False

    @classmethod
    def of(cls, mean: int, cv: float) -> WorkTime:
        """Lognormal with this mean in seconds and this standard deviation / mean."""
        return cls(*_lognormal_of(mean, cv))

    def seconds(self, u: int) -> int:
        """The working time for a draw below 2^53; 0 only where there is no work at all."""
        if self.median == 0:
            return 0
        if self.exponential:
            return max(1, exponential_seconds(u, self.median))
        return max(1, lognormal(u, median=self.median, sigma=self.sigma))


@lru_cache(maxsize=256)
def _lognormal_of(mean: int, cv: float) -> tuple[int, int]:
    with localcontext() as context:
        context.prec = 40
        spread = 1 + Decimal(cv) * Decimal(cv)
        median, sigma = Decimal(mean) / spread.sqrt(), spread.ln().sqrt()
        return int(median + Decimal("0.5")), int(sigma * ONE + Decimal("0.5"))


@dataclass(frozen=True, slots=True)
class Delay:
    """A fixed length of time, or a lognormal one; either elapsed or in business days."""

    fixed: Duration | None = None
    median: int = 0
    """Seconds of the clock that counts."""
    sigma: int = 0
    business: bool = False

    @classmethod
    def of(cls, value: Assumed[Duration] | DurationSpread) -> Delay:
        """A delay as a document states it. Raises `SpecError` for a 90 % quantile below the median."""
        if isinstance(value, Assumed):
            return cls(fixed=value.value)
        middle = value.median.value
        late = value.p90.value if value.p90 is not None else None
        median = middle.nominal_seconds
        if not median:
            return cls(fixed=Duration())
        p90 = median * P90_OF_MEDIAN if late is None else late.nominal_seconds
        if p90 < median:
            raise _undrawable(f"{late}", f"{middle}", value.origin)
        median, sigma = median_p90(median, p90)
        return cls(None, median, sigma, bool(middle.business_days))

    def after(self, start: int, u: int, calendar: Calendar) -> int:
        """The moment at which it is over, for a draw below 2^53."""
        if self.fixed is not None:
            return calendar.add(start, self.fixed)
        length = lognormal_seconds(u, self.median, self.sigma)
        return calendar.after_business_seconds(start, length) if self.business else start + length


def _undrawable(p90: str, median: str, origin: Origin) -> SpecError:
    message = f"the 90 % quantile {p90} is less than the median {median}"
    return SpecError([Finding("JC095", "undrawable-value", message, origin, help="make 'p90' the larger of the two")])


# --- teams


@dataclass(frozen=True, slots=True)
class TeamRules:
    """People of one kind and when they work."""

    name: str
    sdrs: int
    shift: WorkingTime
    calendar: Calendar
    """Business days of the team: its shift's weekdays and holidays."""
    stretch: tuple[int, int] = (1, 1)
    """Shift seconds for each productive second, as a fraction."""
    absence: int = 0
    """Threshold in 2^-53 of a whole day away."""

    @classmethod
    def of(cls, team: Team, *, zone: str) -> TeamRules:
        """A team as its document states it; `zone` is the workspace's."""
        shift = team.shift
        at = shift.zone or zone
        closed = ClosedDates(shift.holidays or None)
        length = (shift.hours.end - shift.hours.start) % SECONDS_PER_DAY or SECONDS_PER_DAY
        productive = length if team.productive is None else min(length, team.productive.value.nominal_seconds)
        return cls(
            team.name, team.sdrs.value, _shift_time(shift, at, closed), Calendar(at, frozenset(shift.days), closed),
            (length, max(1, productive)), share_threshold(team.absence.value),
        )  # fmt: skip

    def on_shift(self, working_seconds: int) -> int:
        """Shift seconds that this much work takes."""
        length, productive = self.stretch
        return (working_seconds * length + productive // 2) // productive


def _shift_time(shift: Shift, zone: str, closed: ClosedDates) -> WorkingTime:
    week: list[list[Hours]] = [[] for _ in range(7)]
    for day in shift.days:
        for offset, hours in enumerate(_within_days(shift.hours)):
            week[(day + offset) % 7].append(hours)
    return WorkingTime(zone, tuple(tuple(sorted(hours)) for hours in week), closed)


def _within_days(window: TimeWindow) -> tuple[Hours, ...]:
    if window.start < window.end:
        return (Hours(window.start, window.end),)
    evening = Hours(window.start, SECONDS_PER_DAY)
    return (evening, Hours(0, window.end)) if window.end else (evening,)


# --- field sales


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What happens to accepted leads; shares as thresholds in 2^-53, the value in cents."""

    per_week: int
    """First meetings in a week, in 2^-20."""
    sql: int
    opportunity: int
    won: int
    value_median: int
    value_sigma: int
    meeting_delay: Delay
    sql_delay: Delay
    opportunity_delay: Delay
    won_delay: Delay
    joint: int = 0
    """Share of first meetings that the SDR attends."""
    meeting_seconds: int = 0
    """Work for one first meeting."""

    @classmethod
    def of(cls, field_sales: FieldSales, *, joint: float = 0.0) -> FieldRules:
        """Field sales as a desk document states it. Raises `SpecError` for a 90 % quantile below a median."""
        amount, delays = field_sales.value, field_sales.delays
        median, sigma = round(amount.median.value * 100), 0
        if amount.p90.value < amount.median.value:
            raise _undrawable(f"{amount.p90.value:g}", f"{amount.median.value:g}", amount.origin)
        if median:
            median, sigma = median_p90(median, round(amount.p90.value * 100))
        return cls(
            round(field_sales.meetings_per_week.value * ONE),
            share_threshold(field_sales.sql.value), share_threshold(field_sales.opportunity.value),
            share_threshold(field_sales.won.value), median, sigma,
            Delay.of(delays.meeting), Delay.of(delays.sql), Delay.of(delays.opportunity), Delay.of(delays.won),
            share_threshold(joint), field_sales.meeting_takes.value.nominal_seconds,
        )  # fmt: skip


# --- the desk


@dataclass(frozen=True, slots=True)
class DeskRules:
    """One desk."""

    name: str
    lead: LeadRules
    teams: Mapping[str, TeamRules]
    routes: tuple[tuple[Condition | None, str], ...]
    """Team of the first true condition; `None` is true for all."""
    calendar: Calendar
    """The workspace's business days, for what no team does."""
    zone: str
    """The workspace's zone."""
    sync_at: int
    """Seconds after local midnight at which journeys learn outcomes."""
    work: Mapping[str, WorkTime] = field(default_factory=dict)
    """By stage; the call's as `research`, `attempt` and `conversation`."""
    response: Delay | None = None
    """Instead of teams: time to the first call."""
    field_sales: FieldRules | None = None
    week_starts: int = 0

    @classmethod
    def of(cls, desk: Desk, *, zone: str, calendar: Calendar, week_starts: int = 0) -> DeskRules:
        """Reads a desk document; zone, calendar and week are the workspace's."""
        teams = {name: TeamRules.of(team, zone=zone) for name, team in sorted(desk.teams.items())}
        routes = [(Condition.of(route.when.text) if hasattr(route, "when") else None, route.to) for route in desk.route]
        if teams and not any(condition is None for condition, _ in routes):
            routes.append((None, desk.callers[0]))
        joint = next((t.joint_meeting.value for t in desk.process if t.joint_meeting is not None), 0.0)
        return cls(
            desk.name, LeadRules.of(desk), teams, tuple(routes), calendar, zone, desk.crm_sync.at,
            {name: time for task in desk.process for name, time in _work_of(task)},
            Delay.of(desk.response) if desk.response is not None else None,
            FieldRules.of(desk.field_sales, joint=joint) if desk.field_sales is not None else None,
            week_starts,
        )  # fmt: skip

    def team_for(self, names: Names | None) -> str:
        """The team to which the routing sends a lead; `None`: nothing is known of it."""
        for condition, team in self.routes:
            if condition is None or (names is not None and condition.holds(names)):
                return team
        return ""


def _work_of(task: Task) -> tuple[tuple[str, WorkTime], ...]:
    parts = [(task.task, task.takes)]
    if task.task == "call":
        parts = [("research", task.research), ("attempt", task.attempt), ("conversation", task.conversation)]
    means = [(name, time.value.nominal_seconds) for name, time in parts if time is not None]
    return tuple((name, WorkTime.of(mean, task.cv.value)) for name, mean in means)
