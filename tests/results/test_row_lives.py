"""Lives put in order as wholes stand as they would, were every row sorted by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.name_table import NameTable
from journeyctl.results.record import AT_THE_DESK, KIND_NUMBER, EventRecord
from journeyctl.results.row_lives import Lives
from journeyctl.results.row_parts import Always, Held, Integers, Listed, Looked, Part, Plain, Runs
from journeyctl.semantics.effects import Kind

NAMES = NameTable(("", "u2", "u10", "u1", "l2", "l1"))
SENT, QUALIFIED = KIND_NUMBER[Kind.SENT], KIND_NUMBER[Kind.QUALIFIED]
AT_DESK = np.isin(np.arange(len(KIND_NUMBER)), [KIND_NUMBER[kind] for kind in AT_THE_DESK])

TIMES = st.lists(st.integers(0, 4), max_size=5).map(sorted)
OTHERS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from((SENT, QUALIFIED)), st.integers(4, 5))
)
Other = tuple[int, int, int, int]


def lives(times: list[list[int]], **others: Held) -> Part:
    """The contacts 3, 1, 2, 0 one after the other, each with rows at these seconds."""
    bounds = np.cumsum([0, *map(len, times)])
    length = int(bounds[-1])
    columns: dict[str, Held] = {
        "contact": Looked(Runs(bounds, np.arange(4)), np.array([3, 1, 2, 0], np.int32)),
        "time": Plain(np.array([second for life in times for second in life], np.uint32), 1_000),
        "kind": Looked(Listed(np.zeros(length, np.uint8)), np.array([SENT])),
        "send": Plain(np.arange(length)),
    }
    return Part(length, columns | others)


def further(rows: list[Other], first: int) -> Part:
    contact, time, kind, lead = np.array(rows, np.int64).reshape(-1, 4).T
    send = first + np.arange(len(rows))
    columns = {"contact": contact, "time": time + 1_000, "kind": kind, "lead": lead, "send": send}
    return Part(len(rows), {name: Plain(column) for name, column in columns.items()})


def plain(record: EventRecord) -> EventRecord:
    """The same rows, held one by one."""
    return record.take(np.arange(len(record)))


@given(st.lists(TIMES, min_size=4, max_size=4), OTHERS, OTHERS, st.booleans())
def test_lives_and_what_is_among_them_have_the_order_of_single_rows(
    times: list[list[int]], before: list[Other], behind: list[Other], by_time: bool
) -> None:
    parts = (further(before, 100), lives(times), further(behind, 200))
    record = EventRecord.of_parts(parts, NAMES, by_time=by_time)
    expected = plain(record).in_file_order()
    found = record.in_file_order()
    for name in ("contact", "time", "kind", "lead", "send"):
        assert found.column(name).tolist() == expected.column(name).tolist()


def test_order_of_lives_is_found_where_each_contact_has_one_run_in_time() -> None:
    times = [[1, 1, 3], [0], [2, 4], []]
    found = Lives.among((further([], 0), lives(times)), AT_DESK)
    assert found is not None
    assert (found.start, found.end, found.contacts.tolist(), found.bounds.tolist()) == (0, 6, [3, 1, 2], [0, 3, 4, 6])


def runs_of(numbers: list[int]) -> Looked:
    return Looked(Runs(np.array([0, 3, 4, 6, 6]), np.array(numbers)), np.array([3, 1, 2, 0], np.int32))


def desk_kinds() -> Looked:
    return Looked(Listed(np.zeros(6, np.uint8)), np.array([SENT, QUALIFIED]))


@pytest.mark.parametrize(
    "otherwise",
    [
        pytest.param({"contact": runs_of([0, 1, 0, 3])}, id="a contact has two runs"),
        pytest.param({"contact": Always(1)}, id="contacts are held otherwise"),
        pytest.param({"contact": Looked(Listed(np.zeros(6, np.uint8)), np.array([1]))}, id="contacts have no runs"),
        pytest.param({"time": Plain(np.array([1, 0, 3, 0, 2, 4]))}, id="a life goes back in time"),
        pytest.param({"time": Always(5)}, id="times are held otherwise"),
        pytest.param({"kind": desk_kinds()}, id="some rows are of a desk"),
        pytest.param({"kind": Always(SENT)}, id="kinds are held otherwise"),
    ],
)
def test_other_rows_are_put_in_order_one_by_one(otherwise: dict[str, Held]) -> None:
    part = lives([[1, 1, 3], [0], [2, 4], []], **otherwise)
    assert Lives.among((part,), AT_DESK) is None
    record = EventRecord.of_parts((part,), NAMES)
    assert list(record.in_file_order().rows()) == list(plain(record).in_file_order().rows())


def test_rows_of_several_replications_are_put_in_order_one_by_one() -> None:
    numbers: Integers = np.array([1, 1, 0, 0, 2, 1])
    record = EventRecord.of_parts((lives([[1, 1, 3], [0], [2, 4], []], replication=Plain(numbers)),), NAMES)
    found = record.in_file_order()
    assert found.column("replication").tolist() == [0, 0, 1, 1, 1, 2]
    assert list(found.rows()) == list(plain(record).in_file_order().rows())
