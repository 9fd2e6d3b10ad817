"""One second of one contact: what every part of the step machine shares while it works.

A turn knows the program, the contact, the second and the effects so far, and has the few moves that
all parts need: emit an effect, move a visit, divert it, end it, and say that a field changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from journeyctl.calendars import local_date, next_daily
from journeyctl.draws import DrawSource
from journeyctl.graph.condition import Condition
from journeyctl.graph.house import House, Item
from journeyctl.graph.ops import AnyOp, EndOp, EnterOp, HandoffOp, OfferOp, OpId
from journeyctl.graph.program import Exit, Policies, Program, StepGraph, Suppression
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.gate import WorkspaceTime, refused_purpose
from journeyctl.semantics.state import NOBODY, AskGate, CheckExits, Contact, OpenLead, Step, Visit
from journeyctl.semantics.stimuli import EnterJourney, Evaluate
from journeyctl.semantics.view import ContactView

_by_order = attrgetter("order")
_new_effect = tuple.__new__
_next_daily = lru_cache(maxsize=1 << 12)(next_daily)
"""Contacts become known, and are looked at, at the same few seconds."""
_BUILT_IN_PATHS = ("lead.open", "lead.age", "lead.outcome", "lead.reason")


@dataclass(frozen=True, slots=True)
class Launch:
    """When a journey starts to take contacts, and over how many business days those eligible then are spread."""

    at: int
    """UTC seconds."""
    ramp_days: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """A program with what is worked out once for all contacts."""

    program: Program
    draws: DrawSource
    """Splits, ramps and holdouts are drawn from its stable form."""
    launches: Mapping[str, Launch]
    active: tuple[StepGraph, ...]
    """Journeys that take contacts, by priority, then name."""
    time: WorkspaceTime
    by_entry_event: Mapping[str, tuple[StepGraph, ...]]
    score_is_read: bool = True
    """Some condition looks at score or fit."""


class Turn:
    """One contact at one second."""

    __slots__ = ("contact", "effects", "moved", "now", "program", "rules", "sent", "view")

    def __init__(self, rules: Rules) -> None:
        """Nobody's turn yet."""
        self.rules = rules
        self.program: Program = rules.program
        """The lowered workspace."""
        self.view = ContactView(rules.program)
        self.contact = NOBODY
        self.begin(NOBODY, 0)

    def begin(self, contact: Contact, now: int) -> None:
        """It is the turn of this contact, at second `now`."""
        if contact is not self.contact:
            self.contact = contact
            self.view.of(contact)
        self.now = now
        self.effects: list[Effect] = []
        self.sent = False
        """A message went out: the outside world must answer before this second goes on."""
        self.moved: Visit | None = None
        """The visit that moved last, whose next step is not on the agenda: mostly nothing comes before it."""

    def visits(self) -> list[Visit]:
        """The contact's visits in the order in which journeys see an event: by priority, then name."""
        found = list(self.contact.visits.values())
        if len(found) > 1:
            found.sort(key=_by_order)
        return found

    def graph(self, journey: str) -> StepGraph:
        """A journey as it is for contacts of this one's country."""
        program = self.program
        return program.journey_for(journey, self.view.country if program.variants else None)

    def policies(self) -> Policies:
        """The policies of this contact's country, which is read only where some have their own."""
        policies = self.program.policies
        return policies[""] if len(policies) == 1 else self.program.policies_for(self.view.country)

    def house(self, visit: Visit, name: str) -> House:
        """A content house as it was for contacts of this one's country when the visit began, like the visit's graph."""
        return self.program.house_for(name, visit.country)

    def items(self, visit: Visit) -> Mapping[str, Item]:
        """All items as the visit's houses have them."""
        return self.program.items_for(visit.country)

    def op(self, visit: Visit) -> AnyOp:
        """Where a visit stands."""
        return visit.graph.ops[visit.op]

    def emit(  # noqa: PLR0917  (named by all callers; Python passes on what is left out much faster this way)
        self,
        kind: Kind,
        at: Visit | None = None,
        journey: str = "",
        visit: int = 0,
        step: str = "",
        op: str = "",
        item: str = "",
        channel: str = "",
        send: int = 0,
        lead: str = "",
        desk: str = "",
        line: str = "",
        reason: str = "",
        who: str = "",
        value: int = 0,
        cause: str = "",
        group: str = "",
    ) -> None:
        """Adds one effect with the columns that a journey can fill, those of its place from the visit `at`."""
        if at is not None:
            op = at.op
            journey, visit, step = at.journey, at.number, at.graph.ops[op].step
            if at.cause and not cause:
                cause = f"{at.cause}@{at.cause_at}"
        # What `Effect(..)` would do after passing twenty arguments on; a run makes millions of these.
        self.effects.append(
            _new_effect(
                Effect,
                (
                    self.now, kind, journey, visit, step, op, item, channel, send, lead, desk, "", 0, "", line,
                    reason, who, value, cause, group,
                ),
            )
        )  # fmt: skip

    def move(self, visit: Visit, target: OpId) -> None:
        """The visit goes to another op and steps there after all that comes first at this second."""
        if self.moved is not None:
            self.leave_moved()
        self.moved = visit
        # As if the step were scheduled, so that tokens of later visits lie above this one.
        self.contact.sequence += 1
        visit.token += 1
        visit.op = target
        visit.waiting = ""
        visit.pending = None
        visit.listening = None

    def leave_moved(self) -> None:
        """Puts the next step of the visit that moved last on the agenda, where it waits for its turn."""
        visit = self.moved
        if visit is not None:
            self.moved = None
            self.contact.schedule(self.now, Step(visit.journey, visit.token), visit.order)

    def ask_gate(self, visit: Visit, at: int) -> None:
        """Schedules the gate for the visit's pending send: by priority, earlier due time, journey, step."""
        pending = visit.pending
        assert pending is not None, "only a visit with a pending send asks the gate"
        key = (-visit.graph.priority, pending.due, visit.journey, self.op(visit).step)
        self.contact.schedule(at, AskGate(visit.journey, visit.token, pending.answers), key)

    def is_last_of_second(self) -> bool:
        """Whether nothing else is left of this second than what is being done."""
        agenda = self.contact.agenda
        return self.moved is None and (not agenda or agenda[0][0] > self.now)

    # --- leaving

    def announce(self, event: str, *, only: str | None = None, heard: frozenset[str] = frozenset()) -> None:
        """Shows an event to the contact's journeys (or to `only` one); those in `heard` awaited it and have had it."""
        for visit in self.visits():
            if visit.journey in heard or (only is not None and visit.journey != only):
                continue
            if visit.journey in self.contact.visits:
                self.leave_on(visit, event)
        for graph in self.rules.by_entry_event.get(event, ()):
            if graph.journey not in self.contact.visits:
                self.contact.schedule(self.now, EnterJourney(graph.journey), (-graph.priority, graph.journey))

    def leave_on(self, visit: Visit, event: str) -> bool:
        """Takes the first exit that names the event, or a ladder's own way for a sales request."""
        if event == "sales_request":
            asked = self.asked_target(visit)
            if asked is not None:
                self.divert(visit, asked, event)
                return True
        for way_out in visit.graph.exits:
            if way_out.event == event:
                self.divert(visit, way_out.target, event)
                return True
        return False

    def asked_target(self, visit: Visit) -> OpId | None:
        """Where a sales request leads while the visit is on a ladder that names a step for it."""
        if visit.ladder is None or self.op(visit).step != visit.ladder_step:
            return None
        offer = visit.graph.ops.get(OpId(f"{visit.ladder_step}/offer"))
        return offer.asked if isinstance(offer, OfferOp) else None

    def divert(self, visit: Visit, target: OpId, event: str) -> None:
        """An exit: what was scheduled is dropped. Into the step where the contact stands it only counts."""
        here, there = self.op(visit), visit.graph.ops[target]
        if isinstance(here, EndOp):
            return
        if here.step == there.step and not isinstance(there, EndOp):
            if isinstance(here, HandoffOp):
                self._hand_over_again(visit, here, event)
            return
        self._drop(visit)
        visit.cause, visit.cause_at = event, self.now
        self.move(visit, target)

    def _hand_over_again(self, visit: Visit, op: HandoffOp, event: str) -> None:
        """A further cause reaches a visit that stands at a handoff, or is about to do it."""
        if visit.waiting == "handoff" and event in ("sales_request", "mql"):
            self.join_lead(visit, op, event)
        elif visit.waiting == "" and event == "sales_request":
            visit.cause, visit.cause_at = event, self.now

    def _drop(self, visit: Visit) -> None:
        """What was scheduled for the visit is dropped and counted; a journey that it waits for ends with it."""
        here = self.op(visit)
        if visit.waiting:
            item = getattr(here, "item", "") if visit.waiting == "gate" else ""
            self.emit(Kind.DROPPED, visit, reason=visit.waiting, item=item)
        if isinstance(here, EnterOp) and visit.waiting == "child":
            self.end(self.contact.visits[here.journey], "parent-left", tell_parent=False)

    def end(self, visit: Visit, label: str, *, tell_parent: bool = True) -> None:
        """The visit is over, under a label; a parent that waits goes on."""
        self._drop(visit)
        self.emit(Kind.ENDED, visit, reason=label)
        contact = self.contact
        del contact.visits[visit.journey]
        contact.last_end[visit.journey] = self.now
        visit.token += 1
        parent = contact.visits.get(visit.parent)
        if parent is not None and tell_parent and parent.waiting == "child":
            op = self.op(parent)
            assert isinstance(op, EnterOp), "only an enter op waits for a child"
            self.move(parent, op.outcomes.get(label, op.then))
        if self._is_open_to_a_journey():
            self.plan_evaluation()

    def _is_open_to_a_journey(self) -> bool:
        """Whether some journey looks at the contact again; those that have decided once and for all do not."""
        decided = self.contact.decided
        return any(graph.entry.when != "event" and graph.journey not in decided for graph in self.rules.active)

    def join_lead(self, visit: Visit, op: HandoffOp, event: str) -> None:
        """A further cause joins the open lead; a request raises it."""
        own, lead = self.contact.leads.get(op.desk), self.lead_of(op)
        cause = "request" if event == "sales_request" else "score"
        behind = f"{event}@{self.now}" if event else ""
        self.emit(Kind.MERGED, visit, lead=lead, desk=op.desk, reason=cause, cause=behind, group=op.group or "")
        if cause == "request" and own is not None and own.name == lead:
            self.contact.leads[op.desk] = OpenLead(lead, "request", own.created_at)

    def lead_of(self, op: HandoffOp) -> str:
        """The open lead that a visit at this handoff awaits: the buying group's, else the contact's at the desk."""
        own = self.contact.leads.get(op.desk)
        of_group = self.contact.group_leads.get(op.group) if op.group is not None else None
        return of_group or (own.name if own is not None else "")

    # --- changes

    def changed(self, *paths: str) -> None:
        """Fields have new values: exit conditions and deferring suppressions that read them are looked at now."""
        rules, wanted = self.view.scoring, frozenset(paths)
        if rules is not None and any(self._reads(condition, wanted) for _, condition in rules.fit):
            wanted |= {"fit"}
        if self._is_moved(wanted):
            wanted |= {"score", "fit"}
        self._look_again(wanted)

    def group_changed(self, group: str) -> None:
        """An account evaluation has said something new of a buying group."""
        self._look_again(frozenset(), frozenset((group,)))

    def consent_lost(self, path: str, *, handled: frozenset[str] = frozenset()) -> None:
        """A consent was taken back: journeys that need it and are not in `handled` are left, after written exits."""
        lost = {p for p, field in self.policies().consents.items() if field == path}
        for visit in self.visits():
            if lost & set(visit.graph.purposes) and visit.journey not in handled:
                self._schedule_exits(visit, consent_lost=True)

    def _look_again(self, paths: frozenset[str], groups: frozenset[str] = frozenset()) -> None:
        for visit in self.visits():
            if any(e.condition is not None and self._reads(e.condition, paths, groups) for e in visit.graph.exits):
                self._schedule_exits(visit)
            if visit.pending is not None and visit.pending.last_reason.startswith("suppressed."):
                suppression = self._suppression(visit.pending.last_reason.removeprefix("suppressed."))
                if suppression is not None and self._reads(suppression.condition, paths, groups):
                    self.ask_gate(visit, self.now)
        self.plan_evaluation()

    def _reads(self, condition: Condition, paths: frozenset[str], groups: frozenset[str] = frozenset()) -> bool:
        """True where a condition, or an audience that it asks about, depends on one of these."""
        found = condition.reads
        if paths & found.paths or groups & found.groups:
            return True
        if not found.audiences:
            return False
        audiences = self.program.audiences_for(self.view.country)
        return self._is_moved(paths) or any(self._reads(audiences[name], paths, groups) for name in found.audiences)

    def _is_moved(self, paths: frozenset[str]) -> bool:
        """Another country's scoring and audiences hold from now on."""
        program = self.program
        return bool(program.shared) and program.meanings.get("country", "contact.country") in paths

    def _schedule_exits(self, visit: Visit, *, consent_lost: bool = False) -> None:
        self.contact.schedule(self.now, CheckExits(visit.journey, consent_lost), visit.order)

    def lead_changed(self) -> None:
        """The contact has gained or lost an open lead."""
        self.changed(*_BUILT_IN_PATHS)

    def _suppression(self, name: str) -> Suppression | None:
        policies = self.policies()
        return next((found for found in policies.suppressions if found.name == name), None)

    def check_exits(self, visit: Visit, *, consent_lost: bool = False) -> None:
        """Takes the first exit whose condition holds now; after them, a lost consent ends the visit."""
        lost = consent_lost and self._refused(visit)
        for way_out in visit.graph.exits:
            if way_out.condition is not None and way_out.condition.holds(self.view.at(self.now, visit=visit)):
                self.divert(visit, way_out.target, "condition")
                return
            if lost and way_out.event == "consent_lost":
                self.divert(visit, way_out.target, "consent_lost")
                return
        if lost and not isinstance(self.op(visit), EndOp):
            self.end(visit, "consent-lost")

    def _refused(self, visit: Visit) -> bool:
        view = self.view.at(self.now, visit=visit)
        return refused_purpose(self.policies(), visit.graph.purposes, view) is not None

    def barring_exit(self, graph: StepGraph) -> Exit | None:
        """The exit whose condition already holds, so that the contact is not entered."""
        view = self.view.at(self.now)
        return next((e for e in graph.exits if e.condition is not None and e.condition.holds(view)), None)

    def plan_evaluation(self, not_before: int | None = None) -> None:
        """Makes sure that the contact is looked at in the next daily evaluation (at or after `not_before`)."""
        earliest = self.now if self.contact.evaluated_at != self.now else self.now + 1
        at = _next_daily(max(earliest, not_before or 0), self.program.evaluation_time, self.program.zone)
        planned = self.contact.evaluation_at
        if planned is None or planned > at or planned < earliest:
            self.contact.evaluation_at = at
            self.contact.schedule(at, Evaluate())

    def day_number(self, time: int) -> int:
        """Local day of the workspace, counted from an arbitrary one."""
        return local_date(time, self.program.zone).toordinal()
