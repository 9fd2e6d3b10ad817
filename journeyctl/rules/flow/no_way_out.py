"""JC202 no-way-out: contacts come to a step from which they never leave the journey.

Why
---
A contact is in a journey once at a time, and may enter again only after it has left. Whoever can never leave
gets the same mails round and round, is counted as active for ever, and is lost to every later version.

A step has a way out if an end can be reached from it: a written one, or the end after the last step. A journey
may also turn in circles, such as content, pause, content, as long as one of its exits leads out, to an `end:`
or to a step that has a way out: exits are taken at any moment. The exit on lost consent, which every journey
has, does not count; nobody plans with it. Told are the steps that form the circle, not those that lead to it;
a circle without any pause is told as `cycle-without-wait` alone.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}    # JC202
      - {id: pause, wait: 90d, next: first}

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
      - {id: first, send: planning-basics}
      - {id: pause, wait: 90d, next: first}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.graph.analysis import traps
from journeyctl.graph.standstill import circles_at_once
from journeyctl.rules.base import JourneyFlow, graph_rule


@graph_rule(Severity.ERROR)
def no_way_out(journey: JourneyFlow) -> Iterator[Finding]:
    """One finding per innermost group of steps without a way out."""
    found = traps(journey.flow)
    at_once = circles_at_once(journey.journey, journey.flow, journey.houses) if found else ()
    restless = {step for circle in at_once for step in circle}
    for trap in found:
        if not restless.isdisjoint(trap):
            continue
        steps = " and ".join(f"'{name}'" for name in trap)
        fact = f"step {steps} leads" if len(trap) == 1 else f"steps {steps} lead"
        exits = "no exit leads out" if journey.flow.exits else "the journey has no exits"
        yield no_way_out.finding(
            journey.origin(trap[0]),
            f"{fact} to no end, and {exits}",
            labels=tuple(Label(journey.origin(step), "comes round to the same steps") for step in trap[1:]),
            help="lead one of them to an end, or write an exit with end:",
        )
