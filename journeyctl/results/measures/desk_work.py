"""The desk's load: demand, capacity, work done, and the backlog at the end of each week.

Rows of the desk that stand for work (`WORK`) carry its seconds in `value`: attempts and conversations at
the second at which they begin, other tasks at their end. The row `routed` has the seconds that the lead
will cost the team to which it comes, if everything is done at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from journeyctl.calendars import iso_weeks
from journeyctl.results.measures.context import DeskTerms
from journeyctl.results.measures.leads_table import OUTCOMES
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, count_by, measure, ratio
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers
from journeyctl.results.row_keys import flags
from journeyctl.semantics.effects import Kind

WORK: Final = (Kind.ENRICHED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, *OUTCOMES)
"""Kinds of rows whose `value` is seconds of work: enrichment, each attempt, a conversation, qualification,
and what was done since when the lead ends."""
_FRIDAY_IS_OVER: Final = 5 * 86_400
"""Seconds after a Monday's midnight; an hour more or less where clocks change, when no shift is open."""
_CENSORED = "calls are counted when they begin, other work when it is done"


def _of_teams(observation: Observation, desk: str, rows: Integers) -> Integers:
    """The rows of the desk's own teams; work that others do costs it nothing."""
    record = observation.record
    # A team that the record does not know has the number -1, which is the place after all names.
    teams = np.array([record.number_of(team) for team in observation.context.desks[desk].teams], np.int64)
    of_team = flags(teams, len(record.names) + 1)[record.cells("team", rows)]
    found: Integers = rows[of_team & (record.cells("desk", rows) == record.number_of(desk))]
    return found


def _demand(observation: Observation, desk: str) -> int:
    record, leads, context = observation.record, observation.leads, observation.context
    made = leads.name[(leads.created >= context.start) & (leads.created < context.end)]
    rows = _of_teams(observation, desk, record.rows_of(Kind.ROUTED))
    in_run = flags(made, len(record.names))[record.cells("lead", rows)]
    return int(record.cells("value", rows[in_run]).sum())


def work_rows(observation: Observation, desk: str) -> Integers:
    """Rows of work of the desk's own teams in the run."""
    return _of_teams(observation, desk, observation.in_run(*WORK))


def worked(observation: Observation, desk: str) -> int:
    """Seconds that the desk's own teams worked on leads in the run."""
    return int(observation.record.cells("value", work_rows(observation, desk)).sum())


def capacity_of(observation: Observation, desk: str) -> int:
    """Productive seconds of the SDRs present in the run's weeks."""
    capacity = observation.context.desks[desk].capacity_seconds
    return sum(capacity.get(week, 0) for week in observation.weeks)


def _with_total(of_desk: Mapping[str, int]) -> Values:
    return count_by(of_desk, total=sum(of_desk.values()))


@measure(
    title="Demand on the desk", unit="seconds", by=("desk",), cohort="leads of the desk created in the run",
    numerator="seconds of work that these leads would take",
    censoring="counted whether or not the work was done; a lead that has not yet come to a team costs it nothing",
)  # fmt: skip
def demand(observation: Observation) -> Values:
    """Work that all leads created in the run would take if called at once, by their own draws."""
    return _with_total({desk: _demand(observation, desk) for desk in observation.context.desks})


@measure(
    title="Capacity of the desk", unit="seconds", by=("desk",), cohort="SDRs present in the run's ISO weeks",
    numerator="productive seconds of the SDRs present",
)  # fmt: skip
def capacity(observation: Observation) -> Values:
    """Working time that the desk had for leads: shifts less absence, breaks and other duties."""
    return _with_total({desk: capacity_of(observation, desk) for desk in observation.context.desks})


@measure(
    title="Demand per capacity", unit="share", by=("desk",), cohort="leads of the desk created in the run",
    numerator="seconds of work that these leads would take", denominator="productive seconds of the SDRs present",
)  # fmt: skip
def demand_per_capacity(observation: Observation) -> Values:
    """Demand over capacity: the one ratio that may exceed 100 %, and then the desk cannot keep up."""
    desks = observation.context.desks
    return {(desk,): ratio(_demand(observation, desk), capacity_of(observation, desk)) for desk in desks}


@measure(
    title="Utilisation of the desk", unit="share", by=("desk",), cohort="work recorded in the run", censoring=_CENSORED,
    numerator="seconds worked on leads", denominator="productive seconds of the SDRs present",
)  # fmt: skip
def utilisation(observation: Observation) -> Values:
    """Share of the capacity that was spent on leads. Below 25 % comparisons of staffing say nothing."""
    desks = observation.context.desks
    return {(desk,): ratio(worked(observation, desk), capacity_of(observation, desk)) for desk in desks}


@measure(
    title="Utilisation by week", unit="share", by=("desk", "week"), censoring=_CENSORED,
    cohort="work recorded in the ISO week",
    numerator="seconds worked on leads", denominator="productive seconds of the SDRs present in the week",
)  # fmt: skip
def utilisation_by_week(observation: Observation) -> Values:
    """Utilisation per ISO week; work that began late on a Friday and ended on Monday may lift a week over 100 %."""
    values: dict[Key, Observed] = {}
    record = observation.record
    for desk, terms in observation.context.desks.items():
        rows = work_rows(observation, desk)
        seconds_in = np.zeros(len(observation.weeks), np.int64)
        np.add.at(seconds_in, observation.places_of_weeks(record.cells("time", rows)), record.cells("value", rows))
        for week, seconds in zip(observation.weeks, seconds_in.tolist(), strict=True):
            values[(desk, week)] = ratio(seconds, terms.capacity_seconds.get(week, 0))
    return values


@measure(
    title="Backlog by week", unit="count", clock="wall", by=("desk", "week"), cohort="all leads of the desk",
    numerator="leads created before that no call and no outcome has reached yet",
)  # fmt: skip
def backlog(observation: Observation) -> Values:
    """Leads waiting for their first call when the week's last shift up to Friday ends; n/a without such a shift."""
    leads = observation.leads
    values: dict[Key, Observed] = {}
    for desk, terms in observation.context.desks.items():
        of_desk = leads.desk == observation.record.number_of(desk)
        for week, moment in _week_ends(observation, terms):
            if moment is None:
                values[(desk, week)] = Observed(None)
                continue
            waits = (leads.created < moment) & (leads.first_call >= moment) & (leads.closed >= moment)
            values[(desk, week)] = count(np.count_nonzero(of_desk & waits))
    return values


@measure(
    title="Highest backlog", unit="count", clock="wall", by=("desk",), cohort="all leads of the desk",
    numerator="leads waiting for their first call at the end of the week's last shift up to Friday, in the worst week",
)  # fmt: skip
def backlog_highest(observation: Observation) -> Values:
    """The largest backlog of any week; n/a for a desk without shifts."""
    weeks = backlog(observation)
    values: dict[Key, Observed] = {}
    for desk in observation.context.desks:
        known = [seen.value for key, seen in weeks.items() if key[0] == desk and seen.value is not None]
        values[(desk,)] = Observed(max(known, default=None))
    return values


def _week_ends(observation: Observation, terms: DeskTerms) -> Iterator[tuple[str, int | None]]:
    """Each ISO week of the run with the end of its last shift by Friday, over all teams of the desk."""
    context = observation.context
    shifts = [clocks.shift.shift for clocks in terms.teams.values() if clocks.shift is not None]
    for week, first, _ in iso_weeks(context.start, context.end, context.zone):
        ends = [end for shift in shifts for _, end in shift.stretches(first, first + _FRIDAY_IS_OVER)]
        inside = [end for end in ends if context.start <= end <= context.end]
        yield week, max(inside, default=None)


DESK_WORK: Final[tuple[Measure, ...]] = (
    demand,
    capacity,
    demand_per_capacity,
    utilisation,
    utilisation_by_week,
    backlog,
    backlog_highest,
)
