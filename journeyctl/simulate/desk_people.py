"""People of a team: when each is at work, and when a task that she begins is done."""

from __future__ import annotations

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.calendars import local_date
from journeyctl.draws import Draws, DrawSource, name_hash, name_hashes
from journeyctl.simulate.desk_rules import TeamRules


class Worker:
    """One SDR. Away on whole days, drawn per date; work pauses at the shift's end and goes on at her next."""

    __slots__ = ("_away", "_draws", "_subject", "ordinal", "team")

    def __init__(self, team: TeamRules, ordinal: int, draws: DrawSource, *, desk: str) -> None:
        """`ordinal` counts from 1 within the team and addresses her absences."""
        self.team = team
        self.ordinal = ordinal
        self._draws = draws
        self._subject = _subject(desk, team)
        self._away: dict[int, bool] = {}

    def is_present(self, now: int) -> bool:
        """In her shift, and not away on this date of the team's zone."""
        return self.team.shift.is_open(now) and not self._is_away(now)

    def done_at(self, begins: int, working_seconds: int) -> int:
        """When a task is done that she begins at `begins`, which must be in her shift; at least a second later."""
        shift, left, moment = self.team.shift, max(1, self.team.on_shift(working_seconds)), begins
        while True:
            end = shift.end_of_stretch(moment)
            assert end is not None, "work begins and goes on within the shift"
            if not self._is_away(moment):
                if moment + left <= end:
                    return moment + left
                left -= end - moment
            moment = shift.next_open(end)

    def present_seconds(self, start: int, end: int) -> int:
        """Shift seconds between two moments on days on which she is there."""
        stretches = self.team.shift.stretches(start, end)
        return sum(after - first for first, after in stretches if not self._is_away(first))

    def _is_away(self, moment: int) -> bool:
        if not self.team.absence:
            return False
        return self.is_away_on(local_date(moment, self.team.shift.zone).toordinal())

    def is_away_on(self, day: int) -> bool:
        """Away on a date of the team's zone, as its proleptic ordinal."""
        if not self.team.absence:
            return False
        known = self._away.get(day)
        if known is None:
            u = self._draws.bits(self._subject, "absence", place=str(self.ordinal), occurrence=day)
            known = self._away[day] = u < self.team.absence
        return known


def away_on(team: TeamRules, days: NDArray[int64], draws: Draws, *, desk: str) -> NDArray[np.bool_]:
    """`Worker.is_away_on` for all SDRs of a team and many days, shape `(sdrs, days)`."""
    if not team.absence:
        return np.zeros((team.sdrs, len(days)), np.bool_)
    ordinals = name_hashes(map(str, range(1, team.sdrs + 1)))[:, None]
    subject, purpose = (np.uint64(name_hash(name)) for name in (_subject(desk, team), "absence"))
    return draws.block(subject, purpose, places=ordinals, occurrences=days) < team.absence


def _subject(desk: str, team: TeamRules) -> str:
    return f"{desk}/{team.name}"
