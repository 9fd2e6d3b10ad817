"""The response formulas as sums of named terms, all in 2^-20.

Every function takes whole numbers or int64 arrays of one shape, so that both engines calculate with
the same lines. A logit is the sum of its terms; `fixed_point.threshold` turns it into a chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from journeyctl.behaviour.coefficients import Coefficients
from journeyctl.fixed_point import natural_log, natural_log_array

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

Amount = TypeVar("Amount", int, "NDArray[int64]")
"""One contact's number, or one for each of many."""

_HALF = 1 << 19
_LOG_SHIFT = 20
"""From logarithms in 2^-40 to logits in 2^-20."""


class OpenTerms(NamedTuple, Generic[Amount]):
    """Summands of the logit of a human open, given the inbox."""

    intercept: Amount
    responsiveness: Amount
    interest: Amount
    misfit: Amount
    fatigue: Amount
    weekday: Amount
    quality: Amount


class ClickTerms(NamedTuple, Generic[Amount]):
    """Summands of the logit of a human click, given a human open."""

    intercept: Amount
    responsiveness: Amount
    interest: Amount
    misfit: Amount
    quality: Amount


class UnsubscribeTerms(NamedTuple, Generic[Amount]):
    """Summands of the logit of opting out, given a human open."""

    intercept: Amount
    interest: Amount
    fatigue: Amount


class RequestTerms(NamedTuple, Generic[Amount]):
    """Summands of the logit of asking for sales, given a visit."""

    intercept: Amount
    level: Amount
    stage: Amount
    unready: Amount
    interest: Amount


class NeedTerms(NamedTuple, Generic[Amount]):
    """Summands of the logit of a need that qualification finds."""

    intercept: Amount
    stage: Amount
    asked: Amount
    fit: Amount


def scaled(coefficient: int, amount: Amount) -> Amount:
    """Coefficient times amount, both in 2^-20, rounded half up."""
    return (amount * coefficient + _HALF) >> 20


def open_terms(
    coefficients: Coefficients,
    *,
    responsiveness: Amount,
    interest: Amount,
    misfit: Amount,
    pressure: Amount,
    weekday: Amount,
    quality: Amount,
) -> OpenTerms[Amount]:
    """How likely a contact opens; `misfit` in whole levels, `weekday` and `quality` are logits."""
    return OpenTerms(
        misfit * 0 + coefficients.open_intercept,
        responsiveness,
        scaled(coefficients.open_interest_slope, interest),
        misfit * coefficients.open_misfit_slope,
        -scaled(coefficients.fatigue, pressure),
        weekday,
        quality,
    )


def click_terms(
    coefficients: Coefficients, *, responsiveness: Amount, interest: Amount, misfit: Amount, quality: Amount
) -> ClickTerms[Amount]:
    """How likely a contact clicks that has opened; `misfit` in whole levels."""
    return ClickTerms(
        misfit * 0 + coefficients.click_intercept,
        scaled(coefficients.click_responsiveness_slope, responsiveness),
        scaled(coefficients.click_interest_slope, interest),
        misfit * coefficients.click_misfit_slope,
        quality,
    )


def unsubscribe_terms(coefficients: Coefficients, *, interest: Amount, pressure: Amount) -> UnsubscribeTerms[Amount]:
    """How likely a contact opts out that has opened."""
    return UnsubscribeTerms(
        interest * 0 + coefficients.unsubscribe_intercept,
        scaled(coefficients.unsubscribe_interest_slope, interest),
        scaled(coefficients.unsubscribe_fatigue, pressure),
    )


def request_terms(
    coefficients: Coefficients, *, level: Amount, stage: Amount, interest: Amount
) -> RequestTerms[Amount]:
    """How likely a visitor asks for sales; `level` and `stage` are whole. Content ahead of the stage deters."""
    ahead = level - stage
    return RequestTerms(
        level * 0 + coefficients.request_intercept,
        level * coefficients.request_level_slope,
        stage * coefficients.request_stage_slope,
        ((ahead + abs(ahead)) >> 1) * coefficients.request_unready_slope,
        scaled(coefficients.request_interest_slope, interest),
    )


def need_terms(coefficients: Coefficients, *, stage: Amount, asked: Amount, fit: Amount) -> NeedTerms[Amount]:
    """How likely there is a need; `asked` is 1 or 0, `fit` the log-odds of the grade."""
    return NeedTerms(
        stage * 0 + coefficients.need_intercept,
        stage * coefficients.need_stage_slope,
        asked * coefficients.need_asked,
        fit,
    )


def relative_interest(share: int, *, topics: int, limit: int) -> int:
    """ln(topics x share) held within `limit` on both sides: 0 is average interest. All but `topics` in 2^-20."""
    logarithm = (natural_log(max(1, share) * topics) + _HALF) >> _LOG_SHIFT
    return -limit if logarithm < -limit else min(logarithm, limit)


def relative_interest_array(shares: NDArray[int64], *, topics: int, limit: int) -> NDArray[int64]:
    """`relative_interest` over arrays."""
    import numpy as np

    logarithm = (natural_log_array(np.maximum(1, shares) * topics) + _HALF) >> _LOG_SHIFT
    held: NDArray[int64] = np.clip(logarithm, -limit, limit)
    return held
