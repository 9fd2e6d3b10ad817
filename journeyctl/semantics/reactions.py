"""Reactions of a contact: recorded, scored, and shown first to what awaits them, then to exits."""

from __future__ import annotations

from journeyctl.expr import Value
from journeyctl.graph.ops import ListenOp, Reaction
from journeyctl.semantics import scoring
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.sending import emit_of
from journeyctl.semantics.state import Act, Listening, Message, Visit
from journeyctl.semantics.stimuli import (
    Clicked,
    CustomEvent,
    FormSubmitted,
    Opened,
    PageViewed,
    SalesRequested,
    Timeout,
    Unsubscribed,
)
from journeyctl.semantics.turn import Turn

_STRONG = (Reaction.SALES_REQUEST, Reaction.UNSUBSCRIBED)
"""Taken at once, because nothing stronger can follow."""


def opened(turn: Turn, stimulus: Opened) -> None:
    """An open was recorded."""
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is not None:
        emit_of(turn, Kind.OPENED, message, who=stimulus.who)
        _remember(turn, "opens", stimulus.item, message.journey, stimulus.who)
        _react(turn, message, Reaction.OPENED, every_link=False)
        _score(turn, "opened", stimulus.who)


def clicked(turn: Turn, stimulus: Clicked) -> None:
    """A click was recorded."""
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is not None:
        message.clicked = True
        emit_of(turn, Kind.CLICKED, message, who=stimulus.who, reason="every_link" if stimulus.every_link else "")
        _remember(turn, "clicks", stimulus.item, message.journey, stimulus.who)
        _react(turn, message, Reaction.CLICKED, every_link=stimulus.every_link)
        _score(turn, "clicked", stimulus.who)


def sales_requested(turn: Turn, stimulus: SalesRequested) -> None:
    """The contact asked for sales; all its journeys see it."""
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is not None:
        emit_of(turn, Kind.ASKED, message, who="human")
    else:
        turn.emit(Kind.ASKED, None, who="human")
    _remember(turn, "requests", stimulus.item, message.journey if message else "", "human")
    heard = _hear(turn, message, Reaction.SALES_REQUEST, every_link=False)
    turn.announce("sales_request", heard=heard)
    _score(turn, "sales_request", "human")


def unsubscribed(turn: Turn, stimulus: Unsubscribed) -> None:
    """The contact opted out: the marketing consent is gone at this second."""
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is not None:
        emit_of(turn, Kind.UNSUBSCRIBED, message, who="human")
    else:
        turn.emit(Kind.UNSUBSCRIBED, None, who="human")
    path = turn.policies().consents.get("marketing")
    if path is not None:
        turn.contact.fields[path] = False
    heard = _hear(turn, message, Reaction.UNSUBSCRIBED, every_link=False)
    written = {visit.journey for visit in turn.visits() if any(e.event == "unsubscribed" for e in visit.graph.exits)}
    turn.announce("unsubscribed", heard=heard)
    if path is not None:
        turn.consent_lost(path, handled=heard | written)
        turn.changed(path)
    _score(turn, "unsubscribed", "human")


def page_viewed(turn: Turn, stimulus: PageViewed) -> None:
    """A page was read."""
    _on_page(turn, stimulus, Kind.VISITED, event="page_viewed", act="visits", count=stimulus.pages)


def form_submitted(turn: Turn, stimulus: FormSubmitted) -> None:
    """A form was filled in."""
    _on_page(turn, stimulus, Kind.FORM, event="form_submitted", act="", count=1)


def custom_event(turn: Turn, stimulus: CustomEvent) -> None:
    """An event of the profile happened to the contact; all its journeys see it."""
    turn.emit(Kind.FACT, None, reason=stimulus.name)
    turn.announce(stimulus.name)
    _score(turn, stimulus.name, "human")


def assign(turn: Turn, path: str, value: Value, visit: Visit | None = None) -> None:
    """A field has a new value (`None`: unknown) for everything that follows; what reads it is looked at again."""
    fields = turn.contact.fields
    had_consent = fields.get(path) is not False
    if value is None:
        fields.pop(path, None)
    else:
        fields[path] = value
    turn.emit(Kind.FACT, visit, reason=f"{path}={fact_text(value)}")
    if had_consent and value is not True:
        turn.consent_lost(path)
    turn.changed(path)
    check_mql(turn)


def fact_text(value: Value) -> str:
    """A field's value as the event record writes it."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(str(part) for part in value)
        case _:
            return str(value)


def check_mql(turn: Turn) -> None:
    """Lets the event `mql` happen when score and fit reach the threshold."""
    rules, score = turn.view.scoring, turn.contact.score
    if rules is None or rules.mql_score is None or not score.armed or score.hundredths < rules.mql_score:
        return
    fit = scoring.fit_of(rules, turn.view.at(turn.now))
    if scoring.becomes_mql(rules, score, fit=fit, now=turn.now):
        score.last_mql, score.armed = turn.now, False
        turn.emit(Kind.MQL, None, value=scoring.current(rules, score, turn.now), reason=fit or "")
        turn.announce("mql")


def add_points(turn: Turn, hundredths: int, *, reason: str) -> None:
    """Changes the score and looks at everything that reads it."""
    rules = turn.view.scoring
    if rules is None or hundredths == 0:
        return
    scoring.add(rules, turn.contact.score, hundredths, turn.now)
    turn.emit(Kind.SCORED, None, value=turn.contact.score.hundredths, reason=reason)
    check_mql(turn)
    if turn.rules.score_is_read:
        turn.changed("score", "fit")


# --- listening


def listen(turn: Turn, visit: Visit, op: ListenOp) -> None:
    """The visit has come to a listen: what the message has had since its delivery counts."""
    message = _message_for(visit, op)
    if message is None or message.bounced:
        take(turn, visit, op, Reaction.TIMEOUT)
        return
    visit.waiting = "listen"
    visit.listening = Listening(message, frozenset(op.outcomes), op.human_min_delay, op.settle)
    until = turn.view.at(turn.now).calendar.add(turn.now, op.window)
    turn.contact.schedule(until, Timeout(visit.journey, visit.token, "listen"), visit.order)
    for time, reaction, every_link in tuple(message.reactions):
        if visit.listening is not None:
            _hear_one(turn, visit, reaction, every_link=every_link, at=time)


def time_out(turn: Turn, visit: Visit, what: str) -> None:
    """The window has closed, or a click has settled."""
    op, listening = turn.op(visit), visit.listening
    assert isinstance(op, ListenOp), "only a listen times out"
    assert listening is not None, "a listen that times out awaits a message"
    if what == "settle":
        take(turn, visit, op, Reaction.CLICKED)
    elif not listening.settling:
        take(turn, visit, op, listening.best)


def take(turn: Turn, visit: Visit, op: ListenOp, outcome: Reaction) -> None:
    """The listen's outcome is known."""
    turn.emit(Kind.WAITED, visit, reason=outcome.value, item=visit.listening.message.item if visit.listening else "")
    visit.cause, visit.cause_at = (outcome.value, turn.now) if outcome in _STRONG else ("", 0)
    turn.move(visit, op.outcomes[outcome])


def _message_for(visit: Visit, op: ListenOp) -> Message | None:
    if op.to is None:
        return visit.messages[-1] if visit.messages else None
    return next((m for m in reversed(visit.messages) if op.to in (m.item, m.step)), None)


def _react(turn: Turn, message: Message, reaction: Reaction, *, every_link: bool) -> None:
    """A reaction that only the journey that sent the message may see."""
    heard = _hear(turn, message, reaction, every_link=every_link)
    turn.announce(reaction.value, only=message.journey, heard=heard)


def _hear(turn: Turn, message: Message | None, reaction: Reaction, *, every_link: bool) -> frozenset[str]:
    """Lets the visit that listens to the message have the reaction; answers which journey awaited it."""
    if message is None:
        return frozenset()
    message.reactions.append((turn.now, reaction, every_link))
    visit = turn.contact.visits.get(message.journey)
    if visit is None or visit.listening is None or visit.listening.message is not message:
        return frozenset()
    return (
        frozenset((visit.journey,))
        if _hear_one(turn, visit, reaction, every_link=every_link, at=turn.now)
        else frozenset()
    )


def _hear_one(turn: Turn, visit: Visit, reaction: Reaction, *, every_link: bool, at: int) -> bool:
    """True where the visit's listen awaits the reaction, which then counts."""
    op, listening = turn.op(visit), visit.listening
    if listening is None or not isinstance(op, ListenOp) or reaction not in listening.outcomes:
        return False
    if reaction is Reaction.CLICKED and _is_machine(listening, at, every_link=every_link):
        return False
    if reaction in _STRONG:
        take(turn, visit, op, reaction)
    elif reaction is Reaction.CLICKED and not listening.settling:
        listening.best, listening.settling = Reaction.CLICKED, True
        settled = max(turn.now, at + listening.settle)
        turn.contact.schedule(settled, Timeout(visit.journey, visit.token, "settle"), visit.order)
    elif reaction is Reaction.OPENED and not listening.settling:
        listening.best = Reaction.OPENED
    return True


def _is_machine(listening: Listening, at: int, *, every_link: bool) -> bool:
    if listening.human_min_delay is None:
        return False
    delivered = listening.message.delivered_at
    return every_link or delivered is None or at - delivered < listening.human_min_delay


# --- history and score


def _on_page(turn: Turn, stimulus: PageViewed | FormSubmitted, kind: Kind, *, event: str, act: str, count: int) -> None:
    message = turn.contact.sends.message(stimulus.item, stimulus.send)
    if message is not None:
        emit_of(turn, kind, message, who="human", value=count)
    else:
        turn.emit(kind, None, who="human", value=count)
    if act:
        _remember(turn, act, stimulus.item, message.journey if message else "", "human")
    turn.announce(event, only=message.journey if message else None)
    _score(turn, event, "human")


def _remember(turn: Turn, kind: str, item: str, journey: str, who: str) -> None:
    turn.contact.acts.append(Act(turn.now, kind, item, journey, human=who == "human"))


def _score(turn: Turn, act: str, who: str) -> None:
    add_points(turn, scoring.points_for(turn.view.scoring, act, who), reason=act)
