"""New contacts over the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from journeyctl.draws import Draws
from journeyctl.model.population import Inflow
from journeyctl.model.values import Assumed
from journeyctl.simulate.inflow import Arrivals, inflow_of
from journeyctl.simulate.population import run_window
from journeyctl.units import Duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from journeyctl.model.population import FieldValue
    from tests.simulate.conftest import World

    Spreads = dict[str, Callable[..., FieldValue]]

DAY = 86_400


def arrivals(world: World, **inflow: Inflow) -> Arrivals:
    sources = {name.replace("_", "-"): value for name, value in inflow.items()}
    filled = world.with_scenario(inflow=sources)
    tree = world.population().tree
    return inflow_of(filled.workspace, filled.scenario, filled.program, filled.draws, tree=tree)


SEARCH = Inflow(visitors_per_week=Assumed(400.0), existing_customers=Assumed(0.8), form=Assumed(0.25))
FAIR = Inflow(contacts=Assumed(40.0), every=Assumed(Duration(seconds=28 * DAY)))


def test_visitors_become_contacts_when_they_are_new_and_fill_the_form(small_world: World) -> None:
    found = arrivals(small_world, search=SEARCH)
    start, end = run_window(small_world.scenario, small_world.program)
    assert sum(found.visitors["search"].values()) == pytest.approx(26 * 400, rel=0.05)
    assert len(found.persons) == pytest.approx(26 * 400 * 0.2 * 0.25, rel=0.15)
    assert [person.at for person in found.persons] == sorted(person.at for person in found.persons)
    assert all(start <= person.at < end and person.source == "search" for person in found.persons)
    assert len({person.clinic for person in found.persons}) == len(found.persons)


def test_lots_come_at_noon_of_the_first_day_and_after_every_interval(small_world: World) -> None:
    found = arrivals(small_world, trade_show=FAIR)
    start, _ = run_window(small_world.scenario, small_world.program)
    times = sorted({person.at for person in found.persons})
    # Summer time begins within the run, so later noons are an hour earlier in UTC.
    assert [(time - start) // DAY for time in times] == [0, 28, 56, 84, 112, 140, 168]
    assert len(found.persons) == 7 * 40


def test_a_lot_without_an_interval_comes_once(small_world: World) -> None:
    assert len(arrivals(small_world, once=replace(FAIR, every=None)).persons) == 40


def test_new_contacts_may_join_clinics_that_are_there(small_world: World) -> None:
    found = arrivals(small_world, fair=replace(FAIR, attach="existing"))
    by_clinic = {person.clinic: person for person in small_world.population().persons}
    assert len({person.clinic for person in found.persons}) > 20
    for person in found.persons:
        colleague = by_clinic.get(person.clinic)
        if colleague is not None:
            assert person.fields["clinic.is_customer"] == colleague.fields["clinic.is_customer"]


def test_the_source_says_who_consents_and_nobody_was_asked_for_the_rest(small_world: World) -> None:
    found = arrivals(small_world, fair=replace(FAIR, consent={"marketing": Assumed(0.3)}))
    marketing = sum(person.fields["contact.consent_marketing"] for person in found.persons)
    assert marketing / len(found.persons) == pytest.approx(0.3, abs=0.08)
    assert not any(person.fields["contact.consent_profiling"] for person in found.persons)


def test_new_contacts_pass_the_opt_in_rule_of_their_country(make_world: Callable[..., World]) -> None:
    everybody = replace(FAIR, consent={"marketing": Assumed(1.0)})
    found = arrivals(make_world(opt_in="double"), fair=everybody).persons
    german = [person for person in found if person.fields["contact.country"] == "DE"]
    assert all(person.sign_ups == ("marketing",) for person in found)
    assert sum(person.confirmed for person in german) / len(german) == pytest.approx(0.25, abs=0.12)
    assert all(person.fields["contact.consent_marketing"] is person.confirmed for person in found)


def test_fields_of_the_source_come_before_those_of_the_population(small_world: World, spread: Spreads) -> None:
    found = arrivals(small_world, fair=replace(FAIR, fields={"contact.role": spread["shares"](head=1.0)}))
    assert {person.fields["contact.role"] for person in found.persons} == {"head"}


def test_another_source_changes_no_arrival(small_world: World) -> None:
    alone = arrivals(small_world, search=SEARCH).persons
    both = arrivals(small_world, fair=FAIR, search=SEARCH).persons
    assert tuple(person for person in both if person.source == "search") == alone
    other = replace(small_world, draws=Draws(7, 3))
    assert arrivals(other, search=SEARCH).persons == alone


def test_a_longer_run_changes_no_earlier_arrival(small_world: World) -> None:
    longer = small_world.with_scenario(length=Duration(seconds=30 * 7 * DAY))
    first, more = arrivals(small_world, search=SEARCH).persons, arrivals(longer, search=SEARCH).persons
    assert more[: len(first)] == first
    assert len(more) > len(first)
