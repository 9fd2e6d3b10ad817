"""Runs one script through the step machine, and through a compiled file in a foreign engine."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from journeyctl.calendars import next_daily
from journeyctl.conformance.spiff import Deployment, Instance, Refused
from journeyctl.conformance.spiff import Job as EngineJob
from journeyctl.conformance.stimuli import Script
from journeyctl.conformance.traces import Row, row_of
from journeyctl.draws import Draws
from journeyctl.graph.program import Program
from journeyctl.runtime.host import Host
from journeyctl.runtime.jobs import Job, JobError
from journeyctl.runtime.ports import Variables
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.state import Contact, Message, OpenLead
from journeyctl.semantics.stimuli import (
    Bounced,
    Clicked,
    CustomEvent,
    Delivered,
    FieldChanged,
    LeadOutcome,
    Opened,
    PageViewed,
    SalesRequested,
    Unsubscribed,
)

JOB_LIMIT = 1_000
"""Jobs at one second after which a file counts as running in circles."""
EVENT_AFTER = 9_001
"""Seconds after which the event happens that lets a contact enter, where a journey waits for one."""
_REACTION_ORDER = (Opened, Clicked, PageViewed, SalesRequested, Unsubscribed)


@dataclass(frozen=True, slots=True)
class Walk:
    """A contact's trace from entry to end or horizon."""

    rows: tuple[Row, ...]
    entered_at: int | None
    fault: str = ""


# --- the step machine


def run_machine(program: Program, journey: str, script: Script, *, start: int, length: int) -> Walk:
    """The walk that the step machine makes: from the first entry to the end of that visit, at most `length` seconds."""
    machine = Machine(program, Draws(script.seed), journeys=(journey,))
    contact = machine.new_contact(script.key, script.fields, at=start)
    for fact in script.facts:
        machine.post(contact, start + fact.after, FieldChanged(fact.path, fact.value))
    entry = program.journeys[journey].entry
    if entry.when == "event" and entry.event is not None:
        machine.post(contact, start + EVENT_AFTER, CustomEvent(entry.event))
    heard = _Heard(machine, contact, script)
    while (now := machine.next_time(contact)) is not None and now < start + length:
        if not all(heard.take(effect) for effect in machine.advance(contact, now)):
            break
    return Walk(tuple(heard.rows), heard.entered_at)


@dataclass(slots=True)
class _Heard:
    """What has been heard of the step machine so far, and what the script answers."""

    machine: Machine
    contact: Contact
    script: Script
    rows: list[Row] = field(default_factory=list)
    entered_at: int | None = None
    leads: int = 0
    is_over: bool = False

    def take(self, effect: Effect) -> bool:
        """Notes an effect of the first visit and answers it; false once the visit has ended."""
        if effect.kind is Kind.ENTERED and self.entered_at is None:
            self.entered_at = effect.time
        if effect.kind is Kind.SENT:
            _deliver(self.machine, self.contact, self.script, effect)
        if effect.kind is Kind.HANDED_OFF:
            self.leads += 1
            wait, outcome = self.script.outcome(self.leads)
            self.machine.post(self.contact, effect.time + wait, LeadOutcome(effect.desk, effect.lead, outcome))
        row = row_of(effect)
        if row is not None and self.entered_at is not None and not self.is_over:
            self.rows.append(row)
        self.is_over = self.is_over or effect.kind is Kind.ENDED
        return not self.is_over


def _deliver(machine: Machine, contact: Contact, script: Script, sent: Effect) -> None:
    delivery = script.delivery(sent.item, sent.send)
    if delivery.delivered:
        machine.post(contact, sent.time, Delivered(sent.item, sent.send))
    else:
        machine.post(contact, sent.time, Bounced(sent.item, sent.send, delivery.hard))
    for after, reaction in delivery.reactions:
        machine.post(contact, sent.time + after, reaction)


# --- the compiled file


@dataclass(slots=True)
class _World:
    """What surrounds the process: an agenda of facts, reactions and outcomes in the order of the language."""

    deployment: Deployment
    script: Script
    start: int
    rows: list[Row] = field(default_factory=list)
    agenda: list[tuple[int, int, tuple[object, ...], int, Callable[[], None]]] = field(default_factory=list)
    sequence: int = 0
    leads: int = 0
    host: Host | None = None
    instance: Instance | None = None

    def post(self, time: int, phase: int, order: tuple[object, ...], action: Callable[[], None]) -> None:
        self.sequence += 1
        heapq.heappush(self.agenda, (time, phase, order, self.sequence, action))

    @property
    def now(self) -> int:
        assert self.instance is not None, "the process has begun"
        return self.instance.now

    # --- the ports of the host

    def record(self, effect: Effect) -> None:
        row = row_of(effect)
        if row is not None:
            self.rows.append(row)

    def publish(self, message: str, key: str, variables: Variables) -> bool:
        instance = self.instance
        assert instance is not None, "the process has begun"
        if instance.has_ended():
            return False
        found = instance.publish(message, key, variables)
        self.work()
        return found

    def send(self, message: Message, now: int) -> None:
        """Delivery follows at the same second, reactions later."""
        host = self.host
        assert host is not None, "the process has begun"
        delivery = self.script.delivery(message.item, message.number)
        if delivery.delivered:
            self.post(now, 1, (0,), lambda: host.delivered(message, now))
        else:
            self.post(now, 1, (0,), lambda: host.bounced(message, now, hard=delivery.hard))
        for after, reaction in delivery.reactions:
            order = (1 + _REACTION_ORDER.index(type(reaction)), reaction.item, reaction.send)
            self.post(now + after, 1, order, partial(host.reaction, reaction, now + after))

    def open(self, lead: OpenLead, desk: str, now: int) -> None:
        """The CRM reports after a while."""
        host = self.host
        assert host is not None, "the process has begun"
        self.leads += 1
        wait, outcome = self.script.outcome(self.leads)
        self.post(now + wait, 0, (1, desk), lambda: host.outcome(lead, desk, outcome, now + wait))

    def evaluate_daily(self, program: Program, since: int) -> None:
        """Posts the next daily look after second `since`, which posts the one after it."""
        at = next_daily(since + 1, program.evaluation_time, program.zone)

        def look() -> None:
            assert self.host is not None, "the process has begun"
            self.host.evaluate()
            self.evaluate_daily(program, at)

        self.post(at, 2, (), look)

    # --- jobs

    def work(self, *, gate: bool = False) -> bool:
        """Does the waiting jobs; those of the gate only when nothing else is left at this second."""
        instance, done = self.instance, False
        assert instance is not None, "the process has begun"
        for _ in range(JOB_LIMIT):
            job = next((job for job in instance.jobs if job.is_open and (gate or job.kind != "gate")), None)
            if job is None:
                return done
            instance.jobs.remove(job)
            self._do(job)
            done = True
            gate = False
        raise Refused("more jobs at one second than any journey needs: the file runs in circles")

    def _do(self, job: EngineJob) -> None:
        host, instance = self.host, self.instance
        assert host is not None, "the process has begun"
        assert instance is not None, "the process has begun"
        inputs = {target: instance.evaluate(source) for target, source in job.element.inputs}
        result = host.handle(Job(job.kind, job.element.headers, inputs), instance.now)
        if job.is_open:
            instance.complete(job, result)
        if not instance.has_ended():
            host.flush(instance.now)


def run_file(
    deployment: Deployment, program: Program, journey: str, script: Script, *, start: int, entered_at: int, length: int
) -> tuple[Walk, Instance]:
    """The walk that the file makes in SpiffWorkflow, from the second at which the contact enters."""
    world = _World(deployment, script, start)
    contact = Contact(script.key, dict(script.fields), start)
    draws = Draws(script.seed)
    host = Host(
        program, draws, contact, journey, program.journeys[journey].purposes, world, world, world, world,
        questions=deployment.file.elements[deployment.file.process].properties,
    )  # fmt: skip
    instance = Instance(deployment, entered_at, outside=lambda name: host.lookup(name, instance.now), noted=world.rows)
    world.host, world.instance = host, instance
    for fact in script.facts:
        if start + fact.after < entered_at:
            contact.fields.update({fact.path: fact.value}) if fact.value is not None else contact.fields.pop(
                fact.path, None
            )
        else:
            at = start + fact.after
            world.post(at, 0, (0, fact.path), partial(host.fact, fact.path, fact.value, at))
    if any(e.condition is not None and e.condition.is_volatile for e in program.journeys[journey].exits):
        world.evaluate_daily(program, entered_at)
    fault = ""
    try:
        instance.start()
        _run(world, instance, until=start + length)
    except (Refused, JobError) as refused:
        fault = str(refused)
    return Walk(tuple(world.rows), entered_at, fault), instance


def _run(world: _World, instance: Instance, *, until: int) -> None:
    world.work()
    while not instance.has_ended():
        _finish_second(world, instance)
        due = instance.next_due()
        times = [time for time in (due, world.agenda[0][0] if world.agenda else None) if time is not None]
        if instance.has_ended() or not times or min(times) >= until:
            return
        instance.now = max(instance.now, min(times))


def _finish_second(world: _World, instance: Instance) -> None:
    """Facts and reactions, then timers, then the gate; what an answer causes starts the list again."""
    for _ in range(JOB_LIMIT):
        while world.agenda and world.agenda[0][0] <= instance.now and not instance.has_ended():
            heapq.heappop(world.agenda)[-1]()
            world.work()
        if instance.has_ended():
            return
        instance.fire_timers()
        if not world.work() and not world.work(gate=True) and not (world.agenda and world.agenda[0][0] <= instance.now):
            return
        if instance.has_ended():
            return
    raise Refused("more steps at one second than any journey needs: the file runs in circles")
