"""The published response model, as a behaviour document made by hand: tests do not depend on the shipped file."""

from __future__ import annotations

import pytest

from journeyctl.model.behaviour import Behaviour, Parameter

NUMBERS = {
    "responsiveness_spread": 0.8, "clinic_responsiveness_spread": 0.4, "interest_concentration": 3, "interest_limit": 2,
    "hard_bounce": 0.004, "soft_bounce": 0.006,
    "open_intercept": -0.65, "open_interest_slope": 0.35, "open_misfit_slope": -0.15, "fatigue": 0.12,
    "fatigue_memory": 5, "open_item_spread": 0.25,
    "click_intercept": -1.95, "click_responsiveness_slope": 0.4, "click_interest_slope": 0.45,
    "click_misfit_slope": -0.35, "click_item_spread": 0.25,
    "unsubscribe_intercept": -4.65, "unsubscribe_interest_slope": -0.3, "unsubscribe_fatigue": 0,
    "request_intercept": -3.4, "request_level_slope": 0.3, "request_stage_slope": 0.7, "request_unready_slope": -1.5,
    "request_interest_slope": 0.5, "request_pause": 90,
    "need_intercept": -2, "need_stage_slope": 0.9, "need_asked": 0.5, "need_fit_a": 0.8, "need_fit_b": 0.3,
    "need_fit_c": 0, "need_fit_none": -0.5,
    "open_delay_median": 4, "open_delay_sigma": 2, "click_delay_median": 1, "click_delay_sigma": 1.5,
    "request_delay_median": 10, "request_delay_sigma": 1,
    "further_pages": 1.2, "further_pages_interested": 0.8, "form_base": 0.04, "form_per_level": 0.04,
    "unsolicited_visits_early": 0.02, "unsolicited_visits_late": 0.10,
    "stage_up": 0.3, "stage_decay": 0, "stage_idle": 120,
    "prefetching": 0.15, "prefetch_open": 0.9, "scanning": 0.25, "scanner_open": 0.5, "scanner_click": 0.08,
    "scanner_delay": 60, "activated_interest": 0.5, "activated_form": 0.01,
}  # fmt: skip


def hourly(hour: int) -> int:
    """Relative activity: office hours by day on weekdays, a little in the evening, hardly any at night."""
    day, clock = divmod(hour, 24)
    weight = 10 if 8 <= clock < 18 else 4 if 6 <= clock < 22 else 1
    return weight if day < 5 else max(1, weight // 3)


def document(**changes: float) -> Behaviour:
    """The default model with some numbers changed."""
    numbers = {**NUMBERS, **changes}
    return Behaviour(
        name="default",
        parameters={name: Parameter(value=value) for name, value in numbers.items()},
        stages=(0.45, 0.30, 0.17, 0.08),
        activity=tuple(hourly(hour) for hour in range(168)),
        placement={"default": Parameter(value=0.83), "DE": Parameter(value=0.88)},
    )


@pytest.fixture(scope="session")
def behaviour() -> Behaviour:
    return document()
