from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.handwritten_simpy import LEVELS, simulate
from benchmarks.measuring import PEERS, alone, by_ciw, engine, floor, journey_m
from journeyctl.draws import Draws
from journeyctl.results.record import KIND_NUMBER
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import population_engine

ROOT = Path(__file__).parents[2]


def test_the_program_prints_every_measurement_at_a_tiny_size() -> None:
    command = [sys.executable, "-m", "benchmarks", "30"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    for what in (
        "SimPy by hand ",
        "collector off",
        "floor",
        "reference engine",
        "population engine",
        "made ready",
        "validate, reference workspace",
    ):
        assert what in done.stdout


@pytest.mark.parametrize("word", ["-1", "0", "many", "1e3"])
def test_a_size_that_is_no_number_of_contacts_gives_the_usage(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 2
    assert "usage: python -m benchmarks" in capsys.readouterr().err


def test_the_loop_by_hand_lets_everybody_in_walks_the_ladder_and_keeps_the_cap() -> None:
    rows = simulate(400)
    events = [event for _, _, event, _, _ in rows]
    assert events.count("entered") == 400
    assert {"sent", "opened", "clicked", "asked", "deferred", "other", "called", "done", "ended"} <= set(events)
    assert {level for _, _, event, level, _ in rows if event == "sent"} == set(range(LEVELS))
    assert 2.5 < events.count("sent") / 400 < 5.0
    mails: dict[int, list[float]] = {}
    for second, contact, event, _, _ in rows:
        if event == "sent":
            before = mails.setdefault(contact, [])
            assert len([at for at in before if at > second - 168 * 3_600]) < 3
            before.append(second)


MAILS, ASKS = 3.729272126, 0.085292062
"""Of journey M, exactly: the absorbing chain of a contact, integrated over its interest."""


def test_the_loop_by_hand_has_the_exact_means_of_the_journey() -> None:
    contacts = 6_000
    events = [event for _, _, event, _, _ in simulate(contacts)]
    # Four standard deviations; that of the mails of one contact is below 1.5.
    assert abs(events.count("sent") / contacts - MAILS) < 4 * 1.5 / contacts**0.5
    assert abs(events.count("asked") / contacts - ASKS) < 4 * (ASKS * (1 - ASKS) / contacts) ** 0.5


def test_the_twin_in_ciw_has_the_exact_means_of_the_journey() -> None:
    if not (PEERS / "ciw").is_dir():
        pytest.skip("Ciw is not there: `make bench` installs it")
    contacts = 1_500
    found = alone(by_ciw, contacts)
    # Mails and leads together; four standard deviations, that of the mails of one contact is below 1.5.
    assert abs(found.rows / contacts - MAILS - ASKS) < 4 * 1.6 / contacts**0.5


def test_the_floor_writes_every_row_of_the_journey() -> None:
    found = floor(10_000)
    assert found.rows == 92_200
    assert found.cpu >= 0


def test_the_workspace_of_the_benchmark_comes_near_the_means_of_the_journey() -> None:
    contacts = 4_000
    world = journey_m(contacts)
    kinds = population_engine.simulate(world, Draws(7, 0)).record.record().column("kind").tolist()
    mails, leads = (kinds.count(KIND_NUMBER[kind]) / contacts for kind in (Kind.SENT, Kind.HANDED_OFF))
    assert abs(mails / MAILS - 1) < 0.1
    assert abs(leads / ASKS - 1) < 0.2


def test_the_reference_engine_is_measured_with_its_rows() -> None:
    found = engine(100)
    assert found.contacts == 100
    assert found.rows > 2_000
