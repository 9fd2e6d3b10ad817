"""Runs independent tasks on workers: a killed worker loses nothing, and the order of ends does not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Generic, TypeVar

from journeyctl import interrupts
from journeyctl.diagnostics import UsageError
from journeyctl.simulate.executors import Executor
from journeyctl.simulate.executors.local import LocalProcesses

Task = TypeVar("Task")
Found = TypeVar("Found")

MOST_REBUILDS = 3
"""After so many sets of workers in a row that died without finishing a task, the work must be what kills them."""


class TaskPool(Generic[Task, Found]):
    """One way to work on tasks. `work` is a pure function of its task."""

    def __init__(self, work: Callable[[Task], Found], *, jobs: int = 1, executor: Executor | None = None) -> None:
        """Without an executor on so many processes; with one job everything runs in this process."""
        self._work = work
        self._executor = LocalProcesses(jobs) if executor is None else executor

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
            if isinstance(self._executor, LocalProcesses) and (self._executor.jobs <= 1 or len(tasks) <= 1):
                for task in tasks:
                    interrupts.check()
                    keep(task, self._work(task))
            else:
                self._on_workers(tasks, results, keep)
        except KeyboardInterrupt:
            # What is finished is worth having.
            interrupts.honoured()
        return {task: results[task] for task in tasks if task in results}, len(results) == len(tasks)

    def _on_workers(
        self, tasks: Sequence[Task], results: dict[Task, Found], keep: Callable[[Task, Found], None]
    ) -> None:
        rebuilds = 0
        while True:
            left = [task for task in tasks if task not in results]
            if not left:
                return
            before = len(results)
            if self._until_lost(left, keep):
                return
            rebuilds = 0 if len(results) > before else rebuilds + 1
            if rebuilds > MOST_REBUILDS:
                raise UsageError(
                    f"worker processes died {rebuilds} times without finishing a single run",
                    "use fewer jobs, or more memory",
                )

    def _until_lost(self, tasks: Sequence[Task], keep: Callable[[Task, Found], None]) -> bool:
        """Works until all is done, or a worker dies: then what it was doing is left for the next workers."""
        workers = self._executor.open(self._work, tasks=len(tasks))
        try:
            futures: dict[Future[Found], Task] = {workers.submit(task): task for task in tasks}
            while futures:
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    interrupts.check()
                    task = futures.pop(future)
                    keep(task, future.result())
        except self._executor.lost:
            workers.close(at_once=False)
            return False
        except BaseException:
            workers.close(at_once=True)
            raise
        workers.close(at_once=False)
        return True
