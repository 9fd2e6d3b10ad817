"""One contact's history from an event record: what happened, and what became of every message that fell due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from journeyctl.diagnostics import UsageError
from journeyctl.expr import nearest
from journeyctl.results.log_csv import contacts_in_csv, read_csv
from journeyctl.results.log_parquet import contacts_in_parquet, metadata_of_parquet, read_parquet
from journeyctl.results.record import EventRecord, EventRow
from journeyctl.semantics.effects import Kind

LIKE_IT: Final = 5
"""Names that a message about an unknown contact offers at most."""


class Fate(Enum):
    """What became of a message that fell due."""

    SENT = "sent"
    SKIPPED = "skipped"
    """The gate said no."""
    DROPPED = "dropped"
    """The visit ended while the message waited at the gate."""
    WAITING = "waiting"
    """The log ends before the gate let it through."""


@dataclass(frozen=True, slots=True)
class Request:
    """One message from the second at which it fell due to its end."""

    due: EventRow
    fate: Fate
    at: int
    """UTC second of its end; of the last answer for one that still waits."""
    reason: str
    """The gate's word where it was skipped, the label of the visit's end where it was dropped, the last answer where it
    still waits; of a message that was sent the locale."""
    waited: Mapping[str, int]
    """How often the gate said not now, by its word, in the order of first occurrence."""
    behind: EventRow | None = None
    """An earlier event that explains the reason: the bounce or the opt-out."""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that a log holds about one contact in one replication."""

    contact: str
    replication: int
    replications: tuple[int, ...]
    """All in which the log knows the contact."""
    rows: tuple[EventRow, ...]
    """In file order."""
    requests: tuple[Request, ...]
    """In the order in which they fell due."""
    metadata: Mapping[str, str]
    """What the log says about itself; empty for CSV, which says nothing."""

    @property
    def unsent(self) -> tuple[Request, ...]:
        """The messages that were not sent."""
        return tuple(request for request in self.requests if request.fate is not Fate.SENT)


def read_history(path: Path, contact: str, *, replication: int | None = None) -> History:
    """A contact's history from a CSV or Parquet log; without `replication` the first that knows the contact.

    Raises `UsageError` for another file, another log version, and a contact or replication that it does not know.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise UsageError(f"'{path.name}' is no log that can be searched", "name a .csv or .parquet of simulate --log")
    is_csv = path.suffix == ".csv"
    found = read_csv(path, contact=contact) if is_csv else read_parquet(path, contact=contact)
    known = found.replications() if contact else ()
    if not known:
        _refuse(path, contact, contacts_in_csv(path) if is_csv else contacts_in_parquet(path))
    if replication is not None and replication not in known:
        listed = ", ".join(map(str, known))
        raise UsageError(
            f"'{path}' has nothing about '{contact}' in replication {replication}", f"it is in replications {listed}"
        )
    chosen = known[0] if replication is None else replication
    return history_of(
        found.of_replication(chosen), replications=known, metadata={} if is_csv else metadata_of_parquet(path)
    )


def history_of(record: EventRecord, *, replications: tuple[int, ...], metadata: Mapping[str, str]) -> History:
    """The history in a record that holds the rows of one contact in one replication, at least one."""
    rows = tuple(record.in_file_order().rows())
    return History(rows[0].contact, rows[0].replication, replications, rows, _requests(rows), metadata)


# --- messages that fell due


@dataclass(slots=True)
class _Open:
    due: EventRow
    last: EventRow
    waited: dict[str, int] = field(default_factory=dict)


def _requests(rows: Sequence[EventRow]) -> tuple[Request, ...]:
    # A visit stands at one step, so it waits for one message at a time.
    waiting: dict[tuple[str, int], _Open] = {}
    found: list[Request] = []
    for place, row in enumerate(rows):
        visit = (row.journey, row.visit)
        own = waiting.get(visit)
        if row.kind is Kind.REQUESTED_SEND:
            waiting[visit] = _Open(row, row)
        elif own is not None:
            if row.kind is Kind.DEFERRED:
                own.last = row
                own.waited[row.reason] = own.waited.get(row.reason, 0) + 1
            elif row.kind in (Kind.SENT, Kind.SKIPPED) or (row.kind is Kind.DROPPED and row.reason == "gate"):
                found.append(_ended(waiting.pop(visit), row, rows, place))
    found.extend(Request(o.due, Fate.WAITING, o.last.time, o.last.reason, o.waited) for o in waiting.values())
    order = {id(row): place for place, row in enumerate(rows)}
    return tuple(sorted(found, key=lambda request: order[id(request.due)]))


def _ended(own: _Open, row: EventRow, rows: Sequence[EventRow], place: int) -> Request:
    if row.kind is Kind.SENT:
        return Request(own.due, Fate.SENT, row.time, row.reason, own.waited)
    if row.kind is Kind.SKIPPED:
        behind = _behind(row.reason, rows[:place])
        return Request(own.due, Fate.SKIPPED, row.time, row.reason, own.waited, behind)
    end = next((r for r in rows[place:] if r.kind is Kind.ENDED and r.journey == row.journey), None)
    return Request(own.due, Fate.DROPPED, row.time, end.reason if end is not None else row.reason, own.waited)


def _behind(reason: str, before: Sequence[EventRow]) -> EventRow | None:
    """The latest event that takes away what the gate asks for."""
    for row in reversed(before):
        bounced = row.kind is Kind.BOUNCED and row.reason == "hard"
        opted_out = row.kind is Kind.UNSUBSCRIBED
        if (reason == "undeliverable" and bounced) or (reason.startswith("no_consent.") and opted_out):
            return row
    return None


# --- contacts that a log does not know


def _refuse(path: Path, contact: str, contacts: Sequence[str]) -> None:
    if not contacts:
        raise UsageError(f"'{path}' has no contacts", "name a log of simulate --log")
    near = ", ".join(_near(contact, contacts))
    raise UsageError(f"'{path}' knows no contact '{contact}'", f"names like it: {near}")


def _near(contact: str, contacts: Sequence[str]) -> list[str]:
    """Names with few typing slips first, then those that begin alike: the colleagues of a contact that is not there."""
    meant = nearest(contact, contacts)
    alike = sorted(contacts, key=lambda name: (-_shared(contact, name), abs(len(name) - len(contact)), name))
    return list(dict.fromkeys(([meant] if meant else []) + alike))[:LIKE_IT]


def _shared(first: str, second: str) -> int:
    """How many characters two names share from the start."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))
