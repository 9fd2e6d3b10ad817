"""Delivered messages with what their recipients did with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from journeyctl.results.measures.context import MeasuringContext
from journeyctl.results.record import EventRecord, Integers, Mask
from journeyctl.semantics.effects import Kind

REACTION_WINDOW: Final = 14 * 86_400
"""Seconds after its delivery in which a reaction counts for a message."""


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


def messages_of(record: EventRecord, context: MeasuringContext) -> Messages:
    """The messages delivered in the run, each matched with its reactions by contact, item and n-th send."""
    rows = record.rows_of(Kind.DELIVERED)
    time = record.column("time")[rows]
    rows = rows[(time >= context.start) & (time < context.end) & (record.column("send")[rows] > 0)]
    time = record.column("time")[rows]
    keys = message_keys(record, rows)
    order = np.argsort(keys, kind="stable")

    def has(kind: Kind, *, human: bool) -> Mask:
        reactions = record.rows_of(kind)
        if human:
            reactions = reactions[record.column("who")[reactions] == record.number_of("human")]
        wanted = message_keys(record, reactions)
        place = np.searchsorted(keys, wanted, sorter=order)
        inside = place < len(order)
        message = order[place[inside]]
        delay = record.column("time")[reactions[inside]] - time[message]
        right = (keys[message] == wanted[inside]) & (delay >= 0) & (delay < REACTION_WINDOW)
        found = np.zeros(len(rows), np.bool_)
        found[message[right]] = True
        return found

    return Messages(
        contact=record.column("contact")[rows],
        journey=record.column("journey")[rows],
        line=record.column("line")[rows],
        mature=time + REACTION_WINDOW <= context.end,
        opened=has(Kind.OPENED, human=True),
        opened_recorded=has(Kind.OPENED, human=False),
        clicked=has(Kind.CLICKED, human=True),
        clicked_recorded=has(Kind.CLICKED, human=False),
        unsubscribed=has(Kind.UNSUBSCRIBED, human=False),
    )


def message_keys(record: EventRecord, rows: Integers) -> Integers:
    """One number per message of rows about messages: contact, item and n-th send put together."""
    names, sends = len(record.names), int(record.column("send").max(initial=0)) + 1
    assert names * names * sends < 1 << 63, "a record of that many names cannot number its messages"
    contact = record.column("contact")[rows].astype(np.int64)
    return (contact * names + record.column("item")[rows]) * sends + record.column("send")[rows]
