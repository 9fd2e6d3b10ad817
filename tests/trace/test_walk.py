"""A walk follows its script and stops where it should."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from journeyctl.graph.lowering import lower
from journeyctl.graph.program import Program
from journeyctl.model.specification import Workspace
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import Bounced, Clicked, Opened, SalesRequested, Unsubscribed
from journeyctl.spec import load
from journeyctl.trace.fields import value_from_text
from journeyctl.trace.script import Reaction, Script
from journeyctl.trace.spec_test import script_of
from journeyctl.trace.walk import Walk, walk

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load(ROOT)


@pytest.fixture(scope="module")
def program(workspace: Workspace) -> Program:
    return lower(workspace)


@pytest.fixture(scope="module")
def john(workspace: Workspace) -> Script:
    return script_of(workspace, workspace.tests["john-doe"])


@pytest.mark.parametrize(
    ("reaction", "expected"),
    [
        (Reaction("none"), []),
        (Reaction("opened"), [(14_400, Opened("a", 1))]),
        (Reaction("opened", 60), [(60, Opened("a", 1))]),
        (Reaction("clicked"), [(14_400, Opened("a", 1)), (14_460, Clicked("a", 1))]),
        (Reaction("clicked", 86_400), [(86_340, Opened("a", 1)), (86_400, Clicked("a", 1))]),
        (
            Reaction("sales_request"),
            [(14_400, Opened("a", 1)), (14_460, Clicked("a", 1)), (15_060, SalesRequested("a", 1))],
        ),
        (Reaction("unsubscribed", 30), [(0, Opened("a", 1)), (30, Unsubscribed("a", 1))]),
        (Reaction("bounced"), [(0, Bounced("a", 1, hard=True))]),
    ],
)
def test_a_reaction_implies_the_weaker_ones_before_it(reaction: Reaction, expected: list[object]) -> None:
    assert list(reaction.stimuli("a", 1)) == expected


def test_a_walk_stops_at_the_handoff_without_an_outcome(program: Program, john: Script) -> None:
    assert walk(program, john).effects[-1].kind is Kind.HANDED_OFF


def test_an_outcome_comes_back_with_the_crm_sync_after_a_business_day(program: Program, john: Script) -> None:
    result = walk(program, dataclasses.replace(john, desk="accepted"))
    handed_off, synced = result.of(Kind.HANDED_OFF)[0], result.of(Kind.SYNCED)[0]
    assert synced.reason == "accepted"
    assert synced.time - handed_off.time >= 86_400
    assert result.effects[-1].kind is Kind.ENDED


def test_a_recycled_lead_goes_back_to_the_house(program: Program, john: Script) -> None:
    result = walk(program, dataclasses.replace(john, desk="recycled", length=200 * 86_400))
    after = [effect.item for effect in result.of(Kind.SENT) if effect.time > result.of(Kind.SYNCED)[0].time]
    assert after, "nurture ends after 90 days and the walk goes on"
    assert not set(after) & {"workforce-crisis", "ai-in-mri"}, "a sent item does not return"


def test_a_hard_bounce_ends_the_journey(program: Program, john: Script) -> None:
    result = walk(program, dataclasses.replace(john, reactions={"workforce-crisis": Reaction("bounced")}))
    assert [effect.kind for effect in result.effects[-2:]] == [Kind.BOUNCED, Kind.ENDED]
    assert result.effects[-1].reason == "undeliverable"


def test_an_opt_out_ends_every_visit_and_is_the_last_mail(program: Program, john: Script) -> None:
    result = walk(program, dataclasses.replace(john, reactions={"cybersecurity": Reaction("unsubscribed")}))
    assert [effect.item for effect in result.of(Kind.SENT)] == ["workforce-crisis", "cybersecurity"]
    assert result.effects[-1].reason == "opted-out"


def test_a_contact_outside_of_the_audience_does_nothing(program: Program, john: Script) -> None:
    result: Walk = walk(program, dataclasses.replace(john, given={**john.given, "contact.role": "cio"}))
    assert result.effects == ()


def test_length_ends_a_walk(program: Program, john: Script) -> None:
    result = walk(program, dataclasses.replace(john, length=86_400))
    assert len(result.of(Kind.SENT)) == 1


def test_the_same_script_gives_the_same_walk(program: Program, john: Script) -> None:
    assert walk(program, john) == walk(program, john)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("account.is_customer", "true", True),
        ("account.modalities", "MRI, CT", ("MRI", "CT")),
        ("contact.role", "cio", "cio"),
        ("contact.role", "unknown", None),
    ],
)
def test_values_from_the_command_line_have_the_type_of_the_field(
    workspace: Workspace, path: str, text: str, expected: object
) -> None:
    assert value_from_text(workspace.profile, path, text) == expected


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [("account.is_customer", "perhaps", "true or false"), ("contact.shoe_size", "44", "no field 'contact.shoe_size'")],
)
def test_a_wrong_value_from_the_command_line_is_explained(
    workspace: Workspace, path: str, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        value_from_text(workspace.profile, path, text)
