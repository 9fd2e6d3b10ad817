from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.expr.patterns import compiled, pattern_fault


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^a.b$",
        r"\d{4}-\d\d",
        "(CT|MRI)",
        "(?:ab)+c?",
        "[^a-z]*",
        r"\.\(\)\[",
        "(ab+)?",
        "[]a]",
        "a{2,}b{1,3}",
        r"\\1",
    ],
)
def test_plain_patterns_are_allowed(pattern: str) -> None:
    assert pattern_fault(pattern) is None
    assert compiled(pattern) is not None


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("a" * 201, "201 characters"),
        (r"(a)\1", "back-references"),
        (r"(?P<x>a)(?P=x)", "look-around and other"),
        ("(?=a)", "look-around"),
        ("(?<!a)b", "look-around"),
        ("(?i)a", "look-around and other"),
        (r"\bword", "does not mean the same"),
        ("(a+)+", "a repeated group"),
        ("((a*)b)*", "a repeated group"),
        ("(a|aa)*", "a repeated group"),
        ("a**", "two repetitions"),
        ("a+?", "two repetitions"),
        ("a{1001}", "more than 1,000 times"),
        (".*.*.*.*a", "more than 3 open-ended"),
        ("a{1,}b{1,}c*d+", "more than 3 open-ended"),
        ("[[a]]", "sets inside a class"),
        ("[a--b]", "sets inside a class"),
        ("a)", "no regular expression"),
        ("(a", "no regular expression"),
        ("[a", "never closed"),
        ("[[", "never closed"),
        ("[]", "no regular expression"),
        ("*a", "no regular expression"),
        ("a{3,2}", "no regular expression"),
        ("a\\", "no regular expression"),
    ],
)
def test_other_patterns_are_refused_with_the_reason(pattern: str, fault: str) -> None:
    assert fault in (pattern_fault(pattern) or "")
    assert compiled(pattern) is None


@given(st.text(max_size=30) | st.text(st.sampled_from(r"ab\d()[]{}?*+|^$.-1,:=!<&~"), max_size=30))
def test_any_text_is_judged_and_what_passes_compiles(pattern: str) -> None:
    if pattern_fault(pattern) is None:
        assert isinstance(compiled(pattern), re.Pattern)


@given(st.text(st.sampled_from("a.()|*+?"), max_size=12))
def test_allowed_patterns_end_soon_on_unkind_texts(pattern: str) -> None:
    allowed = compiled(pattern + "b")
    if allowed is not None:
        before = time.process_time()
        allowed.search("a" * 200)
        assert time.process_time() - before < 5
