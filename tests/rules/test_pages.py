"""Every page's examples behave as the page says, and every code that can be found has a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import journeyctl
from journeyctl.rules.base import Page, Rule, all_rules, page, pages
from journeyctl.spec.decoding_rules import DecodingRule
from journeyctl.spec.yaml_limits import ReadingRule
from tests.rules.examples import check

PACKAGE = Path(journeyctl.__file__).parent
EXAMPLES = [page for page in pages() if "# JC" in page.section("Bad")]


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.code)
def test_the_bad_example_has_exactly_the_findings_that_it_marks(page: Page, tmp_path: Path) -> None:
    bad = page.section("Bad")
    assert page.code in re.findall(r"JC\d{3}", bad)
    check(bad, tmp_path)


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.code)
def test_the_good_example_has_no_findings(page: Page, tmp_path: Path) -> None:
    assert "# JC" not in page.section("Good")
    check(page.section("Good"), tmp_path)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_examples_that_run(rule: Rule) -> None:
    assert rule.page in EXAMPLES


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.code)
def test_every_page_says_why_and_shows_what_is_bad_and_what_is_good(page: Page) -> None:
    sections = [page.section(name) for name in ("Why", "Bad", "Good")]
    assert all(section.strip() for section in sections)
    assert sections[1] != sections[2]
    assert page.summary.endswith(".")
    assert max(len(line) for line in page.text.splitlines()) <= 120


def test_every_rule_of_reading_and_decoding_has_a_page_with_the_same_name() -> None:
    named = {page.code: page.slug for page in pages()}
    for rule in (*ReadingRule, *DecodingRule, *all_rules()):
        assert named[rule.code] == rule.slug


def test_no_finding_is_made_anywhere_with_a_code_that_has_no_page() -> None:
    known = {page.code for page in pages()}
    found = {
        code: path.name
        for path in PACKAGE.rglob("*.py")
        for code in re.findall(r'(?:Finding\(|Finding\(\[|code=)\s*"(JC\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert found
    assert {code: name for code, name in found.items() if code not in known} == {}


def test_no_two_pages_share_a_code() -> None:
    codes = [page.code for page in pages()]
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("word", ["JC201", "jc201", "unreachable-step", "Unreachable-Step"])
def test_a_page_is_found_by_code_and_by_name(word: str) -> None:
    assert page(word).code == "JC201"


def test_a_page_without_a_head_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with a line"):
        Page.of("no-code: something.")
