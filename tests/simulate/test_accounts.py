"""The account book: what it makes of rows and facts at each evaluation, and what it never shows too early."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN
from journeyctl.model.values import Activation, Assumed
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.stimuli import FieldChanged, GroupChanged, GroupReady, LeadOutcome
from journeyctl.simulate.account_rules import BookRules
from journeyctl.simulate.accounts import NEVER, AccountBook, Evaluation, evaluation_times
from journeyctl.simulate.group_rules import Account
from journeyctl.simulate.group_scope import GroupScope, membership
from journeyctl.simulate.matched_audiences import weekly
from journeyctl.units import Duration
from tests.semantics.worlds import DAY, HOUR, MIDNIGHT, journey
from tests.simulate.group_worlds import book, clicked, group, person, scored, small_program

HEAD, CIO = person("u1/h1/c1/p1", "head"), person("u1/h1/c1/p2", "cio")
BY_CLICK = 'clicks(topic: "t", within: duration("P10D")) >= 1'


def nights(found: AccountBook, until: int) -> list[Evaluation]:
    """Every evaluation up to a second, itself included."""
    return [found.evaluate(time) for time in found.times if found.done < time <= until]


def news(found: Sequence[Evaluation], kind: type) -> list[tuple[str, int, object]]:
    """What of one kind reached contacts."""
    return [entry for evaluation in found for entry in evaluation.stimuli if isinstance(entry[2], kind)]


def rows(found: Sequence[Evaluation], kind: Kind) -> list[tuple[str, str, int, str]]:
    """Contact, group, second and reason of the rows of one kind."""
    return [
        (whom.key, row.group, row.time, row.reason)
        for evaluation in found
        for whom, row in evaluation.rows
        if row.kind is kind
    ]


# --- when


def test_evaluations_are_nightly_at_the_workspace_s_time_in_its_zone() -> None:
    walk = small_program(journey("- {id: e, end: e}"))
    assert evaluation_times(walk, MIDNIGHT, MIDNIGHT + 3 * DAY) == tuple(MIDNIGHT + k * DAY for k in range(3))
    assert evaluation_times(walk, MIDNIGHT + 1, MIDNIGHT + DAY) == ()


@pytest.mark.parametrize(("second", "seen"), [(DAY - 1, 1), (DAY, 2), (DAY + 1, 2)])
def test_an_act_is_visible_from_the_first_evaluation_after_it_and_not_before(second: int, seen: int) -> None:
    found = book(small_program(group(joins=BY_CLICK)), [HEAD])
    assert found.note(HEAD.key, clicked(MIDNIGHT + second)), "the row can make somebody a member"
    joined = rows(nights(found, MIDNIGHT + 5 * DAY), Kind.JOINED_GROUP)
    assert joined == [(HEAD.key, "g", MIDNIGHT + seen * DAY, "head")]


def test_rows_may_be_told_ahead_of_the_evaluations_that_must_not_see_them() -> None:
    early, late = (book(small_program(group(joins=BY_CLICK)), [HEAD]) for _ in range(2))
    early.note(HEAD.key, clicked(MIDNIGHT + 4 * DAY + HOUR))
    first = nights(early, MIDNIGHT + 4 * DAY)
    second = nights(late, MIDNIGHT + 4 * DAY)
    late.note(HEAD.key, clicked(MIDNIGHT + 4 * DAY + HOUR))
    assert first == second
    assert not news(first, GroupChanged)
    assert nights(early, MIDNIGHT + 9 * DAY) == nights(late, MIDNIGHT + 9 * DAY)


def test_facts_count_from_their_own_second_on() -> None:
    found = small_program(group(roles='{head: {need: 1, when: contact.role = "head"}}', ready=None))
    scope = GroupScope(("g",))
    belongs, period = membership(found, scope, changing=["contact.role"]), (MIDNIGHT, MIDNIGHT + 20 * DAY)
    made = AccountBook(BookRules.of(found, scope, belongs, period), Draws(7, 0))
    made.admit(CIO, [(MIDNIGHT + 2 * DAY, "contact.role", "head"), (MIDNIGHT + 4 * DAY + 1, "contact.role", "cio")])
    roles = [(time, change.my_role) for _, time, change in news(nights(made, MIDNIGHT + 9 * DAY), GroupChanged)]  # type: ignore[attr-defined]  # of this kind
    assert roles == [(MIDNIGHT + 2 * DAY, "head"), (MIDNIGHT + 5 * DAY, None)]


# --- members, roles, completeness


def test_without_joins_a_fitting_role_makes_a_member_and_a_leaver_is_none() -> None:
    found = book(small_program(group(ready=None)), [HEAD, CIO, person("u1/h1/c1/p3", "other")])
    nights(found, MIDNIGHT)
    found.set_field(CIO.key, MIDNIGHT + HOUR, "contact.left_company", True)
    changes = news(nights(found, MIDNIGHT + DAY), GroupChanged)
    assert changes == [
        (HEAD.key, MIDNIGHT + DAY, GroupChanged("g", 0.5, False, ("cio",), "head", "")),
    ]


def test_a_role_is_lost_when_the_acts_behind_it_are_too_long_ago() -> None:
    roles = f"{{keen: {{need: 1, when: '{BY_CLICK}'}}, cio: {{need: 1, when: contact.role = \"cio\"}}}}"
    found = book(small_program(group(roles=roles, ready=None)), [HEAD, CIO])
    found.note(HEAD.key, clicked(MIDNIGHT + HOUR))
    states = rows(nights(found, MIDNIGHT + 20 * DAY), Kind.FACT)
    assert [(time - MIDNIGHT, reason) for _, _, time, reason in states] == [
        (0, "missing_roles=keen"), (DAY, "missing_roles="), (11 * DAY, "missing_roles=keen"),
    ]  # fmt: skip


def test_news_is_told_only_where_something_has_changed() -> None:
    found = book(small_program(group(joins="score >= 20", ready=None)), [HEAD, CIO])
    found.note(HEAD.key, scored(MIDNIGHT + 1, 25))
    for day in range(3):
        found.note(HEAD.key, clicked(MIDNIGHT + day * DAY + 2))
        found.note(HEAD.key, scored(MIDNIGHT + day * DAY + 3, 30 + day))
    assert [time - MIDNIGHT for _, time, _ in news(nights(found, MIDNIGHT + 20 * DAY), GroupChanged)] == [DAY]


def test_the_outcome_of_a_group_s_lead_reaches_nobody_who_was_never_told_of_the_lead() -> None:
    """Somebody who left before may have lived on past the CRM sync: nothing has held it back."""
    leaver = person("u1/h1/c1/p3", "cio")
    made_of_three = book(
        small_program(
            group(
                roles='{head: {need: 1, when: contact.role = "head"}, cio: {need: 2, when: contact.role = "cio"}}',
                ready="{completeness: 75%, handoff: sales}", joins="score >= 20",
            )
        ),
        [HEAD, CIO, leaver],
    )  # fmt: skip
    made_of_three.note(leaver.key, scored(MIDNIGHT + 1, 30))
    nights(made_of_three, MIDNIGHT + DAY)
    made_of_three.set_field(leaver.key, MIDNIGHT + DAY + 1, "contact.left_company", True)
    made_of_three.note(HEAD.key, scored(MIDNIGHT + DAY + 2, 30))
    made_of_three.note(CIO.key, scored(MIDNIGHT + DAY + 3, 30))
    (lead,) = nights(made_of_three, MIDNIGHT + 2 * DAY)[-1].leads
    ended = MIDNIGHT + 3 * DAY + HOUR, LeadOutcome("sales", lead.lead, "rejected")
    told = made_of_three.outcome(lead.contact, *ended)
    assert {key for key, _, _ in told} == {HEAD.key, CIO.key} - {lead.contact}


@pytest.mark.parametrize(("points", "wakes"), [(19, False), (20, True), (21, True)])
def test_a_score_below_what_every_condition_asks_for_wakes_nobody(points: int, wakes: bool) -> None:
    found = book(small_program(group(joins=f"score >= 20 or {BY_CLICK}")), [HEAD])
    assert found.note(HEAD.key, scored(MIDNIGHT + 1, points)) is wakes
    assert bool(rows(nights(found, MIDNIGHT + DAY), Kind.JOINED_GROUP)) is wakes


def test_where_a_low_score_can_make_a_member_every_score_wakes() -> None:
    found = book(small_program(group(joins="not (score >= 20)")), [HEAD])
    assert found.note(HEAD.key, scored(MIDNIGHT + 1, 1))


def test_a_condition_that_time_can_make_true_is_asked_in_every_evaluation() -> None:
    found = book(small_program(group(joins='today() >= date("2026-01-08")', ready=None)), [HEAD])
    assert [time for _, _, time, _ in rows(nights(found, MIDNIGHT + 9 * DAY), Kind.JOINED_GROUP)] == [
        MIDNIGHT + 3 * DAY
    ]
    assert found.reached_from(HEAD.key) == MIDNIGHT + 10 * DAY


def test_a_contact_that_has_done_nothing_need_not_wait_for_evaluations() -> None:
    found = book(small_program(group(joins=BY_CLICK)), [HEAD])
    assert found.reached_from(HEAD.key) == NEVER
    assert found.concerns(HEAD.key)
    assert not found.note(HEAD.key, Effect(MIDNIGHT + 5, Kind.OPENED, item="a", who="human"))
    assert not found.concerns("u9/h1/c1/p1")
    found.note(HEAD.key, clicked(MIDNIGHT + 6))
    nights(found, MIDNIGHT + DAY)
    assert found.reached_from(HEAD.key) == MIDNIGHT + 2 * DAY, "a member can be reached by what colleagues do"


def test_a19_a_person_in_two_groups_counts_in_each() -> None:
    found = book(small_program(group("g", joins=BY_CLICK), group("h", scope="hospital", joins=BY_CLICK)), [HEAD])
    found.note(HEAD.key, clicked(MIDNIGHT + HOUR))
    night = nights(found, MIDNIGHT + DAY)
    assert rows(night, Kind.JOINED_GROUP) == [
        (HEAD.key, "g", MIDNIGHT + DAY, "head"), (HEAD.key, "h", MIDNIGHT + DAY, "head"),
    ]  # fmt: skip
    assert [(whom, row.group) for e in night for whom, row in e.rows if row.kind is Kind.FACT] == [
        (Account("u1/h1/c1", "u1/h1", "u1"), "g"), (Account("", "u1/h1", "u1"), "h"),
    ]  # fmt: skip


# --- leads


def test_a_ready_group_makes_one_lead_and_another_only_after_it_is_over_and_again_has_passed() -> None:
    found = book(small_program(group()), [HEAD, CIO])
    (first,) = found.evaluate(MIDNIGHT).leads
    assert (first.contact, first.desk, first.lead, first.merged) == (HEAD.key, "sales", "u1/h1/c1~g~1", False)
    assert not [lead for night in nights(found, MIDNIGHT + 20 * DAY) for lead in night.leads]
    synced = MIDNIGHT + 20 * DAY + 2 * HOUR
    outcome = LeadOutcome("sales", first.lead, "recycled")
    assert found.outcome(HEAD.key, synced, outcome) == ((CIO.key, synced, outcome),), "colleagues learn it as well"
    found.note(HEAD.key, Effect(synced, Kind.SYNCED, lead=first.lead, desk="sales", reason="recycled"))
    later = nights(found, MIDNIGHT + 40 * DAY)
    assert [(lead.lead, night.stimuli[0][1]) for night in later for lead in night.leads] == [
        ("u1/h1/c1~g~2", MIDNIGHT + 31 * DAY)
    ], "ten days after the sync, at the next evaluation"


def test_members_get_group_ready_and_the_one_who_is_called_gets_the_lead() -> None:
    found = book(small_program(group()), [HEAD, CIO])
    ready = {key: stimulus for key, _, stimulus in found.evaluate(MIDNIGHT).stimuli if isinstance(stimulus, GroupReady)}
    assert ready == {HEAD.key: GroupReady("g", "u1/h1/c1~g~1", "sales"), CIO.key: GroupReady("g")}


def test_a_group_joins_the_lead_that_the_called_member_has_open_at_the_desk() -> None:
    found = book(small_program(group(joins="score >= 1")), [HEAD, CIO])
    found.note(HEAD.key, Effect(MIDNIGHT + 1, Kind.HANDED_OFF, lead="own", desk="sales", reason="request"))
    for one in (HEAD, CIO):
        found.note(one.key, scored(MIDNIGHT + 2, 5))
    leads = [lead for night in nights(found, MIDNIGHT + DAY) for lead in night.leads]
    assert [(lead.lead, lead.merged) for lead in leads] == [("own", True)]


def test_a_member_who_joins_while_the_outcome_is_on_its_way_gets_it_too() -> None:
    third = person("u1/h1/c1/p3", "cio", at=MIDNIGHT + DAY + HOUR)
    found = book(small_program(group()), [HEAD, CIO, third])
    (lead,) = found.evaluate(MIDNIGHT).leads
    found.evaluate(MIDNIGHT + DAY)
    outcome, synced = LeadOutcome("sales", lead.lead, "accepted"), MIDNIGHT + 2 * DAY + 2 * HOUR
    found.outcome(HEAD.key, synced, outcome)
    told = found.evaluate(MIDNIGHT + 2 * DAY).stimuli
    assert (third.key, synced, outcome) in told


def test_engagement_keeps_a_complete_group_back() -> None:
    ready = "{completeness: 100%, engagement: 10, handoff: sales}"
    found = book(small_program(group(ready=ready)), [HEAD, CIO])
    found.note(HEAD.key, clicked(MIDNIGHT + HOUR))
    found.note(HEAD.key, clicked(MIDNIGHT + DAY + HOUR))
    # Five points of the head count 7.5, since its weight is 3 and the mean is 2.
    assert [bool(night.leads) for night in nights(found, MIDNIGHT + 3 * DAY)] == [False, False, True, False]


@pytest.mark.parametrize(("further", "until"), [((), 31), ((10 * DAY + HOUR,), 32), ((30 * DAY + HOUR,), 32)])
def test_a_group_is_ready_until_its_acts_are_thirty_days_old(further: tuple[int, ...], until: int) -> None:
    ready = "{completeness: 100%, engagement: 10, handoff: sales}"
    found = book(small_program(group(ready=ready)), [HEAD, CIO])
    for time in (HOUR, DAY + HOUR, *further):
        found.note(HEAD.key, clicked(MIDNIGHT + time))
    told = [
        (time, news.ready)
        for night in nights(found, MIDNIGHT + 50 * DAY)
        for key, time, news in night.stimuli
        if isinstance(news, GroupChanged) and key == HEAD.key
    ]
    changes = [(time, now) for (time, now), (_, before) in zip(told[1:], told, strict=False) if now != before]
    assert changes == [(MIDNIGHT + 2 * DAY, True), (MIDNIGHT + until * DAY, False)]


# --- accounts


def test_a18_each_clinic_has_its_own_state_and_scores_roll_up_by_the_declared_rule() -> None:
    found = small_program(group(ready=None, joins="score >= 20"))
    people = [person(f"u1/h1/c{k}/p1", "head") for k in (1, 2, 3)]
    scope = GroupScope(("g",), ("clinic.score", "hospital.asked", "hospital.score"))
    belongs, period = membership(found, scope, changing=()), (MIDNIGHT, MIDNIGHT + 9 * DAY)
    made = AccountBook(BookRules.of(found, scope, belongs, period), Draws(7, 0))
    for one in people:
        made.admit(one)
    made.evaluate(MIDNIGHT)
    for one, points in zip(people, (30, 10, 0), strict=True):
        made.note(one.key, scored(MIDNIGHT + HOUR, points))
    made.note(people[1].key, Effect(MIDNIGHT + HOUR, Kind.ASKED, who="human"))
    night = made.evaluate(MIDNIGHT + DAY)
    known = {(key, s.path): s.value for key, _, s in night.stimuli if isinstance(s, FieldChanged)}
    assert known == {
        (people[0].key, "clinic.score"): 30.0, (people[1].key, "clinic.score"): 10.0,
        **{(one.key, "hospital.score"): 30.0 for one in people},
        **{(one.key, "hospital.asked"): True for one in people},
    }  # fmt: skip
    assert [key for key, _, s in night.stimuli if isinstance(s, GroupChanged)] == [people[0].key], "only its own clinic"


# --- chances


def test_a_platform_s_chance_is_brought_to_one_week_and_is_the_behaviour_s_where_it_says_none() -> None:
    monthly = Activation(fills_role=Assumed(0.03), per=Duration(seconds=30 * DAY))
    assert abs(weekly(monthly) / CERTAIN - 0.03 * 7 / 30) < 1e-9  # type: ignore[operator]  # it says a chance
    assert weekly(Activation(fills_role=Assumed(0.5), per=Duration(seconds=DAY))) == CERTAIN
    assert weekly(Activation()) is None


# --- order


def test_neither_the_order_of_contacts_nor_of_telling_matters() -> None:
    documents = (group(joins=BY_CLICK), group("h", scope="hospital", joins="score >= 5", ready=None))
    people = [
        person(f"u{u}/h1/c{c}/p{k}", role) for u in (1, 2) for c in (1, 2) for k, role in enumerate(("head", "cio"))
    ]
    told = [(one.key, clicked(MIDNIGHT + k * 7_001)) for k, one in enumerate(people * 9)]
    told += [(key, scored(effect.time + 1, 3 + effect.time % 5)) for key, effect in told]

    def life(order: random.Random | None) -> list[Evaluation]:
        shuffled = people if order is None else order.sample(people, len(people))
        found = book(small_program(*documents), shuffled)
        # Of one contact the rows come in the order of time; contacts come in any order.
        keys = [one.key for one in shuffled]
        for key in keys:
            for name, effect in sorted(told, key=lambda entry: entry[1].time):
                if name == key:
                    found.note(key, effect)
        return nights(found, MIDNIGHT + 50 * DAY)

    expected = life(None)
    assert any(night.leads for night in expected)
    for seed in range(3):
        assert life(random.Random(seed)) == expected  # noqa: S311  (shuffles a test's contacts)
