"""Accounts that must balance exactly in every record, whatever the journeys; anything else is a bug of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from journeyctl.results.measures.context import CapTerms
from journeyctl.results.measures.leads_table import OUTCOMES
from journeyctl.results.measures.messages_table import MessageNumbers
from journeyctl.results.measures.tables import Tables
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.results.row_keys import flags, joined_rows, row_groups
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
    record: EventRecord,
    *,
    caps: Sequence[CapTerms] = (),
    inside: Mapping[str, int] | None = None,
    tables: Tables | None = None,
) -> tuple[Violation, ...]:
    """What does not balance in one replication; empty where all is well.

    `inside` is the number of contacts that the engine itself holds in each journey at the end. Without it
    visits are only held against each other: none may end that did not begin, or end twice. `tables` are
    those of the record, where something else needs them too. Raises `ValueError` for several replications.
    """
    known = Tables(record) if tables is None else tables
    return (
        *_visits(record, inside),
        *_wishes(record),
        *_messages(known.messages),
        *_leads(record),
        *_caps(known, caps),
    )


def _visits(record: EventRecord, inside: Mapping[str, int] | None) -> list[Violation]:
    entered, ended = record.rows_of(Kind.ENTERED), record.rows_of(Kind.ENDED)
    (begun, over), count = _groups(record, (entered, ended), ("contact", "journey", "visit"))
    found = []
    for words, strays in (
        ("a visit begins once", _repeated(begun, count)),
        ("a visit ends once", _repeated(over, count)),
        ("what ends has begun", int(np.count_nonzero(~flags(begun, count)[over]))),
    ):
        if strays:
            found.append(Violation(words, 0, strays))
    for journey in sorted(inside or {}):
        number = record.number_of(journey)
        came = int(np.count_nonzero(record.cells("journey", entered) == number))
        left = int(np.count_nonzero(record.cells("journey", ended) == number))
        still = (inside or {})[journey]
        if came != left + still:
            found.append(Violation("entered = ended + inside", came, left + still, journey))
    return found


def _wishes(record: EventRecord) -> list[Violation]:
    """Every requested send is sent, skipped, dropped by an exit, or pending in a visit that goes on."""
    requested, sent, skipped = (record.rows_of(kind) for kind in (Kind.REQUESTED_SEND, Kind.SENT, Kind.SKIPPED))
    dropped = record.rows_of(Kind.DROPPED)
    dropped = dropped[record.cells("reason", dropped) == record.number_of("gate")]
    answers, ended = np.concatenate([sent, skipped, dropped]), record.rows_of(Kind.ENDED)
    (wishes, answered, over), count = _groups(record, (requested, answers, ended), ("contact", "journey", "visit"))
    pending = np.bincount(wishes, minlength=count) - np.bincount(answered, minlength=count)
    goes_on = ~flags(over, count)
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


def _messages(known: MessageNumbers) -> list[Violation]:
    """Every message is delivered or bounced, once, and reactions answer messages that were delivered."""
    sent, delivered, bounced = (known.number[kind] for kind in (Kind.SENT, Kind.DELIVERED, Kind.BOUNCED))
    arrived = np.concatenate([delivered, bounced])
    was_delivered = flags(delivered, known.count)
    strays = sum(int(np.count_nonzero(~was_delivered[known.number[kind]])) for kind in (Kind.OPENED, Kind.CLICKED))
    found = []
    went, came = (np.bincount(numbers, minlength=known.count) for numbers in (sent, arrived))
    if (went != came).any():
        found.append(Violation("sent = delivered + bounced", len(sent), len(arrived)))
    for words, many in (
        ("the n-th send of an item to a contact is sent once", _repeated(sent, known.count)),
        ("only what was delivered is opened or clicked", strays),
    ):
        if many:
            found.append(Violation(words, 0, many))
    return found


def _leads(record: EventRecord) -> list[Violation]:
    """Causes of leads are leads, finished or in work, or have joined one."""
    made, merged, ends = record.rows_of(Kind.HANDED_OFF), record.rows_of(Kind.MERGED), record.rows_of(*OUTCOMES)
    lead, ended, names = record.cells("lead", made), record.cells("lead", ends), len(record.names)
    created, final = flags(lead, names), flags(ended, names)
    causes = len(made) + len(merged)
    accounted = int(np.count_nonzero(created | final)) + len(merged)
    found = []
    if causes != accounted:
        found.append(Violation("lead causes = final + in work + merged", causes, accounted))
    begin = np.full(names, np.iinfo(np.int64).max)
    begin[lead] = record.cells("time", made)
    too_early = int(np.count_nonzero(record.cells("time", ends) < begin[ended]))
    for words, strays in (
        ("a lead ends once", _repeated(ended, names)),
        ("what joins a lead finds it open", _joined_no_open_lead(record, merged, begin)),
        ("no lead ends before it is made", too_early),
        ("the desk works on leads that were made", _strangers(record, created)),
    ):
        if strays:
            found.append(Violation(words, 0, strays))
    return found


def _joined_no_open_lead(record: EventRecord, merged: Integers, begin: Integers) -> int:
    """A lead is open to its contact until the CRM sync, however early the desk was done with it."""
    synced = record.rows_of(Kind.SYNCED)
    end = np.full(len(record.names), np.iinfo(np.int64).max)
    end[record.cells("lead", synced)] = record.cells("time", synced)
    lead, time = record.cells("lead", merged), record.cells("time", merged)
    return int(np.count_nonzero((time < begin[lead]) | (time > end[lead])))


def _strangers(record: EventRecord, created: Mask) -> int:
    rows = record.rows_of(Kind.ROUTED, Kind.ENRICHED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, *OUTCOMES)
    return int(np.count_nonzero(~created[record.cells("lead", rows)]))


def _caps(tables: Tables, caps: Sequence[CapTerms]) -> list[Violation]:
    counted = {cap.name: tables.mail(cap).breaches(cap.maximum) for cap in caps}
    return [Violation("no own send over a cap", 0, many, name) for name, many in counted.items() if many]


def _groups(record: EventRecord, parts: Sequence[Integers], columns: Sequence[str]) -> tuple[list[Integers], int]:
    """For each set of rows, numbers that are equal where all columns agree, also across the sets; and how many."""
    together, places = joined_rows(parts)
    groups = row_groups(record, together, *columns)
    return [groups.number[part] for part in places], groups.count


def _repeated(numbers: Integers, count: int) -> int:
    """How many of the numbers, all below `count`, occurred before."""
    return len(numbers) - int(np.count_nonzero(flags(numbers, count)))
