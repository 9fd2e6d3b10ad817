"""Fragments of journeys and the ops they become: see `lowering/*.yaml`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml

from journeyctl.calendars import ALL_DAY, ZoneChoice, time_text
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import (
    AnyOp,
    Arm,
    Assignment,
    Elapsed,
    FromItem,
    FromTop,
    FromTopic,
    SendWindow,
    UntilMoment,
    UntilValue,
)
from journeyctl.units import Duration
from tests.semantics.test_steps import GROUP
from tests.semantics.worlds import journey, program

CASES = [
    case
    for file in sorted((Path(__file__).parent / "lowering").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text())
]
OTHER = journey("[{id: e, end: good}]", name="other")


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_steps_become_ops(case: dict[str, Any]) -> None:
    documents = [yaml.safe_dump(case["catalog"], sort_keys=False)] if "catalog" in case else []
    written = journey(case["written"], exits=case.get("exits", "[]"))
    graph = program(written, OTHER, GROUP, *documents).journeys["walk"]
    assert {op.id: told(op) for op in graph.ops.values()} == case["ops"]
    assert graph.start == written.split("steps:\n- id: ")[1].split("\n")[0]


def told(op: AnyOp) -> dict[str, dict[str, object]]:
    """An op as the cases write it: without its place, and without fields that hold their default or nothing."""
    fields = {
        field.name: plain(getattr(op, field.name))
        for field in dataclasses.fields(op)
        if field.name not in ("id", "step", "origin")
        and getattr(op, field.name) != field.default
        and getattr(op, field.name) not in (None, {})
    }
    return {type(op).__name__: fields}


def plain(value: object) -> object:  # noqa: C901  (one case per kind of value)
    match value:
        case Condition():
            return value.text
        case Duration():
            return str(value)
        case Enum():
            return value.value
        case ZoneChoice():
            return f"contact | {value.name}" if value.of_contact else value.name
        case Elapsed(duration):
            return f"Elapsed {duration}"
        case UntilMoment(moment, zone):
            return f"UntilMoment {sorted(moment.weekdays)} {time_text(moment.time_of_day)} {plain(zone)}"
        case UntilValue(expression):
            return f"UntilValue {expression.text}"
        case FromTop():
            return "FromTop"
        case FromItem(item):
            return f"FromItem {item}"
        case FromTopic(topic):
            return f"FromTopic {topic.text}"
        case Arm():
            return f"{value.name} {value.share} {value.target}"
        case SendWindow():
            hours = " ".join(f"{time_text(part.start)}-{time_text(part.end)}" for part in value.hours or (ALL_DAY,))
            return f"{sorted(value.weekdays)} {hours} {plain(value.zone)}"
        case Assignment():
            new = value.expression.text if value.expression else value.value
            new = int(new) if isinstance(new, float) else new
            return f"{value.path} {value.change.value}" + ("" if new is None else f" {new}")
        case Mapping():
            return {plain(key): plain(found) for key, found in value.items()}
        case tuple():
            return [plain(found) for found in value]
        case _:
            return value
