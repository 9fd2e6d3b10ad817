"""The daily look: who enters which journey, who is refused and why, and conditions that time can change."""

from __future__ import annotations

from journeyctl.calendars import next_daily
from journeyctl.graph.program import StepGraph
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.gate import refused_purpose
from journeyctl.semantics.state import CheckExits
from journeyctl.semantics.steps import begin
from journeyctl.semantics.stimuli import EnterJourney
from journeyctl.semantics.turn import Turn
from journeyctl.units import SECONDS_PER_DAY


def evaluate(turn: Turn) -> None:
    """The contact is looked at: journeys by priority, then name."""
    contact = turn.contact
    if contact.evaluation_at is not None and contact.evaluation_at <= turn.now:
        contact.evaluation_at = None
    for visit in turn.visits():
        if any(e.condition is not None and e.condition.is_volatile for e in visit.graph.exits):
            contact.schedule(turn.now, CheckExits(visit.journey), (-visit.graph.priority, visit.journey))
            turn.plan_evaluation()
    for graph in turn.rules.active:
        if graph.journey not in contact.visits and graph.entry.when != "event":
            _look(turn, graph)


def enter_on_its_day(turn: Turn, stimulus: EnterJourney) -> None:
    """The contact's day in a ramp, or the event that an entry names, has come."""
    graph = turn.program.journeys[stimulus.journey]
    if graph.journey in turn.contact.visits or graph.journey in turn.contact.decided:
        return
    final = graph.entry.when != "continuous"
    if not _try(turn, graph) and final:
        turn.contact.decided.add(graph.journey)


def _look(turn: Turn, graph: StepGraph) -> None:
    contact, entry = turn.contact, graph.entry
    launch = turn.rules.launches.get(graph.journey)
    first = _first_evaluation(turn, launch.at if launch is not None else contact.created_at)
    if turn.now < first:
        turn.plan_evaluation(first)
        return
    if graph.journey in contact.decided:
        return
    if entry.condition.is_volatile or _days(graph) != 1:
        turn.plan_evaluation()
    if (turn.day_number(turn.now) - turn.day_number(first)) % _days(graph):
        return
    if entry.when == "once":
        contact.decided.add(graph.journey)
        if turn.now > first:
            return
    if launch is not None and launch.ramp_days > 1 and turn.now == first and _may_enter(turn, graph):
        day = turn.rules.draws.stable().bits(contact.key, "ramp", place=graph.journey) * launch.ramp_days >> 53
        if day > 0:
            at = turn.program.calendar.add_business_days(turn.now, day)
            contact.decided.add(graph.journey)
            contact.schedule(at, EnterJourney(graph.journey), (-graph.priority, graph.journey))
            return
    _try(turn, graph)


def ramped_in(turn: Turn, stimulus: EnterJourney) -> None:
    """Ends the wait for the contact's day in a ramp and lets it in, if it still may."""
    graph = turn.program.journeys[stimulus.journey]
    if graph.entry.when != "event":
        turn.contact.decided.discard(graph.journey)
    enter_on_its_day(turn, stimulus)


def _first_evaluation(turn: Turn, since: int) -> int:
    return next_daily(since, turn.program.evaluation_time, turn.program.zone)


def _days(graph: StepGraph) -> int:
    return max(1, graph.entry.every.seconds // SECONDS_PER_DAY)


def _may_enter(turn: Turn, graph: StepGraph) -> bool:
    return _in_audience(turn, graph) and refusal(turn, graph) is None


def _in_audience(turn: Turn, graph: StepGraph) -> bool:
    if graph.countries and turn.view.country not in graph.countries:
        return False
    return graph.entry.condition.holds(turn.view.at(turn.now))


def _try(turn: Turn, graph: StepGraph) -> bool:
    if not _in_audience(turn, graph):
        return False
    reason = refusal(turn, graph)
    if reason is None:
        begin(turn, graph.journey)
        return True
    if turn.contact.refusals.get(graph.journey) != reason:
        turn.contact.refusals[graph.journey] = reason
        turn.emit(Kind.REFUSED, None, journey=graph.journey, reason=reason)
    return False


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
    refused = refused_purpose(turn.program.policies_for(turn.view.country), graph.purposes, turn.view)
    if refused is not None:
        return f"no_consent.{refused}"
    barring = turn.barring_exit(graph)
    return None if barring is None else f"exit.{barring.label}"
