"""Everything public says what it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "journeyctl"


def is_public(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")


def is_variant(node: ast.AST) -> bool:
    """True for overloads and property setters: the docstring stands at the first definition."""
    marks = [ast.unparse(mark) for mark in getattr(node, "decorator_list", [])]
    return any(mark in ("overload", "typing.overload", "override") or mark.endswith(".setter") for mark in marks)


def undocumented(node: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    """Names of public modules, classes, functions and methods without a docstring, outermost first."""
    if ast.get_docstring(node) is None:
        yield name
    for child in node.body:
        if not is_public(child) or is_variant(child):
            continue
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{name}.{child.name}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(child) is None:
            yield f"{name}.{child.name}"


def test_every_public_module_class_and_function_has_a_docstring() -> None:
    missing: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        missing += undocumented(ast.parse(path.read_text(encoding="utf-8")), name)
    assert missing == []


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("x = 1", ["m"]),
        ('"""M."""\ndef f(): ...', ["m.f"]),
        ('"""M."""\ndef _f(): ...', []),
        ('"""M."""\nclass C:\n    def g(self): ...', ["m.C", "m.C.g"]),
        ('"""M."""\nclass C:\n    """C."""\n    def __len__(self): ...', []),
        ('"""M."""\n@overload\ndef f(): ...', []),
    ],
)
def test_the_search_finds_what_lacks_a_docstring(source: str, missing: list[str]) -> None:
    assert list(undocumented(ast.parse(source), "m")) == missing
