"""A desk in full: who is called next, who is raised or lost, when journeys learn, what field sales makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import journeyctl
from journeyctl.calendars import Calendar, local
from journeyctl.diagnostics import SpecError
from journeyctl.draws import Draws
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set
from tests.simulate.written_desks import (
    CALL,
    DAY,
    HOUR,
    MINUTE,
    NEW_YORK,
    PROCESS,
    START,
    START_DAY,
    TWO_TEAMS,
    WEEK,
    Document,
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

# --- who is called next

ALL_DAY: Document = {**CALL, "attempt": "8h"}
TWICE: Document = {"attempts": 2, "gaps": ["1bd"]}


@pytest.mark.parametrize(
    ("leads", "calls"),
    # One call fills a day and is not answered; a follow-up is due a business day after it, at 17:00. Each lead:
    # day, time, and score of a scored one (none: a request). The calls are from Monday to Friday.
    [
        pytest.param(
            {"old": (0, "08:59", 1), "a": (0, "08:30", None), "b": (1, "08:00", None), "c": (2, "08:00", None),
             "d": (3, "08:00", None)},
            "a b c old d", id="(0) before (1): a scored lead that is due for more than three business days",
        ),
        pytest.param(
            {"old": (0, "09:00", 1), "a": (0, "08:30", None), "b": (1, "08:00", None), "c": (2, "08:00", None),
             "d": (3, "08:00", None)},
            "a b c d old", id="not (0): on Thursday at 09:00 it has been due for three business days and no more",
        ),
        pytest.param(
            {"first": (0, "08:10", 9), "second": (0, "08:20", 99), "a": (0, "08:30", None), "b": (1, "08:00", None),
             "c": (2, "08:00", None), "d": (3, "08:00", None)},
            "a b c first second", id="within (0) the oldest comes first, whatever its score",
        ),
        pytest.param(
            {"a": (0, "08:30", None), "b": (1, "08:00", None), "c": (2, "08:00", None), "d": (3, "08:00", None)},
            "a b c d a", id="(1) before (2): on Thursday the follow-up of Tuesday 17:00 waits for a new request",
        ),
        pytest.param(
            {"a": (0, "08:30", None), "b": (1, "08:00", None), "c": (2, "08:00", None), "s": (3, "08:00", 900)},
            "a b c a b", id="(2) before (3): follow-ups due for more than one business day before scored leads",
        ),
        pytest.param(
            {"a": (0, "08:30", None), "b": (1, "08:00", None), "s": (2, "08:00", 1)},
            "a b s a b", id="(3) before (4): a new scored lead before the follow-up of Tuesday 17:00",
        ),
        pytest.param(
            {"low": (0, "08:00", 100), "high": (0, "08:30", 900), "middle": (0, "08:10", 500)},
            "high middle low high middle", id="within (3) the highest score comes first",
        ),
        pytest.param(
            {"a": (0, "08:30", None), "b": (0, "08:00", None)},
            "b a b a", id="within (1) and (4) what is due earlier comes first",
        ),
    ],
)  # fmt: skip
def test_whoever_is_free_takes_the_task_of_the_first_rank(
    leads: Mapping[str, tuple[int, str, int | None]], calls: str
) -> None:
    rules = desk(process=[ALL_DAY], connect={"first": "0%"}, cadence=TWICE)
    requests = [
        came(name, at(day, clock), request=score is None, score=score or 0)
        for name, (day, clock, score) in leads.items()
    ]
    rows = worked(rules, *requests)
    assert " ".join(row.lead for row in rows if row.kind is Kind.ATTEMPTED).startswith(calls)


def test_no_task_of_a_better_rank_ever_waits_while_another_is_begun() -> None:
    rules = desk(
        teams={"callers": team(2)}, connect={"first": "0%"}, process=[{**CALL, "attempt": "50min"}],
        cadence={"attempts": 3, "gaps": ["1bd"]}, stale="20d",
    )  # fmt: skip
    leads = [
        came(f"{k:03d}", at(k % 7 + k // 12 * 7, "08:00") + k * 997 % (9 * HOUR), request=k % 3 == 0, score=k * 37 % 50)
        for k in range(84)
    ] + [came(f"fair-{k:03d}", at(8, "11:00") + k, request=False, score=k % 7) for k in range(60)]
    rows, calendar = worked(rules, *leads), rules.teams["callers"].calendar
    shift, by_name = rules.teams["callers"].shift, {lead.lead: lead for lead in leads}
    calls = sorted((row.time, row.worker, row.lead) for row in rows if row.kind is Kind.ATTEMPTED)
    closed = {row.lead: row.time for row in rows if row.kind in (Kind.UNREACHABLE, Kind.EXPIRED)}
    waiting: dict[str, tuple[int, int]] = {}  # lead: due time, attempts made
    later = sorted((lead.created_at, lead.lead, 0) for lead in leads)
    ranks: Counter[int] = Counter()
    for time, _, taken in calls:
        while later and later[0][0] <= time:
            due, lead, made = later.pop(0)
            waiting[lead] = (due, made)
        keys = {
            lead: _rank(by_name[lead], due, made, calendar, time)
            for lead, (due, made) in waiting.items() if closed.get(lead, time) >= time
        }  # fmt: skip
        assert keys[taken] == min(keys.values())
        ranks[keys[taken][0]] += 1
        made = waiting.pop(taken)[1] + 1
        if made < 3:
            due = calendar.add_business_days(shift.add_open(time, 50 * MINUTE), 1)
            later = sorted([*later, (due, taken, made)])
    assert ranks.keys() == {0, 1, 2, 3, 4}


def _rank(lead: LeadRequest, due: int, made: int, calendar: Calendar, now: int) -> tuple[int, int, int, str]:
    """The five ranks as they are written, without looking at how the desk works them out."""
    score = 0
    if now > calendar.add_business_days(due, 3):
        rank = 0
    elif made:
        rank = 2 if now > calendar.add_business_days(due, 1) else 4
    elif lead.request:
        rank = 1
    else:
        rank, score = 3, -lead.score
    return rank, score, due, lead.lead


# --- requests that join a lead, people who leave


@pytest.mark.parametrize(
    ("raised", "called"),
    # Called in vain on Monday at 10:00 and again, where nothing comes, on Thursday at 10:30.
    [
        ("Tue 11:00", "Tue 06 11:00"),
        ("Tue 18:00", "Wed 07 09:00"),
        ("Thu 10:00", "Thu 08 10:00"),
        ("Thu 10:45", "Thu 08 11:00"),  # during the second call: the third comes right after it
    ],
)
def test_a_request_brings_the_next_call_of_a_scored_lead_forward(raised: str, called: str) -> None:
    rules = desk(connect={"first": "0%"}, cadence={"attempts": 3, "gaps": ["3bd"]})
    office = Office(rules).hands(came("a", at(0, "10:00"), request=False))
    office.to(at({"Tue": 1, "Thu": 3}[raised[:3]], raised[4:])).desk.raise_to_request("a", need=True)
    office.to(at(4, "00:00"))
    assert when(office.rows, Kind.ATTEMPTED) == {"a": called}


def test_a_raised_lead_is_due_from_its_request_on_and_stands_behind_older_requests() -> None:
    # The three came on Monday night; at 08:00 the scored lead became the youngest request.
    office = Office(desk()).hands(came("scored", at(0, "20:00"), request=False, score=900))
    office.hands(came("b", at(0, "21:00")), came("c", at(0, "22:00"))).to(at(1, "08:00"))
    office.desk.raise_to_request("scored", need=True)
    office.hands(came("d", at(1, "08:30"))).to(at(2, "00:00"))
    assert when(office.rows, Kind.ATTEMPTED) == {
        "b": "Tue 06 09:00", "c": "Tue 06 09:30", "scored": "Tue 06 10:00", "d": "Tue 06 10:30",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("left", "end"),
    [
        ("Mon 10:20", (Kind.EXPIRED, "gone", "Mon 05 10:20")),  # waits for pre-qualification, busy with the other
        ("Mon 10:30", (Kind.EXPIRED, "gone", "Mon 05 10:40")),  # in pre-qualification: ends with the task
        ("Mon 11:00", (Kind.EXPIRED, "gone", "Mon 05 11:20")),  # in a call that nobody answers
        ("Mon 16:00", (Kind.EXPIRED, "gone", "Mon 05 16:00")),  # between two calls
    ],
)
def test_the_lead_of_a_contact_who_leaves_closes_as_gone(left: str, end: tuple[Kind, str, str]) -> None:
    process = passing(PROCESS, **{"pass": "100%"})
    rules = desk(teams=TWO_TEAMS, process=process, connect={"first": "0%"}, cadence=TWICE)
    # Pre-qualified from 10:20 to 10:40, called from 10:50 to 11:20, each time after the other lead.
    office = Office(rules).hands(came("0", at(0, "09:00")), came("a", at(0, "09:30")))
    office.to(at(0, left[4:])).desk.left("a")
    office.to(at(3, "00:00"))
    ends = [row for row in office.rows if row.lead == "a" and row.kind in (Kind.EXPIRED, Kind.UNREACHABLE)]
    assert [(row.kind, row.reason, f"{local(row.time, NEW_YORK):%a %d %H:%M}") for row in ends] == [end]


def test_all_leads_of_who_leaves_close_also_the_one_of_the_buying_group() -> None:
    office = Office(desk(teams={"callers": team(0)}))
    for lead in ("a~score~1", "a~group~1"):
        office.desk.hand_over(LeadRequest(lead, "us", START, request=False, contact="a"))
    office.hands(came("b", at(0, "01:00"))).desk.left("a")
    assert sorted((row.lead, row.reason) for row in office.rows if row.kind is Kind.EXPIRED) == [
        ("a~group~1", "gone"), ("a~score~1", "gone"),
    ]  # fmt: skip
    assert office.desk.open_leads() == 1


# --- the CRM sync


@pytest.mark.parametrize(
    ("sync", "accepted", "told"),
    [
        ("02:00", "2026-01-07 01:59", "2026-01-07 02:00"),
        ("02:00", "2026-01-07 02:00", "2026-01-08 02:00"),  # in the second of the sync: the next one
        # Clocks jump from 02:00 to 03:00 on 8 March.
        ("02:30", "2026-03-07 15:00", "2026-03-08 03:00"),
        ("02:30", "2026-03-08 04:00", "2026-03-09 02:30"),
        # On 1 November 01:30 comes twice, and counts the first time.
        ("01:30", "2026-10-31 15:00", "2026-11-01 01:30"),
        ("01:30", "2026-11-01 01:40", "2026-11-02 01:30"),
    ],
)
def test_an_outcome_is_told_at_the_first_sync_after_it(sync: str, accepted: str, told: str) -> None:
    always: Document = {"days": "mon-sun", "hours": "00:00-24:00"}
    rules = desk(teams={"callers": team(shift=always)}, crm_sync={"at": sync})
    ends = on(accepted)
    office = Office(rules, ends - DAY).hands(came("a", ends - 30 * MINUTE)).to(ends + 2 * DAY)
    assert [row.time for row in office.rows if row.kind is Kind.ACCEPTED] == [ends]
    assert office.told == [("a", on(told), "accepted", "")]


# --- a desk without people


@pytest.mark.parametrize(
    ("response", "called"),
    [
        ({"median": "10d", "p90": "10d"}, "Thu 15 10:00"),
        ({"median": "5bd", "p90": "5bd"}, "Mon 12 10:00"),
        ({"median": "0d"}, "Mon 05 10:00"),
    ],
)
def test_a_desk_without_people_reaches_everybody_after_its_response_time(
    response: Mapping[str, str], called: str
) -> None:
    rules = desk(teams=None, response=response, connect={"first": "0%"})
    rows = worked(rules, *(came(name, at(0, "10:00")) for name in "abc"))
    # Nobody waits for anybody else, and no work is counted.
    for kind in (Kind.ATTEMPTED, Kind.CONNECTED, Kind.ACCEPTED):
        assert when(rows, kind) == dict.fromkeys("abc", called)
    assert {(row.team, row.worker, row.value) for row in rows if row.kind is not Kind.ROUTED} == {("", 0, 0)}


def test_a_response_that_states_no_p90_has_it_at_twice_the_median() -> None:
    rules = desk(teams=None, response={"median": "10d"})
    rows = worked(rules, *(came(f"{k:04d}", START) for k in range(2_000)))
    waits = [(row.time - START) / DAY for row in rows if row.kind is Kind.ATTEMPTED]
    assert len(waits) == 2_000
    assert near(sum(wait <= 10 for wait in waits) / 2_000, 0.5, 2_000)
    assert near(sum(wait <= 20 for wait in waits) / 2_000, 0.9, 2_000)


# --- field sales

FIELD: Document = {
    "meetings_per_week": 100, "sql": "100%", "opportunity": "100%", "won": "100%",
    "value": {"median": 300_000, "p90": 1_500_000},
    "delays": {"meeting": "0d", "sql": "0d", "opportunity": "0d", "won": "0d"},
}  # fmt: skip


def selling(**changes: object) -> DeskRules:
    """A desk of which only field sales takes time: it works round the clock and its calls a second."""
    always: Document = {"days": "mon-sun", "hours": "00:00-24:00"}
    return desk(
        teams={"callers": team(50, shift=always)}, process=[{**CALL, "attempt": "1s"}],
        field_sales={**FIELD, **changes},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("per_week", "weeks"),
    # From Monday, 5 January 2026: meetings of the first weeks, and whole ones as parts add up.
    [
        (2, [0, 0, 1, 1, 2, 2]),
        (2.5, [0, 0, 1, 1, 1, 2]),  # 2, 5, 7 are over by the end of the first weeks
        (0.75, [1, 2, 3, 5, 6, 7]),  # .75, 1.5, 2.25, 3, 3.75, 4.5, 5.25, 6
        (0.25, [3, 7, 11, 15, 19, 23]),
        (0, []),
    ],
)
def test_meetings_are_as_many_as_the_weeks_hold_in_the_order_of_the_leads(per_week: float, weeks: list[int]) -> None:
    # The weeks run over the change of clocks on 8 March.
    rules = selling(meetings_per_week=per_week)
    rows = worked(rules, *(came(name, at(0, "09:00") + 60 * k) for k, name in enumerate("fedcba")))
    met = [row for row in rows if row.kind is Kind.MET]
    assert [(local(row.time, NEW_YORK).date().toordinal() - START_DAY) // 7 for row in met] == weeks
    assert [row.lead for row in met] == list("fedcba")[: len(weeks)]
    # The wait of who is not met at once ends with the first second of a week.
    for row, week, place in zip(met, weeks, range(6), strict=False):
        ready = at(0, "09:00") + 60 * place + 1
        assert row.time == (ready if week == 0 else on(f"{date.fromordinal(START_DAY + 7 * week)} 00:00"))
        assert row.value == row.time - ready


def test_stages_follow_each_other_by_their_delays() -> None:
    delays = {"meeting": "5bd", "sql": "10bd", "opportunity": "2d", "won": {"median": "3d", "p90": "3d"}}
    rows = worked(selling(delays=delays), came("a", at(2, "10:00")))
    assert [(row.kind, f"{local(row.time, NEW_YORK):%a %d %b %H:%M}") for row in rows if row.kind in SOLD] == [
        (Kind.MET, "Wed 14 Jan 10:00"), (Kind.SQL, "Wed 28 Jan 10:00"),
        (Kind.OPPORTUNITY, "Fri 30 Jan 10:00"), (Kind.WON, "Mon 02 Feb 10:00"),
    ]  # fmt: skip


SOLD = (Kind.MET, Kind.SQL, Kind.OPPORTUNITY, Kind.WON, Kind.LOST)


def test_stages_have_their_shares_and_every_met_lead_ends_once() -> None:
    count = 4_000
    leads = [came(f"{k:04d}", START) for k in range(count)]
    rows = worked(selling(meetings_per_week=count, sql="60%", opportunity="50%", won="22%"), *leads)
    kinds = Counter(row.kind for row in rows)
    assert kinds[Kind.MET] == count == kinds[Kind.WON] + kinds[Kind.LOST]
    assert near(kinds[Kind.SQL] / count, 0.6, count)
    assert near(kinds[Kind.OPPORTUNITY] / kinds[Kind.SQL], 0.5, kinds[Kind.SQL])
    assert near(kinds[Kind.WON] / kinds[Kind.OPPORTUNITY], 0.22, kinds[Kind.OPPORTUNITY])
    values = [row.value for row in rows if row.kind is Kind.OPPORTUNITY]
    assert near(sum(value <= 30_000_000 for value in values) / len(values), 0.5, len(values))
    assert near(sum(value <= 150_000_000 for value in values) / len(values), 0.9, len(values))


def test_a_better_share_wins_more_and_loses_nothing_that_was_won() -> None:
    leads = [came(f"{k:03d}", START) for k in range(300)]
    few, many = (
        {(row.lead, row.value) for row in worked(selling(meetings_per_week=300, won=won), *leads)
         if row.kind is Kind.WON}
        for won in ("20%", "60%")
    )  # fmt: skip
    assert few < many


@pytest.mark.parametrize("lines", [(), ("ct",), ("ct", "mri"), ("ct", "mri", "service", "software")])
def test_the_value_is_one_draw_however_many_lines_share_it(lines: tuple[str, ...]) -> None:
    alone = [row.value for row in worked(selling(), came("a", START)) if row.kind is Kind.WON]
    rows = worked(selling(), came("a", START, lines=lines))
    for kind in (Kind.OPPORTUNITY, Kind.WON):
        parts = [row for row in rows if row.kind is kind]
        assert [row.line for row in parts] == list(lines or ("",))
        assert [sum(row.value for row in parts)] == alone
        assert {row.opportunity for row in parts} == {"a"}
        assert max(row.value for row in parts) - min(row.value for row in parts) <= 1


def test_a_field_force_of_next_to_nothing_leaves_its_queue_unmet() -> None:
    # One meeting in 10,000 weeks: nobody is met within a hundred years, and the run ends.
    assert not [row for row in worked(selling(meetings_per_week=0.0001), came("a", START)) if row.kind in SOLD]


@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        ({"value": {"median": 50_000, "p90": 2_500}}, "the 90 % quantile 2500 is less than the median 50000"),
        (
            {"delays": {"meeting": "0d", "sql": "0d", "opportunity": "0d", "won": {"median": "120d", "p90": "30d"}}},
            "the 90 % quantile 30d is less than the median 120d",
        ),
    ],
)
def test_a_quantile_below_its_median_is_refused(changes: dict[str, object], numbers: str) -> None:
    with pytest.raises(SpecError) as refused:
        selling(**changes)
    assert [(finding.code, finding.message) for finding in refused.value.findings] == [("JC095", numbers)]


def test_an_opportunity_may_be_worth_nothing() -> None:
    rows = worked(selling(value={"median": 0, "p90": 0}), came("a", START))
    assert [row.value for row in rows if row.kind is Kind.WON] == [0]


def test_field_sales_goes_on_after_the_desk_has_closed() -> None:
    office = Office(selling(delays={"meeting": "5bd", "sql": "10bd", "opportunity": "20bd", "won": "300d"}))
    office.hands(came("a", START + 30 * WEEK - HOUR)).to(START + 30 * WEEK)
    office.environment.run()
    assert [row.kind for row in office.rows if row.kind in SOLD] == [*SOLD[:4]]


def test_leads_that_the_desk_has_not_closed_by_its_end_stay_open() -> None:
    office = Office(desk()).hands(*(came(name, at(0, "10:00")) for name in "ab"))
    until = START + 30 * WEEK - MINUTE  # a Sunday night
    office.hands(came("c", until)).to(START + 30 * WEEK)
    office.environment.run()
    assert office.desk.open_leads() == 1
    assert not [row for row in office.rows if row.lead == "c" and row.kind is not Kind.ROUTED]


# --- a whole run: the end, the drain, the sync


@cache
def _ran(drain: str | None) -> tuple[World, list[tuple[int, Kind, str, str]]]:
    """A month of the small workspace, whose contacts leave often: time, kind, lead and reason of all rows."""
    changes: list[tuple[str, object]] = [
        ("population.accounts.contacts", 300), ("length", "4w"), ("desk_inflow.web-form.per_week", 60),
        ("launches.department-heads.ramp", "2bd"),
    ]  # fmt: skip
    changes += [("drain", drain)] if drain else []
    workspace = with_set(load(SMALL), changes, scenario="plan")
    world = world_of(workspace, "plan", Draws(1))
    record = run(world, Draws(1, 0), engine="reference").record.record().in_file_order()
    return world, [(row.time, row.kind, row.lead, row.reason) for row in record.rows()]


OUTCOMES = frozenset({Kind.ACCEPTED, Kind.REJECTED, Kind.RECYCLED, Kind.UNREACHABLE, Kind.EXPIRED})
SMALL = Path(journeyctl.__file__).parent / "workspaces" / "small"
AT_THE_DESK = frozenset({Kind.ROUTED, Kind.ENRICHED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, *SOLD, *OUTCOMES})


def test_in_the_drain_the_desk_works_on_and_nothing_new_comes() -> None:
    world, short = _ran(None)
    drained, long = _ran("4w")
    assert (world.drained, drained.drained) == (world.end, world.end + 4 * WEEK)
    worked_on = {kind for time, kind, _, _ in long if world.end <= time < drained.drained}
    assert Kind.ATTEMPTED in worked_on
    assert worked_on <= AT_THE_DESK
    before = [[row for row in rows if row[0] < world.end] for rows in (short, long)]
    assert before[0] == before[1]


def test_journeys_learn_outcomes_at_two_at_night_and_at_the_first_sync_after_them() -> None:
    world, rows = _ran("4w")
    ends = {lead: (time, kind) for time, kind, lead, _ in rows if kind in OUTCOMES}
    told = [(time, lead, reason) for time, kind, lead, reason in rows if kind is Kind.SYNCED]
    assert told
    for time, lead, reason in told:
        closed, outcome = ends[lead]
        assert f"{local(time, NEW_YORK):%H:%M:%S}" == "02:00:00"
        assert 0 < time - closed <= DAY
        assert reason == outcome.value
        assert time < world.end
