"""Rules of a buying group at an account evaluation, and what its journeys make of the group's lead."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from journeyctl.calendars import Calendar
from journeyctl.graph.condition import Condition
from journeyctl.graph.group import BuyingGroup, GroupFill, GroupRole, Readiness
from journeyctl.graph.program import Scoring
from journeyctl.semantics.buying_group import (
    Member,
    account_score,
    called,
    engagement_of,
    group_engagement,
    in_heaviest_role,
    is_looked_for,
    is_ready,
    lead_name,
    may_hand_over,
    points_to_be_ready,
    role_weights,
    roles_needed,
)
from journeyctl.semantics.completeness import completeness
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import GroupChanged, GroupReady, LeadOutcome, SalesRequested
from journeyctl.units import Duration
from tests.semantics.worlds import DAY, ENTRY, HOUR, Life, journey, program

NOW = 1_770_000_000
SCORING = Scoring(
    points={"opened": {"human": 100, "machine": 100}, "clicked": {"human": 500, "machine": 0}},
    half_life_hours=24, fit=(), mql_score=None,
)  # fmt: skip


def group(*, again: Duration | None = None, engagement: float = 40.0) -> BuyingGroup:
    """The example of the acceptance scenario: three decision makers, five influencers."""
    roles = (GroupRole("decision-maker", 3, 3.0, None), GroupRole("influencer", 5, 1.0, None))
    ready = Readiness(0.7, engagement, "sales", again)
    return BuyingGroup("g", "ai", "clinic", roles, None, ready, GroupFill("linkedin", 0.7))


@pytest.mark.parametrize(
    ("assigned", "by_role", "overall"),
    [
        ((2, 2), (Fraction(2, 3), Fraction(2, 5)), Fraction(8, 15)),
        ((3, 5), (1, 1), 1),
        ((4, 9), (1, 1), 1),
        ((3, 2), (1, Fraction(2, 5)), Fraction(7, 10)),
        ((0, 0), (0, 0), 0),
    ],
)
def test_a17_two_of_three_and_two_of_five_make_53_percent_and_more_than_needed_stays_100(
    assigned: tuple[int, int], by_role: tuple[Fraction, Fraction], overall: Fraction
) -> None:
    needed = roles_needed(group())
    found = completeness(needed, dict(zip(needed, assigned, strict=True)), {"decision-maker": 3, "influencer": 1})
    assert tuple(found.by_role.values()) == by_role
    assert found.overall == overall


def test_a_threshold_that_is_met_exactly_is_met() -> None:
    at_70 = completeness(roles_needed(group()), {"decision-maker": 3, "influencer": 2}, {})
    assert is_ready(group(), at_70, Fraction(40))
    assert not is_ready(group(), at_70, Fraction(3999, 100))
    assert not is_looked_for(group(), at_70), "the audience looks below 70 %, not at it"
    below = completeness(roles_needed(group()), {"decision-maker": 2, "influencer": 2}, {})
    assert not is_ready(group(), below, Fraction(100))
    assert is_looked_for(group(), below)


@pytest.mark.parametrize(
    ("acts", "points"),
    [
        ([(NOW - DAY, "clicked")], 5),
        ([(NOW - DAY, "clicked"), (NOW - 2 * DAY, "opened")], 6),
        ([(NOW, "clicked")], 0),
        ([(NOW - 30 * DAY, "clicked")], 5),
        ([(NOW - 30 * DAY - 1, "clicked")], 0),
        ([(NOW - DAY, "page_viewed")], 0),
        ([(NOW - DAY + second, "clicked") for second in range(25)], 100),
        ([(NOW - DAY + second, "clicked") for second in range(25)] + [(NOW - 3 * DAY, "clicked")], 105),
    ],
)
def test_engagement_counts_points_of_30_days_and_at_most_20_of_one_act_a_day(
    acts: list[tuple[int, str]], points: int
) -> None:
    assert engagement_of(acts, NOW, scoring=SCORING, zone="UTC") == points * 100


def test_a_group_s_engagement_weighs_members_by_role_and_ends_at_100() -> None:
    maker, voice = Member("a", "decision-maker", 0, 1_000), Member("b", "influencer", 0, 1_000)
    # Weights 3 and 1 against their mean of 2: ten points of a decision maker count fifteen, of an influencer five.
    assert group_engagement(group(), [maker]) == 15
    assert group_engagement(group(), [voice]) == 5
    assert group_engagement(group(), [maker, voice]) == 20
    assert group_engagement(group(), [Member("a", "decision-maker", 0, 10**6)]) == 100
    assert group_engagement(group(), []) == 0


@pytest.mark.parametrize("asked", [0.0, 0.3, 33.3, 40.0, 99.9, 100.0])
def test_a_group_is_ready_from_just_those_points_on_that_make_its_engagement(asked: float) -> None:
    found, rules = (
        completeness(roles_needed(group()), {"decision-maker": 3, "influencer": 2}, {}),
        group(engagement=asked),
    )
    least, weights = points_to_be_ready(rules, found), role_weights(rules)
    assert weights == {"decision-maker": 3, "influencer": 1}
    assert least is not None
    for points in range(max(0, least - 9), least + 9):
        members = [Member("a", "decision-maker", 0, points // 3), Member("b", "influencer", 0, points % 3)]
        assert is_ready(rules, found, group_engagement(rules, members)) is (points >= least)


def test_no_points_make_a_group_ready_that_is_too_small_asks_for_too_much_or_gives_no_role_a_weight() -> None:
    needed = roles_needed(group())
    whole, part = (completeness(needed, {"decision-maker": many, "influencer": 5}, {}) for many in (3, 0))
    weightless = replace(group(), roles=tuple(replace(role, weight=0.0) for role in group().roles))
    asking = replace(group(), ready=Readiness(0.7, 100.5, "sales", None))
    assert points_to_be_ready(group(), part) is None
    assert points_to_be_ready(asking, whole) is None
    assert points_to_be_ready(weightless, whole) is None
    assert points_to_be_ready(replace(group(), ready=None), whole) is None
    assert points_to_be_ready(replace(weightless, ready=Readiness(0.7, 0.0, "sales", None)), whole) == 0


def test_the_person_called_has_the_heaviest_role_then_the_highest_score_then_the_lower_key() -> None:
    makers = [Member(key, "decision-maker", score, 0) for key, score in (("c", 5), ("b", 9), ("a", 9))]
    keen = Member("z", "influencer", 99, 0)
    assert called(group(), [keen, *makers]) == makers[2]
    assert in_heaviest_role(group(), [keen, *makers]) == makers
    assert called(group(), [keen]) == keen
    assert called(group(), []) is None


@pytest.mark.parametrize(
    ("again", "leads", "closed_at", "may"),
    [
        (None, 0, None, True),
        (None, 1, NOW - 400 * DAY, False),
        (Duration(seconds=10 * DAY), 1, None, False),
        (Duration(seconds=10 * DAY), 1, NOW - 10 * DAY + 1, False),
        (Duration(seconds=10 * DAY), 1, NOW - 10 * DAY, True),
    ],
)
def test_a_group_is_handed_over_again_only_when_its_lead_is_over_and_again_has_passed(
    again: Duration | None, leads: int, closed_at: int | None, *, may: bool
) -> None:
    assert may_hand_over(group(again=again), leads=leads, closed_at=closed_at, now=NOW, calendar=Calendar("UTC")) is may


@pytest.mark.parametrize(("how", "score"), [("sum", 100), ("max", 70), ("mean", 50), ("other", 70)])
def test_an_account_s_score_is_rolled_up_over_contacts_with_points(how: str, score: int) -> None:
    assert account_score(how, [30, 0, 70]) == score
    assert account_score(how, [0, 0]) == 0


def test_a_group_without_ready_is_never_ready_and_makes_no_lead_of_its_own() -> None:
    unready = replace(group(), ready=None)
    complete = completeness(roles_needed(unready), {"decision-maker": 3, "influencer": 5}, {})
    assert not is_ready(unready, complete, Fraction(100))
    assert not may_hand_over(unready, leads=0, closed_at=None, now=NOW, calendar=Calendar("UTC"))


def test_roles_without_weight_engage_nobody() -> None:
    weightless = replace(group(), roles=(GroupRole("guest", 1, 0.0, None),))
    assert group_engagement(weightless, [Member("a", "guest", 0, 9_000)]) == 0


def test_a_group_s_leads_are_counted_in_their_names() -> None:
    assert [lead_name("u1/h2", "g", number) for number in (1, 2)] == ["u1/h2~g~1", "u1/h2~g~2"]


def test_a_mean_of_scores_is_rounded_half_up() -> None:
    assert account_score("mean", [1, 2]) == 2
    assert account_score("mean", [1, 1, 2]) == 1


# --- journeys and the group's lead

GROUP = """
kind: buying_group
name: g
interest: t
scope: clinic
roles: {head: {need: 1, weight: 1, when: contact.role = "head"}}
joins: score >= 20
ready: {completeness: 70%, engagement: 40, handoff: sales, again: 180d}
"""
WAITS = journey("""
- {id: w, wait: 1h}
- {id: h, handoff: {buying_group: g, outcomes: {not_ready: cold, accepted: won, rejected: lost}}}
- {id: cold, end: cold}
- {id: won, end: won}
- {id: lost, end: lost}
""")
LEAD = "u1~g~1"


def told(lead: str | None, *, ready: bool = True) -> GroupChanged:
    return GroupChanged("g", completeness=1.0, ready=ready, missing_roles=(), my_role="head", lead=lead)


def test_a_colleague_s_handoff_joins_the_group_s_lead_and_gets_its_outcome() -> None:
    found = Life(program(WAITS, GROUP)).post(0, told(LEAD), GroupReady("g"))
    found.post(2 * DAY, LeadOutcome("sales", LEAD, "accepted")).run()
    assert found.of(Kind.HANDED_OFF) == []
    assert [(e.time - ENTRY, e.lead, e.group, e.reason) for e in found.of(Kind.MERGED)] == [(HOUR, LEAD, "g", "score")]
    assert [(e.lead, e.group, e.reason) for e in found.of(Kind.SYNCED)] == [(LEAD, "g", "accepted")]
    assert found.ends() == ["2d 00:00 won"]
    assert found.contact.group_leads == {"g": ""}
    assert not found.contact.leads


def test_the_member_who_is_called_has_the_lead_open_and_a_request_raises_it() -> None:
    found = Life(program(WAITS, GROUP)).post(0, told(LEAD), GroupReady("g", LEAD, "sales")).post(DAY, SalesRequested())
    found.run(DAY + HOUR)
    assert [(e.lead, e.desk, e.group, e.journey) for e in found.of(Kind.HANDED_OFF)] == [(LEAD, "sales", "g", "")]
    assert [lead.name for lead in found.contact.leads.values()] == [LEAD]
    assert [e.lead for e in found.of(Kind.MERGED)] == [LEAD]


def test_a_group_joins_the_open_lead_of_the_member_who_is_called() -> None:
    own = journey("- {id: h, handoff: {desk: sales, outcomes: {accepted: done}}}\n- {id: done, end: done}")
    found = Life(program(own, GROUP)).run(HOUR)
    (lead,) = (lead.name for lead in found.contact.leads.values())
    found.post(DAY, told(lead), GroupReady("g", lead, "sales")).run(2 * DAY)
    assert [(e.lead, e.group) for e in found.of(Kind.MERGED)] == [(lead, "g")]
    assert len(found.of(Kind.HANDED_OFF)) == 1
    found.post(3 * DAY, LeadOutcome("sales", lead, "accepted")).run()
    assert found.ends() == ["3d 00:00 done"]
    assert found.contact.group_leads == {"g": ""}
    assert not found.contact.leads


def test_a_group_whose_lead_is_over_rests_and_is_not_ready_for_a_handoff() -> None:
    found = Life(program(WAITS, GROUP)).post(0, told("")).run()
    assert found.ends() == ["0d 01:00 cold"]


def test_outcomes_of_other_leads_change_nothing() -> None:
    found = Life(program(WAITS, GROUP)).post(0, told(LEAD)).post(DAY, LeadOutcome("sales", "u1~g~2", "accepted"))
    assert found.run(10 * DAY).of(Kind.SYNCED) == []
    assert found.contact.group_leads == {"g": LEAD}


def test_missing_roles_are_put_into_an_audience_in_the_name_of_their_group() -> None:
    steps = "- {id: a, activate: {audience_on: linkedin, for: 30d, buying_group: g}}"
    scenario = """
kind: scenario
name: s
population: {accounts: {umbrellas: 1, hospitals_per_umbrella: 1, clinics_per_hospital: 1, contacts: 1}}
activation: {linkedin: {fills_role: 3%, per: 30d}}
start: 2026-01-05
length: 4w
"""
    found = Life(program(journey(steps), GROUP, scenario)).run().of(Kind.ACTIVATED)
    assert [(e.channel, e.group, e.value - e.time) for e in found] == [("linkedin", "g", 30 * DAY)]


def test_a_condition_is_parsed_once_and_belongs_to_its_group() -> None:
    lowered = program(WAITS, GROUP).groups["g"]
    assert lowered.conditions() == (Condition.of("score >= 20"), Condition.of('contact.role = "head"'))
    assert lowered.ready == Readiness(0.7, 40.0, "sales", Duration(seconds=180 * DAY))
