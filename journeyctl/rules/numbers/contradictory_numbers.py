"""JC502 contradictory-numbers: numbers that describe one quantity exclude each other.

Why
---
Nine of ten cases take no longer than `p90`, and half of them no longer than `median`: a `p90` below its median
describes nothing, and no value can be drawn from it. A range or `between` whose least value is above its greatest has
nothing in it. Such pairs are slips of the pen, such as days for weeks, and one of the two numbers is not what was
agreed on.

Looked at are the spreads, ranges and limits of desks, scenarios and behaviours, and the half-life of scores, of which
nothing is left at once where it is shorter than an hour. A business day is compared as 24 hours.

Bad
---
    # journey_specs/scenarios/slow.yaml
    kind: scenario
    name: slow
    like: plan
    facts:
      account.is_customer: {per_year: 0.5, value: true, for: {median: 5w, p90: 9d}}    # JC502
    other_mail: {lines: [planning], per_week: {value: 1, range: [2, 0.5], source: assumed}}    # JC502

Good
----
    # journey_specs/scenarios/slow.yaml
    kind: scenario
    name: slow
    like: plan
    facts:
      account.is_customer: {per_year: 0.5, value: true, for: {median: 5d, p90: 9d}}
    other_mail: {lines: [planning], per_week: {value: 1, range: [0.5, 2], source: assumed}}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Origin, Severity
from journeyctl.model.behaviour import Parameter
from journeyctl.model.population import Between, Lognormal
from journeyctl.model.scoring import Decay
from journeyctl.model.values import Assumed, DurationSpread, MoneySpread
from journeyctl.rules.base import Subject, amount, model_rule, shown

_HOUR = 3_600


@model_rule(Severity.ERROR)
def contradictory_numbers(subject: Subject) -> Iterator[Finding]:
    """One finding per pair."""
    for part in subject.parts:
        yield from _of(part)


def _of(part: object) -> Iterator[Finding]:
    match part:
        case DurationSpread(median=median, p90=p90) if p90 is not None:
            yield from _quantiles(median, p90, median.value.nominal_seconds, p90.value.nominal_seconds)
        case MoneySpread(median=median, p90=p90):
            yield from _quantiles(median, p90, median.value, p90.value)
        case Lognormal(median=median, p90=p90):
            yield from _quantiles(median, p90, median.value, p90.value)
            if median.value <= 0:
                yield contradictory_numbers.finding(
                    median.origin, f"no lognormal has the median {shown(median.value)}", help="write a number above 0"
                )
        case Assumed(low=low, high=high, origin=origin) if low is not None and high is not None:
            yield from _limits(low, high, origin.child("range"))
        case Parameter(range=(low, high), origin=origin):
            yield from _limits(low, high, origin.child("range"))
        case Decay(half_life=half_life, origin=origin) if half_life.nominal_seconds < _HOUR:
            yield contradictory_numbers.finding(
                origin.child("half_life"),
                f"a half-life of {half_life} is shorter than an hour, so points would be gone as they are earned",
                help="write 1h or more, or leave 'decay' out so that points stay",
            )
        case Between(between=(low, high), origin=origin):
            yield from _limits(low, high, origin.child("between"))


def _quantiles(median: Assumed[object], p90: Assumed[object], half: float, most: float) -> Iterator[Finding]:
    # A median of zero is no spread: there is no time, and no amount.
    if half > 0 and most < half:
        yield contradictory_numbers.finding(
            p90.origin,
            f"the 90 % quantile {shown(p90.value)} is less than the median {shown(median.value)}",
            labels=(Label(median.origin, "half of the cases are below this"),),
            help="make 'p90' the larger of the two",
        )


def _limits(low: object, high: object, origin: Origin) -> Iterator[Finding]:
    least, greatest = amount(low), amount(high)
    if least is not None and greatest is not None and least > greatest:
        yield contradictory_numbers.finding(
            origin, f"there is nothing from {shown(low)} to {shown(high)}", help="write the smaller one first"
        )
