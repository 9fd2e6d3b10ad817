"""The step machine: what a journey does with one contact. Pure of clocks, of randomness and of other contacts.

Whoever drives it (an engine, a trace, a test, a conformance run) posts stimuli with their seconds,
asks for the next second at which something happens, and advances the contact to it. A message that
went out ends the turn: its delivery or bounce is posted for the same second before the contact is
advanced again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import assert_never

from journeyctl.draws import DrawSource
from journeyctl.expr import Value
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.ops import HandoffOp
from journeyctl.graph.program import Program, StepGraph
from journeyctl.semantics import entries, reactions, scoring, sending, steps, versions
from journeyctl.semantics.effects import Effect, Kind
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
    SalesRequested,
    Stimulus,
    Timeout,
    Unsubscribed,
)
from journeyctl.semantics.turn import Launch, Rules, Turn
from journeyctl.semantics.view import ContactView

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
        self._holdout = share_threshold(program.policies[""].holdout)

    def new_contact(self, key: str, fields: Mapping[str, Value], *, at: int) -> Contact:
        """A contact that becomes known at second `at`; journeys look at it in the next daily evaluation."""
        contact = Contact(key, dict(fields), at, sends=Sends(self.rules.program.calendar))
        if self._holdout:
            contact.held_out = self.rules.draws.stable().bits(key, "holdout") < self._holdout
        Turn(self.rules, contact, ContactView(self.rules.program, contact), at).plan_evaluation()
        return contact

    def post(self, contact: Contact, time: int, stimulus: Stimulus) -> None:
        """Something will reach the contact from outside at second `time`."""
        contact.schedule(time, stimulus, _order_of(stimulus))

    def next_time(self, contact: Contact) -> int | None:
        """The second at which the next thing happens to the contact."""
        return contact.next_time()

    def advance(self, contact: Contact, now: int) -> list[Effect]:
        """Does everything due up to second `now`, which must not lie before anything already done.

        Returns early after a message went out; the caller then posts `Delivered` or `Bounced` for `now` and
        advances again for as long as `next_time` is not later than `now`.
        """
        turn = Turn(self.rules, contact, ContactView(self.rules.program, contact), now)
        if contact.instant != now:
            contact.instant, contact.steps_at_instant = now, 0
        agenda = contact.agenda
        while agenda and agenda[0][0] <= now and not turn.sent:
            self._do(turn, heapq.heappop(agenda)[-1])
        return turn.effects

    def upgrade(self, contact: Contact, now: int) -> list[Effect]:
        """Hands a contact that lived under another program over to this one, at second `now`.

        Its visits move to this program's versions of their journeys as `versions.adopt` says; journeys
        that it is not in take it from the next evaluation on.
        """
        turn = Turn(self.rules, contact, ContactView(self.rules.program, contact), now)
        for visit in turn.visits():
            if visit.journey in contact.visits:
                versions.adopt(turn, visit)
        turn.plan_evaluation()
        return turn.effects

    def _do(self, turn: Turn, stimulus: Stimulus | Internal) -> None:
        match stimulus:
            case Step() | Timeout() | AskGate() | CheckExits():
                visit = turn.contact.visits.get(stimulus.journey)
                if visit is not None:
                    _do_for_visit(turn, visit, stimulus)
            case Evaluate():
                entries.evaluate(turn)
            case LookAround():
                entries.look_around(turn)
            case EnterJourney():
                entries.enter_now(turn, stimulus)
            case FieldChanged():
                field_changed(turn, stimulus)
            case OtherMail():
                turn.contact.sends.reserve("email", turn.now)
                turn.emit(Kind.DELIVERED, None, line=stimulus.line, channel="email", reason="other_mail")
            case LeadOutcome():
                lead_outcome(turn, stimulus)
            case GroupReady() | GroupChanged():
                _group(turn, stimulus)
            case _:
                _react(turn, stimulus)


def _do_for_visit(turn: Turn, visit: Visit, stimulus: Step | Timeout | AskGate | CheckExits) -> None:
    match stimulus:
        case Step() if stimulus.token == visit.token and visit.waiting == "":
            _count_step(turn)
            if not turn.contact.stuck and _stays_after_update(turn, visit):
                steps.run(turn, visit)
        case CheckExits():
            turn.check_exits(visit, consent_lost=stimulus.consent_lost)
        case Timeout() if stimulus.token == visit.token:
            steps.time_out(turn, visit, stimulus.what)
        case AskGate() if stimulus.token == visit.token and visit.pending is not None:
            if stimulus.answers == visit.pending.answers:
                sending.answer(turn, visit)
        case _:
            """What an older position of the visit scheduled is stale."""


def _stays_after_update(turn: Turn, visit: Visit) -> bool:
    """False where an outdated visit has just moved to another op of a newer version, or ended for want of one."""
    token = visit.token
    if visit.outdated:
        versions.adopt(turn, visit)
    return visit.token == token


def _count_step(turn: Turn) -> None:
    contact = turn.contact
    contact.steps_at_instant += 1
    if contact.steps_at_instant > STEP_LIMIT:
        contact.stuck = True
        for visit in turn.visits():
            if visit.journey in contact.visits:
                turn.end(visit, "stuck", tell_parent=False)
        contact.agenda.clear()


def _react(
    turn: Turn,
    stimulus: Delivered
    | Bounced
    | Opened
    | Clicked
    | SalesRequested
    | Unsubscribed
    | PageViewed
    | FormSubmitted
    | CustomEvent,
) -> None:
    match stimulus:
        case Delivered():
            sending.delivered(turn, stimulus)
        case Bounced():
            sending.bounced(turn, stimulus)
        case Opened():
            reactions.opened(turn, stimulus)
        case Clicked():
            reactions.clicked(turn, stimulus)
        case SalesRequested():
            reactions.sales_requested(turn, stimulus)
        case Unsubscribed():
            reactions.unsubscribed(turn, stimulus)
        case PageViewed():
            reactions.page_viewed(turn, stimulus)
        case FormSubmitted():
            reactions.form_submitted(turn, stimulus)
        case CustomEvent():
            reactions.custom_event(turn, stimulus)
        case _:
            assert_never(stimulus)


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


def _group(turn: Turn, stimulus: GroupReady | GroupChanged) -> None:
    if isinstance(stimulus, GroupReady):
        if stimulus.lead:
            _called_for_group(turn, stimulus)
        turn.announce("group_ready")
        return
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


_FACTS = (FieldChanged, OtherMail, LeadOutcome, GroupChanged, GroupReady)
_REACTIONS = (
    Delivered, Bounced, Opened, Clicked, PageViewed, FormSubmitted, SalesRequested, Unsubscribed, CustomEvent,
)  # fmt: skip


def _order_of(stimulus: Stimulus) -> tuple[int | str, ...]:
    """Order among the facts, or among the reactions, of one second; the rest has one of each."""
    match stimulus:
        case FieldChanged():
            return (_FACTS.index(type(stimulus)), stimulus.path)
        case OtherMail():
            return (_FACTS.index(type(stimulus)), stimulus.line)
        case LeadOutcome():
            return (_FACTS.index(type(stimulus)), stimulus.desk)
        case GroupChanged() | GroupReady():
            return (_FACTS.index(type(stimulus)), stimulus.group)
        case CustomEvent():
            return (_REACTIONS.index(type(stimulus)), stimulus.name, 0)
        case Timeout() | Evaluate() | EnterJourney():
            return ()
        case _:
            return (_REACTIONS.index(type(stimulus)), stimulus.item, stimulus.send)


def _reads_score(program: Program) -> bool:
    """Whether any condition looks at the score or fit, so that a change of it must be shown around."""
    graphs = [graph for name in program.journeys for graph in program.forms_of(name)]
    conditions = [e.condition for graph in graphs for e in graph.exits if e.condition is not None]
    conditions += [graph.entry.condition for graph in graphs]
    conditions += [s.condition for policies in program.policies.values() for s in policies.suppressions]
    conditions += [found for country in ("", *program.shared) for found in program.audiences_for(country).values()]
    return any({"score", "fit"} & condition.reads.paths for condition in conditions)
