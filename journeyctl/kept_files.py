"""Files that spare later starts some work. Nobody misses one that is gone, and none is ever needed."""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path


def folder(source: str) -> Path:
    """Beside a source file, as Python keeps its own code; else where the user's caches are, else for now only."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    for place in (Path(source).parent / "__pycache__", Path(home).expanduser() / "journeyctl"):
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK):
            return place
    return Path(tempfile.mkdtemp(prefix="journeyctl-"))


def keep(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all: other processes may be doing the same."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        """It is worked out again next time."""


def installed(package: str) -> str:
    """Name and version of an installed package, as its installer noted them; empty where it is not there.

    Read from what lies beside it, because Python's own way to ask loads all that understands mail.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return ""
    for note in sorted(os.listdir(Path(spec.origin).parents[1])):  # noqa: PTH208  (names are all that is needed)
        name, _, ending = note.rpartition(".")
        if ending == "dist-info" and name.startswith(f"{package}-") and name[len(package) + 1 :][:1].isdigit():
            return name
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{package}-{version(package)}"
    except PackageNotFoundError:
        return ""
