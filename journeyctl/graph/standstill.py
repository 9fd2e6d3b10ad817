"""Circles of steps that a contact can run round within one second, over and over, until it is stuck.

A wait, a listen or a handoff usually takes time, and each has cases in which it takes none: a moment that is past or
has just come, a message that was never sent, a group that is not ready. A circle that rests only on such steps stands
still for everybody who meets the case, because nothing within the second can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from journeyctl.expr import ConditionError, field_path, reads
from journeyctl.graph.analysis import END, StepFlow, Ways, circles, following_steps, reached, steps_in_circles
from journeyctl.graph.condition import Condition
from journeyctl.model import steps as written
from journeyctl.model.catalog import Catalog
from journeyctl.model.journey import Journey
from journeyctl.model.values import Expression, WeekTime, ZoneChoice
from journeyctl.units import ZERO

Circle = tuple[str, ...]
"""Steps in the order in which they follow each other; the last leads to the first."""
Houses = Mapping[str, Catalog]

_AT_ONCE: Final = ("clicked", "sales_request", "unsubscribed")
"""Reactions that a listen takes at once where its message has had them before."""
_MOST_MOMENTS: Final = 30
_MOST_LISTENS: Final = 1_000
"""Moments of the week, and listens, of one journey that are looked at one by one, so that no file takes for ever."""

_OF_THE_VISIT: Final = frozenset({"journey.entered_at"})
"""Moments that differ from visit to visit and never within one: no circle enters the journey anew."""

_Moment = tuple[int, int, ZoneChoice]
"""Weekday, seconds after midnight, and whose."""
_ANY: Final[_Moment] = (-1, -1, ZoneChoice(of_contact=False))
"""Every moment of the week at once: more than can be, and quickly asked."""


def circles_at_once(journey: Journey, flow: StepFlow, houses: Houses) -> tuple[Circle, ...]:
    """Circles in which no time passes for any contact that comes round, shortest first where they share steps."""
    if not steps_in_circles(flow.ways):
        return ()
    return _apart(_Steps(journey, flow, houses).circles_at_once(), flow)


def circles_of_skipped_mail(journey: Journey, flow: StepFlow, houses: Houses) -> tuple[Circle, ...]:
    """Further circles in which no time passes while every message is skipped or bounces."""
    if not steps_in_circles(flow.ways):
        return ()
    steps = _Steps(journey, flow, houses)
    told = {step for circle in steps.circles_at_once() for step in circle}
    found = [circle for circle in steps.circles_of_skipped_mail() if told.isdisjoint(circle)]
    return _apart(iter(found), flow)


def _apart(found: Iterator[Circle], flow: StepFlow) -> tuple[Circle, ...]:
    """Circles without common steps, the shortest of those that share some, in the order of the file."""
    position = {step: number for number, step in enumerate(flow.ways)}
    kept: list[Circle] = []
    taken: set[str] = set()
    for circle in sorted(set(found), key=lambda circle: (len(circle), position[circle[0]])):
        if taken.isdisjoint(circle):
            kept.append(circle)
            taken.update(circle)
    return tuple(sorted(kept, key=lambda circle: position[circle[0]]))


@dataclass(frozen=True)
class _Steps:
    """The steps of one journey, each with the ways on which no time passes."""

    journey: Journey
    flow: StepFlow
    houses: Houses

    @cached_property
    def _verbs(self) -> Mapping[str, written.Verb]:
        return {step.id: step.verb for step in self.journey.steps}

    @cached_property
    def _skipped(self) -> Mapping[str, str]:
        return {step.id: step.skipped for step in self.journey.steps if step.skipped}

    @cached_property
    def _following(self) -> Mapping[str, str]:
        return following_steps(self.journey)

    def circles_at_once(self) -> Iterator[Circle]:
        """Circles of every sort, some of them twice."""
        yield from self._circles(self._at_once)
        yield from self._circles_of_old_reactions()

    def circles_of_skipped_mail(self) -> Iterator[Circle]:
        """Circles with a listen that is over at once for want of a message."""
        listens = {step for step, verb in self._verbs.items() if isinstance(verb, written.Listen)}
        return (circle for circle in self._circles(self._without_mail) if not listens.isdisjoint(circle))

    def _circles(self, at_once: Callable[..., tuple[str, ...]]) -> Iterator[Circle]:
        """Circles at no moment in particular, and at every moment of the week for which a step of one waits."""
        yield from circles(self._ways(at_once, moment=None))
        turning = steps_in_circles(self._ways(at_once, moment=_ANY))
        waits = [verb for step, verb in self._verbs.items() if step in turning and isinstance(verb, written.Wait)]
        moments = dict.fromkeys(moment for wait in waits for moment in _moments_of(wait))
        for moment in list(moments)[:_MOST_MOMENTS]:
            ways = self._ways(at_once, moment=moment)
            yield from circles({step: ways[step] for step in ways if step in turning})

    def _ways(self, at_once: Callable[..., tuple[str, ...]], *, moment: _Moment | None) -> Ways:
        return {step: tuple(way for way in at_once(step, moment) if way != END) for step in self.flow.ways}

    def _at_once(self, step: str, moment: _Moment | None) -> tuple[str, ...]:
        """Steps to which a contact goes on in the same second, at a moment of the week if one is given."""
        ways = self.flow.ways[step]
        match self._verbs[step]:
            case written.Wait() as wait:
                return ways if self._is_over(wait, moment) else ()
            case written.Listen(window=window):
                return ways if window == ZERO else ()
            case written.Handoff(buying_group=group, outcomes=outcomes):
                return (outcomes.get("not_ready", self._following[step]),) if group else ()
            case _:
                return ways

    def _without_mail(self, step: str, moment: _Moment | None) -> tuple[str, ...]:
        """The same for a contact whose every message is skipped: no listen has anything to hear."""
        following = self._following[step]
        skipped = self._skipped.get(step)
        match self._verbs[step]:
            case written.Send():
                return (skipped or following,)
            case written.Ladder(exhausted=exhausted):
                return (exhausted or following, *((skipped,) if skipped else ()))
            case written.Listen(outcomes=outcomes):
                return (outcomes.get("timeout", following),)
            case _:
                return self._at_once(step, moment)

    # --- waits

    def _is_over(self, wait: written.Wait, moment: _Moment | None) -> bool:
        match wait.until:
            case WeekTime():
                return moment == _ANY or moment in _moments_of(wait)
            case Expression(text=text):
                return self._stays_past(text)
            case _:
                return wait.length in (None, ZERO)

    def _stays_past(self, text: str) -> bool:
        """Whether a moment that is past at one second is past for all of it: nothing in the journey moves it."""
        try:
            condition = Condition.of(text)
        except ConditionError:
            return False
        read = reads(condition.expression, still=_OF_THE_VISIT)
        return not read.is_volatile and self._changed.isdisjoint(read.paths)

    @cached_property
    def _changed(self) -> set[str]:
        """Fields that updates of the journey change."""
        updates = [verb for verb in self._verbs.values() if isinstance(verb, written.Update)]
        return {field_path(path) for update in updates for path in update.changes}

    # --- reactions that are heard again

    def _circles_of_old_reactions(self) -> Iterator[Circle]:
        """Circles over a listen whose message is not sent anew in them."""
        ways = self._ways(self._at_once, moment=None)
        listens = [(step, verb) for step, verb in self._verbs.items() if isinstance(verb, written.Listen)]
        for step, listen in listens[:_MOST_LISTENS]:
            strong = tuple(target for name, target in listen.outcomes.items() if name in _AT_ONCE)
            heard = self._senders(listen)
            if strong and step in reached(ways, strong, without=heard):
                own = {name: targets for name, targets in ways.items() if name not in heard} | {step: strong}
                yield from (circle for circle in circles(own) if step in circle)

    def _senders(self, listen: written.Listen) -> Container[str]:
        """Steps whose message the listen would hear."""
        return {step for step, verb in self._verbs.items() if self._is_heard(step, verb, listen.to)}

    def _is_heard(self, step: str, verb: written.Verb, to: str | None) -> bool:
        match verb:
            case written.Send(item=item):
                return to in (None, step, item)
            case written.Ladder(house=house):
                return to in (None, step) or (house in self.houses and to in self.houses[house].items)
            case _:
                return False


def _moments_of(wait: written.Wait) -> tuple[_Moment, ...]:
    if not isinstance(wait.until, WeekTime):
        return ()
    zone = wait.zone or ZoneChoice(of_contact=True)
    return tuple((day, wait.until.second_of_day, zone) for day in wait.until.days)
