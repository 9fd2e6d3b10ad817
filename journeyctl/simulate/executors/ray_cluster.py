"""Workers of a Ray cluster."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Final

from journeyctl.diagnostics import UsageError
from journeyctl.simulate.executors.shipped import Shipment, work_on

REPEATS: Final = 3
"""How often Ray begins a task anew after its worker died, before it is told as lost."""


@dataclass(frozen=True, slots=True)
class RayCluster:
    """The workers of a Ray cluster."""

    address: str
    """As Ray writes it: `auto`, `local`, `host:6379` or `ray://host:10001`."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """The worker, its machine, or what it was to be given is gone."""
        gone = _ray().exceptions
        return (
            gone.WorkerCrashedError, gone.NodeDiedError, gone.ObjectLostError, gone.OutOfMemoryError, CancelledError,
        )  # fmt: skip

    def open(self, work: Callable[[Any], Any], *, tasks: int) -> _Cluster:
        """A connection, or the one that this process already has."""
        del tasks
        ray = _ray()
        own = not ray.is_initialized()
        if own:
            try:
                ray.init(address=self.address, log_to_driver=False, logging_level="error")
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise UsageError(
                    f"no Ray cluster answers at '{self.address}'", "name a running one, as ray:auto or ray:host:6379"
                ) from error
        return _Cluster(ray, Shipment.of(work), own=own)


class _Cluster:
    def __init__(self, ray: Any, shipment: Shipment, *, own: bool) -> None:  # noqa: ANN401 - a module
        self._ray, self._own = ray, own
        self._work_on = ray.remote(work_on).options(max_retries=REPEATS)
        self._shipment = ray.put(shipment)
        self._given: list[Any] = []

    def submit(self, task: Any) -> Future[Any]:  # noqa: ANN401 - whatever the work is for
        reference = self._work_on.remote(self._shipment, task)
        self._given.append(reference)
        found: Future[Any] = reference.future()
        return found

    def close(self, *, at_once: bool) -> None:
        if at_once:
            for reference in self._given:
                self._ray.cancel(reference, force=True)
        if self._own:
            self._ray.shutdown()


def _ray() -> Any:  # noqa: ANN401 - a module
    try:
        importlib.import_module("ray.exceptions")
        return importlib.import_module("ray")
    except ImportError as error:
        raise UsageError(
            "a Ray cluster needs the extra 'ray'", "pip install 'journeyctl[ray]', or leave --executor out"
        ) from error
