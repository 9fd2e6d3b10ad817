from __future__ import annotations

import json

import pytest

from journeyctl.diagnostics import Origin, UsageError
from journeyctl.targets.base import CONSTRUCTS, CompileReport, Entry, Handling, find_target, find_targets


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


def test_a_report_names_lossy_constructs_first_and_their_place() -> None:
    head, first, second = REPORT.to_text().splitlines()
    assert head == "bpmn: welcome: 1 lossy, 1 native"
    assert first == "  lossy    goal: it is counted elsewhere (journey_specs/journeys/welcome.yaml goal)"
    assert second == "  native   BranchOp"


def test_a_report_in_json_keeps_every_entry() -> None:
    document = json.loads(REPORT.to_json())
    assert [entry["construct"] for entry in document["entries"]] == ["BranchOp", "goal"]
    assert document["entries"][1]["route"] == ["goal"]
