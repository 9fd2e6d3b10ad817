"""Buying groups in the reference engine: leads, outcomes, what journeys see when, and whom audiences bring."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import pytest

from journeyctl.draws import Draws
from journeyctl.results.identities import violations
from journeyctl.results.intervals import paired_difference
from journeyctl.results.record import EventRow
from journeyctl.results.summary import summarise
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import audience_people
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.reference import simulate
from journeyctl.simulate.run import world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set
from tests.agreement.generated import generated_world
from tests.semantics.worlds import DAY, HOUR, MIDNIGHT, journey
from tests.simulate.group_worlds import group, person, run_world

ROOT = Path(__file__).parents[2]
HEAD, CIO, BOSS = (
    person(f"u1/h1/c1/p{k}", role, country="US") for k, role in enumerate(("head", "cio", "head"), start=1)
)
HANDS_OVER = journey(
    """
    - {id: h, handoff: {buying_group: g, outcomes: {not_ready: cold, accepted: s, rejected: s, recycled: s,
                                                   unreachable: s, expired: s}}}
    - {id: s, wait: 90d}
    - {id: cold, end: cold}
    """,
    exits="[]",
)


def rows_of(world: World, *kinds: Kind) -> list[EventRow]:
    """The rows of one run, of these kinds or all."""
    record = simulate(world, Draws(7, 0)).record.record()
    assert violations(record) == ()
    return [row for row in record.rows() if not kinds or row.kind in kinds]


# --- leads and their outcomes


def test_a_group_s_lead_goes_to_the_desk_and_its_outcome_to_every_waiting_colleague() -> None:
    rows = rows_of(run_world((HANDS_OVER, group()), [HEAD, BOSS], bystanders=[CIO]))
    made = [row for row in rows if row.kind is Kind.HANDED_OFF]
    first = made[0]
    assert (first.time, first.contact, first.group, first.journey) == (MIDNIGHT, HEAD.key, "g", "")
    at_start = [row for row in rows if row.time == MIDNIGHT and row.group == "g" and row.contact]
    assert [(row.kind.value, row.contact) for row in at_start] == [
        ("joined_group", HEAD.key), ("joined_group", CIO.key), ("joined_group", BOSS.key), ("group_ready", HEAD.key),
        ("handed_off", HEAD.key),
    ]  # fmt: skip
    joined = [row for row in rows if row.kind is Kind.MERGED]
    assert [(row.time - MIDNIGHT, row.contact, row.lead) for row in joined] == [
        (6 * HOUR, HEAD.key, first.lead), (6 * HOUR, BOSS.key, first.lead),
    ]  # fmt: skip
    synced = [row for row in rows if row.kind is Kind.SYNCED and row.lead == first.lead]
    assert {row.contact for row in synced} == {HEAD.key, CIO.key, BOSS.key}
    assert len({row.time for row in synced}) == 1
    assert synced[0].time % DAY == 2 * HOUR
    assert {row.contact for row in rows if row.kind is Kind.ATTEMPTED} == {HEAD.key}, "one person is called"


def test_a_group_has_one_lead_at_a_time_and_the_next_at_the_first_evaluation_after_again() -> None:
    rows = rows_of(run_world((HANDS_OVER, group()), [HEAD], bystanders=[CIO]))
    ready = [row for row in rows if row.kind is Kind.GROUP_READY]
    ends = [row.time for row in rows if row.kind is Kind.SYNCED and row.contact == HEAD.key]
    assert len(ready) >= 2
    assert len({row.lead for row in ready}) == len(ready)
    for before, row in zip(ends, ready[1:], strict=False):
        allowed = before + 10 * DAY
        assert allowed <= row.time < allowed + DAY
        assert row.time % DAY == 0
    never = rows_of(
        run_world((HANDS_OVER, group(ready="{completeness: 100%, handoff: sales}")), [HEAD], bystanders=[CIO])
    )
    assert len([row for row in never if row.kind is Kind.GROUP_READY]) == 1


def test_group_ready_takes_members_out_of_journeys_at_the_evaluation_itself() -> None:
    walk = journey("- {id: w, wait: 90d}", exits="[{event: group_ready, end: with-group}]")
    late = person("u1/h1/c1/p2", "cio", at=MIDNIGHT + 3 * DAY + 1)
    rows = rows_of(run_world((walk, group()), [HEAD, person("u2/h1/c1/p1", "head")], bystanders=[late]), Kind.ENDED)
    assert [(row.time - MIDNIGHT, row.contact, row.reason, row.cause) for row in rows] == [
        (4 * DAY, HEAD.key, "with-group", f"group_ready@{MIDNIGHT + 4 * DAY}")
    ]


def test_what_a_colleague_s_coming_changes_is_seen_from_the_next_evaluation_on() -> None:
    steps = """
    - {id: look, branch: [{when: 'group("g").completeness = 1', go: whole}, {otherwise: pause}]}
    - {id: pause, wait: 1h, next: look}
    - {id: whole, end: whole}
    """
    for second, seen in ((2 * DAY - 1, 2 * DAY), (2 * DAY, 2 * DAY), (2 * DAY + 1, 3 * DAY)):
        late = person("u1/h1/c1/p2", "cio", at=MIDNIGHT + second)
        found = rows_of(run_world((journey(steps), group(ready=None)), [HEAD], bystanders=[late]), Kind.ENDED)
        assert [row.time - MIDNIGHT for row in found] == [seen]


def test_an_account_field_is_told_to_its_contacts_at_the_evaluation_after_a_colleague_s_act() -> None:
    walk = journey("- {id: w, wait: 90d}", exits="[{when: account.asked, end: colleague-asked}]")
    rows = rows_of(run_world((walk,), [HEAD, CIO, BOSS, person("u2/h1/c1/p1", "head")]))
    asked = [row.time for row in rows if row.kind is Kind.ASKED and row.clinic == "u1/h1/c1"]
    told = {row.time for row in rows if row.reason == "clinic.asked=true"}
    assert told == ({min(asked) - min(asked) % DAY + DAY} if asked else set())
    assert {row.time for row in rows if row.reason == "clinic.asked=false"} == {MIDNIGHT}


def test_a18_a_ticket_of_the_hospital_holds_back_the_mail_of_all_its_clinics() -> None:
    policies = """
kind: policies
consent: {purposes: {marketing: contact.consent_marketing}, unknown: refused}
suppressions: [{name: down, when: hospital.open_ticket, then: defer}]
"""
    people = [person(f"u1/h1/c{k}/p1", "head") for k in (1, 2, 3)] + [person("u1/h2/c1/p1", "head")]
    ticket = [(MIDNIGHT, "hospital.open_ticket", True), (MIDNIGHT + 5 * DAY, "hospital.open_ticket", False)]
    world = run_world(
        (journey("- {id: a, send: a}"), policies, group(ready=None)), people,
        facts={one.key: ticket for one in people[:3]},
    )  # fmt: skip
    sent = {row.contact: row.time - MIDNIGHT for row in rows_of(world, Kind.SENT)}
    assert sent == {people[0].key: 5 * DAY, people[1].key: 5 * DAY, people[2].key: 5 * DAY, people[3].key: 6 * HOUR}


def test_a19_a_cap_counts_a_person_of_two_groups_once() -> None:
    policies = """
kind: policies
consent: {purposes: {marketing: contact.consent_marketing}, unknown: refused}
caps: [{name: week, max: 1, per: 7d, window: rolling, over: defer}]
"""
    walk = journey("- {id: a, send: a}\n- {id: b, send: b}", exits="[{event: group_ready, end: never}]")
    groups = (group("g", ready=None), group("h", scope="hospital", ready=None))
    rows = rows_of(run_world((walk, policies, *groups), [HEAD], bystanders=[CIO]))
    joined = [(row.contact, row.group) for row in rows if row.kind is Kind.JOINED_GROUP]
    assert joined == [(one.key, name) for name in ("g", "h") for one in (HEAD, CIO)]
    assert [row.time - MIDNIGHT for row in rows if row.kind is Kind.SENT] == [6 * HOUR, 7 * DAY + 6 * HOUR]


# --- matched audiences

FILL = "{audience_on: linkedin, below: 100%}"
WATCHES = journey("- {id: w, wait: 90d}", exits="[{event: group_ready, end: ready}]")


def test_an_audience_brings_somebody_with_the_missing_role_who_fills_a_form_and_joins() -> None:
    rows = rows_of(run_world((WATCHES, group(fill=FILL)), [HEAD]))
    came = [row for row in rows if row.source == "linkedin"]
    (form, *further) = [row for row in came if row.kind is Kind.FORM]
    assert not further, "once the role is filled, nobody is looked for"
    assert form.contact == "u1/h1/c1/linkedin/2026-W02/g/cio"
    assert MIDNIGHT < form.time < MIDNIGHT + 7 * DAY, "in the week whose first evaluation found the role missing"
    joined = next(row for row in came if row.kind is Kind.JOINED_GROUP)
    assert (joined.reason, joined.time) == ("cio", form.time - form.time % DAY + DAY)
    (ready,) = [row for row in rows if row.kind is Kind.GROUP_READY and row.time == joined.time]
    assert ready.contact == HEAD.key


@pytest.mark.parametrize("fill", [None, "{audience_on: linkedin, below: 50%}"])
def test_without_fill_and_above_its_threshold_nobody_comes(fill: str | None) -> None:
    world = run_world((WATCHES, group(fill=fill)), [HEAD])
    assert [row for row in rows_of(world) if row.source == "linkedin"] == []


def test_without_the_scenario_s_activation_nobody_comes() -> None:
    world = dataclasses.replace(run_world((WATCHES, group(fill=FILL)), [HEAD]), matched_audiences=None)
    assert [row for row in rows_of(world) if row.source == "linkedin"] == []


def test_a_journey_s_activation_looks_for_the_missing_roles_for_its_time() -> None:
    walk = journey("- {id: a, activate: {audience_on: linkedin, for: 10d, buying_group: g}}\n- {id: w, wait: 90d}")
    forms = rows_of(run_world((walk, group(ready=None)), [HEAD]), Kind.FORM)
    assert [row.contact for row in forms if row.source] == ["u1/h1/c1/linkedin/2026-W03/g/cio"]


# --- the pilot in small

SMALL = (("population.accounts.contacts", 1_200), ("population.accounts.umbrellas", 8))


@cache
def pilot(length: str = "9w") -> World:
    workspace = with_set(load(ROOT), (*SMALL, ("length", length)), scenario="us-pilot")
    return world_of(workspace, "us-pilot", Draws(7))


def without_fill(world: World) -> World:
    """The same people, whose missing roles nobody looks for."""
    groups = {name: dataclasses.replace(found, fill=None) for name, found in world.program.groups.items()}
    return dataclasses.replace(world, program=dataclasses.replace(world.program, groups=groups))


def test_the_order_of_contacts_leaves_no_trace_in_groups() -> None:
    turned = dataclasses.replace(pilot(), persons=pilot().persons[::-1])
    one, other = (simulate(world, Draws(7, 0)).record.record() for world in (pilot(), turned))
    assert one.digest() == other.digest()
    assert len(one.rows_of(Kind.JOINED_GROUP)) > 20


def test_contacts_that_run_ahead_of_evaluations_record_what_those_who_wait_for_each_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ahead = simulate(pilot(), Draws(7, 1)).record.record()
    monkeypatch.setattr(AccountBook, "reached_from", lambda book, contact: book.next_after(book.done))
    assert simulate(pilot(), Draws(7, 1)).record.record().digest() == ahead.digest()


def test_who_comes_is_the_same_whether_all_accounts_are_drawn_at_once_or_those_where_somebody_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = simulate(pilot("12w"), Draws(7, 1)).record.record()
    assert "linkedin" in {row.source for row in whole.rows()}
    monkeypatch.setattr(audience_people, "_MANY", 0)
    pilot.cache_clear()
    assert simulate(pilot("12w"), Draws(7, 1)).record.record().digest() == whole.digest()


@pytest.mark.slow
def test_matched_audiences_make_groups_more_complete_by_more_than_chance() -> None:
    shares: list[list[float | None]] = []
    for world in (pilot("16w"), without_fill(pilot("16w"))):
        records = [simulate(world, Draws(7, k)).record.record() for k in range(5)]
        contexts = [context_of(world, Draws(7, k)) for k in range(5)]
        found = [
            summarise(record, context, measures=["group_completeness"])
            for record, context in zip(records, contexts, strict=True)
        ]
        shares.append([summary.value("group_completeness") for summary in found])
    difference = paired_difference(*shares, confidence=0.95)
    assert (difference.low or 0) > 0, "the interval excludes no effect"


@pytest.mark.slow
def test_whoever_has_left_a_group_may_live_past_the_outcome_of_its_next_lead() -> None:
    world, draws = generated_world(2, groups=True)
    record = simulate(world, Draws(draws.seed, 0)).record.record()
    assert len(record.rows_of(Kind.GROUP_READY)) > 0
