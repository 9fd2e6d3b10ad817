"""People of a scenario: account tree, values of fields, inflow, data quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal, TypeAlias

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.fields import (
    Assumable,
    ByKey,
    ByShape,
    Choice,
    Exclusive,
    Kind,
    Later,
    ListOf,
    MappingOf,
    Number,
    Plain,
    Reference,
    Spelled,
    Struct,
    Wrap,
    about,
    spelled,
)
from journeyctl.model.values import Assumed, Condition, Scalar
from journeyctl.units import Duration

SHARE = Assumable(Plain.SHARE)
COUNT = Assumable(Number(low=0))
RATE = Assumable(Number(low=0, high=100_000))
"""The mean of a Poisson count; for greater ones no table is made."""


@spelled
class Literally(Spelled):
    """The same value for everybody. For a boolean field a number is the share of `true`."""

    value: Scalar
    origin: Origin = NOWHERE


@spelled
class Chance(Spelled):
    """True for a share of the records, false for the rest."""

    share: Assumed[float]
    origin: Origin = NOWHERE


@spelled
class Table(Spelled):
    """One value of several, by share; the rest is missing."""

    shares: Mapping[str, Assumed[float]]
    origin: Origin = NOWHERE


@spelled
class Between(Spelled):
    """Evenly between two numbers or dates, both included."""

    between: tuple[Scalar, ...] = field(
        metadata=about(
            ListOf(Plain.SCALAR, least=2, most=2), "Least and greatest value.", example=["2016-01-01", "2025-12-31"]
        )
    )
    origin: Origin = NOWHERE


@spelled
class Lognormal(Spelled):
    """Lognormal by median and 90 % quantile."""

    median: Assumed[float] = field(metadata=about(COUNT, "Half of the values are no larger.", example=40))
    p90: Assumed[float] = field(metadata=about(COUNT, "Nine of ten values are no larger.", example=120))
    origin: Origin = NOWHERE


@spelled
class Normal(Spelled):
    """Normal by mean and standard deviation."""

    mean: Assumed[float] = field(metadata=about(Assumable(Number()), "The mean.", example=50))
    sd: Assumed[float] = field(metadata=about(COUNT, "The standard deviation.", example=12))
    origin: Origin = NOWHERE


@spelled
class Each(Spelled):
    """A list that holds each of these values with its own share, independently."""

    each: Mapping[str, Assumed[float]] = field(
        metadata=about(MappingOf(Plain.TEXT, SHARE, least=1), "Share by value.", example={"CT": "60%", "MRI": "45%"})
    )
    origin: Origin = NOWHERE


def _value() -> Kind:
    return VALUE


@spelled
class GivenArm(Spelled):
    """A value where a condition on other fields is true."""

    when: Condition = field(metadata=about(Plain.CONDITION, "For which records.", example="account.is_customer"))
    value: FieldValue = field(metadata=about(Later(_value), "Their value.", key="is", example="30%"))
    origin: Origin = NOWHERE


@spelled
class GivenOtherwise(Spelled):
    """A value for all other records."""

    value: FieldValue = field(metadata=about(Later(_value), "The value of all others.", key="otherwise", example="5%"))
    origin: Origin = NOWHERE


@spelled
class Given(Spelled):
    """A value that depends on other fields; the first true condition holds, else it is missing."""

    arms: tuple[GivenArm | GivenOtherwise, ...] = field(
        metadata=about(
            ListOf(ByKey({"otherwise": Struct(GivenOtherwise)}, otherwise=Struct(GivenArm)), least=1),
            "Values by condition.",
            key="given",
        )
    )
    origin: Origin = NOWHERE


FieldValue: TypeAlias = Literally | Chance | Table | Between | Lognormal | Normal | Each | Given

TABLE = MappingOf(Plain.TEXT, SHARE, least=1)
"""Shares by value."""
_LITERAL = Wrap(Literally, "value", Plain.SCALAR)

VALUE = ByShape(
    text=ByKey({"%": Wrap(Chance, "share", SHARE)}, otherwise=_LITERAL),
    number=_LITERAL,
    boolean=_LITERAL,
    sequence=_LITERAL,
    mapping=ByKey(
        {
            "between": Struct(Between),
            "median": Struct(Lognormal),
            "mean": Struct(Normal),
            "each": Struct(Each),
            "given": Struct(Given),
            "value": Wrap(Chance, "share", SHARE),
        },
        otherwise=Wrap(Table, "shares", TABLE),
    ),
)
"""A literal, a share such as 40%, a table, or one of the distributions."""

FIELD_VALUES = MappingOf(Plain.FIELD, VALUE)


@spelled
class Accounts(Spelled):
    """Sizes of the account tree."""

    umbrellas: Assumed[int | float] = field(metadata=about(COUNT, "Hospital networks.", example=120))
    hospitals_per_umbrella: Assumed[float] = field(metadata=about(RATE, "Mean hospitals per network.", example=6))
    clinics_per_hospital: Assumed[float] = field(metadata=about(RATE, "Mean clinics per hospital.", example=3))
    contacts: Assumed[int | float] = field(metadata=about(COUNT, "Contacts in all.", example=14000))
    origin: Origin = NOWHERE


@spelled
class Population(Spelled):
    """Who is there at the start: drawn, or real contacts from a file."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (
        Exclusive(("accounts", "contacts")),
        Exclusive(("fields", "contacts"), required=False),
    )
    accounts: Accounts | None = field(default=None, metadata=about(Struct(Accounts), "Sizes of the account tree."))
    fields: Mapping[str, FieldValue] = field(
        default_factory=dict,
        metadata=about(FIELD_VALUES, "How the values of fields are spread.", example={"account.is_customer": "40%"}),
    )
    contacts: str | None = field(
        default=None,
        metadata=about(
            Plain.TEXT, "A CSV or Parquet file of real contacts, relative to this file.", example="contacts.parquet"
        ),
    )
    redraw: bool = field(
        default=False,
        metadata=about(Plain.BOOLEAN, "Draw new people for every replication instead of once.", example=True),
    )
    origin: Origin = NOWHERE


@spelled
class Inflow(Spelled):
    """New contacts from one source: visitors of the web site, or contacts that arrive in lots."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("visitors_per_week", "contacts")),)
    visitors_per_week: Assumed[float] | None = field(
        default=None, metadata=about(RATE, "Visitors per week, anonymous until they fill the form.", example=400)
    )
    existing_customers: Assumed[float] = field(
        default=Assumed(0.0), metadata=about(SHARE, "Share of them that are contacts already.", example="80%")
    )
    form: Assumed[float] = field(
        default=Assumed(1.0), metadata=about(SHARE, "Share of them that fill the form.", example="3%")
    )
    contacts: Assumed[float] | None = field(default=None, metadata=about(COUNT, "Contacts per lot.", example=40))
    every: Assumed[Duration] | None = field(
        default=None,
        metadata=about(Assumable(Plain.DURATION), "Time from lot to lot; one lot without it.", example="4w"),
    )
    attach: Literal["new", "existing"] = field(
        default="new",
        metadata=about(Choice(("new", "existing")), "Whether they belong to new or existing accounts.", example="new"),
    )
    consent: Mapping[str, Assumed[float]] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Reference("purpose"), SHARE), "Share that consents, by purpose.", example={"marketing": "70%"}
        ),
    )
    fields: Mapping[str, FieldValue] = field(
        default_factory=dict, metadata=about(FIELD_VALUES, "Values of fields where they differ from the population's.")
    )
    origin: Origin = NOWHERE


@spelled
class Quality(Spelled):
    """Flaws of the data."""

    duplicates: Assumed[float] = field(
        default=Assumed(0.0), metadata=about(SHARE, "Share of people with a second record.", example="2%")
    )
    invalid_email: Assumed[float] = field(
        default=Assumed(0.0), metadata=about(SHARE, "Share of contacts whose address does not work.", example="3%")
    )
    origin: Origin = NOWHERE
