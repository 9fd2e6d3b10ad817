"""What every kind of worker offers: the part of `concurrent.futures` that a task pool needs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol


class Workers(Protocol):
    """Workers that know their work and take tasks."""

    def submit(self, task: Any) -> Future[Any]:  # noqa: ANN401 - whatever the work is for
        """One task to work on; the future holds what the work found, or what went wrong."""
        ...

    def close(self, *, at_once: bool) -> None:
        """No further task comes. `at_once`: nobody awaits those that still run either."""
        ...


class Executor(Protocol):
    """One kind of worker."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What a future raises when its worker died: the task is as good as never begun."""
        ...

    def open(self, work: Callable[[Any], Any], *, tasks: int) -> Workers:
        """Workers for so many tasks. Raises `UsageError` where none can be had.

        Called again after workers died, so what is left finds new ones.
        """
        ...
