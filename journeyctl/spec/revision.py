"""Another state of a workspace: a git revision of it, read without touching the checkout, or another folder."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from journeyctl.diagnostics import Severity, SpecError, UsageError
from journeyctl.model.specification import Workspace
from journeyctl.spec.files import CONTENT, SPECIFICATIONS, SUFFIXES
from journeyctl.spec.workspace import load_with_findings

MOST_BYTES = 200_000_000
"""Size of all specification files of a revision together, beyond which it is not read."""


def workspace_at(root: Path, reference: str) -> Workspace:
    """The workspace in the folder `reference`, else the one at `root` as the git revision `reference` has it.

    Raises `UsageError` where it is neither or has no workspace, `SpecError` where that has errors.
    """
    if Path(reference).is_dir():
        return _without_errors(Path(reference), reference)
    archive = _archive(root, reference)
    with tempfile.TemporaryDirectory(prefix="journeyctl-") as folder:
        _unpack(archive, Path(folder), reference)
        return _without_errors(Path(folder), reference)


def _without_errors(folder: Path, reference: str) -> Workspace:
    try:
        loaded = load_with_findings(folder)
    except UsageError as error:
        raise UsageError(f"'{reference}' holds no workspace: {error.message}", error.help) from None
    errors = tuple(finding for finding in loaded.findings if finding.severity is Severity.ERROR)
    if errors or loaded.workspace is None:
        raise SpecError(errors)
    return loaded.workspace


def _archive(root: Path, revision: str) -> bytes:
    """The revision's files as a tar archive, with paths from the workspace's folder on."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        fact = f"'{revision}' is neither a folder nor a git revision"
        raise UsageError(fact, "name a folder, a branch, tag or commit")
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode().strip().rstrip("/")
    tree = f"{commit.decode().strip()}:{prefix}"
    # In a folder below, git would look for that folder once more inside the tree.
    top = Path((_git(root, "rev-parse", "--show-toplevel") or b"").decode().strip() or root)
    listed = _git(top, "ls-tree", "--name-only", tree)
    folders = [name for name in (SPECIFICATIONS, CONTENT) if name in (listed or b"").decode().splitlines()]
    found = _git(top, "archive", "--format=tar", tree, *folders) if folders else None
    if found is None:
        raise UsageError(f"there is no workspace at '{root.name}' in revision '{revision}'", "name a later revision")
    return found


def _git(root: Path, *arguments: str) -> bytes | None:
    """The output of a git command that only reads; `None` where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; a revision stands behind --end-of-options and is resolved first
            ["git", "-C", str(root), *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True, check=False,
        )  # fmt: skip
    except OSError:
        raise UsageError("git is not installed, so revisions cannot be read", "give a folder instead") from None
    return done.stdout if done.returncode == 0 else None


def _unpack(archive: bytes, folder: Path, revision: str) -> None:
    """Writes the specification files; links and everything else stay away."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        wanted = [entry for entry in files if entry.isfile() and entry.name.endswith(SUFFIXES)]
        if sum(entry.size for entry in wanted) > MOST_BYTES:
            raise UsageError(f"revision '{revision}' holds more than {MOST_BYTES:,} bytes", "split the workspace")
        files.extractall(folder, wanted, filter="data")
