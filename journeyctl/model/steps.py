"""The steps of a journey: one class per verb, and the step that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal, TypeAlias

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.fields import (
    ByKey,
    ByShape,
    Choice,
    Exclusive,
    Integer,
    ListOf,
    MappingOf,
    Number,
    Plain,
    Reference,
    Special,
    Spelled,
    Struct,
    Verbs,
    Wrap,
    about,
    spelled,
)
from journeyctl.model.values import (
    LEAD_OUTCOMES,
    After,
    Condition,
    Expression,
    Human,
    Scalar,
    SendOn,
    WeekTime,
    ZoneChoice,
)
from journeyctl.units import Duration

STEP = Reference("step")


@spelled
class Send(Spelled):
    """Ask the gate, then deliver one item."""

    item: str = field(metadata=about(Reference("item"), "The item to send.", example="intro-mri"))
    channel: str = field(default="email", metadata=about(Plain.LABEL, "How it is sent.", example="email"))
    locale: str | None = field(
        default=None, metadata=about(Plain.LOCALE, "A fixed language; the contact's own without it.", example="en-US")
    )
    expire: Duration | None = field(
        default=None,
        metadata=about(Plain.DURATION, "How long it may wait at the gate before it is skipped.", example="14d"),
    )
    send_on: SendOn | None = field(
        default=None, metadata=about(Struct(SendOn), "Days and hours in which it may leave, within the quiet hours.")
    )
    origin: Origin = NOWHERE


@spelled
class Wait(Spelled):
    """Let time pass: a length, or until a moment. Exactly one of `length` and `until` is set."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("until",)),)
    length: Duration | None = None
    until: WeekTime | Expression | None = field(
        default=None,
        metadata=about(
            Plain.MOMENT, "The moment to wait for; one already past or unknown continues at once.", example="tue 09:00"
        ),
    )
    zone: ZoneChoice | None = field(
        default=None,
        metadata=about(Plain.ZONE_CHOICE, "Whose clock decides; the contact's own without it.", example="contact"),
    )
    origin: Origin = NOWHERE


Reaction: TypeAlias = Literal["opened", "clicked", "sales_request", "unsubscribed", "timeout"]
REACTIONS = ("opened", "clicked", "sales_request", "unsubscribed", "timeout")


@spelled
class Listen(Spelled):
    """Await the strongest reaction to a message, or the timeout."""

    to: str | None = field(
        default=None,
        metadata=about(
            Reference("send"), "The send step or item; the latest send of the visit without it.", example="invite"
        ),
    )
    window: Duration = field(
        metadata=about(
            Plain.DURATION,
            "How long to await a reaction, from the moment the step is reached.",
            key="for",
            example="3d",
        )
    )
    human: Human | None = field(
        default=None,
        metadata=about(Struct(Human), "Tells clicks of people from those of machines; all count without it."),
    )
    settle: Duration = field(
        default=Duration(seconds=3_600),
        metadata=about(Plain.DURATION, "How long after a click something stronger may still come.", example="1h"),
    )
    outcomes: Mapping[Reaction, str] = field(
        metadata=about(
            MappingOf(Choice(REACTIONS), STEP, least=1), "The step to go to, by reaction.", example={"clicked": "sdr"}
        )
    )
    origin: Origin = NOWHERE


@spelled
class Arm(Spelled):
    """One condition of a branch and where it leads."""

    when: Condition = field(metadata=about(Plain.CONDITION, "Takes this arm when true.", example="account.is_customer"))
    go: str = field(metadata=about(STEP, "The step to go to.", example="renewal"))
    origin: Origin = NOWHERE


@spelled
class Otherwise(Spelled):
    """The last arm of a branch."""

    go: str = field(
        metadata=about(STEP, "The step to go to when no condition is true.", key="otherwise", example="awareness")
    )
    origin: Origin = NOWHERE


@spelled
class Branch(Spelled):
    """The first arm whose condition is true."""

    arms: tuple[Arm | Otherwise, ...]
    origin: Origin = NOWHERE


@spelled
class SplitArm(Spelled):
    """One arm of a random split."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("go", "holdout")),)
    name: str = field(metadata=about(Special.KEY, "The arm's name."))
    share: float = field(metadata=about(Plain.SHARE, "Share of contacts; all arms together make 100 %.", example="90%"))
    go: str | None = field(default=None, metadata=about(STEP, "The step to go to.", example="awareness"))
    holdout: bool = field(
        default=False,
        metadata=about(
            Plain.BOOLEAN, "Stays in the journey, gets none of its sends, is watched to the end.", example=True
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Split(Spelled):
    """A random choice of arm, stable per contact."""

    arms: Mapping[str, SplitArm]
    origin: Origin = NOWHERE


@spelled
class SetTo(Spelled):
    """Sets a field to a value."""

    value: Scalar
    origin: Origin = NOWHERE


@spelled
class Add(Spelled):
    """Adds a number to a field or the score."""

    add: float = field(metadata=about(Number(), "The number to add; may be negative.", example=10))
    origin: Origin = NOWHERE


@spelled
class Compute(Spelled):
    """Sets a field to what an expression yields."""

    expression: Expression = field(
        metadata=about(Plain.EXPRESSION, "What to evaluate.", key="expr", example="item.topic")
    )
    origin: Origin = NOWHERE


@spelled
class Clear(Spelled):
    """Makes a field unknown."""

    nothing: None = None
    origin: Origin = NOWHERE


Change: TypeAlias = SetTo | Add | Compute | Clear


@spelled
class Update(Spelled):
    """Changes fields of the contact, or the score."""

    changes: Mapping[str, Change]
    """By field (`contact.stage`), or `score`."""
    origin: Origin = NOWHERE


_CHANGE = ByShape(
    text=Wrap(SetTo, "value", Plain.SCALAR),
    number=Wrap(SetTo, "value", Plain.SCALAR),
    boolean=Wrap(SetTo, "value", Plain.SCALAR),
    sequence=Wrap(SetTo, "value", Plain.SCALAR),
    mapping=ByKey({"add": Struct(Add), "expr": Struct(Compute)}),
    null=Wrap(Clear, "nothing", Plain.NULL),
)
UPDATE = Wrap(Update, "changes", MappingOf(Plain.FIELD, _CHANGE, least=1))


@spelled
class FromTopic(Spelled):
    """Start a ladder at a topic."""

    topic: Expression = field(
        metadata=about(Plain.EXPRESSION, "Yields the topic; unknown starts at the top.", example="contact.web_topic")
    )
    origin: Origin = NOWHERE


@spelled
class FromItem(Spelled):
    """Start a ladder at an item."""

    item: str = field(metadata=about(Reference("item"), "The first item to offer.", example="intro-mri"))
    origin: Origin = NOWHERE


@spelled
class Bottom(Spelled):
    """What happens when a clicked item leads nowhere deeper."""

    update: Update | None = field(
        default=None, metadata=about(UPDATE, "Fields to change.", example={"score": {"add": 30}})
    )
    go: str = field(metadata=about(STEP, "The step to go to.", example="nurture"))
    origin: Origin = NOWHERE


@spelled
class Ladder(Spelled):
    """The walk down a content house, item by item, steered by reactions."""

    house: str = field(metadata=about(Reference("catalog"), "The content house.", example="radiology"))
    start: Literal["top"] | FromTopic | FromItem = field(
        default="top",
        metadata=about(
            ByShape(text=Choice(("top",)), mapping=ByKey({"topic": Struct(FromTopic), "item": Struct(FromItem)})),
            "Where the walk begins.",
            key="from",
            example="top",
        ),
    )
    window: Duration = field(metadata=about(Plain.DURATION, "How long to await a reaction to each item.", example="7d"))
    pace: Duration | None = field(
        default=None, metadata=about(Plain.DURATION, "Least time between two delivered offers.", example="2d")
    )
    cold_depth: str | None = field(
        default=None,
        metadata=about(
            Reference("level"),
            "The deepest level reached without a click; the last level without it.",
            example="educational",
        ),
    )
    breadth: int | Literal["all"] = field(
        default="all",
        metadata=about(
            ByShape(text=Choice(("all",)), number=Integer(low=1)),
            "Unanswered offers per group before going on.",
            example="all",
        ),
    )
    human: Human | None = field(
        default=None,
        metadata=about(Struct(Human), "Tells clicks of people from those of machines; all count without it."),
    )
    repeat: Literal["never"] | After = field(
        default="never",
        metadata=about(
            ByShape(text=Choice(("never",)), mapping=Struct(After)),
            "When an item that was sent and never clicked may return.",
            example={"after": "365d"},
        ),
    )
    clicked: Literal["deeper"] = field(
        default="deeper", metadata=about(Choice(("deeper",)), "What a click does.", example="deeper")
    )
    missed: Literal["next"] = field(
        default="next",
        metadata=about(Choice(("next",)), "What no click does; opened only counts as missed.", example="next"),
    )
    only: Condition | None = field(
        default=None,
        metadata=about(
            Plain.CONDITION, "Items that may be offered; refused ones still lead on.", example='item.line = "mri"'
        ),
    )
    bottom: Bottom | None = field(
        default=None, metadata=about(Struct(Bottom), "What a click on an item that leads nowhere deeper does.")
    )
    exhausted: str | None = field(
        default=None,
        metadata=about(STEP, "Where to go when nothing is left; the next step without it.", example="nurture"),
    )
    asked: str | None = field(
        default=None,
        metadata=about(STEP, "Where to go on a sales request; the journey's exit without it.", example="sdr"),
    )
    channel: str = field(default="email", metadata=about(Plain.LABEL, "How items are sent.", example="email"))
    expire: Duration | None = field(
        default=None,
        metadata=about(Plain.DURATION, "How long an offer may wait at the gate before it is skipped.", example="14d"),
    )
    send_on: SendOn | None = field(
        default=None,
        metadata=about(Struct(SendOn), "Days and hours in which offers may leave, within the quiet hours."),
    )
    origin: Origin = NOWHERE


HandoffOutcome: TypeAlias = Literal["accepted", "rejected", "recycled", "unreachable", "expired", "not_ready"]


@spelled
class Handoff(Spelled):
    """Creates a lead at a desk and goes on with its outcome once the CRM sync brings it."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("desk", "buying_group")),)
    desk: str | None = field(
        default=None, metadata=about(Reference("desk"), "The desk that calls.", example="us-imaging")
    )
    buying_group: str | None = field(
        default=None,
        metadata=about(Reference("buying_group"), "Hand over the whole buying group.", example="imaging-ai"),
    )
    outcomes: Mapping[HandoffOutcome, str] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Choice((*LEAD_OUTCOMES, "not_ready")), STEP),
            "The step to go to, by outcome.",
            example={"accepted": "done"},
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Activate(Spelled):
    """Puts the contact, or the missing roles of a buying group, into a matched audience."""

    audience_on: str = field(metadata=about(Reference("platform"), "The advertising platform.", example="linkedin"))
    length: Duration = field(metadata=about(Plain.DURATION, "How long it stays there.", key="for", example="30d"))
    when: Condition | None = field(
        default=None,
        metadata=about(Plain.CONDITION, "Only when true.", example='group("imaging-ai").completeness < 0.7'),
    )
    buying_group: str | None = field(
        default=None,
        metadata=about(
            Reference("buying_group"), "Look for the missing roles of this group instead.", example="imaging-ai"
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Enter(Spelled):
    """Enters another journey and waits for its end."""

    journey: str = field(metadata=about(Reference("journey"), "The journey to enter.", example="webinar"))
    outcomes: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about(MappingOf(Plain.LABEL, STEP), "The step to go to, by the label of the other journey's end."),
    )
    then: str | None = field(
        default=None, metadata=about(STEP, "The step for every other label; the next step without it.", example="done")
    )
    origin: Origin = NOWHERE


@spelled
class End(Spelled):
    """Leaves the journey with a label that is counted."""

    label: str
    origin: Origin = NOWHERE


Verb: TypeAlias = Send | Wait | Listen | Branch | Split | Ladder | Update | Handoff | Activate | Enter | End

VERBS = Verbs(
    {
        "send": Struct(Send, shorthand="item"),
        "wait": ByShape(text=Wrap(Wait, "length", Plain.DURATION), mapping=Struct(Wait)),
        "listen": Struct(Listen),
        "branch": Wrap(Branch, "arms", ListOf(ByKey({"otherwise": Struct(Otherwise)}, otherwise=Struct(Arm)), least=1)),
        "split": Wrap(Split, "arms", MappingOf(Plain.NAME, Struct(SplitArm), least=1)),
        "ladder": Struct(Ladder),
        "update": UPDATE,
        "handoff": Struct(Handoff),
        "activate": Struct(Activate),
        "enter": Struct(Enter),
        "end": Wrap(End, "label", Plain.LABEL),
    }
)
"""The eleven verbs by their key."""


@spelled
class Step(Spelled):
    """One node of a journey, as an author writes it."""

    id: str = field(metadata=about(Plain.NAME, "The step's name within the journey.", example="awareness"))
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Awareness"))
    verb: Verb = field(metadata=about(VERBS, "What the step does."))
    next: str | None = field(
        default=None,
        metadata=about(STEP, "The step after this one; the following in the list without it.", example="done"),
    )
    skipped: str | None = field(
        default=None,
        metadata=about(STEP, "Beside a send or ladder: where to go when the gate skips.", example="nurture"),
    )
    origin: Origin = NOWHERE
