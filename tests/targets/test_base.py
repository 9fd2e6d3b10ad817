from __future__ import annotations

import dataclasses
import json

import pytest

from journeyctl.diagnostics import Origin, UsageError
from journeyctl.targets.base import CONSTRUCTS, CompileReport, Emission, Entry, Handling, find_target, find_targets


@pytest.mark.parametrize("name", sorted(find_targets()))
def test_every_target_says_what_it_does_with_every_op_and_policy(name: str) -> None:
    support = find_target(name).support
    assert set(support) == set(CONSTRUCTS)
    assert all(cell.reason for cell in support.values())


@pytest.mark.parametrize("name", sorted(find_targets()))
def test_a_target_is_found_under_the_name_it_gives_itself(name: str) -> None:
    target = find_target(name)
    assert target.name == name
    assert target.verifier


def test_an_unknown_target_is_refused_with_the_known_names() -> None:
    with pytest.raises(UsageError, match="there is no target 'bmpn'") as refused:
        find_target("bmpn")
    assert "bpmn" in refused.value.help


REPORT = CompileReport(
    "bpmn",
    "welcome",
    "abc",
    (
        Entry("BranchOp", Handling.NATIVE, ""),
        Entry(
            "goal", Handling.LOSSY, "it is counted elsewhere", Origin("journey_specs/journeys/welcome.yaml", ("goal",))
        ),
    ),
)


LOSSY_LINE = "  lossy    goal: it is counted elsewhere (journey_specs/journeys/welcome.yaml goal)"


def test_a_report_tells_what_is_lost_with_its_place_and_counts_the_rest() -> None:
    sends = tuple(Entry("SendOp", Handling.LOWERED, "gate job", Origin("a.yaml", ("steps", n))) for n in range(61))
    ladders = tuple(Entry("ladder", Handling.LOWERED, f"{n} items", Origin("a.yaml", ("steps", n))) for n in (1, 2))
    report = dataclasses.replace(REPORT, entries=(*sends, *ladders, *REPORT.entries))
    assert report.to_text().splitlines() == [
        "bpmn: welcome: 1 lossy, 63 lowered, 1 native",
        LOSSY_LINE,
        "   61 SendOp lowered: gate job",
        "    2 ladder lowered, in 2 ways that the full list tells",
        "    1 BranchOp native",
    ]


def test_a_full_report_has_a_line_for_every_entry() -> None:
    assert REPORT.to_text(full=True).splitlines() == [
        "bpmn: welcome: 1 lossy, 1 native",
        LOSSY_LINE,
        "  native   BranchOp",
    ]


def test_the_report_is_written_beside_the_file() -> None:
    emission = Emission({"welcome.bpmn": b"<x/>"}, REPORT)
    assert list(emission.to_write) == ["welcome.bpmn", "welcome.bpmn.report.json"]
    assert emission.to_write["welcome.bpmn.report.json"].decode() == REPORT.to_json()


def test_a_report_in_json_keeps_every_entry() -> None:
    document = json.loads(REPORT.to_json())
    assert [entry["construct"] for entry in document["entries"]] == ["BranchOp", "goal"]
    assert document["entries"][1]["route"] == ["goal"]
