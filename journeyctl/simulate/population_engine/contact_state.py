"""Room for the state of one contact, and how it is cleared for the next one."""

from __future__ import annotations

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.field_codes import UNKNOWN
from journeyctl.simulate.population_engine.jit import compiled


def scratch(program: NDArray[int64], fields: int, *, room: int = 1) -> NDArray[int64]:
    """Room for any one contact of a program with so many columns of fields; `room` multiplies what may run out."""
    journeys, items, largest = int(program[p.JOURNEYS]), int(program[p.ITEMS]), int(program[p.LARGEST_HOUSE])
    width = c.W_LISTS + 2 * largest + (4 * largest + 64) * room
    rooms = {
        c.AGENDA_ROOM: 256 * room, c.MESSAGE_ROOM: 256 * room, c.ACT_ROOM: 1024 * room, c.COUNTED_ROOM: 512 * room,
        c.REACTION_ROOM: 512 * room, c.NOTE_ROOM: 64 * room,
    }  # fmt: skip
    lengths = (
        (c.FIELDS_AT, fields),
        (c.VISITS_AT, journeys * c.VISIT),
        (c.ORDER_AT, journeys),
        (c.SHOWN_AT, journeys),
        (c.AGENDA_AT, rooms[c.AGENDA_ROOM] * (1 + c.ENTRY)),
        (c.MESSAGES_AT, rooms[c.MESSAGE_ROOM] * c.MESSAGE),
        (c.LATEST_AT, items),
        (c.ACTS_AT, rooms[c.ACT_ROOM] * c.ACT),
        (c.COUNTED_AT, rooms[c.COUNTED_ROOM] * c.COUNTED),
        (c.REACTIONS_AT, rooms[c.REACTION_ROOM] * c.REACTION),
        (c.LADDERS_AT, journeys * width),
        (c.LEADS_AT, int(program[p.DESKS]) * c.LEAD),
        (c.PLACES_AT, int(program[p.PLACES])),
        (c.GROUPS_AT, int(program[p.GROUP_COUNT]) * c.GROUP_LEAD),
        (c.NOTES_AT, rooms[c.NOTE_ROOM] * c.NOTE),
        (c.STACK_AT, c.STACK),
    )
    begins = c.MOMENTS_AT + 1 + rooms[c.AGENDA_ROOM]
    state = np.zeros(begins + sum(length for _, length in lengths), np.int64)
    state[c.MOMENTS_AT] = c.LATER
    for place, length in lengths:
        state[place] = begins
        begins += length
    for place, length in rooms.items():
        state[place] = length
    state[c.LADDER_WIDTH], state[c.FIELD_COUNT] = width, fields
    entries = rooms[c.AGENDA_ROOM]
    agenda = state[c.AGENDA_AT] + np.arange(entries)
    state[agenda] = state[c.AGENDA_AT] + entries + np.arange(entries) * c.ENTRY
    state[state[c.LATEST_AT] : state[c.LATEST_AT] + items] = -1
    for journey in range(journeys):
        state[state[c.VISITS_AT] + journey * c.VISIT + c.V_JOURNEY] = journey
    return state


@compiled
def clear(state: NDArray[int64], program: NDArray[int64]) -> None:
    """Forgets the contact; costs as much as that contact has used."""
    for place in range(state[c.MESSAGE_COUNT]):
        state[state[c.LATEST_AT] + state[state[c.MESSAGES_AT] + place * c.MESSAGE + c.M_ITEM]] = -1
    for place in range(c.FORM, c.AGENDA_ROOM):
        state[place] = 0
    for place in (
        c.LAST_MQL, c.EVALUATION_AT, c.EVALUATED_AT, c.INSTANT, c.COUNTRY, c.ZONE, c.VIEW_VISIT, c.VIEW_ITEM,
        c.GROUP_ASKED,
    ):  # fmt: skip
        state[place] = -1
    state[c.ARMED] = 1
    state[c.LAST_OUTCOME] = UNKNOWN
    state[c.LAST_REASON] = UNKNOWN
    for journey in range(program[p.JOURNEYS]):
        visit = c.visit_at(state, journey)
        for column in range(c.V_JOURNEY):
            state[visit + column] = 0
        state[visit + c.V_LAST_END] = -1
    for desk in range(program[p.DESKS]):
        state[state[c.LEADS_AT] + desk * c.LEAD + c.L_OPEN] = 0
    for place in range(program[p.PLACES]):
        state[state[c.PLACES_AT] + place] = 0
    for group in range(program[p.GROUP_COUNT]):
        state[state[c.GROUPS_AT] + group * c.GROUP_LEAD + c.GL_STATE] = -1


@compiled
def settle_place(state: NDArray[int64], program: NDArray[int64]) -> None:
    """Works out form, country and zone from the fields; to be asked again when one of these changes."""
    state[c.FORM] = 0
    state[c.COUNTRY] = -1
    state[c.ZONE] = -1
    text = field_or(state, program[p.COUNTRY_COLUMN], program[p.COUNTRY_DEFAULT])
    if text != UNKNOWN:
        state[c.FORM] = program[program[p.FORM_OF_TEXT] + text]
        state[c.COUNTRY] = program[program[p.COUNTRY_OF_TEXT] + text]
        if state[c.COUNTRY] >= 0:
            state[c.ZONE] = program[program[p.COUNTRIES] + 3 * state[c.COUNTRY]]
    text = field_or(state, program[p.ZONE_COLUMN], program[p.ZONE_DEFAULT])
    if text != UNKNOWN:
        state[c.ZONE] = program[program[p.ZONE_OF_TEXT] + text]


@compiled
def field_or(state: NDArray[int64], column: int, default: int) -> int:
    """The code in a column, the default where it is unknown or there is no such column."""
    if column < 0:
        return default
    code = state[state[c.FIELDS_AT] + column]
    return default if code == UNKNOWN else code


@compiled
def calendar_of(state: NDArray[int64], program: NDArray[int64]) -> int:
    """Business days that apply to waits: the contact's country's, else the workspace's."""
    if state[c.COUNTRY] < 0:
        return 0
    return program[program[p.COUNTRIES] + 3 * state[c.COUNTRY] + 1]


@compiled
def tag_of(state: NDArray[int64], program: NDArray[int64]) -> int:
    """The language tag that counts: the contact's, its country's or the workspace's; -1: none."""
    text = field_or(state, program[p.LOCALE_COLUMN], program[p.LOCALE_DEFAULT])
    if text != UNKNOWN and program[program[p.TAG_OF_TEXT] + text] >= 0:
        return program[program[p.TAG_OF_TEXT] + text]
    if state[c.COUNTRY] >= 0 and program[program[p.COUNTRIES] + 3 * state[c.COUNTRY] + 2] >= 0:
        return program[program[p.COUNTRIES] + 3 * state[c.COUNTRY] + 2]
    return program[p.OWN_TAG]
