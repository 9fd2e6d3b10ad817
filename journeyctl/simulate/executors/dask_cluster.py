"""Workers of a Dask cluster."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Final

from journeyctl.diagnostics import UsageError
from journeyctl.simulate.executors.shipped import Shipment, work_on

PATIENCE: Final = 10
"""Seconds for the scheduler to answer."""


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """The workers that a Dask scheduler has, however many those are and whenever they come."""

    address: str
    """Of the scheduler, such as `tcp://10.0.0.5:8786`."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """Dask repeats what a worker dropped, and gives up after some workers in a row died of it."""
        distributed = _distributed()
        # Without the scheduler, or after it was restarted, futures are cancelled.
        return (distributed.KilledWorker, CancelledError, distributed.CancelledError)

    def open(self, work: Callable[[Any], Any], *, tasks: int) -> _Client:
        """A connection of its own."""
        del tasks
        distributed = _distributed()
        try:
            client = distributed.Client(self.address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"no Dask scheduler answers at '{self.address}'", "name a running one, as dask:tcp://host:8786"
            ) from error
        return _Client(client, Shipment.of(work))


class _Client:
    def __init__(self, client: Any, shipment: Shipment) -> None:  # noqa: ANN401 - the package has no types
        self._client, self._shipment = client, shipment
        self._executor = client.get_executor(pure=False)

    def submit(self, task: Any) -> Future[Any]:  # noqa: ANN401 - whatever the work is for
        found: Future[Any] = self._executor.submit(work_on, self._shipment, task)
        return found

    def close(self, *, at_once: bool) -> None:
        self._executor.shutdown(wait=not at_once)
        self._client.close()


def _distributed() -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError(
            "a Dask cluster needs the extra 'dask'", "pip install 'journeyctl[dask]', or leave --executor out"
        ) from error
