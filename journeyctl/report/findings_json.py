"""Findings as one JSON document, for other programs. Positions count from 1, in code points, ends excluded."""

from __future__ import annotations

import json
from collections.abc import Sequence

from journeyctl.diagnostics import Finding, Position
from journeyctl.report.fingerprints import fingerprints
from journeyctl.spec.source import Located, LocatedLabel, Sources

FORMAT_VERSION = 1
"""Raised when a field changes its meaning or goes away; new fields do not raise it."""


def render(findings: Sequence[Finding], sources: Sources, *, tool_version: str) -> str:
    """The document as text, its findings by file and line, with a line break at the end."""
    located = sources.resolve_all(findings)
    marks = fingerprints([item.finding for item in located], sources)
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": tool_version},
        "files": len(sources.files),
        "findings": [_entry(item, mark, sources) for item, mark in zip(located, marks, strict=True)],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _entry(located: Located, fingerprint: str, sources: Sources) -> dict[str, object]:
    finding = located.finding
    fix = finding.fix
    return {
        "code": finding.code,
        "slug": finding.slug,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": finding.origin.file or None,
        **_place(located.position),
        "route": list(sources.logical_route(finding.origin)),
        "labels": [_label(label) for label in located.labels],
        "help": finding.help or None,
        "fix": fix and {"description": fix.description, "replacement": fix.replacement, "safe": fix.safe},
        "fingerprint": fingerprint,
        "doc": f"journeyctl explain {finding.code}",
    }


def _label(located: LocatedLabel) -> dict[str, object]:
    label = located.label
    return {"message": label.message, "file": label.origin.file or None, **_place(located.position)}


def _place(position: Position | None) -> dict[str, int | None]:
    return {
        "line": position.line if position else None,
        "column": position.column if position else None,
        "end_line": position.end_line if position else None,
        "end_column": position.end_column if position else None,
    }
