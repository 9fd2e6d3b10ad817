"""Small workspaces for questions that planners ask: the packaged small one with some files written anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from journeyctl.api import Checked, checked_workspace, init

Make = Callable[[Mapping[str, Mapping[str, str]]], Checked]


@pytest.fixture
def workspace(tmp_path: Path) -> Make:
    """The small workspace after replacing texts in its files: `{file: {old: new}}`, every old text being there."""

    def make(changes: Mapping[str, Mapping[str, str]]) -> Checked:
        folder = tmp_path / f"workspace-{len(list(tmp_path.iterdir()))}"
        init(folder, "small")
        for name, replacements in changes.items():
            path = folder / name
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            for old, new in replacements.items():
                assert old in text, f"'{old}' is not in {name}"
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        return checked_workspace(folder)

    return make
