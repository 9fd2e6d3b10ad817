"""What each op does when a visit comes to it. Sends and listens have homes of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, assert_never

from journeyctl.calendars import next_moment, to_utc
from journeyctl.draws import DrawSource
from journeyctl.expr import Value
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.house import House
from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    Assignment,
    BranchOp,
    Change,
    DeepenOp,
    Elapsed,
    EndOp,
    EnterOp,
    FromItem,
    FromTop,
    FromTopic,
    HandoffOp,
    LadderOp,
    ListenOp,
    OfferOp,
    OpId,
    SendOp,
    SplitOp,
    UntilMoment,
    UntilValue,
    UpdateOp,
    WaitOp,
)
from journeyctl.semantics import ladder, reactions, scoring, sending
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.gate import refused_purpose
from journeyctl.semantics.state import OpenLead, Visit
from journeyctl.semantics.stimuli import Timeout
from journeyctl.semantics.turn import Turn

_CAUSES = {"sales_request": "request", "mql": "score"}
"""What kind of lead an event makes; any other way to a handoff counts as a scored lead."""


# --- time


def _wait(turn: Turn, visit: Visit, op: WaitOp) -> None:
    until, reason = wait_until(turn, visit, op)
    if until <= turn.now:
        turn.emit(Kind.WAITED, visit, reason=reason)
        turn.move(visit, op.next)
    else:
        _sleep(turn, visit, until, "wait")


def wait_until(turn: Turn, visit: Visit, op: WaitOp) -> tuple[int, str]:
    """When the wait ends (UTC seconds), and why it may end at once: past, or unknown."""
    until = op.until
    if isinstance(until, Elapsed) and until.duration.is_elapsed:
        return turn.now + until.duration.seconds, "elapsed"
    view = turn.view.at(turn.now, visit=visit)
    match until:
        case Elapsed(duration):
            return view.calendar.add(turn.now, duration), "elapsed"
        case UntilMoment(time, zone):
            return next_moment(turn.now, time, zone.resolve(view.zone) or turn.program.zone), "elapsed"
        case UntilValue(expression):
            moment = _moment_of(expression.evaluate(view), turn.program.zone)
            return (turn.now, "unknown") if moment is None else (moment, "elapsed" if moment > turn.now else "past")
        case _:
            assert_never(until)


def _moment_of(value: Value, zone: str) -> int | None:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return to_utc(value, 0, zone) if isinstance(value, date) else None


def time_out(turn: Turn, visit: Visit, what: str) -> None:
    """Something that the visit scheduled has come due."""
    match what:
        case "wait":
            op = turn.op(visit)
            assert isinstance(op, WaitOp), "only a wait op waits"
            turn.emit(Kind.WAITED, visit, reason="elapsed")
            turn.move(visit, op.next)
        case "pace":
            turn.move(visit, visit.op)
        case _:
            reactions.time_out(turn, visit, what)


def _sleep(turn: Turn, visit: Visit, until: int, what: str) -> None:
    visit.waiting = what
    turn.contact.schedule(until, Timeout(visit.journey, visit.token, what), visit.order)


# --- choices


def _branch(turn: Turn, visit: Visit, op: BranchOp) -> None:
    view = turn.view.at(turn.now, visit=visit)
    target = op.otherwise
    for condition, goal in op.cases:
        if condition.holds(view):
            target = goal
            break
    turn.emit(Kind.BRANCHED, visit, reason=target)
    turn.move(visit, target)


def _split(turn: Turn, visit: Visit, op: SplitOp) -> None:
    arm = op.arms[arm_of(op, turn.rules.draws, turn.contact.key, visit.journey)]
    turn.emit(Kind.SPLIT, visit, reason=arm.name)
    if arm.target is None:
        visit.waiting, visit.held_out = "holdout", True
    else:
        turn.move(visit, arm.target)


def arm_of(op: SplitOp, draws: DrawSource, contact: str, journey: str) -> int:
    """Position of the arm that this contact is in, for ever: one draw, boundaries in the arms' order."""
    u = draws.stable().bits(contact, "split", place=f"{journey}/{op.step}")
    reached = 0.0
    for position, arm in enumerate(op.arms[:-1]):
        reached += arm.share
        if u < share_threshold(min(1.0, reached)):
            return position
    return len(op.arms) - 1


def _start_ladder(turn: Turn, visit: Visit, op: LadderOp) -> None:
    house = turn.house(visit, op.house)
    offer = visit.graph.ops[op.offer]
    assert isinstance(offer, OfferOp), "a ladder begins at its offer"
    match op.start:
        case FromTop():
            start = ladder.start_at_top(house)
        case FromItem(item):
            start = ladder.start_at_item(house, item)
        case FromTopic(topic):
            found = topic.evaluate(turn.view.at(turn.now, visit=visit))
            start = ladder.start_at_topic(house, found, _eligible(turn, visit, offer, house))
        case _:
            assert_never(op.start)
    visit.ladder, visit.ladder_step = start.state, op.step
    if start.topic_unknown:
        turn.emit(Kind.BRANCHED, visit, reason="topic_unknown")
    turn.move(visit, op.offer)


def _offer(turn: Turn, visit: Visit, op: OfferOp) -> None:
    earliest = turn.now if visit.last_offer_at is None else visit.last_offer_at + op.pace
    if turn.now < earliest:
        _sleep(turn, visit, earliest, "pace")
        return
    house = turn.house(visit, op.house)
    assert visit.ladder is not None, "an offer follows the start of its ladder"
    visit.ladder, found = ladder.choose(
        house, visit.ladder, eligible=_eligible(turn, visit, op, house), leads_on=_leads_on(turn, visit, house),
        cold_depth=op.cold_depth, breadth=op.breadth,
    )  # fmt: skip
    if isinstance(found, ladder.Exhausted):
        turn.emit(Kind.BRANCHED, visit, reason=f"exhausted.{found.value}")
        visit.ladder = None
        turn.move(visit, op.exhausted)
    else:
        turn.emit(Kind.BRANCHED, visit, reason=found, item=found)
        turn.move(visit, op.offers[found])


def _deepen(turn: Turn, visit: Visit, op: DeepenOp) -> None:
    offer = visit.graph.ops[op.offer]
    assert isinstance(offer, OfferOp), "the walk goes on at an offer"
    assert visit.ladder is not None, "a click follows an offer"
    house = turn.house(visit, offer.house)
    visit.ladder = ladder.clicked(house, visit.ladder, op.item, eligible=_eligible(turn, visit, offer, house))
    turn.move(visit, op.offer)


def _eligible(turn: Turn, visit: Visit, op: OfferOp, house: House) -> ladder.Eligible:
    def answer(name: str) -> bool:
        item = house.items[name]
        if not item.is_available(turn.now) or not turn.contact.sends.may_send_again(name, op.repeat, turn.now):
            return False
        view = turn.view.at(turn.now, visit=visit, item=item)
        return (item.when is None or item.when.holds(view)) and (op.only is None or op.only.holds(view))

    return answer


def _leads_on(turn: Turn, visit: Visit, house: House) -> ladder.Eligible:
    def answer(name: str) -> bool:
        item = house.items[name]
        return item.when is None or item.when.holds(turn.view.at(turn.now, visit=visit, item=item))

    return answer


# --- changes and other journeys


def _update(turn: Turn, visit: Visit, op: UpdateOp) -> None:
    for assignment in op.assignments:
        if assignment.path == "score":
            _change_score(turn, visit, assignment)
        else:
            _change_field(turn, visit, assignment)
    if visit.op == op.id and turn.contact.visits.get(visit.journey) is visit:
        turn.move(visit, op.next)


def _change_score(turn: Turn, visit: Visit, assignment: Assignment) -> None:
    value = _assigned(turn, visit, assignment)
    hundredths = round(value * 100) if isinstance(value, (int, float)) else 0
    if assignment.change is not Change.ADD:
        hundredths -= scoring.current(turn.view.scoring, turn.contact.score, turn.now)
    reactions.add_points(turn, hundredths, reason="update")


def _change_field(turn: Turn, visit: Visit, assignment: Assignment) -> None:
    value = _assigned(turn, visit, assignment)
    if assignment.change is Change.ADD:
        before = turn.view.at(turn.now, visit=visit).value(assignment.path)
        numbers = isinstance(before, (int, float)) and isinstance(value, (int, float))
        value = before + value if numbers else value  # type: ignore[operator]  # both are numbers
    reactions.assign(turn, assignment.path, value, visit)


def _assigned(turn: Turn, visit: Visit, assignment: Assignment) -> Value:
    if assignment.change is Change.EVALUATE and assignment.expression is not None:
        item = turn.items(visit).get(visit.messages[-1].item) if visit.messages else None
        return assignment.expression.evaluate(turn.view.at(turn.now, visit=visit, item=item))
    return None if assignment.change is Change.CLEAR else assignment.value


def _hand_off(turn: Turn, visit: Visit, op: HandoffOp) -> None:
    contact = turn.contact
    if op.group is not None and not _group_can_be_handed_over(turn, op.group):
        turn.emit(Kind.BRANCHED, visit, reason="not_ready", desk=op.desk)
        turn.move(visit, op.outcomes["not_ready"])
        return
    visit.waiting = "handoff"
    if turn.lead_of(op):
        turn.join_lead(visit, op, visit.cause)
        return
    cause = _CAUSES.get(visit.cause, "score")
    place = "score" if visit.cause == "mql" else f"{visit.journey}/{op.step}"
    number = contact.lead_counts.get(place, 0) + 1
    contact.lead_counts[place] = number
    name = f"{contact.key}~{place}~{number}"
    contact.leads[op.desk] = OpenLead(name, cause, turn.now)
    turn.emit(
        Kind.HANDED_OFF, visit, lead=name, desk=op.desk, reason=cause, group=op.group or "",
        value=scoring.current(turn.view.scoring, contact.score, turn.now),
    )  # fmt: skip
    turn.lead_changed()


def _group_can_be_handed_over(turn: Turn, group: str) -> bool:
    """Its lead is open, or it is ready and its leads are made by handoffs. One whose lead is over rests first."""
    lead = turn.contact.group_leads.get(group)
    return lead != "" if lead is not None else turn.view.group(group, "ready") is True


def _activate(turn: Turn, visit: Visit, op: ActivateOp) -> None:
    if op.when is None or op.when.holds(turn.view.at(turn.now, visit=visit)):
        turn.emit(
            Kind.ACTIVATED, visit, channel=op.audience_on, group=op.group or "",
            value=turn.program.calendar.add(turn.now, op.lasts),
        )  # fmt: skip
    turn.move(visit, op.next)


def _enter(turn: Turn, visit: Visit, op: EnterOp) -> None:
    contact, graph = turn.contact, turn.graph(op.journey)
    refused = refused_purpose(turn.policies(), graph.purposes, turn.view)
    barring = turn.barring_exit(graph)
    if refused is not None or op.journey in contact.visits or barring is not None:
        exit_reason = f"exit.{barring.label}" if barring is not None else "already_in"
        turn.emit(Kind.REFUSED, None, journey=op.journey, reason=f"no_consent.{refused}" if refused else exit_reason)
        turn.move(visit, op.then)
        return
    visit.waiting = "child"
    turn.emit(Kind.BRANCHED, visit, reason=op.journey)
    begin(turn, op.journey, parent=visit)


def begin(turn: Turn, journey: str, *, parent: Visit | None = None) -> None:
    """The contact enters a journey now; `parent` is the visit that waits for it."""
    graph = turn.graph(journey)
    number = turn.contact.visit_counts.get(journey, 0) + 1
    turn.contact.visit_counts[journey] = number
    # Above every token of earlier visits, so that nothing these scheduled can be taken for this one's.
    visit = Visit(graph, number, turn.now, graph.start, token=turn.contact.sequence, country=turn.view.country)
    if parent is not None:
        visit.parent, visit.held_out = parent.journey, parent.held_out
    turn.contact.visits[journey] = visit
    if any(e.condition is not None and e.condition.is_volatile for e in graph.exits):
        turn.plan_evaluation()
    turn.contact.refusals.pop(journey, None)
    turn.emit(Kind.ENTERED, visit)
    turn.move(visit, OpId(graph.start))


def _end(turn: Turn, visit: Visit, op: EndOp) -> None:
    turn.end(visit, op.label)


DOES: Mapping[type[AnyOp], Callable[[Turn, Visit, Any], None]] = {
    SendOp: sending.request, ListenOp: reactions.listen, WaitOp: _wait, BranchOp: _branch, SplitOp: _split,
    LadderOp: _start_ladder, OfferOp: _offer, DeepenOp: _deepen, UpdateOp: _update, HandoffOp: _hand_off,
    ActivateOp: _activate, EnterOp: _enter, EndOp: _end,
}  # fmt: skip
"""What each op does when a visit comes to it."""
