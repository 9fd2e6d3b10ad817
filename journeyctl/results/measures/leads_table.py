"""Leads from their creation to their end, read from the record.

A lead begins with the row `handed_off`; its `reason` is its cause: `request`, `score`, or the name of
the inflow for leads from elsewhere, whose row names neither journey nor buying group. Rows of the desk
name the lead; `attempted` has the second at which the call began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from journeyctl.results.record import KIND_NUMBER, EventRecord, Integers, Mask
from journeyctl.results.row_keys import row_groups
from journeyctl.semantics.effects import Kind

OUTCOMES: Final = (Kind.ACCEPTED, Kind.REJECTED, Kind.RECYCLED, Kind.UNREACHABLE, Kind.EXPIRED)
"""The ends of a lead at the desk."""
NOT_PASSED: Final = "not_passed"
"""Why a task with `pass`, such as pre-qualification, rejects a lead."""
NEVER: Final = np.iinfo(np.int64).max
"""The second of what did not happen."""


@dataclass(frozen=True, slots=True)
class Leads:
    """All leads of a record, in order of creation. Columns of shape `(leads,)`; times in UTC seconds."""

    name: Integers
    """Numbers of names, as in the record; so are contact, desk, cause and team."""
    contact: Integers
    desk: Integers
    cause: Integers
    own: Mask
    """Made by a journey or a buying group, not by an inflow of the desk."""
    created: Integers
    clock_start: Integers
    """Creation; for a scored lead that a request joined before the first call, the request."""
    first_call: Integers
    """Begin of the first attempt, or `NEVER`."""
    closed: Integers
    """Second of the outcome, or `NEVER`."""
    outcome: Integers
    """Number of the outcome's kind, or -1."""
    refused: Integers
    """Second at which a task before the call refused the lead, or `NEVER`."""
    team: Integers
    """The team that called first; for a lead not yet called the last one it was routed to."""


def leads_of(record: EventRecord) -> Leads:
    """The leads of a record. A lead named twice counts once, by its first row."""
    rows = _first_rows(record, record.rows_of(Kind.HANDED_OFF))
    rows = rows[np.argsort(record.cells("time", rows), kind="stable")]
    name, created = record.cells("lead", rows), record.cells("time", rows).astype(np.int64)
    place = np.full(len(record.names), -1, np.int64)
    place[name] = np.arange(len(rows))
    first_call = _earliest(record, record.rows_of(Kind.ATTEMPTED), place, len(rows))
    ends = _first_rows(record, record.rows_of(*OUTCOMES))
    ends = ends[place[record.cells("lead", ends)] >= 0]
    ended = place[record.cells("lead", ends)]
    outcome, closed = np.full(len(rows), -1, np.int64), np.full(len(rows), NEVER)
    outcome[ended], closed[ended] = record.cells("kind", ends), record.cells("time", ends)
    refused = np.full(len(rows), NEVER)
    not_passed = record.cells("reason", ends) == record.number_of(NOT_PASSED)
    refused[ended[not_passed]] = closed[ended[not_passed]]
    refused[first_call != NEVER] = NEVER
    cause = record.cells("reason", rows)
    return Leads(
        name=name,
        contact=record.cells("contact", rows),
        desk=record.cells("desk", rows),
        cause=cause,
        own=(record.cells("journey", rows) != 0) | (record.cells("group", rows) != 0),
        created=created,
        clock_start=_clock_start(record, place, created=created, cause=cause, first_call=first_call),
        first_call=first_call,
        closed=closed,
        outcome=outcome,
        refused=refused,
        team=_teams(record, place, len(rows)),
    )


def _clock_start(
    record: EventRecord, place: Integers, *, created: Integers, cause: Integers, first_call: Integers
) -> Integers:
    merged = record.rows_of(Kind.MERGED)
    request = record.number_of("request")
    raised = _earliest(record, merged[record.cells("reason", merged) == request], place, len(created))
    return np.where((cause != request) & (raised != NEVER) & (raised <= first_call), raised, created)


def _teams(record: EventRecord, place: Integers, length: int) -> Integers:
    routed = record.rows_of(Kind.ROUTED)
    routed = routed[np.argsort(record.cells("time", routed), kind="stable")]
    found = np.zeros(length, np.int64)
    for rows in (routed, _first_rows(record, record.rows_of(Kind.ATTEMPTED))):
        known = rows[place[record.cells("lead", rows)] >= 0]
        # Of several rows of one lead the last one stays.
        found[place[record.cells("lead", known)]] = record.cells("team", known)
    return found


def _first_rows(record: EventRecord, rows: Integers) -> Integers:
    """The earliest row of each lead."""
    rows = rows[record.cells("lead", rows) != 0]
    rows = rows[np.argsort(record.cells("time", rows), kind="stable")]
    found: Integers = rows[row_groups(record, rows, "lead").first]
    return found


def _earliest(record: EventRecord, rows: Integers, place: Integers, length: int) -> Integers:
    """By lead: the second of the earliest of these rows, or `NEVER`."""
    rows = rows[place[record.cells("lead", rows)] >= 0]
    found = np.full(length, NEVER)
    np.minimum.at(found, place[record.cells("lead", rows)], record.cells("time", rows))
    return found


def outcome_number(kind: Kind) -> int:
    """How `Leads.outcome` writes an outcome."""
    return KIND_NUMBER[kind]
