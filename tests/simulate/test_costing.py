"""Prices become whole cents, records that may not be mailed have a reason, and both reach the measures of a run."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import pytest

from journeyctl.draws import Draws
from journeyctl.graph.lowering import lower
from journeyctl.model.scenario import ChannelCost, Costs
from journeyctl.model.specification import Workspace
from journeyctl.model.values import Assumed
from journeyctl.results.measures import CostTerms
from journeyctl.simulate.costing import Newcomers, cost_terms
from journeyctl.simulate.forecast import Forecast, forecast
from journeyctl.simulate.mailability import CONSENT_UNKNOWN, INVALID_EMAIL, NO_CONSENT, UNCONFIRMED, unmailable
from journeyctl.simulate.people import Person
from journeyctl.simulate.run import world_of
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

MICRO = 1_000_000
"""Millionths of a cent in a cent."""
ROOT = Path(__file__).parents[2]
TINY = (("population.accounts.contacts", 300), ("length", "8w"))


@cache
def plan(*more: tuple[str, object]) -> Workspace:
    return with_set(load(locate("small")), (*TINY, *more), scenario="plan")


def test_prices_are_exact_and_channels_are_paid_for_everybody_who_came() -> None:
    program = lower(plan())
    items = sorted(program.items)[:3]
    tagged = {name: dataclasses.replace(program.items[name], tags=("newly-made",)) for name in items[:2]}
    program = dataclasses.replace(program, items={**program.items, **tagged})
    costs = Costs(
        send=Assumed(0.002), sdr_hour=Assumed(70.0), field_hour=Assumed(140.0), item_new=Assumed(4000.0),
        channels={"search": ChannelCost(per_visitor=Assumed(2.5)), "fair": ChannelCost(per_contact=Assumed(90.0))},
    )  # fmt: skip
    came = Newcomers(visitors={"search": 101, "fair": 40}, contacts={"search": 3, "fair": 40})
    assert cost_terms(costs, program, items=items, came=came) == CostTerms(
        send=200_000, sdr_hour=7_000 * MICRO, field_hour=14_000 * MICRO, content=800_000,
        channels={"fair": 360_000, "search": 25_250},
    )  # fmt: skip


def test_without_costs_there_are_no_terms() -> None:
    assert cost_terms(None, lower(plan()), items=(), came=Newcomers()) is None


def mailable(*more: tuple[str, object]) -> tuple[int, int]:
    """Contacts of the German pilot that may be mailed, and sign-ups that were never confirmed."""
    changed = with_set(load(ROOT), (("population.accounts.contacts", 10_000), *more), scenario="de-pilot")
    world = world_of(changed, "de-pilot", Draws(7).stable())
    assert world.reachable is not None
    assert world.unmailable is not None
    return world.reachable, sum(many for (_, reason), many in world.unmailable.items() if reason == UNCONFIRMED)


def test_a_double_opt_in_loses_three_sign_ups_of_four_and_a_single_one_none() -> None:
    # A10: in Germany 75 % never confirm.
    double, lost = mailable()
    single, none = mailable(("policies.consent.countries.DE.opt_in", "single"))
    assert none == 0
    assert lost / (double + lost) == pytest.approx(0.75, abs=0.02)
    assert double + lost == pytest.approx(single, rel=0.02)


def person(**facts: object) -> Person:
    consent = {"contact.consent_marketing": facts.pop("consent", True)}
    return Person("p", "u", "u/h", "u/h/c", {k: v for k, v in consent.items() if v is not None}, **facts)  # type: ignore[arg-type]  # the table holds the person's fields


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (person(), ""),
        (person(consent=False), NO_CONSENT),
        (person(consent=None), CONSENT_UNKNOWN),
        (person(consent=False, sign_ups=("marketing",), confirmed=False), UNCONFIRMED),
        (person(invalid_email=True), INVALID_EMAIL),
        (person(invalid_email=True, consent=False), INVALID_EMAIL),
    ],
)
def test_a_record_that_may_not_be_mailed_has_one_reason(record: Person, reason: str) -> None:
    assert unmailable([record], lower(plan())) == ({("", reason): 1} if reason else {})


def test_who_may_be_mailed_and_who_may_not_are_all_who_are_known() -> None:
    world = world_of(plan(), "plan", Draws(1).stable())
    assert world.known is not None
    assert world.reachable is not None
    assert world.unmailable is not None
    assert world.known == world.reachable + sum(world.unmailable.values())


@cache
def answer(*more: tuple[str, object]) -> Forecast:
    return forecast(plan(*more), "plan", replications=2, compare_with=())


def test_the_books_of_a_real_run_close() -> None:
    found = answer().estimates["cost"]
    entries = [one.value or 0.0 for key, one in found.items() if all(key)]
    assert found["", ""].value == pytest.approx(sum(entries), abs=1e-6)
    own = answer().estimates["journey_cost"]
    assert own["",].value == pytest.approx(sum(one.value or 0.0 for key, one in own.items() if any(key)), abs=1e-6)


def test_an_sdr_more_costs_unused_hours_and_no_message() -> None:
    more = answer(("desks.sales.teams.inside.sdrs", 5)).estimates["cost"]
    here = answer().estimates["cost"]
    assert more["sends", ""].value == here["sends", ""].value
    assert (more["sdr_unused", ""].value or 0) > (here["sdr_unused", ""].value or 0)


def test_people_with_two_records_get_more_than_others_on_average() -> None:
    found = answer(("quality.duplicates", 0.3)).estimates
    assert (found["sends_per_person"][()].value or 0) > 1.1 * (found["sends_per_contact"][()].value or 0)


def test_unknown_roles_and_broken_addresses_are_counted_and_stop_nothing() -> None:
    # A27: three titles of ten are missing, one address of twenty does not work.
    found = answer(("profile.contact.role.missing", 0.3), ("quality.invalid_email", 0.05)).estimates
    known = answer(("profile.contact.role.missing", 0), ("quality.invalid_email", 0)).estimates
    bounced, usual = (one["bounces"]["", "hard"].value or 0 for one in (found, known))
    assert bounced > usual
    assert found["unmailable"]["", INVALID_EMAIL].value
    fewer, all_of_them = (one["funnel"]["", "audience"].value or 0 for one in (found, known))
    assert fewer / all_of_them == pytest.approx(0.7, abs=0.12)
