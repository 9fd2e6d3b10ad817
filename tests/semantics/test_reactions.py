from __future__ import annotations

import pytest

from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import (
    Bounced,
    Clicked,
    CustomEvent,
    Delivered,
    FieldChanged,
    FormSubmitted,
    Opened,
    PageViewed,
    SalesRequested,
    Unsubscribed,
)
from tests.semantics.worlds import DAY, ENTRY, HOUR, Life, journey, program

LISTEN = """
- {id: s, send: a}
- {id: l, listen: {for: 3d, %s outcomes: {clicked: clicked, opened: opened, sales_request: asked, timeout: missed}}}
- {id: clicked, end: clicked}
- {id: opened, end: opened}
- {id: asked, end: asked}
- {id: missed, end: missed}
"""
DAYS3 = 3 * DAY


def outcome(*reactions: tuple[str, int], words: str = "") -> str:
    return Life(program(journey(LISTEN % words)), reactions={"a": reactions}).run().ends()[0]


@pytest.mark.parametrize(
    ("reactions", "words", "expected"),
    [
        pytest.param([], "", "3d 00:00 missed", id="nothing"),
        pytest.param([("opened", HOUR)], "", "3d 00:00 opened", id="an open waits for something stronger"),
        pytest.param([("clicked", HOUR)], "", "0d 02:00 clicked", id="a click settles for an hour"),
        pytest.param([("clicked", HOUR), ("clicked", HOUR + 1800)], "", "0d 02:00 clicked", id="from the first click"),
        pytest.param([("clicked", HOUR)], "settle: 2h,", "0d 03:00 clicked", id="or as long as the step says"),
        pytest.param(
            [("clicked", HOUR), ("opened", HOUR + 60)], "", "0d 02:00 clicked", id="an open is no weaker news"
        ),
        pytest.param([("clicked", HOUR), ("asked", 2 * HOUR)], "", "0d 02:00 asked", id="stronger at the settle's end"),
        pytest.param([("clicked", HOUR), ("asked", 2 * HOUR + 1)], "", "0d 02:00 clicked", id="stronger too late"),
        pytest.param([("asked", HOUR)], "", "0d 01:00 asked", id="the strongest are taken at once"),
        pytest.param([("opened", DAYS3)], "", "3d 00:00 opened", id="an open exactly at the timeout counts"),
        pytest.param([("opened", DAYS3 + 1)], "", "3d 00:00 missed", id="a second later it does not"),
        pytest.param([("clicked", DAYS3)], "", "3d 01:00 clicked", id="a click exactly at the timeout still settles"),
        pytest.param([("clicked", DAYS3 - 1)], "", "3d 00:59:59 clicked", id="the timeout never cuts a settle short"),
        pytest.param(
            [("clicked", DAYS3 - 1), ("asked", DAYS3 + 60)], "", "3d 00:01 asked", id="stronger while settling"
        ),
        pytest.param([("clicked", 59)], "human: {min_delay: 60s},", "3d 00:00 missed", id="too soon for a human"),
        pytest.param([("clicked", 60)], "human: {min_delay: 60s},", "0d 01:01 clicked", id="just late enough"),
        pytest.param(
            [("clicked", 5), ("clicked", HOUR)], "human: {min_delay: 60s},", "0d 02:00 clicked", id="then a human"
        ),
        pytest.param([("every_link", HOUR)], "human: {min_delay: 60s},", "3d 00:00 missed", id="every link: a scanner"),
        pytest.param([("every_link", HOUR)], "", "0d 02:00 clicked", id="without the filter every click counts"),
        pytest.param(
            [("opened", 1), ("clicked", 5)], "human: {min_delay: 60s},", "3d 00:00 opened", id="the open stays"
        ),
        pytest.param([("bounced", 0)], "", "0d 00:00 missed", id="a bounce times the listen out at once"),
        pytest.param([("unsubscribed", HOUR)], "", "0d 01:00 consent-lost", id="what is not awaited is no outcome"),
    ],
)
def test_outcomes(reactions: list[tuple[str, int]], words: str, expected: str) -> None:
    assert outcome(*reactions, words=words) == expected


def test_reactions_count_since_delivery_though_the_listen_comes_later() -> None:
    steps = """
    - {id: s, send: a}
    - {id: w, wait: 1d}
    - {id: l, listen: {to: %s, for: 3d, outcomes: {clicked: clicked, timeout: missed}}}
    - {id: clicked, end: clicked}
    - {id: missed, end: missed}
    """
    for to in ("a", "s"):
        walk = program(journey(steps % to))
        assert Life(walk, reactions={"a": [("clicked", HOUR)]}).run().ends() == ["1d 00:00 clicked"]
        late = Life(walk, reactions={"a": [("clicked", DAY - 600)]}).run()
        assert late.ends() == ["1d 00:50 clicked"]
        assert Life(walk).run().ends() == ["4d 00:00 missed"], "`for` runs from the moment the step is reached"


def test_a_listen_without_a_send_or_to_one_never_made_times_out_at_once() -> None:
    steps = """
    - {id: c, branch: [{when: contact.left, go: s}, {otherwise: l}]}
    - {id: s, send: a}
    - {id: l, listen: {%s for: 3d, outcomes: {clicked: m, timeout: m}}}
    - {id: m, end: missed}
    """
    for to in ("", "to: a,"):
        assert Life(program(journey(steps % to))).run().ends() == ["0d 00:00 missed"]


def test_a_listen_hears_only_its_own_message() -> None:
    steps = """
    - {id: s, send: a}
    - {id: t, send: b}
    - {id: l, listen: {for: 3d, outcomes: {clicked: clicked, timeout: missed}}}
    - {id: clicked, end: clicked}
    - {id: missed, end: missed}
    """
    assert Life(program(journey(steps)), reactions={"a": [("clicked", HOUR)]}).run().ends() == ["3d 00:00 missed"]
    assert Life(program(journey(steps)), reactions={"b": [("clicked", HOUR)]}).run().ends() == ["0d 02:00 clicked"]


def test_a_strong_reaction_before_the_listen_goes_to_exits_and_not_to_the_listen() -> None:
    steps = """
    - {id: s, send: a}
    - {id: w, wait: 1d}
    - {id: l, listen: {for: 3d, outcomes: {sales_request: asked, timeout: missed}}}
    - {id: asked, end: asked}
    - {id: missed, end: missed}
    """
    found = Life(program(journey(steps)), reactions={"a": [("asked", HOUR)]}).run()
    assert found.ends() == ["1d 00:00 asked"], "no exit took it, so the listen finds it in what the message has had"
    both = Life(program(journey(steps)), reactions={"a": [("asked", HOUR), ("opened", 2 * HOUR)]}).run()
    assert both.ends() == ["1d 00:00 asked"], "what came after it no longer matters"
    gone = Life(
        program(journey(steps, exits="[{event: sales_request, end: exit}]")), reactions={"a": [("asked", HOUR)]}
    )
    assert gone.run().ends() == ["0d 01:00 exit"]


def test_a_listen_may_await_an_opt_out_and_the_journey_goes_on() -> None:
    steps = """
    - {id: s, send: a}
    - {id: l, listen: {for: 3d, outcomes: {unsubscribed: gone, timeout: missed}}}
    - {id: gone, wait: 1d}
    - {id: missed, end: over}
    """
    found = Life(program(journey(steps)), reactions={"a": [("unsubscribed", HOUR)]}).run()
    assert found.ends() == ["1d 01:00 over"]
    assert found.contact.fields["contact.consent_marketing"] is False


def test_later_reactions_are_recorded_and_wait_for_nobody() -> None:
    found = Life(program(journey(LISTEN % "")), reactions={"a": [("opened", 4 * DAY), ("clicked", 5 * DAY)]}).run()
    assert found.told(Kind.OPENED, Kind.CLICKED, Kind.ENDED) == [
        "3d 00:00 ended missed",
        "4d 00:00 opened a",
        "5d 00:00 clicked a",
    ]


def test_stimuli_about_messages_that_were_never_sent_do_nothing() -> None:
    found = Life(program(journey("[{id: w, wait: 9d}]"))).run(0)
    before = len(found.effects)
    found.post(HOUR, Opened("a", 1), Clicked("a", 1), Delivered("a", 1), Bounced("a", 1, hard=True)).run(DAY)
    assert len(found.effects) == before


def test_reactions_without_a_message_are_recorded_without_a_place() -> None:
    found = Life(program(journey("[{id: w, wait: 9d}]"))).run(0)
    found.post(HOUR, SalesRequested(), PageViewed(pages=3), FormSubmitted(), CustomEvent("webinar")).run(DAY)
    assert found.told()[1:] == ["0d 01:00 visited", "0d 01:00 form", "0d 01:00 asked", "0d 01:00 fact webinar"]
    assert [(effect.journey, effect.who, effect.value) for effect in found.of(Kind.VISITED)] == [("", "human", 3)]


def test_reactions_to_a_message_carry_the_place_it_was_sent_from() -> None:
    found = Life(program(journey(LISTEN % ""))).run(0)
    found.post(HOUR, PageViewed("a", 1), Opened("a", 1, who="machine"), Unsubscribed("a", 1)).run(DAY)
    assert [(e.kind, e.journey, e.visit, e.step, e.op, e.item, e.send, e.who) for e in found.effects if e.time > ENTRY][
        :3
    ] == [
        (Kind.OPENED, "walk", 1, "s", "s", "a", 1, "machine"),
        (Kind.VISITED, "walk", 1, "s", "s", "a", 1, "human"),
        (Kind.UNSUBSCRIBED, "walk", 1, "s", "s", "a", 1, "human"),
    ]


def test_histories_count_acts_by_whom_where_and_when() -> None:
    texts = {
        "sends()": 2, 'sends(item: "a")': 1, 'sends(topic: "t")': 2, 'sends(level: "middle")': 1,
        'opens(human: true)': 1,
        "opens()": 2, "clicks()": 1, 'visits(journey: "walk")': 1, "visits()": 2, "requests()": 1,
        'sends(journey: "other")': 0,
        'clicks(within: duration("PT1H"))': 1, 'clicks(within: duration("PT59M"))': 0,
    }  # fmt: skip
    branches = "".join(
        f"- {{id: q{n}, branch: [{{when: '{text} = {count}', go: q{n + 1}}}, {{otherwise: wrong-{n}}}]}}\n"
        for n, (text, count) in enumerate(texts.items())
    )
    ends = f"- {{id: q{len(texts)}, end: right}}\n" + "".join(
        f"- {{id: wrong-{n}, end: wrong-{n}}}\n" for n in range(len(texts))
    )
    steps = "- {id: s, send: a}\n- {id: t, send: b}\n- {id: w, wait: 2h}\n" + branches + ends
    found = Life(program(journey(steps), journey("- {id: w, wait: 1d}", name="other")))
    found.post(10, Opened("a", 1, who="machine"), Opened("b", 1), PageViewed("a", 1), PageViewed(), SalesRequested())
    assert found.post(HOUR, Clicked("a", 1)).run().ends()[0] == "0d 02:00 right"


def test_defaults_are_used_counted_and_never_give_consent() -> None:
    profile = program().defaults
    assert profile == {"contact.stage": "cold", "contact.left": False, "hospital.open_ticket": False}
    steps = """
    - {id: b, branch: [{when: contact.stage = "cold", go: cold}, {otherwise: warm}]}
    - {id: cold, end: cold}
    - {id: warm, end: warm}
    """
    found = Life(program(journey(steps))).run(0)
    assert found.ends() == ["0d 00:00 cold"]
    assert found.contact.defaults_used == {"contact.stage": 1}


def test_facts_are_written_as_text() -> None:
    found = Life(program(journey("[{id: w, wait: 9d}]"))).run(0)
    for value in (None, True, False, 3, "x", ("a", "b")):
        found.post(HOUR, FieldChanged("contact.topic", value))
    found.run(DAY)
    assert [effect.reason for effect in found.of(Kind.FACT)] == [
        f"contact.topic={text}" for text in ("unknown", "true", "false", "3", "x", "a,b")
    ]


def test_a_soft_bounce_leaves_the_address_deliverable_and_a_hard_one_does_not() -> None:
    steps = "[{id: s, send: a}, {id: t, send: b}]"
    soft = Life(program(journey(steps)), reactions={"a": [("soft", 0)]}).run()
    assert soft.told(Kind.BOUNCED, Kind.SENT) == ["0d 00:00 sent a", "0d 00:00 bounced a soft", "0d 00:00 sent b"]
    hard = Life(program(journey(steps)), reactions={"a": [("bounced", 0)]}).run()
    assert hard.told(Kind.BOUNCED, Kind.SKIPPED) == ["0d 00:00 bounced a hard", "0d 00:00 skipped b undeliverable"]


def test_a_message_answered_after_its_visit_is_over_is_recorded_only() -> None:
    found = Life(program(journey("[{id: s, send: a}, {id: w, wait: 9d}]", exits="[{event: webinar, end: gone}]")))
    found.machine.advance(found.contact, ENTRY)
    found.machine.post(found.contact, ENTRY, CustomEvent("webinar"))
    found.machine.post(found.contact, ENTRY, Bounced("a", 1, hard=False))
    found.effects += found.machine.advance(found.contact, ENTRY)
    assert found.told() == [
        "0d 00:00 bounced a soft", "0d 00:00 fact webinar", "0d 00:00 ended gone",
    ], "the bounce is heard first, so that nothing is left to drop"  # fmt: skip
    later = Life(program(journey("[{id: s, send: a}, {id: w, wait: 9d}]", exits="[{when: contact.left, end: gone}]")))
    later.machine.advance(later.contact, ENTRY)
    later.machine.post(later.contact, ENTRY, FieldChanged("contact.left", value=True))
    later.effects += later.machine.advance(later.contact, ENTRY)
    later.machine.post(later.contact, ENTRY, Delivered("a", 1))
    later.effects += later.machine.advance(later.contact, ENTRY)
    assert later.told() == [
        "0d 00:00 fact contact.left=true", "0d 00:00 dropped delivery", "0d 00:00 ended gone", "0d 00:00 delivered a",
    ]  # fmt: skip


def test_an_opt_out_without_a_marketing_consent_only_counts() -> None:
    policies = "kind: policies\nconsent: {purposes: {profiling: contact.consent_profiling}}"
    found = Life(program(journey("[{id: w, wait: 1d}]", purpose=["profiling"]), policies))
    assert found.post(HOUR, Unsubscribed()).run().ends() == ["1d 00:00 completed"]


def test_a_bounce_after_the_visit_is_over_is_recorded_only() -> None:
    found = Life(program(journey("[{id: s, send: a}]", exits="[{when: contact.left, end: gone}]")))
    found.machine.advance(found.contact, ENTRY)
    found.machine.post(found.contact, ENTRY, FieldChanged("contact.left", value=True))
    found.machine.advance(found.contact, ENTRY)
    found.machine.post(found.contact, ENTRY, Bounced("a", 1, hard=False))
    found.effects += found.machine.advance(found.contact, ENTRY)
    assert found.told() == ["0d 00:00 bounced a soft"]
