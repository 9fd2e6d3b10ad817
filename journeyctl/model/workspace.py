"""The workspace document: zone, calendar, currency, countries, targets, glossary."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import Choice, Integer, ListOf, MappingOf, Plain, Special, Spelled, Struct, about, spelled

SPEC_VERSION = 1
"""The newest version of the language that this product reads."""


@spelled
class BusinessCalendar(Spelled):
    """Which days are business days where nothing narrower is said."""

    business_days: tuple[int, ...] = field(
        default=(0, 1, 2, 3, 4),
        metadata=about(Plain.WEEKDAYS, "Weekdays on which business is done.", example="mon-fri"),
    )
    closed: tuple[datetime.date, ...] = field(
        default=(),
        metadata=about(ListOf(Plain.DATE), "Further days on which nobody works.", example=["2026-12-24"]),
    )
    origin: Origin = NOWHERE


@spelled
class Country(Spelled):
    """What holds for the contacts of one country."""

    code: str = field(metadata=about(Special.KEY, "The country's two-letter code."))
    locale: str = field(metadata=about(Plain.LOCALE, "Language of contacts whose own is not known.", example="de-DE"))
    zone: str = field(metadata=about(Plain.ZONE, "Zone of contacts whose own is not known.", example="Europe/Berlin"))
    holidays: str = field(
        default="",
        metadata=about(
            Plain.TEXT, "Public holidays by country or country and region; none without it.", example="DE-BY"
        ),
    )
    closed: tuple[datetime.date, ...] = field(
        default=(), metadata=about(ListOf(Plain.DATE), "Further closed days in this country.", example=["2026-12-24"])
    )
    business_days: tuple[int, ...] | None = field(
        default=None,
        metadata=about(Plain.WEEKDAYS, "Business days where they differ from the workspace's.", example="sun-thu"),
    )
    origin: Origin = NOWHERE


@spelled
class Settings(NamedDocument):
    """The document of kind `workspace`."""

    spec: int = field(
        metadata=about(Integer(low=1), "Version of the language in which the files are written.", example=1)
    )
    time_zone: str = field(
        metadata=about(Plain.ZONE, "The zone of evaluations, launches and 'today'.", example="America/New_York")
    )
    week_starts: int = field(
        default=0,
        metadata=about(Plain.WEEKDAY, "First day of the week for calendar caps; Monday without it.", example="monday"),
    )
    currency: str = field(
        default="USD", metadata=about(Plain.TEXT, "Currency of every amount of money, as ISO code.", example="USD")
    )
    locale: str = field(
        default="en",
        metadata=about(Plain.LOCALE, "Language where neither contact nor country says one.", example="en-US"),
    )
    calendar: BusinessCalendar = field(
        default_factory=BusinessCalendar, metadata=about(Struct(BusinessCalendar), "The business calendar.")
    )
    countries: Mapping[str, Country] = field(
        default_factory=dict,
        metadata=about(MappingOf(Plain.COUNTRY, Struct(Country)), "The countries that are served."),
    )
    account_evaluation: int = field(
        default=0,
        metadata=about(
            Plain.TIME_OF_DAY,
            "When accounts and buying groups are evaluated each day; midnight without it.",
            example="00:00",
        ),
    )
    audience_evaluation: int = field(
        default=21_600,
        metadata=about(Plain.TIME_OF_DAY, "When audiences are evaluated; 06:00 without it.", example="06:00"),
    )
    targets: tuple[str, ...] = field(
        default=(), metadata=about(ListOf(Plain.NAME), "Platforms for which journeys are compiled.", example=["bpmn"])
    )
    glossary: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.TEXT, Plain.TEXT),
            "The team's meaning of its words.",
            example={"MQL": "a lead that marketing has qualified"},
        ),
    )
    rules: Mapping[str, Literal["error", "warning", "info", "off"]] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.TEXT, Choice(("error", "warning", "info", "off"))),
            "Severity of single rules, by code or slug.",
            example={"JC302": "warning"},
        ),
    )
