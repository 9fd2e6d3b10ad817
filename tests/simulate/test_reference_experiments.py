"""Experiments: the same results whatever the number of jobs, pairs on the same people, and nothing lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN
from journeyctl.model.specification import Workspace
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import experiment as experiments
from journeyctl.simulate.executors import local
from journeyctl.simulate.experiment import (
    BASE,
    Experiment,
    run_experiment,
    run_variants,
    sends_per_contact,
    variants_of,
)
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.task_pool import TaskPool
from journeyctl.simulate.thinning import THINNED, share_for
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set

ROOT = Path(__file__).parents[2]
SMALL = (("population.accounts.contacts", 250), ("length", "4w"))


@cache
def workspace() -> Workspace:
    small = with_set(load(ROOT), SMALL, scenario="us-pilot")
    return with_set(small, SMALL, scenario="base-population")


def sends(record: EventRecord, world: World, draws: Draws) -> int:
    assert draws.replication is not None
    assert world.known is not None
    assert len(world.persons) <= world.known
    return len(record.rows_of(Kind.SENT))


def experiment(*, jobs: int = 1, replications: int = 2, **options: object) -> Experiment[int]:
    return run_experiment(
        workspace(),
        "us-pilot",
        replications=replications,
        jobs=jobs,
        reduce=sends,
        **options,  # type: ignore[arg-type]  # further arguments of run_experiment
    )


@cache
def plain() -> Experiment[int]:
    return experiment(compare=["two-sdrs"])


def test_any_number_of_jobs_gives_the_same_results() -> None:
    assert experiment(compare=["two-sdrs"], jobs=2) == plain()
    assert not plain().partial
    assert plain().stuck == ()


def test_a_comparison_has_the_same_people_and_differs_only_where_it_must() -> None:
    for own, other in plain().paired("two-sdrs"):
        assert own.contacts == other.contacts > 0
        assert own.digest != other.digest
        assert sum(own.open_leads.values()) < sum(other.open_leads.values())


def test_a_continued_experiment_has_the_replications_of_a_longer_one() -> None:
    second = experiment(compare=[], replications=1, first=1)
    assert second.results[BASE] == plain().results[BASE][1:]


def test_settings_hold_in_every_variant_and_the_seed_can_be_chosen() -> None:
    fewer = experiment(compare=["two-sdrs"], replications=1, set=[("policies.caps.radiology-week.max", 1)])
    for name, runs in fewer.results.items():
        assert runs[0].measured < plain().results[name][0].measured
    assert experiment(compare=[], replications=1, seed=8).results[BASE][0] != plain().results[BASE][0]


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"compare": ["three-sdrs"]}, "scenario 'us-pilot' has no comparison 'three-sdrs'"),
        ({"set": [("desks.us-imaging.teams.imaging.people", 3)]}, "people"),
    ],
)
def test_names_that_do_not_exist_are_refused(options: dict[str, object], fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        experiment(**options)


def test_a_scenario_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageError, match="there is no scenario 'pilot'"):
        run_experiment(workspace(), "pilot", replications=1, reduce=sends)


def test_a_scenario_with_other_people_is_no_comparison() -> None:
    with pytest.raises(UsageError, match="other people"):
        run_experiment(load(ROOT), "us-pilot", replications=1, reduce=sends, compare=["silo-baseline"], set=SMALL)


def test_an_interrupted_experiment_gives_what_is_finished_and_says_so() -> None:
    def interrupt(done: int, of: int) -> None:
        assert of == 4
        if done == 3:
            raise KeyboardInterrupt

    found = experiment(compare=["two-sdrs"], progress=interrupt)
    assert found.partial
    assert [len(runs) for runs in found.results.values()] == [2, 1]
    assert found.results[BASE] == plain().results[BASE]
    assert len(found.paired("two-sdrs")) == 1


def test_an_interrupt_ends_the_workers_too() -> None:
    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    found = experiment(compare=[], replications=4, jobs=2, progress=interrupt)
    assert found.partial
    assert [run.replication for run in found.results[BASE]] in ([0], [1])
    assert found.results[BASE][0] in plain().results[BASE]


# --- the pool


def square(number: int) -> int:
    return number * number


def killed_once(marker: Path, parent: int, number: int) -> int:
    if number == 3 and os.getpid() != parent and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def always_killed(parent: int, number: int) -> int:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fails(number: int) -> int:
    raise LookupError(number)


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    pool: TaskPool[int, int] = TaskPool(partial(killed_once, marker, os.getpid()), jobs=2)
    assert pool.run(range(8)) == ({number: square(number) for number in range(8)}, True)
    assert marker.exists()


def test_workers_that_always_die_end_the_run_with_a_reason() -> None:
    pool: TaskPool[int, int] = TaskPool(partial(always_killed, os.getpid()), jobs=2)
    with pytest.raises(UsageError, match="worker processes died"):
        pool.run(range(4))


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_a_task_is_not_hidden(jobs: int) -> None:
    pool: TaskPool[int, int] = TaskPool(fails, jobs=jobs)
    with pytest.raises(LookupError):
        pool.run(range(3))


# --- one volume


VOLUMES = [lambda share: 40.0 * share, lambda share: 40.0 * share**0.5, lambda share: 9 * share**2]


@pytest.mark.parametrize("volume", VOLUMES)
def test_the_share_is_found_at_which_volumes_match(volume: Callable[[float], float]) -> None:
    share = share_for(lambda threshold: volume(threshold / CERTAIN), 6.0)
    assert volume(share / CERTAIN) == pytest.approx(6.0, rel=0.02)


def test_a_share_in_proportion_takes_two_runs_and_neither_of_them_is_a_full_one() -> None:
    asked: list[int] = []

    def volume(share: int) -> float:
        asked.append(share)
        return 40.0 * share / CERTAIN

    assert share_for(volume, 6.0) == asked[-1]
    assert len(asked) == 2
    assert max(asked) < CERTAIN // 5


STEPS = [(0.0, 3), (0.5, 3), (4.0, 3), (9.0, 9)]


@pytest.mark.parametrize(("below", "above"), STEPS)
def test_a_volume_that_jumps_over_the_target_ends_after_six_runs_with_the_nearest(below: float, above: float) -> None:
    asked: list[int] = []

    def volume(share: int) -> float:
        asked.append(share)
        return below if share < CERTAIN // 3 else above

    found = share_for(volume, 2.0)
    tried = tuple(asked)
    assert len(tried) <= 6
    assert abs(volume(found) - 2.0) == min(abs(volume(share) - 2.0) for share in tried)


def test_nothing_is_thinned_where_less_is_sent_already() -> None:
    assert share_for(lambda share: 5.0 * share / CERTAIN, 6.0) == CERTAIN


@pytest.mark.slow
def test_a_silo_of_the_same_volume_sends_within_two_percent_of_the_pilot() -> None:
    silos = ["silo-baseline", "silo-same-volume"]
    found = run_experiment(workspace(), "us-pilot", replications=2, reduce=_volume_and_thinned, compare=silos)
    volumes = {name: sum(r.measured[0] for r in runs) for name, runs in found.results.items()}
    assert volumes["silo-baseline"] > 1.5 * volumes[BASE]
    assert volumes["silo-same-volume"] == pytest.approx(volumes[BASE], rel=0.02)
    assert found.results["silo-same-volume"][0].measured[1] > 0 == found.results[BASE][0].measured[1]


def _volume_and_thinned(record: EventRecord, world: World, draws: Draws) -> tuple[float, int]:
    entered = set(record.column("contact")[record.rows_of(Kind.ENTERED)].tolist())
    dropped = record.texts("reason", record.rows_of(Kind.SKIPPED)).count(f"suppressed.{THINNED}")
    return len(record.rows_of(Kind.SENT)) / len(entered), dropped


def test_thinning_drops_wishes_and_leaves_the_people_as_they_are() -> None:
    worlds = [world_of(workspace(), "silo-baseline", Draws(7), share=share) for share in (None, CERTAIN // 2)]
    whole, half = (run(world, Draws(7, 0)) for world in worlds)
    assert 0.4 < sends_per_contact(half) / sends_per_contact(whole) < 0.75
    first = [
        {(r.contact, r.journey, r.time) for r in done.record.record().rows() if r.kind is Kind.ENTERED and r.visit == 1}
        for done in (whole, half)
    ]
    assert first[0] == first[1]


def test_a_scenario_that_thinning_cannot_match_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "share_for", lambda volume, target: CERTAIN // 100)
    with pytest.raises(UsageError, match="'silo-same-volume' cannot be thinned to the volume of 'us-pilot'"):
        experiment(compare=["silo-same-volume"], replications=1)


def test_workers_find_out_together_how_far_a_baseline_is_thinned(tmp_path: Path) -> None:
    variants = variants_of(workspace(), "us-pilot", ["silo-same-volume"])
    alone, together, kept, again = (
        run_variants(variants, replications=2, reduce=_volume_and_thinned, jobs=jobs, resume=folder)
        for jobs, folder in ((1, None), (2, None), (2, tmp_path), (1, tmp_path))
    )
    assert alone.results == together.results == kept.results == again.results
    assert list(alone.results) == [BASE, "silo-same-volume"]


def test_workers_that_are_started_afresh_give_the_same_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_context", lambda: multiprocessing.get_context("spawn"))
    assert experiment(compare=[], jobs=2).results[BASE] == plain().results[BASE]
