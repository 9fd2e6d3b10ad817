"""A small world of people, made by hand: two countries, one journey, a few accounts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from journeyctl.calendars import Calendar
from journeyctl.diagnostics import Origin
from journeyctl.draws import Draws
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import EndOp, OpId
from journeyctl.graph.program import Entry, Exit, Policies, Program, StepGraph
from journeyctl.model import policies as written
from journeyctl.model.audiences import Audiences
from journeyctl.model.population import Accounts, Chance, FieldValue, Given, GivenArm, GivenOtherwise, Literally, Table
from journeyctl.model.population import Population as Spread
from journeyctl.model.profile import Profile, ProfileField
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.model.values import Assumed
from journeyctl.model.values import Condition as Text
from journeyctl.model.workspace import Settings
from journeyctl.simulate.population import Population, build_population
from journeyctl.units import Duration

HERE = Origin("journey_specs/scenarios/test.yaml", ("population", "fields"))


def shares(**parts: float) -> Table:
    """A table of values."""
    return Table(shares={name: Assumed(share) for name, share in parts.items()}, origin=HERE)


def chance(share: float) -> Chance:
    """A share of true."""
    return Chance(share=Assumed(share), origin=HERE)


def given(*arms: tuple[str, FieldValue], otherwise: FieldValue | None = None) -> Given:
    """Values by condition."""
    made: list[GivenArm | GivenOtherwise] = [GivenArm(when=Text(text), value=value) for text, value in arms]
    made += [GivenOtherwise(value=otherwise)] if otherwise is not None else []
    return Given(arms=tuple(made), origin=HERE)


FIELDS: dict[str, FieldValue] = {
    "contact.role": shares(head=0.3, other=0.6),
    "contact.country": shares(US=0.5, DE=0.5),
    "contact.consent_marketing": given(("contact.country != null", chance(0.8))),
    "contact.consent_profiling": given(("contact.consent_marketing", chance(0.5)), otherwise=chance(0.1)),
    "account.is_customer": chance(0.4),
    "account.modalities": given(("account.is_customer", Literally(value=("CT", "MRI"))), otherwise=Literally(value=())),
    "hospital.open_ticket": Literally(value=False),
}


def profile(**missing: float) -> Profile:
    """The profile of the small world; `missing` is by field name."""
    types = {
        "contact": {
            "role": "text", "country": "country", "consent_marketing": "boolean", "consent_profiling": "boolean",
            "left_company": "boolean", "budget": "money", "age": "integer", "seen_at": "date-time",
        },
        "clinic": {
            "is_customer": "boolean", "modalities": "list of text", "last_purchase": "date", "line": "text",
        },
        "hospital": {"open_ticket": "boolean", "beds": "integer"},
        "umbrella": {"score": "number"},
    }  # fmt: skip
    made = {
        level: {
            name: ProfileField(name=name, type=kind, missing=missing.get(name, 0.0)) for name, kind in fields.items()
        }  # type: ignore[arg-type]  # the names of types
        for level, fields in types.items()
    }
    return Profile(**made)


def graph() -> StepGraph:
    """A journey for heads that are not customers."""
    return StepGraph(
        "heads",
        50,
        ("marketing", "profiling"),
        Entry("heads", Condition.of('contact.role = "head"'), "continuous", None, Duration(seconds=86_400), None),
        (Exit(OpId("end"), "customer", condition=Condition.of("clinic.is_customer")),),
        None,
        OpId("end"),
        {OpId("end"): EndOp(id=OpId("end"), step="end", label="end")},
    )


def program() -> Program:
    """The lowered workspace."""
    zone = "America/New_York"
    consents = {"marketing": "contact.consent_marketing", "profiling": "contact.consent_profiling"}
    return Program(
        journeys={"heads": graph()},
        policies={"": Policies(consents)},
        houses={},
        items={},
        scoring=None,
        audiences={"heads": Condition.of('contact.role = "head"')},
        defaults={},
        countries={},
        meanings={"country": "contact.country"},
        zone=zone,
        locale="en",
        calendar=Calendar(zone),
        week_starts=0,
        evaluation_time=21_600,
        graph_hash="",
    )


DRAWS = Draws(7, 0)


@dataclass(frozen=True)
class World:
    """Everything that people are drawn from."""

    workspace: Workspace
    scenario: Scenario
    program: Program
    draws: Draws = DRAWS

    def population(self) -> Population:
        return build_population(self.workspace, self.scenario, self.program, self.draws)

    def with_scenario(self, **changes: object) -> World:
        return replace(self, scenario=replace(self.scenario, **changes))

    def with_fields(self, **changes: FieldValue) -> World:
        """Keys have two underscores for the dot; a field drawn anew replaces the old one."""
        fields = {
            **self.scenario.population.fields,
            **{key.replace("__", "."): value for key, value in changes.items()},
        }
        return self.with_scenario(population=replace(self.scenario.population, fields=fields))


def world(*, contacts: float = 1_000, opt_in: str = "single", confirm: float = 0.25, **missing: float) -> World:
    """The small world with 1,000 contacts in about 60 clinics."""
    rules = {"DE": written.OptIn(country="DE", opt_in=opt_in, confirm_rate=confirm)}  # type: ignore[arg-type]  # a choice
    consent = written.Consent(purposes=dict(program().policies[""].consents), countries=rules)
    accounts = Accounts(
        umbrellas=Assumed(10),
        hospitals_per_umbrella=Assumed(3.0),
        clinics_per_hospital=Assumed(2.0),
        contacts=Assumed(contacts),
    )
    scenario = Scenario(
        name="test",
        population=Spread(accounts=accounts, fields=FIELDS),
        start=datetime.date(2026, 1, 5),
        length=Duration(seconds=26 * 7 * 86_400),
    )
    workspace = Workspace(
        settings=Settings(name="test", spec=1, time_zone="America/New_York"),
        profile=profile(**missing),
        audiences=Audiences(audiences={}),
        policies=written.Policies(consent=consent),
        scoring=None,
        **{kind: {} for kind in ("catalogs", "journeys", "desks", "buying_groups", "overlays", "behaviours", "tests")},
        scenarios={"test": scenario},
        root="",
        hash="",
        raw={},
    )
    return World(workspace, scenario, program())


@pytest.fixture(scope="session")
def small_world() -> World:
    return world()


@pytest.fixture(scope="session")
def make_world() -> Callable[..., World]:
    return world


@pytest.fixture(scope="session")
def spread() -> dict[str, Callable[..., FieldValue]]:
    """How tests write spreads of values."""
    return {"shares": shares, "chance": chance, "given": given}
