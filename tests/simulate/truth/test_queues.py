"""Customers, the recursion, and the desk beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.draws import Draws
from journeyctl.simulate.desk_queue import TaskQueue
from journeyctl.simulate.desk_rules import WorkTime
from journeyctl.simulate.truth.acceptance import QueueCase, queue_cells
from journeyctl.simulate.truth.desk_agreement import compare
from journeyctl.simulate.truth.queues import UNIT, Customers, Stream, begins, inside_at, waits

CALL = WorkTime(UNIT, exponential=True)


def customers(*rows: tuple[int, int], patience: int | None = None, first: tuple[int, ...] | None = None) -> Customers:
    arrival, service = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    limits = None if patience is None else np.full(len(rows), patience, np.int64)
    return Customers(arrival, service, limits, None if first is None else np.array(first, np.bool_))


def test_customers_are_begun_in_order_of_arrival() -> None:
    assert begins(customers((0, 10), (1, 10), (2, 10)), 1) == [0, 10, 20]
    assert begins(customers((0, 10), (1, 10), (2, 10)), 2) == [0, 1, 10]


def test_a_service_at_the_very_end_of_the_patience_still_counts() -> None:
    assert begins(customers((0, 10), (4, 5), patience=6), 1) == [0, 10]
    assert begins(customers((0, 10), (4, 5), patience=5), 1) == [0, None]


def test_the_first_class_goes_before_those_who_wait_longer() -> None:
    assert begins(customers((0, 10), (1, 10), (2, 10), first=(0, 0, 1)), 1) == [0, 20, 10]


def test_those_who_leave_have_waited_for_their_patience() -> None:
    came = customers((0, 10), (4, 5), patience=5)
    assert waits(came, begins(came, 1)).tolist() == [0, 5]


def test_the_number_inside_counts_the_waiting_and_the_served() -> None:
    came = customers((0, 10), (1, 10), (2, 10))
    inside, waiting = inside_at(came, begins(came, 1), np.array([0, 5, 15, 40]))
    assert inside.tolist() == [1, 3, 2, 0]
    assert waiting.tolist() == [0, 2, 1, 0]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=30), st.integers(1, 4))
def test_nobody_is_begun_early_and_never_more_at_a_time_than_there_are_servers(
    rows: list[tuple[int, int]], servers: int
) -> None:
    came = customers(*sorted(rows))
    begun = begins(came, servers)
    spans = [(at, at + int(service)) for at, service in zip(begun, came.service, strict=True) if at is not None]
    assert all(start >= arrival for (start, _), arrival in zip(spans, came.arrival, strict=True))
    for moment, _ in spans:
        assert sum(start <= moment < end for start, end in spans) <= servers


@pytest.mark.parametrize("stream", [
    Stream(arrivals=2.0, work=CALL),
    Stream(arrivals=2.5, work=CALL, patience=1.0),
    Stream(arrivals=1.5, work=WorkTime.of(UNIT, 0.6)),
    Stream(arrivals=2.0, work=CALL, first=0.3),
])  # fmt: skip
def test_the_desk_begins_every_customer_at_the_second_of_the_recursion(stream: Stream) -> None:
    found = compare(stream, 3, seed=4, count=300)
    assert (found.differing, found.unexplained_wait) == (0, 0)
    assert found.customers == 300


def test_a_desk_that_takes_the_last_instead_of_the_first_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = TaskQueue.put

    def newest_first(queue: TaskQueue, lead: str, keys: object, now: int) -> None:
        turned = [(since, (-int(lead), lead)) for since, _ in list(keys)]  # type: ignore[call-overload]  # rank keys
        honest(queue, lead, turned, now)  # type: ignore[arg-type]  # the fault under test

    monkeypatch.setattr(TaskQueue, "put", newest_first)
    assert compare(Stream(arrivals=2.0, work=CALL), 3, seed=4, count=300).differing > 0


def test_a_theory_that_is_off_by_five_percent_does_not_agree() -> None:
    def cell(wait: float) -> bool:
        case = QueueCase("M/M/1", Stream(arrivals=0.5, work=CALL), 1, {"mean wait": wait}, 0.05, 20_000)
        (found,) = queue_cells(case, seed=2, replications=20, confidence=0.999)
        return found.agrees

    assert cell(1.0)
    assert not cell(1.06)


def test_streams_of_one_seed_are_the_same_and_of_another_are_not() -> None:
    stream = Stream(arrivals=2.0, work=CALL, leaving=1.0, first=0.5)
    one, two = stream.customers(Draws(1, 0), 50), stream.customers(Draws(1, 0), 50)
    assert one.arrival.tolist() == two.arrival.tolist()
    assert one.arrival.tolist() != stream.customers(Draws(2, 0), 50).arrival.tolist()
