"""What the response model knows of the one contact that is living: traits, interests, and what is planned.

Scratch memory, used by one contact after the other: `born` makes it that of another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl import tables
from journeyctl.behaviour import purposes
from journeyctl.fixed_point import ONE
from journeyctl.simulate.population_engine import response_tables as at
from journeyctl.simulate.population_engine.arithmetic import (
    count_not_above,
    exp2_parts,
    multiply,
    natural_log,
    normal,
    quantile,
    scaled,
)
from journeyctl.simulate.population_engine.intrinsics import product
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.philox import bits, comes_true
from journeyctl.simulate.population_engine.response_tables import ResponseTables, purpose_hash

if TYPE_CHECKING:
    from numpy import uint64

Integers = NDArray[int64]

NEVER_ASKED: Final = -(1 << 60)

(
    RESPONSIVENESS, STAGE, PLACEMENT, PREFETCHES, SCANNED, INVALID_ADDRESS, CLICKS_AT_STAGE, IDLE_SINCE, LAST_REQUEST,
    PRESSURE, PRESSURE_HOUR, ZONE, ACTIVATED_UNTIL, NEXT_WEEK, NEXT_MAIL, MAIL_END, CONTACT, PERSON, CLINIC, HOSPITAL,
    FULL, OUT, PLANS, ROOM, WEEKS, HEAP, STIMULI,
) = range(27)  # fmt: skip
"""Traits; the zone; until when a matched audience works; the week to be looked at next; the rows of other lines' mail
that is still to come; the name hashes of the record, the person, the clinic and the hospital; whether memory was too
small; how many stimuli are left at `STIMULI` and plans at `HEAP`; how many plans there is room for; where weeks and
plans begin."""
(OUT_KIND, OUT_ITEM, OUT_SEND, OUT_VALUE, OUT_COLUMNS) = range(5)
_MOST_OUT: Final = 4
INTERESTS: Final = STIMULI + _MOST_OUT * OUT_COLUMNS
"""Relative interest by topic in 2^-20."""
_WEEK_BITS: Final = 12
_NUMBER_BITS: Final = 20
_RANK_BITS: Final = 20
_FIRST_ROOM: Final = 256
_LOG2_E: Final = 1_549_082_005
_LOWEST: Final = -31 * ONE

_RESPONSIVENESS: Final = purpose_hash(purposes.RESPONSIVENESS)
_CLINIC_RESPONSIVENESS: Final = purpose_hash(purposes.CLINIC_RESPONSIVENESS)
_STAGE: Final = purpose_hash(purposes.STAGE)
_INTEREST: Final = purpose_hash(purposes.INTEREST)
_PREFETCHING: Final = purpose_hash(purposes.PREFETCHING)
_SCANNER: Final = purpose_hash(purposes.SCANNER)
_NOWHERE: Final = np.uint64(0)
_TO_LOGIT: Final = 1 << 19
_SHORT: Final = np.uint64(11)
_REST: Final = np.uint64(53)


Latent = Integers
"""One contact's latent state, by the constants above; after the interests, a mark for each week that is still to be
looked at for visits, and a binary heap of what will happen: second, and what else orders it (`plan`)."""


def latent(topics: int, weeks: int, *, room: int = 1) -> Latent:
    """Scratch memory; `room` is how many times the usual number of plans it holds."""
    plans = _FIRST_ROOM * room
    made = np.zeros(INTERESTS + topics + weeks + 2 * plans, np.int64)
    made[ROOM], made[WEEKS], made[HEAP] = plans, INTERESTS + topics, INTERESTS + topics + weeks
    return made


@compiled
def product_53(a: int, b: int) -> int:
    """a x b / 2^53, rounded down, for a product of up to 116 bits; neither is negative."""
    one, other = np.uint64(a), np.uint64(b)
    upper, lower = product(one, other)
    return np.int64(upper << _SHORT | lower >> _REST)  # type: ignore[return-value]  # compiled code has one sort of whole number


# --- who a contact is


@compiled
def born(L: Latent, B: ResponseTables, K: NDArray[uint64], arm: int, at_second: int) -> None:
    """Draws the traits of the contact whose hashes stand in `L`; `arm` is the row of the persona's shapes."""
    L[RESPONSIVENESS] = _spread(B, K, np.uint64(L[PERSON]), _RESPONSIVENESS, B[at.RESPONSIVENESS_SPREAD])
    L[RESPONSIVENESS] += _spread(
        B, K, np.uint64(L[CLINIC]), _CLINIC_RESPONSIVENESS, B[at.CLINIC_RESPONSIVENESS_SPREAD]
    )  # fmt: skip
    u = bits(K, np.uint64(L[PERSON]), _STAGE, _NOWHERE, 0)
    L[STAGE] = count_not_above(B, B[at.STAGES], B[at.STAGES_LENGTH], u)
    L[PREFETCHES] = comes_true(K, np.uint64(L[PERSON]), _PREFETCHING, _NOWHERE, 0, B[at.PREFETCHING])
    L[SCANNED] = comes_true(K, np.uint64(L[HOSPITAL]), _SCANNER, _NOWHERE, 0, B[at.SCANNING])
    L[CLICKS_AT_STAGE] = 0
    L[IDLE_SINCE] = at_second
    L[LAST_REQUEST] = NEVER_ASKED
    L[PRESSURE] = 0
    L[PRESSURE_HOUR] = 0
    L[PLANS] = 0
    L[OUT] = 0
    L[ACTIVATED_UNTIL] = 0
    _draw_interests(L, B, K, arm)


@compiled
def _spread(B: ResponseTables, K: NDArray[uint64], subject: uint64, purpose: uint64, spread: int) -> int:
    """A normal deviation; where there is none, nothing is drawn."""
    return scaled(spread, normal(B, bits(K, subject, purpose, _NOWHERE, 0))) if spread != 0 else 0


@compiled
def _draw_interests(L: Latent, B: ResponseTables, K: NDArray[uint64], arm: int) -> None:
    """Shares of a Dirichlet distribution (`fixed_point.dirichlet`), each as its relative interest."""
    topics = B[at.TOPICS]
    if B[at.INTEREST_LIMIT] == 0:
        for topic in range(topics):
            L[INTERESTS + topic] = 0
        return
    shapes = B[at.ARMS] + arm * (1 + topics) + 1
    largest = -(1 << 60)
    # All draws first: then the processor fetches all cells of the tables at once, which are far away mostly.
    for topic in range(topics):
        L[INTERESTS + topic] = bits(
            K, np.uint64(L[PERSON]), _INTEREST, np.uint64(B[B[at.TOPIC_HASHES] + topic]), 0
        )  # fmt: skip
    for topic in range(topics):
        table = B[at.LOG_GAMMA] + (B[shapes + topic] - 1) * tables.QUANTILE_ENTRIES
        L[INTERESTS + topic] = quantile(B, table, L[INTERESTS + topic])
        largest = max(largest, L[INTERESTS + topic])
    total = 0
    for topic in range(topics):
        log = max(L[INTERESTS + topic] - largest, _LOWEST)
        power, mantissa = exp2_parts(B, multiply(log, _LOG2_E, 30))
        L[INTERESTS + topic] = mantissa >> -power
        total += L[INTERESTS + topic]
    reached, before = 0, 0
    for topic in range(topics):
        reached += L[INTERESTS + topic]
        bound = ((reached << 20) + (total >> 1)) // total
        L[INTERESTS + topic] = _relative(B, bound - before, topics)
        before = bound


@compiled
def _relative(B: ResponseTables, share: int, topics: int) -> int:
    limit = B[at.INTEREST_LIMIT]
    logarithm = (natural_log(B, max(1, share) * topics, 20) + _TO_LOGIT) >> 20
    return min(max(logarithm, -limit), limit)


# --- what is planned


@compiled
def plan(L: Latent, B: ResponseTables, time: int, what: int, item: int, number: int, week: int) -> None:
    """Something will happen; without room `FULL` says so, and the life counts for nothing."""
    place, heap = L[PLANS], L[HEAP]
    if place >= L[ROOM]:
        L[FULL] = 1
        return
    L[PLANS] = place + 1
    rank = B[B[at.ITEMS] + item * at.ITEM_COLUMNS + at.RANK] if item >= 0 else 0
    packed = (((what << _RANK_BITS) + rank << _NUMBER_BITS) + number << _WEEK_BITS) + week
    while place > 0:
        above = (place - 1) >> 1
        if not _before(L, heap + 2 * above, time, packed):
            break
        L[heap + 2 * place] = L[heap + 2 * above]
        L[heap + 2 * place + 1] = L[heap + 2 * above + 1]
        place = above
    L[heap + 2 * place] = time
    L[heap + 2 * place + 1] = packed


@compiled
def _before(L: Latent, entry: int, time: int, packed: int) -> bool:
    """Whether `time` and `packed` come before what stands at `entry`."""
    return time < L[entry] or (time == L[entry] and packed < L[entry + 1])


@compiled
def take_plan(L: Latent) -> int:
    """Takes the first plan away and answers what orders it within its second; see `what_of` and its siblings."""
    heap, last = L[HEAP], L[PLANS] - 1
    found, time, packed = L[heap + 1], L[heap + 2 * last], L[heap + 2 * last + 1]
    L[PLANS] = last
    place, below = 0, 1
    while below < last:
        if below + 1 < last and _before(L, heap + 2 * below, L[heap + 2 * below + 2], L[heap + 2 * below + 3]):
            below += 1
        if _before(L, heap + 2 * below, time, packed):
            break
        L[heap + 2 * place] = L[heap + 2 * below]
        L[heap + 2 * place + 1] = L[heap + 2 * below + 1]
        place = below
        below = 2 * place + 1
    L[heap + 2 * place] = time
    L[heap + 2 * place + 1] = packed
    return found


@compiled
def what_of(packed: int) -> int:
    """What is planned (`behaviour.planned.What`)."""
    return packed >> (_RANK_BITS + _NUMBER_BITS + _WEEK_BITS)


@compiled
def item_of(B: ResponseTables, packed: int) -> int:
    """The item, -1 for none."""
    rank = (packed >> (_NUMBER_BITS + _WEEK_BITS)) & ((1 << _RANK_BITS) - 1)
    return B[B[at.ITEMS] + (rank - 1) * at.ITEM_COLUMNS + at.AT_RANK] if rank > 0 else -1


@compiled
def number_of(packed: int) -> int:
    """Which send of the item, or which visit of the week."""
    return (packed >> _WEEK_BITS) & ((1 << _NUMBER_BITS) - 1)


@compiled
def week_of(packed: int) -> int:
    """The week of an unsolicited visit, and of what follows from it."""
    return packed & ((1 << _WEEK_BITS) - 1)
