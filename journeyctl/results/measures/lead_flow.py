"""Leads as they come and as they end, and what field sales makes of them."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from journeyctl.results.measures.leads_table import OUTCOMES, outcome_number
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, count_by, measure, only, ratio
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers, Mask
from journeyctl.results.row_keys import flags
from journeyctl.semantics.effects import Kind

OWN: Final = "own"
"""The source of leads made by journeys and buying groups; all others bear the name of their inflow."""


def _created(observation: Observation) -> Integers:
    """Places in the table of leads of those created in the run."""
    created, context = observation.leads.created, observation.context
    return np.flatnonzero((created >= context.start) & (created < context.end))


def _sources(observation: Observation, places: Integers) -> list[str]:
    leads, names = observation.leads, observation.record.names
    return [
        OWN if own else names[cause]
        for own, cause in zip(leads.own[places].tolist(), leads.cause[places].tolist(), strict=True)
    ]


@measure(
    title="Leads", unit="count", by=("source",), cohort="leads created in the run", numerator="leads created in the run"
)
def leads(observation: Observation) -> Values:
    """Leads that reached a desk: `own` from journeys and buying groups, others by the inflow they came from."""
    found = Counter(_sources(observation, observation.once(_created)))
    return count_by({OWN: 0} | found, total=found.total())


@measure(
    title="Leads per week", unit="count", by=("source", "week"), cohort="leads created in the run",
    numerator="leads created in the ISO week", censoring="the first and last week of a run may be shorter",
)  # fmt: skip
def leads_per_week(observation: Observation) -> Values:
    """Leads by ISO week of creation (workspace zone) and source; weeks without any are zero."""
    places = observation.once(_created)
    sources = _sources(observation, places)
    names = observation.weeks
    weeks = [names[place] for place in observation.places_of_weeks(observation.leads.created[places]).tolist()]
    found = Counter(zip(sources, weeks, strict=True)) + Counter(("", week) for week in weeks)
    every = ("", *sorted({OWN, *sources}))
    return {(source, week): count(found[(source, week)]) for source in every for week in observation.weeks}


@measure(
    title="Lead causes merged", unit="count", by=("reason",), cohort="all contacts",
    numerator="causes in the run that joined an open lead",
)  # fmt: skip
def merges(observation: Observation) -> Values:
    """Requests and scores that made no lead of their own, because the contact had one open at the desk."""
    rows = observation.in_run(Kind.MERGED)
    return count_by(Counter(observation.record.texts("reason", rows)), total=len(rows))


def _finished_cohort(observation: Observation) -> Integers:
    """Places of leads created in the run and early enough to be finished, by their desk's terms."""
    context, places, found = observation.context, observation.once(_created), observation.leads
    names = observation.record.names
    ages = {desk: terms.finished_after for desk, terms in context.desks.items()}
    longest = max(ages.values(), default=0)
    needed = np.array([ages.get(names[desk], longest) for desk in found.desk[places].tolist()], np.int64)
    return places[found.created[places] + needed <= context.last_second]


@measure(
    title="Outcomes of leads", unit="share", by=("outcome",), clock="wall",
    cohort="leads created in the run and at least as long before the end of the record as their desk takes",
    censoring="leads created later are left out; leads of the cohort without an outcome are `in_work`",
    numerator="leads of the cohort with the outcome", denominator="leads of the cohort",
)  # fmt: skip
def outcomes(observation: Observation) -> Values:
    """How leads that had time enough ended: accepted, rejected, recycled, unreachable, expired, or still in work."""
    places, found = _finished_cohort(observation), observation.leads
    ended = np.where(found.closed[places] < observation.context.last_second, found.outcome[places], -1)
    values: dict[Key, Observed] = {
        (kind.value,): ratio(int(np.count_nonzero(ended == outcome_number(kind))), len(places)) for kind in OUTCOMES
    }
    return values | {("in_work",): ratio(int(np.count_nonzero(ended == -1)), len(places))}


@measure(
    title="Leads in work", unit="count", cohort="leads created in the run",
    numerator="leads created in the run without an outcome at its end",
)  # fmt: skip
def leads_in_work(observation: Observation) -> Values:
    """Leads that the end of the run found unfinished, whatever their age."""
    closed = observation.leads.closed[observation.once(_created)]
    return only(count(np.count_nonzero(closed >= observation.context.end)))


@measure(title="Rejections", unit="count", by=("reason",), cohort="all leads", numerator="leads rejected in the run")
def rejections(observation: Observation) -> Values:
    """Leads that the desk turned down, by reason."""
    rows = observation.in_run(Kind.REJECTED)
    return count_by(Counter(observation.record.texts("reason", rows)), total=len(rows))


# --- field sales


@measure(title="SALs", unit="count", cohort="all leads", numerator="leads accepted in the run")
def sals(observation: Observation) -> Values:
    """Leads that the desk accepted and gave to field sales, leads from elsewhere included."""
    return only(count(len(observation.in_run(Kind.ACCEPTED))))


@measure(title="SQLs", unit="count", cohort="all leads", numerator="leads that became sales-qualified in the run")
def sqls(observation: Observation) -> Values:
    """Accepted leads that field sales met and found qualified."""
    return only(count(len(observation.in_run(Kind.SQL))))


def _distinct_opportunities(observation: Observation, rows: Integers) -> Observed:
    return count(np.count_nonzero(_named(observation, rows)))


def _named(observation: Observation, rows: Integers) -> Mask:
    """Which opportunities rows are about, by number of the name."""
    return flags(observation.record.cells("opportunity", rows), len(observation.record.names))


@measure(title="Opportunities", unit="count", cohort="all leads", numerator="distinct opportunities opened in the run")
def opportunities(observation: Observation) -> Values:
    """Deals that were opened; one over several business lines counts once."""
    return only(_distinct_opportunities(observation, observation.in_run(Kind.OPPORTUNITY)))


@measure(title="Opportunities won", unit="count", cohort="all leads", numerator="distinct opportunities won in the run")
def won(observation: Observation) -> Values:
    """Deals that were won before the end of the run."""
    return only(_distinct_opportunities(observation, observation.in_run(Kind.WON)))


def _money(observation: Observation, rows: Integers) -> Observed:
    return count(int(observation.record.cells("value", rows).sum()))


@measure(
    title="Pipeline", unit="cents", by=("line",), cohort="all opportunities",
    numerator="value of the opportunities opened in the run, by business line",
)  # fmt: skip
def pipeline(observation: Observation) -> Values:
    """Sum of the values of new opportunities, whatever becomes of them."""
    rows = observation.in_run(Kind.OPPORTUNITY)
    values: dict[Key, Observed] = {("",): _money(observation, rows)}
    lines = observation.record.cells("line", rows)
    for line in observation.names("line", rows):
        values[(line,)] = _money(observation, rows[lines == observation.record.number_of(line)])
    return values


@measure(
    title="Won in the run",
    unit="cents",
    cohort="all opportunities",
    numerator="value of the opportunities won in the run",
)
def won_value(observation: Observation) -> Values:
    """Sum of the values of deals won before the end of the run."""
    return only(_money(observation, observation.in_run(Kind.WON)))


@measure(
    title="Won eventually", unit="cents", cohort="opportunities opened in the run",
    numerator="value of those opportunities that are won whenever it be",
    censoring="needs a record that goes on to the end of every opportunity; later wins are missing otherwise",
)  # fmt: skip
def won_value_eventually(observation: Observation) -> Values:
    """Sum of the values of deals opened in the run that the record shows as won, also after the run's end."""
    record = observation.record
    opened = _named(observation, observation.in_run(Kind.OPPORTUNITY))
    rows = record.rows_of(Kind.WON)
    return only(_money(observation, rows[opened[record.cells("opportunity", rows)]]))


@measure(
    title="Wait for a meeting", unit="seconds", clock="wall", cohort="leads whose first meeting was in the run",
    numerator="seconds that leads ready for a meeting waited for one, summed", denominator="leads met in the run",
    censoring="leads that still wait are left out, so a growing queue shows late",
)  # fmt: skip
def meeting_wait(observation: Observation) -> Values:
    """Mean time that accepted leads, once ready for it, queued for a meeting with field sales."""
    met = observation.in_run(Kind.MET)
    return only(ratio(int(observation.record.cells("value", met).sum()), len(met)))


LEAD_FLOW: Final[tuple[Measure, ...]] = (
    leads, leads_per_week, merges, outcomes, leads_in_work, rejections, sals, sqls, opportunities, won, pipeline,
    won_value, won_value_eventually, meeting_wait,
)  # fmt: skip
