from __future__ import annotations

import json

import pytest

from journeyctl.report import history_json, history_text
from journeyctl.results.history import History, history_of
from journeyctl.semantics.effects import Kind
from tests.results.events import Event, at, event, record_of

WHO = "u17/h2/c1/p3"


def row(day: float, kind: Kind, item: str = "", reason: str = "", **columns: str | int) -> Event:
    place: dict[str, str | int] = {"journey": "heads-of-radiology", "visit": 1, "step": "awareness"}
    return event(WHO, at(day, 9), kind, item=item, reason=reason, **(place | columns))


EVENTS = (
    row(0, Kind.ENTERED),
    row(0, Kind.REQUESTED_SEND, "workforce-crisis"),
    row(0, Kind.DEFERRED, "workforce-crisis", "capped.radiology-week", value=at(1, 9)),
    row(1, Kind.SENT, "workforce-crisis", "en-US"),
    row(1, Kind.BOUNCED, "workforce-crisis", "hard"),
    row(2, Kind.REQUESTED_SEND, "cybersecurity"),
    row(2, Kind.SKIPPED, "cybersecurity", "undeliverable"),
    row(3, Kind.DELIVERED, reason="other_mail", line="ct", journey="", visit=0, step=""),
    row(4, Kind.ATTEMPTED, desk="us", team="imaging", worker=2, lead="l", journey="", visit=0, step=""),
    row(5, Kind.WON, line="mri", value=123_456_700, journey="", visit=0, step=""),
)
AT_80 = """\
u17/h2/c1/p3: replication 4, one of 3 that know the contact, times in UTC
  accounts: u1/h1/c1, u1/h1, u1
  journey: heads-of-radiology

  Mon 05 Jan 2026 09:00  entered
                         awareness: wants to send workforce-crisis
                         awareness: workforce-crisis waits at the gate:
                         capped.radiology-week until Tue 06 Jan 09:00
  Tue 06 Jan 2026 09:00  awareness: sent workforce-crisis
                         workforce-crisis bounced (hard)
  Wed 07 Jan 2026 09:00  awareness: cybersecurity is not sent: undeliverable
  Thu 08 Jan 2026 09:00  mail of the line ct delivered
  Fri 09 Jan 2026 09:00  us: called by SDR 2 of imaging
  Sat 10 Jan 2026 09:00  won mri 1,234,567.00

2 messages fell due: 1 sent, 1 skipped
  cybersecurity (heads-of-radiology, awareness), due Wed 07 Jan 2026 09:00:
    skipped, undeliverable; workforce-crisis bounced (hard) on Tue 06 Jan 2026
    09:00
"""


def history(*events: Event) -> History:
    return history_of(record_of(*events, replication=4), replications=(1, 4, 9), metadata={"seed": "7"})


def test_a_history_tells_when_what_and_why_not() -> None:
    assert history_text.render(history(*EVENTS), zone="UTC", width=80) == AT_80


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_history_fits_its_columns(width: int) -> None:
    text = history_text.render(history(*EVENTS), zone="America/New_York", width=width)
    assert [line for line in text.splitlines() if len(line) > width] == []
    assert "Mon 05 Jan 2026 04:00" in text


def test_every_kind_of_event_has_words() -> None:
    events = [row(day, kind, "a", "why", desk="d", line="l", team="t", worker=1) for day, kind in enumerate(Kind)]
    text = history_text.render(history(*events), zone="UTC", width=80)
    assert "{" not in text
    assert "Kind." not in text


def test_journeys_are_named_at_each_line_only_where_there_are_several() -> None:
    text = history_text.render(
        history(row(0, Kind.ENTERED), row(1, Kind.ENTERED, journey="other")), zone="UTC", width=80
    )
    assert "journeys: heads-of-radiology, other" in text
    assert "other: entered" in text


def test_a_contact_whom_nothing_was_to_be_sent_is_told_so() -> None:
    assert "no message fell due" in history_text.render(history(row(0, Kind.ENTERED)), zone="UTC", width=80)


def test_control_characters_of_a_log_never_reach_the_terminal() -> None:
    text = history_text.render(history(row(0, Kind.FACT, reason="\x1b[2J")), zone="UTC", width=80)
    assert "\x1b" not in text


def test_the_json_form_has_the_same_content() -> None:
    document = json.loads(history_json.render(history(*EVENTS)))
    assert (document["format_version"], document["log_version"], document["seed"]) == (1, 1, 7)
    assert (document["contact"], document["replication"], document["replications"]) == (WHO, 4, [1, 4, 9])
    assert [found["kind"] for found in document["events"]] == [effect.kind.value for _, effect in EVENTS]
    assert document["messages"][1] == {
        "journey": "heads-of-radiology", "visit": 1, "step": "awareness", "item": "cybersecurity", "due": at(2, 9),
        "fate": "skipped", "at": at(2, 9), "reason": "undeliverable", "waited": {},
        "behind": document["events"][4],
    }  # fmt: skip
