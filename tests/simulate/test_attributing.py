"""Rules of attribution beside the truth: the same people and chances in a world with one thing switched off."""

from __future__ import annotations

import dataclasses
import json
from functools import cache

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.model.specification import Workspace
from journeyctl.report import attribution_json, attribution_text
from journeyctl.results.attribution.credits import MODELS
from journeyctl.simulate.attributing import EMAIL, Attribution, attribute, without_each
from journeyctl.simulate.experiment import BASE
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

EAGER = ("behaviours.default.parameters.request_intercept.value", 2)
TINY = (("population.accounts.contacts", 300), ("length", "8w"), EAGER)


@cache
def plan() -> Workspace:
    return with_set(load(locate("small")), TINY, scenario="plan")


@cache
def found(by: str) -> Attribution:
    return attribute(plan(), "plan", by=by, replications=2)


@pytest.mark.parametrize("by", ["journey", "channel", "level"])
def test_the_credits_of_every_rule_add_up_to_all_conversions(by: str) -> None:
    attribution = found(by)
    assert attribution.conversions.value
    for model in MODELS:
        total = sum(one.value or 0.0 for one in attribution.credited[model].values())
        assert total == pytest.approx(attribution.conversions.value), model


def test_without_the_only_journey_every_lead_is_lost() -> None:
    attribution = found("journey")
    (journey,) = attribution.truth
    assert attribution.truth[journey].value == attribution.conversions.value
    assert found("channel").truth[EMAIL].value == attribution.conversions.value


def test_a_world_without_something_has_the_same_people() -> None:
    variants = without_each(plan(), "plan", "journey")
    assert next(iter(variants)) == BASE
    for variant in variants.values():
        there, here = variant.workspace.scenarios["plan"], plan().scenarios["plan"]
        assert (there.population, there.seed, there.start) == (here.population, here.seed, here.start)


def test_what_cannot_be_switched_off_has_credits_and_no_truth() -> None:
    attribution = found("channel")
    assert "web" in attribution.labels
    assert "web" not in attribution.truth


def test_a_rule_that_tells_the_truth_has_no_distance_from_it() -> None:
    attribution = found("journey")
    honest = dataclasses.replace(attribution, credited={**attribution.credited, "honest": attribution.truth})
    assert honest.distance("honest") == 0


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_width_and_says_what_the_numbers_mean(width: int) -> None:
    text = attribution_text.attribution(found("channel"), width)
    assert max(map(len, text.splitlines())) <= width
    assert all(model in text for model in MODELS)
    assert "not who caused it" in " ".join(text.split())


def test_as_json_every_label_has_the_truth_and_all_credits() -> None:
    document = json.loads(json.dumps(attribution_json.attribution(found("journey")), allow_nan=False))
    assert [label["label"] for label in document["labels"]] == list(found("journey").labels)
    assert all(set(label["credited"]) == set(MODELS) for label in document["labels"])


@pytest.mark.parametrize(("words", "fact"), [({"by": "colour"}, "no dimension"), ({"outcome": "joy"}, "no outcome")])
def test_words_that_mean_nothing_are_refused(words: dict[str, str], fact: str) -> None:
    with pytest.raises(UsageError, match=fact):
        attribute(plan(), "plan", replications=1, **words)  # type: ignore[arg-type]  # the table holds words only
