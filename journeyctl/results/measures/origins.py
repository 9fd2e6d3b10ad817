"""Where leads come from: the journeys' own with the source of their contact, others with the inflow of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers, Mask
from journeyctl.semantics.effects import Kind

KNOWN: Final = "known"
"""The source of contacts that were there at the start."""


@dataclass(frozen=True, slots=True)
class LeadOrigins:
    """By number of a lead's name, shape `(names,)`; what is no lead is neither own nor has a source."""

    own: Mask
    """Made by a journey or a buying group."""
    source: Integers
    """Number of the source's name; 0: there at the start."""

    @classmethod
    def of(cls, observation: Observation) -> LeadOrigins:
        """The origins of every lead of the record."""
        record = observation.record
        rows = record.rows_of(Kind.HANDED_OFF)
        by_us = (record.cells("journey", rows) != 0) | (record.cells("group", rows) != 0)
        lead = record.cells("lead", rows)
        own, source = np.zeros(len(record.names), np.bool_), np.zeros(len(record.names), np.int64)
        own[lead] = by_us
        source[lead] = np.where(by_us, record.cells("source", rows), record.cells("reason", rows))
        return cls(own, source)


def own_opportunity_rows(observation: Observation, rows: Integers) -> Integers:
    """Those of some rows about opportunities whose lead is the journeys' own."""
    found: Integers = rows[observation.once(LeadOrigins.of).own[observation.record.cells("lead", rows)]]
    return found
