"""Whole lives in compiled code: what `simulate.contact_life` does for one contact, for many, one after the other.

A life is a function of the person and of what reaches her from outside, desks' answers included. It is run
from birth to the end of the run in one go. What a desk must know of it is left in `events`; an answer that
comes back later makes the life be run again, with the answer among what is given.
"""

from __future__ import annotations

from typing import Final

from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import response, stimuli
from journeyctl.simulate.population_engine import response_tables as at
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import row_kinds as k
from journeyctl.simulate.population_engine import row_packing as packing
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import next_time
from journeyctl.simulate.population_engine.clock_tables import NEVER, ClockTables
from journeyctl.simulate.population_engine.conditions import evaluate, holds
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.intrinsics import of_columns, unmeasured
from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.latent import (
    ACTIVATED_UNTIL,
    CLINIC,
    CONTACT,
    FULL,
    HEAP,
    HOSPITAL,
    INTERESTS,
    INVALID_ADDRESS,
    MAIL_END,
    NEXT_MAIL,
    NEXT_WEEK,
    OUT,
    OUT_COLUMNS,
    OUT_ITEM,
    OUT_KIND,
    OUT_SEND,
    OUT_VALUE,
    PERSON,
    PLACEMENT,
    PLANS,
    STIMULI,
    WEEKS,
    ZONE,
    Latent,
    born,
    item_of,
    number_of,
    take_plan,
    week_of,
    what_of,
)
from journeyctl.simulate.population_engine.machine import advance, new_contact, other_mail
from journeyctl.simulate.population_engine.mail_columns import LINE, LINE_BITS
from journeyctl.simulate.population_engine.philox import ROUNDS
from journeyctl.simulate.population_engine.response_tables import ResponseTables
from journeyctl.simulate.population_engine.row_columns import Rows
from journeyctl.simulate.population_engine.row_packing import Packed

Integers = NDArray[int64]

(
    P_BORN, P_CONTACT, P_PERSON, P_CLINIC, P_HOSPITAL, P_INVALID, P_PLACEMENT, P_VISITS, P_FORM, P_FACTS, P_FACTS_END,
    P_MAIL, P_MAIL_END, PERSON_COLUMNS,
) = range(14)  # fmt: skip
"""Of each person: when it becomes known, the name hashes of record, person, clinic and hospital, whether its address
is invalid, the threshold of reaching its inbox, whether it visits without a mail, whether it becomes known by a form,
and its rows among facts and other mail."""
(F_TIME, F_COLUMN, F_CODE, F_NAME, F_RANK, FACT_COLUMNS) = range(6)
"""Fields that change: second, column, new code, what the record calls it, and the rank of the path."""
(N_TIME, N_KIND, N_A, N_B, N_C, N_D, N_E, N_F, N_G, N_H, NEWS_COLUMNS) = range(11)
"""What desks and account evaluations tell a contact: second, sort, and what `stimuli` wants to know of such news."""
LEAD_OUTCOME: Final = 0
FIELD_CHANGED: Final = 1
GROUP_CHANGED: Final = 2
GROUP_READY: Final = 3
(
    W_ROWS, W_ROWS_END, W_ASKED, W_PERSON, W_NEWS, W_NEWS_END, W_EVENTS, W_EVENTS_END, W_STUCK, WANTED_COLUMNS,
) = range(10)  # fmt: skip
"""Lives to be run: the person and its rows among news; and what came of it: packed rows and events of the life, and
the last second, above the run's start, at which anything depended on what evaluations say of groups (-1: none)."""
LIVED_COLUMNS: Final = 3
"""Of these, what is remembered of each person's latest life: its rows, and when it last asked about groups."""
LATEST: Final = (1 << 31) - 1
"""No second above the run's start is later as far as `W_ASKED` says."""
(
    E_TIME, E_KIND, E_PERSON, E_PLACE, E_NUMBER, E_DESK, E_REQUEST, E_SCORE, E_NEED, E_LINES, E_ROUTE, EVENT_COLUMNS,
) = range(12)  # fmt: skip
"""What a desk must know of a life: second and kind; the lead; what came with it."""
(EVENTS, EVENT_ROOM, EVENTS_FULL, END, STUCK, EVENT_HEAD) = range(6)
"""Before the events: how many there are and for how many there is room; whether that was too little; the second after
the last; and how many lives took too many steps at one instant."""
HAND_OVER: Final = 0
RAISE: Final = 1
LEFT: Final = 2

FINE: Final = 0
MORE_ROWS: Final = 1
MORE_STATE: Final = 2
MORE_PLANS: Final = 3
MORE_EVENTS: Final = 4
ENDLESS: Final = 5
_MOST_SECONDS: Final = 1 << 24
"""No contact has so many seconds at which something happens."""


@compiled
def live_all(
    state: Integers, program: Integers, clock: ClockTables, keys: NDArray[uint64], rows: Rows, packed: Packed,
    B: ResponseTables, L: Latent, events: Integers, people: Integers, fields: Integers,
    facts: Integers, mail: Integers, news: Integers, wanted: Integers, first: int,
) -> tuple[int, int]:  # fmt: skip
    """Runs lives from `first` on: how many are done, and why it stopped where some are left.

    Each life's rows are written to `rows`, and packed when it is over.
    """
    return _live_all(
        unmeasured(state), unmeasured(program), unmeasured(clock), of_columns(unmeasured(keys), 2 * ROUNDS),
        Rows(of_columns(rows.wide, r.WIDE), of_columns(unmeasured(rows.narrow), r.NARROW), unmeasured(rows.count)),
        packing.bared(packed), unmeasured(B), unmeasured(L),
        unmeasured(events), people, fields, facts, unmeasured(mail), news, wanted, first,
    )  # fmt: skip


@compiled
def _live_all(
    state: Integers, program: Integers, clock: ClockTables, keys: NDArray[uint64], rows: Rows, packed: Packed,
    B: ResponseTables, L: Latent, events: Integers, people: Integers, fields: Integers,
    facts: Integers, mail: Integers, news: Integers, wanted: Integers, first: int,
) -> tuple[int, int]:  # fmt: skip
    for place in range(first, wanted.shape[0]):
        person, row_mark, event_mark = wanted[place, W_PERSON], packed.head[packing.PACKED], events[EVENTS]
        rows.count[r.ROWS] = 0
        rows.count[r.PERSON_NOW] = person
        start = max(people[person, P_BORN], 0)
        new_contact(state, program, clock, keys, fields[person], people[person, P_CONTACT], start)
        _awake(state, program, clock, keys[1], B, L, people, person, start, events[END])
        _give(state, people, person, facts, start, events[END])
        _subscribe(L, people, person, mail, start)
        for row in range(wanted[place, W_NEWS], wanted[place, W_NEWS_END]):
            _tell(state, news, row)
        ended = _live(state, program, clock, keys, rows, B, L, events, mail)
        why = _lacks(state, rows, L, events) if ended else ENDLESS
        if why == FINE:
            why = packing.pack_into(rows, packed)
        if why != FINE:
            events[EVENTS] = event_mark
            return place, why
        wanted[place, W_ROWS] = row_mark
        wanted[place, W_ROWS_END] = packed.head[packing.PACKED]
        asked = state[c.GROUP_ASKED]
        wanted[place, W_ASKED] = -1 if asked < 0 else min(asked - packed.head[packing.START], LATEST)
        wanted[place, W_EVENTS] = event_mark
        wanted[place, W_EVENTS_END] = events[EVENTS]
        wanted[place, W_STUCK] = state[c.STUCK]
        events[STUCK] += state[c.STUCK]
    return wanted.shape[0], FINE


@compiled
def _lacks(state: Integers, rows: Rows, L: Latent, events: Integers) -> int:
    if rows.count[r.FULL]:
        return MORE_ROWS
    if state[c.FULL]:
        return MORE_STATE
    if L[FULL]:
        return MORE_PLANS
    return MORE_EVENTS if events[EVENTS_FULL] else FINE


# --- birth


@compiled
def _awake(
    state: Integers, program: Integers, clock: ClockTables, own_keys: NDArray[uint64], B: ResponseTables, L: Latent,
    people: Integers, person: int, start: int, end: int,
) -> None:  # fmt: skip
    """The latent state of the contact that has just begun, and the weeks in which it may visit without a mail."""
    L[CONTACT] = people[person, P_CONTACT]
    L[PERSON] = people[person, P_PERSON]
    L[CLINIC] = people[person, P_CLINIC]
    L[HOSPITAL] = people[person, P_HOSPITAL]
    L[INVALID_ADDRESS] = people[person, P_INVALID]
    L[PLACEMENT] = people[person, P_PLACEMENT]
    L[ZONE] = max(state[c.ZONE], 0)
    L[FULL] = 0
    born(L, B, own_keys, _arm(state, program, clock, B), start)
    response.foresee_visits(L, B, own_keys, start if people[person, P_VISITS] == 1 else NEVER)


@compiled
def _arm(state: Integers, program: Integers, clock: ClockTables, B: ResponseTables) -> int:
    """The row of the first persona whose condition holds."""
    row = state[c.FORM] * B[at.ARMS_LENGTH]
    width = 1 + B[at.TOPICS]
    while not holds(state, program, clock, B[B[at.ARMS] + row * width]):
        row += 1
    return row


@compiled
def _give(state: Integers, people: Integers, person: int, facts: Integers, start: int, end: int) -> None:
    for row in range(people[person, P_FACTS], people[person, P_FACTS_END]):
        if start <= facts[row, F_TIME] < end:
            stimuli.post_field(
                state, facts[row, F_TIME], facts[row, F_COLUMN], facts[row, F_CODE], facts[row, F_NAME],
                facts[row, F_RANK],
            )  # fmt: skip
    if people[person, P_FORM] == 1:
        stimuli.post_form_submitted(state, start, -1, 0)


@compiled
def _subscribe(L: Latent, people: Integers, person: int, mail: Integers, start: int) -> None:
    """Other lines' mail from second `start` on."""
    row, after = people[person, P_MAIL], people[person, P_MAIL_END]
    while row < after and mail[row] >> LINE_BITS < start:
        row += 1
    L[NEXT_MAIL] = row
    L[MAIL_END] = after


@compiled
def _tell(state: Integers, news: Integers, row: int) -> None:
    """Posts what a desk or an account evaluation says."""
    time, kind = news[row, N_TIME], news[row, N_KIND]
    a, b, d, e = news[row, N_A], news[row, N_B], news[row, N_C], news[row, N_D]
    if kind == LEAD_OUTCOME:
        stimuli.post_lead_outcome(state, time, a, b, d, e, news[row, N_E], news[row, N_F])
    elif kind == FIELD_CHANGED:
        stimuli.post_field(state, time, a, b, d, e)
    elif kind == GROUP_CHANGED:
        stimuli.post_group_changed(
            state, time, a, b, d, e, news[row, N_E], news[row, N_F], news[row, N_G], news[row, N_H]
        )
    else:
        stimuli.post_group_ready(state, time, a, b, d, e, news[row, N_E])


# --- time


@compiled
def _live(
    state: Integers, program: Integers, clock: ClockTables, keys: NDArray[uint64], rows: Rows, B: ResponseTables,
    L: Latent, events: Integers, mail: Integers,
) -> bool:  # fmt: skip
    """From one second at which something happens to the next; false where that takes for ever."""
    end = events[END]
    for _ in range(_MOST_SECONDS):
        now = _next_second(state, B, L, end)
        _mail_alone(state, rows, B, L, mail, now)
        if now >= end or state[c.FULL] or L[FULL]:
            return True
        while L[NEXT_WEEK] < B[at.WEEKS_LENGTH] and B[B[at.WEEKS] + 2 * L[NEXT_WEEK]] <= now:
            _plan_visits(B, L, clock, keys[1], now)
        _mail_among_others(state, L, mail, now)
        _at(state, program, clock, keys, rows, B, L, events, now)
    return False


@compiled
def _next_second(state: Integers, B: ResponseTables, L: Latent, end: int) -> int:
    """The next second at which something happens other than that another line mails; at most `end`."""
    soonest = end if state[c.STUCK] else min(next_time(state), end)
    if L[PLANS] > 0:
        soonest = min(soonest, L[L[HEAP]])
    if L[NEXT_WEEK] < B[at.WEEKS_LENGTH]:
        soonest = min(soonest, max(B[B[at.WEEKS] + 2 * L[NEXT_WEEK]], state[c.BORN]))
    return soonest


@compiled
def _mail_alone(state: Integers, rows: Rows, B: ResponseTables, L: Latent, mail: Integers, until: int) -> None:
    """Other lines' mail before a second: nothing else happens meanwhile, so that it need not wait its turn."""
    row, after = L[NEXT_MAIL], L[MAIL_END]
    while row < after and mail[row] >> LINE_BITS < until:
        state[c.NOW] = mail[row] >> LINE_BITS
        other_mail(state, rows, mail[row] & LINE)
        response.mailed(L, B, state[c.NOW])
        row += 1
    L[NEXT_MAIL] = row
    state[c.FULL] = state[c.FULL] | rows.count[r.FULL]


@compiled
def _mail_among_others(state: Integers, L: Latent, mail: Integers, now: int) -> None:
    """Other lines' mail of a second at which something else is due waits for its turn."""
    while L[NEXT_MAIL] < L[MAIL_END] and mail[L[NEXT_MAIL]] >> LINE_BITS == now:
        # Those of one second lie in the order of their lines' names.
        stimuli.post_other_mail(state, now, mail[L[NEXT_MAIL]] & LINE, L[NEXT_MAIL])
        L[NEXT_MAIL] += 1


@compiled
def _at(
    state: Integers, program: Integers, clock: ClockTables, keys: NDArray[uint64], rows: Rows, B: ResponseTables,
    L: Latent, events: Integers, now: int,
) -> None:  # fmt: skip
    """Everything of this second: what was planned, then the journeys, until nothing is left."""
    while True:
        while L[PLANS] > 0 and L[L[HEAP]] == now:
            _respond(state, B, L, keys[1], now)
        if next_time(state) > now:
            return
        mark = rows.count[r.ROWS]
        advance(state, program, clock, keys, rows, now)
        if rows.count[r.FULL] or state[c.FULL]:
            # Nothing of this life will be kept; without this it could wait for a row that has no place.
            state[c.FULL] = state[c.FULL] | rows.count[r.FULL]
            return
        for row in range(mark, rows.count[r.ROWS]):
            _carry(state, program, clock, keys, rows, B, L, events, row, now)
        if state[c.STUCK]:
            L[PLANS] = 0
            L[NEXT_MAIL] = L[MAIL_END]
            L[NEXT_WEEK] = B[at.WEEKS_LENGTH]
            return


# --- the contact's own acts


@compiled
def _plan_visits(B: ResponseTables, L: Latent, clock: ClockTables, own_keys: NDArray[uint64], now: int) -> None:
    week = L[NEXT_WEEK]
    L[L[WEEKS] + week] = 0
    following = week + 1
    while following < B[at.WEEKS_LENGTH] and L[L[WEEKS] + following] == 0:
        following += 1
    L[NEXT_WEEK] = following
    activated = L[ACTIVATED_UNTIL] > B[B[at.WEEKS] + 2 * week]
    response.unsolicited(L, B, clock, own_keys, week, L[ZONE], now, activated)


@compiled
def _respond(state: Integers, B: ResponseTables, L: Latent, own_keys: NDArray[uint64], now: int) -> None:
    packed = take_plan(L)
    response.happens(L, B, own_keys, what_of(packed), item_of(B, packed), number_of(packed), week_of(packed), now)
    for place in range(L[OUT]):
        told = STIMULI + place * OUT_COLUMNS
        kind, item, send, value = L[told + OUT_KIND], L[told + OUT_ITEM], L[told + OUT_SEND], L[told + OUT_VALUE]
        who = p.MACHINE if value == response.MACHINE else p.HUMAN
        if kind == response.OPENED:
            stimuli.post_opened(state, now, item, send, who)
        elif kind == response.CLICKED:
            stimuli.post_clicked(state, now, item, send, who, value)
        elif kind == response.PAGE_VIEWED:
            stimuli.post_page_viewed(state, now, item, send, value)
        elif kind == response.FORM_SUBMITTED:
            stimuli.post_form_submitted(state, now, item, send)
        elif kind == response.SALES_REQUESTED:
            stimuli.post_sales_requested(state, now, item, send)
        else:
            stimuli.post_unsubscribed(state, now, item, send)


# --- what the journeys do


@compiled
def _carry(
    state: Integers, program: Integers, clock: ClockTables, keys: NDArray[uint64], rows: Rows, B: ResponseTables,
    L: Latent, events: Integers, row: int, now: int,
) -> None:  # fmt: skip
    """Does what a row asks of the world outside the journeys."""
    kind, reason = rows.narrow[row, r.KIND], rows.narrow[row, r.REASON]
    if kind == k.SENT:
        _mail(state, clock, keys[1], B, L, now)
    elif kind == k.DELIVERED and reason == p.OTHER_MAIL:
        response.mailed(L, B, now)
    elif kind == k.HANDED_OFF or (kind == k.MERGED and reason == p.REQUEST):
        _meet_desk(state, program, clock, keys[1], rows, B, L, events, row, kind == k.HANDED_OFF)
    elif kind == k.FACT and reason == B[at.LEFT]:
        _event(events, now, LEFT, rows.count[r.PERSON_NOW])
    elif kind == k.ACTIVATED and rows.narrow[row, r.GROUP] == 0:
        for place in range(B[at.PLATFORMS_LENGTH]):
            if B[B[at.PLATFORMS] + place] == rows.narrow[row, r.CHANNEL]:
                _activate(B, L, rows.wide[row, r.VALUE], now)


@compiled
def _mail(
    state: Integers, clock: ClockTables, own_keys: NDArray[uint64], B: ResponseTables, L: Latent, now: int
) -> None:
    message = state[c.MESSAGES_AT] + (state[c.MESSAGE_COUNT] - 1) * c.MESSAGE
    item, number = state[message + c.M_ITEM], state[message + c.M_NUMBER]
    what = response.sent(L, B, clock, own_keys, item, number, now, L[ZONE])
    if what == response.DELIVERED:
        stimuli.post_delivered(state, now, item, number)
        response.mailed(L, B, now)
    else:
        stimuli.post_bounced(state, now, item, number, 1 if what == response.HARD_BOUNCE else 0)


@compiled
def _event(events: Integers, now: int, kind: int, person: int) -> int:
    place = EVENT_HEAD + events[EVENTS] * EVENT_COLUMNS
    if events[EVENTS] >= events[EVENT_ROOM]:
        # There is one place more than room: what is lost must not replace an event that is kept.
        events[EVENTS_FULL] = 1
    else:
        events[EVENTS] += 1
    for column in range(EVENT_COLUMNS):
        events[place + column] = 0
    events[place + E_TIME] = now
    events[place + E_KIND] = kind
    events[place + E_PERSON] = person
    return place


@compiled
def _meet_desk(
    state: Integers, program: Integers, clock: ClockTables, own_keys: NDArray[uint64], rows: Rows, B: ResponseTables,
    L: Latent, events: Integers, row: int, is_new: bool,
) -> None:  # fmt: skip
    narrow = rows.narrow
    event = _event(events, state[c.NOW], HAND_OVER if is_new else RAISE, rows.count[r.PERSON_NOW])
    events[event + E_PLACE] = narrow[row, r.LEAD_PLACE]
    events[event + E_NUMBER] = narrow[row, r.LEAD_NUMBER]
    events[event + E_DESK] = narrow[row, r.DESK]
    events[event + E_REQUEST] = narrow[row, r.REASON] == p.REQUEST
    events[event + E_SCORE] = rows.wide[row, r.VALUE]
    state[c.VIEW_VISIT] = -1
    state[c.VIEW_ITEM] = -1
    found, rank = _grade(state, program, clock), -1
    for place in range(B[at.GRADES_LENGTH]):
        if B[B[at.GRADES] + place] == found:
            rank = place
    events[event + E_NEED] = response.needs(L, B, own_keys, rank)
    if is_new:
        events[event + E_LINES] = _lines(B, L, program[p.ITEMS])
        events[event + E_ROUTE] = _route(state, program, clock, B, narrow[row, r.DESK])


@compiled
def _grade(state: Integers, program: Integers, clock: ClockTables) -> int:
    """The code of the contact's grade of fit."""
    form = p.form_at(program, state[c.FORM])
    return evaluate(state, program, clock, program[form + p.F_FIT]) if program[form + p.F_SCORES] == 1 else UNKNOWN


@compiled
def _route(state: Integers, program: Integers, clock: ClockTables, B: ResponseTables, desk_name: int) -> int:
    """Which of the desk's routes is the first that holds; -1: none."""
    desk, desks = 0, B[at.DESKS_LENGTH]
    while desk < desks and B[B[at.DESKS] + desk] != desk_name:
        desk += 1
    table = B[at.ROUTES] + 2 * (state[c.FORM] * desks + desk)
    first = B[at.ROUTES] + B[table]
    for place in range(B[table + 1]):
        if holds(state, program, clock, B[first + place]):
            return place
    return -1


@compiled
def _lines(B: ResponseTables, L: Latent, items: int) -> int:
    """Business lines of above-average interest, at least the strongest one, one bit for each."""
    found, strongest, line_of_strongest = 0, -NEVER, -1
    for line in range(B[at.LINES]):
        best = -NEVER
        for item in range(items):
            row = B[at.ITEMS] + item * at.ITEM_COLUMNS
            if B[row + at.LINE] == line:
                best = max(best, L[INTERESTS + B[row + at.TOPIC]])
        if best > 0:
            found |= 1 << line
        if best > strongest:
            strongest, line_of_strongest = best, line
    if found == 0 and line_of_strongest >= 0:
        return 1 << line_of_strongest
    return found


@compiled
def _activate(B: ResponseTables, L: Latent, until: int, now: int) -> None:
    """A matched audience works from the next week on."""
    L[ACTIVATED_UNTIL] = max(L[ACTIVATED_UNTIL], until)
    for week in range(B[at.WEEKS_LENGTH]):
        if now < B[B[at.WEEKS] + 2 * week] < until and L[L[WEEKS] + week] == 0:
            L[L[WEEKS] + week] = 1
            L[NEXT_WEEK] = min(L[NEXT_WEEK], week)
