"""Leads by week and source, outcomes, load of the desk, and field sales."""

from __future__ import annotations

import pytest

from journeyctl.calendars import BusinessClock, Calendar
from journeyctl.results.measures import MEASURES, MeasuringContext, Observation, Observed, TeamClocks
from journeyctl.semantics.effects import Kind
from tests.results.desks import desk, run
from tests.results.events import DAY, HOUR, Event, at, event, lead, record_of


def values(name: str, events: list[Event], context: MeasuringContext | None = None) -> dict[tuple[str, ...], Observed]:
    return dict(MEASURES[name](Observation(record_of(*events), context or run())))


def value(name: str, events: list[Event], *key: str, context: MeasuringContext | None = None) -> float | None:
    return values(name, events, context)[key].value


def web(name: str, created: int) -> list[Event]:
    return lead(name, created, cause="web", journey="")


SOME = [
    *lead("a", at(1)),
    *lead("b", at(8), cause="request"),
    *web("w~1", at(1)),
    *web("w~2", at(2)),
    *lead("x", at(28)),
]


def test_own_leads_and_those_from_elsewhere_are_counted_apart() -> None:
    assert {key: found.value for key, found in values("leads", SOME).items()} == {("",): 4, ("own",): 2, ("web",): 2}
    assert values("leads", []) == {("",): Observed(0.0), ("own",): Observed(0.0)}


def test_leads_of_a_buying_group_are_own() -> None:
    assert (
        value("leads", [event("a", at(0), Kind.HANDED_OFF, lead="g~1", desk="d", group="g", reason="score")], "own")
        == 1
    )


def test_leads_per_week_has_every_week_of_the_run() -> None:
    found = values("leads_per_week", SOME, run(17))
    weeks = ("2026-W02", "2026-W03", "2026-W04")
    assert [found["own", week].value for week in weeks] == [1, 1, 0]
    assert [found["web", week].value for week in weeks] == [2, 0, 0]
    assert [found["", week].value for week in weeks] == [3, 1, 0]


def test_merged_causes_are_counted_by_reason() -> None:
    joins = [event("a", at(day), Kind.MERGED, lead="a", desk="d", reason="request") for day in (2, 3)]
    assert value("merges", joins, "request") == 2


OUTCOMES = [
    *lead("a", at(0), called=at(1), outcome=Kind.ACCEPTED, closed=at(2)),
    *lead("b", at(0), called=at(1), outcome=Kind.REJECTED, closed=at(2)),
    *lead("c", at(0), outcome=Kind.EXPIRED, closed=at(10)),
    *lead("d", at(1)),
    *lead("late", at(20), called=at(21), outcome=Kind.ACCEPTED, closed=at(22)),
]


def test_outcomes_look_at_leads_old_enough_to_be_finished() -> None:
    found = values("outcomes", OUTCOMES, run(d=desk(finished_after=20 * DAY)))
    assert {key[0]: seen.value for key, seen in found.items()} == {
        "accepted": 0.25, "rejected": 0.25, "recycled": 0, "unreachable": 0, "expired": 0.25, "in_work": 0.25,
    }  # fmt: skip
    assert {seen.n for seen in found.values()} == {4}


def test_with_a_drain_later_leads_are_old_enough_too() -> None:
    found = values("outcomes", OUTCOMES, run(drain=14, d=desk(finished_after=20 * DAY)))
    assert (found["accepted",].value, found["accepted",].n) == (0.4, 5)


def test_a_cohort_without_leads_is_not_available() -> None:
    assert value("outcomes", OUTCOMES, "accepted") is None  # 30 days fit into no run of 28


def test_leads_in_work_and_rejections_are_counted() -> None:
    events = [
        *OUTCOMES,
        *lead("after", at(20), called=at(21), outcome=Kind.ACCEPTED, closed=at(30)),
        event("b", at(2), Kind.REJECTED, lead="x", desk="d", reason="no_need"),
    ]
    assert value("leads_in_work", events) == 2
    assert value("rejections", events, "no_need") == 1


# --- load


def test_demand_capacity_and_utilisation_are_seconds_of_work() -> None:
    events = [
        *lead("a", at(0), called=at(1), seconds=20 * HOUR),
        *lead("b", at(0), seconds=480 * HOUR),
        *lead("later", at(28), called=at(29), seconds=HOUR),
    ]
    assert value("demand", events, "d") == 500 * HOUR
    assert value("capacity", events, "d") == 400 * HOUR
    assert value("demand_per_capacity", events, "d") == 1.25
    assert value("utilisation", events, "d") == 10 / 400
    assert value("utilisation_by_week", events, "d", "2026-W02") == 0.1
    assert value("utilisation_by_week", events, "d", "2026-W03") == 0.0
    assert value("demand", events, "") == value("demand", events, "d")


def test_work_and_demand_of_others_cost_the_desk_nothing() -> None:
    place = {"lead": "a", "desk": "d", "team": "pre-qualification"}
    events = [
        event("a", at(0), Kind.ROUTED, value=HOUR, **place),
        event("a", at(0), Kind.ENRICHED, value=HOUR, **place),
        *lead("a", at(0), called=at(1), seconds=2 * HOUR),
        event("a", at(2), Kind.ACCEPTED, lead="a", desk="d", team="t", worker=1, value=3 * HOUR),
    ]
    assert value("demand", events, "d") == 2 * HOUR
    assert value("utilisation", events, "d") == (1 + 3) / 400


def test_a_desk_without_capacity_has_no_utilisation() -> None:
    assert value("utilisation", [], "d", context=run(d=desk(capacity_seconds={}))) is None


@pytest.mark.parametrize(
    ("events", "waiting"),
    [
        ([], 0),
        (lead("a", at(4, 16)), 1),
        (lead("a", at(4, 17)), 0),  # came as the shift ended
        (lead("a", at(0), called=at(4, 16)), 0),
        (lead("a", at(0), called=at(4, 17)), 1),
        (lead("a", at(0), outcome=Kind.EXPIRED, closed=at(3)), 0),
        ([*lead("a", at(0)), *lead("b", at(1), desk="other")], 1),
    ],
)
def test_the_backlog_is_read_when_friday_s_shift_ends(events: list[Event], waiting: int) -> None:
    assert value("backlog", events, "d", "2026-W02") == waiting


def test_a_week_without_a_shift_end_in_the_run_has_no_backlog() -> None:
    assert value("backlog", [], "d", "2026-W02", context=run(0.3)) is None
    nobody = desk(teams={"": TeamClocks(business=BusinessClock(Calendar("UTC")))})
    assert value("backlog", [], "d", "2026-W02", context=run(d=nobody)) is None


# --- field sales

SALES = [
    *lead("a", at(0), called=at(0, 1), outcome=Kind.ACCEPTED, closed=at(1)),
    *lead("b", at(0), called=at(0, 1), outcome=Kind.ACCEPTED, closed=at(2)),
    event("a", at(5), Kind.MET, lead="a", value=DAY),
    event("b", at(8), Kind.MET, lead="b", value=3 * DAY),
    event("a", at(9), Kind.SQL, lead="a"),
    event("a", at(10), Kind.OPPORTUNITY, lead="a", opportunity="o1", line="ct", value=300),
    event("a", at(10), Kind.OPPORTUNITY, lead="a", opportunity="o1", line="mri", value=200),
    event("b", at(11), Kind.OPPORTUNITY, lead="b", opportunity="o2", line="ct", value=50),
    event("a", at(20), Kind.WON, lead="a", opportunity="o1", value=500),
    event("b", at(200), Kind.WON, lead="b", opportunity="o2", value=50),
]


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("sals", (), 2), ("sqls", (), 1), ("opportunities", (), 2), ("won", (), 1), ("pipeline", ("",), 550),
        ("pipeline", ("ct",), 350), ("pipeline", ("mri",), 200), ("won_value", (), 500),
        ("won_value_eventually", (), 550), ("meeting_wait", (), 2 * DAY),
    ],
)  # fmt: skip
def test_field_sales_is_counted_in_deals_and_cents(name: str, key: tuple[str, ...], expected: float) -> None:
    assert value(name, SALES, *key) == expected


def test_without_field_sales_there_is_no_wait_for_a_meeting() -> None:
    assert value("meeting_wait", []) is None
    assert value("pipeline", [], "") == 0
