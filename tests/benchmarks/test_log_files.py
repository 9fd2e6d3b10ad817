from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.log_files import main, measure, repeated
from tests.results.events import at, lead, message, record_of

ROWS = record_of(*message("u1/h1/c1/p1", at(0), opened=1), *lead("u1/h1/c1/p2", at(2), called=at(2, 3)))


def test_every_step_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measure(tmp_path, repeated(ROWS, 100))
    lines = capsys.readouterr().out.splitlines()
    expected = ("load pyarrow", "put in file order", "write Parquet", "read one contact", "read everything")
    assert [line[:32].rstrip() for line in lines] == [*expected, "write CSV, a tenth of the rows"]
    assert all(line[32:44].strip() == "100" for line in lines[1:5])


def test_repeated_rows_have_other_contacts_and_the_same_steps() -> None:
    found = repeated(ROWS, 3 * len(ROWS) - 1)
    assert len(found) == 3 * len(ROWS) - 1
    assert len(set(found.texts("contact"))) == 6
    assert set(found.texts("item")) == set(ROWS.texts("item"))
    times = found.column("time").tolist()
    assert times == sorted(times)


@pytest.mark.parametrize("words", [["-1"], ["many"], ["1", "2"]])
def test_a_size_that_is_no_number_of_rows_gives_the_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "usage: python -m benchmarks.log_files" in capsys.readouterr().err
