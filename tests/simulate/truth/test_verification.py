"""`verify-simulator` as a whole: it passes, and every seeded fault makes it fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from journeyctl import api
from journeyctl.cli.app import run
from journeyctl.graph.program import Cap
from journeyctl.report import verification_text
from journeyctl.semantics import gate
from journeyctl.simulate import reference
from journeyctl.simulate.desk_people import Worker
from journeyctl.simulate.desk_rules import WorkTime
from journeyctl.simulate.truth import chain, verification
from journeyctl.simulate.truth.verification import Check

CHECKS = [
    Check("queues", "Erlang C", "P(wait)", 0.5, 0.4991, 0.002, passed=True),
    Check("desk", "Erlang C", "begun at another second", 0, 3, 0, passed=False),
    Check("chain", "exact", "sent", 44_263.42, 44_305, 470.2, passed=True),
]


def failures(section: str) -> list[Check]:
    """Failed checks of one section, with the seed and the workspaces of the command."""
    found: list[Check] = []
    for check in api.verify_simulator(replications=8):
        if check.section == section:
            found.append(check)
        elif found:
            break
    assert found, "the section has checks"
    return [check for check in found if not check.passed]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_report_gives_the_verdict_first_and_fits_the_terminal(width: int) -> None:
    text = verification_text.render(CHECKS, width=width, seed=1)
    assert text.startswith("1 of 3 checks failed (seed 1).")
    assert "44,305" in text
    assert all(len(line) <= width for line in text.splitlines())


def test_the_machine_format_holds_every_check() -> None:
    document = json.loads(verification_text.render_json(CHECKS, width=80, seed=1))
    assert document["passed"] is False
    assert [check["passed"] for check in document["checks"]] == [True, False, True]


def test_an_unknown_format_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify-simulator", "--format", "xml"]) == 2
    assert "'xml' is no format" in capsys.readouterr().err


@pytest.mark.slow
def test_all_checks_pass_and_the_page_of_the_documentation_holds_their_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["verify-simulator", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {check["section"] for check in document["checks"]} == {"queues", "desk", "chain", "books"}
    checks = [Check(**check) for check in document["checks"]]
    page = (Path(__file__).parents[3] / "docs" / "truth.md").read_text(encoding="utf-8")
    assert verification_text.render_markdown(checks) in page, "run `make generate`"


@pytest.mark.slow
def test_without_a_fault_desk_chain_and_books_pass() -> None:
    assert [failures(section) for section in ("desk", "chain", "books")] == [[], [], []]


@pytest.mark.slow
def test_a_fault_at_the_desk_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Worker.done_at
    monkeypatch.setattr(Worker, "done_at", lambda worker, begins, seconds: honest(worker, begins, seconds) + 1)
    assert failures("desk")


@pytest.mark.slow
def test_a_fault_at_the_compiled_desk_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="the population engine is compiled by it")
    from journeyctl.simulate.population_engine import desk_tables as tables

    honest = tables._work

    def slower(work: WorkTime | None) -> tuple[int, ...]:
        median, *rest = honest(work)
        return (median + median // 100, *rest)

    monkeypatch.setattr(tables, "_work", slower)
    assert {check.measure for check in failures("desk")} == {"the same, compiled"}


@pytest.mark.slow
def test_a_fault_at_the_gate_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = gate._full_until

    def one_too_many(cap: Cap, *rest: object) -> int | None:
        return honest(replace(cap, maximum=cap.maximum + 1), *rest)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(gate, "_full_until", one_too_many)
    # The fault sits in the reference form; the compiled one has a gate of its own.
    monkeypatch.setattr(verification, "run", reference.simulate)
    assert any("cap" in check.measure for check in failures("books"))


@pytest.mark.slow
def test_a_fault_in_the_chain_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = chain._chance
    monkeypatch.setattr(chain, "_chance", lambda logit: honest(logit) * 0.9)
    assert failures("chain")
