"""Where runs are done: processes of this machine, or a Dask or Ray cluster, behind one interface."""

from __future__ import annotations

from journeyctl.simulate.executors.base import Executor, Workers
from journeyctl.simulate.executors.named import executor_of

__all__ = ["Executor", "Workers", "executor_of"]
