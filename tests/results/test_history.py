"""A contact's history: every message that fell due has an end, and a reason where it was not sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.results.history import Fate, History, history_of, read_history
from journeyctl.results.log_csv import write_csv
from journeyctl.results.log_parquet import write_parquet
from journeyctl.results.record import joined
from journeyctl.semantics.effects import Kind
from tests.results.events import Event, at, event, message, record_of

WHO = "u1/h1/c1/p1"


def row(day: float, kind: Kind, item: str = "", reason: str = "", *, visit: int = 1, journey: str = "j") -> Event:
    return event(WHO, at(day), kind, journey=journey, visit=visit, step="mail", item=item, reason=reason)


def history(*events: Event) -> History:
    return history_of(record_of(*events), replications=(0,), metadata={})


def test_a_message_that_goes_out_after_waiting_tells_what_held_it_up() -> None:
    (request,) = history(
        row(0, Kind.REQUESTED_SEND, "a"),
        row(0, Kind.DEFERRED, "a", "quiet_hours"),
        row(1, Kind.DEFERRED, "a", "capped.week"),
        row(2, Kind.DEFERRED, "a", "capped.week"),
        row(3, Kind.SENT, "a", "en-US"),
    ).requests
    assert (request.fate, request.at, dict(request.waited)) == (Fate.SENT, at(3), {"quiet_hours": 1, "capped.week": 2})


@pytest.mark.parametrize(
    ("end", "fate", "reason", "behind"),
    [
        ([row(2, Kind.SKIPPED, "a", "undeliverable")], Fate.SKIPPED, "undeliverable", Kind.BOUNCED),
        ([row(2, Kind.SKIPPED, "a", "no_consent.marketing")], Fate.SKIPPED, "no_consent.marketing", Kind.UNSUBSCRIBED),
        ([row(2, Kind.SKIPPED, "a", "expired")], Fate.SKIPPED, "expired", None),
        ([row(2, Kind.DROPPED, "a", "gate"), row(2, Kind.ENDED, "", "opted-out")], Fate.DROPPED, "opted-out", None),
        ([row(2, Kind.DEFERRED, "a", "capped.week")], Fate.WAITING, "capped.week", None),
        ([], Fate.WAITING, "", None),
    ],
)
def test_a_message_that_does_not_go_out_has_its_reason(
    end: list[Event], fate: Fate, reason: str, behind: Kind | None
) -> None:
    before = [row(0, Kind.BOUNCED, "z", "soft"), row(0, Kind.BOUNCED, "z", "hard"), row(0, Kind.UNSUBSCRIBED, "z")]
    (request,) = history(*before, row(1, Kind.REQUESTED_SEND, "a"), *end).unsent
    assert (request.fate, request.reason) == (fate, reason)
    assert (request.behind.kind if request.behind else None) == behind


def test_visits_and_journeys_wait_for_their_own_messages() -> None:
    found = history(
        row(0, Kind.REQUESTED_SEND, "a"),
        row(0, Kind.REQUESTED_SEND, "b", journey="k"),
        row(1, Kind.SKIPPED, "b", "expired", journey="k"),
        row(1, Kind.SENT, "a"),
        row(2, Kind.REQUESTED_SEND, "a", visit=2),
    )
    assert [(request.due.item, request.fate) for request in found.requests] == [
        ("a", Fate.SENT), ("b", Fate.SKIPPED), ("a", Fate.WAITING),
    ]  # fmt: skip


@pytest.fixture(params=["log.csv", "log.parquet"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name: str = request.param
    path = tmp_path / name
    others = [pair for number in (2, 12, 13) for pair in message(f"u1/h1/c1/p{number}", at(0))]
    record = joined(
        [
            record_of(*others, event("", at(0), Kind.FACT)),
            record_of(*message(WHO, at(0)), replication=1),
            record_of(*message(WHO, at(1), opened=1), replication=3),
        ]
    )
    (write_csv if path.suffix == ".csv" else write_parquet)(record, path)
    return path


def test_the_first_replication_that_knows_the_contact_is_told_unless_one_is_named(log: Path) -> None:
    found = read_history(log, WHO)
    assert (found.replication, found.replications, len(found.rows)) == (1, (1, 3), 2)
    assert len(read_history(log, WHO, replication=3).rows) == 3
    with pytest.raises(UsageError, match=r"nothing about 'u1/h1/c1/p1' in replication 0"):
        read_history(log, WHO, replication=0)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("u1/h1/c1/p3", "u1/h1/c1/p1"),
        ("U1/h1/c1/p13", "u1/h1/c1/p13"),
        ("u1/h1/c1/p99", "u1/h1/c1/p"),
        ("", "u1/h1/c1/p1"),
    ],
)
def test_a_contact_that_is_not_there_gets_names_like_it(log: Path, name: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"knows no contact '{name}'") as raised:
        read_history(log, name)
    assert raised.value.help.startswith(f"names like it: {near}")


def test_only_logs_that_can_be_searched_are_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'log\.xes' is no log that can be searched"):
        read_history(tmp_path / "log.xes", WHO)
    write_csv(record_of(event("", at(0), Kind.FACT)), tmp_path / "log.csv")
    with pytest.raises(UsageError, match="has no contacts"):
        read_history(tmp_path / "log.csv", WHO)


def test_a_log_of_another_version_is_told(log: Path) -> None:
    if log.suffix == ".csv":
        log.write_text(log.read_text(encoding="utf-8").replace("\n1,", "\n2,"), encoding="utf-8")
    else:
        from pyarrow import parquet

        table = parquet.read_table(log)
        parquet.write_table(table.replace_schema_metadata({"log_version": "2"}), log)
    with pytest.raises(UsageError, match="log version '2'"):
        read_history(log, WHO)
