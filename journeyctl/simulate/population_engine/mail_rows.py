"""Mail of other lines for many contacts, in compiled code: what `simulate.other_mail` says, as rows that lives read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.behaviour import purposes
from journeyctl.draws import name_hash, name_hashes
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits, keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from journeyctl.simulate.coded import Coded
    from journeyctl.simulate.other_mail import OtherMailPlan

Integers = NDArray[int64]

(A_LINE, A_WEEK, ADDRESS) = range(3)
"""Of each line and week: the rank of the line's name, and the place of the week."""
(TIME, RANK, NAME, COLUMNS) = range(4)
"""A mail: second, rank and number of the line's name; as `life.O_TIME` and those behind it."""


class MailRows:
    """The mail of one replication, for some contacts at a time."""

    def __init__(self, plan: OtherMailPlan, names: Sequence[int]) -> None:
        """`names` are the numbers of the plan's lines."""
        ranks = np.argsort(np.argsort(np.array(plan.lines)))
        places = [(line, week) for line in range(len(plan.lines)) for week in range(len(plan.weeks))]
        self._plan, self._keys = plan, keys_of(plan.draws)
        self._addresses = name_hashes([f"{plan.lines[line]}/{plan.weeks[week][0]}" for line, week in places])
        self._places = np.array([(ranks[line], week) for line, week in places], np.int64).reshape(-1, 2)
        self._names = np.zeros(len(names), np.int64)
        self._names[ranks] = names
        self._hours: dict[str, Integers] = {}
        self._room: Integers | None = None
        """What rows are written to; used again, because memory that is new takes longer to get than to fill."""
        self._purposes = np.array([name_hash(purposes.OTHER_MAIL), name_hash(purposes.OTHER_MAIL_HOUR)], np.uint64)

    def of(self, subjects: NDArray[uint64], zones: Coded[str]) -> tuple[Integers, Integers]:
        """The rows of these contacts, one after the other, each one's by time and name; and where each one's end."""
        plan, ends = self._plan, np.zeros(len(subjects), np.int64)
        if not len(self._places) or not len(subjects):
            return np.zeros((0, COLUMNS), np.int64), ends
        hours = np.stack([self._hours_in(zone) for zone in zones.values])
        # What is never written to takes no memory, so the most that there can be may be asked for.
        most, room = len(subjects) * len(self._places) * (plan.whole + 1), self._room
        if room is None or most > len(room):
            room = np.empty((most, COLUMNS), np.int64)
        count = fill(
            self._keys, self._purposes, subjects, np.ascontiguousarray(zones.codes), self._addresses, self._places,
            self._names, hours, plan.whole, plan.rest, plan.start, plan.end, room, ends,
        )  # fmt: skip
        if self._room is None:
            # Whoever asks but once keeps what was written.
            self._room = np.empty((0, COLUMNS), np.int64)
            return room[:count], ends
        self._room = room
        return room[:count].copy(), ends

    def _hours_in(self, zone: str) -> Integers:
        if zone not in self._hours:
            self._hours[zone] = self._plan.working_hours(zone)
        return self._hours[zone]


@compiled
def fill(
    keys: NDArray[uint64], purposes: NDArray[uint64], subjects: NDArray[uint64], zones: NDArray[Any],
    addresses: NDArray[uint64], places: Integers, names: Integers, hours: Integers, whole: int, rest: int, start: int,
    end: int, rows: Integers, ends: Integers,
) -> int:  # fmt: skip
    """Writes the mails of all contacts and where each one's end; answers how many there are."""
    count, choices = 0, hours.shape[2]
    for contact in range(subjects.shape[0]):
        first = count
        for place in range(addresses.shape[0]):
            mails = whole
            if rest > 0 and bits(keys, subjects[contact], purposes[0], addresses[place], 0) < rest:
                mails += 1
            for number in range(mails):
                drawn = bits(keys, subjects[contact], purposes[1], addresses[place], number)
                time = hours[zones[contact], places[place, A_WEEK], (drawn * choices) >> 53]
                if start <= time < end:
                    count = _put(rows, first, count, time, places[place, A_LINE])
        for row in range(first, count):
            rows[row, NAME] = names[rows[row, RANK]]
        ends[contact] = count
    return count


@compiled
def _put(rows: Integers, first: int, count: int, time: int, rank: int) -> int:
    """Puts a mail among those from `first` on; answers how many rows there are then."""
    row = count
    while row > first and (rows[row - 1, TIME] > time or (rows[row - 1, TIME] == time and rows[row - 1, RANK] > rank)):
        rows[row, TIME] = rows[row - 1, TIME]
        rows[row, RANK] = rows[row - 1, RANK]
        row -= 1
    rows[row, TIME] = time
    rows[row, RANK] = rank
    return count + 1
