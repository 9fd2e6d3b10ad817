"""Loading: everything wrong with a workspace in one go, and nothing that depends on the file system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from journeyctl.diagnostics import SpecError, UsageError
from journeyctl.spec import comparison, known_names, load, load_with_findings, references, with_set
from tests.spec.workspace_files import FILES, write_workspace


def messages(root: Path) -> list[tuple[str, int, str]]:
    loaded = load_with_findings(root)
    located = loaded.sources.resolve_all(loaded.findings)
    return [
        (item.finding.origin.file, item.position.line if item.position else 0, item.finding.message) for item in located
    ]


def test_a_workspace_is_found_from_below_and_loads_whole(tmp_path: Path) -> None:
    write_workspace(tmp_path)

    workspace = load(tmp_path / "journey_specs" / "journeys" / "heads.yaml")

    assert messages(tmp_path) == []
    assert list(workspace.journeys) == ["heads"]
    assert list(workspace.tests) == ["path/plain", "path/refused"]
    assert workspace.behaviours["default"].value("fatigue") == 0.12
    assert workspace.item("intro", house="house")[1].topic == "ai"


def test_no_workspace_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no workspace found"):
        load(tmp_path)


def changed(name: str, old: str, new: str) -> Mapping[str, str | None]:
    assert old in FILES[name]
    return {name: FILES[name].replace(old, new)}


HEADS = "journey_specs/journeys/heads.yaml"
PILOT = "journey_specs/scenarios/pilot.yaml"
OVERLAY = "journey_specs/overlays/de.yaml"
WRONG: Mapping[str, tuple[Mapping[str, str | None], list[tuple[str, int, str]]]] = {
    "an unknown kind": (
        changed(HEADS, "kind: journey", "kind: jorney"),
        [(HEADS, 1, "there is no kind of document 'jorney'; did you mean 'journey'?")],
    ),
    "a missing kind": (changed(HEADS, "kind: journey\n", ""), [(HEADS, 1, "the key 'kind' is missing")]),
    "a document in the wrong place": (
        {"journey_specs/desks/x.yaml": FILES[HEADS].replace("name: heads", "name: other")},
        [("journey_specs/desks/x.yaml", 1, "a journey document belongs in the folder journey_specs/journeys/")],
    ),
    "a name used twice": (
        {"journey_specs/journeys/zz.yaml": FILES[HEADS]},
        [("journey_specs/journeys/zz.yaml", 2, "there is a journey 'heads' already")],
    ),
    "a language version from the future": (
        changed("journey_specs/workspace.yaml", "spec: 1", "spec: 9"),
        [
            (
                "journey_specs/workspace.yaml",
                3,
                "this workspace is written for version 9 of the language; this journeyctl reads up to 1",
            )
        ],
    ),
    "a missing document": (
        {"journey_specs/profile.yaml": None},
        [("journey_specs/profile.yaml", 0, "the workspace has no profile document")],
    ),
    "an empty file": ({HEADS: ""}, [(HEADS, 1, "this file is empty")]),
    "a circle of scenarios": (
        {
            "journey_specs/scenarios/base.yaml": "kind: scenario\nname: base\nlike: pilot\n",
        },
        [(PILOT, 3, "'like' runs in a circle: 'base' -> 'pilot' -> 'base'")],
    ),
    "an unknown base": (
        changed(PILOT, "like: base", "like: bsae"),
        [(PILOT, 3, "there is no scenario 'bsae'; did you mean 'base'?")],
    ),
    "a comparison of something that does not exist": (
        changed(PILOT, "set: {desks.us.teams.a.sdrs: 2}", "set: {desks.us.teams.a.sdr: 2}"),
        [(PILOT, 7, "there is no path 'desks.us.teams.a.sdr'; did you mean 'desks.us.teams.a.sdrs'?")],
    ),
    "a comparison with a value that does not fit": (
        changed(PILOT, "set: {desks.us.teams.a.sdrs: 2}", "set: {desks.us.teams.a.sdrs: two}"),
        [(PILOT, 7, "'desks.us.teams.a.sdrs': 'two' is no number")],
    ),
    "a comparison that changes the people": (
        changed(PILOT, "length: 2w", "seed: 2"),
        [(PILOT, 8, "unknown key 'seed' in 'compare'")],
    ),
    "a case with a wrong key": (
        changed("journey_specs/tests/path.yaml", "{end: done}", "{ends: done}"),
        [("journey_specs/tests/path.yaml", 7, "unknown key 'ends'; did you mean 'end'?")],
    ),
    "an overlay of a path that does not exist": (
        {OVERLAY: "kind: overlay\nname: de\nfor: {countries: [DE]}\nset: {policies.caps.weeky.max: 2}\n"},
        [(OVERLAY, 4, "there is no path 'policies.caps.weeky.max'; did you mean 'policies.caps.weekly.max'?")],
    ),
    "an overlay of a path that is not open": (
        {OVERLAY: "kind: overlay\nname: de\nfor: {countries: [DE]}\nset: {journeys.heads.status: draft}\n"},
        [(OVERLAY, 4, "'status' of 'journeys.heads' is not open to overlays")],
    ),
    "two overlays for one country and path": (
        {
            OVERLAY: "kind: overlay\nname: de\nfor: {countries: [DE]}\nset: {policies.caps.weekly.max: 2}\n",
            "journey_specs/overlays/eu.yaml": (
                "kind: overlay\nname: eu\nfor: {countries: [AT, DE]}\nset: {policies.caps.weekly.max: 1}\n"
            ),
        },
        [("journey_specs/overlays/eu.yaml", 4, "'policies.caps.weekly.max' is set twice for DE")],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_mistake_makes_one_message(name: str, tmp_path: Path) -> None:
    changes, expected = WRONG[name]
    write_workspace(tmp_path, changes)

    assert messages(tmp_path) == expected
    with pytest.raises(SpecError):
        load(tmp_path)


def test_a_file_that_does_not_parse_makes_no_second_finding(tmp_path: Path) -> None:
    write_workspace(tmp_path, {"content_catalog/house.yaml": "kind: catalog\nitems: [\n"})

    loaded = load_with_findings(tmp_path)

    assert len(loaded.findings) == 1
    assert loaded.workspace is not None
    item = next(use for use in references(loaded.workspace) if use.to == "item")
    assert known_names(loaded.workspace, item) is None


def test_links_out_of_the_workspace_and_in_circles_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("kind: journey\n")
    root = write_workspace(tmp_path / "w")
    (root / "journey_specs" / "journeys" / "link.yaml").symlink_to(outside)
    (root / "journey_specs" / "journeys" / "again").symlink_to(root / "journey_specs")
    (root / "journey_specs" / "journeys" / "broken.yaml").symlink_to(root / "nowhere.yaml")

    assert [message for _, _, message in messages(root)] == [
        "'journey_specs/journeys/broken.yaml' is a link that leads nowhere",
        "'journey_specs/journeys/link.yaml' is a link to a place outside of the workspace",
    ]


def test_the_hash_depends_on_content_only(tmp_path: Path) -> None:
    plain = load(write_workspace(tmp_path / "a"))
    text = FILES[HEADS]
    moved = write_workspace(
        tmp_path / "b", {HEADS: None, "journey_specs/journeys/deep/other.yaml": f"# a comment\n{text}"}
    )
    other = write_workspace(tmp_path / "c", changed(HEADS, "end: done", "end: finished"))

    assert load(moved).hash == plain.hash
    assert load(other).hash != plain.hash
    assert with_set(plain, [("desks.us.teams.a.sdrs", 3)]).hash == plain.hash
    assert with_set(plain, [("desks.us.teams.a.sdrs", 4)]).hash != plain.hash


def test_a_scenario_takes_from_the_one_it_is_like_and_keeps_origins(tmp_path: Path) -> None:
    scenario = load(write_workspace(tmp_path)).scenarios["pilot"]

    assert scenario.seed == 7
    assert str(scenario.length) == "8w"
    search = scenario.inflow["search"]
    assert search.visitors_per_week is not None
    assert (search.visitors_per_week.value, search.form.value) == (400, 0.05)
    assert search.visitors_per_week.origin.file == "journey_specs/scenarios/base.yaml"
    assert search.form.origin.file == PILOT


def test_a_comparison_is_the_same_workspace_with_one_change(tmp_path: Path) -> None:
    workspace = load(write_workspace(tmp_path))

    assert comparison(workspace, "pilot", "fewer").desks["us"].teams["a"].sdrs.value == 2
    assert str(comparison(workspace, "pilot", "short").scenarios["pilot"].length) == "2w"
    assert workspace.desks["us"].teams["a"].sdrs.value == 3
    with pytest.raises(UsageError, match="no comparison 'none'"):
        comparison(workspace, "pilot", "none")


def test_a_case_is_merged_over_its_test(tmp_path: Path) -> None:
    tests = load(write_workspace(tmp_path)).tests

    assert tests["path/plain"].given == {"contact.consent": True}
    assert tests["path/refused"].given == {"contact.consent": False}
    assert tests["path/refused"].journey == "heads"


def test_an_empty_mapping_clears_and_expectations_are_replaced(tmp_path: Path) -> None:
    test = FILES["journey_specs/tests/path.yaml"].replace("cases:", "expect: {gated: {intro: capped.weekly}}\ncases:")
    test = test.replace("{end: done}", "{end: done, gated: {other: expired}}")
    base = {PILOT: FILES[PILOT].replace("inflow: {search: {form: 5%}}", "inflow: {}")}
    workspace = load(write_workspace(tmp_path, {"journey_specs/tests/path.yaml": test, **base}))

    assert workspace.scenarios["pilot"].inflow == {}
    expected = {name: item.expect.gated for name, item in workspace.tests.items() if item.expect}
    assert expected == {
        "path": {"intro": "capped.weekly"},
        "path/plain": {"other": "expired"},
        "path/refused": {"intro": "capped.weekly"},
    }


def test_an_overlay_holds_for_its_countries_and_makes_second_journeys(tmp_path: Path) -> None:
    overlay = (
        "kind: overlay\nname: de\nfor: {countries: [DE, AT]}\nset:\n  policies.caps.weekly.max: 2\n"
        "  journeys.heads: {name: heads-de, title: Deutsch, steps.first.send: intro}\n"
    )
    workspace = load(write_workspace(tmp_path, {OVERLAY: overlay}))

    assert sorted(workspace.journeys) == ["heads", "heads-de"]
    assert workspace.journeys["heads-de"].title == "Deutsch"
    assert workspace.journeys["heads"].title == ""
    assert [workspace.for_country(code).policies.caps[0].max for code in ("DE", "AT", "US", None)] == [2, 2, 3, 3]
    assert workspace.for_country("DE").hash == workspace.hash
    assert with_set(workspace, [("policies.caps.weekly.per", "14d")]).for_country("DE").policies.caps[0].max == 2


def test_a_behaviour_changes_single_numbers(tmp_path: Path) -> None:
    own = "kind: behaviour\nname: own\nextends: default\nparameters: {fatigue: 0.2}\n"
    workspace = load(write_workspace(tmp_path, {"journey_specs/behaviour/own.yaml": own}))

    changed_parameter = workspace.behaviours["own"].parameters["fatigue"]
    assert (changed_parameter.value, changed_parameter.unit) == (0.2, "logit per recent mail")
    assert len(workspace.behaviours["own"].activity) == 168
    again = with_set(workspace, [("behaviours.default.parameters.scanning", 0.5)])
    assert again.behaviours["own"].value("scanning") == 0.5


def test_every_reference_of_the_small_workspace_is_known(tmp_path: Path) -> None:
    workspace = load(write_workspace(tmp_path))

    uses = list(references(workspace))

    assert {(use.to, use.name) for use in uses} >= {
        ("audience", "everybody"),
        ("item", "intro"),
        ("purpose", "marketing"),
    }
    assert all(use.name in (known_names(workspace, use) or ()) for use in uses)
