"""The rows of some kinds: the same as picking them one by one, wherever they come from."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import numpy as np
import pytest

import journeyctl.results
from journeyctl.results import row_choice
from journeyctl.results.measures import UNREAD
from journeyctl.results.name_table import NameTable
from journeyctl.results.record import COLUMNS, KINDS, EventRecord
from journeyctl.results.row_parts import Always, Listed, Looked, Part, Plain, Runs, Sparse
from journeyctl.semantics.effects import Kind

NAMES = NameTable(("", *"abcdefgh"))
WANTED = (Kind.SENT, Kind.OPENED, Kind.HANDED_OFF)


def parts() -> tuple[Part, ...]:
    """One part of codes and runs, as lives leave it, and a plain one, as desks do; times repeat across them."""
    chance = random.Random(5)  # noqa: S311  # a sample of rows, no secret
    kinds = [KINDS.index(kind) for kind in (*WANTED, Kind.WAITED, Kind.CLICKED)]
    shape = Listed(np.array([chance.randrange(5) for _ in range(60)], np.uint16))
    person = Runs(np.array([0, 25, 40, 60], np.int64), np.array([2, 0, 1]))
    times = [sorted(chance.randrange(30) for _ in range(length)) for length in (25, 15, 20)]
    lived = Part(60, {
        "replication": Always(3), "time": Plain(np.concatenate(times).astype(np.uint32), 1_000),
        "kind": Looked(shape, np.array(kinds, np.uint8)), "item": Looked(shape, np.array([1, 2, 3, 4, 5], np.int32)),
        "contact": Looked(person, np.array([6, 7, 8], np.int32)),
        "value": Sparse(np.arange(3, 60, 7), np.arange(100, 100 + len(range(3, 60, 7)))),
    })  # fmt: skip
    worked = Part(9, {
        "replication": Always(3), "time": Plain(np.array([1_000 + chance.randrange(30) for _ in range(9)], np.int64)),
        "kind": Plain(np.array([kinds[place % 5] for place in range(9)], np.uint8)),
        "lead": Plain(np.arange(9, dtype=np.int32) % 9),
    })  # fmt: skip
    return lived, worked


@pytest.mark.parametrize("order", ["as they lie", "by time", "given"])
def test_the_rows_of_some_kinds_are_those_that_are_picked_one_by_one(order: str) -> None:
    given = np.random.default_rng(1).permutation(69) if order == "given" else None
    record = EventRecord.of_parts(parts(), NAMES, by_time=order == "by time", order=given)
    expected = [row for row in record.rows() if row.kind in WANTED]
    assert 10 < len(expected) < 69
    found = record.of_kinds(WANTED)
    assert list(found.rows()) == expected
    few = np.array([4, 1, 7])
    for name in COLUMNS:
        assert found.cells(name, few).tolist() == found.column(name)[few].tolist()
    assert not len(found.rows_of(Kind.WAITED))


def test_no_measure_and_no_account_reads_a_kind_of_rows_that_is_left_out() -> None:
    folder = Path(journeyctl.results.__file__).parent
    accounts = (folder / f"{name}.py" for name in ("identities", "pairs", "summary"))
    places = [*(folder / "measures").glob("*.py"), *accounts]
    read = {
        node.attr
        for path in places
        if path.name != "__init__.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kind"
    }
    assert {"SENT", "ENDED", "DEFERRED"} <= read
    assert not read & {kind.name for kind in UNREAD}


@pytest.mark.parametrize("few", [0, 1_000])
def test_rows_that_may_lie_as_they_do_follow_behind_those_in_the_order_of_time(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_choice, "_TOGETHER", few)
    record = EventRecord.of_parts(parts(), NAMES, by_time=True)
    found = record.of_kinds(WANTED, lying=[Kind.CLICKED])
    before = [row for row in record.rows() if row.kind in WANTED]
    clicks = [
        row for part in parts() for row in EventRecord.of_parts((part,), NAMES).rows() if row.kind is Kind.CLICKED
    ]
    assert len(clicks) > 5
    assert clicks != sorted(clicks, key=lambda row: row.time)
    assert list(found.rows()) == before + clicks
    assert found.rows_of(Kind.CLICKED).tolist() == list(range(len(before), len(found)))
