"""Where the state of one contact lies: one array with a head and a stretch for each sort of thing.

Visits, messages and so on are spoken of by where their rows begin in the array.
"""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import compiled

# --- head

NOW: Final = 0
BORN: Final = 1
FORM: Final = 2
COUNTRY: Final = 3
"""Place among the program's countries; -1: none of them."""
ZONE: Final = 4
"""The clock's number of the contact's zone; -1: unknown."""
PERSON: Final = 5
"""Hash of the contact's name."""
HELD_OUT: Final = 6
SCORE: Final = 7
SCORE_AT: Final = 8
LAST_MQL: Final = 9
"""-1: never."""
ARMED: Final = 10
SEQUENCE: Final = 11
EVALUATION_AT: Final = 12
EVALUATED_AT: Final = 13
INSTANT: Final = 14
STEPS: Final = 15
STUCK: Final = 16
FULL: Final = 17
"""1 where some stretch was too short: the life is to be run again with more room."""
SENT: Final = 18
"""A message went out: the outside world must answer before this second goes on."""
OPEN_LEADS: Final = 19
LAST_OUTCOME: Final = 20
LAST_REASON: Final = 21
VIEW_VISIT: Final = 22
"""Whose conditions are asked; -1: nobody's."""
VIEW_ITEM: Final = 23
"""Row of the item that conditions see; -1: none."""
UNTIL: Final = 24
"""Until when the gate deferred."""
REASON: Final = 25
"""What the gate said last."""
AGENDA_COUNT: Final = 26
MESSAGE_COUNT: Final = 27
ACT_COUNT: Final = 28
COUNTED_COUNT: Final = 29
REACTION_COUNT: Final = 30
VISIT_COUNT: Final = 31
NOTE_COUNT: Final = 32
AGENDA_ROOM: Final = 33
MESSAGE_ROOM: Final = 34
ACT_ROOM: Final = 35
COUNTED_ROOM: Final = 36
REACTION_ROOM: Final = 37
NOTE_ROOM: Final = 38
LADDER_WIDTH: Final = 39
FIELDS_AT: Final = 40
VISITS_AT: Final = 41
ORDER_AT: Final = 42
SHOWN_AT: Final = 43
AGENDA_AT: Final = 44
MESSAGES_AT: Final = 45
LATEST_AT: Final = 46
ACTS_AT: Final = 47
COUNTED_AT: Final = 48
REACTIONS_AT: Final = 49
LADDERS_AT: Final = 50
LEADS_AT: Final = 51
PLACES_AT: Final = 52
GROUPS_AT: Final = 53
NOTES_AT: Final = 54
STACK_AT: Final = 55
FIELD_COUNT: Final = 56
GATE_SAYS: Final = 57
SUPPRESSED_BY: Final = 58
"""Name of the suppression for which the gate deferred."""
GROUP_ASKED: Final = 59
"""The last second at which anything depended on what account evaluations have said of groups; -1: none yet."""
HEAD: Final = 60
MOMENTS_AT: Final = HEAD
"""Right behind the head, so that it takes one look to know when something happens next: `LATER` and then the moments
of the agenda, each a second times 8 plus phase, the soonest last."""
LATER: Final = (1 << 63) - 1

STACK: Final = 64

# --- visits, one row per journey

V_IN: Final = 0
V_NUMBER: Final = 1
"""Visits so far."""
V_LAST_END: Final = 2
"""-1: never."""
V_REFUSAL: Final = 3
V_DECIDED: Final = 4
V_JOURNEY: Final = 5
V_GRAPH: Final = 6
V_ENTERED: Final = 7
V_OP: Final = 8
V_OP_ROW: Final = 9
V_TOKEN: Final = 10
V_WAITING: Final = 11
V_LAST_MESSAGE: Final = 12
V_LADDER: Final = 13
"""1 while the visit walks a ladder."""
V_LADDER_STEP: Final = 14
V_LADDER_OFFER: Final = 15
V_LAST_OFFER: Final = 16
V_PENDING: Final = 17
V_DUE: Final = 18
V_ANSWERS: Final = 19
V_SUPPRESSED: Final = 20
"""Name of the suppression that deferred the send; 0: something else did."""
V_LISTENING: Final = 21
"""The message; -1: none."""
V_BEST: Final = 22
V_SETTLING: Final = 23
V_CAUSE: Final = 24
V_CAUSE_AT: Final = 25
V_PARENT: Final = 26
"""Row of the visit that waits for this one; -1: none."""
V_HELD_OUT: Final = 27
V_ORDER: Final = 28
V_FORM: Final = 29
"""Form of the program at entry: whose journey and houses the visit has."""
VISIT: Final = 30

# --- agenda

E_KEY: Final = 0
E_SECOND_KEY: Final = 1
E_THIRD_KEY: Final = 2
E_KIND: Final = 3
E_A: Final = 4
E_B: Final = 5
E_C: Final = 6
ENTRY: Final = 7

FACT_PHASE: Final = 0
REACTION_PHASE: Final = 1
TIMEOUT_PHASE: Final = 2
EXIT_PHASE: Final = 3
STEP_PHASE: Final = 4
ENTRY_PHASE: Final = 5
GATE_PHASE: Final = 6

STEP: Final = 0
TIME_OUT_WAIT: Final = 1
TIME_OUT_PACE: Final = 2
TIME_OUT_LISTEN: Final = 3
TIME_OUT_SETTLE: Final = 4
ASK_GATE: Final = 5
CHECK_EXITS: Final = 6
EVALUATE: Final = 7
LOOK_AROUND: Final = 8
ENTER_JOURNEY: Final = 9
FIELD_CHANGED: Final = 10
OTHER_MAIL: Final = 11
LEAD_OUTCOME: Final = 12
GROUP_READY: Final = 13
GROUP_CHANGED: Final = 14
DELIVERED: Final = 15
BOUNCED: Final = 16
OPENED: Final = 17
CLICKED: Final = 18
PAGE_VIEWED: Final = 19
FORM_SUBMITTED: Final = 20
SALES_REQUESTED: Final = 21
UNSUBSCRIBED: Final = 22
CUSTOM_EVENT: Final = 23

# --- messages, acts, counted sends, reactions, leads, notes

M_ITEM: Final = 0
M_NUMBER: Final = 1
M_JOURNEY: Final = 2
M_VISIT: Final = 3
M_OP_ROW: Final = 4
M_STEP: Final = 5
M_CHANNEL: Final = 6
M_SENT: Final = 7
M_DELIVERED: Final = 8
"""-1: not delivered."""
M_BOUNCED: Final = 9
M_CLICKED: Final = 10
M_FIRST_REACTION: Final = 11
M_LAST_REACTION: Final = 12
M_BEFORE_IN_VISIT: Final = 13
M_BEFORE_OF_ITEM: Final = 14
MESSAGE: Final = 15

A_TIME: Final = 0
A_KIND: Final = 1
A_ITEM: Final = 2
A_JOURNEY: Final = 3
A_HUMAN: Final = 4
ACT: Final = 5

C_TIME: Final = 0
C_CHANNEL: Final = 1
COUNTED: Final = 2

R_TIME: Final = 0
R_REACTION: Final = 1
R_EVERY_LINK: Final = 2
R_NEXT: Final = 3
REACTION: Final = 4

TIMEOUT_REACTION: Final = 0
OPENED_REACTION: Final = 1
CLICKED_REACTION: Final = 2
REQUEST_REACTION: Final = 3
UNSUBSCRIBED_REACTION: Final = 4

L_OPEN: Final = 0
L_PLACE: Final = 1
L_NUMBER: Final = 2
L_REQUEST: Final = 3
L_CREATED: Final = 4
LEAD: Final = 5

GL_STATE: Final = 0
"""-1: nobody makes leads for the group; 0: none is open; 1: one is."""
GL_PLACE: Final = 1
GL_NUMBER: Final = 2
GROUP_LEAD: Final = 3

NOTE: Final = 8

# --- walks

W_LEVEL: Final = 0
W_TOP_PENDING: Final = 1
W_MADE: Final = 2
W_LEAF: Final = 3
W_GROUP: Final = 4
"""Length of the group."""
W_OFFERED: Final = 5
W_BEHIND: Final = 6
"""Numbers used for groups left behind: items, length, level."""
W_LISTS: Final = 7
"""Group, then what was offered, each with room for the largest house, then groups left behind."""


@compiled
def visit_at(state: NDArray[int64], journey: int) -> int:
    """Where the row of a journey's visit begins."""
    return state[VISITS_AT] + journey * VISIT
