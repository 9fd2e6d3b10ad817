"""Measures: every number that is reported, with its definition beside the code that computes it.

`MEASURES` is the one table of them. A new measure is a function in the file of its family, named there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from journeyctl.results.measures.buying_groups import BUYING_GROUPS
from journeyctl.results.measures.caps_and_consent import CAPS_AND_CONSENT
from journeyctl.results.measures.context import CapTerms, CostTerms, DeskTerms, MeasuringContext, TeamClocks
from journeyctl.results.measures.desk_work import DESK_WORK
from journeyctl.results.measures.engagement import ENGAGEMENT
from journeyctl.results.measures.first_call import FIRST_CALL
from journeyctl.results.measures.funnel import FUNNEL, STAGES
from journeyctl.results.measures.gate_answers import GATE_ANSWERS
from journeyctl.results.measures.lead_flow import LEAD_FLOW
from journeyctl.results.measures.measure import Key, Measure, Observed, Values
from journeyctl.results.measures.money import COST_KINDS, MONEY
from journeyctl.results.measures.observation import Observation
from journeyctl.results.measures.portfolio import PORTFOLIO
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind

MEASURES: Final[Mapping[str, Measure]] = {
    found.name: found
    for family in (
        FUNNEL,
        ENGAGEMENT,
        GATE_ANSWERS,
        CAPS_AND_CONSENT,
        LEAD_FLOW,
        FIRST_CALL,
        DESK_WORK,
        MONEY,
        PORTFOLIO,
        BUYING_GROUPS,
    )
    for found in family
}
"""Every measure of a single replication by name, in the order of reports."""
UNREAD: Final = frozenset((Kind.WAITED, Kind.BRANCHED, Kind.SPLIT, Kind.VISITED, Kind.FORM, Kind.SCORED))
"""Kinds of rows that no measure and no account reads, of which records hold very many."""
_OF_MAIL: Final = (
    Kind.REQUESTED_SEND, Kind.DEFERRED, Kind.SKIPPED, Kind.SENT, Kind.DELIVERED, Kind.BOUNCED, Kind.OPENED,
    Kind.CLICKED,
)  # fmt: skip
"""Kinds of which there are most, and whose rows are only looked at contact by contact."""
_READ: Final = tuple(kind for kind in Kind if kind not in (*UNREAD, *_OF_MAIL))


def measured_rows(record: EventRecord) -> EventRecord:
    """The rows of a record that matter to measures and accounts, lying so that they are read fast.

    Those about mail need not be in the order of time, except for those of one contact.
    """
    return record.of_kinds(_READ, lying=_OF_MAIL)


__all__ = [
    "COST_KINDS",
    "MEASURES",
    "STAGES",
    "UNREAD",
    "CapTerms",
    "CostTerms",
    "DeskTerms",
    "Key",
    "Measure",
    "MeasuringContext",
    "Observation",
    "Observed",
    "TeamClocks",
    "Values",
    "measured_rows",
]
