"""Files that spare later starts some work."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from journeyctl import kept_files


def test_a_file_is_kept_whole(tmp_path: Path) -> None:
    kept_files.keep(tmp_path / "a", b"first")
    kept_files.keep(tmp_path / "a", b"second")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"second"


def test_nothing_happens_where_nothing_can_be_written(tmp_path: Path) -> None:
    kept_files.keep(tmp_path / "nowhere" / "a", b"content")
    assert list(tmp_path.iterdir()) == []


def test_files_lie_beside_the_source_where_that_can_be_written_to(tmp_path: Path) -> None:
    assert kept_files.folder(str(tmp_path / "module.py")) == tmp_path / "__pycache__"


def test_else_they_lie_where_the_user_keeps_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    (tmp_path / "__pycache__").write_text("no folder", encoding="utf-8")
    assert kept_files.folder(str(tmp_path / "module.py")) == tmp_path / "mine" / "journeyctl"


@pytest.mark.parametrize("package", ["numpy", "holidays", "pytest"])
def test_a_package_is_known_by_name_and_version(package: str) -> None:
    assert kept_files.installed(package) == f"{package}-{version(package)}"


def test_a_package_without_a_note_beside_it_is_asked_for_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lonely").mkdir()
    (tmp_path / "lonely" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "lonely_friend-1.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert kept_files.installed("lonely") == ""
    assert kept_files.installed("not_there_at_all") == ""
    (tmp_path / "lonely_friend-1.0.dist-info").rename(tmp_path / "lonely-2.1.dist-info")
    assert kept_files.installed("lonely") == "lonely-2.1"
