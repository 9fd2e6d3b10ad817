"""Machine code that is loaded without its compiler answers what the function answers, whatever goes in."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine.jit import compiled
from journeyctl.simulate.population_engine.machine_code import Code
from journeyctl.simulate.population_engine.python_entry import sort_of

Table = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Row = np.ndarray[tuple[int], np.dtype[np.int64]]


class Pair(NamedTuple):
    """Two columns of a table."""

    left: Row
    right: Row


@compiled
def _everything(table: Table, pair: Pair, number: int, flag: bool, word: np.uint64) -> tuple[int, bool]:
    total = number if flag else -number
    for row in range(table.shape[0]):
        total += table[row, 1] * pair.left[row] - pair.right[row]
    pair.left[0] = total
    return total, word > np.uint64(1 << 63)


@compiled
def _nothing(row: Row) -> None:
    row[0] = 7


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("word", [0, (1 << 64) - 1])
@pytest.mark.parametrize("order", ["whole", "every other row", "columns first"])
def test_arrays_tuples_and_numbers_arrive_as_they_are(flag: bool, word: int, order: str) -> None:
    made = np.arange(24, dtype=np.int64).reshape(6, 4)
    table = {"whole": made[:3], "every other row": made[::2], "columns first": np.asfortranarray(made[:3])}[order]
    pair = Pair(np.array([3, 5, 7]), np.array([-1, 0, 1]))
    total = (41 if flag else -41) + int((table[:, 1] * pair.left - pair.right).sum())
    assert _everything(table, pair, 41, flag, np.uint64(word)) == (total, word > 1 << 63)
    assert pair.left[0] == total


@compiled
def _total(row: Row, places: Row | tuple[int, int]) -> int:
    return int(row.sum()) + places[0] + places[1]


def test_arguments_may_be_of_another_sort_each_time() -> None:
    row, numbers = np.arange(6), (1, 2)
    fixed = row.view()
    fixed.flags.writeable = False
    for _ in range(2):
        for one in (row, row[::2], fixed, row.astype(np.int32), row[1:1], np.arange(6).astype(np.uint16)):
            assert _total(one, numbers) == one.sum() + 3
        assert _total(row, np.array([3, 4])) == 22
        assert _total(row, (np.int64(5), -20)) == 0


def test_an_array_is_read_where_it_lies_now() -> None:
    row = np.arange(6)
    assert _total(row, (0, 0)) == 15
    row.resize(1 << 20, refcheck=False)
    row[-1] = 7
    assert _total(row, (0, 0)) == 22


def test_arguments_without_number_are_refused_as_often_as_they_come() -> None:
    for wrong in (None, 1.5, ("a",)):
        assert _total(np.arange(6), (0, 0)) == 15
        with pytest.raises(TypeError, match="takes no"):
            _total(np.arange(6), wrong)


def test_a_function_without_an_answer_answers_nothing() -> None:
    row = np.zeros(1, np.int64)
    assert _nothing(row) is None
    assert row[0] == 7


def test_arguments_that_compiled_code_cannot_take_are_refused() -> None:
    with pytest.raises(TypeError, match="str"):
        _nothing("row")


def test_arrays_that_nobody_may_write_to_are_another_sort() -> None:
    row = np.zeros(3, np.int64)
    fixed = row.view()
    fixed.flags.writeable = False
    assert sort_of(row) != sort_of(fixed)
    assert sort_of(row) == sort_of(np.ones(9, np.int64))
    assert sort_of(row[::2]) != sort_of(row)


def test_code_survives_a_file_and_a_cut_one_is_no_code() -> None:
    code = Code("f", "(i8 b1)", ("g",), b"\x7fELF\n\n")
    assert Code.unpacked(code.packed()) == code
    with pytest.raises(ValueError, match=r"char"):
        Code.unpacked(code.packed()[:10])


def test_kept_code_starts_without_the_compiler() -> None:
    program = """
import sys
import numpy as np
from journeyctl.draws import Draws
from journeyctl.simulate.population_engine.philox import bits, keys_of
words = [np.uint64(n) for n in range(3)]
bits(keys_of(Draws(1, 0)), *words, 2)
sys.exit("numba" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
