from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.calendars import ALL_DAY, Hours, ZoneChoice, local, to_utc
from journeyctl.expr import Value
from journeyctl.graph.condition import Condition
from journeyctl.graph.house import Item
from journeyctl.graph.ops import OpId, SendWindow
from journeyctl.graph.program import Cap, Policies, Suppression
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.gate import Answer, Defer, Send, SendRequest, Skip, WorkspaceTime, ask
from journeyctl.semantics.state import Contact, Message
from journeyctl.semantics.stimuli import FieldChanged, OtherMail
from journeyctl.semantics.view import ContactView
from journeyctl.units import Duration
from tests.semantics.worlds import DAY, HOUR, JOHN, MIDNIGHT, Life, journey, program

NOON = MIDNIGHT + 12 * HOUR
WEEK = 7 * DAY
ITEM = Item("a", "house", 0, "top", "t", None)
CAP = Cap("week", None, "email", 3, Duration(seconds=WEEK), "rolling", "defer", None)
OFFICE = SendWindow(frozenset(range(5)), (Hours(8 * HOUR, 18 * HOUR),), ZoneChoice(of_contact=True, name="UTC"))
CONSENTS = {"marketing": "contact.consent_marketing", "profiling": "contact.consent_profiling"}
OPEN = Policies(CONSENTS)


def answer(
    policies: Policies = OPEN,
    send: SendRequest | None = None,
    fields: dict[str, Value] | None = None,
    *,
    now: int = NOON,
    mails: tuple[int, ...] = (),
    sent: tuple[tuple[int, bool], ...] = (),
    held_out: bool = False,
) -> Answer:
    """What the gate says; `mails` are counted sends, `sent` earlier sends of item `a` with whether it was clicked."""
    wish = send or SendRequest(ITEM, "email", ("marketing", "profiling"), now)
    contact = Contact("john", JOHN | (fields or {}), MIDNIGHT, held_out=held_out)
    for time in mails:
        contact.sends.reserve("email", time)
    for number, (time, clicked) in enumerate(sent, 1):
        contact.sends.remember(Message("a", number, "walk", 1, OpId("s"), "s", "email", time, clicked=clicked))
    view = ContactView(program(), contact).at(now, item=wish.item)
    return ask(policies, wish, view, contact.sends, now, time=WorkspaceTime("UTC"))


def condition(text: str) -> Condition:
    return Condition.of(text)


# --- one table for the order of the questions: every obstacle at once, then one less each time

SUPPRESSIONS = (
    Suppression("first", condition("contact.left"), "defer"),
    Suppression("second", condition("contact.role = \"head\""), "skip"),
)  # fmt: skip
EVERYTHING = Policies(
    CONSENTS, caps=(replace(CAP, maximum=0),), suppressions=SUPPRESSIONS,
    quiet_hours=replace(OFFICE, hours=(Hours(13 * HOUR, 14 * HOUR),)),
)  # fmt: skip
BAD_ITEM = replace(ITEM, live=False, when=condition("false"), locales=("fr-FR",))
OBSTACLES = {
    "contact.deliverable": False, "contact.consent_marketing": False, "contact.consent_profiling": None,
    "contact.left": True,
}  # fmt: skip


def test_questions_are_asked_in_the_order_of_the_language() -> None:
    wish = SendRequest(
        BAD_ITEM, "email", ("marketing", "profiling"), NOON - 20 * DAY, once=True,
        send_on=replace(OFFICE, hours=(Hours(15 * HOUR, 16 * HOUR),)),
    )  # fmt: skip
    policies, fields = EVERYTHING, dict(OBSTACLES)
    told: list[str] = []

    def asked() -> Answer:
        return answer(policies, wish, {k: v for k, v in fields.items() if v is not None} | {
            k: None for k, v in fields.items() if v is None},
            sent=((NOON - DAY, False),), held_out=held_out)  # fmt: skip

    def note() -> None:
        found = asked()
        told.append("send" if isinstance(found, Send) else f"{type(found).__name__.lower()} {found.reason}")

    held_out = True
    note()
    held_out = False
    note()
    wish = wish._replace(due=NOON)
    note()
    for path in ("contact.deliverable", "contact.consent_marketing", "contact.consent_profiling"):
        fields[path] = True
        note()
    fields["contact.left"] = False
    note()
    policies = replace(policies, suppressions=())
    note()
    for better in ({"live": True}, {"when": None}, {"locales": ("en-GB",)}):
        wish = wish._replace(item=replace(wish.item, **better))
        note()
    wish = wish._replace(once=False)
    note()
    policies = replace(policies, quiet_hours=None)
    note()
    wish = wish._replace(send_on=None)
    note()
    policies = replace(policies, caps=())
    note()
    assert told == [
        "skip holdout", "skip expired", "skip undeliverable", "skip no_consent.marketing", "skip no_consent.profiling",
        "defer suppressed.first", "skip suppressed.second", "skip not_available", "skip not_available",
        "skip no_locale",
        "skip already_sent", "defer quiet_hours", "defer send_window", "defer capped.week", "send",
    ]  # fmt: skip


# --- expiry


@pytest.mark.parametrize(
    ("step", "caps", "limit"),
    [
        pytest.param(None, (), 14 * DAY, id="14 days without further words"),
        pytest.param(DAY, (replace(CAP, expire=HOUR),), DAY, id="the step's own before the caps'"),
        pytest.param(
            None, (replace(CAP, expire=3 * DAY), replace(CAP, expire=2 * DAY), CAP), 2 * DAY, id="shortest cap"
        ),
        pytest.param(
            None, (replace(CAP, expire=HOUR, applies=condition("contact.left")),), 14 * DAY, id="not applying"
        ),
        pytest.param(None, (replace(CAP, expire=HOUR, channel="post"),), 14 * DAY, id="another channel"),
    ],
)
def test_a_send_expires_at_due_plus_expire_exactly(step: int | None, caps: tuple[Cap, ...], limit: int) -> None:
    policies = replace(OPEN, caps=caps)
    wish = SendRequest(ITEM, "email", (), NOON - limit, step)
    assert answer(policies, wish) == Skip("expired")
    assert answer(policies, wish._replace(due=NOON - limit + 1)) == Send()


# --- consent


@pytest.mark.parametrize(
    ("given", "unknown_granted", "expected"),
    [(True, False, Send()), (False, True, Skip("no_consent.marketing")), (None, False, Skip("no_consent.marketing")),
     (None, True, Send())],
)  # fmt: skip
def test_an_unknown_consent_is_refused_unless_the_policy_grants_it(
    given: bool | None, unknown_granted: bool, expected: Answer
) -> None:
    policies = replace(OPEN, unknown_granted=unknown_granted)
    wish = SendRequest(ITEM, "email", ("marketing",), NOON)
    assert answer(policies, wish, {"contact.consent_marketing": given}) == expected


def test_a_purpose_without_a_field_is_refused() -> None:
    assert answer(OPEN, SendRequest(ITEM, "email", ("research",), NOON)) == Skip("no_consent.research")


# --- caps


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        pytest.param((6 * DAY, 5 * DAY), Send(), id="two of three"),
        pytest.param((WEEK, 6 * DAY, 5 * DAY), Send(), id="one exactly a week ago is out"),
        pytest.param((WEEK - 1, 6 * DAY, 5 * DAY), Defer(NOON + 1, "capped.week"), id="a second less is in"),
        pytest.param((2, 1, 0), Defer(NOON + WEEK - 2, "capped.week"), id="a send of this very second counts"),
        pytest.param(
            (6 * DAY, 5 * DAY, 4 * DAY, 3 * DAY), Defer(NOON + 2 * DAY, "capped.week"), id="more than the cap"
        ),
    ],
)
def test_rolling_caps(ages: tuple[int, ...], expected: Answer) -> None:
    mails = tuple(NOON - age for age in ages)
    assert answer(replace(OPEN, caps=(CAP,)), mails=mails) == expected
    skipping = answer(replace(OPEN, caps=(replace(CAP, over="skip"),)), mails=mails)
    assert skipping == (Skip(expected.reason) if isinstance(expected, Defer) else Send())


def test_a_cap_of_a_calendar_month_rolls_by_months() -> None:
    cap = replace(CAP, maximum=1, per=Duration(months=1))
    now = to_utc(date(2026, 3, 5), 0, "UTC")
    fifth = to_utc(date(2026, 2, 5), 0, "UTC")
    wish = SendRequest(ITEM, "email", (), now)
    assert answer(replace(OPEN, caps=(cap,)), wish, now=now, mails=(fifth,)) == Send()
    assert answer(replace(OPEN, caps=(cap,)), wish, now=now, mails=(fifth + 1,)) == Defer(now + 1, "capped.week")
    business = replace(OPEN, caps=(replace(cap, per=Duration(business_days=5)),))
    assert answer(business, wish, now=now, mails=(now - 4 * DAY,)
                  ) == Defer(now + DAY, "capped.week")  # fmt: skip


NEW_YORK = ZoneChoice(of_contact=False, name="America/New_York")


@pytest.mark.parametrize(
    ("per", "zone", "now", "first", "end"),
    [
        (Duration(seconds=DAY), None, NOON, MIDNIGHT, MIDNIGHT + DAY),
        (Duration(seconds=WEEK), None, NOON + 3 * DAY, MIDNIGHT, MIDNIGHT + WEEK),
        (Duration(months=1), None, NOON, to_utc(date(2026, 1, 1), 0, "UTC"), to_utc(date(2026, 2, 1), 0, "UTC")),
        (Duration(seconds=DAY), NEW_YORK, NOON, MIDNIGHT + 5 * HOUR, MIDNIGHT + DAY + 5 * HOUR),
        (Duration(seconds=DAY), NEW_YORK, MIDNIGHT, MIDNIGHT - 19 * HOUR, MIDNIGHT + 5 * HOUR),
    ],
)
def test_calendar_caps_count_in_the_local_day_week_or_month(
    per: Duration, zone: ZoneChoice | None, now: int, first: int, end: int
) -> None:
    policies = replace(OPEN, caps=(replace(CAP, maximum=1, per=per, window="calendar", zone=zone),))
    wish = SendRequest(ITEM, "email", (), now)
    assert answer(policies, wish, now=now, mails=(first - 1,)) == Send()
    assert answer(policies, wish, now=now, mails=(first,)) == Defer(end, "capped.week")


def test_a_cap_counts_its_channel_its_contacts_and_all_channels_where_it_names_none() -> None:
    full = replace(OPEN, caps=(replace(CAP, maximum=1),))
    assert answer(full, SendRequest(ITEM, "post", (), NOON), mails=(NOON,)) == Send()
    others = replace(OPEN, caps=(replace(CAP, maximum=1, applies=condition('contact.role = "cio"')),))
    assert answer(others, mails=(NOON,)) == Send()
    every = replace(OPEN, caps=(replace(CAP, maximum=1, channel=None),))
    assert answer(every, SendRequest(ITEM, "post", (), NOON), mails=(NOON,)) == Defer(NOON + WEEK, "capped.week")
    assert answer(replace(OPEN, caps=(replace(CAP, maximum=0),))) == Defer(NOON + WEEK, "capped.week")


@given(st.lists(st.integers(0, 30 * DAY), min_size=1, max_size=30), st.integers(1, 4), st.integers(1, 10 * DAY))
def test_a_capped_send_may_go_at_the_answered_second_and_not_one_sooner(
    mails: list[int], most: int, length: int
) -> None:
    times = tuple(sorted(NOON - time for time in mails))
    policies = replace(OPEN, caps=(replace(CAP, maximum=most, per=Duration(seconds=length)),))
    wish = SendRequest(ITEM, "email", (), NOON, 90 * DAY)
    found = answer(policies, wish, mails=times)
    if isinstance(found, Defer):
        assert isinstance(answer(policies, wish, now=found.until, mails=times), Send)
        assert isinstance(answer(policies, wish, now=found.until - 1, mails=times), Defer)
    else:
        assert sum(NOON - length < time <= NOON for time in times) < most


@given(st.integers(0, 60 * DAY), st.integers(0, 100 * DAY), st.sampled_from((1, 2, 3)))
def test_a_send_capped_by_months_is_asked_again_when_it_may_go_and_not_in_every_second_of_a_months_last_days(
    sent: int, later: int, months: int
) -> None:
    mail = MIDNIGHT + sent
    policies = replace(OPEN, caps=(replace(CAP, maximum=1, per=Duration(months=months)),))
    wish = SendRequest(ITEM, "email", (), mail, 200 * DAY)
    found = answer(policies, wish, now=mail + later, mails=(mail,))
    if isinstance(found, Defer):
        assert isinstance(answer(policies, wish, now=found.until, mails=(mail,)), Send)
        assert isinstance(answer(policies, wish, now=found.until - 1, mails=(mail,)), Defer)


# --- hours


@pytest.mark.parametrize(
    ("quiet", "send_on", "at", "expected"),
    [
        (OFFICE, None, NOON, Send()),
        (OFFICE, None, MIDNIGHT + 8 * HOUR, Send()),
        (OFFICE, None, MIDNIGHT + 18 * HOUR, Defer(MIDNIGHT + DAY + 8 * HOUR, "quiet_hours")),
        (OFFICE, None, MIDNIGHT + 4 * DAY + 18 * HOUR, Defer(MIDNIGHT + WEEK + 8 * HOUR, "quiet_hours")),
        (None, replace(OFFICE, weekdays=frozenset({1})), NOON, Defer(MIDNIGHT + DAY + 8 * HOUR, "send_window")),
        (OFFICE, replace(OFFICE, weekdays=frozenset({1}), hours=(Hours(6 * HOUR, 9 * HOUR),)), NOON,
         Defer(MIDNIGHT + DAY + 8 * HOUR, "send_window")),
        (OFFICE, replace(OFFICE, hours=(ALL_DAY,)), MIDNIGHT, Defer(MIDNIGHT + 8 * HOUR, "quiet_hours")),
        (OFFICE, replace(OFFICE, weekdays=frozenset({6})), NOON, Defer(NOON + 14 * DAY, "send_window")),
    ],
)  # fmt: skip
def test_quiet_hours_and_the_steps_window_must_both_be_open(
    quiet: SendWindow | None, send_on: SendWindow | None, at: int, expected: Answer
) -> None:
    wish = SendRequest(ITEM, "email", (), at, send_on=send_on)
    assert answer(replace(OPEN, quiet_hours=quiet), wish, now=at) == expected


@pytest.mark.parametrize(
    ("fields", "zone"),
    [({"contact.zone": "Asia/Tokyo"}, "Asia/Tokyo"), ({"contact.country": "US"}, "America/New_York"), ({}, "UTC")],
)
def test_hours_count_in_the_contacts_zone_else_its_countrys_else_the_fallback(
    fields: dict[str, Value], zone: str
) -> None:
    found = answer(replace(OPEN, quiet_hours=OFFICE), None, fields, now=MIDNIGHT + 4 * HOUR + 1)
    until = found.until if isinstance(found, Defer) else MIDNIGHT + 4 * HOUR
    assert local(until, zone).hour >= 8
    assert (zone == "Asia/Tokyo") == isinstance(found, Send)


def test_a_window_without_any_zone_counts_in_the_workspaces() -> None:
    window = replace(OFFICE, zone=ZoneChoice(of_contact=True))
    assert answer(replace(OPEN, quiet_hours=window), now=MIDNIGHT) == Defer(MIDNIGHT + 8 * HOUR, "quiet_hours")


# --- locale


@pytest.mark.parametrize(
    ("offered", "fallback", "fields", "wanted", "expected"),
    [
        (("en-US", "de-DE"), None, {"contact.language": "de-DE"}, None, Send("de-DE")),
        (("en-US", "de-DE"), None, {"contact.language": "de-AT"}, None, Send("de-DE")),
        (("en-US", "de"), None, {"contact.language": "de-AT"}, None, Send("de")),
        (("en-US", "de-CH", "de-AT"), None, {"contact.language": "de-AT"}, None, Send("de-AT")),
        (("en-US", "de-DE"), None, {"contact.country": "DE"}, None, Send("de-DE")),
        (("en-US", "de-DE"), None, {"contact.country": "DE", "contact.language": "en-GB"}, None, Send("en-US")),
        (("en-US", "de-DE"), None, {}, None, Send("en-US")),
        (("de-DE",), None, {}, None, Skip("no_locale")),
        (("de-DE",), None, {"contact.country": "DE", "contact.language": "fr-FR"}, None, Skip("no_locale")),
        (("de-DE",), "de-DE", {}, None, Send("de-DE")),
        (("en-US", "de-DE"), None, {"contact.language": "en-US"}, "de-DE", Send("de-DE")),
        ((), None, {}, None, Send(None)),
    ],
)
def test_locales_match_exactly_then_by_language_then_by_fallback(
    offered: tuple[str, ...], fallback: str | None, fields: dict[str, Value], wanted: str | None, expected: Answer
) -> None:
    item = replace(ITEM, locales=offered, fallback=fallback)
    assert answer(OPEN, SendRequest(item, "email", (), NOON, locale=wanted), fields) == expected


# --- availability and earlier sends


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (replace(ITEM, available_from=NOON), Send()),
        (replace(ITEM, available_from=NOON + 1), Skip("not_available")),
        (replace(ITEM, available_until=NOON), Skip("not_available")),
        (replace(ITEM, available_until=NOON + 1), Send()),
        (replace(ITEM, when=condition("contact.topic = \"x\"")), Skip("not_available")),
        (replace(ITEM, when=condition("item.level = \"top\"")), Send()),
    ],
)  # fmt: skip
def test_availability_includes_its_start_and_excludes_its_end(item: Item, expected: Answer) -> None:
    assert answer(OPEN, SendRequest(item, "email", (), NOON)) == expected


@pytest.mark.parametrize(
    ("once", "repeat", "sent", "expected"),
    [
        (False, None, ((NOON - DAY, False),), Send()),
        (True, None, (), Send()),
        (True, None, ((NOON - DAY, False),), Skip("already_sent")),
        (True, Duration(seconds=DAY), ((NOON - DAY, False),), Send()),
        (True, Duration(seconds=DAY), ((NOON - DAY + 1, False),), Skip("already_sent")),
        (True, Duration(seconds=DAY), ((NOON - DAY, True),), Skip("already_sent")),
        (True, Duration(seconds=DAY), ((NOON - 9 * DAY, True), (NOON - DAY, False)), Skip("already_sent")),
    ],
)
def test_ladder_sends_refuse_what_was_sent_before(
    once: bool, repeat: Duration | None, sent: tuple[tuple[int, bool], ...], expected: Answer
) -> None:
    assert answer(OPEN, SendRequest(ITEM, "email", (), NOON, once=once, repeat=repeat), sent=sent) == expected


# --- the gate in a journey

SEND = """
- {id: s, send: {item: a%s}}
- {id: l, listen: {for: 3d, outcomes: {clicked: good, timeout: bad}}}
- {id: good, end: clicked}
- {id: bad, end: missed}
"""
POLICY = """
kind: policies
consent: {purposes: {marketing: contact.consent_marketing, profiling: contact.consent_profiling}}
"""
GATE = (Kind.DEFERRED, Kind.SKIPPED, Kind.SENT, Kind.ENDED)


def gated(rules: str, *, words: str = "", fields: dict[str, Value] | None = None, skipped: str = "") -> Life:
    steps = (SEND % words).replace("- {id: s,", f"- {{id: s, skipped: {skipped}," if skipped else "- {id: s,")
    return Life(program(journey(steps), POLICY + rules), JOHN | (fields or {}))


def test_expiry_is_an_instant_of_its_own() -> None:
    found = gated("suppressions: [{name: down, when: hospital.open_ticket, then: defer}]", words=", expire: 31h",
                  fields={"hospital.open_ticket": True}).run()  # fmt: skip
    assert found.told(*GATE) == [
        "0d 00:00 deferred a suppressed.down", "1d 00:00 deferred a suppressed.down", "1d 07:00 skipped a expired",
        "1d 07:00 ended missed",
    ]  # fmt: skip


def test_a_deferring_suppression_is_asked_again_when_a_field_it_reads_changes() -> None:
    found = gated(
        "suppressions: [{name: down, when: hospital.open_ticket, then: defer}]", fields={"hospital.open_ticket": True}
    )
    found.post(HOUR, FieldChanged("contact.topic", "x")).post(
        2 * HOUR, FieldChanged("hospital.open_ticket", value=True)
    )
    found.post(3 * HOUR, FieldChanged("hospital.open_ticket", value=False)).run()
    assert found.told(*GATE)[:3] == [
        "0d 00:00 deferred a suppressed.down", "0d 02:00 deferred a suppressed.down", "0d 03:00 sent a",
    ]  # fmt: skip


def test_a_deferring_suppression_is_asked_again_at_the_daily_evaluation() -> None:
    found = gated('suppressions: [{name: later, when: today() < date("2026-01-07"), then: defer}]').run()
    assert found.told(*GATE)[:3] == [
        "0d 00:00 deferred a suppressed.later", "1d 00:00 deferred a suppressed.later", "2d 00:00 sent a",
    ]  # fmt: skip


def test_a_suppression_through_an_audience_is_asked_again_when_the_audiences_field_changes() -> None:
    found = gated("suppressions: [{name: ours, when: in audience(\"customers\"), then: defer}]",
                  fields={"clinic.is_customer": True})  # fmt: skip
    found.post(HOUR, FieldChanged("clinic.is_customer", value=False)).run()
    assert found.sends() == ["0d 01:00 sent a"]


def test_an_obstacle_that_came_while_suppressed_is_found_at_the_next_daily_evaluation() -> None:
    found = gated(
        "suppressions: [{name: down, when: hospital.open_ticket, then: defer}]", fields={"hospital.open_ticket": True}
    )
    found.post(HOUR, FieldChanged("contact.deliverable", value=False)).run()
    assert found.told(*GATE)[:2] == ["0d 00:00 deferred a suppressed.down", "1d 00:00 skipped a undeliverable"]


@pytest.mark.parametrize(("skipped", "label"), [("", "missed"), ("good", "clicked")])
def test_after_a_skip_the_following_listen_times_out_at_once_unless_the_step_says_where(
    skipped: str, label: str
) -> None:
    found = gated("", skipped=skipped, fields={"contact.deliverable": False}).run()
    assert found.told(*GATE) == ["0d 00:00 skipped a undeliverable", f"0d 00:00 ended {label}"]


def test_other_lines_mail_counts_for_caps() -> None:
    found = gated("caps: [{name: week, channel: email, max: 2, per: 7d}]")
    found.post(-2 * HOUR, OtherMail("ct")).post(-HOUR, OtherMail("ct")).run()
    assert found.told(*GATE)[:2] == ["0d 00:00 deferred a capped.week", "6d 22:00 sent a"]


def test_bounced_sends_count_for_caps() -> None:
    steps = "[{id: s, send: a}, {id: t, send: b}]"
    policies = POLICY + "caps: [{name: week, channel: email, max: 1, per: 7d}]"
    found = Life(program(journey(steps), policies), reactions={"a": [("soft", 0)]}).run()
    assert found.sends() == ["0d 00:00 sent a", "7d 00:00 sent b"]


def test_of_several_sends_on_one_second_priority_decides_then_the_older_request_then_the_name() -> None:
    one = "[{id: s, send: %s}]"
    late = "[{id: w, wait: 1d}, {id: s, send: %s}]"
    policies = POLICY + "caps: [{name: day, channel: email, max: 1, per: 7d, expire: 60d}]"
    found = Life(program(
        journey(one % "a", name="first"), journey(late % "b", name="aside"),
        journey(late % "c", name="zenith", priority=90),
        journey(late % "d", name="bside"), policies,
    )).run()  # fmt: skip
    assert found.sends() == ["0d 00:00 sent a", "7d 00:00 sent c", "14d 00:00 sent b", "21d 00:00 sent d"]


def test_the_older_request_goes_first_within_a_priority() -> None:
    early, late = "[{id: w, wait: 1d}, {id: s, send: a}]", "[{id: w, wait: 2d}, {id: s, send: b}]"
    policies = POLICY + "caps: [{name: day, channel: email, max: 1, per: 7d, expire: 60d}]"
    found = Life(program(journey(early, name="zz"), journey(late, name="aa"), policies))
    found.post(0, OtherMail("ct")).run()
    assert found.sends() == ["7d 00:00 sent a", "14d 00:00 sent b"]


def test_the_global_holdout_gets_no_send_at_all() -> None:
    found = Life(program(journey(SEND % ""), POLICY + "holdouts: {global: 100%}"))
    assert found.contact.held_out
    assert found.run().told(*GATE) == ["0d 00:00 skipped a holdout", "0d 00:00 ended missed"]


def test_two_fields_of_a_suppression_that_change_at_one_second_are_one_question() -> None:
    rules = "suppressions: [{name: down, when: hospital.open_ticket or contact.left, then: defer}]"
    found = gated(rules, fields={"hospital.open_ticket": True})
    found.post(HOUR, FieldChanged("hospital.open_ticket", value=False), FieldChanged("contact.left", value=True))
    found.post(2 * HOUR, FieldChanged("contact.left", value=False)).run()
    assert found.told(*GATE)[:3] == [
        "0d 00:00 deferred a suppressed.down", "0d 01:00 deferred a suppressed.down", "0d 02:00 sent a",
    ]  # fmt: skip
