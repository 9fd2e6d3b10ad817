"""The funnel by journey, everything that did not happen by reason, and caps counted anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import local_day, local_month, local_week
from journeyctl.results.measures import MEASURES, STAGES, CapTerms, MeasuringContext, Observation
from journeyctl.results.measures.breaches import AllMail, Bound, breaches_of
from journeyctl.semantics.effects import Kind
from tests.results.events import HOUR, WEEK, Event, at, event, lead, message, record_of

RUN = MeasuringContext(start=at(0), end=at(28), zone="UTC", population=100, reachable=60)
PASSING = [
    *(event(p, at(0), Kind.ENTERED, journey="j", visit=1) for p in "abcd"),
    event("e", at(0), Kind.REFUSED, journey="j", reason="no_consent.marketing"),
    event("a", at(5), Kind.ENTERED, journey="k", visit=1),
    *message("a", at(1), opened=1, clicked=1),
    *message("b", at(1), opened=1, who="machine"),
    *message("c", at(1)),
    event("a", at(3), Kind.MQL),
    event("b", at(6), Kind.MQL),
    event("a", at(6), Kind.ASKED, who="human"),
    *lead("a", at(6), cause="request", called=at(7), outcome=Kind.ACCEPTED, closed=at(8)),
    *lead("b", at(6), called=at(7), outcome=Kind.REJECTED, closed=at(8)),
    *lead("web~1", at(6), cause="web", journey="", called=at(7), outcome=Kind.ACCEPTED, closed=at(8)),
    event("c", at(9), Kind.MERGED, journey="j", lead="a", reason="request"),
]


def funnel(journey: str, context: MeasuringContext = RUN) -> dict[str, float | None]:
    values = MEASURES["funnel"](Observation(record_of(*PASSING), context))
    return {stage: values[(journey, stage)].value for stage in STAGES if (journey, stage) in values}


def test_the_funnel_counts_contacts_at_every_stage() -> None:
    assert funnel("") == {
        "population": 100, "reachable": 60, "audience": 5, "entered": 4, "sent": 3, "opened": 1, "clicked": 1,
        "mql": 2, "asked": 1, "handed_off": 3, "accepted": 2,
    }  # fmt: skip


def test_a_journey_counts_scores_and_requests_since_the_contact_entered_it() -> None:
    assert funnel("k") == {
        "audience": 1, "entered": 1, "sent": 0, "opened": 0, "clicked": 0, "mql": 0, "asked": 1, "handed_off": 0,
        "accepted": 0,
    }  # fmt: skip
    assert funnel("j")["handed_off"] == 3


def test_people_nobody_counted_are_not_available() -> None:
    assert funnel("", replace(RUN, population=None))["population"] is None


def test_nothing_is_dropped_without_a_reason_and_a_count() -> None:
    events = [
        event("a", at(1), Kind.SKIPPED, journey="j", reason="expired"),
        event("a", at(2), Kind.SKIPPED, journey="j", reason="expired"),
        event("b", at(2), Kind.SKIPPED, journey="j", reason="no_locale"),
        event("b", at(2), Kind.SKIPPED, journey="k", reason="expired"),
        event("b", at(40), Kind.SKIPPED, journey="k", reason="expired"),
    ]
    values = MEASURES["skips"](Observation(record_of(*events), RUN))
    assert {key: found.value for key, found in values.items()} == {
        ("", ""): 4, ("j", ""): 3, ("k", ""): 1, ("", "expired"): 3, ("", "no_locale"): 1,
        ("j", "expired"): 2, ("j", "no_locale"): 1, ("k", "expired"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("refusals", Kind.REFUSED), ("skips", Kind.SKIPPED), ("deferrals", Kind.DEFERRED), ("drops", Kind.DROPPED),
        ("bounces", Kind.BOUNCED), ("ends", Kind.ENDED),
    ],
)  # fmt: skip
def test_each_kind_of_answer_has_its_measure(name: str, kind: Kind) -> None:
    record = record_of(event("a", at(1), kind, journey="j", reason="r"), event("a", at(1), Kind.SENT, journey="j"))
    assert MEASURES[name](Observation(record, RUN))[("j", "r")].value == 1
    assert MEASURES[name](Observation(record_of(), RUN))[("", "")].value == 0


# --- caps


def sent(person: str, *times: int, channel: str = "email") -> list[Event]:
    return [event(person, time, Kind.SENT, channel=channel, item="i", send=n) for n, time in enumerate(times, 1)]


def other(person: str, time: int) -> Event:
    return event(person, time, Kind.DELIVERED, channel="email", reason="other_mail")


ROLLING = CapTerms(name="week", maximum=2, channel="email", seconds=WEEK)


@pytest.mark.parametrize("window", ["day", "week", "month"])
@given(
    times=st.lists(st.integers(1_500_000_000, 1_900_000_000), min_size=1, max_size=5),
    zones=st.lists(st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]), min_size=5),
)
def test_the_window_around_a_mail_begins_when_the_day_week_or_month_does_there(
    window: Literal["day", "week", "month"], times: list[int], zones: list[str]
) -> None:
    contacts = {f"c{place}": zone for place, zone in zip(range(len(times)), zones, strict=False)}
    record = record_of(*(event(name, time, Kind.SENT) for name, time in zip(contacts, times, strict=True)))
    cap = CapTerms(name="cap", maximum=1, window=window, zones=contacts)
    mail = AllMail.of(record, Kind.SENT).under(Bound.of(record, cap))
    begins = {"day": local_day, "week": local_week, "month": local_month}[window]
    names = record.names.spelled(mail.person.tolist())
    expected = [begins(time, contacts[name])[0] for name, time in zip(names, mail.time.tolist(), strict=True)]
    assert mail.window.tolist() == expected


@pytest.mark.parametrize(
    ("events", "cap", "breaches"),
    [
        (sent("a", at(0), at(1)), ROLLING, 0),
        (sent("a", at(0), at(1), at(2)), ROLLING, 1),
        (sent("a", at(0), at(1), at(7)), ROLLING, 0),  # the first left the window at that second
        (sent("a", at(0), at(1), at(7) - 1), ROLLING, 1),
        (sent("a", at(0), at(0), at(0), at(0)), ROLLING, 2),
        ([*sent("a", at(0), at(1)), *sent("b", at(1), at(2))], ROLLING, 0),
        ([*sent("a", at(0), at(1)), *sent("a", at(2), channel="sms")], ROLLING, 0),
        ([*sent("a", at(0), at(1)), *sent("a", at(2), channel="sms")], replace(ROLLING, channel=None), 1),
        ([other("a", at(0)), other("a", at(1)), *sent("a", at(1))], ROLLING, 1),
        ([*sent("a", at(0), at(0)), other("a", at(1)), other("a", at(2))], ROLLING, 0),  # others may exceed it
        (sent("a", at(0)), replace(ROLLING, maximum=0), 1),
        (sent("a", at(0), at(1), at(2)), replace(ROLLING, contacts=frozenset({"b"})), 0),
        (sent("a", at(0), at(1), at(2)), replace(ROLLING, contacts=frozenset({"a"})), 1),
        (sent("a", at(5), at(6), at(7)), replace(ROLLING, window="week"), 0),
        (sent("a", at(5), at(6), at(7)), replace(ROLLING, window="week", week_starts=6), 0),
        (sent("a", at(6), at(6.5), at(7)), replace(ROLLING, window="week", week_starts=6), 1),
        (sent("a", at(0), at(20), at(25)), replace(ROLLING, window="month"), 1),
        (sent("a", at(0), at(20), at(27)), replace(ROLLING, window="month"), 0),
        (sent("a", at(0, 1), at(0, 2), at(0, 3)), replace(ROLLING, window="day"), 1),
        (sent("a", at(0, 3), at(0, 4), at(0, 6)), replace(ROLLING, window="day", zone="America/New_York"), 0),
        (sent("a", at(0, 3), at(0, 4), at(0, 6)), replace(ROLLING, window="day", zones={"a": "America/New_York"}), 0),
        ([], ROLLING, 0),
    ],
)
def test_breaches_are_counted_anew(events: list[Event], cap: CapTerms, breaches: int) -> None:
    assert breaches_of(record_of(*events), cap) == breaches
    context = replace(RUN, caps=(cap,))
    values = MEASURES["cap_breaches"](Observation(record_of(*events), context))
    assert (values[("",)].value, values[("week",)].value) == (breaches, breaches)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.booleans()), max_size=25),
    st.integers(0, 3),
    st.integers(1, 10),
)
def test_rolling_breaches_agree_with_counting_one_by_one(
    events: list[tuple[str, int, bool]], maximum: int, hours: int
) -> None:
    made = [
        event(person, at(0, hour), Kind.SENT, channel="email", send=1) if own else other(person, at(0, hour))
        for person, hour, own in events
    ]
    expected = 0
    for person in "ab":
        line = sorted((hour, own) for who, hour, own in events if who == person)
        for place, (hour, own) in enumerate(line):
            before = sum(hour - hours < earlier for earlier, _ in line[:place])
            expected += own and before >= maximum
    cap = CapTerms(name="c", maximum=maximum, channel="email", seconds=hours * HOUR)
    assert breaches_of(record_of(*made), cap) == expected


def test_what_platforms_record_of_the_funnel_includes_machines() -> None:
    events = [*message("a", at(1), opened=0.1, clicked=0.2), *message("b", at(1), opened=0.01, who="machine")]
    observation = Observation(record_of(*events), RUN)
    recorded = {key: seen.value for key, seen in MEASURES["funnel_recorded"](observation).items()}
    by_people = {key: seen.value for key, seen in MEASURES["funnel"](observation).items()}
    assert (recorded["", "opened"], recorded["j", "opened"], recorded["", "clicked"]) == (2, 2, 1)
    assert (by_people["", "opened"], by_people["", "clicked"]) == (1, 1)
