"""What `compile` writes, prints and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("bpmn_io", reason="in the extra `verify`")

from tests.cli.conftest import Run  # the library that the whole file needs is asked for first

ROOT = Path(__file__).parents[2]


def test_a_file_and_its_whole_report_are_written_and_the_short_report_is_printed(run: Run, tmp_path: Path) -> None:
    found = run("compile", "newsletter", "--target", "bpmn", "--workspace", ROOT, "--out", tmp_path)
    assert found.status == 0
    report = tmp_path / "newsletter.bpmn.report.json"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["newsletter.bpmn", report.name]
    first, head, *lines, last = found.out.splitlines()
    assert first.startswith(f"{tmp_path / 'newsletter.bpmn'} (")
    assert head.startswith("bpmn: newsletter: ")
    assert "    3 SendOp lowered: gate job, event-based gateway while deferred, send task, delivery receipt" in lines
    assert len([line for line in lines if "SendOp" in line]) == 1
    assert last == f"every entry with its place: {report}"
    entries = json.loads(report.read_text(encoding="utf-8"))["entries"]
    assert len([entry for entry in entries if entry["construct"] == "SendOp"]) == 3


def test_strict_refuses_what_is_lost_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    found = run("compile", "newsletter", "--workspace", ROOT, "--out", tmp_path / "out", "--strict")
    assert found.status == 3
    assert "error: bpmn cannot carry newsletter" in found.err
    assert "  - goal: " in found.err
    assert not (tmp_path / "out").exists()
