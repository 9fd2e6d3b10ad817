"""A desk in full: routing, zones and holidays, absence and productive time, tasks of several teams."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from journeyctl.calendars import BusinessClock, Clock, ShiftClock, WallClock, local
from journeyctl.draws import Draws
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.desk_people import Worker
from tests.simulate.written_desks import (
    BERLIN,
    CALL,
    DAY,
    HOUR,
    MINUTE,
    NEW_YORK,
    OFFICE,
    PROCESS,
    START,
    START_DAY,
    TWO_TEAMS,
    Document,
    Known,
    Office,
    at,
    came,
    desk,
    near,
    on,
    passing,
    team,
    when,
    worked,
)

# --- routing


THREE = {name: team() for name in ("east", "rest", "west")}
ROUTES = [
    {"when": 'account.region = "west"', "to": "west"},
    {"when": "account.beds >= 500", "to": "east"},
    {"otherwise": "rest"},
]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Known(region="west", beds=10), "west"),
        (Known(region="west", beds=900), "west"),  # both are true: the first one counts
        (Known(region="north", beds=900), "east"),
        (Known(region="north", beds=10), "rest"),
        (Known(beds=500), "east"),  # the first is unknown, the second true
        (Known(), "rest"),  # unknown is not true
        (None, "rest"),  # a lead from elsewhere, of which nothing is known
    ],
)
def test_a_lead_goes_where_the_first_true_condition_says_and_else_to_the_rest(
    known: Known | None, expected: str
) -> None:
    rows = worked(desk(teams=THREE, route=ROUTES), came("a", at(0, "10:00"), names=known))
    assert [(row.kind, row.team) for row in rows if row.team] == [
        (kind, expected) for kind in (Kind.ROUTED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, Kind.ACCEPTED)
    ]  # fmt: skip


def test_teams_work_side_by_side_and_nobody_helps_out_in_another_team() -> None:
    leads = [came(f"{k}", at(0, "10:00"), names=Known(region="west" if k < 3 else "north")) for k in range(4)]
    assert when(worked(desk(teams=THREE, route=ROUTES), *leads), Kind.ATTEMPTED) == {
        "0": "Mon 05 10:00", "1": "Mon 05 10:30", "2": "Mon 05 11:00", "3": "Mon 05 10:00",
    }  # fmt: skip


# --- zones, holidays, clocks that change

BOTH = {
    "berlin": team(shift={**OFFICE, "zone": BERLIN, "holidays": "DE"}),
    "york": team(shift={**OFFICE, "zone": NEW_YORK, "holidays": "US"}),
}


@pytest.mark.parametrize(
    ("team_name", "created", "called"),
    # Times are UTC. Berlin works 8 to 16 h in winter and 7 to 15 h in summer, New York 14 to 22 h and 13 to 21 h.
    [
        ("berlin", "2026-01-07 15:59", "2026-01-07 15:59"),
        ("berlin", "2026-01-07 16:00", "2026-01-08 08:00"),
        ("york", "2026-01-07 16:00", "2026-01-07 16:00"),
        ("berlin", "2026-05-01 10:00", "2026-05-04 07:00"),  # Labour Day, a Friday
        ("york", "2026-05-01 10:00", "2026-05-01 13:00"),
        ("berlin", "2026-11-26 15:00", "2026-11-26 15:00"),
        ("york", "2026-11-26 15:00", "2026-11-27 14:00"),  # Thanksgiving, a Thursday
        # Clocks go forward: in New York on 8 March, in Berlin on 29 March.
        ("york", "2026-03-06 22:30", "2026-03-09 13:00"),
        ("berlin", "2026-03-06 22:30", "2026-03-09 08:00"),
        ("york", "2026-03-27 22:30", "2026-03-30 13:00"),
        ("berlin", "2026-03-27 22:30", "2026-03-30 07:00"),
        # Clocks go back: in Berlin on 25 October, in New York on 1 November.
        ("berlin", "2026-10-23 22:30", "2026-10-26 08:00"),
        ("york", "2026-10-23 22:30", "2026-10-26 13:00"),
        ("york", "2026-10-30 22:30", "2026-11-02 14:00"),
        ("berlin", "2026-10-30 22:30", "2026-11-02 08:00"),
    ],
)
def test_every_team_calls_in_its_own_shift_on_its_own_business_days(team_name: str, created: str, called: str) -> None:
    rules = desk(teams=BOTH, route=[{"otherwise": team_name}])
    rows = worked(rules, came("a", on(created, "UTC")))
    assert [row.time for row in rows if row.kind is Kind.ATTEMPTED] == [on(called, "UTC")]


NIGHTS: Document = {"days": "mon-sun", "hours": "22:00-06:00", "zone": BERLIN}


@pytest.mark.parametrize(
    ("created", "done"),
    # Eight hours of work begun at 22:00. The night to 29 March has seven hours, the night to 25 October nine.
    [
        ("2026-03-27 22:00", "2026-03-28 06:00"),
        ("2026-03-28 22:00", "2026-03-29 23:00"),
        ("2026-10-24 22:00", "2026-10-25 05:00"),
    ],
)
def test_a_night_shift_is_as_long_as_clocks_make_it(created: str, done: str) -> None:
    rules = desk(teams={"night": team(shift=NIGHTS)}, process=[{**CALL, "attempt": "8h"}])
    rows = worked(rules, came("a", on(created, BERLIN)))
    assert [row.time for row in rows if row.kind is Kind.ACCEPTED] == [on(done, BERLIN)]


@pytest.mark.parametrize(
    ("clock", "start", "end"),
    # Over the last weekend of March a wall day is missing an hour; business days and shifts stay local.
    [
        ("wall", "2026-03-27 10:00", "2026-03-29 11:00"),
        ("business", "2026-03-27 10:00", "2026-03-31 10:00"),
        ("shift", "2026-03-27 10:00", "2026-04-08 10:00"),
        # Over the last weekend of October it has one more.
        ("wall", "2026-10-23 10:00", "2026-10-25 09:00"),
        ("business", "2026-10-23 10:00", "2026-10-27 10:00"),
        ("shift", "2026-10-23 10:00", "2026-11-02 10:00"),
    ],
)
def test_48_hours_end_by_each_clock_over_a_change_of_clocks(clock: str, start: str, end: str) -> None:
    # 48 h of shift are 7 on Friday, five days of 8 and 1 more; after 27 March come Good Friday and Easter Monday.
    rules = desk(teams=BOTH, route=[{"otherwise": "berlin"}]).teams["berlin"]
    clocks: dict[str, Clock] = {
        "wall": WallClock(), "business": BusinessClock(rules.calendar), "shift": ShiftClock(rules.shift)
    }  # fmt: skip
    chosen, begins = clocks[clock], on(start, BERLIN)
    assert chosen.deadline(begins, 48 * HOUR) == on(end, BERLIN)
    assert chosen.elapsed(begins, on(end, BERLIN)) == 48 * HOUR


@pytest.mark.parametrize(
    ("first", "second"),
    # Unanswered at 10:30 and called again a business day later at the same local time.
    [
        ("2026-03-27 10:00", "2026-03-30 10:30"),
        ("2026-10-23 10:00", "2026-10-26 10:30"),
        ("2026-04-02 10:00", "2026-04-07 10:30"),  # Easter
    ],
)
def test_a_follow_up_is_due_at_the_same_local_time_on_the_team_s_next_business_day(first: str, second: str) -> None:
    rules = desk(
        teams=BOTH, route=[{"otherwise": "berlin"}], connect={"first": "0%"},
        cadence={"attempts": 2, "gaps": ["1bd"]},
    )  # fmt: skip
    calls = [row.time for row in worked(rules, came("a", on(first, BERLIN))) if row.kind is Kind.ATTEMPTED]
    assert calls == [on(first, BERLIN), on(second, BERLIN)]


@pytest.mark.parametrize(("name", "expired"), [("berlin", "2026-05-05 07:00"), ("york", "2026-05-04 07:00")])
def test_business_days_until_a_lead_is_stale_are_those_of_its_team(name: str, expired: str) -> None:
    # From Thursday, 30 April, 07:00 UTC, two business days: the first of May counts in New York only.
    nobody = {key: {**value, "sdrs": 0} for key, value in BOTH.items()}
    rules = desk(teams=nobody, route=[{"otherwise": name}], stale="2bd")
    rows = worked(rules, came("a", on("2026-04-30 07:00", "UTC")))
    assert [(row.time, row.reason) for row in rows if row.kind is Kind.EXPIRED] == [(on(expired, "UTC"), "stale")]


# --- absence and productive time


def test_people_are_away_on_whole_days_in_their_share() -> None:
    rules = desk(teams={"callers": team(40, absence="12%")}).teams["callers"]
    people = [Worker(rules, ordinal, Draws(3, 0), desk="us") for ordinal in range(1, 41)]
    days = [day for day in range(350) if day % 7 < 5]
    present = {
        (worker.ordinal, day): [worker.is_present(on(f"{date.fromordinal(START_DAY + day)} {clock}"))
                                for clock in ("09:00", "12:30", "16:59")]
        for worker in people for day in days
    }  # fmt: skip
    assert all(len(set(moments)) == 1 for moments in present.values())
    count = len(people) * len(days)  # 10,000
    away = sum(not moments[0] for moments in present.values())
    assert near(away / count, 0.12, count)
    # Capacity is what is left of the shifts: eight hours on each day of presence.
    end = on(f"{date.fromordinal(START_DAY + 350)} 00:00")
    assert sum(worker.present_seconds(START, end) for worker in people) == (count - away) * 8 * HOUR


@pytest.mark.parametrize(
    ("hours", "productive", "minutes", "begun", "done"),
    [
        ("09:00-17:00", None, 30, "09:00", "09:30"),
        ("09:00-17:00", "5h", 30, "09:00", "09:48"),  # 30 x 8 / 5
        ("09:00-15:00", "4h", 30, "09:00", "09:45"),  # 30 x 6 / 4
        ("09:00-17:00", "10h", 30, "09:00", "09:30"),  # no more than the shift
        ("09:00-17:00", "1bd", 30, "09:00", "09:30"),
        ("09:00-17:00", "2h", 60, "14:00", "Tue 10:00"),  # 60 x 8 / 2 = 240: three hours today and one tomorrow
    ],
)
def test_minutes_are_stretched_by_the_part_of_the_shift_that_is_productive(
    hours: str, productive: str | None, minutes: int, begun: str, done: str
) -> None:
    people = team(shift={"days": "mon-fri", "hours": hours})
    if productive:
        people["productive"] = productive
    rules = desk(teams={"callers": people}, process=[{**CALL, "attempt": f"{minutes}min"}])
    found = when(worked(rules, came("a", at(0, begun))), Kind.ACCEPTED)["a"]
    assert found == (f"Mon 05 {done}" if len(done) == 5 else f"{done[:3]} 06 {done[4:]}")


# --- the process: other teams, reasons, pauses


def test_a_lead_passes_from_team_to_team_each_in_its_own_shift() -> None:
    rules = desk(teams=TWO_TEAMS, process=passing(PROCESS, **{"pass": "100%"}))
    rows = worked(rules, came("a", at(0, "14:50")))
    # Ten of twenty minutes before 15:00, the others from 10:00; then half an hour's call, 45 minutes, 15 minutes.
    assert [(row.kind, row.team, f"{local(row.time, NEW_YORK):%a %H:%M}") for row in rows] == [
        (Kind.ROUTED, "checkers", "Mon 14:50"), (Kind.ENRICHED, "checkers", "Tue 10:10"),
        (Kind.ROUTED, "callers", "Tue 10:10"), (Kind.ATTEMPTED, "callers", "Tue 10:10"),
        (Kind.CONNECTED, "callers", "Tue 10:40"), (Kind.QUALIFIED, "callers", "Tue 11:25"),
        (Kind.ACCEPTED, "callers", "Tue 11:40"),
    ]  # fmt: skip
    assert sum(row.value for row in rows if row.kind is not Kind.ROUTED) == (20 + 30 + 45 + 15) * MINUTE


def test_who_does_not_pass_is_rejected_by_the_other_team_and_never_called() -> None:
    leads = [came(f"{k:04d}", at(k // 12 % 5 + k // 60 * 7, "10:00") + k % 12 * 20 * MINUTE) for k in range(600)]
    rows = worked(desk(teams=TWO_TEAMS, process=PROCESS), *leads)
    refused = {row.lead: (row.team, row.reason) for row in rows if row.kind is Kind.REJECTED}
    assert near(len(refused) / 600, 0.4, 600)
    assert set(refused.values()) == {("checkers", "not_passed")}
    assert not refused.keys() & when(rows, Kind.ATTEMPTED).keys()


def test_rejections_have_their_reasons_in_their_shares() -> None:
    reasons = {"no_budget": 0.2, "no_need": 0.5, "wrong_person": 0.3}
    outcomes = {
        "accepted": "30%", "recycled": "20%",
        "rejected": {"share": "60%", "reasons": {name: f"{share:.0%}" for name, share in reasons.items()}},
    }  # fmt: skip
    rules = desk(outcomes=outcomes, process=[{**CALL, "attempt": "1min"}], teams={"callers": team(20)})
    rows = worked(rules, *(came(f"{k:04d}", at(k % 5, "09:00")) for k in range(3_000)))
    ends: Counter[Kind] = Counter(row.kind for row in rows if row.kind in (Kind.ACCEPTED, Kind.REJECTED, Kind.RECYCLED))
    # Rejected and recycled share the other 70 % as 60 to 20.
    for kind, share in ((Kind.ACCEPTED, 0.3), (Kind.REJECTED, 0.525), (Kind.RECYCLED, 0.175)):
        assert near(ends[kind] / 3_000, share, 3_000)
    why = Counter(row.reason for row in rows if row.kind is Kind.REJECTED)
    assert why.keys() == reasons.keys()
    assert all(near(why[name] / why.total(), share, why.total()) for name, share in reasons.items())


def test_work_that_the_shift_s_end_cut_short_is_resumed_before_anything_that_waits() -> None:
    rules = desk(process=[{**CALL, "conversation": "20min"}], stale="30d")
    leads = (
        came("paused", at(0, "16:50"), request=False), came("asked", at(0, "16:55")),
        came("asked-at-night", at(0, "23:00")),
    )  # fmt: skip
    rows = worked(rules, *leads)
    # Ten minutes on Monday, twenty of the call and twenty of the conversation on Tuesday.
    assert when(rows, Kind.CONNECTED)["paused"] == "Tue 06 09:20"
    assert when(rows, Kind.ACCEPTED)["paused"] == "Tue 06 09:40"
    assert when(rows, Kind.ATTEMPTED) == {
        "paused": "Mon 05 16:50", "asked": "Tue 06 09:40", "asked-at-night": "Tue 06 10:30",
    }  # fmt: skip


def test_a_conversation_that_would_begin_with_the_shift_s_end_begins_with_the_next_shift() -> None:
    rules = desk(process=[{**CALL, "conversation": "20min"}])
    rows = worked(rules, came("a", at(4, "16:30")), came("b", at(4, "16:40")))
    assert when(rows, Kind.CONNECTED)["a"] == "Fri 09 17:00"
    assert when(rows, Kind.ACCEPTED)["a"] == "Mon 12 09:20"
    assert when(rows, Kind.ATTEMPTED)["b"] == "Mon 12 09:20"


def test_a_task_that_is_paused_waits_for_its_own_person_however_long_she_is_away() -> None:
    rules = desk(teams={"callers": team(2, absence="50%")}, process=[{**CALL, "attempt": "6h"}])
    leads = [came(f"{k:02d}", at(k // 5 * 7 + k % 5, "12:00")) for k in range(60)]
    begun = {row.lead: row for row in worked(rules, *leads) if row.kind is Kind.ATTEMPTED}
    done = {row.lead: row for row in worked(rules, *leads) if row.kind is Kind.ACCEPTED}
    people = [Worker(rules.teams["callers"], ordinal, Draws(1, 0), desk="us") for ordinal in (1, 2)]
    for lead, first in begun.items():
        assert done[lead].worker == first.worker
        assert people[first.worker - 1].present_seconds(first.time, done[lead].time) == 6 * HOUR
    assert max(done[lead].time - first.time for lead, first in begun.items()) > 3 * DAY


# --- tasks of people whom the desk does not staff


def test_a_task_of_people_without_a_team_is_done_at_once_within_the_shift_of_the_lead_s_team() -> None:
    rules = desk(process=passing(PROCESS, **{"pass": "100%"}))
    rows = worked(rules, *(came(name, at(0, "16:50")) for name in "ab"))
    assert when(rows, Kind.ENRICHED) == {"a": "Tue 06 09:10", "b": "Tue 06 09:10"}
    assert {(row.team, row.worker) for row in rows if row.kind is Kind.ENRICHED} == {("checkers", 0)}


def test_calls_of_people_without_a_team_keep_the_cadence() -> None:
    rules = desk(
        process=[{**CALL, "by": "agency", "conversation": "10min"}], connect={"first": "0%"},
        cadence={"attempts": 3, "gaps": ["1bd", "2bd"]},
    )  # fmt: skip
    rows = worked(rules, *(came(name, at(3, "18:00")) for name in "ab"))
    # Thursday evening is Friday 09:00; half an hour; then one business day and two, each at the call's end.
    calls = [f"{local(row.time, NEW_YORK):%a %d %H:%M}" for row in rows if row.kind is Kind.ATTEMPTED]
    assert Counter(calls) == {"Fri 09 09:00": 2, "Mon 12 09:30": 2, "Wed 14 10:00": 2}
    assert when(rows, Kind.UNREACHABLE) == {"a": "Wed 14 10:30", "b": "Wed 14 10:30"}


def test_a_request_calls_for_such_people_too() -> None:
    rules = desk(
        process=[{**CALL, "by": "agency"}], connect={"first": "0%"}, cadence={"attempts": 2, "gaps": ["5bd"]}
    )  # fmt: skip
    office = Office(rules).hands(came("a", at(0, "10:00"), request=False), came("b", at(0, "10:00"), request=False))
    office.desk.raise_to_request("b", need=True)
    office.to(at(1, "11:00")).desk.raise_to_request("a", need=True)
    office.to(at(4, "00:00"))
    assert when(office.rows, Kind.ATTEMPTED) == {"a": "Tue 06 11:00", "b": "Mon 05 10:00"}
