"""The published rates of untargeted mail, and how a miss explains itself."""

from __future__ import annotations

import pytest

from journeyctl.behaviour.check import TARGETS, untargeted_mail
from journeyctl.model.behaviour import Behaviour, Parameter


def test_untargeted_weekly_mail_gives_the_published_rates(behaviour: Behaviour) -> None:
    outcome = untargeted_mail(behaviour)
    assert outcome.failures() == ()
    assert set(outcome.rates()) == set(TARGETS)
    assert outcome.delivered > 31_000
    assert set(outcome.means("open")) == {
        "intercept",
        "responsiveness",
        "interest",
        "misfit",
        "fatigue",
        "weekday",
        "quality",
    }


@pytest.mark.parametrize(
    ("parameter", "value", "rate", "term"),
    [
        ("fatigue", 3.0, "human open", "fatigue"),
        ("open_intercept", 0.2, "human open", "intercept"),
        ("click_interest_slope", -2.0, "human click", "interest"),
        ("unsubscribe_intercept", -3.0, "unsubscribe", "intercept"),
    ],
)
def test_a_wrong_number_is_named_as_the_cause(
    behaviour: Behaviour, parameter: str, value: float, rate: str, term: str
) -> None:
    numbers = {**behaviour.parameters, parameter: Parameter(value=value)}
    wrong = Behaviour(
        name="wrong",
        parameters=numbers,
        stages=behaviour.stages,
        activity=behaviour.activity,
        placement=behaviour.placement,
    )
    failures = untargeted_mail(wrong, contacts=800).failures()
    assert any(text.startswith(f"{rate} is ") and f"term '{term}' of" in text for text in failures), failures
