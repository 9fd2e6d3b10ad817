"""Budgets that keep a file readable in one sitting, and names that say what a file is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "journeyctl"
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
NAMES_THAT_SAY_NOTHING = {
    *("util", "utils", "utility", "utilities", "helper", "helpers", "manager", "managers"),
    *("common", "misc", "miscellaneous"),
}

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


def source_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.Module) -> Iterator[AnyFunction]:
    return (node for node in ast.walk(tree) if isinstance(node, AnyFunction))


def length(function: AnyFunction) -> int:
    """Lines from the signature to the end; decorators are not counted."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def too_long(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = [f"{relative(path)}: {count} lines"] if (count := len(text.splitlines())) > LONGEST_FILE else []
    return found + [
        f"{relative(path)}:{function.lineno}: {function.name} has {length(function)} lines"
        for function in functions(ast.parse(text))
        if length(function) > LONGEST_FUNCTION
    ]


def test_no_file_and_no_function_is_longer_than_its_budget() -> None:
    assert [entry for path in source_files("journeyctl", "tests") for entry in too_long(path)] == []


def test_the_budgets_notice_a_file_and_a_function_that_exceed_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    long = tmp_path / "long.py"
    long.write_text("def walk():\n" + "    x = 1\n" * LONGEST_FILE, encoding="utf-8")
    assert too_long(long) == ["long.py: 501 lines", "long.py:1: walk has 501 lines"]


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    words = {relative(path): set(path.stem.strip("_").split("_")) for path in PACKAGE.rglob("*")}
    assert [path for path, parts in sorted(words.items()) if parts & NAMES_THAT_SAY_NOTHING] == []


def test_every_folder_with_code_is_a_package_so_that_the_layer_check_sees_it() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert [relative(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
