"""Compiled files against the step machine; and that a difference would be seen."""

from __future__ import annotations

import dataclasses

import pytest

pytest.importorskip("SpiffWorkflow", reason="in the extra `verify`")

from journeyctl.conformance.compiled_file import CompiledFile  # the engine is asked for first
from journeyctl.conformance.coverage import Coverage, possible_answers
from journeyctl.conformance.mutations import apply, mutations
from journeyctl.conformance.runs import run_file, run_machine
from journeyctl.conformance.spiff import Deployment, Refused
from journeyctl.conformance.stimuli import Script, Scripts
from journeyctl.conformance.traces import Row, first_difference
from journeyctl.conformance.verify import CAUGHT_SHARE, Verification, verify_bpmn
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import OpId
from journeyctl.graph.program import Exit
from journeyctl.targets.bpmn.emit import emit
from tests.conformance.pilot import DAY, JOURNEY, START, program, program_with_other_exits, program_without_groups


@pytest.mark.parametrize("journey", [JOURNEY, "newsletter", "service-briefing", "silo-ct"])
def test_a_compiled_journey_of_the_pilot_does_what_the_step_machine_does(journey: str) -> None:
    found = verify_bpmn(program(), journey, contacts=6, most=6, start=START, length=150 * DAY)
    assert found.differences == (), found.to_text()
    assert found.events > 60


def test_splits_dates_business_days_and_windows_agree_too() -> None:
    found = verify_bpmn(program_without_groups(), "service-upsell", contacts=12, most=12, start=START, length=250 * DAY)
    assert found.differences == (), found.to_text()


def test_opt_outs_that_lead_on_lost_consents_and_exits_that_time_opens_agree_too() -> None:
    found = verify_bpmn(program_with_other_exits(), "newsletter", contacts=20, most=20, start=START, length=120 * DAY)
    assert found.differences == (), found.to_text()
    assert min(found.coverage.exits[event] for event in ("unsubscribed", "consent_lost")) > 0
    assert found.coverage.exits['journey.entered_at <= now() - duration("P80D")'] > 0
    assert found.coverage.answers["skipped.no_consent.marketing"] > 0


def test_an_exit_that_reads_the_lead_comes_right_after_the_handoff() -> None:
    known = program()
    graph = known.journeys["newsletter"]
    reads_lead = Exit(OpId("exit/gone"), "gone", condition=Condition.of("lead.open"))
    changed = dataclasses.replace(
        known, journeys={"newsletter": dataclasses.replace(graph, exits=(*graph.exits, reads_lead))}
    )
    found = verify_bpmn(changed, "newsletter", contacts=8, most=8, start=START, length=90 * DAY)
    assert found.differences == (), found.to_text()
    assert found.coverage.exits["lead.open"] > 0


def test_an_update_reads_the_item_that_was_sent_last() -> None:
    known, journey, length = program_without_groups(), "service-upsell", 250 * DAY
    scripts = Scripts(known, journey, seed=7, start=START, length=length)
    deployment = Deployment(CompiledFile(emit(known, journey, drawn=False).files[f"{journey}.bpmn"]), zone=known.zone)
    updated = 0
    for number in range(60):
        script = scripts.make(number)
        machine = run_machine(known, journey, script, start=START, length=length)
        if machine.entered_at is None or not any(row.reason == "contact.topic=service" for row in machine.rows):
            continue
        walk, _ = run_file(
            deployment, known, journey, script, start=START, entered_at=machine.entered_at, length=length
        )
        assert walk.rows == machine.rows
        updated += 1
    assert updated > 1


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


def test_flows_gate_answers_and_exits_have_to_be_covered() -> None:
    covered = Coverage({"flow_a": 3}, {"sent": 3}, {"unsubscribed": 3}, ("skipped.no_locale",))
    assert covered.missing == ()
    assert Verification("welcome", 3, 9, (), covered).holds
    for lacking in (
        dataclasses.replace(covered, flows={"flow_a": 2}),
        dataclasses.replace(covered, answers={"sent": 2}),
        dataclasses.replace(covered, exits={"unsubscribed": 2}),
    ):
        assert len(lacking.missing) == 1
        assert not Verification("welcome", 3, 9, (), lacking).holds
        assert f"missing  {lacking.missing[0]} (2)" in lacking.to_text()
    assert "never in any life" in covered.to_text()


def test_every_answer_that_the_policies_know_is_named() -> None:
    known = possible_answers(program(), program().journeys[JOURNEY])
    assert {"sent", "deferred.quiet_hours", "deferred.suppressed.system-down", "skipped.suppressed.just-bought"} <= set(
        known
    )
    assert {"deferred.capped.radiology-week", "skipped.capped.everyone-week", "skipped.no_consent.profiling"} <= set(
        known
    )
    assert "skipped.holdout" not in known


def test_traces_part_where_one_ends_first() -> None:
    row = Row(1, "sent", "a", "a", "i", "")
    found = first_difference("c", (row, row), (row,))
    assert found is not None
    assert found.at == 1
    assert first_difference("c", (row,), (row,)) is None


@pytest.mark.slow
def test_the_pilots_journey_is_covered_and_faults_in_its_file_are_caught() -> None:
    found = verify_bpmn(program(), JOURNEY, contacts=200, most=400, start=START, mutants=60)
    assert found.differences == (), found.to_text()
    assert found.coverage.missing == (), found.to_text()
    assert found.caught >= CAUGHT_SHARE, found.to_text()
    assert found.holds
