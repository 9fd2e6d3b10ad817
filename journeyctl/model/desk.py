"""The desk document: teams, routing, cadence, tasks, outcomes, CRM sync, field sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import (
    Assumable,
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
    Wrap,
    about,
    spelled,
)
from journeyctl.model.values import Assumed, Condition, DurationSpread, MoneySpread, TimeWindow
from journeyctl.units import Duration

SHARE = Assumable(Plain.SHARE)
DURATION = Assumable(Plain.DURATION)
DELAY = ByShape(text=DURATION, mapping=ByKey({"median": Struct(DurationSpread)}, otherwise=DURATION))
"""A fixed delay, or a lognormal one."""


@spelled
class Shift(Spelled):
    """When a team is at work."""

    days: tuple[int, ...] = field(
        metadata=about(Plain.WEEKDAYS, "Weekdays on which the team works.", example="mon-fri")
    )
    hours: TimeWindow = field(metadata=about(Plain.WINDOW, "Local hours of the shift.", example="09:00-17:00"))
    zone: str | None = field(
        default=None,
        metadata=about(Plain.ZONE, "Zone of those hours; the workspace's without it.", example="America/New_York"),
    )
    holidays: str = field(
        default="", metadata=about(Plain.TEXT, "Public holidays by country or country and region.", example="US")
    )
    origin: Origin = NOWHERE


@spelled
class Team(Spelled):
    """People who call leads."""

    name: str = field(metadata=about(Special.KEY, "The team's name."))
    sdrs: Assumed[int] = field(
        metadata=about(
            Assumable(Integer(low=0, high=10_000)), "Sales development representatives in the team.", example=3
        )
    )
    shift: Shift = field(metadata=about(Struct(Shift), "When the team is at work."))
    productive: Assumed[Duration] | None = field(
        default=None,
        metadata=about(DURATION, "Time per shift spent on leads; the whole shift without it.", example="5h"),
    )
    absence: Assumed[float] = field(
        default=Assumed(0.0), metadata=about(SHARE, "Share of days on which a person is away.", example="12%")
    )
    origin: Origin = NOWHERE


@spelled
class Route(Spelled):
    """Leads for which a condition is true go to a team."""

    when: Condition = field(metadata=about(Plain.CONDITION, "Which leads.", example='account.region = "west"'))
    to: str = field(metadata=about(Reference("team"), "The team.", example="imaging-west"))
    origin: Origin = NOWHERE


@spelled
class RouteOtherwise(Spelled):
    """All other leads go to a team."""

    to: str = field(
        metadata=about(Reference("team"), "The team of all other leads.", key="otherwise", example="imaging")
    )
    origin: Origin = NOWHERE


@spelled
class Sla(Spelled):
    """The promise on the first call."""

    first_call: Assumed[Duration] = field(
        metadata=about(DURATION, "The first attempt begins within this time.", example="48h")
    )
    target: Assumed[float] = field(
        metadata=about(SHARE, "Share of leads for which the promise is to hold.", example="95%")
    )
    clock: Literal["wall", "business", "shift"] = field(
        default="wall",
        metadata=about(Choice(("wall", "business", "shift")), "The clock that counts it.", example="business"),
    )
    origin: Origin = NOWHERE


@spelled
class Cadence(Spelled):
    """How often and how far apart a lead is called."""

    attempts: Assumed[int] = field(metadata=about(Assumable(Integer(low=1, high=100)), "Calls at most.", example=6))
    gaps: tuple[Duration, ...] = field(
        metadata=about(ListOf(Plain.DURATION), "Time between calls; one fewer than attempts.", example=["1bd", "2bd"])
    )
    origin: Origin = NOWHERE


@spelled
class Task(Spelled):
    """One task of the lead process."""

    task: str = field(metadata=about(Plain.NAME, "The task's name.", example="call"))
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Call the contact"))
    by: str | None = field(
        default=None,
        metadata=about(Plain.NAME, "Who does it: `team`, or another team's name.", example="pre-qualification"),
    )
    kind: Literal["human", "automatic"] = field(
        metadata=about(Choice(("human", "automatic")), "Whether a person does it.", example="human")
    )
    takes: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "Mean working time.", example="15min")
    )
    passes: Assumed[float] | None = field(
        default=None, metadata=about(SHARE, "Share of leads that go on; all without it.", key="pass", example="60%")
    )
    remind: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "A reminder is due after this time.", example="1bd")
    )
    escalate: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "It is escalated after this time.", example="3bd")
    )
    research: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "Mean working time once before the first call.", example="10min")
    )
    attempt: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "Mean working time of each attempt.", example="5min")
    )
    conversation: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "Mean working time of a call that connects.", example="20min")
    )
    joint_meeting: Assumed[float] | None = field(
        default=None, metadata=about(SHARE, "Share of leads met together with field sales.", example="30%")
    )
    cv: Assumed[float] = field(
        default=Assumed(1.2),
        metadata=about(
            Assumable(Number(low=0, high=10)), "Spread of working times: standard deviation / mean.", example=1.2
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Connect(Spelled):
    """How likely a call reaches the person."""

    first: Assumed[float] = field(metadata=about(SHARE, "Chance at the first attempt.", example="35%"))
    later_factor: Assumed[float] = field(
        default=Assumed(1.0), metadata=about(SHARE, "Factor on that chance at every later attempt.", example="50%")
    )
    origin: Origin = NOWHERE


@spelled
class Accepted(Spelled):
    """Share of accepted leads by latent need, as if called at once."""

    need: Assumed[float] = field(metadata=about(SHARE, "Of contacts with a need.", example="85%"))
    no_need: Assumed[float] = field(metadata=about(SHARE, "Of contacts without one.", example="10%"))
    origin: Origin = NOWHERE


@spelled
class Rejected(Spelled):
    """Rejected leads and why."""

    share: Assumed[float] = field(
        metadata=about(SHARE, "Part of those not accepted, in proportion to `recycled`.", example="50%")
    )
    reasons: Mapping[str, Assumed[float]] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.LABEL, SHARE), "Shares of the reasons; together 100 %.", example={"no_need": "100%"}
        ),
    )
    origin: Origin = NOWHERE


@spelled
class Outcomes(Spelled):
    """How conversations end."""

    accepted: Accepted | Assumed[float] = field(
        metadata=about(
            ByShape(text=SHARE, number=SHARE, mapping=ByKey({"value": SHARE}, otherwise=Struct(Accepted))),
            "Share of accepted leads, by latent need or for all.",
            example="70%",
        )
    )
    rejected: Rejected = field(
        metadata=about(
            ByShape(
                text=Wrap(Rejected, "share", SHARE),
                number=Wrap(Rejected, "share", SHARE),
                mapping=ByKey({"value": Wrap(Rejected, "share", SHARE)}, otherwise=Struct(Rejected)),
            ),
            "Part of the rest that is rejected, with reasons.",
            example="50%",
        )
    )
    recycled: Assumed[float] = field(
        metadata=about(
            SHARE, "Part of the rest that goes back to marketing, in proportion to `rejected`.", example="50%"
        )
    )
    origin: Origin = NOWHERE


@spelled
class Cooling(Spelled):
    """How waiting spoils a lead; an assumption that is never calibrated."""

    exponent: Assumed[float] = field(
        metadata=about(
            Assumable(Number(low=0, high=5)),
            "Odds of acceptance fall as (1 + wall hours to the first call) ^ -exponent.",
            example=0.3,
        )
    )
    origin: Origin = NOWHERE


@spelled
class CrmSync(Spelled):
    """When journeys learn outcomes."""

    at: int = field(
        metadata=about(Plain.TIME_OF_DAY, "Time of day of the nightly sync, workspace zone.", example="02:00")
    )
    origin: Origin = NOWHERE


@spelled
class FieldDelays(Spelled):
    """How long field sales takes from stage to stage."""

    meeting: Assumed[Duration] | DurationSpread = field(
        metadata=about(DELAY, "From acceptance to a meeting.", example="5bd")
    )
    sql: Assumed[Duration] | DurationSpread = field(
        metadata=about(DELAY, "From the meeting to sales-qualified.", example="10bd")
    )
    opportunity: Assumed[Duration] | DurationSpread = field(
        metadata=about(DELAY, "From sales-qualified to an opportunity.", example="20bd")
    )
    won: Assumed[Duration] | DurationSpread = field(
        metadata=about(DELAY, "From the opportunity to its end.", example={"median": "300d", "p90": "540d"})
    )
    origin: Origin = NOWHERE


@spelled
class FieldSales(Spelled):
    """What happens to accepted leads."""

    meetings_per_week: Assumed[float] = field(
        metadata=about(Assumable(Number(low=0)), "First meetings that the field force can hold in a week.", example=20)
    )
    meeting_takes: Assumed[Duration] = field(
        default=Assumed(Duration(seconds=7_200)),
        metadata=about(DURATION, "Work for one first meeting, the way there included; 2h without it.", example="3h"),
    )
    sql: Assumed[float] = field(metadata=about(SHARE, "Share of met leads that become sales-qualified.", example="60%"))
    opportunity: Assumed[float] = field(
        metadata=about(SHARE, "Share of those that become an opportunity.", example="50%")
    )
    won: Assumed[float] = field(metadata=about(SHARE, "Share of opportunities that are won.", example="22%"))
    value: MoneySpread = field(metadata=about(Struct(MoneySpread), "Value of an opportunity."))
    delays: FieldDelays = field(metadata=about(Struct(FieldDelays), "Time from stage to stage."))
    origin: Origin = NOWHERE


@spelled
class Desk(NamedDocument):
    """The document of kind `desk`."""

    exclusive: ClassVar[tuple[Exclusive, ...]] = (Exclusive(("teams", "response")),)
    teams: Mapping[str, Team] = field(
        default_factory=dict, metadata=about(MappingOf(Plain.NAME, Struct(Team), least=1), "Teams by name.")
    )
    route: tuple[Route | RouteOtherwise, ...] = field(
        default=(),
        metadata=about(
            ListOf(ByKey({"otherwise": Struct(RouteOtherwise)}, otherwise=Struct(Route))),
            "Which team gets a lead, first true wins; the only team without it.",
        ),
    )
    order: tuple[Literal["sales_request", "score", "arrival"], ...] = field(
        default=("sales_request", "score"),
        metadata=about(
            ListOf(Choice(("sales_request", "score", "arrival"))),
            "What goes first; arrival decides last.",
            example=["sales_request", "score"],
        ),
    )
    sla: Sla | None = field(default=None, metadata=about(Struct(Sla), "The promise on the first call."))
    cadence: Cadence | None = field(default=None, metadata=about(Struct(Cadence), "How often a lead is called."))
    process: tuple[Task, ...] = field(
        default=(), metadata=about(ListOf(Struct(Task)), "Tasks of the lead process, in this order.")
    )
    connect: Connect | None = field(
        default=None, metadata=about(Struct(Connect), "How likely a call reaches the person.")
    )
    outcomes: Outcomes = field(metadata=about(Struct(Outcomes), "How conversations end."))
    cooling: Cooling | None = field(default=None, metadata=about(Struct(Cooling), "How waiting spoils a lead."))
    response: DurationSpread | None = field(
        default=None,
        metadata=about(
            Struct(DurationSpread),
            "Instead of teams: time to the first call, for a baseline.",
            example={"median": "15w"},
        ),
    )
    stale: Assumed[Duration] | None = field(
        default=None, metadata=about(DURATION, "Age at which a lead expires; never without it.", example="30d")
    )
    crm_sync: CrmSync = field(
        default=CrmSync(at=7_200), metadata=about(Struct(CrmSync), "When journeys learn outcomes; 02:00 without it.")
    )
    field_sales: FieldSales | None = field(
        default=None, metadata=about(Struct(FieldSales), "What happens to accepted leads.")
    )

    @property
    def callers(self) -> tuple[str, ...]:
        """Teams that leads can go to, by name: those that do no task under their own name, if there are any.

        Without `otherwise` the first of them gets the leads that no route takes.
        """
        named = {task.by for task in self.process}
        return tuple(name for name in sorted(self.teams) if name not in named) or tuple(sorted(self.teams))
