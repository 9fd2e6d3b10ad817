"""The audiences document: named conditions over contacts and their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from journeyctl.model.document import Document, Governed
from journeyctl.model.fields import MappingOf, Plain, Special, Struct, about, spelled
from journeyctl.model.values import Condition


@spelled
class Audience(Governed):
    """The contacts for whom a condition is true."""

    name: str = field(metadata=about(Special.KEY, "The audience's name."))
    when: Condition = field(
        metadata=about(Plain.CONDITION, "Who belongs to it.", example='contact.role = "cio" and contact.country = "US"')
    )


@spelled
class Audiences(Document):
    """The document of kind `audiences`."""

    audiences: Mapping[str, Audience] = field(
        metadata=about(MappingOf(Plain.NAME, Struct(Audience)), "The audiences by name.")
    )
