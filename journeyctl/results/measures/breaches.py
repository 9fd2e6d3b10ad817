"""Caps held against the record: which sends, or wishes to send, find how many counted mails in their window."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

import numpy as np

from journeyctl.calendars import local_day, local_month, local_week
from journeyctl.results.measures.context import CapTerms
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.results.row_keys import flags, order_by, order_of
from journeyctl.semantics.effects import Kind

OTHER_MAIL = "other_mail"
"""The reason of deliveries that other business lines sent."""
_YEAR: Final = 1 << 25
"""Seconds, a little more than a year: windows are worked out for whole ones, so that many runs share them."""


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

    def finds(self, many: int) -> Mask:
        """Which mails have at least so many before them in their window."""
        found = np.ones(len(self.rows), np.bool_)
        if many:
            found[:many] = False
            # Mails are ordered, so the window holds that many if it reaches back to the one so many places before.
            found[many:] = (self.person[many:] == self.person[:-many]) & (self.time[:-many] >= self.window[many:])
        return found

    def over(self, maximum: int) -> Mask:
        """Own mails that find so many mails in their window already."""
        return self.own & self.finds(maximum)

    def breaches(self, maximum: int) -> int:
        """How many own mails find so many mails in their window already."""
        return int(np.count_nonzero(self.over(maximum)))

    @property
    def fullest(self) -> int:
        """Mails in the fullest window of anybody."""
        if not len(self.rows):
            return 0
        enough, too_many = 0, 1
        while self.finds(too_many).any():
            enough, too_many = too_many, 2 * too_many
        # A window that reaches back to one mail reaches back to all after it.
        while too_many - enough > 1:
            middle = (enough + too_many) // 2
            enough, too_many = (middle, too_many) if self.finds(middle).any() else (enough, middle)
        return enough + 1

    @property
    def is_first(self) -> Mask:
        """Which mails are the first of their recipient."""
        found = np.ones(len(self.rows), np.bool_)
        np.not_equal(self.person[1:], self.person[:-1], out=found[1:])
        return found

    def first(self, places: Integers) -> Integers:
        """The place of the earliest mail of the same recipient in the windows that end with these mails."""
        new = self.is_first
        begins = np.flatnonzero(new)[np.cumsum(new)[places] - 1]
        found = places.copy()
        left = np.flatnonzero(places > begins)
        while len(left):
            reached = self.time[found[left] - 1] >= self.window[places[left]]
            found[left[reached]] -= 1
            left = left[reached]
            left = left[found[left] > begins[left]]
        return found


def refused(mail: CountedMail, cap: CapTerms) -> Mask:
    """Own mails that find the cap full of those before them, if what is refused is dropped and counts no more.

    Mail of other lines asks nobody and always counts.
    """
    if not cap.maximum:
        return mail.own
    full = np.zeros(len(mail.rows), np.bool_)
    every = np.flatnonzero(mail.is_first)
    # Nobody is refused anything whose windows are not full even with all mails in them.
    starts, lengths = _of_anybody(mail.over(cap.maximum), every)
    places, bounds = _turns(starts, lengths)
    own, window, time = mail.own[places], mail.window[places], mail.time[places]
    # The latest counted mails of each recipient, the oldest first.
    latest = np.full((cap.maximum, len(starts)), np.iinfo(np.int64).min)
    for first, after in pairwise(bounds):
        known = latest[:, : after - first]
        refuses = own[first:after] & (known[0] >= window[first:after])
        full[places[first:after]] = refuses
        counts = ~refuses
        np.copyto(known[:-1], known[1:], where=counts)
        np.copyto(known[-1], time[first:after], where=counts)
    return full


def _turns(starts: Integers, lengths: Integers) -> tuple[Integers, list[int]]:
    """The places of the first mail of everybody, then of the second and so on, and where each of these begins.

    Who has most mail comes first each time.
    """
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    ordinal = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    several = np.cumsum(np.bincount(ordinal)) if len(ordinal) else np.zeros(0, np.int64)
    return (np.repeat(starts, lengths) + ordinal)[order_by(ordinal)], [0, *several.tolist()]


def _of_anybody(mask: Mask, starts: Integers) -> tuple[Integers, Integers]:
    """Where those lines begin in which the mask is true anywhere, and how long they are."""
    lengths = np.diff(starts, append=len(mask))
    kept = np.logical_or.reduceat(mask, starts) if len(starts) else np.zeros(0, np.bool_)
    return starts[kept], lengths[kept]


def breaches_of(record: EventRecord, cap: CapTerms) -> int:
    """Own sends at whose moment `cap.maximum` or more counted sends lay in the window already.

    Counted are the journeys' sends, which are either delivered or bounced, and mail of other lines.
    """
    return AllMail.of(record, Kind.SENT).under(Bound.of(record, cap)).breaches(cap.maximum)


@dataclass(frozen=True, slots=True)
class Bound:
    """Whom a cap holds for, in the numbers of one record."""

    cap: CapTerms
    channel: int | None
    """Number of the channel's name; `None`: all."""
    contacts: Mask | None
    """By number of a contact's name; `None`: everybody."""
    zones: tuple[str, ...]
    zone: Integers | None
    """By number of a contact's name the place of its zone; `None`: all have the only one."""

    @classmethod
    def of(
        cls, record: EventRecord, cap: CapTerms, numbers: Callable[[Collection[str]], Integers] | None = None
    ) -> Bound:
        """The contacts of a cap, and the zones that cut its windows. `numbers` may remember those of names."""
        # Whom the record does not know has the number -1, which is the place after all names.
        size = len(record.names) + 1
        known = partial(numbers_of, record) if numbers is None else numbers
        contacts = None if cap.contacts is None else flags(known(cap.contacts), size)
        channel = None if cap.channel is None else record.number_of(cap.channel)
        zones = (cap.zone, *sorted(set(cap.zones.values()) - {cap.zone}))
        if len(zones) == 1 or cap.window == "rolling":
            return cls(cap, channel, contacts, zones[:1], None)
        place = {zone: number for number, zone in enumerate(zones)}
        zone = np.zeros(size, np.int64)
        zone[known(cap.zones)] = [place[name] for name in cap.zones.values()]
        return cls(cap, channel, contacts, zones, zone)


def numbers_of(record: EventRecord, names: Collection[str]) -> Integers:
    """The numbers of names, in their order; -1 for those that the record does not know."""
    return np.array(record.names.numbers_of(tuple(names)), np.int64)


@dataclass(frozen=True, slots=True)
class AllMail:
    """The mail of a record that any cap may count, by recipient and time. Columns of shape `(mails,)`."""

    rows: Integers
    """Positions in the record."""
    contact: Integers
    """Number of the contact's name."""
    person: Integers
    """Number of the recipient's name: the contact, or the first record of the same person."""
    channel: Integers
    time: Integers
    own: Mask

    @classmethod
    def of(cls, record: EventRecord, own: Kind, *, people: Persons | None = None) -> AllMail:
        """Every mail; `own` is what stands for a mail of a journey, a wish for example.

        With `people` only the mail of persons with several records, whose records then count together.
        """
        delivered, mine = record.rows_of(Kind.DELIVERED), record.rows_of(own)
        others = delivered.compress(record.cells("reason", delivered) == record.number_of(OTHER_MAIL))
        rows = np.concatenate([others, mine])
        is_own = np.arange(len(rows)) >= len(others)
        if people is not None:
            chosen = people.several[record.cells("contact", rows)]
            rows, is_own = rows.compress(chosen), is_own.compress(chosen)
        # Cells are read in the order of the record, which is much faster than reading here and there.
        time, contact, channel = (record.cells(name, rows) for name in ("time", "contact", "channel"))
        recipient = contact if people is None else people.first.take(contact)
        # Within a second mail of other lines comes before.
        order = order_of(recipient, time, is_own)
        rows, contact, recipient, channel = (column.take(order) for column in (rows, contact, recipient, channel))
        return cls(rows, contact, recipient, channel, time.take(order), is_own.take(order))

    def under(self, bound: Bound) -> CountedMail:
        """The mail that a cap counts."""
        return self.counted(bound).in_windows(bound)

    def counted(self, bound: Bound) -> AllMail:
        """The mail on the channel and to the contacts of a cap; the same for all caps with the same of both."""
        chosen = self._counted(bound)
        if chosen.all():
            return self
        return AllMail(
            self.rows.compress(chosen), self.contact.compress(chosen), self.person.compress(chosen),
            self.channel.compress(chosen), self.time.compress(chosen), self.own.compress(chosen),
        )  # fmt: skip

    def in_windows(self, bound: Bound) -> CountedMail:
        """With the windows of a cap, which counts all of this mail."""
        cap, time = bound.cap, self.time
        window = time - cap.seconds + 1 if cap.window == "rolling" else _window_starts(self.contact, time, bound)
        return CountedMail(self.rows, self.person, time, self.own, window)

    def _counted(self, bound: Bound) -> Mask:
        counted = np.ones(len(self.rows), np.bool_)
        if bound.channel is not None:
            counted = self.channel == bound.channel
        if bound.contacts is not None:
            counted = counted & bound.contacts.take(self.contact)
        return counted


def over_per_person(record: EventRecord, bound: Bound, mail: CountedMail, merged: AllMail) -> int:
    """Own mails over a cap when all records of a person count together.

    `mail` is what the cap counts record by record, `merged` all mail of the persons with several records.
    """
    several = flags(merged.contact, len(record.names))
    over = mail.over(bound.cap.maximum)
    alone = over & ~several[record.cells("contact", mail.rows)] if len(merged.contact) else over
    return int(np.count_nonzero(alone)) + merged.under(bound).breaches(bound.cap.maximum)


@dataclass(frozen=True, slots=True)
class Persons:
    """Which records of contacts are of one person, in the numbers of one record."""

    first: Integers
    """By number of a contact's name that of the person's first record, or of its own where the run never met that."""
    several: Mask
    """Whether the person has other records that the run met, by number of a contact's name."""
    alone: Mapping[int, str]
    """The first record of further ones whose first record the run never met."""

    @classmethod
    def of(cls, record: EventRecord, people: Mapping[str, str]) -> Persons:
        """`people` names the first record of each further one."""
        found = np.arange(len(record.names))
        several = np.zeros(len(record.names), np.bool_)
        numbers, targets = numbers_of(record, people.keys()), numbers_of(record, people.values())
        met = (numbers >= 0) & (targets >= 0)
        found[numbers[met]] = targets[met]
        several[numbers[met]] = several[targets[met]] = True
        names = tuple(people.values())
        strangers = np.flatnonzero((numbers >= 0) & (targets < 0)).tolist()
        return cls(found, several, {int(numbers[place]): names[place] for place in strangers})

    def count(self, contacts: Mask) -> int:
        """How many persons these contacts are."""
        firsts = np.count_nonzero(flags(self.first[np.flatnonzero(contacts)], len(contacts)))
        # Further records stand for a first one that nobody met, and several may stand for the same.
        strangers = [name for number, name in self.alone.items() if contacts[number]]
        return int(firsts) - len(strangers) + len(set(strangers))


def _window_starts(contact: Integers, time: Integers, bound: Bound) -> Integers:
    """The first second of the day, week or month around each moment, in the recipient's zone."""
    if not len(time):
        return np.zeros(0, np.int64)
    cap, first, last = bound.cap, int(time.min()) // _YEAR * _YEAR, (int(time.max()) // _YEAR + 1) * _YEAR
    tick, starts = _by_tick(first, last, bound.zones, cap.window, cap.week_starts)
    place = time // tick - first // tick
    if bound.zone is not None:
        place += bound.zone.take(contact) * (len(starts) // len(bound.zones))
    return starts.take(place)


@lru_cache(maxsize=16)
def _by_tick(first: int, last: int, zones: tuple[str, ...], window: str, week_starts: int) -> tuple[int, Integers]:
    """Seconds of a tick, within which no window begins, and for each zone in turn the first second of the window of
    each tick from that of `first` on, ticks being counted from the epoch.

    Looking up beats searching among the windows: where zones are whole hours from UTC, a tick has an hour.
    """
    known = [_bounds(first, last, zone, window, week_starts) for zone in zones]
    tick = int(np.gcd.reduce(np.concatenate(known)))
    ticks = np.arange(first // tick, last // tick + 1) * tick
    return tick, np.concatenate([starts[np.searchsorted(starts, ticks, side="right") - 1] for starts in known])


@lru_cache(maxsize=256)
def _bounds(first: int, last: int, zone: str, window: str, week_starts: int) -> Integers:
    """First seconds of all windows from the one around `first` to the one around `last`."""
    bounds, moment = [], first
    while moment <= last:
        start, moment = _window(moment, zone, window, week_starts)
        bounds.append(start)
    return np.array(bounds, np.int64)


def _window(second: int, zone: str, window: str, week_starts: int) -> tuple[int, int]:
    match window:
        case "day":
            return local_day(second, zone)
        case "month":
            return local_month(second, zone)
        case _:
            return local_week(second, zone, week_starts=week_starts)
