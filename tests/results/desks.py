"""One desk, Monday to Friday from 09:00 to 17:00 UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from journeyctl.calendars import BusinessClock, Calendar, Hours, ShiftClock, working_time
from journeyctl.results.measures import DeskTerms, MeasuringContext, TeamClocks
from tests.results.events import HOUR, at

SHIFT: Final = ShiftClock(working_time("UTC", days=frozenset(range(5)), hours=Hours(9 * HOUR, 17 * HOUR)))
TEAM: Final = TeamClocks(business=BusinessClock(Calendar("UTC")), shift=SHIFT)
CAPACITY: Final[Mapping[str, int]] = {f"2026-W{week:02d}": 100 * HOUR for week in range(2, 6)}


def desk(**changes: object) -> DeskTerms:
    terms: dict[str, Any] = {"teams": {"t": TEAM}, "limit": 48 * HOUR, "clock": "wall", "capacity_seconds": CAPACITY}
    return DeskTerms(**(terms | changes))


def run(days: float = 28, *, drain: float | None = None, **desks: DeskTerms) -> MeasuringContext:
    """A run from a Monday on; the desk `d` unless others are given."""
    until = None if drain is None else at(days + drain)
    return MeasuringContext(start=at(0), end=at(days), zone="UTC", desks=desks or {"d": desk()}, observed_until=until)
