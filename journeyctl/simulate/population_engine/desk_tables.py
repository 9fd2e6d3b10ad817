"""The desks of a world as one array: teams, shifts, tasks, gaps and reasons in the places of `desk_columns`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.calendars import local_date, utc_offset
from journeyctl.calendars.zones import DAY, clock_moment
from journeyctl.draws import name_hash, name_hashes
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.arithmetic import number_tables
from journeyctl.simulate.population_engine.clock_tables import Clocks, ClockTables
from journeyctl.simulate.population_engine.field_codes import Unsupported

if TYPE_CHECKING:
    from journeyctl.semantics.lead import LeadRules
    from journeyctl.simulate.desk_rules import DeskRules, TeamRules, WorkTime
    from journeyctl.units import Duration

Integers = NDArray[int64]

_EARLIER: Final = 10
_LATER: Final = 100
"""Days before and after a desk's work that calendars know: what is due later is due never."""
_WORDS: Final = {"score": c.BY_SCORE, "arrival": c.BY_ARRIVAL}
_NO_WORK: Final = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class DeskTables:
    """What all replications of a world have in common about desks."""

    numbers: Integers
    clock: ClockTables
    names: tuple[str, ...]
    """Of the desks, by number."""
    rules: tuple[DeskRules, ...]
    rows: tuple[int, ...]
    """By desk: where its row stands."""
    teams: tuple[str, ...]
    """Names by team; each desk has one without a name, and those that only tasks or routes name."""
    team_of: Mapping[tuple[str, str], int]
    """By names of desk and team."""
    reasons: tuple[str, ...]
    """Names by number: reasons of ends, outcomes, sources of leads."""

    @classmethod
    def of(cls, desks: Mapping[str, DeskRules], *, start: int, until: int, sources: Iterable[str] = ()) -> DeskTables:
        """Tables of desks that work from second `start` up to `until`; `sources` are those of leads from elsewhere.

        Raises `Unsupported` for a shift in which a date comes twice, and for clocks that change twice a day.
        """
        return _Builder(start, until).built(desks, sources)


@dataclass(slots=True)
class _Builder:
    start: int
    until: int
    teams: list[str] = field(default_factory=list)
    team_of: dict[tuple[str, str], int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=lambda: {name: place for place, name in enumerate(c.REASONS)})
    workers: int = 0
    parts: dict[str, list[int]] = field(default_factory=dict)

    def built(self, desks: Mapping[str, DeskRules], sources: Iterable[str]) -> DeskTables:
        names = tuple(sorted(desks))
        rules = tuple(desks[name] for name in names)
        clocks = Clocks(evaluation_time=0, week_starts=0)
        clocks.zone(rules[0].zone if rules else "UTC")
        self.parts = {name: [] for name in ("desks", "teams", "stages", "shifts", "gaps", "reasons", "syncs")}
        for number, desk in enumerate(rules):
            self._desk(number, desk, clocks)
        for source in sorted(sources):
            self._reason(source)
        most = max([1, *(team.sdrs for desk in rules for team in desk.teams.values())])
        self.parts["ordinals"] = _hashes(["", *map(str, range(1, most + 1))])
        numbers, begins = self._joined(rules, most)
        rows = tuple(begins["desks"] + place * c.DESK for place in range(len(rules)))
        clock = clocks.tables(self.start, self.until, earlier=_EARLIER, later=_LATER)
        return DeskTables(
            numbers, clock, names, rules, rows, tuple(self.teams), dict(self.team_of), tuple(self.reasons)
        )

    def _joined(self, rules: Sequence[DeskRules], most: int) -> tuple[Integers, Mapping[str, int]]:
        tables = number_tables()
        begins, reached = {}, c.TABLES_HEAD
        for name, part in self.parts.items():
            begins[name] = reached
            reached += len(part)
        _move(self.parts["desks"], c.DESK, begins, _PLACES_OF_DESK)
        _move(self.parts["teams"], c.TEAM, begins, _PLACES_OF_TEAM)
        head = np.zeros(c.TABLES_HEAD - len(tables), np.int64)
        for place, value in (
            (c.T_START, self.start), (c.T_UNTIL, self.until), (c.T_TEAMS, len(self.teams)),
            (c.T_DESKS, len(rules)), (c.T_DESKS_AT, begins["desks"]), (c.T_TEAMS_AT, begins["teams"]),
            (c.T_STAGES_AT, begins["stages"]), (c.T_SHIFTS_AT, begins["shifts"]), (c.T_GAPS_AT, begins["gaps"]),
            (c.T_REASONS_AT, begins["reasons"]), (c.T_SYNCS_AT, begins["syncs"]),
            (c.T_ORDINALS_AT, begins["ordinals"]), (c.T_WORKERS, self.workers),
            (c.T_MOST_STAGES, max([1, *(len(desk.lead.stages) for desk in rules)])), (c.T_MOST_WORKERS, most),
        ):  # fmt: skip
            head[place - len(tables)] = value
        return np.concatenate([tables, head, *(np.array(part, np.int64) for part in self.parts.values())]), begins

    def _reason(self, name: str) -> int:
        return self.reasons.setdefault(name, len(self.reasons))

    # --- one desk

    def _desk(self, number: int, desk: DeskRules, clocks: Clocks) -> None:
        lead, parts, first_team = desk.lead, self.parts, len(self.teams)
        for team in _teams_of(desk):
            self.team_of[desk.name, team] = len(self.teams)
            self.teams.append(team)
            parts["teams"] += self._team(number, desk, desk.teams.get(team), clocks)
        places = {name: len(parts[name]) for name in ("stages", "gaps", "reasons", "syncs")}
        for stage in lead.stages:
            team_number = self.team_of[desk.name, stage.by] if stage.by else -1
            passes = -1 if stage.passes is None else stage.passes
            parts["stages"] += [
                _hash(stage.name), team_number, int(stage.automatic), passes, *_work(desk.work.get(stage.name)),
            ]  # fmt: skip
        parts["gaps"] += [number for gap in lead.gaps for number in _parts_of(gap)]
        for name, bound in lead.odds.reasons:
            parts["reasons"] += [bound, self._reason(name)]
        syncs = list(self._syncs(desk))
        parts["syncs"] += syncs
        odds = lead.odds
        parts["desks"] += [
            places["stages"], len(lead.stages), lead.call, lead.decides, *odds.accepted, odds.exponent, odds.rejected,
            places["reasons"], len(odds.reasons), lead.attempts, places["gaps"], len(lead.gaps), *lead.connect,
            _order(lead), int(lead.order[:1] == ("sales_request",)), int(lead.stale is not None),
            *(_parts_of(lead.stale) if lead.stale is not None else (0, 0, 0)), int(desk.response is not None),
            places["syncs"], len(syncs), *(n for part in ("research", "attempt", "conversation")
                                           for n in _work(desk.work.get(part))),
            first_team,
        ]  # fmt: skip

    def _syncs(self, desk: DeskRules) -> Iterator[int]:
        """All CRM syncs of the run, and the one after it."""
        first = (self.start + utc_offset(self.start, desk.zone)) // DAY
        for day in range(first, first + (self.until - self.start) // DAY + 4):
            yield clock_moment(day * DAY + desk.sync_at, desk.zone)

    def _team(self, number: int, desk: DeskRules, team: TeamRules | None, clocks: Clocks) -> list[int]:
        first = len(self.parts["shifts"])
        if team is None:
            return [number, 0, 0, 0, clocks.calendar(desk.calendar), first, 0, 1, 1, 0, 0]
        stretches = self._stretches(team)
        self.parts["shifts"] += stretches
        first_worker = self.workers
        self.workers += team.sdrs
        return [
            number, 1, first_worker, team.sdrs, clocks.calendar(team.calendar), first, len(stretches) // c.STRETCH,
            *team.stretch, team.absence, _hash(f"{desk.name}/{team.name}"),
        ]  # fmt: skip

    def _stretches(self, team: TeamRules) -> list[int]:
        found: list[int] = []
        for begins, ends in team.shift.stretches(self.start, self.until):
            date = local_date(begins, team.shift.zone)
            if local_date(ends - 1, team.shift.zone) != date:
                raise Unsupported(f"a shift in {team.shift.zone} in which a date comes twice")
            found += (begins, ends, date.toordinal())
        return found


_PLACES_OF_DESK: Final = {
    c.D_STAGES: "stages", c.D_REASONS: "reasons", c.D_GAPS: "gaps", c.D_SYNCS: "syncs",
}  # fmt: skip
_PLACES_OF_TEAM: Final = {c.M_SHIFTS: "shifts"}


def _move(part: list[int], width: int, begins: Mapping[str, int], columns: Mapping[int, str]) -> None:
    """Places within a list become places in the tables."""
    for row in range(0, len(part), width):
        for column, name in columns.items():
            part[row + column] += begins[name]


def _teams_of(desk: DeskRules) -> Iterable[str]:
    named = (*desk.teams, *(stage.by for stage in desk.lead.stages), *(team for _, team in desk.routes))
    return dict.fromkeys(("", *named))


def _order(lead: LeadRules) -> int:
    found = 0
    for place, word in enumerate(dict.fromkeys(lead.order)):
        found |= _WORDS.get(word, c.BY_REQUEST) << 2 * place
    return found


def _parts_of(duration: Duration) -> tuple[int, int, int]:
    return duration.months, duration.business_days, duration.seconds


def _work(work: WorkTime | None) -> tuple[int, int, int]:
    return _NO_WORK if work is None else (work.median, work.sigma, int(work.exponential))


def _hash(name: str) -> int:
    return int(np.uint64(name_hash(name)).astype(np.int64))


def _hashes(names: Sequence[str]) -> list[int]:
    found: list[int] = name_hashes(names).view(np.int64).tolist()
    return found
