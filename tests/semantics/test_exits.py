from __future__ import annotations

import pytest

from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import (
    CustomEvent,
    FieldChanged,
    GroupChanged,
    GroupReady,
    LeadOutcome,
    SalesRequested,
    Unsubscribed,
)
from tests.semantics.worlds import DAY, HOUR, JOHN, Life, journey, program

WAIT = """
- {id: w, wait: 20d}
- {id: done, end: done}
- {id: aside, wait: 5d, next: left}
- {id: left, end: aside}
- {id: sdr, handoff: {desk: sales, outcomes: {accepted: done, recycled: aside}}}
"""
CONSENT = "contact.consent_marketing"


def ended(exits: str, *stimuli: object, at: int = DAY, steps: str = WAIT, **head: object) -> str:
    found = Life(program(journey(steps, exits=exits, **head)))  # type: ignore[arg-type]  # keys of a journey
    return found.post(at, *stimuli).run().ends()[0]  # type: ignore[arg-type]  # only stimuli are given


@pytest.mark.parametrize(
    ("exits", "stimuli", "expected"),
    [
        pytest.param("[{event: webinar, end: x}]", [CustomEvent("webinar")], "1d 00:00 x", id="an event"),
        pytest.param("[{event: webinar, end: x}, {event: webinar, end: y}]", [CustomEvent("webinar")], "1d 00:00 x",
                     id="the first exit for an event"),
        pytest.param("[{event: webinar, go: aside}]", [CustomEvent("webinar")], "6d 00:00 aside",
                     id="an event diverts"),
        pytest.param("[{event: webinar, go: w}]", [CustomEvent("webinar")], "20d 00:00 done",
                     id="an exit into the step where the contact stands only counts"),
        pytest.param("[{when: contact.left, end: x}]", [FieldChanged("contact.left", value=True)], "1d 00:00 x",
                     id="a condition at the change of a field it reads"),
        pytest.param("[{when: 'in audience(\"customers\")', end: x}]", [FieldChanged("clinic.is_customer", value=True)],
                     "1d 00:00 x", id="a condition at the change of a field that its audience reads"),
        pytest.param("[{when: contact.left, end: x}]", [FieldChanged("contact.topic", "x")], "20d 00:00 done",
                     id="not at other changes"),
        pytest.param("[{when: 'today() >= date(\"2026-01-09\")', end: x}]", [], "4d 00:00 x",
                     id="a condition at the daily evaluation"),
        pytest.param("[{when: 'group(\"g\").ready', end: x}]",
                     [GroupChanged("g", completeness=1.0, ready=True, missing_roles=(), my_role=None)], "1d 00:00 x",
                     id="a condition when an account evaluation changes the group"),
        pytest.param("[{event: group_ready, end: x}]", [GroupReady("g")], "1d 00:00 x", id="a ready buying group"),
        pytest.param("[]", [Unsubscribed()], "1d 00:00 consent-lost", id="an opt-out takes the consent"),
        pytest.param("[{event: unsubscribed, end: x}]", [Unsubscribed()], "1d 00:00 x", id="written exits go first"),
        pytest.param("[{event: unsubscribed, go: aside}]", [Unsubscribed()], "6d 00:00 aside",
                     id="also where they lead to a step"),
        pytest.param("[{event: consent_lost, end: x}]", [Unsubscribed()], "1d 00:00 x",
                     id="consent_lost may be written"),
        pytest.param("[]", [FieldChanged(CONSENT, value=False)], "1d 00:00 consent-lost", id="consent lost by a fact"),
        pytest.param("[]", [FieldChanged(CONSENT, value=None)], "1d 00:00 consent-lost", id="consent no longer known"),
        pytest.param("[{when: contact.left, end: x}]",
                     [FieldChanged(CONSENT, value=False), FieldChanged("contact.left", value=False)],
                     "1d 00:00 consent-lost", id="nothing is left to look at after a lost consent"),
        pytest.param("[]", [FieldChanged("contact.consent_profiling", value=False)], "20d 00:00 done",
                     id="a consent that the journey does not need"),
        pytest.param("[{event: consent_lost, go: aside}]", [FieldChanged(CONSENT, value=False)], "6d 00:00 aside",
                     id="consent_lost may lead to a step"),
        pytest.param(f"[{{when: {CONSENT} = false, end: x}}]", [FieldChanged(CONSENT, value=False)], "1d 00:00 x",
                     id="a written condition goes before the lost consent"),
        pytest.param(f"[{{event: unsubscribed, end: x}}, {{when: {CONSENT} = false, end: y}}]", [Unsubscribed()],
                     "1d 00:00 x", id="the first exit taken is the last, where it ends"),
        pytest.param("[]", [FieldChanged(CONSENT, value=False), FieldChanged(CONSENT, value=True)], "20d 00:00 done",
                     id="a consent given again at the same second was never lost"),
    ],
)  # fmt: skip
def test_exits(exits: str, stimuli: list[object], expected: str) -> None:
    assert ended(exits, *stimuli) == expected


def test_the_calendar_of_consents_is_the_policys_where_unknown_counts_as_given() -> None:
    policies = f"kind: policies\nconsent: {{purposes: {{marketing: {CONSENT}}}, unknown: granted}}"
    found = Life(program(journey(WAIT), policies), {"contact.role": "head"})
    found.post(DAY, FieldChanged(CONSENT, value=None)).post(2 * DAY, FieldChanged(CONSENT, value=False)).run()
    assert found.ends() == ["2d 00:00 consent-lost"]


def test_an_exit_drops_what_was_scheduled_and_counts_it() -> None:
    found = Life(program(journey(WAIT, exits="[{event: webinar, go: aside}]")))
    found.post(DAY, CustomEvent("webinar")).run()
    assert [(e.reason, e.step, e.cause) for e in found.of(Kind.DROPPED)] == [("wait", "w", "")]
    assert [e.cause for e in found.of(Kind.ENDED)] == [f"webinar@{found.of(Kind.DROPPED)[0].time}"]


def test_a_requested_send_is_dropped_with_its_item_when_consent_is_lost() -> None:
    policies = """
    kind: policies
    consent: {purposes: {marketing: contact.consent_marketing}}
    suppressions: [{name: down, when: hospital.open_ticket, then: defer}]
    """
    found = Life(program(journey("[{id: s, send: a}]"), policies), JOHN | {"hospital.open_ticket": True})
    found.post(HOUR, Unsubscribed()).run()
    assert found.told(Kind.DROPPED, Kind.ENDED) == ["0d 01:00 dropped a gate", "0d 01:00 ended consent-lost"]


def test_events_of_the_contact_reach_all_its_journeys_by_priority_and_reactions_only_the_sender() -> None:
    steps = "[{id: s, send: %s}, {id: w, wait: 9d}]"
    exits = "[{event: sales_request, end: asked}, {event: opened, end: opened}, {event: form_submitted, end: form}]"
    both = program(
        journey(steps % "a", exits=exits, name="low"), journey(steps % "b", exits=exits, name="high", priority=90)
    )
    asked = Life(both, reactions={"a": [("asked", HOUR)]}).run()
    assert [(e.journey, e.reason) for e in asked.of(Kind.ENDED)] == [("high", "asked"), ("low", "asked")]
    opened = Life(both, reactions={"a": [("opened", HOUR)]}).run(2 * HOUR)
    assert [(e.journey, e.reason) for e in opened.of(Kind.ENDED)] == [("low", "opened")]


def test_a_listen_has_what_it_awaits_and_exits_of_other_journeys_see_it_too() -> None:
    steps = """
    - {id: s, send: a}
    - {id: l, listen: {for: 3d, outcomes: {sales_request: asked, timeout: w}}}
    - {id: w, wait: 9d}
    - {id: asked, end: by-listen}
    """
    exits = "[{event: sales_request, end: by-exit}]"
    found = Life(
        program(journey(steps, exits=exits), journey(WAIT, exits=exits, name="other")),
        reactions={"a": [("asked", HOUR)]},
    ).run()
    assert sorted((e.journey, e.reason) for e in found.of(Kind.ENDED)) == [("other", "by-exit"), ("walk", "by-listen")]


def test_a_click_is_heard_by_its_listen_before_the_mql_it_causes_leads_away() -> None:
    scoring = "kind: scoring\npoints: {sales_request: 30}\nmql: {score: 25}"
    exits = "[{event: mql, go: sdr}, {event: sales_request, go: sdr}]"
    found = Life(program(journey(WAIT, exits=exits), scoring)).post(DAY, SalesRequested()).run(2 * DAY)
    assert [(e.reason, e.lead) for e in found.of(Kind.HANDED_OFF)] == [("request", "john~walk/sdr~1")]


def test_a_goal_ends_nothing() -> None:
    assert ended("[]", SalesRequested(), goal="sales_request") == "20d 00:00 done"


# --- handoffs


def handed(exits: str = "[{event: sales_request, go: sdr}, {event: mql, go: sdr}]") -> Life:
    scoring = "kind: scoring\npoints: {webinar: 30}\nmql: {score: 25, again: 1d}"
    return Life(program(journey(WAIT, exits=exits), scoring))


def test_a_request_makes_a_lead_and_its_outcome_leads_on() -> None:
    found = handed().post(DAY, SalesRequested()).run(2 * DAY)
    lead = found.contact.leads["sales"]
    assert (lead.cause, lead.name) == ("request", "john~walk/sdr~1")
    found.post(3 * DAY, LeadOutcome("sales", lead.name, "recycled", "later")).run()
    assert found.ends() == ["8d 00:00 aside"]
    assert found.contact.leads == {}
    assert [e.reason for e in found.of(Kind.SYNCED)] == ["recycled"]


def test_an_outcome_of_another_lead_changes_nothing() -> None:
    found = handed().post(DAY, SalesRequested()).run(2 * DAY)
    found.post(3 * DAY, LeadOutcome("sales", "other", "accepted"), LeadOutcome("elsewhere", "x", "accepted")).run(
        4 * DAY
    )
    assert found.contact.leads["sales"].name == "john~walk/sdr~1"
    assert found.of(Kind.SYNCED) == []


def test_an_outcome_that_the_step_does_not_name_goes_to_the_following_step() -> None:
    steps = "[{id: sdr, handoff: {desk: sales, outcomes: {}}}, {id: end, end: after}]"
    found = Life(program(journey(steps))).run(0)
    found.post(DAY, LeadOutcome("sales", found.contact.leads["sales"].name, "expired")).run()
    assert found.ends() == ["1d 00:00 after"]


def test_a_request_raises_the_scored_lead_and_both_get_one_outcome() -> None:
    found = handed().post(DAY, CustomEvent("webinar")).run(2 * DAY)
    assert [(e.reason, e.lead) for e in found.of(Kind.HANDED_OFF)] == [("score", "john~score~1")]
    found.post(3 * DAY, SalesRequested()).run(4 * DAY)
    assert [(e.kind, e.lead, e.reason) for e in found.of(Kind.MERGED)] == [(Kind.MERGED, "john~score~1", "request")]
    assert found.contact.leads["sales"].cause == "request"
    found.post(5 * DAY, CustomEvent("webinar")).run(6 * DAY)
    assert found.contact.leads["sales"].cause == "request", "a later score does not lower it"


def test_a_request_at_the_second_of_the_score_makes_a_requested_lead() -> None:
    fit = "kind: scoring\npoints: {webinar: 30}\nfit: {A: contact.left}\nmql: {score: 25, fit: [A]}"
    exits = "[{event: sales_request, go: sdr}, {event: mql, go: sdr}]"
    found = Life(program(journey(WAIT, exits=exits), fit)).post(HOUR, CustomEvent("webinar"))
    found.post(DAY, FieldChanged("contact.left", value=True), SalesRequested()).run(2 * DAY)
    assert [e.reason for e in found.of(Kind.HANDED_OFF)] == ["request"]
    assert [e.reason for e in found.of(Kind.MQL)] == ["A"]


def test_a_journey_that_comes_to_a_handoff_joins_the_open_lead_and_gets_its_outcome() -> None:
    second = journey(
        "[{id: w, wait: 2d}, {id: sdr, handoff: {desk: sales, outcomes: {}}}, {id: e, end: second}]", name="second"
    )
    found = Life(program(journey(WAIT, exits="[{event: sales_request, go: sdr}]"), second)).post(DAY, SalesRequested())
    found.run(3 * DAY)
    assert [(e.journey, e.reason) for e in found.of(Kind.MERGED)] == [("second", "score")]
    found.post(4 * DAY, LeadOutcome("sales", found.contact.leads["sales"].name, "accepted")).run()
    assert sorted(found.ends()) == ["4d 00:00 done", "4d 00:00 second"]


def test_any_other_event_at_the_handoff_only_counts() -> None:
    found = handed("[{event: sales_request, go: sdr}, {event: webinar, go: sdr}]")
    found.post(DAY, SalesRequested()).post(2 * DAY, CustomEvent("webinar")).run(3 * DAY)
    assert found.of(Kind.MERGED) == []
    assert found.contact.visits["walk"].waiting == "handoff"


def test_conditions_see_the_open_lead_its_age_and_its_outcome() -> None:
    steps = """
    - {id: w, wait: 1d}
    - id: c
      branch:
        - {when: 'lead.open and lead.age >= duration("P1D") and lead.outcome = null', go: seen}
        - {otherwise: wrong}
    - {id: seen, wait: 2d}
    - id: d
      branch:
        - when: not(lead.open) and lead.age = null and lead.outcome = "rejected" and lead.reason = "no_need"
          go: right
        - {otherwise: wrong}
    - {id: right, end: right}
    - {id: wrong, end: wrong}
    """
    sdr = journey("[{id: sdr, handoff: {desk: sales, outcomes: {}}}]", name="first", priority=90)
    found = Life(program(journey(steps), sdr)).run(2 * DAY)
    found.post(2 * DAY + 1, LeadOutcome("sales", found.contact.leads["sales"].name, "rejected", "no_need")).run()
    assert [e.reason for e in found.of(Kind.ENDED) if e.journey == "walk"] == ["right"]
