"""Event records as XES 1.0 (IEEE 1849), for process-mining tools.

A trace is the history of one contact in one replication; leads from elsewhere, which have no contact, are traces
of their own. An event's `concept:name` is its kind, its attributes are the other columns that apply. Events are
moments, so all have the transition `complete`; what a call took is in `value`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Final
from xml.sax.saxutils import XMLGenerator

import numpy as np

from journeyctl.output_file import replacing
from journeyctl.results.record import COLUMNS, LOG_VERSION, NUMBERS, EventRecord, EventRow, Integers

_EXTENSIONS: Final = (
    ("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org"),
)  # fmt: skip
_CLASSIFIERS: Final = (("Kind of event", "concept:name"), ("Kind of event and step", "concept:name step"))
_OF_TRACE: Final = ("contact", "clinic", "hospital", "umbrella", "source")
_OF_EVENT: Final = tuple(name for name in COLUMNS if name not in (*_OF_TRACE, "replication", "time", "kind", "step"))
_COMPLETE: Final = ("string", "lifecycle:transition", "complete")
_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold, not even escaped."""


def write_xes(record: EventRecord, path: Path, *, metadata: Mapping[str, str] | None = None) -> None:
    """Writes the rows, which must be in file order. The file appears whole or not at all."""
    with replacing(path) as file:
        document = _Document(XMLGenerator(file, "utf-8", short_empty_elements=True))
        document.begin({**(metadata or {}), "log_version": str(LOG_VERSION)})
        several = len(record.replications()) > 1
        for rows in _traces(record):
            document.trace(record.take(rows), several=several)
        document.end()


def _traces(record: EventRecord) -> Iterator[Integers]:
    """Rows of one trace after the other: of a contact in a replication, else of a lead."""
    if not len(record):
        return
    contact, lead = record.column("contact"), record.column("lead")
    changes = np.zeros(len(record), np.bool_)
    for column in (record.column("replication"), contact):
        changes[1:] |= column[1:] != column[:-1]
    for rows in np.split(np.arange(len(record)), np.flatnonzero(changes)):
        if contact[rows[0]]:
            yield rows
            continue
        for name in dict.fromkeys(lead[rows].tolist()):
            yield rows[lead[rows] == name]


class _Document:
    """The elements of a log, in the order in which the schema wants them."""

    def __init__(self, out: XMLGenerator) -> None:
        self._out = out

    def begin(self, metadata: Mapping[str, str]) -> None:
        """Everything before the first trace."""
        self._out.startDocument()
        _start(self._out, "log", {"xes.version": "1.0", "xmlns": "http://www.xes-standard.org/"})
        for name, prefix in _EXTENSIONS:
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            self._put(_element("extension", ("name", name), ("prefix", prefix), ("uri", uri), depth=1))
        self._within("global", [_attribute("string", "concept:name", "", 2)], depth=1, scope="trace")
        promised = [
            _attribute("string", "concept:name", "", 2), _attribute("date", "time:timestamp", _moment(0), 2),
            _attribute(*_COMPLETE, 2), _attribute("string", "step", "", 2),
        ]  # fmt: skip
        self._within("global", promised, depth=1, scope="event")
        for name, keys in _CLASSIFIERS:
            self._put(_element("classifier", ("name", name), ("keys", keys), depth=1))
        self._put(_attribute("string", "lifecycle:model", "standard", 1))
        for key, text in sorted(metadata.items()):
            self._put(_attribute("string", key, text, 1))

    def end(self) -> None:
        """The end of the log."""
        self._put("\n")
        self._out.endElement("log")
        self._out.endDocument()

    def trace(self, rows: EventRecord, *, several: bool) -> None:
        """One trace; with several replications its name ends with the number of its own."""
        first, *rest = rows.rows()
        self._put("\n  ")
        _start(self._out, "trace", {})
        name = first.contact or first.lead
        self._put(_attribute("string", "concept:name", f"{name}#{first.replication}" if several else name, 2))
        self._put(_attribute("int", "replication", str(first.replication), 2))
        self._put("".join(_cells(first, _OF_TRACE, depth=2)))
        for row in (first, *rest):
            self._within("event", _of_event(row), depth=2)
        self._put("\n  ")
        self._out.endElement("trace")

    def _within(self, name: str, parts: Iterable[str], *, depth: int, **attributes: str) -> None:
        margin = "\n" + "  " * depth
        self._put(margin)
        _start(self._out, name, attributes)
        self._put("".join(parts) + margin)
        self._out.endElement(name)

    def _put(self, text: str) -> None:
        """Text that is XML already, or space between elements; the generator has no other way to take it as it is."""
        self._out.ignorableWhitespace(text)


def _of_event(row: EventRow) -> Iterator[str]:
    yield _attribute("string", "concept:name", row.kind.value, 3)
    yield _attribute("date", "time:timestamp", _moment(row.time), 3)
    yield _attribute(*_COMPLETE, 3)
    yield _attribute("string", "step", row.step, 3)
    if row.team:
        yield _attribute("string", "org:group", row.team, 3)
    if row.worker:
        yield _attribute("string", "org:resource", f"{row.desk}/{row.team}/{row.worker}", 3)
    yield from _cells(row, _OF_EVENT, depth=3)


def _cells(row: EventRow, keys: Iterable[str], *, depth: int) -> Iterator[str]:
    """The columns that apply."""
    for key in keys:
        cell = getattr(row, key)
        if cell:
            yield _attribute("int" if key in NUMBERS else "string", key, str(cell), depth)


# --- elements, one a line


@lru_cache(maxsize=1 << 16)
def _attribute(kind: str, key: str, value: str, depth: int) -> str:
    """Remembered, because most attributes of a log are those of another event too."""
    return _element(kind, ("key", key), ("value", value), depth=depth)


def _element(name: str, *attributes: tuple[str, str], depth: int) -> str:
    out = StringIO()
    one = XMLGenerator(out, "utf-8", short_empty_elements=True)
    _start(one, name, dict(attributes))
    one.endElement(name)
    return "\n" + "  " * depth + out.getvalue()


def _start(out: XMLGenerator, name: str, attributes: Mapping[str, str]) -> None:
    written = {key: _NOT_IN_XML.sub("\ufffd", value) for key, value in attributes.items()}
    # The generator only asks for `items`, which is all that a mapping of names needs.
    out.startElement(name, written)  # type: ignore[arg-type]  # only `items` is asked of it


def _moment(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat()
