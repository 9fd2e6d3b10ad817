"""Desks for tests, written as documents, and what comes of them.

Days are counted from Monday, 5 January 2026; the workspace has no holidays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from simpy import Environment

from journeyctl.calendars import Calendar, local, to_utc
from journeyctl.draws import Draws
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.simulate import population_engine
from journeyctl.simulate.desk import SalesDesk, work_alone
from journeyctl.simulate.desk_rules import DeskRules
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.spec import load
from tests.spec.workspace_files import write_workspace

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 7 * 86_400
START = to_utc(date(2026, 1, 5), 0, NEW_YORK)
START_DAY = date(2026, 1, 5).toordinal()
Document = dict[str, object]
OFFICE: Document = {"days": "mon-fri", "hours": "09:00-17:00"}
CALL: Document = {"task": "call", "by": "team", "kind": "human", "attempt": "30min", "cv": 0}


def team(sdrs: int = 1, **changes: object) -> Document:
    return {"sdrs": sdrs, "shift": OFFICE, **changes}


def desk(**changes: object) -> DeskRules:
    """A desk in a workspace of New York: one person, calls of half an hour that always reach and convince."""
    written: Document = {
        "kind": "desk", "name": "us", "teams": {"callers": team()}, "process": [CALL],
        "outcomes": {"accepted": "100%", "rejected": "100%", "recycled": "0%"}, **changes,
    }  # fmt: skip
    return _read(json.dumps({key: value for key, value in written.items() if value is not None}))


@cache
def _read(text: str) -> DeskRules:
    others = {"journey_specs/scenarios/pilot.yaml": None, "journey_specs/scenarios/base.yaml": None}
    with TemporaryDirectory() as folder:
        root = write_workspace(Path(folder), {**others, "journey_specs/desks/us.yaml": text})
        return DeskRules.of(load(root).desks["us"], zone=NEW_YORK, calendar=Calendar(NEW_YORK))


def on(moment: str, zone: str = NEW_YORK) -> int:
    """UTC seconds of a local time such as `2026-03-08 09:00`; of one that comes twice, the first."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).timestamp())


def at(day: int, clock: str) -> int:
    hours, minutes = clock.split(":")
    return START + day * DAY + int(hours) * HOUR + int(minutes) * MINUTE


def came(name: str, when: int, *, request: bool = True, score: int = 0, **changes: object) -> LeadRequest:
    return LeadRequest(name, "us", when, request, contact=name, score=score, **changes)  # type: ignore[arg-type]  # fields of a lead


def worked(rules: DeskRules, *leads: LeadRequest, until: int = START + 52 * WEEK, seed: int = 1) -> list[Effect]:
    start = min([START, *(lead.created_at for lead in leads)])
    return both_worked(rules, leads, start=start, until=until, seed=seed)


def both_worked(
    rules: DeskRules, leads: Sequence[LeadRequest], *, start: int, until: int, seed: int = 1
) -> list[Effect]:
    """The rows of the reference engine's desk, which are those of the population engine's too."""
    rows, _ = work_alone(rules, tuple(leads), Draws(seed, 0), start=start, until=until)
    if not population_engine.available():
        from journeyctl.simulate.population_engine import desk_alone

        compiled = desk_alone.work_alone(rules, leads, Draws(seed, 0), start=start, until=until)
        assert Counter(compiled) == Counter(rows)
    return [row for _, row in rows]


def when(rows: Sequence[Effect], kind: Kind, zone: str = NEW_YORK) -> dict[str, str]:
    """Local time by lead of its last row of this kind."""
    return {row.lead: f"{local(row.time, zone):%a %d %H:%M}" for row in rows if row.kind is kind}


class Office:
    """A desk with what it tells journeys, driven from second to second."""

    def __init__(self, rules: DeskRules, start: int = START) -> None:
        self.environment = Environment(initial_time=start)
        self.rows: list[Effect] = []
        self.told: list[tuple[str, int, str, str]] = []
        self.desk = SalesDesk(
            self.environment, rules, Draws(1, 0), until=start + 30 * WEEK,
            emit=lambda contact, row: self.rows.append(row), inform=self._inform,
        )  # fmt: skip

    def _inform(self, contact: str, time: int, outcome: LeadOutcome) -> None:
        self.told.append((contact, time, outcome.outcome, outcome.reason))

    def to(self, moment: int) -> Office:
        self.environment.run(until=moment)
        return self

    def hands(self, *leads: LeadRequest) -> Office:
        for lead in leads:
            self.to(lead.created_at) if lead.created_at > self.environment.now else None
            self.desk.hand_over(lead)
        return self


def near(found: float, expected: float, count: int) -> bool:
    """A share within four standard deviations of its mean."""
    return abs(found - expected) <= 4 * sqrt(expected * (1 - expected) / count)


class Known:
    """What is known of a lead's contact."""

    def __init__(self, **values: object) -> None:
        self._values = values

    def value(self, path: str) -> object:
        return self._values.get(path.replace("clinic.", ""))


PROCESS: list[Document] = [
    {"task": "enrich", "by": "checkers", "kind": "human", "takes": "20min", "pass": "60%", "cv": 0},
    {"task": "log-status", "kind": "automatic"},
    CALL,
    {"task": "qualify", "by": "team", "kind": "human", "takes": "45min", "cv": 0},
    {"task": "handover", "by": "team", "kind": "human", "takes": "15min", "cv": 0},
]
TWO_TEAMS = {"callers": team(), "checkers": team(shift={**OFFICE, "hours": "10:00-15:00"})}


def passing(process: list[Document], **changes: object) -> list[Document]:
    """The process with other terms for its first task."""
    return [{**process[0], **changes}, *process[1:]]
