"""Every wrong file ends in one message with its place, exit status 1, at once, and never in a traceback."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

JOURNEY = "journey_specs/journeys/department-heads.yaml"


def _replace(before: str, after: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def _content(content: bytes) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        file.write_bytes(content)

    return change


BOMB = b"kind: journey\na: &a [x, x]\n" + b"".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n".encode() for i in range(9)
)

CASES = [
    pytest.param(JOURNEY, _replace("priority:", "priorty:"), "JC010", id="an unknown key"),
    pytest.param(JOURNEY, _replace("wait: 90d", "wait: 90 days"), "JC013", id="a wrong unit"),
    pytest.param(JOURNEY, _content(b"[" * 100_000), "JC004", id="nesting of 100,000"),
    pytest.param(JOURNEY, _content(BOMB), "JC004", id="an alias bomb"),
    pytest.param(JOURNEY, _content("kind: journey\nname: Müller\n".encode("cp1252")), "JC001", id="not UTF-8"),
    pytest.param(JOURNEY, _content(b"x" * 10_000_000), "JC004", id="a file of 10 MB"),
]


@pytest.mark.parametrize(("file", "change", "code"), CASES)
def test_a_wrong_file_gets_one_message_with_its_place(
    run: Run, small: Path, file: str, change: Callable[[Path], None], code: str
) -> None:
    change(small / file)
    started = time.perf_counter()
    outcome = run("validate", small)
    took = time.perf_counter() - started
    assert outcome.status == 1
    assert outcome.out.count("error[") == 1, outcome.out
    assert f"error[{code}]" in outcome.out
    assert f"{file}:" in outcome.out
    assert "Traceback" not in outcome.out + outcome.err
    # Not a speed test: a hostile file must not hang the check, whatever the machine does besides.
    assert took < 20


def test_a_missing_file_is_named(run: Run, small: Path) -> None:
    (small / "journey_specs/profile.yaml").unlink()
    outcome = run("validate", small)
    assert outcome.status == 1
    assert "profile" in outcome.out
    assert outcome.out.count("error[") == 1


def test_a_cyclic_reference_between_scenarios_is_told_once(run: Run, small: Path) -> None:
    folder = small / "journey_specs/scenarios"
    (folder / "one.yaml").write_text("kind: scenario\nname: one\nlike: two\n", encoding="utf-8")
    (folder / "two.yaml").write_text("kind: scenario\nname: two\nlike: one\n", encoding="utf-8")
    outcome = run("validate", small)
    assert outcome.status == 1
    assert outcome.out.count("error[JC025]") == 1


def test_a_negative_share_is_told_where_it_stands(run: Run, small: Path) -> None:
    desk = next((small / "journey_specs/desks").glob("*.yaml"))
    text = desk.read_text(encoding="utf-8")
    lines = text.splitlines()
    row = next(i for i, line in enumerate(lines) if "absence:" in line)
    lines[row] = lines[row].split("absence:")[0] + "absence: -5%"
    desk.write_text("\n".join(lines) + "\n", encoding="utf-8")
    outcome = run("validate", small)
    assert outcome.status == 1
    assert f"{desk.name}:{row + 1}:" in outcome.out
    assert outcome.out.count("error[") == 1


@pytest.mark.parametrize(
    "command", [("test",), ("simulate", "plan"), ("compile", "department-heads"), ("trace", "department-heads")]
)
def test_no_command_uses_a_workspace_with_errors(run: Run, small: Path, command: tuple[str, ...]) -> None:
    _replace("priority:", "priorty:")(small / JOURNEY)
    outcome = run(*command, "--workspace", small)
    assert outcome.status == 1
    assert "error[JC010]" in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("validat",), "validate"),
        (("validate", "--format", "xml"), "no format"),
        (("validate", "/no/such/place"), "no file or folder"),
        (("explain", "JC999"), "JC999"),
        (("explain",), "no rule is named"),
        (("schema", "jorney"), "no kind"),
        (("compile", "department-heads", "--target", "telex"), "telex"),
        (("trace", "nowhere"), "no journey"),
        (("trace", "--test", "nobody"), "no spec test"),
        (("population", "nowhere"), "no scenario"),
        (("simulate", "plan", "--set", "desks"), "does not say what to set"),
        (("simulate", "plan", "--engine", "steam"), "no engine"),
        (("simulate", "plan", "--log", "events.doc"), "event record"),
        (("test", "--only", "nobody"), "no spec test"),
    ],
)
def test_wrong_use_ends_with_status_2_and_a_next_move(
    run: Run, small: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(small)
    outcome = run(*command)
    assert outcome.status == 2, outcome
    assert words in outcome.err
    assert outcome.err.startswith("error: ")
    assert "Traceback" not in outcome.err
