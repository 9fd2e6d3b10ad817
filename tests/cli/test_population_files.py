"""`population --out`: the people as a file that a scenario can read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet

from tests.cli.conftest import Run


@pytest.mark.parametrize("name", ["people.csv", "people.parquet"])
def test_the_people_of_a_scenario_are_the_people_of_one_that_reads_them(
    run: Run, small: Path, tmp_path: Path, name: str
) -> None:
    scenarios = small / "journey_specs" / "scenarios"
    drawn = run("population", "plan", "-w", small, "--out", scenarios / name)
    assert drawn.status == 0
    assert drawn.err.endswith(f" people in {scenarios / name}\n")
    text = (scenarios / "plan.yaml").read_text(encoding="utf-8")
    spread = text[text.index("population:") : text.index("behaviour:")]
    text = text.replace(spread, f"population: {{contacts: {name}}}\n").replace("  duplicates:", "  # duplicates:")
    (scenarios / "plan.yaml").write_text(text, encoding="utf-8")
    read = run("population", "plan", "-w", small)
    # Accounts that nobody belongs to are in no file of contacts.
    wanted = drawn.out.partition("accounts without")[0]
    assert (read.status, read.out.partition("accounts without")[0]) == (0, wanted)


def test_people_as_parquet_have_the_types_of_the_profile(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("population", "plan", "-w", small, "--out", tmp_path / "people.parquet").status == 0
    schema = parquet.read_schema(tmp_path / "people.parquet")
    assert str(schema.field("contact.consent_marketing").type) == "bool"
    assert str(schema.field("contact.role").type) == "string"
    assert b"workspace_hash" in schema.metadata


def test_other_files_of_people_are_refused_before_anything_is_drawn(run: Run, small: Path, tmp_path: Path) -> None:
    done = run("population", "plan", "-w", small, "--out", tmp_path / "people.xlsx")
    assert (done.status, done.out) == (2, "")
    assert "'people.xlsx' is no file of people" in done.err
