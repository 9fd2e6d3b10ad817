"""People of a scenario: tree, fields, flaws, consents, counts; and that nobody's draws depend on others."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from journeyctl.diagnostics import SpecError
from journeyctl.draws import Draws
from journeyctl.fixed_point import share_threshold
from journeyctl.model.population import Accounts, Between, Each, Literally, Lognormal, Normal, Quality
from journeyctl.model.values import Assumed
from journeyctl.simulate.population import run_window
from journeyctl.units import Duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from journeyctl.model.population import FieldValue
    from tests.simulate.conftest import World

    Spreads = dict[str, Callable[..., FieldValue]]


def test_every_contact_has_a_path_through_accounts_that_exist(small_world: World) -> None:
    population = small_world.population()
    assert len({person.key for person in population.persons}) == len(population.persons) == 1_000
    for person in population.persons:
        assert person.key.startswith(f"{person.clinic}/p")
        assert person.clinic.startswith(f"{person.hospital}/c")
        assert person.hospital.startswith(f"{person.umbrella}/h")
        assert person.clinic in population.tree.of("clinic")
    assert all(
        any(h.startswith(f"{u}/") for h in population.tree.of("hospital")) for u in population.tree.of("umbrella")
    )


def test_means_of_the_tree_are_the_stated_ones(make_world: Callable[..., World]) -> None:
    world = make_world(contacts=10)
    accounts = Accounts(
        umbrellas=Assumed(400),
        hospitals_per_umbrella=Assumed(3.0),
        clinics_per_hospital=Assumed(2.0),
        contacts=Assumed(10),
    )
    tree = world.with_scenario(population=replace(world.scenario.population, accounts=accounts)).population().tree
    hospitals, clinics = len(tree.of("hospital")), len(tree.of("clinic"))
    assert hospitals / 400 == pytest.approx(3, abs=0.3)
    assert clinics / hospitals == pytest.approx(2, abs=0.15)


def test_the_same_seed_gives_the_same_people_in_every_replication(small_world: World) -> None:
    first = small_world.population()
    assert replace(small_world, draws=Draws(7, 5)).population() == first
    assert replace(small_world, draws=Draws(8, 0)).population().persons != first.persons
    redrawn = small_world.with_scenario(population=replace(small_world.scenario.population, redraw=True))
    assert redrawn.population().persons != replace(redrawn, draws=Draws(7, 1)).population().persons


def test_more_contacts_change_nobody(make_world: Callable[..., World]) -> None:
    fewer, more = make_world(contacts=700).population(), make_world(contacts=701).population()
    assert more.persons[:700] == fewer.persons


def test_another_field_changes_no_other_value(small_world: World) -> None:
    before = small_world.population().persons
    after = small_world.with_fields(contact__age=Normal(mean=Assumed(45), sd=Assumed(9))).population().persons
    for one, other in zip(before, after, strict=True):
        assert {path: value for path, value in other.fields.items() if path != "contact.age"} == dict(one.fields)


def test_a_changed_share_moves_only_those_at_its_boundary(small_world: World, spread: Spreads) -> None:
    before = small_world.population().persons
    after = small_world.with_fields(account__is_customer=spread["chance"](0.5)).population().persons
    pairs = {
        (a.fields["clinic.is_customer"], b.fields["clinic.is_customer"]) for a, b in zip(before, after, strict=True)
    }
    assert pairs == {(True, True), (False, False), (False, True)}


def test_colleagues_share_the_fields_of_their_accounts(make_world: Callable[..., World]) -> None:
    by_clinic: dict[str, set[object]] = {}
    for person in make_world(is_customer=0.3).population().persons:
        by_clinic.setdefault(person.clinic, set()).add(person.fields.get("clinic.is_customer"))
    assert all(len(values) == 1 for values in by_clinic.values())
    assert Counter(next(iter(values)) for values in by_clinic.values())[None] > 5


def test_shares_tables_and_conditions_come_out(small_world: World) -> None:
    persons = small_world.population().persons
    roles = Counter(person.fields.get("contact.role") for person in persons)
    assert roles["head"] / 1_000 == pytest.approx(0.3, abs=0.05)
    assert roles[None] / 1_000 == pytest.approx(0.1, abs=0.03)
    for person in persons:
        assert (person.fields["clinic.modalities"] == ("CT", "MRI")) is person.fields["clinic.is_customer"]
    agreed = [person for person in persons if person.fields["contact.consent_marketing"]]
    profiled = sum(person.fields["contact.consent_profiling"] is True for person in agreed)
    assert profiled / len(agreed) == pytest.approx(0.5, abs=0.06)


def test_missing_values_do_not_make_others_inconsistent(make_world: Callable[..., World]) -> None:
    persons = make_world(is_customer=1.0, role=0.2).population().persons
    assert all("clinic.is_customer" not in person.fields for person in persons)
    assert {person.fields["clinic.modalities"] for person in persons} == {("CT", "MRI"), ()}
    known = sum("contact.role" in person.fields for person in persons)
    assert known / 1_000 == pytest.approx(0.9 * 0.8, abs=0.05)


def test_double_opt_in_keeps_the_confirmed_sign_ups_only(make_world: Callable[..., World]) -> None:
    double, single = make_world(opt_in="double").population(), make_world().population()
    assert double.counts.signed_up == single.counts.signed_up
    for before, after in zip(single.persons, double.persons, strict=True):
        assert after.sign_ups == before.sign_ups
        if after.confirmed:
            assert after.fields == before.fields
        else:
            assert after.fields["contact.country"] == "DE"
            assert after.fields["contact.consent_marketing"] is after.fields["contact.consent_profiling"] is False
    german = [one for one in double.persons if one.fields["contact.country"] == "DE" and one.sign_ups]
    assert sum(one.confirmed for one in german) / len(german) == pytest.approx(0.25, abs=0.06)


def test_second_records_and_invalid_addresses_come_in_their_shares(small_world: World) -> None:
    quality = Quality(duplicates=Assumed(0.05), invalid_email=Assumed(0.1))
    population = small_world.with_scenario(quality=quality).population()
    twice = [person for person in population.persons if person.duplicate_of]
    by_key = {person.key: person for person in population.persons}
    assert len(twice) == pytest.approx(50, abs=20)
    assert population.counts.known == population.counts.people + len(twice)
    assert all(person.fields == by_key[person.duplicate_of].fields for person in twice)
    assert all(person.person == person.duplicate_of for person in twice)
    invalid = sum(person.invalid_email for person in population.persons)
    assert invalid / len(population.persons) == pytest.approx(0.1, abs=0.03)


def test_counts_fall_from_filter_to_filter_and_name_white_spots(make_world: Callable[..., World]) -> None:
    world = make_world(contacts=90)
    population = world.population()
    counts, heads = population.counts, population.counts.journeys["heads"]
    assert counts.known >= counts.consented["marketing"] >= heads.consented
    assert heads.audience == sum(person.fields.get("contact.role") == "head" for person in population.persons)
    assert heads.audience >= heads.consented > heads.entering
    assert heads.entering == sum(
        person.fields.get("contact.role") == "head"
        and person.fields["contact.consent_marketing"] is person.fields["contact.consent_profiling"] is True
        and not person.fields["clinic.is_customer"]
        for person in population.persons
    )
    reached = {person.clinic for person in population.persons if person.fields["contact.consent_marketing"]}
    assert set(population.white_spots["clinic"]) == set(population.tree.of("clinic")) - reached


@pytest.mark.parametrize(
    ("path", "value", "check"),
    [
        ("contact__age", Between(between=(20, 22)), lambda values: set(values) == {20, 21, 22}),
        ("contact__age", Literally(value=3), lambda values: set(values) == {3}),
        (
            "clinic__last_purchase",
            Between(between=("2026-01-01", "2026-01-03")),
            lambda values: set(values) == {datetime.date(2026, 1, day) for day in (1, 2, 3)},
        ),
        (
            "contact__seen_at",
            Between(between=("2026-01-01T00:00:00+00:00", "2026-01-01T00:00:01+00:00")),
            lambda values: {value.second for value in values} == {0, 1},
        ),
        (
            "contact__budget",
            Lognormal(median=Assumed(100.0), p90=Assumed(400.0)),
            lambda values: (
                90 < sorted(values)[len(values) // 2] < 110 and 330 < sorted(values)[len(values) * 9 // 10] < 480
            ),
        ),
        (
            "hospital__beds",
            Lognormal(median=Assumed(220), p90=Assumed(600)),
            lambda values: all(isinstance(value, int) and value > 0 for value in values),
        ),
        (
            "umbrella__score",
            Normal(mean=Assumed(0.5), sd=Assumed(0.0)),
            lambda values: set(values) == {0.5},
        ),
        (
            "clinic__modalities",
            Each(each={"CT": Assumed(1.0), "MRI": Assumed(0.5), "lab": Assumed(0.0)}),
            lambda values: set(values) == {("CT",), ("CT", "MRI")},
        ),
    ],
)
def test_every_way_to_spread_values(
    small_world: World, path: str, value: FieldValue, check: Callable[[list[object]], bool]
) -> None:
    persons = small_world.with_fields(**{path: value}).population().persons
    assert check([person.fields[path.replace("__", ".")] for person in persons])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            lambda s: {
                "contact__role": s["given"](("contact.age > 3", s["shares"](head=1.0))),
                "contact__age": s["given"](('in audience("heads")', Literally(value=3))),
            },
            "depend on each other.*'contact.age'.*'contact.role'",
        ),
        (
            lambda s: {"clinic__line": s["given"](('contact.role = "head"', s["shares"](ct=1.0)))},
            "'clinic.line' depends on 'contact.role', which lies below it",
        ),
        (lambda s: {"contact__shoes": s["chance"](0.5)}, "'contact.shoes', but the profile has no such field"),
        (lambda s: {"contact__role": s["chance"](0.5)}, "a share makes a boolean, not a text"),
        (lambda s: {"contact__age": s["shares"](old=1.0)}, "'contact.age' cannot be drawn"),
        (lambda s: {"contact__age": Between(between=("a", "b"))}, "'contact.age' cannot be drawn"),
    ],
)
def test_fields_that_cannot_be_drawn_are_findings(
    small_world: World, spread: Spreads, changes: Callable[[Spreads], dict[str, FieldValue]], message: str
) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        small_world.with_fields(**changes(spread)).population()
    assert len(caught.value.findings) == 1


def test_array_draws_are_those_of_the_published_addresses(small_world: World) -> None:
    for person in small_world.population().persons[:50]:
        u = Draws(7).bits(person.clinic, "field", place="clinic.is_customer")
        assert person.fields["clinic.is_customer"] is (u < share_threshold(0.4))


@pytest.mark.parametrize(
    ("start", "length", "after"),
    [
        # In New York clocks go forward on 8 March and back on 1 November 2026.
        (datetime.date(2026, 1, 5), Duration(seconds=26 * 7 * 86_400), "2026-07-06T04:00:00+00:00"),
        (datetime.date(2026, 10, 26), Duration(seconds=14 * 86_400), "2026-11-09T05:00:00+00:00"),
        (datetime.date(2026, 3, 7), Duration(seconds=36 * 3_600), "2026-03-08T17:00:00+00:00"),
        (datetime.date(2026, 1, 5), Duration(months=6), "2026-07-05T04:00:00+00:00"),
    ],
)
def test_a_run_of_whole_days_ends_with_a_day_of_the_workspace(
    make_world: Callable[..., World], start: datetime.date, length: Duration, after: str
) -> None:
    world = make_world(contacts=1)
    program = replace(world.program, zone="America/New_York")
    _, end = run_window(replace(world.scenario, start=start, length=length), program)
    assert datetime.datetime.fromtimestamp(end, datetime.UTC).isoformat() == after
