from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from journeyctl.calendars import Hours, ZoneChoice, to_utc
from journeyctl.diagnostics import SpecError
from journeyctl.expr import ConditionError
from journeyctl.graph.condition import Condition
from journeyctl.graph.lowering import lower
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.graph.ops import DeepenOp, EndOp, OpId, conditions_of, successors
from journeyctl.spec.workspace import load
from journeyctl.units import Duration, parse_duration
from tests.semantics.test_steps import GROUP
from tests.semantics.worlds import CATALOG, DAY, DESK, HOUR, JOHN, POLICIES, PROFILE, WORKSPACE, Life, journey, program

WALK = """
- {id: s, send: a}
- {id: l, listen: {for: 3d, outcomes: {clicked: e, opened: w}}}
- {id: w, wait: 1d}
- {id: e, end: over}
"""
SCORING = (
    "kind: scoring\npoints: {opened: 1, clicked: {human: 5, machine: 0.5}}\ndecay: {half_life: 30d}\nmql: {score: 25}"
)


# --- the hash

BASE = (journey(WALK), POLICIES, CATALOG, SCORING)


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((journey(WALK, title="Another title", owner="somebody"), *BASE[1:]), id="titles and owners"),
        pytest.param(tuple(reversed(BASE)), id="order of files"),
        pytest.param((*BASE, DESK.replace("sdrs: 1", "sdrs: 5")), id="how many people a desk has"),
        pytest.param((journey("# a comment\n" + WALK), *BASE[1:]), id="comments and places"),
    ],
)
def test_the_hash_stays_the_same_under(documents: tuple[str, ...]) -> None:
    assert program(*documents).graph_hash == program(*BASE).graph_hash
    assert len(program(*documents).graph_hash) == 32


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((journey(WALK.replace("3d", "4d")), *BASE[1:]), id="an op"),
        pytest.param((journey(WALK, priority=60), *BASE[1:]), id="a priority"),
        pytest.param((journey(WALK, exits="[{event: unsubscribed, end: x}]"), *BASE[1:]), id="an exit"),
        pytest.param((BASE[0], POLICIES + "quiet_hours: {send_between: \"08:00-18:00\"}", *BASE[2:]), id="a policy"),
        pytest.param((*BASE[:2], CATALOG.replace("next: [b, c]", "next: [c, b]"), SCORING), id="an item"),
        pytest.param((*BASE[:3], SCORING.replace("25", "26")), id="the scoring"),
    ],
)  # fmt: skip
def test_the_hash_changes_with(documents: tuple[str, ...]) -> None:
    assert program(*documents).graph_hash != program(*BASE).graph_hash


def test_a_small_edit_keeps_the_ids_of_the_other_ops() -> None:
    before = program(journey(WALK)).journeys["walk"].ops
    after = (
        program(journey(WALK.replace("- {id: w, wait: 1d}", "- {id: w, wait: 1d}\n- {id: new, wait: 2d}")))
        .journeys["walk"]
        .ops
    )
    assert set(before) < set(after)


# --- values


@pytest.mark.parametrize(
    ("text", "seconds"), [("30min", 1_800), ("7d", 7 * DAY), ("2bd", 2 * DAY), ("3mo", 90 * DAY), ("1y", 360 * DAY)]
)
def test_bounds_in_seconds(text: str, seconds: int) -> None:
    assert seconds_of(parse_duration(text)) == seconds
    assert seconds_of(None) is None


@pytest.mark.parametrize(
    ("written", "hours", "zone"),
    [
        (
            '{send_between: "08:00-18:00", zone: contact | America/New_York}',
            [(8, 18)],
            ZoneChoice(of_contact=True, name="America/New_York"),
        ),
        ('{send_between: "22:00-06:00", zone: UTC}', [(0, 6), (22, 24)], ZoneChoice(of_contact=False, name="UTC")),
        ('{send_between: "22:00-24:00"}', [(22, 24)], ZoneChoice(of_contact=True, name="UTC")),
    ],
)
def test_windows_over_midnight_have_a_part_at_either_end_of_the_day(
    written: str, hours: list[tuple[int, int]], zone: ZoneChoice
) -> None:
    quiet = program(POLICIES + f"quiet_hours: {written}").policies[""].quiet_hours
    assert quiet is not None
    assert (quiet.hours, quiet.zone) == (tuple(Hours(start * HOUR, end * HOUR) for start, end in hours), zone)


def test_policies_are_lowered_word_by_word() -> None:
    text = (
        POLICIES.replace("unknown: refused", "unknown: granted")
        + """
caps:
  - {name: c, applies: contact.left, channel: email, max: 3, per: 7d, window: calendar, over: skip, expire: 10d,
     zone: UTC}
suppressions: [{name: s, when: lead.open, then: skip}]
holdouts: {global: 5%}
"""
    )
    found = program(text).policies[""]
    cap = found.caps[0]
    assert (found.unknown_granted, found.holdout, found.consents["marketing"]) == (
        True,
        0.05,
        "contact.consent_marketing",
    )
    assert (cap.applies, cap.channel, cap.maximum, cap.per, cap.window, cap.over, cap.expire, cap.zone) == (
        Condition.of("contact.left"), "email", 3, Duration(seconds=7 * DAY), "calendar", "skip", 10 * DAY,
        ZoneChoice(of_contact=False, name="UTC"),
    )  # fmt: skip
    assert [(s.name, s.condition.text, s.then) for s in found.suppressions] == [("s", "lead.open", "skip")]


def test_scoring_counts_in_hundredths_and_whole_hours() -> None:
    rules = program(SCORING + "\nfit: {A: contact.left}").scoring
    assert rules is not None
    assert rules.points == {"opened": {"human": 100, "machine": 0}, "clicked": {"human": 500, "machine": 50}}
    assert (rules.half_life_hours, rules.mql_score, rules.mql_fit, [grade for grade, _ in rules.fit]) == (
        720,
        2_500,
        (),
        ["A"],
    )
    assert program().scoring is None
    without = program("kind: scoring\npoints: {}").scoring
    assert without is not None
    assert (without.half_life_hours, without.mql_score) == (None, None)


def test_a_workspace_has_what_its_contacts_countries_decide() -> None:
    closed = WORKSPACE.replace("business_days: mon-fri}", "business_days: mon-fri, closed: [2026-01-07]}")
    found = program(closed.replace(
        "holidays: DE}", "holidays: DE, business_days: mon-thu, closed: [2026-01-06]}"))  # fmt: skip
    german = found.countries["DE"].calendar
    assert [day for day in range(5, 10) if german.is_business_day(date(2026, 1, day))] == [5, 8]
    assert [day for day in range(5, 10) if found.calendar.is_business_day(date(2026, 1, day))] == [5, 6, 8, 9]
    assert found.meanings == {
        "role": "contact.role", "country": "contact.country", "locale": "contact.language", "zone": "contact.zone"
    }  # fmt: skip
    assert (found.zone, found.locale, found.week_starts, found.evaluation_time) == ("UTC", "en-US", 0, 6 * HOUR)
    assert found.crm_sync == {"sales": 2 * HOUR}


def test_lists_are_no_defaults() -> None:
    assert (
        "contact.tags"
        not in program(PROFILE.replace("tags: {type: list of text", "tags: {type: list of text, default: [x]")).defaults
    )


# --- houses


def test_a_house_is_ordered_by_the_catalogs_order_then_the_file() -> None:
    house = program(CATALOG.replace("items:", "order: [c, a]\nitems:\n  z: {level: top, topic: t}")).houses["house"]
    assert list(house.items) == ["c", "a", "z", "b", "d", "e"]
    assert house.first == ("a", "z")
    assert (house.items["b"].parents, house.items["a"].children, house.items["c"].level) == (("a",), ("b", "c"), 1)
    assert house.siblings_of("c") == ("c", "b")
    assert house.siblings_of("a") == ("a",)


def test_an_item_carries_its_dates_its_status_and_its_languages() -> None:
    words = (
        "d: {level: bottom, topic: t, status: planned, available: {from: 2026-02-01, until: 2026-03-01}, "
        "fallback: en-US, "
        "email: {subject: {en-US: x, de-DE: y}}, variants: [{when: contact.left, subject: {en-US: z}}]}"
    )
    item = program(CATALOG.replace("d: {level: bottom, topic: t}", words)).items["d"]
    assert (item.live, item.locales, item.fallback, [v.text for v in item.variants if v]) == (
        False, ("en-US", "de-DE"), "en-US", ["contact.left"]
    )  # fmt: skip
    live = replace(item, live=True)
    first, after = to_utc(date(2026, 2, 1), 0, "UTC"), to_utc(date(2026, 3, 1), 0, "UTC")
    assert [live.is_available(time) for time in (first - 1, first, after - 1, after)] == [False, True, True, False]
    assert not item.is_available(first)


# --- ops and conditions


def test_every_op_names_its_successors_once_and_in_order() -> None:
    steps = """
    - {id: b, branch: [{when: contact.left, go: s}, {otherwise: s}]}
    - {id: s, send: a, skipped: e}
    - {id: l, listen: {for: 1d, outcomes: {clicked: w, timeout: e}}}
    - {id: w, wait: 1d}
    - {id: u, update: {contact.topic: x}}
    - {id: t, split: {x: {share: 50%, go: k}, y: {share: 50%, holdout: true}}}
    - {id: k, ladder: {house: house, window: 1d, asked: h, exhausted: x}}
    - {id: h, handoff: {desk: sales, outcomes: {accepted: e}}}
    - {id: x, activate: {audience_on: linkedin, for: 30d}}
    - {id: n, enter: {journey: other, outcomes: {good: e}, then: w}}
    - {id: e, end: over}
    """
    ops = program(journey(steps), journey("[{id: e, end: good}]", name="other"), GROUP).journeys["walk"].ops
    expected = {
        "b": ["s"], "s": ["l", "e"], "l": ["w", "e"], "w": ["u"], "u": ["t"], "t": ["k"], "k": ["k/offer"],
        "k/offer": ["k/a", "k/b", "k/c", "k/d", "k/e", "x", "h"], "k/a": ["k/a/listen", "k/offer"],
        "k/a/deeper": ["k/offer"], "h": ["e", "x"], "x": ["n"], "n": ["e", "w"], "e": [],
    }  # fmt: skip
    assert {op: list(successors(ops[OpId(op)])) for op in expected} == expected
    assert isinstance(ops[OpId("k/a/deeper")], DeepenOp)
    plain = program(journey("[{id: k, ladder: {house: house, window: 1d}}]")).journeys["walk"].ops
    assert successors(plain[OpId("k/offer")])[-1] == "k/end"
    assert all(target in ops for op in ops.values() for target in successors(op))
    assert isinstance(ops[OpId("e")], EndOp)


def test_every_op_names_the_conditions_that_it_evaluates_in_order() -> None:
    steps = """
    - {id: b, branch: [{when: contact.left, go: s}, {when: contact.count > 1, go: s}, {otherwise: s}]}
    - {id: s, send: a}
    - {id: w, wait: 1d}
    - {id: v, wait: {until: contact.until}}
    - {id: u, update: {contact.topic: {expr: item.topic}, contact.stage: cold}}
    - {id: k, ladder: {house: house, window: 1d, from: {topic: contact.topic}, only: account.is_customer}}
    - {id: l, ladder: {house: house, window: 1d}}
    - {id: x, activate: {audience_on: linkedin, for: 30d, when: contact.count > 2}}
    - {id: y, activate: {audience_on: linkedin, for: 30d}}
    """
    ops = program(journey(steps)).journeys["walk"].ops
    assert {op: [found.text for found in conditions_of(ops[op])] for op in ops if conditions_of(ops[op])} == {
        "b": ["contact.left", "contact.count > 1"], "v": ["contact.until"], "u": ["item.topic"],
        "k": ["contact.topic"], "k/offer": ["account.is_customer"], "x": ["contact.count > 2"],
    }  # fmt: skip


def test_conditions_compare_by_their_text_travel_as_text_and_say_what_they_read() -> None:
    one = Condition.of("contact.left and contact.count > 3")
    assert pickle.loads(pickle.dumps(one)) == one == Condition.of("contact.left and contact.count > 3")  # noqa: S301  # written one call earlier
    assert one != Condition.of("contact.left")
    assert "contact.left" in one.reads.paths
    assert "contact.topic" not in one.reads.paths
    assert not one.is_volatile
    with pytest.raises(ConditionError):
        Condition.of("contact.left and")


@pytest.mark.parametrize(
    "text",
    ["today() > contact.until", "clicks() > 1", 'group("g").ready', 'in audience("everybody")', "score > 3",
     'fit = "A"',
     'lead.age > duration("P1D")', "journey.entered_at > now()"],
)  # fmt: skip
def test_conditions_that_change_without_a_field_are_volatile(text: str) -> None:
    assert Condition.of(text).is_volatile


# --- mistakes and countries


def test_conditions_that_do_not_parse_are_reported_together_with_their_places(tmp_path: Path) -> None:
    good = _written(
        tmp_path, journey(WALK.replace("wait: 1d", "wait: {until: contact.until}")), journey(WALK, name="second")
    )
    workspace = load(good)
    broken = {
        name: replace(found, exits=(*found.exits, _exit("contact.left and")))
        for name, found in workspace.journeys.items()
    }
    with pytest.raises(SpecError) as raised:
        lower(replace(workspace, journeys=broken))
    assert [(f.slug, f.span is not None) for f in raised.value.findings] == [("condition-syntax", True)] * 2


def test_links_to_items_that_do_not_exist_are_left_out(tmp_path: Path) -> None:
    workspace = load(_written(tmp_path, journey(WALK)))
    house = workspace.catalogs["house"]
    items = {**house.items, "e": replace(house.items["e"], next=("nowhere",))}
    found = lower(replace(workspace, catalogs={"house": replace(house, items=items)}))
    assert found.items["e"].children == ()


OVERLAY = """
kind: overlay
name: de
for: {countries: [DE]}
set:
  journeys.walk.steps.w.wait: 3d
  policies.caps.week.max: 1
"""


def test_what_an_overlay_changes_holds_for_contacts_of_its_countries() -> None:
    caps = "caps: [{name: week, channel: email, max: 5, per: 7d}]"
    walk = journey("[{id: w, wait: 1d}, {id: s, send: a}]", overridable=["steps.w.wait"])
    found = program(walk, journey(WALK, name="same"), POLICIES + caps, OVERLAY)
    assert [list(graphs) for graphs in found.variants.values()] == [["walk"]], "only what differs"
    assert (found.policies["DE"].caps[0].maximum, found.policies_for("US").caps[0].maximum) == (1, 5)
    assert found.graph_hash != program(walk, journey(WALK, name="same"), POLICIES + caps).graph_hash
    for country, day in (("DE", 3), ("US", 1), (None, 1)):
        fields = JOHN | ({"contact.country": country} if country else {})
        assert Life(found, fields, journeys=["walk"]).run().sends()[0] == f"{day}d 00:00 sent a"


def _written(folder: Path, *journeys: str) -> Path:
    from tests.semantics import worlds

    for text in (*worlds._DEFAULTS, *journeys):
        place, content = worlds._placed(text)
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(content, encoding="utf-8")
    return folder


def _exit(text: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from journeyctl.model.journey import Exit
    from journeyctl.model.values import Condition as Written

    return Exit(when=Written(text=text), end="gone")
