"""Questions of a planning workshop, each on a small workspace, with answers that can be checked by hand."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from journeyctl import api
from journeyctl.calendars import Calendar
from journeyctl.draws import Draws
from journeyctl.results.measures import MEASURES
from journeyctl.semantics.effects import Kind
from journeyctl.simulate.desk import LeadRequest, work_alone
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.world import World
from journeyctl.workspaces import locate
from tests.acceptance.conftest import Make

PLAN = "journey_specs/scenarios/plan.yaml"
DESK = "journey_specs/desks/sales.yaml"
HOUSE = "content_catalog/house.yaml"
GERMANY = "  DE: {locale: de-DE, zone: Europe/Berlin, holidays: DE}"
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp())


def world(checked: api.Checked, *, seed: int = 1, replication: int = 0) -> World:
    return world_of(checked.workspace, "plan", Draws(seed, replication))


# --- consent per country


@pytest.mark.parametrize(("country", "share"), [("US", 1.0), ("DE", 0.25)])
def test_double_opt_in_leaves_the_quarter_that_confirms(workspace: Make, country: str, share: float) -> None:
    checked = workspace({
        PLAN: {"contact.country: US": f"contact.country: {country}", "contacts: {value: 2000, range: [1000, 4000]":
               "contacts: {value: 4000, range: [1000, 4000]",
               "contact.consent_marketing: {value: 70%, range: [50%, 90%], source: assumed}":
               "contact.consent_marketing: true"},
        "journey_specs/policies.yaml": {"confirm_rate: 60%": "confirm_rate: 25%"},
        "journey_specs/workspace.yaml": {"  US: {locale: en-US, zone: America/New_York, holidays: US}":
               "  US: {locale: en-US, zone: America/New_York, holidays: US}\n"
               "  DE: {locale: de-DE, zone: Europe/Berlin, holidays: DE}"},
    })  # fmt: skip
    counts = api.population(checked, "plan").counts
    known = counts.known
    assert counts.people == 4_000
    assert counts.signed_up["marketing"] == known
    # Four standard deviations of a binomial count.
    assert abs(counts.consented["marketing"] - known * share) <= 4 * (known * share * (1 - share)) ** 0.5


def test_another_rule_of_consent_changes_nobody_but_those_who_did_not_confirm(workspace: Make) -> None:
    german = {
        PLAN: {"contact.country: US": "contact.country: DE"},
        "journey_specs/workspace.yaml": {
            "  US: {": "  DE: {locale: de-DE, zone: Europe/Berlin, holidays: DE}\n  US: {"
        },
    }
    double = workspace(german)
    single = workspace(
        {**german, "journey_specs/policies.yaml": {"{opt_in: double, confirm_rate: 60%}": "{opt_in: single}"}}
    )
    few, many = ({p.key: p for p in api.population(found, "plan").persons} for found in (double, single))
    consent = "contact.consent_marketing"
    assert few.keys() == many.keys()
    assert all(many[key].fields.get(consent) is True for key in few if few[key].fields.get(consent) is True)
    others = {key: {**person.fields, consent: None} for key, person in few.items()}
    assert others == {key: {**person.fields, consent: None} for key, person in many.items()}
    assert sum(p.fields.get(consent) is True for p in many.values()) > sum(
        p.fields.get(consent) is True for p in few.values()
    )


# --- the clock of a promise


@pytest.mark.parametrize("hours", [24, 48])
def test_a_request_on_friday_evening_misses_the_wall_clock_and_keeps_the_business_clock(
    workspace: Make, hours: int
) -> None:
    checked = workspace({DESK: {"absence: {value: 12%, range: [8%, 18%], source: assumed}": "absence: 0%"}})
    calendar = Calendar("America/New_York")
    rules = DeskRules.of(checked.workspace.desks["sales"], zone="America/New_York", calendar=calendar)
    came = at("2026-01-09T17:05:00")
    rows, _ = work_alone(
        rules, (LeadRequest("friday", "sales", came, request=True),), Draws(1, 0), start=at("2026-01-09T00:00:00"),
        until=at("2026-01-23T00:00:00"),
    )  # fmt: skip
    called = min(row.time for _, row in rows if row.kind is Kind.ATTEMPTED)
    assert called == at("2026-01-12T09:00:00"), "she begins when the next shift does"
    assert called - came > 48 * 3_600 > 0, "on the wall clock both promises are missed by any team"
    assert calendar.business_seconds(came, called) <= hours * 3_600


# --- the baseline without a desk


def test_leads_that_wait_fifteen_weeks_are_accepted_less_often_and_the_assumption_is_listed(workspace: Make) -> None:
    written = (locate("small") / DESK).read_text(encoding="utf-8")
    scenario = (locate("small") / PLAN).read_text(encoding="utf-8")
    what_ifs = scenario[scenario.index("compare:") :]
    teams = written[written.index("teams:") : written.index("order:")]
    checked, waiting = workspace({}), workspace({DESK: {teams: "response: {median: 15w}\n"}, PLAN: {what_ifs: ""}})
    shares = []
    for found in (checked, waiting):
        accepted = finished = 0
        for number in range(4):
            record = run(world(found, replication=number), Draws(1, number)).record.record()
            accepted += len(record.rows_of(Kind.ACCEPTED))
            finished += len(record.rows_of(Kind.ACCEPTED, Kind.REJECTED, Kind.RECYCLED))
        shares.append(accepted / finished)
    assert shares[0] > shares[1] * 1.2
    forecast = api.simulate(checked, "plan", replications=2, compare=[])
    assert any("cooling" in str(assumption) for assumption in forecast.assumptions)


# --- pre-qualification


def test_a_team_that_passes_two_fifths_spares_the_callers_and_nothing_before_them_changes(workspace: Make) -> None:
    checked = workspace({})
    filtered = workspace({DESK: {
        "  inside:\n": "  checkers:\n    sdrs: 4\n    shift: {days: mon-fri, hours: \"09:00-17:00\", zone: "
        "America/New_York, holidays: US}\n  inside:\n",
        "  - {task: log-status, kind: automatic}\n": "  - {task: log-status, kind: automatic}\n"
        "  - {task: pre-qualify, by: checkers, kind: human, takes: 10min, pass: {value: 40%, range: [30%, 50%],"
        " source: assumed}}\n",
    }})  # fmt: skip
    plain, passed = (run(world(found), Draws(1, 0)).record.record() for found in (checked, filtered))
    created = [set(record.texts("lead", record.rows_of(Kind.ROUTED))) for record in (plain, passed)]
    assert len(created[0] & created[1]) > 0.9 * len(created[0])
    calls = [
        len({lead for lead, worker in zip(record.texts("lead", rows), record.texts("team", rows), strict=True)
             if worker == "inside"})
        for record in (plain, passed) for rows in [record.rows_of(Kind.ATTEMPTED)]
    ]  # fmt: skip
    assert 0.3 < calls[1] / calls[0] < 0.5
    reasons = set(passed.texts("reason", passed.rows_of(Kind.REJECTED)))
    assert "not_passed" in reasons


# --- missing data


def test_contacts_without_a_title_are_unknown_and_invalid_addresses_bounce(workspace: Make) -> None:
    checked = workspace({
        "journey_specs/profile.yaml": {"missing: 20%": "missing: 30%"},
        PLAN: {"invalid_email: {value: 3%, range: [1%, 8%], source: assumed}": "invalid_email: 5%"},
    })  # fmt: skip
    people = api.population(checked, "plan")
    without = sum("contact.role" not in person.fields for person in people.persons)
    assert 0.25 < without / len(people.persons) < 0.35
    record = run(world(checked), Draws(1, 0)).record.record()
    bounced = record.texts("reason", record.rows_of(Kind.BOUNCED))
    assert bounced.count("hard") > 0
    entered = set(record.texts("contact", record.rows_of(Kind.ENTERED)))
    unknown = {person.key for person in people.persons if "contact.role" not in person.fields}
    assert not entered & unknown, "an unknown title is not the title that the audience asks for"


# --- a launch on a day


def test_nothing_of_a_product_is_sent_before_its_launch(workspace: Make) -> None:
    checked = workspace({PLAN: {"launches:\n": "launches:\n  planning-suite: {on: 2026-04-01}\n"}})
    before = workspace({})
    for found, allowed in ((before, True), (checked, False)):
        early = 0
        for number in range(4):
            record = run(world(found, replication=number), Draws(1, number)).record.record()
            rows = record.rows_of(Kind.SENT)
            items, times = np.array(record.texts("item", rows)), record.column("time")[rows]
            early += int(((items == "planning-suite") & (times < at("2026-04-01T00:00:00"))).sum())
        assert (early > 0) is allowed


# --- rates


def test_no_rate_of_any_measure_lies_above_one(workspace: Make) -> None:
    forecast = api.simulate(workspace({}), "plan", replications=3, compare=[])
    shares = {name for name, measure in MEASURES.items() if measure.unit == "share"} - {"demand_per_capacity"}
    for name in shares & forecast.estimates.keys():
        for key, estimate in forecast.estimates[name].items():
            assert estimate.value is None or 0 <= estimate.value <= 1, (name, key)
