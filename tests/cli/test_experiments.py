"""Sweeps, staffing, parameter draws and comparisons with other states of a workspace, as people call them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run

TINY = ("--set", "population.accounts.contacts=200", "--set", "length=3w")
SDRS = "desks.sales.teams.inside.sdrs"


def arguments(command: str, small: Path, *more: str) -> tuple[str, ...]:
    return (command, "plan", "-w", str(small), "--jobs", "1", "--engine", "reference", *TINY, *more)


def longest(text: str) -> int:
    return max(map(len, text.splitlines()))


# --- sweep


def test_sweep_prints_one_table_with_differences_to_the_first_row(run: Run, small: Path) -> None:
    outcome = run(*arguments("sweep", small, "--over", f"{SDRS}=1,2", "-n", "2"))
    assert outcome.status == 0, outcome.err
    assert "less that of 1" in outcome.out
    assert "DEMAND PER CAPACITY (SALES)" in outcome.out
    assert "The same in every row: " in outcome.out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_sweep_and_staff_keep_to_the_width_and_never_cut_a_number(run: Run, small: Path, width: int) -> None:
    for more in (("sweep", "--over", f"{SDRS}=1,2"), ("staff", "--over", "headcount")):
        outcome = run(*arguments(more[0], small, *more[1:], "-n", "2", "--width", str(width)))
        assert outcome.status == 0, outcome.err
        assert longest(outcome.out) <= width, outcome.out


def test_a_sweep_stops_for_one_reason(run: Run, small: Path) -> None:
    sweep = arguments("sweep", small, "--over", f"{SDRS}=1,2")
    assert run(*sweep, "-n", "2", "--precision", "sla=1pp").status == 2
    assert run(*sweep, "--max-replications", "2").status == 2
    assert run(*sweep, "--precision", "sla=1%").status == 2


def test_sweep_as_json_and_csv_carries_every_row(run: Run, small: Path, tmp_path: Path) -> None:
    sweep = arguments("sweep", small, "--over", f"{SDRS}=1,2", "--over", "policies.caps.weekly.max=1,2", "-n", "2")
    document = json.loads(run(*sweep, "--format", "json").out)
    assert document["format_version"] == 1
    assert [row["name"] for row in document["rows"]] == ["1, 1", "1, 2", "2, 1", "2, 2"]
    assert document["rows"][0]["measures"][0]["difference"] is None
    out = tmp_path / "sweep.csv"
    assert run(*sweep, "--format", "csv", "--out", str(out)).status == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert {row[SDRS] for row in rows} == {"1", "2"}
    assert {"measure", "value", "difference", "difference_low"} <= set(rows[0])


@pytest.mark.parametrize(
    ("more", "fact"),
    [
        (("--over", "seed"), "does not say what to vary"),
        (("--over", "seed=1,2"), "the seed"),
        (("--over", f"{SDRS}=1", "--trade", "leads"), "does not name two measures"),
        (("--over", f"{SDRS}=1", "--base", "last"), "nothing to compare with"),
        (("--over", f"{SDRS}=1", "--format", "xml"), "no format of sweep"),
    ],
)
def test_sweep_refuses_what_makes_no_sense(run: Run, small: Path, more: tuple[str, ...], fact: str) -> None:
    outcome = run(*arguments("sweep", small, *more))
    assert outcome.status == 2
    assert fact in outcome.err


# --- staff


def test_staff_answers_in_a_sentence_and_a_table(run: Run, small: Path) -> None:
    outcome = run("staff", "-w", small, "--jobs", "1", "--engine", "reference", *TINY, "-n", "2")
    assert outcome.status == 0, outcome.err
    for text in ("* Headcount: ", "* Launch ramp: ", "* Frequency cap: ", "SDRS (", "References, not answers"):
        assert text in outcome.out


def test_staff_as_json_and_csv_holds_every_candidate(run: Run, small: Path) -> None:
    staff = arguments("staff", small, "--over", "headcount", "-n", "2")
    document = json.loads(run(*staff, "--format", "json").out)
    (answer,) = document["answers"]
    assert answer["topic"] == "headcount"
    assert answer["found"] in [one["amount"] for one in answer["candidates"]]
    assert document["references"]["workload_bound"] >= 1
    rows = list(csv.DictReader(io.StringIO(run(*staff, "--format", "csv").out)))
    assert {row["value"] for row in rows} == {one["value"] for one in answer["candidates"]}


def test_staff_names_overload_and_ends_with_status_1_where_nothing_keeps_the_promise(run: Run, small: Path) -> None:
    busy = ("--set", "desk_inflow.web-form.per_week=300", "--set", "desks.sales.sla.clock=wall")
    outcome = run(*arguments("staff", small, "--over", "ramp", "-n", "2", *busy))
    assert outcome.status == 1
    assert "the headcount is what is missing" in " ".join(outcome.out.split())
    forecast = run(*arguments("simulate", small, "--compare", "none", "-n", "2", *busy))
    assert "overloaded: leads ask for" in " ".join(forecast.out.split())


@pytest.mark.parametrize(
    ("more", "fact"),
    [
        (("--over", "rumours"), "'rumours' cannot be searched"),
        (("--criterion", "best-week"), "is no criterion"),
        (("--target", "150%"), "is no share of leads"),
        (("--team", "outside"), "has a team 'outside'"),
    ],
)
def test_staff_refuses_what_makes_no_sense(run: Run, small: Path, more: tuple[str, ...], fact: str) -> None:
    outcome = run(*arguments("staff", small, *more))
    assert outcome.status == 2
    assert fact in outcome.err


# --- simulate


def test_precision_ends_the_replications_and_is_told(run: Run, small: Path) -> None:
    simulate = arguments("simulate", small, "--compare", "none", "--precision", "leads=20%")
    outcome = run(*simulate)
    assert outcome.status == 0, outcome.err
    assert "leads: +-" in outcome.out
    assert "was asked for." in outcome.out.replace("\n", " ")
    short = run(*simulate, "--precision", "sals=0.1%", "--max-replications", "9")
    assert "sals: not reached: +-" in short.out


def test_precision_and_replications_exclude_each_other(run: Run, small: Path) -> None:
    assert run(*arguments("simulate", small, "--precision", "leads=5%", "-n", "3")).status == 2
    assert run(*arguments("simulate", small, "--max-replications", "3")).status == 2


def test_a_folder_is_compared_with_and_the_contacts_that_flip_are_listed(run: Run, small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(small, other)
    file = other / "journey_specs/scenarios/plan.yaml"
    file.write_text(file.read_text().replace("consent_marketing: {value: 70%", "consent_marketing: {value: 55%"))
    eager = ("--set", "behaviours.default.parameters.request_intercept.value=2")
    simulate = arguments("simulate", small, "--against", str(other), "-n", "2", *eager)
    text = run(*simulate)
    assert text.status == 0, text.err
    assert f"AGAINST {other}" in text.out.replace("\n", " ")
    assert "Asked only here: u" in text.out
    comparison = json.loads(run(*simulate, "--format", "json").out)["comparisons"][str(other)]
    gained = sum(one["gained"] for one in comparison["flipped"])
    assert gained == comparison["gained"]["value"] * 2 > 0


@pytest.mark.slow
def test_parameter_draws_answer_for_one_future_run(run: Run, small: Path) -> None:
    simulate = arguments("simulate", small, "--parameters", "50", "--set", "population.accounts.contacts=60")
    outcome = run(*simulate)
    assert outcome.status == 0, outcome.err
    assert "ONE FUTURE RUN" in outcome.out
    assert longest(outcome.out) <= 80
    document = json.loads(run(*simulate, "--format", "json").out)
    assert len(document["draws"]) == 50
    assert {"mean", "low", "high", "chance", "parameters", "drivers"} <= set(document["measures"][0])


@pytest.mark.slow
def test_parameter_draws_that_are_kept_are_not_run_again(run: Run, small: Path, tmp_path: Path) -> None:
    simulate = arguments("simulate", small, "--parameters", "50", "--set", "population.accounts.contacts=60", "-q")
    plain = run(*simulate, "--format", "json")
    folder = tmp_path / "runs"
    assert run(*simulate, "--format", "json", "--resume", folder).out == plain.out
    kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(kept) == 100
    assert run(*simulate, "--format", "json", "--resume", folder).out == plain.out
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept
    other = run(*arguments("simulate", small, "--parameters", "51", "--set", "population.accounts.contacts=60"),
                "--resume", folder)  # fmt: skip
    assert other.status == 2
    assert "is of a draw of parameters with the hash" in other.err


def test_parameter_draws_go_with_no_other_question(run: Run, small: Path) -> None:
    assert run(*arguments("simulate", small, "--parameters", "50", "--compare", "one-sdr")).status == 2
    assert run(*arguments("simulate", small, "--parameters", "20")).status == 2
    elsewhere = run(*arguments("simulate", small, "--parameters", "50", "--executor", "nowhere:1"))
    assert (elsewhere.status, "nowhere" in elsewhere.err) == (2, True)


@pytest.mark.parametrize(
    ("setting", "fact"),
    [
        (f"{SDRS}=0", "has no SDR"),
        ("length=0d", "has no length"),
        ("scoring.decay.half_life=59min", "shorter than an hour"),
        ("scoring.mql.score=-5", "is less than 0"),
        ("inflow={web: {visitors_per_week: 1e6, form: 0%}}", "is more than 100000"),
        ("desk_inflow={web: {per_week: 2e5}}", "is more than 100000"),
        ("desk_inflow={web: {per_week: 1e5}, weekly_factor: {cv: 5}}", "no count of so many is drawn"),
        ("other_mail={lines: [ct], per_week: 200}", "is more than 168"),
        ("launches.department-heads.on=2027-01-01", "is launched on 2027-01-01"),
        ("population.fields.contact.consent_marketing=150%", "is above 100%"),
        ("population.fields.contact.role.specialist.value=90%", "add up to"),
    ],
)
def test_a_contradiction_that_is_set_is_refused_before_anything_runs(
    run: Run, small: Path, setting: str, fact: str
) -> None:
    for command in ("simulate", "staff"):
        outcome = run(command, "plan", "-w", small, "--set", setting)
        assert outcome.status == 2
        assert fact in outcome.err
