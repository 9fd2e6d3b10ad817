"""Odd cases of each rule: a sentence, an example, and the findings that its comments ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.rules.examples import check

TABLES = sorted(Path(__file__).parent.glob("JC*.yaml"))
CASES = [
    pytest.param(example, id=f"{table.stem}: {sentence}")
    for table in TABLES
    for sentence, example in yaml.safe_load(table.read_text(encoding="utf-8")).items()
]


@pytest.mark.parametrize("example", CASES)
def test_the_example_has_exactly_the_findings_that_it_marks(example: str, tmp_path: Path) -> None:
    check(example, tmp_path)
