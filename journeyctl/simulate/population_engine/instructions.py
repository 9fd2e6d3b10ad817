"""Instructions of compiled conditions: whole numbers in one pool, evaluated on a stack of codes.

An instruction is its number, then its operands. Truth is 1, 0 or `UNKNOWN`.
"""

from __future__ import annotations

from typing import Final

RETURN: Final = 0
CONSTANT: Final = 1
"""Operand: a code."""
FIELD: Final = 2
"""Operands: column, what stands in for an unknown value."""
NOT: Final = 3
AND_NEXT: Final = 4
"""Takes a term, keeps the answer so far below it. Operand: where to go on once the answer is known."""
OR_NEXT: Final = 5
IF_TRUE: Final = 6
"""Takes a truth. Operand: where to go on unless it is true."""
JUMP: Final = 7
EQUAL: Final = 8
UNEQUAL: Final = 9
LESS: Final = 10
AT_MOST: Final = 11
MORE: Final = 12
AT_LEAST: Final = 13
LENGTHS: Final = 14
"""Compares two durations. Operand: one of the six above."""
BOTH: Final = 15
"""Two truths: unknown as soon as one is."""
IS_UNKNOWN: Final = 16
IS_KNOWN: Final = 17
LOOK_UP: Final = 18
"""Operand: start of a table over codes, such as texts' ranks or the answers of a pattern."""
ONE_OF: Final = 19
"""Operands: answer where none fits, number of codes, the codes."""
IN_LIST: Final = 20
COUNT: Final = 21
EACH: Final = 22
"""A list becomes list, place and answer so far. Operands: that answer, where to go on if there is no list."""
NEXT: Final = 23
"""Pushes the next entry. Operands: where the list lies in the stack, where to go on after the last one."""
JUDGE: Final = 24
"""Takes a truth about an entry. Operands: list's place, decisive answer, where the loop begins, where it ends."""
ANSWER: Final = 25
"""Leaves only the answer of a loop. Operand: the list's place."""
ENTRY: Final = 26
"""Pushes the entry at hand. Operand: the list's place."""
PLUS: Final = 27
MINUS: Final = 28
TIMES: Final = 29
DIVIDED_BY: Final = 30
NEGATIVE: Final = 31
TODAY: Final = 32
NOW: Final = 33
SHIFT_DATE: Final = 34
"""Operands: months, days."""
SHIFT_MOMENT: Final = 35
"""Operands: months, seconds."""
GAP_OF_DATES: Final = 36
GAP_OF_MOMENTS: Final = 37
HISTORY: Final = 38
"""Operands: act, mask of given arguments (1 item, 2 topic, 4 level, 8 journey, 16 within, 32 human)."""
LEAD_OPEN: Final = 39
LEAD_AGE: Final = 40
LEAD_OUTCOME: Final = 41
LEAD_REASON: Final = 42
ENTERED_AT: Final = 43
ITEM_FIELD: Final = 44
"""Operand: column of the table of items."""
SCORE: Final = 45
BY_FORM: Final = 46
"""Goes on where the contact's form of the program says. Operands: one place for each form."""
ASKS_GROUP: Final = 47
"""What account evaluations have said of a group is looked at next; leaves the stack alone."""

MONTH: Final = 1 << 40
"""A duration's code is its months times this, plus its seconds."""

SENDS: Final = 0
OPENS: Final = 1
CLICKS: Final = 2
VISITS: Final = 3
REQUESTS: Final = 4
ACTS: Final = ("sends", "opens", "clicks", "visits", "requests")
