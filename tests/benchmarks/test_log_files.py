from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.log_files import main, measure, recorded


def test_every_step_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = recorded(300)
    measure(tmp_path, record)
    lines = capsys.readouterr().out.splitlines()
    expected = ("load pyarrow", "put in file order", "write Parquet", "read one contact", "read everything")
    assert [line[:32].rstrip() for line in lines] == [*expected, "write CSV, a tenth of the rows"]
    assert all(line[32:44].strip() == str(len(record)) for line in lines[1:5])


def test_there_are_about_as_many_rows_as_were_asked_for() -> None:
    assert len(recorded(20_000)) == pytest.approx(20_000, rel=0.05)


@pytest.mark.parametrize("words", [["-1"], ["many"], ["1", "2"]])
def test_a_size_that_is_no_number_of_rows_gives_the_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "usage: python -m benchmarks.log_files" in capsys.readouterr().err
