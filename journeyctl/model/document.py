"""What every document may say about itself: title, owner, reviewers, review date, overridable paths."""

from __future__ import annotations

import datetime
from dataclasses import field

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.fields import ListOf, Plain, Spelled, about, spelled


@spelled
class Governed(Spelled):
    """Who answers for a document or a part of one, and until when it was looked at."""

    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Head of radiology"))
    owner: str = field(
        default="",
        metadata=about(Plain.TEXT, "The team or person that answers for it.", example="imaging-marketing-us"),
    )
    reviewers: tuple[str, ...] = field(
        default=(), metadata=about(ListOf(Plain.TEXT), "Who must agree to a change.", example=["data-privacy"])
    )
    review_by: datetime.date | None = field(
        default=None, metadata=about(Plain.DATE, "The day by which it is to be looked at again.", example="2027-03-31")
    )
    origin: Origin = NOWHERE


@spelled
class Document(Governed):
    """One file of the workspace."""

    overridable: tuple[str, ...] = field(
        default=(),
        metadata=about(
            ListOf(Plain.TEXT), "Paths within this document that overlays may set.", example=["title", "entry.audience"]
        ),
    )


@spelled
class NamedDocument(Document):
    """One file of a kind of which there may be several."""

    name: str = field(
        metadata=about(Plain.NAME, "The name by which other files refer to it; unique per kind.", example="us-imaging")
    )
