"""Who may not be mailed, whose mail takes whose place, and what people with two records get."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping

import pytest

from journeyctl.results.measures import MEASURES, CapTerms, MeasuringContext, Observation
from journeyctl.results.record import EventRecord
from journeyctl.semantics.effects import Kind
from tests.results.desks import run
from tests.results.events import DAY, Event, at, event, message, record_of

CAP = CapTerms(name="week", maximum=2, window="rolling", seconds=7 * DAY)
MONDAYS = CapTerms(name="week", maximum=2, window="week", zone="UTC")


def context(cap: CapTerms = CAP, **changes: object) -> MeasuringContext:
    return dataclasses.replace(run(), caps=(cap,), **changes)  # type: ignore[arg-type]  # the fields of the context


def values(name: str, *events: Event, about: MeasuringContext) -> Mapping[tuple[str, ...], float | None]:
    return {key: seen.value for key, seen in MEASURES[name](Observation(record_of(*events), about)).items()}


def wish(person: str, time: int, *, journey: str = "j", item: str = "a", held: bool = False) -> list[Event]:
    """A wish to send, held up by the cap where stated."""
    about: dict[str, str | int] = {"journey": journey, "item": item, "op": item, "visit": 1}
    rows = [event(person, time, Kind.REQUESTED_SEND, **about)]
    if held:
        rows.append(event(person, time, Kind.DEFERRED, reason="capped.week", **about))
    return rows


def other(person: str, time: int) -> Event:
    return event(person, time, Kind.DELIVERED, reason="other_mail", line="lab")


@pytest.mark.parametrize("cap", [CAP, MONDAYS], ids=["rolling", "calendar"])
def test_a_displaced_wish_is_shared_among_the_mails_that_filled_its_window(cap: CapTerms) -> None:
    events = [
        *message("p", at(0, 8), item="x", journey="news"), other("p", at(1, 8)), other("q", at(1, 9)),
        *wish("p", at(2, 8), journey="house", held=True),
    ]  # fmt: skip
    found = values("displaced", *events, about=context(cap))
    assert found["house", ""] == found["", ""] == 1
    assert found["house", "news"] == found["", "other_mail"] == 0.5


def test_mail_that_has_left_the_window_or_came_later_displaces_nothing() -> None:
    old, new = message("p", at(0), journey="old"), message("p", at(5), send=2, journey="new")
    later = message("p", at(9), send=3, journey="later")
    found = values("displaced", *old, *new, *wish("p", at(8), held=True), *later, about=context())
    assert found["j", "new"] == 1
    assert ("j", "old") not in found
    assert ("j", "later") not in found


def test_a_wish_that_is_put_off_again_and_again_counts_once() -> None:
    twice = event("p", at(3), Kind.DEFERRED, reason="capped.week", journey="j", item="a", op="a", visit=1)
    events = [*message("p", at(1), journey="k"), *wish("p", at(2), held=True), twice]
    assert values("displaced", *events, about=context())["", ""] == 1


def test_every_round_of_a_journey_that_goes_round_is_a_wish_of_its_own() -> None:
    rounds = [row for week in (1, 2, 3) for row in wish("p", at(7 * week), held=week > 1)]
    again = event("p", at(15), Kind.DEFERRED, reason="capped.week", journey="j", item="a", op="a", visit=1)
    mail = [other("p", at(7 * week - 1)) for week in (1, 2, 3)]
    assert values("displaced", *mail, *rounds, again, about=context())["", ""] == 2
    assert values("displaced_share", *mail, *rounds, again, about=context())["",] == 2 / 3


def test_the_share_of_displaced_wishes_is_told_by_business_line() -> None:
    lines = {"scan": "ct", "coil": "mri"}
    events = [
        *wish("p", at(1), item="scan", held=True), *wish("q", at(1), item="scan"), *wish("p", at(2), item="coil"),
    ]  # fmt: skip
    found = values("displaced_share", *events, about=context(item_lines=lines))
    assert found == {("",): 1 / 3, ("ct",): 0.5, ("mri",): 0}


def test_collisions_count_what_is_wanted_and_not_what_got_through() -> None:
    wishes = [row for day in range(4) for row in wish("p", at(day), item=f"i{day}")]
    found = values("collisions", *wishes, other("p", at(0)), about=context())
    assert found == {("week",): 3 / 4}  # with the other mail only one place is left
    assert values("most_wanted", *wishes, other("p", at(0)), about=context()) == {("week",): 5}


def test_a_cap_of_none_refuses_every_wish() -> None:
    none = dataclasses.replace(CAP, maximum=0)
    wishes = [row for day in range(3) for row in wish("p", at(day), held=True)]
    assert values("collisions", *wishes, other("p", at(0)), about=context(none)) == {("week",): 1}
    assert values("displaced_share", *wishes, about=context(none))["",] == 1
    assert values("cap_breaches", *wishes, about=context(none))["week",] == 0


def test_two_records_of_a_person_get_more_than_the_cap_of_each() -> None:
    events = [row for n in range(2) for who in ("p", "p/again") for row in message(who, at(n), send=n + 1)]
    events += [event(who, at(0), Kind.ENTERED, journey="j", visit=1) for who in ("p", "p/again")]
    about = context(further_records={"p/again": "p"})
    assert values("cap_breaches", *events, about=about) == {("",): 0, ("week",): 0}
    assert values("over_cap_per_person", *events, about=about) == {("",): 2, ("week",): 2}
    assert values("sends_per_contact", *events, about=about) == {(): 2}
    assert values("sends_per_person", *events, about=about) == {(): 4}


def test_records_whose_first_one_never_took_part_are_one_person() -> None:
    entered = [event(who, at(0), Kind.ENTERED, journey="j", visit=1) for who in ("p/again", "p/third", "q/again", "r")]
    sent = [event("r", at(1), Kind.SENT, item="i", send=number) for number in range(1, 7)]
    about = context(further_records={"p/again": "p", "p/third": "p", "q/again": "q", "r/again": "r"})
    assert values("sends_per_person", *entered, *sent, about=about) == {(): 2}


def test_records_of_one_person_in_two_zones_share_the_week_around_each_mail() -> None:
    cap = CapTerms(name="week", maximum=2, window="week", zones={"b": "America/New_York"})
    events = [event(who, at(2, hour), Kind.SENT, item="i") for hour, who in enumerate("abab")]
    about = context(cap, further_records={"b": "a"})
    assert values("over_cap_per_person", *events, about=about)[("week",)] == 2


def test_contacts_that_may_not_be_mailed_are_counted_by_source_and_reason() -> None:
    about = context(unmailable={("", "no_consent"): 3, ("fair", "no_consent"): 5, ("fair", "invalid_email"): 1})
    found = values("unmailable", about=about)
    assert found["", ""] == 9
    assert found["fair", ""] == 6
    assert found["", "no_consent"] == 8
    assert found["known", "no_consent"] == 3


@pytest.fixture(scope="module")
def senders() -> dict[int, EventRecord]:
    """600 contacts over 26 weeks; so many business lines want a mail a week each, on any working day at noon."""
    chance = random.Random(1)  # noqa: S311  # a sample of wishes, no secret
    found = {}
    for lines in (3, 5):
        events: list[Event] = []
        for person in range(600):
            for week in range(26):
                days = sorted(chance.randrange(5) for _ in range(lines))
                events += [event(f"p{person}", at(7 * week + day, 12), Kind.REQUESTED_SEND, item="i") for day in days]
        found[lines] = record_of(*events)
    return found


@pytest.mark.parametrize(
    ("lines", "window", "dropped"), [(5, "rolling", 0.468), (3, "rolling", 0.221), (5, "week", 0.40), (3, "week", 0.0)]
)
def test_a_week_that_rolls_drops_more_than_one_of_the_calendar(
    senders: dict[int, EventRecord], lines: int, window: str, dropped: float
) -> None:
    # A6 and its measurement: five senders, cap of three, 46 to 48 % of the wishes in any seven days.
    cap = CapTerms(name="week", maximum=3, window=window, seconds=7 * DAY)  # type: ignore[arg-type]  # the table's words
    about = dataclasses.replace(run(26 * 7), caps=(cap,))
    found = MEASURES["collisions"](Observation(senders[lines], about))
    assert found["week",].value == pytest.approx(dropped, abs=0.01)
