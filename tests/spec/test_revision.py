"""Another state of a workspace is read from git, or from a folder, and the checkout stays as it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from journeyctl.diagnostics import SpecError, UsageError
from journeyctl.spec import load
from journeyctl.spec.revision import workspace_at
from journeyctl.workspaces import locate

CAP = "journey_specs/policies.yaml"


def git(folder: Path, *words: str) -> None:
    settings = ("-c", "user.name=John Doe", "-c", "user.email=john@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *settings, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the small workspace in a folder below; the present cap is 1, that of the commit 2."""
    folder = tmp_path / "repository" / "plans"
    shutil.copytree(locate("small"), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    git(tmp_path, "init", "--quiet", "repository")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "plan")
    policies = folder / CAP
    policies.write_text(policies.read_text().replace("max: 2, per: 7d", "max: 1, per: 7d"))
    return folder


def test_a_revision_is_read_from_git_and_the_checkout_stays(repository: Path) -> None:
    before = (repository / CAP).read_bytes()
    found = workspace_at(repository, "HEAD")
    assert found.policies.caps[0].max == 2
    assert load(repository).policies.caps[0].max == 1
    assert (repository / CAP).read_bytes() == before
    assert found.hash == load(locate("small")).hash


def test_a_folder_is_read_as_it_is(repository: Path, tmp_path: Path) -> None:
    assert workspace_at(repository, str(locate("small"))).policies.caps[0].max == 2
    with pytest.raises(UsageError, match="holds no workspace"):
        workspace_at(repository, str(tmp_path))


@pytest.mark.parametrize("revision", ["no-such-tag", "--output=/tmp/x", "HEAD~1"])
def test_what_is_neither_folder_nor_revision_is_refused(repository: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="neither a folder nor a git revision"):
        workspace_at(repository, revision)


def test_a_revision_without_the_workspace_is_refused(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "empty")
    git(repository, "rm", "-r", "--force", "--quiet", "--cached", ".")
    git(repository, "commit", "--quiet", "--allow-empty", "-m", "nothing")
    with pytest.raises(UsageError, match="there is no workspace at 'plans' in revision 'HEAD'"):
        workspace_at(repository, "HEAD")


def test_a_revision_with_errors_tells_them(repository: Path) -> None:
    (repository / CAP).write_text("kind: policies\nconsents: {}\n")
    git(repository, "commit", "--quiet", "-am", "broken")
    with pytest.raises(SpecError, match="consents"):
        workspace_at(repository, "HEAD")
