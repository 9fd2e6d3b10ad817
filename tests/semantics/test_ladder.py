from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.graph.house import House, Item
from journeyctl.semantics import ladder
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.ladder import Exhausted, LadderState
from journeyctl.semantics.stimuli import FieldChanged, SalesRequested
from tests.semantics.worlds import CATALOG, DAY, DESK, HOUR, JOHN, Life, journey, program

WALK = """
- {id: walk, ladder: {house: house, window: 7d%s}}
- {id: end, end: left}
- {id: asked, end: asked}
- {id: bottom, end: bottom}
"""
TALK = """
kind: catalog
name: house
levels: [thought-leadership, educational, cross-portfolio, product]
topics: {workforce: Workforce, mri: MRI, ct: CT, ai: AI}
items:
  workforce: {level: thought-leadership, topic: workforce, next: [cybersecurity, intelligent-imaging, ai-in-radiology]}
  cybersecurity: {level: educational, topic: workforce}
  intelligent-imaging: {level: educational, topic: workforce}
  ai-in-radiology: {level: educational, topic: ai, next: [ai-in-ct, ai-in-mri]}
  ai-in-ct: {level: cross-portfolio, topic: ct, when: 'list contains(contact.tags, "CT")'}
  ai-in-mri: {level: cross-portfolio, topic: mri, when: 'list contains(contact.tags, "MRI")', next: [mri-system]}
  mri-system: {level: product, topic: mri}
"""


def life(words: str = "", *, catalog: str = CATALOG, exits: str = "[]", **options: object) -> Life:
    return Life(program(journey(WALK % words, exits=exits), catalog, DESK), **options).run()  # type: ignore[arg-type]  # fields of Life


def reasons(found: Life, kind: Kind = Kind.BRANCHED) -> list[str]:
    return [effect.reason for effect in found.of(kind)]


# --- whole walks


def test_john_doe_is_led_to_mri_and_asks_for_sales() -> None:
    john = life(
        ", cold_depth: educational, human: {min_delay: 60s}",
        catalog=TALK,
        fields=JOHN | {"contact.tags": ("MRI",)},
        exits="[{event: sales_request, go: asked}]",
        reactions={
            "cybersecurity": [("opened", 4 * HOUR)],
            "ai-in-radiology": [("opened", DAY), ("clicked", DAY + 60)],
            "ai-in-mri": [("opened", HOUR), ("clicked", HOUR + 60), ("asked", HOUR + 660)],
        },
    )
    assert john.sends() == [
        "0d 00:00 sent workforce", "7d 00:00 sent cybersecurity", "14d 00:00 sent intelligent-imaging",
        "21d 00:00 sent ai-in-radiology", "22d 01:01 sent ai-in-mri",
    ]  # fmt: skip
    assert john.ends() == ["22d 02:12 asked"]


@pytest.mark.parametrize(
    ("words", "reactions", "items", "reason"),
    [
        pytest.param("", {}, "abcde", "all_sent", id="without a click everything down to the last level is offered"),
        pytest.param(", cold_depth: middle", {}, "abc", "cold", id="cold depth ends the walk without a click"),
        pytest.param(", cold_depth: top", {}, "a", "cold", id="cold at the top: only the first level"),
        pytest.param(", breadth: 1", {}, "abd", "cold", id="breadth ends a group after so many unanswered offers"),
        pytest.param(", cold_depth: top", {"a": "clicked"}, "abc", "cold", id="a click leads to the children"),
        pytest.param(", cold_depth: top", {"a": "clicked", "b": "clicked"}, "abdc", "cold",
                     id="the sibling that a click cut short comes back after the deeper group"),
        pytest.param(", cold_depth: top", {"a": "clicked", "b": "clicked", "d": "clicked", "c": "clicked"}, "abdce",
                     "all_sent", id="a clicked leaf ends its group, and what was left behind returns"),
        pytest.param("", {"a": "opened"}, "abcde", "all_sent", id="opened only counts as missed"),
        pytest.param(", from: {item: c}, cold_depth: top", {}, "cba", "cold",
                     id="from an item: it, its siblings, then the top"),
        pytest.param(", from: {item: a}, cold_depth: top", {}, "a", "cold", id="from an item of the first level"),
        pytest.param(", from: {topic: '\"u\"'}, cold_depth: top", {}, "ca", "cold",
                     id="from a topic: its highest level that has any, then the top"),
        pytest.param(", from: {topic: '\"x\"'}, cold_depth: top", {}, "a", "cold",
                     id="an unknown topic starts at the top"),
        pytest.param(", only: 'item.topic != \"t\"'", {}, "ce", "all_sent", id="refused items lead on"),
    ],
)  # fmt: skip
def test_walks(words: str, reactions: dict[str, str], items: str, reason: str) -> None:
    pure = {item: [(kind, HOUR)] for item, kind in reactions.items()}
    found = life(words, reactions=pure)
    assert "".join(found.items()) == items
    assert found.told(Kind.BRANCHED)[-1].endswith(f"exhausted.{reason}")
    assert [label.split()[-1] for label in found.ends()] == ["left"]


def test_an_unknown_topic_is_counted() -> None:
    assert reasons(life(", from: {topic: contact.topic}"))[0] == "topic_unknown"
    known = life(", from: {topic: contact.topic}", fields=JOHN | {"contact.topic": "u"})
    assert "topic_unknown" not in reasons(known)
    assert known.items()[0] == "c"


def test_other_first_level_items_follow_a_topic_of_the_first_level() -> None:
    catalog = CATALOG.replace("items:", "items:\n  z: {level: top, topic: u}")
    assert life(", from: {topic: contact.topic}, cold_depth: top", catalog=catalog,
                fields=JOHN | {"contact.topic": "t"}).items() == ["a", "z"]  # fmt: skip
    assert life(", from: {item: a}, cold_depth: top", catalog=catalog).items() == ["a", "z"]


def test_a_house_without_live_content_is_exhausted_at_once() -> None:
    catalog = CATALOG.replace("}", ", status: draft}").replace(
        "topics: {t: T, u: U, status: draft}", "topics: {t: T, u: U}"
    )
    found = life("", catalog=catalog)
    assert (found.items(), reasons(found)) == ([], ["exhausted.no_content"])


def test_draft_planned_and_future_items_lead_on() -> None:
    catalog = (
        CATALOG.replace("next: [b, c]}", "next: [b, c], status: planned}")
        .replace("next: [d]}", "next: [d], status: draft}")
        .replace("next: [e], line", "next: [e], available: {from: 2027-01-01}, line")
    )
    assert life("", catalog=catalog).items() == ["d", "e"]


@pytest.mark.parametrize("when", ["'false'", "'contact.topic = \"x\"'"])
def test_items_whose_condition_is_false_or_unknown_do_not_lead_on(when: str) -> None:
    assert life("", catalog=CATALOG.replace("topic: t, next: [d]", f"topic: t, when: {when}, next: [d]")).items() == [
        "a", "c", "e",
    ]  # fmt: skip


def test_children_that_cannot_be_offered_make_a_click_a_miss() -> None:
    catalog = CATALOG.replace("d: {level: bottom, topic: t}", "d: {level: bottom, topic: t, status: draft}")
    found = life(", cold_depth: top", catalog=catalog, reactions={"a": [("clicked", HOUR)], "b": [("clicked", HOUR)]})
    assert found.items() == ["a", "b", "c"]


def test_a_clicked_leaf_goes_to_the_bottom_step_where_there_is_one() -> None:
    clicks = {item: [("clicked", HOUR)] for item in "abd"}
    found = life(", bottom: {update: {contact.count: {add: 2}}, go: bottom}", reactions=clicks)
    assert [label.split()[-1] for label in found.ends()] == ["bottom"]
    assert found.contact.fields["contact.count"] == 2
    assert [label.split()[-1] for label in life(", bottom: {go: bottom}", reactions=clicks).ends()] == ["bottom"]


def test_the_next_offer_waits_for_pace_after_the_last_delivered_one() -> None:
    found = life(", pace: 2d", reactions={"a": [("clicked", HOUR)]})
    assert found.sends()[:2] == ["0d 00:00 sent a", "2d 00:00 sent b"]
    skipped = CATALOG.replace("topic: t, next: [d]", "topic: t, email: {subject: {de-DE: x}}, next: [d]")
    found = life(", pace: 8d, cold_depth: middle", catalog=skipped)
    assert found.told(Kind.SENT, Kind.SKIPPED) == ["0d 00:00 sent a", "8d 00:00 skipped b no_locale", "8d 00:00 sent c"]


def test_a_ladder_never_returns_to_an_item_that_was_sent_in_any_journey() -> None:
    other = journey("[{id: s, send: b}, {id: x, wait: 1d}]", name="earlier", priority=90)
    found = Life(program(journey(WALK % ""), other, CATALOG)).run()
    assert found.items() == ["b", "a", "c", "d", "e"]


@pytest.mark.parametrize(
    ("repeat", "reactions", "items"),
    [
        ("never", {}, "a"),
        ("{after: 20d}", {}, "aa"),
        ("{after: 1mo}", {}, "aa"),
        ("{after: 2mo}", {}, "a"),
        ("{after: 20bd}", {}, "aa"),
        ("{after: 30bd}", {}, "a"),
        ("{after: 20d}", {"a": [("clicked", HOUR)]}, "a"),
    ],
)
def test_unclicked_items_return_after_repeat(
    repeat: str, reactions: dict[str, list[tuple[str, int]]], items: str
) -> None:
    steps = WALK % f", cold_depth: top, repeat: {repeat}"
    again = journey(steps, entry="again: {after: 30d}")
    catalog = CATALOG.replace(", next: [b, c]", "")
    found = Life(program(again, catalog), reactions=reactions).run(55 * DAY)
    assert "".join(found.items()) == items


def test_an_item_clicked_in_an_earlier_send_does_not_return_though_the_last_send_was_not_clicked() -> None:
    catalog = CATALOG.replace(", next: [b, c]", "")
    steps = "[{id: s, send: a}, {id: w, wait: 5d}, {id: t, send: a}, {id: v, wait: 40d}]"
    walk = WALK % ", repeat: {after: 10d}, cold_depth: top"
    documents = program(journey(steps, name="plain", priority=90), journey("- {id: w, wait: 30d}" + walk), catalog)
    found = Life(documents, reactions={"a": []})
    found.run(4 * DAY)
    assert found.items() == ["a"]
    message = found.contact.sends.message("a", 1)
    assert message is not None
    message.clicked = True
    assert found.run().items() == ["a", "a"]


# --- sales requests on the ladder


@pytest.mark.parametrize("after", [1, HOUR, 7 * DAY - 1, 10 * DAY])
def test_a_request_from_a_page_is_awaited_from_the_first_offer_until_the_ladder_is_left(after: int) -> None:
    found = Life(program(journey(WALK % ", asked: asked, pace: 9d"))).post(after, SalesRequested()).run()
    assert [label.split()[-1] for label in found.ends()] == ["asked"]


def test_without_asked_the_journeys_exit_takes_the_request() -> None:
    steps = journey(WALK % "", exits="[{event: sales_request, end: exit}]")
    assert Life(program(steps)).post(HOUR, SalesRequested()).run().ends() == ["0d 01:00 exit"]


def test_after_the_ladder_its_own_way_no_longer_counts() -> None:
    steps = """
    - {id: walk, ladder: {house: house, window: 7d, asked: asked, cold_depth: top, exhausted: rest}}
    - {id: rest, wait: 20d}
    - {id: end, end: left}
    - {id: asked, end: asked}
    """
    assert Life(program(journey(steps))).post(8 * DAY, SalesRequested()).run().ends() == ["27d 00:00 left"]


def test_a_request_while_an_offer_is_deferred_reaches_the_ladder() -> None:
    policies = """
    kind: policies
    consent: {purposes: {marketing: contact.consent_marketing}}
    suppressions: [{name: down, when: hospital.open_ticket, then: defer}]
    """
    found = Life(program(journey(WALK % ", asked: asked"), policies), JOHN | {"hospital.open_ticket": True})
    found.post(HOUR, SalesRequested()).run()
    assert found.ends() == ["0d 01:00 asked"]
    assert reasons(found, Kind.DROPPED) == ["gate"]


def test_eligibility_is_read_at_the_moment_of_the_offer() -> None:
    catalog = CATALOG.replace("topic: t, next: [d]", "topic: t, when: contact.left, next: [d]")
    found = Life(program(journey(WALK % ", cold_depth: middle"), catalog))
    found.post(7 * DAY, FieldChanged("contact.left", value=True)).run()
    assert found.items() == ["a", "b", "c"]


# --- the pure choice


def house_of(levels: list[list[tuple[int, ...]]]) -> House:
    """A house whose items are `level.position`, each with positions of its children one level deeper."""
    items = {
        f"{level}.{place}": Item(
            f"{level}.{place}", "h", level, f"l{level}", None, None,
            children=tuple(f"{level + 1}.{child}" for child in children),
        )
        for level, row in enumerate(levels)
        for place, children in enumerate(row)
    }  # fmt: skip
    return House("h", tuple(f"l{level}" for level in range(len(levels))), items,
                 tuple(name for name, item in items.items() if item.level == 0))  # fmt: skip


@st.composite
def houses(draw: st.DrawFn) -> House:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    levels = []
    for level, size in enumerate(sizes):
        below = sizes[level + 1] if level + 1 < len(sizes) else 0
        children = st.lists(st.integers(0, below - 1), max_size=3, unique=True) if below else st.just([])
        levels.append([tuple(draw(children)) for _ in range(size)])
    return house_of(levels)


@given(houses(), st.data())
def test_every_walk_ends_and_sends_no_item_twice(house: House, data: st.DataObject) -> None:
    cold = data.draw(st.integers(0, len(house.levels) - 1))
    breadth = data.draw(st.none() | st.integers(1, 3))
    refused = data.draw(st.sets(st.sampled_from(sorted(house.items))))
    sent: list[str] = []
    skipped = 0

    def eligible(name: str) -> bool:
        return name not in sent and name not in refused

    start = data.draw(
        st.sampled_from([ladder.start_at_top(house), *(ladder.start_at_item(house, i) for i in house.items)])
    )
    state: LadderState = start.state
    for _ in range(200):
        state, found = ladder.choose(
            house, state, eligible=eligible, leads_on=lambda _: True, cold_depth=cold, breadth=breadth
        )
        if isinstance(found, Exhausted):
            break
        answer = data.draw(st.sampled_from(["clicked", "missed", "skipped"]))
        skipped += answer == "skipped"
        if answer != "skipped":
            sent.append(found)
        if answer == "clicked":
            state = ladder.clicked(house, state, found, eligible=eligible)
    else:
        pytest.fail("the walk did not end")
    assert len(sent) == len(set(sent))
    assert not refused & set(sent)
    if found is Exhausted.ALL_SENT:
        assert {name for name in house.items if eligible(name)} <= set(state.offered)
