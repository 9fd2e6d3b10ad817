"""Two worlds with other desks are the same until the first outcome comes back."""

from __future__ import annotations

from journeyctl.results.before_outcomes import LONGEST, before_outcomes, desk_reached_contacts
from journeyctl.results.record import EventRecord, record_of_texts

DAY = 86_400


def record(*rows: tuple[int, str, str]) -> EventRecord:
    times, kinds, contacts = zip(*rows, strict=True)
    return record_of_texts({"time": times, "kind": kinds, "contact": contacts}, length=len(rows))


COMMON = ((0, "entered", "p1"), (DAY, "sent", "p1"), (2 * DAY, "asked", "p1"), (2 * DAY, "handed_off", "p1"))


def test_rows_of_the_desk_and_later_ones_do_not_count() -> None:
    here = before_outcomes(
        record(*COMMON, (3 * DAY, "attempted", "p1"), (4 * DAY, "synced", "p1"), (4 * DAY, "ended", "p1")), start=0
    )
    there = before_outcomes(record(*COMMON, (6 * DAY, "attempted", "p1"), (7 * DAY, "synced", "p1")), start=0)
    assert (here.until, there.until) == (4 * DAY, 7 * DAY)
    assert len(here.times) == len(there.times) == 4
    assert here.differences(there) == there.differences(here) == 0
    assert desk_reached_contacts(here, there, variant="one") == ()


def test_a_difference_before_the_earlier_of_the_first_outcomes_is_a_fault() -> None:
    here = before_outcomes(record(*COMMON, (4 * DAY, "synced", "p1")), start=0)
    there = before_outcomes(record(*COMMON, (3 * DAY, "sent", "p2"), (5 * DAY, "synced", "p1")), start=0)
    assert here.differences(there) == 1
    (fault,) = desk_reached_contacts(here, there, variant="one-sdr")
    assert (fault.expected, fault.found, fault.where) == (0, 1, "one-sdr")


def test_a_difference_between_the_two_first_outcomes_is_none() -> None:
    here = before_outcomes(record(*COMMON, (4 * DAY, "synced", "p1")), start=0)
    there = before_outcomes(record(*COMMON, (4 * DAY, "sent", "p2"), (5 * DAY, "synced", "p1")), start=0)
    assert here.differences(there) == 0


def test_a_world_without_outcomes_is_kept_for_four_weeks() -> None:
    found = before_outcomes(record(*COMMON, (DAY + LONGEST, "sent", "p2")), start=DAY)
    assert found.until == DAY + LONGEST
    assert len(found.times) == 4
