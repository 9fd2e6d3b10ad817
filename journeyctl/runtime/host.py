"""The host of one contact's process: its history, score and leads, the four job handlers, and the messages.

The host knows policies, catalog and contact, never the steps of a journey: those are the file's. What
happens to a contact is recorded, scored and then published: first to what awaits it, then to exits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeGuard, assert_never

from journeyctl.calendars import next_moment, parse_moment, parse_zone_choice, to_utc
from journeyctl.draws import DrawSource
from journeyctl.expr import Value
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import OpId
from journeyctl.graph.program import Program
from journeyctl.runtime.jobs import Job, JobError, send_request
from journeyctl.runtime.ports import Engine, LeadDesk, Recorder, Sender, Variables
from journeyctl.semantics import reactions, scoring
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.gate import Defer, Send, Skip, WorkspaceTime, ask, expires_at, refused_purpose
from journeyctl.semantics.sending import emit_of
from journeyctl.semantics.state import Act, Contact, Message, OpenLead, Visit
from journeyctl.semantics.stimuli import Clicked, FormSubmitted, Opened, PageViewed, SalesRequested, Unsubscribed
from journeyctl.semantics.turn import Rules, Turn
from journeyctl.semantics.view import ContactView
from journeyctl.units import parse_duration

LEAD_PATHS = ("lead.open", "lead.age", "lead.outcome", "lead.reason")
LEAD_CAUSES = {"sales_request": "request", "mql": "score"}
AWAITED = ("opened", "clicked", "sales_request", "unsubscribed")
EVALUATION = "evaluation"
"""Stands among the changed fields of a `facts_changed` message for the daily evaluation."""
CONSENT_TAKEN_BACK, CONSENT_LOST = "consent_taken_back", "consent_lost"
"""The same for a consent of the journey that was taken back; the second where it is refused from then on."""
Reacted = Opened | Clicked | SalesRequested | Unsubscribed | PageViewed | FormSubmitted


class _HostTurn(Turn):
    """One second of one contact, whose announcements go to its process."""

    __slots__ = ("host", "opted_out")

    def __init__(self, rules: Rules, host: Host, now: int) -> None:
        super().__init__(rules)
        self.host = host
        self.opted_out = False
        """The opt-out of this second was awaited, or led out of where the contact stands."""
        self.begin(host.contact, now)
        self.view.at(now)

    def emit(self, kind: Kind, at: Visit | None = None, **columns: str | int) -> None:  # type: ignore[override]  # the same by name
        self.host.recorder.record(Effect(self.now, kind, **columns))  # type: ignore[arg-type]  # columns are Effect's own

    def announce(self, event: str, *, only: str | None = None, heard: frozenset[str] = frozenset()) -> None:
        taken = self.host.announce(event, self.now)
        self.opted_out = self.opted_out or (taken and event == "unsubscribed")

    def consent_lost(self, path: str, *, handled: frozenset[str] = frozenset()) -> None:
        if not self.opted_out:
            self.host.note_consent_lost(path)

    def changed(self, *paths: str) -> None:
        self.host.note_changed(*paths)


@dataclass(slots=True)
class Host:
    """One contact and its process."""

    program: Program
    draws: DrawSource
    contact: Contact
    journey: str
    purposes: tuple[str, ...]
    engine: Engine
    sender: Sender
    desk: LeadDesk
    recorder: Recorder
    questions: Variables = field(default_factory=dict)
    """The file's variables that the host answers, with what each asks."""
    held_for: str = ""
    """Reason of the last deferral at the gate."""
    changed_paths: list[str] = field(default_factory=list)
    lost_consent: bool = False
    """A consent that the journey needs was taken back, and the process has not heard of it yet."""
    _known: dict[str, object] = field(default_factory=dict)
    """Variables computed since the contact last changed."""
    _known_at: int = -1
    _reaction: Reacted | None = None

    # --- the job handlers

    def handle(self, job: Job, now: int) -> Variables:
        """Does a job and answers the variables with which it completes; `flush` follows the completion."""
        self._forget()
        match job.kind:
            case "gate":
                return self._gate(job, now)
            case "send":
                return self._send(job, now)
            case "update":
                return self._moment(job, now) if "moment" in job.headers else self._update(job, now)
            case "handoff":
                return self._hand_off(job, now)
            case _:
                raise JobError(f"there is no worker for jobs of type '{job.kind}'")

    def _gate(self, job: Job, now: int) -> Variables:
        view = self._view(now)
        wish = send_request(job, view.items)
        view = view.at(now, item=wish.item)
        policies = self.program.policies_for(view.country)
        found = ask(policies, wish, view, self.contact.sends, now, time=_time(self.program))
        self.held_for = found.reason if isinstance(found, Defer) else ""
        match found:
            case Send(locale):
                return {"answer": "send", "reason": "", "locale": locale or "", "retry_at": None}
            case Defer(until, reason):
                expiry = expires_at(policies, wish, view)
                return {"answer": "defer", "reason": reason, "locale": "", "retry_at": _iso(min(until, expiry))}
            case Skip(reason):
                return {"answer": "skip", "reason": reason, "locale": "", "retry_at": None}
            case _:
                assert_never(found)

    def _send(self, job: Job, now: int) -> Variables:
        item, channel = job.text("item"), job.headers.get("channel", "email")
        message = Message(
            item, self.contact.sends.number_of_next(item), self.journey, 1, OpId(job.text("send_op")),
            job.headers.get("step", ""), channel, now,
        )  # fmt: skip
        self.contact.sends.reserve(channel, now)
        self.contact.sends.remember(message)
        self.contact.acts.append(Act(now, "sends", item, self.journey, human=False))
        self.sender.send(message, now)
        return {"send_key": send_key(self.contact.key, message), "heard_item": item}

    def _moment(self, job: Job, now: int) -> Variables:
        """A business-day or calendar length, a weekly moment, or a date from a field, as a second."""
        wanted, view = job.headers["moment"], self._view(now)
        if wanted == "value":
            value = job.inputs.get("value")
            known = (
                value if isinstance(value, datetime) else None if value is None else _start_of(value, self.program.zone)
            )
            if known is None:
                return {"moment": _iso(now), "moment_reason": "unknown"}
            until = int(known.timestamp())
            return {"moment": _iso(max(now, until)), "moment_reason": "elapsed" if until > now else "past"}
        if "zone" in job.headers:
            zone = parse_zone_choice(job.headers["zone"]).resolve(view.zone) or self.program.zone
            return {"moment": _iso(next_moment(now, parse_moment(wanted), zone))}
        return {"moment": _iso(view.calendar.add(now, parse_duration(wanted)))}

    def _update(self, job: Job, now: int) -> Variables:
        place = 1
        turn = self._turn(now)
        while f"path_{place}" in job.headers:
            path, change = job.headers[f"path_{place}"], job.headers[f"change_{place}"]
            self._change(turn, path, change, _to_value(job.inputs.get(f"value_{place}")))
            place += 1
        self.flush(now)
        return {}

    def _change(self, turn: Turn, path: str, change: str, value: Value) -> None:
        if path == "score":
            hundredths = round(value * 100) if _is_number(value) else 0
            if change != "add":
                hundredths -= scoring.current(turn.view.scoring, self.contact.score, turn.now)
            reactions.add_points(turn, hundredths, reason="update")
            return
        if change == "add":
            before = self._view(turn.now).value(path)
            value = before + value if _is_number(before) and _is_number(value) else value
        reactions.assign(turn, path, value)

    def _hand_off(self, job: Job, now: int) -> Variables:
        contact, desk, cause = self.contact, job.headers["desk"], job.inputs.get("cause")
        known = contact.leads.get(desk)
        kind = LEAD_CAUSES.get(str(cause), "score")
        if known is not None:
            if cause == "mql" and known.created_at == now:
                # The request that made the lead has also brought the score: that is no further cause.
                return {"lead_key": known.name, "joined": False, "lead_cause": ""}
            if kind == "request":
                contact.leads[desk] = OpenLead(known.name, kind, known.created_at)
            return {"lead_key": known.name, "joined": True, "lead_cause": kind}
        place = "score" if cause == "mql" else job.headers["place"]
        number = contact.lead_counts.get(place, 0) + 1
        contact.lead_counts[place] = number
        lead = OpenLead(f"{contact.key}~{place}~{number}", kind, now)
        contact.leads[desk] = lead
        self.desk.open(lead, desk, now)
        self.note_changed(*LEAD_PATHS)
        return {"lead_key": lead.name, "joined": False, "lead_cause": lead.cause}

    # --- what happens to the contact

    def fact(self, path: str, value: Value, now: int) -> None:
        """A field has a new value."""
        turn = self._turn(now)
        reactions.assign(turn, path, value)
        self.flush(now)

    def reaction(self, stimulus: Reacted, now: int) -> None:
        """The contact has opened, clicked, asked, opted out, read a page or filled in a form."""
        turn, self._reaction = self._turn(now), stimulus
        match stimulus:
            case Opened():
                reactions.opened(turn, stimulus)
            case Clicked():
                reactions.clicked(turn, stimulus)
            case SalesRequested():
                reactions.sales_requested(turn, stimulus)
            case Unsubscribed():
                reactions.unsubscribed(turn, stimulus)
            case PageViewed():
                reactions.page_viewed(turn, stimulus)
            case FormSubmitted():
                reactions.form_submitted(turn, stimulus)
        self._reaction = None
        self._forget()
        self.flush(now)

    def delivered(self, message: Message, now: int) -> None:
        """A message has arrived."""
        message.delivered_at = now
        emit_of(self._turn(now), Kind.DELIVERED, message)
        self.engine.publish("delivery", send_key(self.contact.key, message), {"delivered": True})

    def bounced(self, message: Message, now: int, *, hard: bool) -> None:
        """A message has come back; exits see it before the process hears that it was not delivered."""
        message.bounced = True
        turn = self._turn(now)
        emit_of(turn, Kind.BOUNCED, message, reason="hard" if hard else "soft")
        if hard:
            self.contact.fields["contact.deliverable"] = False
            self._forget()
            self.note_changed("contact.deliverable")
        self.announce("bounced", now)
        self.flush(now)
        self.engine.publish("delivery", send_key(self.contact.key, message), {"delivered": False})

    def outcome(self, lead: OpenLead, desk: str, outcome: str, now: int) -> None:
        """The CRM has reported what became of a lead."""
        contact = self.contact
        known = contact.leads.get(desk)
        if known is None or known.name != lead.name:
            return
        del contact.leads[desk]
        contact.last_outcome, contact.last_reason = outcome, ""
        self._forget()
        self._turn(now).emit(Kind.SYNCED, None, lead=lead.name, desk=desk, reason=outcome)
        self.note_changed(*LEAD_PATHS)
        self.flush(now)
        self.engine.publish("lead_outcome", lead.name, {"outcome": outcome})

    def evaluate(self) -> None:
        """The daily look: conditions that time alone can change."""
        self._forget()
        self.engine.publish("facts_changed", self.contact.key, {"changed_paths": [EVALUATION]})

    # --- messages to the process

    def announce(self, event: str, now: int) -> bool:
        """Publishes an event: to the listen that awaits it, else to a ladder's own way, else to an exit.

        Answers whether any of them took it.
        """
        self._forget()
        reacted, key = self._reaction, self.contact.key
        if reacted is not None and event in AWAITED and reacted.item:
            message = self.contact.sends.message(reacted.item, reacted.send)
            if message is not None and message.journey == self.journey:
                details = _click_details(reacted, message, now)
                if self.engine.publish(f"reaction_{event}", send_key(key, message), details):
                    return True
        if event == "sales_request" and self.engine.publish("ladder_sales_request", key, {}):
            return True
        return self.engine.publish(f"exit_{event}", key, {})

    def note_changed(self, *paths: str) -> None:
        """Remembers that fields have changed until the process may hear of it."""
        scoring_rules = self._view(self.contact.created_at).scoring
        self.changed_paths.extend(paths)
        if scoring_rules is not None and any(self._reads(fit, paths) for _, fit in scoring_rules.fit):
            self.changed_paths.append("fit")
        self._forget()

    def note_consent_lost(self, path: str) -> None:
        """Remembers that a consent was taken back, where the journey needs it."""
        consents = self.program.policies_for(self._view(self.contact.created_at).country).consents
        if any(consents.get(purpose) == path for purpose in self.purposes):
            self.lost_consent = True
            self.changed_paths.append(CONSENT_TAKEN_BACK)

    def flush(self, now: int) -> None:
        """Tells the process which fields have changed, then of a lost consent, then the gate's waiting send.

        The send is asked for again if it was held for one of the fields.
        """
        paths, self.changed_paths = self.changed_paths, []
        is_lost, self.lost_consent = self.lost_consent, False
        if not paths:
            return
        policies = self.program.policies_for(self._view(now).country)
        is_refused = is_lost and refused_purpose(policies, self.purposes, self._view(now)) is not None
        if is_refused:
            paths.append(CONSENT_LOST)
        self.engine.publish("facts_changed", self.contact.key, {"changed_paths": paths})
        if is_refused:
            self.engine.publish("exit_consent_lost", self.contact.key, {})
        for suppression in policies.suppressions:
            if self.held_for == f"suppressed.{suppression.name}" and self._reads(suppression.condition, paths):
                self.engine.publish("gate_again", self.contact.key, {})

    def _reads(self, condition: Condition, paths: Iterable[str]) -> bool:
        """True where a condition, or an audience that it asks about, depends on one of the paths."""
        found = condition.reads
        if not found.audiences:
            return not found.paths.isdisjoint(paths)
        audiences = self.program.audiences_for(self._view(self.contact.created_at).country)
        return not found.paths.isdisjoint(paths) or any(self._reads(audiences[name], paths) for name in found.audiences)

    # --- variables of the process that the host keeps

    def lookup(self, name: str, now: int) -> object:
        """A variable that no element of the file has set."""
        if now != self._known_at:
            self._known.clear()
            self._known_at = now
        if name not in self._known:
            self._known[name] = self._computed(name, now)
        return self._known[name]

    def _computed(self, name: str, now: int) -> object:
        view = self._view(now)
        match name:
            case "contact_key":
                return self.contact.key
            case "contact" | "clinic" | "hospital" | "umbrella":
                return self._fields_of(name, view)
            case "score" | "fit":
                return view.value(name)
            case "lead":
                return {
                    part: to_feel_value(view.value(f"lead.{part}")) for part in ("open", "age", "outcome", "reason")
                }
            case "sent":
                return self._sent()
        question = self.questions.get(name)
        if not isinstance(question, str):
            return None
        kind, colon, step = question.partition(":")
        if colon and kind == "split":
            return self.draws.stable().bits(self.contact.key, "split", place=f"{self.journey}/{step}")
        return to_feel_value(_condition(question).evaluate(view))

    def _fields_of(self, root: str, view: ContactView) -> dict[str, object]:
        paths = {path for path in (*self.contact.fields, *self.program.defaults) if path.startswith(f"{root}.")}
        if root == "contact":
            paths.add("contact.deliverable")
        return {path.partition(".")[2]: to_feel_value(view.value(path)) for path in sorted(paths)}

    def _sent(self) -> dict[str, object]:
        sends = self.contact.sends
        latest = ((item, sends.message(item, sends.number_of_next(item) - 1)) for item in self.program.items)
        return {
            item: {"at": datetime.fromtimestamp(message.sent_at, UTC), "clicked": message.clicked}
            for item, message in latest
            if message is not None
        }

    def _forget(self) -> None:
        self._known.clear()

    def _view(self, now: int) -> ContactView:
        return ContactView(self.program, self.contact).at(now)

    def _turn(self, now: int) -> Turn:
        rules = Rules(self.program, self.draws, {}, (), _time(self.program), {})
        return _HostTurn(rules, self, now)


def send_key(contact: str, message: Message) -> str:
    """The key by which messages about one send find the process that sent it."""
    return f"{contact}/{message.item}/{message.number}"


def to_feel_value(value: object) -> object:
    """A value as engines know it: lists instead of tuples."""
    return [to_feel_value(entry) for entry in value] if isinstance(value, tuple) else value


def _to_value(value: object) -> Value:
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value]  # FEEL's values are ours


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _click_details(reacted: Reacted, message: Message, now: int) -> Variables:
    if not isinstance(reacted, Clicked):
        return {}
    since = now - message.delivered_at if message.delivered_at is not None else -1
    return {"click_delay": since, "every_link": reacted.every_link}


def _start_of(value: object, zone: str) -> datetime:
    return datetime.fromtimestamp(to_utc(value, 0, zone), UTC)  # type: ignore[arg-type]  # the file computes dates only


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=512)
def _condition(text: str) -> Condition:
    return Condition.of(text)


def _time(program: Program) -> WorkspaceTime:
    return WorkspaceTime(program.zone, program.week_starts, program.evaluation_time)
