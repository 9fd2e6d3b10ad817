"""Values that several kinds of document share: conditions, zones, times of day, assumed numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeAlias, TypeVar

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.fields import Assumable, Exclusive, Plain, Spelled, about, spelled
from journeyctl.units import Duration

Scalar: TypeAlias = str | int | float | bool | tuple[str | int | float | bool | None, ...] | None
"""A value as it stands in the file: text, number, boolean, null, or a list of these."""

ValueT_co = TypeVar("ValueT_co", covariant=True)

Localised: TypeAlias = Mapping[str, str]
"""Text by locale; the key `""` holds text that serves every locale."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Short names of the weekdays; their position is the number used everywhere, Monday is 0."""

BUILT_IN_EVENTS = (
    "opened",
    "clicked",
    "sales_request",
    "unsubscribed",
    "bounced",
    "page_viewed",
    "form_submitted",
    "mql",
    "group_ready",
    "consent_lost",
)
"""Events that exist without being declared in the profile."""

LEAD_OUTCOMES = ("accepted", "rejected", "recycled", "unreachable", "expired")
"""How a lead can end at a desk."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The text of a condition (true, false or unknown) and its place; parsed by `expr`."""

    text: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Expression:
    """The text of an expression that yields any value, and its place; parsed by `expr`."""

    text: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A stretch of a local day in seconds after midnight; the start belongs to it, the end does not.

    A window whose end lies before its start runs over midnight.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A fixed zone, or each contact's own with a fallback."""

    of_contact: bool
    name: str = ""
    """IANA name; with `of_contact` the fallback. Empty: the workspace's zone."""


@dataclass(frozen=True, slots=True)
class WeekTime:
    """A moment that returns every week: weekdays (0 is Monday) and seconds after local midnight."""

    days: tuple[int, ...]
    second_of_day: int


@dataclass(frozen=True, slots=True)
class Precision:
    """A half-width at which replications may stop."""

    amount: float
    """A share: 0.01 for `1pp`, 0.05 for `5%`."""
    relative: bool
    """True for `%` (of the measure), false for `pp` (percentage points)."""


@dataclass(frozen=True, slots=True)
class Assumed(Generic[ValueT_co]):
    """A number of a desk or scenario with what is known about it."""

    value: ValueT_co
    low: ValueT_co | None = None
    high: ValueT_co | None = None
    source: str = ""
    """`measured`, `assumed` or `cited: ...`; empty where the author gave the bare value."""
    origin: Origin = NOWHERE


@spelled
class SendOn(Spelled):
    """When a step's messages may leave: days and hours in a zone."""

    days: tuple[int, ...] = field(
        default=(0, 1, 2, 3, 4, 5, 6),
        metadata=about(
            Plain.WEEKDAYS, "Weekdays on which messages may leave; every day without it.", example="tue-thu"
        ),
    )
    between: TimeWindow | None = field(
        default=None,
        metadata=about(Plain.WINDOW, "Local hours in which messages may leave.", example="09:00-16:00"),
    )
    zone: ZoneChoice = field(
        default=ZoneChoice(of_contact=True),
        metadata=about(Plain.ZONE_CHOICE, "Whose clock decides; the contact's own without it.", example="contact"),
    )
    origin: Origin = NOWHERE


@spelled
class Human(Spelled):
    """How clicks of machines are told from those of people."""

    min_delay: Duration = field(
        metadata=about(Plain.DURATION, "A click sooner than this after delivery is a machine's.", example="60s")
    )
    origin: Origin = NOWHERE


@spelled
class After(Spelled):
    """Again, but only some time after the last time."""

    after: Duration = field(metadata=about(Plain.DURATION, "The least time that must have passed.", example="180d"))
    origin: Origin = NOWHERE


P90_OF_MEDIAN = 2
"""A length of time that states no 90 % quantile has it at this multiple of its median."""


@spelled
class DurationSpread(Spelled):
    """A lognormal length of time, given by its median and 90 % quantile."""

    median: Assumed[Duration] = field(
        metadata=about(Assumable(Plain.DURATION), "Half of the cases take no longer.", example="3d")
    )
    p90: Assumed[Duration] | None = field(
        default=None,
        metadata=about(
            Assumable(Plain.DURATION), "Nine of ten cases take no longer; twice the median without it.", example="10d"
        ),
    )
    origin: Origin = NOWHERE


@spelled
class MoneySpread(Spelled):
    """A lognormal amount in the workspace currency, given by its median and 90 % quantile."""

    median: Assumed[float] = field(
        metadata=about(Assumable(Plain.MONEY), "Half of the amounts are no larger.", example=300000)
    )
    p90: Assumed[float] = field(
        metadata=about(Assumable(Plain.MONEY), "Nine of ten amounts are no larger.", example=1500000)
    )
    origin: Origin = NOWHERE


@spelled
class Activation(Spelled):
    """A matched audience on an advertising platform and what it brings."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = ()
    fills_role: Assumed[float] | None = field(
        default=None,
        metadata=about(
            Assumable(Plain.SHARE),
            "Chance per clinic, missing role and period that a new contact comes; the behaviour's activated_form a "
            "week without it.",
            example="3%",
        ),
    )
    per: Duration | None = field(
        default=None, metadata=about(Plain.DURATION, "The period of that chance; a week without it.", example="30d")
    )
    origin: Origin = NOWHERE
