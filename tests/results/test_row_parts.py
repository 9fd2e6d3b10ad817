"""However a column is held, its cells, its hashes and its orders are those of the plain one."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from journeyctl.results.name_table import NameTable
from journeyctl.results.record import EventRecord
from journeyctl.results.row_parts import STRETCH, Always, Held, Integers, Listed, Looked, Part, Plain, Runs, Sparse

NAMES = NameTable(("", "a", "b", "c"))
CODES = Listed(np.array([2, 0, 1, 1, 0], np.uint16))
RUNS = Runs(np.array([0, 2, 2, 5]), np.array([2, 0, 1], np.int32))
PACKED: dict[str, Held] = {
    "replication": Always(4),
    "time": Plain(np.array([9, 0, 3, 3, 1], np.uint32), 1_700_000_000),
    "kind": Looked(CODES, np.array([5, 6, 7])),
    "journey": Looked(CODES, np.array([1, 0, 3])),
    "contact": Looked(RUNS, np.array([1, 3, 2])),
    "lead": Sparse(np.array([1, 4]), np.array([3, 1])),
    "value": Sparse(np.array([3]), np.array([-(1 << 40)])),
    "send": Plain(np.array([0, 1, 2, 0, 0], np.uint8)),
}
PLAIN: dict[str, Integers] = {
    "replication": np.full(5, 4, np.int32),
    "time": np.array([9, 0, 3, 3, 1]) + 1_700_000_000,
    "kind": np.array([7, 5, 6, 6, 5], np.uint8),
    "journey": np.array([3, 1, 0, 0, 1], np.int32),
    "contact": np.array([2, 2, 3, 3, 3], np.int32),
    "lead": np.array([0, 3, 0, 0, 1], np.int32),
    "value": np.array([0, 0, 0, -(1 << 40), 0]),
    "send": np.array([0, 1, 2, 0, 0], np.int32),
}


def plain(rows: list[int] | None = None) -> EventRecord:
    chosen = np.arange(5) if rows is None else np.array(rows)
    return EventRecord({name: column[chosen] for name, column in PLAIN.items()}, tuple(NAMES), length=len(chosen))


def packed(*, by_time: bool = False) -> EventRecord:
    return EventRecord.of_parts((Part(5, PACKED),), NAMES, by_time=by_time)


@pytest.mark.parametrize("name", [*PLAIN, "desk"])
def test_a_packed_column_has_the_cells_and_type_of_the_plain_one(name: str) -> None:
    expected = plain().column(name)
    assert packed().column(name).tolist() == expected.tolist()
    assert packed().column(name).dtype == expected.dtype
    for rows in ([3, 1, 4], [], [0]):
        found = packed().cells(name, np.array(rows, np.int64))
        assert (found.tolist(), found.dtype) == (expected[rows].tolist(), expected.dtype)


def test_packed_and_plain_rows_have_the_same_hashes() -> None:
    assert packed().row_hashes().tolist() == plain().row_hashes().tolist()
    assert len(set(plain().row_hashes().tolist())) == 5
    assert packed().digest() == plain().digest()


def test_rows_of_several_parts_come_in_the_order_of_time_and_within_a_second_as_they_lie() -> None:
    other = Part(2, {"time": Plain(np.array([1_700_000_003, 1_700_000_001])), "contact": Plain(np.array([1, 1]))})
    record = EventRecord.of_parts((other, Part(5, PACKED)), NAMES, by_time=True)
    assert (record.column("time") - 1_700_000_000).tolist() == [0, 1, 1, 3, 3, 3, 9]
    assert record.texts("contact") == ["b", "a", "c", "a", "c", "c", "b"]
    assert record.cells("send", np.array([0, 4, 6])).tolist() == [1, 2, 0]
    hashes = [found for part in (packed(), EventRecord.of_parts((other,), NAMES)) for found in part.row_hashes()]
    assert sorted(record.row_hashes()) == sorted(hashes)
    assert [row.contact for row in pickle.loads(pickle.dumps(record)).rows()] == record.texts("contact")  # noqa: S301  # written one call earlier


def test_replications_are_known_without_the_column() -> None:
    other = Part(1, {"time": Plain(np.array([1]))})
    record = EventRecord.of_parts((other, Part(5, PACKED)), NAMES)
    assert record.replications() == (0, 4)
    assert len(record.of_replication(4)) == 5
    assert packed().of_replication(4).replications() == (4,)
    assert packed().of_replication(3).replications() == ()


def test_rows_that_are_taken_are_those_that_are_seen() -> None:
    for rows in (np.array([4, 0]), np.array([True, False, False, True, False])):
        assert list(packed(by_time=True).take(rows).rows()) == list(plain([1, 4, 2, 3, 0]).take(rows).rows())


def test_rows_beyond_a_stretch_are_counted_on() -> None:
    length = STRETCH + 3
    runs = Runs(np.array([0, 1, STRETCH + 1, length]), np.arange(3))
    sends = Sparse(np.array([STRETCH, STRETCH + 2]), np.array([8, 9]))
    part = Part(length, {"contact": Looked(runs, np.array([1, 2, 3])), "send": sends})
    record = EventRecord.of_parts((part,), NAMES)
    contact = np.repeat([1, 2, 3], [1, STRETCH, 2])
    send = np.zeros(length, np.int64)
    send[[STRETCH, STRETCH + 2]] = 8, 9
    other = EventRecord({"contact": contact, "send": send}, tuple(NAMES), length=length)
    assert np.array_equal(record.column("contact"), contact)
    assert np.array_equal(record.column("send"), send)
    assert np.array_equal(record.row_hashes(), other.row_hashes())


def test_a_packed_column_cannot_be_written_to() -> None:
    for name in ("time", "kind", "send"):
        with pytest.raises(ValueError, match="read-only"):
            packed().column(name)[0] = 1


@pytest.mark.parametrize("by_time", [False, True])
def test_packed_rows_have_the_file_order_of_plain_ones_and_keep_it(by_time: bool) -> None:
    expected = list((plain([1, 4, 2, 3, 0]) if by_time else plain()).in_file_order().rows())
    record = packed(by_time=by_time).in_file_order()
    assert list(record.rows()) == expected
    assert list(record.in_file_order().rows()) == expected
    assert list(pickle.loads(pickle.dumps(record)).rows()) == expected  # noqa: S301  # written one call earlier
    assert record.texts("contact", np.array([3, 0])) == [expected[3].contact, expected[0].contact]
    assert record.row_hashes().tolist() == [plain([k]).row_hashes()[0] for k in (1, 0, 4, 2, 3)]


def test_rows_in_file_order_are_put_in_it_again_after_their_place_in_it() -> None:
    columns: dict[str, Held] = {"time": Always(7), "contact": Always(1), "send": Plain(np.array([1, 2, 3]))}
    record = EventRecord.of_parts((Part(3, columns),), NAMES, order=np.array([2, 0, 1]))
    assert record.in_file_order().column("send").tolist() == [3, 1, 2]
