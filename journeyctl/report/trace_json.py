"""One contact's walk as one JSON document."""

from __future__ import annotations

import json

from journeyctl import __version__
from journeyctl.semantics.effects import Effect
from journeyctl.trace.reasons import Reason
from journeyctl.trace.walk import Walk

FORMAT_VERSION = 1


def render(walk: Walk, *, workspace_hash: str) -> str:
    """Every effect with its columns that are not empty, and the conditions behind it."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "workspace_hash": workspace_hash,
        "journey": walk.script.journey,
        "entry_at": walk.entry_at,
        "defaults_used": list(walk.defaults_used),
        "moments": [
            {**_columns(moment.effect), "why": [_reason(reason) for reason in moment.why]} for moment in walk.moments
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _columns(effect: Effect) -> dict[str, object]:
    found = effect._asdict()
    return {"time": found["time"], "kind": found["kind"].value} | {
        name: value for name, value in found.items() if name not in ("time", "kind") and value not in ("", 0)
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {"condition": reason.text, "answer": reason.answer, "values": dict(reason.values), "target": reason.target}
