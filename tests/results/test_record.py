"""The event record: what goes in comes out, in any order, under one digest."""

from __future__ import annotations

import pickle
import random
from hashlib import blake2b
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.record import (
    COLUMNS,
    KINDS,
    EventRecord,
    EventRow,
    empty_record,
    joined,
    record_of_texts,
)
from journeyctl.results.recorder import Recorder
from journeyctl.semantics.effects import Effect, Kind
from tests.results.events import Event, Person, at, event, message, record_of

NAMES = st.sampled_from(["", "a", "b", "ü", "x@1", "a=b"])
EFFECTS = st.fixed_dictionaries(
    {
        "time": st.integers(0, 2**40),
        "kind": st.sampled_from(KINDS),
        "journey": NAMES,
        "visit": st.integers(0, 3),
        "lead": NAMES,
        "reason": NAMES,
        "value": st.integers(-(2**62), 2**62),
        "cause": st.sampled_from(["", "mql", "mql@12", "mql@007", "@5", "a@b@3", "mql@", "mql@0", "mql@-1"]),
    }
).map(lambda columns: Effect(**columns))
PEOPLE = st.one_of(st.none(), st.builds(Person, key=st.sampled_from(["u1/h1/c1/p1", "u2/h1/c1/p1"]), source=NAMES))
EVENTS = st.lists(st.tuples(PEOPLE, EFFECTS), max_size=20)


def row(person: Person | None, effect: Effect, replication: int = 0) -> EventRow:
    whom: Any = person or Person("", "", "", "")
    return EventRow(
        replication, effect.time, effect.kind, whom.key, whom.clinic, whom.hospital, whom.umbrella, effect.group,
        effect.journey, effect.visit, effect.step, effect.op, effect.item, effect.channel, effect.send, effect.lead,
        effect.desk, effect.team, effect.worker, effect.opportunity, effect.line, effect.reason, effect.who,
        effect.value, effect.cause, whom.source,
    )  # fmt: skip


@given(EVENTS)
def test_rows_come_out_as_they_went_in(events: list[Event]) -> None:
    assert list(record_of(*events, replication=3).rows()) == [row(*pair, replication=3) for pair in events]


@given(EVENTS, st.randoms())
def test_the_digest_does_not_depend_on_the_order_but_on_every_row(events: list[Event], chance: random.Random) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert record_of(*shuffled).digest() == record_of(*events).digest()
    if events:
        assert record_of(*events[1:]).digest() != record_of(*events).digest()
        assert record_of(*events, events[0]).digest() != record_of(*events).digest()


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "kind"])
def test_the_digest_sees_every_column(column: str) -> None:
    number = column in ("replication", "time", "visit", "send", "worker", "value")
    cells: dict[str, list[Any]] = {"kind": ["sent"], column: [1] if number else ["x"]}
    assert record_of_texts(cells, length=1).digest() != record_of_texts({"kind": ["sent"]}, length=1).digest()


def number_of(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def mixed(number: int) -> int:
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    number = (number ^ number >> 27) * 0x94D049BB133111EB % 2**64
    return number ^ number >> 31


def test_the_digest_is_the_documented_sum_over_the_cells_of_rows() -> None:
    assert empty_record().digest() == "0000000000000000"
    record, total = record_of(*message("u1/h1/c1/p1", at(0), clicked=1)), 0
    for found in record.rows():
        row = number_of("") | 1
        for column in COLUMNS:
            cell = getattr(found, column)
            kind, name = isinstance(cell, Kind), isinstance(cell, str) and not isinstance(cell, Kind)
            number = KINDS.index(cell) if kind else number_of(cell) if name and cell else cell or 0
            row += (number_of(column) | 1) * number
        total += mixed(row % 2**64)
    assert record.digest() == f"{total % 2**64:016x}"


def test_two_cells_of_a_row_cannot_change_places_unseen() -> None:
    cells: dict[str, list[Any]] = {"kind": ["sent"], "visit": [1], "send": [2], "step": ["a"], "op": ["b"]}
    digest = record_of_texts(cells, length=1).digest()
    assert record_of_texts({**cells, "visit": [2], "send": [1]}, length=1).digest() != digest
    assert record_of_texts({**cells, "step": ["b"], "op": ["a"]}, length=1).digest() != digest


def test_two_rows_cannot_exchange_cells_unseen() -> None:
    def of(first: str, second: str) -> str:
        cells = {"kind": ["sent", "opened"], "contact": [first, second]}
        return record_of_texts(cells, length=2).digest()

    assert of("a", "b") != of("b", "a")


@given(EVENTS, EVENTS)
def test_joined_records_have_the_rows_of_both(first: list[Event], second: list[Event]) -> None:
    together = joined([record_of(*first), record_of(*second, replication=1)])
    assert list(together.rows()) == [row(*pair) for pair in first] + [row(*pair, replication=1) for pair in second]
    assert list(together.of_replication(1).rows()) == [row(*pair, replication=1) for pair in second]


@given(EVENTS)
def test_rows_of_a_kind_are_found_in_order(events: list[Event]) -> None:
    record = record_of(*events)
    for kinds in ((Kind.SENT,), (Kind.SENT, Kind.ENDED), KINDS):
        expected = [place for place, (_, effect) in enumerate(events) if effect.kind in kinds]
        assert record.rows_of(*kinds).tolist() == expected


@given(EVENTS)
def test_a_record_survives_being_sent_to_another_process(events: list[Event]) -> None:
    record = record_of(*events)
    assert list(pickle.loads(pickle.dumps(record)).rows()) == list(record.rows())  # noqa: S301  # written one call earlier


def test_file_order_is_contact_then_time_then_journeys_before_desk() -> None:
    events = [
        event("b", at(1), Kind.SENT),
        event("a", at(2), Kind.ROUTED, lead="l2"),
        event("a", at(2), Kind.ROUTED, lead="l1"),
        event("a", at(2), Kind.ENDED),
        event("a", at(2), Kind.BRANCHED),
        event("a", at(1), Kind.ENTERED),
        event("", at(3), Kind.FACT),
    ]
    ordered = [(found.contact, found.kind, found.lead) for found in record_of(*events).in_file_order().rows()]
    assert ordered == [
        ("", Kind.FACT, ""),
        ("a", Kind.ENTERED, ""),
        ("a", Kind.ENDED, ""),
        ("a", Kind.BRANCHED, ""),
        ("a", Kind.ROUTED, "l1"),
        ("a", Kind.ROUTED, "l2"),
        ("b", Kind.SENT, ""),
    ]


def test_file_order_does_not_depend_on_how_contacts_were_interleaved() -> None:
    first, second = message("a", at(0), opened=1), message("b", at(0), clicked=1)
    alternating = [pair for both in zip(first, second, strict=True) for pair in both]
    one, other = record_of(*first, *second), record_of(*alternating)
    assert list(one.in_file_order().rows()) == list(other.in_file_order().rows())


def test_columns_cannot_be_written_to_and_blank_ones_cost_nothing() -> None:
    record = record_of(event("a", at(0), Kind.SENT))
    assert record.is_blank("desk")
    assert record.column("desk").tolist() == [0]
    for name in ("time", "desk"):
        with pytest.raises(ValueError, match="read-only"):
            record.column(name)[0] = 1
    with pytest.raises(KeyError):
        record.column("colour")


def test_a_record_refuses_columns_and_names_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="colour"):
        EventRecord({"colour": np.zeros(1, np.int32)}, ("",), length=1)
    with pytest.raises(ValueError, match="lengths differ"):
        EventRecord({"time": np.zeros(2, np.int64)}, ("",), length=1)
    for names in ((), ("a",), ("", "a", "a")):
        with pytest.raises(ValueError, match="names of a record"):
            EventRecord({}, names, length=0)


def test_several_effects_of_a_person_are_recorded_in_their_order() -> None:
    recorder = Recorder()
    recorder.extend(Person("a"), [Effect(1, Kind.SENT), Effect(2, Kind.DELIVERED)])
    recorder.extend(None, [Effect(3, Kind.FACT)])
    assert len(recorder) == 3
    assert [(found.contact, found.kind) for found in recorder.record().rows()] == [
        ("a", Kind.SENT), ("a", Kind.DELIVERED), ("", Kind.FACT),
    ]  # fmt: skip


def test_sorted_rows_are_in_the_order_of_time_and_within_a_second_in_that_of_recording() -> None:
    recorder = Recorder()
    for time, name in ((5, "a"), (3, "b"), (5, "c"), (3, "d")):
        recorder.add(Person(name), Effect(time, Kind.FACT))
    assert recorder.record().texts("contact") == ["a", "b", "c", "d"]
    recorder.sort()
    assert recorder.record().texts("contact") == ["b", "d", "a", "c"]
