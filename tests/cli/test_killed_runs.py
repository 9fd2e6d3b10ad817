"""A run that is killed leaves the old output whole, and Ctrl-C keeps what is finished."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

OLD = '{"old": true}\n'
ROOT = Path(__file__).parents[2]


_AS_ON_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""A shell that starts the tests in the background has SIGINT ignored by everything that they start."""


def _start(*arguments: str | Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _AS_ON_A_TERMINAL, "-m", "journeyctl", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def _is_whole(path: Path) -> bool:
    """The file is the old one, or a complete new one."""
    text = path.read_text(encoding="utf-8")
    return text == OLD or bool(json.loads(text))


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.4, 1.5, 3.0])
def test_a_killed_simulation_leaves_the_old_result_whole(small: Path, tmp_path: Path, seconds: float) -> None:
    out = tmp_path / "result.json"
    out.write_text(OLD, encoding="utf-8")
    process = _start("simulate", "plan", "-w", small, "--replications", "40", "--format", "json", "--out", out)
    time.sleep(seconds)
    process.kill()
    process.communicate()
    assert _is_whole(out)


@pytest.mark.slow
def test_a_killed_compilation_leaves_the_old_files_whole(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    old = out / "department-heads.bpmn"
    old.write_text(OLD, encoding="utf-8")
    process = _start("compile", "department-heads", "-w", small, "--out", out)
    time.sleep(0.7)
    process.kill()
    process.communicate()
    text = old.read_text(encoding="utf-8")
    assert text == OLD or text.rstrip().endswith("definitions>")


@pytest.mark.slow
def test_ctrl_c_prints_what_is_finished_marked_as_partial(small: Path) -> None:
    # Code that has yet to be compiled would leave no time for a run to be finished.
    _start("simulate", "plan", "-w", small, "--replications", "1", "--compare", "none").communicate()
    process = _start("simulate", "plan", "-w", small, "--replications", "5000", "--compare", "none", "--jobs", "1")
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "partial: 5000 were asked for" in " ".join(out.split())
