"""Finds the workspace's folder and its files, in an order that does not depend on the file system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from journeyctl.diagnostics import Finding, Origin, UsageError
from journeyctl.spec.decoding_rules import DecodingRule

SPECIFICATIONS = "journey_specs"
CONTENT = "content_catalog"
MARKER = "workspace.yaml"
MAX_FILES = 20_000
MAX_FOLDER_DEPTH = 16
SUFFIXES = (".yaml", ".yml")


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds `journey_specs/workspace.yaml`. Raises `UsageError`."""
    try:
        here = start.resolve()
    except (OSError, RuntimeError):
        raise UsageError(f"'{start}' cannot be read: its links run in a circle", "give another path") from None
    if not here.exists():
        raise UsageError(f"there is no file or folder '{start}'", "check the path")
    for folder in (here, *here.parents):
        if (folder / SPECIFICATIONS / MARKER).is_file():
            return folder
        if folder.name == SPECIFICATIONS and (folder / MARKER).is_file():
            return folder.parent
    raise UsageError(
        f"no workspace found at '{start}' or above: there is no {SPECIFICATIONS}/{MARKER}",
        "run journeyctl init, or give the workspace with --workspace",
    )


class FileList:
    """The specification files below a root, with findings about those that may not be read."""

    def __init__(self, root: Path) -> None:
        self.findings: list[Finding] = []
        self.files: list[tuple[str, Path]] = []
        """Name for messages (relative, forward slashes) and path, sorted by name."""
        self._root = root.resolve()
        self._seen: set[Path] = set()
        for folder in (SPECIFICATIONS, CONTENT):
            if (self._root / folder).is_dir():
                self._collect(self._root / folder, folder, 1)
        self.files.sort()
        if len(self.files) > MAX_FILES:
            self.findings.append(
                DecodingRule.TOO_MANY_FILES.finding(
                    Origin(""),
                    f"the workspace holds {len(self.files):,} files; at most {MAX_FILES:,} are read",
                    help="split the workspace",
                )
            )
            self.files = []

    def _collect(self, folder: Path, label: str, depth: int) -> None:
        real = folder.resolve()
        if real in self._seen or not self._inside(real, label):
            return
        self._seen.add(real)
        if depth > MAX_FOLDER_DEPTH:
            self._refuse(
                DecodingRule.TOO_MANY_FILES, label, f"'{label}' lies more than {MAX_FOLDER_DEPTH} folders deep"
            )
            return
        for entry in self._entries(folder, label):
            name = f"{label}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                self._collect(entry, name, depth + 1)
            elif entry.suffix in SUFFIXES and self._inside_file(entry, name):
                self.files.append((name, entry))

    def _entries(self, folder: Path, label: str) -> Iterator[Path]:
        try:
            yield from sorted(folder.iterdir())
        except OSError as error:
            self._refuse(
                DecodingRule.OUTSIDE_WORKSPACE, label, f"'{label}' cannot be listed: {(error.strerror or '').lower()}"
            )

    def _inside_file(self, path: Path, label: str) -> bool:
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):
            self._refuse(DecodingRule.OUTSIDE_WORKSPACE, label, f"'{label}' is a link that leads nowhere")
            return False
        return self._inside(real, label)

    def _inside(self, real: Path, label: str) -> bool:
        if real.is_relative_to(self._root):
            return True
        self._refuse(DecodingRule.OUTSIDE_WORKSPACE, label, f"'{label}' is a link to a place outside of the workspace")
        return False

    def _refuse(self, rule: DecodingRule, label: str, message: str) -> None:
        self.findings.append(
            rule.finding(Origin(label), message, help="put the files into the workspace's own folders")
        )
