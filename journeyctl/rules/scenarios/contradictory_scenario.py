"""JC601 contradictory-scenario: a scenario whose own parts cannot hold together.

Why
---
Such a scenario gives an answer all the same: no leads, because the launch lies after the end of the run, or
because nobody is there. A planner would read it as a forecast.

Told are a run without length, a population without people, a journey or item of the run that is launched on or
after the day on which the run ends, and fewer replications at most than at least.

Bad
---
    # journey_specs/scenarios/next-year.yaml
    kind: scenario
    name: next-year
    like: plan
    length: 12w
    launches:
      department-heads: {on: 2026-06-01}    # JC601

Good
----
    # journey_specs/scenarios/next-year.yaml
    kind: scenario
    name: next-year
    like: plan
    length: 26w
    launches:
      department-heads: {on: 2026-06-01}
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from journeyctl.calendars import Calendar, local_date
from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.graph.lowering import calendar_of
from journeyctl.model.scenario import Scenario
from journeyctl.rules.base import Subject, model_rule


@model_rule(Severity.ERROR)
def contradictory_scenario(subject: Subject) -> Iterator[Finding]:
    """One finding per contradiction, where it is to be mended."""
    # What a scenario takes from another one is told once.
    found = {finding.origin: finding for finding in _contradictions(subject)}
    yield from found.values()


def _contradictions(subject: Subject) -> Iterator[Finding]:
    calendar = calendar_of(subject.workspace)
    for _, scenario in sorted(subject.workspace.scenarios.items(), reverse=True):
        end = _end(scenario, calendar)
        if end <= scenario.start:
            yield contradictory_scenario.finding(
                scenario.origin.child("length"), f"the run of '{scenario.name}' has no length", help="write 26w"
            )
        else:
            yield from _late_launches(subject, scenario, end)
        yield from _nobody(scenario)
        yield from _replications(scenario)


def _end(scenario: Scenario, calendar: Calendar) -> datetime.date:
    """The first day after the run."""
    _, after = calendar.window(scenario.start, scenario.length)
    # A second less, so that a run that ends at midnight ends with the day before.
    return local_date(after - 1, calendar.zone) + datetime.timedelta(days=1)


def _late_launches(subject: Subject, scenario: Scenario, end: datetime.date) -> Iterator[Finding]:
    runs = subject.workspace.journeys if scenario.journeys == "all-live" else scenario.journeys
    for name, launch in scenario.launches.items():
        # A journey that is not in the run may be launched whenever it likes.
        is_in_run = name not in subject.workspace.journeys or name in runs
        if launch.on >= end and is_in_run:
            last = end - datetime.timedelta(days=1)
            yield contradictory_scenario.finding(
                launch.origin.child("on"),
                f"'{name}' is launched on {launch.on}, but the last day of the run is {last}",
                labels=(Label(scenario.origin.child("length"), f"{scenario.length} from {scenario.start}"),),
                help="launch it earlier, or let the run be longer",
            )


def _nobody(scenario: Scenario) -> Iterator[Finding]:
    accounts = scenario.population.accounts
    if accounts is not None and accounts.contacts.value <= 0:
        fact = f"the population of '{scenario.name}' has no contacts"
        yield contradictory_scenario.finding(accounts.contacts.origin, fact, help="write how many there are")


def _replications(scenario: Scenario) -> Iterator[Finding]:
    wanted = scenario.replications
    if wanted.min > wanted.max:
        yield contradictory_scenario.finding(
            wanted.origin.child("min"),
            f"at least {wanted.min} replications are wanted and at most {wanted.max}",
            labels=(Label(wanted.origin.child("max"), "the greatest number stands here"),),
            help="raise max, or lower min",
        )
