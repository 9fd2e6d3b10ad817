from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.graph.program import Scoring
from journeyctl.semantics import scoring
from journeyctl.semantics.completeness import assign_roles, completeness, fewest
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.scoring import Score
from journeyctl.semantics.stimuli import (
    Clicked,
    CustomEvent,
    FieldChanged,
    FormSubmitted,
    Opened,
    PageViewed,
    Unsubscribed,
)
from tests.semantics.worlds import DAY, HOUR, JOHN, Life, journey, program

RULES = Scoring(points={}, half_life_hours=24, fit=(), mql_score=2_500, mql_again=10 * DAY)
WAIT = "[{id: s, send: a}, {id: w, wait: 200d}]"
POINTS = """
kind: scoring
points:
  {opened: 1, clicked: {human: 5, machine: 0}, page_viewed: 3, form_submitted: 20, webinar: 12.5, unsubscribed: -4}
decay: {half_life: 1d}
fit: {A: contact.role = "head", B: account.is_customer}
mql: {score: 25, fit: [A], again: 10d}
"""


@pytest.mark.parametrize(
    ("elapsed", "left"),
    [(0, 1_000), (HOUR - 1, 1_000), (HOUR, 972), (2 * HOUR - 1, 972), (12 * HOUR, 707), (DAY, 500), (3 * DAY, 125),
     (30 * DAY, 0), (4_000 * DAY, 0)],
)  # fmt: skip
def test_a_score_decays_by_whole_hours_since_its_last_change(elapsed: int, left: int) -> None:
    assert scoring.current(RULES, Score(1_000, 77), 77 + elapsed) == left


def test_without_a_half_life_or_without_scoring_nothing_decays() -> None:
    flat = Scoring(points={}, half_life_hours=None, fit=(), mql_score=None)
    assert (
        scoring.current(flat, Score(1_000, 0), 900 * DAY) == scoring.current(None, Score(1_000, 0), 900 * DAY) == 1_000
    )
    assert scoring.points_for(None, "opened", "human") == 0
    assert scoring.fit_of(None, None) is None  # type: ignore[arg-type]  # nothing is asked
    assert not scoring.becomes_mql(flat, Score(9_000, 0), fit=None, now=0)
    assert not scoring.becomes_mql(None, Score(9_000, 0), fit=None, now=0)


@given(st.lists(st.tuples(st.integers(0, 40 * HOUR), st.integers(-500, 3_000)), max_size=30))
def test_a_score_never_falls_below_zero_and_never_grows_by_itself(changes: list[tuple[int, int]]) -> None:
    score, now = Score(), 0
    for pause, points in changes:
        before = score.hundredths
        now += pause
        decayed = scoring.current(RULES, score, now)
        assert 0 <= decayed <= before
        scoring.add(RULES, score, points, now)
        assert score.hundredths == max(0, decayed + points) == scoring.current(RULES, score, now)


def test_points_are_added_at_the_event_for_acts_of_people() -> None:
    found = Life(program(journey(WAIT), POINTS)).run(0)
    found.post(60, Opened("a", 1), Opened("a", 1, who="machine"), Clicked("a", 1), Clicked("a", 1, who="machine"))
    found.post(120, PageViewed(), FormSubmitted(), CustomEvent("webinar"), Unsubscribed()).run(HOUR)
    assert [(e.reason, e.value) for e in found.of(Kind.SCORED)] == [
        ("opened", 100), ("clicked", 600), ("page_viewed", 900), ("form_submitted", 2_900), ("unsubscribed", 2_500),
        ("webinar", 3_750),
    ]  # fmt: skip


def mqls(found: Life, days: int) -> list[int]:
    return [effect.time // DAY for effect in found.run(days * DAY).of(Kind.MQL)]


def test_the_event_happens_once_until_the_score_has_fallen_below_and_again_has_passed() -> None:
    found = Life(program(journey(WAIT), POINTS))
    for day in (1, 2):
        found.post(day * DAY, FormSubmitted(), CustomEvent("webinar"))
    start = mqls(found, 3)[0]
    assert len(found.of(Kind.MQL)) == 1, "not again while above"
    found.post(8 * DAY, FormSubmitted(), FormSubmitted())
    assert len(mqls(found, 9)) == 1, "fallen below, but again has not passed"
    found.post(12 * DAY, FormSubmitted(), FormSubmitted())
    assert [day - start for day in mqls(found, 13)] == [0, 11]


def test_fit_and_score_must_both_reach_the_threshold_and_fit_is_reread_at_a_change() -> None:
    fields = JOHN | {"contact.role": "cio"}
    found = Life(program(journey(WAIT), POINTS), fields).post(HOUR, FormSubmitted(), FormSubmitted()).run(2 * HOUR)
    assert found.of(Kind.MQL) == []
    found.post(2 * HOUR, FieldChanged("clinic.is_customer", value=True)).run(3 * HOUR)
    assert found.of(Kind.MQL) == [], "grade B is not asked for"
    found.post(3 * HOUR, FieldChanged("contact.role", "head")).run(4 * HOUR)
    assert [(e.reason, e.value) for e in found.of(Kind.MQL)] == [("A", 3_775)]


def test_exits_see_score_and_fit_as_soon_as_they_change() -> None:
    exits = '[{when: score > 10, end: hot}, {when: fit = "B", end: customer}]'.replace(
        'when: fit = "B"', "when: 'fit = \"B\"'"
    )
    walk = program(journey("[{id: w, wait: 20d}]", exits=exits), POINTS.replace('role = "head"', 'role = "other"'))
    assert Life(walk).post(HOUR, CustomEvent("webinar")).run().ends() == ["0d 01:00 hot"]
    assert Life(walk).post(HOUR, FieldChanged("clinic.is_customer", value=True)).run().ends() == ["0d 01:00 customer"]


def test_any_fit_qualifies_where_the_threshold_names_none_and_again_may_be_never() -> None:
    rules = "kind: scoring\npoints: {form_submitted: 20}\nmql: {score: 20}"
    found = Life(program(journey(WAIT), rules), JOHN | {"contact.role": "cio"}).post(HOUR, FormSubmitted())
    found.post(2 * HOUR, FormSubmitted()).run(DAY)
    assert [(e.reason, e.value) for e in found.of(Kind.MQL)] == [("", 2_000)]


# --- buying groups


@pytest.mark.parametrize(
    ("assigned", "overall", "missing"),
    [
        pytest.param({"maker": 2, "influencer": 2}, 53.3, ("maker", "influencer"), id="A17: 66.7 and 40 make 53.3"),
        pytest.param({"maker": 3, "influencer": 5}, 100.0, (), id="full"),
        pytest.param({"maker": 9, "influencer": 5}, 100.0, (), id="more than needed adds nothing"),
        pytest.param({"maker": 9}, 50.0, ("influencer",), id="nor to another role"),
        pytest.param({}, 0.0, ("maker", "influencer"), id="empty"),
    ],
)
def test_completeness_is_the_plain_mean_over_roles(
    assigned: dict[str, int], overall: float, missing: tuple[str, ...]
) -> None:
    found = completeness({"maker": 3, "influencer": 5}, assigned, {"maker": 3, "influencer": 1})
    assert round(float(found.overall) * 100, 1) == overall
    assert found.missing == missing


def test_the_weighted_completeness_counts_roles_by_weight() -> None:
    found = completeness({"maker": 1, "influencer": 2, "none": 0}, {"maker": 1, "influencer": 1}, {"maker": 3})
    assert found.by_role == {"maker": 1.0, "influencer": 0.5, "none": 1.0}
    assert float(found.weighted) == (3 * 1.0 + 1 * 0.5 + 1 * 1.0) / 5
    assert completeness({}, {}, {}).overall == completeness({}, {}, {}).weighted == 1.0


@pytest.mark.parametrize("need", [{"a": 1, "b": 2, "c": 4}, {"a": 3}, {"a": 2, "b": 0}, {}])
def test_fewer_people_than_said_never_make_a_group_so_complete_and_as_many_can(need: dict[str, int]) -> None:
    ways = [dict(zip(need, way, strict=True)) for way in product(*(range(wanted + 1) for wanted in need.values()))]
    for overall in {completeness(need, way, {}).overall for way in ways}:
        enough = [sum(way.values()) for way in ways if completeness(need, way, {}).overall >= overall]
        assert fewest(need, overall) == min(enough)


@pytest.mark.parametrize(
    ("fits", "roles"),
    [
        ([("p1", ("a", "b"))], {"p1": "a"}),
        ([("p1", ("a", "b")), ("p2", ("a", "b"))], {"p1": "a", "p2": "b"}),
        ([("p1", ("a",)), ("p2", ("a",))], {"p1": "a", "p2": "a"}),
        ([("p1", ()), ("p2", ("b",))], {"p2": "b"}),
        ([("p1", ("a", "b")), ("p2", ("a",)), ("p3", ("a", "b"))], {"p1": "a", "p2": "a", "p3": "b"}),
    ],
)
def test_members_take_the_first_fitting_role_that_still_has_need(
    fits: list[tuple[str, tuple[str, ...]]], roles: dict[str, str]
) -> None:
    assert assign_roles({"a": 1, "b": 1}, fits) == roles
