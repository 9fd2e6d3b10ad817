"""The task pool with workers of a stand-in: what is lost is done again, what fails is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.simulate.executors import executor_of, shipped
from journeyctl.simulate.executors.dask_cluster import DaskCluster
from journeyctl.simulate.executors.local import LocalProcesses
from journeyctl.simulate.executors.ray_cluster import RayCluster
from journeyctl.simulate.executors.shipped import Shipment, work_on
from journeyctl.simulate.task_pool import MOST_REBUILDS, TaskPool


class LostError(Exception):
    """A worker is gone."""


@dataclass
class StandIn:
    """One thread; the first workers die after `lives` tasks each."""

    lives: list[int] = field(default_factory=list)
    opened: int = 0
    closed: list[bool] = field(default_factory=list)

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        return (LostError,)

    def open(self, work: Callable[[Any], Any], *, tasks: int) -> Thread:
        assert tasks > 0
        self.opened += 1
        return Thread(work, self, self.lives.pop(0) if self.lives else None)


class Thread:
    def __init__(self, work: Callable[[Any], Any], owner: StandIn, left: int | None) -> None:
        self._work, self._owner, self._left = work, owner, left
        self._pool = ThreadPoolExecutor(1)

    def submit(self, task: int) -> Future[int]:
        return self._pool.submit(self._do, task)

    def _do(self, task: int) -> int:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise LostError
        return int(self._work(task))

    def close(self, *, at_once: bool) -> None:
        self._owner.closed.append(at_once)
        self._pool.shutdown(cancel_futures=True)


def square(number: int) -> int:
    return number * number


def test_what_dead_workers_left_is_done_by_new_ones() -> None:
    executor = StandIn(lives=[3, 0, 2])
    told: list[int] = []
    pool: TaskPool[int, int] = TaskPool(square, executor=executor)
    found = pool.run(range(8), done=lambda task, _: told.append(task))
    assert found == ({number: square(number) for number in range(8)}, True)
    assert sorted(told) == list(range(8))
    assert (executor.opened, executor.closed) == (4, [False] * 4)


def test_workers_that_never_finish_anything_end_the_run() -> None:
    executor = StandIn(lives=[0] * 10)
    with pytest.raises(UsageError, match="worker processes died"):
        TaskPool[int, int](square, executor=executor).run(range(3))
    assert executor.opened == MOST_REBUILDS + 1


def test_a_mistake_of_the_work_closes_the_workers_at_once_and_is_told() -> None:
    executor = StandIn()

    def fails(number: int) -> int:
        raise LookupError(number)

    with pytest.raises(LookupError):
        TaskPool[int, int](fails, executor=executor).run(range(3))
    assert executor.closed == [True]


def test_nothing_left_to_do_opens_no_workers() -> None:
    executor = StandIn()
    assert TaskPool[int, int](square, executor=executor).run([]) == ({}, True)
    assert executor.opened == 0


# --- by name


def test_executors_have_names() -> None:
    assert executor_of("local", jobs=3) == LocalProcesses(3)
    assert executor_of("dask:tcp://10.0.0.5:8786", jobs=3) == DaskCluster("tcp://10.0.0.5:8786")
    assert executor_of("ray:auto", jobs=3) == RayCluster("auto")
    assert LocalProcesses(2).lost == (BrokenProcessPool,)


@pytest.mark.parametrize("words", ["", "locally", "dask", "dask:", "ray:", "slurm:here"])
def test_other_words_are_no_executor(words: str) -> None:
    with pytest.raises(UsageError, match=f"'{words}' is no executor"):
        executor_of(words, jobs=1)


@pytest.mark.parametrize(("words", "module"), [("dask:tcp://127.0.0.1:1", "distributed"), ("ray:auto", "ray")])
def test_a_package_that_is_not_installed_is_named_with_its_extra(
    words: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=f"needs the extra '{words.partition(':')[0]}'"):
        TaskPool[int, int](square, executor=executor_of(words, jobs=1)).run(range(2))


# --- work that travels


MADE_READY: list[int] = []


@dataclass
class Prepared:
    """Work that takes long to make ready."""

    factor: int

    def __call__(self, task: int) -> int:
        return self.factor * task

    def __setstate__(self, state: dict[str, int]) -> None:
        MADE_READY.append(state["factor"])
        self.factor = state["factor"]


def test_a_worker_makes_work_ready_once_and_forgets_that_of_earlier_experiments() -> None:
    MADE_READY.clear()
    twice, thrice = Shipment.of(Prepared(2)), Shipment.of(Prepared(3))
    assert [work_on(twice, task) for task in range(3)] == [0, 2, 4]
    assert [work_on(thrice, task) for task in range(3)] == [0, 3, 6]
    assert MADE_READY == [2, 3]
    assert len(shipped._known) == 1


def test_a_worker_of_another_version_refuses() -> None:
    with pytest.raises(UsageError, match=r"a worker runs journeyctl .*, and this is 99\.0"):
        work_on(Shipment("99.0", b""), 1)


def _process(task: int) -> int:
    return os.getpid()


def test_new_processes_come_when_the_old_ones_have_ended() -> None:
    first, second = (
        {TaskPool[int, int](_process, executor=LocalProcesses(2)).run(range(6))[0][task] for task in range(6)}
        for _ in range(2)
    )
    assert not first & second
    LocalProcesses(1).open(_process, tasks=1).close(at_once=True)
    for process in first | second:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
