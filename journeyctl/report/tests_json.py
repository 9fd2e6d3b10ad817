"""Results of spec tests as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Sequence

from journeyctl import __version__
from journeyctl.trace.spec_test import TestResult

FORMAT_VERSION = 1


def render(results: Sequence[TestResult], *, workspace_hash: str) -> str:
    """Every test with its failures; routes name the place of each expectation."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "workspace_hash": workspace_hash,
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "tests": [_test(result) for result in results],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _test(result: TestResult) -> dict[str, object]:
    return {
        "name": result.name,
        "title": result.title,
        "journey": result.journey,
        "file": result.origin.file,
        "passed": result.passed,
        "failures": [
            {
                "what": failure.what,
                "expected": failure.expected,
                "found": failure.found,
                "file": failure.origin.file,
                "route": failure.origin.dotted(),
            }
            for failure in result.failures
        ],
    }
