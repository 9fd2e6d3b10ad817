"""JC203 cycle-without-wait: steps run in a circle in which no time passes.

Why
---
A contact goes from step to step at one instant until a step makes it wait. In a circle without a wait, a listen
or a handoff it never comes to rest: a platform would send without pause or give up, and a run of the simulator
ends such a contact as stuck.

A ladder does not count. When it has nothing left to offer it goes on at once, and that is when the circle
begins to spin. Nor does a step count that is no pause for those who come round:

- a wait of no length, and one until a moment that is past the second time (`account.contract_end`, or
  `journey.entered_at + duration("P7D")`: the journey is entered once, however often its circle is gone round);
- a wait until `"tue 09:00"` as the only pause: the contact who was released on Tuesday at 09:00 comes round in the same
  second, and this is still Tuesday at 09:00. Let a day pass before it;
- a listen that is left by a reaction, where the circle sends no new message: it hears the same click again;
- a handoff of a buying group by `not_ready`, which is told at once.

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
from journeyctl.graph.standstill import circles_at_once
from journeyctl.model.steps import Handoff, Listen, Step, Wait
from journeyctl.rules.base import JourneyFlow, graph_rule


@graph_rule(Severity.ERROR)
def cycle_without_wait(journey: JourneyFlow) -> Iterator[Finding]:
    """One finding per circle; of circles that share steps, the shortest."""
    for circle in circles_at_once(journey.journey, journey.flow, journey.houses):
        yield _finding(journey, circle)


def _finding(journey: JourneyFlow, circle: tuple[str, ...]) -> Finding:
    first = circle[0]
    way = " -> ".join(f"'{step}'" for step in (*circle, first))
    told = {step: _no_pause(journey.steps[step]) for step in circle}
    return cycle_without_wait.finding(
        journey.origin(first),
        f"no time passes in the circle {way}",
        labels=tuple(
            Label(journey.origin(step), reason or "goes on at once")
            for step, reason in told.items()
            if reason or step != first
        ),
        help="put a wait of some length, such as 7d, into the circle"
        if any(told.values())
        else "put a wait, a listen or a handoff into the circle",
    )


def _no_pause(step: Step) -> str:
    """Why a step that often takes time takes none here; empty for steps that never do."""
    match step.verb:
        case Wait(until=None):
            return "this wait has no length"
        case Wait():
            return "what this waits for has come already when a contact comes round"
        case Listen():
            return "what this hears has happened already when a contact comes round"
        case Handoff():
            return "a group that is not ready goes on at once"
        case _:
            return ""
