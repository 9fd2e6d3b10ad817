"""Whoever silences a checker or skips a test says why, on the same line."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("journeyctl", "tests", "docs", "benchmarks")
IGNORE = re.compile(r"\b(?:type: ignore|noqa)\b(?P<rest>.*)")
EXPLAINED = re.compile(r"(?:\[[a-z, -]+\]|: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*) +(?:# |- |\()(?P<reason>\S.*)")


def unexplained(path: Path) -> list[str]:
    """Ignores of this file without a code, or without a reason of two words or more."""
    with path.open("rb") as file:
        comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    return [f"{path.relative_to(ROOT)}:{token.start[0]}" for token in comments if not is_explained(token.string)]


def is_explained(comment: str) -> bool:
    """True for every comment that ignores nothing, too."""
    found = IGNORE.search(comment)
    if found is None:
        return True
    reason = EXPLAINED.fullmatch(found["rest"])
    return reason is not None and len(reason["reason"].split()) > 1


def test_every_ignore_names_what_it_ignores_and_why() -> None:
    files = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    assert [place for path in files for place in unexplained(path)] == []


def test_every_skip_for_want_of_a_package_says_why() -> None:
    silent = re.compile(r"importorskip\((?![^()]*\breason=)[^()]+\)")
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert [path.name for path in files if silent.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("# an ordinary comment", True),
        ("# type: ignore[arg-type]  # fields of Life", True),
        ("# noqa: C901  (one case per op)", True),
        ("# noqa: ANN401 - fields of Lead", True),
        ("# noqa: ANN001, ANN201  # pytest knows them", True),
        ("# ruff: noqa: E402  # asked for before the imports", True),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore[arg-type]  # because", False),
        ("# type: ignore  # it complains here", False),
        ("# noqa  # it complains here", False),
        ("# noqa: E501", False),
    ],
)
def test_a_reason_follows_the_codes(comment: str, explained: bool) -> None:
    assert is_explained(comment) is explained
