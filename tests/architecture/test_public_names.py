"""The names that `import journeyctl` offers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import journeyctl
from journeyctl import diagnostics

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", journeyctl.__all__)
def test_every_public_name_can_be_fetched(name: str) -> None:
    assert getattr(journeyctl, name) is not None


def test_errors_are_the_same_classes_here_and_at_home() -> None:
    assert journeyctl.SpecError is diagnostics.SpecError
    assert journeyctl.UsageError is diagnostics.UsageError


def test_an_unknown_name_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'journeyctl' has no attribute 'simulation'"):
        _ = journeyctl.simulation


def test_dir_lists_exactly_the_public_names() -> None:
    assert dir(journeyctl) == sorted(journeyctl.__all__)


def test_every_dependency_has_its_reason_on_the_decision_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8").lower()
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {entry.partition(">")[0] for group in groups for entry in group if not entry.startswith("journeyctl[")}
    assert len(names) > 10
    assert [name for name in sorted(names) if f"`{name.lower()}`" not in page] == []


def test_every_dependency_is_bounded_on_both_sides() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    entries = [entry for group in groups for entry in group if not entry.startswith("journeyctl[")]
    # Zone data has the year as its version: there is no release that could break us.
    assert [entry for entry in entries if ">=" not in entry or ",<" not in entry] == ["tzdata>=2025.1"]
