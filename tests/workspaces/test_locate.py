"""Where the shipped workspaces are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyctl import workspaces
from journeyctl.diagnostics import UsageError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout whose package folder is `journeyctl/workspaces`."""
    monkeypatch.setattr(workspaces, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(workspaces, "_PACKAGED", tmp_path / "journeyctl" / "workspaces")
    return tmp_path


def write_workspace(folder: Path) -> Path:
    (folder / "journey_specs").mkdir(parents=True)
    (folder / "journey_specs" / "workspace.yaml").write_text("kind: workspace\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", workspaces.NAMES)
def test_every_shipped_workspace_is_there_with_its_catalog(name: str) -> None:
    folder = workspaces.locate(name)
    assert (folder / "journey_specs" / "workspace.yaml").is_file()
    assert list((folder / "content_catalog").glob("*.yaml"))


def test_the_packaged_pilot_comes_before_the_checkouts(checkout: Path) -> None:
    write_workspace(checkout)
    packaged = write_workspace(checkout / "journeyctl" / "workspaces" / "pilot")
    assert workspaces.locate("pilot") == packaged


def test_a_checkout_without_a_packaged_pilot_uses_its_own_top_level(checkout: Path) -> None:
    write_workspace(checkout)
    assert workspaces.locate("pilot") == checkout


def test_a_missing_pilot_names_both_places(checkout: Path) -> None:
    with pytest.raises(UsageError) as caught:
        workspaces.locate("pilot")
    first = checkout / "journeyctl" / "workspaces" / "pilot" / "journey_specs" / "workspace.yaml"
    second = checkout / "journey_specs" / "workspace.yaml"
    assert caught.value.message == f"the workspace 'pilot' is missing: there is no '{first}' nor '{second}'"


def test_the_small_workspace_is_never_taken_from_the_checkouts_top_level(checkout: Path) -> None:
    write_workspace(checkout)
    with pytest.raises(UsageError, match="the workspace 'small' is missing"):
        workspaces.locate("small")


@pytest.mark.parametrize("name", ["", "Pilot", "../pilot", "large"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        workspaces.locate(name)
    assert caught.value.message == f"no workspace '{name}' comes with journeyctl"
    assert caught.value.help == "choose one of acceptance, pilot, small"
