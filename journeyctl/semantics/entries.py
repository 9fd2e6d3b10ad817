"""The daily look: who enters which journey, who is refused and why, and conditions that time can change."""

from __future__ import annotations

from functools import lru_cache

from journeyctl.calendars import Calendar, local, local_day, next_daily
from journeyctl.graph.program import StepGraph
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.gate import refused_purpose
from journeyctl.semantics.state import LookAround
from journeyctl.semantics.steps import begin
from journeyctl.semantics.stimuli import EnterJourney
from journeyctl.semantics.turn import Turn
from journeyctl.units import SECONDS_PER_DAY, Duration


def evaluate(turn: Turn) -> None:
    """The contact is looked at: exits whose conditions time can change, then, after all else, entries."""
    contact = turn.contact
    if contact.evaluated_at == turn.now:
        return
    contact.evaluated_at = turn.now
    if contact.evaluation_at is not None and contact.evaluation_at <= turn.now:
        contact.evaluation_at = None
    for visit in turn.visits():
        if visit.journey in contact.visits and any(
            e.condition is not None and e.condition.is_volatile for e in visit.graph.exits
        ):
            turn.plan_evaluation()
            turn.check_exits(visit)
    contact.schedule(turn.now, LookAround())


def look_around(turn: Turn) -> None:
    """Journeys look at the contact, by priority, then name."""
    for active in turn.rules.active:
        if active.journey not in turn.contact.visits and active.entry.when != "event":
            _look(turn, turn.graph(active.journey))


def enter_now(turn: Turn, stimulus: EnterJourney) -> None:
    """The contact's day in a ramp, or the event that an entry names, has come: it is let in, if it may be.

    A refusal is final for the event, and for a journey that takes contacts once.
    """
    contact, graph = turn.contact, turn.graph(stimulus.journey)
    if graph.journey in contact.visits:
        return
    if graph.entry.when == "event":
        launch = turn.rules.launches.get(graph.journey)
        if launch is None or launch.at <= turn.now:
            contact.refusals.pop(graph.journey, None)
            _try(turn, graph)
    elif graph.entry.when == "once":
        _try(turn, graph)
    else:
        contact.decided.discard(graph.journey)
        _look(turn, graph, ramped=True)


def _look(turn: Turn, graph: StepGraph, *, ramped: bool = False) -> None:
    contact, entry = turn.contact, graph.entry
    launch = turn.rules.launches.get(graph.journey)
    first = _first_evaluation(turn, launch.at if launch is not None else contact.created_at)
    if turn.now < first:
        turn.plan_evaluation(first)
        return
    if graph.journey in contact.decided:
        return
    if entry.condition.is_volatile or entry.every != _DAILY:
        turn.plan_evaluation()
    if not ramped and not _falls_due(turn, entry.every, first):
        return
    if entry.when == "once":
        contact.decided.add(graph.journey)
        if turn.now > first:
            return
    if launch is not None and launch.ramp_days > 1 and turn.now == first and _may_enter(turn, graph):
        day = turn.rules.draws.stable().bits(contact.key, "ramp", place=graph.journey) * launch.ramp_days >> 53
        if day > 0:
            at = _ramp_day(turn.program.calendar, turn.now, day)
            contact.decided.add(graph.journey)
            contact.schedule(at, EnterJourney(graph.journey), (-graph.priority, graph.journey))
            return
    _try(turn, graph)


@lru_cache(maxsize=1 << 10)
def _ramp_day(calendar: Calendar, launch: int, day: int) -> int:
    return calendar.add_business_days(launch, day)


_DAILY = Duration(seconds=SECONDS_PER_DAY)
_next_daily = lru_cache(maxsize=1 << 12)(next_daily)
"""All contacts are looked at first after the same few seconds."""


def _falls_due(turn: Turn, every: Duration, first: int) -> bool:
    """Whether the evaluation of today is one of those that `every` counts off from the first one."""
    if not every.months and not every.business_days and every.seconds <= SECONDS_PER_DAY:
        return True
    zone, calendar = turn.program.zone, turn.program.calendar
    start, today = local(first, zone), local(turn.now, zone)
    if every.months:
        months = (today.year - start.year) * 12 + today.month - start.month
        return months % every.months == 0 and (
            local(calendar.add(first, Duration(months=months)), zone).date() == today.date()
        )
    if every.business_days:
        passed = calendar.business_seconds(local_day(first, zone)[0], local_day(turn.now, zone)[0]) // SECONDS_PER_DAY
        return calendar.is_business_day(today.date()) and passed % every.business_days == 0
    days = max(1, every.seconds // SECONDS_PER_DAY)
    return (turn.day_number(turn.now) - turn.day_number(first)) % days == 0


def _first_evaluation(turn: Turn, since: int) -> int:
    return _next_daily(since, turn.program.evaluation_time, turn.program.zone)


def _may_enter(turn: Turn, graph: StepGraph) -> bool:
    return _in_audience(turn, graph) and refusal(turn, graph) is None


def _in_audience(turn: Turn, graph: StepGraph) -> bool:
    return graph.entry.condition.holds(turn.view.at(turn.now))


def _try(turn: Turn, graph: StepGraph) -> None:
    if not _in_audience(turn, graph):
        return
    reason = refusal(turn, graph)
    if reason is None:
        begin(turn, graph.journey)
    elif turn.contact.refusals.get(graph.journey) != reason:
        turn.contact.refusals[graph.journey] = reason
        turn.emit(Kind.REFUSED, None, journey=graph.journey, reason=reason)


def refusal(turn: Turn, graph: StepGraph) -> str | None:
    """Why a contact of the audience may not enter now; `None` where it may."""
    contact, again = turn.contact, graph.entry.again
    last_end = contact.last_end.get(graph.journey)
    if last_end is not None:
        if again is None:
            return "again"
        allowed = turn.program.calendar.add(last_end, again)
        if turn.now < allowed:
            turn.plan_evaluation(allowed)
            return "again"
    refused = refused_purpose(turn.policies(), graph.purposes, turn.view)
    if refused is not None:
        return f"no_consent.{refused}"
    barring = turn.barring_exit(graph)
    if barring is None:
        return None
    if barring.condition is not None and barring.condition.is_volatile:
        turn.plan_evaluation()
    return f"exit.{barring.label}"
