"""The promise on the first call: who is in the cohort, on which clock, and what the worst week is."""

from __future__ import annotations

import math

import pytest

from journeyctl.calendars import BusinessClock, Calendar
from journeyctl.results.measures import MEASURES, MeasuringContext, Observation, Observed, TeamClocks
from journeyctl.results.record import record_of_texts
from journeyctl.semantics.effects import Kind
from tests.results.desks import TEAM, desk, run
from tests.results.events import HOUR, Event, at, event, lead, record_of


def values(name: str, events: list[Event], context: MeasuringContext | None = None) -> dict[tuple[str, ...], Observed]:
    return dict(MEASURES[name](Observation(record_of(*events), context or run())))


FRIDAY = at(4, 10)


@pytest.mark.parametrize(
    ("called", "wall", "business", "shift"),
    [
        (at(4, 11), 1.0, 1.0, 1.0),
        (at(6, 10), 1.0, 1.0, 1.0),  # 48 h after creation, to the second
        (at(6, 10) + 1, 0.0, 1.0, 1.0),
        (at(8, 10), 0.0, 1.0, 1.0),  # two business days later
        (at(8, 10) + 1, 0.0, 0.0, 1.0),
        (at(14, 10), 0.0, 0.0, 1.0),  # 7 + 5 x 8 + 1 h of shifts
        (at(14, 10) + 1, 0.0, 0.0, 0.0),
        (None, 0.0, 0.0, 0.0),
    ],
)
def test_the_share_is_counted_on_all_three_clocks(
    called: int | None, wall: float, business: float, shift: float
) -> None:
    found = values("sla_by_clock", lead("a", FRIDAY, called=called))
    assert {clock: found["d", clock].value for clock in ("wall", "business", "shift")} == {
        "wall": wall, "business": business, "shift": shift,
    }  # fmt: skip


@pytest.mark.parametrize("clock", ["wall", "business", "shift"])
def test_the_headline_uses_the_clock_of_the_promise(clock: str) -> None:
    events = lead("a", FRIDAY, called=at(8, 10))
    context = run(d=desk(clock=clock))
    assert values("sla", events, context)["d",] == values("sla_by_clock", events, context)["d", clock]
    assert values("sla", events, context)["",] == values("sla", events, context)["d",]


@pytest.mark.parametrize(
    ("created", "due", "later"),
    [
        (at(-1), 0, 0),  # created before the run
        (at(0), 1, 0),
        (at(26) - 1, 1, 0),
        (at(26), 0, 1),  # its deadline is the end of the run
        (at(28), 0, 0),
    ],
)
def test_the_cohort_is_created_in_the_run_and_due_in_it(created: int, due: int, later: int) -> None:
    events = lead("a", created, called=created + HOUR)
    assert values("leads_due", events)["d",].value == due
    assert values("leads_not_yet_due", events)["d",].value == later
    assert values("sla", events)["d",] == Observed(1.0 if due else None, due)


def test_a_lead_that_was_refused_in_time_is_owed_no_call() -> None:
    called = lead("a", at(0), called=at(1))

    def refused(at_: int, reason: str = "not_passed") -> list[Event]:
        return [*called, *lead("b", at(0)), event("b", at_, Kind.REJECTED, lead="b", desk="d", team="t", reason=reason)]

    for events, share, due, apart in (
        (refused(at(2)), 1.0, 1, 1),  # by the deadline, to the second
        (refused(at(2) + 1), 0.5, 2, 0),  # too late: no answer had come by then
        (refused(at(1), "no_need"), 0.5, 2, 0),
        ([*refused(at(1)), event("b", at(0, 3), Kind.ATTEMPTED, lead="b", desk="d", team="t")], 1.0, 2, 0),
    ):
        assert values("sla", events)["d",] == Observed(share, due)
        assert values("leads_due", events)["d",].value == due
        assert values("leads_refused_before_call", events) == {("",): Observed(apart), ("d",): Observed(apart)}
        assert values("first_call_p50", events)["d", "wall"].n == due
    late = [*lead("b", at(27)), event("b", at(27, 1), Kind.REJECTED, lead="b", desk="d", team="t", reason="not_passed")]
    assert values("leads_refused_before_call", late)["d",].value == 0, "it is not yet due, and counted there"


def test_a_request_that_joins_a_scored_lead_starts_its_clock_anew() -> None:
    joins = event("a", at(4), Kind.MERGED, lead="a", desk="d", journey="j", reason="request")
    assert values("sla", [*lead("a", at(0), called=at(5)), joins])["d",].value == 1.0
    assert values("sla", [*lead("a", at(0), called=at(3)), joins])["d",].value == 0.0  # called late, joined later
    assert values("sla", [*lead("a", at(0), cause="request", called=at(5)), joins])["d",].value == 0.0
    score = event("a", at(4), Kind.MERGED, lead="a", desk="d", journey="j", reason="score")
    assert values("sla", [*lead("a", at(0), called=at(5)), score])["d",].value == 0.0


def test_only_the_first_attempt_counts() -> None:
    again = event("a", at(1), Kind.ATTEMPTED, lead="a", desk="d", team="t")
    assert values("sla", [*lead("a", at(0), called=at(3)), again])["d",].value == 1.0


def test_the_worst_week_needs_ten_due_leads_and_says_how_many_it_had() -> None:
    def week(number: int, kept: int, missed: int) -> list[Event]:
        created = [at(7 * number, hour / 10) for hour in range(kept + missed)]
        calls = [time + HOUR if place < kept else None for place, time in enumerate(created)]
        pairs = zip(created, calls, strict=True)
        return [e for time, call in pairs for e in lead(f"w{number}-{time}", time, called=call)]

    events = [*week(0, 9, 1), *week(1, 1, 8), *week(2, 15, 5)]
    assert values("sla_worst_week", events)["d",] == Observed(0.75, 20)
    assert values("sla_worst_week", week(1, 1, 8))["d",] == Observed(None, 0)
    by_week = values("sla_by_week", events)
    assert [by_week["d", f"2026-W{week:02d}"] for week in (2, 3, 4, 5)] == [
        Observed(0.9, 10), Observed(1 / 9, 9), Observed(0.75, 20), Observed(None, 0),
    ]  # fmt: skip


def test_quantiles_of_the_wait_count_uncalled_leads_as_infinite() -> None:
    called = [e for hours in range(1, 20) for e in lead(f"l{hours}", at(0), called=at(0, hours))]
    events = [*called, *lead("never", at(0))]
    assert values("first_call_p50", events)["d", "wall"] == Observed(10 * HOUR, 20)
    assert values("first_call_p95", events)["d", "wall"] == Observed(19 * HOUR, 20)
    assert values("first_call_p50", events)["d", "shift"].value == HOUR
    worse = [*events, *lead("never2", at(0))]
    assert values("first_call_p95", worse)["d", "wall"].value == math.inf
    assert values("first_call_p95", [])["d", "wall"] == Observed(None, 0)


def test_a_desk_without_shifts_has_no_share_on_that_clock() -> None:
    slow = desk(teams={"": TeamClocks(business=BusinessClock(Calendar("UTC")))})
    events = lead("a", at(0), called=at(1), team="")
    found = values("sla_by_clock", events, run(d=slow))
    assert found["d", "shift"] == Observed(None, 0)
    assert found["d", "wall"].value == 1.0


def test_a_desk_without_a_promise_is_not_measured_against_one() -> None:
    found = values("sla", lead("a", at(0)), run(d=desk(limit=None)))
    assert found == {("",): Observed(None, 0)}


def test_the_calendar_of_the_lead_s_team_decides() -> None:
    sunday = TeamClocks(business=BusinessClock(Calendar("UTC", frozenset(range(7)))), shift=None)
    terms = desk(teams={"t": TEAM, "seven": sunday}, clock="business")
    for team, share in (("t", 1.0), ("seven", 0.0), ("unknown", 1.0)):
        events = lead("a", FRIDAY, called=at(7, 10), team=team)
        assert values("sla", events, run(d=terms))["d",].value == share


def test_calls_during_the_drain_still_count() -> None:
    events = lead("a", at(25), called=at(29))
    late = values("first_call_p50", events, run(28, drain=7))["d", "wall"].value
    assert late == 4 * 24 * HOUR
    assert values("first_call_p50", events)["d", "wall"].value == math.inf


def test_all_desks_together_weigh_every_lead_alike() -> None:
    events = [
        *lead("a", at(0), called=at(1)),
        *lead("b", at(0), called=at(1)),
        *lead("c", at(0), desk="e", called=at(9)),
    ]
    found = values("sla", events, run(d=desk(), e=desk()))
    assert (found["",].value, found["d",].value, found["e",].value) == (2 / 3, 1.0, 0.0)


def test_no_lead_at_all_is_not_available() -> None:
    empty = Observation(record_of_texts({}, length=0), run())
    assert MEASURES["sla"](empty)["d",] == Observed(None, 0)


def test_the_team_that_called_counts_and_before_that_the_last_one_routed_to() -> None:
    routed = [
        event("a", at(4, 10 + hour), Kind.ROUTED, lead="a", desk="d", team=team) for hour, team in ((1, "x"), (2, "y"))
    ]
    called = event("a", at(7, 10), Kind.ATTEMPTED, lead="a", desk="d", team="x")
    for events, team in (([], "t"), (routed[:1], "x"), (routed, "y"), ([*routed, called], "x")):
        record = record_of(*lead("a", FRIDAY), *events)
        assert record.names[int(Observation(record, run()).leads.team[0])] == team
