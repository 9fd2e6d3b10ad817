"""Accounts that must balance exactly in every record, whatever the journeys; anything else is a bug of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from journeyctl.results.measures.breaches import breaches_of
from journeyctl.results.measures.context import CapTerms
from journeyctl.results.measures.leads_table import OUTCOMES
from journeyctl.results.measures.messages_table import message_keys
from journeyctl.results.record import EventRecord, Integers
from journeyctl.results.row_keys import row_keys
from journeyctl.semantics.effects import Kind


@dataclass(frozen=True, slots=True)
class Violation:
    """An account that does not balance."""

    identity: str
    """The two sides in words: `entered = ended + inside`."""
    expected: int
    """Left side."""
    found: int
    """Right side, or the number of rows that contradict the account."""
    where: str = ""
    """Journey, desk or cap; empty: in all."""

    def __str__(self) -> str:
        place = f" in '{self.where}'" if self.where else ""
        return f"{self.identity}{place}: {self.expected} against {self.found}"


def violations(
    record: EventRecord, *, caps: Sequence[CapTerms] = (), inside: Mapping[str, int] | None = None
) -> tuple[Violation, ...]:
    """What does not balance in one replication; empty where all is well.

    `inside` is the number of contacts that the engine itself holds in each journey at the end. Without it
    visits are only held against each other: none may end that did not begin, or end twice.
    """
    if len(record.replications()) > 1:
        raise ValueError("identities hold for one replication at a time")
    return (
        *_visits(record, inside),
        *_wishes(record),
        *_messages(record),
        *_leads(record),
        *_caps(record, caps),
    )


def _visits(record: EventRecord, inside: Mapping[str, int] | None) -> list[Violation]:
    entered, ended = record.rows_of(Kind.ENTERED), record.rows_of(Kind.ENDED)
    begun, over = _groups(record, (entered, ended), ("contact", "journey", "visit"))
    found = []
    for words, strays in (
        ("a visit begins once", _repeated(begun)),
        ("a visit ends once", _repeated(over)),
        ("what ends has begun", int(np.count_nonzero(~np.isin(over, begun)))),
    ):
        if strays:
            found.append(Violation(words, 0, strays))
    for journey in sorted(inside or {}):
        number = record.number_of(journey)
        came = int(np.count_nonzero(record.column("journey")[entered] == number))
        left = int(np.count_nonzero(record.column("journey")[ended] == number))
        still = (inside or {})[journey]
        if came != left + still:
            found.append(Violation("entered = ended + inside", came, left + still, journey))
    return found


def _wishes(record: EventRecord) -> list[Violation]:
    """Every requested send is sent, skipped, dropped by an exit, or pending in a visit that goes on."""
    requested, sent, skipped = (record.rows_of(kind) for kind in (Kind.REQUESTED_SEND, Kind.SENT, Kind.SKIPPED))
    dropped = record.rows_of(Kind.DROPPED)
    dropped = dropped[record.column("reason")[dropped] == record.number_of("gate")]
    answers, ended = np.concatenate([sent, skipped, dropped]), record.rows_of(Kind.ENDED)
    wishes, answered, over = _groups(record, (requested, answers, ended), ("contact", "journey", "visit"))
    size = int(max((group.max(initial=-1) for group in (wishes, answered, over)), default=-1)) + 1
    pending = np.bincount(wishes, minlength=size) - np.bincount(answered, minlength=size)
    goes_on = np.bincount(over, minlength=size) == 0
    # A visit waits at one gate at a time, so it has one pending send at most, and none once it is over.
    waiting = int(np.count_nonzero((pending == 1) & goes_on))
    accounted = len(answers) + waiting
    found = []
    if accounted != len(requested):
        found.append(Violation("wishes = sent + skipped + pending + dropped", len(requested), accounted))
    unanswered = int(np.count_nonzero((pending < 0) | (pending > goes_on)))
    if unanswered and not found:
        found.append(Violation("every visit's wishes are answered", 0, unanswered))
    return found


def _messages(record: EventRecord) -> list[Violation]:
    """Every message is delivered or bounced, once, and reactions answer messages that were delivered."""
    sent, delivered, bounced, reactions = (
        message_keys(record, rows[record.column("send")[rows] > 0])
        for rows in (
            record.rows_of(Kind.SENT),
            record.rows_of(Kind.DELIVERED),
            record.rows_of(Kind.BOUNCED),
            record.rows_of(Kind.OPENED, Kind.CLICKED),
        )
    )
    arrived = np.concatenate([delivered, bounced])
    found = []
    if not np.array_equal(np.sort(sent), np.sort(arrived)):
        found.append(Violation("sent = delivered + bounced", len(sent), len(arrived)))
    for words, strays in (
        ("the n-th send of an item to a contact is sent once", _repeated(sent)),
        ("only what was delivered is opened or clicked", int(np.count_nonzero(~np.isin(reactions, delivered)))),
    ):
        if strays:
            found.append(Violation(words, 0, strays))
    return found


def _leads(record: EventRecord) -> list[Violation]:
    """Causes of leads are leads, finished or in work, or have joined one."""
    lead, time = record.column("lead"), record.column("time")
    made, merged, ends = record.rows_of(Kind.HANDED_OFF), record.rows_of(Kind.MERGED), record.rows_of(*OUTCOMES)
    created, final = np.unique(lead[made]), np.unique(lead[ends])
    in_work = len(np.setdiff1d(created, final))
    causes, accounted = len(made) + len(merged), len(final) + in_work + len(merged)
    found = []
    if causes != accounted:
        found.append(Violation("lead causes = final + in work + merged", causes, accounted))
    begin = np.full(len(record.names), np.iinfo(np.int64).max)
    begin[lead[made]] = time[made]
    for words, strays in (
        ("a lead ends once", _repeated(lead[ends])),
        ("what joins a lead finds it open", _joined_no_open_lead(record, merged, begin)),
        ("no lead ends before it is made", int(np.count_nonzero(time[ends] < begin[lead[ends]]))),
        ("the desk works on leads that were made", _strangers(record, created)),
    ):
        if strays:
            found.append(Violation(words, 0, strays))
    return found


def _joined_no_open_lead(record: EventRecord, merged: Integers, begin: Integers) -> int:
    """A lead is open to its contact until the CRM sync, however early the desk was done with it."""
    lead, time = record.column("lead"), record.column("time")
    synced = record.rows_of(Kind.SYNCED)
    end = np.full(len(record.names), np.iinfo(np.int64).max)
    end[lead[synced]] = time[synced]
    early, late = time[merged] < begin[lead[merged]], time[merged] > end[lead[merged]]
    return int(np.count_nonzero(early | late))


def _strangers(record: EventRecord, created: Integers) -> int:
    rows = record.rows_of(Kind.ROUTED, Kind.ENRICHED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, *OUTCOMES)
    return int(np.count_nonzero(~np.isin(record.column("lead")[rows], created)))


def _caps(record: EventRecord, caps: Sequence[CapTerms]) -> list[Violation]:
    counted = {cap.name: breaches_of(record, cap) for cap in caps}
    return [Violation("no own send over a cap", 0, many, name) for name, many in counted.items() if many]


def _groups(record: EventRecord, rows: Sequence[Integers], columns: Sequence[str]) -> list[Integers]:
    """For each set of rows, numbers that are equal where all columns agree, also across the sets."""
    together = np.concatenate(list(rows))
    _, number = np.unique(row_keys(record, together, *columns), return_inverse=True)
    return np.split(number.reshape(-1), np.cumsum([len(part) for part in rows])[:-1])


def _repeated(keys: Integers) -> int:
    return len(keys) - len(np.unique(keys))
