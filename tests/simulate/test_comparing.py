"""Comparisons know who flipped, who exists in one world only, and that a desk acts on nobody before it reports."""

from __future__ import annotations

import dataclasses
from functools import cache, partial

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.results.before_outcomes import BeforeOutcomes
from journeyctl.simulate import comparing
from journeyctl.simulate import forecast as forecasts
from journeyctl.simulate.comparing import only_desks_differ, reduction_for, same_people
from journeyctl.simulate.experiment import BASE, Variant, variants_of
from journeyctl.simulate.forecast import Forecast
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

# The plain engine: what is tested here does not depend on how runs are done, and it needs no compiling.
forecast = partial(forecasts.forecast, engine="reference")
EAGER = ("behaviours.default.parameters.request_intercept.value", 2)
TINY = (("population.accounts.contacts", 300), ("length", "8w"), EAGER)


@cache
def plan() -> Workspace:
    return with_set(load(locate("small")), TINY, scenario="plan")


def changed(*assignments: tuple[str, object]) -> Variant:
    return Variant("changed", "", with_set(plan(), assignments, scenario="plan"), "plan")


def base() -> Variant:
    return variants_of(plan(), "plan", [])[BASE]


@pytest.mark.parametrize(
    ("path", "value", "people", "desks"),
    [
        ("desks.sales.teams.inside.sdrs", 1, True, True),
        ("desks.sales.crm_sync.at", "04:00", True, True),
        ("policies.caps.weekly.max", 1, True, False),
        ("population.accounts.contacts", 310, False, False),
        ("population.fields.contact.consent_marketing", 0.5, True, False),
        ("quality.duplicates", 0.1, False, False),
        ("seed", 1, True, False),
    ],
)
def test_what_two_variants_have_in_common_is_known(path: str, value: object, people: bool, desks: bool) -> None:
    other = changed((path, value))
    assert same_people(base(), other) is people
    assert only_desks_differ(base(), other) is desks
    found = reduction_for((base(), other))
    assert (found.keep_known, found.keep_before) == (not people, desks)


@cache
def against(*assignments: tuple[str, object]) -> Forecast:
    return forecast(plan(), "plan", replications=2, compare_with=(), against={"then": changed(*assignments).workspace})


def test_gained_less_lost_is_the_difference_in_askers() -> None:
    found = against(("population.fields.contact.consent_marketing", 0.4)).comparisons["then"]
    gained, lost = found.gained.value, found.lost.value
    assert gained is not None
    assert lost is not None
    assert gained + lost > 0, "fewer consents must change who asks"
    assert gained - lost == pytest.approx(found.differences["askers"][()].value)
    assert found.only_here.value == found.only_there.value == 0
    for part, mean in (("gained", gained), ("lost", lost)):
        assert sum(getattr(one, part) for one in found.flipped) == mean * len(found.replications)


def test_contacts_that_exist_in_one_world_only_are_listed_apart() -> None:
    found = against(("population.accounts.contacts", 600)).comparisons["then"]
    assert found.only_there.value
    apart = [one for one in found.flipped if one.only_there]
    assert apart
    assert all(one.gained == one.lost == one.only_here == 0 for one in apart)
    numbers = [part.value or 0 for part in (found.gained, found.only_here, found.lost, found.only_there)]
    assert numbers[0] + numbers[1] - numbers[2] - numbers[3] == pytest.approx(found.differences["askers"][()].value)


def test_another_headcount_changes_nothing_before_its_first_outcome() -> None:
    assert against(("desks.sales.teams.inside.sdrs", 1)).violations == ()


def test_a_desk_that_reached_contacts_by_a_way_of_its_own_would_be_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    real = comparing.before_outcomes
    calls: list[int] = []

    def disturbed(record: object, *, start: int) -> BeforeOutcomes:
        calls.append(start)
        found = real(record, start=start)  # type: ignore[arg-type]  # handed on as it came
        return found if len(calls) % 2 else dataclasses.replace(found, hashes=found.hashes + 1)

    monkeypatch.setattr(comparing, "before_outcomes", disturbed)
    other = changed(("desks.sales.teams.inside.sdrs", 1)).workspace
    found = forecast(plan(), "plan", replications=1, compare_with=(), against={"then": other})
    assert [violation.where for violation in found.violations] == ["then"]


def test_a_workspace_without_the_scenario_cannot_be_compared() -> None:
    scenarios = {"other": plan().scenarios["plan"]}
    with pytest.raises(UsageError, match="there is no scenario 'plan' in 'then'"):
        forecast(plan(), "plan", against={"then": dataclasses.replace(plan(), scenarios=scenarios)})
