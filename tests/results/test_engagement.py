"""Rates, sends, clicks, opt-outs and requests on records that fit on a screen."""

from __future__ import annotations

from itertools import chain

import pytest

from journeyctl.results.measures import MEASURES, MeasuringContext, Observation
from journeyctl.results.record import joined
from journeyctl.semantics.effects import Kind
from tests.results.events import WEEK, Event, at, event, message, record_of

RUN = MeasuringContext(start=at(0), end=at(28), zone="UTC")


def value(name: str, events: list[Event], key: tuple[str, ...] | None = None) -> float | None:
    found = MEASURES[name]
    return found(Observation(record_of(*events), RUN))[found.total if key is None else key].value


def enter(*people: str, day: float = 0, journey: str = "j") -> list[Event]:
    return [event(person, at(day), Kind.ENTERED, journey=journey, visit=1) for person in people]


FOUR = [
    *message("a", at(1), opened=0.1, clicked=0.1, line="ct"),
    *message("b", at(1), opened=0.1, who="machine", line="ct"),
    *message("c", at(1), opened=0.1, clicked=0.1, who="machine", line="mri", journey="k"),
    *message("d", at(1), opened=2, line="mri", journey="k"),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("engagement_rate", 0.25),
        ("engagement_rate_recorded", 0.5),
        ("open_rate", 0.5),
        ("open_rate_recorded", 1.0),
        ("click_rate", 0.25),
    ],
)
def test_human_and_recorded_reactions_are_told_apart(name: str, expected: float) -> None:
    assert value(name, FOUR) == expected


def test_click_rates_by_journey_and_line_divide_by_their_own_messages() -> None:
    assert value("click_rate", FOUR, ("j",)) == 0.5
    assert value("click_rate", FOUR, ("k",)) == 0.0
    assert value("click_rate_by_line", FOUR, ("ct",)) == 0.5


def test_a_message_clicked_twice_counts_once() -> None:
    again = message("a", at(1), clicked=0.2)[2:]
    assert value("engagement_rate", [*FOUR, *again]) == 0.25


@pytest.mark.parametrize(
    ("day", "clicked", "rate", "immature"),
    [
        (14, 13.9, 1.0, 0),  # the window ends with the run
        (14.01, 1, None, 1),
        (1, 13.99, 1.0, 0),
        (1, 14, 0.0, 0),  # too late for the message
    ],
)
def test_only_messages_with_a_whole_reaction_window_count(
    day: float, clicked: float, rate: float | None, immature: int
) -> None:
    events = message("a", at(day), clicked=clicked)
    assert value("engagement_rate", events) == rate
    assert value("not_yet_mature", events) == immature


def test_reactions_belong_to_the_nth_send_of_the_item_to_the_contact() -> None:
    events = [
        *message("a", at(1)),
        *message("a", at(3), send=2, clicked=1),
        *message("b", at(1), item="b"),
        *message("b", at(1), item="c", opened=1),
    ]
    assert value("engagement_rate", events) == 0.25
    assert value("open_rate", events) == 0.25


def test_mail_of_other_lines_has_no_part_in_rates() -> None:
    other = [event("a", at(2), Kind.DELIVERED, line="ct", channel="email", reason="other_mail")]
    assert value("engagement_rate", [*FOUR, *other]) == 0.25
    assert value("reach", [*FOUR, *other]) == 4
    assert value("engagement_rate", other) is None


def test_what_lies_outside_the_run_is_not_counted() -> None:
    before = [*enter("x", day=-1), *message("x", at(-1), clicked=0.1), event("x", at(-1), Kind.ASKED)]
    after = [event("y", at(28), Kind.ASKED), event("y", at(28), Kind.UNSUBSCRIBED)]
    events = [*before, *after]
    for name in ("askers", "sales_requests", "opt_outs", "reach", "contacts_with_click", "sends"):
        assert value(name, events) == 0
    assert value("sends_per_contact", events) is None


def test_contact_level_measures_count_each_entered_contact_once() -> None:
    events = [
        *enter("a", "b", "c"),
        *enter("a", day=3, journey="k"),
        *chain(*(message("a", at(day), send=day, clicked=1) for day in range(1, 4))),
        *message("b", at(1), clicked=1, who="machine"),
        *message("stranger", at(1), clicked=1),
    ]
    assert value("sends_per_contact", events) == 5 / 3
    assert value("contacts_with_click", events) == 2
    assert value("contacts_with_click_recorded", events) == 3
    assert value("contacts_with_click_share", events) == 1 / 3
    assert value("sends", events) == 5


def test_requests_are_events_and_askers_are_people() -> None:
    events = [
        *enter("a", "b", "c", "d", day=1),
        *message("a", at(2)),
        *message("b", at(2)),
        *(event("a", at(day), Kind.ASKED, who="human") for day in (3, 4)),
        event("b", at(0.5), Kind.ASKED, who="human"),  # before it entered
        event("stranger", at(5), Kind.ASKED, who="human"),
    ]
    assert value("sales_requests", events) == 4
    assert value("askers", events) == 3
    assert value("askers_per_1000", events) == 250
    assert value("requests_per_1000_sends", events) == 2_000


def test_opt_outs_and_mqls_are_counted() -> None:
    events = [
        *message("a", at(1), clicked=1),
        *message("b", at(1), clicked=1),
        event("a", at(2), Kind.MQL),
        event("a", at(20), Kind.MQL),
        event("c", at(2), Kind.MQL),
        event("b", at(2), Kind.UNSUBSCRIBED, who="human"),
        event("b", at(9), Kind.UNSUBSCRIBED, who="human"),
    ]
    assert value("opt_outs", events) == 1
    assert value("mqls", events) == 3
    assert value("mql_share_of_clickers", events) == 0.5


def test_an_observation_holds_one_replication() -> None:
    both = record_of(*FOUR), record_of(*FOUR, replication=1)
    with pytest.raises(ValueError, match="one replication"):
        Observation(joined(both), RUN)


def test_a_run_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="after it starts"):
        MeasuringContext(start=at(0), end=at(0), zone="UTC")
    assert MeasuringContext(start=at(0), end=at(1), zone="UTC", observed_until=at(1) + WEEK).last_second == at(8)
