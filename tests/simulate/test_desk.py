"""A desk at work: shifts, ranks, pre-qualification, routing, the CRM sync and field sales."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from simpy import Environment

from journeyctl.calendars import Calendar, Hours, local, local_date, to_utc, working_time
from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN, ONE
from journeyctl.graph.condition import Condition
from journeyctl.model.values import TimeWindow
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.lead import LeadRules, OutcomeOdds, Stage
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate.desk import SalesDesk
from journeyctl.simulate.desk_instants import ARRIVAL, Moment
from journeyctl.simulate.desk_people import Worker, away_on
from journeyctl.simulate.desk_rules import Delay, DeskRules, FieldRules, TeamRules, WorkTime
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.spec import load
from journeyctl.units import Duration
from tests.simulate.written_desks import both_worked

ZONE = "America/New_York"
CALENDAR = Calendar(ZONE)
MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 7 * 86_400
START = to_utc(date(2026, 1, 5), 0, ZONE)
SHIFT = working_time(ZONE, days=frozenset(range(5)), hours=Hours(9 * HOUR, 17 * HOUR))
ALWAYS = OutcomeOdds((CERTAIN, CERTAIN))
CALL = (Stage("call"),)


def team(sdrs: int = 1, **changes: object) -> TeamRules:
    return dataclasses.replace(TeamRules("callers", sdrs, SHIFT, CALENDAR), **changes)  # type: ignore[arg-type]  # fields of what is changed


def desk(lead: LeadRules | None = None, *, minutes: int = 30, sdrs: int = 1, **changes: object) -> DeskRules:
    own = lead or LeadRules(CALL, 0, 0, ALWAYS)
    rules = DeskRules(
        "desk", own, {"callers": team(sdrs)}, ((None, "callers"),), CALENDAR, ZONE, 2 * HOUR,
        {"attempt": WorkTime(minutes * MINUTE)},
    )  # fmt: skip
    return dataclasses.replace(rules, **changes)  # type: ignore[arg-type]  # fields of what is changed


def at(day: int, clock: str) -> int:
    """UTC seconds of a local time, days counted from Monday, 5 January 2026."""
    hours, minutes = clock.split(":")
    return START + day * DAY + int(hours) * HOUR + int(minutes) * MINUTE


def came(name: str, when: int, *, request: bool = True, **changes: object) -> LeadRequest:
    lead = LeadRequest(name, "desk", when, request, contact=name)
    return dataclasses.replace(lead, **changes)  # type: ignore[arg-type]  # fields of what is changed


def worked(rules: DeskRules, *leads: LeadRequest, until: int = START + 8 * WEEK, seed: int = 1) -> list[Effect]:
    return both_worked(rules, leads, start=START, until=until, seed=seed)


def times(rows: list[Effect], kind: Kind) -> dict[str, str]:
    return {row.lead: f"{local(row.time, ZONE):%a %H:%M:%S}" for row in rows if row.kind is kind}


@cache
def pilot(name: str) -> DeskRules:
    document = load(Path(__file__).parents[2]).desks[name]
    return DeskRules.of(document, zone=ZONE, calendar=CALENDAR)


# --- shifts


@pytest.mark.parametrize("absence", [0, CERTAIN // 3])
def test_absences_of_a_whole_team_are_those_of_its_people(absence: int) -> None:
    rules, days, draws = team(3, absence=absence), np.arange(738_000, 738_200), Draws(2, 5)
    people = [Worker(rules, ordinal, draws, desk="desk") for ordinal in (1, 2, 3)]
    found = away_on(rules, days, draws, desk="desk")
    assert found.tolist() == [[worker.is_away_on(day) for day in days.tolist()] for worker in people]
    assert bool(found.any()) is bool(absence)


def test_work_pauses_at_the_end_of_the_shift_and_goes_on_first_at_the_next() -> None:
    rows = worked(desk(), came("a", at(4, "16:50")), came("b", at(4, "16:55")))
    assert times(rows, Kind.ATTEMPTED) == {"a": "Fri 16:50:00", "b": "Mon 09:20:00"}
    assert times(rows, Kind.ACCEPTED) == {"a": "Mon 09:20:00", "b": "Mon 09:50:00"}


def test_unproductive_hours_stretch_every_task() -> None:
    rules = desk(teams={"callers": team(stretch=(8, 5))})
    assert times(worked(rules, came("a", at(0, "10:00"))), Kind.ACCEPTED) == {"a": "Mon 10:48:00"}


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    document = load(Path(__file__).parents[2]).desks["us-imaging"].teams["imaging"]
    shift = dataclasses.replace(document.shift, hours=TimeWindow(22 * HOUR, 6 * HOUR))
    rules = TeamRules.of(dataclasses.replace(document, shift=shift), zone=ZONE)
    moments = ((0, "05:00"), (0, "22:00"), (1, "05:59"), (1, "06:00"), (5, "05:00"), (6, "05:00"))
    assert [rules.shift.is_open(at(*moment)) for moment in moments] == [False, True, True, False, True, False]


def test_nobody_begins_a_call_on_a_day_on_which_she_is_away() -> None:
    away = team(2, absence=CERTAIN // 2)
    rules = desk(teams={"callers": away})
    leads = [came(f"{k:03d}", at(k % 5 + k // 5 % 6 * 7, "09:30") + k) for k in range(200)]
    begun = [row for row in worked(rules, *leads) if row.kind is Kind.ATTEMPTED]
    people = [Worker(away, ordinal, Draws(1, 0), desk="desk") for ordinal in (1, 2)]
    assert len(begun) > 100
    assert all(people[row.worker - 1].is_present(row.time) for row in begun)


def test_another_person_in_the_team_leaves_the_absences_of_the_others_alone() -> None:
    small, large = (Worker(team(sdrs, absence=CERTAIN // 4), 1, Draws(1, 0), desk="desk") for sdrs in (1, 9))
    moments = [at(day, "10:00") for day in range(60)]
    assert [small.is_present(m) for m in moments] == [large.is_present(m) for m in moments]
    assert 0 < sum(small.is_present(m) for m in moments) < len(moments) * 5 // 7


def test_work_goes_on_after_days_of_absence() -> None:
    worker = Worker(team(absence=CERTAIN // 2), 1, Draws(2, 0), desk="desk")
    begins = next(m for m in (at(day, "16:00") for day in range(30)) if worker.is_present(m))
    done = worker.done_at(begins, 3 * HOUR)
    assert worker.is_present(done - 1)
    assert worker.present_seconds(begins, done) == 3 * HOUR


# --- who comes first


def test_requests_come_before_scored_leads_and_these_by_score() -> None:
    rows = worked(
        desk(), came("first", at(0, "09:00"), request=False), came("low", at(0, "09:05"), request=False, score=10),
        came("high", at(0, "09:10"), request=False, score=20), came("asked", at(0, "09:20")),
    )  # fmt: skip
    assert times(rows, Kind.ATTEMPTED) == {
        "first": "Mon 09:00:00", "asked": "Mon 09:30:00", "high": "Mon 10:00:00", "low": "Mon 10:30:00",
    }  # fmt: skip


def test_leads_of_one_second_are_called_by_name_whatever_their_order() -> None:
    leads = [came(name, at(0, "09:00")) for name in "cabd"]
    assert list(times(worked(desk(), *leads), Kind.ATTEMPTED)) == ["a", "b", "c", "d"]


def test_a_follow_up_waits_for_its_business_day_and_behind_new_requests() -> None:
    rules = desk(LeadRules(CALL, 0, 0, ALWAYS, attempts=2, gaps=(Duration(business_days=1),), connect=(0, CERTAIN)))
    rows = worked(rules, came("a", at(4, "10:00")), came("b", at(7, "10:30")))
    calls = [(row.lead, f"{local(row.time, ZONE):%a %H:%M}") for row in rows if row.kind is Kind.ATTEMPTED]
    assert calls == [("a", "Fri 10:00"), ("b", "Mon 10:30"), ("a", "Mon 11:00"), ("b", "Tue 11:00")]


def test_the_result_does_not_depend_on_the_order_in_which_leads_are_given() -> None:
    leads = [came(f"{k:03d}", at(k % 20, "08:00") + k % 7 * 600, request=k % 3 == 0, score=k % 5) for k in range(120)]
    rules = dataclasses.replace(pilot("us-imaging"), name="desk")
    assert Counter(worked(rules, *leads)) == Counter(worked(rules, *reversed(leads)))


# --- ends


def test_a_stale_lead_expires_unless_somebody_begins_at_the_very_last_second() -> None:
    rules = desk(LeadRules(CALL, 0, 0, ALWAYS, stale=Duration(seconds=30 * MINUTE)))
    rows = worked(rules, came("a", at(0, "10:00")), came("b", at(0, "10:00")), came("c", at(0, "10:10")))
    assert times(rows, Kind.ATTEMPTED) == {"a": "Mon 10:00:00", "b": "Mon 10:30:00"}
    assert times(rows, Kind.EXPIRED) == {"c": "Mon 10:40:00"}


class Office:
    """A desk with what it tells the world, driven second by second."""

    def __init__(self, rules: DeskRules, *, seed: int = 1) -> None:
        self.environment = Environment(initial_time=START)
        self.rows: list[Effect] = []
        self.told: list[tuple[str, str, str, str]] = []
        self.desk = SalesDesk(
            self.environment, rules, Draws(seed, 0), until=START + 8 * WEEK,
            emit=lambda contact, row: self.rows.append(row), inform=self._inform,
        )  # fmt: skip

    def _inform(self, contact: str, time: int, outcome: LeadOutcome) -> None:
        self.told.append((contact, f"{local(time, ZONE):%a %H:%M}", outcome.outcome, outcome.reason))

    def to(self, moment: int) -> Office:
        self.environment.run(until=moment)
        return self


def test_who_has_left_is_called_no_more_but_a_call_is_finished() -> None:
    office = Office(desk())
    for name in ("a", "b"):
        office.desk.hand_over(came(name, START))
    office.to(at(0, "09:10"))
    for name in ("a", "b"):
        office.desk.left(name)
    office.to(at(1, "09:00"))
    assert [(row.lead, row.kind, row.reason) for row in office.rows if row.kind is Kind.EXPIRED] == [
        ("b", Kind.EXPIRED, "gone"),
    ]  # fmt: skip
    assert times(office.rows, Kind.ACCEPTED) == {"a": "Mon 09:30:00"}


def test_a_request_lifts_a_scored_lead_over_others() -> None:
    office = Office(desk())
    for name in ("a", "b", "c"):
        office.desk.hand_over(came(name, START, request=False, score=ord("z") - ord(name)))
    office.to(at(0, "09:10"))
    office.desk.raise_to_request("c", need=True)
    office.to(at(1, "09:00"))
    assert list(times(office.rows, Kind.ATTEMPTED)) == ["a", "c", "b"]


@pytest.mark.parametrize("planned", ["09:00", "09:20"])
def test_a_request_in_the_last_second_of_a_conversation_counts_whatever_was_planned_first(planned: str) -> None:
    rules = desk(LeadRules(CALL, 0, 0, OutcomeOdds((0, CERTAIN), rejected=CERTAIN)))
    office = Office(rules)
    office.desk.hand_over(came("a", START, request=False))
    office.to(at(0, planned))
    Moment(office.environment, at(0, "09:30"), ARRIVAL, lambda: office.desk.raise_to_request("a", need=True))
    office.to(at(1, "09:00"))
    assert times(office.rows, Kind.ACCEPTED) == {"a": "Mon 09:30:00"}


@pytest.mark.parametrize(("clock", "told"), [("10:00", "Tue 02:00"), ("16:59", "Wed 02:00")])
def test_outcomes_reach_the_journey_at_the_next_sync_and_never_earlier(clock: str, told: str) -> None:
    office = Office(desk())
    office.to(at(0, clock))
    office.desk.hand_over(came("a", at(0, clock)))
    office.to(START + 2 * WEEK)
    assert office.told == [("a", told, "accepted", "")]


def test_an_outcome_in_the_second_of_the_sync_waits_for_the_following_one() -> None:
    rules = desk(teams={"callers": team(shift=working_time(ZONE))})
    office = Office(rules)
    office.to(at(0, "01:30"))
    office.desk.hand_over(came("a", at(0, "01:30")))
    office.to(START + WEEK)
    assert times(office.rows, Kind.ACCEPTED) == {"a": "Mon 02:00:00"}
    assert office.told == [("a", "Tue 02:00", "accepted", "")]


# --- pre-qualification, routing, desks without people


def test_pre_qualification_passes_its_share_and_hands_on_to_the_calling_team() -> None:
    rules = dataclasses.replace(pilot("de-imaging"), name="desk")
    leads = [came(f"{k:03d}", at(k % 20, "04:00") + 60 * k) for k in range(300)]
    rows = worked(rules, *leads, until=START + 30 * WEEK)
    refused = sum(row.reason == "not_passed" for row in rows if row.kind is Kind.REJECTED)
    assert refused / 300 == pytest.approx(0.4, abs=0.1)
    routed = Counter(row.team for row in rows if row.kind is Kind.ROUTED)
    assert routed["pre-qualification"] == 300
    assert routed["imaging-de"] == sum(row.kind is Kind.ENRICHED for row in rows)
    assert {row.team for row in rows if row.kind is Kind.ATTEMPTED} == {"imaging-de"}


class Known:
    """Answers one field to routing conditions."""

    def __init__(self, region: str) -> None:
        self.region = region

    def value(self, path: str) -> str | None:
        return self.region if path == "clinic.region" else None


def test_routing_takes_the_first_true_condition_and_unknown_is_not_true() -> None:
    west = Condition.of('account.region = "west"')
    rules = desk(teams={"callers": team(), "west": team(name="west")}, routes=((west, "west"), (None, "callers")))
    leads = (
        came("w", at(0, "10:00"), names=Known("west")), came("e", at(0, "10:00"), names=Known("east")),
        came("u", at(0, "10:00")),
    )  # fmt: skip
    routed = {row.lead: row.team for row in worked(rules, *leads) if row.kind is Kind.ROUTED}
    assert routed == {"w": "west", "e": "callers", "u": "callers"}


def test_a_desk_without_people_calls_after_its_response_time() -> None:
    rules = dataclasses.replace(pilot("field-direct"), name="desk", field_sales=None)
    leads = [came(f"{k:03d}", START) for k in range(400)]
    rows = worked(rules, *leads, until=START + 104 * WEEK)
    waits = sorted((row.time - START) / WEEK for row in rows if row.kind is Kind.ATTEMPTED)
    assert waits[len(waits) // 2] == pytest.approx(15, rel=0.15)
    assert len(waits) + sum(row.reason == "stale" for row in rows) == 400


# --- field sales


def field(**changes: object) -> FieldRules:
    none = Delay(fixed=Duration())
    rules = FieldRules(2 * ONE, CERTAIN, CERTAIN, CERTAIN, 100_000, ONE, none, none, none, none)
    return dataclasses.replace(rules, **changes)  # type: ignore[arg-type]  # fields of what is changed


def test_first_meetings_are_held_in_order_two_a_week() -> None:
    rules = desk(minutes=1, field_sales=field())
    rows = worked(rules, *(came(name, at(0, "10:00")) for name in "abcde"))
    met = [(row.lead, local_date(row.time, ZONE).isocalendar().week) for row in rows if row.kind is Kind.MET]
    assert met == [("a", 2), ("b", 2), ("c", 3), ("d", 3), ("e", 4)]
    waits = [row.value for row in rows if row.kind is Kind.MET]
    assert waits[:2] == [0, 0]
    assert min(waits[2:]) > 0


def test_parts_of_a_meeting_add_up_over_the_weeks() -> None:
    rules = desk(minutes=1, field_sales=field(per_week=ONE // 2))
    rows = worked(rules, *(came(name, at(0, "10:00")) for name in "abc"))
    met = [local_date(row.time, ZONE).isocalendar().week for row in rows if row.kind is Kind.MET]
    assert met == [3, 5, 7]


def test_the_value_of_an_opportunity_is_spread_over_its_lines_and_won_as_a_whole() -> None:
    rules = desk(minutes=1, field_sales=field())
    rows = worked(rules, came("a", at(0, "10:00"), lines=("ct", "mri", "service")))
    by_kind = {kind: [(r.line, r.value) for r in rows if r.kind is kind] for kind in (Kind.OPPORTUNITY, Kind.WON)}
    assert by_kind[Kind.OPPORTUNITY] == by_kind[Kind.WON]
    values = [value for _, value in by_kind[Kind.WON]]
    assert max(values) - min(values) <= 1
    assert [line for line, _ in by_kind[Kind.WON]] == ["ct", "mri", "service"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"sql": 0}, "not_sql"), ({"opportunity": 0}, "no_opportunity"), ({"won": 0}, "opportunity")],
)
def test_what_is_lost_says_where(changes: dict[str, int], reason: str) -> None:
    rows = worked(desk(minutes=1, field_sales=field(**changes)), came("a", at(0, "10:00")))
    assert [(row.kind, row.reason) for row in rows][-1] == (Kind.LOST, reason)


# --- common chances


def test_another_sdr_or_lead_changes_no_call_of_any_lead() -> None:
    rules = dataclasses.replace(pilot("us-imaging"), name="desk", field_sales=None)
    leads = [came(f"{k:03d}", at(k % 15, "10:00") + k) for k in range(90)]
    more = dataclasses.replace(rules, teams={"imaging": dataclasses.replace(rules.teams["imaging"], sdrs=5)})
    few = {row.lead: row.value for row in worked(rules, *leads) if row.kind is Kind.ROUTED}
    many = {row.lead: row.value for row in worked(more, *leads, came("zzz", at(1, "09:00"))) if row.kind is Kind.ROUTED}
    assert few == {lead: value for lead, value in many.items() if lead != "zzz"}
    assert len(set(few.values())) > 80


def test_demand_is_what_a_lead_costs_when_it_is_called_at_once() -> None:
    rules = dataclasses.replace(
        pilot("us-imaging"), name="desk", field_sales=None,
        lead=dataclasses.replace(pilot("us-imaging").lead, connect=(CERTAIN, CERTAIN), odds=ALWAYS),
    )  # fmt: skip
    rows = worked(rules, came("a", at(0, "09:00")))
    spent = sum(row.value for row in rows if row.kind is not Kind.ROUTED)
    assert [row.value for row in rows if row.kind is Kind.ROUTED] == [spent]
