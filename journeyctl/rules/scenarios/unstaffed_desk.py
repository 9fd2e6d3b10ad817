"""JC602 unstaffed-desk: a desk promises a first call, and nobody is ever there to make it.

Why
---
Every lead of such a desk misses its promise, whatever the journeys do. A desk without people is written without
teams and with a response time; a headcount of none is a slip, or a plan that should say so.

Bad
---
    # journey_specs/desks/sales.yaml
    kind: desk
    name: sales
    teams:
      inside:
        sdrs: 0    # JC602
        shift: {days: mon-fri, hours: "09:00-17:00"}
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
    crm_sync: {at: "02:00"}

Good
----
    # journey_specs/desks/sales.yaml
    kind: desk
    name: sales
    teams:
      inside:
        sdrs: 1
        shift: {days: mon-fri, hours: "09:00-17:00"}
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
    crm_sync: {at: "02:00"}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Severity
from journeyctl.model.desk import Desk
from journeyctl.rules.base import Subject, model_rule


@model_rule(Severity.ERROR)
def unstaffed_desk(subject: Subject) -> Iterator[Finding]:
    """One finding per desk of which no team has anybody at work."""
    for desk in subject.desks:
        if desk.sla is None or not desk.teams or _somebody(desk):
            continue
        first = next(iter(desk.teams.values()))
        fact = "is away every day" if first.sdrs.value > 0 else "has no SDR"
        where = first.absence.origin if first.sdrs.value > 0 else first.sdrs.origin
        whole = "" if len(desk.teams) == 1 else ", nor is there anybody in its other teams"
        yield unstaffed_desk.finding(
            where,
            f"team '{first.name}' {fact}{whole}, so desk '{desk.name}' keeps its promise to nobody",
            help="write a headcount, or leave out the promise",
        )


def _somebody(desk: Desk) -> bool:
    return any(team.sdrs.value > 0 and team.absence.value < 1 for team in desk.teams.values())
