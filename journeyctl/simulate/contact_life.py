"""One contact's life as a SimPy process: journeys, mail of others, facts, and how the contact responds.

The step machine says what journeys do, the response model what the contact does; this module only
carries things from one to the other, in the order of time, and hands leads to desks.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from simpy import Environment, Event, Interrupt, Process

from journeyctl.behaviour.many_traits import many_traits
from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.response import ResponseModel
from journeyctl.behaviour.traits import Traits
from journeyctl.draws import Draws, DrawSource
from journeyctl.expr import Value
from journeyctl.graph.program import Program
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.scoring import fit_of
from journeyctl.semantics.state import Contact
from journeyctl.semantics.stimuli import Bounced, Delivered, FieldChanged, FormSubmitted, OtherMail, Stimulus
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.accounts import NEVER, AccountBook
from journeyctl.simulate.contact_terms import LEFT, Week
from journeyctl.simulate.desk import SalesDesk
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.people import Person

_MAY_MEET_DESK = (Kind.HANDED_OFF, Kind.MERGED, Kind.FACT)


def meets_desk(effect: Effect) -> bool:
    """Whether a row of a contact reaches a desk, which lives by the clock."""
    kind = effect.kind
    return kind is Kind.HANDED_OFF or kind is Kind.MERGED or (kind is Kind.FACT and effect.reason == LEFT)


class Record(Protocol):
    """Takes the rows."""

    def extend(self, person: Person | None, effects: Sequence[Effect]) -> None:
        """Some rows about a person, or about nobody known, in their order."""


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
_other_mail = lru_cache(maxsize=256)(OtherMail)
"""Nearly every contact gets mail of the same few lines, every other week."""
_delivery = lru_cache(maxsize=4_096)(Delivered)
"""Nearly every contact gets the same items for the first time."""


def begin_lives(
    setting: Setting, draws: Draws, persons: Sequence[Person], given: Sequence[Given]
) -> dict[str, ContactLife]:
    """Makes contacts known to journeys, now or at the second from which they are; by key."""
    now, program, model = int(setting.environment.now), setting.program, setting.model
    contacts = [setting.machine.new_contact(one.key, one.fields, at=max(now, one.at)) for one in persons]
    views = [ContactView(program, contact).at(contact.created_at) for contact in contacts]
    traits = many_traits(
        model, draws,
        contacts=[one.person for one in persons],
        clinics=[one.clinic for one in persons],
        hospitals=[one.hospital for one in persons],
        personas=[model.personas.shapes(view) for view in views],
        placements=[model.inbox(view) for view in views],
        at=[contact.created_at for contact in contacts],
        invalid_addresses=[one.invalid_email for one in persons],
    )  # fmt: skip
    of_all = zip(persons, contacts, traits, given, strict=True)
    return {one.key: ContactLife(setting, one, contact, latent, own) for one, contact, latent, own in of_all}


class ContactLife:
    """A contact while it lives."""

    __slots__ = (
        "_activated_until", "_book", "_plans", "_reached_from", "_setting", "_sleeps_until", "_story", "_weeks",
        "_woken", "_zone", "contact", "person", "process", "traits",
    )  # fmt: skip

    def __init__(
        self, setting: Setting, person: Person, contact: Contact, traits: Traits, given: Given = NOTHING_GIVEN
    ) -> None:
        """A contact of whom the machine knows begins to live with the run."""
        self._setting = setting
        self._activated_until = 0
        self._book = setting.book if setting.book is not None and setting.book.concerns(person.key) else None
        self.person, self.contact, self.traits = person, contact, traits
        machine, now, born = setting.machine, int(setting.environment.now), contact.created_at
        self._zone = self._view(born).zone or setting.program.zone
        self._reached_from = self._book.reached_from(person.key) if self._book is not None else NEVER
        """The next account evaluation that can change what the contact does."""
        end = setting.end
        facts = [(time, FieldChanged(path, value)) for time, path, value in given.facts if born <= time < end]
        mails = [(time, _other_mail(line)) for time, line in given.other_mail if born <= time < end]
        machine.post_all(contact, [*facts, *mails])
        if given.fills_form:
            machine.post(self.contact, born, FormSubmitted())
        self._plans: list[Planned] = []
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
        """From one thing that happens to the next.

        Two things reach a contact from outside the agenda: a desk, if it or its buying group has an open lead,
        and an account evaluation, if the account book knows it. Otherwise it lives on ahead of the clock, up to
        the second at which it meets a desk or to the next evaluation: the same events in the same order, without
        going back and forth between thousands of contacts.
        """
        environment, end, record, book = (
            self._setting.environment, self._setting.end, self._setting.record.extend, self._book
        )  # fmt: skip
        contact = self.contact
        forever = Event(environment)
        second = -1
        while True:
            planned = self._next_plan()
            at = contact.agenda[0][0] if contact.agenda and contact.agenda[0][0] < planned else planned
            self._sleeps_until = at
            try:
                if at >= end or contact.stuck:
                    yield forever
                    continue
                if at != second and (contact.leads or book is not None) and self._lives_by_the_clock(at):
                    yield environment.timeout(at - environment.now)
            except Interrupt:
                # An outcome came that lies before everything else.
                self._woken, second = False, -1
                continue
            second = at
            effects = self._happens(at, planned)
            record(self.person, effects)
            for effect in effects if book is not None else [one for one in effects if one.kind in _CARRIED]:
                kind = effect.kind
                if book is not None and kind in book.kinds:
                    self._tell(book, effect)
                carry = _CARRIED.get(kind)
                if carry is not None:
                    if kind in _MAY_MEET_DESK and meets_desk(effect) and environment.now < effect.time:
                        yield environment.timeout(effect.time - environment.now)
                    carry(self, effect, effect.time)

    def _lives_by_the_clock(self, at: int) -> bool:
        """Whether something from outside can reach the contact at this second or before."""
        contact = self.contact
        if contact.leads or (contact.group_leads and any(contact.group_leads.values())):
            return True
        book = self._book
        if book is None:
            return False
        if self._reached_from <= book.done:
            self._reached_from = book.reached_from(contact.key)
        return at >= self._reached_from or at in book.moments

    def _next_plan(self) -> int:
        """The second at which the contact next does something by itself, at the latest the run's end."""
        soonest, plans, weeks = self._setting.end, self._plans, self._weeks
        if plans and plans[0].time < soonest:
            soonest = plans[0].time
        if weeks:
            soonest = min(soonest, max(self._setting.weeks[weeks[0]][1], self.contact.created_at))
        return soonest

    def _happens(self, now: int, planned: int) -> Sequence[Effect]:
        """What is next: what the contact does by itself, then the journeys up to where it does something again."""
        setting, contact = self._setting, self.contact
        if now == planned:
            self._acts(now)
            planned = self._next_plan()
        # Account evaluations and matched audiences may come between any two seconds.
        goes_on = self._book is None and not setting.platforms
        effects = setting.machine.advance(contact, now, before=planned if goes_on else now)
        if contact.stuck:
            setting.stuck.append(contact.key)
        return effects

    def _acts(self, now: int) -> None:
        """What the contact does by itself at this second: visits of a week are planned, then what was planned comes."""
        weeks, plans = self._weeks, self._plans
        while weeks and self._setting.weeks[weeks[0]][1] <= now:
            self._plan_visits(heapq.heappop(weeks), now)
        while plans and plans[0].time == now:
            self._respond(heapq.heappop(plans), now)

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
        end = self._setting.end
        for planned in plans:
            if planned.time < end:
                heapq.heappush(self._plans, planned)

    # --- what the journeys do

    def _mail(self, sent: Effect, now: int) -> None:
        setting, contact = self._setting, self.contact
        first, *later = setting.model.sent(
            setting.draws, self.traits, setting.program.items[sent.item], sent.send, now,
            contact=contact.key, zone=self._zone,
        )  # fmt: skip
        if first.what is What.DELIVERED:
            setting.machine.post(contact, now, _delivery(sent.item, sent.send))
            setting.model.mailed(self.traits, now)
        else:
            setting.machine.post(contact, now, Bounced(sent.item, sent.send, hard=first.what is What.HARD_BOUNCE))
        self._plan(later)

    def _delivered(self, delivered: Effect, now: int) -> None:
        if delivered.reason == "other_mail":
            self._setting.model.mailed(self.traits, now)

    def _merged(self, merged: Effect, now: int) -> None:
        if merged.reason == "request":
            self._setting.desks[merged.desk].raise_to_request(merged.lead, need=self._need(now))

    def _has_left(self, fact: Effect, now: int) -> None:
        if fact.reason == LEFT:
            for desk in self._setting.desks.values():
                desk.left(self.contact.key)

    def _hand_over(self, handed_off: Effect, now: int) -> None:
        setting = self._setting
        setting.desks[handed_off.desk].hand_over(
            LeadRequest(
                handed_off.lead, handed_off.desk, now, handed_off.reason == "request", contact=self.contact.key,
                score=handed_off.value, need=self._need(now), lines=self._lines(), names=self._view(now),
            )
        )  # fmt: skip

    def _activate(self, activated: Effect, now: int) -> None:
        """A matched audience works from the next week on."""
        if activated.group or activated.channel not in self._setting.platforms:
            return
        self._activated_until = max(self._activated_until, activated.value)
        for position, (_, first, _) in enumerate(self._setting.weeks):
            if now < first < activated.value and position not in self._weeks:
                heapq.heappush(self._weeks, position)

    def _need(self, now: int) -> bool:
        setting, person, view = self._setting, self.person, self._view(now)
        fit = fit_of(view.scoring, view)
        return setting.model.needs(setting.draws, self.traits, contact=person.person, fit=fit)

    def _lines(self) -> tuple[str, ...]:
        return interesting_lines(self._setting.program, self.traits)

    def _view(self, now: int) -> ContactView:
        return ContactView(self._setting.program, self.contact).at(now)


_CARRIED: Mapping[Kind, Callable[[ContactLife, Effect, int], None]] = {
    Kind.SENT: ContactLife._mail, Kind.DELIVERED: ContactLife._delivered, Kind.HANDED_OFF: ContactLife._hand_over,
    Kind.MERGED: ContactLife._merged, Kind.FACT: ContactLife._has_left, Kind.ACTIVATED: ContactLife._activate,
}  # fmt: skip
"""What rows ask of the world outside the journeys."""


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
