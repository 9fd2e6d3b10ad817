"""From the whole population to accepted leads, in contacts, per journey and in all."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeyctl.results.measures.leads_table import outcome_number
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, measure
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers, Mask
from journeyctl.semantics.effects import Kind

STAGES: Final = (
    "population", "consented", "audience", "entered", "sent", "opened", "clicked", "mql", "asked", "handed_off",
    "accepted",
)  # fmt: skip
"""The funnel from the top down."""


@measure(
    title="Funnel", unit="count", by=("journey", "stage"), cohort="all contacts, each once per stage and journey",
    numerator="distinct contacts that came to the stage in the run",
    censoring="contacts on their way at the end stay at the stage they have reached",
)  # fmt: skip
def funnel(observation: Observation) -> Values:
    """How many contacts came how far.

    `population` and `consented` are counted by whoever made the people and hold for all journeys.
    `audience`: entered, or refused although in the audience. `opened` and `clicked` are human. Score and
    requests belong to a contact, not a journey: a journey's `mql` and `asked` are the contacts that did so
    at or after their first entry into it. `handed_off`: made a lead or joined one; `accepted`: such a lead
    was accepted by the end. Leads from elsewhere are left out.
    """
    context = observation.context
    values: dict[Key, Observed] = {}
    for stage, number in (("population", context.population), ("consented", context.consented)):
        values[("", stage)] = Observed(None if number is None else float(number))
    journeys = observation.names("journey", observation.in_run(Kind.ENTERED, Kind.REFUSED, Kind.SENT, Kind.HANDED_OFF))
    for journey in (None, *journeys):
        for stage, contacts in _stages(observation, journey).items():
            values[(journey or "", stage)] = count(len(contacts))
    return values


def _stages(observation: Observation, journey: str | None) -> dict[str, Integers]:
    record = observation.record
    number = None if journey is None else record.number_of(journey)

    def of(*kinds: Kind) -> Integers:
        rows = observation.in_run(*kinds)
        return rows if number is None else rows[record.column("journey")[rows] == number]

    def since_entry(kind: Kind) -> Integers:
        rows = observation.in_run(kind)
        if journey is None:
            return rows
        first = observation.first_entries(journey)[record.column("contact")[rows]]
        return rows[record.column("time")[rows] >= first]

    handed_off = of(Kind.HANDED_OFF, Kind.MERGED)
    handed_off = handed_off[(record.column("journey")[handed_off] != 0) | (record.column("group")[handed_off] != 0)]
    rows = {
        "audience": of(Kind.ENTERED, Kind.REFUSED),
        "entered": of(Kind.ENTERED),
        "sent": of(Kind.SENT),
        "opened": observation.human(of(Kind.OPENED)),
        "clicked": observation.human(of(Kind.CLICKED)),
        "mql": since_entry(Kind.MQL),
        "asked": since_entry(Kind.ASKED),
        "handed_off": handed_off,
        "accepted": handed_off[_accepted(observation, record.column("lead")[handed_off])],
    }
    return {stage: observation.contacts(found) for stage, found in rows.items()}


@measure(
    title="Funnel as recorded", unit="count", by=("journey", "stage"),
    cohort="all contacts, each once per stage and journey",
    numerator="distinct contacts with any open, or any click, in the run",
)  # fmt: skip
def funnel_recorded(observation: Observation) -> Values:
    """The stages `opened` and `clicked` as a platform shows them: prefetching mailboxes and scanners count as well."""
    record = observation.record
    journeys = observation.names("journey", observation.in_run(Kind.ENTERED, Kind.REFUSED, Kind.SENT, Kind.HANDED_OFF))
    values: dict[Key, Observed] = {}
    for stage, kind in (("opened", Kind.OPENED), ("clicked", Kind.CLICKED)):
        rows = observation.in_run(kind)
        values["", stage] = count(len(observation.contacts(rows)))
        for journey in journeys:
            own = rows[record.column("journey")[rows] == record.number_of(journey)]
            values[journey, stage] = count(len(observation.contacts(own)))
    return values


def _accepted(observation: Observation, leads: Integers) -> Mask:
    table = observation.leads
    accepted = (table.outcome == outcome_number(Kind.ACCEPTED)) & (table.closed < observation.context.end)
    return np.isin(leads, table.name[accepted])


FUNNEL: Final[tuple[Measure, ...]] = (funnel, funnel_recorded)
