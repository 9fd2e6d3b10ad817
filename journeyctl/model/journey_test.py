"""The journey_test document: given a profile and scripted reactions, expect a path."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import (
    ByShape,
    Choice,
    ListOf,
    MappingOf,
    Others,
    Partial,
    Plain,
    Reference,
    Spelled,
    Struct,
    about,
    spelled,
)
from journeyctl.model.values import LEAD_OUTCOMES, Scalar
from journeyctl.units import Duration

Deed: TypeAlias = Literal["none", "opened", "clicked", "sales_request", "unsubscribed", "bounced"]
DEEDS = ("none", "opened", "clicked", "sales_request", "unsubscribed", "bounced")


@spelled
class ScriptedReaction(Spelled):
    """What the contact does with one message; weaker reactions before it are implied."""

    do: Deed = field(metadata=about(Choice(DEEDS), "The strongest thing that it does.", example="clicked"))
    after: Duration | None = field(
        default=None, metadata=about(Plain.DURATION, "Time of it after delivery.", example="3d")
    )
    origin: Origin = NOWHERE


@spelled
class ScriptedFact(Spelled):
    """Fields that change some time after the start of the visit."""

    after: Duration = field(metadata=about(Plain.DURATION, "Time after the start.", example="10d"))
    values: Mapping[str, Scalar] = field(
        default_factory=dict,
        metadata=about(
            Others(Plain.FIELD, Plain.SCALAR), "New values by field.", example={"hospital.open_ticket": True}
        ),
    )
    origin: Origin = NOWHERE


@spelled
class ExpectedSend(Spelled):
    """One message, and when it is delivered after the entry."""

    item: str = field(metadata=about(Reference("item"), "The item.", example="cybersecurity"))
    after: Duration | None = field(
        default=None, metadata=about(Plain.DURATION, "Time after the entry; any without it.", example="17d")
    )
    origin: Origin = NOWHERE


@spelled
class Expect(Spelled):
    """What must happen; each key is optional."""

    entered: bool | str | None = field(
        default=None,
        metadata=about(
            ByShape(boolean=Plain.BOOLEAN, text=Plain.TEXT),
            "Whether the contact enters, or the reason why not.",
            example=True,
        ),
    )
    sends: tuple[ExpectedSend, ...] | None = field(
        default=None,
        metadata=about(
            ListOf(Struct(ExpectedSend, shorthand="item")),
            "Exactly these messages in this order.",
            example=["workforce-crisis"],
        ),
    )
    steps: tuple[str, ...] | None = field(
        default=None,
        metadata=about(
            ListOf(Reference("step")), "Steps visited in this order; others may lie between.", example=["customer"]
        ),
    )
    gated: Mapping[str, str] | None = field(
        default=None,
        metadata=about(
            MappingOf(Reference("item"), Plain.TEXT, whole=True),
            "Messages that the gate held back, with the reason.",
            example={"intro-mri": "suppressed.with-sales"},
        ),
    )
    handoff: str | None = field(
        default=None, metadata=about(Reference("desk"), "The desk that gets the contact.", example="us-imaging")
    )
    end: str | None = field(
        default=None, metadata=about(Plain.LABEL, "The label with which it leaves.", example="completed")
    )
    origin: Origin = NOWHERE


def _journey_test() -> type[Any]:
    return JourneyTest


@spelled
class JourneyTest(NamedDocument):
    """The document of kind `journey_test`."""

    journey: str = field(
        metadata=about(Reference("journey"), "The journey under test.", example="head-of-radiology-us")
    )
    start: datetime.date = field(metadata=about(Plain.DATE, "The day of the entry.", example="2026-01-05"))
    given: Mapping[str, Scalar] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.FIELD, Plain.SCALAR),
            "The contact's and accounts' fields; others are unknown.",
            example={"account.is_customer": True},
        ),
    )
    splits: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Reference("step"), Plain.NAME),
            "The arm of each split; the first that is no holdout without it.",
            example={"holdout": "treatment"},
        ),
    )
    desk: str | None = field(
        default=None,
        metadata=about(
            Choice(LEAD_OUTCOMES), "The lead's outcome; the walk stops at the handoff without it.", example="accepted"
        ),
    )
    reactions: Mapping[str, ScriptedReaction] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Reference("step or item"), Struct(ScriptedReaction, shorthand="do")),
            "What the contact does, by item or step.",
            example={"cybersecurity": "opened"},
        ),
    )
    facts: tuple[ScriptedFact, ...] = field(
        default=(), metadata=about(ListOf(Struct(ScriptedFact)), "What happens outside the journey.")
    )
    length: Duration = field(
        default=Duration(seconds=26 * 7 * 86_400),
        metadata=about(Plain.DURATION, "How long the walk is followed.", example="26w"),
    )
    expect: Expect | None = field(default=None, metadata=about(Struct(Expect), "What must happen."))
    cases: Mapping[str, object] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.NAME, Partial(_journey_test, without=("name", "cases"))),
            "Variants of the test, each merged over it.",
        ),
    )
    """As written; the workspace holds each case as a test of its own, named `<test>/<case>`."""
