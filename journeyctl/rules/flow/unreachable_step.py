"""JC201 unreachable-step: no way leads to a step.

Why
---
Content that nobody can reach is made, reviewed and paid for, and never shown. Most often a `next:` or `go:` was
renamed in one place only, or a step was put behind a branch that never falls through.

Contacts come in at the first step, at the steps that exits lead to, and at those named under `removed`. A step
is told only if nothing leads to it; those that come after it and are lost for the same reason are named along.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics, next: last}
      - {id: second, send: reading-basics}    # JC201
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics, next: second}
      - {id: second, send: reading-basics}
      - {id: last, end: done}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.graph.analysis import unreachable
from journeyctl.rules.base import JourneyFlow, graph_rule


@graph_rule(Severity.ERROR)
def unreachable_step(journey: JourneyFlow) -> Iterator[Finding]:
    """One finding per step that nothing leads to."""
    first = journey.flow.entries[0]
    for step, *behind in unreachable(journey.flow):
        also = ", nor to " + " and ".join(f"'{name}'" for name in behind) + " after it" if behind else ""
        yield unreachable_step.finding(
            journey.origin(step),
            f"no way leads to step '{step}'{also}",
            labels=(Label(journey.origin(first), "contacts begin here"),),
            help="lead a go: or next: to it, or delete it",
        )
