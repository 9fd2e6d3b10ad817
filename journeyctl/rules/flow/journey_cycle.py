"""JC205 journey-cycle: journeys enter each other in a circle.

Why
---
A contact is in a journey once at a time. In a circle the journey that began it waits for the next one, which
waits for the next, and the last of them asks for the first, in which the contact already is: it is refused, every
time, and the steps that follow such an `enter` never get the outcome they were written for.

A pause inside one of the journeys does not help, since each of them waits for the end of the one it entered.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}
      - {id: more, enter: {journey: follow-up, then: last}}
      - {id: last, end: done}

    # journey_specs/journeys/follow-up.yaml
    kind: journey
    name: follow-up
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: pause, wait: 30d}
      - {id: again, enter: {journey: welcome, then: last}}    # JC205
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads, again: {after: 30d}}
    steps:
      - {id: first, send: planning-basics}
      - {id: more, enter: {journey: follow-up, then: last}}
      - {id: last, end: done}

    # journey_specs/journeys/follow-up.yaml
    kind: journey
    name: follow-up
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: pause, wait: 30d}
      - {id: last, end: done}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Origin, Severity
from journeyctl.graph.analysis import circles
from journeyctl.rules.base import Subject, model_rule
from journeyctl.spec.references import references


@model_rule(Severity.ERROR)
def journey_cycle(subject: Subject) -> Iterator[Finding]:
    """One finding per circle; of circles that share journeys, the shortest through the first of them."""
    enters = _enters(subject)
    ways = {name: tuple(into for into in found if into in enters) for name, found in enters.items()}
    # Journeys follow each other like steps between which no time passes: none ends before the next one has.
    for circle in circles(ways):
        pairs = list(zip(circle, (*circle[1:], circle[0]), strict=True))
        way = " -> ".join(f"'{name}'" for name in (*circle, circle[0]))
        first, *others = pairs
        yield journey_cycle.finding(
            enters[first[0]][first[1]],
            f"journeys enter each other in the circle {way}"
            if others
            else f"the journey '{first[0]}' enters itself, in which the contact already is",
            labels=tuple(Label(enters[name][into], f"'{name}' enters '{into}'") for name, into in others),
            help="take one of the enters out, or let the journey take the contact again by its entry",
        )


def _enters(subject: Subject) -> dict[str, dict[str, Origin]]:
    """For every journey, those that it enters and the first place that says so, overlays included."""
    found: dict[str, dict[str, Origin]] = {name: {} for name in sorted(subject.workspace.journeys)}
    for use in references(subject.workspace):
        # Journeys name other journeys in order to enter them, and for nothing else.
        if use.to == "journey" and use.document[0] == "journey":
            found[use.document[1]].setdefault(use.name, use.origin)
    return found
