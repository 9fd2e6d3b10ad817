"""The desk as SimPy processes: leads wait in ranks, SDRs call in their shifts, outcomes go to the CRM.

The reference form. What a lead may do and how it may end is decided by `semantics.lead`; here somebody
becomes free, takes the first task and needs time for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from simpy import Environment, Event

from journeyctl.calendars import Calendar, next_daily
from journeyctl.draws import DrawSource
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.lead import (
    Answered,
    Begun,
    Gone,
    GrownStale,
    Lead,
    LeadEvent,
    LeadState,
    Queued,
    Raised,
    Routed,
    Unanswered,
    happens,
    opened,
    rank_keys,
)
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate.desk_draws import LeadDraws
from journeyctl.simulate.desk_field_sales import Accepted, FieldSales
from journeyctl.simulate.desk_instants import ARRIVAL, DONE, STALE, Dispatch, Moment
from journeyctl.simulate.desk_people import Worker
from journeyctl.simulate.desk_queue import TaskQueue
from journeyctl.simulate.desk_rules import DeskRules, TeamRules
from journeyctl.simulate.lead_request import LeadRequest

Steps = Generator[Event, object, None]


@dataclass(slots=True)
class Case:
    """A lead at the desk with what came with it."""

    request: LeadRequest
    lead: Lead
    draws: LeadDraws
    team: str
    """The team to which the routing sends it, by what was known when it came."""
    waits_for: int = 0
    """Rises with every task; what was planned for an earlier one is stale."""


class _Team:
    """A team at work: its queue and who is free."""

    def __init__(self, rules: TeamRules, workers: tuple[Worker, ...], queue: TaskQueue, dispatch: Dispatch) -> None:
        self.rules = rules
        self.workers = workers
        self.queue = queue
        self.dispatch = dispatch
        self.free: dict[int, Event] = {}


class SalesDesk:
    """One desk in a SimPy environment whose clock is UTC seconds."""

    def __init__(
        self,
        environment: Environment,
        rules: DeskRules,
        draws: DrawSource,
        *,
        until: int,
        emit: Callable[[str, Effect], None],
        inform: Callable[[str, int, LeadOutcome], None],
    ) -> None:
        """Works up to, not including, second `until`; accepted leads are then still pursued to their end.

        `emit` gets the contact's key and a row, `inform` the contact's key, the CRM sync's second and the outcome.
        """
        self.rules = rules
        self._environment = environment
        self._draws = draws
        self._until = until
        self._emit = emit
        self._inform = inform
        self._cases: dict[str, Case] = {}
        field_sales = rules.field_sales
        self._field = None if field_sales is None else FieldSales(environment, rules, field_sales, draws, emit=emit)
        self.teams = {name: self._staffed(team) for name, team in rules.teams.items()}

    def _staffed(self, rules: TeamRules) -> _Team:
        now = int(self._environment.now)
        people = tuple(Worker(rules, k + 1, self._draws, desk=self.rules.name) for k in range(rules.sdrs))
        dispatch = Dispatch(self._environment, lambda: self._give_work(team))
        team = _Team(rules, people, TaskQueue(now), dispatch)
        for worker in people:
            self._environment.process(self._work(team, worker))
        self._environment.process(self._open_shifts(team))
        return team

    # --- leads come, are raised, are lost

    def hand_over(self, request: LeadRequest) -> None:
        """A lead comes now."""
        now = self._now()
        team = self.rules.team_for(request.names) if request.team is None else request.team
        lead = opened(
            self.rules.lead, request.lead, desk=self.rules.name, at=request.created_at, request=request.request,
            score=request.score, need=request.need, calendar=team_calendar(self.rules, team),
        )  # fmt: skip
        case = Case(request, lead, LeadDraws(self.rules, self._draws, request.lead), team)
        self._cases[request.lead] = case
        if request.source:
            row = Effect(now, Kind.HANDED_OFF, lead=lead.name, desk=lead.desk, reason=request.source, value=lead.score)
            self._emit(request.contact, row)
        if lead.expires_at is not None and lead.expires_at < self._until:
            Moment(self._environment, max(now, lead.expires_at), STALE, lambda: self._grow_stale(case))
        self._go_on(case)

    def raise_to_request(self, lead: str, *, need: bool) -> None:
        """A request joined an open lead."""
        case = self._cases.get(lead)
        if case is None:
            return
        self._apply(case, Raised(need))
        if case.lead.state is LeadState.WAITING and not case.lead.working and self.rules.response is None:
            self._queue(case)

    def left(self, contact: str) -> None:
        """The contact has left the company: the open leads close, those at work when the task is finished."""
        for case in [case for case in self._cases.values() if case.request.contact == contact and contact]:
            self._apply(case, Gone())

    def open_leads(self) -> int:
        """Leads without an outcome."""
        return len(self._cases)

    def _grow_stale(self, case: Case) -> None:
        self._apply(case, GrownStale())

    # --- from task to task

    def _apply(self, case: Case, event: LeadEvent) -> None:
        """Moves the lead, records the rows, and closes the case where it has ended."""
        now = self._now()
        if now >= self._until or case.lead.closed:
            return
        case.lead, rows = happens(self.rules.lead, case.lead, event, now)
        for row in rows:
            self._emit(case.request.contact, row)
        if case.lead.closed:
            self._close(case)

    def _close(self, case: Case) -> None:
        lead, now = case.lead, self._now()
        del self._cases[lead.name]
        for team in self.teams.values():
            team.queue.drop(lead.name, now)
        if case.request.contact:
            sync = next_daily(now + 1, self.rules.sync_at, self.rules.zone)
            outcome = LeadOutcome(lead.desk, lead.name, lead.state.value, lead.reason)
            self._inform(case.request.contact, sync, outcome)
        if lead.state is LeadState.ACCEPTED and self._field is not None:
            self._field.take(Accepted(lead.name, case.request.contact, case.request.lines))

    def _go_on(self, case: Case) -> None:
        """The task at hand finds its team, or is done by itself."""
        stages = self.rules.lead.stages
        while not case.lead.closed and self._now() < self._until:
            stage = stages[case.lead.stage]
            team = stage.by or case.team
            if team != case.lead.team or case.lead.state is LeadState.CREATED:
                self._apply(case, Routed(team, case.draws.demand(case.lead)))
            self._apply(case, Queued())
            if not stage.automatic:
                self._plan(case)
                return
            self._apply(case, Begun())
            self._apply(case, case.draws.finished(case.lead, worker=0, seconds=0))

    def _plan(self, case: Case) -> None:
        if self.rules.response is not None:
            self._environment.process(self._respond(case))
        else:
            self._queue(case)

    def _queue(self, case: Case) -> None:
        """The task waits for somebody, from its due time on."""
        case.waits_for += 1
        ticket, now = case.waits_for, self._now()
        due, own = max(case.lead.due, now), self.teams.get(case.team)
        if case.lead.team not in self.teams and own is not None:
            due = own.rules.shift.next_open(due)
        if due == now:
            self._put(case)
        elif due < self._until:
            Moment(self._environment, due, ARRIVAL, lambda: self._put_if_due(case, ticket))

    def _put_if_due(self, case: Case, ticket: int) -> None:
        if case.waits_for == ticket and not case.lead.closed:
            self._put(case)

    def _put(self, case: Case) -> None:
        team = self.teams.get(case.lead.team)
        if team is None:
            self._environment.process(self._done_elsewhere(case, case.waits_for))
            return
        team.queue.put(case.lead.name, rank_keys(self.rules.lead, case.lead, team.rules.calendar), self._now())
        team.dispatch.ask()

    # --- people

    def _open_shifts(self, team: _Team) -> Steps:
        for start, _ in team.rules.shift.stretches(self._now(), self._until):
            yield self._environment.timeout(start - self._now())
            team.dispatch.ask()

    def _give_work(self, team: _Team) -> None:
        now = self._now()
        if now >= self._until or not team.rules.shift.is_open(now):
            return
        for ordinal in sorted(team.free):
            if not team.queue:
                return
            if team.workers[ordinal - 1].is_present(now):
                team.free.pop(ordinal).succeed(self._cases[team.queue.take(now)])

    def _work(self, team: _Team, worker: Worker) -> Steps:
        while True:
            team.free[worker.ordinal] = given = Event(self._environment)
            team.dispatch.ask()
            case = yield given
            assert isinstance(case, Case), "work is a case"
            case.waits_for += 1
            yield from self._do(case, team, worker)
            self._go_on(case)

    def _do(self, case: Case, team: _Team, worker: Worker) -> Steps:
        """The task at hand, from beginning to end, with pauses between shifts."""
        draws, number = case.draws, case.lead.attempts + 1
        if case.lead.stage != self.rules.lead.call:
            seconds = draws.stage_seconds(case.lead)
            self._apply(case, Begun(worker.ordinal, seconds))
            yield self._busy(worker, seconds)
            self._apply(case, draws.finished(case.lead, worker=worker.ordinal, seconds=seconds))
            return
        seconds = draws.attempt_seconds(number)
        self._apply(case, Begun(worker.ordinal, seconds))
        yield self._busy(worker, seconds)
        if not draws.connects(number):
            self._apply(case, Unanswered(team.rules.calendar))
            return
        seconds = draws.conversation_seconds(number)
        self._apply(case, Answered(worker.ordinal, seconds))
        if seconds:
            yield from self._resumed(worker)
            yield self._busy(worker, seconds)
        self._apply(case, draws.finished(case.lead, worker=worker.ordinal, seconds=seconds))

    def _busy(self, worker: Worker, working_seconds: int) -> Event:
        return Moment(self._environment, worker.done_at(self._now(), working_seconds), DONE)

    def _resumed(self, worker: Worker) -> Steps:
        """Where the shift ended with the first part of a call, its second part begins in her next one."""
        while not worker.is_present(self._now()):
            following = worker.team.shift.next_open(self._now())
            if following == self._now():
                end = worker.team.shift.end_of_stretch(following)
                assert end is not None, "an open moment has an end"
                following = end
            yield self._environment.timeout(following - self._now())

    # --- work that no team of the desk does

    def _respond(self, case: Case) -> Steps:
        """A desk without SDRs: the first call comes after a while and always reaches the person."""
        response = self.rules.response
        assert response is not None, "this desk has no teams"
        at = response.after(case.lead.created_at, case.draws.response(), self.rules.calendar)
        yield Moment(self._environment, max(at, self._now()), DONE)
        self._apply(case, Begun())
        if case.lead.stage == self.rules.lead.call:
            self._apply(case, Answered())
        if not case.lead.closed:
            self._apply(case, case.draws.finished(case.lead, worker=0, seconds=0))
            self._go_on(case)

    def _done_elsewhere(self, case: Case, ticket: int) -> Steps:
        """A task of people whom the desk does not staff: at once within the shift of the lead's own team."""
        if case.waits_for != ticket or case.lead.closed:
            return
        draws, number = case.draws, case.lead.attempts + 1
        at_call = case.lead.stage == self.rules.lead.call
        seconds = draws.attempt_seconds(number) if at_call else draws.stage_seconds(case.lead)
        self._apply(case, Begun(0, seconds))
        yield self._busy_elsewhere(case, seconds)
        if at_call and not draws.connects(number):
            self._apply(case, Unanswered(team_calendar(self.rules, case.team)))
        else:
            if at_call:
                seconds = draws.conversation_seconds(number)
                self._apply(case, Answered(0, seconds))
                yield self._busy_elsewhere(case, seconds)
            self._apply(case, draws.finished(case.lead, worker=0, seconds=seconds))
        self._go_on(case)

    def _busy_elsewhere(self, case: Case, seconds: int) -> Event:
        own, now = self.teams.get(case.team), self._now()
        done = now + seconds if own is None else own.rules.shift.add_open(now, seconds)
        return Moment(self._environment, done, DONE)

    def _now(self) -> int:
        return int(self._environment.now)


def work_alone(
    rules: DeskRules,
    requests: tuple[LeadRequest, ...],
    draws: DrawSource,
    *,
    start: int,
    until: int,
) -> tuple[list[tuple[str, Effect]], SalesDesk]:
    """Runs one desk on leads that are known beforehand: rows with their contacts, and the desk at the end.

    The rows of one second come in no particular order; the order of `requests` does not matter.
    """
    rows: list[tuple[str, Effect]] = []
    environment = Environment(initial_time=start)
    desk = SalesDesk(
        environment, rules, draws, until=until,
        emit=lambda contact, row: rows.append((contact, row)), inform=lambda contact, time, outcome: None,
    )  # fmt: skip

    def arrivals() -> Steps:
        for request in sorted(requests, key=lambda request: (request.created_at, request.lead)):
            if request.created_at >= until:
                return
            yield environment.timeout(request.created_at - desk._now())
            desk.hand_over(request)

    environment.process(arrivals())
    environment.run(until=until)
    return rows, desk


def team_calendar(rules: DeskRules, team: str) -> Calendar:
    """The business days of a team, or the workspace's for a desk without it."""
    return rules.teams[team].calendar if team in rules.teams else rules.calendar
