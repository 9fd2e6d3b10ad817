"""All ways that one contact can take through a journey, walked by the step machine itself.

At every send the walk parts into the results that the mail can have; ways that lead to the same state
are walked once. Nothing here knows what a journey does: the machine and the response model are asked.
"""

from __future__ import annotations

import copy
import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter

from journeyctl.behaviour import purposes
from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.response import ResponseModel
from journeyctl.behaviour.traits import Traits
from journeyctl.draws import Draws, DrawSource
from journeyctl.fixed_point import CERTAIN
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.state import Contact
from journeyctl.semantics.stimuli import Bounced, Delivered
from journeyctl.simulate.people import Person
from journeyctl.simulate.world import World

MOST_STATES = 20_000
"""A journey with more states than this has no exact chain here."""


class Result(Enum):
    """What can come of one mail, as far as a journey can tell."""

    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"
    NOTHING = "nothing"
    OPEN = "open"
    OPEN_UNSUBSCRIBE = "open_unsubscribe"
    CLICK = "click"
    CLICK_UNSUBSCRIBE = "click_unsubscribe"
    REQUEST = "request"
    REQUEST_UNSUBSCRIBE = "request_unsubscribe"


_OPENS = frozenset(Result) - {Result.HARD_BOUNCE, Result.SOFT_BOUNCE, Result.NOTHING}
_CLICKS = _OPENS - {Result.OPEN, Result.OPEN_UNSUBSCRIBE}
_REQUESTS = frozenset((Result.REQUEST, Result.REQUEST_UNSUBSCRIBE))
_UNSUBSCRIBES = frozenset((Result.OPEN_UNSUBSCRIBE, Result.CLICK_UNSUBSCRIBE, Result.REQUEST_UNSUBSCRIBE))
COUNTED = {
    Kind.ENTERED: "entered", Kind.SENT: "sent", Kind.DELIVERED: "delivered", Kind.OPENED: "opened",
    Kind.CLICKED: "clicked", Kind.ASKED: "asked", Kind.UNSUBSCRIBED: "unsubscribed", Kind.HANDED_OFF: "handed off",
}  # fmt: skip
"""What the chain counts, besides ends by their label."""


class TooManyStatesError(Exception):
    """The journey has more states than `MOST_STATES`."""


@dataclass(frozen=True, slots=True)
class Way:
    """One result of the mail at a state: what is counted until the next mail, and the state there."""

    result: Result
    counts: Mapping[str, int]
    to: int | None
    """Position of the next state; `None`: no further mail."""


@dataclass(frozen=True, slots=True)
class State:
    """A mail has just gone out."""

    item: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """Every way through a journey for contacts that are alike in all that journeys read."""

    before: Mapping[str, int]
    """What is counted before the first mail."""
    first: int | None
    """Position of the first state; `None`: such contacts get no mail."""
    states: tuple[State, ...]
    """Later states stand before the states that lead to them."""
    last: int
    """UTC second of the last thing that can happen."""


def counted(effect: Effect) -> str | None:
    """The name under which the chain counts a row; `None` for rows that it does not count."""
    if effect.kind is Kind.ENDED:
        return f"ended: {effect.reason}"
    return COUNTED.get(effect.kind)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """Draws whose answers are set: the result of one mail; lengths of time are at their median."""

    result: Result
    hard: int
    """Threshold of a hard bounce in 2^-53."""

    def bits(self, subject: str, purpose: str, *, place: str = "", occurrence: int = 0) -> int:
        """0 for what happens, the largest draw for what does not."""
        happens = {
            purposes.PLACEMENT: True,
            purposes.OPEN: self.result in _OPENS,
            purposes.CLICK: self.result in _CLICKS,
            purposes.REQUEST: self.result in _REQUESTS,
            purposes.UNSUBSCRIBE: self.result in _UNSUBSCRIBES,
        }
        if purpose == purposes.BOUNCE:
            return {Result.HARD_BOUNCE: 0, Result.SOFT_BOUNCE: self.hard}.get(self.result, CERTAIN - 1)
        if purpose.endswith("-delay"):
            return CERTAIN // 2
        return 0 if happens.get(purpose, False) else CERTAIN - 1

    def stable(self) -> DrawSource:
        """The same."""
        return self


@dataclass(slots=True)
class _Life:
    """A contact under way, with what it is going to do."""

    contact: Contact
    traits: Traits
    plans: list[tuple[Planned, Result]] = field(default_factory=list)


class _Walker:
    """Walks all ways of one kind of contact."""

    def __init__(self, world: World, person: Person, draws: Draws) -> None:
        self._world = world
        self._model: ResponseModel = world.model
        self._machine = Machine(world.program, draws, journeys=world.journeys, launches=world.launches)
        self._person = person
        self._states: list[State] = []
        self._known: dict[object, int] = {}
        self.last = world.start
        # Graphs and calendars are values; copying them with every state would take nearly all of the time.
        program = world.program
        graphs = [graph for name in program.journeys for graph in program.forms_of(name)]
        self._shared = {id(value): value for value in (*graphs, program.calendar)}

    def walk(self) -> Paths:
        contact = self._machine.new_contact(self._person.key, self._person.fields, at=self._world.start)
        nobody = Traits(responsiveness=0, interests={}, stage=0, placement=CERTAIN)
        before: dict[str, int] = {}
        first = self._on(_Life(contact, nobody), before)
        return Paths(before, first, tuple(self._states), self.last)

    def _on(self, life: _Life, counts: dict[str, int]) -> int | None:
        """Lives on to the next mail; the position of the state there."""
        sent = self._to_next_mail(life, counts)
        if sent is None:
            return None
        key = self._key(life, sent)
        known = self._known.get(key)
        if known is not None:
            return known
        if len(self._known) >= MOST_STATES:
            raise TooManyStatesError
        ways = tuple(self._way(life, sent, result) for result in Result)
        self._states.append(State(sent.item, ways))
        self._known[key] = len(self._states) - 1
        return len(self._states) - 1

    def _way(self, life: _Life, sent: Effect, result: Result) -> Way:
        memo = dict(self._shared)
        other = _Life(copy.deepcopy(life.contact, memo), copy.copy(life.traits), list(life.plans))
        counts: dict[str, int] = {}
        item = self._world.program.items[sent.item]
        first, *later = self._model.sent(
            self._draws(result), other.traits, item, sent.send, sent.time, contact=other.contact.key,
            zone=self._world.program.zone,
        )  # fmt: skip
        if first.what is What.DELIVERED:
            self._machine.post(other.contact, sent.time, Delivered(item.name, sent.send))
        else:
            hard = first.what is What.HARD_BOUNCE
            self._machine.post(other.contact, sent.time, Bounced(item.name, sent.send, hard=hard))
        for planned in later:
            heapq.heappush(other.plans, (planned, result))
        to = self._on(other, counts)
        return Way(result, counts, to)

    def _draws(self, result: Result) -> DrawSource:
        return _Fixed(result, self._model.coefficients.hard_bounce)

    def _to_next_mail(self, life: _Life, counts: dict[str, int]) -> Effect | None:
        contact, end = life.contact, self._world.end
        while True:
            at = contact.next_time()
            now = min(end if at is None else at, life.plans[0][0].time if life.plans else end)
            if now >= end or not (contact.visits or life.plans or at is not None):
                return None
            while life.plans and life.plans[0][0].time == now:
                self._respond(life, now)
            if contact.next_time() == now:
                for effect in self._machine.advance(contact, now):
                    self._count(effect, counts)
                    if effect.kind is Kind.SENT:
                        return effect

    def _count(self, effect: Effect, counts: dict[str, int]) -> None:
        name = counted(effect)
        if name is not None:
            counts[name] = counts.get(name, 0) + 1
            self.last = max(self.last, effect.time)

    def _respond(self, life: _Life, now: int) -> None:
        planned, result = heapq.heappop(life.plans)
        stimuli, plans = self._model.happens(
            self._draws(result), life.traits, planned, now, contact=life.contact.key, zone=self._world.program.zone
        )
        for stimulus in stimuli:
            self._machine.post(life.contact, now, stimulus)
        for following in plans:
            heapq.heappush(life.plans, (following, result))

    def _key(self, life: _Life, sent: Effect) -> object:
        """All that the rest of the way depends on; not the second, for nothing that is allowed here reads it."""
        contact = life.contact
        visits = tuple(
            (v.journey, v.op, v.waiting, repr(v.ladder), v.ladder_step, v.held_out, v.cause)
            for _, v in sorted(contact.visits.items())
        )
        plans = tuple(
            (p.what, p.item, p.number, p.time - sent.time, result)
            for p, result in sorted(life.plans, key=itemgetter(0))
        )
        fields = tuple(sorted(contact.fields.items(), key=itemgetter(0)))
        seen = tuple(sorted(name for name in self._world.program.items if contact.sends.number_of_next(name) > 1))
        asked = life.traits.last_request_at
        return sent.item, visits, plans, repr(fields), seen, None if asked is None else sent.time - asked


def paths_of(world: World, person: Person, draws: Draws) -> Paths:
    """Every way of contacts like `person`. Raises `TooManyStatesError`."""
    walker = _Walker(world, person, draws)
    return walker.walk()
