"""Executors by the words of the command line."""

from __future__ import annotations

from journeyctl.diagnostics import UsageError
from journeyctl.simulate.executors.base import Executor
from journeyctl.simulate.executors.local import LocalProcesses


def executor_of(words: str, *, jobs: int) -> Executor:
    """`local`, `dask:ADDRESS` or `ray:ADDRESS`; `jobs` counts for local processes. Raises `UsageError` otherwise."""
    kind, _, address = words.partition(":")
    if words == "local":
        return LocalProcesses(jobs)
    if kind == "dask" and address:
        from journeyctl.simulate.executors.dask_cluster import DaskCluster

        return DaskCluster(address)
    if kind == "ray" and address:
        from journeyctl.simulate.executors.ray_cluster import RayCluster

        return RayCluster(address)
    raise UsageError(f"'{words}' is no executor", "write local, dask:ADDRESS or ray:ADDRESS")
