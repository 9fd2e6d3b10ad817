# ruff: noqa: E402  # the libraries that the whole file needs are asked for before it imports them

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

etree = pytest.importorskip("lxml.etree", reason="in the extra `verify`")
pytest.importorskip("bpmn_io", reason="in the extra `verify`")

from journeyctl import spec
from journeyctl.diagnostics import UnsupportedError, UsageError
from journeyctl.graph.condition import Condition
from journeyctl.graph.lowering import lower
from journeyctl.graph.ops import (
    BranchOp,
    DeepenOp,
    EndOp,
    HandoffOp,
    LadderOp,
    OfferOp,
    OpId,
    UpdateOp,
    WaitOp,
)
from journeyctl.graph.program import Exit, Program, StepGraph
from journeyctl.targets.base import Handling
from journeyctl.targets.bpmn.emit import emit
from tests.semantics import worlds

ROOT = Path(__file__).parents[3]
JOURNEY = "head-of-radiology-us"
Xml = Any  # lxml is asked for when the tests are collected
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
_DRAWN = ("Event", "Gateway", "Task", "subProcess", "sequenceFlow")
VENDOR_SCHEMAS = Path(os.environ.get("JOURNEYCTL_VENDOR_SCHEMAS", ROOT.parent / "shared" / "vendor-schemas"))


@lru_cache
def program() -> Program:
    return lower(spec.load(ROOT))


@lru_cache
def content(journey: str = JOURNEY, *, drawn: bool = False) -> bytes:
    return emit(program(), journey, drawn=drawn).files[f"{journey}.bpmn"]


@lru_cache
def tree() -> Xml:
    return etree.fromstring(content())


def nodes(tag: str) -> list[Any]:
    return list(tree().iter(f"{BPMN}{tag}"))


def with_journey(graph: StepGraph) -> Program:
    return dataclasses.replace(program(), journeys={**program().journeys, JOURNEY: graph})


def test_the_same_program_gives_the_same_bytes() -> None:
    assert emit(program(), JOURNEY, drawn=False).files == {f"{JOURNEY}.bpmn": content()}


_EMIT = """
import hashlib, sys
from pathlib import Path
from journeyctl import spec
from journeyctl.graph.lowering import lower
from journeyctl.targets.bpmn.emit import emit
program = lower(spec.load(Path(sys.argv[1])))
for journey, drawn in (("head-of-radiology-us", False), ("newsletter", True)):
    for name, content in emit(program, journey, drawn=drawn).to_write.items():
        print(name, hashlib.sha256(content).hexdigest())
"""


def test_two_processes_with_other_hashes_write_the_same_bytes() -> None:
    def written(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        arguments = [sys.executable, "-c", _EMIT, str(ROOT)]
        return subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True).stdout

    first = written("1")
    assert len(first.splitlines()) == 4
    assert first == written("2")


def test_a_drawing_adds_a_diagram_and_changes_nothing_else() -> None:
    blank = etree.XMLParser(remove_blank_text=True)
    drawn, bare = (etree.fromstring(content("newsletter", drawn=way), blank) for way in (True, False))
    (diagram,) = (child for child in drawn if child.tag.endswith("BPMNDiagram"))
    shown = {shape.get("bpmnElement") for shape in diagram.iter() if shape.get("bpmnElement")}
    nodes_and_flows = {n.get("id") for n in bare.iter(etree.Element) if n.tag.endswith(_DRAWN)}
    assert nodes_and_flows <= shown
    drawn.remove(diagram)
    assert etree.tostring(drawn, method="c14n") == etree.tostring(bare, method="c14n")


def test_spiffworkflows_schema_accepts_the_drawn_file() -> None:
    parser = pytest.importorskip("SpiffWorkflow.bpmn.parser", reason="in the extra `verify`")
    schema = etree.XMLSchema(etree.parse(str(Path(parser.__file__).parent / "schema" / "BPMN20.xsd")))
    schema.assertValid(etree.fromstring(content("newsletter", drawn=True)))


def test_the_omg_schema_accepts_the_file() -> None:
    path = VENDOR_SCHEMAS / "bpmn" / "BPMN20.xsd"
    if not path.exists():
        pytest.skip(f"the OMG schema is not at {path}")
    etree.XMLSchema(etree.parse(str(path))).assertValid(tree())


def lint(text: bytes) -> dict[str, list[dict[str, Any]]]:
    from bpmn_io.bpmn_moddle.simple import create_moddle
    from bpmn_io.lint import Linter
    from bpmn_io.lint.resolver import NodeResolver

    resolver: Any = NodeResolver()  # answers more than the linter's own type of a resolver asks for
    root: Any = create_moddle().from_xml(text.decode()).root_element
    found: dict[str, list[dict[str, Any]]] = Linter(config={"extends": "bpmnlint:recommended"}, resolver=resolver).lint(
        root
    )
    return found


def test_the_linters_recommended_rules_find_nothing_in_a_drawn_journey() -> None:
    assert lint(content("newsletter", drawn=True)) == {}


@pytest.mark.slow
def test_the_linters_recommended_rules_find_nothing_in_the_largest_journey() -> None:
    assert lint(content(drawn=True)) == {}


def test_no_id_is_one_that_an_engine_keeps_for_itself() -> None:
    ids = [node.get("id") for node in tree().iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert not {"Start", "End", "Root"} & set(ids)


def test_messages_are_called_by_their_id_and_correlated() -> None:
    for message in nodes("message"):
        assert message.get("id") == message.get("name")
        assert message.find(f".//{ZEEBE}subscription").get("correlationKey").startswith("=")


def test_every_choice_has_one_default_and_conditions_in_feel_on_all_other_flows() -> None:
    flows = {flow.get("id"): flow for flow in nodes("sequenceFlow")}
    for gateway in nodes("exclusiveGateway"):
        outgoing = [flows[found.text] for found in gateway.findall(f"{BPMN}outgoing")]
        if len(outgoing) > 1:
            conditions = {flow.get("id"): flow.find(f"{BPMN}conditionExpression") for flow in outgoing}
            assert [flow for flow, condition in conditions.items() if condition is None] == [gateway.get("default")]
            texts = [condition.text for condition in conditions.values() if condition is not None]
            assert all(text.startswith("=") and "==" not in text for text in texts)


def test_workers_are_asked_for_four_types_of_jobs_only() -> None:
    jobs = {task.get("type") for task in tree().iter(f"{ZEEBE}taskDefinition")}
    assert jobs == {"gate", "send", "update", "handoff"}


def test_nothing_outside_the_portable_profile_is_used() -> None:
    assert not any(
        nodes(tag) for tag in ("scriptTask", "businessRuleTask", "callActivity", "multiInstanceLoopCharacteristics")
    )
    assert not [node for node in nodes("subProcess") if node.get("triggeredByEvent") == "true"]
    assert not [timer for timer in (*nodes("timeDate"), *nodes("timeDuration")) if timer.text.startswith('"')]


def test_every_decision_of_the_journey_is_an_element_with_its_origin() -> None:
    graph = program().journeys[JOURNEY]
    ids = Counter(node.get("id") for node in tree().iter() if node.get("id"))
    for op in graph.ops.values():
        name = op.id.replace("/", ".")
        match op:
            case BranchOp():
                assert ids[f"branch_{name}"] == 1
                assert len([found for found in ids if found.startswith("case-") and found.endswith(f"_{name}")]) == len(
                    op.cases
                )
            case WaitOp():
                assert ids[f"wait_{name}"] == 1
            case LadderOp():
                assert all(
                    ids[f"{role}_{name}"] == 1 for role in ("gate", "waiting", "choose", "left", "pace", "exhausted")
                )
            case UpdateOp():
                assert ids[f"update_{name}"] == 1
            case HandoffOp():
                assert ids[f"handoff_{name}"] == 1
            case OfferOp():
                offered = [target for target in op.offers.values() if f"offer_{target.replace('/', '.')}" in ids]
                assert len(offered) >= 15
            case DeepenOp() | _:
                pass


def test_every_element_carries_its_origin() -> None:
    drawn = [node for node in tree().iter(etree.Element) if node.tag.endswith(("Event", "Gateway", "Task", "rocess"))]
    places = {node.get("id"): node.findtext(f"{BPMN}documentation", "") for node in drawn}
    assert len(places) > 200
    assert [name for name, place in places.items() if "journey_specs/" not in place and "content_" not in place] == []
    assert places["end_done"] == "journey_specs/journeys/head-of-radiology-us.yaml steps[8]"
    assert places["exit-consent-lost_sdr"] == "journey_specs/journeys/head-of-radiology-us.yaml purpose"


def test_an_item_that_can_never_be_offered_has_no_flow() -> None:
    ids = {node.get("id") for node in tree().iter()}
    assert "offer_upgrade.digital-upgrades" in ids
    assert "offer_upgrade.ct-dual-source" not in ids  # not of a line that this ladder may offer
    assert "offer_renewal.ct-dual-source" in ids


def test_what_an_author_writes_stays_text() -> None:
    graph = program().journeys[JOURNEY]
    end = next(op for op in graph.ops.values() if isinstance(op, EndOp) and op.label == "completed")
    hostile = dataclasses.replace(end, label='</bpmn:process><x a="&amp;')
    written = emit(with_journey(dataclasses.replace(graph, ops={**graph.ops, end.id: hostile})), JOURNEY, drawn=False)
    names = [node.get("name") for node in etree.fromstring(written.files[f"{JOURNEY}.bpmn"]).iter(f"{BPMN}endEvent")]
    assert '</bpmn:process><x a="&amp;' in names


def test_every_reason_for_a_refusal_is_given_at_once() -> None:
    with pytest.raises(UnsupportedError) as refused:
        emit(program(), "service-upsell")
    assert len(refused.value.reasons) == 3
    assert {"step 'briefing'", "step 'colleagues'", "step 'group'"} == {
        reason.split(":")[0] for reason in refused.value.reasons
    }


@pytest.mark.parametrize(
    ("way_out", "reason"),
    [
        (Exit(OpId("sdr"), "sdr", condition=Condition.of("contact.left_company")), "can only end the journey"),
        (Exit(OpId("done"), "done", condition=Condition.of("score > 50")), "it reads the score"),
        (Exit(OpId("sdr"), "sdr", event="clicked"), "is awaited by listens"),
    ],
)
def test_exits_that_the_profile_cannot_carry_are_refused(way_out: Exit, reason: str) -> None:
    graph = program().journeys[JOURNEY]
    with pytest.raises(UnsupportedError, match=reason):
        emit(with_journey(dataclasses.replace(graph, exits=(*graph.exits, way_out))), JOURNEY)


def test_an_opt_out_that_leads_on_is_refused_where_an_exit_reads_the_consent() -> None:
    graph = program().journeys[JOURNEY]
    exits = [dataclasses.replace(e, target=OpId("sdr")) if e.event == "unsubscribed" else e for e in graph.exits]
    reads = Exit(OpId("done"), "done", condition=Condition.of("not(contact.consent_marketing)"))
    with pytest.raises(UnsupportedError, match="an opt-out leads to step 'sdr' before"):
        emit(with_journey(dataclasses.replace(graph, exits=(*exits, reads))), JOURNEY)


def test_an_unknown_journey_is_refused_with_the_known_names() -> None:
    with pytest.raises(UsageError, match="there is no journey 'nope'"):
        emit(program(), "nope")


def test_the_report_has_a_line_for_everything_that_changes() -> None:
    report = emit(program(), JOURNEY, drawn=False).report
    lossy = {entry.construct for entry in report.of(Handling.LOSSY)}
    assert lossy == {"scoring", "entry", "goal"}
    assert {"OfferOp", "exit by condition", "caps", "ladder"} <= {
        entry.construct for entry in report.of(Handling.LOWERED)
    }


def test_countries_whose_overlays_change_what_the_file_holds_are_told_as_lossy() -> None:
    steps = "[{id: s, send: a}, {id: w, wait: 1d}]"
    walk, other = worlds.journey(steps, overridable=["steps.w.wait"]), worlds.journey(steps, name="other")
    longer = "kind: overlay\nname: de\nfor: {countries: [DE]}\nset: {journeys.walk.steps.w.wait: 3d}"
    scored = "kind: scoring\npoints: {}\noverridable: [points]"
    points = "kind: overlay\nname: us\nfor: {countries: [US]}\nset: {scoring.points.clicked: 5}"
    own = worlds.program(walk, other, longer, scored.replace("{}", "{clicked: 1}"), points)
    lossy = {
        name: [e.construct for e in emit(own, name).report.entries if e.construct.startswith("country")]
        for name in ("walk", "other")
    }
    assert lossy == {"walk": ["country DE", "country US"], "other": ["country US"]}
