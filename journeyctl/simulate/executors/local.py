"""Processes of this machine."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from typing import Any

_work: Callable[[Any], Any] | None = None
_ending: list[threading.Thread] = []
"""Each waits for processes that have nothing left to do. A process with such a thread cannot be forked safely."""


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """At most so many worker processes, forked where that is safe: they share what is prepared."""

    jobs: int

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """One killed process ends the whole pool."""
        return (BrokenProcessPool,)

    def open(self, work: Callable[[Any], Any], *, tasks: int) -> _Pool:
        """New processes. `work` must be picklable where they are not forked."""
        while _ending:
            _ending.pop().join()
        return _Pool(
            ProcessPoolExecutor(min(self.jobs, tasks), mp_context=_context(), initializer=_begin, initargs=(work,))
        )


class _Pool:
    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def submit(self, task: Any) -> Future[Any]:  # noqa: ANN401 - whatever the work is for
        return self._pool.submit(_do, task)

    def close(self, *, at_once: bool) -> None:
        if at_once:
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                process.terminate()
            self._end()
            return
        # A process that has shared much takes a while to end, and its results are here already.
        _ending.append(threading.Thread(target=self._end))
        _ending[-1].start()

    def _end(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _context() -> BaseContext:
    """Forked workers share what is prepared; a process with threads, or another system, must start fresh ones."""
    forkable = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forkable else "spawn")


def _begin(work: Callable[[Any], Any]) -> None:
    """Called once in every worker. Ctrl-C is the parent's business."""
    global _work  # noqa: PLW0603 - a worker process has one job for its whole life
    _work = work
    # What is prepared stays: whoever looks for dead circles in it would copy memory that forked workers share.
    gc.freeze()
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
