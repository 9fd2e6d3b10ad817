"""A scenario made ready to run: everything that is the same in all its replications, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from journeyctl.behaviour.purposes import NEED, STAGE
from journeyctl.behaviour.response import ResponseModel
from journeyctl.calendars import iso_weeks
from journeyctl.draws import Draws, name_hashes
from journeyctl.expr import Value
from journeyctl.graph.ops import SendOp
from journeyctl.graph.program import Program
from journeyctl.model.desk import Desk
from journeyctl.model.scenario import Costs, DeskInflow
from journeyctl.semantics.state import Contact
from journeyctl.semantics.turn import Launch
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.contact_terms import Week
from journeyctl.simulate.costing import Newcomers
from journeyctl.simulate.desk_inflow import OtherLead, Period, other_leads, stages_of
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.group_scope import Belongs, GroupScope
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.matched_audiences import MatchedAudiences
from journeyctl.simulate.person import FieldQuestion, People, Person
from journeyctl.units import SECONDS_PER_DAY, Duration

OtherMails = Sequence[Sequence[tuple[int, str]]]
"""For each contact, time and business line of every mail."""


_ZONES = "world: the zone of a contact"


def _no_mail(draws: Draws, contacts: Sequence[str], zones: Sequence[str]) -> OtherMails:
    return [()] * len(contacts)


def _nowhere(fields: Mapping[str, Value]) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a desk promises on the first call."""

    limit: int | None = None
    """Seconds within which it begins, a business day counted as 24 h; `None`: no promise."""
    clock: Literal["wall", "business", "shift"] = "wall"
    target: float = 0.0
    """Share of leads for which the promise is to hold."""
    limit_text: str = ""
    """The limit as it was written."""

    @classmethod
    def of(cls, desk: Desk) -> Promise:
        """The promise of a desk document."""
        sla = desk.sla
        if sla is None:
            return cls()
        first_call = sla.first_call.value
        seconds = first_call.seconds + first_call.business_days * SECONDS_PER_DAY
        return cls(limit=seconds, clock=sla.clock, target=sla.target.value, limit_text=_in_words(first_call, seconds))


def _in_words(limit: Duration, seconds: int) -> str:
    """`48 h` rather than two days: promises on a first call are spoken of in hours."""
    whole_hours = limit.is_elapsed and seconds % 3_600 == 0 and seconds <= 4 * SECONDS_PER_DAY
    return f"{seconds // 3_600} h" if whole_hours else str(limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a run needs besides the number of its replication."""

    program: Program
    model: ResponseModel
    persons: Sequence[Person]
    """Everybody who can ever enter a journey, from the start or by inflow."""
    start: int
    """UTC seconds; the first second of the run."""
    end: int
    """Contacts live, and leads come from elsewhere, up to, not including, this second."""
    drained: int
    """Desks work up to, not including, this second."""
    journeys: tuple[str, ...]
    """Journeys that take contacts."""
    launches: Mapping[str, Launch] = field(default_factory=dict)
    desks: Mapping[str, DeskRules] = field(default_factory=dict)
    """Every desk to which a journey hands over."""
    promises: Mapping[str, Promise] = field(default_factory=dict)
    """By desk."""
    known: int | None = None
    """Contacts known at some time of the run, whether or not they can enter a journey; `None`: not counted."""
    everybody: Sequence[str] = ()
    """Names of the contacts known at some time of the run."""
    reachable: int | None = None
    """Those of them with a working address and the consent to be mailed when they become known."""
    unmailable: Mapping[tuple[str, str], int] | None = None
    """Those of them who may not be, by source and reason; `None`: not counted."""
    costs: Costs | None = None
    """What things cost; `None`: nobody said."""
    newcomers: Newcomers = field(default_factory=Newcomers)
    """Who came by the sources of new contacts, for their price."""
    desk_inflow: DeskInflow = field(default_factory=DeskInflow)
    stages: tuple[float, ...] = ()
    """Share of contacts at each stage of readiness at the start, for leads from elsewhere."""
    facts: Mapping[str, Sequence[tuple[int, str, Value]]] = field(default_factory=dict)
    """By contact: time, path and new value; contacts to which nothing happens may be absent."""
    other_mail: Callable[[Draws, Sequence[str], Sequence[str]], OtherMails] = _no_mail
    """Mail of other lines for one replication's draws, by contact; asked with the contacts' zones."""
    scope: GroupScope = field(default_factory=GroupScope)
    """The buying groups and account facts that the journeys have to do with."""
    belongs: Belongs = _nowhere
    """Which of these groups a contact can ever belong to, by its fields."""
    bystanders: Sequence[Person] = ()
    """Contacts in no journey who belong to a group by what is known of them; they do nothing by themselves."""
    matched_audiences: MatchedAudiences | None = None
    """Who is brought for missing roles; `None`: nobody."""
    platforms: frozenset[str] = frozenset()
    """Advertising platforms whose audiences have an effect here."""
    memory: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What an engine has worked out once for all replications, under a name of its own."""

    def zones(self, persons: Sequence[Person] | None = None) -> tuple[str, ...]:
        """The zone of each of these persons (default: all), else the country's, else the workspace's."""
        asked = self.persons if persons is None else persons
        if isinstance(asked, People):
            return tuple(self.zone_column(asked))
        return tuple(map(self._zone_question(), (person.fields for person in asked)))

    def zone_column(self, people: People) -> Coded[str]:
        """The same as a column."""
        return self._zone_question().of(people)

    def _zone_question(self) -> FieldQuestion[str]:
        found = self.memory.get(_ZONES)
        if not isinstance(found, FieldQuestion):
            found = self.memory[_ZONES] = self._new_zone_question()
        return found

    def _new_zone_question(self) -> FieldQuestion[str]:
        program, meanings = self.program, self.program.meanings
        paths = (meanings.get("country", "contact.country"), *((meanings["zone"],) if "zone" in meanings else ()))

        def zone(fields: Mapping[str, Value]) -> str:
            return ContactView(program, Contact("", dict(fields), 0)).zone or program.zone

        return FieldQuestion(paths, zone)

    def weeks(self) -> tuple[Week, ...]:
        """The ISO weeks of the workspace's zone that the run touches."""
        return iso_weeks(self.start, self.end, self.program.zone)

    def mailed_items(self) -> tuple[str, ...]:
        """Items that some running journey may send, sorted."""
        graphs = (graph for name in self.journeys for graph in self.program.forms_of(name))
        return tuple(sorted({op.item for graph in graphs for op in graph.ops.values() if isinstance(op, SendOp)}))

    def period(self) -> Period:
        """The run as other sources of leads see it."""
        return Period(self.start, self.end, self.program.zone, self.program.calendar, self.model.clock)

    def other_leads(self, draws: Draws) -> tuple[LeadRequest, ...]:
        """Leads from elsewhere, by time and name."""
        found = self.leads_from_elsewhere(draws)
        return tuple(lead.request_with(need=need) for lead, need in zip(found, self.needs(found, draws), strict=True))

    def leads_from_elsewhere(self, draws: Draws) -> Sequence[OtherLead]:
        """The same before anybody has judged their need."""
        found = other_leads(self.desk_inflow, draws, period=self.period(), desks=self.desks)
        return [lead for lead in found if lead.desk in self.desks]

    def needs(self, leads: Sequence[OtherLead], draws: Draws) -> list[bool]:
        """Whether there is a need behind each of these."""
        subjects = np.array([lead.subject for lead in leads], np.uint64)
        drawn = draws.block(subjects[:, None], name_hashes((STAGE, NEED))[None, :])
        known: dict[tuple[int, bool, str], int] = {}
        found = []
        for lead, stage, need in zip(leads, stages_of(drawn[:, 0], self.stages), drawn[:, 1].tolist(), strict=True):
            asked = stage, lead.request, lead.grade
            if asked not in known:
                known[asked] = self.model.need_threshold(stage=stage, asked=lead.request, fit=lead.grade or None)
            found.append(need < known[asked])
        return found
