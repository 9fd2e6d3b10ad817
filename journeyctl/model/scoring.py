"""The scoring document: points per act, decay, fit grades, MQL threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import Document
from journeyctl.model.fields import Choice, ListOf, MappingOf, Number, Plain, Reference, Spelled, Struct, about, spelled
from journeyctl.model.values import Condition
from journeyctl.units import Duration


@spelled
class Points(Spelled):
    """Points for one kind of event, by who caused it."""

    human: float = field(default=0.0, metadata=about(Number(), "Points when a person did it.", example=5))
    machine: float = field(default=0.0, metadata=about(Number(), "Points when a machine did it.", example=0))
    origin: Origin = NOWHERE


@spelled
class Decay(Spelled):
    """How points fade."""

    half_life: Duration = field(
        metadata=about(
            Plain.DURATION,
            "After this time half of the points are left; counted in whole hours, one at least.",
            example="30d",
        )
    )
    origin: Origin = NOWHERE


@spelled
class Mql(Spelled):
    """When the event `mql` occurs."""

    score: float = field(metadata=about(Number(0), "The least score, in points; no score is below zero.", example=25))
    fit: tuple[str, ...] = field(
        default=(),
        metadata=about(ListOf(Reference("grade")), "Grades that qualify; any fit without it.", example=["A", "B"]),
    )
    again: Duration | None = field(
        default=None,
        metadata=about(Plain.DURATION, "Least time before it may occur again; never without it.", example="90d"),
    )
    origin: Origin = NOWHERE


@spelled
class Scoring(Document):
    """The document of kind `scoring`."""

    points: Mapping[str, Points] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Reference("event"), Struct(Points, shorthand="human")), "Points by event.", example={"clicked": 5}
        ),
    )
    decay: Decay | None = field(default=None, metadata=about(Struct(Decay), "How points fade; they stay without it."))
    fit: Mapping[str, Condition] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.LABEL, Plain.CONDITION),
            "Grades; the first whose condition is true holds.",
            example={"A": 'contact.role = "cio"'},
        ),
    )
    mql: Mql | None = field(default=None, metadata=about(Struct(Mql), "When a contact counts as marketing-qualified."))
    account: Literal["sum", "max", "mean"] = field(
        default="max",
        metadata=about(Choice(("sum", "max", "mean")), "How contacts' scores make their account's.", example="max"),
    )
