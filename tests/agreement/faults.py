"""Faults to be seeded into what journeys mean: each must show in the rows of some made-up workspace.

`python -m tests.agreement.faults 20` lists each with the number of workspaces, of so many, that show it.
"""

# ruff: noqa: ANN401  (a fault stands in for a function of any signature)
from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from journeyctl import calendars, fixed_point
from journeyctl.behaviour.response import ResponseModel
from journeyctl.semantics import entries, gate, ladder, reactions, scoring, sending, state, steps
from journeyctl.semantics.state import Contact, Sends, Visit
from journeyctl.semantics.stimuli import Phase, Timeout
from journeyctl.semantics.turn import Turn
from journeyctl.simulate import reference
from tests.agreement.generated import generated_world

Fault = Callable[[pytest.MonkeyPatch], None]
"""Puts itself in the place of what is right, until the patch is undone."""


def rolling_cap_includes_its_start(patch: pytest.MonkeyPatch) -> None:
    """A send exactly `per` ago counts still."""
    counted = Sends.counted
    patch.setattr(Sends, "counted", lambda self, channel, after, until: counted(self, channel, after - 1, until))


def gate_ignores_priority(patch: pytest.MonkeyPatch) -> None:
    """Of sends due at one second, the first by name goes first."""
    schedule = Contact.schedule

    def by_name(self: Contact, time: int, stimulus: Any, key: tuple[Any, ...] = ()) -> None:
        schedule(self, time, stimulus, key[2:] if stimulus.phase is Phase.GATE else key)

    patch.setattr(Contact, "schedule", by_name)


def gate_prefers_the_younger_request(patch: pytest.MonkeyPatch) -> None:
    """Within a priority, what was asked for last goes first."""
    schedule = Contact.schedule

    def younger(self: Contact, time: int, stimulus: Any, key: tuple[Any, ...] = ()) -> None:
        turned = (key[0], -key[1], *key[2:]) if stimulus.phase is Phase.GATE else key
        schedule(self, time, stimulus, turned)

    patch.setattr(Contact, "schedule", younger)


def decay_is_an_hour_ahead(patch: pytest.MonkeyPatch) -> None:
    """One whole hour more counts."""
    decayed = fixed_point.decayed
    patch.setattr(scoring, "decayed", lambda table, elapsed: decayed(table, elapsed + 3_600))


def cold_walk_goes_one_level_deeper(patch: pytest.MonkeyPatch) -> None:
    """A contact gets a level further without a click."""
    choose = ladder.choose

    def deeper(house: Any, state: Any, **given: Any) -> Any:
        return choose(house, state, **{**given, "cold_depth": min(given["cold_depth"] + 1, len(house.levels) - 1)})

    patch.setattr(ladder, "choose", deeper)


def breadth_counts_one_offer_more(patch: pytest.MonkeyPatch) -> None:
    """A group ends one unanswered offer later."""
    choose = ladder.choose

    def broader(house: Any, state: Any, **given: Any) -> Any:
        breadth = given["breadth"]
        return choose(house, state, **{**given, "breadth": None if breadth is None else breadth + 1})

    patch.setattr(ladder, "choose", broader)


def settle_takes_a_second_more(patch: pytest.MonkeyPatch) -> None:
    """A click is taken one second too late."""
    listening = state.Listening
    patch.setattr(reactions, "Listening", lambda to, what, delay, settle: listening(to, what, delay, settle + 1))


def expiry_includes_its_instant(patch: pytest.MonkeyPatch) -> None:
    """A send is too late one second later than it should be."""
    expiry = gate._expiry
    patch.setattr(gate, "_expiry", lambda send, caps: expiry(send, caps) + 1)


def timeouts_come_before_reactions(patch: pytest.MonkeyPatch) -> None:
    """A reaction that arrives exactly at the timeout is too late."""
    schedule = Contact.schedule

    def earlier(self: Contact, time: int, stimulus: Any, key: tuple[Any, ...] = ()) -> None:
        if isinstance(stimulus, Timeout):
            stimulus = stimulus._replace(phase=Phase.FACT)
        schedule(self, time, stimulus, key)

    patch.setattr(Contact, "schedule", earlier)


def quiet_hours_begin_a_second_late(patch: pytest.MonkeyPatch) -> None:
    """The end of the hours of sending belongs to them."""
    outside = gate._outside_hours

    def lenient(policies: Any, send: Any, recipient: Any, now: int, time: Any) -> Any:
        found = outside(policies, send, recipient, now, time)
        return None if outside(policies, send, recipient, now - 1, time) is None else found

    patch.setattr(gate, "_outside_hours", lenient)


def again_counts_from_the_entry(patch: pytest.MonkeyPatch) -> None:
    """A contact may return so long after it came, not after it left."""
    end = Turn.end

    def forgetful(self: Turn, visit: Visit, label: str, **how: Any) -> None:
        end(self, visit, label, **how)
        self.contact.last_end[visit.journey] = visit.entered_at

    patch.setattr(Turn, "end", forgetful)


def requests_need_no_pause(patch: pytest.MonkeyPatch) -> None:
    """Somebody who has asked may ask again at once."""
    request = ResponseModel._request

    def eager(self: ResponseModel, traits: Any, planned: Any, now: int) -> Any:
        traits.last_request_at = None
        return request(self, traits, planned, now)

    patch.setattr(ResponseModel, "_request", eager)


def a_click_at_the_least_delay_is_a_machines(patch: pytest.MonkeyPatch) -> None:
    """The boundary of `min_delay` belongs to the wrong side."""
    is_machine = reactions._is_machine

    def suspicious(listening: Any, at: int, *, every_link: bool) -> bool:
        return is_machine(listening, at - 1, every_link=every_link)

    patch.setattr(reactions, "_is_machine", suspicious)


def clicked_items_return(patch: pytest.MonkeyPatch) -> None:
    """`repeat` lets an item return although the contact has clicked it."""
    may = Sends.may_send_again

    def lenient(self: Sends, item: str, repeat: Any, now: int) -> bool:
        message = self._latest.get(item)
        clicked = message is not None and message.clicked
        if clicked and message is not None:
            message.clicked = False
        answer = may(self, item, repeat, now)
        if clicked and message is not None:
            message.clicked = True
        return answer

    patch.setattr(Sends, "may_send_again", lenient)


def mail_tires_before_it_is_read(patch: pytest.MonkeyPatch) -> None:
    """A mail weighs on its own opening."""
    sent = ResponseModel.sent

    def tiring(self: ResponseModel, draws: Any, traits: Any, item: Any, number: int, now: int, **who: Any) -> Any:  # noqa: PLR0917  (as the method that it replaces)
        before = traits.pressure, traits.pressure_hour
        self.mailed(traits, now)
        plans = sent(self, draws, traits, item, number, now, **who)
        traits.pressure, traits.pressure_hour = before
        return plans

    patch.setattr(ResponseModel, "sent", tiring)


def a_skip_starts_the_pace(patch: pytest.MonkeyPatch) -> None:
    """The next offer waits also after one that was not sent."""
    skip = sending._skip

    def slow(turn: Turn, visit: Visit, op: Any, reason: str) -> None:
        skip(turn, visit, op, reason)
        if op.ladder:
            visit.last_offer_at = turn.now

    patch.setattr(sending, "_skip", slow)


def children_outlive_their_parents(patch: pytest.MonkeyPatch) -> None:
    """A journey that was entered goes on when the one that waits for it is left."""
    end = Turn.end

    def lasting(self: Turn, visit: Visit, label: str, **how: Any) -> None:
        if label != "parent-left":
            end(self, visit, label, **how)

    patch.setattr(Turn, "end", lasting)


def once_is_looked_at_again(patch: pytest.MonkeyPatch) -> None:
    """A journey that takes contacts once takes them at every evaluation."""
    look = entries._look

    def again(turn: Turn, graph: Any, **how: Any) -> None:
        if graph.entry.when == "once":
            graph = replace(graph, entry=replace(graph.entry, when="continuous"))
        look(turn, graph, **how)

    patch.setattr(entries, "_look", again)


def waits_until_now_take_a_week(patch: pytest.MonkeyPatch) -> None:
    """A wait for a local time that is this very second waits for the next one."""
    moment = calendars.next_moment
    patch.setattr(steps, "next_moment", lambda now, what, zone: moment(now + 1, what, zone))


FAULTS: Mapping[str, Fault] = {
    fault.__name__.replace("_", " "): fault
    for fault in (
        rolling_cap_includes_its_start, gate_ignores_priority, gate_prefers_the_younger_request,
        decay_is_an_hour_ahead, cold_walk_goes_one_level_deeper, breadth_counts_one_offer_more,
        settle_takes_a_second_more, expiry_includes_its_instant, timeouts_come_before_reactions,
        quiet_hours_begin_a_second_late, again_counts_from_the_entry, requests_need_no_pause,
        a_click_at_the_least_delay_is_a_machines, clicked_items_return, mail_tires_before_it_is_read,
        a_skip_starts_the_pace, children_outlive_their_parents, once_is_looked_at_again,
        waits_until_now_take_a_week,
    )
}  # fmt: skip
"""Every fault by what it does."""


# --- who notices


@lru_cache(maxsize=64)
def right_digest(number: int) -> str:
    """The rows of a workspace without any fault."""
    return _digest(number)


def shows(fault: Fault, number: int) -> bool:
    """Whether the workspace has other rows, or no run at all, with the fault."""
    right = right_digest(number)
    with pytest.MonkeyPatch.context() as patch:
        fault(patch)
        try:
            return _digest(number) != right
        except AssertionError:
            return True


def _digest(number: int) -> str:
    world, draws = generated_world(number)
    return reference.simulate(world, draws).record.record().digest()


def table(numbers: Iterable[int]) -> str:
    """Every fault with the number of workspaces that show it."""
    numbers = tuple(numbers)
    lines = [f"{sum(shows(fault, n) for n in numbers):>4} of {len(numbers)}  {name}" for name, fault in FAULTS.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table(range(int(sys.argv[1]))) + "\n")
