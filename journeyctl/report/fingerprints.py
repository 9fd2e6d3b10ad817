"""Fingerprints: recognise the same finding in a later run, whatever moved in the file meanwhile.

Baselines, SARIF and GitLab compare findings by them. They hold no line numbers and no message texts.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Sequence

from journeyctl.diagnostics import Finding
from journeyctl.spec.source import Sources

_LENGTH = 32
_SHOWN_VALUE = 2_000
"""Characters of a value that count; a longer one is recognised by its start."""


def fingerprints(findings: Sequence[Finding], sources: Sources) -> tuple[str, ...]:
    """One fingerprint of 32 hexadecimal digits per finding, in the same order, no two alike.

    Findings that agree in code, file, place and value are told apart by their number among their likes.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        content = _content(finding, sources)
        found.append(hashlib.sha256(f"{content}\n{seen[content]}".encode("utf-8", "replace")).hexdigest()[:_LENGTH])
        seen[content] += 1
    return tuple(found)


def _content(finding: Finding, sources: Sources) -> str:
    origin = finding.origin
    route = [str(key) for key in sources.logical_route(origin)]
    return json.dumps([finding.code, origin.file, route, _normalised(sources.value_at(origin))])


def _normalised(value: object) -> str:
    """A scalar without differences of spacing and composition; of mappings and lists only the sort.

    What a mapping holds may change without touching what was found at it.
    """
    if isinstance(value, dict | list):
        return type(value).__name__
    text = value if isinstance(value, str) else json.dumps(value)
    return unicodedata.normalize("NFC", " ".join(text.split()))[:_SHOWN_VALUE]
