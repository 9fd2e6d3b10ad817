"""Archetype paths: what they reach, what setting them does, and how wrong ones are explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.spec import load, with_set
from journeyctl.spec.paths import list_paths, locate
from tests.spec.workspace_files import write_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return load(write_workspace(tmp_path))


SETTINGS: list[tuple[str, object, Callable[[Workspace], object], object]] = [
    ("desks.us.teams.a.sdrs", "5", lambda w: w.desks["us"].teams["a"].sdrs.value, 5),
    ("desks.us.outcomes.accepted", "80%", lambda w: getattr(w.desks["us"].outcomes.accepted, "value", None), 0.8),
    ("policies.caps.weekly.max", 1, lambda w: w.policies.caps[0].max, 1),
    ("policies.caps.weekly.over", "skip", lambda w: w.policies.caps[0].over, "skip"),
    (
        "journeys.heads.steps.first.send.item",
        "other",
        lambda w: getattr(w.journeys["heads"].steps[0].verb, "item", 0),
        "other",
    ),
    ("journeys.heads.purpose", "[profiling]", lambda w: w.journeys["heads"].purpose, ("profiling",)),
    ("scenarios.pilot.inflow.search.form", "9%", lambda w: w.scenarios["pilot"].inflow["search"].form.value, 0.09),
    (
        "inflow.search.visitors_per_week",
        "1",
        lambda w: getattr(w.scenarios["pilot"].inflow["search"].visitors_per_week, "value", 0),
        1,
    ),
    ("seed", "11", lambda w: w.scenarios["pilot"].seed, 11),
    ("journeys", "[heads]", lambda w: w.scenarios["pilot"].journeys, ("heads",)),
    ("behaviours.default.parameters.fatigue", "0.3", lambda w: w.behaviours["default"].value("fatigue"), 0.3),
]


@pytest.mark.parametrize(("path", "value", "read", "expected"), SETTINGS, ids=[row[0] for row in SETTINGS])
def test_a_value_set_by_path_is_decoded_as_in_the_file(
    workspace: Workspace, path: str, value: object, read: Callable[[Workspace], object], expected: object
) -> None:
    changed = with_set(workspace, [(path, value)], scenario="pilot")

    assert read(changed) == expected
    assert changed.hash != workspace.hash


WRONG = [
    ("desk.us.teams.a.sdrs", "2", "there is no path 'desk.us.teams.a.sdrs'; did you mean 'desks.us.teams.a.sdrs'?"),
    ("desks.us.teams.b.sdrs", "2", "there is no path 'desks.us.teams.b.sdrs'; did you mean 'desks.us.teams.a.sdrs'?"),
    ("nothing.like.this", "2", "there is no path 'nothing.like.this'"),
    ("desks.us", "2", "'desks.us' names a whole document"),
    ("desks.us.teams.a.sdrs", "many", "'desks.us.teams.a.sdrs': 'many' is no number"),
    ("desks.us.response", "{median: 15w}", "'teams' and 'response' exclude each other"),
    ("desks.us.outcomes.accepted", "180%", "'desks.us.outcomes.accepted': the share 180% is above 100%"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=[row[0] + "=" + row[1] for row in WRONG])
def test_a_wrong_setting_is_wrong_use_with_the_nearest_path(
    workspace: Workspace, path: str, value: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        with_set(workspace, [(path, value)])

    assert caught.value.message == message


def test_every_listed_path_can_be_located(workspace: Workspace) -> None:
    paths = list(list_paths(workspace.raw))

    assert "policies.caps.weekly.max" in paths
    assert "desks.us.teams.a.absence" in paths, "keys that could be written are paths too"
    assert [path for path in paths if locate(workspace.raw, path).document not in workspace.raw] == []


def test_setting_nothing_changes_nothing(workspace: Workspace) -> None:
    assert with_set(workspace, []) == workspace
