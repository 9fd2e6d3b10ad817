"""What a quick command must not pay for: each case starts a fresh interpreter and looks at what it loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import journeyctl

ROOT = Path(journeyctl.__file__).parents[1]
HEAVY = {"altair", "numpy", "pandas", "polars", "pyarrow", "rich", "scipy", "simpy"}
SMALL = str(ROOT / "journeyctl" / "workspaces" / "small")

PROBE = """
import contextlib, io, json, sys
status = 0
with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.redirect_stderr(io.StringIO()) as complained:
    try:
        {body}
    except SystemExit as stop:
        status = stop.code or 0
loaded = sorted(set(name.partition(".")[0] for name in sys.modules))
ours = sorted(name for name in sys.modules if name.startswith("journeyctl"))
print(json.dumps(dict(status=status, loaded=loaded, ours=ours, shown=shown.getvalue() + complained.getvalue())))
"""


def probe(body: str) -> dict[str, object]:
    """Runs one statement in a fresh interpreter; its exit status, its output, and the modules it loaded."""
    # Coverage starts itself in child processes when told to by the environment, and would load packages of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))}
    environment["PYTHONPATH"] = str(ROOT)
    process = subprocess.run(
        [sys.executable, "-c", PROBE.replace("{body}", body)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    result: dict[str, object] = json.loads(process.stdout)
    return result


def loaded(result: dict[str, object]) -> set[str]:
    names = result["loaded"]
    assert isinstance(names, list)
    return set(names)


def test_the_package_alone_loads_none_of_its_modules() -> None:
    result = probe("import journeyctl")
    assert result["ours"] == ["journeyctl"]
    assert loaded(result) & (HEAVY | {"typer", "yaml", "jsonschema", "jsonschema_rs"}) == set()


def test_the_version_is_answered_without_the_command_line_parser() -> None:
    result = probe("import journeyctl.__main__ as entry; status = entry.main(['--version'])")
    assert result["status"] == 0
    assert result["shown"] == f"journeyctl {journeyctl.__version__}\n"
    assert result["ours"] == ["journeyctl", "journeyctl.__main__"]
    assert loaded(result) & (HEAVY | {"typer", "click", "yaml"}) == set()


@pytest.mark.parametrize(
    "words",
    [["--help"], ["validate", "--help"], ["validate", SMALL], ["explain", "--list"]],
    ids=["help", "help of a command", "validate", "explain"],
)
def test_a_quick_command_loads_no_heavy_package(words: list[str]) -> None:
    result = probe(f"import journeyctl.__main__ as entry; status = entry.main({words!r})")
    assert result["status"] == 0, result["shown"]
    assert result["shown"]
    assert loaded(result) & HEAVY == set()


def test_the_probe_notices_a_heavy_package() -> None:
    assert "numpy" in loaded(probe("import numpy"))
