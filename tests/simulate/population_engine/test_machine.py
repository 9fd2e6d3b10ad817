"""The compiled step machine does what the step machine does, row for row, whatever reaches a contact."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from journeyctl.calendars import to_utc
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.graph.lowering import lower
from journeyctl.graph.program import Program
from journeyctl.model.profile import ProfileField
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.stimuli import (
    CustomEvent,
    FieldChanged,
    GroupChanged,
    GroupReady,
    OtherMail,
    PageViewed,
    SalesRequested,
    Stimulus,
    Unsubscribed,
)
from journeyctl.simulate.population_engine.field_codes import Unsupported, number_code, number_of
from journeyctl.spec import load
from tests.semantics.worlds import journey, program
from tests.simulate.population_engine.driven import (
    LINES,
    Compiled,
    Script,
    Setting,
    random_answers,
    random_outcome,
)

ROOT = Path(__file__).parents[3]
DAY = 86_400
DRAWS = Draws(3, 1)


@cache
def workspace(name: str) -> tuple[Program, tuple[tuple[str, ProfileField], ...]]:
    """A workspace of the repository as a program, with the fields of its profile by path."""
    found = load(ROOT if name == "reference" else ROOT / "journeyctl" / "workspaces" / name)
    fields = tuple(
        (f"{level}.{field}", spelled)
        for level in ("contact", "clinic", "hospital", "umbrella")
        for field, spelled in getattr(found.profile, level).items()
    )
    return lower(found), fields


def value_of(chance: random.Random, path: str, field: ProfileField) -> Value:
    """Any value that a field can have."""
    if field.type == "boolean":
        return chance.random() < (0.85 if "consent" in path else 0.3)
    if field.type == "list of text":
        return tuple(word for word in ("CT", "MRI", "X-ray", "lab", "ultrasound") if chance.random() < 0.5)
    if field.values:
        return str(chance.choice(field.values))
    if field.type == "country":
        return chance.choice(["US", "US", "DE", "AT", "FR"])
    if field.type == "locale":
        return chance.choice(["en-US", "de-DE", "fr"])
    if field.type == "zone":
        return chance.choice(["America/New_York", "America/Chicago", "Europe/Berlin"])
    if field.type == "date":
        return datetime.date(2026, 1, 1) + datetime.timedelta(days=chance.randint(-900, 400))
    if field.type == "date-time":
        return datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(hours=chance.randint(-999, 999))
    if field.type in ("integer", "number", "money"):
        return chance.randint(0, 400) if field.type == "integer" else chance.randint(0, 400) / 4
    return chance.choice(["ai-in-mri", "a", "b", "premium", "ct"])


def stimulus_of(chance: random.Random, found: Program, fields: Sequence[tuple[str, ProfileField]]) -> Stimulus:
    """Anything that can reach a contact by itself."""
    kind = chance.random()
    groups = sorted(found.groups)
    if kind < 0.6:
        path, field = chance.choice(fields)
        return FieldChanged(path, None if chance.random() < 0.1 else value_of(chance, path, field))
    if kind < 0.75:
        return OtherMail(chance.choice(LINES))
    if kind < 0.9 and groups:
        group = chance.choice(groups)
        if chance.random() < 0.3:
            return GroupReady(group)
        return GroupChanged(group, chance.randint(0, 10) / 10, chance.random() < 0.5, ("cio",), None)
    return chance.choice([PageViewed("", 0, 2), SalesRequested(), Unsubscribed(), CustomEvent("webinar")])


def script_of(name: str, seed: int) -> Script:
    """A contact's life for 150 days, all of it drawn from the seed."""
    found, fields = workspace(name)
    chance = random.Random(seed)
    known: dict[str, Value] = {path: value_of(chance, path, field) for path, field in fields if chance.random() < 0.8}
    known |= {path: True for path, _ in fields if "consent" in path and chance.random() < 0.8}
    known["contact.role"] = "head_of_radiology" if chance.random() < 0.8 else "cio"
    known.pop("contact.left_company", None)
    start = to_utc(datetime.date(2026, 1, 5), 0, found.zone)
    born = start if chance.random() < 0.7 else start + chance.randint(0, 40 * DAY)
    given = [
        (born + chance.randint(0, 140) * DAY + chance.choice([0, 21_600, 39_600]), stimulus_of(chance, found, fields))
        for _ in range(chance.choice([0, 2, 6, 12]))
    ]
    return Script(
        f"u{seed}/h1/c1/p1", known, born, start + 150 * DAY, given, random_answers(seed), random_outcome(seed)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "contacts"), [("small", 150), ("reference", 250)])
def test_random_lives_leave_the_same_rows_in_both_machines(name: str, contacts: int) -> None:
    scripts = [script_of(name, seed) for seed in range(contacts)]
    setting = Setting(workspace(name)[0], DRAWS, scripts)
    compiled = Compiled(setting)
    kinds: set[Kind] = set()
    for script in scripts:
        expected = setting.expected(script)
        assert compiled.effects(script) == expected, script.key
        kinds |= {effect.kind for effect in expected}
    assert {Kind.SENT, Kind.DEFERRED, Kind.SKIPPED, Kind.HANDED_OFF, Kind.SYNCED, Kind.ENDED, Kind.FACT} <= kinds


JOHN = {"contact.role": "head", "contact.consent_marketing": True, "contact.country": "US"}
MIDNIGHT = to_utc(datetime.date(2026, 1, 5), 0, "UTC")


def both(steps: str, *given: tuple[int, Stimulus], fields: dict[str, Value] | None = None) -> list[Effect]:
    """The rows of one walk, which both machines agree on."""
    script = Script(
        "john", {**JOHN, **(fields or {})}, MIDNIGHT, MIDNIGHT + 60 * DAY, given, random_answers(1), random_outcome(1)
    )
    setting = Setting(program(journey(steps)), DRAWS, [script])
    expected = setting.expected(script)
    assert Compiled(setting).effects(script) == expected
    return expected


@pytest.mark.slow
def test_numbers_that_are_added_up_are_written_as_they_are() -> None:
    steps = "- {id: more, update: {contact.count: {add: 1}}}\n- {id: over, end: done}\n"
    written = [
        [effect.reason for effect in both(steps, fields=fields) if effect.kind is Kind.FACT]
        for fields in ({}, {"contact.count": 5}, {"contact.count": 5.5}, {"contact.count": 4.0})
    ]
    assert written == [["contact.count=1"], ["contact.count=6"], ["contact.count=6.5"], ["contact.count=5.0"]]


@pytest.mark.slow
def test_a_contact_that_never_stops_is_stuck_after_as_many_steps() -> None:
    steps = "- {id: here, update: {contact.stage: engaged}, next: there}\n"
    steps += "- {id: there, update: {contact.stage: cold}, next: here}\n"
    rows = both(steps)
    assert rows[-1].kind is Kind.ENDED
    assert rows[-1].reason == "stuck"


@pytest.mark.parametrize("value", [0, -1, 1, 0.5, -0.5, 1e300, 12_345_678, -0.0])
def test_the_code_of_a_number_stands_for_it(value: float) -> None:
    assert number_of(number_code(value)) == value


def test_codes_of_numbers_lie_in_the_order_of_the_numbers() -> None:
    numbers = [-1e9, -2, -1.5, -0.25, 0, 1e-9, 0.5, 3, 1e12]
    codes = [number_code(number) for number in numbers]
    assert codes == sorted(codes)


def test_a_number_too_large_to_be_exact_is_refused() -> None:
    with pytest.raises(Unsupported, match="beyond 2"):
        number_code((1 << 53) + 1)
