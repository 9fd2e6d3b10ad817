"""The journey document: status, entry, exits, goal and steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import (
    ByShape,
    Choice,
    Exclusive,
    Integer,
    ListOf,
    MappingOf,
    Plain,
    Reference,
    Spelled,
    Struct,
    about,
    spelled,
)
from journeyctl.model.steps import STEP, Step
from journeyctl.model.values import After, Condition
from journeyctl.units import Duration


@spelled
class OnEvent(Spelled):
    """Entry at the moment of an event."""

    event: str = field(
        metadata=about(Reference("event"), "The event that lets a contact in.", example="webinar-attended")
    )
    origin: Origin = NOWHERE


@spelled
class Entry(Spelled):
    """Who gets in, and when."""

    audience: str = field(
        metadata=about(Reference("audience"), "The audience that may enter.", example="radiology-heads-us")
    )
    when: Literal["continuous", "once"] | OnEvent = field(
        default="continuous",
        metadata=about(
            ByShape(text=Choice(("continuous", "once")), mapping=Struct(OnEvent)),
            "At every evaluation, once at launch, or on an event.",
            example="continuous",
        ),
    )
    every: Duration = field(
        default=Duration(seconds=86_400),
        metadata=about(Plain.DURATION, "How often the audience is evaluated.", example="1d"),
    )
    again: Literal["never", "always"] | After = field(
        default="never",
        metadata=about(
            ByShape(text=Choice(("never", "always")), mapping=Struct(After)),
            "Whether a contact may enter again, counted from the end of its last visit.",
            example={"after": "180d"},
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Exit(Spelled):
    """What takes a contact out of its step at any moment: an event or a condition, to an end or a step."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("event", "when")), Exclusive(("end", "go")))
    event: str | None = field(
        default=None, metadata=about(Reference("event"), "The event that is watched.", example="unsubscribed")
    )
    when: Condition | None = field(
        default=None, metadata=about(Plain.CONDITION, "The condition that is watched.", example="contact.left_company")
    )
    end: str | None = field(default=None, metadata=about(Plain.LABEL, "Leave with this label.", example="opted-out"))
    go: str | None = field(default=None, metadata=about(STEP, "Go on at this step.", example="sdr"))
    origin: Origin = NOWHERE


@spelled
class Journey(NamedDocument):
    """The document of kind `journey`: one flow for one audience."""

    status: Literal["draft", "live", "paused"] = field(
        default="draft", metadata=about(Choice(("draft", "live", "paused")), "Whether it runs.", example="live")
    )
    priority: int = field(
        default=50,
        metadata=about(
            Integer(low=0, high=1000),
            "Between journeys that want a contact's next slot; higher goes first.",
            example=50,
        ),
    )
    purpose: tuple[str, ...] = field(
        metadata=about(
            ListOf(Reference("purpose"), least=1), "Consents that a contact must have given.", example=["marketing"]
        )
    )
    entry: Entry = field(metadata=about(Struct(Entry), "Who gets in, and when."))
    goal: str | None = field(
        default=None,
        metadata=about(Reference("event"), "The success that is counted; it ends nothing.", example="sales_request"),
    )
    exits: tuple[Exit, ...] = field(
        default=(), metadata=about(ListOf(Struct(Exit)), "What takes contacts out at any moment, in this order.")
    )
    steps: tuple[Step, ...] = field(
        metadata=about(ListOf(Struct(Step), least=1), "The steps; the first is where contacts begin.")
    )
    removed: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.NAME, STEP),
            "Where contacts go on that stand at a step that an older version had.",
            example={"old-step": "nurture"},
        ),
    )
