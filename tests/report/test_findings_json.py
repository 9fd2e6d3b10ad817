"""Findings for other programs: the document's form, its places, and fingerprints that last."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from journeyctl.diagnostics import NOWHERE, Finding, Fix, Label, Origin, Part, SpecError
from journeyctl.report.findings_json import FORMAT_VERSION, render
from journeyctl.report.fingerprints import fingerprints
from journeyctl.spec.source import Sources
from journeyctl.spec.yaml_reader import read_document

_NUMBER = {"type": ["integer", "null"], "minimum": 1}
_PLACE = {"file": {"type": ["string", "null"]}} | dict.fromkeys(("line", "column", "end_line", "end_column"), _NUMBER)
_TEXT = {"type": "string", "minLength": 1}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


SCHEMA = _closed(
    {
        "format_version": {"const": 1},
        "tool": _closed({"name": {"const": "journeyctl"}, "version": _TEXT}),
        "files": {"type": "integer", "minimum": 0},
        "findings": {
            "type": "array",
            "items": _closed(
                _PLACE
                | {
                    "code": {"type": "string", "pattern": "^JC[0-9]{3}$"},
                    "slug": {"type": "string", "pattern": "^[a-z0-9-]+$"},
                    "severity": {"enum": ["error", "warning", "info"]},
                    "message": _TEXT,
                    "route": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "labels": {"type": "array", "items": _closed(_PLACE | {"message": _TEXT})},
                    "help": {"type": ["string", "null"], "minLength": 1},
                    "fix": {
                        "anyOf": [
                            {"type": "null"},
                            _closed(
                                {"description": _TEXT, "replacement": {"type": "string"}, "safe": {"type": "boolean"}}
                            ),
                        ]
                    },
                    "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                    "doc": _TEXT,
                }
            ),
        },
    }
)

JOURNEY = "kind: journey\nsteps:\n  - {id: a, wait: 7x}\n  - {id: b, wait: 7x}\n"
MOVED = "# moved\nkind: journey\nsteps:\n  - {id: new, wait: 1d}\n  - {id: b, wait: 7x}\n  - {id: a, wait: '7x'}\n"


def sources_of(text: str) -> Sources:
    sources = Sources()
    sources.add_document(read_document("j.yaml", text.encode()))
    return sources


def bad_wait(step: int) -> Finding:
    return Finding("JC020", "bad-duration", "'7x' is no duration", Origin("j.yaml", ("steps", step, "wait")))


def document(findings: list[Finding], sources: Sources) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(render(findings, sources, tool_version="1.2.3"))
    jsonschema.Draft202012Validator(SCHEMA).validate(parsed)
    return parsed


def test_the_document_holds_every_field_of_a_finding() -> None:
    finding = replace(
        bad_wait(1),
        labels=(Label(Origin("j.yaml", ("kind",)), "of this journey", Part.KEY),),
        help="write '7d'",
        fix=Fix("write 7d", "7d", safe=True),
    )
    found = document([finding], sources_of(JOURNEY))
    assert (found["format_version"], found["tool"]["version"], found["files"]) == (FORMAT_VERSION, "1.2.3", 1)
    entry = found["findings"][0]
    del entry["fingerprint"]
    assert entry == {
        "code": "JC020",
        "slug": "bad-duration",
        "severity": "error",
        "message": "'7x' is no duration",
        "file": "j.yaml",
        "line": 4,
        "column": 19,
        "end_line": 4,
        "end_column": 21,
        "route": ["steps", "b", "wait"],
        "labels": [
            {"message": "of this journey", "file": "j.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 5}
        ],
        "help": "write '7d'",
        "fix": {"description": "write 7d", "replacement": "7d", "safe": True},
        "doc": "journeyctl explain JC020",
    }


def test_findings_without_a_file_or_from_a_broken_one_fit_the_schema() -> None:
    sources = Sources()
    content = "a: [1\nb: ü\n".encode()
    with pytest.raises(SpecError) as caught:
        read_document("broken.yaml", content)
    sources.add_broken("broken.yaml", content)
    found = document([Finding("JC130", "no-file", "nothing there", NOWHERE), *caught.value.findings], sources)
    assert [(entry["file"], entry["line"]) for entry in found["findings"]] == [(None, None), ("broken.yaml", 1)]


def test_an_empty_report_is_a_valid_document() -> None:
    assert document([], Sources())["findings"] == []


def test_a_fingerprint_survives_moves_but_not_another_value() -> None:
    before = fingerprints([bad_wait(0), bad_wait(1)], sources_of(JOURNEY))
    assert fingerprints([bad_wait(2), bad_wait(1)], sources_of(MOVED)) == before
    changed = sources_of(JOURNEY.replace("7x", "8x"))
    assert not set(fingerprints([bad_wait(0), bad_wait(1)], changed)) & set(before)


def test_fingerprints_of_one_report_are_unique() -> None:
    nowhere = Finding("JC021", "x", "m", NOWHERE)
    marks = fingerprints([bad_wait(0), bad_wait(0), bad_wait(1), nowhere], sources_of(JOURNEY))
    assert len(set(marks)) == 4
