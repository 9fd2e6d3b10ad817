"""One contact's life as a SimPy process: journeys, mail of others, facts, and how the contact responds.

The step machine says what journeys do, the response model what the contact does; this module only
carries things from one to the other, in the order of time, and hands leads to desks.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simpy import Environment, Event, Interrupt, Process

from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.response import ResponseModel
from journeyctl.behaviour.traits import Traits
from journeyctl.draws import DrawSource
from journeyctl.expr import Value
from journeyctl.fixed_point import CERTAIN, poisson_thresholds
from journeyctl.graph.program import Program
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.scoring import fit_of
from journeyctl.semantics.stimuli import Bounced, Delivered, FieldChanged, FormSubmitted, OtherMail, Stimulus
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.accounts import NEVER, AccountBook
from journeyctl.simulate.desk import LeadRequest, SalesDesk
from journeyctl.simulate.people import Person

Week = tuple[str, int, int]
"""ISO week, its first second and the second after its last."""
_ACTED_ON = frozenset((Kind.SENT, Kind.DELIVERED, Kind.HANDED_OFF, Kind.MERGED, Kind.FACT, Kind.ACTIVATED))
"""Rows that ask something of the world outside the journeys."""
LEFT = "contact.left_company=true"
"""How the record writes that a contact has left."""


def meets_desk(effect: Effect) -> bool:
    """Whether a row of a contact reaches a desk, which lives by the clock."""
    kind = effect.kind
    return kind is Kind.HANDED_OFF or kind is Kind.MERGED or (kind is Kind.FACT and effect.reason == LEFT)


class Record(Protocol):
    """Takes the rows."""

    def add(self, person: Person | None, effect: Effect) -> None:
        """One row about a person, or about nobody known."""


@dataclass(slots=True)
class Setting:
    """What all contacts of one run share."""

    environment: Environment
    program: Program
    machine: Machine
    model: ResponseModel
    draws: DrawSource
    record: Record
    desks: Mapping[str, SalesDesk]
    weeks: Sequence[Week]
    end: int
    """Contacts live up to, not including, this second."""
    stuck: list[str] = field(default_factory=list)
    """Contacts that took too many steps at one instant."""
    book: AccountBook | None = None
    """Accounts and buying groups; `None`: no journey asks for them."""
    platforms: frozenset[str] = frozenset()
    """Advertising platforms whose audiences have an effect."""


@dataclass(frozen=True, slots=True)
class Given:
    """What happens to one contact whatever marketing does."""

    facts: Sequence[tuple[int, str, Value]] = ()
    """Time, path and new value."""
    other_mail: Sequence[tuple[int, str]] = ()
    """Time and business line."""
    weeks: Sequence[int] = ()
    """Positions of the weeks in which a visit without any mail is possible, ascending."""
    fills_form: bool = False
    """Becomes known by filling in a form."""


NOTHING_GIVEN = Given()


class ContactLife:
    """A contact while it lives."""

    __slots__ = (
        "_activated_until", "_book", "_plans", "_reached_from", "_setting", "_sleeps_until", "_story", "_weeks",
        "_woken", "_zone", "contact", "person", "process", "traits",
    )  # fmt: skip

    def __init__(self, setting: Setting, person: Person, given: Given = NOTHING_GIVEN) -> None:
        """Makes the contact known to journeys; its process begins with the run."""
        self._setting = setting
        self._activated_until = 0
        self._book = setting.book if setting.book is not None and setting.book.concerns(person.key) else None
        self.person = person
        machine, now = setting.machine, int(setting.environment.now)
        born = max(now, person.at)
        self.contact = machine.new_contact(person.key, person.fields, at=born)
        view = ContactView(setting.program, self.contact).at(born)
        self.traits: Traits = setting.model.traits(
            setting.draws, contact=person.person, clinic=person.clinic, hospital=person.hospital,
            environment=view, at=born, invalid_address=person.invalid_email,
        )  # fmt: skip
        self._zone = view.zone or setting.program.zone
        self._reached_from = self._book.reached_from(person.key) if self._book is not None else NEVER
        """The next account evaluation that can change what the contact does."""
        for time, path, value in given.facts:
            if born <= time < setting.end:
                machine.post(self.contact, time, FieldChanged(path, value))
        for time, line in given.other_mail:
            if born <= time < setting.end:
                machine.post(self.contact, time, OtherMail(line))
        if given.fills_form:
            machine.post(self.contact, born, FormSubmitted())
        self._plans: list[tuple[int, What, str, int, str, Planned]] = []
        self._weeks = [k for k in given.weeks if setting.weeks[k][2] > born]
        heapq.heapify(self._weeks)
        self._sleeps_until = now
        self._woken = False
        """An interruption is on its way to the process, which will find everything that was posted."""
        self._story = self._live()
        self.process: Process = setting.environment.process(self._story)

    def learn(self, time: int, news: Stimulus) -> None:
        """The CRM sync or an account evaluation at `time` brings something."""
        if time < self._setting.end:
            assert time >= self.contact.instant, "a contact has lived past what would have changed it"
            self._setting.machine.post(self.contact, time, news)
            if time < self._sleeps_until:
                self._sleeps_until = time
                if not self._woken:
                    # A second interruption would find the process further on, perhaps waiting at a desk.
                    self._woken = True
                    self.process.interrupt()

    def close(self) -> None:
        """The run is over. Unties the process from the contact, so that memory is free without the collector."""
        self._story.close()

    # --- time

    def _live(self) -> Generator[Event, object, None]:
        """From one second at which something happens to the next.

        Two things reach a contact from outside the agenda: a desk, if it or its buying group has an open lead,
        and an account evaluation, if the account book knows it. Otherwise it lives on ahead of the clock, up to
        the second at which it meets a desk or to the next evaluation: the same events in the same order, without
        going back and forth between thousands of contacts.
        """
        environment, end = self._setting.environment, self._setting.end
        forever = Event(environment)
        while True:
            at = self._next_time()
            self._sleeps_until = at
            try:
                if at >= end:
                    yield forever
                    continue
                if self._lives_by_the_clock(at):
                    yield environment.timeout(at - environment.now)
            except Interrupt:
                # An outcome came that lies before everything else.
                self._woken = False
            else:
                yield from self._at(at)

    def _lives_by_the_clock(self, at: int) -> bool:
        contact = self.contact
        if contact.leads or (contact.group_leads and any(contact.group_leads.values())):
            return True
        book = self._book
        if book is None:
            return False
        if self._reached_from <= book.done:
            self._reached_from = book.reached_from(contact.key)
        return at >= self._reached_from or at in book.moments

    def _next_time(self) -> int:
        setting = self._setting
        at = self.contact.next_time()
        soonest = setting.end if at is None or self.contact.stuck else at
        if self._plans:
            soonest = min(soonest, self._plans[0][0])
        if self._weeks:
            soonest = min(soonest, max(setting.weeks[self._weeks[0]][1], self.contact.created_at))
        return soonest

    def _at(self, now: int) -> Generator[Event, object, None]:
        """Everything of this second: plans for the week, what was planned, then the journeys, until nothing is left."""
        setting, contact, plans = self._setting, self.contact, self._plans
        advance, record, person = setting.machine.advance, setting.record.add, self.person
        while self._weeks and self._setting.weeks[self._weeks[0]][1] <= now:
            self._plan_visits(heapq.heappop(self._weeks), now)
        while True:
            while plans and plans[0][0] == now:
                self._respond(heapq.heappop(plans)[-1], now)
            at = contact.next_time()
            if at is None or at > now:
                return
            for effect in advance(contact, now):
                record(person, effect)
                if self._book is not None and effect.kind in self._book.kinds:
                    self._tell(self._book, effect)
                if effect.kind in _ACTED_ON:
                    if meets_desk(effect) and setting.environment.now < now:
                        yield setting.environment.timeout(now - setting.environment.now)
                    self._carry(effect, now)
            if contact.stuck:
                setting.stuck.append(contact.key)
                plans.clear()
                self._weeks.clear()
                return

    def _tell(self, book: AccountBook, effect: Effect) -> None:
        """Lets the account book know of a row, and of the value where a journey has set a field."""
        if book.note(self.contact.key, effect):
            following = book.next_after(effect.time)
            over = self._reached_from <= book.done
            self._reached_from = following if over else min(self._reached_from, following)
        if effect.kind is Kind.FACT and effect.journey:
            path = effect.reason.partition("=")[0]
            book.set_field(self.contact.key, effect.time, path, self.contact.fields.get(path))

    # --- the contact's own acts

    def _plan_visits(self, week: int, now: int) -> None:
        setting = self._setting
        name, first, after = setting.weeks[week]
        visits = setting.model.unsolicited(
            setting.draws, self.traits, week=name, start=first, end=after, contact=self.contact.key,
            zone=self._zone, activated=self._activated_until > first,
        )  # fmt: skip
        self._plan(visit for visit in visits if visit.time >= now)

    def _respond(self, planned: Planned, now: int) -> None:
        setting = self._setting
        stimuli, plans = setting.model.happens(
            setting.draws, self.traits, planned, now, contact=self.contact.key, zone=self._zone
        )
        for stimulus in stimuli:
            setting.machine.post(self.contact, now, stimulus)
        self._plan(plans)

    def _plan(self, plans: Iterable[Planned]) -> None:
        for planned in plans:
            if planned.time < self._setting.end:
                # A plain tuple in the order of `Planned`: the heap compares it without a line of Python.
                key = (planned.time, planned.what, planned.item, planned.number, planned.place, planned)
                heapq.heappush(self._plans, key)

    # --- what the journeys do

    def _carry(self, effect: Effect, now: int) -> None:
        """Does what a row asks of the world outside the journeys."""
        kind = effect.kind
        if kind is Kind.SENT:
            self._mail(effect, now)
        elif kind is Kind.DELIVERED and effect.reason == "other_mail":
            self._setting.model.mailed(self.traits, now)
        elif kind is Kind.HANDED_OFF:
            self._hand_over(effect, now)
        elif kind is Kind.MERGED and effect.reason == "request":
            self._setting.desks[effect.desk].raise_to_request(effect.lead, need=self._need(now))
        elif kind is Kind.FACT and effect.reason == LEFT:
            for desk in self._setting.desks.values():
                desk.left(self.contact.key)
        elif kind is Kind.ACTIVATED and not effect.group and effect.channel in self._setting.platforms:
            self._activate(effect.value, now)

    def _mail(self, sent: Effect, now: int) -> None:
        setting, contact = self._setting, self.contact
        item = setting.program.items[sent.item]
        first, *later = setting.model.sent(
            setting.draws, self.traits, item, sent.send, now, contact=contact.key, zone=self._zone
        )
        if first.what is What.DELIVERED:
            setting.machine.post(contact, now, Delivered(item.name, sent.send))
            setting.model.mailed(self.traits, now)
        else:
            setting.machine.post(contact, now, Bounced(item.name, sent.send, hard=first.what is What.HARD_BOUNCE))
        self._plan(later)

    def _hand_over(self, handed_off: Effect, now: int) -> None:
        setting = self._setting
        setting.desks[handed_off.desk].hand_over(
            LeadRequest(
                handed_off.lead, handed_off.desk, now, handed_off.reason == "request", contact=self.contact.key,
                score=handed_off.value, need=self._need(now), lines=self._lines(), names=self._view(now),
            )
        )  # fmt: skip

    def _activate(self, until: int, now: int) -> None:
        """A matched audience works from the next week on."""
        self._activated_until = max(self._activated_until, until)
        for position, (_, first, _) in enumerate(self._setting.weeks):
            if now < first < until and position not in self._weeks:
                heapq.heappush(self._weeks, position)

    def _need(self, now: int) -> bool:
        setting, person, view = self._setting, self.person, self._view(now)
        fit = fit_of(view.scoring, view)
        return setting.model.needs(setting.draws, self.traits, contact=person.person, fit=fit)

    def _lines(self) -> tuple[str, ...]:
        return interesting_lines(self._setting.program, self.traits)

    def _view(self, now: int) -> ContactView:
        return ContactView(self._setting.program, self.contact).at(now)


def interesting_lines(program: Program, traits: Traits) -> tuple[str, ...]:
    """Business lines that an opportunity would cover: of above-average interest, at least the strongest one."""
    best: dict[str, int] = {}
    for item in program.items.values():
        if item.line is not None and item.topic is not None:
            interest = traits.interests.get(item.topic, 0)
            best[item.line] = max(best.get(item.line, interest), interest)
    if not best:
        return ()
    above = sorted(line for line, interest in best.items() if interest > 0)
    return tuple(above) or (min(best, key=lambda line: (-best[line], line)),)


def week_may_bring_a_visit(model: ResponseModel) -> int:
    """A draw of a week's visits below this threshold in 2^-53 means none, at whatever stage."""
    c = model.coefficients
    thresholds = poisson_thresholds(max(c.unsolicited_visits_late, c.unsolicited_visits_early))
    return thresholds[0] if thresholds else CERTAIN
