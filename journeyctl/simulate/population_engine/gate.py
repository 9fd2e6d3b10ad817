"""The gate over a state: the twin of `semantics.gate`, with its questions in the same order."""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from journeyctl.semantics.gate import DEFAULT_EXPIRE
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.clock import (
    add,
    add_months,
    local_day,
    next_allowed,
    next_daily,
    period,
    window_open,
)
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.conditions import holds
from journeyctl.simulate.population_engine.contact_state import field_or, tag_of
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits_at

LETS: Final = 0
DEFERS: Final = 1
SKIPS: Final = 2
_DAY: Final = 86_400
_SHORTER: Final = 4 * _DAY
"""Within this the difference between two months' lengths has passed."""


@compiled
def _skip(state: NDArray[int64], reason: int) -> int:
    state[c.REASON] = reason
    return SKIPS


@compiled
def _defer(state: NDArray[int64], until: int, reason: int) -> int:
    state[c.REASON] = reason
    state[c.UNTIL] = until
    return DEFERS


@compiled
def ask(  # noqa: C901  (one case per question)
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, op: int, item: int
) -> int:
    """May the item of a send (rows of both) go out now? Reason and moment are left in the state.

    A send that goes out leaves its locale as the reason.
    """
    state[c.VIEW_VISIT] = visit
    state[c.VIEW_ITEM] = item
    state[c.SUPPRESSED_BY] = 0
    now = state[c.NOW]
    if state[c.HELD_OUT] or state[visit + c.V_HELD_OUT]:
        return _skip(state, p.HOLDOUT)
    if now >= expiry(state, program, clock, visit, op):
        return _skip(state, p.EXPIRED)
    if field_or(state, program[p.DELIVERABLE_COLUMN], program[p.DELIVERABLE_DEFAULT]) == 0:
        return _skip(state, p.UNDELIVERABLE)
    refused = refused_purpose(state, program, state[visit + c.V_GRAPH])
    if refused > 0:
        return _skip(state, refused)
    form = p.form_at(program, state[c.FORM])
    for place in range(program[form + p.F_SUPPRESSION_COUNT]):
        found = program[form + p.F_SUPPRESSIONS] + place * p.SUPPRESSION
        if _suppresses(state, program, clock, found, op):
            reason = program[found + p.SUPPRESSION_NAME]
            if program[found + p.SUPPRESSION_SKIPS] == 1:
                return _skip(state, reason)
            state[c.SUPPRESSED_BY] = reason
            return _defer(state, next_daily(clock, now + 1), reason)
    unsuitable = _unsuitable(state, program, clock, op, item)
    if unsuitable > 0:
        return _skip(state, unsuitable)
    says = _outside_hours(state, program, clock, visit, op, form)
    if says == LETS:
        says = _over_cap(state, program, clock, op, form)
    if says == LETS:
        state[c.REASON] = _locale(state, program, op, item)
    return says


@compiled
def _suppresses(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, found: int, op: int) -> bool:
    """Whether a suppression holds; one that thins a world drops wishes by a draw of contact, item and week."""
    thins = program[found + p.SUPPRESSION_THINS]
    if thins < 0:
        return holds(state, program, clock, program[found + p.SUPPRESSION_CONDITION])
    weeks = program[thins + p.THIN_WEEKS]
    week = min(max((local_day(clock, 0, state[c.NOW]) + 3) // 7 - program[thins + p.THIN_FIRST_WEEK], 0), weeks - 1)
    place = program[thins + p.THIN_PLACES + program[op + p.SEND_ITEM] * weeks + week]
    u = bits_at(program, thins + p.THIN_KEYS, state[c.PERSON], program[thins + p.THIN_PURPOSE], place)
    return u >= program[thins + p.THIN_SHARE]


@compiled
def refused_purpose(state: NDArray[int64], program: NDArray[int64], graph: int) -> int:
    """Name of the refusal for the first purpose without consent; 0 where all are allowed."""
    form = p.form_at(program, state[c.FORM])
    granted = program[form + p.F_UNKNOWN_GRANTED]
    for place in range(program[graph + p.G_PURPOSE_COUNT]):
        purpose = program[graph + p.G_PURPOSES] + place * p.PURPOSE
        given = field_or(state, program[program[form + p.F_CONSENTS] + program[purpose + p.PURPOSE_NUMBER]], UNKNOWN)
        if given == 0 or (given == UNKNOWN and granted == 0):
            return program[purpose + p.PURPOSE_NAME]
    return 0


@compiled
def _applies(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, cap: int, op: int) -> bool:
    channel = program[cap + p.CAP_CHANNEL]
    if channel not in (-1, program[op + p.SEND_CHANNEL]):
        return False
    return holds(state, program, clock, program[cap + p.CAP_APPLIES])


@compiled
def expiry(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, op: int) -> int:
    """From which second on the pending send is too late; asked with the view of the visit and item."""
    due = state[visit + c.V_DUE]
    if program[op + p.SEND_EXPIRE] >= 0:
        return due + program[op + p.SEND_EXPIRE]
    form = p.form_at(program, state[c.FORM])
    shortest = -1
    for place in range(program[form + p.F_CAP_COUNT]):
        cap = program[form + p.F_CAPS] + place * p.CAP
        limit = program[cap + p.CAP_EXPIRE]
        if limit >= 0 and (shortest < 0 or limit < shortest) and _applies(state, program, clock, cap, op):
            shortest = limit
    return due + (DEFAULT_EXPIRE if shortest < 0 else shortest)


@compiled
def is_available(state: NDArray[int64], program: NDArray[int64], item: int) -> bool:
    """Live and within its dates."""
    now = state[c.NOW]
    return program[item + p.ITEM_LIVE] == 1 and program[item + p.ITEM_FROM] <= now < program[item + p.ITEM_UNTIL]


@compiled
def _unsuitable(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, op: int, item: int) -> int:
    if not is_available(state, program, item) or not holds(state, program, clock, program[item + p.ITEM_WHEN]):
        return p.NOT_AVAILABLE
    if program[item + p.ITEM_HAS_LOCALES] == 1 and _locale(state, program, op, item) == 0:
        return p.NO_LOCALE
    if program[op + p.SEND_LADDER] == 1 and not may_send_again(
        state, program, clock, program[op + p.SEND_ITEM], op + p.SEND_REPEATS
    ):
        return p.ALREADY_SENT
    return 0


@compiled
def _locale(state: NDArray[int64], program: NDArray[int64], op: int, item: int) -> int:
    """Name of the item's locale that fits the first wanted one; 0 where there is none."""
    tag = program[op + p.SEND_TAG] if program[op + p.SEND_TAG] >= 0 else tag_of(state, program)
    return 0 if tag < 0 else program[program[item + p.ITEM_LOCALES] + tag]


@compiled
def may_send_again(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, item: int, repeats: int) -> bool:
    """Never sent; or never clicked and `repeat` (flag and length at `repeats`) has passed since the last send."""
    message = state[state[c.LATEST_AT] + item]
    if message < 0:
        return True
    if program[repeats] == 0:
        return False
    earliest = add(
        clock, 0, state[message + c.M_SENT], program[repeats + 1], program[repeats + 2], program[repeats + 3]
    )
    if state[c.NOW] < earliest:
        return False
    while message >= 0:
        if state[message + c.M_CLICKED] == 1:
            return False
        message = state[message + c.M_BEFORE_OF_ITEM]
    return True


@compiled
def _outside_hours(
    state: NDArray[int64], program: NDArray[int64], clock: ClockTables, visit: int, op: int, form: int
) -> int:
    now = state[c.NOW]
    quiet, own = program[form + p.F_QUIET], program[op + p.SEND_WINDOW_TABLE]
    if quiet >= 0:
        quiet = program[quiet + 1 + state[c.ZONE]]
    if own >= 0:
        own = program[own + 1 + state[c.ZONE]]
    is_quiet = quiet >= 0 and not window_open(clock, quiet, now)
    if not is_quiet and (own < 0 or window_open(clock, own, now)):
        return LETS
    until = next_allowed(clock, quiet, own, now)
    if until < 0:
        until = expiry(state, program, clock, visit, op)
    return _defer(state, until, p.QUIET_HOURS if is_quiet else p.SEND_WINDOW)


@compiled
def _over_cap(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, op: int, form: int) -> int:
    for place in range(program[form + p.F_CAP_COUNT]):
        cap = program[form + p.F_CAPS] + place * p.CAP
        until = -1
        if state[c.COUNTED_COUNT] >= program[cap + p.CAP_MAXIMUM] and _applies(state, program, clock, cap, op):
            until = _full_until(state, program, clock, cap)
        if until >= 0:
            if program[cap + p.CAP_SKIPS] == 1:
                return _skip(state, program[cap + p.CAP_NAME])
            return _defer(state, until, program[cap + p.CAP_NAME])
    return LETS


@compiled
def _full_until(state: NDArray[int64], program: NDArray[int64], clock: ClockTables, cap: int) -> int:
    """When a full cap has room again; -1 where it has room now."""
    now, maximum = state[c.NOW], program[cap + p.CAP_MAXIMUM]
    if program[cap + p.CAP_CALENDAR] < 0:
        if maximum == 0:
            return _later(program, clock, now, cap, 1)
        first = _counted_from_end(state, program[cap + p.CAP_CHANNEL], maximum)
        if first < 0 or first <= _later(program, clock, now, cap, -1):
            return -1
        return max(now + 1, _out_of_reach(program, clock, first, cap))
    zone = 0
    if program[cap + p.CAP_OF_CONTACT] == 1 and state[c.ZONE] >= 0:
        zone = state[c.ZONE]
    elif program[cap + p.CAP_ZONE] >= 0:
        zone = program[cap + p.CAP_ZONE]
    start, end = period(clock, zone, program[cap + p.CAP_CALENDAR], now)
    if maximum == 0:
        return end
    first = _counted_from_end(state, program[cap + p.CAP_CHANNEL], maximum)
    return end if first >= start else -1


@compiled
def _counted_from_end(state: NDArray[int64], channel: int, number: int) -> int:
    """Second of the counted send that so many have come at or after; -1 where there are fewer."""
    place = state[c.COUNTED_COUNT] - 1
    while place >= 0:
        counted = state[c.COUNTED_AT] + place * c.COUNTED
        if channel < 0 or state[counted + c.C_CHANNEL] == channel:
            number -= 1
            if number == 0:
                return state[counted + c.C_TIME]
        place -= 1
    return -1


@compiled
def _later(program: NDArray[int64], clock: ClockTables, moment: int, cap: int, times: int) -> int:
    """A moment moved by a cap's length; its business days are plain days."""
    per = cap + p.CAP_PER
    if program[per] != 0:
        moment = add_months(clock, 0, moment, times * program[per])
    return moment + times * (program[per + 2] + program[per + 1] * _DAY)


@compiled
def _out_of_reach(program: NDArray[int64], clock: ClockTables, moment: int, cap: int) -> int:
    """The first second from which the cap's length reaches back no further than to `moment`."""
    at = _later(program, clock, moment, cap, 1)
    if program[cap + p.CAP_PER] == 0:
        return at
    low, high = 0, _SHORTER
    while low < high:
        middle = (low + high) >> 1
        if _later(program, clock, at + middle, cap, -1) < moment:
            low = middle + 1
        else:
            high = middle
    return at + low
