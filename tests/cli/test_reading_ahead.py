"""A workspace that a second process reads is the one that is there, and its faults are told all the same."""

from __future__ import annotations

import os
import pickle
import signal
from pathlib import Path

import pytest

from journeyctl import api
from journeyctl.cli import reading_ahead
from journeyctl.graph.lowering import lower
from journeyctl.units import Duration
from journeyctl.workspaces import locate

SMALL = locate("small")


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever this machine has; the list grows when this process reads the workspace itself."""
    monkeypatch.setattr(reading_ahead, "_is_worth_it", lambda: True)
    read: list[str] = []
    own = api.checked_workspace

    def here(path: Path) -> api.Checked:
        read.append("here")
        return own(path)

    monkeypatch.setattr(api, "checked_workspace", here)
    return read


def test_it_is_read_elsewhere_while_something_else_is_done(forked: list[str]) -> None:
    done: list[str] = []
    found = reading_ahead.checked_workspace(SMALL, meanwhile=lambda: done.append("loaded"))
    assert (done, forked) == (["loaded"], [])
    expected = api.checked_workspace(SMALL)
    assert (found.workspace, found.program) == (expected.workspace, expected.program)
    assert found.sources.files == expected.sources.files
    assert lower(found.workspace) is found.program


def test_what_is_wrong_with_it_is_told_by_the_process_that_asked(tmp_path: Path) -> None:
    (tmp_path / "journey_specs").mkdir()
    (tmp_path / "journey_specs" / "workspace.yaml").write_text("time_zone: Nowhere/Atlantis\n", encoding="utf-8")
    with pytest.raises(api.InvalidWorkspaceError) as caught:
        reading_ahead.checked_workspace(tmp_path, meanwhile=lambda: None)
    assert caught.value.findings


def test_an_answer_that_is_cut_off_is_none(monkeypatch: pytest.MonkeyPatch, forked: list[str]) -> None:
    def cut_off(path: Path, sending: int) -> None:
        os.write(sending, pickle.dumps(list(range(100)))[:50])
        os._exit(0)

    monkeypatch.setattr(reading_ahead, "_read", cut_off)
    assert reading_ahead.checked_workspace(SMALL, meanwhile=lambda: None).workspace.scenarios
    assert forked == ["here"]


def test_it_finds_out_beforehand_what_the_zones_of_runs_are_like(forked: list[str]) -> None:
    checked = api.checked_workspace(locate("pilot"))
    learnt = reading_ahead._learnt(checked)
    assert {"America/New_York", "America/Chicago", "Europe/Berlin"} <= learnt.keys()
    first, _, steady = learnt["America/Chicago"]
    start, end = checked.program.calendar.window(
        checked.workspace.scenarios["us-pilot"].start, Duration(seconds=86_400)
    )
    assert first + 1_200 <= start // 86_400 <= end // 86_400 + 1_500 <= first + len(steady)


def test_the_process_that_reads_never_hears_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    fork = os.fork

    def interrupted() -> int:
        process = fork()
        if not process:
            # As early as it can come.
            os.kill(os.getpid(), signal.SIGINT)
        return process

    def listening(number: int, frame: object) -> None:
        heard.append(os.getpid())

    monkeypatch.setattr(os, "fork", interrupted)
    before = signal.signal(signal.SIGINT, listening)
    try:
        process = reading_ahead._forked()
        if not process:
            os._exit(len(heard))
        assert os.waitpid(process, 0)[1] == 0
        os.kill(os.getpid(), signal.SIGINT)
        assert heard == [os.getpid()]
    finally:
        signal.signal(signal.SIGINT, before)


def test_nobody_is_left_behind_where_loading_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    fork = os.fork

    def forked() -> int:
        process = fork()
        begun.append(process)
        return process

    def fails() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fork", forked)
    with pytest.raises(KeyboardInterrupt):
        reading_ahead.checked_workspace(SMALL, meanwhile=fails)
    assert len(begun) == 1
    with pytest.raises(ChildProcessError):
        os.waitpid(begun[0], 0)
