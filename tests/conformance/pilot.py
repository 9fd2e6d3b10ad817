"""The reference workspace's program, and one of its journeys cut down to what a BPMN file can carry."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

from journeyctl import spec
from journeyctl.calendars import to_utc
from journeyctl.graph.condition import Condition
from journeyctl.graph.lowering import lower
from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    Assignment,
    Change,
    Elapsed,
    EnterOp,
    HandoffOp,
    ListenOp,
    OpId,
    Reaction,
    UpdateOp,
    WaitOp,
)
from journeyctl.graph.program import Exit, Program
from journeyctl.units import SECONDS_PER_DAY, Duration

ROOT = Path(__file__).parents[2]
JOURNEY = "head-of-radiology-us"
START = 1_767_603_607
"""Monday 2026-01-05, before the audience evaluation, at an odd second."""
DAY = SECONDS_PER_DAY


@lru_cache
def program() -> Program:
    return lower(spec.load(ROOT))


@lru_cache
def program_without_groups() -> Program:
    """`service-upsell` with waits of several sorts for what needs another journey, a platform or a buying group.

    Its update also takes a value from the item that was sent.
    """
    known = program()
    graph = known.journeys["service-upsell"]
    ops = {name: _replaced(op) for name, op in graph.ops.items()}
    return dataclasses.replace(
        known, journeys={**known.journeys, "service-upsell": dataclasses.replace(graph, ops=ops)}
    )


def _replaced(op: AnyOp) -> AnyOp:
    match op:
        case EnterOp():
            length = Duration(business_days=2)
            return WaitOp(id=op.id, step=op.step, until=Elapsed(length), next=op.outcomes["interested"])
        case ActivateOp():
            return WaitOp(id=op.id, step=op.step, until=Elapsed(Duration(months=1)), next=op.next)
        case UpdateOp():
            topic = Assignment("contact.topic", Change.EVALUATE, expression=Condition.of("item.topic"))
            return dataclasses.replace(op, assignments=(*op.assignments, topic))
        case HandoffOp() if op.group is not None:
            outcomes = {name: target for name, target in op.outcomes.items() if name != "not_ready"}
            return dataclasses.replace(op, group=None, outcomes=outcomes)
        case _:
            return op


def at(year: int, month: int, day: int) -> int:
    """The first second of a date in the workspace's zone."""
    from datetime import date

    return to_utc(date(year, month, day), 0, program().zone)


@lru_cache
def program_with_other_exits() -> Program:
    """`newsletter` with an exit that time alone opens, one for a lost consent, and opt-outs that lead on."""
    known = program()
    graph = known.journeys["newsletter"]
    moved_on, gone = OpId("exit/moved-on"), OpId("exit/gone")
    exits = (
        Exit(OpId("sdr"), "sdr", event="unsubscribed"),
        Exit(OpId("sdr"), "sdr", event="sales_request"),
        Exit(OpId("month-3"), "month-3", event="consent_lost"),
        Exit(moved_on, "moved-on", condition=Condition.of('journey.entered_at <= now() - duration("P80D")')),
        Exit(gone, "gone", condition=Condition.of("contact.left_company")),
    )
    listen = graph.ops[OpId("answer-1")]
    assert isinstance(listen, ListenOp)
    heard = dataclasses.replace(listen, outcomes={**listen.outcomes, Reaction.UNSUBSCRIBED: OpId("month-2")})
    changed = dataclasses.replace(graph, exits=exits, ops={**graph.ops, heard.id: heard})
    return dataclasses.replace(known, journeys={**known.journeys, "newsletter": changed})
