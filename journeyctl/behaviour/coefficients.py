"""The numbers of a behaviour document in the scales in which formulas calculate with them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from journeyctl.diagnostics import Finding, SpecError
from journeyctl.fixed_point import ONE, share_threshold
from journeyctl.model.parameters import PARAMETERS

if TYPE_CHECKING:
    from journeyctl.model.behaviour import Behaviour

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_SPREADS = ("_sigma", "_spread")
_LONGEST = 10 * 365 * 86_400
_LARGEST_SPREAD = 8
_LARGEST = 1_000
"""Bound on logits, slopes and counts: keeps every product below 2^62."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Every parameter by its name: shares as thresholds in 2^-53, times in seconds, all else in 2^-20."""

    responsiveness_spread: int
    clinic_responsiveness_spread: int
    interest_concentration: int
    interest_limit: int
    hard_bounce: int
    soft_bounce: int
    open_intercept: int
    open_interest_slope: int
    open_misfit_slope: int
    fatigue: int
    fatigue_memory: int
    open_item_spread: int
    click_intercept: int
    click_responsiveness_slope: int
    click_interest_slope: int
    click_misfit_slope: int
    click_item_spread: int
    unsubscribe_intercept: int
    unsubscribe_interest_slope: int
    unsubscribe_fatigue: int
    request_intercept: int
    request_level_slope: int
    request_stage_slope: int
    request_unready_slope: int
    request_interest_slope: int
    request_pause: int
    need_intercept: int
    need_stage_slope: int
    need_asked: int
    need_fit_a: int
    need_fit_b: int
    need_fit_c: int
    need_fit_none: int
    open_delay_median: int
    open_delay_sigma: int
    click_delay_median: int
    click_delay_sigma: int
    request_delay_median: int
    request_delay_sigma: int
    further_pages: int
    further_pages_interested: int
    form_base: int
    form_per_level: int
    unsolicited_visits_early: int
    unsolicited_visits_late: int
    stage_up: int
    stage_decay: int
    stage_idle: int
    prefetching: int
    prefetch_open: int
    scanning: int
    scanner_open: int
    scanner_click: int
    scanner_delay: int
    activated_interest: int
    activated_form: int

    @classmethod
    def of(cls, behaviour: Behaviour) -> Coefficients:
        """All parameters of a document whose `extends` is filled in.

        Raises `SpecError` with one finding for every parameter that is absent or out of its range.
        """
        found: dict[str, int] = {}
        findings: list[Finding] = []
        for name in (entry.name for entry in fields(cls)):
            try:
                found[name] = _scaled(behaviour, name)
            except ValueError as error:
                findings.append(_finding(behaviour, name, str(error)))
        if findings:
            raise SpecError(findings)
        return cls(**found)


def fixed(value: float) -> int:
    """A number in 2^-20, rounded to the nearest."""
    return round(value * ONE)


def exact(value: float) -> Decimal:
    """The decimal number that was written."""
    return Decimal(str(value))


def limits_of(name: str) -> tuple[float, float]:
    """Least and greatest value, in its unit, that the formula of a parameter can take."""
    unit = PARAMETERS[name][0]
    if unit == "share":
        return 0.0, 1.0
    if unit in _SECONDS:
        # One second at least: nothing takes no time at all.
        return 1 / _SECONDS[unit], _LONGEST / _SECONDS[unit]
    return (0.0, float(_LARGEST_SPREAD)) if name.endswith(_SPREADS) else (float(-_LARGEST), float(_LARGEST))


def _scaled(behaviour: Behaviour, name: str) -> int:
    parameter = behaviour.parameters.get(name)
    if parameter is None:
        raise ValueError(f"the behaviour document '{behaviour.name}' has no parameter '{name}'")
    value, unit = parameter.value, PARAMETERS[name][0]
    if unit == "share":
        if not 0 <= value <= 1:
            raise ValueError(f"the parameter '{name}' is {value}, but a share lies from 0 to 1")
        return share_threshold(value)
    if unit in _SECONDS:
        seconds = round(exact(value) * _SECONDS[unit])
        if not 0 < seconds <= _LONGEST:
            raise ValueError(f"the parameter '{name}' is {value} {unit}, but it lies above 0 and below ten years")
        return seconds
    low, high = (0, _LARGEST_SPREAD) if name.endswith(_SPREADS) else (-_LARGEST, _LARGEST)
    if not low <= value <= high:
        raise ValueError(f"the parameter '{name}' is {value}, but it lies from {low} to {high}")
    return fixed(value)


def _finding(behaviour: Behaviour, name: str, message: str) -> Finding:
    known = name in behaviour.parameters
    origin = behaviour.parameters[name].origin if known else behaviour.origin
    move = "change the value" if known else "let the document extend default"
    return Finding("JC090", "parameter-out-of-range", message, origin, help=move)
