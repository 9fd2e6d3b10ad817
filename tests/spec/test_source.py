"""Files of a run: places for findings, names for list entries, and files that cannot be opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journeyctl.diagnostics import NOWHERE, Finding, Label, Origin, Part, Position, Span, SpecError
from journeyctl.spec.source import Sources, read_source
from journeyctl.spec.yaml_limits import MAX_FILE_BYTES
from journeyctl.spec.yaml_reader import read_document

JOURNEY = """\
kind: journey
steps:
  - id: first
    when: contact.rle = "a"
  - {id: twin}
  - {id: twin}
  - wait: 7d
caps: [{name: week, max: 3}]
"""


@pytest.fixture
def sources() -> Sources:
    found = Sources()
    found.add_document(read_document("a.yaml", JOURNEY.encode()))
    found.add_broken("b.yaml", b"name: x\nbad: [\n")
    return found


def finding(origin: Origin, **more: object) -> Finding:
    return Finding("JC999", "for-tests", "something is wrong", origin, **more)  # type: ignore[arg-type]  # test data


@pytest.mark.parametrize(
    ("item", "position"),
    [
        (finding(Origin("a.yaml", ("kind",))), Position(1, 7, 1, 14)),
        (finding(Origin("a.yaml", ("kind",)), part=Part.KEY), Position(1, 1, 1, 5)),
        (finding(Origin("a.yaml", ("steps", 0, "when")), span=Span(8, 11)), Position(4, 19, 4, 22)),
        (finding(Origin("a.yaml"), position=Position(9, 9, 9, 9)), Position(9, 9, 9, 9)),
        (finding(Origin("b.yaml", ("name",))), Position(1, 7, 1, 8)),
        (finding(Origin("unread.yaml", ("name",))), None),
        (finding(NOWHERE), None),
    ],
)
def test_a_finding_gets_its_place(sources: Sources, item: Finding, position: Position | None) -> None:
    assert sources.resolve(item).position == position


def test_labels_get_their_places_in_other_files_too(sources: Sources) -> None:
    labels = (Label(Origin("b.yaml", ("name",)), "here", Part.KEY), Label(Origin("unread.yaml"), "there"))
    located = sources.resolve(finding(Origin("a.yaml"), labels=labels))
    assert [label.position for label in located.labels] == [Position(1, 1, 1, 5), None]


def test_findings_come_in_the_order_of_lines(sources: Sources) -> None:
    late, early = finding(Origin("a.yaml", ("steps", 3))), finding(Origin("a.yaml", ("steps", 0)))
    other = finding(Origin("b.yaml"))
    assert [item.finding for item in sources.resolve_all([other, late, early])] == [early, late, other]


@pytest.mark.parametrize(
    ("route", "logical"),
    [
        (("steps", 0, "when"), ("steps", "first", "when")),
        (("steps", 1), ("steps", 1)),
        (("steps", 3, "wait"), ("steps", 3, "wait")),
        (("caps", 0, "max"), ("caps", "week", "max")),
        (("caps", 5, "max"), ("caps", 5, "max")),
    ],
)
def test_list_entries_are_addressed_by_their_own_name(
    sources: Sources, route: tuple[str | int, ...], logical: tuple[str | int, ...]
) -> None:
    assert sources.logical_route(Origin("a.yaml", route)) == logical


def test_values_lines_and_files_can_be_asked_for(sources: Sources) -> None:
    assert sources.value_at(Origin("a.yaml", ("caps", 0, "max"))) == 3
    assert sources.value_at(Origin("a.yaml", ("caps", "no"))) is None
    assert sources.value_at(Origin("b.yaml", ("name",))) is None
    assert (sources.line("b.yaml", 2), sources.line("b.yaml", 9), sources.line("unread", 1)) == ("bad: [", None, None)
    assert sources.files == ("a.yaml", "b.yaml")


def test_a_broken_file_in_another_encoding_still_shows_its_lines() -> None:
    found = Sources()
    found.add_broken("c.yaml", "a: 1\nb: Müller".encode("cp1252"))
    assert found.line("c.yaml", 2) == "b: M\ufffdller"


def test_a_file_is_read_as_it_is_but_never_far_beyond_the_limit(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"a: 1\r\n")
    (tmp_path / "huge").write_bytes(b"#" * (2 * MAX_FILE_BYTES))
    assert read_source(tmp_path / "small", "small") == b"a: 1\r\n"
    assert len(read_source(tmp_path / "huge", "huge")) == MAX_FILE_BYTES + 1


def test_what_cannot_be_opened_is_one_finding(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    expected = {
        "missing": "'missing' cannot be read: no such file or directory",
        "pipe": "'pipe' is no plain file",
        ".": "'.' is no plain file",
    }
    for name, message in expected.items():
        with pytest.raises(SpecError) as caught:
            read_source(tmp_path / name, name)
        assert [(item.code, item.message) for item in caught.value.findings] == [("JC007", message)]
    for name in ("loop", "nul\0"):
        with pytest.raises(SpecError, match="cannot be read"):
            read_source(tmp_path / name, name)
