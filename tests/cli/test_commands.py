"""Every command does its main job on the small workspace, in every format that it offers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def _longest(text: str) -> int:
    return max(map(len, text.splitlines()))


def test_init_makes_a_workspace_that_validates_and_passes_its_tests(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("init", folder).status == 0
    assert run("validate", folder).status == 0
    tested = run("test", folder)
    assert tested.status == 0
    assert tested.out.splitlines()[-1].endswith("0 failed")


def test_init_copies_the_pilot(run: Run, tmp_path: Path) -> None:
    assert run("init", "--from", "pilot", tmp_path / "pilot").status == 0
    assert run("validate", tmp_path / "pilot").out.startswith("no findings")


def test_init_never_writes_into_a_folder_that_holds_something(run: Run, small: Path) -> None:
    before = sorted(small.rglob("*"))
    outcome = run("init", small)
    assert outcome.status == 2
    assert "not an empty folder" in outcome.err
    assert sorted(small.rglob("*")) == before


def test_validate_as_json_names_its_format_and_the_tool(run: Run, small: Path) -> None:
    document = json.loads(run("validate", small, "--format", "json").out)
    assert document["format_version"] == 1
    assert document["findings"] == []


def test_explain_shows_a_page_and_lists_all(run: Run) -> None:
    assert run("explain", "JC203").out.startswith("JC203 cycle-without-wait")
    assert run("explain", "cycle-without-wait").out == run("explain", "JC203").out
    assert len(run("explain", "--list").out.splitlines()) > 20


def test_test_tells_where_a_failed_expectation_stands(run: Run, small: Path) -> None:
    file = next((small / "journey_specs/tests").glob("*.yaml"))
    text = file.read_text(encoding="utf-8")
    broken = text.replace("handoff: sales", "handoff: nobody")
    assert broken != text
    file.write_text(broken, encoding="utf-8")
    outcome = run("validate", small)
    assert outcome.status == 1, "a desk that does not exist is a finding before any test runs"


def test_a_failed_spec_test_ends_with_status_1_and_shows_both_sides(run: Run, small: Path) -> None:
    file = next((small / "journey_specs/tests").glob("*.yaml"))
    text = file.read_text(encoding="utf-8")
    assert "entered: true" in text
    file.write_text(text.replace("entered: true", "entered: false", 1), encoding="utf-8")
    outcome = run("test", small)
    assert outcome.status == 1
    assert "FAIL" in outcome.out
    assert "expected not entered" in outcome.out
    document = json.loads(run("test", small, "--format", "json").out)
    assert document["failed"] >= 1


def test_trace_tells_why_at_each_step(run: Run, small: Path) -> None:
    outcome = run("trace", "--test", "john-doe", "-w", small)
    assert outcome.status == 0
    assert "no: account.is_customer" in outcome.out or "no: clinic.is_customer" in outcome.out
    assert json.loads(run("trace", "--test", "john-doe", "-w", small, "--format", "json").out)["moments"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_texts_keep_to_the_width_of_the_terminal(run: Run, small: Path, width: int) -> None:
    for command in (("trace", "--test", "john-doe"), ("population", "plan"), ("targets", "list")):
        place = () if command[0] == "targets" else ("-w", small)
        outcome = run(*command, *place, "--width", width)
        assert outcome.status == 0, outcome.err
        assert _longest(outcome.out) <= width, outcome.out


def test_population_writes_the_people(run: Run, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "people.csv"
    outcome = run("population", "plan", "-w", small, "--out", out)
    assert outcome.status == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert {"contact", "clinic", "contact.country"} <= set(rows[0])
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_simulate_prints_the_verdict_first_and_fits_the_width(run: Run, small: Path, width: int) -> None:
    outcome = run(
        "simulate", "plan", "-w", small, "--replications", "2", "--compare", "none", "--width", width, "--jobs", "1"
    )
    assert outcome.status == 0, outcome.err
    assert outcome.out.index("VERDICT") < outcome.out.index("FUNNEL")
    assert _longest(outcome.out) <= width, outcome.out


def test_simulate_gives_the_same_bytes_for_the_same_seed_and_any_number_of_jobs(run: Run, small: Path) -> None:
    arguments = ("simulate", "plan", "-w", small, "--replications", "2", "--compare", "none", "--format", "json")
    one = run(*arguments, "--jobs", "1")
    two = run(*arguments, "--jobs", "2")
    assert one.out == two.out
    assert run(*arguments, "--jobs", "1", "--seed", "8").out != one.out


def test_simulate_as_json_carries_every_measure_with_its_definition(run: Run, small: Path) -> None:
    outcome = run(
        "simulate", "plan", "-w", small, "--replications", "2", "--compare", "none", "--format", "json", "--jobs", "1"
    )
    document = json.loads(outcome.out)
    assert document["format_version"] == 1
    assert document["seed"]
    for measure in document["measures"]:
        assert {"name", "unit", "clock", "value", "low", "high", "confidence", "replications", "definition"} <= set(
            measure
        )
    assert {"measured", "cited", "assumed", "not said"} >= {a["source"].split(":")[0] for a in document["assumptions"]}


def test_simulate_writes_csv_and_the_event_record(run: Run, small: Path, tmp_path: Path) -> None:
    log = tmp_path / "events.csv"
    outcome = run(
        "simulate",
        "plan",
        "-w",
        small,
        "--replications",
        "1",
        "--compare",
        "none",
        "--format",
        "csv",
        "--log",
        log,
        "--jobs",
        "1",
    )
    assert outcome.status == 0, outcome.err
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert {row["variant"] for row in rows} == {"base"}
    with log.open(encoding="utf-8") as file:
        kinds = {row["kind"] for row in csv.DictReader(file)}
    assert {"entered", "sent", "delivered"} <= kinds


def test_set_changes_one_value_for_one_run(run: Run, small: Path) -> None:
    arguments = (
        "simulate",
        "plan",
        "-w",
        small,
        "--replications",
        "1",
        "--compare",
        "none",
        "--format",
        "json",
        "--jobs",
        "1",
    )
    assert run(*arguments, "--set", "length=2w").out != run(*arguments).out
    wrong = run(*arguments, "--set", "lenght=2w")
    assert wrong.status == 2
    assert "length" in wrong.err


def test_compile_writes_the_file_and_says_what_is_lost(run: Run, small: Path, tmp_path: Path) -> None:
    outcome = run("compile", "department-heads", "-w", small, "--out", tmp_path)
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "department-heads.bpmn").read_bytes().startswith(b"<?xml")
    assert "lossy" in outcome.out
    strict = run("compile", "department-heads", "-w", small, "--out", tmp_path / "strict", "--strict")
    assert strict.status == 3
    assert not (tmp_path / "strict").exists()


def test_schema_prints_the_published_schema(run: Run) -> None:
    document = json.loads(run("schema", "journey").out)
    assert document["$schema"].endswith("2020-12/schema")


def test_version_names_every_format(run: Run) -> None:
    assert set(json.loads(run("version", "--format", "json").out)) == {
        "journeyctl",
        "spec",
        "log",
        "report",
        "behaviour",
    }
