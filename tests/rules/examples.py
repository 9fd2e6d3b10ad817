"""Examples of specifications: some files laid over the small workspace, with the expected findings as comments.

A comment such as `# journey_specs/audiences.yaml` begins a file; `# JC301` at the end of a line says that
this finding must point at this line, `# JC301, JC301` that two must.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import journeyctl
from journeyctl.api import ValidationResult, validate

ROOT = Path(journeyctl.__file__).parents[1]
SMALL = ROOT / "journeyctl" / "workspaces" / "small"
_FILE = re.compile(r"^# ((?:journey_specs|content_catalog)/\S+)\n", re.MULTILINE)
_MARK = re.compile(r"# (JC\d{3}(?:, JC\d{3})*)$", re.MULTILINE)
_JOURNEY = """\
kind: journey
name: welcome
purpose: [marketing]
entry: {audience: department-heads}
"""

Place = tuple[str, int, str]
"""File, line and code."""


def files_of(example: str) -> dict[str, str]:
    """The example's files by name. One that begins with `steps:` or `exits:` is the body of a journey."""
    if example.startswith(("steps:", "exits:", "removed:")):
        return {"journey_specs/journeys/welcome.yaml": _JOURNEY + example}
    parts = _FILE.split(example)
    assert parts[0].strip() == "", "an example begins with the name of its first file"
    return {name: f"# {name}\n{text}" for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def expected(files: dict[str, str]) -> Counter[Place]:
    """The findings that the comments ask for."""
    found: Counter[Place] = Counter()
    for name, text in files.items():
        for mark in _MARK.finditer(text):
            line = text.count("\n", 0, mark.start()) + 1
            found.update((name, line, code) for code in mark[1].split(", "))
    return found


def validated(files: dict[str, str], folder: Path) -> ValidationResult:
    """The small workspace with these files in it, validated."""
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return validate(folder)


def told(result: ValidationResult) -> Counter[Place]:
    """What validation found, by file, line and code."""
    located = result.sources.resolve_all(result.findings)
    lines = ((one.finding, one.position.line if one.position else 0) for one in located)
    return Counter((finding.origin.file, line, finding.code) for finding, line in lines)


def check(example: str, folder: Path) -> None:
    """Asserts that validation finds exactly what the example's comments say."""
    files = files_of(example)
    result = validated(files, folder)
    assert told(result) == expected(files), [(f.code, f.message, f.origin) for f in result.findings]
