"""Caps held against the record: which sends, or wishes to send, find how many counted mails in their window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from journeyctl.calendars import local_day, local_month, local_week
from journeyctl.results.measures.context import CapTerms
from journeyctl.results.record import KIND_NUMBER, EventRecord, Integers, Mask
from journeyctl.semantics.effects import Kind

OTHER_MAIL = "other_mail"
"""The reason of deliveries that other business lines sent."""


@dataclass(frozen=True, slots=True)
class CountedMail:
    """The mail that a cap counts, by recipient and time. Columns of shape `(mails,)`.

    Within one second mail of other lines comes first; own mail follows in the record's order, which changes
    nothing in any count.
    """

    rows: Integers
    """Positions in the record."""
    person: Integers
    """Ascending numbers of the recipients, equal for mails of one recipient."""
    time: Integers
    own: Mask
    """Sent by a journey, or wanted by one."""
    window: Integers
    """UTC seconds at which the window that ends with this mail begins."""
    first: Integers
    """Place of the earliest mail of the same recipient in the window that ends with this mail."""

    @property
    def before(self) -> Integers:
        """How many mails lie in the window before each mail."""
        return np.arange(len(self.rows)) - self.first

    def breaches(self, maximum: int) -> int:
        """Own mails that find so many mails in their window already."""
        return int(np.count_nonzero(self.own & (self.before >= maximum)))


def refused(mail: CountedMail, cap: CapTerms) -> Mask:
    """Own mails that find the cap full of those before them, if what is refused is dropped and counts no more.

    Mail of other lines asks nobody and always counts.
    """
    full = np.zeros(len(mail.rows), np.bool_)
    starts = np.flatnonzero(np.diff(mail.person, prepend=-1))
    lengths = np.diff(starts, append=len(mail.rows))
    # The latest counted mails of each recipient in turn; the next one to be overwritten is the oldest.
    latest = np.full((len(starts), cap.maximum), np.iinfo(np.int64).min)
    turn = np.zeros(len(starts), np.int64)
    for ordinal in range(int(lengths.max(initial=0))):
        of = np.flatnonzero(lengths > ordinal)
        place = starts[of] + ordinal
        window = mail.window[place]
        full[place] = mail.own[place] & (latest[of, turn[of]] >= window)
        counted = of[~full[place]]
        latest[counted, turn[counted]] = mail.time[starts[counted] + ordinal]
        turn[counted] = (turn[counted] + 1) % cap.maximum
    return full


def breaches_of(record: EventRecord, cap: CapTerms, *, people: Mapping[str, str] | None = None) -> int:
    """Own sends at whose moment `cap.maximum` or more counted sends lay in the window already.

    Counted are the journeys' sends, which are either delivered or bounced, and mail of other lines. With
    `people`, which names the first record of each further one, the records of a person count together.
    """
    return counted_mail(record, cap, people=people).breaches(cap.maximum)


def counted_mail(
    record: EventRecord, cap: CapTerms, *, own: Kind = Kind.SENT, people: Mapping[str, str] | None = None
) -> CountedMail:
    """Everything that the cap counts; `own` is what stands for a mail of a journey, a wish for example."""
    rows = _counted(record, cap, own)
    contact = record.column("contact")[rows].astype(np.int64)
    recipient = contact if not people else _persons(record, people)[contact]
    time = record.column("time")[rows].astype(np.int64)
    is_own = record.column("kind")[rows] == KIND_NUMBER[own]
    order = np.lexsort((is_own, time, recipient, record.column("replication")[rows]))
    person = _changes(record.column("replication")[rows][order], recipient[order])
    sorted_time = time[order]
    if cap.window == "rolling":
        first = _first_in_rolling(person, sorted_time, cap.seconds)
        window: Integers = sorted_time - cap.seconds + 1
    else:
        window = _window_starts(record, contact[order], sorted_time, cap)
        group = _changes(person, window)
        first = np.searchsorted(group, group, side="left")
    return CountedMail(rows[order], person, sorted_time, is_own[order], window, first)


def _counted(record: EventRecord, cap: CapTerms, own: Kind) -> Integers:
    delivered = record.rows_of(Kind.DELIVERED)
    others = delivered[record.column("reason")[delivered] == record.number_of(OTHER_MAIL)]
    rows = np.concatenate([record.rows_of(own), others])
    if cap.channel is not None:
        rows = rows[record.column("channel")[rows] == record.number_of(cap.channel)]
    if cap.contacts is not None:
        bound = np.zeros(len(record.names) + 1, np.bool_)
        bound[[record.number_of(name) for name in cap.contacts]] = True
        rows = rows[bound[:-1][record.column("contact")[rows]]]
    return rows


def _persons(record: EventRecord, people: Mapping[str, str]) -> Integers:
    """By number of a contact's name, the number of the person's first record."""
    found = np.arange(len(record.names))
    for further, first in people.items():
        number, target = record.number_of(further), record.number_of(first)
        # A first record that the run never met has no number; its further one then stands for the person.
        if number >= 0 and target >= 0:
            found[number] = target
    return found


def _changes(*columns: Integers) -> Integers:
    """Ascending numbers of the groups of neighbours that agree in all columns."""
    new = np.zeros(len(columns[0]), np.bool_)
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.cumsum(new)


def _first_in_rolling(person: Integers, time: Integers, seconds: int) -> Integers:
    """Place of the first row of the same person in `(time - seconds, time]`."""
    if not len(person):
        return np.zeros(0, np.int64)
    since = time - time.min()
    span = int(since.max()) + seconds + 1
    line = person * span + since
    first: Integers = np.searchsorted(line, line - seconds, side="right")
    return first


def _window_starts(record: EventRecord, contact: Integers, time: Integers, cap: CapTerms) -> Integers:
    """The first second of the day, week or month around each moment, in the recipient's zone."""
    zones = (cap.zone, *sorted(set(cap.zones.values()) - {cap.zone}))
    place = {zone: number for number, zone in enumerate(zones)}
    zone_of = np.zeros(len(record.names), np.int64)
    for name, zone in cap.zones.items():
        if record.number_of(name) >= 0:
            zone_of[record.number_of(name)] = place[zone]
    starts = np.zeros(len(time), np.int64)
    for zone, number in place.items():
        chosen = zone_of[contact] == number
        if chosen.any():
            bounds = _bounds(int(time[chosen].min()), int(time[chosen].max()), zone, cap)
            starts[chosen] = bounds[np.searchsorted(bounds, time[chosen], side="right") - 1]
    return starts


def _bounds(first: int, last: int, zone: str, cap: CapTerms) -> Integers:
    """First seconds of all windows from the one around `first` to the one around `last`."""
    bounds, moment = [], first
    while moment <= last:
        start, moment = _window(moment, zone, cap)
        bounds.append(start)
    return np.array(bounds, np.int64)


def _window(second: int, zone: str, cap: CapTerms) -> tuple[int, int]:
    match cap.window:
        case "day":
            return local_day(second, zone)
        case "month":
            return local_month(second, zone)
        case _:
            return local_week(second, zone, week_starts=cap.week_starts)
