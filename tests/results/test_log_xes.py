"""XES files: an independent process-mining tool reads the traces that were written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from journeyctl.diagnostics import UsageError
from journeyctl.results.log_xes import write_xes
from journeyctl.results.record import EventRecord, empty_record, joined
from journeyctl.semantics.effects import Kind
from tests.results.events import at, event, lead, message, record_of

XES = "{http://www.xes-standard.org/}"
ODD = 'a "quoted" <text> & more\nover two lines, ü €, and a bell \x07'
EVENTS = (
    *message("u1/h1/c1/p1", at(0), opened=1),
    *lead("u1/h1/c1/p2", at(2), called=at(2, 3)),
    event("u1/h1/c1/p1", at(3), Kind.FACT, reason=ODD),
)


def written(record: EventRecord, folder: Path, **metadata: str) -> etree._Element:
    write_xes(record.in_file_order(), folder / "log.xes", metadata=metadata)
    return etree.parse(folder / "log.xes").getroot()


def attributes(element: etree._Element) -> dict[str, str]:
    return {part.get("key"): part.get("value") for part in element if part.get("key") is not None}


def test_a_log_names_its_version_its_extensions_and_where_it_comes_from(tmp_path: Path) -> None:
    log = written(record_of(*EVENTS), tmp_path, workspace_hash="abc", seed="7")
    assert (log.tag, log.get("xes.version")) == (f"{XES}log", "1.0")
    assert [part.get("prefix") for part in log.findall(f"{XES}extension")] == ["concept", "time", "lifecycle", "org"]
    own = {"log_version": "1", "workspace_hash": "abc", "seed": "7", "lifecycle:model": "standard"}
    assert attributes(log) == own
    order = [etree.QName(part).localname for part in log]
    assert order[:4] == ["extension"] * 4
    assert order[4:8] == ["global", "global", "classifier", "classifier"]


def test_a_trace_is_one_contact_with_its_events_in_the_order_of_time(tmp_path: Path) -> None:
    log = written(record_of(*EVENTS), tmp_path)
    first, second = log.findall(f"{XES}trace")
    expected = {"concept:name": "u1/h1/c1/p1", "replication": "0", "contact": "u1/h1/c1/p1", "clinic": "u1/h1/c1"}
    assert expected.items() <= attributes(first).items()
    events = [attributes(found) for found in first.findall(f"{XES}event")]
    assert [found["concept:name"] for found in events] == ["sent", "delivered", "opened", "fact"]
    assert [found["item"] for found in events[:3]] == ["a"] * 3
    assert events[3]["reason"] == ODD.replace("\x07", "\ufffd")
    called = [attributes(found) for found in second.findall(f"{XES}event")][-1]
    assert (called["org:group"], called["org:resource"], called["worker"]) == ("t", "d/t/1", "1")


def test_every_event_has_what_the_globals_and_classifiers_promise(tmp_path: Path) -> None:
    log = written(record_of(*EVENTS), tmp_path)
    trace, of_event = log.findall(f"{XES}global")
    assert (trace.get("scope"), of_event.get("scope")) == ("trace", "event")
    promised = set(attributes(of_event))
    assert {"concept:name", "time:timestamp", "lifecycle:transition"} <= promised
    for found in log.iter(f"{XES}event"):
        assert promised <= set(attributes(found))
    for classifier in log.findall(f"{XES}classifier"):
        assert set((classifier.get("keys") or "").split()) <= promised


def test_contacts_of_several_replications_are_traces_with_names_of_their_own(tmp_path: Path) -> None:
    one = message("p", at(0))
    log = written(joined([record_of(*one), record_of(*one, replication=1)]), tmp_path)
    assert [attributes(trace)["concept:name"] for trace in log.findall(f"{XES}trace")] == ["p#0", "p#1"]


def test_leads_without_a_contact_are_traces_of_their_own(tmp_path: Path) -> None:
    events = [
        event("", at(day), kind, lead=name, desk="d")
        for day, kind, name in ((0, Kind.HANDED_OFF, "a"), (1, Kind.HANDED_OFF, "b"), (2, Kind.ROUTED, "a"))
    ]
    log = written(record_of(*events), tmp_path)
    found = [
        (attributes(trace)["concept:name"], len(trace.findall(f"{XES}event"))) for trace in log.iter(f"{XES}trace")
    ]
    assert found == [("a", 2), ("b", 1)]


def test_an_empty_record_is_a_log_without_traces(tmp_path: Path) -> None:
    assert written(empty_record(), tmp_path).findall(f"{XES}trace") == []


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_xes(record_of(*EVENTS).in_file_order(), tmp_path / name, metadata={"b": "1", "a": "2"})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_xes(empty_record(), tmp_path / "nowhere" / "log.xes")


# It recommends a faster reader of its own each time it reads.
@pytest.mark.filterwarnings("ignore:Install the optional requirement:UserWarning")
@pytest.mark.slow
def test_a_process_mining_tool_reads_every_trace_and_event(tmp_path: Path) -> None:
    pm4py = pytest.importorskip("pm4py", reason="pm4py is in the extra `test`")
    events = [pair for number in (3, 4, 5) for pair in message(f"u1/h1/c1/p{number}", at(number), opened=1, clicked=2)]
    write_xes(record_of(*EVENTS, *events).in_file_order(), tmp_path / "log.xes")
    frame = pm4py.read_xes(str(tmp_path / "log.xes"))
    assert len(frame) == len(EVENTS) + len(events)
    assert sorted(set(frame["case:concept:name"])) == [f"u1/h1/c1/p{number}" for number in range(1, 6)]
    sent = frame[frame["concept:name"] == "sent"].iloc[0]
    assert sent["time:timestamp"].to_pydatetime() == datetime.fromtimestamp(at(0), UTC)
    graph, starts, ends = pm4py.discover_dfg(frame)
    assert graph["sent", "delivered"] == 4
    assert starts == {"sent": 4, "handed_off": 1}
    assert ends == {"fact": 1, "attempted": 1, "clicked": 3}
