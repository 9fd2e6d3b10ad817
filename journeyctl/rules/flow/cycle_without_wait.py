"""JC203 cycle-without-wait: steps run in a circle in which no time passes.

Why
---
A contact goes from step to step at one instant until a step makes it wait. In a circle without a wait, a listen
or a handoff it never comes to rest: a platform would send without pause or give up, and a run of the simulator
ends such a contact as stuck.

A ladder does not count. When it has nothing left to offer it goes on at once, and that is when the circle
begins to spin.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    exits:
      - {event: unsubscribed, end: opted-out}
    steps:
      - {id: walk, ladder: {house: house, window: 7d, exhausted: mark}}    # JC203
      - {id: mark, update: {score: {add: 1}}, next: walk}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    exits:
      - {event: unsubscribed, end: opted-out}
    steps:
      - {id: walk, ladder: {house: house, window: 7d, exhausted: mark}}
      - {id: mark, update: {score: {add: 1}}}
      - {id: rest, wait: 90d, next: walk}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.graph.analysis import circles_without_pause
from journeyctl.rules.base import JourneyFlow, graph_rule


@graph_rule(Severity.ERROR)
def cycle_without_wait(journey: JourneyFlow) -> Iterator[Finding]:
    """One finding per circle; of circles that share steps, the shortest through the first of them."""
    for circle in circles_without_pause(journey.flow):
        first, *others = circle
        way = " -> ".join(f"'{step}'" for step in (*circle, first))
        yield cycle_without_wait.finding(
            journey.origin(first),
            f"no time passes in the circle {way}",
            labels=tuple(Label(journey.origin(step), "goes on at once") for step in others),
            help="put a wait, a listen or a handoff into the circle",
        )
