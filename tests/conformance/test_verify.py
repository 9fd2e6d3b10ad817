"""Compiled files against the step machine; and that a difference would be seen."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("SpiffWorkflow")

from journeyctl.conformance.compiled_file import CompiledFile  # the engine is asked for first
from journeyctl.conformance.mutations import apply, mutations
from journeyctl.conformance.runs import run_file, run_machine
from journeyctl.conformance.spiff import Deployment, Refused
from journeyctl.conformance.stimuli import Script, Scripts
from journeyctl.conformance.traces import Row, first_difference
from journeyctl.conformance.verify import CAUGHT_SHARE, verify_bpmn
from journeyctl.targets.bpmn.emit import emit
from tests.conformance.pilot import DAY, JOURNEY, START, program, program_without_groups


@pytest.mark.parametrize("journey", [JOURNEY, "newsletter", "service-briefing", "silo-ct"])
def test_a_compiled_journey_of_the_pilot_does_what_the_step_machine_does(journey: str) -> None:
    found = verify_bpmn(program(), journey, contacts=6, most=6, start=START, length=150 * DAY)
    assert found.differences == (), found.to_text()
    assert found.events > 60


def test_splits_dates_business_days_and_windows_agree_too() -> None:
    found = verify_bpmn(program_without_groups(), "service-upsell", contacts=12, most=12, start=START, length=250 * DAY)
    assert found.differences == (), found.to_text()


def test_two_runs_give_the_same_verification() -> None:
    first, second = (
        verify_bpmn(program(), "newsletter", contacts=3, most=3, start=START, length=60 * DAY) for _ in range(2)
    )
    assert first == second


def test_a_file_that_waits_a_second_longer_is_found_out_with_both_traces() -> None:
    content = emit(program(), "newsletter", drawn=False).files["newsletter.bpmn"]
    place = next(
        place for kind, place, _ in mutations(content) if kind == "timer 1 s later" and place.startswith("wait_")
    )
    wrong = apply(CompiledFile(content).tree, "timer 1 s later", place, None)
    found = verify_bpmn(program(), "newsletter", contacts=8, most=8, start=START, length=120 * DAY, content=wrong)
    assert found.differences
    assert not found.holds
    text = found.differences[0].to_text()
    assert "step machine" in text
    assert "engine" in text


def test_every_mutation_gives_another_file() -> None:
    content = emit(program(), "newsletter", drawn=False).files["newsletter.bpmn"]
    tree = CompiledFile(content).tree
    for kind, place, recipe in mutations(content):
        assert apply(tree, kind, place, recipe) != content, (kind, place)


def test_a_file_that_names_no_message_is_refused() -> None:
    content = emit(program(), "newsletter", drawn=False).files["newsletter.bpmn"]
    with pytest.raises(Refused):
        Deployment(CompiledFile(content.replace(b'messageRef="delivery"', b'messageRef="nothing"')), zone="UTC")


def _one(script: Script) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    content = emit(program(), JOURNEY, drawn=False).files[f"{JOURNEY}.bpmn"]
    deployment = Deployment(CompiledFile(content), zone=program().zone)
    machine = run_machine(program(), JOURNEY, script, start=START, length=300 * DAY)
    assert machine.entered_at is not None
    walk, _ = run_file(
        deployment, program(), JOURNEY, script, start=START, entered_at=machine.entered_at, length=300 * DAY
    )
    assert walk.fault == ""
    return machine.rows, walk.rows


def test_a_walk_of_more_than_a_thousand_elements_does_not_stand_still() -> None:
    scripts = Scripts(program(), JOURNEY, seed=7, start=START, length=300 * DAY)
    script = scripts.make(1)
    held = dataclasses.replace(script, facts=(), fields={**script.fields, "hospital.open_ticket": True})
    machine, engine = _one(held)
    assert sum(1 for row in machine if row.kind == "deferred") > 200
    assert machine == engine


def test_traces_part_where_one_ends_first() -> None:
    row = Row(1, "sent", "a", "a", "i", "")
    found = first_difference("c", (row, row), (row,))
    assert found is not None
    assert found.at == 1
    assert first_difference("c", (row,), (row,)) is None


@pytest.mark.slow
def test_the_pilots_journey_is_covered_and_faults_in_its_file_are_caught() -> None:
    found = verify_bpmn(program(), JOURNEY, contacts=200, most=300, start=START, mutants=150)
    assert found.differences == (), found.to_text()
    assert found.coverage.missing == (), found.to_text()
    assert found.caught >= CAUGHT_SHARE, found.to_text()
