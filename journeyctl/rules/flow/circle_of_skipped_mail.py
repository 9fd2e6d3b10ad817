"""JC206 circle-of-skipped-mail: steps run in a circle in which no time passes for contacts who get no mail.

Why
---
A listen awaits the reactions to a message. Where the message was skipped at the gate or bounced, there is nothing to
await, and the listen times out at once. A circle whose only pauses are listens is fine for most people, and spins
for a contact whose address does not work, whom a suppression with `skip` holds back, or who is in the holdout: a run
of the simulator ends such a contact as stuck and fails.

A wait in the circle gives everybody time; `skipped:` beside the send can lead those out of it whom mail does not reach.

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
      - {id: again, send: planning-basics}    # JC206
      - {id: heard, listen: {to: again, for: 7d, outcomes: {clicked: last, timeout: again}}}
      - {id: last, end: done}

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
      - {id: again, send: planning-basics}
      - {id: heard, listen: {to: again, for: 7d, outcomes: {clicked: last, timeout: rest}}}
      - {id: rest, wait: 7d, next: again}
      - {id: last, end: done}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.graph.standstill import circles_of_skipped_mail
from journeyctl.model.steps import Listen
from journeyctl.rules.base import JourneyFlow, graph_rule


@graph_rule(Severity.WARNING)
def circle_of_skipped_mail(journey: JourneyFlow) -> Iterator[Finding]:
    """One finding per circle; of circles that share steps, the shortest."""
    for circle in circles_of_skipped_mail(journey.journey, journey.flow, journey.houses):
        way = " -> ".join(f"'{step}'" for step in (*circle, circle[0]))
        yield circle_of_skipped_mail.finding(
            journey.origin(circle[0]),
            f"no time passes in the circle {way} for a contact whose mail is skipped or bounces",
            labels=tuple(
                Label(journey.origin(step), "this times out at once where there is nothing to hear")
                for step in circle
                if isinstance(journey.steps[step].verb, Listen)
            ),
            help="put a wait of some length, such as 7d, into the circle, or lead `skipped` out of it",
        )
