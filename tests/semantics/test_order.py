from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from journeyctl.graph.ops import BranchOp, OpId
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.machine import STEP_LIMIT
from journeyctl.semantics.stimuli import (
    Clicked,
    CustomEvent,
    Delivered,
    FieldChanged,
    GroupChanged,
    GroupReady,
    LeadOutcome,
    Opened,
    OtherMail,
    PageViewed,
    SalesRequested,
    Stimulus,
    Timeout,
)
from tests.semantics.worlds import DAY, ENTRY, HOUR, JOHN, Life, journey, program


def test_facts_come_before_reactions_reactions_before_timeouts_exits_before_steps_and_sends_last() -> None:
    first = journey("""
    - {id: s, send: a}
    - {id: l, listen: {for: 1d, outcomes: {clicked: b, timeout: b}}}
    - {id: b, send: b}
    - {id: w, wait: 9d}
    """, name="first", priority=90)  # fmt: skip
    second = journey("[{id: w, wait: 1d}, {id: s, send: c}]", exits="[{when: contact.left, end: left}]", name="second")
    third = journey("[{id: w, wait: 9d}]", entry="{audience: customers}", name="third")
    found = Life(program(first, second, third))
    found.post(
        DAY, Clicked("a", 1), FieldChanged("clinic.is_customer", value=True), FieldChanged("contact.left", value=True)
    )
    told = found.run(DAY + HOUR - 1).effects
    assert [(e.kind.value, e.journey or e.reason) for e in told if e.time >= ENTRY + DAY] == [
        ("fact", "clinic.is_customer=true"), ("fact", "contact.left=true"), ("clicked", "first"), ("waited", "second"),
        ("ended", "second"), ("refused", "second"), ("entered", "third"),
    ], "the exit takes the contact before the step to which its wait has led"  # fmt: skip


def test_what_a_send_causes_at_its_second_comes_before_the_next_send_is_asked() -> None:
    first = journey("[{id: s, send: a}, {id: u, update: {contact.stage: engaged}}]", name="first", priority=90)
    second = journey("[{id: s, send: c}]", name="second", exits='[{when: contact.stage = "engaged", end: hot}]'.replace(
        "when: ", "when: '").replace(", end", "', end"))  # fmt: skip
    found = Life(program(first, second)).run(0)
    assert [e.item for e in found.of(Kind.SENT)] == ["a"]
    assert [(e.journey, e.reason) for e in found.of(Kind.ENDED)] == [("first", "completed"), ("second", "hot")]


STIMULI: tuple[Stimulus, ...] = (
    FieldChanged("contact.topic", "x"), FieldChanged("contact.count", 3), OtherMail("ct"),
    GroupChanged("g", completeness=1.0, ready=True, missing_roles=(), my_role=None), GroupReady("g"),
    Opened("a", 1), Clicked("a", 1), PageViewed("a", 1), SalesRequested("a", 1), CustomEvent("webinar"),
    LeadOutcome("sales", "john~other/h~1", "accepted"),
)  # fmt: skip


@pytest.mark.parametrize("start", range(len(STIMULI)))
def test_the_order_of_posting_within_one_second_changes_nothing(start: int) -> None:
    scoring = "kind: scoring\npoints: {opened: 1, clicked: 5, webinar: 10}\nmql: {score: 12}"
    steps = """
    - {id: s, send: a}
    - {id: l, listen: {for: 1d, outcomes: {clicked: c, sales_request: c, timeout: t}}}
    - {id: c, end: c}
    - {id: t, end: t}
    """
    world = program(
        journey(steps, exits="[{event: mql, end: m}, {event: group_ready, end: g}, {event: webinar, end: w}]"), scoring,
        journey("[{id: h, handoff: {desk: sales, outcomes: {}}}]", name="other"),
    )  # fmt: skip
    usual = Life(world).post(HOUR, *STIMULI).run().effects
    turned = STIMULI[start:] + STIMULI[:start]
    assert Life(world).post(HOUR, *reversed(turned)).run().effects == usual


def test_journeys_step_by_priority_then_name() -> None:
    worlds = [journey(f"[{{id: u, update: {{contact.topic: {name}}}}}]", name=name, priority=p) for name, p in (
        ("b", 50), ("c", 90), ("a", 50))]  # fmt: skip
    for order in permutations(worlds):
        found = Life(program(*order)).run(0)
        assert [e.journey for e in found.of(Kind.FACT)] == ["c", "a", "b"]


def test_more_than_a_thousand_steps_at_one_instant_end_the_contact_as_stuck() -> None:
    steps = "[{id: c, branch: [{when: contact.left, go: e}, {otherwise: e}]}, {id: e, end: over}]"
    base = program(journey(steps, name="loop"), journey("[{id: w, wait: 9d}]", name="quiet"))
    loop = base.journeys["loop"]
    op = loop.ops[OpId("c")]
    assert isinstance(op, BranchOp)
    graph = replace(loop, ops={**loop.ops, OpId("c"): replace(op, otherwise=OpId("c"))})
    found = Life(replace(base, journeys={**base.journeys, "loop": graph})).run()
    assert [(e.journey, e.reason) for e in found.of(Kind.ENDED)] == [("loop", "stuck"), ("quiet", "stuck")]
    assert found.contact.stuck
    assert len(found.of(Kind.BRANCHED)) <= STEP_LIMIT
    assert found.machine.next_time(found.contact) is None


def test_many_steps_spread_over_time_are_no_loop() -> None:
    steps = "- {id: w, wait: 1h}\n- {id: b, branch: [{otherwise: w}]}"
    found = Life(program(journey(steps))).run(30 * DAY)
    assert not found.contact.stuck
    assert len(found.of(Kind.BRANCHED)) == 30 * 24


def test_what_is_scheduled_for_an_older_position_is_ignored() -> None:
    found = Life(program(journey("[{id: w, wait: 9d}]"))).run(0)
    visit = found.contact.visits["walk"]
    found.post(DAY, Timeout("walk", visit.token - 1, "wait"), Timeout("other", 1, "wait")).run(2 * DAY)
    assert found.contact.visits["walk"].waiting == "wait"


def test_a_contact_without_any_journey_has_nothing_to_come() -> None:
    found = Life(program(), JOHN).run()
    assert (found.effects, found.machine.next_time(found.contact)) == ([], None)


def test_a_stuck_parent_ends_once_together_with_its_child() -> None:
    child = "[{id: c, branch: [{when: contact.left, go: e}, {otherwise: e}]}, {id: e, end: over}]"
    base = program(journey("[{id: e, enter: {journey: walk}}]", name="parent"), journey(child))
    graph = base.journeys["walk"]
    op = graph.ops[OpId("c")]
    assert isinstance(op, BranchOp)
    looping = replace(graph, ops={**graph.ops, OpId("c"): replace(op, otherwise=OpId("c"))})
    found = Life(replace(base, journeys={**base.journeys, "walk": looping}), journeys=["parent"]).run()
    assert [(e.journey, e.reason) for e in found.of(Kind.ENDED)] == [("walk", "parent-left"), ("parent", "stuck")]


def test_going_on_from_second_to_second_tells_what_being_called_for_each_of_them_tells() -> None:
    steps = "[{id: w, wait: 1h}, {id: s, send: a}, {id: v, wait: 2h}, {id: e, end: over}]"
    world = program(journey(steps), journey("[{id: w, wait: 90min}, {id: e, end: done}]", name="other"))
    usual, found, end = Life(world).run(), Life(world), ENTRY + 60 * DAY
    while (now := found.machine.next_time(found.contact)) is not None:
        found.effects += found.machine.advance(found.contact, now, before=end)
        if found.effects[-1].kind is Kind.SENT:
            found.post(found.effects[-1].time - ENTRY, Delivered("a", 1))
    assert found.told() == usual.told()
    assert found.contact.instant == usual.contact.instant


def test_going_on_ends_before_the_second_that_is_named() -> None:
    found = Life(program(journey("[{id: w, wait: 1h}, {id: v, wait: 1h}, {id: u, wait: 1h}]")))
    found.machine.advance(found.contact, ENTRY, before=ENTRY + 2 * HOUR)
    assert found.machine.next_time(found.contact) == ENTRY + 2 * HOUR


def test_whoever_has_got_a_lead_does_not_go_on() -> None:
    steps = "[{id: w, wait: 1h}, {id: h, handoff: {desk: sales, outcomes: {}}}]"
    found = Life(program(journey(steps), journey("[{id: w, wait: 2h}]", name="other")))
    found.effects += found.machine.advance(found.contact, ENTRY, before=ENTRY + DAY)
    assert [effect.time for effect in found.of(Kind.HANDED_OFF)] == [ENTRY + HOUR]
    assert found.machine.next_time(found.contact) == ENTRY + 2 * HOUR


def test_posting_many_at_once_is_posting_one_after_the_other() -> None:
    world = program(journey("[{id: s, send: a}, {id: w, wait: 9d}]"))
    usual, found = Life(world).post(HOUR, *STIMULI).post(2 * HOUR, *STIMULI), Life(world)
    found.machine.post_all(
        found.contact, ((ENTRY + after, stimulus) for after in (HOUR, 2 * HOUR) for stimulus in STIMULI)
    )
    assert sorted(found.contact.agenda) == sorted(usual.contact.agenda)
    assert found.run().effects == usual.run().effects
