"""The entry point hands over every command line but the bare `--version`."""

from __future__ import annotations

import sys
import types

import pytest

import journeyctl
from journeyctl.__main__ import main


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that reached the command line parser, which answers each with status 3."""
    seen: list[list[str]] = []
    parser = types.ModuleType("journeyctl.cli.app")

    def run(arguments: list[str]) -> int:
        seen.append(arguments)
        return 3

    vars(parser)["run"] = run
    monkeypatch.setitem(sys.modules, "journeyctl.cli", types.ModuleType("journeyctl.cli"))
    monkeypatch.setitem(sys.modules, "journeyctl.cli.app", parser)
    return seen


def test_version_alone_is_answered_at_once(handed_over: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"journeyctl {journeyctl.__version__}\n"
    assert handed_over == []


@pytest.mark.parametrize("words", [[], ["validate"], ["validate", "--version"], ["version", "--format", "json"]])
def test_everything_else_is_handed_over_and_its_status_returned(handed_over: list[list[str]], words: list[str]) -> None:
    assert main(words) == 3
    assert handed_over == [words]


def test_without_arguments_the_words_of_the_process_are_taken(
    handed_over: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["journeyctl", "explain", "JC104"])
    assert main() == 3
    assert handed_over == [["explain", "JC104"]]
