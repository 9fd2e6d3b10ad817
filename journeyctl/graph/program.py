"""A lowered workspace: every journey as a step graph, with the policies, houses and scoring they share.

A program is all that simulation, traces, tests, targets and the runtime know of a specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from journeyctl.calendars import Calendar, ZoneChoice
from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.graph.condition import Condition
from journeyctl.graph.group import BuyingGroup
from journeyctl.graph.house import House, Item
from journeyctl.graph.ops import AnyOp, OpId, SendWindow
from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a journey that is watched from entry to end. Exactly one of event and condition is set."""

    target: OpId
    label: str
    """What reports call the exit: the end's label, or the step it leads to."""
    event: str | None = None
    condition: Condition | None = None
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """Who may enter a journey, and when it looks."""

    audience: str
    condition: Condition
    when: str
    """`continuous`, `once` or `event`."""
    event: str | None
    every: Duration
    again: Duration | None
    """Time from the end of the last visit until another; zero: always; `None`: never."""


@dataclass(frozen=True, slots=True)
class StepGraph:
    """One journey for one audience, lowered."""

    journey: str
    priority: int
    purposes: tuple[str, ...]
    entry: Entry
    exits: tuple[Exit, ...]
    goal: str | None
    start: OpId
    ops: Mapping[OpId, AnyOp]
    status: str = "live"
    removed: Mapping[str, OpId] = field(default_factory=dict, compare=False)
    """Where contacts go on that stand at a step that an older version had; no part of what the journey does."""
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Cap:
    """A frequency cap per contact over all journeys."""

    name: str
    applies: Condition | None
    channel: str | None
    """Which channel it counts; `None`: all."""
    maximum: int
    per: Duration
    window: str
    """`rolling` or `calendar`."""
    over: str
    """`defer` or `skip`."""
    expire: int | None
    """Seconds a deferred send waits at most."""
    zone: ZoneChoice | None = None
    """For calendar windows; `None`: the workspace's zone."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A condition under which nothing, or not this item, is sent."""

    name: str
    condition: Condition
    then: str
    """`defer` or `skip`."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What the gate asks for every send."""

    consents: Mapping[str, str]
    """Field path for each purpose."""
    unknown_granted: bool = False
    """A consent that nobody recorded counts as given; refused otherwise."""
    caps: tuple[Cap, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    quiet_hours: SendWindow | None = None
    """The weekly hours in which sends may go out; `None`: always."""
    holdout: float = 0.0
    """Share of all contacts that get no sends at all."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """Points for acts, their decay, grades of fit and the MQL threshold. Points in integer hundredths."""

    points: Mapping[str, Mapping[str, int]]
    """Act -> who (`human`, `machine`) -> hundredths of a point."""
    half_life_hours: int | None
    fit: tuple[tuple[str, Condition], ...]
    mql_score: int | None
    """Hundredths of a point; `None`: there is no MQL."""
    mql_fit: tuple[str, ...] = ()
    mql_again: int = 0
    """Seconds until the same contact may become an MQL again."""
    account: str = "max"
    """How the scores of contacts make their account's: sum, max or mean."""


@dataclass(frozen=True, slots=True)
class Country:
    """What a contact's country decides."""

    name: str
    locale: str
    zone: str
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Shared:
    """What journeys share, as the overlays of one country make it."""

    houses: Mapping[str, House]
    items: Mapping[str, Item]
    scoring: Scoring | None
    audiences: Mapping[str, Condition]


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that ops need to run, for one workspace. Hashable parts only; safe to send to workers."""

    journeys: Mapping[str, StepGraph]
    policies: Mapping[str, Policies]
    """By country; `""` holds for all countries without their own."""
    houses: Mapping[str, House]
    items: Mapping[str, Item]
    """Also the items that only the catalogs of some countries have."""
    scoring: Scoring | None
    audiences: Mapping[str, Condition]
    defaults: Mapping[str, bool | int | float | str]
    """Stand-ins for missing values, by field path."""
    countries: Mapping[str, Country]
    meanings: Mapping[str, str]
    """Field path for each thing the product reads itself: country, locale, zone, email, role."""
    zone: str
    """The workspace's time zone."""
    locale: str
    calendar: Calendar
    week_starts: int
    """0 is Monday."""
    evaluation_time: int
    """Seconds after local midnight (workspace zone) of the daily look at audiences and conditions."""
    graph_hash: str
    crm_sync: Mapping[str, int] = field(default_factory=dict)
    """Desk -> seconds after local midnight (workspace zone) at which outcomes come back."""
    variants: Mapping[str, Mapping[str, StepGraph]] = field(default_factory=dict)
    """By country: the journeys that overlays change for its contacts."""
    shared: Mapping[str, Shared] = field(default_factory=dict)
    """By country, where overlays change houses, items, scoring or audiences; all other countries share the above."""
    groups: Mapping[str, BuyingGroup] = field(default_factory=dict)
    account_evaluation: int = 0
    """Seconds after local midnight (workspace zone) at which accounts and buying groups are evaluated each day."""
    account_facts: frozenset[str] = frozenset()
    """Paths of the fields that account evaluations write for every account, such as `clinic.score`."""

    def policies_for(self, country: str | None) -> Policies:
        """The policies of the contact's country, else the workspace's."""
        return self.policies.get(country or "", self.policies[""])

    def journey_for(self, name: str, country: str | None) -> StepGraph:
        """The journey as it is for contacts of the country."""
        return self.variants.get(country or "", {}).get(name) or self.journeys[name]

    def forms_of(self, name: str) -> tuple[StepGraph, ...]:
        """The journey as it is for most contacts, then as it is for those of each country where overlays change it."""
        changed = (graphs[name] for _, graphs in sorted(self.variants.items()) if name in graphs)
        return (self.journeys[name], *changed)

    @property
    def overlaid(self) -> tuple[str, ...]:
        """Countries for which overlays change a journey, a house, an item, the scoring or an audience, sorted."""
        return tuple(sorted({*self.shared, *(country for country, graphs in self.variants.items() if graphs)}))

    def house_for(self, name: str, country: str | None) -> House:
        """The content house as it is for contacts of the country."""
        return self.shared.get(country or "", self).houses[name]

    def items_for(self, country: str | None) -> Mapping[str, Item]:
        """All items as they are for contacts of the country."""
        return self.shared.get(country or "", self).items

    def scoring_for(self, country: str | None) -> Scoring | None:
        """What scores the contacts of the country."""
        return self.shared.get(country or "", self).scoring

    def audiences_for(self, country: str | None) -> Mapping[str, Condition]:
        """The audiences as they are for contacts of the country."""
        return self.shared.get(country or "", self).audiences
