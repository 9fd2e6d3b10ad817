"""`simulate --resume`: a killed process loses no finished run, and goes on to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
WORDS = (
    "simulate",
    "plan",
    "-n",
    "8",
    "--set",
    "length=4w",
    "--compare",
    "none",
    "--engine",
    "reference",
    "--format",
    "json",
    "-q",
)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_simulation_goes_on_to_the_same_bytes(run: Run, small: Path, tmp_path: Path, jobs: str) -> None:
    folder, out = tmp_path / "runs", tmp_path / "out.json"
    words = [*WORDS, "-w", str(small), "--jobs", jobs]
    command = [sys.executable, "-m", "journeyctl", *words, "--resume", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 120
    while len(list(folder.glob("*.parquet"))) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    finished = sorted(folder.glob("*.parquet"))
    before = [path.read_bytes() for path in finished]
    assert len(finished) >= 2
    assert run(*words, "--resume", folder, "--out", out).status == 0
    assert [path.read_bytes() for path in finished] == before
    assert run(*words, "--out", tmp_path / "plain.json").status == 0
    assert out.read_bytes() == (tmp_path / "plain.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--executor", "slurm"], "'slurm' is no executor"),
        (["--executor", "dask:"], "'dask:' is no executor"),
        (["--parameters", "50", "--executor", "slurm"], "'slurm' is no executor"),
    ],
)
def test_wrong_words_get_a_message(run: Run, small: Path, words: list[str], said: str) -> None:
    done = run("simulate", "plan", "-w", small, *words)
    assert done.status == 2
    assert said in done.err
