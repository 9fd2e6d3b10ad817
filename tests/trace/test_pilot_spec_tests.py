"""The spec tests of the reference workspace pass, and notice when what they guard is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyctl.graph.lowering import lower
from journeyctl.model.specification import Workspace
from journeyctl.spec import load_with_findings
from journeyctl.trace.spec_test import TestResult, run_tests

ROOT = Path(__file__).parents[2]


def _workspace(texts: dict[str, bytes] | None = None) -> Workspace:
    loaded = load_with_findings(ROOT, texts=texts)
    assert loaded.workspace is not None
    assert not loaded.findings
    return loaded.workspace


def _results(texts: dict[str, bytes] | None = None) -> dict[str, TestResult]:
    workspace = _workspace(texts)
    return {result.name: result for result in run_tests(workspace, lower(workspace))}


def _broken(file: str, before: str, after: str) -> dict[str, bytes]:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {file}"
    return {file: text.replace(before, after).encode()}


@pytest.fixture(scope="module")
def results() -> dict[str, TestResult]:
    return _results()


def test_all_spec_tests_of_the_pilot_pass(results: dict[str, TestResult]) -> None:
    failed = {name: result.failures for name, result in results.items() if not result.passed}
    assert not failed
    assert len(results) >= 25


@pytest.mark.parametrize(
    "name",
    [
        "john-doe",
        "routing/recent-with-digital",
        "routing/nothing-known",
        "two-years/on-the-day",
        "two-years/date-unknown",
        "system-down",
        "just-bought",
        "consent-journey/mail-only",
        "consent-newsletter/mail-only",
    ],
)
def test_each_promised_scenario_is_among_them(results: dict[str, TestResult], name: str) -> None:
    assert results[name].passed


@pytest.mark.parametrize(
    ("file", "before", "after", "noticed_by"),
    [
        pytest.param(
            "content_catalog/radiology.yaml",
            "next: [cybersecurity, intelligent-imaging, ai-in-radiology,",
            "next: [intelligent-imaging, cybersecurity, ai-in-radiology,",
            "john-doe",
            id="two siblings of the house changed places",
        ),
        pytest.param(
            "journey_specs/journeys/head-of-radiology-us.yaml",
            'account.last_purchase >= today() - duration("P2Y") and account.has_digital, go: upgrade',
            'account.last_purchase > today() - duration("P2Y") and account.has_digital, go: upgrade',
            "two-years/on-the-day",
            id="the boundary day of a purchase no longer counts",
        ),
        pytest.param(
            "journey_specs/policies.yaml",
            "- {name: system-down, when: hospital.open_ticket, then: defer}",
            "- {name: system-down, when: not(hospital.open_ticket), then: skip}",
            "system-down",
            id="an open ticket no longer holds mail back",
        ),
        pytest.param(
            "journey_specs/policies.yaml",
            "unknown: refused",
            "unknown: granted",
            "consent-journey/profiling-unknown",
            id="an unknown consent counts as given",
        ),
    ],
)
def test_a_broken_specification_fails_its_test(file: str, before: str, after: str, noticed_by: str) -> None:
    result = _results(_broken(file, before, after))[noticed_by]
    assert not result.passed
    assert all(failure.expected != failure.found for failure in result.failures)
