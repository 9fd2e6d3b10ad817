"""The desk beside the recursion: the same customers, begun at the same seconds, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from journeyctl.calendars import Calendar, working_time
from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.lead import LeadRules, OutcomeOdds, Stage
from journeyctl.simulate import population_engine
from journeyctl.simulate.desk import work_alone
from journeyctl.simulate.desk_rules import DeskRules, TeamRules, WorkTime
from journeyctl.simulate.lead_request import LeadRequest
from journeyctl.simulate.truth.queues import Customers, Stream, begins, working_seconds
from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class DeskAgreement:
    """Customers whom the desk and the recursion treat differently, of how many; and the desk's own books."""

    customers: int
    differing: int
    unexplained_wait: int
    """Integral of the desk's queue less the seconds that its leads waited: 0."""
    compiled: int | None = None
    """Customers whom the population engine's desk treats otherwise than the recursion; `None`: it cannot be used."""


def desk_rules(work: WorkTime, servers: int, patience: int | None = None) -> DeskRules:
    """A desk round the clock: one call that always connects, endless or fixed patience in seconds."""
    calendar = Calendar("UTC", frozenset(range(7)))
    stale = None if patience is None else Duration(seconds=patience)
    lead = LeadRules((Stage("call"),), 0, 0, OutcomeOdds((CERTAIN, CERTAIN)), stale=stale)
    team = TeamRules("callers", servers, working_time("UTC"), calendar)
    return DeskRules("desk", lead, {"callers": team}, ((None, "callers"),), calendar, "UTC", 7_200, {"attempt": work})


def compare(stream: Stream, servers: int, *, seed: int, count: int) -> DeskAgreement:
    """Runs `count` customers through the desk and through the recursion."""
    draws = Draws(seed, 0)
    drawn = stream.customers(draws, count)
    names = [f"{place:06d}" for place in range(len(drawn.arrival))]
    us = np.array([draws.bits(name, "minutes", place="attempt") for name in names], np.int64)
    came = Customers(drawn.arrival, working_seconds(stream.work, us), drawn.patience, drawn.first)
    first = came.first if came.first is not None else np.zeros(len(names), np.bool_)
    end = int(came.arrival[-1]) + int(came.service.sum()) + 1
    patience = None if stream.patience is None or came.patience is None else int(came.patience[0])
    requests = tuple(
        LeadRequest(name, "desk", at, request=bool(ahead))
        for name, at, ahead in zip(names, came.arrival.tolist(), first.tolist(), strict=True)
    )
    rules = desk_rules(stream.work, servers, patience)
    rows, desk = work_alone(rules, requests, draws, start=0, until=end)
    begun = _times(rows, Kind.ATTEMPTED)
    expired = _times(rows, Kind.EXPIRED)
    expected = dict(zip(names, begins(came, servers), strict=True))
    left = expired | begun
    waited = sum(left[name] - at for name, at in zip(names, came.arrival.tolist(), strict=True) if name in left)
    return DeskAgreement(
        len(names), _differing(begun, expected), desk.teams["callers"].queue.lead_seconds(end) - waited,
        _compiled(rules, requests, draws, end, expected),
    )  # fmt: skip


def _compiled(
    rules: DeskRules, requests: tuple[LeadRequest, ...], draws: Draws, end: int, expected: Mapping[str, int | None]
) -> int | None:
    if population_engine.available():
        return None
    # What is compiled is loaded where it is used only: it takes as long as the rest of the program.
    from journeyctl.simulate.population_engine import desk_alone

    rows = desk_alone.work_alone(rules, requests, draws, start=0, until=end)
    return _differing(_times(rows, Kind.ATTEMPTED), expected)


def _times(rows: Iterable[tuple[str, Effect]], kind: Kind) -> dict[str, int]:
    return {row.lead: row.time for _, row in rows if row.kind is kind}


def _differing(begun: Mapping[str, int], expected: Mapping[str, int | None]) -> int:
    return sum(begun.get(name) != at for name, at in expected.items())
