"""What overlays change in catalogs, scoring and audiences holds for contacts of their countries only."""

from __future__ import annotations

from datetime import date

import pytest

from journeyctl.expr import Value
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import FieldChanged, PageViewed
from journeyctl.trace.script import Script
from journeyctl.trace.walk import walk
from tests.semantics.worlds import AUDIENCES, CATALOG, DAY, JOHN, Life, journey, program

HERE: dict[str, dict[str, Value]] = {
    "US": JOHN | {"contact.country": "US"},
    "DE": JOHN | {"contact.country": "DE"},
    "nowhere": JOHN,
}
HOUSE = CATALOG + "overridable: [levels, order, items]\n"
SCORING = """
kind: scoring
overridable: [points, decay, fit, mql]
points: {clicked: 10, page_viewed: 1}
decay: {half_life: 10d}
fit: {A: contact.role = "head"}
mql: {score: 30}
"""
WHO = AUDIENCES + "overridable: [audiences]\n"
OTHERS = ("US", "nowhere")


def overlay(**settings: object) -> str:
    """An overlay for Germany; `__` stands for a dot."""
    lines = "".join(f"  {path.replace('__', '.')}: {value}\n" for path, value in settings.items())
    return f"kind: overlay\nname: de\nfor: {{countries: [DE]}}\nset:\n{lines}"


# --- catalogs


LADDER = "[{id: k, ladder: {house: house, window: 2d, pace: 0d}}, {id: w, wait: 100d}]"


@pytest.mark.parametrize(
    ("setting", "german"),
    [
        ({"catalogs__house__items__b__status": "planned"}, ["a", "c", "d", "e"]),
        ({"catalogs__house__items__c__when": "account.is_customer"}, ["a", "b", "d"]),
        ({"catalogs__house__items__d__available": "{until: 2026-01-01}"}, ["a", "b", "c", "e"]),
        ({"catalogs__house__items__a__next": "[c, b]"}, ["a", "c", "b", "e", "d"]),
        ({"catalogs__house__items": "{z: {level: top, topic: t}}"}, ["z"]),
    ],
    ids=["status", "condition", "dates", "order", "items of its own"],
)
def test_a_ladder_walks_the_house_of_the_contacts_country(setting: dict[str, str], german: list[str]) -> None:
    found = program(journey(LADDER), HOUSE, overlay(**setting))
    assert Life(found, HERE["DE"]).run().items() == german
    assert [Life(found, HERE[place]).run().items() for place in OTHERS] == [["a", "b", "c", "d", "e"]] * 2


def test_a_ladder_from_a_topic_takes_the_countrys_order_of_items() -> None:
    steps = "[{id: k, ladder: {house: house, from: {topic: contact.topic}, window: 2d, breadth: 1}}, {id: e, end: x}]"
    two = HOUSE.replace("d: {level: bottom, topic: t}", "d: {level: bottom, topic: x}").replace(
        "e: {level: bottom, topic: u}", "e: {level: bottom, topic: x}"
    ).replace("topics: {t: T, u: U}", "topics: {t: T, u: U, x: X}")  # fmt: skip
    found = program(journey(steps), two, overlay(catalogs__house__order="[e, d]"))
    firsts = {place: Life(found, fields | {"contact.topic": "x"}).run().items()[0] for place, fields in HERE.items()}
    assert firsts == {"US": "d", "DE": "e", "nowhere": "d"}


def test_the_gate_asks_for_the_item_as_the_contacts_country_has_it() -> None:
    steps = "[{id: s, send: a}, {id: t, send: b}, {id: w, wait: 100d}]"
    found = program(
        journey(steps),
        HOUSE.replace("a: {level: top,", "a: {level: top, email: {subject: {en-US: Hello}}, fallback: en-US,"),
        overlay(
            catalogs__house__items__a__email__subject="{en-US: Hello, de-DE: Hallo}",
            catalogs__house__items__b__status="draft",
        ),
    )
    lives = {place: Life(found, fields | {"contact.language": "de-DE"}).run() for place, fields in HERE.items()}
    assert {place: life.of(Kind.SENT)[0].reason for place, life in lives.items()} == {
        "US": "en-US", "DE": "de-DE", "nowhere": "en-US",
    }  # fmt: skip
    assert {place: [(e.item, e.reason) for e in life.of(Kind.SKIPPED)] for place, life in lives.items()} == {
        "US": [], "DE": [("b", "not_available")], "nowhere": [],
    }  # fmt: skip


def test_histories_and_values_read_the_item_as_the_contacts_country_has_it() -> None:
    steps = """
    - {id: s, send: a}
    - {id: u, update: {contact.topic: {expr: item.topic}}}
    - {id: w, wait: 1d}
    - {id: b, branch: [{when: 'clicks(topic: "u") >= 1', go: u-yes}, {otherwise: u-no}]}
    - {id: u-yes, end: u-yes}
    - {id: u-no, end: u-no}
    """
    found = program(journey(steps), HOUSE, overlay(catalogs__house__items__a="{level: top, topic: u, line: mri}"))
    lives = {place: Life(found, fields, {"a": [("clicked", 60)]}).run() for place, fields in HERE.items()}
    assert {place: life.ends()[0].split()[-1] for place, life in lives.items()} == {
        "US": "u-no", "DE": "u-yes", "nowhere": "u-no",
    }  # fmt: skip
    assert {place: life.contact.fields["contact.topic"] for place, life in lives.items()} == {
        "US": "t", "DE": "u", "nowhere": "t",
    }  # fmt: skip
    lines = {
        place: [e.line for kind in (Kind.SENT, Kind.CLICKED) for e in life.of(kind)] for place, life in lives.items()
    }
    assert lines == {"US": ["", ""], "DE": ["mri", "mri"], "nowhere": ["", ""]}


def test_a_visit_walks_the_house_with_which_it_began_wherever_the_contact_moves() -> None:
    found = program(journey(LADDER), HOUSE, overlay(catalogs__house__items="{z: {level: top, topic: t}}"))
    moved = Life(found, HERE["US"]).post(3 * DAY, FieldChanged("contact.country", "DE")).run()
    assert moved.items() == ["a", "b", "c", "d", "e"]
    assert Life(found, HERE["DE"]).post(3 * DAY, FieldChanged("contact.country", "US")).run().items() == ["z"]


# --- scoring


def test_points_decay_and_threshold_are_those_of_the_contacts_country() -> None:
    found = program(
        journey("[{id: w, wait: 100d}]", exits="[{event: mql, end: hot}]"),
        SCORING,
        overlay(scoring__points__page_viewed=20, scoring__decay="{half_life: 1d}", scoring__mql__score=25),
    )

    def life(place: str, *after: int) -> Life:
        lived = Life(found, HERE[place])
        for second in after:
            lived.post(second, PageViewed("", 0, pages=1))
        return lived.run()

    assert {place: [e.value for e in life(place, 60).of(Kind.SCORED)] for place in HERE} == {
        "US": [100], "DE": [2_000], "nowhere": [100],
    }  # fmt: skip
    assert {place: life(place, 60, DAY + 60).contact.score.hundredths for place in HERE} == {
        "US": 193, "DE": 3_000, "nowhere": 193,
    }, "a day takes half of it in Germany, and a fifteenth elsewhere"  # fmt: skip
    assert [len(life(place, 60, DAY + 60).ends()) for place in ("US", "DE", "nowhere")] == [0, 1, 0]


@pytest.mark.parametrize("place", HERE)
def test_the_grade_of_fit_is_that_of_the_contacts_country(place: str) -> None:
    steps = """
    - {id: b, branch: [{when: fit = "A", go: a}, {when: fit = "B", go: bee}, {otherwise: none}]}
    - {id: a, end: A}
    - {id: bee, end: B}
    - {id: none, end: none}
    """
    found = program(journey(steps), SCORING, overlay(scoring__fit='{A: account.is_customer, B: contact.role = "head"}'))
    assert Life(found, HERE[place]).run().ends() == ["0d 00:00 B" if place == "DE" else "0d 00:00 A"]


# --- audiences


def test_who_may_enter_is_asked_of_the_countrys_audience() -> None:
    found = program(
        journey("[{id: s, send: a}, {id: w, wait: 100d}]"),
        WHO,
        overlay(audiences__audiences__everybody__when='contact.role = "cio"'),
    )
    who = [
        (place, role)
        for place in HERE
        for role in ("head", "cio")
        if Life(found, HERE[place] | {"contact.role": role}).run().items()
    ]
    assert who == [("US", "head"), ("DE", "cio"), ("nowhere", "head")]


AMONG = 'in audience("customers")'


def test_a_condition_about_an_audience_means_the_countrys() -> None:
    steps = f"""
    - {{id: b, branch: [{{when: '{AMONG}', go: among}}, {{otherwise: outside}}]}}
    - {{id: among, end: among}}
    - {{id: outside, end: outside}}
    """
    found = program(journey(steps), WHO, overlay(audiences__audiences__customers__when='contact.role = "head"'))
    assert {place: Life(found, fields).run().ends() for place, fields in HERE.items()} == {
        "US": ["0d 00:00 outside"], "DE": ["0d 00:00 among"], "nowhere": ["0d 00:00 outside"],
    }  # fmt: skip


def test_a_field_that_only_the_countrys_audience_reads_lets_exits_look_again() -> None:
    found = program(
        journey("[{id: w, wait: 100d}]", exits=f"[{{when: '{AMONG}', end: out}}]"),
        WHO,
        overlay(audiences__audiences__customers__when="contact.left"),
    )
    for place, ends in (("DE", ["1d 05:00 out"]), ("US", [])):
        lived = Life(found, HERE[place]).post(DAY + 5 * 3_600, FieldChanged("contact.left", value=True)).run()
        assert lived.ends() == ends


def test_moving_to_another_country_lets_exits_see_its_audiences_and_scoring_at_once() -> None:
    found = program(
        journey(
            "[{id: w, wait: 100d}]", exits=f"[{{when: '{AMONG}', end: audience}}, {{when: fit = \"B\", end: fit}}]"
        ),
        WHO,
        SCORING,
        overlay(
            audiences__audiences__customers__when="contact.count > 1",
            scoring__fit='{B: contact.role = "head"}',
        ),
    )
    moves = FieldChanged("contact.country", "DE")
    assert Life(found, HERE["US"]).post(DAY + 3_600, moves).run().ends() == ["1d 01:00 fit"]
    counted = HERE["US"] | {"contact.count": 2}
    assert Life(found, counted).post(DAY + 3_600, moves).run().ends() == ["1d 01:00 audience"]


# --- traces, hashes


def test_a_trace_tells_the_countrys_reasons() -> None:
    steps = "[{id: s, send: a}, {id: w, wait: 1d}]"
    found = program(journey(steps), HOUSE, overlay(catalogs__house__items__a__when="account.is_customer"))
    told = {
        place: [
            (reason.text, reason.answer)
            for moment in walk(found, Script("walk", date(2026, 1, 5), given=HERE[place])).moments
            for reason in moment.why
        ]
        for place in HERE
    }
    assert told == {"US": [], "DE": [("account.is_customer", None)], "nowhere": []}


def test_overlays_of_any_kind_change_the_hash_and_others_leave_the_program_alone() -> None:
    plain = program(journey(LADDER), HOUSE, SCORING, WHO)
    changed = [
        program(journey(LADDER), HOUSE, SCORING, WHO, overlay(**setting))
        for setting in (
            {"catalogs__house__items__d__line": "ct"},
            {"scoring__mql__score": 50},
            {"audiences__audiences__customers__when": "contact.left"},
        )
    ]
    assert len({found.graph_hash for found in (plain, *changed)}) == 4
    assert [found.overlaid for found in (plain, *changed)] == [(), ("DE",), ("DE",), ("DE",)]
    titles = program(journey(LADDER), HOUSE, SCORING, WHO, overlay(catalogs__house__items__d__owner="somebody"))
    assert (titles.shared, titles.overlaid) == ({}, ())
