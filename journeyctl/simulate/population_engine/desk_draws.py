"""Everything that chance decides about one lead at a desk: `simulate.desk_draws` in compiled code.

A lead is the place of its row in the state `S`, a desk that of its row in the tables `T`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.draws import name_hash
from journeyctl.fixed_point import CERTAIN
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.arithmetic import (
    exponential_seconds,
    lognormal,
    multiply,
    natural_log,
    threshold,
)
from journeyctl.simulate.population_engine.intrinsics import product
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits

if TYPE_CHECKING:
    from numpy import int64, uint64
    from numpy.typing import NDArray

    Integers = NDArray[int64]
    Keys = NDArray[uint64]

_CONNECT: Final = np.uint64(name_hash("connect"))
_MINUTES: Final = np.uint64(name_hash("minutes"))
_OUTCOME: Final = np.uint64(name_hash("outcome"))
_PASS: Final = np.uint64(name_hash("pass"))
_RESEARCH: Final = np.uint64(name_hash("research"))
_ATTEMPT: Final = np.uint64(name_hash("attempt"))
_CONVERSATION: Final = np.uint64(name_hash("conversation"))
_NOWHERE: Final = np.uint64(0)
_HOUR: Final = 3_600
_UP: Final = np.uint64(11)
_DOWN: Final = np.uint64(53)


@compiled
def stage_of(T: Integers, S: Integers, lead: int) -> int:
    """Where the lead's task at hand stands in the tables."""
    return T[S[lead + c.L_DESK] + c.D_STAGES] + S[lead + c.L_STAGE] * c.STAGE


@compiled
def connects(T: Integers, S: Integers, keys: Keys, lead: int, attempt: int) -> bool:
    """Whether attempt number `attempt` (from 1) reaches the person."""
    u = bits(keys, np.uint64(S[lead + c.L_SUBJECT]), _CONNECT, _NOWHERE, attempt - 1)
    desk = S[lead + c.L_DESK]
    return u < (T[desk + c.D_CONNECT_LATER] if attempt > 1 else T[desk + c.D_CONNECT])


@compiled
def _seconds(T: Integers, S: Integers, keys: Keys, lead: int, work: int, part: uint64, occurrence: int) -> int:
    """Working time of one sort of work, whose terms stand at `work`."""
    median = T[work + c.WORK_MEDIAN]
    if median == 0:
        return 0
    u = bits(keys, np.uint64(S[lead + c.L_SUBJECT]), _MINUTES, part, occurrence)
    if T[work + c.WORK_EXPONENTIAL] == 1:
        return max(1, exponential_seconds(T, u, median))
    return max(1, lognormal(T, u, median, T[work + c.WORK_SIGMA]))


@compiled
def attempt_seconds(T: Integers, S: Integers, keys: Keys, lead: int, attempt: int) -> int:
    """Working time of an attempt; before the first one something is looked up."""
    desk, found = S[lead + c.L_DESK], 0
    if attempt == 1:
        found = _seconds(T, S, keys, lead, desk + c.D_RESEARCH, _RESEARCH, 0)
    return found + _seconds(T, S, keys, lead, desk + c.D_ATTEMPT, _ATTEMPT, attempt - 1)


@compiled
def conversation_seconds(T: Integers, S: Integers, keys: Keys, lead: int, attempt: int) -> int:
    """Working time of the conversation that follows when this attempt connects."""
    return _seconds(T, S, keys, lead, S[lead + c.L_DESK] + c.D_CONVERSATION, _CONVERSATION, attempt - 1)


@compiled
def stage_seconds(T: Integers, S: Integers, keys: Keys, lead: int, stage: int) -> int:
    """Working time of a task other than a call; `stage` is its place in the tables."""
    return _seconds(T, S, keys, lead, stage + c.S_WORK, np.uint64(T[stage + c.S_NAME]), 0)


@compiled
def passes(T: Integers, S: Integers, keys: Keys, lead: int, stage: int) -> bool:
    """Whether the lead goes on after this task."""
    limit = T[stage + c.S_PASSES]
    if limit < 0:
        return True
    return bits(keys, np.uint64(S[lead + c.L_SUBJECT]), _PASS, np.uint64(T[stage + c.S_NAME]), 0) < limit


@compiled
def demand(T: Integers, S: Integers, keys: Keys, lead: int) -> int:
    """Working seconds of the tasks from here on that one team does in a row, if every one is done at once."""
    desk = S[lead + c.L_DESK]
    stage, total = stage_of(T, S, lead), 0
    doer = T[stage + c.S_TEAM]
    for place in range(S[lead + c.L_STAGE], T[desk + c.D_STAGE_COUNT]):
        is_automatic = T[stage + c.S_AUTOMATIC] == 1
        if T[stage + c.S_TEAM] != doer and not is_automatic:
            break
        seconds, goes_on = 0, True
        if place == T[desk + c.D_CALL]:
            seconds = _call_demand(T, S, keys, lead)
            goes_on = seconds >= 0
            seconds = seconds if goes_on else -1 - seconds
        elif not is_automatic:
            seconds = stage_seconds(T, S, keys, lead, stage)
        if not is_automatic:
            total += seconds
        if place == T[desk + c.D_DECIDES] and goes_on:
            goes_on = outcome(T, S, keys, lead, 0)[0] == c.ACCEPTED
        if not goes_on or not passes(T, S, keys, lead, stage):
            break
        stage += c.STAGE
    return total


@compiled
def _call_demand(T: Integers, S: Integers, keys: Keys, lead: int) -> int:
    """Seconds of all attempts and the conversation; where nobody is reached, -1 less those of the attempts."""
    seconds = 0
    for attempt in range(1, T[S[lead + c.L_DESK] + c.D_ATTEMPTS] + 1):
        seconds += attempt_seconds(T, S, keys, lead, attempt)
        if connects(T, S, keys, lead, attempt):
            return seconds + conversation_seconds(T, S, keys, lead, attempt)
    return -1 - seconds


# --- how the conversation ends


@compiled
def outcome(T: Integers, S: Integers, keys: Keys, lead: int, waited: int) -> tuple[int, int]:
    """The state and the name of the reason, if the first call began `waited` seconds after creation."""
    desk = S[lead + c.L_DESK]
    u = bits(keys, np.uint64(S[lead + c.L_SUBJECT]), _OUTCOME, _NOWHERE, 0)
    accepted = _accepted_threshold(T, desk, S[lead + c.L_NEED], waited)
    if u < accepted:
        return c.ACCEPTED, c.NO_REASON
    rejected = accepted + _part(CERTAIN - accepted, T[desk + c.D_REJECTED])
    if u >= rejected:
        return c.RECYCLED, c.NO_REASON
    return c.REJECTED, _reason(T, desk, u - accepted, rejected - accepted)


@compiled
def _accepted_threshold(T: Integers, desk: int, need: int, waited: int) -> int:
    at_once = T[desk + c.D_ACCEPTED_NEED] if need == 1 else T[desk + c.D_ACCEPTED]
    if T[desk + c.D_EXPONENT] == 0 or waited <= 0 or not 0 < at_once < CERTAIN:
        return at_once
    logit = (natural_log(T, at_once, 53) - natural_log(T, CERTAIN - at_once, 53)) >> 20
    cooled = (natural_log(T, _HOUR + waited, 0) - natural_log(T, _HOUR, 0)) >> 20
    return threshold(T, logit - multiply(T[desk + c.D_EXPONENT], cooled, 20))


@compiled
def _part(a: int, b: int) -> int:
    """a x b / 2^53, rounded down; both at most 2^53."""
    x, y = np.uint64(a), np.uint64(b)
    upper, lower = product(x, y)
    return np.int64((upper << _UP) | (lower >> _DOWN))  # type: ignore[return-value]  # compiled code has one sort of whole number


@compiled
def _reason(T: Integers, desk: int, within: int, width: int) -> int:
    """The first reason whose bound in 2^-53 lies above `within` / `width`, else the last; compared as products."""
    found = c.NO_REASON
    row = T[desk + c.D_REASONS]
    for _ in range(T[desk + c.D_REASON_COUNT]):
        found = T[row + c.REASON_NAME]
        bound, size = np.uint64(T[row + c.REASON_BOUND]), np.uint64(width)
        high, low = product(bound, size)
        mine, rest = np.uint64(within) >> _UP, np.uint64(within) << _DOWN
        if mine < high or (mine == high and rest < low):
            return found
        row += c.REASON
    return found
