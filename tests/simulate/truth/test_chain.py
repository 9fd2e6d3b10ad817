"""The exact chain: it agrees with the simulation, and says where it does not apply."""

from __future__ import annotations

from functools import cache

import pytest

from journeyctl.api import Checked, checked_workspace, with_values
from journeyctl.draws import Draws
from journeyctl.simulate.run import run, world_of
from journeyctl.simulate.truth import chain
from journeyctl.simulate.truth.chain import Exact, NotExact, exact
from journeyctl.simulate.truth.chain_agreement import compare_with_chain, observed
from journeyctl.workspaces import locate


@cache
def acceptance() -> Checked:
    return checked_workspace(locate("acceptance"))


def changed(path: str, value: object) -> Checked:
    return with_values(acceptance(), ((path, value),), scenario="exact")


def answer(checked: Checked) -> Exact | NotExact:
    draws = Draws(1, 0)
    return exact(world_of(checked.workspace, "exact", draws), draws)


def test_simulated_contacts_agree_with_the_exact_chain() -> None:
    found = compare_with_chain(acceptance().workspace, "exact", seed=3, replications=1)
    assert not isinstance(found, NotExact)
    assert {count.name for count in found} >= {"sent", "clicked", "asked", "unsubscribed", "ended: quiet"}
    assert all(abs(count.z) < 4 for count in found), found


def test_every_contact_is_entered_and_every_visit_ends_or_meets_the_desk() -> None:
    found = answer(acceptance())
    assert isinstance(found, Exact)
    ends = sum(mean for name, mean in found.means.items() if name.startswith("ended"))
    assert ends + found.means["handed off"] == pytest.approx(found.means["entered"])
    assert found.deviations["entered"] == pytest.approx(0, abs=1e-6)


def test_a_chance_that_is_off_by_a_tenth_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = chain._chance
    monkeypatch.setattr(chain, "_chance", lambda logit: min(1.0, honest(logit) * 1.1))
    found = compare_with_chain(acceptance().workspace, "exact", seed=3, replications=1)
    assert not isinstance(found, NotExact)
    assert any(abs(count.z) > 4 for count in found)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("behaviours.exact.parameters.fatigue", 0.1, "'fatigue' is not 0"),
        ("behaviours.exact.parameters.stage_up", 0.3, "move from stage to stage"),
        ("behaviours.exact.parameters.prefetching", 0.1, "open by themselves"),
        ("behaviours.exact.parameters.open_delay_sigma", 2, "times to the open are spread"),
        ("behaviours.exact.weekdays.tue", 0.2, "'weekdays' are not all 0"),
    ],
)
def test_a_scenario_without_an_exact_chain_names_what_stands_in_the_way(path: str, value: object, words: str) -> None:
    found = answer(changed(path, value))
    assert isinstance(found, NotExact)
    assert any(words in reason for reason in found.reasons), found.reasons


def test_every_obstacle_of_a_usual_workspace_is_named_once() -> None:
    checked = checked_workspace(locate("small"))
    draws = Draws(1, 0)
    found = exact(world_of(checked.workspace, "plan", draws), draws)
    assert isinstance(found, NotExact)
    text = "; ".join(found.reasons)
    for words in ("caps", "comes again" if "comes again" in text else "come again", "circle", "lead.open", "'mql'"):
        assert words in text, text
    assert len(set(found.reasons)) == len(found.reasons)


def test_a_run_that_ends_too_early_has_no_exact_answer() -> None:
    found = answer(changed("length", "3w"))
    assert isinstance(found, NotExact)
    assert "before the last contact" in found.reasons[0]


def test_counts_of_a_record_leave_out_ends_after_the_desk() -> None:
    draws = Draws(1, 0)
    counts = observed(run(world_of(acceptance().workspace, "exact", draws), draws).record.record())
    assert counts["entered"] == sum(n for name, n in counts.items() if name.startswith("ended")) + counts["handed off"]
