"""Leads from elsewhere on the floor: all of a replication at once, under names that all replications have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from journeyctl.simulate.desk_inflow import OtherLead
from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.desk_floor import DeskFloor
from journeyctl.simulate.population_engine.lead_names import padded, words_in
from journeyctl.simulate.record_keys import Keys

_words = lru_cache(maxsize=1 << 15)(padded)
"""Most names come again in the next replication."""


def hand_over(floor: DeskFloor, leads: Sequence[OtherLead], needs: Sequence[bool]) -> Keys:
    """Puts leads on the floor, where none stand yet, and what their needs are; answers their names by number."""
    if not leads:
        return Keys.of(())
    hashes = np.array([lead.subject for lead in leads], np.uint64)
    names = tuple([lead.lead for lead in leads])
    floor.add_leads(words_in(list(map(_words, names)), hashes), 0, 0)
    tables = floor.tables
    desks = {name: number for number, name in enumerate(tables.names)}
    teams = {
        name: tables.team_of[name, rules.team_for(None)] for name, rules in zip(tables.names, tables.rules, strict=True)
    }
    sources = {name: tables.reasons.index(name) for name in {lead.source for lead in leads}}
    events = np.zeros((len(leads), c.EVENT), np.int64)
    events[:, c.V_KIND], events[:, c.V_PERSON] = c.HANDED_OVER, -1
    events[:, c.V_LEAD] = np.arange(len(leads))
    for column, values in (
        (c.V_TIME, [lead.at for lead in leads]),
        (c.V_DESK, [tables.rows[desks[lead.desk]] for lead in leads]),
        (c.V_REQUEST, [lead.request for lead in leads]),
        (c.V_NEED, needs),
        (c.V_TEAM, [teams[lead.desk] for lead in leads]),
        (c.V_SOURCE, [sources[lead.source] for lead in leads]),
    ):
        events[:, column] = values
    floor.expect(events)
    count = len(names)
    return Keys(names, np.arange(count, dtype=np.int32), np.zeros(count, np.int32), np.zeros(count, np.bool_), hashes)
