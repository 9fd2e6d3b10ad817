"""Decoding: one mistake, one message, at the right line."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pytest

from journeyctl.diagnostics import Origin
from journeyctl.model.fields import Struct
from journeyctl.model.journey import Journey
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import DOCUMENT_KINDS
from journeyctl.model.steps import (
    Activate,
    Add,
    Arm,
    Branch,
    Clear,
    Compute,
    End,
    Enter,
    FromTopic,
    Handoff,
    Ladder,
    Listen,
    Otherwise,
    Send,
    SetTo,
    Split,
    Update,
    Wait,
)
from journeyctl.model.values import Assumed, Condition, Expression, TimeWindow, WeekTime, ZoneChoice
from journeyctl.spec.decode import Decoder
from journeyctl.spec.source import Sources
from journeyctl.spec.yaml_reader import read_document
from journeyctl.units import Duration

JOURNEY = """\
kind: journey
name: heads
purpose: [marketing]
entry: {audience: everybody}
steps:
  - id: first
    send: intro
"""


def decoded(text: str) -> tuple[object, list[tuple[int, str]], list[str]]:
    """The document, `(line, message)` of each finding, and its help."""
    document = read_document("some.yaml", text.encode())
    sources = Sources()
    sources.add_document(document)
    assert isinstance(document.value, dict)
    decoder = Decoder()
    kind = DOCUMENT_KINDS[str(document.value["kind"])]
    value = decoder.decode(Struct(kind.of), document.value, Origin("some.yaml"))
    located = sources.resolve_all(decoder.findings)
    lines = [(item.position.line if item.position else 0, item.finding.message) for item in located]
    return value, lines, [item.finding.help for item in located]


MISTAKES: Mapping[str, tuple[str, int, str]] = {
    "a misspelt key whose right name is missing is one mistake": (
        JOURNEY.replace("purpose", "purpse"),
        3,
        "unknown key 'purpse'; did you mean 'purpose'?",
    ),
    "a misspelt optional key is pointed at": (
        JOURNEY.replace("steps:", "priorty: 5\nsteps:"),
        5,
        "unknown key 'priorty'; did you mean 'priority'?",
    ),
    "a key that is like no other is refused": (
        JOURNEY.replace("steps:", "budget: 5\nsteps:"),
        5,
        "unknown key 'budget'",
    ),
    "a missing key is named with its mapping": (
        JOURNEY.replace("{audience: everybody}", "{every: 1d}"),
        4,
        "the key 'audience' is missing in 'entry'",
    ),
    "a duration without a unit is explained": (
        JOURNEY.replace("send: intro", "wait: 7"),
        7,
        "'wait': the number 7 has no unit",
    ),
    "a duration with a wrong unit is refused": (
        JOURNEY.replace("send: intro", "wait: 7days"),
        7,
        "'wait': '7days' is no duration",
    ),
    "a wrong word gets the nearest one": (
        JOURNEY.replace("purpose:", "status: lve\npurpose:"),
        3,
        "'status': 'lve' is not one of the words that may stand here; did you mean 'live'?",
    ),
    "a misspelt verb is one mistake": (
        JOURNEY.replace("send: intro", "sned: intro"),
        7,
        "unknown key 'sned'; did you mean 'send'?",
    ),
    "a step without a verb is told the verbs": (
        JOURNEY.replace("send: intro", "title: x"),
        6,
        "this step does nothing: it has no verb",
    ),
    "a step with two verbs is refused at the second": (
        JOURNEY + "    wait: 7d\n",
        8,
        "this step has the verbs 'send' and 'wait', but a step does one thing",
    ),
    "a share above 100 % is refused": (
        JOURNEY.replace("send: intro", "split: {a: {share: 120%, go: first}}"),
        7,
        "'share': the share 120% is above 100%",
    ),
    "a negative share is refused": (
        JOURNEY.replace("send: intro", "split: {a: {share: -5%, go: first}}"),
        7,
        "'share': the share -5% is negative",
    ),
    "an exit needs something to watch": (
        JOURNEY.replace("steps:", "exits: [{end: gone}]\nsteps:"),
        5,
        "the key 'event' or 'when' is missing in 'exits'",
    ),
    "an exit leads to one place": (
        JOURNEY.replace("steps:", "exits: [{event: mql, end: gone, go: first}]\nsteps:"),
        5,
        "'end' and 'go' exclude each other in 'exits'",
    ),
    "a list where one value belongs is refused": (
        JOURNEY.replace("purpose: [marketing]", "purpose: marketing"),
        3,
        "'purpose': 'marketing' is no list",
    ),
    "an impossible day is refused": (
        "kind: journey_test\nname: t\njourney: heads\nstart: 2026-02-30\n",
        4,
        "'start': the calendar has no day '2026-02-30'",
    ),
    "an unknown zone gets the nearest one": (
        "kind: workspace\nname: w\nspec: 1\ntime_zone: Europe/Berln\n",
        4,
        "'time_zone': there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?",
    ),
    "a yes is not taken for true": (
        JOURNEY.replace("send: intro", "split: {a: {share: 10%, holdout: yes}}"),
        7,
        "'holdout': 'yes' is a text here, not a boolean",
    ),
    "a name with capitals is refused": (
        JOURNEY.replace("name: heads", "name: Heads"),
        2,
        "'name': 'Heads' is not a name in lower-kebab-case",
    ),
    "a source is measured, assumed or cited": (
        (
            "kind: desk\nname: d\nresponse: {median: {value: 15w, source: guess}}\n"
            "outcomes: {accepted: 1, rejected: 0, recycled: 0}\n"
        ),
        3,
        "'guess' is no source",
    ),
    "an empty value is not a value": (
        JOURNEY.replace("send: intro", "end:"),
        7,
        "'end': empty cannot stand here",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_makes_one_message_at_its_line(name: str) -> None:
    text, line, message = MISTAKES[name]

    _, findings, helps = decoded(text)

    assert findings == [(line, message)]
    assert all(helps)


def step(text: str) -> object:
    """The decoded verb of a journey whose only step is given."""
    indented = "".join(f"    {line}\n" for line in text.splitlines())
    value, findings, _ = decoded(JOURNEY.replace("    send: intro\n", indented))
    assert findings == []
    assert isinstance(value, Journey)
    return value.steps[0].verb


def at(*keys: str | int) -> Origin:
    return Origin("some.yaml", ("steps", 0, *keys))


def test_every_verb_becomes_its_class() -> None:
    assert step("send: intro") == Send(item="intro", origin=at("send"))
    assert step("wait: 2bd") == Wait(length=Duration(business_days=2), origin=at("wait"))
    assert step("wait: {until: 'tue 09:00', zone: contact}") == Wait(
        until=WeekTime((1,), 32_400), zone=ZoneChoice(of_contact=True), origin=at("wait")
    )
    assert step("wait: {until: account.contract_end}") == Wait(
        until=Expression("account.contract_end", at("wait", "until")), origin=at("wait")
    )
    assert step("listen: {for: 3d, outcomes: {clicked: a, timeout: b}}") == Listen(
        window=Duration(seconds=259_200), outcomes={"clicked": "a", "timeout": "b"}, origin=at("listen")
    )
    assert step("branch: [{when: score > 3, go: a}, {otherwise: b}]") == Branch(
        arms=(
            Arm(
                when=Condition("score > 3", at("branch", 0, "when")),
                go="a",
                origin=at("branch", 0),
            ),
            Otherwise(go="b", origin=at("branch", 1)),
        ),
        origin=at("branch"),
    )
    assert step("end: completed") == End(label="completed", origin=at("end"))
    assert step("handoff: {desk: us, outcomes: {accepted: a}}") == Handoff(
        desk="us", outcomes={"accepted": "a"}, origin=at("handoff")
    )
    assert step("enter: {journey: other, then: a}") == Enter(journey="other", then="a", origin=at("enter"))
    assert step("activate: {audience_on: linkedin, for: 30d}") == Activate(
        audience_on="linkedin", length=Duration(seconds=2_592_000), origin=at("activate")
    )


def test_a_split_knows_its_arms_by_name() -> None:
    split = step("split: {treatment: {share: 90%, go: a}, control: {share: 0.1, holdout: true}}")

    assert isinstance(split, Split)
    assert [(arm.name, arm.share, arm.go, arm.holdout) for arm in split.arms.values()] == [
        ("treatment", 0.9, "a", False),
        ("control", 0.1, None, True),
    ]


def test_an_update_sets_adds_computes_and_clears() -> None:
    update = step("update:\n  score: {add: 10}\n  contact.a: x\n  contact.b: {expr: item.topic}\n  contact.c: null")

    assert isinstance(update, Update)
    assert list(update.changes) == ["score", "contact.a", "contact.b", "contact.c"]
    kinds = [type(change) for change in update.changes.values()]
    assert kinds == [Add, SetTo, Compute, Clear]


def test_a_ladder_keeps_its_unions() -> None:
    ladder = step("ladder: {house: h, from: {topic: contact.web_topic}, window: 7d, breadth: 2, repeat: {after: 365d}}")

    assert isinstance(ladder, Ladder)
    assert isinstance(ladder.start, FromTopic)
    assert (ladder.start.topic.text, ladder.breadth) == ("contact.web_topic", 2)
    assert ladder.pace is None


def test_send_on_reads_days_and_hours() -> None:
    send = step("send: {item: intro, send_on: {days: tue-thu, between: '09:00-16:00', zone: contact | Europe/Berlin}}")

    assert isinstance(send, Send)
    assert send.send_on is not None
    assert send.send_on.days == (1, 2, 3)
    assert send.send_on.between == TimeWindow(32_400, 57_600)
    assert send.send_on.zone == ZoneChoice(of_contact=True, name="Europe/Berlin")


SCENARIO = """\
kind: scenario
name: s
population:
  accounts:
    umbrellas: 2
    hospitals_per_umbrella: 2
    clinics_per_hospital: 2
    contacts: {value: 50, range: [40, 60], source: measured}
  fields:
    account.is_customer: 40%
    contact.role: {cio: 5%, other: 95%}
    account.last_purchase:
      given:
        - {when: account.is_customer, is: {between: [2016-01-01, 2025-12-31]}}
        - {otherwise: {each: {a: 1}}}
    contact.stage: new
    contact.flag: true
start: 2026-01-05
length: 26w
replications: {until: {sla: 1pp, waits: 5%}}
"""


def test_a_scenario_keeps_what_is_known_about_its_numbers() -> None:
    scenario, findings, _ = decoded(SCENARIO)

    assert findings == []
    assert isinstance(scenario, Scenario)
    assert scenario.start == datetime.date(2026, 1, 5)
    assert scenario.population.accounts is not None
    contacts = scenario.population.accounts.contacts
    assert (contacts.value, contacts.low, contacts.high, contacts.source) == (50, 40, 60, "measured")
    assert isinstance(scenario.population.accounts.umbrellas, Assumed)
    kinds = [type(value).__name__ for value in scenario.population.fields.values()]
    assert kinds == ["Chance", "Table", "Given", "Literally", "Literally"]
    sla, waits = scenario.replications.until.values()
    assert (sla.amount, sla.relative, waits.amount, waits.relative) == (0.01, False, 0.05, True)


def test_findings_of_several_mistakes_stand_in_one_list() -> None:
    _, findings, _ = decoded(JOURNEY.replace("name: heads", "name: 7").replace("send: intro", "wait: soon"))

    assert [line for line, _ in findings] == [2, 7]
