"""The step machine: what a journey does with one contact. Pure of clocks, of randomness and of other contacts.

Whoever drives it (an engine, a trace, a test, a conformance run) posts stimuli with their seconds,
asks for the next second at which something happens, and advances the contact to it. A message that
went out ends the turn: its delivery or bounce is posted for the same second before the contact is
advanced again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from heapq import heapify, heappop
from typing import Any

from journeyctl.draws import DrawSource
from journeyctl.expr import Value
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.ops import HandoffOp
from journeyctl.graph.program import Program, StepGraph
from journeyctl.semantics import entries, reactions, scoring, sending, steps, versions
from journeyctl.semantics.effects import Effect, Kind, at_second
from journeyctl.semantics.gate import WorkspaceTime
from journeyctl.semantics.state import (
    AskGate,
    CheckExits,
    Contact,
    Internal,
    LookAround,
    OpenLead,
    Sends,
    Step,
    Visit,
)
from journeyctl.semantics.stimuli import (
    Bounced,
    Clicked,
    CustomEvent,
    Delivered,
    EnterJourney,
    Evaluate,
    FieldChanged,
    FormSubmitted,
    GroupChanged,
    GroupReady,
    LeadOutcome,
    Opened,
    OtherMail,
    PageViewed,
    Phase,
    SalesRequested,
    Stimulus,
    Timeout,
    Unsubscribed,
)
from journeyctl.semantics.turn import Launch, Rules, Turn

STEP_LIMIT = 1_000
"""A contact that takes more steps at one instant is stuck."""


class Machine:
    """Runs the journeys of a program for any number of contacts, one contact at a time."""

    def __init__(
        self,
        program: Program,
        draws: DrawSource,
        *,
        journeys: Iterable[str] | None = None,
        launches: Mapping[str, Launch] | None = None,
    ) -> None:
        """`journeys` take contacts (default: all live ones); a journey without a launch takes them at once."""
        names = (
            sorted(journeys) if journeys is not None else [n for n, g in program.journeys.items() if g.status == "live"]
        )
        active = sorted((program.journeys[name] for name in names), key=lambda graph: (-graph.priority, graph.journey))
        by_event: dict[str, list[StepGraph]] = {}
        for graph in active:
            if graph.entry.when == "event" and graph.entry.event is not None:
                by_event.setdefault(graph.entry.event, []).append(graph)
        self.rules = Rules(
            program, draws, launches or {}, tuple(active),
            WorkspaceTime(program.zone, program.week_starts, program.evaluation_time),
            {event: tuple(graphs) for event, graphs in by_event.items()}, _reads_score(program),
        )  # fmt: skip
        self._turn = Turn(self.rules)
        """Of whichever contact is at hand; to make one for each of them would take longer than most ops."""
        self._holdout = share_threshold(program.policies[""].holdout)

    def new_contact(self, key: str, fields: Mapping[str, Value], *, at: int) -> Contact:
        """A contact that becomes known at second `at`; journeys look at it in the next daily evaluation."""
        contact = Contact(key, dict(fields), at, sends=Sends(self.rules.program.calendar))
        if self._holdout:
            contact.held_out = self.rules.draws.stable().bits(key, "holdout") < self._holdout
        self._turn.begin(contact, at)
        self._turn.plan_evaluation()
        return contact

    def post(self, contact: Contact, time: int, stimulus: Stimulus) -> None:
        """Something will reach the contact from outside at second `time`."""
        contact.schedule(time, stimulus, _ORDER[type(stimulus)](stimulus))

    def post_all(self, contact: Contact, those: Iterable[tuple[int, Stimulus]]) -> None:
        """The same for many, each with its second."""
        agenda, number = contact.agenda, contact.sequence
        for time, stimulus in those:
            number += 1
            agenda.append((time, stimulus.phase, _ORDER[type(stimulus)](stimulus), number, stimulus))
        contact.sequence = number
        heapify(agenda)

    def next_time(self, contact: Contact) -> int | None:
        """The second at which the next thing happens to the contact."""
        return contact.next_time()

    def advance(self, contact: Contact, now: int, *, before: int = 0) -> list[Effect]:
        """Does everything due up to second `now`, which must not lie before anything already done.

        Goes on from second to second to the last one before `before`, for a contact whom nothing from outside can
        reach until then; one with an open lead can be reached, so that its last second is the one in which it got it.

        Returns early after a message went out; the caller then posts `Delivered` or `Bounced` for the second of that
        row and advances again for as long as `next_time` is not later.
        """
        turn, agenda = self._turn, contact.agenda
        turn.begin(contact, now)
        if contact.instant != now:
            contact.instant, contact.steps_at_instant = now, 0
        while agenda:
            time = agenda[0][0]
            if time > now:
                if time >= before or contact.leads:
                    break
                turn.now = contact.instant = now = time
                contact.steps_at_instant = 0
            stimulus = heappop(agenda)[4]
            _DOES[type(stimulus)](turn, stimulus)
            while (visit := turn.moved) is not None:
                if agenda and agenda[0] < (now, Phase.STEP, visit.order):
                    # Something comes before the visit's next step, which waits for its turn.
                    turn.leave_moved()
                    break
                turn.moved = None
                _step_of(turn, visit)
            if turn.sent:
                break
        return turn.effects

    def upgrade(self, contact: Contact, now: int) -> list[Effect]:
        """Hands a contact that lived under another program over to this one, at second `now`.

        Its visits move to this program's versions of their journeys as `versions.adopt` says; journeys
        that it is not in take it from the next evaluation on.
        """
        turn = self._turn
        turn.begin(contact, now)
        for visit in turn.visits():
            if visit.journey in contact.visits:
                versions.adopt(turn, visit)
                turn.leave_moved()
        turn.plan_evaluation()
        return turn.effects


def _step(turn: Turn, stimulus: Step) -> None:
    visit = turn.contact.visits.get(stimulus.journey)
    if visit is not None and stimulus.token == visit.token and not visit.waiting:
        _step_of(turn, visit)


def _step_of(turn: Turn, visit: Visit) -> None:
    contact = turn.contact
    contact.steps_at_instant += 1
    if contact.steps_at_instant > STEP_LIMIT:
        _is_stuck(turn)
    elif not visit.outdated or _stays_after_update(turn, visit):
        op = visit.graph.ops[visit.op]
        steps.DOES[type(op)](turn, visit, op)


def _time_out(turn: Turn, stimulus: Timeout) -> None:
    visit = turn.contact.visits.get(stimulus.journey)
    if visit is not None and stimulus.token == visit.token:
        steps.time_out(turn, visit, stimulus.what)


def _ask_gate(turn: Turn, stimulus: AskGate) -> None:
    visit = turn.contact.visits.get(stimulus.journey)
    if visit is None or stimulus.token != visit.token or visit.pending is None:
        return
    if stimulus.answers == visit.pending.answers:
        sending.answer(turn, visit)


def _check_exits(turn: Turn, stimulus: CheckExits) -> None:
    visit = turn.contact.visits.get(stimulus.journey)
    if visit is not None:
        turn.check_exits(visit, consent_lost=stimulus.consent_lost)


def _stays_after_update(turn: Turn, visit: Visit) -> bool:
    """False where an outdated visit has just moved to another op of a newer version, or ended for want of one."""
    token = visit.token
    versions.adopt(turn, visit)
    return visit.token == token


def _is_stuck(turn: Turn) -> None:
    contact = turn.contact
    contact.stuck = True
    for visit in turn.visits():
        if visit.journey in contact.visits:
            turn.end(visit, "stuck", tell_parent=False)
    contact.agenda.clear()


def _evaluate(turn: Turn, stimulus: Evaluate) -> None:
    entries.evaluate(turn)


def _look_around(turn: Turn, stimulus: LookAround) -> None:
    entries.look_around(turn)


def other_mail(turn: Turn, stimulus: OtherMail) -> None:
    """Somebody else mailed the contact: it counts like a send of ours."""
    turn.contact.sends.reserve("email", turn.now)
    turn.effects.append(at_second(_row_of_other_mail(stimulus.line), turn.now))


@lru_cache(maxsize=256)
def _row_of_other_mail(line: str) -> Effect:
    return Effect(0, Kind.DELIVERED, line=line, channel="email", reason="other_mail")


def field_changed(turn: Turn, stimulus: FieldChanged) -> None:
    """A fact from outside: the field has its new value for everything that follows at this second."""
    reactions.assign(turn, stimulus.path, stimulus.value)


def lead_outcome(turn: Turn, stimulus: LeadOutcome) -> None:
    """The CRM sync brought an outcome: the lead is closed, and the journeys that waited for it go on."""
    contact = turn.contact
    lead = contact.leads.get(stimulus.desk)
    own = lead is not None and lead.name == stimulus.lead
    groups = [group for group, name in contact.group_leads.items() if name == stimulus.lead]
    if not own and not groups:
        return
    waiting = [visit for visit in turn.visits() if _awaits(turn, visit, stimulus.lead)]
    contact.group_leads.update(dict.fromkeys(groups, ""))
    if own:
        del contact.leads[stimulus.desk]
        contact.last_outcome, contact.last_reason = stimulus.outcome, stimulus.reason
    turn.emit(
        Kind.SYNCED, None, lead=stimulus.lead, desk=stimulus.desk, reason=stimulus.outcome,
        group=groups[0] if groups else "",
    )  # fmt: skip
    for visit in waiting:
        op = turn.op(visit)
        assert isinstance(op, HandoffOp), "only a handoff awaits a lead"
        visit.cause, visit.cause_at = stimulus.outcome, turn.now
        turn.move(visit, op.outcomes[stimulus.outcome])
    if own:
        turn.lead_changed()


def _awaits(turn: Turn, visit: Visit, lead: str) -> bool:
    op = turn.op(visit)
    return isinstance(op, HandoffOp) and visit.waiting == "handoff" and turn.lead_of(op) == lead


def group_ready(turn: Turn, stimulus: GroupReady) -> None:
    """A buying group of the contact is ready; one of its members is called."""
    if stimulus.lead:
        _called_for_group(turn, stimulus)
    turn.announce("group_ready")


def group_changed(turn: Turn, stimulus: GroupChanged) -> None:
    """What the contact may know of a buying group is new."""
    if stimulus.lead is not None:
        turn.contact.group_leads[stimulus.group] = stimulus.lead
    turn.contact.groups[stimulus.group] = {
        "completeness": stimulus.completeness,
        "ready": stimulus.ready,
        "missing_roles": stimulus.missing_roles,
        "my_role": stimulus.my_role,
    }
    turn.group_changed(stimulus.group)


def _called_for_group(turn: Turn, stimulus: GroupReady) -> None:
    """The group's lead is one of this contact; where it has an open one at the desk, the group joins that."""
    contact, desk = turn.contact, stimulus.desk
    own = contact.leads.get(desk)
    if own is not None:
        turn.emit(Kind.MERGED, None, lead=own.name, desk=desk, reason="score", group=stimulus.group)
        return
    contact.leads[desk] = OpenLead(stimulus.lead, "score", turn.now)
    turn.emit(
        Kind.HANDED_OFF, None, lead=stimulus.lead, desk=desk, reason="score", group=stimulus.group,
        value=scoring.current(turn.view.scoring, contact.score, turn.now),
    )  # fmt: skip
    turn.lead_changed()


_DOES: Mapping[type[Stimulus | Internal], Callable[[Turn, Any], None]] = {
    Step: _step, Timeout: _time_out, AskGate: _ask_gate, CheckExits: _check_exits,
    Evaluate: _evaluate, LookAround: _look_around, EnterJourney: entries.enter_now,
    FieldChanged: field_changed, OtherMail: other_mail, LeadOutcome: lead_outcome,
    GroupChanged: group_changed, GroupReady: group_ready,
    Delivered: sending.delivered, Bounced: sending.bounced,
    Opened: reactions.opened, Clicked: reactions.clicked, PageViewed: reactions.page_viewed,
    FormSubmitted: reactions.form_submitted, SalesRequested: reactions.sales_requested,
    Unsubscribed: reactions.unsubscribed, CustomEvent: reactions.custom_event,
}  # fmt: skip
"""What is done at the second of each stimulus. What an older position of a visit scheduled is stale: nothing."""

_ORDER: Mapping[type[Stimulus], Callable[[Any], tuple[int | str, ...]]] = {
    FieldChanged: lambda fact: (0, fact.path), OtherMail: lambda fact: (1, fact.line),
    LeadOutcome: lambda fact: (2, fact.desk),
    GroupChanged: lambda fact: (3, fact.group), GroupReady: lambda fact: (4, fact.group),
    Delivered: lambda message: (0, message.item, message.send),
    Bounced: lambda message: (1, message.item, message.send),
    Opened: lambda message: (2, message.item, message.send),
    Clicked: lambda message: (3, message.item, message.send),
    PageViewed: lambda message: (4, message.item, message.send),
    FormSubmitted: lambda message: (5, message.item, message.send),
    SalesRequested: lambda message: (6, message.item, message.send),
    Unsubscribed: lambda message: (7, message.item, message.send),
    CustomEvent: lambda event: (8, event.name, 0),
    Timeout: lambda one: (), Evaluate: lambda one: (), EnterJourney: lambda one: (),
}  # fmt: skip
"""Order among the facts, or among the reactions, of one second; the rest has one of each."""


def _reads_score(program: Program) -> bool:
    """Whether any condition looks at the score or fit, so that a change of it must be shown around."""
    graphs = [graph for name in program.journeys for graph in program.forms_of(name)]
    conditions = [e.condition for graph in graphs for e in graph.exits if e.condition is not None]
    conditions += [graph.entry.condition for graph in graphs]
    conditions += [s.condition for policies in program.policies.values() for s in policies.suppressions]
    conditions += [found for country in ("", *program.shared) for found in program.audiences_for(country).values()]
    return any({"score", "fit"} & condition.reads.paths for condition in conditions)
