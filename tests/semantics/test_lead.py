"""The lead: its states, its ranks, how it ends, and what cooling does to its chances."""

from __future__ import annotations

from datetime import date
from math import exp, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import Calendar, to_utc
from journeyctl.fixed_point import CERTAIN, ONE
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.lead import (
    FINAL,
    TRANSITIONS,
    Answered,
    Begun,
    Finished,
    Gone,
    GrownStale,
    Lead,
    LeadEvent,
    LeadRules,
    LeadState,
    OutcomeOdds,
    Queued,
    Raised,
    Routed,
    Stage,
    Unanswered,
    happens,
    opened,
    rank_keys,
)
from journeyctl.spec import load
from journeyctl.units import Duration

NEW_YORK = "America/New_York"
CALENDAR = Calendar(NEW_YORK)
DAY = 86_400
MONDAY = to_utc(date(2026, 1, 5), 9 * 3_600, NEW_YORK)
ODDS = OutcomeOdds((CERTAIN // 10, CERTAIN // 2), round(0.3 * ONE), CERTAIN // 2, (("a", CERTAIN // 4), ("b", CERTAIN)))
WITH_QUALIFY = LeadRules(
    (Stage("enrich", "checkers"), Stage("log", automatic=True), Stage("call"), Stage("qualify"), Stage("handover")),
    2, 3, ODDS, 3, (Duration(business_days=1), Duration(business_days=2)), stale=Duration(seconds=30 * DAY),
)  # fmt: skip
CALL_ONLY = LeadRules((Stage("call"),), 0, 0, ODDS, 2, (Duration(business_days=1),), stale=Duration(seconds=30 * DAY))


def lead(rules: LeadRules, *, request: bool = True, name: str = "a", score: int = 0, at: int = MONDAY) -> Lead:
    return opened(rules, name, desk="desk", at=at, request=request, score=score, need=True, calendar=CALENDAR)


def play(rules: LeadRules, start: Lead, *events: tuple[int, LeadEvent]) -> tuple[Lead, list[tuple[Kind, str, int]]]:
    """The lead after the events (seconds after Monday 09:00), and kind, reason and value of the rows."""
    found: list[tuple[Kind, str, int]] = []
    for after, event in events:
        start, rows = happens(rules, start, event, MONDAY + after)
        found += [(row.kind, row.reason, row.value) for row in rows]
    return start, found


def waiting(rules: LeadRules = CALL_ONLY, **kwargs: object) -> Lead:
    return play(rules, lead(rules, **kwargs), (0, Routed("team")), (0, Queued()))[0]  # type: ignore[arg-type]  # arguments of lead


def test_an_accepted_lead_passes_every_state_of_a_long_process() -> None:
    accepted = LeadState.ACCEPTED
    final, rows = play(
        WITH_QUALIFY, lead(WITH_QUALIFY),
        (0, Routed("checkers", 60)), (0, Queued()), (5, Begun(1)), (60, Finished(1, 55)),
        (60, Queued()), (60, Begun()), (60, Finished()),
        (60, Routed("team", 900)), (60, Queued()), (100, Begun(2, 300)), (400, Answered(2, 200)),
        (600, Finished(2)), (600, Queued()), (700, Begun(2)), (900, Finished(2, 200, outcome=accepted)),
        (900, Queued()), (950, Begun(1)), (1_000, Finished(1, 50)),
    )  # fmt: skip
    assert final.state is accepted
    assert rows == [
        (Kind.ROUTED, "", 60), (Kind.ENRICHED, "", 55), (Kind.ROUTED, "", 900), (Kind.ATTEMPTED, "", 300),
        (Kind.CONNECTED, "", 200), (Kind.QUALIFIED, "accepted", 200), (Kind.ACCEPTED, "", 50),
    ]  # fmt: skip


def test_calls_that_nobody_answers_end_as_unreachable_after_the_stated_gaps() -> None:
    first, _ = play(CALL_ONLY, waiting(), (0, Begun(1, 60)), (60, Unanswered(CALENDAR)))
    assert (first.state, first.due, first.fresh) == (LeadState.WAITING, MONDAY + 60 + DAY, False)
    last, rows = play(CALL_ONLY, first, (DAY, Begun(1, 60)), (DAY + 60, Unanswered(CALENDAR)))
    assert last.state is LeadState.UNREACHABLE
    assert rows[-1] == (Kind.UNREACHABLE, "", 0)


def test_a_rejected_lead_says_why() -> None:
    outcome = Finished(1, outcome=LeadState.REJECTED, reason="no_budget")
    _, rows = play(CALL_ONLY, waiting(), (0, Begun(1)), (5, Answered(1)), (9, outcome))
    assert rows[-2:] == [(Kind.QUALIFIED, "rejected", 0), (Kind.REJECTED, "no_budget", 0)]


def test_who_does_not_pass_pre_qualification_is_rejected() -> None:
    start, _ = play(WITH_QUALIFY, lead(WITH_QUALIFY), (0, Routed("checkers")), (0, Queued()), (1, Begun(1)))
    assert play(WITH_QUALIFY, start, (60, Finished(1, 59, passed=False)))[1] == [(Kind.REJECTED, "not_passed", 59)]


STALE_AT = 30 * DAY


@pytest.mark.parametrize(
    ("events", "state", "reason"),
    [
        ([(STALE_AT - 1, GrownStale())], LeadState.WAITING, ""),
        ([(STALE_AT, GrownStale())], LeadState.EXPIRED, "stale"),
        # What is begun is finished, and a call that reaches the person saves the lead.
        ([(STALE_AT, Begun(1)), (STALE_AT, GrownStale())], LeadState.ATTEMPTED, ""),
        ([(STALE_AT, Begun(1)), (STALE_AT + 9, Unanswered(CALENDAR))], LeadState.EXPIRED, "stale"),
        ([(STALE_AT, Begun(1)), (STALE_AT + 9, Answered(1)), (STALE_AT + 9, GrownStale())], LeadState.CONNECTED, ""),
        ([(5, Gone())], LeadState.EXPIRED, "gone"),
        ([(5, Begun(1)), (6, Gone())], LeadState.ATTEMPTED, ""),
        ([(5, Begun(1)), (6, Gone()), (9, Unanswered(CALENDAR))], LeadState.EXPIRED, "gone"),
        ([(5, Gone()), (9, Raised(need=True))], LeadState.EXPIRED, "gone"),
    ],
)
def test_stale_and_gone_close_what_nobody_works_on(
    events: list[tuple[int, LeadEvent]], state: LeadState, reason: str
) -> None:
    final, _ = play(CALL_ONLY, waiting(), *events)
    assert (final.state, final.reason) == (state, reason)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([(5, Begun(1)), (6, Gone()), (60, Finished(1, 55))], "gone"),
        ([(STALE_AT - 5, Begun(1)), (STALE_AT, GrownStale()), (STALE_AT + 9, Finished(1, 14))], "stale"),
    ],
)
def test_who_has_left_or_waited_too_long_is_not_called_once_the_task_before_the_call_is_done(
    events: list[tuple[int, LeadEvent]], reason: str
) -> None:
    start, _ = play(WITH_QUALIFY, lead(WITH_QUALIFY), (0, Routed("checkers")), (0, Queued()))
    final, rows = play(WITH_QUALIFY, start, *events)
    assert (final.state, final.reason) == (LeadState.EXPIRED, reason)
    assert [(kind, why) for kind, why, _ in rows] == [(Kind.ENRICHED, ""), (Kind.EXPIRED, reason)]


def test_a_request_during_pre_qualification_makes_the_lead_a_request_and_leaves_the_task_where_it_is() -> None:
    start, _ = play(WITH_QUALIFY, lead(WITH_QUALIFY, request=False), (0, Routed("checkers")), (0, Queued()))
    raised, rows = play(WITH_QUALIFY, start, (500, Raised(need=True)))
    assert (raised.request, raised.due, raised.fresh, rows) == (True, start.due, start.fresh, [])


def test_a_lead_has_waited_until_its_first_attempt_however_often_it_is_called() -> None:
    assert waiting().waited == 0
    called, _ = play(
        CALL_ONLY, waiting(), (700, Begun(1)), (705, Unanswered(CALENDAR)), (2 * DAY, Queued()), (2 * DAY, Begun(1))
    )
    assert (called.attempts, called.waited) == (2, 700)


def test_the_first_call_and_every_later_one_have_their_own_chance_to_connect() -> None:
    rules = LeadRules((Stage("call"),), 0, 0, ODDS, connect=(CERTAIN // 2, CERTAIN // 4))
    u = CERTAIN // 3
    assert [rules.connects(attempt, u) for attempt in (1, 2, 9)] == [True, False, False]


def test_a_request_raises_a_scored_lead_and_its_due_time_starts_again() -> None:
    raised, rows = play(CALL_ONLY, waiting(request=False), (500, Raised(need=True)))
    assert (raised.request, raised.fresh, raised.due, rows) == (True, True, MONDAY + 500, [])


def test_a_request_during_an_unanswered_call_makes_the_next_call_due_at_once() -> None:
    called, _ = play(
        CALL_ONLY, waiting(request=False), (0, Begun(1)), (5, Raised(need=True)), (9, Unanswered(CALENDAR))
    )
    assert (called.due, called.fresh, called.request) == (MONDAY + 9, True, True)


def test_a_second_request_changes_nothing() -> None:
    before = waiting()
    assert play(CALL_ONLY, before, (500, Raised(need=True)))[0] == before


# --- ranks


def rank_at(key_of: Lead, rules: LeadRules, now: int) -> tuple[int, tuple[int, ...], int, str]:
    return [key for since, key in rank_keys(rules, key_of, CALENDAR) if since <= now][-1]


def follow_up(**kwargs: object) -> Lead:
    return play(CALL_ONLY, waiting(**kwargs), (0, Begun(1)), (0, Unanswered(CALENDAR)))[0]


@pytest.mark.parametrize(
    ("kind", "after_due", "rank"),
    [
        ("request", 0, 1),
        ("request", 3 * DAY, 1),
        ("request", 3 * DAY + 1, 0),
        ("scored", 3 * DAY, 3),
        ("scored", 3 * DAY + 1, 0),
        ("follow-up", 0, 4),
        ("follow-up", DAY, 4),
        ("follow-up", DAY + 1, 2),
        ("follow-up", 3 * DAY + 1, 0),
    ],
)
def test_ranks_rise_with_the_business_days_that_a_task_is_overdue(kind: str, after_due: int, rank: int) -> None:
    task = follow_up() if kind == "follow-up" else waiting(request=kind == "request")
    assert rank_at(task, CALL_ONLY, task.due + after_due)[0] == rank


def test_a_weekend_does_not_make_a_task_overdue() -> None:
    friday = MONDAY + 4 * DAY
    task = play(CALL_ONLY, lead(CALL_ONLY, at=friday), (4 * DAY, Routed("team")), (4 * DAY, Queued()))[0]
    assert rank_at(task, CALL_ONLY, friday + 5 * DAY)[0] == 1
    assert rank_at(task, CALL_ONLY, friday + 5 * DAY + 1)[0] == 0


def test_within_a_rank_the_earlier_due_time_comes_first_then_the_name() -> None:
    tasks = [waiting(name="b"), waiting(name="a"), waiting(name="c", at=MONDAY - 5)]
    assert [key[-1] for key in sorted(rank_at(task, CALL_ONLY, MONDAY) for task in tasks)] == ["c", "a", "b"]


def test_scored_leads_come_by_score_unless_the_desk_orders_by_arrival() -> None:
    early, high = waiting(request=False, name="early", at=MONDAY - 9), waiting(request=False, name="high", score=900)
    by_arrival = LeadRules((Stage("call"),), 0, 0, ODDS, order=("sales_request", "arrival"))
    for rules, first in ((CALL_ONLY, "high"), (by_arrival, "early")):
        assert min(rank_at(task, rules, MONDAY) for task in (early, high))[-1] == first


# --- outcomes


@given(need=st.booleans(), hours=st.integers(0, 5_000))
def test_the_odds_of_acceptance_fall_with_the_hours_until_the_first_call(need: bool, hours: int) -> None:
    share = (0.1, 0.5)[need]
    odds = share / (1 - share) * exp(-0.3 * log(1 + hours))
    found = ODDS.accepted_threshold(need=need, waited=hours * 3_600) / CERTAIN
    assert found == pytest.approx(odds / (1 + odds), abs=2e-5)


@given(u=st.integers(0, CERTAIN - 1), need=st.booleans(), waited=st.integers(0, 10**8), later=st.integers(0, 10**8))
def test_a_later_call_never_turns_another_outcome_into_acceptance(u: int, need: bool, waited: int, later: int) -> None:
    outcome, _ = ODDS.decide(u, need=need, waited=waited + later)
    if outcome is LeadState.ACCEPTED:
        assert ODDS.decide(u, need=need, waited=waited)[0] is LeadState.ACCEPTED


def test_outcomes_and_reasons_have_their_shares_in_one_draw() -> None:
    count = 40_000
    found = [ODDS.decide(u * (CERTAIN // count), need=True, waited=0) for u in range(count)]
    parts = {key: found.count(key) / count for key in set(found)}
    assert parts == {
        (LeadState.ACCEPTED, ""): pytest.approx(0.5, abs=1e-3),
        (LeadState.REJECTED, "a"): pytest.approx(0.0625, abs=1e-3),
        (LeadState.REJECTED, "b"): pytest.approx(0.1875, abs=1e-3),
        (LeadState.RECYCLED, ""): pytest.approx(0.25, abs=1e-3),
    }


@pytest.mark.parametrize("share", [0, CERTAIN])
def test_never_and_always_do_not_cool(share: int) -> None:
    odds = OutcomeOdds((share, share), ONE)
    assert odds.accepted_threshold(need=True, waited=10**7) == share


# --- the machine as a whole

EVENTS = st.sampled_from(
    [
        Routed("team"), Queued(), Begun(1, 60), Answered(1, 60), Unanswered(CALENDAR), Finished(1, 60), Gone(),
        Finished(1, 60, passed=False), GrownStale(), Raised(need=False),
        *(Finished(1, 60, outcome=state) for state in (LeadState.ACCEPTED, LeadState.REJECTED, LeadState.RECYCLED)),
    ]
)  # fmt: skip


@given(events=st.lists(EVENTS, max_size=30), rules=st.sampled_from([CALL_ONLY, WITH_QUALIFY]))
def test_whatever_is_tried_a_lead_only_moves_along_its_transitions_and_stays_closed(
    events: list[LeadEvent], rules: LeadRules
) -> None:
    current, closings = lead(rules), 0
    for number, event in enumerate(events):
        before = current
        try:
            current, rows = happens(rules, current, event, MONDAY + number * DAY)
        except (ValueError, AssertionError):
            continue
        closings += sum(Kind(state.value) in {row.kind for row in rows} for state in FINAL)
        if before.closed:
            assert (current, rows) == (before, ())
        elif current.state is not before.state:
            assert _leads_to(before.state, current.state)
    assert closings == current.closed


def _leads_to(state: LeadState, other: LeadState) -> bool:
    """In one or two transitions: a task's end may close the lead at the same second."""
    following = TRANSITIONS[state]
    return other in following or any(other in TRANSITIONS[between] for between in following)


def test_final_states_lead_nowhere_and_every_state_can_be_reached() -> None:
    assert all(TRANSITIONS[state] == frozenset() for state in FINAL)
    assert {LeadState.CREATED, *(s for following in TRANSITIONS.values() for s in following)} == set(LeadState)


def test_the_pilots_desks_are_read_as_written() -> None:
    desks = load(Path(__file__).parents[2]).desks
    american, german = LeadRules.of(desks["us-imaging"]), LeadRules.of(desks["de-imaging"])
    assert [stage.name for stage in american.stages] == ["log-status", "call", "qualify", "handover"]
    assert (american.call, american.decides, american.attempts, len(american.gaps)) == (1, 2, 6, 5)
    assert [round(share / CERTAIN, 4) for share in american.connect] == [0.35, 0.175]
    assert (german.stages[0].by, german.call) == ("pre-qualification", 2)
    assert [stage.name for stage in LeadRules.of(desks["field-direct"]).stages] == ["call"]
    assert [name for name, _ in american.odds.reasons] == ["no_budget", "no_need", "wrong_person"]
