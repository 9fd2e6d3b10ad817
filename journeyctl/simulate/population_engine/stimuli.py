"""What reaches a contact from outside, put on its agenda in the order that one second has."""

from __future__ import annotations

from typing import Final

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import schedule
from journeyctl.simulate.population_engine.jit import compiled

_EVERY_LINK: Final = 1 << 32


@compiled
def post_field(state: NDArray[int64], time: int, column: int, code: int, name: int, rank: int) -> None:
    """A field has a new value, which the record calls `name`; `rank` orders fields of one second by path."""
    schedule(state, time, c.FACT_PHASE, 0, rank, 0, c.FIELD_CHANGED, column, code, name)


@compiled
def post_other_mail(state: NDArray[int64], time: int, line: int, rank: int) -> None:
    """Another business line, by name, mailed the contact; `rank` orders those of one second."""
    schedule(state, time, c.FACT_PHASE, 1, rank, 0, c.OTHER_MAIL, line, 0, 0)


@compiled
def note(state: NDArray[int64]) -> int:
    """Room for the parts of a stimulus that has many; answers where it begins."""
    place = state[c.NOTE_COUNT]
    if place >= state[c.NOTE_ROOM]:
        state[c.FULL] = 1
        return state[c.NOTES_AT]
    state[c.NOTE_COUNT] = place + 1
    return state[c.NOTES_AT] + place * c.NOTE


@compiled
def post_lead_outcome(
    state: NDArray[int64], time: int, desk: int, desk_name: int, place: int, number: int, outcome: int, reason: int
) -> None:
    """The outcome of a lead (its place's name and its number); `reason` is the code of a text, or unknown."""
    parts = note(state)
    state[parts] = desk
    state[parts + 1] = desk_name
    state[parts + 2] = place
    state[parts + 3] = number
    state[parts + 4] = outcome
    state[parts + 5] = reason
    schedule(state, time, c.FACT_PHASE, 2, desk, 0, c.LEAD_OUTCOME, parts, 0, 0)


@compiled
def post_group_changed(
    state: NDArray[int64], time: int, group: int, completeness: int, ready: int, missing_roles: int, my_role: int,
    lead: int, place: int, number: int,
) -> None:  # fmt: skip
    """What the contact may know of a buying group; `lead`: -1 nobody makes leads for it, 0 none open, 1 this one."""
    parts = note(state)
    state[parts] = completeness
    state[parts + 1] = ready
    state[parts + 2] = missing_roles
    state[parts + 3] = my_role
    state[parts + 4] = lead
    state[parts + 5] = place
    state[parts + 6] = number
    schedule(state, time, c.FACT_PHASE, 3, group, 0, c.GROUP_CHANGED, group, parts, 0)


@compiled
def post_group_ready(
    state: NDArray[int64], time: int, group: int, desk: int, desk_name: int, place: int, number: int
) -> None:
    """A buying group was found ready; `desk` -1: this contact is not the one who is called."""
    parts = -1
    if desk >= 0:
        parts = note(state)
        state[parts] = desk
        state[parts + 1] = desk_name
        state[parts + 2] = place
        state[parts + 3] = number
    schedule(state, time, c.FACT_PHASE, 4, group, 0, c.GROUP_READY, group, parts, 0)


@compiled
def post_delivered(state: NDArray[int64], time: int, item: int, send: int) -> None:
    """The n-th send of an item arrived."""
    schedule(state, time, c.REACTION_PHASE, 0, item + 1, send, c.DELIVERED, item, send, 0)


@compiled
def post_bounced(state: NDArray[int64], time: int, item: int, send: int, hard: int) -> None:
    """The n-th send of an item was returned."""
    schedule(state, time, c.REACTION_PHASE, 1, item + 1, send, c.BOUNCED, item, send, hard)


@compiled
def post_opened(state: NDArray[int64], time: int, item: int, send: int, who: int) -> None:
    """An open was recorded; `who` is the name `human`, `machine` or `system`."""
    schedule(state, time, c.REACTION_PHASE, 2, item + 1, send, c.OPENED, item, send, who)


@compiled
def post_clicked(state: NDArray[int64], time: int, item: int, send: int, who: int, every_link: int) -> None:
    """A click was recorded."""
    schedule(state, time, c.REACTION_PHASE, 3, item + 1, send, c.CLICKED, item, send, who + every_link * _EVERY_LINK)


@compiled
def post_page_viewed(state: NDArray[int64], time: int, item: int, send: int, pages: int) -> None:
    """A page was read: after a click, or (`item` -1) on its own account."""
    schedule(state, time, c.REACTION_PHASE, 4, item + 1, send, c.PAGE_VIEWED, item, send, pages)


@compiled
def post_form_submitted(state: NDArray[int64], time: int, item: int, send: int) -> None:
    """A form was filled in."""
    schedule(state, time, c.REACTION_PHASE, 5, item + 1, send, c.FORM_SUBMITTED, item, send, 0)


@compiled
def post_sales_requested(state: NDArray[int64], time: int, item: int, send: int) -> None:
    """The contact asked for sales."""
    schedule(state, time, c.REACTION_PHASE, 6, item + 1, send, c.SALES_REQUESTED, item, send, 0)


@compiled
def post_unsubscribed(state: NDArray[int64], time: int, item: int, send: int) -> None:
    """The contact opted out."""
    schedule(state, time, c.REACTION_PHASE, 7, item + 1, send, c.UNSUBSCRIBED, item, send, 0)


@compiled
def post_custom_event(state: NDArray[int64], time: int, event: int, rank: int) -> None:
    """An event of the profile, by name, happened; `rank` orders events of one second by name."""
    schedule(state, time, c.REACTION_PHASE, 8, rank, 0, c.CUSTOM_EVENT, event, 0, 0)
