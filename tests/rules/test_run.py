"""How rules are found, chosen and weighed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from journeyctl.api import validate
from journeyctl.diagnostics import NOWHERE, Finding, Severity, UsageError
from journeyctl.model.specification import Workspace
from journeyctl.rules.base import Needs, Page, Rule, Subject, all_rules, discovery, rule, run_rules
from tests.rules.examples import ROOT, SMALL, files_of, validated

WRONG = """\
exits: [{event: unsubscribed, end: gone}]
steps:
  - {id: note, update: {contact.role: other}}
  - {id: last, end: done}
  - {id: lost, end: lost}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = validated(files_of(WRONG), tmp_path).workspace
    assert found is not None
    return found


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Entry points of installed packages, to be filled by the test."""
    points: list[EntryPoint] = []
    monkeypatch.setattr(discovery, "entry_points", lambda **_: points)
    discovery.discover.cache_clear()
    yield points
    discovery.discover.cache_clear()


def offered(value: str) -> EntryPoint:
    return EntryPoint("ours", f"{__name__}:{value}", discovery.ENTRY_POINT_GROUP)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize("folder", [ROOT, SMALL], ids=["reference", "small"])
def test_the_workspaces_that_ship_with_the_product_have_no_findings(folder: Path) -> None:
    result = validate(folder)
    assert result.findings == ()
    assert result.is_valid
    assert result.workspace is not None


def test_rules_are_found_in_the_order_of_their_codes() -> None:
    found = [each.code for each in all_rules()]
    assert found == [
        *("JC101", "JC102"), *("JC201", "JC202", "JC203", "JC204", "JC205", "JC206"), *("JC300", "JC301", "JC302"),
        *("JC401", "JC402"), *("JC501", "JC502", "JC503"), *("JC601", "JC602", "JC603", "JC604", "JC605"),
    ]  # fmt: skip
    assert {each.code for each in all_rules() if each.needs is Needs.GRAPH} == {"JC201", "JC202", "JC203", "JC206"}


@pytest.mark.parametrize("word", ["JC301", "jc301", "condition-problem"])
def test_a_rule_is_found_by_code_and_by_name(word: str) -> None:
    assert rule(word).code == "JC301"


def test_a_rule_that_does_not_exist_is_wrong_use_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="there is no rule 'unreachable-stop'") as caught:
        rule("unreachable-stop")
    assert caught.value.help == "did you mean unreachable-step?"


def test_every_rule_runs_unless_some_are_selected_or_ignored(workspace: Workspace) -> None:
    assert codes(run_rules(workspace)) == ["JC401", "JC201"]
    assert codes(run_rules(workspace, select=["unreachable-step"])) == ["JC201"]
    assert codes(run_rules(workspace, ignore=["JC401"])) == ["JC201"]
    assert codes(run_rules(workspace, select=["JC401"], ignore=["JC401"])) == []
    with pytest.raises(UsageError):
        run_rules(workspace, ignore=["JC999"])


def test_the_workspace_weighs_rules_by_code_or_name(tmp_path: Path) -> None:
    files = files_of(WRONG)
    text = (SMALL / "journey_specs" / "workspace.yaml").read_text(encoding="utf-8")
    files["journey_specs/workspace.yaml"] = f"{text}\nrules: {{JC201: info, foreign-field-written: off}}\n"
    result = validated(files, tmp_path)
    assert [(finding.code, finding.severity) for finding in result.findings] == [("JC201", Severity.INFO)]
    assert result.is_valid
    assert result.workspace is not None
    found = run_rules(result.workspace, select=["JC401"])
    assert [(finding.code, finding.severity) for finding in found] == [("JC401", Severity.ERROR)]


def test_findings_of_reading_and_decoding_cannot_be_deselected(tmp_path: Path) -> None:
    validated({"journey_specs/journeys/welcome.yaml": "kind: journey\nname: [\n"}, tmp_path)
    assert codes(validate(tmp_path, select=["JC201"]).findings) == ["JC002"]


def test_without_a_profile_no_rule_is_asked(tmp_path: Path) -> None:
    result = validated({"journey_specs/profile.yaml": "kind: profile\ncontact: 7\n", **files_of(WRONG)}, tmp_path)
    assert result.workspace is None
    assert codes(result.findings) == ["JC012"]
    assert not result.is_valid


def test_texts_of_an_editor_go_before_those_of_files(tmp_path: Path) -> None:
    validated(files_of(WRONG), tmp_path)
    fine = files_of("steps: [{id: last, end: done}]\n")["journey_specs/journeys/welcome.yaml"]
    texts = {"journey_specs/journeys/welcome.yaml": fine.encode()}
    assert validate(tmp_path, texts=texts).findings == ()


# --- rules of other packages

_PAGE = Page("JC901", "no-tuesdays", "somebody does not like Tuesdays.", "")


def _complains(subject: Subject) -> Iterator[Finding]:
    yield own.finding(subject.workspace.settings.origin, "it is Tuesday")


def _fails(subject: Subject) -> Iterator[Finding]:
    raise RuntimeError("no calendar")


own = Rule(_PAGE, Severity.WARNING, Needs.MODEL, _complains, __name__)
both = [own, Rule(Page("JC902", "broken", "x.", ""), Severity.ERROR, Needs.MODEL, _fails, __name__)]
taken = Rule(Page("JC201", "other", "x.", ""), Severity.ERROR, Needs.MODEL, _complains, __name__)
nothing = 7


def test_a_rule_of_an_installed_package_runs_like_any_other(workspace: Workspace, foreign: list[EntryPoint]) -> None:
    foreign.append(offered("own"))
    assert codes(run_rules(workspace)) == ["JC401", "JC201", "JC901"]
    assert codes(run_rules(workspace, select=["no-tuesdays"])) == ["JC901"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("taken", "the code JC201 is taken"),
        ("nothing", "holds int, not a rule"),
        ("absent", "has no attribute 'absent'"),
    ],
)
def test_foreign_rules_that_cannot_be_used_are_an_error_of_theirs_only(
    name: str, reason: str, workspace: Workspace, foreign: list[EntryPoint]
) -> None:
    foreign.append(offered(name))
    first, *others = run_rules(workspace)
    assert (first.code, first.origin) == ("JC100", NOWHERE)
    assert "the rules 'ours' cannot be used" in first.message
    assert reason in first.message
    assert codes(tuple(others)) == ["JC401", "JC201"]


def test_a_foreign_rule_that_fails_while_it_runs_stops_no_other(
    workspace: Workspace, foreign: list[EntryPoint]
) -> None:
    foreign.append(offered("both"))
    found = run_rules(workspace)
    assert sorted(codes(found)) == ["JC100", "JC201", "JC401", "JC901"]
    assert found[0].message == "the rules 'JC902' cannot be used: no calendar"


def test_validating_loads_no_heavy_package() -> None:
    program = (
        "import sys, pathlib; from journeyctl.api import validate; validate(pathlib.Path(sys.argv[1]));"
        "print(sorted({'numpy', 'simpy', 'pyarrow', 'rich', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(SMALL)]
    assert subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout == "[]\n"
