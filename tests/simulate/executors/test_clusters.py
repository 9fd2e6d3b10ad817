"""The same bits on processes of this machine, on Dask and on Ray, and with a worker killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.simulate.comparing import Measured, reduction_for
from journeyctl.simulate.executors import Executor, executor_of
from journeyctl.simulate.executors.dask_cluster import DaskCluster
from journeyctl.simulate.executors.local import LocalProcesses
from journeyctl.simulate.executors.ray_cluster import RayCluster
from journeyctl.simulate.experiment import BASE, Experiment, run_variants, variants_of
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

SMALL = (("population.accounts.contacts", 300), ("length", "4w"))
RUNS = 6
# Warnings are let pass in tests of clusters: both packages warn about themselves and leave sockets to the collector.


@cache
def workspace() -> Workspace:
    return with_set(load(locate("small")), SMALL, scenario="plan")


def experiment(
    executor: Executor | None = None, *, told: Callable[[int, int], None] | None = None
) -> Experiment[Measured]:
    variants = variants_of(workspace(), "plan", [])
    reduce = reduction_for(tuple(variants.values()))
    # The engine that needs no compiled code: where runs are done is what these tests are about.
    return run_variants(
        variants, replications=RUNS, reduce=reduce, engine="reference", executor=executor, progress=told
    )


@cache
def alone() -> Experiment[Measured]:
    return experiment()


def killing(pid_of_a_worker: Callable[[], int]) -> Callable[[int, int], None]:
    """Told of the first result it kills a worker, which by then has begun another run."""

    def told(done: int, of: int) -> None:
        assert of == RUNS
        if done == 1:
            os.kill(pid_of_a_worker(), signal.SIGKILL)

    return told


# --- Dask


@pytest.fixture(scope="module")
def dask() -> Iterator[tuple[str, Callable[[], int]]]:
    """Address of a cluster of two processes, and a way to learn the number of one of them."""
    distributed = pytest.importorskip("distributed", reason="in the extra `dask`")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address, lambda: next(nanny.pid for nanny in cluster.workers.values())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_gives_the_same_results(dask: tuple[str, Callable[[], int]]) -> None:
    found = experiment(executor_of(f"dask:{dask[0]}", jobs=1))
    assert found.results == alone().results
    assert [run.digest for run in found.results[BASE]] == [run.digest for run in alone().results[BASE]]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_gives_the_same_results_when_a_worker_is_killed(dask: tuple[str, Callable[[], int]]) -> None:
    address, a_worker = dask
    assert experiment(DaskCluster(address), told=killing(a_worker)).results == alone().results


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_threads_of_one_worker_do_not_disturb_each_other() -> None:
    distributed = pytest.importorskip("distributed", reason="in the extra `dask`")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=4, processes=False, protocol="tcp://", host="127.0.0.1",
        dashboard_address=None, silence_logs=50,
    ) as cluster:  # fmt: skip
        assert experiment(DaskCluster(cluster.scheduler_address)).results == alone().results


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_dask_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="in the extra `dask`")
    monkeypatch.setattr("journeyctl.simulate.executors.dask_cluster.PATIENCE", 1)
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        experiment(DaskCluster("tcp://127.0.0.1:9"))


# --- Ray


@pytest.fixture(scope="module")
def ray() -> Iterator[Callable[[], int]]:
    """A cluster of two processes that this process is connected to, and a way to learn the number of one of them."""
    found = pytest.importorskip("ray", reason="in the extra `ray`")
    psutil = pytest.importorskip("psutil", reason="comes with the extra `dask`")
    found.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")

    def a_worker() -> int:
        mine = psutil.Process().children(recursive=True)
        return next(int(child.pid) for child in mine if child.name().startswith("ray::work_on"))

    yield a_worker
    found.shutdown()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_gives_the_same_results_also_when_a_worker_is_killed(ray: Callable[[], int]) -> None:
    assert experiment(RayCluster("local")).results == alone().results
    assert experiment(RayCluster("local"), told=killing(ray)).results == alone().results


# --- this machine


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 4])
def test_processes_give_the_same_results(jobs: int) -> None:
    assert experiment(LocalProcesses(jobs)).results == alone().results


@pytest.mark.slow
def test_processes_give_the_same_results_when_one_is_killed() -> None:
    killed = killing(lambda: int(multiprocessing.active_children()[0].pid or 0))
    assert experiment(LocalProcesses(2), told=killed).results == alone().results
