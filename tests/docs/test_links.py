"""Links between the pages of the documentation lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\[[^]]+\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Names that headings can be linked by."""
    heads = re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for link in _LINK.findall(_FENCED.sub("", text)):
        name, _, anchor = link.partition("#")
        if "://" in link:
            continue
        place = page if name == "" else page.parent / name
        if not place.exists() or (anchor and anchor not in anchors(place.read_text(encoding="utf-8"))):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_link_to_a_missing_page_or_heading_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One\n\n```text\n# Two\n```\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text("[a](other.md#one) [b](other.md#two) [c](none.md) [d](#three)\n\n## `Three`\n", encoding="utf-8")
    assert list(broken(page)) == ["other.md#two", "none.md"]
