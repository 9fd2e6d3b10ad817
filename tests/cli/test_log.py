"""`journeyctl log`, and the files of `simulate --log` that it reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journeyctl.results.log_parquet import metadata_of_parquet, read_parquet
from journeyctl.semantics.effects import Kind
from tests.cli.conftest import Run


@pytest.fixture
def parquet_log(run: Run, small: Path, tmp_path: Path) -> Path:
    path = tmp_path / "run.parquet"
    done = run(
        "simulate", "plan", "-w", small, "-n", "1", "--compare", "none", "--engine", "reference", "--log", path, "-q"
    )
    assert done.status == 0, done.err
    return path


def test_a_log_says_where_it_comes_from_and_tells_one_history(run: Run, parquet_log: Path) -> None:
    said = metadata_of_parquet(parquet_log)
    assert {"log_version", "workspace_hash", "seed", "journeyctl"} <= set(said)
    rows = read_parquet(parquet_log).rows()
    contact = next(row.contact for row in rows if row.kind is Kind.SKIPPED and row.contact)
    text = run("log", contact, "--log", parquet_log, "--width", "60")
    assert text.status == 0
    assert text.out.startswith(f"{contact}: replication 0, times in UTC\n")
    assert " skipped" in text.out
    assert max(map(len, text.out.splitlines())) <= 60
    document = json.loads(run("log", contact, "--log", parquet_log, "--format", "json").out)
    assert document["workspace_hash"] == said["workspace_hash"]
    assert any(message["fate"] == "skipped" for message in document["messages"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["u9999/h1/c1/p1"], "knows no contact 'u9999/h1/c1/p1'"),
        (["u1", "--format", "yaml"], "'yaml' is no format of log"),
        (["u1", "--zone", "Mars"], "'Mars' is no time zone"),
    ],
)
def test_wrong_words_get_a_message(run: Run, parquet_log: Path, words: list[str], said: str) -> None:
    done = run("log", *words, "--log", parquet_log)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_log_for_process_mining_is_written_where_its_name_asks_for_it(run: Run, small: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.xes"
    done = run(
        "simulate", "plan", "-w", small, "-n", "1", "--compare", "none", "--engine", "reference", "--log", path, "-q"
    )
    assert done.status == 0, done.err
    text = path.read_text(encoding="utf-8")
    assert '<string key="workspace_hash" value="' in text
    assert text.endswith("</log>")
