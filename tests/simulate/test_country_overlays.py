"""Overlays reach the people of a scenario: who can enter, who is counted at entry, what is drawn and launched."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from journeyctl.diagnostics import SpecError
from journeyctl.expr import Value
from journeyctl.graph.condition import Condition
from journeyctl.graph.program import Program, Shared
from journeyctl.model.population import Given, GivenArm, Literally, Population
from journeyctl.model.profile import Profile, ProfileField
from journeyctl.model.scenario import Launch, Scenario
from journeyctl.model.values import Condition as Text
from journeyctl.simulate.field_order import drawn_fields
from journeyctl.simulate.funnel import JourneyFunnel, PersonView, funnel_of
from journeyctl.simulate.left_out import left_out
from journeyctl.simulate.people import Person, Rows
from journeyctl.simulate.reach import reach
from journeyctl.simulate.run import with_item_launches
from journeyctl.units import Duration
from tests.semantics.test_overlays import HOUSE, SCORING, WHO, overlay
from tests.semantics.worlds import MIDNIGHT, journey, program

STEPS = "[{id: s, send: a}, {id: w, wait: 1d}]"


def person(key: str, country: str | None, **fields: Value) -> Person:
    known = {f"contact.{name}": value for name, value in fields.items()}
    known |= {"contact.consent_marketing": True} | ({"contact.country": country} if country else {})
    return Person(key, "u", "h", "c", known)


@pytest.fixture(scope="module")
def german_cios() -> Program:
    """In Germany the audience is those called `cio`; elsewhere it is those called `head`."""
    return program(journey(STEPS), WHO, overlay(audiences__audiences__everybody__when='contact.role = "cio"'))


def test_only_people_of_the_countrys_audience_can_be_reached(german_cios: Program) -> None:
    reaches = reach(german_cios, ["walk"], changing=())
    people = [person("1", country, role=role) for country in ("US", "DE", None) for role in ("head", "cio")]
    assert [reaches(one.fields) for one in people] == [True, False, False, True, True, False]


def test_people_who_may_move_can_be_reached_by_any_countrys_audience(german_cios: Program) -> None:
    reaches = reach(german_cios, ["walk"], changing=("contact.country",))
    assert [reaches(person("1", "US", role=role).fields) for role in ("head", "cio", "other")] == [True, True, False]


def test_the_funnel_counts_the_countrys_audience(german_cios: Program) -> None:
    people = [
        *(person(f"us{n}", "US", role="head") for n in range(3)),
        *(person(f"de{n}", "DE", role="head") for n in range(5)),
        person("cio", "DE", role="cio"),
    ]
    found = funnel_of(people, german_cios, journeys=["walk"], now=MIDNIGHT)
    assert found.journeys == {"walk": JourneyFunnel(audience=4, consented=4, entering=4)}


def test_conditions_at_the_start_see_the_countrys_fit_and_audiences(german_cios: Program) -> None:
    fits = program(journey(STEPS), SCORING, overlay(scoring__fit='{B: contact.role = "head"}'))
    for country, fit, among in (("US", "A", True), ("DE", "B", False), (None, "A", True)):
        fields = person("1", country, role="head").fields
        assert PersonView(fits, MIDNIGHT).of(fields).value("fit") == fit
        assert PersonView(german_cios, MIDNIGHT).of(fields).in_audience("everybody") is among


# --- drawing people


def test_a_field_that_depends_on_an_overlaid_audience_is_drawn_after_the_country(german_cios: Program) -> None:
    profile = Profile(
        contact={name: ProfileField(name=name, type="text") for name in ("role", "country", "topic")},
        clinic={"line": ProfileField(name="line", type="text")},
    )
    among = Given(arms=(GivenArm(when=Text(text='in audience("everybody")'), value=Literally(value="t")),))
    rest = {"contact.role": Literally(value="cio"), "contact.country": Literally(value="DE")}
    order = [found.path for found in drawn_fields({"contact.topic": among, **rest}, profile, german_cios)]
    assert order[-1] == "contact.topic"
    assert set(order[:2]) == {"contact.role", "contact.country"}
    own = replace(german_cios, audiences={"everybody": Condition.of("clinic.line = null")})
    with pytest.raises(SpecError, match=r"depends on 'contact\.country'"):
        drawn_fields({"clinic.line": among, "contact.country": Literally(value="DE")}, profile, own)


def test_while_people_are_drawn_an_audience_is_the_countrys(german_cios: Program) -> None:
    columns = {"contact.role": ("cio", "cio"), "contact.country": ("US", "DE")}
    rows = Rows(columns, german_cios, MIDNIGHT)
    assert [rows.holds(Condition.of('in audience("everybody")'), row) for row in (0, 1)] == [False, True]


# --- items


def test_an_item_is_launched_on_its_day_in_every_country() -> None:
    found = program(journey(STEPS), HOUSE, overlay(catalogs__house__items__a__status="planned"))
    scenario = Scenario(
        name="s", population=Population(), start=datetime.date(2026, 1, 5), length=Duration(months=6),
        launches={"b": Launch(on=datetime.date(2026, 2, 1))},
    )  # fmt: skip
    launched = with_item_launches(found, scenario)
    february = 1_769_904_000
    parts: list[Program | Shared] = [launched, launched.shared["DE"]]
    for part in parts:
        assert part.items["b"].available_from == part.houses["house"].items["b"].available_from == february
        assert part.items["c"].available_from is None
    assert [part.items["a"].live for part in parts] == [True, False]
    assert with_item_launches(found, replace(scenario, launches={})) is found


def test_a_level_or_topic_of_one_country_is_told_as_left_out_of_how_people_respond() -> None:
    found = program(journey(STEPS), HOUSE, overlay(catalogs__house__items__a__topic="u"))
    assert left_out(found, ["walk"]) == (
        "people respond to item a by its level and topic in the catalog (overlays for DE)",
    )
    plain = program(journey(STEPS), HOUSE, overlay(catalogs__house__items__a__line="ct"))
    assert left_out(plain, ["walk"]) == ()
