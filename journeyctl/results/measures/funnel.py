"""From the whole population to accepted leads, in contacts, per journey and in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from journeyctl.results.measures.leads_table import outcome_number
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, measure
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers, Mask
from journeyctl.results.row_keys import flags
from journeyctl.semantics.effects import Kind

STAGES: Final = (
    "population", "reachable", "audience", "entered", "sent", "opened", "clicked", "mql", "asked", "handed_off",
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

    `population` and `reachable` are counted by whoever made the people and hold for all journeys; reachable is who has
    a working address and the consent to be mailed when they become known.
    `audience`: entered, or refused although in the audience. `opened` and `clicked` are human. Score and
    requests belong to a contact, not a journey: a journey's `mql` and `asked` are the contacts that did so
    at or after their first entry into it. `handed_off`: made a lead or joined one; `accepted`: such a lead
    was accepted by the end. Leads from elsewhere are left out.
    """
    context = observation.context
    values: dict[Key, Observed] = {}
    for stage, number in (("population", context.population), ("reachable", context.reachable)):
        values[("", stage)] = Observed(None if number is None else float(number))
    journeys = observation.once(_journeys)
    for stage, rows in _stages(observation).items():
        for journey, many in zip(("", *journeys), _people(observation, rows, journeys), strict=True):
            values[journey, stage] = count(many)
    for stage, kind in (("mql", Kind.MQL), ("asked", Kind.ASKED)):
        values["", stage] = count(observation.people(observation.in_run(kind)))
        for journey in journeys:
            values[journey, stage] = count(observation.people(_since_entry(observation, kind, journey)))
    return values


def _journeys(observation: Observation) -> tuple[str, ...]:
    """The journeys of which anything is told, sorted."""
    kinds = (Kind.ENTERED, Kind.REFUSED, Kind.SENT, Kind.HANDED_OFF)
    return tuple(sorted({name for kind in kinds for name in observation.names("journey", observation.in_run(kind))}))


def _stages(observation: Observation) -> dict[str, Integers]:
    """The rows that bring a contact to each of the stages that belong to a journey."""
    record = observation.record
    handed_off = observation.in_run(Kind.HANDED_OFF, Kind.MERGED)
    handed_off = handed_off[(record.cells("journey", handed_off) != 0) | (record.cells("group", handed_off) != 0)]
    return {
        "audience": observation.in_run(Kind.ENTERED, Kind.REFUSED),
        "entered": observation.in_run(Kind.ENTERED),
        "sent": observation.in_run(Kind.SENT),
        "opened": observation.human(observation.in_run(Kind.OPENED)),
        "clicked": observation.human(observation.in_run(Kind.CLICKED)),
        "handed_off": handed_off,
        "accepted": handed_off[_accepted(observation, record.cells("lead", handed_off))],
    }


def _since_entry(observation: Observation, kind: Kind, journey: str) -> Integers:
    rows = observation.in_run(kind)
    first = observation.first_entries(journey)[observation.record.cells("contact", rows)]
    return rows[observation.record.cells("time", rows) >= first]


def _people(observation: Observation, rows: Integers, journeys: Sequence[str]) -> list[int]:
    """How many contacts the rows are about, and how many those of each journey."""
    record = observation.record
    place = np.zeros(len(record.names), np.int64)
    place[[record.number_of(journey) for journey in journeys]] = np.arange(1, len(journeys) + 1)
    found = np.zeros((len(journeys) + 1, len(record.names)), np.bool_)
    found[place[record.cells("journey", rows)], record.cells("contact", rows)] = True
    found[:, 0] = False
    together = int(np.count_nonzero(found.any(axis=0)))
    return [together, *np.count_nonzero(found[1:], axis=1).tolist()]


@measure(
    title="Funnel as recorded", unit="count", by=("journey", "stage"),
    cohort="all contacts, each once per stage and journey",
    numerator="distinct contacts with any open, or any click, in the run",
)  # fmt: skip
def funnel_recorded(observation: Observation) -> Values:
    """The stages `opened` and `clicked` as a platform shows them: prefetching mailboxes and scanners count as well."""
    journeys = observation.once(_journeys)
    values: dict[Key, Observed] = {}
    for stage, kind in (("opened", Kind.OPENED), ("clicked", Kind.CLICKED)):
        people = _people(observation, observation.in_run(kind), journeys)
        values |= {(journey, stage): count(many) for journey, many in zip(("", *journeys), people, strict=True)}
    return values


def _accepted(observation: Observation, leads: Integers) -> Mask:
    table = observation.leads
    accepted = (table.outcome == outcome_number(Kind.ACCEPTED)) & (table.closed < observation.context.end)
    found: Mask = flags(table.name[accepted], len(observation.record.names))[leads]
    return found


FUNNEL: Final[tuple[Measure, ...]] = (funnel, funnel_recorded)
