"""Facts as processes, and other lines' mail."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import pytest

from journeyctl.calendars import local
from journeyctl.draws import Draws
from journeyctl.fixed_point import ONE
from journeyctl.model.population import Literally
from journeyctl.model.scenario import Fact, OtherMail
from journeyctl.model.values import Assumed, DurationSpread
from journeyctl.simulate.desk_rules import Delay
from journeyctl.simulate.facts import Facts
from journeyctl.simulate.other_mail import OtherMailPlan
from journeyctl.simulate.population import run_window
from journeyctl.units import Duration

DAY = 86_400
TICKET = Fact(
    per_year=Assumed(4.0),
    value=Literally(value=True),
    lasts=DurationSpread(median=Assumed(Duration(seconds=3 * DAY)), p90=Assumed(Duration(seconds=10 * DAY))),
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from journeyctl.model.population import FieldValue
    from tests.simulate.conftest import World

    Spreads = dict[str, Callable[..., FieldValue]]
HOSPITALS = tuple(f"u{k}/h1" for k in range(1_500))


def facts(world: World, **named: Fact) -> Facts:
    filled = world.with_scenario(facts={name.replace("__", "."): fact for name, fact in named.items()})
    return Facts(filled.workspace, filled.scenario, filled.program, filled.draws)


def test_tickets_open_at_their_rate_last_as_stated_and_close_again(small_world: World) -> None:
    tickets = facts(small_world, hospital__open_ticket=TICKET)
    found = tickets.of_all(HOSPITALS, "hospital", lambda _: {"hospital.open_ticket": False})
    opened = sum(change.value is True for changes in found.values() for change in changes)
    assert opened / 1_500 == pytest.approx(4 * 26 * 7 / 365 / (1 + 4 * 5 / 365), rel=0.08)
    lengths = sorted(
        after.time - before.time for changes in found.values() for before, after in pairwise(changes) if before.value
    )
    assert lengths[len(lengths) // 2] == pytest.approx(3 * DAY, rel=0.1)
    for changes in found.values():
        assert [change.value for change in changes] == [k % 2 == 0 for k in range(len(changes))]


@pytest.mark.parametrize(("p90_days", "sigma"), [(None, log(2) / 1.2815516), (6, log(2) / 1.2815516), (3, 0)])
def test_a_fact_and_a_desk_read_a_spread_alike_and_without_a_p90_take_twice_the_median(
    small_world: World, p90_days: int | None, sigma: float
) -> None:
    p90 = None if p90_days is None else Assumed(Duration(seconds=p90_days * DAY))
    spread = DurationSpread(median=Assumed(Duration(seconds=3 * DAY)), p90=p90)
    (process,) = facts(small_world, hospital__open_ticket=replace(TICKET, lasts=spread)).processes
    delay = Delay.of(spread)
    assert process.lasts == (delay.median, delay.sigma)
    assert (delay.median, delay.sigma / ONE) == (3 * DAY, pytest.approx(sigma, abs=1e-6))


def test_a_purchase_sets_several_fields_at_one_moment(small_world: World, spread: Spreads) -> None:
    sets = {
        "is_customer": Literally(value=True),
        "last_purchase": Literally(value="now"),
        "line": spread["shares"](ct=0.5, mri=0.5),
    }
    process = facts(small_world, account__purchase=Fact(per_year=Assumed(2.0), sets=sets))
    found = process.of_all([f"u1/h1/c{k}" for k in range(400)], "clinic", lambda _: {})
    assert process.paths == {"clinic.is_customer", "clinic.last_purchase", "clinic.line"}
    lines = set()
    for changes in found.values():
        by_time: dict[int, dict[str, object]] = {}
        for change in changes:
            by_time.setdefault(change.time, {})[change.path] = change.value
        for time, fields in by_time.items():
            assert set(fields) == process.paths
            assert fields["clinic.last_purchase"] == local(time, "America/New_York").date()
            lines.add(fields["clinic.line"])
    assert lines == {"ct", "mri"}


def test_what_is_for_good_happens_once(small_world: World) -> None:
    process = facts(small_world, contact__left_company=Fact(per_year=Assumed(40.0), value=Literally(value=True)))
    found = process.of_all([f"p{k}" for k in range(300)], "contact", lambda _: {})
    assert len(found) > 290
    assert all(len(changes) == 1 for changes in found.values())


def test_an_unknown_field_becomes_unknown_again_and_a_boolean_false(small_world: World) -> None:
    lasting = replace(TICKET, per_year=Assumed(20.0))
    beds = replace(lasting, value=Literally(value=7))
    found = facts(small_world, hospital__open_ticket=lasting, hospital__beds=beds).of("u1/h1", "hospital", {})
    assert {change.value for change in found if change.path == "hospital.open_ticket"} == {True, False}
    assert {change.value for change in found if change.path == "hospital.beds"} == {7, None}


def test_facts_are_the_same_in_every_replication_and_whatever_else_happens(small_world: World) -> None:
    alone = facts(small_world, hospital__open_ticket=TICKET).of("u1/h1", "hospital", {})
    other = replace(small_world, draws=Draws(7, 9))
    both = facts(
        other, hospital__open_ticket=TICKET, hospital__beds=Fact(per_year=Assumed(9.0), value=Literally(value=7))
    ).of("u1/h1", "hospital", {})
    assert tuple(change for change in both if change.path == "hospital.open_ticket") == alone


def test_a_fact_that_never_happens_has_no_process(small_world: World) -> None:
    assert facts(small_world, hospital__open_ticket=replace(TICKET, per_year=Assumed(0.0))).processes == ()


def plan(world: World, per_week: float, *lines: str, replication: int = 0) -> OtherMailPlan:
    mail = OtherMail(lines=lines, per_week=Assumed(per_week))
    return OtherMailPlan.of(world.with_scenario(other_mail=mail).scenario, world.program, Draws(7, replication))


@pytest.mark.parametrize("per_week", [0.15, 1.0, 2.5])
def test_lines_mail_as_often_as_stated(small_world: World, per_week: float) -> None:
    contacts = [f"p{k}" for k in range(200)]
    found = plan(small_world, per_week, "ct", "mri").of_contacts(contacts, ["America/New_York"] * 200)
    mails = sum(len(mails) for mails in found)
    assert mails / (200 * 26 * 2) == pytest.approx(per_week, rel=0.07)
    assert all(list(mails) == sorted(mails) for mails in found)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
def test_other_mail_leaves_at_a_full_working_hour_of_the_contact(small_world: World, zone: str) -> None:
    start, end = run_window(small_world.scenario, small_world.program)
    hours = set()
    for mail in plan(small_world, 4.0, "ct", "mri").of_contacts(["p1", "p2"], [zone, zone])[0]:
        moment = local(mail.time, zone)
        hours.add((moment.weekday(), moment.hour))
        assert start <= mail.time < end
        assert moment.time() == datetime.time(moment.hour)
    assert {day for day, _ in hours} == set(range(5))
    assert {hour for _, hour in hours} <= set(range(9, 17))


def test_another_line_or_contact_changes_no_mail_but_another_replication_does(small_world: World) -> None:
    alone = plan(small_world, 0.5, "ct").of_contacts(["p1"], ["UTC"])[0]
    more = plan(small_world, 0.5, "mri", "ct").of_contacts(["p0", "p1"], ["UTC", "UTC"])[1]
    assert tuple(mail for mail in more if mail.line == "ct") == alone
    assert plan(small_world, 0.5, "ct", replication=1).of_contacts(["p1"], ["UTC"])[0] != alone
    assert plan(small_world, 0.5).of_contacts(["p1"], ["UTC"])[0] == ()
