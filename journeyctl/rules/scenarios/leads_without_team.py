"""JC603 leads-without-team: a desk has several teams and does not say who calls the leads that no route takes.

Why
---
A route takes a lead only where its condition is true. Where a field is unknown, and for every lead from elsewhere,
of whose contact nothing is known, no condition is. Somebody has to call them: without `otherwise` it would be
the team whose name comes first, which nobody decided, and a plan of headcounts would give it their work.

Teams that a task names under `by` work on leads on their way to a call and do not count here.

Bad
---
    # journey_specs/desks/sales.yaml
    kind: desk
    name: sales
    teams:
      inside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
      outside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
    route:    # JC603
      - {when: contact.role = "head_of_department", to: outside}
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

from journeyctl.diagnostics import Finding, Label, Part, Severity
from journeyctl.model.desk import Desk, RouteOtherwise
from journeyctl.rules.base import Subject, model_rule


@model_rule(Severity.ERROR)
def leads_without_team(subject: Subject) -> Iterator[Finding]:
    """One finding per desk."""
    for desk in subject.desks:
        if len(desk.callers) > 1 and not any(isinstance(route, RouteOtherwise) for route in desk.route):
            yield _finding(desk)


def _finding(desk: Desk) -> Finding:
    first = desk.teams[desk.callers[0]]
    what = "that no route takes" if desk.route else "of this desk"
    return leads_without_team.finding(
        desk.origin.child("route" if desk.route else "teams"),
        f"nobody decided which of {len(desk.callers)} teams calls the leads {what}; "
        f"'{first.name}' would, its name comes first",
        part=Part.KEY,
        labels=(Label(first.origin, "this team would get them", Part.KEY),),
        help="end `route` with an otherwise: that names the team",
    )
