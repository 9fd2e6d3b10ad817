"""Columns read as codes have the cells of the columns themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from journeyctl.results.log_parquet import write_parquet
from journeyctl.results.record import COLUMNS, EventRecord
from journeyctl.results.row_codes import Coded, Repeated
from journeyctl.results.row_parts import Always, Held, Looked, Part, Plain, Sparse
from journeyctl.results.row_pieces import Pieces
from tests.results.test_row_parts import CODES, NAMES, PACKED

OTHER: dict[str, Held] = {
    "time": Plain(np.array([1_700_000_003, 1_700_000_001])),
    "kind": Always(9),
    "contact": Plain(np.array([1, 3], np.int32)),
    "lead": Plain(np.array([2, 0], np.int32)),
    "value": Plain(np.array([1 << 50, -1])),
    "cause": Plain(np.array([3, 0], np.int32)),
    "cause_time": Plain(np.array([1_700_000_000, 0])),
}


def record(*, order: list[int] | None = None, by_time: bool = False) -> EventRecord:
    causes: dict[str, Held] = {
        "cause": Looked(CODES, np.array([0, 1, 0], np.int32)),
        "cause_time": Sparse(np.array([2]), np.array([1_699_999_999])),
        "step": Looked(CODES, np.array([2, 2, 1, 1])),
    }
    parts = (Part(2, OTHER), Part(5, PACKED | causes))
    places = None if order is None else np.array(order)
    return EventRecord.of_parts(parts, NAMES, by_time=by_time, order=places)


@pytest.mark.parametrize("order", [None, [6, 1, 2, 0, 3, 5, 4], [2, 3, 4, 5, 6, 0, 1]])
@pytest.mark.parametrize("rows", [(0, 7), (1, 4), (6, 7), (0, 1)])
def test_codes_give_the_cells_of_every_column(order: list[int] | None, rows: tuple[int, int]) -> None:
    found = record(order=order).stretches().some(*rows)
    for name in (*COLUMNS, "cause_time"):
        column = record(order=order).column(name)
        kind = column.dtype.type
        assert found.column(name, kind).cells().tolist() == column[slice(*rows)].tolist(), name
        assert found.cells(name, kind).tolist() == column[slice(*rows)].tolist(), name
        backwards = np.arange(rows[1] - rows[0])[::-1]
        assert found.at(name, backwards, kind).tolist() == column[slice(*rows)][::-1].tolist(), name


@pytest.mark.parametrize("name", ["kind", "contact", "lead", "send"])
def test_codes_know_which_of_them_occur(name: str) -> None:
    for rows in ((0, 7), (1, 4), (6, 7)):
        found = record(order=[6, 1, 2, 0, 3, 5, 4]).stretches().some(*rows).column(name, np.int32)
        assert isinstance(found, Repeated) or found.codes.used.tolist() == sorted(set(found.codes.of_row.tolist()))


@pytest.mark.parametrize("rows_per_group", [2, 3, 100])
def test_a_file_does_not_tell_how_columns_are_held(
    rows_per_group: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeyctl.results.log_parquet.ROWS_PER_GROUP", rows_per_group)
    held = record(by_time=True)
    write_parquet(held, tmp_path / "packed")
    write_parquet(held.take(np.arange(len(held))), tmp_path / "plain")
    assert (tmp_path / "packed").read_bytes() == (tmp_path / "plain").read_bytes()


def test_cells_that_hardly_vary_are_told_as_runs() -> None:
    found = record(order=[6, 1, 2, 0, 3, 5, 4]).stretches().some(1, 7)
    for name in ("lead", "worker", "value", "replication"):
        runs = found.column(name, np.int64)
        assert isinstance(runs, Repeated)
        assert (runs.sizes > 0).all()
    assert isinstance(found.column("journey", np.int64), Coded)
    rows = found.mostly(5, np.array([4, 0, 3, 1]), np.array([2, 1, 5, 2]))
    assert (rows.table.tolist(), rows.sizes.tolist()) == ([1, 2, 5, 2, 5], [1, 1, 2, 1, 1])


def test_numbers_far_apart_are_told_apart_too() -> None:
    columns = {"value": np.array([1 << 62, -5, 1 << 62, 0]), "time": np.array([7, 7, 9, 9])}
    found = EventRecord(columns, ("",), length=4).stretches().some(1, 4)
    for name in columns:
        assert found.column(name, np.int64).cells().tolist() == columns[name][1:].tolist()


def test_pieces_of_one_run_have_its_code_and_others_are_looked_at_row_by_row() -> None:
    parts = (Part(2, OTHER), Part(5, PACKED))
    for first, size, is_by_piece in (
        ([4, 0, 2], [3, 2, 2], True),
        ([4, 0, 2, 3], [3, 2, 1, 1], True),
        ([0], [7], False),
    ):
        pieces = Pieces.of(np.array(first), np.array(size))
        packed = EventRecord.of_parts(parts, NAMES, order=pieces)
        contact = PACKED["contact"]
        assert isinstance(contact, Looked)
        assert (packed.stretches().by_piece(contact.codes) is not None) == is_by_piece
        for rows in ((0, 7), (1, 6), (3, 4)):
            found = packed.stretches().some(*rows)
            expected = packed.column("contact")[slice(*rows)].tolist()
            assert found.column("contact", np.int32).cells().tolist() == expected
            assert found.cells("value", np.int64).tolist() == packed.column("value")[slice(*rows)].tolist()
