"""How contacts respond, in compiled code: the functions of `behaviour.response.ResponseModel`.

They have the names of what they repeat and draw at the same addresses. A contact's latent state is one
row of numbers; what will happen later lies in a heap of two numbers each, ordered as `Planned` is; what
reaches the journeys at this second is left in `out` for whoever called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.behaviour.planned import What
from journeyctl.behaviour.response import LAST_STAGE, PREFETCH_DELAY
from journeyctl.fixed_point import CERTAIN, ONE
from journeyctl.simulate.population_engine import response_tables as at
from journeyctl.simulate.population_engine.activity import later, moment_in
from journeyctl.simulate.population_engine.arithmetic import (
    count_not_above,
    decayed,
    exponential_seconds,
    lognormal,
    multiply,
    scaled,
    threshold,
)
from journeyctl.simulate.population_engine.clock import weekday
from journeyctl.simulate.population_engine.clock_tables import ClockTables
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.latent import (
    CLICKS_AT_STAGE,
    CONTACT,
    IDLE_SINCE,
    INTERESTS,
    INVALID_ADDRESS,
    LAST_REQUEST,
    NEVER_ASKED,
    NEXT_WEEK,
    OUT,
    OUT_COLUMNS,
    OUT_ITEM,
    OUT_KIND,
    OUT_SEND,
    OUT_VALUE,
    PERSON,
    PLACEMENT,
    PREFETCHES,
    PRESSURE,
    PRESSURE_HOUR,
    RESPONSIVENESS,
    SCANNED,
    STAGE,
    STIMULI,
    WEEKS,
    Latent,
    plan,
    product_53,
)
from journeyctl.simulate.population_engine.philox import bits, comes_true
from journeyctl.simulate.population_engine.response_tables import ResponseTables, purpose_hash

if TYPE_CHECKING:
    from numpy import uint64
    from numpy.typing import NDArray

_MOST_PRESSURE: Final = 512 * ONE
_HOUR: Final = 3_600
_DAY: Final = 86_400
_NOWHERE: Final = np.uint64(0)

DELIVERED: Final = int(What.DELIVERED)
HARD_BOUNCE: Final = int(What.HARD_BOUNCE)
SOFT_BOUNCE: Final = int(What.SOFT_BOUNCE)
SCANNER_OPEN: Final = int(What.SCANNER_OPEN)
SCANNER_CLICK: Final = int(What.SCANNER_CLICK)
PREFETCH: Final = int(What.PREFETCH)
OPEN: Final = int(What.OPEN)
CLICK: Final = int(What.CLICK)
VISIT: Final = int(What.VISIT)
REQUEST: Final = int(What.REQUEST)
UNSUBSCRIBE: Final = int(What.UNSUBSCRIBE)

# What `out` holds.
OPENED: Final = 0
CLICKED: Final = 1
PAGE_VIEWED: Final = 2
FORM_SUBMITTED: Final = 3
SALES_REQUESTED: Final = 4
UNSUBSCRIBED: Final = 5
MACHINE: Final = 1
"""In the column of values of opens and clicks: not by a person."""

_BOUNCE: Final = purpose_hash(purposes.BOUNCE)
_PLACEMENT: Final = purpose_hash(purposes.PLACEMENT)
_OPEN: Final = purpose_hash(purposes.OPEN)
_OPEN_DELAY: Final = purpose_hash(purposes.OPEN_DELAY)
_CLICK: Final = purpose_hash(purposes.CLICK)
_CLICK_DELAY: Final = purpose_hash(purposes.CLICK_DELAY)
_UNSUBSCRIBE: Final = purpose_hash(purposes.UNSUBSCRIBE)
_UNSUBSCRIBE_DELAY: Final = purpose_hash(purposes.UNSUBSCRIBE_DELAY)
_REQUEST: Final = purpose_hash(purposes.REQUEST)
_REQUEST_DELAY: Final = purpose_hash(purposes.REQUEST_DELAY)
_PAGES: Final = purpose_hash(purposes.PAGES)
_FORM: Final = purpose_hash(purposes.FORM)
_STAGE_UP: Final = purpose_hash(purposes.STAGE_UP)
_STAGE_DOWN: Final = purpose_hash(purposes.STAGE_DOWN)
_PREFETCH: Final = purpose_hash(purposes.PREFETCH)
_PREFETCH_DELAY: Final = purpose_hash(purposes.PREFETCH_DELAY)
_SCANNER_OPEN: Final = purpose_hash(purposes.SCANNER_OPEN)
_SCANNER_OPEN_DELAY: Final = purpose_hash(purposes.SCANNER_OPEN_DELAY)
_SCANNER_CLICK: Final = purpose_hash(purposes.SCANNER_CLICK)
_SCANNER_CLICK_DELAY: Final = purpose_hash(purposes.SCANNER_CLICK_DELAY)
_VISITS: Final = purpose_hash(purposes.VISITS)
_VISIT_TIME: Final = purpose_hash(purposes.VISIT_TIME)
_ACTIVATED_VISIT: Final = purpose_hash(purposes.ACTIVATED_VISIT)
_NEED: Final = purpose_hash(purposes.NEED)


# --- recent mail


@compiled
def mailed(L: Latent, B: ResponseTables, now: int) -> None:
    """A mail of any line was delivered: it weighs on what follows."""
    L[PRESSURE] = min(pressure(L, B, now) + ONE, _MOST_PRESSURE)
    L[PRESSURE_HOUR] = now // _HOUR


@compiled
def pressure(L: Latent, B: ResponseTables, now: int) -> int:
    """Recent mail in 2^-20."""
    weight = L[PRESSURE]
    if weight == 0:
        return 0
    elapsed = (now // _HOUR - L[PRESSURE_HOUR]) * _HOUR
    return multiply(weight, decayed(B, B[at.MEMORY], B[at.MEMORY_LENGTH], elapsed), 32)


# --- one mail


@compiled
def _item(B: ResponseTables, item: int) -> int:
    """Where what is known of an item stands."""
    return B[at.ITEMS] + item * at.ITEM_COLUMNS


@compiled
def _item_hash(B: ResponseTables, item: int) -> uint64:
    return np.uint64(B[B[at.ITEM_HASHES] + item])


@compiled
def _week_hash(B: ResponseTables, week: int) -> uint64:
    return np.uint64(B[B[at.WEEK_HASHES] + week])


@compiled
def _interest(L: Latent, B: ResponseTables, item: int) -> int:
    topic = B[_item(B, item) + at.TOPIC]
    return L[INTERESTS + topic] if topic >= 0 else 0


@compiled
def sent(
    L: Latent, B: ResponseTables, T: ClockTables, K: NDArray[uint64], item: int, number: int, now: int, zone: int
) -> int:  # fmt: skip
    """What comes of a send: whether it is delivered is answered, the rest is planned."""
    idle(L, B, K, now)
    place = _item_hash(B, item)
    if L[INVALID_ADDRESS]:
        return HARD_BOUNCE
    contact = np.uint64(L[CONTACT])
    if comes_true(K, contact, _BOUNCE, place, number - 1, B[at.SOFT_BOUNCE_BOUND]):
        is_hard = comes_true(K, contact, _BOUNCE, place, number - 1, B[at.HARD_BOUNCE])
        return HARD_BOUNCE if is_hard else SOFT_BOUNCE
    if comes_true(K, contact, _PLACEMENT, place, number - 1, L[PLACEMENT]):
        _machines(L, B, K, item, number, now)
        _opening(L, B, T, K, item, number, now, zone)
    return DELIVERED


@compiled
def _machines(L: Latent, B: ResponseTables, K: NDArray[uint64], item: int, number: int, now: int) -> None:
    contact, place, nth = np.uint64(L[CONTACT]), _item_hash(B, item), number - 1
    if L[SCANNED]:
        if comes_true(K, contact, _SCANNER_OPEN, place, nth, B[at.SCANNER_OPEN]):
            delay = product_53(bits(K, contact, _SCANNER_OPEN_DELAY, place, nth), B[at.SCANNER_DELAY])
            plan(L, B, now + delay, SCANNER_OPEN, item, number, 0)
        if comes_true(K, contact, _SCANNER_CLICK, place, nth, B[at.SCANNER_CLICK]):
            delay = product_53(bits(K, contact, _SCANNER_CLICK_DELAY, place, nth), B[at.SCANNER_DELAY])
            plan(L, B, now + delay, SCANNER_CLICK, item, number, 0)
    if L[PREFETCHES] and comes_true(K, contact, _PREFETCH, place, nth, B[at.PREFETCH_OPEN]):
        delay = exponential_seconds(B, bits(K, contact, _PREFETCH_DELAY, place, nth), PREFETCH_DELAY)
        plan(L, B, now + delay, PREFETCH, item, number, 0)


@compiled
def _open_logit(L: Latent, B: ResponseTables, T: ClockTables, item: int, now: int, zone: int) -> int:
    return (
        B[at.OPEN_INTERCEPT] + L[RESPONSIVENESS] + scaled(B[at.OPEN_INTEREST_SLOPE], _interest(L, B, item))
        + abs(B[_item(B, item) + at.LEVEL] - L[STAGE]) * B[at.OPEN_MISFIT_SLOPE]
        - scaled(B[at.FATIGUE], pressure(L, B, now)) + B[B[at.WEEKDAYS] + weekday(T, zone, now)]
        + B[_item(B, item) + at.OPEN_QUALITY]
    )  # fmt: skip


@compiled
def _opening(
    L: Latent, B: ResponseTables, T: ClockTables, K: NDArray[uint64], item: int, number: int, now: int, zone: int
) -> None:  # fmt: skip
    contact, place, nth = np.uint64(L[CONTACT]), _item_hash(B, item), number - 1
    if not comes_true(K, contact, _OPEN, place, nth, threshold(B, _open_logit(L, B, T, item, now, zone))):
        return
    u = bits(K, contact, _OPEN_DELAY, place, nth)
    activity = lognormal(B, u, B[at.OPEN_MEDIAN], B[at.OPEN_DELAY_SIGMA])
    opened = later(B, T, zone, now, activity)
    plan(L, B, opened, OPEN, item, number, 0)
    logit = (
        B[at.UNSUBSCRIBE_INTERCEPT] + scaled(B[at.UNSUBSCRIBE_INTEREST_SLOPE], _interest(L, B, item))
        + scaled(B[at.UNSUBSCRIBE_FATIGUE], pressure(L, B, now))
    )  # fmt: skip
    if comes_true(K, contact, _UNSUBSCRIBE, place, nth, threshold(B, logit)):
        u = bits(K, contact, _UNSUBSCRIBE_DELAY, place, nth)
        delay = lognormal(B, u, B[at.CLICK_DELAY_MEDIAN], B[at.CLICK_DELAY_SIGMA])
        plan(L, B, opened + delay, UNSUBSCRIBE, item, number, 0)


# --- what happens later


@compiled
def _tell(L: Latent, kind: int, item: int, send: int, value: int) -> None:
    place = STIMULI + L[OUT] * OUT_COLUMNS
    L[place + OUT_KIND] = kind
    L[place + OUT_ITEM] = item
    L[place + OUT_SEND] = send
    L[place + OUT_VALUE] = value
    L[OUT] += 1


@compiled
def happens(
    L: Latent, B: ResponseTables, K: NDArray[uint64], what: int, item: int, number: int, week: int, now: int
) -> None:
    """A planned second has come: leaves the stimuli in `out` and plans what follows. An item of -1 is none."""
    L[OUT] = 0
    idle(L, B, K, now)
    if what in (SCANNER_OPEN, PREFETCH):
        _tell(L, OPENED, item, number, MACHINE)
    elif what == SCANNER_CLICK:
        _tell(L, CLICKED, item, number, MACHINE)
    elif what == OPEN:
        _tell(L, OPENED, item, number, 0)
        _after_open(L, B, K, item, number, now)
    elif what == CLICK:
        _tell(L, CLICKED, item, number, 0)
        level = B[_item(B, item) + at.LEVEL]
        _visit(L, B, K, item, number, _item_hash(B, item), week, now, level, _interest(L, B, item))
        _move_up(L, B, K, item, number, level)
        L[IDLE_SINCE] = now
    elif what == VISIT:
        _visit(L, B, K, item, number, _week_hash(B, week), week, now, 0, 0)
    elif what == REQUEST:
        if now - L[LAST_REQUEST] >= B[at.REQUEST_PAUSE]:
            L[LAST_REQUEST] = now
            _tell(L, SALES_REQUESTED, item, number if item >= 0 else 0, 0)
    elif what == UNSUBSCRIBE:
        _tell(L, UNSUBSCRIBED, item, number, 0)


@compiled
def _after_open(L: Latent, B: ResponseTables, K: NDArray[uint64], item: int, number: int, now: int) -> None:
    contact, place, nth = np.uint64(L[CONTACT]), _item_hash(B, item), number - 1
    logit = (
        B[at.CLICK_INTERCEPT] + scaled(B[at.CLICK_RESPONSIVENESS_SLOPE], L[RESPONSIVENESS])
        + scaled(B[at.CLICK_INTEREST_SLOPE], _interest(L, B, item))
        + abs(B[_item(B, item) + at.LEVEL] - L[STAGE]) * B[at.CLICK_MISFIT_SLOPE] + B[_item(B, item) + at.CLICK_QUALITY]
    )  # fmt: skip
    if comes_true(K, contact, _CLICK, place, nth, threshold(B, logit)):
        u = bits(K, contact, _CLICK_DELAY, place, nth)
        delay = lognormal(B, u, B[at.CLICK_DELAY_MEDIAN], B[at.CLICK_DELAY_SIGMA])
        plan(L, B, now + delay, CLICK, item, number, 0)


@compiled
def _visit(
    L: Latent, B: ResponseTables, K: NDArray[uint64], item: int, number: int, place: uint64, week: int, now: int,
    level: int, interest: int,
) -> None:  # fmt: skip
    contact, nth = np.uint64(L[CONTACT]), number - 1
    send = number if item >= 0 else 0
    first, length = B[at.PAGES], B[at.PAGES_LENGTH]
    if interest > 0:
        first, length = B[at.PAGES_INTERESTED], B[at.PAGES_INTERESTED_LENGTH]
    # A mean of nothing has no thresholds, and asks for no draw.
    further = count_not_above(B, first, length, bits(K, contact, _PAGES, place, nth)) if length > 0 else 0
    _tell(L, PAGE_VIEWED, item, send, 1 + further)
    if comes_true(K, contact, _FORM, place, nth, B[at.FORM_BASE] + level * B[at.FORM_PER_LEVEL]):
        _tell(L, FORM_SUBMITTED, item, send, 0)
    stage = L[STAGE]
    logit = (
        B[at.REQUEST_INTERCEPT] + level * B[at.REQUEST_LEVEL_SLOPE] + stage * B[at.REQUEST_STAGE_SLOPE]
        + max(level - stage, 0) * B[at.REQUEST_UNREADY_SLOPE] + scaled(B[at.REQUEST_INTEREST_SLOPE], interest)
    )  # fmt: skip
    if comes_true(K, contact, _REQUEST, place, nth, threshold(B, logit)):
        u = bits(K, contact, _REQUEST_DELAY, place, nth)
        delay = lognormal(B, u, B[at.REQUEST_DELAY_MEDIAN], B[at.REQUEST_DELAY_SIGMA])
        plan(L, B, now + delay, REQUEST, item, number, week)


# --- stage


@compiled
def _move_up(L: Latent, B: ResponseTables, K: NDArray[uint64], item: int, number: int, level: int) -> None:
    stage = L[STAGE]
    if level == stage:
        L[CLICKS_AT_STAGE] += 1
    shows = level == stage + 1 or (level == stage and L[CLICKS_AT_STAGE] == 2)
    may, contact = shows and stage < LAST_STAGE, np.uint64(L[CONTACT])
    if may and comes_true(K, contact, _STAGE_UP, _item_hash(B, item), number - 1, B[at.STAGE_UP]):
        L[STAGE] = stage + 1
        L[CLICKS_AT_STAGE] = 0


@compiled
def idle(L: Latent, B: ResponseTables, K: NDArray[uint64], now: int) -> None:
    """Lets stages go that were lost through idleness up to `now`."""
    if B[at.STAGE_DECAY] == 0:
        return
    for _ in range((now - L[IDLE_SINCE]) // B[at.STAGE_IDLE]):
        L[IDLE_SINCE] += B[at.STAGE_IDLE]
        if L[STAGE]:
            day = max(0, L[IDLE_SINCE] // _DAY)
            if comes_true(K, np.uint64(L[CONTACT]), _STAGE_DOWN, _NOWHERE, day, B[at.STAGE_DECAY]):
                L[STAGE] -= 1
                L[CLICKS_AT_STAGE] = 0


# --- without a mail


@compiled
def foresee_visits(L: Latent, B: ResponseTables, K: NDArray[uint64], after: int) -> None:
    """Notes which weeks that end after a second may bring a visit without a mail, at whatever stage, and the first."""
    week, weeks, none = 0, B[at.WEEKS_LENGTH], B[at.POSSIBLE_VISIT]
    while week < weeks and B[B[at.WEEKS] + 2 * week + 1] <= after:
        L[L[WEEKS] + week] = 0
        week += 1
    first, L[NEXT_WEEK] = week, weeks
    if 0 < none < CERTAIN:
        # All draws first: the processor works at several of them at once as long as nothing waits for one.
        contact = np.uint64(L[CONTACT])
        for ahead in range(first, weeks):
            L[L[WEEKS] + ahead] = bits(K, contact, _VISITS, _week_hash(B, ahead), 0)
        for ahead in range(weeks - 1, first - 1, -1):
            L[L[WEEKS] + ahead] = L[L[WEEKS] + ahead] >= none
            L[NEXT_WEEK] = ahead if L[L[WEEKS] + ahead] else L[NEXT_WEEK]
        return
    for ahead in range(first, weeks):
        L[L[WEEKS] + ahead] = none <= 0
        L[NEXT_WEEK] = first if none <= 0 else weeks


@compiled
def unsolicited(
    L: Latent, B: ResponseTables, T: ClockTables, K: NDArray[uint64], week: int, zone: int, now: int, activated: bool
) -> None:
    """Plans the visits of a week that no mail causes, from second `now` on."""
    start, end = B[B[at.WEEKS] + 2 * week], B[B[at.WEEKS] + 2 * week + 1]
    idle(L, B, K, start)
    contact = np.uint64(L[CONTACT])
    place = _week_hash(B, week)
    first, length = B[at.VISITS_EARLY], B[at.VISITS_EARLY_LENGTH]
    if L[STAGE] >= 2:
        first, length = B[at.VISITS_LATE], B[at.VISITS_LATE_LENGTH]
    count = count_not_above(B, first, length, bits(K, contact, _VISITS, place, 0))
    if activated and comes_true(K, contact, _ACTIVATED_VISIT, place, 0, _activated_visit(L, B)):
        count += 1
    for k in range(count):
        time = moment_in(B, T, zone, bits(K, contact, _VISIT_TIME, place, k), start, end)
        if time >= now:
            plan(L, B, time, VISIT, -1, k + 1, week)


@compiled
def _activated_visit(L: Latent, B: ResponseTables) -> int:
    stage, responsiveness = L[STAGE], L[RESPONSIVENESS]
    opens = B[at.OPEN_INTERCEPT] + responsiveness + stage * B[at.OPEN_MISFIT_SLOPE]
    clicks = (
        B[at.CLICK_INTERCEPT] + scaled(B[at.CLICK_RESPONSIVENESS_SLOPE], responsiveness)
        + stage * B[at.CLICK_MISFIT_SLOPE]
    )  # fmt: skip
    both = product_53(threshold(B, opens), threshold(B, clicks))
    interest = B[at.ACTIVATED_INTEREST]
    # The product may have 83 bits: what is above and below 2^20 is multiplied apart.
    return min((both >> 20) * interest + ((both & (ONE - 1)) * interest >> 20), CERTAIN)


@compiled
def needs(L: Latent, B: ResponseTables, K: NDArray[uint64], grade: int) -> bool:
    """Whether qualification finds a need now; `grade` is the fit's place among the grades, -1: none."""
    odds = B[at.NEED_FIT_NONE] if grade < 0 else B[at.NEED_FIT_A + min(grade, 2)]
    logit = B[at.NEED_INTERCEPT] + L[STAGE] * B[at.NEED_STAGE_SLOPE] + odds
    if L[LAST_REQUEST] != NEVER_ASKED:
        logit += B[at.NEED_ASKED]
    return comes_true(K, np.uint64(L[PERSON]), _NEED, _NOWHERE, 0, threshold(B, logit))
