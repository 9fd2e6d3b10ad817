"""What a run costs, per what it brings, and what comes back. Absent where the scenario names no costs.

The books are kept in whole cents: every cost is one entry of `cost`, by kind and by source of the contact,
and every sum is a sum of entries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np

from journeyctl.results.measures.context import CostTerms, whole_cents
from journeyctl.results.measures.desk_work import capacity_of, work_rows, worked
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, count_by, measure, ratio
from journeyctl.results.measures.observation import Observation
from journeyctl.results.measures.origins import KNOWN, LeadOrigins, own_opportunity_rows
from journeyctl.results.record import Integers
from journeyctl.semantics.effects import Kind

COST_KINDS: Final = (
    "sends", "content", "channels", "sdr", "field", "sdr_elsewhere", "field_elsewhere", "sdr_unused",
)  # fmt: skip
"""What money is spent on, in the order of reports."""
DIRECT: Final = ("sends", "content", "channels", "sdr", "field")
"""The kinds that the journeys cause; the others belong to leads from elsewhere, or to nobody."""
SHARED: Final = "shared"
"""The source of costs that cannot be told apart by source."""
_HOUR: Final = 3_600

Books = Mapping[tuple[str, str], int]
"""Cents by kind and source; every entry is spent once."""


def books_of(observation: Observation) -> Books | None:
    """Every entry of the run; `None` where nobody said what anything costs."""
    terms = observation.context.costs
    if terms is None:
        return None
    entries: dict[tuple[str, str], int] = {("content", SHARED): terms.content}
    entries |= {("channels", source): cents for source, cents in terms.channels.items()}
    for source, many in _sends_by_source(observation).items():
        entries["sends", source] = whole_cents(many * terms.send)
    for kind, price, seconds in (
        ("sdr", terms.sdr_hour, _sdr_seconds(observation)),
        ("field", terms.field_hour, _field_seconds(observation)),
    ):
        for (own, source), spent in seconds.items():
            entries[kind if own else f"{kind}_elsewhere", source] = whole_cents(spent * price, per=_HOUR)
    entries["sdr_unused", SHARED] = _unused(observation, terms)
    return {key: cents for key, cents in entries.items() if cents}


def _sends_by_source(observation: Observation) -> dict[str, int]:
    rows = observation.in_run(Kind.SENT)
    return observation.counted(observation.record.cells("source", rows), blank=KNOWN)


def _sdr_seconds(observation: Observation) -> dict[tuple[bool, str], int]:
    rows = [work_rows(observation, desk) for desk in observation.context.desks]
    together = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    return _by_origin(observation, together, observation.record.cells("value", together))


def _field_seconds(observation: Observation) -> dict[tuple[bool, str], int]:
    record, met = observation.record, observation.in_run(Kind.MET)
    of_desk = np.zeros(len(record.names), np.int64)
    for desk, terms in observation.context.desks.items():
        if record.number_of(desk) >= 0:
            of_desk[record.number_of(desk)] = terms.meeting_seconds
    return _by_origin(observation, met, of_desk[record.cells("desk", met)])


def _by_origin(observation: Observation, rows: Integers, seconds: Integers) -> dict[tuple[bool, str], int]:
    origins = observation.once(LeadOrigins.of)
    leads = observation.record.cells("lead", rows)
    found: dict[tuple[bool, str], int] = defaultdict(int)
    keys = origins.source[leads] * 2 + origins.own[leads]
    for key in sorted(set(keys.tolist())):
        source = observation.record.names[key // 2] or KNOWN
        found[bool(key % 2), source] += int(seconds[keys == key].sum())
    return found


def _unused(observation: Observation, terms: CostTerms) -> int:
    desks = observation.context.desks
    free = sum(max(0, capacity_of(observation, desk) - worked(observation, desk)) for desk in desks)
    return whole_cents(free * terms.sdr_hour, per=_HOUR)


def _direct(books: Books, source: str | None = None) -> int:
    return sum(
        cents for (kind, place), cents in books.items() if kind in DIRECT and (source is None or place == source)
    )


@measure(
    title="Cost", unit="cents", by=("kind", "source"), cohort="everything the scenario names a price for",
    numerator="cents spent in the run",
    censoring="meetings and calls after the end are not counted; work counts when it is recorded",
)  # fmt: skip
def cost(observation: Observation) -> Values:
    """Cost by kind and by the source of the contact; every total is the sum of its entries to the cent.

    Kinds: `sends`; `content`, items tagged newly-made that the journeys can send; `channels`, what sources of
    new contacts cost; `sdr` and `field`, hours on the journeys' own leads; `sdr_elsewhere` and
    `field_elsewhere`, hours on other leads; `sdr_unused`, hours in which SDRs were there and had no lead.
    Sources: `known` for the population at the start, an inflow's name, or `shared`.
    """
    books = observation.once(books_of)
    if books is None:
        return {}
    values: dict[Key, int] = dict.fromkeys((("", ""), *((kind, "") for kind in COST_KINDS)), 0)
    for (kind, source), cents in books.items():
        for key in (("", ""), (kind, ""), ("", source), (kind, source)):
            values[key] = values.get(key, 0) + cents
    return {key: count(cents) for key, cents in values.items()}


@measure(
    title="Cost of the journeys", unit="cents", by=("source",), cohort="everything the scenario names a price for",
    numerator="cents that the journeys caused in the run: sends, content, channels, hours on own leads",
    censoring="meetings and calls after the end are not counted; work counts when it is recorded",
)  # fmt: skip
def journey_cost(observation: Observation) -> Values:
    """What would not be spent without the journeys: no leads from elsewhere, no unused hours. By source of contact."""
    books = observation.once(books_of)
    if books is None:
        return {}
    sources = sorted({source for kind, source in books if kind in DIRECT})
    return count_by({source: _direct(books, source) for source in sources}, total=_direct(books))


# --- per result

RESULTS: Final = ("contact", "lead", "mql", "sal", "sql", "sale")
"""What costs are divided by: contacts that entered, own leads, MQLs, and own leads' stages up to the won deal."""


@measure(
    title="Cost per result", unit="cents", by=("result", "source"),
    cohort="contacts that entered a journey in the run, and what came of the journeys' own leads in it",
    numerator="cents that the journeys caused: sends, content, channels, hours on own leads",
    denominator="results in the run: contacts entered, own leads, MQLs, accepted, sales-qualified, won",
    censoring="results after the end are not counted, so late stages look dear in short runs",
)  # fmt: skip
def cost_per(observation: Observation) -> Values:
    """Direct cost for each result, and by the source of the contact; n/a where there was none.

    A source carries its own entries; newly made content is in the total only.
    """
    books = observation.once(books_of)
    if books is None:
        return {}
    values: dict[Key, Observed] = {}
    for result, by_source in _results(observation).items():
        values[result, ""] = ratio(_direct(books), sum(by_source.values()))
        values |= {(result, source): ratio(_direct(books, source), many) for source, many in by_source.items()}
    return values


def _results(observation: Observation) -> dict[str, dict[str, int]]:
    """How many of each result came from each source."""
    record = observation.record
    entered, mqls = observation.in_run(Kind.ENTERED), observation.in_run(Kind.MQL)
    first = observation.first_of_each(entered, "contact")
    origins, leads, context = observation.once(LeadOrigins.of), observation.leads, observation.context
    created = leads.own & (leads.created >= context.start) & (leads.created < context.end)
    found = {
        "contact": observation.counted(record.cells("source", first), blank=KNOWN),
        "lead": observation.counted(origins.source[leads.name[created]], blank=KNOWN),
        "mql": observation.counted(record.cells("source", mqls), blank=KNOWN),
    }
    for result, kind in (("sal", Kind.ACCEPTED), ("sql", Kind.SQL), ("sale", Kind.WON)):
        rows = observation.first_of_each(observation.in_run(kind), "lead")
        of = record.cells("lead", rows)
        found[result] = observation.counted(origins.source[of[origins.own[of]]], blank=KNOWN)
    return found


# --- what comes back


def _value(observation: Observation, rows: Integers) -> int:
    return int(observation.record.cells("value", rows).sum())


def _values(observation: Observation) -> dict[str, Integers]:
    """Rows of own leads' opportunities: opened in the run, won in it, and opened in it and won at any time."""
    record = observation.record
    opened = own_opportunity_rows(observation, observation.in_run(Kind.OPPORTUNITY))
    every = own_opportunity_rows(observation, record.rows_of(Kind.WON))
    of_run = np.isin(record.cells("opportunity", every), record.cells("opportunity", opened))
    return {
        "pipeline": opened,
        "won": own_opportunity_rows(observation, observation.in_run(Kind.WON)),
        "won_eventually": every[of_run],
    }


@measure(
    title="Value of own deals", unit="cents", by=("value", "source"), cohort="opportunities of the journeys' own leads",
    numerator="value of the opportunities: opened in the run, won in it, opened in it and won at any time",
    censoring="`pipeline` and `won` end with the run; `won_eventually` follows the run's opportunities to their end",
)  # fmt: skip
def deal_value(observation: Observation) -> Values:
    """What the journeys' own leads are worth: `pipeline`, `won` and `won_eventually`, by source of the contact."""
    origins, record = observation.once(LeadOrigins.of), observation.record
    values: dict[Key, Observed] = {}
    for name, rows in _values(observation).items():
        values[name, ""] = count(_value(observation, rows))
        sources = origins.source[record.cells("lead", rows)]
        for number in sorted(set(sources.tolist())):
            values[name, record.names[number] or KNOWN] = count(_value(observation, rows[sources == number]))
    return values


@measure(
    title="Return on marketing", unit="times", by=("value",), cohort="opportunities of the journeys' own leads",
    numerator="value of the opportunities, as in deal_value",
    denominator="cents that the journeys caused: sends, content, channels, hours on own leads",
    censoring="as in deal_value; costs after the end are not counted",
)  # fmt: skip
def return_on_marketing(observation: Observation) -> Values:
    """Value for each unit of money that the journeys caused: of the pipeline, of deals won in the run or ever."""
    books = observation.once(books_of)
    if books is None:
        return {}
    spent = _direct(books)
    return {(name,): ratio(_value(observation, rows), spent) for name, rows in _values(observation).items()}


MONEY: Final[tuple[Measure, ...]] = (cost, journey_cost, cost_per, deal_value, return_on_marketing)
