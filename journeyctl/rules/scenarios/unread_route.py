"""JC604 unread-route: a route of a desk stands after `otherwise` and is never asked.

Why
---
Routes are asked in their order, and `otherwise` takes every lead that comes to it. What stands below it looks like a
decision and is none: its team gets no lead from there, and a forecast shows it idle beside colleagues who are late.

Bad
---
    # journey_specs/desks/sales.yaml
    kind: desk
    name: sales
    teams:
      inside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
      outside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
    route:
      - otherwise: inside
      - {when: contact.role = "head_of_department", to: outside}    # JC604
    sla: {first_call: 48h, target: 95%, clock: business}
    cadence: {attempts: 2, gaps: [1bd]}
    process:
      - {task: call, by: team, kind: human, attempt: 5min}
    connect: {first: 35%, later_factor: 50%}
    outcomes:
      accepted: {need: 85%, no_need: 10%}
      rejected: {share: 50%, reasons: {wrong_person: 100%}}
      recycled: 50%

Good
----
    # journey_specs/desks/sales.yaml
    kind: desk
    name: sales
    teams:
      inside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
      outside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
    route:
      - {when: contact.role = "head_of_department", to: outside}
      - otherwise: inside
    sla: {first_call: 48h, target: 95%, clock: business}
    cadence: {attempts: 2, gaps: [1bd]}
    process:
      - {task: call, by: team, kind: human, attempt: 5min}
    connect: {first: 35%, later_factor: 50%}
    outcomes:
      accepted: {need: 85%, no_need: 10%}
      rejected: {share: 50%, reasons: {wrong_person: 100%}}
      recycled: 50%
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.model.desk import RouteOtherwise
from journeyctl.rules.base import Subject, model_rule


@model_rule(Severity.ERROR)
def unread_route(subject: Subject) -> Iterator[Finding]:
    """One finding per desk, at the first route that nobody asks."""
    for desk in subject.desks:
        ends = [number for number, route in enumerate(desk.route) if isinstance(route, RouteOtherwise)]
        if ends and ends[0] + 1 < len(desk.route):
            last, unread = desk.route[ends[0]], desk.route[ends[0] + 1 :]
            others = f", nor {'is the one' if len(unread) == 2 else f'are the {len(unread) - 1}'} after it"
            yield unread_route.finding(
                unread[0].origin,
                f"this route is never asked{others if len(unread) > 1 else ''}",
                labels=(Label(last.origin, f"all leads that come here go to '{last.to}'"),),
                help="move `otherwise` to the end",
            )
