"""Touches: every moment at which a contact and the organisation met, as far as somebody could have recorded it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.results.row_keys import row_groups
from journeyctl.semantics.effects import Kind

Dimension = Literal["journey", "channel", "level", "item"]
"""What a conversion is credited to."""
DIMENSIONS: Final[tuple[Dimension, ...]] = ("journey", "channel", "level", "item")
OTHER: Final = "other touches"
"""The label of touches that have none in a dimension: a page visit belongs to no journey."""
NO_TOUCH: Final = "no touch"
"""What a conversion is credited to where nothing came before it."""
SESSION: Final = 3_600
"""Seconds after a click in which page visits belong to the message, as web analytics count them."""
WEB, PHONE, MEETING = "web", "phone", "meeting"
"""Channels of page visits and forms, of conversations with an SDR, and of meetings with field sales."""


@dataclass(frozen=True, slots=True)
class Touches:
    """All touches of a record by contact and time. Columns of shape `(touches,)`."""

    contact: Integers
    """Numbers of names, as in the record."""
    time: Integers
    """UTC seconds."""
    human: Mask
    label: Integers
    """Place in `labels`."""
    labels: tuple[str, ...]


def touches_of(record: EventRecord, by: Dimension, *, levels: Mapping[str, str]) -> Touches:
    """Messages that were reacted to, visits, forms, conversations and meetings, labelled by one dimension.

    Visits in the session that a click began are no touches of their own.
    A message is one touch, at its first recorded open or click; it is human if any of its reactions is. The
    source that brought a contact is its first touch, at its first row. `levels` names the level of items.
    """
    reactions = _messages(record)
    rows = {
        "": reactions,
        WEB: _visits(record),
        PHONE: _of_contacts(record, record.rows_of(Kind.CONNECTED)),
        MEETING: _of_contacts(record, record.rows_of(Kind.MET)),
    }
    arrived = _arrivals(record)
    names = [_message_labels(record, reactions, by, levels)]
    names += [[channel if by == "channel" else OTHER] * len(rows[channel]) for channel in (WEB, PHONE, MEETING)]
    names.append(record.texts("source", arrived) if by == "channel" else [OTHER] * len(arrived))
    together = np.concatenate([*rows.values(), arrived])
    return _sorted(record, together, _humans(record, together, reactions), [name for part in names for name in part])


def _sorted(record: EventRecord, rows: Integers, human: Mask, names: Sequence[str]) -> Touches:
    labels = tuple(sorted(set(names)))
    number = {name: place for place, name in enumerate(labels)}
    label = np.fromiter((number[name] for name in names), np.int64, len(names))
    time, contact = record.cells("time", rows).astype(np.int64), record.cells("contact", rows).astype(np.int64)
    # At one second the label decides, so that the order of rows in the record changes nothing.
    order = np.lexsort((label, time, contact))
    return Touches(contact[order], time[order], human[order], label[order], labels)


def _messages(record: EventRecord) -> Integers:
    """The first reaction to each message."""
    rows = record.rows_of(Kind.OPENED, Kind.CLICKED)
    rows = rows[np.argsort(record.cells("time", rows), kind="stable")]
    found: Integers = rows[row_groups(record, rows, "contact", "item", "send").first]
    return found


def _humans(record: EventRecord, rows: Integers, messages: Integers) -> Mask:
    """Whether a human is behind each touch; the touches begin with the messages."""
    reactions = record.rows_of(Kind.OPENED, Kind.CLICKED)
    by_hand = record.cells("who", reactions) == record.number_of("human")
    together = np.concatenate([messages, reactions[by_hand]])
    alike = row_groups(record, together, "contact", "item", "send")
    human = np.ones(len(rows), np.bool_)
    human[: len(messages)] = alike.has(slice(len(messages), None))[alike.number[: len(messages)]]
    return human


def _visits(record: EventRecord) -> Integers:
    """Visits and forms that no click led to."""
    rows, clicks = record.rows_of(Kind.VISITED, Kind.FORM), record.rows_of(Kind.CLICKED)
    if not len(clicks) or not len(rows):
        return rows
    contact, time = record.column("contact"), record.column("time")
    origin = int(time[np.concatenate([rows, clicks])].min())
    span = int(time[np.concatenate([rows, clicks])].max()) - origin + SESSION + 1
    line = np.sort(contact[clicks].astype(np.int64) * span + (time[clicks] - origin))
    visit = contact[rows].astype(np.int64) * span + (time[rows] - origin)
    latest = np.searchsorted(line, visit, side="right") - 1
    # The span is longer than any session, so a click of another contact is never near enough.
    led = (latest >= 0) & (visit - line[np.maximum(latest, 0)] <= SESSION)
    found: Integers = rows[~led]
    return found


def _of_contacts(record: EventRecord, rows: Integers) -> Integers:
    found: Integers = rows[record.cells("contact", rows) != 0]
    return found


def _arrivals(record: EventRecord) -> Integers:
    """The first row of each contact that a source brought."""
    rows = np.flatnonzero((record.column("source") != 0) & (record.column("contact") != 0))
    rows = rows[np.argsort(record.cells("time", rows), kind="stable")]
    _, first = np.unique(record.cells("contact", rows), return_index=True)
    found: Integers = rows[first]
    return found


def _message_labels(record: EventRecord, rows: Integers, by: Dimension, levels: Mapping[str, str]) -> list[str]:
    match by:
        case "level":
            return [levels.get(item, OTHER) for item in record.texts("item", rows)]
        case _:
            return [name or OTHER for name in record.texts(by, rows)]
