"""The four job handlers and the messages of a host, without any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.runtime.host import Host
from journeyctl.runtime.jobs import Job, JobError
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.state import Contact, Message, OpenLead
from journeyctl.semantics.stimuli import Clicked, SalesRequested, Unsubscribed
from tests.conformance.pilot import JOURNEY, program
from tests.semantics import worlds
from tests.semantics.test_overlays import HOUSE, SCORING, overlay

NOON = int(datetime(2026, 1, 6, 17, tzinfo=UTC).timestamp())
"""Tuesday noon in New York: mail may go out."""
NIGHT = NOON - 12 * 3_600
FIELDS: dict[str, Value] = {
    "contact.role": "head_of_radiology",
    "contact.country": "US",
    "contact.consent_marketing": True,
    "contact.consent_profiling": True,
}
HEADERS = {"channel": "email", "purposes": "marketing profiling", "step": "awareness", "once": "true"}


@dataclass
class Surroundings:
    """All ports at once: notes what reaches them, and takes the messages that it awaits."""

    awaited: set[str] = field(default_factory=set)
    published: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    opened: list[OpenLead] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def publish(self, message: str, key: str, variables: Mapping[str, object]) -> bool:
        self.published.append((message, key, dict(variables)))
        return message in self.awaited

    def send(self, message: Message, now: int) -> None:
        self.sent.append(message)

    def open(self, lead: OpenLead, desk: str, now: int) -> None:
        self.opened.append(lead)

    def record(self, effect: Effect) -> None:
        self.effects.append(effect)

    def names(self) -> list[str]:
        return [name for name, _, _ in self.published]


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
def host(around: Surroundings) -> Host:
    contact = Contact("john-doe", dict(FIELDS), NOON - 86_400)
    purposes = ("marketing", "profiling")
    return Host(program(), Draws(7), contact, JOURNEY, purposes, around, around, around, around)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def gate(item: str = "workforce-crisis", *, asked_since: int = NOON) -> Job:
    return Job("gate", HEADERS, {"item": item, "asked_since": moment(asked_since)})


def send(item: str) -> Job:
    return Job("send", {"channel": "email", "step": "awareness"}, {"item": item, "send_op": f"awareness/{item}"})


def sent(host: Host, around: Surroundings, item: str = "workforce-crisis") -> Message:
    host.handle(
        Job("send", {"channel": "email", "step": "awareness"}, {"item": item, "send_op": f"awareness/{item}"}), NOON
    )
    host.delivered(around.sent[-1], NOON)
    around.published.clear()
    return around.sent[-1]


def test_the_gate_lets_a_first_mail_go_out_in_the_contacts_language(host: Host) -> None:
    assert host.handle(gate(), NOON) == {"answer": "send", "reason": "", "locale": "en-US", "retry_at": None}


def test_the_gate_and_the_score_are_those_of_the_contacts_country(around: Surroundings) -> None:
    german = overlay(catalogs__house__items__a__status="planned", scoring__fit='{B: contact.role = "head"}')
    own = worlds.program(worlds.journey("[{id: s, send: a}]"), HOUSE, SCORING, german)
    answers = {}
    for country in ("US", "DE"):
        contact = Contact("john", worlds.JOHN | {"contact.country": country}, NOON)
        host = Host(own, Draws(7, 0), contact, "walk", ("marketing",), around, around, around, around)
        asked = Job("gate", {"purposes": "marketing"}, {"item": "a", "asked_since": moment(NOON)})
        answers[country] = (host.handle(asked, NOON)["answer"], host.lookup("fit", NOON))
    assert answers == {"US": ("send", "A"), "DE": ("skip", "B")}


def test_the_gate_says_until_when_it_defers(host: Host) -> None:
    found = host.handle(gate(asked_since=NIGHT), NIGHT)
    assert found == {"answer": "defer", "reason": "quiet_hours", "locale": "", "retry_at": "2026-01-06T13:00:00Z"}


def test_the_gate_skips_what_was_sent_before(host: Host, around: Surroundings) -> None:
    sent(host, around)
    assert host.handle(gate(), NOON)["reason"] == "already_sent"


def test_a_send_is_remembered_and_can_be_told_from_all_others(host: Host, around: Surroundings) -> None:
    host.handle(
        Job("send", {"step": "awareness"}, {"item": "cybersecurity", "send_op": "awareness/cybersecurity"}), NOON
    )
    message = around.sent[0]
    assert (message.item, message.number, message.op) == ("cybersecurity", 1, "awareness/cybersecurity")
    host.delivered(message, NOON)
    assert around.published == [("delivery", "john-doe/cybersecurity/1", {"delivered": True})]


def test_a_hard_bounce_reaches_exits_before_the_process_goes_on(host: Host, around: Surroundings) -> None:
    message = sent(host, around)
    host.bounced(message, NOON, hard=True)
    assert around.names() == ["exit_bounced", "facts_changed", "delivery"]
    assert host.lookup("contact", NOON)["deliverable"] is False  # type: ignore[index]  # a context


def test_a_click_is_given_to_the_listen_with_its_delay_and_else_to_exits(host: Host, around: Surroundings) -> None:
    message = sent(host, around)
    around.awaited = {"reaction_clicked"}
    host.reaction(Clicked(message.item, message.number), NOON + 90)
    assert around.published[0] == (
        "reaction_clicked", "john-doe/workforce-crisis/1", {"click_delay": 90, "every_link": False},
    )  # fmt: skip
    around.published.clear()
    around.awaited = set()
    host.reaction(SalesRequested(message.item, message.number), NOON + 91)
    assert around.names()[:3] == ["reaction_sales_request", "ladder_sales_request", "exit_sales_request"]


def test_an_opt_out_takes_the_consent_and_tells_the_process(host: Host, around: Surroundings) -> None:
    message = sent(host, around)
    host.reaction(Unsubscribed(message.item, message.number), NOON + 5)
    assert host.contact.fields["contact.consent_marketing"] is False
    assert around.names() == ["reaction_unsubscribed", "exit_unsubscribed", "facts_changed", "exit_consent_lost"]


@pytest.mark.parametrize("taken", ["reaction_unsubscribed", "exit_unsubscribed"])
def test_an_opt_out_that_was_awaited_or_led_out_loses_no_consent_besides(
    host: Host, around: Surroundings, taken: str
) -> None:
    message = sent(host, around)
    around.awaited = {taken}
    host.reaction(Unsubscribed(message.item, message.number), NOON + 5)
    assert around.names()[-2:] == [taken, "facts_changed"]


def test_a_consent_that_is_taken_back_is_told_after_the_fact(host: Host, around: Surroundings) -> None:
    host.fact("contact.consent_profiling", False, NOON)  # the field's value
    paths = ["contact.consent_profiling", "consent_taken_back", "consent_lost"]
    assert [name for name, _, _ in around.published] == ["facts_changed", "exit_consent_lost"]
    assert sorted(around.published[0][2]["changed_paths"]) == sorted(paths)  # type: ignore[call-overload]  # a list
    host.fact("contact.consent_profiling", False, NOON + 1)  # as before
    assert around.names()[2:] == ["facts_changed"]


def test_a_further_request_raises_the_open_lead_and_its_outcome_still_counts(host: Host, around: Surroundings) -> None:
    headers = {"desk": "us-imaging", "place": f"{JOURNEY}/sdr"}
    host.handle(Job("handoff", headers, {"cause": "mql"}), NOON)
    assert host.contact.leads["us-imaging"].cause == "score"
    assert host.handle(Job("handoff", headers, {"cause": "sales_request"}), NOON + 1)["joined"] is True
    assert host.contact.leads["us-imaging"].cause == "request"
    host.outcome(around.opened[0], "us-imaging", "accepted", NOON + 86_400)
    assert host.contact.leads == {}


def test_a_suppressed_send_is_asked_again_when_the_fact_changes(host: Host, around: Surroundings) -> None:
    host.fact("hospital.open_ticket", True, NOON)  # the field's value
    assert host.handle(gate(), NOON)["reason"] == "suppressed.system-down"
    around.published.clear()
    host.fact("contact.web_topic", "ct", NOON)
    assert "gate_again" not in around.names()
    host.fact("hospital.open_ticket", False, NOON)  # the field's value
    assert "gate_again" in around.names()


def test_a_lead_is_created_once_and_a_further_cause_joins_it(host: Host, around: Surroundings) -> None:
    job = Job("handoff", {"desk": "us-imaging", "place": f"{JOURNEY}/sdr"}, {"cause": "sales_request"})
    first, second = host.handle(job, NOON), host.handle(job, NOON + 1)
    assert first == {"lead_key": f"john-doe~{JOURNEY}/sdr~1", "joined": False, "lead_cause": "request"}
    assert second["joined"] is True
    assert len(around.opened) == 1
    assert host.lookup("lead", NOON)["open"] is True  # type: ignore[index]  # a context
    host.outcome(around.opened[0], "us-imaging", "recycled", NOON + 86_400)
    assert around.published[-1] == ("lead_outcome", f"john-doe~{JOURNEY}/sdr~1", {"outcome": "recycled"})


def test_an_update_changes_score_and_fields_and_can_make_an_mql(host: Host, around: Surroundings) -> None:
    headers = {"path_1": "score", "change_1": "add", "path_2": "contact.topic", "change_2": "set"}
    host.handle(Job("update", headers, {"value_1": 30, "value_2": "digital"}), NOON)
    assert host.contact.score.hundredths == 3_000
    assert host.contact.fields["contact.topic"] == "digital"
    assert around.names() == ["exit_mql", "facts_changed"]
    assert [effect.kind for effect in around.effects] == [Kind.SCORED, Kind.MQL, Kind.FACT]


@pytest.mark.parametrize(
    ("headers", "value", "answer"),
    [
        ({"moment": "2bd"}, None, {"moment": "2026-01-08T17:00:00Z"}),
        ({"moment": "tue 09:00", "zone": "America/New_York"}, None, {"moment": "2026-01-13T14:00:00Z"}),
        ({"moment": "value"}, date(2026, 2, 1), {"moment": "2026-02-01T05:00:00Z", "moment_reason": "elapsed"}),
        ({"moment": "value"}, date(2025, 2, 1), {"moment": "2026-01-06T17:00:00Z", "moment_reason": "past"}),
        ({"moment": "value"}, None, {"moment": "2026-01-06T17:00:00Z", "moment_reason": "unknown"}),
    ],
)
def test_moments_are_counted_in_the_contacts_calendar(
    host: Host, headers: dict[str, str], value: object, answer: dict[str, object]
) -> None:
    assert host.handle(Job("update", headers, {"value": value}), NOON) == answer


@pytest.mark.parametrize(
    "job",
    [
        Job("gate", HEADERS, {"item": "no-such-item", "asked_since": moment(NOON)}),
        Job("gate", HEADERS, {"item": "workforce-crisis", "asked_since": None}),
        Job("send", {}, {"item": None}),
        Job("dance"),
    ],
)
def test_a_job_that_cannot_be_done_says_why(host: Host, job: Job) -> None:
    with pytest.raises(JobError):
        host.handle(job, NOON)
