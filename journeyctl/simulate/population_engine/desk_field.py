"""What field sales makes of accepted leads: `simulate.desk_field_sales` over all of a desk's leads at once.

Nothing comes back from field sales, so it is worked out when the desks have closed.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.calendars import Calendar, local_week
from journeyctl.draws import Draws, name_hash
from journeyctl.fixed_point import lognormal_array
from journeyctl.results.record import KIND_NUMBER
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.desk_field_sales import LONGEST, WEEK, places
from journeyctl.simulate.desk_rules import Delay, DeskRules, FieldRules
from journeyctl.simulate.population_engine import desk_columns as c

Integers = NDArray[int64]

_DRAWN: Final = (
    ("delay", "meeting"), ("joint", ""), ("delay", "sql"), ("sql", ""), ("delay", "opportunity"), ("opportunity", ""),
    ("value", ""), ("delay", "won"), ("won", ""),
)  # fmt: skip
_PURPOSES: Final = np.array([name_hash(purpose) for purpose, _ in _DRAWN], np.uint64)
_PLACES: Final = np.array([name_hash(place) for _, place in _DRAWN], np.uint64)
(_MEETING, _JOINT, _SQL_DELAY, _SQL, _OPPORTUNITY_DELAY, _OPPORTUNITY, _VALUE, _WON_DELAY, _WON) = range(9)


def pursued(
    rules: DeskRules, field: FieldRules, draws: Draws, *, start: int, names: Sequence[str], hashes: NDArray[uint64],
    own: Integers, accepted: Integers, lines: Integers,
) -> Integers:  # fmt: skip
    """What comes of accepted leads, given when they were accepted, and a bit for each business line.

    `own` are their places among all `names`, `hashes` those of their names. Rows of the shape `(rows, WHOLE_ROW)`, each
    lead's in its order; a lead is its place among those given.
    """
    u = draws.block(hashes[:, None], _PURPOSES[None, :], places=_PLACES[None, :])
    calendar = rules.calendar
    ready = after(field.meeting_delay, accepted, u[:, _MEETING], calendar)
    met = _met(rules, field.per_week, start, ready, _told_apart(ready, names, own))
    left = np.flatnonzero(met >= 0)
    time = met[left]
    reason = np.where(u[left, _JOINT] < field.joint, c.JOINT, c.NO_REASON)
    found = [_rows(Kind.MET, time, left, reason, time - ready[left])]
    time = after(field.sql_delay, time, u[left, _SQL_DELAY], calendar)
    goes_on = u[left, _SQL] < field.sql
    found.append(_rows(Kind.LOST, time[~goes_on], left[~goes_on], c.NOT_SQL))
    time, left = time[goes_on], left[goes_on]
    found.append(_rows(Kind.SQL, time, left))
    time = after(field.opportunity_delay, time, u[left, _OPPORTUNITY_DELAY], calendar)
    goes_on = u[left, _OPPORTUNITY] < field.opportunity
    found.append(_rows(Kind.LOST, time[~goes_on], left[~goes_on], c.NO_OPPORTUNITY))
    time, left = time[goes_on], left[goes_on]
    value = lognormal_array(u[left, _VALUE], median=field.value_median, sigma=field.value_sigma)
    found += _by_line(Kind.OPPORTUNITY, time, left, value, lines)
    time = after(field.won_delay, time, u[left, _WON_DELAY], calendar)
    won = u[left, _WON] < field.won
    found += _by_line(Kind.WON, time[won], left[won], value[won], lines)
    found += _by_line(Kind.LOST, time[~won], left[~won], value[~won], lines, reason=c.NOT_WON)
    return np.concatenate(found)


def _rows(
    kind: Kind, time: Integers, lead: Integers, reason: Integers | int = c.NO_REASON, value: Integers | int = 0
) -> Integers:
    found = np.zeros((len(time), c.WHOLE_ROW), np.int64)
    found[:, c.R_TIME] = time
    found[:, c.R_KIND] = KIND_NUMBER[kind]
    found[:, c.R_LEAD] = lead
    found[:, c.R_REASON] = reason
    found[:, c.R_VALUE] = value
    return found


def after(delay: Delay, start: Integers, u: Integers, calendar: Calendar) -> Integers:
    """When the delays that begin at these seconds are over, never before they begin."""
    fixed = delay.fixed
    if fixed is not None:
        if fixed.is_elapsed:
            return np.maximum(start, start + fixed.seconds)
        over = [calendar.add(moment, fixed) for moment in start.tolist()]
        return np.maximum(start, np.array(over, np.int64))
    length = lognormal_array(u, median=delay.median, sigma=delay.sigma)
    if not delay.business:
        return start + length
    pairs = zip(start.tolist(), length.tolist(), strict=True)
    return np.array([calendar.after_business_seconds(moment, seconds) for moment, seconds in pairs], np.int64)


def _told_apart(ready: Integers, names: Sequence[str], own: Integers) -> list[str]:
    """The names of leads that are ready at the same second as others; of all others nobody asks for them."""
    _, which, counts = np.unique(ready, return_inverse=True, return_counts=True)
    alone = (counts[which] == 1).tolist()
    return ["" if is_alone else names[lead] for is_alone, lead in zip(alone, own.tolist(), strict=True)]


def _met(rules: DeskRules, per_week: int, start: int, ready: Integers, names: Sequence[str]) -> Integers:
    """When each first meeting is held, in the order in which leads are ready and by name; -1: never."""
    found = np.full(len(ready), -1, np.int64)
    coming = sorted(zip(ready.tolist(), names, range(len(names)), strict=True), reverse=True)
    first_week = local_week(start, rules.zone, week_starts=rules.week_starts)[0]
    last, waiting, held = first_week + LONGEST, list[tuple[int, str, int]](), dict[int, int]()
    now, first, after = -1, -1, -1
    while coming or waiting:
        # The queue is looked at whenever somebody becomes ready, and at the beginning of each week while anybody waits.
        wakes = after if waiting and per_week > 0 and now < after <= last else None
        if wakes is None and not coming:
            break
        now = min(moment for moment in (wakes, coming[-1][0] if coming else None) if moment is not None)
        while coming and coming[-1][0] == now:
            heapq.heappush(waiting, coming.pop())
        if now >= after:
            first, after = local_week(now, rules.zone, week_starts=rules.week_starts)
        number = (first - first_week + WEEK // 2) // WEEK
        left = places(per_week, number) - held.get(number, 0)
        while waiting and left > 0:
            found[heapq.heappop(waiting)[2]] = now
            held[number] = held.get(number, 0) + 1
            left -= 1
    return found


def _by_line(
    kind: Kind, time: Integers, lead: Integers, value: Integers, lines: Integers, *, reason: int = c.NO_REASON
) -> list[Integers]:
    """A row for each business line; the value is spread evenly, the first lines take the rest."""
    bits = lines[lead]
    most = int(bits.max(initial=0)).bit_length()
    has = [bits >> line & 1 == 1 for line in range(most)]
    counts = np.maximum(1, sum(has, np.zeros(len(bits), np.int64)))
    reached, found = np.zeros(len(bits), np.int64), []
    for line, some in enumerate((*has, bits == 0)):
        parts = value // counts + (reached < value % counts)
        rows = _rows(kind, time[some], lead[some], reason, parts[some])
        rows[:, c.R_LINE] = line + 1 if line < most else 0
        rows[:, c.R_OPPORTUNITY] = 1
        found.append(rows)
        reached += some
    return found
