from __future__ import annotations

import pytest

from benchmarks import bars, log_files
from benchmarks.bars import Bar, main, of_engine, of_parquet, of_question, of_reference


@pytest.mark.parametrize(
    ("measured", "least", "state"),
    [(2.0, False, "bar"), (0.5, False, "aim"), (3.1, False, "missed"), (2.0, True, "aim"), (0.5, True, "missed")],
)
def test_a_line_says_whether_bar_or_aim_are_reached(measured: float, least: bool, state: str) -> None:
    bar, aim = (0.7, 1.5) if least else (3, 1)
    assert Bar("a thing", measured, bar, aim, least=least).state == state
    assert str(Bar("a thing", measured, bar, aim, least=least)).endswith(state)


def test_every_bar_is_measured_at_a_tiny_size(capsys: pytest.CaptureFixture[str]) -> None:
    found = [*of_engine(30), of_reference(30), *of_parquet(500)]
    assert [bar.unit for bar in found] == ["x", "x", "x", "x", "MB", "s", "s", "MB"]
    assert all(bar.measured >= 0 for bar in found)
    assert len({bar.what for bar in found}) == len(found)
    told = capsys.readouterr().err.splitlines()
    sizes = [line.split(": ")[1].split(",")[0] for line in told if "population engine" in line]
    assert sizes == [size for size in ("30 contacts", "1 contacts", "120 contacts") for _ in range(bars.SHORT_RUNS)]


def test_what_is_held_to_nothing_is_told_without_a_state() -> None:
    assert str(Bar("a thing", 2.0, None, None)).split() == ["a", "thing", "2", "-", "-", "s", "-"]


@pytest.mark.parametrize(("bar", "runs"), [(3, bars.SHORT_RUNS), (None, bars.RUNS)])
def test_a_question_is_timed_as_a_whole_command(
    bar: float | None, runs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = of_question(("version",), bar=bar)
    assert found.measured > 0
    assert capsys.readouterr().err.count("journeyctl version:") == runs


def test_what_is_written_is_ordered_and_has_a_size() -> None:
    seconds, size = log_files.writing(300)
    assert seconds >= 0
    assert size > 1_000


@pytest.mark.parametrize("words", [["-1"], ["many"], ["1", "2"]])
def test_a_size_that_is_no_number_gives_the_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert bars.__name__ in capsys.readouterr().err
