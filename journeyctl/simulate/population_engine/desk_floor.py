"""The desks of one replication in memory: regions of one array that grow, leads by number, and what they record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy import int32, int64, uint8
from numpy.typing import NDArray

from journeyctl.draws import Draws, name_hash
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.desk_field import after
from journeyctl.simulate.population_engine.desk_tables import DeskTables
from journeyctl.simulate.population_engine.desk_work import open_desks, plan_events, work_until
from journeyctl.simulate.population_engine.lead_names import Words, words_of
from journeyctl.simulate.population_engine.philox import keys_of

Integers = NDArray[int64]

_WIDTHS: Final = {
    c.H_PEOPLE_AT: c.PERSON, c.H_LEADS_AT: c.LEAD, c.H_NAMES_AT: 1, c.H_EVENTS_AT: c.EVENT, c.H_HEAP_AT: c.ENTRY,
    c.H_NODES_AT: c.NODE, c.H_ROWS_AT: c.ROW, c.H_CLOSED_AT: c.CLOSED,
}  # fmt: skip
"""Regions that grow, in their order, by the place in the head that says where each begins."""
_COUNTED: Final = (c.H_HEAP_AT, c.H_NODES_AT, c.H_ROWS_AT, c.H_CLOSED_AT)
"""Those that compiled code fills: room and count follow the beginning in the head."""
_TOGETHER: Final = 1 << 12
"""So many closed leads are taken together: what is known of a lead takes 256 bytes."""
_ROWS: Final = 1 << 12
"""Rows for which there is room before they are put away."""


@dataclass(frozen=True, slots=True)
class DeskRows:
    """What desks have recorded, row by row, in columns."""

    time: Integers
    kind: NDArray[uint8]
    lead: NDArray[int32]
    team: NDArray[int32]
    worker: NDArray[int32]
    reason: NDArray[int32]
    value: Integers

    @classmethod
    def of(cls, rows: Integers) -> DeskRows:
        """From rows of the shape `(rows, ROW)`."""
        lead, team, worker, reason = rows[:, (c.R_LEAD, c.R_TEAM, c.R_WORKER, c.R_REASON)].T.astype(np.int32)
        time, value = rows[:, (c.R_TIME, c.R_VALUE)].T.copy()
        return cls(time, rows[:, c.R_KIND].astype(np.uint8), lead, team, worker, reason, value)

    @classmethod
    def joined(cls, parts: Sequence[DeskRows]) -> DeskRows:
        """The rows of one part after the other."""
        return cls(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)))

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class Ended:
    """What is asked of leads when all is over, by number."""

    desk: Integers
    person: Integers
    lines: Integers
    """A bit for each business line."""


class DeskFloor:
    """What stands on the desks: who works on which lead, what waits, and what has been recorded."""

    def __init__(self, tables: DeskTables, draws: Draws, *, room: int = 64) -> None:
        """Opens all desks at the run's first second; `room` is how many leads there will be, about."""
        self.tables = tables
        self.names: list[str] = []
        """Of the leads that were handed over beforehand, by number."""
        self._draws, self._keys = draws, keys_of(draws)
        self._used = dict.fromkeys(_WIDTHS, 0)
        workers = int(tables.numbers[c.T_WORKERS])
        least = 64 + workers + int(tables.numbers[c.T_MOST_WORKERS]) + len(tables.teams)
        self._room = dict.fromkeys(_WIDTHS, room + least)
        # What is not written to takes no memory, while regions that grow are all there twice for a while.
        self._room |= {
            c.H_NAMES_AT: 6 * room, c.H_HEAP_AT: 3 * room + least, c.H_NODES_AT: 2 * room + 3 * least,
            c.H_ROWS_AT: _ROWS + least, c.H_CLOSED_AT: _ROWS + room + least,
        }  # fmt: skip
        self._recorded = [DeskRows.of(np.zeros((0, c.ROW), np.int64))]
        self._ended: Ended | None = None
        self._state = np.zeros(c.HEAD, np.int64)
        self._state[c.H_FREE_NODE] = -1
        self._state[c.H_TEAMS_AT] = c.HEAD
        self._state[c.H_WORKERS_AT] = c.HEAD + len(tables.teams) * c.QUEUE
        self._state[c.H_FREE_AT] = self._state[c.H_WORKERS_AT] + workers * c.WORKER
        # Everybody is free, and the numbers of each team are in their order.
        self._state = np.concatenate([self._state, self._teams(), self._workers(workers), np.arange(workers)])
        self._fixed = len(self._state)
        self._lay_out()
        open_desks(tables.numbers, self._state)

    def _teams(self) -> Integers:
        found = np.zeros((len(self.tables.teams), c.QUEUE), np.int64)
        found[:, (c.Q_READY, c.Q_RISING, c.Q_ASIDE)] = -1
        found[:, (c.Q_FREE, c.Q_THERE)] = self._team_rows()[:, c.M_WORKERS, None]
        return found.ravel()

    def _workers(self, count: int) -> Integers:
        found = np.zeros((count, c.WORKER), np.int64)
        teams = self._team_rows()
        found[:, c.W_TEAM] = np.repeat(np.arange(len(teams)), teams[:, c.M_WORKERS])
        found[:, c.W_ORDINAL] = np.arange(count) - teams[found[:, c.W_TEAM], c.M_FIRST_WORKER] + 1
        found[:, (c.W_LEAD, c.W_ASKED)] = -1
        return found.ravel()

    def _team_rows(self) -> Integers:
        numbers = self.tables.numbers
        first = int(numbers[c.T_TEAMS_AT])
        return numbers[first : first + len(self.tables.teams) * c.TEAM].reshape(-1, c.TEAM)

    # --- regions

    def _part(self, region: int) -> Integers:
        """The used rows of a region; a view, until the next one grows."""
        first, count = int(self._state[region]), self._count(region)
        return self._state[first : first + count * _WIDTHS[region]].reshape(-1, _WIDTHS[region])

    def _count(self, region: int) -> int:
        return int(self._state[region + 2]) if region in _COUNTED else self._used[region]

    def _lay_out(self) -> None:
        """Gives every region its room."""
        before = {region: self._part(region) for region in _WIDTHS}
        reached = self._fixed
        made = np.empty(reached + sum(self._room[region] * width for region, width in _WIDTHS.items()), np.int64)
        made[:reached] = self._state[:reached]
        for region, width in _WIDTHS.items():
            made[region] = reached
            made[reached : reached + before[region].size] = before[region].ravel()
            if region in _COUNTED:
                made[region + 1] = self._room[region]
            reached += self._room[region] * width
        self._state = made

    def _grow(self, wanted: Iterable[tuple[int, int]]) -> None:
        """Makes room for so many more rows of regions, and as many again."""
        short = [(region, count) for region, count in wanted if self._count(region) + count > self._room[region]]
        for region, count in short:
            self._room[region] = 2 * (self._count(region) + count)
        if short:
            self._lay_out()

    def _append(self, region: int, rows: Integers) -> int:
        """Adds rows for which there is room; answers the number of the first."""
        first = self._used[region]
        self._used[region] += len(rows)
        self._part(region)[first:] = rows
        return first

    # --- who comes

    def add_people(self, count: int) -> int:
        """So many more contacts without leads; answers the number of the first."""
        self._grow([(c.H_PEOPLE_AT, count)])
        first = self._used[c.H_PEOPLE_AT]
        self._used[c.H_PEOPLE_AT] += count
        rows = self._part(c.H_PEOPLE_AT)[first:]
        rows[:, c.P_VERSION], rows[:, c.P_LEAD] = 0, -1
        return first

    def live_again(self, people: Integers) -> None:
        """What was planned by the former lives of these contacts comes to nothing."""
        self._part(c.H_PEOPLE_AT)[people, c.P_VERSION] += 1

    def versions(self, people: Integers) -> Integers:
        """Which of their lives counts."""
        return self._part(c.H_PEOPLE_AT)[people, c.P_VERSION]

    def add_leads(self, spelled: Words, places: Integers | int, numbers: Integers | int) -> int:
        """Leads that may come to a desk; answers the number of the first."""
        words, lengths, hashes = spelled
        self._grow([(c.H_LEADS_AT, len(lengths)), (c.H_NAMES_AT, len(words))])
        rows = np.zeros((len(lengths), c.LEAD), np.int64)
        rows[:, c.L_SUBJECT] = hashes.view(np.int64)
        rows[:, c.L_WORDS] = lengths
        first = self._append(c.H_NAMES_AT, words[:, None])
        rows[:, c.L_NAME] = first + np.cumsum(lengths) - lengths
        rows[:, c.L_PLACE] = places
        rows[:, c.L_NUMBER] = numbers
        rows[:, (c.L_STATE, c.L_NEXT)] = -1
        return self._append(c.H_LEADS_AT, rows)

    def hand_over(self, requests: Sequence[LeadRequest], people: Sequence[int], lines: Sequence[str] = ()) -> None:
        """Leads that are known beforehand, with the numbers of their contacts (-1: none) and all business lines."""
        if not requests:
            return
        tables = self.tables
        numbers = {name: number for number, name in enumerate(tables.names)}
        desks = [numbers[request.desk] for request in requests]
        teams = [
            tables.rules[desk].team_for(request.names) if request.team is None else request.team
            for desk, request in zip(desks, requests, strict=True)
        ]
        found = np.zeros((len(requests), c.EVENT), np.int64)
        found[:, c.V_KIND] = c.HANDED_OVER
        own = [request.lead for request in requests]
        self.names += own
        found[:, c.V_LEAD] = self.add_leads(words_of(own), 0, 0) + np.arange(len(requests))
        found[:, c.V_PERSON] = people
        for column, values in (
            (c.V_TIME, [request.created_at for request in requests]),
            (c.V_DESK, [tables.rows[desk] for desk in desks]),
            (c.V_REQUEST, [request.request for request in requests]),
            (c.V_SCORE, [request.score for request in requests]),
            (c.V_NEED, [request.need for request in requests]),
            (c.V_LINES, [sum(1 << lines.index(line) for line in request.lines) for request in requests]),
            (c.V_TEAM, [tables.team_of[tables.names[d], team] for d, team in zip(desks, teams, strict=True)]),
            (c.V_SOURCE, [tables.reasons.index(r.source) if r.source else -1 for r in requests]),
        ):  # fmt: skip
            found[:, column] = values
        self.expect(found)

    def expect(self, events: Integers) -> None:
        """What contacts and other sources are going to do at desks, shape `(events, EVENT)`."""
        self._respond(events)
        count = len(events)
        self._grow([(c.H_EVENTS_AT, count), (c.H_HEAP_AT, count + 64)])
        first = self._append(c.H_EVENTS_AT, events[np.argsort(events[:, c.V_TIME], kind="stable")])
        plan_events(self.tables.numbers, self._state, first, first + count)

    def _respond(self, events: Integers) -> None:
        """Where nobody is employed, it is settled beforehand when somebody responds."""
        for row, rules in zip(self.tables.rows, self.tables.rules, strict=True):
            if rules.response is None:
                continue
            some = np.flatnonzero((events[:, c.V_DESK] == row) & (events[:, c.V_KIND] == c.HANDED_OVER))
            subjects = self.leads()[events[some, c.V_LEAD], c.L_SUBJECT].view(np.uint64)
            u = self._draws.block(subjects, name_hash("response"))
            events[some, c.V_RESPONSE] = after(rules.response, events[some, c.V_TIME], u, rules.calendar)

    # --- work

    def work_until(self, limit: int) -> int:
        """Goes on up to second `limit`, or to the first CRM sync that tells somebody something; answers which."""
        while True:
            done = work_until(self.tables.numbers, self._state, self.tables.clock, self._keys, limit)
            if done == c.FINE:
                return int(self._state[c.H_LIMIT])
            if self._put_away():
                continue
            for region in _COUNTED:
                if 2 * self._count(region) > self._room[region]:
                    self._room[region] *= 2
            self._room[c.H_HEAP_AT] += 64
            self._room = {region: room + (room >> 3) for region, room in self._room.items()}
            self._lay_out()

    def work_through(self, limit: int) -> None:
        """Goes on up to second `limit`, over all CRM syncs: whoever is told something is told later."""
        self._state[c.H_GOES_ON] = 1
        self.work_until(limit)
        self._state[c.H_GOES_ON] = 0

    def has_closed(self) -> bool:
        """Whether `closed` has any to tell of."""
        return self._count(c.H_CLOSED_AT) > 0

    def closed(self) -> tuple[Integers, Integers]:
        """Leads of contacts that have been closed since last asked, with their CRM syncs; and the leads themselves.

        Of very many only some, in their order: whoever asks again gets further ones, until there are none.
        """
        rows = self._part(c.H_CLOSED_AT)
        closed, left = rows[:_TOGETHER].copy(), rows[_TOGETHER:].copy()
        rows[: len(left)] = left
        self._state[c.H_CLOSED] = len(left)
        return closed, self._part(c.H_LEADS_AT)[closed[:, c.C_LEAD]]

    # --- what came of it

    def leads(self) -> Integers:
        """All leads, shape `(leads, LEAD)`."""
        return self._part(c.H_LEADS_AT)

    def close(self) -> Ended:
        """Nothing happens any more: all is forgotten but what has been recorded, and what is asked of leads then."""
        if self._ended is None:
            self._put_away()
            self._ended = Ended(*self.leads()[:, (c.L_DESK, c.L_PERSON, c.L_LINES)].T.copy())
            self._state = np.zeros(c.HEAD, np.int64)
        return self._ended

    def rows(self) -> DeskRows:
        """All that was recorded, in its order."""
        self._put_away()
        if len(self._recorded) > 1:
            self._recorded = [DeskRows.joined(self._recorded)]
        return self._recorded[0]

    def _put_away(self) -> bool:
        """Makes room for further rows; false where there are none to be put away."""
        rows = self._part(c.H_ROWS_AT)
        if not len(rows):
            return False
        self._recorded.append(DeskRows.of(rows))
        self._state[c.H_ROWS] = 0
        return True

    def open_leads(self) -> dict[str, int]:
        """Leads without an outcome by desk."""
        leads = self.leads()
        is_open = (leads[:, c.L_STATE] >= 0) & (leads[:, c.L_STATE] < c.ACCEPTED)
        desks = leads[is_open, c.L_DESK]
        return {name: int((desks == row).sum()) for name, row in zip(self.tables.names, self.tables.rows, strict=True)}
