"""Runs independent tasks on local processes: a killed worker loses nothing, and the order of ends does not matter."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import Any, Generic, TypeVar

from journeyctl.diagnostics import UsageError

Task = TypeVar("Task")
Found = TypeVar("Found")

MOST_REBUILDS = 3
"""After so many pools in a row that died without finishing a task, the work itself must be what kills them."""

_work: Callable[[Any], Any] | None = None


class TaskPool(Generic[Task, Found]):
    """One way to work on tasks. `work` is a pure function of its task."""

    def __init__(self, work: Callable[[Task], Found], *, jobs: int = 1) -> None:
        """With one job everything runs in this process; else `work` must be picklable unless processes are forked."""
        self._work = work
        self._jobs = jobs

    def run(
        self, tasks: Sequence[Task], *, done: Callable[[Task, Found], None] | None = None
    ) -> tuple[dict[Task, Found], bool]:
        """Results by task in the order of `tasks`, and whether all were finished.

        Ctrl-C ends it early with what is finished. `done` is told of every result as it comes.
        """
        results: dict[Task, Found] = {}

        def keep(task: Task, found: Found) -> None:
            results[task] = found
            if done is not None:
                done(task, found)

        try:
            if self._jobs <= 1 or len(tasks) <= 1:
                for task in tasks:
                    keep(task, self._work(task))
            else:
                self._on_processes(tasks, results, keep)
        except KeyboardInterrupt:
            """What is finished is worth having."""
        return {task: results[task] for task in tasks if task in results}, len(results) == len(tasks)

    def _on_processes(
        self, tasks: Sequence[Task], results: dict[Task, Found], keep: Callable[[Task, Found], None]
    ) -> None:
        rebuilds = 0
        while True:
            left = [task for task in tasks if task not in results]
            if not left:
                return
            before = len(results)
            if self._one_pool(left, keep):
                return
            rebuilds = 0 if len(results) > before else rebuilds + 1
            if rebuilds > MOST_REBUILDS:
                raise UsageError(
                    f"worker processes died {rebuilds} times without finishing a single run",
                    "use fewer jobs, or more memory",
                )

    def _one_pool(self, tasks: Sequence[Task], keep: Callable[[Task, Found], None]) -> bool:
        """Works until all is done, or a worker dies: then what it was doing is left for the next pool."""
        pool = ProcessPoolExecutor(
            min(self._jobs, len(tasks)), mp_context=_context(), initializer=_begin, initargs=(self._work,)
        )
        try:
            futures: dict[Future[Found], Task] = {pool.submit(_do, task): task for task in tasks}
            while futures:
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    task = futures.pop(future)
                    keep(task, future.result())
        except BrokenProcessPool:
            return False
        except BaseException:
            _stop(pool)
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return True


def _context() -> BaseContext:
    """Forked workers share what is prepared; a process with threads, or another system, must start fresh ones."""
    forkable = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forkable else "spawn")


def _begin(work: Callable[[Any], Any]) -> None:
    """Called once in every worker. Ctrl-C is the parent's business."""
    global _work  # noqa: PLW0603 - a worker process has one job for its whole life
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    """A killed parent cannot tell its workers, which would wait for tasks for ever and hold its output open.

    Asked twice a second, because forked siblings hold each other's ends of the pipe that would tell.
    """
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _do(task: Any) -> Any:  # noqa: ANN401 - whatever the pool is for
    assert _work is not None, "a worker is begun before it works"
    return _work(task)


def _stop(pool: ProcessPoolExecutor) -> None:
    """Ends the workers of an interrupted run, whose results nobody awaits any longer."""
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.terminate()
