"""Workspaces to run commands in, and a way to run them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from journeyctl.__main__ import main
from journeyctl.workspaces import locate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `journeyctl` in this process at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def run_it(*arguments: str | Path) -> Outcome:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(status), captured.out, captured.err)

    return run_it


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small workspace."""
    folder = tmp_path / "small"
    shutil.copytree(locate("small"), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder
