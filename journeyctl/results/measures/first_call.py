"""The promise on the first call: shares on every clock, the worst week, and how long leads wait."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeyctl.results.measures.context import CLOCKS, ClockName
from journeyctl.results.measures.due_leads import DueLeads, together
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, measure, ratio
from journeyctl.results.measures.observation import Observation

LEAST_DUE: Final = 10
"""Due leads that a week needs to count as the worst one."""
_COHORT = "leads of the desk created in the run whose deadline lies in the run, and who are owed a call by then"
_NOT_YET = "leads whose deadline lies after the end are not yet due: left out, see leads_not_yet_due"


def _share(due: DueLeads) -> Observed:
    return ratio(int(np.count_nonzero(due.kept)), len(due))


def _promised(observation: Observation) -> dict[str, ClockName]:
    """The desks with a promise and its clock."""
    desks = observation.context.desks
    return {desk: terms.clock for desk, terms in desks.items() if terms.limit is not None}


def _every_desk(observation: Observation) -> dict[str, DueLeads]:
    """The cohort of every desk on its own clock; under the empty name that of all desks together."""
    found = {desk: observation.due(desk, clock) for desk, clock in _promised(observation).items()}
    return {"": together(tuple(found.values())), **found}


@measure(
    title="SLA share", unit="share", clock="the desk's", by=("desk",), cohort=_COHORT, censoring=_NOT_YET,
    numerator="leads whose first call began by the deadline", denominator="leads due in the run",
)  # fmt: skip
def sla(observation: Observation) -> Values:
    """Share of leads called in time on the clock that the desk promised. A lead that nobody called is a miss.

    One that pre-qualification refused by the deadline has had its answer and is owed no call: it is left out, see
    leads_refused_before_call; refused later, it is a miss. The deadline counts from creation; when a request joins a
    scored lead before its first call, from the request.
    """
    return {(desk,): _share(cohort) for desk, cohort in observation.once(_every_desk).items()}


@measure(
    title="SLA share by clock", unit="share", clock="each", by=("desk", "clock"), cohort=_COHORT, censoring=_NOT_YET,
    numerator="leads whose first call began by the deadline", denominator="leads due in the run",
)  # fmt: skip
def sla_by_clock(observation: Observation) -> Values:
    """The SLA share as it would be if the same limit were counted on the wall, business or shift clock."""
    return {(desk, clock): _share(observation.due(desk, clock)) for desk in _promised(observation) for clock in CLOCKS}


@measure(
    title="Leads due", unit="count", clock="the desk's", by=("desk",), cohort=_COHORT, numerator="leads due in the run"
)
def leads_due(observation: Observation) -> Values:
    """How many leads the SLA share rests on."""
    return {(desk,): count(len(cohort)) for desk, cohort in observation.once(_every_desk).items()}


@measure(
    title="Leads not yet due", unit="count", clock="the desk's", by=("desk",),
    cohort="leads of the desk created in the run",
    numerator="leads whose deadline lies after the end of the run",
)  # fmt: skip
def leads_not_yet_due(observation: Observation) -> Values:
    """Leads that came too late in the run to say whether the promise was kept."""
    return {(desk,): count(cohort.later) for desk, cohort in observation.once(_every_desk).items()}


@measure(
    title="Leads refused before a call", unit="count", clock="the desk's", by=("desk",),
    cohort="leads of the desk created in the run whose deadline lies in the run",
    numerator="leads that a task before the call refused (rejected, reason not_passed) by their deadline",
)  # fmt: skip
def leads_refused_before_call(observation: Observation) -> Values:
    """Leads that were answered in time without a call. The SLA share says nothing of them."""
    return {(desk,): count(cohort.refused) for desk, cohort in observation.once(_every_desk).items()}


def _by_week(observation: Observation, due: DueLeads) -> list[tuple[int, int]]:
    """For each week of the run, in order: leads created in it whose call was in time, and all of them."""
    week, many = observation.places_of_weeks(due.created), len(observation.weeks)
    kept, every = np.bincount(week[due.kept], minlength=many), np.bincount(week, minlength=many)
    return list(zip(kept.tolist(), every.tolist(), strict=True))


@measure(
    title="SLA share by week", unit="share", clock="the desk's", by=("desk", "week"),
    cohort=_COHORT, censoring=_NOT_YET,
    numerator="leads created in the ISO week whose first call began by the deadline",
    denominator="leads created in the ISO week and due in the run",
)  # fmt: skip
def sla_by_week(observation: Observation) -> Values:
    """The SLA share of the leads of each week of creation (workspace zone); n/a for a week without due leads."""
    values: dict[Key, Observed] = {}
    for desk, cohort in observation.once(_every_desk).items():
        values[(desk, "")] = _share(cohort)
        for week, (kept, every) in zip(observation.weeks, _by_week(observation, cohort), strict=True):
            values[desk, week] = ratio(kept, every)
    return values


def _worst_weeks(observation: Observation, cohort: DueLeads) -> list[tuple[float, int]]:
    """SLA share and minus the due leads of every week that has enough of them, the worst first."""
    return sorted((kept / every, -every) for kept, every in _by_week(observation, cohort) if every >= LEAST_DUE)


@measure(
    title="SLA share of the worst week", unit="share", clock="the desk's", by=("desk",), censoring=_NOT_YET,
    cohort=f"{_COHORT}, in weeks of creation with at least {LEAST_DUE} of them",
    numerator="leads created in that week whose first call began by the deadline",
    denominator="leads created in that week and due in the run",
)  # fmt: skip
def sla_worst_week(observation: Observation) -> Values:
    """The lowest SLA share of any ISO week of creation with enough due leads; n is that week's due leads."""
    values: dict[Key, Observed] = {}
    for desk, cohort in observation.once(_every_desk).items():
        worst = _worst_weeks(observation, cohort)
        values[(desk,)] = Observed(worst[0][0], -worst[0][1]) if worst else Observed(None, 0)
    return values


@measure(
    title="Leads due in the worst week", unit="count", clock="the desk's", by=("desk",), censoring=_NOT_YET,
    cohort=f"{_COHORT}, in weeks of creation with at least {LEAST_DUE} of them",
    numerator="leads created in the week with the lowest SLA share and due in the run",
)  # fmt: skip
def sla_worst_week_due(observation: Observation) -> Values:
    """How many leads the share of the worst week rests on; of equally bad weeks the largest, 0 without any."""
    worst = {desk: _worst_weeks(observation, cohort) for desk, cohort in observation.once(_every_desk).items()}
    return {(desk,): count(-weeks[0][1] if weeks else 0) for desk, weeks in worst.items()}


def _quantile(observation: Observation, percent: int) -> Values:
    values: dict[Key, Observed] = {}
    for desk in _promised(observation):
        for clock in CLOCKS:
            waits = np.sort(observation.due(desk, clock).wait)
            place = -(-len(waits) * percent // 100) - 1
            values[(desk, clock)] = Observed(float(waits[place]) if len(waits) else None, len(waits))
    return values


@measure(
    title="First call, median", unit="seconds", clock="each", by=("desk", "clock"), cohort=_COHORT, censoring=_NOT_YET,
    numerator="smallest wait within which half of the leads were called", denominator="leads due in the run",
)  # fmt: skip
def first_call_p50(observation: Observation) -> Values:
    """Wait from a lead's start to its first call that half of the leads did not exceed; never called is infinite."""
    return _quantile(observation, 50)


@measure(
    title="First call, 95 of 100", unit="seconds", clock="each", by=("desk", "clock"),
    cohort=_COHORT, censoring=_NOT_YET,
    numerator="smallest wait within which 95 % of the leads were called", denominator="leads due in the run",
)  # fmt: skip
def first_call_p95(observation: Observation) -> Values:
    """Wait from a lead's start to its first call that 95 % of the leads did not exceed; never called is infinite."""
    return _quantile(observation, 95)


FIRST_CALL: Final[tuple[Measure, ...]] = (
    sla, sla_by_clock, leads_due, leads_not_yet_due, leads_refused_before_call, sla_by_week, sla_worst_week,
    sla_worst_week_due, first_call_p50, first_call_p95,
)  # fmt: skip
