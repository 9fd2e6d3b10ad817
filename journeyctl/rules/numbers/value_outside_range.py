"""JC503 value-outside-range: a number lies outside of the range that is written beside it.

Why
---
The range says what the number may plausibly be. Where the number itself is not in it, one of the two is out of date: a
forecast is computed with a value that its own file calls implausible, while `simulate --parameters` draws only others.

Bad
---
    # journey_specs/scenarios/more-mail.yaml
    kind: scenario
    name: more-mail
    like: plan
    other_mail: {lines: [planning], per_week: {value: 3, range: [0.5, 2], source: assumed}}    # JC503

Good
----
    # journey_specs/scenarios/more-mail.yaml
    kind: scenario
    name: more-mail
    like: plan
    other_mail: {lines: [planning], per_week: {value: 1, range: [0.5, 2], source: assumed}}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Origin, Severity
from journeyctl.model.behaviour import Parameter
from journeyctl.model.values import Assumed
from journeyctl.rules.base import Subject, amount, model_rule, shown


@model_rule(Severity.WARNING)
def value_outside_range(subject: Subject) -> Iterator[Finding]:
    """One finding per number; a range with nothing in it is told by another rule."""
    for part in subject.parts:
        match part:
            case Assumed(value=value, low=low, high=high, origin=origin) if low is not None:
                yield from _outside(value, low, high, origin)
            case Parameter(value=value, range=(low, high), origin=origin):
                yield from _outside(value, low, high, origin)


def _outside(value: object, low: object, high: object, origin: Origin) -> Iterator[Finding]:
    found, least, greatest = (amount(each) for each in (value, low, high))
    if found is None or least is None or greatest is None:
        return
    if least <= greatest and not least <= found <= greatest:
        yield value_outside_range.finding(
            origin.child("value"),
            f"{shown(value)} is not in its range, {shown(low)} to {shown(high)}",
            labels=(Label(origin.child("range"), "the range stands here"),),
            help="correct the one that is out of date",
        )
