"""Finished runs in a folder: an experiment goes on where it was, and a folder of another one is refused."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.results.log_parquet import read_parquet, write_parquet
from journeyctl.results.shards import packed, read_shard, shard_path, write_shard
from journeyctl.simulate import experiment as experiments
from journeyctl.simulate.comparing import Measured, reduction_for
from journeyctl.simulate.experiment import BASE, Experiment, run_variants, variants_of
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate
from tests.results.events import at, message, record_of

SMALL = (("population.accounts.contacts", 200), ("length", "3w"))
RUN = {"journeyctl": "1", "workspace_hash": "abc", "scenario": "plan", "seed": "7", "replication": "0", "share": ""}
FACTS = {"contacts": 5, "stuck": ["u1"], "open_leads": {"sdr": 2}}
ROWS = record_of(*message("u1/h1/c1/p2", at(0), opened=1), *message("u1/h1/c1/p1", at(0)))


# --- one shard


def kept(folder: Path) -> Path:
    path = shard_path(folder, variant="base", replication=0)
    write_shard(path, packed(ROWS, RUN, digest=ROWS.digest(), facts=FACTS))
    return path


def test_a_shard_gives_back_its_rows_in_their_order_and_its_facts(tmp_path: Path) -> None:
    path = kept(tmp_path / "a" / "b")
    found = read_shard(path, RUN)
    assert found is not None
    assert list(found[0].rows()) == list(ROWS.rows())
    assert found[1] == FACTS
    assert read_shard(tmp_path / "nowhere.parquet", RUN) is None


def test_a_shard_is_a_log_like_any_other(tmp_path: Path) -> None:
    assert len(read_parquet(kept(tmp_path), contact="u1/h1/c1/p1")) == 2


@pytest.mark.parametrize("name", list(RUN))
def test_a_shard_of_another_run_is_refused(name: str, tmp_path: Path) -> None:
    path = kept(tmp_path)
    with pytest.raises(UsageError, match=f"{RUN[name]}, not other"):
        read_shard(path, RUN | {name: "other"})


def test_a_log_that_is_no_shard_and_a_damaged_shard_are_refused(tmp_path: Path) -> None:
    write_parquet(ROWS, tmp_path / "log.parquet")
    with pytest.raises(UsageError, match="is not a run that was kept"):
        read_shard(tmp_path / "log.parquet", RUN)
    write_shard(tmp_path / "x.parquet", packed(ROWS, RUN, digest="0" * 16, facts=FACTS))
    with pytest.raises(UsageError, match="is damaged"):
        read_shard(tmp_path / "x.parquet", RUN)


def test_names_of_variants_never_leave_the_folder(tmp_path: Path) -> None:
    path = shard_path(tmp_path, variant="../origin/main", replication=3)
    assert path.parent == tmp_path
    assert path != shard_path(tmp_path, variant="..%2Forigin/main", replication=3)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        write_shard(tmp_path / "file" / "x.parquet", b"")


# --- an experiment


@cache
def workspace(*more: tuple[str, object]) -> Workspace:
    return with_set(load(locate("small")), (*SMALL, *more), scenario="plan")


def experiment(
    folder: Path | None, *, seed: int = 1, jobs: int = 1, runs: int = 4, of: Workspace | None = None
) -> Experiment[Measured]:
    variants = variants_of(of or workspace(), "plan", [])
    reduce = reduction_for(tuple(variants.values()), keep_record=False)
    return run_variants(
        variants, replications=runs, reduce=reduce, seed=seed, jobs=jobs, engine="reference", resume=folder
    )


@cache
def undisturbed() -> Experiment[Measured]:
    return experiment(None)


def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many runs were really done, in this process; those of `undisturbed` do not count."""
    undisturbed()
    real, calls = experiments.run, []

    def run(*arguments: object, **options: object) -> object:
        calls.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(experiments, "run", run)
    return lambda: len(calls)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_experiment_that_keeps_its_runs_has_the_same_results(jobs: int, tmp_path: Path) -> None:
    assert experiment(tmp_path / "runs", jobs=jobs).results == undisturbed().results
    assert len(list((tmp_path / "runs").iterdir())) == 4


def test_runs_that_are_there_are_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment(tmp_path, runs=2)
    done = counting(monkeypatch)
    found = experiment(tmp_path)
    assert found.results == undisturbed().results
    assert done() == 2
    assert experiment(tmp_path).results == undisturbed().results
    assert done() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: experiment(folder, seed=2), "is of seed 1, not 2"),
        (lambda folder: experiment(folder, of=workspace(("length", "2w"))), "is of a workspace with the hash"),
    ],
)
def test_a_folder_of_another_experiment_is_refused(change: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    experiment(tmp_path, runs=1)
    with pytest.raises(UsageError, match=said) as raised:
        change(tmp_path)
    assert "name another folder" in raised.value.help


def test_without_its_package_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = counting(monkeypatch)
    monkeypatch.setattr("journeyctl.results.shards.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="need the extra 'parquet'"):
        experiment(tmp_path)
    assert done() == 0


def test_a_full_disk_loses_no_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.fsync, []

    def full_at_the_third_file(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), tmp_path.stat()):
            return
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_at_the_third_file)
        with pytest.raises(UsageError, match="no space left"):
            experiment(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base-00000.parquet", "base-00001.parquet"]
    done = counting(monkeypatch)
    assert experiment(tmp_path).results == undisturbed().results
    assert done() == 2


def test_what_an_interrupted_experiment_has_finished_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = experiments.run, []

    def run(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came

    with monkeypatch.context() as patched:
        patched.setattr(experiments, "run", run)
        stopped = experiment(tmp_path)
    assert stopped.partial
    assert len(stopped.results[BASE]) == 2
    assert experiment(tmp_path).results == undisturbed().results


def test_redrawn_people_are_made_once_for_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    redrawn = workspace(("population.redraw", "true"))
    made: list[object] = []
    real = experiments.world_of

    def world_of(*arguments: object, **options: object) -> object:
        made.append(arguments)
        return real(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came

    plain = experiment(None, of=redrawn, runs=2)
    monkeypatch.setattr(experiments, "world_of", world_of)
    assert experiment(tmp_path, of=redrawn, runs=2).results == plain.results
    assert len(made) == 2
