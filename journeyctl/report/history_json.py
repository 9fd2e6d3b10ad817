"""One contact's history as one JSON document."""

from __future__ import annotations

import json

from journeyctl import __version__
from journeyctl.results.history import History, Request
from journeyctl.results.record import COLUMNS, LOG_VERSION, EventRow

FORMAT_VERSION = 1


def render(history: History) -> str:
    """Every event with its columns that are not empty, and every message that fell due with what became of it."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "log_version": LOG_VERSION,
        "workspace_hash": history.metadata.get("workspace_hash"),
        "seed": _seed(history.metadata.get("seed")),
        "contact": history.contact,
        "replication": history.replication,
        "replications": list(history.replications),
        "events": [_columns(row) for row in history.rows],
        "messages": [_message(request) for request in history.requests],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _seed(text: str | None) -> int | None:
    return int(text) if text is not None and text.removeprefix("-").isdecimal() else None


def _columns(row: EventRow) -> dict[str, object]:
    cells = {name: getattr(row, name) for name in COLUMNS if name not in ("replication", "contact")}
    known = {name: cell for name, cell in cells.items() if name not in ("time", "kind") and cell not in ("", 0)}
    return {"time": row.time, "kind": row.kind.value} | known


def _message(request: Request) -> dict[str, object]:
    due = request.due
    return {
        "journey": due.journey,
        "visit": due.visit,
        "step": due.step,
        "item": due.item,
        "due": due.time,
        "fate": request.fate.value,
        "at": request.at,
        "reason": request.reason,
        "waited": dict(request.waited),
        "behind": None if request.behind is None else _columns(request.behind),
    }
