"""Where everything about desks stands: in the tables that never change, and in the state of one replication.

Both are flat arrays of whole numbers. Tables begin with those of `arithmetic`, so that its functions can read
them; states begin with a head that says where each region lies. Moments are UTC seconds; a team, an SDR, a lead
and an event have one number each over all desks of a world.
"""

from __future__ import annotations

from typing import Final

from journeyctl.results.record import KIND_NUMBER
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.lead import LeadState
from journeyctl.simulate.population_engine.arithmetic import ENTRIES

# --- tables

(
    T_START, T_UNTIL, T_TEAMS, T_DESKS, T_DESKS_AT, T_TEAMS_AT, T_STAGES_AT, T_SHIFTS_AT, T_GAPS_AT, T_REASONS_AT,
    T_SYNCS_AT, T_ORDINALS_AT, T_WORKERS, T_MOST_STAGES, T_MOST_WORKERS, TABLES_HEAD,
) = range(ENTRIES, ENTRIES + 16)  # fmt: skip
"""First second and the second after the last; how many teams and desks, and where each list begins."""

(
    D_STAGES, D_STAGE_COUNT, D_CALL, D_DECIDES, D_ACCEPTED, D_ACCEPTED_NEED, D_EXPONENT, D_REJECTED, D_REASONS,
    D_REASON_COUNT, D_ATTEMPTS, D_GAPS, D_GAP_COUNT, D_CONNECT, D_CONNECT_LATER, D_ORDER, D_REQUESTS_FIRST, D_STALE,
    D_STALE_MONTHS, D_STALE_DAYS, D_STALE_SECONDS, D_RESPONDS, D_SYNCS, D_SYNC_COUNT, D_RESEARCH, D_ATTEMPT,
    D_CONVERSATION, D_FIRST_TEAM,
) = (*range(24), 24, 27, 30, 33)  # fmt: skip
DESK: Final = 34
"""Of each desk. Places among stages, reasons, gaps and syncs; three columns each for lengths of work; `D_ORDER` has
two bits for each word. The first team is the one without a name."""
(BY_REQUEST, BY_SCORE, BY_ARRIVAL) = (1, 2, 3)

(WORK_MEDIAN, WORK_SIGMA, WORK_EXPONENTIAL) = range(3)

(
    M_DESK, M_STAFFED, M_FIRST_WORKER, M_WORKERS, M_CALENDAR, M_SHIFTS, M_SHIFT_COUNT, M_LENGTH, M_PRODUCTIVE,
    M_ABSENCE, M_SUBJECT, TEAM,
) = range(12)  # fmt: skip
"""Of each team: its desk, its SDRs, business days, where its stretches begin, shift seconds for productive ones, and
absence with the hash that addresses it."""
(STRETCH_BEGINS, STRETCH_ENDS, STRETCH_DATE, STRETCH) = range(4)
"""Of each stretch of a shift; the date as absences are addressed."""
(S_NAME, S_TEAM, S_AUTOMATIC, S_PASSES, S_WORK, STAGE) = (0, 1, 2, 3, 4, 7)
"""Of each task: hash of its name, its team (-1: the one to which the lead is routed), whether it is done by itself,
who goes on (-1: all), and how long it takes."""
(GAP_MONTHS, GAP_DAYS, GAP_SECONDS, GAP) = range(4)
(REASON_BOUND, REASON_NAME, REASON) = range(3)

# --- state

(
    H_LIMIT, H_SEQUENCE, H_TICKETS, H_TEAMS_AT, H_WORKERS_AT, H_PEOPLE_AT, H_LEADS_AT, H_HEAP_AT, H_HEAP_ROOM,
    H_HEAP, H_NODES_AT, H_NODES_ROOM, H_NODES, H_FREE_NODE, H_ROWS_AT, H_ROWS_ROOM, H_ROWS, H_CLOSED_AT,
    H_CLOSED_ROOM, H_CLOSED, H_EVENTS_AT, H_NAMES_AT, H_FREE_AT, H_GOES_ON, HEAD,
) = range(25)  # fmt: skip
"""Where regions begin, for how many entries there is room, and how many are used. Desks work up to `H_LIMIT`, which
comes nearer when there is something to tell before it, unless `H_GOES_ON` is 1."""

(Q_STRETCH, Q_WAITING, Q_READY, Q_RISING, Q_PLANNED, Q_FREE, Q_THERE, Q_ASIDE, QUEUE) = range(9)
"""Of each team: the stretch of its shift at hand, tasks that wait, roots of the two heaps of ranks, whether work is
given out at the end of this second, SDRs who are free, how many of these may be there, and the stretch in which the
others are away."""
(W_TEAM, W_ORDINAL, W_LEAD, W_DOES, W_SECONDS, W_ASKED, W_AWAY, WORKER) = range(8)
"""Of each SDR: what she does for which lead and for how long, and whether she is away in the stretch asked last."""
(P_VERSION, P_LEAD, PERSON) = range(3)
"""Of each contact with leads: which of its lives counts, and the latest of its leads."""
(
    L_SUBJECT, L_NAME, L_WORDS, L_PLACE, L_NUMBER, L_DESK, L_PERSON, L_NEXT, L_HOME, L_CREATED, L_REQUEST,
    L_SCORE, L_NEED, L_LINES, L_EXPIRES, L_STATE, L_STAGE, L_TEAM, L_DUE, L_FRESH, L_WORKING, L_ATTEMPTS, L_FIRST,
    L_RAISED, L_GONE, L_UNREPORTED, L_TICKET, L_QUEUED, L_RESPONSE, L_DOES, L_SECONDS, L_REASON, LEAD,
) = range(33)  # fmt: skip
"""Of each lead: hash and words of its name, its place and number as lives know them; then its desk and contact
(-1: none), the contact's next lead, the team to which the routing sends it; then the fields of `semantics.lead.Lead`;
then which task it is and its ticket in a queue (0: in none), when somebody responds where nobody is employed, and what
people without a team do."""
(E_KEY, E_WHAT, E_TICKET, ENTRY) = range(4)
"""Of each entry of the heap of events: when, what happens to whom, and for which task or life it was planned."""
(N_LEFT, N_RIGHT, N_LEAD, N_TICKET, N_SINCE, N_RANK, N_A, N_B, N_C, N_DUE, NODE) = range(11)
"""Of each rank of a waiting task: its place in a heap, from when on it holds, and what sorts it."""
(OVERDUE, REQUESTED, LATE, SCORED, FOLLOW_UP) = range(5)
"""Ranks, as `semantics.lead.rank_keys` has them."""
(R_TIME, R_KIND, R_LEAD, R_TEAM, R_WORKER, R_REASON, R_VALUE, ROW) = range(8)
(R_LINE, R_OPPORTUNITY, WHOLE_ROW) = range(ROW, ROW + 3)
"""Of each row; those of field sales also have the number of a business line, from 1, and whether the lead has become
an opportunity."""
(
    V_KIND, V_LEAD, V_PERSON, V_VERSION, V_TIME, V_DESK, V_REQUEST, V_SCORE, V_NEED, V_LINES, V_TEAM, V_SOURCE,
    V_RESPONSE, EVENT,
) = range(14)  # fmt: skip
"""Of each thing that contacts or other sources do at a desk: the lead with what came with it, among that the source's
name (-1: none), and when somebody responds where nobody is employed."""
(C_LEAD, C_TIME, CLOSED) = range(3)
"""Of each lead of a contact that was closed: which, and the CRM sync that tells it."""

# --- what happens, and in which order within a second

(CONTACT, ALONE, DUE, SHIFT, DONE, DONE_ALONE, DISPATCH, STALE) = range(8)
(OUTSIDE, AT_ONCE, ARRIVAL, FINISHED, GIVEN, LOST) = range(6)
WHAT_BITS: Final = 4
ORDER_BITS: Final = 31
"""A key is a second and, below it, three bits of order and the number of scheduling."""
NUMBER_BITS: Final = 28

(TASK, CALL, CONVERSATION, RESPONSE) = range(4)
"""What somebody does."""
(HANDED_OVER, RAISED, LEFT) = range(3)
"""What contacts do at a desk, as lives number it."""

FINE: Final = 0
MORE: Final = 1
"""A region is too small."""

(
    CREATED, ROUTED, WAITING, ENRICHED, ATTEMPTED, CONNECTED, QUALIFIED, ACCEPTED, REJECTED, RECYCLED, UNREACHABLE,
    EXPIRED,
) = range(len(LeadState))  # fmt: skip
"""States in the order of `LeadState`; from `ACCEPTED` on a lead is closed."""
assert list(LeadState)[ACCEPTED] is LeadState.ACCEPTED, "states keep their order"

(
    NO_REASON, NOT_PASSED, GONE, GROWN_STALE, WAS_ACCEPTED, WAS_REJECTED, WAS_RECYCLED, JOINT, NOT_SQL, NO_OPPORTUNITY,
    NOT_WON,
) = range(11)  # fmt: skip
REASONS: Final = (
    "", "not_passed", "gone", "stale", "accepted", "rejected", "recycled", "joint", "not_sql", "no_opportunity",
    "opportunity",
)  # fmt: skip
"""Names of reasons that no document gives; those of documents follow."""

K_HANDED_OFF: Final = KIND_NUMBER[Kind.HANDED_OFF]
K_ROUTED: Final = KIND_NUMBER[Kind.ROUTED]
K_ENRICHED: Final = KIND_NUMBER[Kind.ENRICHED]
K_ATTEMPTED: Final = KIND_NUMBER[Kind.ATTEMPTED]
K_CONNECTED: Final = KIND_NUMBER[Kind.CONNECTED]
K_QUALIFIED: Final = KIND_NUMBER[Kind.QUALIFIED]
K_ACCEPTED: Final = KIND_NUMBER[Kind.ACCEPTED]
K_UNREACHABLE: Final = KIND_NUMBER[Kind.UNREACHABLE]
K_EXPIRED: Final = KIND_NUMBER[Kind.EXPIRED]
K_OF_ACCEPTED: Final = K_ACCEPTED - ACCEPTED
"""The kinds of ends follow each other as the states do."""
assert KIND_NUMBER[Kind.EXPIRED] == K_OF_ACCEPTED + EXPIRED, "kinds of ends keep their order"
