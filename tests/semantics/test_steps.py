from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from journeyctl.calendars import local, to_utc
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.graph.ops import OpId, SplitOp
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import CustomEvent, FieldChanged, GroupChanged, LeadOutcome, SalesRequested
from tests.semantics.worlds import DAY, ENTRY, HOUR, JOHN, Life, after, journey, program

# --- waits


def waited(wait: str, fields: dict[str, Value]) -> tuple[str, str]:
    """When the contact goes on, and why."""
    steps = f"[{{id: w, wait: {wait}}}]"
    found = Life(program(journey(steps)), JOHN | fields).run(400 * DAY)
    return after(found.of(Kind.ENDED)[0].time), found.of(Kind.WAITED)[0].reason


@pytest.mark.parametrize(
    ("wait", "fields", "expected"),
    [
        ("30min", {}, ("0d 00:30", "elapsed")),
        ("2w", {}, ("14d 00:00", "elapsed")),
        ("2bd", {}, ("2d 00:00", "elapsed")),
        ("5bd", {}, ("7d 00:00", "elapsed")),
        ("2bd", {"contact.country": "DE"}, ("2d 00:00", "elapsed")),
        ("10bd", {"contact.country": "US"}, ("15d 00:00", "elapsed")),
        ("1mo", {}, ("31d 00:00", "elapsed")),
        ("1y", {}, ("365d 00:00", "elapsed")),
        ('{until: "tue 09:00", zone: UTC}', {}, ("1d 03:00", "elapsed")),
        ('{until: "mon 06:00", zone: UTC}', {}, ("0d 00:00", "elapsed")),
        ('{until: "mon 05:59", zone: UTC}', {}, ("6d 23:59", "elapsed")),
        ('{until: "mon 09:00"}', {"contact.country": "US"}, ("0d 08:00", "elapsed")),
        ("{until: contact.until}", {"contact.until": date(2026, 1, 8)}, ("2d 18:00", "elapsed")),
        ("{until: contact.until}", {"contact.until": date(2026, 1, 5)}, ("0d 00:00", "past")),
        ("{until: contact.until}", {}, ("0d 00:00", "unknown")),
        (
            "{until: contact.moment}",
            {"contact.moment": datetime(2026, 1, 5, 7, 30, tzinfo=UTC)},
            ("0d 01:30", "elapsed"),
        ),
        ("'{until: contact.until - duration(\"P3D\")}'", {"contact.until": date(2026, 1, 9)}, ("0d 18:00", "elapsed")),
    ],
)
def test_waits(wait: str, fields: dict[str, Value], expected: tuple[str, str]) -> None:
    assert waited(wait.strip("'"), fields) == expected


@pytest.mark.parametrize(
    ("day", "wait", "expected"),
    [
        # Clocks in Berlin go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
        (date(2026, 3, 28), '{until: "sun 02:30", zone: Europe/Berlin}', "2026-03-29T03:00:00+02:00"),
        (date(2026, 10, 24), '{until: "sun 02:30", zone: Europe/Berlin}', "2026-10-25T02:30:00+02:00"),
        (date(2026, 3, 27), "1bd", "2026-03-30T07:00:00+02:00"),
        (date(2026, 3, 28), "24h", "2026-03-29T08:00:00+02:00"),
    ],
)
def test_waits_over_a_change_of_clocks(day: date, wait: str, expected: str) -> None:
    fields = JOHN | {"contact.country": "DE", "contact.zone": "Europe/Berlin"}
    found = Life(program(journey(f"[{{id: w, wait: {wait}}}]")), fields, at=to_utc(day, 0, "UTC")).run(400 * DAY)
    assert local(found.of(Kind.ENDED)[0].time, "Europe/Berlin").isoformat() == expected


# --- branches and splits


@pytest.mark.parametrize(
    ("fields", "label"),
    [({"contact.count": 5}, "many"), ({"contact.count": 1}, "some"), ({}, "none")],
)
def test_the_first_true_case_is_taken_and_unknown_is_not_true(fields: dict[str, Value], label: str) -> None:
    steps = """
    - {id: c, branch: [{when: contact.count >= 5, go: many}, {when: contact.count >= 1, go: some}, {otherwise: none}]}
    - {id: many, end: many}
    - {id: some, end: some}
    - {id: none, end: none}
    """
    found = Life(program(journey(steps)), JOHN | fields).run()
    assert found.told(Kind.BRANCHED, Kind.ENDED) == [f"0d 00:00 branched {label}", f"0d 00:00 ended {label}"]


def test_conditions_see_the_entry_and_an_item_only_where_one_is_at_hand() -> None:
    steps = """
    - {id: w, wait: 2d}
    - {id: c, branch: [{when: 'journey.entered_at = date and time("2026-01-05T06:00:00Z")', go: x}, {otherwise: y}]}
    - {id: x, end: x}
    - {id: y, end: y}
    """.replace('date and time("2026-01-05T06:00:00Z")', "contact.moment")
    moment = datetime(2026, 1, 5, 6, tzinfo=UTC)
    assert Life(program(journey(steps)), JOHN | {"contact.moment": moment}).run().ends() == ["2d 00:00 x"]


SPLIT = """
- {id: test, split: {treatment: {share: 60%, go: s}, second: {share: 30%, go: t}, control: {share: 10%, holdout: true}}}
- {id: s, send: a, next: w}
- {id: t, send: b, next: w}
- {id: w, wait: 9d}
"""


def test_a_split_is_stable_per_contact_and_keeps_its_shares() -> None:
    walk = program(journey(SPLIT, entry="again: always"))
    arms = []
    for number in range(300):
        one = Life(walk, draws=Draws(3, replication=1), key=f"p{number}").run(HOUR)
        arms.append(one.of(Kind.SPLIT)[0].reason)
        if number < 10:
            other = Life(walk, draws=Draws(3, replication=2), key=f"p{number}").run(20 * DAY)
            assert {e.reason for e in other.of(Kind.SPLIT)} == {arms[-1]}
    assert 150 <= arms.count("treatment") <= 210
    assert 65 <= arms.count("second") <= 115
    assert 12 <= arms.count("control") <= 50


def test_a_changed_share_moves_a_boundary_and_nobody_else() -> None:
    from journeyctl.semantics.steps import arm_of

    op = program(journey(SPLIT)).journeys["walk"].ops[OpId("test")]
    assert isinstance(op, SplitOp)
    wider = replace(op, arms=(replace(op.arms[0], share=0.7), replace(op.arms[1], share=0.2), op.arms[2]))
    for number in range(200):
        before, now = (arm_of(split, Draws(1), f"p{number}", "walk") for split in (op, wider))
        assert before == now or (before, now) == (1, 0)


def test_a_holdout_arm_stays_gets_no_sends_and_is_watched_to_the_end() -> None:
    steps = SPLIT + "- {id: sdr, handoff: {desk: sales, outcomes: {recycled: s}}}\n"
    walk = program(journey(steps, exits="[{event: sales_request, go: sdr}, {event: webinar, end: gone}]"))
    found = Life(walk, splits={"test": "control"}).post(DAY, SalesRequested()).run(2 * DAY)
    lead = found.contact.leads["sales"].name
    found.post(3 * DAY, LeadOutcome("sales", lead, "recycled")).post(4 * DAY, CustomEvent("webinar")).run()
    assert found.told(Kind.SENT, Kind.SKIPPED, Kind.ENDED) == ["3d 00:00 skipped a holdout", "4d 00:00 ended gone"]
    parent = journey("[{id: e, enter: {journey: walk}}]", name="parent")
    both = program(journey(SPLIT.replace("go: s", "go: e") + "- {id: e, enter: {journey: child}}",
                           exits="[{event: webinar, go: e}]"), parent,
                   journey("[{id: s, send: a}]", name="child"))  # fmt: skip
    held = Life(both, splits={"test": "control"}, journeys=["walk"]).post(HOUR, CustomEvent("webinar")).run()
    assert held.told(Kind.SENT, Kind.SKIPPED) == ["0d 01:00 skipped a holdout"], "nor from a journey it enters"


# --- updates


@pytest.mark.parametrize(
    ("update", "fields", "expected"),
    [
        ("{contact.topic: x}", {}, {"contact.topic": "x"}),
        ("{contact.count: 3}", {}, {"contact.count": 3}),
        ("{contact.count: {add: 2}}", {"contact.count": 3}, {"contact.count": 5}),
        ("{contact.count: {add: 2}}", {}, {"contact.count": 2}),
        ("{contact.count: {add: 2.5}}", {"contact.count": 3}, {"contact.count": 5.5}),
        ("{contact.topic: null}", {"contact.topic": "x"}, {"contact.topic": None}),
        ("{contact.count: {expr: contact.count * 2 + 1}}", {"contact.count": 3}, {"contact.count": 7}),
        ("{contact.topic: {expr: item.topic}}", {}, {"contact.topic": "u"}),
        (
            "{contact.count: 1, contact.topic: {expr: if contact.count = 1 then item.line else null}}",
            {},
            {"contact.topic": "ct"},
        ),
    ],
)
def test_updates(update: str, fields: dict[str, Value], expected: dict[str, Value]) -> None:
    found = Life(program(journey(f"[{{id: s, send: c}}, {{id: u, update: {update}}}]")), JOHN | fields).run()
    assert {path: found.contact.fields.get(path) for path in expected} == expected
    assert found.ends()[0] == "0d 00:00 completed"


@pytest.mark.parametrize(("before", "text"), [(3, "5"), (3.5, "5.5"), (None, "2")])
def test_a_whole_amount_keeps_a_whole_field_whole(before: float | None, text: str) -> None:
    known = {} if before is None else {"contact.count": before}
    found = Life(program(journey("[{id: u, update: {contact.count: {add: 2}}}]")), JOHN | known).run()
    assert [row.reason for row in found.effects if row.kind is Kind.FACT] == [f"contact.count={text}"]


def test_an_update_without_an_item_at_hand_reads_it_as_unknown() -> None:
    found = Life(
        program(journey("[{id: u, update: {contact.topic: {expr: item.topic}}}]")), JOHN | {"contact.topic": "x"}
    ).run()
    assert "contact.topic" not in found.contact.fields


@pytest.mark.parametrize(
    ("updates", "score"),
    [(["{score: {add: 10}}"], 1_000), (["{score: {add: 10}}", "{score: 4}"], 400), (["{score: {add: -5}}"], 0),
     (["{score: {add: 10}}", "{score: null}"], 0), (["{score: {expr: 2 + 3}}"], 500), (["{score: {add: 0}}"], 0)],
)  # fmt: skip
def test_updates_of_the_score(updates: list[str], score: int) -> None:
    steps = "".join(f"- {{id: u{n}, update: {update}}}\n" for n, update in enumerate(updates))
    found = Life(program(journey(steps), "kind: scoring\npoints: {}")).run()
    assert found.contact.score.hundredths == score
    assert Life(program(journey(steps))).run().contact.score.hundredths == 0, "without scoring there is no score"


def test_an_update_that_takes_a_needed_consent_is_the_end() -> None:
    steps = "[{id: u, update: {contact.consent_marketing: false}}, {id: s, send: a}]"
    assert Life(program(journey(steps))).run().told(Kind.SENT, Kind.ENDED) == ["0d 00:00 ended consent-lost"]


def test_an_update_that_makes_an_mql_is_diverted_by_it() -> None:
    steps = """
    - {id: u, update: {score: {add: 30}, contact.topic: x}}
    - {id: s, send: a}
    """
    walk = program(journey(steps, exits="[{event: mql, end: hot}]"), "kind: scoring\npoints: {}\nmql: {score: 25}")
    found = Life(walk).run()
    assert found.told(Kind.SENT, Kind.ENDED) == ["0d 00:00 ended hot"]
    parent = journey("[{id: e, enter: {journey: walk}}]", name="parent", exits="[{event: mql, end: parent-hot}]")
    child = Life(
        program(journey(steps), parent, "kind: scoring\npoints: {}\nmql: {score: 25}"), journeys=["parent"]
    ).run()
    assert [(e.journey, e.reason) for e in child.of(Kind.ENDED)] == [("walk", "parent-left"), ("parent", "parent-hot")]


# --- activation


def test_an_activation_says_until_when_and_only_where_its_condition_holds() -> None:
    steps = "[{id: x, activate: {audience_on: linkedin, for: 30d%s}}]"
    assert [(e.channel, e.value) for e in Life(program(journey(steps % ""))).run().of(Kind.ACTIVATED)] == [
        ("linkedin", ENTRY + 30 * DAY)
    ]
    when = program(journey(steps % ", when: contact.left"))
    assert Life(when).run().of(Kind.ACTIVATED) == []
    assert len(Life(when, JOHN | {"contact.left": True}).run().of(Kind.ACTIVATED)) == 1


# --- buying groups


GROUP = """
kind: buying_group
name: g
interest: t
scope: clinic
roles: {head: {need: 1, weight: 1, when: contact.role = "head"}}
joins: score >= 20
ready: {completeness: 70%, engagement: 40, handoff: sales, again: 180d}
"""


def test_a_group_is_handed_over_only_when_it_is_ready() -> None:
    steps = """
    - {id: h, handoff: {buying_group: g, outcomes: {not_ready: cold, accepted: done}}}
    - {id: cold, end: cold}
    - {id: done, end: done}
    """
    walk = program(journey(steps), GROUP)
    assert Life(walk).run().ends() == ["0d 00:00 cold"]
    ready = GroupChanged("g", completeness=1.0, ready=True, missing_roles=(), my_role="head")
    found = Life(walk).post(-HOUR, ready).run()
    assert [(e.desk, e.group, e.reason) for e in found.of(Kind.HANDED_OFF)] == [("sales", "g", "score")]


def test_a_member_sees_its_role_and_what_is_missing() -> None:
    steps = """
    - {id: c, branch: [{when: 'group("g").my_role = "head" and group("g").completeness < 1', go: x}, {otherwise: y}]}
    - {id: x, end: x}
    - {id: y, end: y}
    """
    walk = program(journey(steps), GROUP)
    member = GroupChanged("g", completeness=0.5, ready=False, missing_roles=("cio",), my_role="head")
    assert Life(walk).post(-HOUR, member).run().ends() == ["0d 00:00 x"]
    assert Life(walk).run().ends() == ["0d 00:00 y"], "null for a non-member"


# --- sub-journeys

PARENT = """
- {id: e, enter: {journey: child, outcomes: {good: g}, then: t}}
- {id: g, end: parent-good}
- {id: t, end: parent-then}
"""


def family(child: str, *, exits: str = "[]", child_exits: str = "[]", **head: object) -> Life:
    return Life(program(
        journey(PARENT, exits=exits, name="parent"),
        journey(child, exits=child_exits, **({"name": "child", "entry": "audience: customers"} | head)),  # type: ignore[arg-type]  # keys of a journey
    ), journeys=["parent"])  # fmt: skip


def ends(found: Life) -> list[tuple[str, str]]:
    return [(e.journey, e.reason) for e in found.of(Kind.ENDED)]


def test_the_parent_waits_and_goes_on_by_the_label_of_the_childs_end() -> None:
    found = family("[{id: w, wait: 2d}, {id: x, end: good}]").run()
    assert found.ends() == ["2d 00:00 good", "2d 00:00 parent-good"]
    assert ends(family("[{id: x, end: other}]").run()) == [("child", "other"), ("parent", "parent-then")]


def test_the_parents_exits_stay_watched_and_end_the_child() -> None:
    found = family("[{id: w, wait: 2d}]", exits="[{event: webinar, end: gone}]").post(DAY, CustomEvent("webinar")).run()
    assert ends(found) == [("child", "parent-left"), ("parent", "gone")]
    assert [(e.journey, e.reason) for e in found.of(Kind.DROPPED)] == [("parent", "child"), ("child", "wait")]


def test_a_parent_that_loses_its_consent_takes_its_child_along() -> None:
    found = family("[{id: w, wait: 2d}]", purpose=["profiling"])
    found.post(DAY, FieldChanged("contact.consent_marketing", value=False)).run()
    assert ends(found) == [("child", "parent-left"), ("parent", "consent-lost")]


def test_a_child_that_loses_its_consent_lets_the_parent_go_on() -> None:
    found = family("[{id: w, wait: 2d}]", purpose=["profiling"])
    found.post(DAY, FieldChanged("contact.consent_profiling", value=False)).run()
    assert ends(found) == [("child", "consent-lost"), ("parent", "parent-then")]


def test_a_child_is_not_entered_without_its_purpose_nor_where_an_exit_holds_nor_twice() -> None:
    needs = family("[{id: w, wait: 2d}]", purpose=["marketing", "profiling"])
    needs.contact.fields["contact.consent_profiling"] = False
    barred = family(
        "[{id: w, wait: 2d}]",
        child_exits='[{when: contact.role = "head", end: gone}]'.replace("when: ", "when: '").replace(
            ", end", "', end"
        ),
    )
    twice = Life(program(journey(PARENT, name="parent"), journey("[{id: w, wait: 2d}]", name="child", priority=90)))
    for found, reason in ((needs, "no_consent.profiling"), (barred, "exit.gone"), (twice, "already_in")):
        found.run()
        assert next(e.reason for e in found.of(Kind.REFUSED) if e.journey == "child") == reason
        assert ("parent", "parent-then") in ends(found)
