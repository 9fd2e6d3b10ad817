"""What will happen after a mail went out, as values in the order in which it happens."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class What(IntEnum):
    """Kinds of planned events; at one second they happen in this order."""

    DELIVERED = 0
    HARD_BOUNCE = 1
    SOFT_BOUNCE = 2
    SCANNER_OPEN = 3
    SCANNER_CLICK = 4
    PREFETCH = 5
    OPEN = 6
    CLICK = 7
    VISIT = 8
    REQUEST = 9
    UNSUBSCRIBE = 10


class Planned(NamedTuple):
    """One thing that will happen to one contact. Sorts by time, kind, item and number, as a tuple does by itself."""

    time: int
    """UTC seconds."""
    what: What
    item: str = ""
    """Empty for unsolicited visits and what follows from them."""
    number: int = 0
    """Which send of the item it was, from 1; of unsolicited visits, which of its week."""
    place: str = ""
    """What addresses its draws beside contact and number: item or step, or the ISO week."""
