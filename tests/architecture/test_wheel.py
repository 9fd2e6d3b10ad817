"""What an installed package brings along."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a source archive and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    process = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return folder


def files_of(folder: str, *, suffixes: tuple[str, ...]) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in suffixes
    }


@pytest.mark.slow
def test_the_wheel_holds_the_package_with_its_data_and_the_reference_workspace(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    package = files_of(
        "journeyctl", suffixes=(".py", ".json", ".yaml", ".typed", ".html", ".css", ".js", ".xsd", ".bin")
    )
    pilot = {
        f"journeyctl/workspaces/pilot/{name}"
        for folder in ("journey_specs", "content_catalog")
        for name in files_of(folder, suffixes=(".yaml",))
    }
    assert "journeyctl/workspaces/pilot/journey_specs/workspace.yaml" in pilot
    assert (package | pilot) - inside == set()
    assert [name for name in inside if name.startswith(("tests/", "docs/"))] == []


@pytest.mark.slow
def test_a_package_unpacked_elsewhere_finds_its_own_copy_of_the_pilot(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202 - built a moment ago from this checkout
    program = "from journeyctl.workspaces import locate; print(locate('pilot'))"
    process = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert Path(process.stdout.strip()) == tmp_path / "journeyctl" / "workspaces" / "pilot"


@pytest.mark.slow
def test_the_source_archive_can_be_tested(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        inside = {name.partition("/")[2] for name in opened.getnames()}
    assert {"Makefile", "LICENSE", "README.md", "pyproject.toml", "tests/conftest.py"} <= inside
    assert "journey_specs/workspace.yaml" in inside
