"""Delivered messages with what their recipients did with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from journeyctl.results.measures.context import MeasuringContext
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.results.row_keys import joined_rows, row_groups
from journeyctl.semantics.effects import Kind

REACTION_WINDOW: Final = 14 * 86_400
"""Seconds after its delivery in which a reaction counts for a message."""
ABOUT_MESSAGES: Final = (Kind.SENT, Kind.DELIVERED, Kind.BOUNCED, Kind.OPENED, Kind.CLICKED, Kind.UNSUBSCRIBED)
"""The kinds of rows that name a message by contact, item and n-th send."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of the journeys delivered in the run. Columns of shape `(messages,)`, in the record's order.

    Mail of other lines that the scenario only adds up for caps is none of them: nobody simulates how it
    is read. Reactions count for 14 days.
    """

    contact: Integers
    journey: Integers
    line: Integers
    mature: Mask
    """The whole reaction window lies in the run."""
    opened: Mask
    """By a human."""
    opened_recorded: Mask
    """By a human or a machine."""
    clicked: Mask
    clicked_recorded: Mask
    unsubscribed: Mask
    """The recipient opted out because of it."""


@dataclass(frozen=True, slots=True)
class MessageNumbers:
    """Rows about messages, numbered so that rows about one message have one number.

    A message is the n-th send of an item to a contact; rows without an n-th send are left out.
    """

    rows: Mapping[Kind, Integers]
    """Positions in the record, ascending."""
    number: Mapping[Kind, Integers]
    """The message of each of these rows."""
    count: int

    @classmethod
    def of(cls, record: EventRecord) -> MessageNumbers:
        """The numbers of all messages of a record."""
        # Mail of other lines and what people do unasked have no send.
        every = {kind: record.rows_of(kind) for kind in ABOUT_MESSAGES}
        rows = {kind: found.compress(record.cells("send", found) > 0) for kind, found in every.items()}
        together, places = joined_rows(tuple(rows.values()))
        groups = row_groups(record, together, "contact", "item", "send")
        return cls(rows, {kind: groups.number[part] for kind, part in zip(rows, places, strict=True)}, groups.count)


def messages_of(record: EventRecord, context: MeasuringContext, numbers: MessageNumbers | None = None) -> Messages:
    """The messages delivered in the run, each matched with its reactions by contact, item and n-th send."""
    known = MessageNumbers.of(record) if numbers is None else numbers
    rows, number = known.rows[Kind.DELIVERED], known.number[Kind.DELIVERED]
    time = record.cells("time", rows)
    inside = (time >= context.start) & (time < context.end)
    if not inside.all():
        rows, number, time = (column.compress(inside) for column in (rows, number, time))
    message_of = np.full(known.count, -1, np.int64)
    # Of several deliveries of one message, a fault of whoever wrote the record, the first one counts.
    message_of[number[::-1]] = np.arange(len(rows) - 1, -1, -1)

    def has(kind: Kind, *, human: bool) -> Mask:
        reactions, message = known.rows[kind], message_of.take(known.number[kind])
        right = message >= 0
        if human:
            right &= record.cells("who", reactions) == record.number_of("human")
        reactions, message = reactions.compress(right), message.compress(right)
        delay = record.cells("time", reactions) - time.take(message)
        found = np.zeros(len(rows), np.bool_)
        found[message.compress((delay >= 0) & (delay < REACTION_WINDOW))] = True
        return found

    return Messages(
        contact=record.cells("contact", rows),
        journey=record.cells("journey", rows),
        line=record.cells("line", rows),
        mature=time + REACTION_WINDOW <= context.end,
        opened=has(Kind.OPENED, human=True),
        opened_recorded=has(Kind.OPENED, human=False),
        clicked=has(Kind.CLICKED, human=True),
        clicked_recorded=has(Kind.CLICKED, human=False),
        unsubscribed=has(Kind.UNSUBSCRIBED, human=False),
    )
