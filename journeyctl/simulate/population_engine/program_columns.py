"""Where a program's numbers lie: one array with a head, lists, conditions, and a table of each kind of row.

There are rows for ops, journeys, items, houses and forms. A country whose overlays change something has a
form of its own; form 0 is the workspace's. Rows of journeys, items and houses are repeated for every form.
A list is a start in the array and a length.
"""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine.jit import compiled

FIXED_NAMES: Final = (
    "", "sales_request", "mql", "opened", "clicked", "unsubscribed", "bounced", "page_viewed", "form_submitted",
    "consent_lost", "group_ready", "condition", "timeout", "human", "machine", "system", "email", "other_mail",
    "every_link", "hard", "soft", "elapsed", "past", "unknown", "holdout", "expired", "undeliverable",
    "not_available", "no_locale", "already_sent", "quiet_hours", "send_window", "topic_unknown",
    "exhausted.all_sent", "exhausted.cold", "exhausted.no_content", "update", "request", "score", "not_ready",
    "again", "already_in", "parent-left", "stuck", "consent-lost", "wait", "gate", "delivery", "pace", "listen",
    "handoff", "child",
)  # fmt: skip
"""Names that compiled code writes itself; their places in the list of names are the constants below."""

(
    NO_NAME, SALES_REQUEST, MQL, OPENED, CLICKED, UNSUBSCRIBED, BOUNCED, PAGE_VIEWED, FORM_SUBMITTED,
    CONSENT_LOST, GROUP_READY, CONDITION, TIMEOUT, HUMAN, MACHINE, SYSTEM, EMAIL, OTHER_MAIL,
    EVERY_LINK, HARD, SOFT, ELAPSED, PAST, UNKNOWN_NAME, HOLDOUT, EXPIRED, UNDELIVERABLE,
    NOT_AVAILABLE, NO_LOCALE, ALREADY_SENT, QUIET_HOURS, SEND_WINDOW, TOPIC_UNKNOWN,
    ALL_SENT, COLD, NO_CONTENT, UPDATE, REQUEST, SCORE_NAME, NOT_READY,
    AGAIN, ALREADY_IN, PARENT_LEFT, STUCK_NAME, CONSENT_LOST_END, W_WAIT, W_GATE, W_DELIVERY, W_PACE, W_LISTEN,
    W_HANDOFF, W_CHILD,
) = range(len(FIXED_NAMES))  # fmt: skip
"""What a visit waits for is kept as its name, too."""

# --- head

ZONE_COLUMN: Final = 0
COUNTRY_COLUMN: Final = 1
LOCALE_COLUMN: Final = 2
ZONE_DEFAULT: Final = 3
COUNTRY_DEFAULT: Final = 4
LOCALE_DEFAULT: Final = 5
DELIVERABLE_COLUMN: Final = 6
DELIVERABLE_DEFAULT: Final = 7
JOURNEYS: Final = 8
ITEMS: Final = 9
HOUSES: Final = 10
KEYS: Final = 11
"""Things that conditions read: columns of fields, then score and fit, then leads."""
SCORE_KEY: Final = 12
LEAD_KEY: Final = 13
ACTIVE: Final = 14
ACTIVE_COUNT: Final = 15
ENTRY_EVENTS: Final = 16
"""By event: start and length of the list of journeys that it lets contacts enter."""
LISTS: Final = 17
"""By list: start and length of its texts."""
ZONE_OF_TEXT: Final = 18
COUNTRY_OF_TEXT: Final = 19
"""By text: position of the country plus 1."""
FORM_OF_TEXT: Final = 20
TAG_OF_TEXT: Final = 21
"""By text: the language tag's number plus 1; 0: no text that can be one."""
COUNTRIES: Final = 22
"""By country: zone, calendar, language tag."""
OWN_TAG: Final = 23
HOLDOUT_THRESHOLD: Final = 24
HOLDOUT_PURPOSE: Final = 25
SPLIT_PURPOSE: Final = 26
RAMP_PURPOSE: Final = 27
KEEPS_ACTS: Final = 28
SCORE_IS_READ: Final = 29
JOURNEY_TEXTS: Final = 30
FACT_NAMES: Final = 31
"""By column: start of the names of false, true and unknown; -1 where others occur."""
OUTCOME_TEXTS: Final = 32
OUTCOME_NAMES: Final = 33
ZONE_COUNT: Final = 34
LEAD_SCORE_PLACE: Final = 35
TEXT_COUNT: Final = 36
FORMS: Final = 37
EVENTS: Final = 38
"""Names below this one can be events."""
GROUP_KEYS: Final = 39
"""First key of a buying group."""
GROUP_COUNT: Final = 40
GROUP_COLUMNS: Final = 41
"""Start of the columns by group: completeness, ready, missing roles, own role; -1 where nobody asks."""
DESKS: Final = 42
PLACES: Final = 43
LADDER_ROOM: Final = 44
"""Numbers that a walk through the largest house needs, save those of groups left behind."""
LARGEST_HOUSE: Final = 45
OPS_AT: Final = 46
GRAPHS_AT: Final = 47
ITEMS_AT: Final = 48
HOUSES_AT: Final = 49
FORMS_AT: Final = 50
GROUP_NAMES: Final = 51
COMPANIONS: Final = 52
"""By column: the one that says which numbers are broken ones; -1: none."""
HEAD: Final = 53

# --- ops

OP_KIND: Final = 0
OP_STEP: Final = 1
OP_GATE_RANK: Final = 2
"""Rank of journey and step by name."""
A: Final = 3
OP_COLUMNS: Final = 18

SEND: Final = 0
SEND_ITEM: Final = 3
SEND_NEXT: Final = 4
SEND_SKIPPED: Final = 5
SEND_CHANNEL: Final = 6
"""Name."""
SEND_TAG: Final = 7
SEND_EXPIRE: Final = 8
SEND_WINDOW_TABLE: Final = 9
SEND_LADDER: Final = 10
SEND_REPEATS: Final = 11
SEND_REPEAT: Final = 12
"""Months, business days, seconds."""

WAIT: Final = 1
WAIT_MODE: Final = 3
WAIT_NEXT: Final = 4
WAIT_LENGTH: Final = 5
"""Months, business days, seconds; of a moment: weekdays as bits, second of the day, zone of the contact."""
WAIT_ZONE: Final = 8
WAIT_VALUE: Final = 9
WAIT_IS_MOMENT: Final = 10

LISTEN: Final = 2
LISTEN_ANY: Final = 3
LISTEN_ITEM: Final = 4
LISTEN_STEP: Final = 5
LISTEN_WINDOW: Final = 6
LISTEN_OUTCOMES: Final = 9
"""Five columns: timeout, opened, clicked, sales_request, unsubscribed."""
LISTEN_HUMAN: Final = 14
LISTEN_SETTLE: Final = 15

BRANCH: Final = 3
BRANCH_CASES: Final = 3
BRANCH_COUNT: Final = 4
BRANCH_OTHERWISE: Final = 5
BRANCH_NAME: Final = 6

SPLIT: Final = 4
SPLIT_ARMS: Final = 3
SPLIT_COUNT: Final = 4
SPLIT_PLACE: Final = 5

LADDER: Final = 5
LADDER_HOUSE: Final = 3
LADDER_OFFER: Final = 4
LADDER_MODE: Final = 5
LADDER_TOPIC: Final = 6
LADDER_GROUP: Final = 7
LADDER_GROUP_SIZE: Final = 8
LADDER_LEVEL: Final = 9

OFFER: Final = 6
OFFER_HOUSE: Final = 3
OFFER_TARGETS: Final = 4
OFFER_EXHAUSTED: Final = 5
OFFER_PACE: Final = 6
OFFER_COLD_DEPTH: Final = 7
OFFER_BREADTH: Final = 8
OFFER_ONLY: Final = 9
OFFER_REPEATS: Final = 10
OFFER_REPEAT: Final = 11
OFFER_ASKED: Final = 14

DEEPEN: Final = 7
DEEPEN_ITEM: Final = 3
DEEPEN_OFFER: Final = 4

UPDATE_FIELDS: Final = 8
UPDATE_START: Final = 3
UPDATE_COUNT: Final = 4
UPDATE_NEXT: Final = 5
ASSIGN_COLUMN: Final = 0
"""-1: the score."""
ASSIGN_CHANGE: Final = 1
"""0 set, 1 add, 2 evaluate."""
ASSIGN_CODE: Final = 2
ASSIGN_NAME: Final = 3
ASSIGN_VALUE: Final = 4
ASSIGN_BROKEN: Final = 5
"""Where the instructions begin that say whether the number is a broken one; below 0: -1 it is not, -2 it is."""
ASSIGNMENT: Final = 6

HANDOFF: Final = 9
HANDOFF_DESK: Final = 3
HANDOFF_DESK_NAME: Final = 4
HANDOFF_OUTCOMES: Final = 5
HANDOFF_READY: Final = 6
"""Column that says whether the group is ready; -1 where there is none."""
HANDOFF_GROUP: Final = 7
"""Number of the buying group; -1: none."""
HANDOFF_GROUP_NAME: Final = 8
HANDOFF_PLACE: Final = 9
HANDOFF_PLACE_NAME: Final = 10
OUTCOMES: Final = ("accepted", "rejected", "recycled", "unreachable", "expired", "not_ready")

ACTIVATE: Final = 10
ACTIVATE_AUDIENCE: Final = 3
ACTIVATE_LENGTH: Final = 4
ACTIVATE_WHEN: Final = 7
ACTIVATE_NEXT: Final = 8
ACTIVATE_GROUP: Final = 9

ENTER: Final = 11
ENTER_JOURNEY: Final = 3
ENTER_OUTCOMES: Final = 4
ENTER_COUNT: Final = 5
ENTER_THEN: Final = 6

END: Final = 12
END_LABEL: Final = 3

# --- journeys

G_NAME: Final = 0
G_ORDER: Final = 1
"""Rank among all journeys of all forms by priority, then name."""
G_PRIORITY: Final = 2
"""Negative, as it orders sends."""
G_EXITS_ON_LOSS: Final = 3
"""Whether a written exit takes the contact's opting out."""
G_START: Final = 4
G_PURPOSES: Final = 5
G_PURPOSE_COUNT: Final = 6
G_EXITS: Final = 7
G_EXIT_COUNT: Final = 8
G_EXITS_VOLATILE: Final = 9
G_READS: Final = 10
"""By form in which the contact is: start of the table by key."""
G_WHEN: Final = 11
"""0 continuous, 1 once, 2 event."""
G_CONDITION: Final = 12
G_VOLATILE: Final = 13
G_EVERY: Final = 14
G_DAILY: Final = 17
G_AGAIN_KIND: Final = 18
G_AGAIN: Final = 19
G_LAUNCH: Final = 22
G_RAMP_DAYS: Final = 23
G_RAMP_PLACE: Final = 24
G_COLUMNS: Final = 25

PURPOSE_NUMBER: Final = 0
PURPOSE_NAME: Final = 1
PURPOSE: Final = 2
EXIT_TARGET: Final = 0
EXIT_EVENT: Final = 1
EXIT_CONDITION: Final = 2
EXIT_NAME: Final = 3
EXIT_VOLATILE: Final = 4
EXIT: Final = 5

# --- items and houses

ITEM_NAME: Final = 0
ITEM_LINE: Final = 1
ITEM_TOPIC: Final = 2
ITEM_LEVEL: Final = 3
ITEM_TAGS: Final = 4
"""Codes of what conditions see."""
ITEM_WRITTEN: Final = 5
ITEM_WRITTEN_LINE: Final = 6
"""Names in the record."""
ITEM_FROM: Final = 7
ITEM_UNTIL: Final = 8
ITEM_LIVE: Final = 9
"""-1: the form has no such item."""
ITEM_WHEN: Final = 10
ITEM_HAS_LOCALES: Final = 11
ITEM_LOCALES: Final = 12
"""By language tag: name of the locale that is sent, 0: none."""
ITEM_DEPTH: Final = 13
ITEM_CHILDREN: Final = 14
ITEM_CHILD_COUNT: Final = 15
"""Places in the house."""
ITEM_COLUMNS: Final = 16

HOUSE_ITEMS: Final = 0
HOUSE_SIZE: Final = 1
HOUSE_LEVELS: Final = 2
HOUSE_FIRST: Final = 3
HOUSE_FIRST_SIZE: Final = 4
HOUSE_COLUMNS: Final = 5

# --- forms

F_UNKNOWN_GRANTED: Final = 0
F_CAPS: Final = 1
F_CAP_COUNT: Final = 2
F_SUPPRESSIONS: Final = 3
F_SUPPRESSION_COUNT: Final = 4
F_QUIET: Final = 5
F_MARKETING: Final = 6
F_SCORES: Final = 7
F_HALF_LIFE: Final = 8
F_HALF_LIFE_LENGTH: Final = 9
F_MQL_SCORE: Final = 10
F_MQL_ANY_FIT: Final = 11
F_MQL_AGAIN: Final = 12
F_FIT: Final = 13
F_GRADES: Final = 14
F_GRADE_COUNT: Final = 15
F_POINTS: Final = 16
"""By event: hundredths of a point for humans and for machines."""
F_CONSENTS: Final = 17
"""By purpose: the column of its consent."""
F_COLUMNS: Final = 18

GRADE_TEXT: Final = 0
GRADE_NAME: Final = 1
GRADE_COUNTS: Final = 2
GRADE: Final = 3
CAP_APPLIES: Final = 0
CAP_CHANNEL: Final = 1
CAP_MAXIMUM: Final = 2
CAP_PER: Final = 3
CAP_CALENDAR: Final = 6
"""-1 rolling, 0 day, 1 week, 2 month."""
CAP_SKIPS: Final = 7
CAP_EXPIRE: Final = 8
CAP_OF_CONTACT: Final = 9
CAP_ZONE: Final = 10
CAP_NAME: Final = 11
CAP: Final = 12
SUPPRESSION_CONDITION: Final = 0
SUPPRESSION_SKIPS: Final = 1
SUPPRESSION_NAME: Final = 2
SUPPRESSION_READS: Final = 3
"""Start of the table by key."""
SUPPRESSION_THINS: Final = 4
"""Where the numbers of a thinned world begin; -1: a plain suppression."""
SUPPRESSION: Final = 5
THIN_SHARE: Final = 0
"""Threshold of wishes that are not dropped."""
THIN_PURPOSE: Final = 1
THIN_FIRST_WEEK: Final = 2
THIN_WEEKS: Final = 3
THIN_KEYS: Final = 4
"""Twenty round keys, then by item and week the hash of both."""
THIN_PLACES: Final = 24


@compiled
def op_at(program: NDArray[int64], row: int) -> int:
    """Where the row of an op begins."""
    return program[OPS_AT] + row * OP_COLUMNS


@compiled
def graph_at(program: NDArray[int64], form: int, journey: int) -> int:
    """Where the row of a journey in one form begins."""
    return program[GRAPHS_AT] + (form * program[JOURNEYS] + journey) * G_COLUMNS


@compiled
def item_at(program: NDArray[int64], form: int, item: int) -> int:
    """Where the row of an item in one form begins."""
    return program[ITEMS_AT] + (form * program[ITEMS] + item) * ITEM_COLUMNS


@compiled
def house_at(program: NDArray[int64], form: int, house: int) -> int:
    """Where the row of a house in one form begins."""
    return program[HOUSES_AT] + (form * program[HOUSES] + house) * HOUSE_COLUMNS


@compiled
def form_at(program: NDArray[int64], form: int) -> int:
    """Where the row of a form begins."""
    return program[FORMS_AT] + form * F_COLUMNS
