"""The buying_group document: roles, membership, completeness threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import (
    Choice,
    Integer,
    MappingOf,
    Number,
    Plain,
    Reference,
    Special,
    Spelled,
    Struct,
    about,
    spelled,
)
from journeyctl.model.values import Condition
from journeyctl.units import Duration


@spelled
class Role(Spelled):
    """A part that people play in a decision."""

    name: str = field(metadata=about(Special.KEY, "The role's name."))
    need: int = field(metadata=about(Integer(low=1, high=1000), "People needed in this role.", example=2))
    weight: float = field(
        default=1.0, metadata=about(Number(low=0), "Weight of the role; the heaviest is called first.", example=3)
    )
    when: Condition | None = field(
        default=None,
        metadata=about(Plain.CONDITION, "Who can play it; every member without it.", example='contact.role = "cio"'),
    )
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Decision maker"))
    origin: Origin = NOWHERE


@spelled
class Ready(Spelled):
    """When a group is handed to a desk."""

    completeness: float = field(metadata=about(Plain.SHARE, "Least completeness.", example="70%"))
    engagement: float = field(
        default=0.0, metadata=about(Number(low=0, high=100), "Least weighted engagement, 0 to 100.", example=40)
    )
    handoff: str = field(metadata=about(Reference("desk"), "The desk that calls.", example="us-imaging"))
    again: Duration | None = field(
        default=None,
        metadata=about(
            Plain.DURATION, "Least time after the lead closed before another; never without it.", example="180d"
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Fill(Spelled):
    """Looks for missing roles by a matched audience."""

    audience_on: str = field(metadata=about(Reference("platform"), "The advertising platform.", example="linkedin"))
    below: float = field(metadata=about(Plain.SHARE, "Only while completeness is below this.", example="70%"))
    origin: Origin = NOWHERE


@spelled
class BuyingGroup(NamedDocument):
    """The document of kind `buying_group`: people of one account who decide together."""

    interest: str = field(metadata=about(Reference("topic"), "The topic of the solution.", example="ai"))
    scope: Literal["clinic", "hospital", "umbrella"] = field(
        default="clinic",
        metadata=about(Choice(("clinic", "hospital", "umbrella")), "The account level of the group.", example="clinic"),
    )
    roles: Mapping[str, Role] = field(
        metadata=about(MappingOf(Plain.NAME, Struct(Role), least=1), "The roles by name, first that fits is given.")
    )
    joins: Condition | None = field(
        default=None,
        metadata=about(
            Plain.CONDITION, "What makes a person a member, beside the role's own condition.", example="score >= 20"
        ),
    )
    ready: Ready | None = field(default=None, metadata=about(Struct(Ready), "When the group is handed to a desk."))
    fill: Fill | None = field(default=None, metadata=about(Struct(Fill), "How missing roles are looked for."))
