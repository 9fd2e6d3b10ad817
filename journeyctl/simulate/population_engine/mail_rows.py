"""Mail of other lines for many contacts, in compiled code: what `simulate.other_mail` says, as rows that lives read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.behaviour import purposes
from journeyctl.draws import name_hash, name_hashes
from journeyctl.simulate.population_engine.intrinsics import of_columns, unmeasured
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.mail_columns import LINE, LINE_BITS
from journeyctl.simulate.population_engine.philox import bits, keys_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from journeyctl.simulate.coded import Coded
    from journeyctl.simulate.other_mail import OtherMailPlan

Integers = NDArray[int64]

(A_LINE, A_WEEK, PLACE) = range(3)
"""Of each line and week: the rank of the line's name, and the place of the week."""
_NUMBER_BITS: Final = 32
"""Below a place, so many bits say which of its mails is meant."""
_NUMBER: Final = (1 << _NUMBER_BITS) - 1


class MailRows:
    """The mail of one replication, for some contacts at a time."""

    def __init__(self, plan: OtherMailPlan, names: Sequence[int]) -> None:
        """`names` are the numbers of the plan's lines."""
        assert max(names, default=0) <= LINE, "there are fewer names than mails can tell apart"
        ranks = np.argsort(np.argsort(np.array(plan.lines)))
        # Week by week, so that mails come nearly in the order of time.
        places = [(line, week) for week in range(len(plan.weeks)) for line in range(len(plan.lines))]
        self._plan, self._keys = plan, keys_of(plan.draws)
        self._addresses = name_hashes([f"{plan.lines[line]}/{plan.weeks[week][0]}" for line, week in places])
        self._places = np.array([(ranks[line], week) for line, week in places], np.int64).reshape(-1, 2)
        self._names = np.zeros(len(names), np.int64)
        self._names[ranks] = names
        self._hours: dict[str, Integers] = {}
        self._chosen, self._drawn = np.empty((2, len(places) * (plan.whole + 1) + 1), np.int64)
        self._room: Integers | None = None
        """What rows are written to; used again, because memory that is new takes longer to get than to fill."""
        self._purposes = np.array([name_hash(purposes.OTHER_MAIL), name_hash(purposes.OTHER_MAIL_HOUR)], np.uint64)

    def of(self, subjects: NDArray[uint64], zones: Coded[str]) -> tuple[Integers, Integers]:
        """The mails of these contacts, one's after the other's, each one's by time and name; and where each's end."""
        plan, ends = self._plan, np.zeros(len(subjects), np.int64)
        if not len(self._places) or not len(subjects):
            return np.zeros(0, np.int64), ends
        hours = np.stack([self._hours_in(zone) for zone in zones.values])
        # What is never written to takes no memory, so the most that there can be may be asked for.
        most, room = len(subjects) * len(self._places) * (plan.whole + 1), self._room
        if room is None or most > len(room):
            room = np.empty(most, np.int64)
        # Copied, since there is code of its own for arrays to which nobody may write.
        own_zones = np.array(zones.codes)
        count = fill(
            self._keys, self._purposes, subjects, own_zones, self._addresses, self._places, self._names, hours,
            plan.whole, plan.rest, plan.start, plan.end, self._chosen, self._drawn, room, ends,
        )  # fmt: skip
        if self._room is None:
            # Whoever asks but once keeps what was written.
            self._room = np.empty(0, np.int64)
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
    end: int, chosen: Integers, drawn: Integers, rows: Integers, ends: Integers,
) -> int:  # fmt: skip
    """Writes the mails of all contacts and where each one's end; answers how many there are.

    `chosen` and `drawn` have room for the most mails that a contact may get, and for one more.
    """
    return _fill(
        unmeasured(keys), purposes, subjects, zones, addresses, of_columns(unmeasured(places), PLACE),
        unmeasured(names), hours, whole, rest, start, end, unmeasured(chosen), unmeasured(drawn),
        unmeasured(rows), unmeasured(ends),
    )  # fmt: skip


@compiled
def _fill(
    keys: NDArray[uint64], purposes: NDArray[uint64], subjects: NDArray[uint64], zones: NDArray[Any],
    addresses: NDArray[uint64], places: Integers, names: Integers, hours: Integers, whole: int, rest: int, start: int,
    end: int, chosen: Integers, drawn: Integers, rows: Integers, ends: Integers,
) -> int:  # fmt: skip
    count, choices = 0, hours.shape[2]
    for contact in range(subjects.shape[0]):
        subject, first = subjects[contact], count
        mails = _choose(keys, subject, purposes[0], addresses, whole, rest, chosen, drawn)
        for mail in range(mails):
            place, number = chosen[mail] >> _NUMBER_BITS, chosen[mail] & _NUMBER
            drawn[mail] = bits(keys, subject, purposes[1], addresses[place], number)
        for mail in range(mails):
            place = chosen[mail] >> _NUMBER_BITS
            time = hours[zones[contact], places[place, A_WEEK], (drawn[mail] * choices) >> 53]
            if start <= time < end:
                count = _put(rows, first, count, (time << LINE_BITS) + places[place, A_LINE])
        for row in range(first, count):
            rank = rows[row] & LINE
            rows[row] += names[rank] - rank
        ends[contact] = count
    return count


@compiled
def _choose(
    keys: NDArray[uint64], subject: uint64, purpose: uint64, addresses: NDArray[uint64], whole: int, rest: int,
    chosen: Integers, drawn: Integers,
) -> int:  # fmt: skip
    """Writes places and numbers of a contact's mails, and answers how many there are."""
    count, places = 0, addresses.shape[0]
    if rest > 0:
        # All draws first: the processor works at several of them at once as long as nothing waits for one.
        for place in range(places):
            drawn[place] = bits(keys, subject, purpose, addresses[place], 0)
    for place in range(places):
        for number in range(whole):
            chosen[count] = (place << _NUMBER_BITS) + number
            count += 1
        if rest > 0:
            # Written in any case: nobody can foresee which mails there are, and so no branch waits for it.
            chosen[count] = (place << _NUMBER_BITS) + whole
            count += int(drawn[place] < rest)
    return count


@compiled
def _put(rows: Integers, first: int, count: int, mail: int) -> int:
    """Puts a mail among those from `first` on; answers how many there are then."""
    row = count
    while row > first and rows[row - 1] > mail:
        rows[row] = rows[row - 1]
        row -= 1
    rows[row] = mail
    return count + 1
