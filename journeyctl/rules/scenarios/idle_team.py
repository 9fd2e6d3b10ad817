"""JC605 idle-team: a team of a desk gets no lead and does no task.

Why
---
Its people are paid and wait for leads that go to others. They also count as capacity, so a desk that is late looks
half empty, and one more person in that team changes nothing.

A team works where a route that is asked names it, where it is the only one to call, or where a task names it under
`by`. Teams without a person are left alone.

Bad
---
    # journey_specs/desks/sales.yaml
    kind: desk
    name: sales
    teams:
      inside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
      outside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}    # JC605
    route:
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

from journeyctl.diagnostics import Finding, Part, Severity
from journeyctl.model.desk import Desk, RouteOtherwise
from journeyctl.rules.base import Subject, model_rule


@model_rule(Severity.WARNING)
def idle_team(subject: Subject) -> Iterator[Finding]:
    """One finding per team."""
    for desk in subject.desks:
        # What is wrong with the routes themselves is told by other rules, and mended there.
        if _is_decided(desk):
            yield from _idle(desk)


def _is_decided(desk: Desk) -> bool:
    """Whether every lead has a team by a written `otherwise`, and all routes are asked."""
    ends = [number for number, route in enumerate(desk.route, start=1) if isinstance(route, RouteOtherwise)]
    return ends == [len(desk.route)]


def _idle(desk: Desk) -> Iterator[Finding]:
    at_work = {task.by for task in desk.process} | {route.to for route in desk.route}
    for name in sorted(desk.teams):
        team = desk.teams[name]
        if name not in at_work and team.sdrs.value > 0:
            yield idle_team.finding(
                team.origin,
                f"no lead and no task comes to team '{name}'",
                part=Part.KEY,
                help="name it in a route, or leave the team out",
            )
