"""The scenario document: assumptions, run, comparisons and sliders of a simulation."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import (
    Assumable,
    ByKey,
    ByShape,
    Choice,
    Exclusive,
    Integer,
    ListOf,
    MappingOf,
    Number,
    Others,
    Partial,
    Plain,
    Reference,
    Spelled,
    Struct,
    about,
    spelled,
)
from journeyctl.model.population import COUNT, RATE, VALUE, FieldValue, Inflow, Population, Quality
from journeyctl.model.values import Activation, Assumed, DurationSpread, Precision
from journeyctl.units import Duration

MONEY = Assumable(Plain.MONEY)
DURATION = Assumable(Plain.DURATION)
JOURNEYS = ByShape(text=Choice(("all-live",)), sequence=ListOf(Reference("journey"), least=1))


@spelled
class OtherLeads(Spelled):
    """Leads from one source outside the journeys that reach a desk."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("per_week", "leads")),)
    per_week: Assumed[float] | None = field(default=None, metadata=about(RATE, "Leads per week.", example=20))
    leads: Assumed[float] | None = field(default=None, metadata=about(COUNT, "Leads per lot.", example=40))
    every: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "Time from lot to lot; one lot without it.", example="4w")
    )
    within: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "A lot arrives spread over this time.", example="12h")
    )
    fit: tuple[str, ...] = field(
        default=(),
        metadata=about(ListOf(Reference("grade")), "Fit grades that they have, in equal parts.", example=["A", "B"]),
    )
    order: Literal["sales_request", "score"] = field(
        default="sales_request",
        metadata=about(Choice(("sales_request", "score")), "The rank at which they are called.", example="score"),
    )
    desk: str | None = field(
        default=None,
        metadata=about(Reference("desk"), "The desk; every desk of the journeys without it.", example="us-imaging"),
    )
    origin: Origin = NOWHERE


@spelled
class WeeklyFactor(Spelled):
    """Good and bad weeks that all sources share."""

    cv: Assumed[float] = field(
        metadata=about(Assumable(Number(low=0, high=5)), "Standard deviation of the factor around 1.", example=0.23)
    )
    origin: Origin = NOWHERE


@spelled
class DeskInflow(Spelled):
    """Leads from elsewhere, counted and reported apart."""

    weekly_factor: WeeklyFactor | None = field(
        default=None, metadata=about(Struct(WeeklyFactor), "Good and bad weeks that all sources share.")
    )
    sources: Mapping[str, OtherLeads] = field(
        default_factory=dict, metadata=about(Others(Plain.NAME, Struct(OtherLeads)), "Leads by source.")
    )
    origin: Origin = NOWHERE


@spelled
class OtherMail(Spelled):
    """Mail of other business lines; counts for caps and fatigue."""

    lines: tuple[str, ...] = field(
        metadata=about(ListOf(Plain.LABEL, least=1), "The business lines.", example=["ct", "mri"])
    )
    per_week: Assumed[float] = field(
        metadata=about(
            Assumable(Number(0, 168)), "Mails of each line per contact and week, one an hour at most.", example=1
        )
    )
    origin: Origin = NOWHERE


@spelled
class Fact(Spelled):
    """Something that happens outside the journeys, again and again, to contacts or accounts."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("value", "sets")),)
    per_year: Assumed[float] = field(metadata=about(COUNT, "How often a year, per contact or account.", example=1.5))
    value: FieldValue | None = field(default=None, metadata=about(VALUE, "The field's new value.", example=True))
    lasts: Assumed[Duration] | DurationSpread | None = field(
        default=None,
        metadata=about(
            ByShape(text=DURATION, mapping=ByKey({"median": Struct(DurationSpread)}, otherwise=DURATION)),
            "How long it lasts; for good without it.",
            key="for",
            example={"median": "3d", "p90": "10d"},
        ),
    )
    sets: Mapping[str, FieldValue] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.LABEL, VALUE, least=1),
            "Fields of the same contact or account that change together; `now` is the moment.",
            example={"last_purchase": "now"},
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Launch(Spelled):
    """When a journey or an item goes live in the run."""

    on: datetime.date = field(metadata=about(Plain.DATE, "The day of launch.", example="2026-01-05"))
    ramp: Duration | None = field(
        default=None,
        metadata=about(
            Plain.DURATION, "Spread of the contacts eligible at launch; all at once without it.", example="20bd"
        ),
    )
    origin: Origin = NOWHERE


@spelled
class ChannelCost(Spelled):
    """What one source of new contacts costs."""

    per_visitor: Assumed[float] | None = field(default=None, metadata=about(MONEY, "Per visitor.", example=2.5))
    per_contact: Assumed[float] | None = field(default=None, metadata=about(MONEY, "Per new contact.", example=90))
    origin: Origin = NOWHERE


@spelled
class Costs(Spelled):
    """Costs in the workspace currency."""

    send: Assumed[float] = field(default=Assumed(0.0), metadata=about(MONEY, "Per message.", example=0.002))
    sdr_hour: Assumed[float] = field(default=Assumed(0.0), metadata=about(MONEY, "Per hour of an SDR.", example=70))
    field_hour: Assumed[float] = field(
        default=Assumed(0.0), metadata=about(MONEY, "Per hour of field sales.", example=140)
    )
    item_new: Assumed[float] = field(
        default=Assumed(0.0),
        metadata=about(MONEY, "Per item tagged newly-made that the running journeys can send.", example=4000),
    )
    channels: Mapping[str, ChannelCost] = field(
        default_factory=dict,
        metadata=about(MappingOf(Reference("inflow"), Struct(ChannelCost)), "By source of new contacts."),
    )
    origin: Origin = NOWHERE


@spelled
class Replications(Spelled):
    """How often the run is repeated with other chances."""

    min: int = field(default=10, metadata=about(Integer(low=1, high=100_000), "At least.", example=10))
    max: int = field(default=200, metadata=about(Integer(low=1, high=100_000), "At most.", example=200))
    until: Mapping[str, Precision] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.LABEL, Plain.PRECISION),
            "Half-width of the 90 % interval at which to stop, by measure.",
            example={"sla": "1pp", "sales_requests": "5%"},
        ),
    )
    origin: Origin = NOWHERE


def _scenario() -> type[Any]:
    return Scenario


@spelled
class Comparison(Spelled):
    """The same people under something else."""

    name: str = field(metadata=about(Plain.NAME, "What the comparison is called.", example="two-sdrs"))
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Two SDRs"))
    set: Mapping[str, object] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.TEXT, Plain.ANYTHING),
            "New values by path.",
            example={"desks.us-imaging.teams.imaging.sdrs": 2},
        ),
    )
    changes: Mapping[str, object] = field(
        default_factory=dict,
        metadata=about(
            Partial(
                _scenario,
                without=("name", "title", "like", "population", "seed", "start", "compare", "adjust"),
                beside=True,
            ),
            "Other keys of the scenario.",
        ),
    )
    """As written."""
    origin: Origin = NOWHERE


@spelled
class Slider(Spelled):
    """A number that the workshop page lets people change."""

    path: str = field(metadata=about(Plain.TEXT, "The number's path.", example="desks.us-imaging.teams.imaging.sdrs"))
    label: str = field(
        default="", metadata=about(Plain.TEXT, "What people call it; the path without it.", example="SDRs")
    )
    min: float = field(metadata=about(Number(), "Least value; shares from 0 to 1.", example=1))
    max: float = field(metadata=about(Number(), "Greatest value.", example=8))
    step: float = field(default=1.0, metadata=about(Number(low=0), "Step from value to value.", example=1))
    origin: Origin = NOWHERE


@spelled
class Scenario(NamedDocument):
    """The document of kind `scenario`."""

    like: str | None = field(
        default=None,
        metadata=about(
            Reference("scenario"), "Start from another scenario, merged by name.", example="base-population"
        ),
    )
    journeys: Literal["all-live"] | tuple[str, ...] = field(
        default="all-live", metadata=about(JOURNEYS, "The journeys that run.", example="all-live")
    )
    same_volume_as: str | None = field(
        default=None,
        metadata=about(
            Reference("scenario"),
            "Thin this scenario's sends until sends per contact match that one's within 2 %.",
            example="us-pilot",
        ),
    )
    population: Population = field(metadata=about(Struct(Population), "Who is there at the start."))
    behaviour: str = field(
        default="default", metadata=about(Reference("behaviour"), "How contacts respond.", example="default")
    )
    inflow: Mapping[str, Inflow] = field(
        default_factory=dict, metadata=about(MappingOf(Plain.NAME, Struct(Inflow)), "New contacts by source.")
    )
    quality: Quality = field(default_factory=Quality, metadata=about(Struct(Quality), "Flaws of the data."))
    desk_inflow: DeskInflow = field(
        default_factory=DeskInflow, metadata=about(Struct(DeskInflow), "Leads from elsewhere that reach the same desk.")
    )
    other_mail: OtherMail | None = field(
        default=None, metadata=about(Struct(OtherMail), "Mail of other business lines.")
    )
    facts: Mapping[str, Fact] = field(
        default_factory=dict,
        metadata=about(MappingOf(Plain.FIELD, Struct(Fact)), "What happens outside the journeys, by field or name."),
    )
    costs: Costs | None = field(
        default=None, metadata=about(Struct(Costs), "Costs; no money is reported without them.")
    )
    launches: Mapping[str, Launch] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Reference("journey or item"), Struct(Launch)),
            "When journeys and items go live; at the start without it.",
        ),
    )
    activation: Mapping[str, Activation] = field(
        default_factory=dict,
        metadata=about(MappingOf(Plain.LABEL, Struct(Activation)), "Effect of matched audiences, by platform."),
    )
    start: datetime.date = field(
        metadata=about(Plain.DATE, "First day of the run, workspace zone.", example="2026-01-05")
    )
    length: Duration = field(
        metadata=about(Plain.DURATION, "Length of the run; whole days end at midnight.", example="26w")
    )
    drain: Duration | None = field(
        default=None, metadata=about(Plain.DURATION, "How long the desk works on after the end.", example="4w")
    )
    replications: Replications = field(
        default_factory=Replications, metadata=about(Struct(Replications), "How often the run is repeated.")
    )
    seed: int = field(
        default=1, metadata=about(Integer(low=0, high=2**63 - 1), "Start of all random numbers.", example=7)
    )
    compare: tuple[Comparison, ...] = field(
        default=(), metadata=about(ListOf(Struct(Comparison)), "The same people under something else.")
    )
    adjust: tuple[Slider, ...] = field(
        default=(), metadata=about(ListOf(Struct(Slider)), "Sliders of the workshop page.")
    )
