"""The overlay document: a patch of declared paths for some countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import ListOf, MappingOf, Plain, Spelled, Struct, about, spelled


@spelled
class Scope(Spelled):
    """For whom an overlay holds."""

    countries: tuple[str, ...] = field(
        metadata=about(ListOf(Plain.COUNTRY, least=1), "The countries.", example=["DE", "AT"])
    )
    origin: Origin = NOWHERE


@spelled
class Overlay(NamedDocument):
    """The document of kind `overlay`."""

    scope: Scope = field(metadata=about(Struct(Scope), "For whom it holds.", key="for"))
    set: Mapping[str, object] = field(
        metadata=about(
            MappingOf(Plain.TEXT, Plain.ANYTHING, least=1),
            "New values by path; a mapping under a document's path sets paths within it.",
            example={"policies.caps.radiology-week.max": 2},
        )
    )
    """As written."""
