"""Workspaces that come with the product: `small` for a fresh start, `pilot` as the reference, `acceptance` for proof.

The pilot's files stand at the top of the repository, where readers look for them, and are mapped into the
package when a wheel is built. An installed package therefore has its own copy, a checkout has only the original.
"""

from __future__ import annotations

from pathlib import Path

from journeyctl.diagnostics import UsageError

NAMES = ("acceptance", "pilot", "small")
"""The workspaces that `locate` knows, in alphabetical order."""

_PACKAGED = Path(__file__).parent
_CHECKOUT = _PACKAGED.parent.parent
_MARK = Path("journey_specs") / "workspace.yaml"


def locate(name: str) -> Path:
    """The folder of a shipped workspace: the one that holds `journey_specs/` and `content_catalog/`.

    Prefers the packaged copy and falls back to the checkout's. Raises `UsageError` for a name outside `NAMES`,
    and where neither folder holds a workspace; that message names both.
    """
    if name not in NAMES:
        raise UsageError(f"no workspace '{name}' comes with journeyctl", help=f"choose one of {', '.join(NAMES)}")
    packaged = _PACKAGED / name
    # Only the pilot has a second home: everything else lives in the package in a checkout, too.
    candidates = (packaged, _CHECKOUT) if name == "pilot" else (packaged,)
    for folder in candidates:
        if (folder / _MARK).is_file():
            return folder
    places = " nor ".join(f"'{folder / _MARK}'" for folder in candidates)
    raise UsageError(f"the workspace '{name}' is missing: there is no {places}", help="install journeyctl again")


def copied(name: str, folder: Path) -> tuple[Path, ...]:
    """Copies a shipped workspace into an empty or new folder; the files. Raises `UsageError` for any other folder."""
    from journeyctl.output_file import write_atomically

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' is not an empty folder", "name a folder that does not exist yet")
    origin = locate(name)
    written = []
    for part in ("journey_specs", "content_catalog"):
        for path in sorted((origin / part).rglob("*.yaml")):
            place = folder / path.relative_to(origin)
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, path.read_bytes())
            written.append(place)
    return tuple(written)
