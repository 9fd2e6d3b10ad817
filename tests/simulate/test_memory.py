"""What a run will take is said beforehand: never less than it takes, nor more than twice as much."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from benchmarks.measuring import journey_m
from journeyctl.draws import Draws
from journeyctl.model.specification import Workspace
from journeyctl.simulate import memory, population_engine
from journeyctl.simulate.run import world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
TAKEN = """
import sys
from pathlib import Path
from journeyctl.draws import Draws
from journeyctl.simulate import memory
from journeyctl.simulate.comparing import reduction_for
from journeyctl.simulate.experiment import Task, Work
from journeyctl.simulate.forecast import variants_for
from journeyctl.spec import load, with_set

where, scenario, contacts = sys.argv[1:]
def workspace(count):
    return with_set(load(Path(where)), (("population.accounts.contacts", count),), scenario=scenario)
def taken():
    # Not from `resource`, which begins with what the process had that started this one.
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
def work(count):
    variants = variants_for(workspace(count), scenario, compare_with=(), against={}, set=())
    found = Work(variants, 7, reduction_for(tuple(variants.values())))
    found.prepare()
    return found
def run(found):
    record, facts = found.rows(Task("base", 0))
    found.result(Task("base", 0), record, facts)
# What is compiled, loaded or imported belongs to no run.
run(work(200))
found = work(int(contacts))
before = taken()
run(found)
(world,) = found.worlds.values()
print(taken() - before, memory.bytes_of_runs(world, jobs=1, in_arrays=True))
"""


@cache
def small(*, weeks: int) -> World:
    settings = (("population.accounts.contacts", 300), ("length", f"{weeks}w"))
    workspace: Workspace = with_set(load(locate("small")), settings, scenario="plan")
    return world_of(workspace, "plan", Draws(1))


def test_a_few_lives_show_how_many_rows_there_will_be() -> None:
    world = journey_m(3_000)
    expected = population_engine.expected_rows(world)
    assert expected is not None
    found = len(population_engine.simulate(world, Draws(3, 0)).record)
    assert 0.9 * found < expected < 1.1 * found


def test_memory_grows_with_rows_and_jobs() -> None:
    one = memory.bytes_of_runs(small(weeks=4), jobs=1, in_arrays=True)
    assert memory.bytes_of_runs(small(weeks=4), jobs=3, in_arrays=True) == 3 * one
    assert memory.OF_RUN < one < memory.bytes_of_runs(small(weeks=8), jobs=1, in_arrays=True)


def test_what_the_engine_cannot_carry_is_counted_in_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population_engine, "expected_rows", lambda world: None)
    found = memory.bytes_of_runs(small(weeks=4), jobs=1, in_arrays=True)
    assert found == memory.bytes_of_runs(small(weeks=4), jobs=1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's most memory so")
@pytest.mark.parametrize(
    ("where", "scenario", "contacts"),
    [(ROOT, "silo-baseline", 8_000), (ROOT, "us-pilot", 30_000), (ROOT / "benchmarks" / "journey_m", "m", 60_000)],
)
def test_what_is_said_is_what_is_taken_up_to_twice_as_much(where: Path, scenario: str, contacts: int) -> None:
    # The first process leaves compiled code: to make it takes more memory than any run here.
    for count in (300, contacts):
        done = subprocess.run(
            [sys.executable, "-c", TAKEN, str(where), scenario, str(count)],
            capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
    taken, said = map(int, done.stdout.split())
    assert taken <= said
    assert said - memory.OF_RUN <= 2 * taken
