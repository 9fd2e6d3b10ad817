"""Caps held against the record: which own sends found a cap already full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from journeyctl.calendars import local_day, local_month, local_week
from journeyctl.results.measures.context import CapTerms
from journeyctl.results.record import KIND_NUMBER, EventRecord, Integers
from journeyctl.semantics.effects import Kind

_QUARTER: Final = 900
"""Offsets of zones are whole quarters of an hour, so no local midnight lies inside one."""


def breaches_of(record: EventRecord, cap: CapTerms) -> int:
    """Own sends at whose moment `cap.maximum` or more counted sends lay in the window already.

    Counted are the journeys' sends, which are either delivered or bounced, and mail of other lines. Within one
    second other mail comes first; own sends follow in the record's order, which changes nothing in the count.
    """
    rows = _counted(record, cap)
    if not len(rows):
        return 0
    contact = record.column("contact")[rows].astype(np.int64)
    time = record.column("time")[rows].astype(np.int64)
    own = record.column("kind")[rows] == KIND_NUMBER[Kind.SENT]
    order = np.lexsort((own, time, contact, record.column("replication")[rows]))
    person = _changes(record.column("replication")[rows][order], contact[order])
    if cap.window == "rolling":
        before = _before_in_rolling(person, time[order], cap.seconds)
    else:
        starts = _window_starts(record, contact[order], time[order], cap)
        before = _place_in_group(_changes(person, starts))
    return int(np.count_nonzero(own[order] & (before >= cap.maximum)))


def _counted(record: EventRecord, cap: CapTerms) -> Integers:
    rows = record.rows_of(Kind.SENT, Kind.DELIVERED)
    sent = record.column("kind")[rows] == KIND_NUMBER[Kind.SENT]
    rows = rows[sent | (record.column("reason")[rows] == record.number_of("other_mail"))]
    if cap.channel is not None:
        rows = rows[record.column("channel")[rows] == record.number_of(cap.channel)]
    if cap.contacts is not None:
        numbers = np.array([record.number_of(name) for name in cap.contacts], np.int64)
        rows = rows[np.isin(record.column("contact")[rows], numbers)]
    counted: Integers = rows
    return counted


def _changes(*columns: Integers) -> Integers:
    """Ascending numbers of the groups of neighbours that agree in all columns."""
    new = np.zeros(len(columns[0]), np.bool_)
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.cumsum(new)


def _place_in_group(group: Integers) -> Integers:
    return np.arange(len(group)) - np.searchsorted(group, group, side="left")


def _before_in_rolling(person: Integers, time: Integers, seconds: int) -> Integers:
    """How many earlier rows of the same person lie in `(time - seconds, time]`."""
    since = time - time.min()
    span = int(since.max()) + seconds + 1
    line = person * span + since
    before: Integers = np.arange(len(line)) - np.searchsorted(line, line - seconds, side="right")
    return before


def _window_starts(record: EventRecord, contact: Integers, time: Integers, cap: CapTerms) -> Integers:
    window = _windows(cap)
    known: dict[tuple[str, int], int] = {}
    starts = []
    for number, second in zip(contact.tolist(), time.tolist(), strict=True):
        zone = cap.zones.get(record.names[number], cap.zone)
        place = (zone, second // _QUARTER)
        if place not in known:
            known[place] = window(second, zone)
        starts.append(known[place])
    return np.array(starts, np.int64)


def _windows(cap: CapTerms) -> Callable[[int, str], int]:
    match cap.window:
        case "day":
            return lambda second, zone: local_day(second, zone)[0]
        case "month":
            return lambda second, zone: local_month(second, zone)[0]
        case _:
            return lambda second, zone: local_week(second, zone, week_starts=cap.week_starts)[0]
