"""The policies document: consent, frequency caps, quiet hours, suppressions, global holdout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import Document
from journeyctl.model.fields import Choice, Integer, ListOf, MappingOf, Plain, Special, Spelled, Struct, about, spelled
from journeyctl.model.values import Condition, TimeWindow, ZoneChoice
from journeyctl.units import Duration


@spelled
class OptIn(Spelled):
    """How people of one country agree to be mailed."""

    country: str = field(metadata=about(Special.KEY, "The country's code, or `default` for all others."))
    opt_in: Literal["single", "double"] = field(
        metadata=about(Choice(("single", "double")), "Whether a confirmation mail must be answered.", example="double")
    )
    confirm_rate: float = field(
        default=1.0,
        metadata=about(Plain.SHARE, "Share of sign-ups that confirm; matters for double only.", example="25%"),
    )
    origin: Origin = NOWHERE


@spelled
class Consent(Spelled):
    """Which field holds the consent to which purpose, and how countries collect it."""

    purposes: Mapping[str, str] = field(
        metadata=about(
            MappingOf(Plain.LABEL, Plain.FIELD),
            "The boolean field of each purpose.",
            example={"marketing": "contact.consent_marketing"},
        )
    )
    unknown: Literal["refused", "granted"] = field(
        default="refused",
        metadata=about(Choice(("refused", "granted")), "How a consent that nobody recorded counts.", example="refused"),
    )
    countries: Mapping[str, OptIn] = field(
        default_factory=dict,
        metadata=about(MappingOf(Plain.LABEL, Struct(OptIn)), "Opt-in by country code; `default` for all others."),
    )
    origin: Origin = NOWHERE


@spelled
class Cap(Spelled):
    """At most so many messages per contact in a stretch of time, over all journeys."""

    name: str = field(
        metadata=about(Plain.NAME, "The cap's name; appears in reasons as `capped.<name>`.", example="weekly")
    )
    applies: Condition | None = field(
        default=None,
        metadata=about(Plain.CONDITION, "Whom it protects; everybody without it.", example='contact.role = "cio"'),
    )
    channel: str | None = field(
        default=None, metadata=about(Plain.LABEL, "Which channel it counts; all without it.", example="email")
    )
    max: int = field(metadata=about(Integer(low=0), "Messages allowed in the stretch.", example=3))
    per: Duration = field(metadata=about(Plain.DURATION, "The stretch of time.", example="7d"))
    window: Literal["rolling", "calendar"] = field(
        default="rolling",
        metadata=about(
            Choice(("rolling", "calendar")),
            "A stretch that ends now, or the local day, week or month.",
            example="rolling",
        ),
    )
    zone: ZoneChoice = field(
        default=ZoneChoice(of_contact=True),
        metadata=about(Plain.ZONE_CHOICE, "Whose days a calendar window counts.", example="contact"),
    )
    over: Literal["defer", "skip"] = field(
        default="defer",
        metadata=about(Choice(("defer", "skip")), "What happens to a message too many.", example="defer"),
    )
    expire: Duration | None = field(
        default=None, metadata=about(Plain.DURATION, "How long a deferred message may wait.", example="14d")
    )
    origin: Origin = NOWHERE


@spelled
class QuietHours(Spelled):
    """The only hours in which messages of any journey may leave."""

    send_between: TimeWindow = field(
        metadata=about(Plain.WINDOW, "Hours in which sending is allowed.", example="08:00-18:00")
    )
    days: tuple[int, ...] = field(
        default=(0, 1, 2, 3, 4, 5, 6),
        metadata=about(
            Plain.WEEKDAYS, "Weekdays on which sending is allowed; every day without it.", example="mon-fri"
        ),
    )
    zone: ZoneChoice = field(
        default=ZoneChoice(of_contact=True),
        metadata=about(Plain.ZONE_CHOICE, "Whose clock decides.", example="contact | America/New_York"),
    )
    origin: Origin = NOWHERE


@spelled
class Suppression(Spelled):
    """A condition under which nothing is sent."""

    name: str = field(
        metadata=about(Plain.NAME, "Its name; appears in reasons as `suppressed.<name>`.", example="with-sales")
    )
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Being called by sales"))
    when: Condition = field(metadata=about(Plain.CONDITION, "When it holds a message back.", example="lead.open"))
    then: Literal["defer", "skip"] = field(
        metadata=about(Choice(("defer", "skip")), "Whether the message waits or is dropped.", example="defer")
    )
    origin: Origin = NOWHERE


@spelled
class Holdouts(Spelled):
    """Contacts that no journey may mail, to measure against."""

    share: float = field(
        default=0.0, metadata=about(Plain.SHARE, "Share of all contacts that are held out.", key="global", example="5%")
    )
    origin: Origin = NOWHERE


@spelled
class Policies(Document):
    """The document of kind `policies`."""

    consent: Consent = field(metadata=about(Struct(Consent), "Consent per purpose and country."))
    caps: tuple[Cap, ...] = field(default=(), metadata=about(ListOf(Struct(Cap)), "Frequency caps over all journeys."))
    quiet_hours: QuietHours | None = field(
        default=None, metadata=about(Struct(QuietHours), "Hours in which messages may leave; any hour without it.")
    )
    suppressions: tuple[Suppression, ...] = field(
        default=(), metadata=about(ListOf(Struct(Suppression)), "What holds messages back, asked in this order.")
    )
    holdouts: Holdouts = field(default_factory=Holdouts, metadata=about(Struct(Holdouts), "The global holdout."))
