"""What measures know besides the record: the run's period, the desks' promises and clocks, the caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, assert_never

from journeyctl.calendars import BusinessClock, Clock, ShiftClock, WallClock

ClockName = Literal["wall", "business", "shift"]
CLOCKS: Final[tuple[ClockName, ...]] = ("wall", "business", "shift")
FINISHED_AFTER: Final = 30 * 86_400
"""Seconds after which a desk's leads count as old enough to be finished, unless its terms say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamClocks:
    """The clocks of one team. A desk without teams (a plain response time) has one entry named `""`."""

    business: BusinessClock
    shift: ShiftClock | None = None
    """`None`: nobody works there in shifts; measures on that clock are n/a."""

    def clock(self, name: ClockName) -> Clock | None:
        """The clock of that name; `None` where the team has none."""
        match name:
            case "wall":
                return WallClock()
            case "business":
                return self.business
            case "shift":
                return self.shift
            case _:
                assert_never(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTerms:
    """What one desk promised and could do."""

    teams: Mapping[str, TeamClocks]
    limit: int | None = None
    """Seconds within which the first call is to begin, counted on any of the clocks; `None`: no promise."""
    clock: ClockName = "wall"
    """The clock of the promise."""
    capacity_seconds: Mapping[str, int] = field(default_factory=dict)
    """Productive seconds of all SDRs present, absences taken off, by ISO week of the workspace zone."""
    finished_after: int = FINISHED_AFTER
    """Seconds after its creation by which a lead of this desk can be expected to be finished."""
    meeting_seconds: int = 0
    """Work of field sales for one first meeting."""

    def clocks_of(self, team: str) -> TeamClocks:
        """The clocks of a team; of the first team where the lead has come to none."""
        return self.teams.get(team) or next(iter(self.teams.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CapTerms:
    """One frequency cap, with the contacts for whom it held throughout the run."""

    name: str
    maximum: int
    channel: str | None = None
    """`None`: all channels."""
    window: Literal["rolling", "day", "week", "month"] = "rolling"
    seconds: int = 0
    """Length of a rolling window."""
    zone: str = "UTC"
    """Whose days, weeks and months a calendar window counts."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Zones of single contacts, where they differ from `zone`."""
    week_starts: int = 0
    """0 is Monday."""
    contacts: frozenset[str] | None = None
    """`None`: everybody."""


def whole_cents(micro: int, *, per: int = 1) -> int:
    """Millionths of a cent, divided by `per`, as whole cents; halves upwards."""
    unit = 1_000_000 * per
    return (micro + unit // 2) // unit


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTerms:
    """Prices in millionths of a cent, sums in cents of the workspace currency."""

    send: int = 0
    """One message."""
    sdr_hour: int = 0
    """One hour of an SDR at work on leads or free for them."""
    field_hour: int = 0
    """One hour of field sales."""
    content: int = 0
    """All newly made items that the running journeys can send, in cents."""
    channels: Mapping[str, int] = field(default_factory=dict)
    """Visitors and contacts of each source of new contacts in the run, in cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringContext:
    """The period `[start, end)` of a run in UTC seconds, and what is fixed about its desks and caps."""

    start: int
    end: int
    zone: str
    """The workspace's zone; it cuts ISO weeks."""
    desks: Mapping[str, DeskTerms] = field(default_factory=dict)
    caps: tuple[CapTerms, ...] = ()
    population: int | None = None
    """Contacts known at some time of the run; `None`: not counted."""
    reachable: int | None = None
    """Those of them with a working address and the consent to be mailed, at the start or when they became known."""
    costs: CostTerms | None = None
    """`None`: nobody said what anything costs, so no money is spent or earned in any measure of cost."""
    further_records: Mapping[str, str] = field(default_factory=dict)
    """Contacts that are a further record of a person, with that person's first record."""
    item_lines: Mapping[str, str] = field(default_factory=dict)
    """The business line of each item that has one."""
    item_levels: Mapping[str, str] = field(default_factory=dict)
    """The level of each item in its house."""
    unmailable: Mapping[tuple[str, str], int] | None = None
    """Contacts that may not be mailed when they become known, by source and reason; `None`: not counted.

    The empty source is the population at the start.
    """
    observed_until: int | None = None
    """End of the record where the desk ran on after the run (`drain`); `None`: `end`."""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a run ends after it starts")

    @property
    def last_second(self) -> int:
        """The first second that the record no longer covers."""
        return self.end if self.observed_until is None else max(self.end, self.observed_until)
