"""The profile document: the fields of contacts and accounts, and custom events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, TypeAlias

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import Document
from journeyctl.model.fields import Choice, ListOf, MappingOf, Plain, Special, Spelled, Struct, about, spelled
from journeyctl.model.values import Scalar

FieldType: TypeAlias = Literal[
    "boolean", "integer", "number", "money", "text", "date", "date-time", "country", "locale", "zone", "list of text"
]
FIELD_TYPES = (
    "boolean", "integer", "number", "money", "text", "date", "date-time", "country", "locale", "zone", "list of text",
)  # fmt: skip
Writer: TypeAlias = Literal["marketing", "sales", "service", "derived"]
Meaning: TypeAlias = Literal["country", "locale", "zone", "email", "role"]
PersonalClass: TypeAlias = Literal["none", "identifying", "professional", "behavioural", "consent", "special"]


@spelled
class ProfileField(Spelled):
    """One field of contacts or of one account level."""

    name: str = field(metadata=about(Special.KEY, "The field's name in snake_case."))
    type: FieldType = field(metadata=about(Choice(FIELD_TYPES), "What the field holds.", example="date"))
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Role"))
    values: tuple[Scalar, ...] | None = field(
        default=None,
        metadata=about(ListOf(Plain.SCALAR, least=1), "Every value that can occur.", example=["cio", "other"]),
    )
    means: Meaning | None = field(
        default=None,
        metadata=about(
            Choice(("country", "locale", "zone", "email", "role")),
            "What the product itself reads the field as.",
            example="role",
        ),
    )
    source: str = field(default="", metadata=about(Plain.TEXT, "The system that the value comes from.", example="crm"))
    writer: Writer | None = field(
        default=None,
        metadata=about(
            Choice(("marketing", "sales", "service", "derived")),
            "Who may change it; journeys write only what marketing writes.",
            example="marketing",
        ),
    )
    personal: PersonalClass = field(
        default="none",
        metadata=about(
            Choice(("none", "identifying", "professional", "behavioural", "consent", "special")),
            "Class of personal data for the processing record.",
            example="none",
        ),
    )
    missing: float = field(
        default=0.0, metadata=about(Plain.SHARE, "Share of records in which the value is unknown.", example="20%")
    )
    default: Scalar = field(
        default=None, metadata=about(Plain.SCALAR, "Stands in for a missing value; each use is counted.", example=False)
    )
    origin: Origin = NOWHERE


@spelled
class CustomEvent(Spelled):
    """An event that a system of the workspace reports."""

    name: str = field(metadata=about(Special.KEY, "The event's name."))
    source: str = field(default="", metadata=about(Plain.TEXT, "The system that reports it.", example="eloqua"))
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Webinar attended"))
    origin: Origin = NOWHERE


_FIELDS = MappingOf(Plain.LABEL, Struct(ProfileField))


@spelled
class Profile(Document):
    """The document of kind `profile`."""

    contact: Mapping[str, ProfileField] = field(default_factory=dict, metadata=about(_FIELDS, "Fields of a person."))
    clinic: Mapping[str, ProfileField] = field(
        default_factory=dict, metadata=about(_FIELDS, "Fields of a clinic, the nearest account.")
    )
    hospital: Mapping[str, ProfileField] = field(default_factory=dict, metadata=about(_FIELDS, "Fields of a hospital."))
    umbrella: Mapping[str, ProfileField] = field(
        default_factory=dict, metadata=about(_FIELDS, "Fields of a hospital network.")
    )
    events: Mapping[str, CustomEvent] = field(
        default_factory=dict,
        metadata=about(MappingOf(Plain.LABEL, Struct(CustomEvent)), "Events beside the built-in ones."),
    )
