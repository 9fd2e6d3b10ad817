"""`simulate --require` keeps its word by its exit status; `--attribution` stands beside the forecast."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

TINY = (
    "-n",
    "2",
    "--jobs",
    "1",
    "-q",
    "--compare",
    "none",
    "--set",
    "population.accounts.contacts=300",
    "--set",
    "length=8w",
)


@pytest.mark.parametrize(
    ("required", "status", "verdict"),
    [("cap_breaches<=0", 0, "fulfilled"), ("sends_per_contact>=100", 1, "broken"), ("leads>=1", 0, "")],
)
def test_a_broken_promise_is_exit_status_1(run: Run, small: Path, required: str, status: int, verdict: str) -> None:
    done = run("simulate", "plan", "-w", small, *TINY, "--require", required)
    assert done.status == status
    assert f"* Required {required}: {verdict}" in done.out


def test_every_requirement_is_told_in_json_with_its_interval(run: Run, small: Path) -> None:
    both = ("--require", "cap_breaches<=0", "--require", "sends_per_contact>=100")
    done = run("simulate", "plan", "-w", small, *TINY, *both, "--format", "json")
    assert done.status == 1
    found = json.loads(done.out)["requirements"]
    assert [(one["text"], one["verdict"]) for one in found] == [
        ("cap_breaches<=0", "fulfilled"), ("sends_per_contact>=100", "broken"),
    ]  # fmt: skip
    assert all({"value", "low", "high", "unit", "limit"} <= set(one) for one in found)


@pytest.mark.parametrize("required", ["engagement_rate>=193%", "happiness>=1", "sla"])
def test_a_slip_of_the_pen_is_found_before_anything_runs(run: Run, small: Path, required: str) -> None:
    done = run("simulate", "plan", "-w", small, *TINY, "--require", required)
    assert done.status == 2
    assert done.out == ""
    assert required.partition(">")[0] in done.err


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_attribution_stands_in_every_format(run: Run, small: Path, output: str) -> None:
    done = run(
        "simulate", "plan", "-w", small, *TINY, "--attribution", "--attribution-by", "channel",
        "--attribution-of", "requests", "--format", output,
    )  # fmt: skip
    assert done.status == 0, done.err
    assert "Shapley" in done.out
    assert "Markov" in done.out


def test_words_of_attribution_that_mean_nothing_are_wrong_use(run: Run, small: Path) -> None:
    done = run("simulate", "plan", "-w", small, *TINY, "--attribution", "--attribution-by", "colour")
    assert done.status == 2
    assert "colour" in done.err


@pytest.mark.parametrize("width", [60, 80, 120])
def test_money_and_caps_fit_the_width(run: Run, small: Path, width: int) -> None:
    done = run("simulate", "plan", "-w", small, *TINY, "--width", width)
    assert max(map(len, done.out.splitlines())) <= width
    for part in ("SPENT, ", "COST PER RESULT", "MAY NOT BE MAILED", "CAPS, "):
        assert part in done.out


def test_a_scenario_without_costs_tells_nothing_of_money_but_the_worth_of_deals(run: Run, small: Path) -> None:
    plan = small / "journey_specs" / "scenarios" / "plan.yaml"
    text = plan.read_text()
    start, end = text.index("costs:"), text.index("launches:")
    plan.write_text(text[:start] + text[end:])
    done = run("simulate", "plan", "-w", small, *TINY)
    assert "SPENT" not in done.out
    assert "COST PER RESULT" not in done.out
    assert "DEALS OF OWN LEADS" in done.out
